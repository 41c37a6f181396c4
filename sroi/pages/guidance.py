"""Help for everyone: the ways of each role, terms, how values come about, accessibility, and the contractor's guide.

Texts stand in templates/help/nl and templates/help/en: whole pages per language read better than sentence by sentence.
"""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from sroi.pages import glossary
from sroi.pages.contractor_guide import guide, worked_examples
from sroi.views import kept_file

PAGES: dict[str, Promise] = {
    "help": _("Help"),
    "help-contractor": _("For contractors"),
    "help-adviser": _("For advisers"),
    "help-procurement": _("For procurement officers"),
    "help-region": _("For region admins"),
    "help-reader": _("For readers of the annual report"),
    "help-values": _("How a value comes about"),
    "help-terms": _("Terms"),
}


@dataclass(frozen=True)
class Entry:
    name: str
    label: Promise
    url: str
    current: bool


@login_not_required
@require_safe
def help_page(request: HttpRequest, name: str = "help") -> HttpResponse:
    context: dict[str, Any] = {
        "heading": PAGES[name],
        "entries": [Entry(page, label, reverse(page), page == name) for page, label in PAGES.items()],
    }
    if name == "help-terms":
        context["terms"] = glossary.terms()
    if name == "help-values":
        context |= worked_examples()
    return render(request, in_language(name), context)


@login_not_required
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, in_language("accessibility"), {"statement": settings.ACCESSIBILITY_STATEMENT})


@login_not_required
@require_safe
def contractor_guide(request: HttpRequest) -> HttpResponse:
    """All that a contractor needs to know to begin, on one page to print or to send along."""
    language = language_in_use()
    names = {"nl": "handleiding-opdrachtnemer", "en": "guide-for-contractors"}
    return kept_file(request, guide(language), f"{names[language]}.pdf", "application/pdf")


def language_in_use() -> str:
    return "en" if get_language() == "en" else "nl"


def in_language(name: str) -> str:
    return f"help/{language_in_use()}/{name}.html"


urlpatterns = [
    path("hulp/", help_page, name="help"),
    path("hulp/opdrachtnemer/", help_page, {"name": "help-contractor"}, name="help-contractor"),
    path("hulp/adviseur/", help_page, {"name": "help-adviser"}, name="help-adviser"),
    path("hulp/inkoper/", help_page, {"name": "help-procurement"}, name="help-procurement"),
    path("hulp/regiobeheerder/", help_page, {"name": "help-region"}, name="help-region"),
    path("hulp/lezer/", help_page, {"name": "help-reader"}, name="help-reader"),
    path("hulp/waarde/", help_page, {"name": "help-values"}, name="help-values"),
    path("hulp/begrippen/", help_page, {"name": "help-terms"}, name="help-terms"),
    path("hulp/handleiding-opdrachtnemer.pdf", contractor_guide, name="contractor-guide"),
    path("toegankelijkheid/", accessibility, name="accessibility"),
]
