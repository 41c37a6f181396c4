"""Help with a tender, as a page and as papers. Everything stands in the address; nothing is stored."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.http import content_disposition_header
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts import drafting, tender_texts
from contracts.forms import cpv_field
from contracts.models import Policy, ProcurementType, RateReason, Region, ValuationTable
from contracts.registering import CARRIED, ForRegistrars
from contracts.tender_aid import Advice, Tender, Way, advise, ways, workplaces_between
from contracts.tender_texts import Section, Subject
from contracts.valuation_tables import LineOfTables
from sroi.access import visible
from sroi.documents import DOCX, WordDocument
from sroi.exchange import decimal_number
from sroi.fields import ParsedField, euros, percentage, text_field
from sroi.views import Request

MOST_MONTHS = 240
LANGUAGE = "nl"
# The part of the address, the name of the file, and the title of the paper.
PAPERS = {
    "afweging": gettext_lazy("Note on proportionality"),
    "bestektekst": gettext_lazy("Clause for the tender documents"),
}
TITLES = {"afweging": "Afweging social return", "bestektekst": "Social return: voorwaarde voor de uitvoering"}


class TenderForm(forms.Form):
    """What is known before there is a contract."""

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
        help_text=gettext_lazy("The part of the value that is labour, as far as you can estimate it."),
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
    rate_reason_text = text_field(gettext_lazy("Why another rate than expected?"), 1000, required=False, rows=3)
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
        return [self[name] for name in (*(["region"] if len(self.regions) > 1 else []), *self.FIRST)]

    @property
    def other_rate(self) -> list[Any]:
        return [self[name] for name in self.OTHER_RATE]

    @property
    def is_open(self) -> bool:
        return any(field.errors or field.value() for field in self.other_rate)

    def clean_value(self) -> Any:
        if self.cleaned_data["value"] < 0:
            raise forms.ValidationError(_("A contract value cannot be below zero."))
        return self.cleaned_data["value"]

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
            given["procurement_type"], given["value"], int(given["months"]), given["labour_share"], given["rate"]
        )


@dataclass(frozen=True)
class Aid:
    """Everything that the page and the papers tell of one tender."""

    tender: Tender
    subject: Subject
    advice: Advice
    ways: list[Way]
    today: date

    @property
    def workplaces(self) -> Any:
        return workplaces_between(self.ways)

    def papers(self) -> dict[str, list[Section]]:
        with translation.override(LANGUAGE):
            advice = advise(self.tender, self.advice.policy)
            return {
                "afweging": tender_texts.note(self.subject, self.tender, advice, self.ways, self.today),
                "bestektekst": tender_texts.clause(self.subject, self.tender, advice),
            }


class TenderAid(ForRegistrars):
    """The advice while one types; with JavaScript it follows, without it after a press on the button."""

    def get(self, request: Request) -> HttpResponse:
        regions = list(drafting.regions_to_register_in(request.access))
        form = TenderForm(request.GET if "value" in request.GET else None, regions=regions)
        aid = self.aid(form) if form.is_valid() else None
        context: dict[str, Any] = {"heading": _("Tender aid"), "form": form, "aid": aid}
        if form.is_bound and form.is_valid() and aid is None:
            context["no_policy"] = True
        if aid:
            query = request.GET.urlencode()
            papers = aid.papers()
            context |= {
                "papers": [
                    (name, title, papers[name], f"{reverse('tender-paper')}?{query}&paper={name}")
                    for name, title in PAPERS.items()
                ],
                "carried": f"{reverse('contract-new')}?{carried(form)}",
            }
        return render(request, "contracts/tender_aid.html", context)

    def aid(self, form: TenderForm) -> Aid | None:
        given, today = form.cleaned_data, localdate()
        region = form.regions[given["region"]]
        policy = visible(Policy, self.request.access).filter(region=region).on(today)
        if policy is None:
            return None
        table: ValuationTable | None = LineOfTables(region).on(today)
        reason = given["rate_reason"], given["rate_reason_text"]
        subject = Subject(region, given["title"], given["cpv"], *reason, table)
        tender = form.tender
        advice = advise(tender, policy)
        blocks = table.blocks.all() if table else []
        return Aid(tender, subject, advice, ways(advice.amount, tender.months, blocks), today)


class TenderPaper(TenderAid):
    """One of the papers as a file for Word."""

    def get(self, request: Request) -> HttpResponse:
        name = request.GET.get("paper", "")
        form = TenderForm(request.GET, regions=list(drafting.regions_to_register_in(request.access)))
        aid = self.aid(form) if form.is_valid() else None
        if aid is None or name not in PAPERS:
            raise Http404
        word = WordDocument(TITLES[name])
        if aid.subject.title:
            word.paragraph(aid.subject.title, bold=True)
        for section in aid.papers()[name]:
            word.heading(section.heading)
            for paragraph in section.paragraphs:
                word.paragraph(paragraph)
        answer = HttpResponse(word.content, content_type=DOCX)
        answer["Content-Disposition"] = content_disposition_header(True, f"social-return-{name}.docx")
        return answer


def carried(form: TenderForm) -> str:
    """What was filled in here, for the form of a new contract."""
    query = QueryDict(mutable=True)
    for name in CARRIED:
        if value := form.data.get(name, ""):
            query[name] = value
    return query.urlencode()
