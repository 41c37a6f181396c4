"""The door of the dossier: notes and agreements, contact persons, documents. All are refused on a
closed contract.

Whether a file may be kept is judged before it comes here; what comes is its contents as they may be
kept.
"""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from contracts.dossier.file import File
from contracts.dossier.persons import FACTS, is_same
from contracts.models import (
    ContactPerson,
    Contract,
    ContractDocument,
    ContractEvent,
    ContractNote,
    FirmPerson,
    Happened,
    NoteKind,
    PsoCertificate,
    Side,
)
from contracts.models.dossier import COMES_BACK
from contracts.owed.amounts import OPEN
from contracts.owed.door import refuse_closed
from sroi.access import Access, May, Of
from sroi.accounts.ending.erasures import list_erased
from sroi.database.batches import AT_ONCE
from sroi.doors import Act, Refused, key_of, refuse_overtaken, refuse_to_come
from sroi.files.storage import evidence_storage

# Whose own people a side is; that of the region is an adviser's.
OF_SIDE = {Side.CONTRACTOR: Of.CONTRACTOR, Side.MUNICIPALITY: Of.MUNICIPALITIES}

# --- who may --------------------------------------------------------------------------------------


def may_write(access: Access, contract: Contract) -> bool:
    """Notes, and what is shared: an adviser."""
    return access.may(May.WRITE_DOSSIER, region_id=contract.region_id) and contract.state in OPEN


def may_add_document(access: Access, contract: Contract) -> bool:
    """An adviser, and the contractor's own people."""
    adds = access.may(
        May.ADD_DOCUMENTS, region_id=contract.region_id, contractor_id=contract.contractor_id
    )
    return adds and contract.state in OPEN


def sides_of(access: Access, contract: Contract) -> list[Side]:
    """Whose contact persons one may keep: an adviser everybody's, the others their own side's."""
    if contract.state not in OPEN:
        return []
    grants = access.grants_for(May.KEEP_CONTACTS, region_id=contract.region_id)
    kept = {g.of for g in grants if g.contractor_id in (None, contract.contractor_id)}
    return list(Side) if Of.REGION in kept else [side for side in Side if OF_SIDE.get(side) in kept]


def may_remove(access: Access, document: ContractDocument, user: Any) -> bool:
    """What one added oneself; an adviser everything."""
    contract = document.contract
    own = document.added_by_id == user.pk and may_add_document(access, contract)
    return own or may_write(access, contract)


# --- notes ----------------------------------------------------------------------------------------


def write(
    contract: Contract,
    kind: str,
    day: date,
    text: str,
    act: Act,
    *,
    shared: bool,
    who: str = "",
    again_on: date | None = None,
) -> ContractNote:
    """`who` promised it, or was seen; `again_on` is the day from which it stands on the work list,
    until it was seen to.
    """
    refuse_to_come(day, act.today)
    if again_on and again_on <= act.today:
        raise Refused(_("Choose a day after today on which it comes back."))
    with transaction.atomic():
        refuse_closed(contract)
        note: ContractNote = ContractNote.objects.create(
            contract=contract,
            kind=kind,
            day=day,
            who=who,
            text=text,
            shared=shared,
            again_on=again_on,
            by=act.by,
            at=act.at,
        )
    return note


@dataclass(frozen=True)
class Promise:
    who: str
    what: str
    by: date


def promise(
    contract: Contract, promises: Sequence[Promise], day: date, act: Act, *, shared: bool
) -> list[ContractNote]:
    """What was agreed on a day, all or none: each comes back on its own day."""
    with transaction.atomic():
        return [
            write(
                contract,
                NoteKind.AGREEMENT,
                day,
                each.what,
                act,
                who=each.who,
                again_on=each.by,
                shared=shared,
            )
            for each in promises
        ]


def see_to(note: ContractNote, act: Act) -> None:
    """What came back was seen to, or need not come back: the note stays as it is."""
    still = ContractNote.objects.filter(COMES_BACK, pk=note.pk)
    if not still.update(seen_at=act.at, seen_by=act.by):
        raise Refused(_("This note does not come back any more."))


def bring_notes(notes: Sequence[ContractNote], act: Act) -> None:
    """Those of an import, all or none."""
    with transaction.atomic():
        _refuse_where_closed(notes)
        for note in notes:
            refuse_to_come(note.day, act.today)
            note.by, note.at = act.by, act.at
        ContractNote.objects.bulk_create(notes, batch_size=AT_ONCE)


def remove_note(note: ContractNote, act: Act) -> None:
    """Take away what should not have been written down; that something was there remains."""
    if note.kind == NoteKind.LETTER:
        raise Refused(_("A letter stays in the dossier as it was sent."))
    with transaction.atomic():
        refuse_closed(note.contract)
        gone, _by_model = ContractNote.objects.filter(pk=note.pk).delete()
        if not gone:
            raise Refused(_("This note was removed already."))
        list_erased(ContractNote, {note.pk: "at once"})
        ContractEvent.objects.create(
            contract=note.contract, what=Happened.NOTE_REMOVED, at=act.at, by=act.by
        )


