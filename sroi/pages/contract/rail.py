"""What stands beside a contract on its page: whom to reach, the days that matter, what was noted
last, and what one can do for it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import count, groupby
from typing import Any
from urllib.parse import urlencode

from django.db.models import CharField, Count, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _

from contracts.acts.rights import may_change, may_propose
from contracts.dossier import door as dossier
from contracts.dossier.forms import NoteForm
from contracts.facts.rules import may_hand_over
from contracts.models import (
    ContactPerson,
    Contract,
    ContractDocument,
    ContractEvent,
    ContractNote,
    ContractState,
    HandOverAhead,
    NoteKind,
    Side,
)
from contracts.models.dossier import COMES_BACK
from contracts.people.membership import may_see_people, people_for
from contracts.plans.plan import has_plan, may_remind
from contracts.plans.reminders import TOLD
from placements.matching.rights import is_of_contractor, may_see_what_fits
from placements.rights import may_enter, takes_new
from sroi.access import Access, May, visible
from sroi.periods import add_months
from sroi.templatetags.formats import long_date

# So many months before a contract ends, who commissions looks at what is bought next.
OFFICER_LOOKS_AHEAD = 6
# Who signs in for the contractor, among its contact persons.
SIGNS_IN = "signs_in"
PERSON = ("side", "name", "function", "email", "phone")


def with_rail(contracts: QuerySet[Any], access: Access) -> QuerySet[Any]:
    """Contracts that say what is in their dossier for this person, looked up with them."""
    notes = visible(ContractNote, access).filter(contract=OuterRef("pk"))
    documents = visible(ContractDocument, access).filter(contract=OuterRef("pk"), removed_at=None)
    reminders = visible(ContractEvent, access).filter(
        contract=OuterRef("pk"), what__in=TOLD.values()
    )
    ahead = visible(HandOverAhead, access).filter(contract=OuterRef("pk"))
    # What was promised stands there by itself.
    is_promise = Q(kind=NoteKind.AGREEMENT, again_on__isnull=False) & ~Q(who="")
    told, promised = notes.exclude(is_promise), notes.filter(is_promise, COMES_BACK)
    return contracts.annotate(
        handed_over=Subquery(ahead.values("pk")[:1]),
        handed_over_on=Subquery(ahead.values("from_day")[:1]),
        handed_over_to=Subquery(ahead.values("adviser__name")[:1]),
        promised=Coalesce(
            Subquery(promised.order_by().values("contract").annotate(n=Count("pk")).values("n")), 0
        ),
        promised_on=Subquery(promised.order_by("again_on").values("again_on")[:1]),
        noted_on=Subquery(told.values("day")[:1]),
        noted=Subquery(told.values("text")[:1]),
        documents_kept=Coalesce(
            Subquery(documents.order_by().values("contract").annotate(n=Count("pk")).values("n")),
            0,
        ),
        reminded_at=Subquery(reminders.order_by("-pk").values("at")[:1]),
    )


def rail_of(contract: Any, access: Access, today: Any) -> dict[str, Any]:
    writes = dossier.may_write(access, contract)
    return {
        "people": list(people_of(contract, access)),
        "dates": dates_of(contract),
        "acts": list(acts_for(contract, access, today)),
        "note_form": NoteForm(initial={"day": today}) if writes else None,
        "may_hand_over": may_hand_over(access, contract.region_id),
        "may_add_person": bool(dossier.sides_of(access, contract)),
    }


# --- whom to reach --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Reachable:
    name: str
    what: str
    email: str
    phone: str


@dataclass(frozen=True)
class Party:
    heading: str
    people: list[Reachable]


def people_of(contract: Contract, access: Access) -> Iterator[Party]:
    """Both sides: of the contractor its contact persons and who signs in, of the other side the
    adviser and the contact persons. In one query.
    """
    found_rows = visible(ContactPerson, access).filter(contract=contract).order_by()
    rows = found_rows.values_list(*PERSON)
    if may_see_people(access, contract):
        signing_in = people_for(contract).order_by()
        shown = {"side": Value(SIGNS_IN, CharField()), "function": Value("", CharField())}
        rows = rows.union(signing_in.annotate(**shown).values_list(*PERSON))
    by_side = groupby(sorted(rows), key=lambda row: row[0])
    found = {side: [row[1:] for row in of] for side, of in by_side}
    named = found.get(Side.CONTRACTOR, [])
    known = {email.lower() for _name, _function, email, _phone in named if email}
    theirs = [Reachable(*row) for row in named]
    theirs += [
        Reachable(name, _("signs in here"), email, phone)
        for name, _function, email, phone in found.get(SIGNS_IN, [])
        if email.lower() not in known
    ]
    yield Party(contract.contractor.name, theirs)
    ours = [Reachable(*row) for row in found.get(Side.MUNICIPALITY, [])]
    yield Party(_("Client and region"), [*adviser_of(contract), *ours])


def adviser_of(contract: Contract) -> list[Reachable]:
    """Of an adviser who never signed in no more than the address is known."""
    adviser = contract.adviser
    if adviser:
        return [Reachable(adviser.name, _("adviser"), adviser.email, adviser.phone)]
    address = contract.adviser_email
    return [Reachable("", _("adviser"), address, "")] if address else []


# --- days -----------------------------------------------------------------------------------------


def dates_of(contract: Any) -> list[tuple[str, str]]:
    rows = [
        (_("Awarded"), contract.award_date),
        (_("Starts"), contract.start_date),
        (_("Ends"), contract.end_date),
        (_("Recovery period until"), contract.recovery_until),
        (_("First contact"), contract.contacted_on),
        (_("Last reminded"), contract.reminded_at),
        (_("Settled"), contract.settled_on),
    ]
    return [(label, long_date(day)) for label, day in rows if day]


# --- what one can do ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Button:
    label: str
    url: str


def new_fulfilment(contract: Contract, access: Access) -> Button | None:
    """Recording under this contract: for its contractor, by an adviser on behalf of them."""
    enters = may_enter(access, contract.region_id, contract.contractor_id)
    if not enters or not takes_new(contract.contractor_id, [contract]):
        return None
    return Button(_("New fulfilment"), reverse("fulfilment-new") + f"?contract={contract.pk}")


def next_tender(contract: Contract, access: Access, today: date) -> Button | None:
    """The advice for what is bought after it, filled in as this one was awarded: for who
    commissions it, while it comes to its end. What is called off is not tendered.
    """
    ends_soon = today <= contract.end_date <= add_months(today, OFFICER_LOOKS_AHEAD)
    is_theirs = access.may(May.COMMISSION, region_id=contract.region_id)
    if not (ends_soon and is_theirs) or contract.parent_id:
        return None
    first, last = contract.start_date, contract.awarded_end_date
    asked = {
        "region": contract.region.code,
        "title": contract.title,
        "procurement_type": contract.procurement_type,
        "value": f"{contract.value}".replace(".", ","),
        "months": next(n for n in count(1) if add_months(first, n) > last),
        "cpv": contract.cpv,
    }
    return Button(_("Advice for the next tender"), f"{reverse('tender-aid')}?{urlencode(asked)}")


def acts_for(contract: Any, access: Access, today: date) -> Iterator[Button]:
    """What is not asked for now, but can be done at any time, by who may."""
    pk, of_this = contract.pk, f"?contract={contract.pk}"
    if record := new_fulfilment(contract, access):
        yield record
    runs = contract.state == ContractState.ACTIVE
    if runs and has_plan(contract) and may_see_what_fits(access, contract):
        own = is_of_contractor(access, contract)
        label = _("What can I do?") if own else _("What fits")
        yield Button(label, reverse("what-fits", args=[pk]))
    if may_remind(access, contract) and contract.has_people:
        yield Button(_("Remind"), reverse("contract-remind", args=[pk]))
    if access.may(May.INVITE_CONTRACTORS, region_id=contract.region_id):
        url = reverse("contractor-invite", args=[contract.contractor_id])
        yield Button(_("Invite someone"), url + of_this)
    if dossier.may_write(access, contract):
        yield Button(_("Note what was agreed"), reverse("promises", args=[pk]))
        yield Button(_("Note a visit on site"), reverse("visit-new", args=[pk]))
    if dossier.may_add_document(access, contract):
        yield Button(_("Add a document"), reverse("document-new", args=[pk]))
    if runs and (tender := next_tender(contract, access, today)):
        yield tender
    if may_change(access, contract):
        yield Button(_("Change"), reverse("contract-changes", args=[pk]))
    elif may_propose(access, contract):
        yield Button(_("Propose a change"), reverse("contract-changes", args=[pk]))
