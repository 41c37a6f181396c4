"""The one door for places, needs and matches: offer, close, propose, agree, decline, start, end.

A match goes open → answered → agreed → running → ended, or is declined. Each side agrees once, in
one update where it had not yet; who comes second makes it agreed, and what was agreed becomes a
line of the action plan. When it starts there is a draft of the fulfilment with all that is known.
Of a candidate no more is taken than a reference, which goes when the match starts or is declined.
Source: DOMAIN.md sections 6, 8 and 9.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Case, F, Q, Value, When
from django.utils.translation import gettext as _

from contracts.models import (
    CATEGORY_OF_KIND,
    BlockKind,
    BuildingBlock,
    Category,
    Contract,
    Municipality,
    Partner,
    PlanState,
)
from contracts.owed.amounts import OPEN as OPEN_CONTRACTS
from contracts.plans import door as plans
from contracts.plans.plan import has_plan, quarters_to_plan
from contracts.plans.schedule import quarter_of
from placements.matching.rights import (
    Side,
    is_of_contractor,
    is_of_partner,
    may_broker,
    may_close,
    sides_of,
)
from placements.matching.wanting import suppliers_of
from placements.matching.worth import (
    Supplier,
    Terms,
    blocks_for,
    content_of,
    kind_of,
    terms_of_match,
    under,
    value_of,
    worth_of,
)
from placements.models import (
    Came,
    Fulfilment,
    Match,
    MatchEvent,
    MatchState,
    MatchStep,
    Need,
    NeedKind,
    OfferState,
    Place,
    WhyNot,
)
from placements.recording import door as recording
from sroi.access import Access
from sroi.bsn import contains_bsn
from sroi.database import days
from sroi.doors import Act, Refused, first_come, refuse_to_come
from sroi.money import cumulative
from sroi.periods import add_months

# Both sides can still say yes or no.
WAITING = (MatchState.OPEN, MatchState.ANSWERED)
BEFORE_IT_RUNS = (*WAITING, MatchState.AGREED)
# Letters, digits and what parts them, with at least one digit: no name looks like that.
REFERENCE = re.compile(r"\A(?=.*\d)[A-Za-z0-9][A-Za-z0-9./_-]{0,29}\Z")
# So long the reference of a candidate is kept where nobody answers.
CANDIDATE_MONTHS = 6


@dataclass(frozen=True)
class About:
    """What a place and a need say alike."""

    title: str
    trade: str
    first_day: date
    until: date
    about: str = ""
    municipality: Municipality | None = None


# --- places and needs -----------------------------------------------------------------------------


def offer_place(
    contracts: Collection[Contract],
    about: About,
    kind: str,
    hours_per_week: Decimal,
    access: Access,
    act: Act,
    *,
    asked: str = "",
    how_many: int = 1,
) -> Place:
    """A place of one contractor, under contracts of theirs in one region."""
    if not contracts:
        raise Refused(_("Choose the contract for which this place is."))
    first = next(iter(contracts))
    of_one = {(c.region_id, c.contractor_id) for c in contracts} == {
        (first.region_id, first.contractor_id)
    }
    if not of_one or not all(is_of_contractor(access, c) for c in contracts):
        raise Refused(_("Choose contracts of your own in one region."))
    _refuse_impossible(about, first.region_id, asked)
    with transaction.atomic():
        _refuse_closed_contracts(contracts)
        place = Place.objects.create(
            region_id=first.region_id,
            contractor_id=first.contractor_id,
            kind=kind,
            hours_per_week=hours_per_week,
            asked=asked,
            how_many=how_many,
            made_by=act.by,
            made_at=act.at,
            **vars(about),
        )
        place.contracts.set(contracts)
    return place


def tell_need(
    partner: Partner,
    about: About,
    kind: str,
    access: Access,
    act: Act,
    *,
    amount: Decimal | None = None,
    hours: Decimal | None = None,
) -> Need:
    if not is_of_partner(access, partner):
        raise Refused(_("You can tell needs of your own organisation only."))
    _refuse_impossible(about, partner.region_id)
    _refuse_unmeasured(kind, amount, hours)
    return Need.objects.create(
        region_id=partner.region_id,
        partner=partner,
        kind=kind,
        amount=amount,
        hours=hours,
        made_by=act.by,
        made_at=act.at,
        **vars(about),
    )


def change_need(
    need: Need,
    about: About,
    access: Access,
    *,
    amount: Decimal | None = None,
    hours: Decimal | None = None,
) -> None:
    """What is asked now; what was agreed already stays as it was agreed."""
    if not may_close(access, need):
        raise Refused(_("You can tell needs of your own organisation only."))
    _refuse_impossible(about, need.region_id)
    _refuse_unmeasured(need.kind, amount, hours)
    now = Need.objects.filter(pk=need.pk, state=OfferState.OPEN)
    if not now.update(amount=amount, hours=hours, **vars(about)):
        raise Refused(_("This was closed already."))


def close(of: Place | Need, access: Access, act: Act) -> None:
    """It is offered no more; matches that were agreed go on."""
    if not may_close(access, of):
        raise Refused(_("Who offers it can close it."))
    rows: Any = type(of)._default_manager.filter(pk=of.pk, state=OfferState.OPEN)
    if not rows.update(state=OfferState.CLOSED, closed_at=act.at):
        raise Refused(_("This was closed already."))


def _refuse_impossible(about: About, region_id: int, *texts: str) -> None:
    if about.until < about.first_day:
        raise Refused(_("The last day lies before the first."))
    if about.municipality and about.municipality.region_id != region_id:
        raise Refused(_("This municipality is of another region."))
    if any(contains_bsn(text) for text in (about.title, about.about, *texts)):
        raise Refused(_("This looks like a BSN. Leave it out."))


def _refuse_unmeasured(kind: str, amount: Decimal | None, hours: Decimal | None) -> None:
    """Without how much of it, nobody can say what it counts for."""
    if kind == NeedKind.PURCHASE and amount is None:
        raise Refused(_("Fill in the amount without VAT."))
    if amount is None and hours is None:
        raise Refused(_("Fill in how many hours, or the amount without VAT."))


def _refuse_closed_contracts(contracts: Collection[Contract]) -> None:
    open_now = Contract.objects.filter(
        pk__in=[contract.pk for contract in contracts], state__in=OPEN_CONTRACTS
    )
    if open_now.count() != len(contracts):
        raise Refused(_("One of these contracts does not run any more."))


# --- proposing ------------------------------------------------------------------------------------


def propose_candidate(
    place: Place,
    contract: Contract,
    block: BuildingBlock,
    reference: str,
    terms: Terms,
    access: Access,
    act: Act,
) -> Match:
    """A candidate of the account manager's, by a reference that only they can lead back."""
    if not may_broker(access, place.region_id):
        raise Refused(_("An account manager proposes candidates."))
    if why := not_a_reference(reference):
        raise Refused(why)
    if not place.contracts.filter(pk=contract.pk, contractor=place.contractor_id).exists():
        raise Refused(_("This place is not for that contract."))
    if block not in blocks_for(contract, place):
        raise Refused(_("The table of this contract does not have that target group."))
    return _propose(
        Match(
            place=place,
            reference=reference,
            block=block,
            hours_per_week=terms.hours_per_week,
            other_agreed_at=act.at,
            state=MatchState.ANSWERED,
        ),
        contract,
        terms,
        act,
    )


