"""Which ledger lines a figure sums, as conditions; `reporting.figures.records` says which figure
takes which.

Annual figures sum by `booked`: the month something happened in, or the first open month when that
year was closed. Source: DOMAIN.md sections 3 and 7.
"""

from collections.abc import Callable

from django.db.models import Case, DecimalField, F, Min, Q, Sum, When
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from contracts.models import Basis, Category, LineKind
from contracts.owed.lines import AWARDS, Lines
from sroi.money import ZERO
from sroi.periods import Period

SOCIAL = (Category.SOCIAL_PURCHASING, Category.CSR)

# Lines with which contract value that carries an obligation is registered.
REGISTERING = Q(
    kind__in=(*AWARDS, LineKind.AMENDMENT, LineKind.EXTENSION),
    contract__has_obligation=True,
    contract__is_framework=False,
)


# What lowers an obligation, or puts it right: told apart from what is registered.
NAMED = (LineKind.PSO_DISCOUNT, LineKind.WAIVER, LineKind.CORRECTION)


def booked(period: Period) -> Q:
    return Q(booked__range=(period.first, period.last))


def booked_until(period: Period) -> Q:
    return Q(booked__lte=period.last)


def registered(period: Period) -> Q:
    return booked(period) & REGISTERING


def registered_by(*kinds: str) -> Callable[[Period], Q]:
    """What these kinds of lines register."""
    return lambda period: registered(period) & Q(kind__in=kinds)


def owed_by(*kinds: str) -> Callable[[Period], Q]:
    """What these kinds of lines change in what is owed, beside what is registered."""
    return lambda period: booked(period) & Q(kind__in=kinds) & ~REGISTERING


def owed_otherwise(period: Period) -> Q:
    """What changes what is owed in yet another way."""
    return booked(period) & ~REGISTERING & ~Q(kind__in=NAMED)


def awarded(period: Period) -> Q:
    return registered(period) & Q(kind__in=AWARDS)


def taken_back(period: Period, lines: Lines) -> Q:
    """Awards that were taken back in the same period, when they turned out to be of another day."""
    sums = (
        lines.filter(awarded(period))
        .order_by()
        .values("contract")
        .annotate(
            least=Min("value_delta"), value=Sum("value_delta"), obligation=Sum("obligation_delta")
        )
    )
    found = sums.filter(least__lt=0, value__lte=0, obligation__lte=0)
    return Q(contract__in=found.values("contract"))


def below_default(period: Period) -> Q:
    """What was registered with a contract whose rate lies below the usual one of its policy."""
    rates, as_rate = "contract__policy__rates", DecimalField(max_digits=5, decimal_places=2)
    usual = Case(
        *(
            When(
                Q(contract__basis=basis, **{f"{rates}__has_key": basis}),
                then=Cast(KeyTextTransform(basis, rates), as_rate),
            )
            for basis in Basis.values
        ),
        default=F("contract__policy__default_rate"),
    )
    return registered(period) & Q(contract__rate__lt=usual)


def workplaces(period: Period) -> Q:
    return booked(period) & Q(category=Category.WORK, month__range=(period.first, period.last))


def workplaces_started(period: Period) -> Q:
    return workplaces(period) & Q(
        fulfilment__accepted__start_date__range=(period.first, period.last)
    )


def social(period: Period) -> Q:
    return booked(period) & Q(category__in=SOCIAL)


def paid(period: Period) -> Q:
    return booked(period) & ~Q(paid=0)


def late(period: Period) -> Q:
    """Lines booked in the period about a month of a year that was closed already."""
    return booked(period) & ~Q(month=F("booked"))


def without_evidence(period: Period) -> Q:
    """Lines of what was accepted with a reason while evidence was missing. History that was decided
    elsewhere has no such reason, and is not among them.
    """
    return booked(period) & ~Q(version__without_evidence="")


def came_to_nothing(period: Period, lines: Lines) -> Q:
    """Of those, fulfilments that add up to nothing or less in the period: what was proved later was
    counted without evidence in an earlier one, and is only reversed in this one.
    """
    sums = lines.filter(without_evidence(period)).order_by().values("fulfilment")
    found = sums.annotate(total=Sum("amount")).filter(total__lte=ZERO)
    return Q(fulfilment__in=found.values("fulfilment"))


def corrections(period: Period) -> Q:
    return late(period) & Q(reverses__isnull=False)


def self_reviewed(period: Period) -> Q:
    """Lines of what was reviewed by who entered it, that still stood at the end of the period."""
    stood = Q(reversed_by=None) | Q(reversed_by__booked__gt=period.last)
    return booked(period) & stood & Q(version__self_reviewed=True, reverses=None)


def workplaces_late(period: Period) -> Q:
    return late(period) & Q(category=Category.WORK, month__lt=period.first)
