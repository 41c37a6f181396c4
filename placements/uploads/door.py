"""The door for imports in the browser: a file is received, read, shown as it would be imported, and
then imported.

What takes long is done in the background, in steps that can be begun again: each run has a number,
and what an earlier run of the same file still has to say is not heard. Only who sent a file sees
it. It holds what it holds, so it goes: the file as soon as it was imported or held a BSN,
everything else of it after `IMPORT_KEEP_DAYS`. Of a file with a BSN the rows stay without it, and
what stood there is asked again.
"""

import logging
from collections.abc import Callable, Collection, Container, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from types import MappingProxyType
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django_tasks import task

from contracts.dossier.importing import import_notes, import_persons
from contracts.imports.door import Bounds, import_changes, import_contracts
from contracts.imports.importing import import_firms
from contracts.imports.outcome import Outcome
from contracts.models import Contract, Contractor, Region
from contracts.people.membership import access_of, advisers_of
from contracts.plans.importing import import_plans
from placements.evidence.importing import import_seen
from placements.imports.door import import_fulfilments
from placements.models import ColumnMemory, RowOutcome, Upload, UploadKind, UploadRow, UploadState
from placements.uploads.columns import COLUMNS, NUMBER_OF, TITLES, missing, vocabulary
from placements.uploads.kinds import KINDS
from placements.uploads.mending import mended_cells
from placements.uploads.rows import ENDING, Place, emptied, filled, packed, unpacked
from sroi.access import Access, May, visible
from sroi.bsn import contains_bsn
from sroi.database.batches import AT_ONCE, in_batches
from sroi.doors import Act, Refused
from sroi.exchange import (
    ExchangeError,
    Fault,
    Sheet,
    Table,
    as_written,
    check_rows,
    kind_of,
    plain,
    read_tables,
)
from sroi.exchange.layout import (
    BY_PERSON,
    MOST_NAME_ROWS,
    Layout,
    laid_out,
    propose,
    says_thousands,
    shape_of,
    with_left_out,
    without,
)
from sroi.exchange.matching import chosen, match
from sroi.files.checking import shown_name
from sroi.files.scanning import refuse_infected
from sroi.files.size import too_large

logger = logging.getLogger(__name__)

# How each kind is brought in.
RUN: dict[str, Callable[..., Outcome]] = {
    UploadKind.CONTRACTS: import_contracts,
    UploadKind.CHANGES: import_changes,
    UploadKind.FULFILMENTS: import_fulfilments,
    UploadKind.PERSONS: import_persons,
    UploadKind.NOTES: import_notes,
    UploadKind.FIRMS: import_firms,
    UploadKind.PLANS: import_plans,
    UploadKind.SEEN: import_seen,
}
IN_THE_BACKGROUND = (UploadState.WAITING, UploadState.IMPORTING)
EXAMPLES = 3
# Of the sheet, what is shown for who has to say where the names stand.
TOP_ROWS, TOP_COLUMNS = 15, 12
# Shapes of files of which is remembered what was chosen for them.
MOST_SHAPES = 50
# Where another sheet or another row can still be chosen.
TABLE_OPEN = (
    UploadState.TABLE,
    UploadState.COLUMNS,
    UploadState.CHECKED,
    UploadState.UNREADABLE,
)
# Rows of which the faulty cells are asked at a time.
MOST_MENDED = 500
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
    return access.may(*(KINDS[kind].may for kind in kinds or KINDS))


def purposes(access: Access) -> list[Purpose]:
    """Everything that this person may import, and for whom."""
    regions = Region.objects.in_bulk(access.region_ids)
    firms = Contractor.objects.in_bulk(
        {grant.contractor_id for grant in access.grants if grant.contractor_id}
    )
    found = [
        Purpose(
            name,
            regions[grant.region_id],
            firms.get(grant.contractor_id) if grant.contractor_id else None,
        )
        for name, kind in KINDS.items()
        for grant in access.grants_for(kind.may)
    ]
    return list(dict.fromkeys(found))


def uploads_of(user: Any, access: Access, now: datetime) -> QuerySet[Any]:
    """The files that this person sent, as long as they are kept and may still be imported by
    them.
    """
    mine: QuerySet[Any] = visible(Upload, access).filter(owner=user, expires_at__gt=now)
    return mine.select_related("region", "contractor").defer("content", "mended")


