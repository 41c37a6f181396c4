"""What is asked of who lets a partner in, and of an organisation that asks to take part."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from contracts.models import PartnerKind, Region
from contracts.partners.door import About
from sroi.access import Access, May, visible
from sroi.fields import email_field, kvk_field, text_field
from sroi.lists import CapitalSelect


class PartnerForm(forms.Form):
    region: Any = forms.ModelChoiceField(queryset=None, label=_("Region"))
    name = text_field(_("Name of the organisation"), 200, autocomplete="organization")
    kind = forms.ChoiceField(label=_("Kind"), choices=PartnerKind.choices, widget=CapitalSelect)
    kvk = kvk_field(
        _("KvK number"),
        required=False,
        help_text=_("By this number a contractor sees whether purchases from you count."),
    )
    place = text_field(_("Place"), 100, required=False)
    email = email_field(_("E-mail address of a person there"))

    def __init__(self, *args: Any, regions: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].queryset = regions  # type: ignore[attr-defined]
        if len(regions) == 1:
            self.fields["region"].initial = regions[0]
            self.fields["region"].widget = self.fields["region"].hidden_widget()

    def about(self) -> About:
        return About(**{name: self.cleaned_data[name] for name in ("name", "kind", "kvk", "place")})


class AskForm(PartnerForm):
    email = email_field(_("Your e-mail address"), "email")


def regions_to_let_in(access: Access) -> Any:
    """Where this person lets partners in."""
    return visible(Region, access).filter(pk__in=access.regions_where(May.LET_PARTNERS_IN))
