"""What is asked when a client joins, is mended, or ends; what cannot be is said beside the
field.
"""

from typing import Any

from django import forms
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from contracts.clients.rules import NAME, client_faults, day_faults, successor_faults, taken_faults
from contracts.models import ClientKind, Municipality, Region
from contracts.people.membership import administered
from sroi.access import Access, May
from sroi.exchange import whole_number
from sroi.fields import OF_ANOTHER, Day, ParsedField, text_field
from sroi.history.keeping import WHY


def inhabitants_field() -> ParsedField:
    return ParsedField(
        whole_number,
        label=_("Inhabitants"),
        required=False,
        mode="numeric",
        help_text=_("Of a municipality only."),
    )


def why_field() -> forms.CharField:
    return text_field(
        _("Why, or where it was decided"),
        WHY,
        required=False,
        help_text=_("Stands in the history of this client."),
    )


class NewClientForm(forms.Form):
    region: Any = forms.ModelChoiceField(queryset=None, label=_("Region"))
    kind = forms.ChoiceField(
        label=_("Kind of client"),
        choices=ClientKind.choices,
        widget=forms.RadioSelect,
        initial=ClientKind.MUNICIPALITY,
    )
    name = text_field(_("Name"), NAME, autocomplete=OF_ANOTHER)
    code = forms.CharField(
        label=_("Code"),
        max_length=12,
        help_text=_(
            "Of a municipality the code of the CBS, such as GM0402. Of another client 2 to 12"
            " letters and digits that you choose. The code stays: imports and figures go by it."
        ),
    )
    inhabitants = inhabitants_field()
    valid_from = Day(
        label=_("Takes part from"),
        required=False,
        help_text=_("Leave it empty for: from the beginning."),
    )
    why = why_field()

    def __init__(self, *args: Any, access: Access, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["region"]
        field.queryset = administered(Region, access, to=May.MANAGE_CLIENTS)
        field.initial = field.queryset.first()
        if len(field.queryset) == 1:
            field.widget = field.hidden_widget()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors:
            others = data["region"].municipalities.all()
            for name, reason in (*client_faults(self.client), *taken_faults(self.client, others)):
                self.add_error(name, reason)
        return data

    @property
    def client(self) -> Municipality:
        names = ("region", "kind", "name", "code", "inhabitants", "valid_from")
        return Municipality(**{name: self.cleaned_data[name] for name in names})


class ClientForm(forms.Form):
    """What may be mended of a client."""

    name = text_field(_("Name"), NAME, autocomplete=OF_ANOTHER)
    inhabitants = inhabitants_field()
    why = why_field()

    def __init__(self, *args: Any, client: Municipality, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.client = client
        if not client.has_council:
            del self.fields["inhabitants"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        data.setdefault("inhabitants", None)
        if not self.errors:
            mended = Municipality(
                code=self.client.code,
                name=data["name"],
                region=self.client.region,
                valid_until=self.client.valid_until,
            )
            others = self.client.region.municipalities.exclude(pk=self.client.pk)
            for name, reason in taken_faults(mended, others):
                self.add_error(name, reason)
        return data


class EndForm(forms.Form):
    """The last day of a client, and who takes its place where it goes on in another."""

    valid_until = Day(label=_("Last day"))
    successor: Any = forms.ModelChoiceField(
        queryset=None,
        label=_("Goes on in"),
        required=False,
        empty_label=_("Nobody: it stops or leaves the region"),
        help_text=_("After a merger. Add the new client first, if it is not there yet."),
    )
    why = why_field()

    def __init__(self, *args: Any, client: Municipality, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.client = client
        field: Any = self.fields["successor"]
        others = client.region.municipalities.exclude(pk=client.pk).filter(successor=None)
        others = others.there_on(localdate())
        alike = (
            others.with_council()
            if client.has_council
            else others.exclude(kind=ClientKind.MUNICIPALITY)
        )
        field.queryset = alike
        field.label_from_instance = lambda other: other.described

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors:
            faults = [*day_faults(self.client.valid_from, data["valid_until"])]
            if data["successor"]:
                faults += successor_faults(self.client, data["successor"], data["valid_until"])
            for name, reason in faults:
                self.add_error(name, reason)
        return data
