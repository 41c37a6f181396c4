"""The people of one's own firm, per region, and inviting a colleague. For contractors."""

from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from contracts.models import Invitation, Membership
from contracts.people import door as memberships
from contracts.people.forms import ColleagueForm
from contracts.people.invitations import open_invitations
from contracts.people.views.users import form_page, invited
from sroi.access import Access, May, Role, visible
from sroi.access.roles import who_may
from sroi.views import Request


@form_page
def colleagues(request: Request) -> HttpResponse:
    access = request.access
    if not access.may(May.INVITE_COLLEAGUES):
        raise Http404
    mine = own(Membership, access).filter(ended_at=None, role__in=who_may(May.INVITE_COLLEAGUES))
    rows = mine.select_related("user", "region", "contractor").order_by("user__name", "pk")
    firms = {f"{m.region_id}-{m.contractor_id}": m for m in rows if m.user_id == access.user_id}
    form = ColleagueForm(request.POST or None, initial={"of": next(iter(firms))})
    form.fields["of"].choices = [(key, f"{m.contractor} · {m.region.title}") for key, m in firms.items()]  # type: ignore[attr-defined]
    if len(firms) == 1:
        form.fields["of"].widget = forms.HiddenInput()
    if request.method == "POST" and form.is_valid():
        membership = firms[form.cleaned_data["of"]]
        asked = memberships.Asked(
            form.cleaned_data["email"], Role.CONTRACTOR, membership.region, contractor=membership.contractor
        )
        if invited(request, asked, form):
            return redirect("colleague-list")
    waiting = open_invitations(own(Invitation, access), timezone.now())
    return render(
        request,
        "pages/colleague_list.html",
        {"form": form, "colleagues": rows, "invitations": waiting.select_related("region", "contractor")},
    )


def own(model: Any, access: Access) -> Any:
    """Rows of the firms one is of, in the regions where one is; a role beside it opens no more here."""
    contractors = {grant.contractor_id for grant in access.grants_for(May.INVITE_COLLEAGUES)}
    return visible(model, access).filter(contractor__in=contractors)
