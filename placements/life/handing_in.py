"""What stands in the way of handing a fulfilment in, and what is asked first; nothing is stored.

The door asks it of whatever comes in, and pages say it beforehand. Source: DOMAIN.md section 6.
"""

from collections.abc import Iterator, Sequence
from datetime import date

from contracts.social_firms.recognition import Recognitions
from placements.claims import requirements
from placements.claims.content import FIELDS, Content, Draft, said_by
from placements.claims.doubts import claim_doubts
from placements.claims.valuing import Candidates, Valued, fetch, values_now
from placements.models import Allocation, Fulfilment, FulfilmentVersion
from sroi.doors import Doubt
from sroi.money import ZERO


def lacking(versions: Sequence[FulfilmentVersion], today: date) -> dict[int, list[str]]:
    """By id why each of these cannot be handed in yet, in sentences; of versions that were fetched
    (`valuing.fetch`).
    """
    claims = [(v.fulfilment, said_by(v), False) for v in versions]
    return {v.pk: found for v, found in zip(versions, objections(claims, today), strict=True)}


def objections(
    claims: Sequence[tuple[Fulfilment, Content, bool]], today: date
) -> Iterator[list[str]]:
    """Of each claim what stands in the way of handing it in (`claims.requirements`), each reason
    once.

    A change need not say what was accepted without it.
    """
    fields = [content.fields for _fulfilment, content, _elsewhere in claims]
    register = Recognitions(
        {fulfilment.region_id for fulfilment, _content, _elsewhere in claims},
        {f.get("supplier_kvk") or "" for f in fields},
        {f.get("supplier_name") or "" for f in fields},
    )
    accepted = FulfilmentVersion.objects.in_bulk(
        [f.accepted_id for f, _c, _e in claims if f.accepted_id]
    )
    for fulfilment, content, elsewhere in claims:
        kind, before = fulfilment.kind, accepted.get(fulfilment.accepted_id or 0)
        excused = lacked(before) if before else set()
        if elsewhere:
            blocks = [block for _contract, block, _percent in content.allocations]
            excused |= requirements.excused_in_history(
                blocks, content.fields.get("decided_value") is not None
            )
        objections = [
            *requirements.wrong(content, today),
            *requirements.lacking(kind, content, excused),
        ]
        if not elsewhere:
            objections += requirements.closed(kind, fulfilment.region_id, content, register, today)
        yield list(dict.fromkeys(objection.reason for objection in objections))


def lacked(version: FulfilmentVersion) -> set[str]:
    empty = {name for name in FIELDS if getattr(version, name) in (None, "", {})}
    return empty if version.terms.exists() else {*empty, "hours_per_week"}


def unanswered(versions: Sequence[FulfilmentVersion]) -> dict[int, list[Doubt]]:
    """By version id what is still asked before it can be handed in; nothing is stored."""
    fetch(versions)
    candidates = Candidates(versions)
    for version in versions:
        with_values(values_now(version, candidates))
    return still_asked(versions)


def still_asked(versions: Sequence[FulfilmentVersion]) -> dict[int, list[Doubt]]:
    """What was accepted already is not asked again of a change of it."""
    changes = [v.fulfilment_id for v in versions if v.fulfilment.accepted_id]
    accepted = list(FulfilmentVersion.objects.filter(accepted_of__in=changes)) if changes else []
    fetch(accepted)
    before = {v.fulfilment_id: {doubt.key for doubt in _doubts_now(v)} for v in accepted}
    found = {}
    for version in versions:
        known = {*version.answered, *before.get(version.fulfilment_id, ())}
        found[version.pk] = [doubt for doubt in _doubts_now(version) if doubt.key not in known]
    return found


def _doubts_now(version: FulfilmentVersion) -> list[Doubt]:
    content = said_by(version)
    content.worth = [a.value or ZERO for a in version.allocations.all()]
    return doubts_of(Draft(version.fulfilment, content))


def doubts_of(draft: Draft) -> list[Doubt]:
    """What is asked of a claim that was worked out before it is handed in."""
    content = draft.content
    worth = sum(content.worth, ZERO) if content.worth else None
    return list(claim_doubts(draft.fulfilment.kind, content, worth))


def with_values(valued: Valued) -> list[Allocation]:
    for allocation, value in valued:
        allocation.value = value.total
    return [allocation for allocation, _value in valued]
