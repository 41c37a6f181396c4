"""Files of an office: Word, Excel and mail, kept as they were sent. What could run by itself is
refused: a document with macros, one in another's clothes.
"""

import hashlib
import io
import zipfile
from email import message_from_bytes
from email.errors import MessageError

from django.conf import settings
from django.utils.translation import gettext as _

from sroi.doors import Refused
from sroi.files.checking import Prepared
from sroi.files.scanning import refuse_infected
from sroi.files.size import too_large

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAIL, OUTLOOK = "message/rfc822", "application/vnd.ms-outlook"
ENDINGS = {WORD: "docx", EXCEL: "xlsx", MAIL: "eml", OUTLOOK: "msg"}
# The part by which one knows what a package is.
MAIN_PARTS = {"word/document.xml": WORD, "xl/workbook.xml": EXCEL}
# What runs, or brings along what cannot be looked into.
ACTIVE = ("vbaproject.bin", "/activex", "/embeddings/")
ZIP, COMPOUND = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# How outlook marks the stream in which it says what kind of message this is.
MESSAGE = "__substg1.0_001A".encode("utf-16-le")
# A package may unfold to so many times what may be sent, in so many parts.
UNFOLDS, PARTS = 20, 2000


def office(data: bytes) -> Prepared | None:
    """The file as it may be kept, `Refused` with what to do instead, or None where it is no file of
    an office.
    """
    media_type = _kind_of(data)
    if not media_type:
        return None
    if why := too_large(len(data), settings.EVIDENCE_MAX_BYTES):
        raise Refused(why)
    refuse_infected(data)
    return Prepared(data, media_type, hashlib.sha256(data).hexdigest())


def _kind_of(data: bytes) -> str:
    if data.startswith(ZIP):
        return _package(data)
    if data.startswith(COMPOUND):
        # An old Word or Excel file begins as a mail does, and can hold macros.
        return OUTLOOK if MESSAGE in data else ""
    return MAIL if _is_mail(data) else ""


def _package(data: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            parts = package.infolist()
    except zipfile.BadZipFile:
        return ""
    names = [part.filename.lower() for part in parts]
    found = next((MAIN_PARTS[name] for name in names if name in MAIN_PARTS), "")
    if not found:
        return ""
    if (
        len(parts) > PARTS
        or sum(p.file_size for p in parts) > UNFOLDS * settings.EVIDENCE_MAX_BYTES
    ):
        raise Refused(_("This file unfolds to more than can be kept. Save it as a PDF."))
    if any(mark in name for name in names for mark in ACTIVE):
        raise Refused(_("This file holds macros or other files. Save it without, or as a PDF."))
    return found


def _is_mail(data: bytes) -> bool:
    if b"\0" in data:
        return False
    try:
        message = message_from_bytes(data)
    except (MessageError, ValueError):
        return False
    return bool(message["From"] and message["Date"])
