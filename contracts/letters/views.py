"""The page on which a region says how its letters look."""

from functools import cached_property
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.letters import door as letters
from contracts.letters.forms import HouseStyleForm
from contracts.letters.paper import embedded
from contracts.letters.style import look_of, may_style, signed_by
from contracts.models import HouseStyle, Region
from sroi.access import visible
from sroi.files.checking import photo
from sroi.views import FormPage, OfOne, act_of


class HouseStylePage(OfOne, FormPage):
    """The form, beside the head of a letter as it is now."""

    model = Region
    slug_field, slug_url_kwarg = "code", "region"
    # `region` is what the base page calls it by: this is the same one.
    region: Any = None
    template_name = "contracts/house_style.html"
    form_class = HouseStyleForm
    heading = gettext_lazy("House style of letters")
    back_label = gettext_lazy("Policy and goals")
    refused_at = "logo"

    def get_queryset(self) -> Any:
        return visible(Region, self.request.access)

    def may(self) -> bool:
        return may_style(self.request.access, self.region)

    @property
    def back_url(self) -> str:
        return reverse("policy", args=[self.region.code])

    def get_success_url(self) -> str:
        return self.request.path

    @cached_property
    def style(self) -> HouseStyle:
        rows = visible(HouseStyle, self.request.access).filter(region=self.region)
        return rows.select_related("changed_by").first() or HouseStyle(region=self.region)

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"has_logo": bool(self.style.logo)}

    def get_initial(self) -> dict[str, Any]:
        return HouseStyleForm.initial_of(self.style)

    def starting_point(self) -> str:
        return letters.as_kept(self.region)

    def do(self, form: Any) -> str:
        given = dict(form.cleaned_data)
        sent, without = given.pop("logo"), given.pop("without_logo")
        logo = photo(sent.read(settings.EVIDENCE_MAX_BYTES + 1)) if sent else None
        given["logo"] = b"" if without and not sent else logo
        letters.set_style(
            self.region, given, self.request.access, act_of(self.request), shown=self.shown
        )
        return _("Saved. Letters that are made from now on look so.")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            style=self.style,
            look=look_of(self.style),
            logo=embedded(self.style.logo),
            signs=signed_by(self.style, str(self.request.user)),
            today=localdate(),
            **kwargs,
        )
