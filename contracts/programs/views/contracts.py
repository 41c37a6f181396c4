"""Contracts, and the lines of what they owe."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from contracts.imports.columns import CONTRACT_COLUMNS
from contracts.models import (
    Basis,
    Contract,
    ContractState,
    LineKind,
    ObligationLine,
    ProcurementType,
    RateReason,
    Reads,
)
from contracts.owed.shares import SharesOfContracts
from contracts.programs.views.reading import Reading
from sroi.access import visible
from sroi.api.fields import Field, Kind
from sroi.api.resources import Collection

TITLES = {column.name: column.title for column in CONTRACT_COLUMNS}
CLIENT = Field("client", Kind.TEXT, _("Code of the client"), lambda line: line.municipality.code)
OF_LINE = (
    Field("id", Kind.NUMBER, _("Number of the line"), lambda line: line.pk),
    Field("posting", Kind.NUMBER, _("Number of the posting"), lambda line: line.posting.number),
    Field("posted_at", Kind.MOMENT, _("When it was posted"), lambda line: line.posting.at),
    Field("contract", Kind.NUMBER, _("Number of the contract"), lambda line: line.contract_id),
    Field(
        "contract_reference",
        Kind.TEXT,
        TITLES["reference"],
        lambda line: line.contract.reference,
    ),
    CLIENT,
    Field("month", Kind.DAY, _("First day of the month"), lambda line: line.month),
    Field(
        "booked", Kind.DAY, _("First day of the month it is booked in"), lambda line: line.booked
    ),
)
SHARES = (
    Field("client", Kind.TEXT, _("Code of the client"), lambda share: share[0].code),
    Field("percent", Kind.PERCENT, _("Share in percent"), lambda share: share[1]),
)


def said(name: str, kind: Kind, value: Any, **more: Any) -> Field:
    """What the column of this name says in our own files."""
    return Field(name, kind, TITLES[name], value, **more)


class Contracts(Reading, Collection):
    """By the names of the import; of who looks after it, nothing."""

    name, scope = "Contract", Reads.CONTRACTS
    summary: ClassVar[Any] = _("Contracts, in the order in which they came")
    fields: ClassVar[Any] = (
        Field("id", Kind.NUMBER, _("Number of the contract"), lambda contract: contract.pk),
        said("reference", Kind.TEXT, lambda contract: contract.reference),
        said("title", Kind.TEXT, lambda contract: contract.title),
        Field(
            "state",
            Kind.TEXT,
            _("State"),
            lambda contract: contract.state,
            choices=ContractState,
        ),
        said("contractor_name", Kind.TEXT, lambda contract: contract.contractor.name),
        said(
            "contractor_kvk",
            Kind.TEXT,
            lambda contract: contract.contractor.kvk,
            can_be_unknown=True,
        ),
        said("contractor_country", Kind.TEXT, lambda contract: contract.contractor.country),
        said(
            "contractor_register",
            Kind.TEXT,
            lambda contract: contract.contractor.register_number,
            can_be_unknown=True,
        ),
        Field(
            "shares",
            Kind.ROWS,
            _("The clients of today, with the share of each"),
            lambda contract: contract.shared,
            parts=SHARES,
        ),
        said(
            "procurement_type",
            Kind.TEXT,
            lambda contract: contract.procurement_type,
            choices=ProcurementType,
        ),
        said("cpv", Kind.TEXT, lambda contract: contract.cpv, can_be_unknown=True),
        said(
            "policy_field", Kind.TEXT, lambda contract: contract.policy_field, can_be_unknown=True
        ),
        said(
            "publication_date",
            Kind.DAY,
            lambda contract: contract.publication_date,
            can_be_unknown=True,
        ),
        said("award_date", Kind.DAY, lambda contract: contract.award_date),
        said("start_date", Kind.DAY, lambda contract: contract.start_date),
        said("end_date", Kind.DAY, lambda contract: contract.end_date),
        said("value", Kind.AMOUNT, lambda contract: contract.value),
        said("rate", Kind.PERCENT, lambda contract: contract.rate),
        said(
            "rate_reason",
            Kind.TEXT,
            lambda contract: contract.rate_reason,
            can_be_unknown=True,
            choices=RateReason,
        ),
        said("basis", Kind.TEXT, lambda contract: contract.basis, choices=Basis),
        said(
            "labour_cost", Kind.AMOUNT, lambda contract: contract.labour_cost, can_be_unknown=True
        ),
        said(
            "parent_reference",
            Kind.TEXT,
            lambda contract: contract.parent.reference if contract.parent else None,
            can_be_unknown=True,
        ),
        said(
            "valuation_table",
            Kind.TEXT,
            lambda contract: contract.table.code if contract.table else None,
            can_be_unknown=True,
        ),
    )

    def rows(self, request: Any) -> QuerySet[Any]:
        return visible(Contract, request.access).select_related("contractor", "parent", "table")

    def prepare(self, rows: list[Any]) -> None:
        share(rows)


def share(contracts: Iterable[Any]) -> None:
    """Give each its clients of today."""
    contracts = list(contracts)
    shares, today = SharesOfContracts(contracts), localdate()
    for contract in contracts:
        contract.shared = shares.named(contract.pk, today)


class ObligationLines(Reading, Collection):
    name, scope = "ObligationLine", Reads.LINES
    summary: ClassVar[Any] = _("What contracts owe, line by line, in the order of posting")
    fields: ClassVar[Any] = (
        *OF_LINE,
        Field("effective_date", Kind.DAY, _("From which day"), lambda line: line.effective_date),
        Field("kind", Kind.TEXT, _("Kind"), lambda line: line.kind, choices=LineKind),
        Field(
            "value_delta",
            Kind.AMOUNT,
            _("Change of the contract value in euro"),
            lambda line: line.value_delta,
        ),
        Field(
            "obligation_delta",
            Kind.AMOUNT,
            _("Change of the obligation in euro"),
            lambda line: line.obligation_delta,
        ),
    )

    def rows(self, request: Any) -> QuerySet[Any]:
        lines = visible(ObligationLine, request.access)
        return lines.select_related("posting", "contract", "municipality")
