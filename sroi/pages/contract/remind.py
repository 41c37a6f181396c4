"""Reminding a contractor of what a contract asks of them now: in steps, each with the text of the
region, which is shown as it will be sent; and the page on which a region writes those texts
and that of its closing letters.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.defaultfilters import linebreaks_filter
from django.urls import reverse
from django.utils.html import format_html
from django.utils.timezone import localdate, localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from contracts.models import CLOSING, Contract, Region, Step
from contracts.people.membership import people_for
from contracts.plans import door as planning
from contracts.plans.forms import ReminderTextForm
from contracts.plans.plan import may_remind
from contracts.plans.reminders import (
    USUAL,
    Letter,
    filled,
    names_of,
    sent_before,
    step_of,
    text_of,
    with_text,
)
from placements.standing.asks import OF_CONTRACTOR, asks
from placements.standing.known import LookUp
from placements.standing.progress import Progress, with_progress
from sroi.access import May, visible
from sroi.pages.contract.attention import task_of
from sroi.templatetags.formats import euro2, long_date
from sroi.views import ConfirmPage, FormPage, OfOne, act_of

# All that a contractor is asked for.
LOOKED_UP = (LookUp.STANDING, LookUp.ANSWERS, LookUp.DEADLINES)
STEP = "stap"


class InSteps:
    """Beside a page that reminds: which step was chosen, and the others as links."""

    request: Any

    @property
    def step(self) -> Step:
        return step_of(self.request.GET.get(STEP, ""))

    @property
    def steps(self) -> list[tuple[str, Any, bool]]:
        """Address, word, whether it is this one."""
        found = []
        for step in Step:
            asked = self.request.GET.copy()
            asked[STEP] = step.value
            found.append((f"?{asked.urlencode()}", step.label, step == self.step))
        return found


def action_of(step: Step) -> str:
    return {
        Step.FRIENDLY: _("Send the reminder"),
        Step.SECOND: _("Send the second reminder"),
        Step.DEFAULT: _("Send the notice of default"),
    }[step]


def asked_of(
    contracts: Sequence[Contract], progress: Mapping[int, Progress]
) -> dict[int, list[str]]:
    """By contract what its contractor is asked for now, in the language of letters."""
    with override(settings.LANGUAGE_CODE):
        found = asks(contracts, localdate(), LOOKED_UP, progress=progress)
        return {
            pk: [str(task_of(ask, "", "").why) for ask in asked if ask.kind in OF_CONTRACTOR]
            for pk, asked in found.items()
        }


def in_their_language(words: Any) -> Any:
    return format_html('<div lang="{}">{}</div>', settings.LANGUAGE_CODE, words)


def letters(
    contracts: Sequence[Any],
    asked: Mapping[int, str],
    step: Step,
    progress: Mapping[int, Progress],
) -> dict[int, Letter]:
    """By contract what is written to its contractor, whatever the language of the page; each says
    what its region writes (`with_text`), and its region and adviser are fetched.
    """
    with override(settings.LANGUAGE_CODE):
        found = {}
        for contract in contracts:
            values = values_of(contract, progress[contract.pk]) | {"gevraagd": asked[contract.pk]}
            found[contract.pk] = Letter(step, filled(contract.written or USUAL[step], values))
        return found


def values_of(contract: Contract, now: Progress) -> dict[str, str]:
    """What the placeholders stand for."""
    adviser, region = contract.adviser, str(contract.region)
    reach = (adviser.name, adviser.email, adviser.phone) if adviser else ()
    return {
        "opdrachtnemer": contract.contractor.name,
        "titel": contract.title,
        "kenmerk": contract.reference,
        "regio": region,
        "adviseur": ", ".join(word for word in reach if word) or contract.adviser_email or region,
        "vandaag": long_date(localdate()),
        "verplichting": euro2(now.obligation),
        "ingevuld": euro2(now.realised),
        "open": euro2(now.open),
        "einddatum": long_date(contract.last_counted_day),
    }


class Remind(InSteps, OfOne, ConfirmPage):
    """Whom the mail goes to, what of and what is written, then one button."""

    model = Contract
    related = ("policy", "contractor", "adviser", "region")
    contract: Contract
    template_name = "pages/remind.html"
    heading = property(lambda self: self.contract.title)
    back_label = heading
    action: Any = property(lambda self: action_of(self.step))
    question = gettext_lazy("Remind the contractor?")
    consequence = gettext_lazy(
        "They get it by mail, and read the letter in the dossier, where it stays as it was sent."
        " At most once a day."
    )
    is_dangerous = False

    def get_queryset(self) -> Any:
        return with_text(super().get_queryset(), self.step)

    def may(self) -> bool:
        return may_remind(self.request.access, self.contract)

    @cached_property
    def progress(self) -> Mapping[int, Progress]:
        return with_progress([self.contract], localdate())

    @property
    def back_url(self) -> str:
        return reverse("contract-detail", args=[self.contract.pk])

    @cached_property
    def asked(self) -> list[str]:
        return asked_of([self.contract], self.progress)[self.contract.pk]

    @cached_property
    def letter(self) -> Letter:
        asked = {self.contract.pk: "; ".join(self.asked)}
        return letters([self.contract], asked, self.step, self.progress)[self.contract.pk]

    def closed(self) -> HttpResponse | None:
        if self.asked:
            return None
        messages.info(self.request, _("Nothing is asked of the contractor now."))
        return redirect(self.back_url)

    def goes(self) -> list[tuple[Any, Any]]:
        people = people_for(self.contract)
        before = [
            f"{event.get_what_display()}, {long_date(localtime(event.at))}"
            for event in sent_before(self.contract.pk)
        ]
        return [
            (_("Contractor"), self.contract.contractor),
            (_("To"), ", ".join(f"{who.name} ({who.email})" for who in people)),
            *((_("About"), in_their_language(words)) for words in self.asked),
            (_("Sent before"), "; ".join(before)),
            (_("Letter"), in_their_language(linebreaks_filter(self.letter.text))),
        ]

    def do(self, form: Any) -> str:
        planning.remind(self.contract, act_of(self.request, "; ".join(self.asked)), self.letter)
        return _("The contractor is reminded by mail.")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        texts = reverse("reminder-texts", args=[self.contract.region.code])
        return super().get_context_data(
            steps=self.steps, texts_url=f"{texts}?{STEP}={self.step}", **kwargs
        )


class ReminderTexts(InSteps, OfOne, FormPage):
    """What the region writes in each step."""

    model = Region
    slug_field, slug_url_kwarg = "code", "region"
    # `region` is what the base page calls it by: this is the same one.
    region: Any = None
    template_name = "pages/reminder_texts.html"
    form_class = ReminderTextForm
    heading = gettext_lazy("Texts of letters")
    action = gettext_lazy("Save")
    refused_at = "text"

    def get_queryset(self) -> Any:
        return visible(Region, self.request.access)

    def may(self) -> bool:
        return bool(self.request.access.may(May.ADVISE, region_id=self.region.pk))

    @property
    def back_url(self) -> str:
        return f"{self.request.path}?{STEP}={self.step}"

    @property
    def step(self) -> Any:
        return CLOSING if self.request.GET.get(STEP) == CLOSING else super().step

    @property
    def steps(self) -> list[tuple[str, Any, bool]]:
        closing = (f"?{STEP}={CLOSING}", _("Closing letter"), self.step == CLOSING)
        return [*super().steps, closing]

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"step": self.step}

    def starting_point(self) -> str:
        return planning.as_written(self.region, self.step)

    def get_initial(self) -> dict[str, Any]:
        return {"text": text_of(self.region, self.step)}

    def do(self, form: Any) -> str:
        text = form.cleaned_data["text"]
        planning.write_reminder(self.region, self.step, text, self.request.access, shown=self.shown)
        return _("Saved. It holds for what is sent from now on.")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        names = [f"{{{name}}}" for name in names_of(self.step)]
        return super().get_context_data(steps=self.steps, names=names, **kwargs)
