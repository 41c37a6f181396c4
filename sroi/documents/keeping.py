"""The one door to documents that are made once and kept, so that nobody who asks for one makes the
server do it again.

What is slow is done by the worker. Of many who ask at once, one hands it over; where nothing came
of it for some minutes (`DOCUMENT_ASK_AGAIN_MINUTES`), the next one does so again.
"""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from importlib.metadata import version
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.utils import timezone

from sroi.documents.fonts import NAMES
from sroi.documents.models import Asked, KeptDocument
from sroi.documents.pdf import STYLESHEETS


def kept(name: str, language: str, made_of: str) -> bytes | None:
    """The document as it was made from just that; None where it still has to be made."""
    rows = KeptDocument.objects.filter(name=name, language=language, made_of=made_of)
    content = rows.values_list("content", flat=True).first()
    return None if content is None else bytes(content)


def keep(name: str, language: str, made_of: str, content: bytes) -> None:
    """In the place of that of an earlier release."""
    made = {"made_of": made_of, "content": content, "made_at": timezone.now()}
    KeptDocument.objects.update_or_create(name=name, language=language, defaults=made)


def ask(what: str, hand_over: Callable[[], object]) -> None:
    """Have something made, unless it was asked for already; `hand_over` puts it in the queue of the
    worker.
    """
    now = timezone.now()
    _row, is_new = Asked.objects.get_or_create(what=what, defaults={"at": now})
    too_long_ago = now - timedelta(minutes=settings.DOCUMENT_ASK_AGAIN_MINUTES)
    if is_new or Asked.objects.filter(what=what, at__lt=too_long_ago).update(at=now):
        hand_over()


def answered(what: str) -> None:
    Asked.objects.filter(what=what).delete()


def made_of(html: str) -> str:
    """Stands for a document: another one where its text, or anything that lays it out, is
    another.
    """
    return hashlib.sha256(f"{_release()}{html}".encode()).hexdigest()


@cache
def _release() -> str:
    """Of what makes a PDF out of HTML: our own code, styles and fonts, and the library."""
    names = ("fonts/fonts.css", *STYLESHEETS, *NAMES)
    files = [
        *Path(__file__).parent.glob("*.py"),
        *(Path(str(finders.find(name))) for name in names),
    ]
    parts = [hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(files)]
    return f"{version('weasyprint')} {' '.join(parts)}"
