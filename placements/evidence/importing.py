"""Bringing in from a file what evidence was seen, all or nothing through the door. The same file
again changes nothing.
"""

from collections import defaultdict
from collections.abc import Container

from django.utils.translation import gettext as _

from contracts.imports.outcome import Bring, Outcome, importer
from contracts.models import Region
from placements.evidence.columns import SEEN_COLUMNS
from placements.evidence.door import bring_seen
from placements.models import Evidence, Fulfilment
from placements.outcomes.door import GONE
from sroi.doors import Act, still_to_come
from sroi.exchange import Parsed, Row


@importer(SEEN_COLUMNS)
def import_seen(region: Region, parsed: Parsed, outcome: Outcome, act: Act) -> Bring:
    """Note with the fulfilments of a file what was seen of them, when and how."""
    called = _by_number(region, parsed)
    there = Evidence.objects.filter(
        version__fulfilment__in=[f.pk for those in called.values() for f in those], erased_at=None
    )
    known = set(there.values_list("version__fulfilment", "kind", "seen_on", "seen_how"))
    new: list[Evidence] = []
    for row in parsed.every:
        if why := still_to_come(row["seen_on"], act.today):
            parsed.refuse(row, "seen_on", why)
    for row in parsed.faulty:
        if row["external_id"]:
            _of(row, called, parsed)
    for row in parsed.rows:
        fulfilment = _of(row, called, parsed)
        if fulfilment is None:
            continue
        piece = (row["evidence_kind"], row["seen_on"], row["seen_how"])
        is_new = (fulfilment.pk, *piece) not in known
        known.add((fulfilment.pk, *piece))
        if is_new:
            if fulfilment.latest and fulfilment.latest.state in GONE:
                reason = _("This fulfilment was rejected or withdrawn: it proves nothing any more.")
                parsed.refuse(row, "external_id", reason)
            kind, seen_on, how = piece
            new.append(
                Evidence(version=fulfilment.latest, kind=kind, seen_on=seen_on, seen_how=how)
            )
        outcome.place(row, is_new, ())

    def bring(_taken: Container[str]) -> None:
        bring_seen(new, act)

    return bring


def _by_number(region: Region, parsed: Parsed) -> dict[str, list[Fulfilment]]:
    numbers = {row["external_id"] for row in parsed.every} - {None}
    rows = Fulfilment.objects.filter(region=region, external_id__in=numbers, latest__isnull=False)
    found: dict[str, list[Fulfilment]] = defaultdict(list)
    for fulfilment in rows.select_related("latest", "contractor").order_by("pk"):
        found[fulfilment.external_id].append(fulfilment)
    return found


def _of(row: Row, called: dict[str, list[Fulfilment]], parsed: Parsed) -> Fulfilment | None:
    """The fulfilment that a row is of; none with the fault."""
    firm = row["contractor_kvk"]
    found = [f for f in called[row["external_id"]] if firm in ("", f.contractor.kvk)]
    column, reason = "external_id", ""
    if not found:
        reason = _("There is no fulfilment with this number.")
    elif len(found) > 1:
        column = "contractor_kvk"
        reason = _("Several firms have a fulfilment with this number. Say whose it is.")
    if reason:
        parsed.refuse(row, column, reason)
        return None
    return found[0]
