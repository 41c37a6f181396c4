"""The log in words: which page was looked at, or which file was taken out, by the address that was
noted.
"""

from typing import Any

from django.urls import Resolver404, ResolverMatch, resolve
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

RECORDING = _("recording of a fulfilment")
IMPORTING = _("a file that is imported")
FIGURES = _("figures of a report")
REPORT = _("annual report")
PROGRESS = _("progress report")
PAGES: dict[str, str | Promise] = {
    "fulfilment-detail": _("page of a fulfilment"),
    "fulfilment-file": _("list of fulfilments"),
    "fulfilment-list": _("list of fulfilments"),
    "fulfilment-drafts": _("drafts of fulfilments"),
    "start": _("start page"),
    "search": _("search"),
    "disagreement": _("disagreement about a fulfilment"),
    "fulfilment-disagree": _("disagreement about a fulfilment"),
    "evidence-remove": _("evidence of a fulfilment"),
    "evidence-erase": _("evidence of a fulfilment"),
    **dict.fromkeys(
        (
            *("fulfilment-new", "fulfilment-what", "fulfilment-details", "fulfilment-firms"),
            *("fulfilment-value", "fulfilment-evidence", "fulfilment-check", "fulfilment-withdraw"),
        ),
        RECORDING,
    ),
    "interim-report": _("interim report"),
    **dict.fromkeys(("review", "review-value"), _("review of a fulfilment")),
    "review-queue": _("review of several fulfilments"),
    "sample-check": _("check of a sample"),
    "evidence-file": _("evidence of a fulfilment"),
    "evidence-page": _("picture of evidence"),
    **dict.fromkeys(("held-candidate", "held-erase"), _("what is kept about a candidate")),
    "held-user": _("what is kept about a user"),
    "held-self": _("what is kept about oneself"),
    **dict.fromkeys(
        ("import-detail", "import-table", "import-columns", "import-cells", "import-faults"),
        IMPORTING,
    ),
    "import-example": _("empty file to import"),
    "contract-file": _("list of contracts"),
    "contractor-file": _("list of contractors"),
    "coverage-file": _("list of coverage"),
    "document-file": _("document in a dossier"),
    "closing-letter": _("closing letter"),
    "tender-paper": _("text for a tender"),
    "table-json": _("valuation table"),
    **dict.fromkeys(
        (
            *("report-data", "report-municipality-data", "report-workbook"),
            *("report-municipality-workbook", "report-open-data", "report-municipality-open-data"),
        ),
        FIGURES,
    ),
    **dict.fromkeys(
        ("report-pdf", "report-municipality-pdf", "report-word", "report-municipality-word"), REPORT
    ),
    **dict.fromkeys(
        (
            *("report-progress-pdf", "report-progress-word"),
            *("report-municipality-progress-pdf", "report-municipality-progress-word"),
        ),
        PROGRESS,
    ),
    "contractor-guide": _("guide for contractors"),
    "mfa_download_recovery_codes": _("recovery codes"),
}
OTHER = _("another page")


def page_of(path: str) -> ResolverMatch | None:
    try:
        return resolve(path) if path else None
    except Resolver404:
        return None


def told(event: Any, about: str = "") -> str:
    """What happened, where, and about what: no address and no number."""
    if not event.path:
        return str(event.get_kind_display())
    page = page_of(event.path)
    name = (page.url_name if page else "") or ""
    where = f"{event.get_kind_display()}: {PAGES.get(name, OTHER)}"
    return f"{where} · {about}" if about else where
