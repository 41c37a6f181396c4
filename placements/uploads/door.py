"""The door for imports in the browser: a file is received, read, shown as it would be imported, and
then imported.

What takes long is done in the background, in steps that can be begun again: each run has a number,
and what an earlier run of the same file still has to say is not heard. Only who sent a file sees
it. It holds what it holds, so it goes: the file as soon as it was imported or held a BSN,
everything else of it after `IMPORT_KEEP_DAYS`. Of a file with a BSN the rows stay without it, and
what stood there is asked again.
"""

import logging
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django_tasks import task

from contracts.imports.door import (
    CHANGE_COLUMNS,
    CONTRACT_COLUMNS,
    Bounds,
    Outcome,
    import_changes,
    import_contracts,
)
from contracts.models import Contract, Contractor, Region
from contracts.people.membership import access_of
from placements.imports.door import COLUMNS as FULFILMENT_COLUMNS
from placements.imports.door import import_fulfilments
from placements.models import ColumnMemory, RowOutcome, Upload, UploadKind, UploadRow, UploadState
from placements.uploads.columns import TITLES, match, plain
from placements.uploads.rows import ENDING, Place, emptied, filled, packed, unpacked
from sroi.access import Access, May, visible
from sroi.bsn import contains_bsn
from sroi.database.batches import in_batches
from sroi.doors import Act, Refused
from sroi.exchange import Column, ExchangeError, Fault, Sheet, as_written, read_rows
from sroi.files.checking import shown_name
from sroi.files.size import too_large

logger = logging.getLogger(__name__)

COLUMNS: dict[str, Sequence[Column]] = {
    UploadKind.CONTRACTS: CONTRACT_COLUMNS,
    UploadKind.CHANGES: CHANGE_COLUMNS,
    UploadKind.FULFILMENTS: FULFILMENT_COLUMNS,
}
# Who may do it one by one, may import.
MAY: dict[str, May] = {
    UploadKind.CONTRACTS: May.REGISTER,
    UploadKind.CHANGES: May.CHANGE,
    UploadKind.FULFILMENTS: May.ENTER,
}
# Of an import in the browser: it ends at submitted, so there is nothing to decide.
NOT_OFFERED = ("accepted_value", "accepted_reason")
IN_THE_BACKGROUND = (UploadState.WAITING, UploadState.IMPORTING)
ZIP, OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
EXAMPLES = 3
LONGEST_CELL, LONGEST_NAME, LONGEST_EXAMPLE = 2000, 80, 40
HIDDEN = "•" * 9


class Overtaken(Exception):
    """This run was begun again in the meantime: nothing of it is kept."""


@dataclass(frozen=True)
class Purpose:
    """What a file can be for: a kind, in a region, and of a contractor where its own people
    import.
    """

    kind: str
    region: Region
    contractor: Contractor | None = None

    @property
    def key(self) -> str:
        return f"{self.kind}-{self.region.pk}-{self.contractor.pk if self.contractor else ''}"


# --- who may --------------------------------------------------------------------------------------


def may_import(access: Access, *kinds: str) -> bool:
    return access.may(*(MAY[kind] for kind in kinds or MAY))


def purposes(access: Access) -> list[Purpose]:
    """Everything that this person may import, and for whom."""
    regions = Region.objects.in_bulk(access.region_ids)
    firms = Contractor.objects.in_bulk(
        {grant.contractor_id for grant in access.grants if grant.contractor_id}
    )
    found = [
        Purpose(
            kind,
            regions[grant.region_id],
            firms.get(grant.contractor_id) if grant.contractor_id else None,
        )
        for kind, may in MAY.items()
        for grant in access.grants_for(may)
    ]
    return list(dict.fromkeys(found))


def uploads_of(user: Any, access: Access, now: datetime) -> QuerySet[Any]:
    """The files that this person sent, as long as they are kept and may still be imported by
    them.
    """
    mine: QuerySet[Any] = visible(Upload, access).filter(owner=user, expires_at__gt=now)
    return mine.select_related("region", "contractor").defer("content")


