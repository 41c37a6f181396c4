"""HTML in, PDF out: the only place where the PDF library is started."""

import gc
import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Any

from sroi.documents.errors import DocumentError

__all__ = ["DocumentError", "render_pdf"]

STYLESHEETS = ("css/document.css",)

# Compressed data that happens to end in a carriage return seems a byte too short to a reader that
# takes CR LF for the end of the line. One stream in 256 does: such a stream is left uncompressed,
# and where it is one of those that are made while writing, the file is written again with an empty
# object more.
AMBIGUOUS_END = b"\r\nendstream"
ATTEMPTS = 5


def render_pdf(
    html: str,
    *,
    title: str,
    language: str = "nl",
    made_at: datetime | None = None,
    stylesheets: Sequence[str] = STYLESHEETS,
) -> bytes:
    """A PDF of `html` that is PDF/A-2a and PDF/UA-1 at once; the same arguments give the same
    bytes.

    `html` is a whole document whose root says `lang`, equal to `language`. `stylesheets` name
    static files; the HTML itself can use static files by their relative name (`img/logo.svg`), and
    nothing else is ever fetched. `made_at` becomes the date in the metadata; without it the file
    has none. Raises `DocumentError` where a reader would miss something: title, language, text of a
    figure, target of a link.
    """
    # The library takes half a second to import: only who makes a document waits for it.
    import weasyprint
    from weasyprint.text.fonts import FontConfiguration

    from sroi.documents.fetching import BASE_URL, StaticFetcher

    if not title.strip():
        raise DocumentError("A document needs a title.")
    if made_at and made_at.tzinfo is None:
        raise DocumentError("The date of a document needs a time zone.")

    fetcher, fonts = StaticFetcher(), FontConfiguration()
    with _errors_raised(), _no_garbage_collection():
        styles = [
            weasyprint.CSS(
                url=BASE_URL + name, url_fetcher=fetcher, font_config=fonts, media_type="print"
            )
            for name in stylesheets
        ]
        source = weasyprint.HTML(
            string=html, base_url=BASE_URL, url_fetcher=fetcher, media_type="print"
        )
        options = {"stylesheets": styles, "pdf_variant": "pdf/a-2a"}
        document = source.render(font_config=fonts, **options)
        if document.metadata.lang != language:
            raise DocumentError(
                f"The document says lang={document.metadata.lang!r}, not {language!r}."
            )
        document.metadata.title = title
        document.metadata.generator = None
        document.metadata.created = document.metadata.modified = made_at and made_at.isoformat(
            timespec="seconds"
        )
        # Styles, fonts and images have been read by now. What is asked for later is a file to be
        # attached.
        fetcher.close()
        document.metadata.attachments = []

        for attempt in range(ATTEMPTS):
            finish = partial(_finish, filler=attempt)
            content = document.write_pdf(finisher=finish, **options)
            if AMBIGUOUS_END not in content:
                break
    if fetcher.missing:
        raise DocumentError(f"Static files not found: {', '.join(sorted(fetcher.missing))}.")
    return content


def _finish(document: Any, pdf: Any, filler: int) -> None:
    """Mend what the PDF library leaves open, just before it writes the file."""
    from sroi.documents.metadata import complete_metadata
    from sroi.documents.tagging import mend_structure

    mend_structure(document, pdf)
    complete_metadata(pdf)
    for stream in pdf.objects:
        if getattr(stream, "compress", False) and AMBIGUOUS_END in stream.data:
            stream.compress = False
    for _ in range(filler):
        pdf.add_object(type(pdf.catalog)())


class _Errors(logging.Handler):
    """Keeps the errors that the PDF library logs in this thread; refused fetches are the fetcher's
    business.
    """

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.thread = threading.get_ident()
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread == self.thread and not str(record.msg).startswith("Failed to load"):
            self.messages.append(record.getMessage())


@contextmanager
def _errors_raised() -> Iterator[None]:
    """The PDF library only logs that a language, a text alternative or a link target is missing;
    here that is fatal.
    """
    logger, errors = logging.getLogger("weasyprint"), _Errors()
    logger.addHandler(errors)
    try:
        yield
    finally:
        logger.removeHandler(errors)
    if errors.messages:
        raise DocumentError("; ".join(errors.messages))


@contextmanager
def _no_garbage_collection() -> Iterator[None]:
    """Laying out makes many long-lived objects; looking for garbage among them costs a quarter of
    the time.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
