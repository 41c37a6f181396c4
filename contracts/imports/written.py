"""A contract as our own files say it: under the titles of the import and in its words, so that a
list can be changed in a spreadsheet and sent back.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from operator import attrgetter
from typing import Any

from django.utils.translation import gettext_lazy as _

from contracts.imports.columns import CHANGE_COLUMNS, CONTRACT_COLUMNS
from contracts.models import Contract, Municipality, PolicyField
from contracts.models.valuation_table import called
from contracts.owed.shares import SharesOfContracts
from sroi.exchange import HUNDRED, Percent, share_in_words
from sroi.templatetags.formats import long_date

# What stands beside it and is computed: read over when the file comes back.
FIGURES = {
    "obligation": _("Obligation"),
    "realised": _("Fulfilled"),
    "open": _("Still to be fulfilled"),
    "own_obligation": _("Obligation, share of own clients"),
    "own_realised": _("Fulfilled, share of own clients"),
    "own_open": _("Still to be fulfilled, share of own clients"),
    "own_value": _("Contract value, share of own clients"),
    "planned": _("Planned"),
    "pending": _("In review"),
    "threshold": _("Threshold"),
    "exempt": _("Exemption"),
    "status": _("Status"),
}

# Beside what a contract is fetched with: `parent`, `table`, `contractor`.
CELLS: dict[str, Callable[[Any], Any]] = {
    "reference": lambda contract: contract.reference,
    "title": lambda contract: contract.title,
    "contractor_kvk": lambda contract: contract.contractor.kvk,
    "contractor_country": lambda contract: _abroad(contract.contractor, "country"),
    "contractor_register": lambda contract: _abroad(contract.contractor, "register_number"),
    "contractor_name": lambda contract: contract.contractor.name,
    "contractor_street": lambda contract: contract.contractor.street,
    "contractor_postcode": lambda contract: contract.contractor.postcode,
    "contractor_place": lambda contract: contract.contractor.place,
    "contractor_address_country": lambda contract: contract.contractor.address_country,
    "municipalities": lambda contract: contract.clients_in_words,
    "procurement_type": lambda contract: contract.get_procurement_type_display(),
    "cpv": lambda contract: "; ".join(filter(None, (contract.cpv, contract.further_cpv))),
    "policy_field": lambda contract: called(PolicyField, contract.policy_field),
    "publication_date": lambda contract: contract.publication_date,
    "award_date": lambda contract: contract.award_date,
    "start_date": lambda contract: contract.start_date,
    "end_date": lambda contract: contract.end_date,
    "value": lambda contract: contract.value,
    "rate": lambda contract: Percent(contract.rate.normalize()),
    "rate_reason": lambda contract: _reason(contract),
    "basis": lambda contract: contract.get_basis_display(),
    "labour_cost": lambda contract: contract.labour_cost,
    "parent_reference": lambda contract: contract.parent.reference if contract.parent else "",
    "valuation_table": lambda contract: contract.table.code if contract.table else "",
    "adviser_email": lambda contract: contract.adviser_email,
}


def in_words(contract: Contract, column: str) -> str:
    """What a contract says in a column, for a sentence."""
    found = CELLS[column](contract)
    return (long_date(found) if isinstance(found, date) else str(found)) if found else ""


IN_FILE = tuple((column.title, CELLS[column.name]) for column in CONTRACT_COLUMNS)
FETCHED = ("contractor", "parent", "table")
# Beside the fields of a change that bear the name of their column; the value of a turnover
# statement is its turnover.
_CHANGE_CELLS: dict[str, Callable[[Any], Any]] = {
    "change_id": lambda change: change.identity,
    "contract_reference": lambda change: change.contract.reference,
    "kind": lambda change: change.get_kind_display(),
    "value_delta": lambda change: change.value_delta or change.turnover,
    "rate": lambda change: change.rate and Percent(change.rate.normalize()),
}
CHANGES_IN_FILE = tuple(
    (column.title, _CHANGE_CELLS.get(column.name) or attrgetter(column.name))
    for column in CHANGE_COLUMNS
)


def name_clients(contracts: Iterable[Contract], today: date) -> None:
    """Give each its clients of today and their shares, as a cell says them."""
    contracts = list(contracts)
    shares = SharesOfContracts(contracts)
    regions = {contract.region_id for contract in contracts}
    there = Municipality.objects.filter(region__in=regions).values_list("region", "name")
    often = Counter((region, name.casefold()) for region, name in there)
    for contract in contracts:
        named = [
            (_called(client, often), percent)
            for client, percent in shares.named(contract.pk, today)
        ]
        contract.clients_in_words = _with_shares(named)  # type: ignore[attr-defined]


def _called(client: Municipality, often: Counter[tuple[int, str]]) -> str:
    """Its name; its code where that alone says which it is."""
    is_plain = not set(client.name) & set(":;") and not client.name.isdecimal()
    is_one = often[client.region_id, client.name.casefold()] == 1
    return client.name if is_plain and is_one else client.code


def _with_shares(named: list[tuple[str, Decimal]]) -> str:
    if [percent for _name, percent in named] == [HUNDRED]:
        return named[0][0]
    return ";".join(f"{name}:{share_in_words(percent)}" for name, percent in named)


def _abroad(firm: Any, what: str) -> Any:
    return "" if firm.kvk else getattr(firm, what)


def _reason(contract: Any) -> str:
    """A reason of which somebody said what it is about."""
    if not (contract.rate_reason and contract.rate_reason_text):
        return ""
    return f"{contract.get_rate_reason_display()}: {contract.rate_reason_text}"
