"""The one door for fulfilments: draft, edit, submit, take back, return, accept, reject, confirm,
change, withdraw.

Each function is one act in one short transaction. A state moves only where it is still the expected
one and the edition is the one that was on the screen, so two people at once never count anything
twice. Refusals are `Refused`, with a sentence for the person. Source: DOMAIN.md section 6.
"""

from collections.abc import Collection, Container, Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import zip_longest
from typing import Any

from django.db import transaction
from django.db.models import F, OuterRef, Subquery
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from contracts.models import BlockKind, Contract, ContractState, Region
from contracts.owed.posting import OpenPosting, lock_ledger, mark_out_of_step, open_posting
from contracts.owed.shares import SharesOfContracts
from placements.claims import editions, proof, requirements, whole
from placements.claims.content import Content, Draft, content_of, said_by
from placements.claims.valuing import (
    Candidates,
    Who,
    fetch,
    forget,
    last_counted,
    under,
    values_as_accepted,
    values_if,
    values_now,
)
from placements.ledger import posting
from placements.life.handing_in import doubts_of, lacked, objections, still_asked, with_values
from placements.models import (
    Allocation,
    EventKind,
    Fulfilment,
    FulfilmentEvent,
    FulfilmentState,
    FulfilmentVersion,
    KeptEdition,
    PlacementTerm,
)
from placements.rights import OPEN_TO_EDIT, OPEN_TO_WITHDRAW, reviews_own_entry
from sroi.database.batches import AT_ONCE, in_batches
from sroi.doors import Act, Refused, refuse_to_come, refuse_unanswered

# What a next version says that changes nothing in what was claimed and decided.
SAID_AGAIN = (
    *("description", "candidate_ref", "person", "start_date", "end_date", "confirmed_until"),
    "age_at_start",
    *(
        "permanent_contract",
        "bonuses",
        "supplier_name",
        "supplier_kvk",
        "invoice_number",
        "amount",
        "paid_on",
    ),
    *(
        "quantity",
        "activity_date",
        "policy_field",
        "performed_by",
        "entitled_until",
        "facts",
        "origin",
        "residence",
        "decided_value",
        "decided_reason",
        "self_reviewed",
        "without_evidence",
        "only_here",
    ),
)


# --- what was settled -----------------------------------------------------------------------------


def refuse_settled(contracts: Collection[int]) -> None:
    """Under a contract that was settled nothing changes; asked under the lock of the ledger where
    lines are posted.
    """
    settled = Contract.objects.filter(pk__in=contracts, state=ContractState.SETTLED).first()
    if settled:
        raise Refused(
            _(
                "Contract %(ref)s is settled: its fulfilments stay as they are, unless the"
                " settlement is reopened."
            )
            % {"ref": settled.reference}
        )


def _contracts_of(versions: Iterable[int | None]) -> set[int]:
    """The ids of the contracts that these versions, by their ids, are allocated to."""
    return set(
        Allocation.objects.filter(version__in=[*versions]).values_list("contract", flat=True)
    )


# --- recording ------------------------------------------------------------------------------------


def draft(drafts: Sequence[Draft], act: Act) -> list[FulfilmentVersion]:
    """Record fulfilments, each with a first version in state draft."""
    with transaction.atomic():
        refuse_settled(
            {contract.pk for d in drafts for contract, _block, _percent in d.content.allocations}
        )
        for d in drafts:
            _refuse_wrong(d.content, act.today)
            d.fulfilment.entered_by = act.by
        Fulfilment.objects.bulk_create([d.fulfilment for d in drafts])
        versions = _new_versions([(d.fulfilment, 1, d.content) for d in drafts], act)
        for d, version in zip(drafts, versions, strict=True):
            d.fulfilment.latest = version
        _first_is_latest([d.fulfilment for d in drafts])
        _note(versions, EventKind.DRAFTED, act)
    return versions


def _refuse_wrong(content: Content, today: date) -> None:
    for objection in requirements.wrong(content, today):
        raise Refused(objection.reason)


