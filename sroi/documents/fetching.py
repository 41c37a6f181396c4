"""What a document may read: the project's own static files, and pictures that are in it itself;
nothing else.
"""

import base64
import binascii
import logging
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from django.contrib.staticfiles import finders
from django.core.exceptions import SuspiciousFileOperation
from weasyprint.urls import URLFetcher, URLFetcherResponse

from sroi.documents.fonts import unpacked

logger = logging.getLogger(__name__)

# A reserved name that resolves nowhere; relative addresses in HTML and CSS come out below it.
BASE_URL = "https://static.invalid/"
CONTENT_TYPES = {
    ".css": "text/css",
    ".woff2": "font/woff2",
    ".svg": "image/svg+xml",
    ".png": "image/png",
}
# A photo that stands in the document: its own bytes, so nothing is read from anywhere.
EMBEDDED = "data:image/jpeg;base64,"


class NotOurs(ValueError):
    """Not a static file of ours; the document goes on without it."""


class StaticFetcher(URLFetcher):
    """Finds static files by name, also before `collectstatic`; refuses every other address.

    Text of users never reaches a document as markup. Should it do so once, then it still cannot
    read a file, call a server or attach anything.
    """

    def __init__(self) -> None:
        super().__init__(allowed_protocols=(), allow_redirects=False)
        self.missing: set[str] = set()
        self.closed = False

    def close(self) -> None:
        """From now on refuse everything."""
        self.closed = True

    def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:
        if url.startswith(EMBEDDED) and not self.closed:
            return URLFetcherResponse(url, _embedded(url), {"Content-Type": "image/jpeg"})
        parts = urlsplit(url)
        name = unquote(parts.path).lstrip("/")
        content_type = CONTENT_TYPES.get(PurePosixPath(name).suffix)
        ours = f"{parts.scheme}://{parts.netloc}/" == BASE_URL and not parts.query
        if self.closed or not ours or content_type is None:
            logger.warning("Refused to fetch %.200s for a document", url)
            raise NotOurs("not a static file of this project")
        path = self._find(name)
        content = (
            unpacked(path, path.stat().st_mtime_ns)
            if path.suffix == ".woff2"
            else path.read_bytes()
        )
        return URLFetcherResponse(url, content, {"Content-Type": content_type})

    def _find(self, name: str) -> Path:
        try:
            found = finders.find(name)
        except SuspiciousFileOperation:
            raise NotOurs("outside the static files") from None
        if not found:
            self.missing.add(name)
            raise FileNotFoundError(name)
        return Path(found)


def _embedded(url: str) -> bytes:
    try:
        return base64.b64decode(url.removeprefix(EMBEDDED), validate=True)
    except binascii.Error as fault:
        raise NotOurs("not a picture") from fault
