"""A statement on paper: a Dutch document whatever the language of the interface, from the words
that were fixed when it was made.
"""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from reporting.statements.trying import Told
from reporting.statements.words import counted
from sroi.documents import render_pdf

LANGUAGE = "nl"


def address(code: str) -> str:
    """Where anybody can try the code."""
    return settings.SITE_URL + reverse("statement-shown", args=[code])


def title(told: Told) -> str:
    return f"Verklaring social return {told.stated['year']}: {told.stated['contract']['title']}"


def as_html(told: Told) -> str:
    with translation.override(LANGUAGE):
        context: dict[str, Any] = {
            "told": told,
            "title": title(told),
            "address": address(told.code),
            "rows": counted(told.parts),
        }
        return render_to_string("reporting/statement_document.html", context)


def as_pdf(told: Told, made_at: datetime) -> bytes:
    return render_pdf(as_html(told), title=title(told), language=LANGUAGE, made_at=made_at)


def file_name(told: Told) -> str:
    return f"verklaring-{told.stated['year']}-{told.code[:5].lower()}.pdf"
