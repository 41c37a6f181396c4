"""What a statement says: what was accepted of a contractor's work in a year under one contract.

Summed over fulfilment lines by the month in which it happened, as the progress of a contract is, so
that a correction counts in the year it is about and not in the one it was posted in. Amounts are
euro excluding VAT, exact to the cent. Nothing of a person is in it: a statement counts fulfilments
per category. Source: DOMAIN.md section 3.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, QuerySet, Sum

from contracts.models import Category, Contract, Contractor
from sroi.money import ZERO, rounded
from sroi.periods import Period

# Raised when a key changes.
FORMAT = "social-return-statement/1"


@dataclass(frozen=True)
class Part:
    """One category: how many fulfilments still count for something, in how many lines, and the sum
    of those lines.
    """

    category: str
    fulfilments: int
    lines: int
    amount: Decimal


def about(lines: QuerySet[Any], contract: int, contractor: Contractor, year: int) -> QuerySet[Any]:
    """Those of these lines that a statement sums; what another firm did under the contract is not
    among them.
    """
    period = Period.year(year)
    return lines.filter(
        contract=contract,
        fulfilment__contractor=contractor,
        month__range=(period.first, period.last),
    )


def parts_of(lines: QuerySet[Any]) -> list[Part]:
    """By category in their fixed order, of those with a line."""
    found: dict[str, list[tuple[int, Decimal]]] = {}
    sums = lines.order_by().values_list("category", "fulfilment")
    for category, _fulfilment, number, amount in sums.annotate(Count("pk"), Sum("amount")):
        found.setdefault(category, []).append((number, amount))
    return [
        Part(
            category.value,
            sum(amount > ZERO for _number, amount in found[category]),
            sum(number for number, _amount in found[category]),
            sum((amount for _number, amount in found[category]), ZERO),
        )
        for category in Category
        if category in found
    ]


def content(
    contract: Contract,
    contractor: Contractor,
    year: int,
    parts: list[Part],
    *,
    number: int,
    posting: int,
    day: date,
) -> dict[str, Any]:
    """The statement in the words of its format: this is what its code stands for."""
    return {
        "format": FORMAT,
        "region": {"code": contract.region.code, "title": contract.region.title_nl},
        "contractor": {"name": contractor.name, "register": contractor.register_words},
        "contract": {"reference": contract.reference, "title": contract.title},
        "year": year,
        "number": number,
        "day": day.isoformat(),
        # The last line that was known: whoever counts the lines up to it finds these figures.
        "posting": posting,
        "parts": [asdict(part) | {"amount": str(rounded(part.amount))} for part in parts],
    }


def parts_in(stated: Mapping[str, Any]) -> list[Part]:
    return [Part(**part | {"amount": Decimal(part["amount"])}) for part in stated["parts"]]


def total(parts: list[Part]) -> Part:
    return Part(
        "",
        sum(part.fulfilments for part in parts),
        sum(part.lines for part in parts),
        sum((part.amount for part in parts), ZERO),
    )