def complete(drafts: Sequence[Draft], act: Act) -> None:
    """Fill in what submitting adds: until when it is certain, and what it is worth now. Nothing is
    stored yet.

    Of many at once, so that `hand_in` need not keep others waiting.
    """
    work_out(drafts)
    for d in drafts:
        fields = d.content.fields
        if d.fulfilment.kind == BlockKind.PLACEMENT and fields["confirmed_until"] is None:
            fields["confirmed_until"] = _until_when(
                fields["start_date"], fields["end_date"], act.today
            )
        fields |= {"state": FulfilmentState.SUBMITTED, "submitted_at": act.at}


def work_out(drafts: Sequence[Draft]) -> None:
    """Note in their contents what they are worth now, of those of which it is not known yet.

    Contracts come with their policy, and blocks with their table and all its blocks.
    """
    drafts = [d for d in drafts if not d.content.worth]
    placements = [d for d in drafts if d.fulfilment.kind == BlockKind.PLACEMENT]
    candidates = Candidates(())
    candidates.look_up(
        Who(d.fulfilment.region_id, d.fulfilment.contractor_id, d.content.fields["candidate_ref"])
        for d in placements
    )
    for d in drafts:
        content = d.content
        valued = values_if(
            d.fulfilment.kind,
            content.fields,
            content.hours,
            content.allocations,
            d.fulfilment.pk,
            candidates,
            contractor_id=d.fulfilment.contractor_id,
        )
        content.worth = [value.total for _contract, value in valued]


def hand_in(
    drafts: Sequence[Draft], act: Act, answered: Container[str] = ()
) -> list[FulfilmentVersion]:
    """Record what was completed and submit it, in one act; `answered` as in `submit`."""
    _refuse_incomplete([(d.fulfilment, d.content, d.decided_elsewhere) for d in drafts], act)
    for d in drafts:
        if not d.decided_elsewhere:
            doubts = doubts_of(d)
            refuse_unanswered(doubts, answered)
            d.content.fields["answered"] = [doubt.key for doubt in doubts]
    with transaction.atomic():
        versions = draft(drafts, act)
        _note(versions, EventKind.SUBMITTED, act)
    return versions


def _first_is_latest(fulfilments: Sequence[Fulfilment]) -> None:
    first = FulfilmentVersion.objects.filter(fulfilment=OuterRef("pk")).order_by().values("pk")
    Fulfilment.objects.filter(pk__in=[f.pk for f in fulfilments]).update(latest=Subquery(first))


def _new_versions(
    rows: Iterable[tuple[Fulfilment, int, Content]], act: Act
) -> list[FulfilmentVersion]:
    made = [
        (
            FulfilmentVersion(fulfilment=f, number=number, changed_at=act.at, **content.fields),
            content,
        )
        for f, number, content in rows
    ]
    FulfilmentVersion.objects.bulk_create([version for version, _content in made])
    _write_parts(made)
    return [version for version, _content in made]


def _write_parts(made: Sequence[tuple[FulfilmentVersion, Content]]) -> None:
    PlacementTerm.objects.bulk_create(
        PlacementTerm(version=version, first_day=day, hours_per_week=hours)
        for version, content in made
        for day, hours in content.hours
    )
    Allocation.objects.bulk_create(
        Allocation(version=version, contract=contract, block=block, percent=percent, value=worth)
        for version, content in made
        for (contract, block, percent), worth in zip_longest(content.allocations, content.worth)
    )


def edit(
    version: FulfilmentVersion, content: Content, act: Act, answered: Sequence[str] | None = None
) -> None:
    """Change what a draft or returned version says; `answered` are the keys of the doubts to which
    its maker said that it is right, None where nothing was asked.
    """
    _refuse_wrong(content, act.today)
    said = {} if answered is None else {"answered": list(answered)}
    with transaction.atomic():
        before = _contracts_of([version.pk])
        refuse_settled(before | {contract.pk for contract, _b, _p in content.allocations})
        moved = FulfilmentVersion.objects.filter(
            pk=version.pk, edition=version.edition, state__in=OPEN_TO_EDIT
        ).update(edition=F("edition") + 1, changed_at=act.at, **content.fields, **said)
        if not moved:
            raise Refused(changed_meanwhile(version))
        version.terms.all().delete()
        version.allocations.all().delete()
        _write_parts([(version, content)])
        mark_out_of_step(before)
        version.refresh_from_db()
        _note([version], EventKind.EDITED, act)


