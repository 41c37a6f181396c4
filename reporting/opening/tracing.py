"""A figure opened: the lines that it sums, out of the ledger, with a total that is the figure.

A rate opens the lines whose obligation and value it divides; what is open, the contracts with what each owes and did.
What no ledger holds (coverage, contracts without a report, what awaits review) opens the contracts or fulfilments that
are counted, as the register stands now.

Staff see every line. A procurement officer sees obligation lines, and of fulfilments the total per contract: no single
placement (DOMAIN.md section 9). `as_of` counts only lines up to a posting: the figure as it was then.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Max, Q, QuerySet, Sum
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from contracts.coverage.coverage import WITH_REASON, expected_to_owe, value_at_award
from contracts.models import ClosedYear, Contract, ContractShare, Municipality, ObligationLine, Posting, Region
from contracts.owed.lines import active_in
from placements.models import FulfilmentLine, FulfilmentVersion
from placements.standing.known import waiting
from reporting.figures.definitions import DEFINITIONS, below_default, booked_until, lines_behind
from reporting.figures.facts import percentage
from reporting.figures.quality import silent_by_term
from reporting.notice.editions import reads_only
from sroi.access import STAFF, Access
from sroi.money import ZERO
from sroi.periods import Period

OBLIGATION = ("posting__by", "contract__contractor", "municipality")
OF_CONTRACT = ("contract__pk", "contract__reference", "contract__title", "contract__contractor__name")
FULFILMENT = ("version__reviewed_by", "fulfilment", "contract__contractor", "municipality", "block")


@dataclass(frozen=True)
class Traced:
    """A figure that can be opened: its name on screen, and what of its lines is added up.

    `of` is a column, or what is counted: contracts, or placements whose lines add up to more than nothing; or "rate",
    the obligation as percent of the value.
    """

    label: str | Promise
    of: str


TRACED = {
    "contract_value_registered": Traced(_("Contract value with social return"), "value_delta"),
    "obligation_registered": Traced(_("Obligation registered"), "obligation_delta"),
    "contracts_registered": Traced(_("New contracts"), "contract"),
    "obligation_to_date": Traced(_("Obligation since the beginning"), "obligation_delta"),
    "late_obligation": Traced(_("Obligation, late"), "obligation_delta"),
    "fulfilled": Traced(_("Fulfilled"), "amount"),
    "social_spend": Traced(_("Value of social purchases and activities"), "amount"),
    "social_firm_spend": Traced(_("Paid to social firms"), "paid"),
    "workplaces": Traced(_("Workplaces"), "fulfilment"),
    "fte": Traced(_("FTE"), "fte"),
    "workplaces_late": Traced(_("Workplaces of a closed year"), "fulfilment"),
    "realised_to_date": Traced(_("Fulfilled since the beginning"), "amount"),
    "late_lines": Traced(_("Lines about a closed year"), "amount"),
    "corrections": Traced(_("Corrections to a closed year"), "amount"),
    "average_rate": Traced(_("Average rate"), "rate"),
    "open": Traced(_("Still to be fulfilled"), "open"),
    "below_default": Traced(_("Contracts with a rate below the default"), "contract"),
    "contracts_active": Traced(_("Running contracts"), "contract"),
    "coverage": Traced(_("Awarded at or above the threshold"), "contract"),
    "coverage_with": Traced(_("At or above the threshold, with an obligation"), "contract"),
    "coverage_reason": Traced(_("At or above the threshold, without an obligation, with a reason"), "contract"),
    "coverage_without": Traced(_("At or above the threshold, without an obligation or a reason"), "contract"),
    "without_report": Traced(_("Running contracts without a report"), "contract"),
    "awaiting_review": Traced(_("Waiting for review"), "fulfilment"),
}
# What no line says: which contracts count is asked of the register.
OF_REGISTER: Mapping[str, Callable[[Period], Q]] = {
    "contracts_active": active_in,
    "coverage": expected_to_owe,
    "coverage_with": lambda period: expected_to_owe(period) & Q(has_obligation=True),
    "coverage_reason": lambda period: expected_to_owe(period) & Q(has_obligation=False) & WITH_REASON,
    "coverage_without": lambda period: expected_to_owe(period) & Q(has_obligation=False) & ~WITH_REASON,
}
# As the register stands now: of a final report not to be had any more.
OF_TODAY = (*OF_REGISTER, "without_report", "awaiting_review")
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

    figure: str
    rows: QuerySet[Any] | list[Any]
    total: Decimal | int | None
    # Whether a row is a line, the sum per contract or per placement, or a contract or fulfilment that is counted.
    by: str
    # What stands beside the total: the value it is a rate of, or that is counted; what is owed and what was done.
    value: Decimal = ZERO
    owed: Decimal = ZERO
    done: Decimal = ZERO

    @property
    def label(self) -> str | Promise:
        return TRACED[self.figure].label

    @property
    def of(self) -> str:
        return TRACED[self.figure].of

    @property
    def ledger(self) -> str:
        return "fulfilment" if DEFINITIONS[_lines_of(self.figure)].ledger == "fulfilment" else "obligation"

    @property
    def ratio(self) -> Decimal | None:
        """What was done as percent of what is owed."""
        return percentage(self.done, self.owed)

    @property
    def is_of_today(self) -> bool:
        return self.figure in OF_TODAY

    @property
    def is_count(self) -> bool:
        return self.of in ("contract", "fulfilment")


def posted_by(region: Region, day: date) -> int:
    """The number of the last posting up to the end of a day; 0 before the first."""
    found: int | None = Posting.objects.filter(region=region, at__date__lte=day).aggregate(n=Max("number"))["n"]
    return found or 0


def may_trace(access: Access, region: Region, municipality: Municipality | None, figure: str) -> bool:
    """Staff open all; an officer what stands in the edition of the own municipality, but no placements."""
    if figure not in TRACED or reads_only(access, region, municipality):
        return False
    return access.has(*STAFF, region_id=region.pk) or TRACED[figure].of != "fulfilment"


def trace(
    access: Access,
    region: Region,
    period: Period,
    figure: str,
    municipality: Municipality | None = None,
    *,
    as_of: int | None = None,
    narrowed: Mapping[str, str] | None = None,
    today: date | None = None,
) -> Trace:
    """What a figure sums, for someone who may open it (`may_trace`)."""
    of_town = {"municipality": municipality} if municipality else {}
    owed, done = (
        model.objects.filter(contract__region=region, **of_town) for model in (ObligationLine, FulfilmentLine)
    )
    if figure in OF_TODAY:
        return _of_today(figure, region, period, municipality, owed, done, today)
    if as_of is not None:
        owed, done = owed.filter(posting__number__lte=as_of), done.filter(posting__number__lte=as_of)
    if figure == "open":
        return _open(figure, owed.filter(booked_until(period)), done.filter(booked_until(period)))
    if figure == "below_default":
        return _below_default(figure, owed.filter(below_default(period)))
    closed = list(ClosedYear.objects.filter(region=region).values_list("year", flat=True))
    name = _lines_of(figure)
    lines = lines_behind(name, period, obligation_lines=owed, fulfilment_lines=done, closed_years=closed)
    is_fulfilment, of = DEFINITIONS[name].ledger == "fulfilment", TRACED[figure].of
    for key, value in (narrowed or {}).items():
        if is_fulfilment or key in OF_BOTH:
            lines = lines.filter(NARROWED[key](value))
    if of == "fulfilment":
        return _per_placement(figure, lines)
    if is_fulfilment and not access.has(*STAFF, region_id=region.pk):
        return _per_contract(figure, lines, of)
    rows = lines.select_related("posting", *(FULFILMENT if is_fulfilment else OBLIGATION)).order_by("-posting", "-pk")
    if of == "contract":
        return Trace(figure, rows, lines.aggregate(n=Count("contract", distinct=True))["n"], "line")
    if of == "rate":
        return _rate(figure, rows, lines)
    rows = rows.annotate(part=F(of))
    return Trace(figure, rows, lines.aggregate(total=Sum(of))["total"] or ZERO, "line")


def _lines_of(figure: str) -> str:
    """The figure whose lines stand behind one that has no definition of its own."""
    return figure if figure in DEFINITIONS else "obligation_registered"


def _rate(figure: str, rows: QuerySet[Any], lines: QuerySet[Any]) -> Trace:
    found = lines.aggregate(value=Sum("value_delta"), owed=Sum("obligation_delta"))
    value, owed = found["value"] or ZERO, found["owed"] or ZERO
    return Trace(
        figure, rows.annotate(part=F("obligation_delta")), percentage(owed, value), "line", value=value, owed=owed
    )


def _open(figure: str, owed: QuerySet[Any], done: QuerySet[Any]) -> Trace:
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


def _below_default(figure: str, lines: QuerySet[Any]) -> Trace:
    rows = lines.order_by().values(*OF_CONTRACT).annotate(part=Sum("value_delta")).order_by("contract__reference")
    value = lines.aggregate(total=Sum("value_delta"))["total"] or ZERO
    return Trace(figure, rows, rows.count(), "contracts", value=value)


def _of_today(
    figure: str,
    region: Region,
    period: Period,
    municipality: Municipality | None,
    owed: QuerySet[Any],
    done: QuerySet[Any],
    today: date | None,
) -> Trace:
    """The contracts, or fulfilments, that are counted as the register stands now."""
    contracts, versions = (
        Contract.objects.filter(region=region),
        FulfilmentVersion.objects.filter(fulfilment__region=region),
    )
    if municipality:
        shared = ContractShare.objects.filter(municipality=municipality, percent__gt=0).values("contract")
        contracts = contracts.filter(pk__in=shared)
        versions = versions.filter(pk__in=versions.filter(allocations__contract__in=shared).values("pk"))
    if figure == "awaiting_review":
        rows = waiting(versions).order_by("submitted_at", "pk")
        return Trace(figure, rows.select_related("fulfilment__contractor"), rows.count(), "waiting")
    if figure == "without_report":
        day = min(period.last, today or period.last)
        silent = [
            pk for part in silent_by_term(contracts, versions, done, day) for pk in part.values_list("pk", flat=True)
        ]
        counted = contracts.filter(pk__in=silent)
    else:
        counted = contracts.filter(OF_REGISTER[figure](period))
    part = value_at_award(owed if municipality else None)
    names = {name: F(name.removeprefix("contract__")) for name in OF_CONTRACT}
    rows = counted.order_by("reference").values(**names, part=part)
    value = counted.annotate(part=part).aggregate(total=Sum("part"))["total"] or ZERO
    return Trace(figure, rows, counted.count(), "contracts", value=value)


def _per_contract(figure: str, lines: QuerySet[Any], of: str) -> Trace:
    rows = lines.order_by().values(*OF_CONTRACT).annotate(part=Sum(of)).order_by("contract__reference")
    return Trace(figure, rows, lines.aggregate(total=Sum(of))["total"] or ZERO, "contract")


def _per_placement(figure: str, lines: QuerySet[Any]) -> Trace:
    """A placement counts once, when its lines add up to more than nothing."""
    keys = ("fulfilment__pk", "fulfilment__external_id", "fulfilment__contractor__name")
    rows = lines.order_by().values(*keys).annotate(part=Sum("amount"), fte_part=Sum("fte"))
    counted = rows.filter(part__gt=ZERO).order_by("fulfilment__external_id")
    return Trace(figure, counted, counted.count(), "placement")