def is_allowed(upload: Upload, access: Access) -> bool:
    grants = access.grants_for(MAY[upload.kind], region_id=upload.region_id)
    return any(grant.contractor_id == upload.contractor_id for grant in grants)


# --- receiving ------------------------------------------------------------------------------------


def receive(purpose: Purpose, name: str, data: bytes, act: Act) -> Upload:
    """Keep a file that can be one that is meant, and have it read; `Refused` with what to do
    otherwise.
    """
    upload = Upload.objects.create(
        owner=act.by,
        kind=purpose.kind,
        region=purpose.region,
        contractor=purpose.contractor,
        name=shown_name(name),
        ending=_ending(data),
        content=data,
        language=translation.get_language() or settings.LANGUAGE_CODE,
        sent_at=act.at,
        moved_at=act.at,
        expires_at=act.at + timedelta(days=settings.IMPORT_KEEP_DAYS),
    )
    _go_on(upload)
    return upload


def _ending(data: bytes) -> str:
    """What the file is by its content, whatever it is called."""
    if not data:
        raise Refused(_("This file is empty."))
    if why := too_large(len(data), settings.IMPORT_MAX_BYTES):
        raise Refused(why)
    if data.startswith(ZIP):
        return ".xlsx"
    if data.startswith(OLD_EXCEL):
        raise Refused(_("This is an old Excel file. Save it as XLSX, or as “CSV UTF-8”."))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise Refused(_("This is no CSV in UTF-8. Save it as “CSV UTF-8”, or as XLSX."))
    return ".csv"


# --- steps by the person --------------------------------------------------------------------------


def choose_columns(upload: Upload, columns: Sequence[str], *, at: datetime) -> None:
    """Which column of the file is which of ours; it is remembered for the next file of this
    kind.
    """
    if lacking := missing(upload.kind, columns):
        names = ", ".join(str(TITLES[name]) for name in lacking)
        raise Refused(_("These are needed as well: %(names)s.") % {"names": names})
    chosen = [name for name in columns if name]
    if len(set(chosen)) < len(chosen):
        twice = max(chosen, key=chosen.count)
        raise Refused(
            _("“%(name)s” was chosen twice. Choose one column for it.") % {"name": TITLES[twice]}
        )
    with transaction.atomic():
        _move(
            upload,
            (UploadState.COLUMNS, UploadState.CHECKED),
            UploadState.WAITING,
            at,
            columns=list(columns),
        )
        memory, _new = ColumnMemory.objects.get_or_create(user_id=upload.owner_id, kind=upload.kind)
        memory.names |= {
            plain(name): column for name, column in zip(upload.header, columns, strict=True) if name
        }
        memory.save()


def asked_again(upload: Upload) -> list[Place]:
    """Where a BSN stood in a column that is used, in the order of the file."""
    used = {place for place, name in enumerate(upload.columns) if name}
    return [(row, place) for row, place in upload.emptied if place in used]


def fill(upload: Upload, values: Mapping[Place, str], *, at: datetime) -> None:
    """Something else in cells where a BSN stood; then all of it is looked at again."""
    if not values or any(place not in asked_again(upload) for place in values):
        raise Refused(_("This went on in the meantime. Look at where it is now."))
    if any(contains_bsn(text) for text in values.values()):
        raise Refused(_("This can still be a BSN. Fill in something else."))
    sheet = filled(_sheet(upload), values)
    open_ones = [[row, place] for row, place in upload.emptied if (row, place) not in values]
    _move(
        upload,
        (UploadState.CHECKED,),
        UploadState.WAITING,
        at,
        content=packed(sheet),
        emptied=open_ones,
    )


def start_import(upload: Upload, *, at: datetime, is_right: bool = False) -> None:
    """`is_right`: whoever looked at it says that what is doubted in the rows is right."""
    if upload.doubts and not is_right:
        raise Refused(_("Say first that what is asked beside the rows is right."))
    if upload.counts.get(RowOutcome.FAULTY):
        raise Refused(_("There are still faulty rows. Nothing is imported as long as there are."))
    _move(upload, (UploadState.CHECKED,), UploadState.IMPORTING, at)


