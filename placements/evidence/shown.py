"""What there is of evidence with a fulfilment, and what its blocks ask beside that: the same where
it is asked, where it is checked, and afterwards.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from contracts.models import EvidenceKind, called
from placements.claims import proof
from placements.models import Allocation, Evidence, Fulfilment
from placements.rights import may_see_person
from sroi.access import Access, visible


@dataclass(frozen=True)
class Shown:
    """One piece, its word, and the pictures that show it; `is_open` to who may look into it."""

    row: Evidence
    words: str
    pages: range
    is_open: bool


@dataclass(frozen=True)
class WithFulfilment:
    """`lacking`: pairs of a code and its word, of what is asked and not there."""

    pieces: list[Shown]
    lacking: list[tuple[str, str]]

    @property
    def there(self) -> list[Shown]:
        return [piece for piece in self.pieces if not piece.row.erased_at]


def pages_to_show(kept: Evidence) -> range:
    """The numbers of the pictures that show a file: the pages of a PDF, or the picture itself."""
    return range(1, (kept.pages or 1) + 1) if kept.file and not kept.erased_at else range(0)


def evidence_with(
    fulfilment: Fulfilment,
    allocations: Iterable[Allocation],
    access: Access,
    *,
    is_any: bool = True,
) -> WithFulfilment:
    """Of all its versions; a document about a person is opened by who may see the person. Where it
    is known that there is none (`is_any`) it is not looked up.
    """
    sees_person = may_see_person(access, fulfilment)
    rows: Any = visible(Evidence, access).filter(version__fulfilment=fulfilment)
    pieces = [
        Shown(
            row,
            called(EvidenceKind, row.kind),
            pages_to_show(row),
            sees_person or not row.is_about_a_person,
        )
        for row in (rows.select_related("added_by") if is_any else ())
    ]
    there = {piece.row.kind for piece in pieces if not piece.row.erased_at}
    asked = proof.asked(allocation.block for allocation in allocations)
    lacking = [(code, called(EvidenceKind, code)) for code in asked if code not in there]
    return WithFulfilment(pieces, lacking)