# --- contact persons ------------------------------------------------------------------------------


def as_kept(person: ContactPerson) -> str:
    """What a change of it starts from, as it is stored now."""
    rows = ContactPerson.objects.filter(pk=person.pk)
    return key_of(*rows.values_list("side", "name", "function", "email", "phone"))


def save_person(
    person: ContactPerson, given: Mapping[str, Any], *, shown: str | None = None
) -> None:
    """One of the contractor's is known so at the firm, and under each of its contracts that names
    them. `shown` is the `as_kept` that was on the screen.
    """
    with transaction.atomic():
        refuse_closed(person.contract)
        refuse_overtaken(shown, as_kept(person))
        before = person.person_id
        for name, value in given.items():
            setattr(person, name, value)
        if person.side != Side.CONTRACTOR:
            person.person = None
        _at_the_firm([person])
        _refuse_twice(person)
        person.save()
        _drop_unnamed([before])


def name_person(contract: Contract, person: FirmPerson) -> None:
    """Somebody who is known at the firm is to be called about this contract too."""
    with transaction.atomic():
        refuse_closed(contract)
        if (person.region_id, person.contractor_id) != (contract.region_id, contract.contractor_id):
            raise Refused(_("This person is of another contractor."))
        facts = {name: getattr(person, name) for name in FACTS}
        named = ContactPerson(contract=contract, side=Side.CONTRACTOR, person=person, **facts)
        _refuse_twice(named)
        named.save()


def _refuse_twice(person: ContactPerson) -> None:
    """Of two at once the second waits for the first."""
    if not person.person_id:
        return
    FirmPerson.objects.select_for_update().get(pk=person.person_id)
    others = ContactPerson.objects.filter(contract=person.contract, person=person.person_id)
    if others.exclude(pk=person.pk).exists():
        raise Refused(_("This person is a contact person of this contract already."))


def bring_persons(new: Sequence[ContactPerson], changed: Sequence[ContactPerson]) -> None:
    """Those of an import, all or none."""
    with transaction.atomic():
        _refuse_where_closed([*new, *changed])
        _at_the_firm([*changed, *new])
        ContactPerson.objects.bulk_create(new, batch_size=AT_ONCE)
        ContactPerson.objects.bulk_update(changed, ["person", *FACTS], batch_size=AT_ONCE)


def _at_the_firm(rows: Sequence[ContactPerson]) -> None:
    """Those of a contractor have their home at the firm: who has it there already is known as the
    row says from now on; who is the same as one that is there joins them, each with what the other
    lacks; who is new gets one. The rows themselves are not stored here.
    """
    theirs = [row for row in rows if row.side == Side.CONTRACTOR]
    firms: dict[tuple[int, int], list[FirmPerson]] = defaultdict(list)
    known = FirmPerson.objects.select_for_update().filter(
        contractor__in={row.contract.contractor_id for row in theirs},
        region__in={row.contract.region_id for row in theirs},
    )
    for person in known.order_by("pk"):
        firms[person.region_id, person.contractor_id].append(person)
    homes: dict[int, FirmPerson] = {}
    for row in theirs:
        of_firm = row.contract.region_id, row.contract.contractor_id
        there = firms[of_firm]
        home = next((one for one in there if one.pk and one.pk == row.person_id), None)
        joins = home is None
        home = home or next((one for one in there if is_same(one, row)), None)
        if home is None:
            home = FirmPerson(region_id=of_firm[0], contractor_id=of_firm[1])
            there.append(home)
        for name in FACTS:
            kept = getattr(home, name) if joins else ""
            setattr(home, name, getattr(row, name) or kept)
            setattr(row, name, getattr(home, name))
        homes[id(home)] = home
        row.person = home
    touched = list(homes.values())
    there_before = {home.pk for home in touched if home.pk}
    FirmPerson.objects.bulk_create([h for h in touched if not h.pk], batch_size=AT_ONCE)
    FirmPerson.objects.bulk_update(touched, FACTS, batch_size=AT_ONCE)
    for row in theirs:
        row.person = row.person  # picks up the id that it got just now
    for home in (home for home in touched if home.pk in there_before):
        facts = {name: getattr(home, name) for name in FACTS}
        ContactPerson.objects.filter(person=home).update(**facts)


def _refuse_where_closed(rows: Sequence[ContactPerson | ContractNote]) -> None:
    """Asked in the transaction that writes them."""
    closed = Contract.objects.filter(pk__in={row.contract_id for row in rows})
    if contract := closed.exclude(state__in=OPEN).first():
        refuse_closed(contract)