def submit(
    versions: Sequence[FulfilmentVersion],
    act: Act,
    *,
    decided_elsewhere: bool = False,
    answered: Container[str] = (),
    only_here: bool | None = None,
) -> None:
    """Hand versions in for review; what they are worth now is kept, as what is in review.

    `answered` are the keys of the doubts to which somebody says now that it is right, beside those
    that were answered while it was filled in; `Unanswered` where one is not there.

    Of one that was asked back `act.why` is the answer in words, and what it says now is kept beside
    what it said then. `only_here` is what was said of where it belongs, kept with it; None where it
    was not asked.
    """
    if only_here is False:
        raise Refused(_("Say that it belongs only to the contract and the period that stand here."))
    with transaction.atomic():
        refuse_settled(_contracts_of(v.pk for v in versions))
        _move(
            versions,
            OPEN_TO_EDIT,
            state=FulfilmentState.SUBMITTED,
            submitted_at=act.at,
            changed_at=act.at,
            only_here=only_here,
        )
        _say_until_when(versions, act.today)
        for some in in_batches(versions):
            fetch(some)
            _refuse_incomplete([(v.fulfilment, said_by(v), decided_elsewhere) for v in some], act)
            _value(some)
            if not decided_elsewhere:
                _refuse_doubtful(some, answered)
            if len(versions) > AT_ONCE:
                forget(some)
        whole.hold([v.fulfilment_id for v in versions])
        events = _note(versions, EventKind.SUBMITTED, act)
        asked_back = [(v, event) for v, event in zip(versions, events, strict=True) if v.answer]
        _keep_editions(asked_back)


def take_back(version: FulfilmentVersion, act: Act) -> None:
    """Out of review, to be mended and handed in again: a draft once more, of a new edition, so that
    who had the old one on the screen answers nothing any more.
    """
    with transaction.atomic():
        refuse_settled(_contracts_of([version.pk]))
        moved = FulfilmentVersion.objects.filter(
            pk=version.pk, edition=version.edition, state=FulfilmentState.SUBMITTED
        ).update(state=FulfilmentState.DRAFT, edition=F("edition") + 1, changed_at=act.at)
        if not moved:
            raise Refused(changed_meanwhile(version))
        version.refresh_from_db()
        (noted,) = _note([version], EventKind.TAKEN_BACK, act)
        # For whom and what evidence was seen meanwhile.
        _keep_editions([(version, noted)])


def _refuse_incomplete(claims: Sequence[tuple[Fulfilment, Content, bool]], act: Act) -> None:
    """What a claim must hold, asked once more of what came in by whatever way."""
    found = objections(claims, act.today)
    for (fulfilment, _content, _elsewhere), reasons in zip(claims, found, strict=True):
        if reasons:
            raise Refused(
                _("Fulfilment %(number)s cannot be handed in. %(reasons)s")
                % {"number": fulfilment.external_id, "reasons": " ".join(reasons)}
            )


def _refuse_doubtful(versions: Sequence[FulfilmentVersion], answered: Container[str]) -> None:
    asked = still_asked(versions)
    if len(versions) > 1:
        for version in versions:
            number = version.fulfilment.external_id
            asked[version.pk] = [
                doubt._replace(reason=f"{number}: {doubt.reason}") for doubt in asked[version.pk]
            ]
    refuse_unanswered((doubt for doubts in asked.values() for doubt in doubts), answered)
    doubtful = [version for version in versions if asked[version.pk]]
    for version in doubtful:
        version.answered = [*version.answered, *(doubt.key for doubt in asked[version.pk])]
    FulfilmentVersion.objects.bulk_update(doubtful, ["answered"], batch_size=AT_ONCE)


def _value(versions: Sequence[FulfilmentVersion]) -> None:
    """Keep what they are worth now."""
    fetch(versions)
    candidates = Candidates(versions)
    valued = [a for v in versions for a in with_values(values_now(v, candidates))]
    Allocation.objects.bulk_update(valued, ["value"], batch_size=AT_ONCE)


