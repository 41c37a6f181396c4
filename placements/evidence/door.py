"""The door for evidence: what may be kept, what is only seen, and erasing at once.

A document about a person is seen and not stored, unless the policy of every contract allows it and
names are made illegible. How files are judged: `sroi.files.checking`. Source: DOMAIN.md section 8.
"""

from datetime import date
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from placements.models import (
    ABOUT_A_PERSON,
    EventKind,
    Evidence,
    Fulfilment,
    FulfilmentEvent,
    FulfilmentVersion,
)
from placements.rights import OPEN_TO_EDIT
from sroi.doors import Act, Refused
from sroi.files.checking import prepared, shown_name
from sroi.files.storage import evidence_storage


def may_be_kept(version: FulfilmentVersion, kind: str) -> bool:
    """Whether a document of this kind may be stored; about a person only where each contract's
    policy allows it.
    """
    if kind not in ABOUT_A_PERSON:
        return True
    allocations = list(version.allocations.select_related("contract__policy"))
    return bool(allocations) and all(a.contract.policy.store_person_evidence for a in allocations)


def keep(
    version: FulfilmentVersion,
    kind: str,
    name: str,
    data: bytes,
    act: Act,
    *,
    illegible: bool = False,
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
        known = Evidence.objects.filter(
            version__fulfilment=version.fulfilment_id, erased_at=None
        ).exclude(file="")
        if known.filter(content_hash=ready.content_hash).exists():
            raise Refused(_("This file was added already."))
        if known.count() >= settings.EVIDENCE_MAX_FILES:
            raise Refused(
                _("There are %(n)s files already; that is the most.")
                % {"n": settings.EVIDENCE_MAX_FILES}
            )
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
