"""How contracts stand, and the lines of what counted: per contract and client, of a month.

Of a line not which fulfilment it is of, nor block, target group or hours: nothing that tells one
person placed from another.
"""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from contracts.imports.written import FIGURES
from contracts.models import Category, Contract, Reads
from contracts.programs.views.contracts import OF_LINE, TITLES
from contracts.programs.views.reading import Reading
from placements.models import FulfilmentLine
from placements.standing.kept import in_step, progress_kept
from placements.standing.progress import Status
from sroi.access import visible
from sroi.api.fields import Field, Kind
from sroi.api.resources import Collection


def euro(name: str, value: Any) -> Field:
    return Field(name, Kind.AMOUNT, FIGURES[name], value)


class ContractProgress(Reading, Collection):
    name, scope = "ContractProgress", Reads.PROGRESS
    summary: ClassVar[Any] = _("How contracts stand today, in the order in which they came")
    fields: ClassVar[Any] = (
        Field("contract", Kind.NUMBER, _("Number of the contract"), lambda contract: contract.pk),
        Field(
            "contract_reference",
            Kind.TEXT,
            TITLES["reference"],
            lambda contract: contract.reference,
        ),
        Field("on", Kind.DAY, _("The day of which it is said"), lambda contract: contract.on),
        euro("obligation", lambda contract: contract.progress.obligation),
        euro("realised", lambda contract: contract.progress.realised),
        euro("open", lambda contract: contract.progress.open),
        euro("planned", lambda contract: contract.progress.planned),
        euro("pending", lambda contract: contract.progress.pending),
        Field(
            "expected",
            Kind.AMOUNT,
            _("On schedule it would be"),
            lambda contract: contract.progress.expected,
        ),
        Field(
            "status",
            Kind.TEXT,
            FIGURES["status"],
            lambda contract: contract.progress.status,
            choices=Status,
        ),
    )

    def rows(self, request: Any) -> QuerySet[Any]:
        contracts = visible(Contract, request.access)
        in_step(contracts, localdate())
        return contracts.select_related("standing", "policy")

    def prepare(self, rows: list[Any]) -> None:
        today = localdate()
        progress = progress_kept(rows, today)
        for contract in rows:
            contract.progress, contract.on = progress[contract.pk], today


class FulfilmentLines(Reading, Collection):
    name, scope = "FulfilmentLine", Reads.LINES
    summary: ClassVar[Any] = _("What counted for contracts, line by line, in the order of posting")
    fields: ClassVar[Any] = (
        *OF_LINE,
        Field("category", Kind.TEXT, _("Category"), lambda line: line.category, choices=Category),
        Field(
            "policy_field",
            Kind.TEXT,
            _("Policy field"),
            lambda line: line.policy_field,
            can_be_unknown=True,
        ),
        Field("amount", Kind.AMOUNT, _("Credited value in euro"), lambda line: line.amount),
        Field(
            "paid",
            Kind.AMOUNT,
            _("Paid to a social firm in euro, excluding VAT"),
            lambda line: line.paid,
        ),
        Field(
            "reverses",
            Kind.NUMBER,
            _("Number of the line that it takes back"),
            lambda line: line.reverses_id,
            can_be_unknown=True,
        ),
    )

    def rows(self, request: Any) -> QuerySet[Any]:
        lines = visible(FulfilmentLine, request.access)
        return lines.select_related("posting", "contract", "municipality")
