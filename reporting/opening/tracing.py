"""A figure opened: the lines that it sums, out of the ledger, with a total that is the figure.

A rate opens the lines whose obligation and value it divides; what is open, the contracts with what
each owes and did. What no ledger holds (coverage, contracts without a report, what awaits review)
opens the contracts or fulfilments that are counted: as they were on the last day of the period.

Staff see every line. A procurement officer sees obligation lines, and of fulfilments the total per
contract: no single placement (DOMAIN.md section 9). `as_of` counts only lines up to a posting: the
figure as it was then.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Max, Q, QuerySet, Sum

from contracts.coverage.coverage import value_at_award
from contracts.models import Contract, ContractShare, Municipality, ObligationLine, Posting, Region
from placements.models import FulfilmentLine, FulfilmentVersion
from placements.standing.then import waiting_on
from reporting.figures.catalogue import (
    AWAITING_REVIEW,
    BELOW_DEFAULT,
    FIGURES,
    OPEN,
    WITHOUT_REPORT,
)
from reporting.figures.facts import percentage
from reporting.figures.quality import moment, silent_by_term
from reporting.figures.records import Figure, Ledger
from reporting.notice.editions import reads_only
from sroi.access import Access, May
from sroi.database import days
from sroi.database.together import answered
from sroi.money import ZERO
from sroi.periods import Period

OBLIGATION = ("posting__by", "contract__contractor", "municipality")
OF_CONTRACT = (
    "contract__pk",
    "contract__reference",
    "contract__title",
    "contract__contractor__name",
)
FULFILMENT = ("version__reviewed_by", "fulfilment__contractor", "contract", "municipality", "block")


# What a figure's lines can be narrowed to, as a table of the report splits them.
NARROWED: Mapping[str, Callable[[str], Q]] = {
    "category": lambda value: Q(category=value),
    "policy_field": lambda value: Q(policy_field=value),
    "municipality": lambda value: Q(municipality__code=value),
    "sector": lambda value: Q(contract__cpv__startswith=value) if value else Q(contract__cpv=""),
}
# Of those, what obligation lines have too.
OF_BOTH = ("municipality", "sector")


@dataclass(frozen=True)
class Trace:
    """The rows behind a figure and what they come to."""

    figure: Figure
    rows: QuerySet[Any] | list[Any]
    total: Decimal | int | None
    # Whether a row is a line, the sum per contract or per placement, or a contract or fulfilment
    # that is counted.
    by: str
    # What stands beside the total: the value it is a rate of, or that is counted; what is owed and
    # what was done.
    value: Decimal = ZERO
    owed: Decimal = ZERO
    done: Decimal = ZERO
    # The day of which a figure about a moment is.
    on: date | None = None

    @property
    def of_fulfilment(self) -> bool:
        return self.figure.ledger is Ledger.FULFILMENT

    @property
    def ratio(self) -> Decimal | None:
        """What was done as percent of what is owed."""
        return percentage(self.done, self.owed)


def posted_by(region: Region, day: date) -> int:
    """The number of the last posting up to the end of a day; 0 before the first."""
    found: int | None = Posting.objects.filter(days.by("at", day), region=region).aggregate(
        n=Max("number")
    )["n"]
    return found or 0


def may_trace(
    access: Access, region: Region, municipality: Municipality | None, figure: str
) -> bool:
    """Staff open all; an officer what stands in the edition of the own municipality, but no
    placements.
    """
    known = FIGURES.get(figure)
    if known is None or not known.opens or reads_only(access, region, municipality):
        return False
    return access.may(May.SEE_REGION, region_id=region.pk) or known.of != "fulfilment"


def trace(
    access: Access,
    region: Region,
    period: Period,
    name: str,
    municipality: Municipality | None = None,
    *,
    as_of: int | None = None,
    narrowed: Mapping[str, str] | None = None,
    today: date | None = None,
) -> Trace:
    """What a figure sums, for someone who may open it (`may_trace`)."""
    figure = FIGURES[name]
    of_town = {"municipality": municipality} if municipality else {}
    owed, done = (
        model.objects.filter(contract__region=region, **of_town)
        for model in (ObligationLine, FulfilmentLine)
    )
    if figure.is_of_today:
        return _of_today(figure, region, period, municipality, owed, done, today)
    if as_of is not None:
        owed, done = (
            owed.filter(posting__number__lte=as_of),
            done.filter(posting__number__lte=as_of),
        )
    if figure is OPEN:
        return _open(
            figure, *(lines.filter(figure.condition(period, lines)) for lines in (owed, done))
        )
    if figure is BELOW_DEFAULT:
        return _below_default(figure, figure.lines_of(period, owed, done))
    lines = figure.lines_of(period, owed, done)
    is_fulfilment, of = figure.ledger is Ledger.FULFILMENT, figure.of
    for key, value in (narrowed or {}).items():
        if is_fulfilment or key in OF_BOTH:
            lines = lines.filter(NARROWED[key](value))
    if of == "fulfilment":
        return _per_placement(figure, lines)
    if is_fulfilment and not access.may(May.SEE_REGION, region_id=region.pk):
        return _per_contract(figure, lines, of)
    rows = lines.select_related("posting", *(FULFILMENT if is_fulfilment else OBLIGATION)).order_by(
        "-posting", "-pk"
    )
    if of == "contract":
        return Trace(figure, rows, lines.aggregate(n=Count("contract", distinct=True))["n"], "line")
    if of == "rate":
        return _rate(figure, rows, lines)
    rows = rows.annotate(part=F(of))
    return Trace(figure, rows, lines.aggregate(total=Sum(of))["total"] or ZERO, "line")


def _rate(figure: Figure, rows: QuerySet[Any], lines: QuerySet[Any]) -> Trace:
    found = lines.aggregate(value=Sum("value_delta"), owed=Sum("obligation_delta"))
    value, owed = found["value"] or ZERO, found["owed"] or ZERO
    return Trace(
        figure,
        rows.annotate(part=F("obligation_delta")),
        percentage(owed, value),
        "line",
        value=value,
        owed=owed,
    )


def _open(figure: Figure, owed: QuerySet[Any], done: QuerySet[Any]) -> Trace:
    """Per contract what is owed and what was done since the beginning."""
    found: dict[int, dict[str, Any]] = {}
    for name, lines, column in (("owed", owed, "obligation_delta"), ("done", done, "amount")):
        for row in lines.order_by().values(*OF_CONTRACT).annotate(part=Sum(column)):
            contract = found.setdefault(row["contract__pk"], row | {"owed": ZERO, "done": ZERO})
            contract[name] = row["part"]
    rows = sorted(found.values(), key=lambda row: row["contract__reference"])
    for row in rows:
        row["part"] = row["owed"] - row["done"]
    sums = {name: sum((row[name] for row in rows), ZERO) for name in ("owed", "done", "part")}
    return Trace(figure, rows, sums["part"], "open", owed=sums["owed"], done=sums["done"])


def _below_default(figure: Figure, lines: QuerySet[Any]) -> Trace:
    rows = (
        lines.order_by()
        .values(*OF_CONTRACT)
        .annotate(part=Sum("value_delta"))
        .order_by("contract__reference")
    )
    value = lines.aggregate(total=Sum("value_delta"))["total"] or ZERO
    return Trace(figure, rows, rows.count(), "contracts", value=value)


def _of_today(
    figure: Figure,
    region: Region,
    period: Period,
    municipality: Municipality | None,
    owed: QuerySet[Any],
    done: QuerySet[Any],
    today: date | None,
) -> Trace:
    """The contracts, or fulfilments, that are counted: no line holds them."""
    contracts, versions = (
        Contract.objects.filter(region=region),
        FulfilmentVersion.objects.filter(fulfilment__region=region),
    )
    if municipality:
        shared = ContractShare.objects.filter(municipality=municipality, percent__gt=0).values(
            "contract"
        )
        contracts = contracts.filter(pk__in=shared)
        versions = versions.filter(
            pk__in=versions.filter(allocations__contract__in=shared).values("pk")
        )
    day = moment(period, today)
    if figure is AWAITING_REVIEW:
        rows = waiting_on(versions, day).order_by("submitted_at", "pk")
        rows = rows.select_related("fulfilment__contractor")
        return Trace(figure, rows, rows.count(), "waiting", on=day)
    if figure is WITHOUT_REPORT:
        silent = [
            pk
            for part in answered(silent_by_term(contracts, versions, done, day))
            for pk in part.values_list("pk", flat=True)
        ]
        counted = contracts.filter(pk__in=silent)
    else:
        counted = contracts.filter(figure.condition(period, contracts))
    part = value_at_award(owed if municipality else None)
    names = {name: F(name.removeprefix("contract__")) for name in OF_CONTRACT}
    rows = counted.order_by("reference").values(**names, part=part)
    value = counted.annotate(part=part).aggregate(total=Sum("part"))["total"] or ZERO
    on = day if figure is WITHOUT_REPORT else None
    return Trace(figure, rows, counted.count(), "contracts", value=value, on=on)


def _per_contract(figure: Figure, lines: QuerySet[Any], of: str) -> Trace:
    rows = (
        lines.order_by().values(*OF_CONTRACT).annotate(part=Sum(of)).order_by("contract__reference")
    )
    return Trace(figure, rows, lines.aggregate(total=Sum(of))["total"] or ZERO, "contract")


def _per_placement(figure: Figure, lines: QuerySet[Any]) -> Trace:
    """A placement counts once, when its lines add up to more than nothing."""
    keys = ("fulfilment__pk", "fulfilment__external_id", "fulfilment__contractor__name")
    rows = lines.order_by().values(*keys).annotate(part=Sum("amount"), fte_part=Sum("fte"))
    counted = rows.filter(part__gt=ZERO).order_by("fulfilment__external_id")
    return Trace(figure, counted, counted.count(), "placement")