def propose_need(need: Need, contract: Contract, terms: Terms, access: Access, act: Act) -> Match:
    """A contractor that wants to fulfil it agrees by that; of an account manager both are asked."""
    by_contractor = is_of_contractor(access, contract)
    if not by_contractor and not may_broker(access, need.region_id):
        raise Refused(_("The contractor or an account manager proposes this."))
    if contract.region_id != need.region_id:
        raise Refused(_("This need is of another region."))
    worth = worth_of(contract, need, terms, seller_of(need, act.today))
    if worth is None:
        raise Refused(_("The table of this contract does not value this."))
    match = Match(need=need, block=worth.block, hours=terms.hours, amount=terms.amount)
    match.state = MatchState.ANSWERED if by_contractor else MatchState.OPEN
    if by_contractor:
        match.contractor_agreed_at, match.contractor_agreed_by = act.at, act.by
    return _propose(match, contract, terms, act)


def _propose(match: Match, contract: Contract, terms: Terms, act: Act) -> Match:
    if terms.last < terms.first:
        raise Refused(_("The last day lies before the first."))
    if terms.first > contract.last_counted_day:
        raise Refused(_("This begins after the last day on which it can count."))
    match.region_id, match.contract = contract.region_id, contract
    match.contractor_id = contract.contractor_id
    match.first_day, match.last_day = terms.first, terms.last
    match.proposed_by, match.proposed_at = act.by, act.at
    of = match.of
    proposed = _("This was proposed for this contract already.")
    with first_come(proposed), transaction.atomic():
        _refuse_closed_contracts([contract])
        rows: Any = type(of)._default_manager.select_for_update()
        if not rows.filter(pk=of.pk, state=OfferState.OPEN).exists():
            raise Refused(_("This was closed already."))
        if match.place and _is_proposed(match.place, match.reference):
            raise Refused(_("This candidate was proposed for this place already."))
        match.save(force_insert=True)
        _note(match, MatchStep.PROPOSED, act)
    return match