def _say_until_when(versions: Sequence[FulfilmentVersion], today: date) -> None:
    """A placement of which nothing else was said is certain until the day it is handed in, or its
    last day.
    """
    silent = [
        v
        for v in versions
        if v.fulfilment.kind == BlockKind.PLACEMENT and v.start_date and v.confirmed_until is None
    ]
    for version in silent:
        version.confirmed_until = _until_when(version.start_date, version.end_date, today)
    FulfilmentVersion.objects.bulk_update(silent, ["confirmed_until"], batch_size=AT_ONCE)


def _until_when(first: date | None, last: date | None, today: date) -> date | None:
    return first and max(first, min(last or today, today))


def _keep_values(allocations: Sequence[Allocation]) -> None:
    Allocation.objects.bulk_update(
        allocations,
        ["value", "counted_from", "counted_until", "counted_bonuses"],
        batch_size=AT_ONCE,
    )


# --- reviewing ------------------------------------------------------------------------------------


def accept(
    versions: Sequence[FulfilmentVersion],
    act: Act,
    *,
    region: Region,
    decided_elsewhere: bool = False,
    without_evidence: str = "",
) -> None:
    """Accept versions as they are on the screen, value them once more, and post the months that
    have happened.

    `without_evidence` is the reason why those that lack evidence are accepted nevertheless; it is
    kept with them, and without it they are refused. `decided_elsewhere` is for history imported
    from the command line: it skips four eyes and evidence. A version that replaces an accepted one
    takes its place: the old lines are reversed, the new ones posted.
    """
    if not versions:
        return
    with transaction.atomic():
        opened = open_posting(region, replace(act, why=act.why or _("Fulfilments accepted")))
        refuse_settled(
            _contracts_of(pk for v in versions for pk in (v.pk, v.fulfilment.accepted_id))
        )
        own = [] if decided_elsewhere else _refuse_own_entries(versions, act)
        lacking = {} if decided_elsewhere else _refuse_unproved(versions, without_evidence)
        _refuse_what_cannot_count(versions, act.today)
        _move(
            versions,
            [FulfilmentState.SUBMITTED],
            state=FulfilmentState.ACCEPTED,
            reviewed_at=act.at,
            reviewed_by=act.by,
            changed_at=act.at,
            answer=act.why[:1000],
            accepted_in=opened.posting,
        )
        if own:
            FulfilmentVersion.objects.filter(pk__in=[v.pk for v in own]).update(self_reviewed=True)
        FulfilmentVersion.objects.filter(pk__in=lacking).update(
            without_evidence=without_evidence[:1000]
        )
        _supersede([v for v in versions if v.fulfilment.accepted_id], opened)
        _value_and_post(versions, opened, act)
        for version in versions:
            version.fulfilment.accepted = version
        Fulfilment.objects.bulk_update(
            [v.fulfilment for v in versions], ["accepted"], batch_size=AT_ONCE
        )
        _note([v for v in versions if v.pk not in lacking], EventKind.ACCEPTED, act, opened)
        for version in (v for v in versions if v.pk in lacking):
            words = {"what": proof.named(lacking[version.pk]), "why": without_evidence}
            without = _("Accepted without evidence (%(what)s), because: %(why)s") % words
            told = replace(act, why=f"{act.why} {without}".strip())
            _note([version], EventKind.ACCEPTED, told, opened)


def _refuse_unproved(versions: Sequence[FulfilmentVersion], why: str) -> dict[int, list[str]]:
    """By version id the evidence that is asked and not there; refused where it is not said why it
    may be missing.
    """
    fetch(versions)
    lacking = proof.missing(versions)
    if not why.strip():
        for version in (v for v in versions if v.pk in lacking):
            raise Refused(
                _(
                    "Fulfilment %(number)s cannot simply be accepted. %(missing)s Write why you"
                    " accept it without."
                )
                % {
                    "number": version.fulfilment.external_id,
                    "missing": proof.still_missing(lacking[version.pk]),
                }
            )
    return lacking


