"""Judging a file by its content, and what is kept of it: what can be seen, and nothing else.

Pictures are written anew (no place, no camera, no profile, no comment, no second format behind
them). The pages of a PDF are drawn (no text under a black bar, no form, no attachment), each as a
picture for who reviews and together as a PDF; where the policy says so it is kept as it was sent.
Source: DOMAIN.md section 8; docs/decisions/evidence-is-kept-as-it-looks.md.
"""

import hashlib
import io
import subprocess
import sys
import tempfile
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from sroi.bsn import refuse_bsn
from sroi.doors import Refused
from sroi.files.pdf_pages import DRAWN, TOO_MANY
from sroi.files.scanning import refuse_infected
from sroi.files.size import too_large

PDF = "application/pdf"
# How Pillow calls a picture of this media type.
PICTURES = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
ENDINGS = {PDF: "pdf", "image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}
LONGEST_NAME = 200
QUALITY = 85
PHOTOS = ("image/jpeg", "image/png")
WIDEST = 1200


@dataclass(frozen=True)
class Prepared:
    """A file that may be kept: its contents, pictures of its pages, and the SHA-256 of what was
    sent.
    """

    content: bytes
    media_type: str
    content_hash: str
    pages: list[bytes] = field(default_factory=list)


def prepared(data: bytes, *, as_sent: bool = False) -> Prepared:
    """The file as it may be kept, or `Refused` with what to do instead. `as_sent`: a PDF stays as
    it is.
    """
    if not data:
        raise Refused(_("This file is empty."))
    if why := too_large(len(data), settings.EVIDENCE_MAX_BYTES):
        raise Refused(why)
    refuse_infected(data)
    media_type = _media_type(data)
    content_hash = hashlib.sha256(data).hexdigest()
    if media_type == PDF:
        drawn = drawn_of(data, 0 if as_sent else settings.EVIDENCE_MAX_PAGES)
        return Prepared(data if as_sent else drawn.pdf, PDF, content_hash, drawn.pictures)
    if media_type in PICTURES:
        return Prepared(picture(data, PICTURES[media_type]), media_type, content_hash)
    raise Refused(
        _("Choose a PDF or a photo (JPEG, PNG or WebP). Another file cannot be kept here.")
    )


def _media_type(data: bytes) -> str:
    """What a file is by its content; blank where that cannot be told."""
    import filetype

    kind = filetype.guess(data)
    return str(kind.mime) if kind else ""


def picture(data: bytes, form: str) -> bytes:
    """The picture alone, upright, written anew without anything else that was in the file."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(data), formats=[form]) as found:
            if found.width * found.height > settings.EVIDENCE_MAX_PIXELS:
                raise Refused(_("This picture is too large. Make it smaller, or take a new photo."))
            upright = ImageOps.exif_transpose(found)
            clean = upright.convert("RGB" if form == "JPEG" else "RGBA")
            # Comments and profiles are taken along from here, whatever is asked when it is written.
            clean.info = {}
    except (
        UnidentifiedImageError,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
    ) as fault:
        raise Refused(
            _("This picture cannot be read. Save it again, or take a new photo.")
        ) from fault
    except (OSError, ValueError, SyntaxError) as fault:
        raise Refused(
            _("This picture cannot be read. Save it again, or take a new photo.")
        ) from fault
    written = io.BytesIO()
    clean.save(written, form, quality=QUALITY)
    return written.getvalue()


def photo(data: bytes) -> bytes:
    """A picture to be published, as a JPEG at most `WIDEST` pixels wide and high; `Refused` with
    what to do instead.
    """
    from PIL import Image

    if not data:
        raise Refused(_("This file is empty."))
    if why := too_large(len(data), settings.EVIDENCE_MAX_BYTES):
        raise Refused(why)
    refuse_infected(data)
    if (media_type := _media_type(data)) not in PHOTOS:
        raise Refused(_("Choose a photo: JPEG or PNG. Another file cannot be shown here."))
    with Image.open(io.BytesIO(picture(data, PICTURES[media_type]))) as clean:
        small = clean.convert("RGBA")
    small.thumbnail((WIDEST, WIDEST))
    # What can be seen through is white, as the page is.
    on_white = Image.new("RGB", small.size, "white")
    on_white.paste(small, mask=small)
    written = io.BytesIO()
    on_white.save(written, "JPEG", quality=QUALITY)
    return written.getvalue()


@dataclass(frozen=True)
class Drawn:
    """What can be seen of a PDF: pictures of the first pages, and all of them as a PDF."""

    pictures: list[bytes]
    pdf: bytes


def drawn_of(data: bytes, most_pages: int, *, times: int = 1) -> Drawn:
    """Drawn in a process that may use only so much memory and `times` the usual time; `Refused`
    above `most_pages`. With 0 only pictures are drawn.
    """
    seconds = settings.EVIDENCE_MAX_SECONDS * times
    with tempfile.TemporaryDirectory() as folder:
        try:
            done = subprocess.run(
                [
                    sys.executable,
                    str(Path(__file__).with_name("pdf_pages.py")),
                    folder,
                    str(settings.EVIDENCE_MAX_PAGES),
                    str(most_pages),
                    str(settings.EVIDENCE_MAX_MEMORY),
                    str(seconds),
                ],
                input=data,
                capture_output=True,
                timeout=seconds,
                check=False,
            )
        except subprocess.TimeoutExpired as fault:
            raise Refused(
                _("This PDF takes too long to open. Save it again, or add photos of it.")
            ) from fault
        if done.returncode == TOO_MANY:
            raise Refused(
                _("This PDF has more than %(n)s pages. Send the pages that prove it.")
                % {"n": most_pages}
            )
        if done.returncode:
            raise Refused(
                _(
                    "This PDF cannot be opened: it is damaged or protected by a password. Save it"
                    " without."
                )
            )
        pictures = sorted(Path(folder).glob("*.webp"), key=lambda path: int(path.stem))
        whole = (Path(folder) / DRAWN).read_bytes() if most_pages else b""
        return Drawn([path.read_bytes() for path in pictures], whole)


def shown_name(name: str) -> str:
    """The last part of a name, without control characters; `Refused` where it seems to hold a
    BSN.
    """
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    clean = "".join(c for c in last if unicodedata.category(c)[0] != "C").strip()[
        -LONGEST_NAME:
    ] or _("file")
    try:
        refuse_bsn(clean)
    except ValidationError as fault:
        raise Refused(
            _("The name of this file holds what could be a BSN. Give the file another name.")
        ) from fault
    return clean
