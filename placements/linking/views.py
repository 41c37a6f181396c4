"""Two pages for who works for a firm in several regions: this is the same as that, or not after
all.
"""

from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from placements.linking import door as linking
from placements.linking.alike import OFFERED, alike, may_link, own_elsewhere
from placements.linking.forms import LinkForm
from placements.models import Fulfilment, FulfilmentVersion
from placements.rights import OPEN_TO_EDIT, of_own_firm
from sroi.views import ButtonPage, FormPage, OfOne, act_of


class OfOwn(OfOne):
    model = Fulfilment
    related = ("latest",)
    fulfilment: Any

    def may(self) -> bool:
        return of_own_firm(self.request.access, self.fulfilment)

    @property
    def back_url(self) -> str:
        return reverse("fulfilment-detail", args=[self.fulfilment.pk])


class Link(OfOwn, FormPage):
    """What looks the same comes first, then what was recorded last."""

    template_name = "placements/link.html"
    heading = gettext_lazy("The same in another region")
    action = gettext_lazy("This is the same")
    form_class = LinkForm
    refused_at = "other"

    def may(self) -> bool:
        return may_link(self.request.access, self.fulfilment)

    @cached_property
    def offered(self) -> list[FulfilmentVersion]:
        version = self.fulfilment.latest
        version.fulfilment = self.fulfilment
        first = alike(version, self.request.access)
        rest = own_elsewhere(self.fulfilment, self.request.access)
        others = rest.exclude(pk__in=[one.pk for one in first])[:OFFERED]
        return [*first, *others]

    def get_success_url(self) -> str:
        """Of what is not handed in yet the part comes next."""
        part = reverse("fulfilment-what", args=[self.fulfilment.pk])
        return part if self.is_open else self.back_url

    @property
    def is_open(self) -> bool:
        return self.fulfilment.latest.state in OPEN_TO_EDIT

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"offered": self.offered}

    def do(self, form: Any) -> str:
        other = form.offered[form.cleaned_data["other"]]
        linking.link(self.fulfilment, other, self.request.access, act_of(self.request))
        if self.is_open:
            return _("Linked. Fill in which part counts here.")
        return _("Linked. Together it never counts for more than 100%.")


class Unlink(OfOwn, ButtonPage):
    def do(self) -> str:
        linking.unlink(self.fulfilment, self.request.access, act_of(self.request))
        return _("The link was taken away.")