def begin_again(upload: Upload, *, at: datetime) -> None:
    """Read it again: after something went wrong, or when nothing is heard any more."""
    states = [UploadState.FAILED, UploadState.UNREADABLE, UploadState.CHECKED]
    _move(
        upload,
        [*states, *IN_THE_BACKGROUND] if is_stuck(upload, at) else states,
        UploadState.WAITING,
        at,
    )


def is_stuck(upload: Upload, now: datetime) -> bool:
    silent = now - upload.moved_at > timedelta(minutes=settings.IMPORT_STUCK_MINUTES)
    return upload.state in IN_THE_BACKGROUND and silent


def discard(upload: Upload) -> None:
    Upload.objects.filter(pk=upload.pk).delete()


def erase_expired(now: datetime) -> int:
    """Files, rows and all, whose time is over."""
    expired = Upload.objects.filter(expires_at__lte=now)
    number = expired.count()
    expired.delete()
    return number


def _move(upload: Upload, expected: Sequence[str], state: str, at: datetime, **fields: Any) -> None:
    """One step on, where it is still where the person saw it; what comes next is done in the
    background.
    """
    run = upload.run + 1
    seen = Upload.objects.filter(pk=upload.pk, run=upload.run, state__in=expected)
    if not seen.update(state=state, run=run, moved_at=at, why="", done=0, **fields):
        raise Refused(_("This went on in the meantime. Look at where it is now."))
    for name, value in (fields | {"state": state, "run": run, "moved_at": at}).items():
        setattr(upload, name, value)
    _go_on(upload)


def _go_on(upload: Upload) -> None:
    step = bring_in if upload.state == UploadState.IMPORTING else look_into
    transaction.on_commit(partial(step.enqueue, upload.pk, upload.run))


# --- in the background ----------------------------------------------------------------------------


@task
def look_into(pk: int, run: int) -> None:
    """Read a file: then it asks for its columns, or shows what would happen with each row."""
    erase_expired(timezone.now())
    _work(pk, run, UploadState.WAITING, _look)


@task
def bring_in(pk: int, run: int) -> None:
    """Import a file that was looked at, all of it or nothing."""
    _work(pk, run, UploadState.IMPORTING, _bring_in)


def _work(pk: int, run: int, state: str, step: Callable[[Upload], None]) -> None:
    upload = (
        Upload.objects.select_related("owner", "region").filter(pk=pk, run=run, state=state).first()
    )
    if upload is None:
        return
    with translation.override(upload.language), suppress(Overtaken):
        try:
            if not is_allowed(upload, access_of(upload.owner)):
                raise Refused(_("You may no longer import this."))
            step(upload)
        except (ExchangeError, Refused) as refusal:
            _say(upload, state=UploadState.UNREADABLE, why=str(refusal)[:500])
        except Overtaken:
            raise
        except Exception:
            logger.exception("An import stopped")
            _say(
                upload,
                state=UploadState.FAILED,
                why=_("Something went wrong on our side. Nothing was imported."),
            )


def _say(upload: Upload, **fields: Any) -> None:
    """Note how far it is, as long as this run is the one that counts."""
    now = timezone.now()
    if not Upload.objects.filter(pk=upload.pk, run=upload.run).update(moved_at=now, **fields):
        raise Overtaken
    for name, value in fields.items():
        setattr(upload, name, value)


def _sheet(upload: Upload) -> Sheet:
    if upload.content is None:
        raise Refused(_("The file itself was erased. Send it again."))
    if upload.ending == ENDING:
        return unpacked(bytes(upload.content))
    sheet = read_rows(
        bytes(upload.content),
        f"file{upload.ending}",
        max_rows=settings.IMPORT_MAX_ROWS,
        max_bytes=settings.IMPORT_MAX_BYTES,
        max_unpacked_bytes=settings.IMPORT_MAX_UNPACKED_BYTES,
    )
    if len(sheet.header) > settings.IMPORT_MAX_COLUMNS:
        raise ExchangeError(
            _("The file has too many columns: at most %(n)s.") % {"n": settings.IMPORT_MAX_COLUMNS}
        )
    return sheet