def _refuse_own_entries(versions: Sequence[FulfilmentVersion], act: Act) -> list[FulfilmentVersion]:
    """Four eyes: who entered it on behalf of a contractor does not review it, unless the policy
    allows.
    """
    own = [v for v in versions if reviews_own_entry(act.by, v.fulfilment)]
    for version in own:
        if not all(
            a.contract.policy.self_review
            for a in version.allocations.select_related("contract__policy")
        ):
            raise Refused(_("You entered this yourself. Ask a colleague to review it."))
    return own


def _refuse_what_cannot_count(versions: Sequence[FulfilmentVersion], today: date) -> None:
    for version in versions:
        fields = {"paid_on": version.paid_on, "activity_date": version.activity_date}
        for objection in requirements.not_yet(version.fulfilment.kind, fields, today):
            raise Refused(objection.reason)


def _supersede(versions: Sequence[FulfilmentVersion], opened: OpenPosting) -> None:
    old = [v.fulfilment.accepted_id for v in versions if v.fulfilment.accepted_id]
    if not old:
        return
    Fulfilment.objects.filter(pk__in=[v.fulfilment_id for v in versions]).update(accepted=None)
    posting.reverse(FulfilmentVersion.objects.filter(pk__in=old), opened)
    FulfilmentVersion.objects.filter(pk__in=old, state=FulfilmentState.ACCEPTED).update(
        state=FulfilmentState.SUPERSEDED
    )


def _value_and_post(versions: Sequence[FulfilmentVersion], opened: OpenPosting, act: Act) -> None:
    fetch(versions)
    candidates = Candidates(versions)
    candidates.expect(versions)
    items = []
    # Earlier placements of a candidate first: they use up the months and the bonuses that count
    # once.
    for version in sorted(versions, key=lambda v: (v.start_date or date.max, v.pk)):
        valued = values_now(version, candidates)
        for allocation, value in valued:
            allocation.counted_from = value.window.first if value.window else None
            allocation.counted_until = value.window.last if value.window else None
            allocation.counted_bonuses = {code: last.isoformat() for code, last in value.bonuses}
            candidates.add(version, allocation.contract_id, value)
        with_values(valued)
        items.append((version, valued))
    _keep_values([a for _version, valued in items for a, _value in valued])
    shares = SharesOfContracts(a.contract_id for _version, valued in items for a, _value in valued)
    posting.post(items, shares, opened, act.today)


def accept_otherwise(
    version: FulfilmentVersion,
    content: Content,
    act: Act,
    *,
    region: Region,
    decided_value: Decimal | None = None,
    without_evidence: str = "",
) -> FulfilmentVersion:
    """Accept with other hours, period, block or amount than claimed, or a value that the adviser
    decides.

    The claim stays as it was handed in; what the adviser made of it is the next version, and that
    one is accepted. The contractor sees the reason. Only who still finds the edition that was on
    the screen gets through.
    """
    if not act.why.strip():
        raise Refused(
            _("Write why, so that the contractor sees what was changed and for what reason.")
        )
    lacking = requirements.lacking(version.fulfilment.kind, content, lacked(version))
    decided_too = Content(
        {**content.fields, "decided_value": decided_value}, content.hours, content.allocations
    )
    for objection in (*requirements.wrong(decided_too, act.today), *lacking):
        raise Refused(objection.reason)
    with transaction.atomic():
        _refuse_own_entries([version], act)
        _move(
            [version],
            [FulfilmentState.SUBMITTED],
            state=FulfilmentState.SUPERSEDED,
            reviewed_at=act.at,
            reviewed_by=act.by,
            changed_at=act.at,
            answer=act.why[:1000],
        )
        fulfilment = Fulfilment.objects.select_for_update(of=("self",)).get(
            pk=version.fulfilment_id
        )
        decided = {
            "decided_value": decided_value,
            "decided_reason": act.why[:1000] if decided_value is not None else "",
        }
        handed_in = {"state": FulfilmentState.SUBMITTED, "submitted_at": version.submitted_at}
        adjusted = Content(
            {**content.fields, **decided, **handed_in}, content.hours, content.allocations
        )
        (made,) = _new_versions([(fulfilment, fulfilment.versions.count() + 1, adjusted)], act)
        fulfilment.latest = made
        fulfilment.save(update_fields=["latest"])
        whole.hold([fulfilment.pk])
        _say_until_when([made], act.today)
        _note([made], EventKind.EDITED, act)
        accept([made], act, region=region, without_evidence=without_evidence)
    return made