def _is_proposed(place: Place, reference: str) -> bool:
    """Whether this candidate waits here already, also for another contract."""
    return place.matches.filter(reference__iexact=reference, state__in=BEFORE_IT_RUNS).exists()


def not_a_reference(text: str) -> str:
    """Why a text cannot stand for a candidate; empty where it can."""
    if contains_bsn(text):
        return _("This looks like a BSN. Leave it out.")
    if not REFERENCE.match(text):
        return _(
            "Use a reference of your own with a digit in it and no spaces, such as WC-2041. No"
            " name and no BSN."
        )
    return ""


def seller_of(need: Need, today: date) -> Supplier:
    return suppliers_of([need], today).get(need.pk, Supplier(need.partner.name, need.partner.kvk))


# --- answering ------------------------------------------------------------------------------------


def agree(match: Match, access: Access, act: Act) -> None:
    """Yes, for the side that has not said so yet; of both at once each is counted once."""
    sides = sides_of(access, match)
    at_of = {Side.CONTRACTOR: "contractor_agreed_at", Side.OTHER: "other_agreed_at"}
    asked = [side for side in sides if getattr(match, at_of[side]) is None]
    if not asked:
        raise Refused(_("You answered this already, or it is for another to answer."))
    mine = at_of[asked[0]]
    theirs = at_of[Side.OTHER if asked[0] is Side.CONTRACTOR else Side.CONTRACTOR]
    they_agreed = When(Q(**{f"{theirs}__isnull": False}), then=Value(MatchState.AGREED.value))
    values: dict[str, Any] = {
        mine: act.at,
        "state": Case(they_agreed, default=Value(MatchState.ANSWERED.value)),
        "agreed_at": Case(
            When(Q(**{f"{theirs}__isnull": False}), then=Value(act.at)), default=F("agreed_at")
        ),
    }
    if asked[0] is Side.CONTRACTOR:
        values["contractor_agreed_by"] = act.by
    with transaction.atomic():
        _refuse_taken_over(match)
        _move(match, WAITING, {f"{mine}__isnull": True}, **values)
        agreed = match.state == MatchState.AGREED
        _note(match, MatchStep.AGREED if agreed else MatchStep.ANSWERED, act)
        if agreed:
            _into_plan(match, act)


def decline(match: Match, why_not: str, access: Access, act: Act) -> None:
    """No, of either side or of who proposed it, with a reason that helps the next."""
    proposed_it = may_broker(access, match.region_id) and match.proposed_by_id == act.by.pk
    if not sides_of(access, match) and not proposed_it:
        raise Refused(_("This is for another to answer."))
    if why_not not in WhyNot.values:
        raise Refused(_("Choose why not, so that the next proposal fits better."))
    if contains_bsn(act.why):
        raise Refused(_("This looks like a BSN. Leave it out."))
    with transaction.atomic():
        _move(match, BEFORE_IT_RUNS, state=MatchState.DECLINED, why_not=why_not, reference="")
        _note(match, MatchStep.DECLINED, act)


# --- what was agreed ------------------------------------------------------------------------------


def into_plan(match: Match, access: Access, act: Act) -> None:
    """What did not go into the plan at once, since it was with the adviser."""
    if not is_of_contractor(access, match.contract):
        raise Refused(_("The contractor fills in the plan."))
    with transaction.atomic():
        _refuse_taken_over(match)
        if not _into_plan(match, act):
            raise Refused(_("The plan waits for the adviser's answer, or has it already."))


def _refuse_taken_over(match: Match) -> None:
    """What one firm answered binds no other."""
    if not Contract.objects.filter(pk=match.contract_id, contractor=match.contractor_id).exists():
        raise Refused(_("This contract is of another contractor now. Decline this."))


