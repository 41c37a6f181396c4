"""The first people of many contractors are asked in at once, as after an import."""

from functools import cached_property
from typing import Any

from django.urls import reverse_lazy
from django.utils.timezone import now
from django.utils.translation import gettext_lazy, ngettext

from contracts.models import Contract, Contractor, Region
from contracts.owed.amounts import OPEN
from contracts.people import door as memberships
from contracts.people.forms import FirstPeopleForm
from contracts.people.invitation_mail import send
from contracts.people.membership import addresses_of, without_anybody
from contracts.searches import of_moment
from sroi.access import May, visible
from sroi.views import FormPage, ForWhoMay, act_of


class InviteFirstPeople(ForWhoMay, FormPage):
    """Of each contractor of which nobody can sign in yet; `?moment=` those of an import."""

    capabilities = (May.INVITE_CONTRACTORS,)
    heading = gettext_lazy("Invite contractors")
    action = gettext_lazy("Send the invitations")
    template_name = "pages/contractors_invite.html"
    form_class = FirstPeopleForm
    back_url = reverse_lazy("contractor-list")
    back_label = gettext_lazy("Contractors")

    @cached_property
    def waiting(self) -> list[tuple[int, int]]:
        """A contractor and a region of each, by the name of the first."""
        access = self.request.access
        regions = access.regions_where(May.INVITE_CONTRACTORS)
        contracts = visible(Contract, access).filter(region__in=regions, state__in=OPEN)
        contracts = of_moment(contracts, self.request.user, self.request.GET.get("moment", ""))
        return list(
            without_anybody(contracts, now())
            .order_by("contractor__name_folded", "contractor", "region")
            .values_list("contractor", "region")
            .distinct()
        )

    def get_form_kwargs(self) -> dict[str, Any]:
        at_once = self.waiting[: FirstPeopleForm.AT_ONCE]
        access = self.request.access
        firms = visible(Contractor, access).in_bulk({firm for firm, _region in at_once})
        regions = visible(Region, access).in_bulk({region for _firm, region in at_once})
        pairs = [(firms[firm], regions[region]) for firm, region in at_once]
        return super().get_form_kwargs() | {
            "pairs": pairs,
            "addresses": addresses_of(firms, regions, access),
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        later = max(len(self.waiting) - FirstPeopleForm.AT_ONCE, 0)
        return super().get_context_data(number=len(self.waiting), later=later, **kwargs)

    def do(self, form: Any) -> str:
        asked = [
            memberships.Asked.for_firm(email, region, firm)
            for firm, region, email in form.filled_in()
        ]
        made = memberships.invite_all(asked, self.request.access, act_of(self.request))
        for invitation in made:
            send(invitation)
        done = ngettext(
            "%(number)s invitation was sent.", "%(number)s invitations were sent.", len(made)
        )
        return done % {"number": len(made)}

    def get_success_url(self) -> str:
        rest = len(self.waiting) > FirstPeopleForm.AT_ONCE
        return self.request.get_full_path() if rest else str(self.back_url)