def is_allowed(upload: Upload, access: Access) -> bool:
    grants = access.grants_for(KINDS[upload.kind].may, region_id=upload.region_id)
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
    refuse_infected(data)
    try:
        return kind_of(data)
    except ExchangeError as refusal:
        raise Refused(str(refusal)) from None


# --- steps by the person --------------------------------------------------------------------------


def choose_table(upload: Upload, sheet: str, names: Sequence[int] | None, *, at: datetime) -> None:
    """On which sheet the rows stand, and in which rows the names: none, one or two. Without `names`
    they are proposed for that sheet.
    """
    if upload.ending == ENDING:
        raise Refused(_("The file itself was erased. Send it again."))
    if sheet not in dict(upload.table.get("sheets", ())):
        raise Refused(_("Choose one of the sheets of this file."))
    rows = sorted(set(names or ()))
    if len(rows) > MOST_NAME_ROWS or (rows and rows[-1] - rows[0] != len(rows) - 1):
        raise Refused(_("The names stand in one row, or in two below each other."))
    layout = {"sheet": sheet, "names": rows, "chosen": names is not None}
    _move(upload, TABLE_OPEN, UploadState.WAITING, at, layout=layout, columns=[], given={})


def has_file(upload: Upload) -> bool:
    """Whether the file is there as it was sent, so that another sheet or row can be chosen."""
    return upload.ending != ENDING and upload.imported_at is None


def leave_out(upload: Upload, rows: Collection[int], is_data: bool, *, at: datetime) -> None:
    """Rows that are no data after all, or that are; then all of it is looked at again."""
    there = UploadRow.objects.filter(upload=upload, number__in=rows).count()
    if not rows or there < len(rows):
        raise Refused(_("This went on in the meantime. Look at where it is now."))
    left_out = dict(upload.layout.get("left_out", {}))
    for row in rows:
        if is_data:
            left_out.pop(str(row), None)
        else:
            left_out[str(row)] = BY_PERSON
    layout = {**upload.layout, "left_out": left_out}
    _move(upload, (UploadState.CHECKED,), UploadState.WAITING, at, layout=layout)


def choose_columns(
    upload: Upload,
    columns: Sequence[str],
    *,
    at: datetime,
    all_rows: Mapping[str, str] | None = None,
    in_thousands: bool = False,
) -> None:
    """Which column of the file is which of ours, what holds for all rows where a column is missing,
    and whether amounts are in thousands; all of it is remembered for the next file of this kind.
    """
    given_to_all = {name: value for name, value in (all_rows or {}).items() if value}
    chosen = [*filter(None, columns), *given_to_all]
    if lacking := missing(upload.kind, chosen):
        names = ", ".join(str(TITLES[name]) for name in lacking)
        raise Refused(_("These are needed as well: %(names)s.") % {"names": names})
    if len(set(chosen)) < len(chosen):
        twice = max(chosen, key=chosen.count)
        raise Refused(
            _("“%(name)s” was chosen twice. Choose one column for it.") % {"name": TITLES[twice]}
        )
    if any(map(contains_bsn, given_to_all.values())):
        raise Refused(_("This can still be a BSN. Fill in something else."))
    given: dict[str, Any] = {"all": given_to_all, "thousands": in_thousands}
    with transaction.atomic():
        _move(
            upload,
            (UploadState.COLUMNS, UploadState.CHECKED),
            UploadState.WAITING,
            at,
            columns=list(columns),
            given=given,
        )
        memory, _new = ColumnMemory.objects.get_or_create(
            user_id=upload.owner_id, region=upload.region, kind=upload.kind
        )
        memory.names |= {
            plain(name): column for name, column in zip(upload.header, columns, strict=True) if name
        }
        shapes = {shape_of(upload.header): given}
        shapes |= {shape: known for shape, known in memory.shapes.items() if shape not in shapes}
        memory.shapes = dict(list(shapes.items())[:MOST_SHAPES])
        memory.save()


def asked_again(upload: Upload) -> list[Place]:
    """Where a BSN stood in a column that is used, in the order of the file."""
    used = {place for place, name in enumerate(upload.columns) if name}
    return [(row, place) for row, place in upload.emptied if place in used]


@dataclass(frozen=True)
class Mend:
    """A cell that is asked again or is faulty, with what stands there and what is wrong with it;
    where the same stands in more rows, all of these.
    """

    place: int
    rows: tuple[int, ...]
    there: str = ""
    reason: str = ""


