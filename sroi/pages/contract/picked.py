"""What is done with contracts that were picked in the register: how many can be, which cannot and
why, and then one button.

Picked are the boxes that were ticked, or every contract that the filters of the list leave.
"""

from collections.abc import Iterable
from functools import cached_property
from typing import Any, NamedTuple

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from contracts.facts.views import HandOver
from contracts.models import Contract, Contractor, ContractState
from contracts.people import door as memberships
from contracts.people.invitation_mail import send
from contracts.people.invitations import to_contractors
from contracts.people.membership import addresses_of, with_people
from contracts.plans import door as planning
from contracts.plans.plan import may_remind
from contracts.plans.reminders import Letter, with_text
from placements.standing.progress import with_progress
from sroi.access import May, visible
from sroi.doors import Refused, key_of
from sroi.lists import COUNTED
from sroi.lists.desk import PickedRows
from sroi.pages.contract.contractors import ContractorFilterSet
from sroi.pages.contract.register import ContractFilterSet
from sroi.pages.contract.remind import InSteps, action_of, asked_of, in_their_language, letters
from sroi.templatetags.formats import long_date
from sroi.views import ConfirmPage, ForWhoMay, act_of

# Each is a mail of its own with a link of its own.
MOST_INVITED = 100


class Said(NamedTuple):
    """A contract, and what is done with it or why nothing can be."""

    contract: Contract
    words: str


