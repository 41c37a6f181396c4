"""Help for everyone: the ways of each role, terms, how values come about, accessibility, and the
contractor's guide.

Texts stand in templates/help/nl and templates/help/en: whole pages per language read better than
sentence by sentence.
"""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from sroi import glossary
from sroi.pages.help.guide import guide, worked_examples
from sroi.views import kept_file

PAGES: dict[str, Promise] = {
    "help": _("Help"),
    "help-contractor": _("For contractors"),
    "help-adviser": _("For advisers"),
    "help-procurement": _("For procurement officers"),
    "help-region": _("For region admins"),
    "help-reader": _("For readers of the annual report"),
    "help-desk": _("For account managers"),
    "help-partner": _("For partners"),
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
        "entries": [
            Entry(page, label, reverse(page), page == name) for page, label in PAGES.items()
        ],
    }
    if name == "help-terms":
        context["terms"] = glossary.entries()
    if name == "help-values":
        context |= worked_examples()
    return render(request, in_language(name), context)


@login_not_required
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(
        request, in_language("accessibility"), {"statement": settings.ACCESSIBILITY_STATEMENT}
    )


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
