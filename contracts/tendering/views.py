"""Help with a tender, as a page and as papers. Everything stands in the address; nothing is
stored.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.http import content_disposition_header
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.models import Policy, ValuationTable
from contracts.registering import door as registering
from contracts.registering.views import CARRIED, ForRegistrars
from contracts.tendering import texts as tender_texts
from contracts.tendering.aid import Advice, Tender, Way, advise, ways, workplaces_between
from contracts.tendering.forms import TenderForm
from contracts.tendering.texts import Section, Subject
from contracts.valuation_tables.loading import LineOfTables
from sroi.access import visible
from sroi.documents import DOCX, WordDocument
from sroi.fields import is_key
from sroi.views import Request

LANGUAGE = "nl"
# The part of the address, the name of the file, and the title of the paper.
PAPERS = {
    "afweging": gettext_lazy("Note on proportionality"),
    "bestektekst": gettext_lazy("Clause for the tender documents"),
}
TITLES = {
    "afweging": "Afweging social return",
    "bestektekst": "Social return: voorwaarde voor de uitvoering",
}
# Both of them in one file.
DOSSIER = "dossier"
TITLE_OF_DOSSIER = "Social return bij deze aanbesteding"


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
                "afweging": tender_texts.note(
                    self.subject, self.tender, advice, self.ways, self.today
                ),
                "bestektekst": tender_texts.clause(self.subject, self.tender, advice),
            }


class TenderAid(ForRegistrars):
    """The advice while one types; with JavaScript it follows, without it after a press on the
    button.
    """

    def get(self, request: Request) -> HttpResponse:
        regions = list(registering.regions_to_register_in(request.access))
        is_asked = "value" in request.GET and "months" in request.GET
        given = {name: request.GET[name] for name in TenderForm.base_fields if name in request.GET}
        form = TenderForm(request.GET if is_asked else None, initial=given or None, regions=regions)
        aid = self.aid(form) if form.is_valid() else None
        context: dict[str, Any] = {"heading": _("Tender aid"), "form": form, "aid": aid}
        # The planned tender that it is about, where there is one already.
        planned = request.GET.get("tender", "")
        context["planned"] = planned if is_key(planned) else ""
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
                "dossier": f"{reverse('tender-paper')}?{query}&paper={DOSSIER}",
                "plan": f"{plan_page(context['planned'])}?{query}",
                "carried": f"{reverse('contract-new')}?{carried(form)}",
            }
        return render(request, "contracts/tender_aid.html", context)

    def aid(self, form: TenderForm) -> Aid | None:
        given, today = form.cleaned_data, localdate()
        region = form.regions[given["region"]]
        versions: Any = visible(Policy, self.request.access).filter(region=region)
        policy = versions.on(today)
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
    """One of the papers, or all of them, as a file for Word."""

    def get(self, request: Request) -> HttpResponse:
        name = request.GET.get("paper", "")
        form = TenderForm(
            request.GET, regions=list(registering.regions_to_register_in(request.access))
        )
        aid = self.aid(form) if form.is_valid() else None
        if aid is None or name not in (*PAPERS, DOSSIER):
            raise Http404
        answer = HttpResponse(as_word(aid, name), content_type=DOCX)
        answer["Content-Disposition"] = content_disposition_header(
            True, f"social-return-{name}.docx"
        )
        return answer


def as_word(aid: Aid, name: str) -> bytes:
    """Of a dossier each paper is a part, with its sections below it."""
    is_whole, papers = name == DOSSIER, aid.papers()
    word = WordDocument(TITLE_OF_DOSSIER if is_whole else TITLES[name])
    if aid.subject.title:
        word.paragraph(aid.subject.title, bold=True)
    for part in PAPERS if is_whole else (name,):
        if is_whole:
            word.heading(TITLES[part])
        for section in papers[part]:
            word.heading(section.heading, level=2 if is_whole else 1)
            for paragraph in section.paragraphs:
                word.paragraph(paragraph)
    return word.content


def plan_page(planned: str) -> str:
    """Where the advice is kept: with the tender that it is about, or with a new one."""
    return reverse("planned-tender", args=[planned]) if planned else reverse("planned-tender-new")


def carried(form: TenderForm) -> str:
    """What was filled in here, for the form of a new contract."""
    query = QueryDict(mutable=True)
    for name in CARRIED:
        if value := form.data.get(name, ""):
            query[name] = value
    return query.urlencode()