def return_(version: FulfilmentVersion, act: Act) -> None:
    """Ask the contractor for more, with a question."""
    refuse_settled(_contracts_of([version.pk]))
    _answer(version, FulfilmentState.RETURNED, EventKind.RETURNED, act)


def reject(version: FulfilmentVersion, act: Act) -> None:
    """Refuse a claim, with the reason."""
    _answer(version, FulfilmentState.REJECTED, EventKind.REJECTED, act)


def _answer(version: FulfilmentVersion, state: str, event: str, act: Act) -> None:
    if not act.why.strip():
        raise Refused(_("Write what is missing or why, so that the contractor knows what to do."))
    with transaction.atomic():
        _move(
            [version],
            [FulfilmentState.SUBMITTED],
            state=state,
            reviewed_at=act.at,
            reviewed_by=act.by,
            changed_at=act.at,
            answer=act.why[:1000],
        )
        (noted,) = _note([version], event, act)
        if state == FulfilmentState.RETURNED:
            _keep_editions([(version, noted)])


def _keep_editions(rows: Sequence[tuple[FulfilmentVersion, FulfilmentEvent]]) -> None:
    """What each says at this moment, so that what changed between question and answer can be
    told.
    """
    KeptEdition.objects.bulk_create(
        KeptEdition(version=version, event=event, content=editions.kept(content_of(version)))
        for version, event in rows
    )


def review_again(claimed: FulfilmentVersion, act: Act) -> FulfilmentVersion:
    """A claim that was decided waits for a review once more, as it was handed in: a next version
    that says the same. What was accepted counts until that one is accepted.
    """
    with transaction.atomic():
        rows = Fulfilment.objects.select_for_update(of=("self",))
        fulfilment = rows.select_related("latest", "accepted").get(pk=claimed.fulfilment_id)
        _refuse_while_open(fulfilment)
        if fulfilment.latest and fulfilment.latest.state == FulfilmentState.WITHDRAWN:
            raise Refused(changed_meanwhile(fulfilment.latest))
        refuse_settled(_contracts_of([claimed.pk, fulfilment.accepted_id]))
        content = content_of(claimed)
        handed_in = {
            "state": FulfilmentState.SUBMITTED,
            "submitted_at": act.at,
            "confirmed_until": _certain_by_now(claimed, fulfilment.accepted),
        }
        again = Content(content.fields | handed_in, content.hours, content.allocations)
        (made,) = _new_versions([(fulfilment, fulfilment.versions.count() + 1, again)], act)
        fulfilment.latest = made
        fulfilment.save(update_fields=["latest"])
        _value([made])
        whole.hold([fulfilment.pk])
        _note([made], EventKind.SUBMITTED, act)
    return made


def _certain_by_now(claimed: FulfilmentVersion, accepted: FulfilmentVersion | None) -> date | None:
    """Until when a claim is certain, with what was confirmed since of what was accepted; never
    after its own last day.
    """
    days = [v.confirmed_until for v in (claimed, accepted) if v and v.confirmed_until]
    last = max(days, default=None)
    return last and min(last, claimed.end_date or last)


def _refuse_while_open(fulfilment: Fulfilment) -> None:
    """A version that is not decided yet comes first; `latest` was fetched under the lock."""
    latest = fulfilment.latest
    if latest and latest.pk != fulfilment.accepted_id and latest.state in OPEN_TO_WITHDRAW:
        raise Refused(_("A change is already under way. Finish or withdraw that one first."))


# --- afterwards -----------------------------------------------------------------------------------