def _look(upload: Upload) -> None:
    sheet = _sheet(upload)
    header, sure = [_masked(name)[:LONGEST_NAME] for name in sheet.header], True
    if len(upload.columns) != len(header):
        memory = ColumnMemory.objects.filter(user=upload.owner, kind=upload.kind).first()
        found = match(header, offered(upload.kind), memory.names if memory else {})
        sure = found.sure and not missing(upload.kind, found.columns)
        upload.columns = found.columns
    sheet = _without_bsn(upload, sheet, upload.columns if sure else ())
    _say(
        upload,
        header=header,
        columns=upload.columns,
        examples=_examples(sheet),
        total=len(sheet.rows),
    )
    if sure:
        _show(upload, chosen(sheet, upload.columns))
    else:
        _say(upload, state=UploadState.COLUMNS)


def _without_bsn(upload: Upload, sheet: Sheet, columns: Sequence[str]) -> Sheet:
    """The sheet without what could be a BSN; where there was one the file is gone from here on."""
    found = emptied(sheet, columns, {column.name: column for column in COLUMNS[upload.kind]})
    if any(map(contains_bsn, sheet.header)):
        sheet = Sheet([_masked(name) for name in sheet.header], found.sheet.rows, sheet.header_row)
    elif not found.places:
        return sheet
    else:
        sheet = found.sheet
    places = [*upload.emptied, *map(list, found.places)]
    _say(upload, content=packed(sheet), ending=ENDING, emptied=places)
    return sheet


def _show(upload: Upload, sheet: Sheet, why: str = "") -> None:
    """Keep each row with what would happen to it."""
    outcome = _import(upload, sheet, timezone.now(), dry_run=True)
    rows = _Rows(sheet, outcome, _faults_of(upload, outcome))
    UploadRow.objects.filter(upload=upload).delete()
    done = 0
    for some in in_batches(rows.kept(upload)):
        UploadRow.objects.bulk_create(some)
        done += len(some)
        _say(upload, done=done)
    found = {"counts": rows.counts, "warned": rows.warned, "doubts": outcome.doubts}
    _say(upload, state=UploadState.CHECKED, why=why, **found)


def _faults_of(upload: Upload, outcome: Outcome) -> list[Fault]:
    """With those of the cells that were emptied, which take the place of what else is said
    there.
    """
    asked = {(row, upload.columns[place]): None for row, place in asked_again(upload)}
    reason = _("Here stood what could be a BSN. It was erased. Fill in something else.")
    others = [fault for fault in outcome.faults if (fault.row, fault.column) not in asked]
    return [*others, *(Fault(row, column, reason) for row, column in asked)]


def _bring_in(upload: Upload) -> None:
    sheet = chosen(_sheet(upload), upload.columns)

    at = timezone.now()

    def seal() -> None:
        _say(upload, state=UploadState.IMPORTED, content=None, done=upload.total, imported_at=at)

    try:
        outcome = _import(upload, sheet, at, answered=set(upload.doubts), seal=seal)
    except Refused:
        _show(
            upload,
            sheet,
            _("Something was changed in the meantime. Look at it again before you import."),
        )
        return
    if outcome.faults or outcome.asks:
        _show(
            upload,
            sheet,
            _("Something was changed in the meantime. Look at it again before you import."),
        )


