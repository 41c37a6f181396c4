"""What a claim is proved with: the evidence that its blocks ask for, and what of it is not there.

Evidence is there when a file of that kind is kept, or when the adviser saw it; what was erased is
not. It belongs to the whole fulfilment: a change need not prove again what was proved before.
Source: DOMAIN.md sections 5.1, 7 and 8.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from django.utils.translation import gettext as _

from contracts.models import BuildingBlock, EvidenceKind, called
from placements.models import Evidence, FulfilmentVersion


def asked(blocks: Iterable[BuildingBlock]) -> list[str]:
    """The codes of the evidence that these blocks ask for, each once."""
    return list(dict.fromkeys(code for block in blocks for code in block.evidence))


def there(fulfilments: Collection[int]) -> dict[int, set[str]]:
    """By fulfilment id the kinds of evidence that are kept or were seen."""
    found: dict[int, set[str]] = defaultdict(set)
    rows = Evidence.objects.filter(version__fulfilment__in=fulfilments, erased_at=None)
    for fulfilment, kind in rows.values_list("version__fulfilment_id", "kind"):
        found[fulfilment].add(kind)
    return found


def missing(versions: Sequence[FulfilmentVersion]) -> dict[int, list[str]]:
    """By version id the codes that are asked and not there; only versions that lack some.

    The versions come with their allocations and blocks (`valuing.fetch`).
    """
    known = there({version.fulfilment_id for version in versions})
    found = {}
    for version in versions:
        codes = asked(a.block for a in version.allocations.all())
        if lacking := [code for code in codes if code not in known[version.fulfilment_id]]:
            found[version.pk] = lacking
    return found


def named(codes: Iterable[str]) -> str:
    """`besluit van de gemeente, arbeidsovereenkomst`."""
    return ", ".join(called(EvidenceKind, code) for code in codes)


def still_missing(codes: Iterable[str]) -> str:
    return _("Evidence is still missing: %(what)s.") % {"what": named(codes)}
