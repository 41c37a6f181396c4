"""A chart for a phone: the same figures in rows, each with its words above its bar, drawn for the
width it gets. Nothing of it is scaled down until it cannot be read, and nothing has to be scrolled.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from sroi.charts.drawing import (
    DARK,
    GOAL,
    LIGHT,
    MID,
    MUTED,
    PALE,
    Scale,
    chart_of,
    element,
    rectangle,
    text_at,
    tick_mark,
)
from sroi.charts.facts import ZERO, Chart, GoalStep
from sroi.charts.words import fitted, size_for, width_of

WIDTH = 320
BAR, THIN = 12, 7


@dataclass(frozen=True)
class Row:
    """A bar with its words: to `value`, and outlined on to `high`; with a mark at each goal."""

    label: str
    words: str
    value: Decimal | None = None
    high: Decimal | None = None
    tone: str = MID
    goals: Sequence[Decimal] = ()
    goal_words: str = ""
    # What runs, filled to the low and outlined to the high; and a scenario from low to high.
    promised: GoalStep | None = None
    scenario: GoalStep | None = None

    @property
    def values(self) -> list[Decimal]:
        steps = [step for step in (self.promised, self.scenario) if step]
        ends = [self.value, self.high, *self.goals, *(step.low for step in steps)]
        return [value for value in (*ends, *(step.high for step in steps)) if value is not None]


def with_rows(
    chart: Chart,
    name: str,
    title: str,
    rows: Sequence[Row],
    *,
    keys: Sequence[tuple[str, str]] = (),
    own_scales: bool = False,
    whole: Decimal | None = None,
) -> Chart:
    """The chart, with its rows for a phone beside it. Rows share a scale, up to the `whole` that
    they are parts of, unless each is of another kind; `keys` say what shapes stand for, as a mark
    of 11 by 11 and its words.
    """
    shapes: list[str] = []
    shared = [value for row in rows for value in row.values] + ([whole] if whole else [])
    top = 0.0
    for row in rows:
        scale = Scale(row.values if own_scales else shared, 0, WIDTH)
        drawn, top = _row(row, scale, top, has_track=own_scales or whole is not None)
        shapes += drawn
    for mark, words in keys:
        shown = mark + text_at(18, 10, fitted(words, WIDTH - 18, 12.5), size=12.5, fill=MUTED)
        shapes.append(element("g", shown, transform=f"translate(0 {top:.0f})"))
        top += 20
    height = max(top - 6, 0)
    small = chart_of(f"{name}-small", title, shapes, height, chart.table, width=WIDTH)
    return replace(chart, small=small.svg)


def _row(row: Row, scale: Scale, top: float, *, has_track: bool) -> tuple[list[str], float]:
    """The shapes of a row, and where the next one begins."""
    shapes = [text_at(0, top + 14, fitted(row.label, WIDTH / 1.06, 14), size=14, weight=600)]
    fits = width_of(row.label, 14, 600) + width_of(row.words, 14, 700) + 12 <= WIDTH
    top += 0 if fits else 18
    size = size_for(row.words, WIDTH, 14)
    shapes.append(text_at(WIDTH, top + 14, row.words, size=size, weight=700, anchor="end"))
    top += 21
    if row.value is not None:
        start, end = sorted((scale(ZERO), scale(row.value)))
        if has_track:
            shapes.append(rectangle(0, top, WIDTH, BAR, PALE))
        if row.high is not None and row.high > row.value:
            shapes.append(_outline(end, top, scale(row.high) - end, BAR))
        shapes.append(rectangle(start, top, end - start, BAR, row.tone))
        top += BAR + 4
    if row.goals:
        shapes += [
            tick_mark(scale(goal), top - BAR - 8, top, width=WIDTH)
            for goal in sorted(set(row.goals))
        ]
    if row.goal_words:
        size = size_for(row.goal_words, WIDTH, 12)
        shapes.append(text_at(0, top + 12, row.goal_words, size=size, weight=600, fill=GOAL))
        top += 18
    if row.promised:
        low, high = scale(row.promised.low), scale(row.promised.high or row.promised.low)
        shapes.append(_outline(0, top, high, THIN) + rectangle(0, top, low, THIN, MID))
        top += THIN + 4
    if row.scenario:
        low, high = scale(row.scenario.low), scale(row.scenario.high or row.scenario.low)
        ends = [rectangle(max(x - 1.25, 0), top - 2, 2.5, 10, GOAL) for x in (low, high)]
        shapes += [rectangle(low, top + 2, max(high - low, 2.5), 2.5, GOAL), *ends]
        top += 12
    return shapes, top + 10


def _outline(x: float, y: float, width: float, height: float) -> str:
    frame = {"x": x + 0.5, "y": y + 0.5, "width": max(width - 1, 0), "height": height - 1}
    return element("rect", **frame, fill=PALE, stroke=MUTED, stroke_width=1)


def tone_of(is_strong: bool) -> str:
    return DARK if is_strong else LIGHT