def to_mend(upload: Upload) -> list[Mend]:
    asked = asked_again(upload)
    places = {name: place for place, name in enumerate(upload.columns) if name}
    order = [name for name in upload.columns if name]
    faulty = UploadRow.objects.filter(upload=upload, outcome=RowOutcome.FAULTY)
    found: dict[tuple[Any, ...], list[int]] = {}
    for row in faulty.order_by("number")[:MOST_MENDED]:
        first = dict(reversed(row.faults))
        for column in dict(row.faults):
            reason = first[column]
            if column not in places or (row.number, places[column]) in asked:
                continue
            at = order.index(column)
            there = row.cells[at] if at < len(row.cells) else ""
            alone = "" if there else row.number
            found.setdefault((places[column], there, reason, alone), []).append(row.number)
    again = [Mend(place, (row,)) for row, place in asked]
    return again + [
        Mend(place, tuple(rows), there, reason)
        for (place, there, reason, _alone), rows in found.items()
    ]


def fill(upload: Upload, values: Mapping[Place, str], *, at: datetime) -> None:
    """Something else in cells where a BSN stood or that are faulty; then all of it is looked at
    again.
    """
    asked = {(row, one.place) for one in to_mend(upload) for row in one.rows}
    if not values or not asked.issuperset(values):
        raise Refused(_("This went on in the meantime. Look at where it is now."))
    if any(contains_bsn(text) for text in values.values()):
        raise Refused(_("This can still be a BSN. Fill in something else."))
    _put(upload, values, at)


def choose_firm(upload: Upload, row: UploadRow, name: str, number: str, *, at: datetime) -> None:
    """Another number in all rows that have this number with this name; then all of it is looked at
    again.
    """
    order = [column for column in upload.columns if column]
    if name not in order or NUMBER_OF[name] not in order:
        raise Refused(_("This file has no column with the numbers of firms."))
    places = [order.index(column) for column in (name, NUMBER_OF[name])]
    rows = UploadRow.objects.filter(upload=upload)
    same = rows.filter(**{f"cells__{place}": row.cells[place] for place in places})
    put_in = upload.columns.index(NUMBER_OF[name])
    _put(upload, {(found, put_in): number for found in same.values_list("number", flat=True)}, at)


def _put(upload: Upload, values: Mapping[Place, str], at: datetime) -> None:
    sheet = filled(_sheet(upload), values)
    open_ones = [[row, place] for row, place in upload.emptied if (row, place) not in values]
    _move(
        upload,
        (UploadState.CHECKED,),
        UploadState.WAITING,
        at,
        content=packed(sheet),
        ending=ENDING,
        emptied=open_ones,
    )


def replace_everywhere(upload: Upload, column: str, old: str, new: str, *, at: datetime) -> None:
    """Something else in all rows that have this in a column; then all of it is looked at again."""
    order = [name for name in upload.columns if name]
    rows = UploadRow.objects.filter(upload=upload)
    if column not in order or not rows.filter(**{f"cells__{order.index(column)}": old}).exists():
        raise Refused(_("This stands in no row."))
    if contains_bsn(new):
        raise Refused(_("This can still be a BSN. Fill in something else."))
    given = {**upload.given, "replaced": [column, old, new]}
    _move(upload, (UploadState.CHECKED,), UploadState.WAITING, at, given=given)


def send_back(upload: Upload, data: bytes, *, at: datetime) -> None:
    """The faulty rows, mended elsewhere: they take the place of those with their numbers."""
    _ending(data)
    _move(upload, (UploadState.CHECKED,), UploadState.WAITING, at, mended=data)


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
    """All rows of the sheet under its names, those that are left out too."""
    if upload.content is None:
        raise Refused(_("The file itself was erased. Send it again."))
    if upload.ending == ENDING:
        return unpacked(bytes(upload.content))
    return _laid_out(upload, _tables(upload))


def _tables(upload: Upload) -> list[Table]:
    return read_tables(
        bytes(upload.content or b""),
        max_rows=settings.IMPORT_MAX_ROWS,
        max_bytes=settings.IMPORT_MAX_BYTES,
        max_unpacked_bytes=settings.IMPORT_MAX_UNPACKED_BYTES,
    )


def _laid_out(upload: Upload, tables: Sequence[Table]) -> Sheet:
    layout = Layout.of_data(upload.layout)
    table = next((one for one in tables if one.name == layout.sheet), tables[0])
    sheet = check_rows(laid_out(table, layout), settings.IMPORT_MAX_ROWS)
    if len(sheet.header) > settings.IMPORT_MAX_COLUMNS:
        raise ExchangeError(
            _("The file has too many columns: at most %(n)s.") % {"n": settings.IMPORT_MAX_COLUMNS}
        )
    return sheet


