"""Words that do not belong: codes, "None", what a template or a translation left open, and words of
the other language; on every page of every role in both languages, in the answers of forms,
in documents and in mails.
"""

import io
import re
from collections import defaultdict
from datetime import date, timedelta
from html.parser import HTMLParser

import docx
import pypdfium2
import pytest
import time_machine
from django.conf import settings
from django.core import mail
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape
from python_calamine import CalamineWorkbook

from contracts.models import (
    BuildingBlock,
    ChangeKind,
    Contract,
    ContractEvent,
    Happened,
    NoticeChoice,
    NoticeKind,
    ValuationTable,
    When,
)
from sroi.access import Role
from sroi.pages.mail.sending import send_overviews, tell_of
from tests import factories as make
from tests.whole.test_access import (
    ANONYMOUS,
    PAGES,
    SLOW,
    World,
    as_role,
)
from tests.whole.test_every_field import forms_of_pages, send

pytestmark = pytest.mark.django_db

SAID = ("alt", "aria-label", "placeholder", "title", "aria-description", "data-confirm")
# What stands there as it is: code, what somebody typed, names.
QUOTED = {"script", "style", "code", "samp", "kbd", "bdi", "textarea", "svg"}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}


class Said(HTMLParser):
    """What a page says to whoever reads or hears it, with the language that it is in."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[tuple[str, str, bool]] = [("", "", False)]
        self.texts: list[tuple[str, str]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, pairs: list[tuple[str, str | None]]) -> None:
        attrs = {name: value or "" for name, value in pairs}
        _tag, language, quoted = self.open[-1]
        language, quoted = attrs.get("lang", language), quoted or tag in QUOTED
        said = [attrs[name] for name in SAID if name in attrs]
        if tag == "input" and attrs.get("type") in ("submit", "button"):
            said.append(attrs.get("value", ""))
        self.texts += [(language, text) for text in said if not quoted]
        if tag not in VOID:
            self.open.append((tag, language, quoted))

    def handle_endtag(self, tag: str) -> None:
        while len(self.open) > 1 and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        _tag, language, quoted = self.open[-1]
        if data.strip() and not quoted:
            self.texts.append((language, " ".join(data.split())))


STRAY = re.compile(
    r"""\b(?:True|False|NaN|nan|undefined|null)\b | \bDecimal\( | \bdatetime\b
    | \sobject\sat\s | %\(\w | %[sd]\b | \{\{ | \{% | \b[a-z]{2,}(?:_[a-z0-9]+)+\b | \bGM\d{4}\b
    | (?<![\w<])/[a-z-]+/\S* | &(?:amp|lt|gt|quot|\#\d+); | __ | \[\] | \(\) | \s[,.;:](?:\s|$)
    """,
    re.VERBOSE,
)
# Addresses, what somebody is quoted as saying, an example of a code, and what the factories typed.
TYPED = re.compile(r"\S+@\S+|“[^”]*”|GM0402\.|\bGraag een verslag\b|\bDit klopt niet\b")
WORDS_OF = {
    "en": "the and this that with your you from have not please required must cannot are been"
    " which who what when where will has does each other by they their them these those also"
    " between before after into",
    "nl": "het een niet voor naar wordt worden zijn deze ook maar met nog geen door uw heeft moet"
    " kunt bij uit dit er om waar hoe wat wie",
}
OTHER = {
    # "None" is a word in English, and in Dutch what Python says of nothing.
    "nl": re.compile(rf"\b(?:None|{'|'.join(WORDS_OF['en'].split())})\b", re.IGNORECASE),
    "en": re.compile(rf"\b(?:{'|'.join(WORDS_OF['nl'].split())})\b", re.IGNORECASE),
}
# What somebody uploaded, and what the factories made instead of a letter (see below).
SENT = {"evidence-file", "evidence-page", "document-file", "closing-letter"}
LANGUAGES = [code for code, _name in settings.LANGUAGES]


def stray(said: str, language: str) -> str:
    text = TYPED.sub("…", said)
    found = STRAY.search(text) or (OTHER[language].search(text) if language in OTHER else None)
    return f"{found.group()!r} in {said[:160]!r} ({language})" if found else ""


def strays(page: str) -> set[str]:
    said = Said(page).texts
    return {found for language, text in said if (found := stray(text, language))}


def shown(found: dict[str, set[str]]) -> str:
    return "\n".join(["", *(f"{what}: {', '.join(sorted(at)[:4])}" for what, at in found.items())])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("role", [*Role, ANONYMOUS])
def test_no_page_has_words_that_do_not_belong(
    world: World,
    role: str,
    language: str,
) -> None:
    client = as_role(world, role)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    # Remarks of a publication are in its own language.
    notes = {
        escape(row.note)
        for model in (ValuationTable, BuildingBlock)
        for row in model.objects.exclude(note="")
    }
    found: dict[str, set[str]] = defaultdict(set)
    for name, page in PAGES.items():
        if page.code(role) != 200 or page.method != "get" or name in SLOW:
            continue
        response = client.get(reverse(name, kwargs=world.own[page.of] if page.of else {}))
        if response.streaming or not response["Content-Type"].startswith("text/html"):
            continue
        text = response.content.decode()
        for note in notes:
            text = text.replace(note, "")
        for what in strays(text):
            found[what].add(name)
    assert not found, shown(found)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_answer_to_a_form_has_words_that_do_not_belong(
    world: World,
    language: str,
) -> None:
    found: dict[str, set[str]] = defaultdict(set)
    answered = 0
    for name, client, form in forms_of_pages(world):
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        for value in ("", "-1", "29-02-2025", "9" * 30):
            response = send(client, form, dict.fromkeys(form.open, value))
            if response.status_code == 422:
                answered += 1
                for what in strays(response.content.decode()):
                    found[what].add(name)
    assert answered
    assert not found, shown(found)


def test_no_document_has_words_that_do_not_belong(world: World) -> None:
    found: dict[str, set[str]] = defaultdict(set)
    read = set()
    for role in (Role.ADVISER, Role.CONTRACTOR):
        client = as_role(world, role)
        for name, page in PAGES.items():
            if page.code(role) != 200 or page.method != "get" or name in read:
                continue
            response = client.get(reverse(name, kwargs=world.own[page.of] if page.of else {}))
            lines = READERS.get(response["Content-Type"].partition(";")[0])
            if lines is None or name.endswith("-data") or name in SENT:
                continue
            read.add(name)
            for line in lines(response.getvalue()):
                if what := stray(" ".join(line.split()), "nl"):
                    found[what].add(name)
    assert {"report-pdf", "report-word", "report-workbook", "contract-file"} <= read
    assert not found, shown(found)


def test_no_mail_has_words_that_do_not_belong(world: World) -> None:
    contract = Contract.objects.get(pk=world.own["contract"]["pk"])
    now = timezone.now()
    ContractEvent.objects.bulk_create(
        ContractEvent(contract=contract, what=what, at=now)
        for what in {*Happened.values, *ChangeKind.values}
    )
    NoticeChoice.objects.bulk_create(
        NoticeChoice(user=user, kind=kind, when=When.AT_ONCE)
        for user in world.users.values()
        for kind in set(NoticeKind) - {NoticeKind.OVERVIEW}
    )
    tell_of(timedelta(hours=1))
    with time_machine.travel(make.moment(date(2026, 11, 29)), tick=False):
        send_overviews(timezone.now())
    found: dict[str, set[str]] = defaultdict(set)
    for sent in mail.outbox:
        page = str(sent.alternatives[0][0])
        lines = [sent.subject, *str(sent.body).splitlines()]
        for what in strays(page) | {stray(line, "nl") for line in lines if "://" not in line}:
            found[what].add(sent.subject)
    found.pop("", None)
    assert {sent.to[0].partition("-")[0] for sent in mail.outbox} >= {"adviser", "contractor"}
    assert not found, shown(found)


@pytest.mark.parametrize("role", [Role.ADVISER, Role.REGION_ADMIN])
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_list_can_be_filtered_by_begins_with_a_capital(
    world: World,
    role: str,
    language: str,
) -> None:
    client = as_role(world, role)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    offered = {}
    for name, page in PAGES.items():
        if page.of or page.code(role) != 200 or page.method != "get":
            continue
        text = client.get(reverse(name)).getvalue().decode(errors="replace")
        form = re.search(r'<form role="search" aria-label=.*?</form>', text, re.DOTALL)
        if form and (options := re.findall(r"<option[^>]*>([^<]*)<", form[0])):
            offered[name] = [option.strip() for option in options]
    assert {"contract-list", "fulfilment-list", "client-list", "social-firms"} & set(offered)
    assert len(offered) >= 5
    small = {
        (name, option)
        for name, options in offered.items()
        for option in options
        if not (option[:1].isupper() or option[:1].isdigit())
    }
    assert not small


def _pdf(content: bytes) -> list[str]:
    return [
        line
        for page in pypdfium2.PdfDocument(content)
        for line in page.get_textpage().get_text_range().splitlines()
    ]


def _word(content: bytes) -> list[str]:
    document = docx.Document(io.BytesIO(content))
    cells = (cell.text for table in document.tables for row in table.rows for cell in row.cells)
    return [*(paragraph.text for paragraph in document.paragraphs), *cells]


def _workbook(content: bytes) -> list[str]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return [
        *book.sheet_names,
        *(
            cell
            for name in book.sheet_names
            for row in book.get_sheet_by_name(name).to_python()
            for cell in row
            if isinstance(cell, str) and not KEY.fullmatch(cell)
        ),
    ]


# What a program reads, in a column of its own: see docs/open-data.md and the headings of imports.
KEY = re.compile(r"[a-z_.]+|GM\d{4}")
READERS = {
    "application/pdf": _pdf,
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": _word,
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": _workbook,
    "text/csv": lambda content: content.decode("utf-8-sig").replace(";", "\n").splitlines(),
}