def confirm(fulfilments: Sequence[Fulfilment], until: date, act: Act, *, region: Region) -> None:
    """“It still runs”: the months that passed are posted, without a new review. Of the days on
    which it counts under none of its contracts any more nothing is confirmed.
    """
    refuse_to_come(until, act.today)
    with transaction.atomic():
        opened = open_posting(
            region, replace(act, why=act.why or _("Confirmed that it still runs"))
        )
        versions = list(
            FulfilmentVersion.objects.select_for_update(of=("self",))
            .filter(accepted_of__in=fulfilments, state=FulfilmentState.ACCEPTED)
            .order_by("pk")
        )
        fetch(versions)
        for version in versions:
            last = min(until, version.end_date or until, last_counted(version))
            version.confirmed_until = max(last, version.confirmed_until or last)
        FulfilmentVersion.objects.bulk_update(versions, ["confirmed_until"], batch_size=AT_ONCE)
        items = [(version, values_as_accepted(version)) for version in versions]
        shares = SharesOfContracts(
            a.contract_id for _version, valued in items for a, _value in valued
        )
        posting.post(items, shares, opened, act.today)
        _note(versions, EventKind.CONFIRMED, act, opened)
        _say_it_of_what_waits(versions, act)


def _say_it_of_what_waits(confirmed: Sequence[FulfilmentVersion], act: Act) -> None:
    """What was confirmed of the accepted version holds for a change that waits too, or accepting
    that one would take these months back: a next edition of it. Last, since others hold the
    fulfilment before its versions.
    """
    accepted = {version.fulfilment_id: version for version in confirmed}
    waiting = FulfilmentVersion.objects.filter(
        latest_of__in=accepted, state__in=OPEN_TO_WITHDRAW, confirmed_until__isnull=False
    ).order_by("pk")
    for version in waiting:
        certain = _certain_by_now(version, accepted[version.fulfilment_id])
        if certain == version.confirmed_until:
            continue
        said = {"confirmed_until": certain, "changed_at": act.at, "edition": F("edition") + 1}
        if not waiting.filter(pk=version.pk, edition=version.edition).update(**said):
            raise Refused(changed_meanwhile(version))


def revalue(versions: Sequence[FulfilmentVersion], act: Act, *, region: Region) -> None:
    """Post accepted versions anew, by their contracts as they are now: each gets a next version
    that says the same.

    It is no review of what was claimed, so four eyes are not asked; who reviewed their own entry
    stays marked.
    """
    if not versions:
        return
    with transaction.atomic():
        lock_ledger(region)
        now = list(FulfilmentVersion.objects.filter(pk__in=[v.pk for v in versions]).order_by("pk"))
        fetch(now)
        made = _new_versions([_said_again(version, act) for version in now], act)
        for version in made:
            version.fulfilment.latest = version
        Fulfilment.objects.bulk_update([v.fulfilment for v in made], ["latest"], batch_size=AT_ONCE)
        accept(made, act, region=region, decided_elsewhere=True)


def _said_again(version: FulfilmentVersion, act: Act) -> tuple[Fulfilment, int, Content]:
    """What the next version of an accepted one says; a block of another table is that of the
    contract's table now.
    """
    rows = Fulfilment.objects.select_for_update(of=("self",)).select_related("latest")
    fulfilment = rows.get(pk=version.fulfilment_id)
    latest = fulfilment.latest
    if fulfilment.accepted_id != version.pk or (latest and latest.state in OPEN_TO_WITHDRAW):
        raise Refused(
            _("Fulfilment %(number)s is being changed. Answer that change first.")
            % {"number": fulfilment.external_id}
        )
    parts = [(a.contract, under(a, a.contract), a.percent) for a in version.allocations.all()]
    if any(moved is None for _contract, moved, _percent in parts):
        raise Refused(
            _(
                "The table of the contract has no block for fulfilment %(number)s. Change it and"
                " choose a block."
            )
            % {"number": fulfilment.external_id}
        )
    fields = {name: getattr(version, name) for name in SAID_AGAIN}
    return (
        fulfilment,
        fulfilment.versions.count() + 1,
        Content(
            {
                **fields,
                "state": FulfilmentState.SUBMITTED,
                "submitted_at": version.submitted_at or act.at,
            },
            [(t.first_day, t.hours_per_week) for t in version.terms.all()],
            [(contract, moved.block, percent) for contract, moved, percent in parts if moved],
        ),
    )