def remembered(upload: Upload) -> ColumnMemory:
    """What its owner chose before; where that says nothing, what a colleague of the region chose.
    Of who works for a firm nothing is shared.
    """
    theirs = ColumnMemory.objects.filter(region=upload.region, kind=upload.kind)
    own = theirs.filter(user=upload.owner).first() or ColumnMemory()
    if upload.contractor_id:
        return own
    for other in theirs.filter(user__in=advisers_of([upload.region_id])).order_by("pk"):
        own.names = {**other.names, **own.names}
        own.shapes = {**other.shapes, **own.shapes}
    return own


def _find_layout(upload: Upload, memory: ColumnMemory) -> Sheet:
    """The rows of the sheet that was chosen or is proposed, with what is shown of it."""
    tables = _tables(upload)
    if not any(table.rows for table in tables):
        raise ExchangeError(_("The file is empty: there is no row with the names of the columns."))
    sure = True
    if upload.layout.get("chosen"):
        chosen_sheet = upload.layout["sheet"]
        table = next(one for one in tables if one.name == chosen_sheet)
        layout = with_left_out(table, Layout(chosen_sheet, tuple(upload.layout["names"])))
    else:
        sheet = upload.layout.get("sheet")
        asked = [one for one in tables if sheet in (None, one.name)]
        proposal = propose(asked, vocabulary(upload.kind).knows, memory.shapes)
        layout, sure = proposal.layout, proposal.sure and sheet is None
        table = next(one for one in tables if one.name == layout.sheet)
    upload.layout = layout.as_data() | {"sure": sure}
    shown = [
        [number, [_masked(_shown(cell))[:LONGEST_EXAMPLE] for cell in cells[:TOP_COLUMNS]]]
        for number, cells in table.rows[:TOP_ROWS]
    ]
    sheets = [[one.name, len(one.rows)] for one in tables if one.rows]
    _say(upload, layout=upload.layout, table={"sheets": sheets, "rows": shown})
    return _alone(upload, tables, table, _laid_out(upload, tables))


def _alone(upload: Upload, tables: Sequence[Table], table: Table, sheet: Sheet) -> Sheet:
    """The sheet; where what could be a BSN stands elsewhere in the file, only its rows are kept."""
    there = {number for number, _cells in sheet.rows}
    elsewhere = (
        cell
        for one in tables
        for number, cells in one.rows
        if one is not table or number not in there
        for cell in cells
    )
    if any(contains_bsn(as_written(cell)) for cell in elsewhere):
        header = [_masked(name) for name in sheet.header]
        sheet = Sheet(header, sheet.rows, sheet.header_row)
        _say(upload, content=packed(sheet), ending=ENDING)
    return sheet


def _look(upload: Upload) -> None:
    memory = remembered(upload)
    is_new = upload.ending != ENDING and not (upload.columns and upload.layout)
    sheet = _find_layout(upload, memory) if is_new else _sheet(upload)
    if len(sheet.rows) == 0:
        raise ExchangeError(_("There are no rows in this file."))
    header, sure = [_masked(name)[:LONGEST_NAME] for name in sheet.header], True
    if len(upload.columns) != len(header):
        found = match(header, vocabulary(upload.kind), memory.names)
        upload.columns = found.columns
        if not upload.given:
            upload.given = memory.shapes.get(shape_of(header), {})
        given_to_all = upload.given.get("all", {})
        sure = found.sure and not missing(upload.kind, [*found.columns, *given_to_all])
        if not upload.given and says_thousands(_above_the_rows(upload, header)):
            upload.given, sure = {"all": {}, "thousands": True}, False
    sheet, why = _mended(upload, sheet)
    sheet = _without_bsn(upload, sheet, upload.columns if sure else ())
    _say(
        upload,
        header=header,
        columns=upload.columns,
        given=upload.given,
        examples=_examples(sheet),
        total=len(sheet.rows),
    )
    if not upload.layout.get("sure", True) and upload.ending != ENDING:
        _say(upload, state=UploadState.TABLE)
    elif sure:
        _show(upload, sheet, why)
    else:
        _say(upload, state=UploadState.COLUMNS)


def _above_the_rows(upload: Upload, header: Sequence[str]) -> list[str]:
    last = max(upload.layout.get("names", ()), default=0)
    titles = (cells for number, cells in upload.table.get("rows", ()) if number < last)
    return [*header, *(text for cells in titles for text in cells)]


