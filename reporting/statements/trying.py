"""What everyone may know of a statement who has its code: what was stated, and whether a newer one
took its place.
"""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from reporting.models import Statement
from reporting.statements.codes import fits
from reporting.statements.stated import Part, parts_in, total


@dataclass(frozen=True)
class Told:
    """A statement as it is shown; all of it but `replaced_on` was fixed when it was made."""

    statement: Statement
    # When a newer one about the same took its place.
    replaced_on: date | None = None

    @property
    def code(self) -> str:
        return self.statement.code

    @property
    def stated(self) -> dict[str, Any]:
        found: dict[str, Any] = self.statement.content
        return found

    @cached_property
    def day(self) -> date:
        return date.fromisoformat(self.stated["day"])

    @cached_property
    def is_ours(self) -> bool:
        """Whether the code is that of the words, by a key that we have."""
        return fits(self.code, self.stated)

    @cached_property
    def parts(self) -> list[Part]:
        return parts_in(self.stated)

    def says(self, parts: list[Part]) -> bool:
        """So that there is nothing new to state. One that we cannot call ours any more, for want of
        its key, is made anew.
        """
        return self.is_ours and self.parts == parts

    @cached_property
    def total(self) -> Part:
        return total(self.parts)


def told(statements: list[Statement]) -> list[Told]:
    """All statements about one contractor, contract and year, newest first; each was replaced by
    the one before it in this list.
    """
    newer: list[Told | None] = [None]
    for statement in statements:
        after = newer[-1]
        newer.append(Told(statement, after.day if after else None))
    return [one for one in newer if one]


def tried(code: str) -> Told | None:
    """The statement that we gave this code; None of any other code, and where what is kept is not
    what the code was made from.
    """
    found = Statement.objects.filter(code=code).defer("pdf").first()
    if found is None or not Told(found).is_ours:
        return None
    same = Statement.objects.filter(
        contract=found.contract_id, contractor=found.contractor_id, year=found.year
    )
    rows = same.filter(number__gte=found.number).defer("pdf").order_by("-number")
    return told(list(rows))[-1]
