"""What is asked about a tender."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.models import ProcurementType, RateReason, Region
from contracts.registering.forms import cpv_field
from contracts.tendering.aid import Tender
from sroi.exchange import decimal_number
from sroi.fields import ParsedField, euros, percentage, text_field

MOST_MONTHS = 240


class TenderForm(forms.Form):
    """What is known before there is a contract."""

    NEEDED_SOMETIMES = ("rate_reason_text",)

    region = forms.ChoiceField(label=gettext_lazy("Region"))
    title = text_field(gettext_lazy("What is it about?"), 250, required=False)
    procurement_type = forms.ChoiceField(
        label=gettext_lazy("Procurement type"),
        choices=[("", gettext_lazy("Choose…")), *ProcurementType.choices],
        error_messages={"required": gettext_lazy("Choose works, services or supplies.")},
    )
    value = euros(gettext_lazy("Estimated contract value excluding VAT"))
    months = ParsedField(
        decimal_number(0, 1, MOST_MONTHS),
        label=gettext_lazy("Duration"),
        suffix=gettext_lazy("months"),
        mode="numeric",
    )
    labour_share = percentage(
        gettext_lazy("Labour share"),
        required=False,
        help_text=gettext_lazy(
            "The part of the value that is labour, as far as you can estimate it."
        ),
    )
    cpv = cpv_field()
    rate = percentage(
        gettext_lazy("Another rate than expected"),
        required=False,
        help_text=gettext_lazy("Only where the expected rate would be too much for this contract."),
    )
    rate_reason = forms.ChoiceField(
        label=gettext_lazy("What the reason is about"),
        choices=[("", gettext_lazy("Choose…")), *RateReason.choices],
        required=False,
    )
    rate_reason_text = text_field(
        gettext_lazy("Why another rate than expected?"), 1000, required=False, rows=3
    )
    FIRST = ("title", "procurement_type", "value", "months", "labour_share", "cpv")
    OTHER_RATE = ("rate", "rate_reason", "rate_reason_text")

    def __init__(self, *args: Any, regions: Sequence[Region], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.regions = {region.code: region for region in regions}
        asked: Any = self.fields["region"]
        asked.choices = [(region.code, region.title) for region in regions]
        if len(regions) == 1:
            asked.widget = forms.HiddenInput()
            self.initial.setdefault("region", regions[0].code)

    @property
    def first(self) -> list[Any]:
        return [
            self[name] for name in (*(["region"] if len(self.regions) > 1 else []), *self.FIRST)
        ]

    @property
    def other_rate(self) -> list[Any]:
        return [self[name] for name in self.OTHER_RATE]

    @property
    def is_open(self) -> bool:
        return any(field.errors or field.value() for field in self.other_rate)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        silent = not cleaned.get("rate_reason_text") and "rate_reason_text" not in self.errors
        if cleaned.get("rate") is not None and silent:
            self.add_error("rate_reason_text", _("Write why, so that the note can say it."))
        return cleaned

    @property
    def tender(self) -> Tender:
        given = self.cleaned_data
        return Tender(
            given["procurement_type"],
            given["value"],
            int(given["months"]),
            given["labour_share"],
            given["rate"],
        )