def _mended(upload: Upload, sheet: Sheet) -> tuple[Sheet, str]:
    """The sheet with what is to be replaced and the rows that came back, kept without a BSN that
    they could bring; and why these were not taken.
    """
    values: dict[Place, Any] = {}
    why = ""
    if replaced := upload.given.pop("replaced", None):
        values |= _places_of(sheet, upload.columns.index(replaced[0]), *replaced[1:])
    if upload.mended is not None:
        data, upload.mended = bytes(upload.mended), None
        try:
            values |= mended_cells(data, sheet, upload.kind, upload.columns)
        except ExchangeError as refusal:
            why = str(refusal)
        _say(upload, mended=None)
    if not values:
        return sheet, why
    upload.emptied = [[row, place] for row, place in upload.emptied if not values.get((row, place))]
    found = filled(sheet, values)
    known = {column.name: column for column in COLUMNS[upload.kind]}
    clean = emptied(found, upload.columns, known).sheet
    _say(upload, content=packed(clean), ending=ENDING, emptied=upload.emptied, given=upload.given)
    return found, why


def _places_of(sheet: Sheet, place: int, old: str, new: str) -> dict[Place, Any]:
    return {
        (number, place): new
        for number, cells in sheet.rows
        if place < len(cells) and _shown(cells[place]) == old
    }


def _without_bsn(upload: Upload, sheet: Sheet, columns: Sequence[str]) -> Sheet:
    """The sheet without what could be a BSN; where there was one the file is gone from here on."""
    known = {column.name: column for column in COLUMNS[upload.kind]}
    found = emptied(sheet, columns, known)
    if any(map(contains_bsn, sheet.header)):
        sheet = Sheet([_masked(name) for name in sheet.header], found.sheet.rows, sheet.header_row)
    elif not found.places:
        return sheet
    else:
        sheet = found.sheet
    places = [*upload.emptied, *map(list, found.places)]
    _say(upload, content=packed(sheet), ending=ENDING, emptied=places)
    return sheet


def _show(upload: Upload, sheet: Sheet, why: str = "", is_overtaken: bool = False) -> None:
    """Keep each row with what would happen to it."""
    outcome = _import(upload, to_import(upload, sheet), timezone.now(), dry_run=True)
    before = dict(_shown_before(upload)) if is_overtaken else {}
    rows = _Rows(sheet, outcome, _faults_of(upload, outcome), upload, before)
    UploadRow.objects.filter(upload=upload).delete()
    done = 0
    for some in in_batches(rows.kept()):
        UploadRow.objects.bulk_create(some)
        done += len(some)
        _say(upload, done=done)
    _say(
        upload,
        state=UploadState.CHECKED,
        why=why,
        counts=rows.counts,
        warned=rows.warned,
        doubts=outcome.doubts,
        totals=outcome.totals(),
    )


def _faults_of(upload: Upload, outcome: Outcome) -> list[Fault]:
    """With those of the cells that were emptied, which take the place of what else is said
    there.
    """
    asked = {(row, upload.columns[place]): None for row, place in asked_again(upload)}
    reason = _("Here stood what could be a BSN. It was erased. Fill in something else.")
    others = [fault for fault in outcome.faults if (fault.row, fault.column) not in asked]
    return [*others, *(Fault(row, column, reason) for row, column in asked)]


def _bring_in(upload: Upload) -> None:
    sheet = to_import(upload, _sheet(upload))
    at = timezone.now()

    def seal(outcome: Outcome) -> None:
        if overtaken(upload, outcome):
            raise Refused(_("Something was changed in the meantime."))
        _say(upload, state=UploadState.IMPORTED, content=None, done=upload.total, imported_at=at)

    try:
        outcome = _import(upload, sheet, at, answered=set(upload.doubts), seal=seal)
    except Refused:
        _show_again(upload)
        return
    if outcome.faults or outcome.asks:
        _show_again(upload)


def _show_again(upload: Upload) -> None:
    why = _("Something was changed in the meantime. Look at it again before you import.")
    _show(upload, _sheet(upload), why, is_overtaken=True)


# What is shown of a row by its number: what would happen, and what was understood.
Shown = tuple[str, dict[str, Any]]


