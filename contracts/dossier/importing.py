"""Bringing in what a region keeps with its contracts: contact persons and notes from a file, all or
nothing through the door. The same file again changes nothing.
"""

from collections import defaultdict
from collections.abc import Container

from django.utils.translation import gettext as _

from contracts.dossier.columns import NOTE_COLUMNS, PERSON_COLUMNS
from contracts.dossier.door import bring_notes, bring_persons
from contracts.imports.outcome import Bring, Outcome, importer
from contracts.models import ContactPerson, Contract, ContractNote, Region
from contracts.owed.amounts import OPEN
from sroi.doors import Act, still_to_come
from sroi.exchange import Parsed, Row


class _Contracts:
    """The contracts that the rows name, by reference or by the number of their firm."""

    def __init__(self, region: Region, parsed: Parsed) -> None:
        self.parsed = parsed
        rows = Contract.objects.filter(region=region).select_related("contractor")
        references = {row["contract_reference"] for row in parsed.every} - {""}
        self.by_reference = {c.reference: c for c in rows.filter(reference__in=references)}
        self.of_firm: dict[str, list[Contract]] = defaultdict(list)
        numbers = {row.values.get("contractor_kvk") for row in parsed.rows} - {"", None}
        for contract in rows.filter(contractor__kvk__in=numbers, state__in=OPEN).order_by("pk"):
            self.of_firm[contract.contractor.kvk or ""].append(contract)
        for row in parsed.faulty:
            if row["contract_reference"]:
                self.of(row)

    def of(self, row: Row) -> list[Contract]:
        """Those of a row; none with the fault."""
        reference = row["contract_reference"]
        if not reference:
            found = self.of_firm.get(row["contractor_kvk"], [])
            if not found:
                self.parsed.refuse(
                    row, "contractor_kvk", _("This contractor has no running contract here.")
                )
            return found
        contract = self.by_reference.get(reference)
        if contract is None:
            reason = _("There is no contract with this reference.")
        elif contract.state not in OPEN:
            reason = _("This contract is closed: nothing is added to its dossier.")
        else:
            return [contract]
        self.parsed.refuse(row, "contract_reference", reason)
        return []

    @property
    def all(self) -> set[int]:
        firms = (contract for contracts in self.of_firm.values() for contract in contracts)
        return {contract.pk for contract in (*self.by_reference.values(), *firms)}


# --- contact persons ------------------------------------------------------------------------------

Person = tuple[int, str, str]


def _person_key(contract: int, side: str, email_address: str, name: str) -> Person:
    """By its address a person is known, else by the name."""
    return contract, side, (email_address or name).casefold()


@importer(PERSON_COLUMNS)
def import_persons(region: Region, parsed: Parsed, outcome: Outcome, act: Act) -> Bring:
    """Keep the contact persons of a file with their contracts; who is known is mended."""
    contracts = _Contracts(region, parsed)
    known = {
        _person_key(one.contract_id, one.side, one.email, one.name): one
        for one in ContactPerson.objects.filter(contract__in=contracts.all)
    }
    new: list[ContactPerson] = []
    changed: list[ContactPerson] = []
    seen: set[Person] = set()
    for row in parsed.rows:
        if not (row["email"] or row["phone"]):
            reason = _("Fill in an e-mail address or a telephone number.")
            parsed.refuse(row, "email", reason)
        changes: list[list[str]] = []
        is_new = False
        for contract in contracts.of(row):
            key = _person_key(contract.pk, row["side"], row["email"], row["person_name"])
            if key in seen:
                parsed.refuse(row, "person_name", _("This person stands in the file twice."))
            seen.add(key)
            person = known.get(key)
            if person is None:
                is_new = True
                person = ContactPerson(contract=contract, side=row["side"])
                _tell(person, row, parsed)
                new.append(person)
            elif told := _tell(person, row, parsed):
                changes += told
                changed.append(person)
        outcome.place(row, is_new, changes)

    def bring(_taken: Container[str]) -> None:
        bring_persons(new, changed)

    return bring


def _tell(person: ContactPerson, row: Row, parsed: Parsed) -> list[list[str]]:
    """Give a person what the row says; what of it changed."""
    fields = {"person_name": "name", "function": "function", "email": "email", "phone": "phone"}
    changes = []
    for column, name in fields.items():
        before, after = getattr(person, name), row[column]
        if column in parsed.positions and after and before != after:
            changes.append([column, before, after])
            setattr(person, name, after)
    return changes


# --- notes ----------------------------------------------------------------------------------------


@importer(NOTE_COLUMNS)
def import_notes(region: Region, parsed: Parsed, outcome: Outcome, act: Act) -> Bring:
    """Write the notes of a file in the dossiers of their contracts."""
    contracts = _Contracts(region, parsed)
    there = ContractNote.objects.filter(contract__in=contracts.all)
    known = set(there.values_list("contract", "kind", "day", "text"))
    new: list[ContractNote] = []
    for row in parsed.rows:
        if why := still_to_come(row["day"], act.today):
            parsed.refuse(row, "day", why)
        for contract in contracts.of(row):
            key = (contract.pk, row["note_kind"], row["day"], row["text"])
            is_new = key not in known
            known.add(key)
            if is_new:
                new.append(
                    ContractNote(
                        contract=contract,
                        kind=row["note_kind"],
                        day=row["day"],
                        text=row["text"],
                        shared=row["shared"],
                    )
                )
            outcome.place(row, is_new, [])

    def bring(_taken: Container[str]) -> None:
        bring_notes(new, act)

    return bring
