"""Which ledger lines each annual figure sums: one definition, read by the sum and by the drill-down alike.

Annual figures sum by `booked`: the month something happened in, or the first open month when that year was closed.
Source: DOMAIN.md sections 3 and 7.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from django.db.models import F, Q

from contracts.models import Category, LineKind
from contracts.owed.lines import AWARDS, Lines
from sroi.periods import Period

SOCIAL = (Category.SOCIAL_PURCHASING, Category.CSR)

# Lines with which contract value that carries an obligation is registered.
REGISTERING = Q(
    kind__in=(*AWARDS, LineKind.AMENDMENT, LineKind.EXTENSION),
    contract__has_obligation=True,
    contract__is_framework=False,
)


def booked(period: Period) -> Q:
    return Q(booked__range=(period.first, period.last))


def booked_until(period: Period) -> Q:
    return Q(booked__lte=period.last)


def registered(period: Period) -> Q:
    return booked(period) & REGISTERING


def awarded(period: Period) -> Q:
    return registered(period) & Q(kind__in=AWARDS)


def below_default(period: Period) -> Q:
    """What was registered with a contract whose rate lies below the default of its policy."""
    return registered(period) & Q(contract__rate__lt=F("contract__policy__default_rate"))


def workplaces(period: Period) -> Q:
    return booked(period) & Q(category=Category.WORK, month__range=(period.first, period.last))


def late(period: Period) -> Q:
    """Lines booked in the period about a month of a year that was closed already."""
    return booked(period) & ~Q(month=F("booked"))


def late_workplaces(period: Period, closed_years: Collection[int]) -> Q:
    return late(period) & Q(category=Category.WORK, month__lt=period.first, month__year__in=closed_years)


@dataclass(frozen=True)
class Definition:
    """A figure's ledger and the lines of it that count."""

    ledger: str
    lines: Callable[[Period, Collection[int]], Q]


def _of(ledger: str, lines: Callable[[Period], Q]) -> Definition:
    return Definition(ledger, lambda period, closed_years: lines(period))


DEFINITIONS = {
    "contract_value_registered": _of("obligation", registered),
    "obligation_registered": _of("obligation", registered),
    "contracts_registered": _of("obligation", awarded),
    "obligation_to_date": _of("obligation", booked_until),
    "late_obligation": _of("obligation", late),
    "fulfilled": _of("fulfilment", booked),
    "social_spend": _of("fulfilment", lambda period: booked(period) & Q(category__in=SOCIAL)),
    "social_firm_spend": _of("fulfilment", lambda period: booked(period) & ~Q(paid=0)),
    "workplaces": _of("fulfilment", workplaces),
    "fte": _of("fulfilment", workplaces),
    "workplaces_late": Definition("fulfilment", late_workplaces),
    "realised_to_date": _of("fulfilment", booked_until),
    "late_lines": _of("fulfilment", late),
    "corrections": _of("fulfilment", lambda period: late(period) & Q(reverses__isnull=False)),
}


def lines_behind(
    figure: str,
    period: Period,
    *,
    obligation_lines: Lines,
    fulfilment_lines: Lines,
    closed_years: Collection[int] = (),
) -> Lines:
    """The lines that a figure sums, out of the lines its reader may see."""
    definition = DEFINITIONS[figure]
    lines = obligation_lines if definition.ledger == "obligation" else fulfilment_lines
    return lines.filter(definition.lines(period, closed_years))
