"""The one door for action plans: begin, save, hand in, ask back, agree, discard; the first
contact, and reminding.

A plan goes draft → submitted → agreed; asked back it is a draft again. To change an agreed one a
next version is begun, and once that is agreed it takes the place of the other. Amounts are euro of
value. Source: DOMAIN.md section 6.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.timezone import make_aware
from django.utils.translation import gettext as _

from contracts.models import (
    ActionPlan,
    Category,
    Contract,
    ContractEvent,
    ContractNote,
    Happened,
    NoteKind,
    PlanAmount,
    PlanState,
    Region,
    ReminderText,
)
from contracts.owed.amounts import OPEN
from contracts.owed.door import refuse_closed
from contracts.owed.posting import mark_out_of_step
from contracts.people.membership import with_people
from contracts.plans.plan import UNDER_WAY, has_plan
from contracts.plans.reminders import TOLD, USUAL, Letter, text_of, why_not
from sroi.access import Access, May
from sroi.database import days
from sroi.database.batches import AT_ONCE
from sroi.doors import Act, Refused, first_come, key_of, refuse_overtaken, refuse_to_come
from sroi.money import ZERO

# Of a category and the first day of a quarter, the value that is meant.
Amounts = Mapping[tuple[str, date], Decimal]


# --- the plan -------------------------------------------------------------------------------------


def begin(contract: Contract, act: Act) -> ActionPlan:
    """The version that is under way, or a new one that begins as the agreed one is."""
    under_way = contract.plans.filter(state__in=UNDER_WAY).first()
    if under_way:
        return under_way
    with transaction.atomic():
        refuse_closed(contract)
        agreed = contract.plans.filter(state=PlanState.AGREED).first()
        words = {c.value: getattr(agreed, c.value) if agreed else "" for c in Category}
        begun = _("Someone else just began a plan. Open this page again.")
        with first_come(begun), transaction.atomic():
            plan = ActionPlan.objects.create(
                contract=contract,
                number=contract.plans.count() + 1,
                changed_by=act.by,
                changed_at=act.at,
                **words,
            )
        if agreed:
            _write(plan, {(row.category, row.quarter): row.amount for row in agreed.amounts.all()})
    return plan


def save(plan: ActionPlan, words: Mapping[str, str], amounts: Amounts, act: Act) -> None:
    """Keep what was filled in of a draft; refused where someone else saved or handed it in
    meanwhile.
    """
    said = {category.value: words.get(category.value, "") for category in Category}
    with transaction.atomic():
        _move(
            plan,
            PlanState.DRAFT,
            edition=F("edition") + 1,
            changed_by=act.by,
            changed_at=act.at,
            **said,
        )
        plan.amounts.all().delete()
        _write(plan, amounts)


def submit(plan: ActionPlan, act: Act) -> None:
    """Hand it in, so that the adviser can agree."""
    with transaction.atomic():
        if not plan.amounts.exists():
            raise Refused(_("The plan is empty. Fill in what will be done, and in which quarter."))
        _move(
            plan,
            PlanState.DRAFT,
            state=PlanState.SUBMITTED,
            submitted_at=act.at,
            changed_by=act.by,
            changed_at=act.at,
            answer="",
        )
        _note(plan, Happened.PLAN_SUBMITTED, act)


def send_back(plan: ActionPlan, act: Act) -> None:
    """Ask for more or something else: it is a draft again."""
    if not act.why.strip():
        raise Refused(_("Write what should be different, so that the contractor knows what to do."))
    with transaction.atomic():
        _move(plan, PlanState.SUBMITTED, state=PlanState.DRAFT, answer=act.why[:1000])
        _note(plan, Happened.PLAN_SENT_BACK, act)


def agree(plan: ActionPlan, act: Act) -> None:
    """From now on the contract is held to this plan; the one that was agreed before is replaced."""
    with transaction.atomic():
        earlier = ActionPlan.objects.filter(contract=plan.contract_id, state=PlanState.AGREED)
        earlier.update(state=PlanState.REPLACED)
        _move(plan, PlanState.SUBMITTED, state=PlanState.AGREED, agreed_by=act.by, agreed_at=act.at)
        mark_out_of_step([plan.contract_id])
        _note(plan, Happened.PLAN_AGREED, act)


@dataclass(frozen=True)
class Brought:
    """A plan from elsewhere: all of it, and the day on which it was agreed where it was; or the one
    that `waits` for that as it is.
    """

    contract: Contract
    words: Mapping[str, str]
    amounts: Amounts
    agreed_on: date | None = None
    waits: ActionPlan | None = None


def bring(plans: Iterable[Brought], act: Act) -> None:
    """Those of an import, all or none: handed in and, where it was agreed, agreed on that day."""
    with transaction.atomic():
        for one in plans:
            refuse_to_come(one.agreed_on, act.today)
            plan = one.waits or _handed_in(one, act)
            if one.agreed_on:
                agree(plan, act)
                at = make_aware(datetime.combine(one.agreed_on, time(12)))
                handed_in = min(at, plan.submitted_at or at)
                ActionPlan.objects.filter(pk=plan.pk).update(agreed_at=at, submitted_at=handed_in)


def _handed_in(one: Brought, act: Act) -> ActionPlan:
    if one.contract.plans.filter(state__in=UNDER_WAY).exists():
        raise Refused(_("Someone else just began a plan. Open this page again."))
    plan = begin(one.contract, act)
    save(plan, one.words, one.amounts, act)
    submit(plan, act)
    return plan


def discard(plan: ActionPlan) -> None:
    """Throw a draft away; what was agreed before stays."""
    with transaction.atomic():
        refuse_closed(plan.contract)
        gone, _by_model = ActionPlan.objects.filter(
            pk=plan.pk, edition=plan.edition, state=PlanState.DRAFT
        ).delete()
        if not gone:
            raise Refused(_changed_meanwhile(plan))


def _write(plan: ActionPlan, amounts: Amounts) -> None:
    PlanAmount.objects.bulk_create(
        PlanAmount(plan=plan, category=category, quarter=quarter, amount=amount)
        for (category, quarter), amount in sorted(
            amounts.items(), key=lambda row: (row[0][1], row[0][0])
        )
        if amount > ZERO
    )


def _move(plan: ActionPlan, expected: str, **fields: Any) -> None:
    """Change it where state and edition are still those that the person saw, and its contract still
    runs.
    """
    running = ActionPlan.objects.filter(
        pk=plan.pk, edition=plan.edition, state=expected, contract__state__in=OPEN
    )
    if not ActionPlan.objects.filter(pk__in=running.values("pk")).update(**fields):
        refuse_closed(plan.contract)
        raise Refused(_changed_meanwhile(plan))
    plan.refresh_from_db()


def _changed_meanwhile(plan: ActionPlan) -> str:
    now = ActionPlan.objects.filter(pk=plan.pk).first()
    if now is None:
        return _("This plan was discarded meanwhile.")
    return _(
        "This plan was changed meanwhile and is now “%(state)s”. Look at it again; nothing was"
        " changed by you."
    ) % {"state": now.get_state_display()}


# --- contact, and doing without a plan ------------------------------------------------------------


def record_contact(contract: Contract, on: date, act: Act) -> None:
    """The adviser spoke with the contractor for the first time, on a day."""
    refuse_to_come(on, act.today)
    with transaction.atomic():
        _change(contract, contacted_on=on)
        words = f"{on:%d-%m-%Y}. {act.why}".strip()
        ContractEvent.objects.create(
            contract=contract, what=Happened.CONTACT, at=act.at, by=act.by, why=words[:1000]
        )


def report_no_news(contract: Contract, act: Act) -> None:
    """The contractor says that nothing runs or happened, and how things stand: that is an interim
    report too.
    """
    if not has_plan(contract) or contract.state not in OPEN:
        refuse_closed(contract)
    with transaction.atomic():
        ContractEvent.objects.create(
            contract=contract, what=Happened.NO_NEWS, at=act.at, by=act.by, why=act.why
        )
        mark_out_of_step([contract.pk])


def not_to_remind(contracts: Collection[Contract], today: date) -> dict[int, str]:
    """By contract id why its contractor cannot be reminded now, in two queries for all of them."""
    ids = [contract.pk for contract in contracts]
    rows = with_people(Contract.objects.filter(pk__in=ids)).order_by()
    reached = dict(rows.values_list("pk", "has_people"))
    events = ContractEvent.objects.filter(contract__in=ids, what__in=TOLD.values())
    told = {*events.filter(days.within("at", today, today)).values_list("contract", flat=True)}
    found = {}
    for contract in contracts:
        if contract.state not in OPEN:
            found[contract.pk] = _("This contract runs no more.")
        elif not reached.get(contract.pk):
            found[contract.pk] = _(
                "Nobody of the contractor can sign in yet. Invite someone first."
            )
        elif contract.pk in told:
            found[contract.pk] = _("The contractor was reminded today already.")
    return found


def remind(contract: Contract, act: Act, letter: Letter | None = None) -> None:
    """The adviser reminds the contractor of what is asked (`act.why`), at most once a day; the
    worker mails it. What was written stays in the dossier as it was sent, and the contractor reads
    it there.
    """
    with transaction.atomic():
        # Of two at once the second finds what the first wrote.
        now = Contract.objects.select_for_update().get(pk=contract.pk)
        refuse_closed(contract)
        if why := not_to_remind([now], act.today).get(contract.pk):
            raise Refused(why)
        _remind([now], {now.pk: act.why}, {now.pk: letter} if letter else {}, act)


def remind_all(
    asked: Mapping[int, str], act: Act, letters: Mapping[int, Letter] | None = None
) -> int:
    """As `remind`, of many at once, each by its id with what is asked; how many were reminded. What
    cannot be any more since it was shown is left out.
    """
    with transaction.atomic():
        rows = [*Contract.objects.select_for_update().filter(pk__in=asked).order_by("pk")]
        cannot = not_to_remind(rows, act.today)
        can = [contract for contract in rows if contract.pk not in cannot]
        _remind(can, asked, letters or {}, act)
    return len(can)


def _remind(
    contracts: Sequence[Contract],
    asked: Mapping[int, str],
    letters: Mapping[int, Letter],
    act: Act,
) -> None:
    events, notes = [], []
    for contract in contracts:
        letter = letters.get(contract.pk)
        what = TOLD[letter.step] if letter else Happened.REMINDED
        why = asked[contract.pk][:1000]
        events.append(ContractEvent(contract=contract, what=what, at=act.at, by=act.by, why=why))
        if letter:
            notes.append(
                ContractNote(
                    contract=contract,
                    kind=NoteKind.LETTER,
                    day=act.today,
                    text=letter.text[:4000],
                    shared=True,
                    by=act.by,
                    at=act.at,
                )
            )
    ContractEvent.objects.bulk_create(events, batch_size=AT_ONCE)
    ContractNote.objects.bulk_create(notes, batch_size=AT_ONCE)


def write_reminder(
    region: Region, step: str, text: str, access: Access, *, shown: str | None = None
) -> None:
    """What the region writes in a step, or in closing letters, from now on; empty: the usual text
    again. `shown` is the `as_written` that was on the screen.
    """
    if not access.may(May.ADVISE, region_id=region.pk):
        raise Refused(_("Who advises in a region writes its texts."))
    if why := why_not(text, step):
        raise Refused(why)
    with transaction.atomic():
        Region.objects.select_for_update().get(pk=region.pk)
        refuse_overtaken(shown, as_written(region, step))
        if not text or text == USUAL[step]:
            ReminderText.objects.filter(region=region, step=step).delete()
            return
        ReminderText.objects.update_or_create(region=region, step=step, defaults={"text": text})


def as_written(region: Region, step: str) -> str:
    """What a change of a text starts from, as it stands now."""
    return key_of(text_of(region, step))


def do_without(contract: Contract, act: Act) -> None:
    """No plan is needed, with the reason; the straight line over the term holds."""
    with transaction.atomic():
        _change(contract, no_plan_reason=act.why)
        ContractEvent.objects.create(
            contract=contract, what=Happened.NO_PLAN, at=act.at, by=act.by, why=act.why
        )


def _change(contract: Contract, **fields: Any) -> None:
    if not Contract.objects.filter(pk=contract.pk, state__in=OPEN).update(**fields):
        refuse_closed(contract)
    contract.refresh_from_db()


def _note(plan: ActionPlan, what: str, act: Act) -> None:
    words = act.why or _("Version %(number)s") % {"number": plan.number}
    ContractEvent.objects.create(
        contract=plan.contract, what=what, at=act.at, by=act.by, why=words[:1000]
    )