class OfPicked(PickedRows):
    """Beside a page: the contracts that were picked."""

    list_name = "contract-list"
    model: Any = Contract
    filters: Any = ContractFilterSet
    tick_first: Any = gettext_lazy("Tick the contracts that it is about first.")

    def contracts_of(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Those that the picked rows are, or that are of them."""
        return rows

    @cached_property
    def every(self) -> QuerySet[Any]:
        """Also the one too many, where there are more than can be done at once."""
        return self.contracts_of(self.picked_rows).order_by("reference", "pk")

    @cached_property
    def picked(self) -> list[Contract]:
        rows = self.every.select_related("contractor", "policy", "region", "adviser")
        return list(rows[: COUNTED + 1])

    def nothing(self) -> HttpResponse | None:
        """The answer where nothing was picked, or too much."""
        if self.picked and len(self.picked) <= COUNTED:
            return None
        if self.picked:
            told = _("At most %(number)s contracts at once. Narrow the list with the filters.")
            messages.error(self.request, told % {"number": COUNTED})
        else:
            messages.error(self.request, self.tick_first)
        return redirect(self.list_url)


class LookAtPicked(OfPicked, ForWhoMay, ConfirmPage):
    """Which can, which cannot; a page says so (`sort_out`) and does it with those that can."""

    template_name = "pages/picked.html"
    back_label = gettext_lazy("Contracts")
    back_url: Any = property(lambda self: self.list_url)
    is_dangerous = False
    # Above those with which it is done.
    can_heading: Any = ""
    # What is told of each of those.
    can_about: Any = ""

    def sort_out(self) -> tuple[list[Said], list[Said]]:
        raise NotImplementedError

    @cached_property
    def sorted_out(self) -> tuple[list[Said], list[Said]]:
        return self.sort_out()

    @property
    def edition(self) -> str:
        can, _cannot = self.sorted_out
        return key_of(*((one.contract.pk, one.words) for one in can))

    def closed(self) -> HttpResponse | None:
        return self.nothing()

    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.nothing() or super().post(request, *args, **kwargs)

    def goes(self) -> list[tuple[Any, Any]]:
        can, cannot = self.sorted_out
        return [(self.can_heading, len(can)), (_("Left out"), len(cannot) or "")]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        can, cannot = self.sorted_out
        return super().get_context_data(
            can=can,
            cannot=cannot,
            can_heading=self.can_heading,
            can_about=self.can_about,
            **kwargs,
        )


class RemindPicked(InSteps, LookAtPicked):
    """The contractors are mailed what is asked of them, each of their own contract, with the letter
    of a step.
    """

    capabilities = (May.ADVISE,)
    heading = gettext_lazy("Remind contractors")
    template_name = "pages/picked_remind.html"
    question = gettext_lazy("Remind these contractors?")
    action: Any = property(lambda self: action_of(self.step))
    can_heading = gettext_lazy("Are reminded")
    can_about = gettext_lazy("What of")
    consequence = gettext_lazy(
        "They get it by mail, and read the letter in the dossier, where it stays as it was sent."
        " At most once a day."
    )

    @cached_property
    def letters(self) -> dict[int, Letter]:
        can, _cannot = self.sorted_out
        return letters([one.contract for one in can], self.asked, self.step, self.progress)

    @cached_property
    def every(self) -> QuerySet[Any]:
        return with_text(super().every, self.step)

    @property
    def edition(self) -> str:
        return key_of(super().edition, *(letter.text for letter in self.letters.values()))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        first = next(iter(self.letters.values()), None)
        return super().get_context_data(steps=self.steps, letter=first, **kwargs)

    def sort_out(self) -> tuple[list[Said], list[Said]]:
        today, access = localdate(), self.request.access
        cannot_now = planning.not_to_remind(self.picked, today)
        may = [c for c in self.picked if c.pk not in cannot_now and may_remind(access, c)]
        self.progress = with_progress(may, today) if may else {}
        found = asked_of(may, self.progress) if may else {}
        self.asked = {pk: "; ".join(words) for pk, words in found.items()}
        can, cannot = [], []
        for contract in self.picked:
            if asked := self.asked.get(contract.pk):
                can.append(Said(contract, in_their_language(asked)))
            else:
                why = cannot_now.get(contract.pk) or _("Nothing is asked of the contractor now.")
                cannot.append(Said(contract, why))
        return can, cannot

    def do(self, form: Any) -> str:
        asked = {pk: self.asked[pk] for pk in self.letters}
        number = planning.remind_all(asked, act_of(self.request), self.letters)
        return ngettext(
            "%(number)s reminder is sent.", "%(number)s reminders are sent.", number
        ) % {"number": number}


class InvitePicked(LookAtPicked):
    """A contact person of each contractor of whom nobody can sign in is asked in."""

    capabilities = (May.INVITE_CONTRACTORS,)
    heading = gettext_lazy("Invite contractors")
    question = gettext_lazy("Invite these contractors?")
    action = gettext_lazy("Send the invitations")
    can_heading = gettext_lazy("Are invited")
    can_about = gettext_lazy("To")
    consequence = gettext_lazy("Each gets a mail with a link that is valid for a week.")

    @cached_property
    def addresses(self) -> dict[tuple[int, int], str]:
        """By contractor and region."""
        firms = {contract.contractor_id for contract in self.picked}
        regions = {contract.region_id for contract in self.picked}
        return addresses_of(firms, regions, self.request.access)

    def sort_out(self) -> tuple[list[Said], list[Said]]:
        access = self.request.access
        ids = [contract.pk for contract in self.picked]
        rows = with_people(visible(Contract, access).filter(pk__in=ids)).order_by()
        reached = {*rows.filter(has_people=True).values_list("pk", flat=True)}
        firms = {contract.contractor_id for contract in self.picked}
        out = {
            (one.contractor_id, one.region_id): one for one in to_contractors(firms, access, now())
        }
        can: list[Said] = []
        cannot: list[Said] = []
        taken: set[tuple[int, int]] = set()
        for contract in self.picked:
            key = (contract.contractor_id, contract.region_id)
            invites = access.may(May.INVITE_CONTRACTORS, region_id=contract.region_id)
            if why := self.why_not(contract, reached, out.get(key), key in taken):
                cannot.append(Said(contract, why))
            elif invites and len(can) < MOST_INVITED:
                taken.add(key)
                can.append(Said(contract, self.addresses[key]))
            else:
                cannot.append(Said(contract, _("Not in this round: invite again after it.")))
        return can, cannot

    def why_not(self, contract: Contract, reached: Iterable[int], out: Any, is_taken: bool) -> str:
        if contract.pk in reached:
            return _("Someone of this contractor can sign in already.")
        if out:
            day = {"day": long_date(out.expires_at), "email": out.email}
            return _("Invited already: %(email)s, valid until %(day)s.") % day
        if is_taken:
            return _("Of a contractor that is invited already for another contract here.")
        if (contract.contractor_id, contract.region_id) not in self.addresses:
            return _("There is no contact person with an e-mail address.")
        return ""

    def do(self, form: Any) -> str:
        can, _cannot = self.sorted_out
        number, act = 0, act_of(self.request)
        for contract, email in can:
            asked = memberships.Asked.for_firm(email, contract.region, contract.contractor)
            try:
                invitation = memberships.invite(asked, self.request.access, act)
            except Refused:
                continue  # somebody was first
            send(invitation)
            number += 1
        return ngettext(
            "%(number)s invitation was sent.", "%(number)s invitations were sent.", number
        ) % {"number": number}


class HandOverPicked(OfPicked, HandOver):
    """As from the page of one contract: another adviser, with who looks after each now."""

    back_url: Any = property(lambda self: self.list_url)
    ticked = True
    sections: Any = ()

    @cached_property
    def offered(self) -> Any:
        return self.contracts.filter(pk__in=[contract.pk for contract in self.picked])

    def closed(self) -> HttpResponse | None:
        return self.nothing()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        offered = {*self.offered.values_list("pk", flat=True)}
        cannot = [
            Said(contract, _("This contract runs no more."))
            for contract in self.picked
            if contract.pk not in offered
        ]
        return super().get_context_data(cannot=cannot, **kwargs)


# --- of the contractors that were picked ----------------------------------------------------------


class OfContractors(OfPicked):
    """The contracts that run of each contractor that was picked in the list of contractors."""

    list_name = "contractor-list"
    model = Contractor
    filters = ContractorFilterSet
    tick_first = gettext_lazy("Tick the contractors that it is about first.")
    back_label = gettext_lazy("Contractors")

    def contracts_of(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        firms = rows.order_by().values("pk")
        found = visible(Contract, self.request.access)
        return found.filter(contractor__in=firms, state=ContractState.ACTIVE)


class RemindContractors(OfContractors, RemindPicked):
    """Of what is asked under each of their contracts."""


class InviteContractors(OfContractors, InvitePicked):
    """Of each in whose name nobody signs in."""
