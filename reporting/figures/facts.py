"""What annual figures are, once summed: plain values."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Generic, TypeVar, cast

from contracts.coverage.coverage import Coverage
from contracts.models import Category
from placements.matching.figures import DeskFigures
from reporting.figures.catalogue import FIGURES
from reporting.figures.chains import Chain
from reporting.figures.kinds import Count
from reporting.figures.people import People
from reporting.figures.records import Figure
from sroi.money import ZERO, rounded
from sroi.periods import Period

T = TypeVar("T")
Amounts = dict[str, Decimal]
# By the name of a figure what it is.
Values = dict[str, Decimal | Count]
History = dict[str, dict[str, Amounts]]


def percentage(part: Decimal | int, whole: Decimal | int) -> Decimal | None:
    """`part` as percent of `whole`, two decimals; None where there is no whole to compare with."""
    return rounded(Fraction(part) * 100 / Fraction(whole)) if whole else None


@dataclass(frozen=True)
class Motivation:
    """Why contracts registered in the period have a rate below their default: a category of
    reasons, how many, and the contract value registered with them.
    """

    code: str
    number: int
    value: Decimal


@dataclass(frozen=True)
class LateFigures:
    """What was booked in this period about one earlier, closed year."""

    year: int
    number: int
    amount: Decimal


@dataclass(frozen=True)
class Tally:
    number: int = 0
    amount: Decimal = ZERO


@dataclass(frozen=True)
class SampleResult:
    """Of the accepted fulfilments that were drawn to be checked: how many were, and how many were
    in order.
    """

    drawn: int
    checked: int
    in_order: int

    @property
    def percentage(self) -> Decimal | None:
        return percentage(self.in_order, self.checked)


@dataclass(frozen=True)
class Disagreements:
    """The decisions about fulfilments with which a contractor did not agree in the period: how
    many, of how many the decision stayed, and how many were reviewed again.
    """

    number: int = 0
    kept: int = 0
    again: int = 0


@dataclass(frozen=True)
class SettlementDrafts:
    """Drafts of settlements that contractors were shown in the period, and how many of those they
    answered.
    """

    shown: int = 0
    answered: int = 0


@dataclass(frozen=True)
class ContractsEnded:
    """Of the contracts whose last counted day lies in the period what came of them: how many were
    fulfilled and how many fell short, by how much; the penalties that were decided on, and what was
    not charged because a shortfall was beyond the contractor's fault.
    """

    fulfilled: int = 0
    short: int = 0
    short_amount: Decimal = ZERO
    penalties: Decimal = ZERO
    waived: Decimal = ZERO

    @property
    def number(self) -> int:
        return self.fulfilled + self.short


@dataclass(frozen=True)
class DueToDate:
    """Of running contracts what was expected by the end of the period, and what was done."""

    expected: Decimal = ZERO
    realised: Decimal = ZERO

    @property
    def percentage(self) -> Decimal | None:
        return percentage(self.realised, self.expected)


@dataclass(frozen=True)
class StatusTally:
    """How many contracts had a status, what they owed and what was done."""

    code: str
    number: int
    obligation: Decimal
    realised: Decimal

    @property
    def open(self) -> Decimal:
        return max(self.obligation - self.realised, ZERO)


@dataclass(frozen=True)
class Quality:
    """How far the registration behind the figures can be relied on."""

    contracts_without_report: int
    awaiting_review: int
    late_lines: Tally
    corrections: Tally
    self_reviewed: int
    # None where no sample was drawn.
    sample: SampleResult | None = None
    disagreements: Disagreements = Disagreements()
    settlement_drafts: SettlementDrafts = SettlementDrafts()


@dataclass(frozen=True)
class GoalResult:
    """A goal, a range where it has a high, and what came of it."""

    indicator: str
    low: Decimal
    high: Decimal | None
    result: Decimal
    # Where it is a share of what is procured: that volume, and the percents as text.
    volume: Decimal | None = None
    percents: list[str] = field(default_factory=list)
    # Where it was decided.
    source: str = ""

    @classmethod
    def of(cls, goal: Any, figures: "Headlines") -> "GoalResult":
        return cls(
            goal.indicator,
            goal.low,
            goal.high,
            Decimal(FIGURES[goal.indicator].value(figures)),
            goal.volume,
            list(goal.percents),
            goal.source,
        )

    @property
    def chain(self) -> Chain | None:
        return Chain.of(self)

    @property
    def figure(self) -> Figure:
        return FIGURES[self.indicator]

    @property
    def percentage(self) -> Decimal | None:
        return percentage(self.result, self.low)

    @property
    def limits(self) -> str:
        """As they stand in a sentence."""
        return self.figure.kind.limits(self.low, self.high)


@dataclass(frozen=True)
class PartFigures:
    """The main figures of a part: a year beside other years, a municipality beside others."""

    code: str
    name: str = ""
    fulfilled: Decimal = ZERO
    social_spend: Decimal = ZERO
    workplaces: Count = 0
    contract_value_registered: Decimal = ZERO
    obligation_registered: Decimal = ZERO
    # Of social firms: credited value of purchases, and what was paid excluding VAT.
    purchases: Decimal = ZERO
    social_firm_spend: Decimal = ZERO
    # Of a year: every change of what is owed, also what is not registered as contract value.
    owed: Decimal = ZERO
    # Of a target group: the policy fields its value falls under, blank for none.
    policy_fields: frozenset[str] = frozenset()
    # Of a year, by name: indicators that have no field here, how many workplaces began, and of how
    # many persons they are.
    values: Values = field(default_factory=dict)

    @property
    def year(self) -> int:
        return int(self.code)

    @property
    def number(self) -> int | None:
        """Its workplaces, where they are not hidden."""
        return self.workplaces if isinstance(self.workplaces, int) else None

    @property
    def average_rate(self) -> Decimal | None:
        return percentage(self.obligation_registered, self.contract_value_registered)


class Named(Generic[T]):
    """A figure of the catalogue as an attribute, where code names it; None where what was frozen
    did not have it.
    """

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, figures: "Headlines", owner: type) -> T:
        found: Any = figures.values.get(self.name)
        return cast("T", found)


@dataclass(frozen=True)
class Headlines:
    """The main sums of a period, for a comparison: by the name of the figure what its lines come
    to.
    """

    period: Period
    municipality: str | None
    values: Values
    by_category: Amounts

    contract_value_registered = Named[Decimal]()
    obligation_registered = Named[Decimal]()
    fulfilled = Named[Decimal]()
    social_spend = Named[Decimal]()
    social_firm_spend = Named[Decimal]()
    workplaces = Named[Count]()
    obligation_to_date = Named[Decimal]()
    realised_to_date = Named[Decimal]()

    @property
    def year(self) -> int | None:
        """The calendar year these figures are of, None for another period."""
        year = self.period.first.year
        return year if self.period == Period.year(year) else None

    @property
    def average_rate(self) -> Decimal | None:
        return percentage(self.obligation_registered, self.contract_value_registered)

    @property
    def open(self) -> Decimal:
        return self.obligation_to_date - self.realised_to_date

    @property
    def to_date_ratio(self) -> Decimal | None:
        """Realised as percent of what is owed, both since the beginning: what a year over a year
        cannot say.
        """
        return percentage(self.realised_to_date, self.obligation_to_date)


@dataclass(frozen=True)
class AnnualFigures(Headlines):
    """Every figure of a period."""

    contracts_active: int
    coverage: Coverage
    goal: dict[str, GoalResult]
    quality: Quality
    by_month: dict[date, Decimal]
    blocks: list[PartFigures]
    contractors: list[PartFigures]
    municipalities: list[PartFigures]
    target_groups: list[PartFigures]
    # The same of work placements only, which are what counts persons.
    work_groups: list[PartFigures]
    policy_fields: list[PartFigures]
    years: list[PartFigures]
    late: list[LateFigures]
    # Credited value per split (category, municipality, policy field, sector), code and year, up to
    # this period.
    history: History = field(default_factory=dict)
    # Who commissions and is no municipality; older reports knew none.
    other_clients: list[PartFigures] = field(default_factory=list)
    sectors: list[PartFigures] = field(default_factory=list)
    # Of the year before: work placements per target group, and coverage.
    groups_before: list[PartFigures] = field(default_factory=list)
    coverage_before: Coverage | None = None
    below_default: list[Motivation] = field(default_factory=list)
    # None in reports from before it was counted.
    accepted_without_evidence: Tally | None = None
    # None in reports from before it was counted, and where it is not published.
    people: People | None = None
    contracts_ended: ContractsEnded | None = None
    due_to_date: DueToDate | None = None
    statuses: list[StatusTally] = field(default_factory=list)
    # Of the region; None where nobody used the desk, and in reports from before there was one.
    desk: DeskFigures | None = None

    contracts_registered = Named[int]()
    workplaces_started = Named[Count]()
    workplaces_late = Named[Count]()

    def __post_init__(self) -> None:
        """In the same order always: PostgreSQL gives the parts of what was frozen back in one of
        its own.
        """
        categories = [
            name for name in (*Category.values, *self.by_category) if name in self.by_category
        ]
        object.__setattr__(
            self, "by_category", {name: self.by_category[name] for name in categories}
        )
        object.__setattr__(self, "goal", dict(sorted(self.goal.items())))

    def in_year(self, split: str, code: str, year: int) -> Decimal:
        """The credited value of a part in an earlier year."""
        return self.history.get(split, {}).get(code, {}).get(str(year), ZERO)

    @property
    def number_below_default(self) -> int:
        return sum(reason.number for reason in self.below_default)

    @property
    def clients(self) -> list[PartFigures]:
        """Who commissioned, municipalities first: their amounts add up to the total."""
        return [*self.municipalities, *self.other_clients]

    @property
    def by_client(self) -> Amounts:
        return amounts(self.clients)

    @property
    def contracts_by_status(self) -> dict[str, int]:
        return {status.code: status.number for status in self.statuses}

    @property
    def by_municipality(self) -> Amounts:
        return amounts(self.municipalities)

    @property
    def by_target_group(self) -> Amounts:
        return amounts(self.target_groups)

    @property
    def by_policy_field(self) -> Amounts:
        return amounts(self.policy_fields)

    @property
    def persons(self) -> int | None:
        return self.people.persons if self.people else None

    @property
    def by_kind(self) -> dict[str, int]:
        return self.people.by_kind if self.people else {}

    @property
    def by_origin(self) -> dict[str, int]:
        return _recorded(self.people.by_origin) if self.people else {}

    @property
    def by_residence(self) -> dict[str, int]:
        return _recorded(self.people.by_residence) if self.people else {}

    @property
    def outcomes(self) -> dict[str, dict[str, int]]:
        return self.people.outcomes if self.people else {}

    @property
    def year_before(self) -> PartFigures | None:
        return self.years[-2] if len(self.years) > 1 else None


def _recorded(counts: dict[str, int]) -> dict[str, int]:
    """By code, in data; what was not recorded has none."""
    return {code: number for code, number in counts.items() if code}


def amounts(parts: list[PartFigures]) -> Amounts:
    """Credited value per code, where there is any; the blank code is what has none."""
    return {part.code: part.fulfilled for part in parts if part.code and part.fulfilled}
