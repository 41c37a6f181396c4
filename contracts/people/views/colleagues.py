"""The people of one's own firm, per region, and inviting a colleague. For contractors."""

from functools import cached_property
from typing import Any

from django import forms
from django.urls import reverse_lazy
from django.utils import timezone

from contracts.models import Invitation, Membership
from contracts.people import door as memberships
from contracts.people.forms import ColleagueForm
from contracts.people.invitations import open_invitations
from contracts.people.views.users import invited
from sroi.access import Access, May, visible
from sroi.access.roles import who_may
from sroi.views import FormPage, ForWhoMay


class Colleagues(ForWhoMay, FormPage):
    capabilities = (May.INVITE_COLLEAGUES,)
    template_name = "pages/colleague_list.html"
    form_class = ColleagueForm
    back_url = reverse_lazy("colleague-list")

    @cached_property
    def colleagues(self) -> list[Membership]:
        mine = own(Membership, self.request.access).filter(
            ended_at=None, role__in=who_may(May.INVITE_COLLEAGUES)
        )
        return list(
            mine.select_related("user", "region", "contractor").order_by("user__name", "pk")
        )

    @cached_property
    def firms(self) -> dict[str, Membership]:
        """One's own roles, by region and contractor."""
        me = self.request.access.user_id
        return {f"{m.region_id}-{m.contractor_id}": m for m in self.colleagues if m.user_id == me}

    def get_initial(self) -> dict[str, Any]:
        return {"of": next(iter(self.firms))}

    def get_form(self, form_class: Any = None) -> Any:
        form = super().get_form(form_class)
        form.fields["of"].choices = [
            (key, f"{m.contractor} · {m.region.title}") for key, m in self.firms.items()
        ]
        if len(self.firms) == 1:
            form.fields["of"].widget = forms.HiddenInput()
        return form

    def do(self, form: Any) -> str:
        of = self.firms[form.cleaned_data["of"]]
        asked = memberships.Asked.for_firm(form.cleaned_data["email"], of.region, of.contractor)
        return invited(self.request, asked)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        waiting = open_invitations(own(Invitation, self.request.access), timezone.now())
        rows = waiting.select_related("region", "contractor")
        return super().get_context_data(colleagues=self.colleagues, invitations=rows, **kwargs)


def own(model: Any, access: Access) -> Any:
    """Rows of the firms one is of, in the regions where one is; a role beside it opens no more
    here.
    """
    contractors = {grant.contractor_id for grant in access.grants_for(May.INVITE_COLLEAGUES)}
    return visible(model, access).filter(contractor__in=contractors)