def _into_plan(match: Match, act: Act) -> bool:
    """A line of the action plan that is under way, or of a next version; not while the adviser has
    it. It is the contractor's plan, so it is their act.
    """
    contract = match.contract
    handed_in = contract.plans.filter(state=PlanState.SUBMITTED).exists()
    if not has_plan(contract) or contract.state not in OPEN_CONTRACTS or handed_in:
        return False
    once = Match.objects.filter(pk=match.pk, state=MatchState.AGREED, in_plan=False)
    if not once.update(in_plan=True):
        return False
    match.refresh_from_db(fields=["in_plan", "contractor_agreed_by"])
    theirs = Act.of(match.contractor_agreed_by, act.at)
    plan = plans.begin(contract, theirs)
    amounts = {(row.category, row.quarter): row.amount for row in plan.amounts.all()}
    category = CATEGORY_OF_KIND[BlockKind(kind_of(match.of))]
    for quarter, amount in by_quarter(match):
        amounts[category, quarter] = amounts.get((category, quarter), Decimal(0)) + amount
    words = {c.value: getattr(plan, c.value) for c in Category}
    said = f"{words[category]}\n{match.of.title}".strip()
    if len(said) <= _longest(category):
        words[category] = said
    plans.save(plan, words, amounts, theirs)
    return True


def _longest(category: str) -> int:
    field: Any = plans.ActionPlan._meta.get_field(category)
    longest: int = field.max_length
    return longest


def by_quarter(match: Match) -> Iterable[tuple[date, Decimal]]:
    """What it is worth, by the first day of the quarter in which it counts."""
    supplier = seller_of(match.need, match.proposed_at.date()) if match.need else None
    assert match.block is not None
    valued = value_of(match.contract, match.block, match.of, terms_of_match(match), supplier)
    known = quarters_to_plan(match.contract)
    parts = zip(valued.months, cumulative([month.amount for month in valued.months]), strict=True)
    sums: dict[date, Decimal] = {}
    for month, amount in parts:
        quarter = min(max(quarter_of(month.month), known[0]), known[-1])
        sums[quarter] = sums.get(quarter, Decimal(0)) + amount
    return sums.items()


def start(match: Match, on: date, access: Access, act: Act) -> Fulfilment:
    """It runs: the claim is there as a draft, with all that is known. The candidate is known in the
    claim from now on, and here no more.
    """
    refuse_to_come(on, act.today)
    if not is_of_contractor(access, match.contract):
        raise Refused(_("The contractor says when it starts."))
    if on > match.last_day:
        raise Refused(_("This lies after the last day that was agreed."))
    terms = replace(terms_of_match(match), first=on)
    supplier = seller_of(match.need, act.today) if match.need else None
    reference = str.__str__(match.reference)
    with transaction.atomic():
        _refuse_taken_over(match)
        _move(match, [MatchState.AGREED], state=MatchState.RUNNING, started_on=on, reference="")
        assert match.block is not None
        under(match.contract, match.block)
        content = content_of(match.contract, match.block, match.of, terms, supplier, reference)
        region, firm = match.contract.region, match.contract.contractor
        version = recording.record(region, firm, kind_of(match.of), content, access, act)
        Match.objects.filter(pk=match.pk).update(fulfilment=version.fulfilment)
        _note(match, MatchStep.STARTED, act)
    return version.fulfilment


def end(match: Match, on: date, came: str, access: Access, act: Act) -> None:
    refuse_to_come(on, act.today)
    if not sides_of(access, match):
        raise Refused(_("This is for another to answer."))
    if came not in Came.values:
        raise Refused(_("Choose what came of it."))
    if match.started_on and on < match.started_on:
        raise Refused(_("The last day lies before the first."))
    with transaction.atomic():
        _move(match, [MatchState.RUNNING], state=MatchState.ENDED, ended_on=on, came=came)
        _note(match, MatchStep.ENDED, act)


def forget_candidates(today: date) -> None:
    """References of candidates of whom nobody said anything for a while."""
    over = days.by("proposed_at", add_months(today, -CANDIDATE_MONTHS))
    Match.objects.filter(over).exclude(reference="").update(reference="")


def _move(
    match: Match, expected: Collection[str], also: dict[str, Any] | None = None, **fields: Any
) -> None:
    """Change it where it still is as the person saw it; the other who answered meanwhile was
    first.
    """
    rows = Match.objects.filter(pk=match.pk, state__in=expected, **(also or {}))
    if not rows.update(**fields):
        now = Match.objects.get(pk=match.pk)
        raise Refused(
            _("This is now “%(state)s”. Look at it again; nothing was changed by you.")
            % {"state": now.get_state_display()}
        )
    match.refresh_from_db(fields=["state", *fields])


def _note(match: Match, what: str, act: Act) -> None:
    MatchEvent.objects.create(match=match, what=what, at=act.at, by=act.by, why=act.why[:500])
