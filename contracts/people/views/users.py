"""The people of a region: who has which role, inviting, changing and ending. For region admins."""

from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.timezone import localdate, localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from contracts.models import Contract, Contractor, Invitation, Membership, Municipality, Region
from contracts.people import door as memberships
from contracts.people.ending.away import ends_on
from contracts.people.forms import EmailForm, InviteForm, MembershipForm
from contracts.people.invitation_mail import send
from contracts.people.invitations import open_invitations
from contracts.people.lists import UserFilterSet, UserTable, what_for
from contracts.people.membership import administered
from contracts.people.returned import with_returned
from sroi.access import May, visible
from sroi.fields import is_key
from sroi.templatetags.formats import long_date
from sroi.views import (
    ButtonPage,
    ConfirmPage,
    FormPage,
    ForWhoMay,
    ListPage,
    OfOne,
    Request,
    act_of,
)

form_page = require_http_methods(["GET", "HEAD", "POST"])


class UserList(ForWhoMay, ListPage):
    capabilities = (May.MANAGE_USERS,)
    model = Membership
    filterset_class = UserFilterSet
    table_class = UserTable
    heading = gettext_lazy("Users")
    template_name = "pages/user_list.html"

    def get_queryset(self) -> QuerySet[Any]:
        rows = administered(Membership, self.request.access).filter(ended_at=None)
        return (
            with_returned(rows, "user__email")
            .select_related("user", "contractor", "partner", "region")
            .prefetch_related("municipalities")
            .order_by("user__name", "pk")
        )

    def prepare(self, rows: list[Any]) -> None:
        for membership in rows:
            membership.of = what_for(membership)
            membership.ends_on = ends_on(membership, localdate())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        waiting = open_invitations(administered(Invitation, self.request.access), timezone.now())
        return super().get_context_data(
            invitations=waiting.select_related("region", "contractor", "partner", "invited_by"),
            **kwargs,
        )


def invited(request: Any, asked: memberships.Asked) -> str:
    """The invitation is made and sent; what is said of that."""
    return sent(memberships.invite(asked, request.access, act_of(request)))


def sent(invitation: Invitation) -> str:
    send(invitation)
    return _("The invitation was sent to %(email)s. It is valid for a week.") % {
        "email": invitation.email
    }


class Invite(ForWhoMay, FormPage):
    capabilities = (May.MANAGE_USERS,)
    heading = gettext_lazy("Invite someone")
    action = gettext_lazy("Send the invitation")
    form_class = InviteForm
    back_url = reverse_lazy("user-list")
    back_label = gettext_lazy("Users")

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"access": self.request.access}

    def do(self, form: Any) -> str:
        return invited(self.request, form.asked())


class OfMembership(ForWhoMay, OfOne):
    """A role that holds, in a region that one administers."""

    capabilities = (May.MANAGE_USERS,)
    model = Membership
    membership: Membership
    heading = property(lambda self: self.membership.user)
    back_url = reverse_lazy("user-list")
    back_label = gettext_lazy("Users")

    def get_object(self, queryset: Any = None) -> Any:
        return found(self.request, self.kwargs["pk"])


class Change(OfMembership, FormPage):
    template_name = "pages/user_detail.html"
    form_class = MembershipForm

    def get_initial(self) -> dict[str, Any]:
        return {
            "role": self.membership.role,
            "municipalities": self.membership.municipalities.all(),
        }

    def get_form_kwargs(self) -> dict[str, Any]:
        theirs = administered(Municipality, self.request.access).filter(
            region=self.membership.region
        )
        now = theirs.filter(pk__in=self.membership.municipalities.values("pk"))
        towns = theirs.there_on(localdate()) | now
        return super().get_form_kwargs() | {"membership": self.membership, "towns": towns}

    def starting_point(self) -> str:
        return memberships.starting_point(self.membership)

    def do(self, form: Any) -> str:
        data, act = form.cleaned_data, act_of(self.request, form.cleaned_data["why"])
        chosen = data["role"], data["municipalities"]
        memberships.change(self.membership, *chosen, self.request.access, act, shown=self.shown)
        return _("The role was changed.")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            of=what_for(self.membership), ends_on=ends_on(self.membership, localdate()), **kwargs
        )


