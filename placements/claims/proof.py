"""What a claim is proved with: the evidence that its blocks ask for, and what of it is not there.

Evidence is there when a file of that kind is kept, or when the adviser saw it; what was erased is
not. It belongs to the whole fulfilment, so a change need not prove again what was proved before;
but what was shown for another candidate, supplier or invoice proves nothing of this one. Source:
DOMAIN.md sections 5.1, 7 and 8.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import itemgetter
from typing import Any

from django.utils.translation import gettext as _

from contracts.models import BuildingBlock, EvidenceKind, called
from placements.models import Evidence, FulfilmentVersion, KeptEdition
from sroi.database.together import Asking, answered

# The fields of a version by their names.
Said = Mapping[str, Any]


def asked(blocks: Iterable[BuildingBlock]) -> list[str]:
    """The codes of the evidence that these blocks ask for, each once."""
    return list(dict.fromkeys(code for block in blocks for code in block.evidence))


@dataclass
class Shown:
    """The kinds of evidence that were shown for this claim, and for another one only."""

    there: set[str] = field(default_factory=set)
    for_another: set[str] = field(default_factory=set)


def there(claims: Mapping[int, Said]) -> dict[int, set[str]]:
    """By fulfilment id the kinds of evidence that are kept or were seen for what is claimed: by
    that id the fields of a version.
    """
    shown = answered(_shown(claims))
    return defaultdict(set, {pk: of_claim.there for pk, of_claim in shown.items()})


def shown_for(versions: Iterable[FulfilmentVersion]) -> Asking[dict[int, Shown]]:
    """By fulfilment id what was shown for what these versions claim."""
    return _shown({version.fulfilment_id: vars(version) for version in versions})


def _shown(claims: Mapping[int, Said]) -> Asking[dict[int, Shown]]:
    if not claims:
        return {}
    given = Evidence.objects.filter(version__fulfilment__in=claims, erased_at=None).order_by()
    kept = KeptEdition.objects.filter(version__in=given.values("version")).order_by()
    rows, said = yield (
        [
            given.select_related("version"),
            kept.values_list("event", "version", "event__at", "content"),
        ]
    )
    editions: dict[int, list[tuple[datetime, Said]]] = defaultdict(list)
    for _event, version, at, content in sorted(said, key=itemgetter(0)):
        editions[version].append((at, content["fields"]))
    found: dict[int, Shown] = defaultdict(Shown)
    for evidence in rows:
        version = evidence.version
        # A version changes while it goes back and forth: what it said then was kept at the first
        # step after the evidence; what was typed before that step was not judged yet.
        then = next((said for at, said in editions[version.pk] if at >= evidence.added_at), None)
        shown = found[version.fulfilment_id]
        is_another = _differ(then or vars(version), claims[version.fulfilment_id])
        (shown.for_another if is_another else shown.there).add(evidence.kind)
    for shown in found.values():
        shown.for_another -= shown.there
    return found


def _differ(earlier: Said, later: Said) -> bool:
    """Whether they say another candidate, supplier or invoice. A number says who a supplier is,
    before a name does; what is empty, or erased, says nothing.
    """
    by_number = earlier.get("supplier_kvk") and later.get("supplier_kvk")
    supplier = "supplier_kvk" if by_number else "supplier_name"
    for name in ("candidate_ref", supplier, "invoice_number"):
        old, new = _plain(earlier.get(name)), _plain(later.get(name))
        if old and new and old != new:
            return True
    return False


def _plain(value: Any) -> str:
    return " ".join(str(value or "").casefold().split())


def missing(
    versions: Sequence[FulfilmentVersion], shown: Mapping[int, Shown] | None = None
) -> dict[int, list[str]]:
    """By version id the codes that are asked and not there; only versions that lack some. What was
    shown (`shown_for`) is looked up where it is not given.

    The versions come with their allocations and blocks (`valuing.fetch`).
    """
    shown = answered(shown_for(versions)) if shown is None else shown
    found = {}
    for version in versions:
        known = shown.get(version.fulfilment_id, Shown()).there
        codes = asked(a.block for a in version.allocations.all())
        if lacking := [code for code in codes if code not in known]:
            found[version.pk] = lacking
    return found


def shown_for_another(
    versions: Iterable[FulfilmentVersion], shown: Mapping[int, Shown]
) -> dict[int, str]:
    """By version id what of the missing evidence was shown for another candidate, supplier or
    invoice, in a sentence; only versions of which some was.
    """
    found = {}
    for version in (v for v in versions if v.fulfilment_id in shown):
        codes = asked(a.block for a in version.allocations.all())
        elsewhere = [code for code in codes if code in shown[version.fulfilment_id].for_another]
        if elsewhere:
            found[version.pk] = _(
                "This was shown for another candidate, supplier or invoice: %(what)s. Is it right"
                " for this one too? Note that you saw it."
            ) % {"what": named(elsewhere)}
    return found


def named(codes: Iterable[str]) -> str:
    """`besluit van de gemeente, arbeidsovereenkomst`."""
    return ", ".join(called(EvidenceKind, code) for code in codes)


def still_missing(codes: Iterable[str]) -> str:
    return _("Evidence is still missing: %(what)s.") % {"what": named(codes)}
