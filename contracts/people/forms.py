"""What is asked of who invites, changes a role, accepts an invitation or chooses mails."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.contrib.auth import get_user_model, password_validation
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.models import Membership, Municipality, NoticeKind, Region, When
from contracts.people import door as memberships
from contracts.people import notices
from contracts.people.membership import administered
from sroi.access import Access, Of, Role
from sroi.access.roles import given_for, role_called
from sroi.bsn import refuse_bsn
from sroi.fields import VisibleRows, email_field, kvk_field, text_field


class ColleagueForm(forms.Form):
    email = email_field(gettext_lazy("E-mail address of your colleague"))
    of = forms.ChoiceField(label=gettext_lazy("For"), widget=forms.RadioSelect)


class OwnDetailsForm(forms.Form):
    name = text_field(gettext_lazy("Your name"), 150, autocomplete="name")
    phone = forms.CharField(
        label=gettext_lazy("Telephone"),
        max_length=30,
        required=False,
        validators=[refuse_bsn],
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "work tel"}),
        help_text=gettext_lazy(
            "Of your work. It stands beside your name on the contracts that you advise on."
        ),
    )


class AcceptForm(forms.Form):
    name = text_field(gettext_lazy("Your name"), 150, autocomplete="name")
    password = forms.CharField(
        label=gettext_lazy("Choose a password"),
        help_text=gettext_lazy(
            "At least 12 characters. A sentence that only you know is easy to remember."
        ),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}, render_value=False),
        strip=False,
        max_length=200,
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def clean_password(self) -> str:
        """Not the name or the address, among other things."""
        password: str = self.cleaned_data["password"]
        owner = get_user_model()(email=self.email, name=self.cleaned_data.get("name", ""))
        password_validation.validate_password(password, owner)
        return password


class MailChoicesForm(forms.Form):
    """A choice per kind; what the policy wants told cannot be turned off, and says so."""

    def __init__(self, *args: Any, user: Any, access: Access, today: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind, when in notices.choices_of(user, access, today).items():
            allowed = notices.ways(kind, access, today)
            self.fields[kind] = forms.ChoiceField(
                label=kind.label,
                choices=[(way.value, self.word(kind, way)) for way in allowed],
                initial=when,
                widget=forms.RadioSelect,
                help_text=self.why(kind, allowed),
            )

    @staticmethod
    def word(kind: NoticeKind, way: When) -> str:
        label = str(
            _("every week") if (kind, way) == (NoticeKind.OVERVIEW, When.WEEKLY) else way.label
        )
        return label.capitalize()

    @staticmethod
    def why(kind: NoticeKind, allowed: list[When]) -> str:
        if kind == NoticeKind.OVERVIEW:
            return _("Once a week, and only when there is something to do.")
        return (
            "" if When.NEVER in allowed else _("The region asks that you are always told of these.")
        )


class ClientRows(VisibleRows):
    def label_from_instance(self, client: Any) -> str:
        described: str = client.described
        return described


class InviteForm(forms.Form):
    email = email_field(gettext_lazy("E-mail address"))
    region: Any = forms.ModelChoiceField(queryset=None, label=gettext_lazy("Region"))
    role = forms.ChoiceField(
        label=gettext_lazy("Role"),
        # People of a partner are asked in from its own page.
        choices=[(role.value, role.label) for role in Role if role.of is not Of.PARTNER],
        widget=forms.RadioSelect,
        initial=Role.ADVISER,
    )
    municipalities: Any = ClientRows(
        queryset=None,
        label=gettext_lazy("Clients"),
        help_text=gettext_lazy("For a procurement officer."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    kvk = kvk_field(
        gettext_lazy("KvK number"),
        help_text=gettext_lazy("For a contractor: all 8 digits."),
        required=False,
    )

    def __init__(self, *args: Any, access: Access, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        regions = administered(Region, access)
        self.fields["region"].queryset = regions  # type: ignore[attr-defined]
        self.fields["region"].initial = regions.first()
        clients = administered(Municipality, access).there_on(localdate())
        self.fields["municipalities"].queryset = clients  # type: ignore[attr-defined]
        if len(regions) == 1:
            self.fields["region"].widget = self.fields["region"].hidden_widget()

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        contractor = None
        if data.get("role") in given_for(Of.CONTRACTOR) and data.get("kvk"):
            contractor = memberships.contractor_with(data["kvk"])
            if contractor is None:
                self.add_error(
                    "kvk",
                    _("No contractor has this KvK number. Register a contract of theirs first."),
                )
        data["contractor"] = contractor
        return data

    def asked(self) -> memberships.Asked:
        data = self.cleaned_data
        return memberships.Asked(
            email=data["email"],
            role=data["role"],
            region=data["region"],
            municipalities=(
                tuple(data["municipalities"])
                if data["role"] in given_for(Of.MUNICIPALITIES)
                else ()
            ),
            contractor=data["contractor"],
        )


class MembershipForm(forms.Form):
    role = forms.ChoiceField(label=gettext_lazy("Role"), widget=forms.RadioSelect)
    municipalities: Any = ClientRows(
        queryset=None,
        label=gettext_lazy("Clients"),
        help_text=gettext_lazy("For a procurement officer."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    why = text_field(gettext_lazy("Why"), 100)

    def __init__(self, *args: Any, membership: Membership, towns: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        of = role_called(membership.role).of
        self.fields["role"].choices = [  # type: ignore[attr-defined]
            (role.value, role.label)
            for role in Role
            if role.of is of or not (role.of.is_outside or of.is_outside)
        ]
        self.fields["municipalities"].queryset = towns  # type: ignore[attr-defined]


class FirstPeopleForm(forms.Form):
    """Per contractor the address of its first person, filled in where one is known; so many at a
    time.
    """

    AT_ONCE = 25

    def __init__(
        self,
        *args: Any,
        pairs: Sequence[tuple[Any, Any]],
        addresses: Mapping[tuple[int, int], str],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.pairs = {f"email_{firm.pk}_{region.pk}": (firm, region) for firm, region in pairs}
        several = len({region.pk for _firm, region in pairs}) > 1
        for name, (firm, region) in self.pairs.items():
            self.fields[name] = email_field(
                f"{firm.name} · {region.title}" if several else firm.name,
                required=False,
                initial=addresses.get((firm.pk, region.pk), ""),
            )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if self.pairs and not self.errors and not any(given.values()):
            raise forms.ValidationError(_("Fill in at least one address."))
        return given

    def filled_in(self) -> list[tuple[Any, Any, str]]:
        return [
            (firm, region, self.cleaned_data[name])
            for name, (firm, region) in self.pairs.items()
            if self.cleaned_data[name]
        ]


class EmailForm(forms.Form):
    email = email_field(gettext_lazy("E-mail address"))
