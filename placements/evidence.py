"""The door for evidence: what may be kept, what is only seen, and erasing at once.

Files are judged by their content. Pictures are written anew, so that nothing but the picture remains (no place, no
camera, no second format behind it); the pages of a PDF are drawn as pictures for the reviewer. A document about a
person is seen and not stored, unless the policy of every contract allows it and names are made illegible. Source:
DOMAIN.md section 8.
"""

import hashlib
import io
import resource
import subprocess
import sys
import tempfile
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import filetype
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from placements.models import ABOUT_A_PERSON, EventKind, Evidence, Fulfilment, FulfilmentEvent, FulfilmentVersion
from placements.review import OPEN_TO_EDIT
from sroi.bsn import refuse_bsn
from sroi.doors import Act, Refused
from sroi.storage import evidence_storage

PDF = "application/pdf"
# How Pillow calls a picture of this media type.
PICTURES = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
ENDINGS = {PDF: "pdf", "image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}
LONGEST_NAME = 200
QUALITY = 85


@dataclass(frozen=True)
class Prepared:
    """A file that may be kept: its contents, and pictures of its pages."""

    content: bytes
    media_type: str
    content_hash: str
    pages: list[bytes] = field(default_factory=list)


# --- judging a file -------------------------------------------------------------------------------------------------


def prepared(data: bytes) -> Prepared:
    """The file as it may be kept, or `Refused` with what to do instead."""
    if not data:
        raise Refused(_("This file is empty."))
    if len(data) > settings.EVIDENCE_MAX_BYTES:
        raise Refused(_("This file is larger than %(n)s MB.") % {"n": settings.EVIDENCE_MAX_BYTES // 1024**2})
    kind = filetype.guess(data)
    media_type = kind.mime if kind else ""
    content_hash = hashlib.sha256(data).hexdigest()
    if media_type == PDF:
        return Prepared(data, PDF, content_hash, pages_of(data))
    if media_type in PICTURES:
        return Prepared(picture(data, PICTURES[media_type]), media_type, content_hash)
    raise Refused(_("Choose a PDF or a photo (JPEG, PNG or WebP). Another file cannot be kept here."))


def picture(data: bytes, form: str) -> bytes:
    """The picture alone, upright, written anew without anything else that was in the file."""
    try:
        with Image.open(io.BytesIO(data), formats=[form]) as found:
            if found.width * found.height > settings.EVIDENCE_MAX_PIXELS:
                raise Refused(_("This picture is too large. Make it smaller, or take a new photo."))
            upright = ImageOps.exif_transpose(found)
            clean = upright.convert("RGB" if form == "JPEG" else "RGBA")
    except (UnidentifiedImageError, Image.DecompressionBombError, Image.DecompressionBombWarning) as fault:
        raise Refused(_("This picture cannot be read. Save it again, or take a new photo.")) from fault
    except (OSError, ValueError, SyntaxError) as fault:
        raise Refused(_("This picture cannot be read. Save it again, or take a new photo.")) from fault
    written = io.BytesIO()
    clean.save(written, form, quality=QUALITY)
    return written.getvalue()


def pages_of(data: bytes) -> list[bytes]:
    """Pictures of the first pages, drawn in a process that may use only so much time and memory."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            done = subprocess.run(
                [
                    sys.executable,
                    str(Path(__file__).with_name("pdf_pages.py")),
                    folder,
                    str(settings.EVIDENCE_MAX_PAGES),
                ],
                input=data,
                capture_output=True,
                timeout=settings.EVIDENCE_MAX_SECONDS,
                preexec_fn=_limit_process,
                check=False,
            )
        except subprocess.TimeoutExpired as fault:
            raise Refused(_("This PDF takes too long to open. Save it again, or add photos of it.")) from fault
        if done.returncode:
            raise Refused(_("This PDF cannot be opened: it is damaged or protected by a password. Save it without."))
        drawn = sorted(Path(folder).glob("*.webp"), key=lambda path: int(path.stem))
        return [path.read_bytes() for path in drawn]


def _limit_process() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (settings.EVIDENCE_MAX_MEMORY, settings.EVIDENCE_MAX_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (settings.EVIDENCE_MAX_SECONDS, settings.EVIDENCE_MAX_SECONDS))


def shown_name(name: str) -> str:
    """The last part of a name, without control characters; `Refused` where it seems to hold a BSN."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    clean = "".join(c for c in last if unicodedata.category(c)[0] != "C").strip()[-LONGEST_NAME:] or _("file")
    try:
        refuse_bsn(clean)
    except ValidationError as fault:
        raise Refused(_("The name of this file holds what could be a BSN. Give the file another name.")) from fault
    return clean


# --- keeping, seeing, erasing ---------------------------------------------------------------------------------------


def may_be_kept(version: FulfilmentVersion, kind: str) -> bool:
    """Whether a document of this kind may be stored; about a person only where each contract's policy allows it."""
    if kind not in ABOUT_A_PERSON:
        return True
    allocations = list(version.allocations.select_related("contract__policy"))
    return bool(allocations) and all(a.contract.policy.store_person_evidence for a in allocations)


def keep(
    version: FulfilmentVersion, kind: str, name: str, data: bytes, act: Act, *, illegible: bool = False
) -> Evidence:
    """Add a file to a version that is being filled in."""
    if version.state not in OPEN_TO_EDIT:
        raise Refused(_("This was handed in already. Report a change to add something."))
    if not may_be_kept(version, kind):
        raise Refused(_("A document about a person is not stored. Show it to the adviser."))
    if kind in ABOUT_A_PERSON and not illegible:
        raise Refused(_("Make the BSN and the name illegible first, and tick that you did."))
    shown = shown_name(name)
    ready = prepared(data)
    with transaction.atomic():
        # Whoever adds to the same one at the same moment waits here, so that the limit holds.
        Fulfilment.objects.select_for_update(of=("self",)).get(pk=version.fulfilment_id)
        known = Evidence.objects.filter(version__fulfilment=version.fulfilment_id, erased_at=None).exclude(file="")
        if known.filter(content_hash=ready.content_hash).exists():
            raise Refused(_("This file was added already."))
        if known.count() >= settings.EVIDENCE_MAX_FILES:
            raise Refused(_("There are %(n)s files already; that is the most.") % {"n": settings.EVIDENCE_MAX_FILES})
        made = Evidence(
            version=version,
            kind=kind,
            media_type=ready.media_type,
            pages=len(ready.pages),
            size=len(ready.content),
            content_hash=ready.content_hash,
            original_name=shown,
            added_by=act.by,
            added_at=act.at,
        )
        made.file.save("", ContentFile(ready.content), save=False)
        try:
            for i, page in enumerate(ready.pages, start=1):
                made.file.storage.save(page_name(str(made.file.name), i), ContentFile(page))
            made.save()
        except BaseException:
            _delete_files(made.file.name, len(ready.pages))
            raise
    return made


def pages_to_show(kept: Evidence) -> range:
    """The numbers of the pictures that show a file: the pages of a PDF, or the picture itself."""
    return range(1, (kept.pages or 1) + 1) if kept.file and not kept.erased_at else range(0)


def page_name(name: str, page: int) -> str:
    return f"{name}-{page}.webp"


def see(version: FulfilmentVersion, kind: str, how: str, on: date, act: Act) -> Evidence:
    """The adviser saw a document that is not stored: what, when and how."""
    if not how.strip():
        raise Refused(_("Write what you saw and how."))
    return Evidence.objects.create(
        version=version, kind=kind, seen_on=on, seen_how=how, added_by=act.by, added_at=act.at
    )


def erase(evidence: Evidence, act: Act) -> None:
    """Take a file away at once and for good; that it was there, and who erased it, remains."""
    name, pages = evidence.file.name, evidence.pages
    with transaction.atomic():
        erased = Evidence.objects.filter(pk=evidence.pk, erased_at=None).update(
            erased_at=act.at, file="", original_name="", pages=0
        )
        if not erased:
            raise Refused(_("This was erased already."))
        FulfilmentEvent.objects.create(
            fulfilment_id=evidence.version.fulfilment_id,
            version_number=evidence.version.number,
            kind=EventKind.EDITED,
            at=act.at,
            by=act.by,
            why=act.why or _("A file was erased"),
        )
        if name:
            evidence_storage().guard()
            transaction.on_commit(lambda: _delete_files(name, pages))


def _delete_files(name: str | None, pages: int) -> None:
    storage: Any = Evidence._meta.get_field("file").storage
    for each in [name, *(page_name(name or "", i + 1) for i in range(pages))]:
        if each:
            storage.delete(each)