class End(OfMembership, ConfirmPage):
    """A role ends, after it was shown what it opens now; `contracts.facts` does it, with what
    somebody leaves behind.
    """

    action = gettext_lazy("End this role")
    consequence = gettext_lazy(
        "From that moment on this person sees nothing of it any more. What they did stays in the"
        " history."
    )

    @property
    def question(self) -> str:
        about = {"role": self.membership.get_role_display(), "of": what_for(self.membership)}
        return _("End the role of %(role)s for %(of)s?") % about

    def goes(self) -> list[tuple[Any, Any]]:
        membership = self.membership
        others = administered(Membership, self.request.access).filter(
            user=membership.user, ended_at=None
        )
        return [
            (_("E-mail address"), membership.user.email),
            (_("Region"), membership.region.title),
            (_("Since"), long_date(localtime(membership.started_at))),
            (_("Given by a group of"), membership.vouched_by),
            (_("Other roles that stay"), others.exclude(pk=membership.pk).count() or _("none")),
        ]


def found(request: Request, pk: int) -> Membership:
    rows = administered(Membership, request.access).filter(ended_at=None)
    membership: Membership = get_object_or_404(
        with_returned(rows, "user__email").select_related(
            "user", "region", "contractor", "partner"
        ),
        pk=pk,
    )
    return membership


class OfInvitation(OfOne):
    model = Invitation
    related = ("contractor", "partner", "invited_by")
    invitation: Invitation

    @property
    def back_url(self) -> str:
        if self.request.access.may(May.MANAGE_USERS):
            return reverse("user-list")
        return reverse("partner-list" if self.invitation.partner_id else "colleague-list")


class SendAgain(OfInvitation, ButtonPage):
    def do(self) -> str:
        access = self.request.access
        return sent(memberships.send_again(self.invitation, access, at=timezone.now()))


class WithdrawInvitation(OfInvitation, ConfirmPage):
    """The link in the mail stops working, after it was shown whose it is."""

    heading = property(lambda self: self.invitation.email)
    question = gettext_lazy("Withdraw this invitation?")
    action = gettext_lazy("Yes, withdraw")
    consequence = gettext_lazy("The link in the mail stops working. You can invite again.")

    def goes(self) -> list[tuple[Any, Any]]:
        invitation = self.invitation
        return [
            (_("E-mail address"), invitation.email),
            (_("Role"), invitation.get_role_display().capitalize()),
            (_("Contractor"), invitation.contractor),
            (_("Partner"), invitation.partner),
            (_("Valid until"), long_date(localtime(invitation.expires_at))),
        ]

    def do(self, form: Any) -> str:
        memberships.withdraw(self.invitation, self.request.access, at=timezone.now())
        return _("The invitation was withdrawn.")


class InviteContractor(OfOne, FormPage):
    """An adviser asks in the first people of a contractor that has a contract in the region."""

    model = Contractor
    contractor: Contractor
    template_name = "pages/contractor_invite.html"
    action = gettext_lazy("Send the invitation")
    form_class = EmailForm

    @cached_property
    def region(self) -> Any:
        regions = self.request.access.regions_where(May.INVITE_CONTRACTORS)
        theirs = visible(Region, self.request.access).filter(contracts__contractor=self.contractor)
        return theirs.filter(pk__in=regions).first()

    def may(self) -> bool:
        return self.region is not None

    @property
    def heading(self) -> str:
        return _("Invite someone of %(contractor)s") % {"contractor": self.contractor}

    @cached_property
    def contract(self) -> Contract | None:
        """From whose page one came."""
        asked = self.request.GET.get("contract", "")
        theirs = visible(Contract, self.request.access).filter(contractor=self.contractor)
        found: Contract | None = theirs.filter(pk=asked).first() if is_key(asked) else None
        return found

    @property
    def back_label(self) -> str:
        return self.contract.title if self.contract else self.contractor.name

    @property
    def back_url(self) -> str:
        if self.contract:
            return reverse("contract-detail", args=[self.contract.pk])
        return reverse("contractor-detail", args=[self.contractor.pk])

    def do(self, form: Any) -> str:
        email = form.cleaned_data["email"]
        asked = memberships.Asked.for_firm(email, self.region, self.contractor)
        return invited(self.request, asked)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(region=self.region, **kwargs)
