"""The door for evidence: what may be kept, what is only seen, and erasing at once.

A document about a person is seen and not stored, unless the policy of every contract allows it and
names are made illegible. Of a PDF the pages are kept as they look; an invoice as it was sent where
the policy of every contract says so. How files are judged: `sroi.files.checking`. Source: DOMAIN.md
section 8.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from placements.claims import proof
from placements.models import (
    ABOUT_A_PERSON,
    AS_SENT,
    EventKind,
    Evidence,
    Fulfilment,
    FulfilmentEvent,
    FulfilmentVersion,
)
from placements.rights import OPEN_TO_EDIT
from sroi.accounts.ending.erasures import list_erased
from sroi.database.batches import AT_ONCE
from sroi.doors import Act, Refused, refuse_to_come
from sroi.files.checking import PDF, drawn_of, prepared, shown_name
from sroi.files.storage import evidence_storage

# By night there is time for what no page waits for.
MOST_PAGES_REDRAWN, TIMES_REDRAWN = 1000, 10


def may_be_kept(version: FulfilmentVersion, kind: str) -> bool:
    """Whether a document of this kind may be stored; about a person only where each contract's
    policy allows it.
    """
    return kind not in ABOUT_A_PERSON or _each_policy_says(version, "store_person_evidence")


def is_kept_as_sent(version: FulfilmentVersion, kind: str) -> bool:
    """Whether a PDF of this kind stays as it was sent, with its text and whatever else is in it."""
    return kind in AS_SENT and _each_policy_says(version, "invoices_as_sent")


def _each_policy_says(version: FulfilmentVersion, key: str) -> bool:
    parts: Any = version.allocations
    # Of several kinds in turn a page asks, which has fetched them (`valuing.fetch`).
    is_fetched = "allocations" in getattr(version, "_prefetched_objects_cache", ())
    allocations = list(parts.all() if is_fetched else parts.select_related("contract__policy"))
    return bool(allocations) and all(getattr(a.contract.policy, key) for a in allocations)


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
    handed_in = _("This was handed in already. Report a change to add something.")
    # Before the work of drawing its pages, and again once nobody can hand it in any more.
    if version.state not in OPEN_TO_EDIT:
        raise Refused(handed_in)
    if not may_be_kept(version, kind):
        raise Refused(_("A document about a person is not stored. Show it to the adviser."))
    if kind in ABOUT_A_PERSON and not illegible:
        raise Refused(_("Make the BSN and the name illegible first, and tick that you did."))
    shown = shown_name(name)
    as_sent = is_kept_as_sent(version, kind)
    ready = prepared(data, as_sent=as_sent)
    with transaction.atomic():
        # Whoever adds to the same one at the same moment waits here, so that the limit holds.
        Fulfilment.objects.select_for_update(of=("self",)).get(pk=version.fulfilment_id)
        _refuse_handed_in(version.pk, handed_in)
        known = Evidence.objects.filter(
            version__fulfilment=version.fulfilment_id, erased_at=None
        ).exclude(file="")
        same = known.filter(content_hash=ready.content_hash)
        if same.exists() and not _was_for_another(version, same.filter(kind=kind)):
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
            drawn=ready.media_type == PDF and not as_sent,
            size=len(ready.content),
            content_hash=ready.content_hash,
            original_name=shown,
            added_by=act.by,
            added_at=act.at,
        )
        _put(made, ready.content, ready.pages)
    return made


def _was_for_another(version: FulfilmentVersion, pieces: Any) -> bool:
    """What was shown for another candidate, supplier or invoice can be shown for this one too."""
    there = proof.there({version.fulfilment_id: vars(version)})[version.fulfilment_id]
    kinds = set(pieces.values_list("kind", flat=True))
    return bool(kinds) and not kinds & there


def _refuse_handed_in(version_id: int, why: str) -> None:
    """Until the end of the transaction nobody hands it in."""
    rows = FulfilmentVersion.objects.select_for_update(of=("self",))
    if rows.get(pk=version_id).state not in OPEN_TO_EDIT:
        raise Refused(why)


def _put(evidence: Evidence, content: bytes, pages: list[bytes]) -> None:
    """Store the file and its pages, and the row that says so; where the row cannot be stored, no
    file stays behind.
    """
    evidence.file.save("", ContentFile(content), save=False)
    try:
        for i, page in enumerate(pages, start=1):
            evidence.file.storage.save(page_name(str(evidence.file.name), i), ContentFile(page))
        evidence.save()
    except BaseException:
        _delete_files(evidence.file.name, len(pages))
        raise


def kept_as_sent() -> Iterator[Evidence]:
    """PDFs from before their pages were drawn, and of policies that no longer want them so."""
    found = Evidence.objects.filter(media_type=PDF, drawn=False, erased_at=None).exclude(file="")
    for evidence in found.select_related("version").order_by("pk"):
        if not is_kept_as_sent(evidence.version, evidence.kind):
            yield evidence


def redraw(evidence: Evidence) -> None:
    """Keep the pages as they look in the place of the file as it was sent; `Refused` where they
    cannot be drawn, and then it stays. Whether it is the same file is still known by what was sent.
    """
    with evidence.file.open() as file:
        drawn = drawn_of(file.read(), MOST_PAGES_REDRAWN, times=TIMES_REDRAWN)
    with transaction.atomic():
        known = Evidence.objects.select_for_update(of=("self",)).get(pk=evidence.pk)
        if known.erased_at or known.drawn:
            return
        name, pages = known.file.name, known.pages
        known.pages, known.drawn, known.size = len(drawn.pictures), True, len(drawn.pdf)
        _put(known, drawn.pdf, drawn.pictures)
        transaction.on_commit(lambda: _delete_files(name, pages))


def page_name(name: str, page: int) -> str:
    return f"{name}-{page}.webp"


def see(version: FulfilmentVersion, kind: str, how: str, on: date, act: Act) -> Evidence:
    """The adviser saw a document that is not stored: what, when and how."""
    refuse_to_come(on, act.today)
    if not how.strip():
        raise Refused(_("Write what you saw and how."))
    return Evidence.objects.create(
        version=version, kind=kind, seen_on=on, seen_how=how, added_by=act.by, added_at=act.at
    )


def bring_seen(pieces: Sequence[Evidence], act: Act) -> None:
    """Those of an import: seen before, noted now."""
    for piece in pieces:
        refuse_to_come(piece.seen_on, act.today)
        piece.added_by, piece.added_at = act.by, act.at
    Evidence.objects.bulk_create(pieces, batch_size=AT_ONCE)


def take_away(evidence: Evidence, act: Act) -> None:
    """Who records erases a file, as long as it is not handed in."""
    with transaction.atomic():
        _refuse_handed_in(evidence.version_id, _("This was handed in already, so the file stays."))
        erase(evidence, act)


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
        list_erased(Evidence, {evidence.pk: "at once"})
        if name:
            evidence_storage().guard()
            transaction.on_commit(lambda: _delete_files(name, pages))


def erase_again(numbers: Collection[int], at: datetime) -> None:
    """What came back with a backup."""
    back = Evidence.objects.filter(pk__in=numbers, erased_at=None)
    files = [(str(e.file.name), e.pages) for e in back if e.file]
    if files:
        evidence_storage().guard()
    back.update(erased_at=at, file="", original_name="", pages=0)
    for name, pages in files:
        _delete_files(name, pages)


def _delete_files(name: str | None, pages: int) -> None:
    storage: Any = Evidence._meta.get_field("file").storage
    for each in [name, *(page_name(name or "", i + 1) for i in range(pages))]:
        if each:
            storage.delete(each)
