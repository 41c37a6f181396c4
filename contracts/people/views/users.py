"""The people of a region: who has which role, inviting, changing and ending. For region admins."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from contracts.models import Contractor, Invitation, Membership, Municipality, Region
from contracts.people import door as memberships
from contracts.people.forms import EmailForm, InviteForm, MembershipForm
from contracts.people.invitation_mail import send
from contracts.people.invitations import open_invitations
from contracts.people.lists import UserFilterSet, UserTable, what_for
from contracts.people.membership import administered
from sroi.access import May, Role, visible
from sroi.doors import Refused
from sroi.views import ForWhoMay, ListPage, Request, act_of

form_page = require_http_methods(["GET", "HEAD", "POST"])


class UserList(ForWhoMay, ListPage):
    may = (May.MANAGE_USERS,)
    model = Membership
    filterset_class = UserFilterSet
    table_class = UserTable
    heading = gettext_lazy("Users")
    template_name = "pages/user_list.html"

    def get_queryset(self) -> QuerySet[Any]:
        rows = administered(Membership, self.request.access).filter(ended_at=None)
        return (
            rows.select_related("user", "contractor", "region")
            .prefetch_related("municipalities")
            .order_by("user__name", "pk")
        )

    def prepare(self, rows: list[Any]) -> None:
        for membership in rows:
            membership.of = what_for(membership)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        waiting = open_invitations(administered(Invitation, self.request.access), timezone.now())
        return super().get_context_data(
            invitations=waiting.select_related("region", "contractor", "invited_by"), **kwargs
        )


def invited(request: Any, asked: memberships.Asked, form: forms.Form) -> bool:
    """Whether the invitation was made and sent; else the form says why not."""
    try:
        invitation = memberships.invite(asked, request.access, act_of(request))
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return False
    send(invitation)
    messages.success(
        request, _("The invitation was sent to %(email)s. It is valid for a week.") % {"email": asked.email}
    )
    return True


def for_admins(request: Request) -> None:
    if not request.access.may(May.MANAGE_USERS):
        raise Http404


@form_page
def invite(request: Request) -> HttpResponse:
    for_admins(request)
    form = InviteForm(request.POST or None, access=request.access)
    if request.method == "POST" and form.is_valid() and invited(request, form.asked(), form):
        return redirect("user-list")
    return render(request, "pages/user_invite.html", {"form": form})


@form_page
def change(request: Request, pk: int) -> HttpResponse:
    membership = found(request, pk)
    towns = administered(Municipality, request.access).filter(region=membership.region)
    initial = {"role": membership.role, "municipalities": membership.municipalities.all()}
    form = MembershipForm(request.POST or None, membership=membership, towns=towns, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            memberships.change(
                membership, data["role"], data["municipalities"], request.access, act_of(request, data["why"])
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The role was changed."))
            return redirect("user-list")
    return render(
        request, "pages/user_detail.html", {"form": form, "membership": membership, "of": what_for(membership)}
    )


@form_page
def end(request: Request, pk: int) -> HttpResponse:
    membership = found(request, pk)
    if request.method == "POST":
        try:
            memberships.end(membership, request.access, act_of(request, _("Role ended")))
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("The role was ended. From now on it opens nothing."))
        return redirect("user-list")
    return render(request, "pages/user_end.html", {"membership": membership, "of": what_for(membership)})


def found(request: Request, pk: int) -> Membership:
    rows = administered(Membership, request.access).filter(ended_at=None)
    membership: Membership = get_object_or_404(rows.select_related("user", "region", "contractor"), pk=pk)
    return membership


@require_POST
def withdraw_invitation(request: Request, pk: int) -> HttpResponse:
    invitation = get_object_or_404(visible(Invitation, request.access), pk=pk)
    try:
        memberships.withdraw(invitation, request.access, at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The invitation was withdrawn."))
    return redirect("user-list" if request.access.may(May.MANAGE_USERS) else "colleague-list")


@form_page
def invite_contractor(request: Request, pk: int) -> HttpResponse:
    """An adviser asks in the first people of a contractor that has a contract in the region."""
    contractor = get_object_or_404(visible(Contractor, request.access), pk=pk)
    regions = request.access.regions_where(May.INVITE_CONTRACTORS)
    region = visible(Region, request.access).filter(pk__in=regions, contracts__contractor=contractor).first()
    if region is None:
        raise Http404
    form = EmailForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        asked = memberships.Asked(form.cleaned_data["email"], Role.CONTRACTOR, region, contractor=contractor)
        if invited(request, asked, form):
            return redirect("contractor-detail", pk=contractor.pk)
    return render(request, "pages/contractor_invite.html", {"form": form, "contractor": contractor, "region": region})
