"""Importing contracts and obligation changes: every faulty cell named, then all or nothing through
the door.

The same file again changes nothing. What is owed never changes by importing a contract anew: a
changed value is refused with a pointer to obligation changes. What was put right at the contract
stays so (docs/decisions/facts-are-put-right.md). Formats: DOMAIN.md section 10.
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from contracts.clients.naming import ClientsByName
from contracts.imports.columns import (
    CHANGE_COLUMNS,
    CONTRACT_COLUMNS,
    Abroad,
    category_of,
    further_codes,
)
from contracts.imports.outcome import Bring, Outcome, importer
from contracts.imports.written import in_words
from contracts.letters.address import address_faults, address_of, postcode
from contracts.models import (
    Contract,
    ContractEvent,
    Contractor,
    Happened,
    Municipality,
    ObligationChange,
    Policy,
    RateReason,
    Region,
    ValuationTable,
)
from contracts.models.organisation import folded
from contracts.owed.amounts import owed_by, owed_themselves
from contracts.owed.door import Award, award, change
from contracts.owed.doubts import award_doubts, change_doubts, usual_value
from contracts.owed.exemption import Exemptions
from contracts.owed.obligation import Owed, after, expected_rate
from contracts.owed.terms import (
    award_faults,
    change_faults,
    change_of,
    contract_of,
    framework_faults,
    needs_motivation,
    policy_on,
    result_faults,
    town_faults,
)
from contracts.people.membership import advisers_of
from contracts.valuation_tables.loading import LineOfTables
from sroi.database.batches import AT_ONCE
from sroi.doors import Act, Doubt, Objection, key_of
from sroi.exchange import Parsed, Row, plain
from sroi.history.keeping import remember
from sroi.money import ZERO
from sroi.templatetags.formats import euro2, number

# What an import may mend in a contract that is registered already; the rest is what it owes, or
# what it is.
MENDABLE = ("title", "cpv", "policy_field", "publication_date", "adviser_email")
MENDED = (*MENDABLE, "further_cpv", "adviser", "rate_reason", "rate_reason_text")
FIXED = {
    "value": "value",
    "rate": "rate",
    "basis": "basis",
    "labour_cost": "labour_cost",
    "award_date": "award_date",
    "start_date": "start_date",
    "end_date": "awarded_end_date",
    "procurement_type": "procurement_type",
}
# Of a contractor, by its fields.
ADDRESS_COLUMNS = {
    "street": "contractor_street",
    "postcode": "contractor_postcode",
    "place": "contractor_place",
    "address_country": "contractor_address_country",
}
# By which act somebody puts a column right at the contract itself; from then on it is no import's.
PUT_RIGHT_BY = {
    "title": Happened.FACTS,
    "cpv": Happened.FACTS,
    "policy_field": Happened.FACTS,
    "publication_date": Happened.FACTS,
    "award_date": Happened.FACTS,
    "start_date": Happened.FACTS,
    "adviser_email": Happened.ADVISER,
    "contractor_kvk": Happened.CONTRACTOR,
    "valuation_table": Happened.TABLE,
}


# A firm as a row names it: its KvK number, or its country and its number there.
Firm = tuple[str, str, str]
# What a firm is called beside its name; two names that differ in this only are the same.
LEGAL_FORMS = frozenset({"bv", "nv", "vof", "cv", "gmbh", "ltd", "stichting", "cooperatie", "ua"})


def same_name(one: str, other: str) -> bool:
    """Whether two names can be of the same firm: apart from the legal form and what stands between
    the words.
    """
    return _bare_name(one) == _bare_name(other)


def _bare_name(name: str) -> str:
    words = [plain(word) for word in re.sub(r"(?<=\w)\.", "", name).split()]
    return "".join(word for word in words if word not in LEGAL_FORMS)


@dataclass(frozen=True)
class Bounds:
    """How far the import of a procurement officer reaches: the contracts that they see, and their
    own municipalities.

    They register what is new; what is registered already, only an adviser mends.
    """

    contracts: QuerySet[Any]
    municipality_ids: frozenset[int]


# --- contracts ------------------------------------------------------------------------------------


class ContractIntake:
    """Checks the rows of a contracts file against what the region knows, all read at once.

    With `bounds` a contract beyond them is as missing as one that never was; but its reference
    stays taken.
    """

    def __init__(
        self, region: Region, parsed: Parsed, outcome: Outcome, bounds: Bounds | None = None
    ) -> None:
        self.region, self.parsed, self.bounds = region, parsed, bounds
        self.towns = {
            t.code: t
            for t in Municipality.objects.filter(region=region).select_related("successor")
        }
        self.municipalities = {code: town.pk for code, town in self.towns.items()}
        self.policies = list(Policy.objects.filter(region=region))
        self.exemptions = Exemptions(region, self.policies)
        self.tables = {t.code: t for t in ValuationTable.objects.filter(region=region)}
        self.line = LineOfTables(region)
        names = ("reference", "parent_reference")
        references = {row[name] for row in parsed.every for name in names} - {None, ""}
        there = Contract.objects.filter(region=region, reference__in=references)
        within = there.filter(pk__in=bounds.contracts.order_by().values("pk")) if bounds else there
        # Those of the award, and each that held or holds after it.
        self.shares: dict[int, list[dict[str, Decimal]]] = {}
        self.known = {c.reference: c for c in within.prefetch_related("shares")}
        self._join(list(self.known.values()))
        self._look_up_what_was_put_right()
        self.taken = (
            set(there.values_list("reference", flat=True)) - set(self.known) if bounds else set()
        )
        self._look_up_firms()
        self._look_up_addresses()
        self.advisers = _called(advisers_of([region.pk]))
        # References of rows that are to be mended: what is called off from these is looked at then.
        self.unread = {row["reference"] for row in parsed.faulty} - {None}
        self.rows: dict[str, Row] = {}
        for row in parsed.rows:
            if row["reference"] in self.rows:
                self._fault(row, "reference", _("This reference stands in the file twice."))
            self.rows[row["reference"]] = row
        self.outcome = outcome
        self.mended: list[Contract] = []
        # Frameworks that rows before theirs call off.
        self.ahead: dict[str, Award] = {}
        self._by_code()
        for row in parsed.faulty:
            self._look_up_table(row)
            if row["parent_reference"] not in ("", *self.known, *self.rows, *self.unread):
                self._no_framework(row)

    def _look_up_firms(self) -> None:
        """The firms that the rows name: by KvK number or, abroad, by country and number."""
        self.firms: dict[int, Firm] = {}
        for row in self.parsed.rows:
            self.firms[row.number] = self._firm(row)
        numbers = {kvk for kvk, _country, number in self.firms.values() if not number}
        abroad = {number for _kvk, _country, number in self.firms.values() if number}
        known = Contractor.objects.filter(Q(kvk__in=numbers) | Q(register_number__in=abroad))
        self.contractors = {
            (c.kvk or "", "" if c.kvk else c.country, "" if c.kvk else c.register_number): c
            for c in known
        }

    def _look_up_addresses(self) -> None:
        """Where letters to the firms go, by those of the rows that say it first; an address that is
        known already stays, and is put right at the contractor.
        """
        self.addresses: dict[Firm, dict[str, str]] = {}
        for row in self.parsed.rows:
            address = {name: row[column] for name, column in ADDRESS_COLUMNS.items()}
            address["postcode"] = postcode(address["postcode"])
            if not any(address.values()):
                continue
            for name, reason in address_faults(address):
                self._fault(row, ADDRESS_COLUMNS[name], reason)
            firm = self.firms[row.number]
            first = self.addresses.setdefault(firm, address)
            known = self.contractors.get(firm)
            there = address_of(known) if known and known.address_lines else first
            if there != address:
                reason = _(
                    "The register has %(address)s, and that stays. Change it at the contractor,"
                    " with “Put name, number or address right”."
                )
                words = {"address": ", ".join(filter(None, there.values()))}
                self.parsed.warn(row, "contractor_street", reason % words, "put_right")

    def addressed(self) -> list[Contractor]:
        """The firms that are known, and of which the address is known from now on: what others have
        too is filled by an adviser only.
        """
        found: list[Contractor] = []
        if self.bounds:
            return found
        for firm, address in self.addresses.items():
            known = self.contractors.get(firm)
            if known and known.pk and not known.address_lines:
                for name, value in address.items():
                    setattr(known, name, value)
                found.append(known)
        return found

    def _firm(self, row: Row) -> Firm:
        given, number = row["contractor_kvk"], row["contractor_register"]
        if number and given:
            self._fault(
                row,
                "contractor_register",
                _("Fill in the KvK number, or the number of another country, not both."),
            )
        if isinstance(given, Abroad):
            return ("", given.country, given.number)
        if number and not row["contractor_country"]:
            self._fault(
                row,
                "contractor_country",
                _("Fill in both the country and the number in its register."),
            )
        return ("", row["contractor_country"], number) if number else (given, "", "")

    def _by_code(self) -> None:
        """The clients of each row by their codes, however they were named; a fault where they
        cannot be told.
        """
        clients = ClientsByName(self.towns.values())
        for row in self.parsed.every:
            found: dict[str, Decimal] = {}
            for named, part in (row["municipalities"] or {}).items():
                try:
                    code = clients.find(named).code
                except ValueError as fault:
                    self._fault(row, "municipalities", str(fault))
                    continue
                if code in found:
                    self._fault(
                        row,
                        "municipalities",
                        _("“%(name)s” is there more than once.") % {"name": code},
                    )
                found[code] = part
            row.values["municipalities"] = found
            self.outcome.tell(row, client_names={code: self.towns[code].name for code in found})

    def _join(self, known: list[Contract]) -> None:
        """Give them what they are compared by: one object of each, however many contracts there
        are.
        """
        towns = {pk: code for code, pk in self.municipalities.items()}
        tables = {table.pk: table for table in self.tables.values()}
        firms = Contractor.objects.in_bulk({c.contractor_id for c in known})
        parents = Contract.objects.in_bulk({c.parent_id for c in known if c.parent_id})
        for contract in known:
            contract.contractor = firms[contract.contractor_id]
            contract.table = tables[contract.table_id] if contract.table_id else None
            contract.parent = parents[contract.parent_id] if contract.parent_id else None
            sets: dict[Any, dict[str, Decimal]] = defaultdict(dict)
            for share in contract.shares.all():
                if share.percent:
                    sets[share.valid_from][towns[share.municipality_id]] = share.percent
            self.shares[contract.pk] = list(sets.values())

    def _look_up_what_was_put_right(self) -> None:
        """By which acts, per contract; and the numbers that a firm had before."""
        acts = ContractEvent.objects.filter(
            contract__in=[c.pk for c in self.known.values()], what__in=set(PUT_RIGHT_BY.values())
        )
        self.acts = set(acts.order_by().values_list("contract", "what"))
        firms = {c.contractor_id for c in self.known.values()}
        numbers = Contractor.history.filter(id__in=firms).order_by()
        self.numbers = {(c.contractor_id, c.contractor.kvk) for c in self.known.values()}
        self.numbers |= set(numbers.values_list("id", "kvk"))

    def _was_put_right(self, known: Contract, row: Row, column: str) -> bool:
        """Whether what differs was put right at the contract: then that stays, and the row is told
        so.
        """
        put_right = (known.pk, PUT_RIGHT_BY.get(column)) in self.acts
        if put_right:
            self.parsed.warn(
                row,
                column,
                _(
                    "This was put right at the contract, and stays so. Change it there, with"
                    " “Put facts right” or the act for it."
                ),
                "put_right",
            )
        return put_right

    def run(self) -> Iterator[tuple[Row, Award]]:
        """The contracts that are new, one by one: who only looks keeps none of them. What is known
        is compared on the way.
        """
        for row in self.parsed.rows:
            known = self.known.get(row["reference"])
            if row["reference"] in self.taken:
                self._fault(
                    row,
                    "reference",
                    _("This reference is in use already. Every contract needs one of its own."),
                )
            if known is not None:
                changes = self._mend(known, row)
                self.mended += [known] if changes else []
                self.outcome.place(row, False, changes)
                continue
            self.outcome.new.append(row.number)
            made = self._award(row)
            if row["parent_reference"]:
                made.contract.parent = self._parent(row, row["parent_reference"])
            yield row, made

    def _award(self, row: Row) -> Award:
        """What is awarded by a row; of a framework that was called off before it, the same."""
        if found := self.ahead.get(row["reference"]):
            return found
        made = self._made(row)
        if row["reference"] in self.called_off:
            self.ahead[row["reference"]] = made
        return made

    def _fault(self, row: Row, column: str, reason: str) -> None:
        self.parsed.refuse(row, column, reason)

    def _made(self, row: Row) -> Award:
        contract = contract_of(self.region, self._contractor(row), row)
        contract.further_cpv = further_codes(self.parsed.written(row, "cpv"))
        contract.adviser = self._adviser(row)
        contract.adviser_email = row["adviser_email"]
        for column, reason in award_faults(row):
            self._fault(row, column, reason)
        named = [self.towns[code] for code in row["municipalities"]]
        for reason in town_faults(named, row["award_date"]):
            self._fault(row, "municipalities", reason)
        policy = policy_on(self.policies, row["award_date"])
        if policy is None:
            self._fault(
                row,
                "award_date",
                _("The region has no policy for this date. Load one that is valid then."),
            )
        else:
            contract.policy = policy
            contract.exempted_by = self.exemptions.of(contract)
            self._set_rate(contract, row, policy)
            contract.table = self._table(contract, row, policy)
        return Award(contract, self._shares(row))

    def _adviser(self, row: Row) -> Any:
        """Who looks after it, by the address or the name; the row then says the address."""
        named = row["adviser_email"]
        found = self.advisers.get(folded(named)) if named else None
        if found:
            row.values["adviser_email"] = found.email
        elif named:
            reason = _("Nobody who advises here is called so: nobody is chosen by it.")
            self.parsed.warn(row, "adviser_email", reason, "no_adviser")
        return found

    def _contractor(self, row: Row) -> Contractor:
        firm = self.firms[row.number]
        kvk, country, number = firm
        if firm not in self.contractors:
            name = row["contractor_name"]
            self.contractors[firm] = Contractor(
                kvk=kvk or None,
                country=country or "NL",
                register_number=number,
                name=name,
                name_folded=folded(name)[:200],
                **self.addresses.get(firm, {}),
            )
        return self.contractors[firm]

    def _set_rate(self, contract: Contract, row: Row, policy: Policy) -> None:
        expected = expected_rate(
            policy, row["procurement_type"], row["value"], row["labour_cost"], row["basis"]
        ).rate
        contract.rate = expected if row["rate"] is None else row["rate"]
        category, text_given = self._reason(row)
        contract.rate_reason, contract.rate_reason_text = category, text_given
        exempt = contract.exempted_by is not None
        if exempt or not needs_motivation(contract.rate, expected, text_given):
            return
        if contract.rate == 0:
            # Without an obligation a contract is kept for coverage, which also counts those without
            # a reason.
            self.parsed.warn(
                row, "rate_reason", _("There is no obligation and no reason why."), "no_reason"
            )
        else:
            self._fault(
                row,
                "rate_reason",
                _(
                    "The rate is below the %(rate)s%% of the policy: give the reason, as in"
                    " “market: why”."
                )
                % {"rate": number(expected)},
            )

    def _reason(self, row: Row) -> tuple[str, str]:
        given = row["rate_reason"]
        if not given:
            return "", ""
        word, _colon, explanation = (part.strip() for part in given.partition(":"))
        category = category_of(word)
        if not category or not explanation:
            self._fault(
                row,
                "rate_reason",
                _("Write a category, a colon and the reason; categories are %(categories)s.")
                % {"categories": ", ".join(str(label) for label in RateReason.labels)},
            )
            return "", given
        return category, explanation

    def _table(self, contract: Contract, row: Row, policy: Policy) -> ValuationTable | None:
        code = row["valuation_table"]
        if not code:
            return self.line.pinned(policy, contract)
        if self.bounds:
            self._fault(
                row,
                "valuation_table",
                _("Only an adviser chooses another table. Leave this cell empty."),
            )
        self._look_up_table(row)
        return self.tables.get(code)

    def _look_up_table(self, row: Row) -> None:
        if row["valuation_table"] not in ("", *self.tables):
            known = ", ".join(self.tables) or "–"
            self._fault(
                row,
                "valuation_table",
                _("This table is not loaded. Known: %(known)s.") % {"known": known},
            )

    def _shares(self, row: Row) -> dict[int, Decimal]:
        found = {}
        for code, part in sorted(row["municipalities"].items()):
            found[self.municipalities[code]] = part
            if self.bounds and self.municipalities[code] not in self.bounds.municipality_ids:
                self._fault(
                    row,
                    "municipalities",
                    _("%(code)s is not a client of yours. Ask an adviser.") % {"code": code},
                )
        return found

    def _parent(self, row: Row, reference: str) -> Contract | None:
        parent: Contract | None = self.known.get(reference)
        in_file = None if parent else self.rows.get(reference)
        if in_file and reference != row["reference"]:
            parent = self._award(in_file).contract
        if parent is None and reference in self.unread:
            return None
        grandparent = in_file["parent_reference"] if in_file else ""
        if parent is None or reference == row["reference"]:
            self._no_framework(row)
        elif grandparent:
            self._fault(
                row,
                "parent_reference",
                _("This is itself a call-off; call off from its framework."),
            )
        else:
            for column, reason in framework_faults(parent, row["award_date"]):
                self._fault(row, column, reason)
            if not in_file and not parent.is_framework:
                self._warn_of_framework(row, parent)
        return parent

    def _no_framework(self, row: Row) -> None:
        reason = _("There is no framework with this reference, here or in the file.")
        self._fault(row, "parent_reference", reason)

    def _warn_of_framework(self, row: Row, parent: Contract) -> None:
        """What a registered contract owes itself goes with its first call-off."""
        _value, obligation = self.themselves.get(parent.pk, (ZERO, ZERO))
        self.parsed.warn(
            row,
            "parent_reference",
            _(
                "This is the first call-off of %(ref)s: from then on that contract owes nothing"
                " itself, where it now owes %(amount)s. There is no way back."
            )
            % {"ref": parent.reference, "amount": euro2(obligation)},
            "first_call_off",
        )

    @cached_property
    def themselves(self) -> dict[int, tuple[Decimal, Decimal]]:
        """What the contracts owe themselves that rows of this file are the first call-off of."""
        named = {r["parent_reference"] for r in self.parsed.rows} & set(self.known)
        return owed_themselves(c.pk for n in named if not (c := self.known[n]).is_framework)

    def _mend(self, known: Contract, row: Row) -> list[list[str]]:
        """Compare a registered contract with its row; what of it changed, as Outcome has it."""
        self._refuse_changes(known, row)
        if row["adviser_email"] != known.adviser_email:
            self._adviser(row)
        changes: list[list[str]] = []
        further = further_codes(self.parsed.written(row, "cpv"))
        for name in MENDABLE:
            same = getattr(known, name) == row[name]
            if name == "cpv":
                same = same and (not further or known.further_cpv == further)
            if (
                name in self.parsed.positions
                and row[name] not in (None, "")
                and not same
                and not self._was_put_right(known, row, name)
            ):
                if self.bounds:
                    self._fault(
                        row,
                        name,
                        _("Only an adviser changes a contract that is registered already."),
                    )
                before = in_words(known, name)
                setattr(known, name, row[name])
                if name == "cpv":
                    known.further_cpv = further
                changes.append([name, before, in_words(known, name)])
        if changes and known.adviser_email:
            known.adviser = self.advisers.get(folded(known.adviser_email), known.adviser)
        category, explanation = self._reason(row)
        if category and (known.rate_reason, known.rate_reason_text) != (category, explanation):
            if self.bounds:
                self._fault(
                    row,
                    "rate_reason",
                    _("Only an adviser changes a contract that is registered already."),
                )
            before = in_words(known, "rate_reason")
            known.rate_reason, known.rate_reason_text = category, explanation
            changes.append(["rate_reason", before, in_words(known, "rate_reason")])
        return changes

    def understood_of(self, contract: Contract, today: date) -> dict[str, Any]:
        """What a new contract will be: its firm, adviser and dates, and what it will owe."""
        firm = contract.contractor
        found: dict[str, Any] = {
            "contractor": f"{firm.name} ({firm.register_words})",
            "value": str(contract.value),
            "award_date": contract.award_date.isoformat(),
            "start_date": contract.start_date.isoformat(),
            "end_date": contract.end_date.isoformat(),
            "state": "not_started" if contract.award_date > today else "active",
        }
        if firm._state.adding:
            found["new_contractor"] = firm.register_words
        if contract.adviser:
            found["adviser"] = str(contract.adviser)
        if contract.policy_id and contract.rate is not None:
            called_off = contract.reference in self.called_off
            obligation = ZERO if called_off else owed_by(contract, []).obligation
            found |= {"rate": str(contract.rate), "obligation": str(obligation)}
        return found

    @cached_property
    def called_off(self) -> set[str]:
        """Frameworks in this file: what they are worth is an estimate, and they owe nothing."""
        return {row["parent_reference"] for row in self.parsed.rows} - {""}

    def alike(self) -> dict[str, list[str]]:
        """The references of the region, as far as one sees them, and of the file, by what they are
        apart from capitals and blanks.
        """
        all_there = Contract.objects.filter(region=self.region)
        there = (self.bounds.contracts if self.bounds else all_there).order_by()
        found: dict[str, list[str]] = defaultdict(list)
        for reference in {*there.values_list("reference", flat=True), *self.rows}:
            found[_closed_up(reference)].append(reference)
        return found

    def doubts_of(self, row: Row, alike: Mapping[str, list[str]]) -> Iterator[Doubt]:
        """A reference that is nearly another, and a firm that is known by another name."""
        reference, name = row["reference"], row["contractor_name"]
        others = sorted(one for one in alike[_closed_up(reference)] if one != reference)
        if others:
            reason = _("This differs from %(others)s in capitals or blanks only. Is that right?")
            yield Doubt(
                "reference",
                reason % {"others": ", ".join(f"“{one}”" for one in others)},
                key_of(reference, "reference", *others),
            )
        firm = self.contractors[self.firms[row.number]]
        if not same_name(firm.name, name):
            yield Doubt(
                "contractor_name",
                _("%(number)s is of %(name)s. Is this the same firm?")
                % {"number": firm.register_words, "name": firm.name.rstrip(".")},
                key_of(reference, "contractor_name", firm.register_words, firm.name, name),
            )

    def _refuse_changes(self, known: Contract, row: Row) -> None:
        for column, name in FIXED.items():
            registered = getattr(known, name)
            if (
                column in self.parsed.positions
                and row[column] is not None
                and row[column] not in (registered, getattr(known, column))
                and not self._was_put_right(known, row, column)
            ):
                how = (
                    _(
                        "Registered is %(value)s. Change it with “Put facts right” at the contract,"
                        " not by importing it anew."
                    )
                    if PUT_RIGHT_BY.get(column) == Happened.FACTS
                    else _(
                        "Registered is %(value)s. Change it with an obligation change, not by"
                        " importing it anew."
                    )
                )
                self._fault(row, column, how % {"value": registered})
        # A number that was put right is still of the same firm.
        kvk, _country, _number = self.firms[row.number]
        same = self.contractors.get(self.firms[row.number]) == known.contractor
        other = not same and (known.contractor_id, kvk or None) not in self.numbers
        if other and not self._was_put_right(known, row, "contractor_kvk"):
            self._fault(
                row, "contractor_kvk", _("This contract is registered with another contractor.")
            )
        if row["municipalities"] not in self.shares[known.pk]:
            self._fault(
                row,
                "municipalities",
                _("Other shares are registered. Change them at the contract itself."),
            )
        if row["parent_reference"] and (
            known.parent is None or known.parent.reference != row["parent_reference"]
        ):
            self._fault(
                row,
                "parent_reference",
                _("This contract is registered with another framework, or with none."),
            )
        code = row["valuation_table"]
        other = code and (known.table is None or known.table.code != code)
        if other and not self._was_put_right(known, row, "valuation_table"):
            self._fault(row, "valuation_table", _("Another table is pinned to this contract."))


def _called(advisers: Iterable[Any]) -> dict[str, Any]:
    """People by their address, and by their name where only one is called so."""
    found: dict[str, Any] = {}
    several: set[str] = set()
    for one in advisers:
        several |= {folded(one.name)} & found.keys()
        found[folded(one.name)] = one
        found[folded(one.email)] = one
    return {name: one for name, one in found.items() if name and name not in several}


def _closed_up(reference: str) -> str:
    return "".join(reference.split()).casefold()


@importer(CONTRACT_COLUMNS)
def import_contracts(
    region: Region, parsed: Parsed, outcome: Outcome, act: Act, bounds: Bounds | None = None
) -> Bring:
    """Register the contracts of a file, all or none."""
    intake = ContractIntake(region, parsed, outcome, bounds)
    mended, awards = intake.mended, []
    values = [row["value"] for row in parsed.rows if row["reference"] not in intake.known]
    usual, alike = usual_value(region, values), intake.alike()
    for row, made in intake.run():
        outcome.doubt(parsed, row, award_doubts(vars(made.contract), usual, act.today))
        outcome.doubt(parsed, row, intake.doubts_of(row, alike))
        outcome.tell(row, **intake.understood_of(made.contract, act.today))
        if not outcome.only_looks:
            awards.append(made)
    told = replace(act, why=_("Import of contracts"))

    def bring(taken: Container[str]) -> None:
        new = [c for c in intake.contractors.values() if c.pk is None]
        remember(Contractor.objects.bulk_create(new), told)
        addressed = intake.addressed()
        Contractor.objects.bulk_update(addressed, ADDRESS_COLUMNS, batch_size=AT_ONCE)
        remember(addressed, told, changed=True)
        for made in awards:
            made.contract.contractor = (
                made.contract.contractor
            )  # picks up the id that it got just now
        award(awards, told, region=region, answered=taken)
        for contract in mended:
            contract.fold()
        Contract.objects.bulk_update(mended, [*MENDED, "search_text"], batch_size=AT_ONCE)
        remember(mended, told, changed=True)

    return bring


# --- obligation changes ---------------------------------------------------------------------------


@importer(CHANGE_COLUMNS)
def import_changes(region: Region, parsed: Parsed, outcome: Outcome, act: Act) -> Bring:
    """Register the obligation changes of a file in order of their effective date, all or none."""
    references = {row["contract_reference"] for row in parsed.every} - {None}
    rows = Contract.objects.filter(region=region, reference__in=references).select_related("policy")
    contracts = {contract.reference: contract for contract in rows}
    known = {
        (c.contract_id, c.identity): c
        for c in ObligationChange.objects.filter(contract__in=[c.pk for c in contracts.values()])
    }
    missing = _("There is no contract with this reference.")
    for row in parsed.faulty:
        if row["contract_reference"] not in (None, *contracts):
            parsed.refuse(row, "contract_reference", missing)
    changes = []
    owed, usual = _owed_now(contracts.values()), usual_value(region)
    seen: set[tuple[int, str]] = set()
    for row in sorted(parsed.rows, key=lambda r: (r["effective_date"], r.number)):
        contract = contracts.get(row["contract_reference"])
        if contract is None:
            parsed.refuse(row, "contract_reference", missing)
            continue
        new = change_of(contract, row)
        new.identity = row["change_id"] or _fingerprint(
            getattr(new, name) for name in CHANGE_FIELDS
        )
        key = (contract.pk, new.identity)
        if key in seen:
            parsed.refuse(
                row,
                "change_id",
                _("This change stands in the file twice. Give each a change_id of its own."),
            )
        elif key not in known:
            before = owed[contract.pk].obligation
            for column, reason in _faults(row, new, owed, act.today):
                parsed.refuse(row, column, reason)
            outcome.doubt(parsed, row, change_doubts(new, usual, parsed.written(row, "kind")))
            obligation = owed[contract.pk].obligation - before
            outcome.tell(row, **_understood(new, obligation))
            changes.append(new)
            outcome.new.append(row.number)
        elif _differs(known[key], new):
            parsed.refuse(row, "change_id", _("This change is registered with other contents."))
        else:
            outcome.unchanged.append(row.number)
        seen.add(key)
    told = replace(act, why=_("Import of obligation changes"))

    def bring(taken: Container[str]) -> None:
        change(changes, told, region=region, answered=taken)

    return bring


def _understood(new: ObligationChange, obligation: Decimal) -> dict[str, Any]:
    """What a change does, of which contract, and by how much it changes what is owed."""
    found = {
        "contract_title": new.contract.title,
        "effective_date": new.effective_date.isoformat(),
        "obligation": str(obligation),
    }
    if new.value_delta is not None:
        found["value_delta"] = str(new.value_delta)
    if new.new_end_date:
        found["end_date"] = new.new_end_date.isoformat()
    return found


def _owed_now(contracts: Iterable[Contract]) -> dict[int, Owed]:
    rows = {contract.pk: contract for contract in contracts}
    earlier = defaultdict(list)
    for change_known in ObligationChange.objects.filter(contract__in=rows).order_by("pk"):
        earlier[change_known.contract_id].append(change_known)
    return {pk: owed_by(contract, earlier[pk]) for pk, contract in rows.items()}


def _faults(
    row: Row, new: ObligationChange, owed: dict[int, Owed], today: date
) -> Iterator[Objection]:
    """Of a row in its turn: what earlier rows of the file made of the contract is taken along."""
    contract = new.contract
    owed[contract.pk] = after(owed[contract.pk], new)
    yield from change_faults(row, contract, today)
    yield from result_faults(owed[contract.pk])
    if new.new_end_date:
        contract.end_date = new.new_end_date


CHANGE_FIELDS = (
    *(
        "kind",
        "effective_date",
        "value_delta",
        "labour_cost_delta",
        "turnover",
        "obligation_delta",
        "rate",
    ),
    *("new_end_date", "reason"),
)


def _fingerprint(values: Iterable[Any]) -> str:
    """Identifies a row without a change id by what it says."""
    written = "\x1f".join("" if value is None else str(value) for value in values)
    return f"sha256:{hashlib.sha256(written.encode()).hexdigest()}"


def _differs(known: ObligationChange, new: ObligationChange) -> bool:
    return any(getattr(known, name) != getattr(new, name) for name in CHANGE_FIELDS)