def remove_person(person: ContactPerson) -> None:
    """Not to be called about this contract any more; whom no contract names is forgotten."""
    with transaction.atomic():
        refuse_closed(person.contract)
        _forget(ContactPerson.objects.filter(pk=person.pk), "at once")


def forget_persons(contracts: Any) -> None:
    """Of contracts that are over: nobody is to be called any more."""
    with transaction.atomic():
        _forget(ContactPerson.objects.filter(contract__in=contracts), "contract")


def leave_to_firm(contract: Contract) -> None:
    """The contract is of another contractor from now on: the people of the one before are not to be
    called about it. In the transaction of the door that hands it over.
    """
    _forget(ContactPerson.objects.filter(contract=contract, side=Side.CONTRACTOR), "at once")


def _forget(persons: Any, why: str) -> None:
    rows = list(persons.values_list("pk", "person"))
    list_erased(ContactPerson, dict.fromkeys((pk for pk, _home in rows), why))
    ContactPerson.objects.filter(pk__in=[pk for pk, _home in rows]).delete()
    _drop_unnamed([home for _pk, home in rows], why)


def _drop_unnamed(homes: Iterable[int | None], why: str = "at once") -> None:
    unnamed = FirmPerson.objects.filter(pk__in={home for home in homes if home}, named=None)
    numbers = list(unnamed.values_list("pk", flat=True))
    list_erased(FirmPerson, dict.fromkeys(numbers, why))
    FirmPerson.objects.filter(pk__in=numbers).delete()


# --- documents ------------------------------------------------------------------------------------


def keep(
    contract: Contract,
    file: File,
    act: Act,
    *,
    shared: bool,
    certificate: PsoCertificate | None = None,
) -> ContractDocument:
    """Add a document that may be kept."""
    with transaction.atomic():
        # Whoever adds to the same one at the same moment waits here, so that the limit holds.
        locked = Contract.objects.select_for_update(of=("self",)).get(pk=contract.pk)
        refuse_closed(locked)
        known = ContractDocument.objects.filter(contract=contract, removed_at=None)
        if known.filter(content_hash=_hash(file)).exists():
            raise Refused(_("This file was added already."))
        if known.count() >= settings.DOSSIER_MAX_FILES:
            raise Refused(
                _("There are %(n)s files already; that is the most.")
                % {"n": settings.DOSSIER_MAX_FILES}
            )
        return put(contract, file, act, shared=shared, certificate=certificate)


def put(
    contract: Contract,
    file: File,
    act: Act,
    *,
    shared: bool,
    certificate: PsoCertificate | None = None,
) -> ContractDocument:
    """Store the contents and the row that says so; where the row cannot be stored, no file stays
    behind.
    """
    document = ContractDocument(
        contract=contract,
        title=file.title,
        certificate=certificate,
        media_type=file.media_type,
        size=len(file.content),
        content_hash=_hash(file),
        shared=shared,
        added_by=act.by,
        added_at=act.at,
    )
    document.file.save("", ContentFile(file.content), save=False)
    try:
        document.save()
    except BaseException:
        document.file.storage.delete(str(document.file.name))
        raise
    return document


def remove(document: ContractDocument, act: Act) -> None:
    """Take a file away for good; that it was there, and who removed it, remains."""
    name = document.file.name
    with transaction.atomic():
        refuse_closed(document.contract)
        if not ContractDocument.objects.filter(pk=document.pk, removed_at=None).update(
            file="", removed_at=act.at
        ):
            raise Refused(_("This document was removed already."))
        ContractEvent.objects.create(
            contract=document.contract,
            what=Happened.DOCUMENT_REMOVED,
            at=act.at,
            by=act.by,
            why=document.title,
        )
        list_erased(ContractDocument, {document.pk: "at once"})
        if name:
            evidence_storage().guard()
            transaction.on_commit(lambda: document.file.storage.delete(name))


# --- what came back with a backup -----------------------------------------------------------------


def remove_notes_again(numbers: Collection[int], at: datetime) -> None:
    ContractNote.objects.filter(pk__in=numbers).delete()


def remove_persons_again(numbers: Collection[int], at: datetime) -> None:
    ContactPerson.objects.filter(pk__in=numbers).delete()


def remove_firm_persons_again(numbers: Collection[int], at: datetime) -> None:
    """With whoever came back as named."""
    ContactPerson.objects.filter(person__in=numbers).delete()
    FirmPerson.objects.filter(pk__in=numbers).delete()


def remove_documents_again(numbers: Collection[int], at: datetime) -> None:
    back = ContractDocument.objects.filter(pk__in=numbers, removed_at=None)
    names = list(back.values_list("file", flat=True))
    if names:
        evidence_storage().guard()
    back.update(file="", removed_at=at)
    for name in names:
        evidence_storage().delete(name)


def _hash(file: File) -> str:
    return hashlib.sha256(file.content).hexdigest()
