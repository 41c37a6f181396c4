"""The guide for contractors on one page to print or to send along: made once per release, by the
worker, and kept.
"""

from functools import cache

from django.template.loader import render_to_string
from django.utils import translation
from django_tasks import task

from sroi.documents import keeping, render_pdf
from sroi.pages.help import examples

NAME = "contractor-guide"
TITLES = {
    "nl": "Social return: wegwijzer voor opdrachtnemers",
    "en": "Social return: a guide for contractors",
}
# Somebody waits for it: before imports and mails.
PRIORITY = 10


def worked_examples() -> dict[str, examples.Example]:
    return {
        "part_time": examples.part_time(),
        "older_worker": examples.older_worker(),
        "purchase": examples.purchase(),
        "activity": examples.activity(),
    }


def guide(language: str) -> bytes | None:
    """As it is kept; None while the worker makes it, which it is asked to do once."""
    found = _kept(language)
    if found is None:
        keeping.ask(_order(language), lambda: make_guide.enqueue(language))
        found = _kept(language)
    return found


@task(priority=PRIORITY)
def make_guide(language: str) -> None:
    """Make it, unless it was made in the meantime."""
    html, made_of = _source(language)
    if _kept(language) is None:
        keeping.keep(
            NAME, language, made_of, render_pdf(html, title=TITLES[language], language=language)
        )
    keeping.answered(_order(language))


def _kept(language: str) -> bytes | None:
    return keeping.kept(NAME, language, _source(language)[1])


def _order(language: str) -> str:
    return f"{NAME} {language} {_source(language)[1]}"


@cache
def _source(language: str) -> tuple[str, str]:
    """The page that it is made from, and what stands for it; the same as long as the program
    runs.
    """
    with translation.override(language):
        html = render_to_string(f"help/{language}/guide.html", worked_examples())
    return html, keeping.made_of(html)
