"""What is asked of who links: which one elsewhere is the same."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from placements.claims.words import card, own_words, period_words
from placements.models import FulfilmentVersion


class LinkForm(forms.Form):
    other = forms.TypedChoiceField(
        label=gettext_lazy("Which one is the same?"),
        coerce=int,
        widget=forms.RadioSelect(attrs={"class": "choice-cards"}),
        error_messages={"required": gettext_lazy("Choose which one is the same.")},
    )

    def __init__(
        self, data: Any = None, *, offered: Sequence[FulfilmentVersion], **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        self.offered = {version.fulfilment_id: version.fulfilment for version in offered}
        other: Any = self.fields["other"]
        other.choices = [(version.fulfilment_id, called(version)) for version in offered]


def called(version: FulfilmentVersion) -> Any:
    """By what a firm knows its own: region and number; reference, days and state."""
    of = version.fulfilment
    about = (own_words(version), period_words(version), version.get_state_display())
    return card(f"{of.region.title} · {of.external_id}", " · ".join(filter(None, about)))