def _shown_before(upload: Upload) -> Iterator[tuple[int, Shown]]:
    rows = UploadRow.objects.filter(upload=upload).order_by()
    found = rows.values_list("number", "outcome", "understood").iterator(chunk_size=AT_ONCE)
    return ((number, (outcome, understood)) for number, outcome, understood in found)


def overtaken(upload: Upload, outcome: Outcome) -> bool:
    """Whether something else would happen with a row than what its owner saw: somebody changed the
    same in the meantime.
    """
    rows = _Rows(Sheet([], [], 0), outcome, (), upload)
    return any(rows.shown(number) != shown for number, shown in _shown_before(upload))


def _import(
    upload: Upload, sheet: Sheet, at: datetime, *, answered: Container[str] = (), **options: Any
) -> Outcome:
    """By the rules of the commands, within what its owner may see and use; what is doubted was
    answered on the page.
    """
    act, access = Act.of(upload.owner, at), access_of(upload.owner)
    contracts = visible(Contract, access).filter(region=upload.region)
    if upload.kind == UploadKind.CONTRACTS:
        options["bounds"] = _bounds(upload, access, contracts)
    elif upload.kind == UploadKind.FULFILMENTS:
        of_firm = {"contractor": upload.contractor_id} if upload.contractor_id else {}
        options["contracts"] = contracts.filter(**of_firm)
    return RUN[upload.kind](upload.region, sheet, act, answered=answered, **options)


def _bounds(upload: Upload, access: Access, contracts: QuerySet[Any]) -> Bounds | None:
    own = access.municipalities_where(May.REGISTER, region_id=upload.region_id)
    return None if own is None else Bounds(contracts, own)


# --- columns and rows -----------------------------------------------------------------------------


def to_import(upload: Upload, sheet: Sheet) -> Sheet:
    """What is imported of a sheet: without what is left out, under our names, with what holds for
    all rows.
    """
    left_out = set(map(int, upload.layout.get("left_out", {})))
    return chosen(
        without(sheet, left_out),
        upload.columns,
        COLUMNS[upload.kind],
        upload.given.get("all"),
        upload.given.get("thousands", False),
    )


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

    def __init__(
        self,
        sheet: Sheet,
        outcome: Outcome,
        faults: Sequence[Fault],
        upload: Upload,
        before: Mapping[int, Shown] = MappingProxyType({}),
    ) -> None:
        self.before = before
        self.sheet, self.upload, self.understood = sheet, upload, outcome.understood
        self.left_out = {int(row) for row in upload.layout.get("left_out", {})}
        self.places = [place for place, name in enumerate(upload.columns) if name]
        self.faults, self.warnings = _by_row(faults), _by_row(outcome.warnings)
        self.outcomes = dict.fromkeys(outcome.unchanged, RowOutcome.UNCHANGED)
        self.outcomes |= dict.fromkeys(outcome.changed, RowOutcome.CHANGED)
        self.outcomes |= dict.fromkeys(outcome.new, RowOutcome.NEW)
        self.outcomes |= dict.fromkeys(self.faults, RowOutcome.FAULTY)
        self.outcomes |= dict.fromkeys(self.left_out, RowOutcome.LEFT_OUT)
        self.counts = dict.fromkeys(RowOutcome.values, 0)
        self.warned = 0

    def shown(self, number: int) -> Shown:
        return self.outcomes.get(number, RowOutcome.FAULTY), self.understood.get(number, {})

    def _changed(self, number: int) -> list[list[str]]:
        """That it is not as it was when its owner looked, beside the first of its columns."""
        before = self.before.get(number)
        if before in (None, now := self.shown(number)):
            return []
        assert before is not None
        was, is_now = (RowOutcome(outcome).label for outcome in (before[0], now[0]))
        why = _("This changed after you looked: it was %(was)s and is now %(now)s.")
        if was == is_now:
            why = _("What comes of this changed after you looked.")
        first = self.upload.columns[self.places[0]]
        return [[first, why % {"was": was, "now": is_now}]]

    def kept(self) -> Iterator[UploadRow]:
        for number, cells in self.sheet.rows:
            faults = self.faults.get(number, [])
            warnings = [*self._changed(number), *self.warnings.get(number, [])]
            outcome = self.outcomes.get(number, RowOutcome.FAULTY)
            self.counts[outcome] += 1
            self.warned += bool(warnings)
            there = [_shown(cells[at]) if at < len(cells) else "" for at in self.places]
            yield UploadRow(
                upload=self.upload,
                number=number,
                outcome=outcome,
                cells=there,
                understood=self.understood.get(number, {}),
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
