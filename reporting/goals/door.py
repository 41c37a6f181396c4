"""A region's goals per year and indicator: who sets them, and that what a final report was held to
is left alone.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from contracts.models import Region
from contracts.policy.loading import FaultyFile, decimal_from, refuse_unknown, required
from reporting.figures.catalogue import FIGURES, INDICATORS
from reporting.figures.chains import Chain
from reporting.figures.kinds import Kind
from reporting.models import AnnualReport, Goal
from sroi.access import Access, May
from sroi.doors import Act, Refused, first_come
from sroi.history.keeping import signed
from sroi.money import ZERO
from sroi.templatetags.formats import NOTHING, euro, percent

# What a row of a file can hold.
KEYS = ("year", "indicator", "low", "high", "volume", "percents", "source")
MOST_PERCENT = 100


@dataclass(frozen=True)
class Aim:
    """A low and, where the goal is a range, a high; without a low there is no goal."""

    low: Decimal | None = None
    high: Decimal | None = None
    # As a share of what is procured; the low is then what it comes to.
    chain: Chain | None = None
    # Where it was decided.
    source: str = ""

    @classmethod
    def of(cls, goal: Any) -> "Aim":
        return cls(goal.low, goal.high, Chain.of(goal), goal.source) if goal else cls()

    @classmethod
    def share(cls, chain: Chain, source: str = "") -> "Aim":
        return cls(chain.amount, None, chain, source)

    def __str__(self) -> str:
        """As it was on the screen, to compare with what it is when it is saved."""
        limits = "–".join(str(limit) for limit in (self.low, self.high) if limit is not None)
        share = [str(self.chain.volume), *self.chain.stored] if self.chain else []
        return " | ".join(part for part in (limits, " × ".join(share), self.source) if part)

    @property
    def explained(self) -> str:
        """What it is a share of, and where it was decided."""
        share = ""
        if self.chain:
            share = _("%(volume)s × %(percents)s: %(share)s of what is procured") % {
                "volume": euro(self.chain.volume),
                "percents": " × ".join(map(percent, self.chain.percents)),
                "share": percent(self.chain.share),
            }
        return ". ".join(part for part in (share, self.source) if part)

    def words(self, indicator: str) -> str:
        """`50`, `80–100`, `€ 5.000.000`; a dash where there is none."""
        limits = (self.low, None if self.high == self.low else self.high)
        return (
            "–".join(
                FIGURES[indicator].kind.written(limit) for limit in limits if limit is not None
            )
            or NOTHING
        )


def may_read(access: Access, region: Region) -> bool:
    return access.may(May.SEE_POLICY, region_id=region.pk)


def may_set(access: Access, region: Region) -> bool:
    return access.may(May.SET_GOALS, region_id=region.pk)


@transaction.atomic
def set_goal(region: Region, year: int, indicator: str, aim: Aim, act: Act, *, seen: str) -> None:
    """Set, change or withdraw one goal. `seen` is what was on the screen; another one by then is
    left as it is.
    """
    if year in final_years(region):
        raise Refused(
            _("The report about %(year)s is final. Its goals stay as they were.") % {"year": year}
        )
    goal = (
        Goal.objects.select_for_update()
        .filter(region=region, year=year, indicator=indicator)
        .first()
    )
    standing = Aim.of(goal)
    if str(standing) != seen:
        raise _another(standing, indicator)
    if aim == standing:
        return
    goal = goal or Goal(region=region, year=year, indicator=indicator)
    signed(goal, act)
    if aim.low is None:
        goal.delete()
        return
    _aimed(goal, aim)
    try:
        with first_come(), transaction.atomic():
            goal.save()
    except Refused:
        # Two set the first goal of a year at once.
        raise _another(goal_of(region, year, indicator), indicator) from None


def _aimed(goal: Goal, aim: Aim) -> None:
    goal.low, goal.high, goal.source = aim.low or ZERO, aim.high, aim.source
    goal.volume = aim.chain.volume if aim.chain else None
    goal.percents = aim.chain.stored if aim.chain else []


def final_years(region: Region) -> set[int]:
    """Of which the goals stay as they were."""
    final = AnnualReport.objects.filter(region=region, state=AnnualReport.State.FINAL)
    return set(final.values_list("year", flat=True))


def goal_of(region: Region, year: int, indicator: str) -> Aim:
    return Aim.of(Goal.objects.filter(region=region, year=year, indicator=indicator).first())


def _another(standing: Aim, indicator: str) -> Refused:
    return Refused(
        _("By now the goal is: %(goal)s. Save once more to replace it.")
        % {"goal": standing.words(indicator)}
    )


@transaction.atomic
def set_goals(region: Region, rows: Iterable[Mapping[str, Any]]) -> None:
    """Make these the goals of the region: what is new is added, what changed is changed, what is
    missing goes.

    A row has `year`, `indicator`, and `low` with, where the goal is a range, `high`; or, as a share
    of what is procured, `volume` and `percents`; and `source` where one is known. Raises FaultyFile
    for a row that cannot be read or has an unknown indicator, ValidationError for a high under its
    low. The same goals again change nothing.
    """
    kept = []
    for row in rows:
        goal, before = _goal(region, row)
        goal.full_clean()
        if goal.pk is None or Aim.of(goal) != before:
            goal.save()
        kept.append(goal.pk)
    Goal.objects.filter(region=region).exclude(pk__in=kept).delete()


def written(region: Region) -> list[dict[str, Any]]:
    """The goals as `set_goals` reads them: the same again."""
    rows = Goal.objects.filter(region=region).order_by("year", "indicator")
    return [
        {"year": goal.year, "indicator": goal.indicator}
        | (
            {"low": str(goal.low)}
            if goal.volume is None
            else {"volume": str(goal.volume), "percents": goal.percents}
        )
        | ({} if goal.high is None else {"high": str(goal.high)})
        | ({"source": goal.source} if goal.source else {})
        for goal in rows
    ]


def _goal(region: Region, row: Mapping[str, Any]) -> tuple[Goal, Aim]:
    """What a row says, and what the goal was before."""
    refuse_unknown(row, KEYS, "goals")
    year = int(decimal_from(required(row, "year", "goals"), "goals year", places=0))
    key = {"region": region, "year": year, "indicator": required(row, "indicator", "goals")}
    indicators = [figure.name for figure in INDICATORS]
    if key["indicator"] not in indicators:
        told = {"name": key["indicator"], "known": ", ".join(indicators)}
        raise FaultyFile(
            _("goals: there is no indicator “%(name)s”. Use one of: %(known)s.") % told
        )
    goal = Goal.objects.filter(**key).first() or Goal(**key)
    before = Aim.of(goal)
    _aimed(goal, _aim(row))
    return goal, before


def _aim(row: Mapping[str, Any]) -> Aim:
    """What a row aims at: limits, or a share of what is procured, not both."""
    source = str(row.get("source") or "").strip()
    if not {"volume", "percents"} & set(row):
        high = row.get("high")
        return Aim(
            decimal_from(required(row, "low", "goals"), "goals low"),
            None if high in (None, "") else decimal_from(high, "goals high"),
            source=source,
        )
    if FIGURES[row["indicator"]].kind is not Kind.EURO or {"low", "high"} & set(row):
        raise FaultyFile(
            _("goals: a share of what is procured is about an amount, and has no low or high.")
        )
    volume = decimal_from(required(row, "volume", "goals"), "goals volume")
    given = required(row, "percents", "goals")
    if not isinstance(given, list) or not given:
        raise FaultyFile(_('goals: write “percents” as a list, such as ["5", "85"].'))
    percents = tuple(decimal_from(value, "goals percents") for value in given)
    if not all(0 < percent <= MOST_PERCENT for percent in percents):
        raise FaultyFile(_("goals: a percentage is more than 0, and 100 at most."))
    return Aim.share(Chain(volume, percents), source)
