"""The people of a region: who has which role, inviting, changing and ending. For region admins."""

from typing import Any

import django_tables2
from django import forms
from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from contracts import invitation as door
from contracts.models import Contractor, Invitation, Membership, Municipality, Region
from sroi.access import Access, Role, visible
from sroi.doors import Refused
from sroi.fields import Rows, text_field
from sroi.lists import ChoiceFilter, FilterSet, SearchFilter, Table
from sroi.pages.invitation import send
from sroi.views import ForRoles, ListPage, Request

form_page = require_http_methods(["GET", "HEAD", "POST"])


def search(text: str) -> Q:
    return Q(user__name__icontains=text) | Q(user__email__icontains=text) | Q(contractor__name__icontains=text)


class UserFilterSet(FilterSet):
    q = SearchFilter(search)
    role = ChoiceFilter(label=gettext_lazy("Role"), choices=Role.choices)


class UserTable(Table):
    caption = gettext_lazy("Users")
    empty_text = gettext_lazy("Nobody found.")

    name = django_tables2.Column(
        gettext_lazy("Name"),
        accessor="user",
        orderable=True,
        order_by=("user__name", "pk"),
        linkify=("user-detail", {"pk": django_tables2.A("pk")}),
    )
    email = django_tables2.Column(gettext_lazy("E-mail address"), accessor="user__email")
    role = django_tables2.Column(gettext_lazy("Role"), orderable=True, order_by=("role", "pk"))
    of = django_tables2.Column(gettext_lazy("For"), accessor="of")
    last_login = django_tables2.DateColumn("j F Y", verbose_name=gettext_lazy("Signed in"), accessor="user__last_login")

    class Meta(Table.Meta):
        pass


class UserList(ForRoles, ListPage):
    roles = (Role.REGION_ADMIN,)
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
        waiting = door.open_invitations(administered(Invitation, self.request.access), timezone.now())
        return super().get_context_data(
            invitations=waiting.select_related("region", "contractor", "invited_by"), **kwargs
        )


def what_for(row: Any) -> str:
    """The contractor, the municipalities, or the whole region."""
    if row.contractor:
        return str(row.contractor)
    towns = ", ".join(town.name for town in row.municipalities.all())
    return towns or row.region.title


def administered(model: Any, access: Access) -> Any:
    """The visible rows of the regions where one is admin: with another role as well, others' rows stay out."""
    regions = access.regions_of(Role.REGION_ADMIN)
    return visible(model, access).filter(**{"pk__in" if model is Region else "region__in": regions})


class InviteForm(forms.Form):
    email = forms.EmailField(label=gettext_lazy("E-mail address"), max_length=254)
    region: Any = forms.ModelChoiceField(queryset=None, label=gettext_lazy("Region"))
    role = forms.ChoiceField(
        label=gettext_lazy("Role"), choices=Role.choices, widget=forms.RadioSelect, initial=Role.ADVISER
    )
    municipalities: Any = Rows(
        queryset=None,
        label=gettext_lazy("Municipalities"),
        help_text=gettext_lazy("For a procurement officer."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    kvk = forms.RegexField(
        r"^\d{8}$",
        label=gettext_lazy("KvK number"),
        help_text=gettext_lazy("For a contractor: all 8 digits."),
        required=False,
        error_messages={"invalid": gettext_lazy("A KvK number has 8 digits.")},
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )

    def __init__(self, *args: Any, access: Access, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        regions = administered(Region, access)
        self.fields["region"].queryset = regions  # type: ignore[attr-defined]
        self.fields["region"].initial = regions.first()
        self.fields["municipalities"].queryset = administered(Municipality, access)  # type: ignore[attr-defined]
        if len(regions) == 1:
            self.fields["region"].widget = self.fields["region"].hidden_widget()

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        contractor = None
        if data.get("role") == Role.CONTRACTOR and data.get("kvk"):
            contractor = door.contractor_with(data["kvk"])
            if contractor is None:
                self.add_error("kvk", _("No contractor has this KvK number. Register a contract of theirs first."))
        data["contractor"] = contractor
        return data

    def asked(self) -> door.Asked:
        data = self.cleaned_data
        officer = data["role"] == Role.PROCUREMENT_OFFICER
        return door.Asked(
            email=data["email"],
            role=data["role"],
            region=data["region"],
            municipalities=tuple(data["municipalities"]) if officer else (),
            contractor=data["contractor"],
        )


class ChangeForm(forms.Form):
    role = forms.ChoiceField(label=gettext_lazy("Role"), widget=forms.RadioSelect)
    municipalities: Any = Rows(
        queryset=None,
        label=gettext_lazy("Municipalities"),
        help_text=gettext_lazy("For a procurement officer."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    why = text_field(gettext_lazy("Why"), 100)

    def __init__(self, *args: Any, membership: Membership, towns: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        of_contractor = membership.role == Role.CONTRACTOR
        self.fields["role"].choices = [  # type: ignore[attr-defined]
            choice for choice in Role.choices if (choice[0] == Role.CONTRACTOR) == of_contractor
        ]
        self.fields["municipalities"].queryset = towns  # type: ignore[attr-defined]


def invited(request: Any, asked: door.Asked, form: forms.Form) -> bool:
    """Whether the invitation was made and sent; else the form says why not."""
    try:
        invitation = door.invite(asked, request.access, at=timezone.now(), by=request.user)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return False
    send(invitation)
    messages.success(
        request, _("The invitation was sent to %(email)s. It is valid for a week.") % {"email": asked.email}
    )
    return True


def for_admins(request: Request) -> None:
    if not request.access.has(Role.REGION_ADMIN):
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
    form = ChangeForm(request.POST or None, membership=membership, towns=towns, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            door.change(
                membership, data["role"], data["municipalities"], request.access, by=request.user, why=data["why"]
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
            door.end(membership, request.access, at=timezone.now(), by=request.user, why=_("Role ended"))
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
        door.withdraw(invitation, request.access, at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The invitation was withdrawn."))
    return redirect("user-list" if request.access.has(Role.REGION_ADMIN) else "colleague-list")


class EmailForm(forms.Form):
    email = forms.EmailField(label=gettext_lazy("E-mail address"), max_length=254)


@form_page
def invite_contractor(request: Request, pk: int) -> HttpResponse:
    """An adviser asks in the first people of a contractor that has a contract in the region."""
    contractor = get_object_or_404(visible(Contractor, request.access), pk=pk)
    regions = request.access.regions_of(Role.ADVISER, Role.REGION_ADMIN)
    region = visible(Region, request.access).filter(pk__in=regions, contracts__contractor=contractor).first()
    if region is None:
        raise Http404
    form = EmailForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        asked = door.Asked(form.cleaned_data["email"], Role.CONTRACTOR, region, contractor=contractor)
        if invited(request, asked, form):
            return redirect("contractor-detail", pk=contractor.pk)
    return render(request, "pages/contractor_invite.html", {"form": form, "contractor": contractor, "region": region})