def propose_change(fulfilment: Fulfilment, content: Content, act: Act) -> FulfilmentVersion:
    """A next version of an accepted fulfilment, as a draft: the accepted one counts until this one
    is accepted.
    """
    with transaction.atomic():
        _refuse_wrong(content, act.today)
        locked = (
            Fulfilment.objects.select_for_update(of=("self",))
            .select_related("latest")
            .get(pk=fulfilment.pk)
        )
        if not locked.accepted_id:
            raise Refused(_("Only what was accepted can be changed this way."))
        refuse_settled(_contracts_of([locked.accepted_id]))
        _refuse_while_open(locked)
        number = locked.versions.count() + 1
        (version,) = _new_versions([(locked, number, content)], act)
        locked.latest = version
        locked.save(update_fields=["latest"])
        _note([version], EventKind.CHANGE_PROPOSED, act)
    return version


def withdraw(version: FulfilmentVersion, act: Act) -> None:
    """Take back a version that was not accepted, or an accepted one with its lines reversed."""
    with transaction.atomic():
        if version.state == FulfilmentState.ACCEPTED:
            if not act.why.strip():
                raise Refused(_("Write why this is withdrawn."))
            opened = open_posting(version.fulfilment.region, act)
            refuse_settled(_contracts_of([version.pk]))
            _move(
                [version],
                [FulfilmentState.ACCEPTED],
                state=FulfilmentState.WITHDRAWN,
                changed_at=act.at,
            )
            Fulfilment.objects.filter(pk=version.fulfilment_id).update(accepted=None)
            posting.reverse([version], opened)
            _note([version], EventKind.WITHDRAWN, act, opened)
        else:
            _move([version], OPEN_TO_WITHDRAW, state=FulfilmentState.WITHDRAWN, changed_at=act.at)
            _note([version], EventKind.WITHDRAWN, act)


def _move(versions: Sequence[FulfilmentVersion], expected: Sequence[str], **fields: Any) -> None:
    """Change state where state and edition are still those that the person saw; else nothing
    happens at all.
    """
    by_edition: dict[int, list[int]] = {}
    for version in versions:
        by_edition.setdefault(version.edition, []).append(version.pk)
    for edition, keys in by_edition.items():
        moved = FulfilmentVersion.objects.filter(
            pk__in=keys, edition=edition, state__in=expected
        ).update(**fields)
        if moved != len(keys):
            raise Refused(changed_meanwhile(versions[0]))
    for version in versions:
        for name, new in fields.items():
            setattr(version, name, new)


def changed_meanwhile(version: FulfilmentVersion) -> str:
    """What the one who came second is told: by whom and when it was changed."""
    now = FulfilmentVersion.objects.select_related("reviewed_by").get(pk=version.pk)
    when = date_format(localtime(now.changed_at), "j F Y H:i")
    # What was sent back is answered for who saw it in review; for who mends it, it is not.
    is_answered = now.state in (FulfilmentState.ACCEPTED, FulfilmentState.REJECTED) or (
        now.state == FulfilmentState.RETURNED and version.state != FulfilmentState.RETURNED
    )
    if now.reviewed_by and is_answered:
        return _("%(who)s answered this on %(when)s: %(state)s. Nothing was changed by you.") % {
            "who": now.reviewed_by,
            "when": when,
            "state": now.get_state_display(),
        }
    return _(
        "This was changed on %(when)s and is now “%(state)s”. Look at it again; nothing was changed"
        " by you."
    ) % {
        "when": when,
        "state": now.get_state_display(),
    }


def _note(
    versions: Sequence[FulfilmentVersion], kind: str, act: Act, opened: OpenPosting | None = None
) -> list[FulfilmentEvent]:
    """What happened to them; every act on a fulfilment says so, and with it that the contracts of
    any of its versions may stand otherwise now.
    """
    for some in in_batches({version.fulfilment_id for version in versions}):
        theirs = Allocation.objects.filter(version__fulfilment__in=some).order_by()
        mark_out_of_step(theirs.values_list("contract", flat=True).distinct())
    return FulfilmentEvent.objects.bulk_create(
        FulfilmentEvent(
            fulfilment_id=version.fulfilment_id,
            version_number=version.number,
            kind=kind,
            at=act.at,
            by=act.by,
            why=act.why[:1000],
            posting=opened.posting if opened else None,
        )
        for version in versions
    )