def _import(
    upload: Upload, sheet: Sheet, at: datetime, *, answered: Container[str] = (), **options: Any
) -> Outcome:
    """By the rules of the commands, within what its owner may see and use; what is doubted was
    answered on the page.
    """
    act, access = Act.of(upload.owner, at), access_of(upload.owner)
    contracts = visible(Contract, access).filter(region=upload.region)
    if upload.kind == UploadKind.CHANGES:
        return import_changes(upload.region, sheet, act, answered=answered, **options)
    if upload.kind == UploadKind.CONTRACTS:
        bounds = _bounds(upload, access, contracts)
        return import_contracts(
            upload.region, sheet, act, bounds=bounds, answered=answered, **options
        )
    if upload.contractor_id:
        contracts = contracts.filter(contractor=upload.contractor_id)
    return import_fulfilments(
        upload.region, sheet, act, contracts=contracts, answered=answered, **options
    )


def _bounds(upload: Upload, access: Access, contracts: QuerySet[Any]) -> Bounds | None:
    own = access.municipalities_where(May.REGISTER, region_id=upload.region_id)
    return None if own is None else Bounds(contracts, own)


# --- columns and rows -----------------------------------------------------------------------------


def offered(kind: str) -> list[str]:
    """The columns that a file of this kind can have here."""
    return [column.name for column in COLUMNS[kind] if column.name not in NOT_OFFERED]


def missing(kind: str, columns: Sequence[str]) -> list[str]:
    return [
        column.name for column in COLUMNS[kind] if column.required and column.name not in columns
    ]


def chosen(sheet: Sheet, columns: Sequence[str]) -> Sheet:
    """The columns that were chosen, under our names. What stands beside the table stays there, to
    be refused.
    """
    places = [position for position, name in enumerate(columns) if name]
    width = len(sheet.header)
    rows = [
        (number, [cells[place] if place < len(cells) else "" for place in places] + cells[width:])
        for number, cells in sheet.rows
    ]
    return Sheet([columns[place] for place in places], rows, sheet.header_row)


def _examples(sheet: Sheet) -> list[list[str]]:
    """Of each column the first different things that stand in it, for who has to say what it is."""
    found: list[list[str]] = [[] for _name in sheet.header]
    for _number, cells in sheet.rows[: EXAMPLES * 10]:
        for seen, cell in zip(found, cells, strict=False):
            text = _masked(as_written(cell).strip())[:LONGEST_EXAMPLE]
            if text and text not in seen and len(seen) < EXAMPLES:
                seen.append(text)
    return found


def _masked(text: str) -> str:
    return HIDDEN if contains_bsn(text) else text


class _Rows:
    """The rows of a sheet with what would happen to each, and what is wrong with which of its
    cells.
    """

    def __init__(self, sheet: Sheet, outcome: Outcome, faults: Sequence[Fault]) -> None:
        self.sheet = sheet
        self.faults, self.warnings = _by_row(faults), _by_row(outcome.warnings)
        self.outcomes = dict.fromkeys(outcome.unchanged, RowOutcome.UNCHANGED)
        self.outcomes |= dict.fromkeys(outcome.changed, RowOutcome.CHANGED)
        self.outcomes |= dict.fromkeys(outcome.new, RowOutcome.NEW)
        self.outcomes |= dict.fromkeys(self.faults, RowOutcome.FAULTY)
        self.counts = dict.fromkeys(RowOutcome.values, 0)
        self.warned = 0

    def kept(self, upload: Upload) -> Iterator[UploadRow]:
        for number, cells in self.sheet.rows:
            faults, warnings = self.faults.get(number, []), self.warnings.get(number, [])
            outcome = self.outcomes.get(number, RowOutcome.FAULTY)
            self.counts[outcome] += 1
            self.warned += bool(warnings)
            yield UploadRow(
                upload=upload,
                number=number,
                outcome=outcome,
                cells=[_shown(cell) for cell in cells[: len(self.sheet.header)]],
                faults=faults,
                warnings=warnings,
            )


def _shown(cell: Any) -> str:
    return as_written(cell).strip()[:LONGEST_CELL].replace("\0", "")


def _by_row(faults: Sequence[Fault]) -> dict[int, list[list[str]]]:
    found: dict[int, list[list[str]]] = {}
    for fault in faults:
        found.setdefault(fault.row, []).append([fault.column, fault.reason])
    return found
