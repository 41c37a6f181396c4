"""Charts as SVG: one drawing for the web page and for the PDF.

A `Chart` has the drawing, its text alternative and its figures as a table. What makes one drawing do for both: only
literal attributes (no `style`, `class`, `currentColor` or variables: a PDF has no page styles inside a drawing, and the
site forbids inline styles), coordinates that are never localised, every text escaped, ids that begin with the chart's
`name`. Tones differ in lightness and values stand beside their bars, so that a grey print tells the same.
Words come in translated; `columns` heads the table and lends its words to labels.
"""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate, pairwise

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

DARK, MID, LIGHT, GREY, PALE = "#0b4a5b", "#3f8a9b", "#a9cfd8", "#c9ced3", "#f1f4f5"
GOAL, INK, MUTED, RULE, PAPER = "#b4540a", "#1b2a30", "#55636a", "#dfe3e6", "#ffffff"
TONES = (DARK, MID, LIGHT, PALE)
FONT = "Register Sans, Source Sans 3, Arial, sans-serif"
WIDTH = 640
NARROW, WIDE = frozenset("iljtfrI.,:;'’|!() ·-"), frozenset("mwMWÆŒ%…—")

Format = Callable[[Decimal], str]
ZERO = Decimal(0)


@dataclass(frozen=True)
class Table:
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Chart:
    svg: SafeString
    alt: str
    table: Table


@dataclass(frozen=True)
class Result:
    """An indicator with its result and the goal set for it: from `low` to `high`, or `low` alone."""

    label: str
    value: Decimal
    low: Decimal | None = None
    high: Decimal | None = None
    format: Format = str


@dataclass(frozen=True)
class Year:
    """A year with its value (None: not known) and its goal, if one was set."""

    label: str
    value: Decimal | None
    low: Decimal | None = None
    high: Decimal | None = None
    current: bool = False


@dataclass(frozen=True)
class Part:
    """A labelled amount: a bar, or a part of a bar."""

    label: str
    value: Decimal


@dataclass(frozen=True)
class Line:
    """Values per month from the first on; None ends the line (months to come)."""

    label: str
    values: Sequence[Decimal | None]


@dataclass(frozen=True)
class Step:
    """A year on the way: what was reached (`reached`), or what is aimed at, from `low` to `high`."""

    year: int
    low: Decimal
    high: Decimal | None = None
    reached: bool = False


# --- The charts -------------------------------------------------------------------------------------------------------


def goal_bars(name: str, title: str, results: Sequence[Result], *, columns: tuple[str, str, str]) -> Chart:
    """Each indicator's result as a bar on a scale of its own, with a mark where the goal is."""
    bar, top = 16, 0.0
    shapes: list[str] = []
    for result in results:
        shapes.append(_text(0, top + 15, _fit(result.label, WIDTH * 0.6, 14), size=14, weight=600))
        shapes.append(_text(WIDTH, top + 15, result.format(result.value), size=16, weight=700, anchor="end"))
        goal = [value for value in (result.low, result.high) if value is not None]
        if not goal:
            # Without a goal there is nothing to measure against: a bar would say nothing.
            shapes.append(_rect(0, top + 25, WIDTH, 1, RULE))
            top += 42
            continue
        scale, y = _Scale([result.value, *goal], 0, WIDTH, headroom=1.06), top + 26
        low, high = scale(min(goal)), scale(max(goal))
        shapes.append(_rect(0, y, WIDTH, bar, PALE))
        shapes.append(_rect(0, y, scale(max(result.value, ZERO)), bar, DARK))
        shapes.extend(_mark(x, y - 5, y + bar + 5) for x in sorted({low, high}))
        shapes.append(_rect(low, y + bar + 3, high - low, 2.5, GOAL))
        words = f"{columns[2]} {_range(result.low, result.high, result.format)}"
        shapes.append(_text_within((low + high) / 2, y + bar + 19, words, size=12, fill=GOAL, weight=600))
        top += 78
    rows = tuple((r.label, r.format(r.value), _range(r.low, r.high, r.format)) for r in results)
    return _chart(name, title, shapes, max(top - 8, 0), Table(columns, rows))


def year_columns(
    name: str, title: str, years: Sequence[Year], *, columns: tuple[str, str, str], format: Format
) -> Chart:
    """A column per year, the current one dark, with the goal as a line across; a year without data says so."""
    goals = any(year.low is not None or year.high is not None for year in years)
    height = 222 if goals else 206
    values = [value for year in years for value in (year.value, year.low, year.high) if value is not None]
    scale = _Scale(values, height - (42 if goals else 26), 24)
    slot = WIDTH / max(len(years), 1)
    wide = min(slot * 0.62, 84)
    over = min((slot - wide) / 2 - 1, 6)
    shapes = []
    for index, year in enumerate(years):
        middle = slot * (index + 0.5)
        left = middle - wide / 2
        above = below = scale(ZERO)
        if year.value is not None:
            above, below = sorted((scale(year.value), scale(ZERO)))
            shapes.append(_rect(left, above, wide, below - above, DARK if year.current else LIGHT))
        marks = sorted({scale(goal) for goal in (year.low, year.high) if goal is not None})
        for y in marks:
            shapes.append(_rect(left - over, y - 2.5, wide + 2 * over, 5, PAPER))
            shapes.append(_rect(left - over, y - 1.25, wide + 2 * over, 2.5, GOAL))
        weight = 700 if year.current else 600
        label = "–" if year.value is None else format(year.value)
        size, y, fill = _size_for(label, slot - 6, 14), above - 7, INK
        if any(above - 21 < mark < above + 3 for mark in marks):
            # A goal's line is where the value would stand: inside the column, or else above the line.
            if below - above > 26 and not any(above <= mark < above + 25 for mark in marks):
                y, fill = above + 18, PAPER if year.current else INK
            else:
                y = min(marks[0], above) - 9
        shapes.append(_text(middle, y, label, size=size, weight=weight, anchor="middle", fill=fill))
        bottom = height - (24 if goals else 8)
        shapes.append(_text(middle, bottom, year.label, size=13, weight=weight, anchor="middle", fill=INK))
        if year.low is not None or year.high is not None:
            words = f"{columns[2]} {_range(year.low, year.high, format)}"
            size = _size_for(words, slot - 4, 12)
            shapes.append(_text(middle, bottom + 18, words, size=size, weight=600, fill=GOAL, anchor="middle"))
    shapes.append(_rect(0, scale(ZERO) - 0.5, WIDTH, 1, MUTED))
    rows = tuple((y.label, _value(y.value, format), _range(y.low, y.high, format)) for y in years)
    table = Table(columns, rows) if goals else Table(columns[:2], tuple(row[:2] for row in rows))
    return _chart(name, title, shapes if years else [], height, table)


def horizontal_bars(name: str, title: str, bars: Sequence[Part], *, columns: tuple[str, str], format: Format) -> Chart:
    """Amounts by category or municipality, one bar each, the value behind it."""
    row = 30
    names = min(max((_width(bar.label, 13.5) for bar in bars), default=0) + 14, WIDTH * 0.42)
    amounts = max((_width(format(bar.value), 13.5, 600) for bar in bars), default=0) + 10
    before = amounts if any(bar.value < 0 for bar in bars) else 0
    scale = _Scale([bar.value for bar in bars], names + before, WIDTH - amounts)
    shapes = []
    for index, bar in enumerate(bars):
        middle = index * row + row / 2
        start, end = sorted((scale(ZERO), scale(bar.value)))
        shapes.append(_text(0, middle + 4.5, _fit(bar.label, names - 10, 13.5), size=13.5))
        shapes.append(_rect(start, middle - 8, end - start, 16, MID if bar.value >= 0 else GREY))
        x, anchor = (end + 7, "start") if bar.value >= 0 else (start - 7, "end")
        shapes.append(_text(x, middle + 4.5, format(bar.value), size=13.5, weight=600, anchor=anchor))
    shapes.append(_rect(scale(ZERO) - 0.5, 2, 1, len(bars) * row - 4, MUTED))
    rows = tuple((bar.label, format(bar.value)) for bar in bars)
    return _chart(name, title, shapes if bars else [], len(bars) * row, Table(columns, rows))


def progress_bar(
    name: str,
    title: str,
    parts: Sequence[Part],
    marks: Sequence[Part] = (),
    *,
    columns: tuple[str, str],
    format: Format,
) -> Chart:
    """An obligation in parts (realised, planned, pending, open) with marks, such as today and the schedule."""
    bar = 26
    total = sum((max(part.value, ZERO) for part in parts), ZERO)
    scale = _Scale([total, *(mark.value for mark in marks)], 0, WIDTH)
    heads = _mark_heads([(scale(max(mark.value, ZERO)), f"{mark.label} {format(mark.value)}") for mark in marks])
    top = 19 * (max((head.level for head in heads), default=-1) + 1) + 2
    shapes = _stack(name, parts, scale, top, bar)
    for head in heads:
        y = top - 19 * head.level - 7
        shapes.append(_mark(head.x, y - 11, top + bar + 4))
        x, anchor = (head.x - 6, "end") if head.leftward else (head.x + 6, "start")
        shapes.append(_text(x, y, head.words, size=12.5, weight=600, fill=GOAL, anchor=anchor))
    labels, height = _part_labels(name, parts, scale, top + bar, [format(part.value) for part in parts])
    rows = tuple((part.label, format(part.value)) for part in (*parts, *marks))
    return _chart(name, title, shapes + labels if parts else [], height, Table(columns, rows), _defs(name))


def small_progress_bar(
    name: str,
    title: str,
    parts: Sequence[Part],
    marks: Sequence[Part] = (),
    *,
    columns: tuple[str, str],
    format: Format,
    width: int = 120,
) -> Chart:
    """The same bar for a row of a table: no words in the drawing, all of them in its text alternative."""
    total = sum((max(part.value, ZERO) for part in parts), ZERO)
    scale = _Scale([total, *(mark.value for mark in marks)], 0, width)
    shapes = _stack(name, parts, scale, 3, 10)
    shapes.extend(_mark(min(max(scale(mark.value), 1.5), width - 1.5), 0, 16) for mark in marks)
    rows = tuple((part.label, format(part.value)) for part in (*parts, *marks))
    return _chart(name, title, shapes, 16, Table(columns, rows), _defs(name), width)


def split_bar(name: str, title: str, parts: Sequence[Part], *, columns: tuple[str, str, str], format: Format) -> Chart:
    """How a whole divides: one bar in at most four parts, each with its amount and percentage."""
    total = sum((max(part.value, ZERO) for part in parts), ZERO)
    scale = _Scale([total], 0, WIDTH)
    percents = [f"{100 * max(part.value, ZERO) / total:.0f}%" if total else "–" for part in parts]
    values = [f"{format(part.value)} · {percent}" for part, percent in zip(parts, percents, strict=True)]
    labels, height = _part_labels(name, parts, scale, 34, values)
    rows = tuple((part.label, format(part.value), percent) for part, percent in zip(parts, percents, strict=True))
    shapes = _stack(name, parts, scale, 0, 34) + labels if parts else []
    return _chart(name, title, shapes, height, Table(columns, rows), _defs(name))


def lines_by_month(
    name: str,
    title: str,
    months: Sequence[str],
    lines: Sequence[Line],
    *,
    goal: Part | None = None,
    now: tuple[int, str] | None = None,
    column: str,
    format: Format,
) -> Chart:
    """Running totals by month: the first line is this year's, the others are for comparison; the goal lies across.

    Where months do not fit beside each other, some stand without their name. `now` marks a month with a word.
    """
    height, top, bottom = 280, 14, 250
    values = [value for line in lines for value in line.values if value is not None]
    highest = max([*values, goal.value if goal else ZERO, ZERO])
    ticks = _ticks(highest) if min([*values, ZERO]) >= 0 else [ZERO]
    scale = _Scale([*values, *ticks, *([goal.value] if goal else [])], bottom, top)
    left = max(_width(format(tick), 12) for tick in ticks) + 12
    names = [line.label for line in lines] + ([goal.label] if goal else [])
    right = WIDTH - min(max((_width(text, 13, 600) for text in names), default=0) + 14, WIDTH * 0.3)
    step = (right - left) / max(len(months) - 1, 1)
    shapes = []
    for tick in ticks:
        y = scale(tick)
        shapes.append(_rect(left, y - 0.5, right - left, 1, MUTED if tick == 0 else RULE))
        shapes.append(_text(left - 9, y + 4, format(tick), size=12, fill=MUTED, anchor="end"))
    every = max(math.ceil((max((_width(month, 12) for month in months), default=0) + 6) / step), 1)
    for index, month in list(enumerate(months))[::every]:
        shapes.append(_text(left + index * step, bottom + 19, month, size=12, fill=MUTED, anchor="middle"))
    if now:
        x = left + now[0] * step
        shapes.append(_line([(x, top + 4), (x, bottom)], GOAL, 1.5, "2 3"))
        shapes.append(_text_within(x, top - 2, now[1], size=12, fill=GOAL, weight=600))
    ends: list[tuple[float, str, str]] = []
    if goal:
        shapes.append(_line([(left, scale(goal.value)), (right, scale(goal.value))], GOAL, 2, "6 4"))
        ends.append((scale(goal.value), goal.label, GOAL))
    for index, line in reversed(list(enumerate(lines))):
        dots = [(left + m * step, scale(v)) for m, v in enumerate(line.values[: len(months)]) if v is not None]
        colour, thick, dashes = ((DARK, 3.5, ""), (MID, 2, "2 4"), (MUTED, 1.5, "8 4"))[min(index, 2)]
        if dots:
            shapes.append(_line(dots, colour, thick, dashes))
            shapes.append(_circle(*dots[-1], 4.5, colour))
            if len(dots) == len(months):
                ends.append((dots[-1][1], line.label, colour))
            else:
                shapes.append(
                    _text(dots[-1][0], dots[-1][1] - 12, line.label, weight=700, fill=colour, anchor="middle")
                )
    for y, (_, label, colour) in zip(_spread(sorted(ends), 16, bottom), sorted(ends), strict=True):
        shapes.append(_text(right + 10, y + 4.5, _fit(label, WIDTH - right - 10, 13), size=13, weight=600, fill=colour))
    header = (column, *(line.label for line in lines), *([goal.label] if goal else []))
    rows = tuple(
        (
            month,
            *(_value(line.values[index] if index < len(line.values) else None, format) for line in lines),
            *([format(goal.value)] if goal else []),
        )
        for index, month in enumerate(months)
    )
    # Twelve months of two years are too much to listen to: the alternative gives where each line stands.
    last = [(line.label, [value for value in line.values if value is not None]) for line in lines]
    facts = [f"{label} {format(known[-1])}" for label, known in last if known]
    facts += [f"{goal.label} {format(goal.value)}"] if goal else []
    return _chart(name, title, shapes if values else [], height, Table(header, rows), facts=facts)


def growth_path(
    name: str,
    title: str,
    steps: Sequence[Step],
    *,
    columns: tuple[str, str],
    format: Format,
    promised: Sequence[Step] = (),
    promises: tuple[str, str] = ("", ""),
    scenario: Step | None = None,
    scenario_label: str = "",
) -> Chart:
    """From what was reached to what is aimed at: points over the years, with a band where the aim is a range.

    `promised` are bars behind them, filled to the low and outlined to the high, which `promises` names; a scenario is
    a bracket from low to high beside its year.
    """
    height, bottom = 240, 206
    steps = sorted(steps, key=lambda step: step.year)
    extra = [*promised, *([scenario] if scenario else [])]
    highs = [_top(step) for step in steps]
    values = [*highs, *(step.low for step in steps), *map(_top, extra)]
    scale = _Scale(values, bottom, 34)
    labels = [_range(step.low, step.high, format) for step in steps]
    margin = max((_width(label, 14, 700) for label in labels), default=0) / 2 + 6
    every = sorted({step.year for step in (*steps, *extra)})
    first, last = (every[0], every[-1]) if every else (0, 0)
    years = max(last - first, 1)
    at = {year: margin + (WIDTH - 2 * margin) * ((year - first) / years if last > first else 0.5) for year in every}
    shapes = [_promise(at[step.year], step, scale) for step in promised]
    if steps:
        upper = [(at[step.year], scale(high)) for step, high in zip(steps, highs, strict=True)]
        lower = [(at[step.year], scale(step.low)) for step in steps]
        points = " ".join(f"{_number(x)},{_number(y)}" for x, y in upper + lower[::-1])
        shapes.append(_element("polygon", points=points, fill=LIGHT))
        shapes.append(_rect(0, scale(ZERO) - 0.5, WIDTH, 1, MUTED))
        shapes.append(_line(lower, MID, 2))
        for (x, y_high), (_, y_low), step, label in zip(upper, lower, steps, labels, strict=True):
            if y_high < y_low:
                shapes.append(_line([(x, y_high), (x, y_low)], DARK, 2))
                shapes.append(_circle(x, y_high, 4.5, PAPER, DARK))
            shapes.append(_circle(x, y_low, 5.5, DARK) if step.reached else _circle(x, y_low, 4.5, PAPER, DARK))
            shapes.append(_text(x, y_high - 12, label, size=14, weight=700 if step.reached else 600, anchor="middle"))
    if steps:
        shapes.extend(_text(x, bottom + 22, str(year), size=13, fill=MUTED, anchor="middle") for year, x in at.items())
    if scenario:
        shapes.append(_bracket(at[scenario.year], scenario, scale))
    keys = [
        *([(_rect(0, 0, 11, 11, MID), promises[0]), (_outline(0, 0, 11, 11), promises[1])] if promised else []),
        *([(_rect(4, 0, 2.5, 11, GOAL), scenario_label)] if scenario else []),
    ]
    shapes.extend(_legend(keys, height))
    rows = [(str(step.year), label) for step, label in zip(steps, labels, strict=True)]
    for i, word in enumerate(promises if promised else ()):
        rows += [(f"{word} {p.year}", format(_top(p) if i else p.low)) for p in promised]
    if scenario:
        rows.append((f"{scenario_label} {scenario.year}", _range(scenario.low, scenario.high, format)))
    return _chart(name, title, shapes, height + 20 * len(keys), Table(columns, tuple(rows)))


def _top(step: Step) -> Decimal:
    return step.low if step.high is None else step.high


def _promise(x: float, step: Step, scale: "_Scale") -> str:
    """A bar to the high, outlined, and in it one to the low, filled."""
    wide, ground = 26, scale(ZERO)
    high, low = scale(_top(step)), scale(step.low)
    return _outline(x - wide / 2, high, wide, ground - high) + _rect(x - wide / 2, low, wide, ground - low, MID)


def _outline(x: float, y: float, width: float, height: float) -> str:
    frame = {"x": x + 0.5, "y": y + 0.5, "width": max(width - 1, 0), "height": max(height - 1, 0)}
    return _element("rect", **frame, fill=PALE, stroke=MUTED, stroke_width=1)


def _bracket(x: float, step: Step, scale: "_Scale") -> str:
    x = min(x + 22, WIDTH - 6)
    high, low = scale(_top(step)), scale(step.low)
    ends = _rect(x - 6, high - 1.25, 12, 2.5, GOAL) + _rect(x - 6, low - 1.25, 12, 2.5, GOAL)
    return _rect(x - 1.25, high, 2.5, low - high, GOAL) + ends


def _legend(keys: Sequence[tuple[str, str]], top: float) -> list[str]:
    """What the shapes stand for, one under another."""
    return [
        _element("g", mark + _text(18, 10, words, size=12.5, fill=MUTED), transform=f"translate(0 {top + 20 * i + 2})")
        for i, (mark, words) in enumerate(keys)
    ]


# --- Parts of a bar ---------------------------------------------------------------------------------------------------


def _stack(name: str, parts: Sequence[Part], scale: "_Scale", top: float, height: float) -> list[str]:
    """The parts end to end, from dark to pale; the third is hatched, the fourth only outlined."""
    start, end = scale(ZERO), scale.end
    shapes = [_rect(start, top, end - start, height, PALE)]
    edges = [scale(edge) for edge in accumulate((max(part.value, ZERO) for part in parts), initial=ZERO)]
    for index, (left, right) in enumerate(pairwise(edges)):
        if right > left:
            shapes.append(_rect(left, top, right - left, height, _fill(name, index)))
    shapes.extend(
        _rect(edge - 0.75, top, 1.5, height, PAPER) for edge in sorted(set(edges[1:-1])) if start < edge < end
    )
    frame = {"x": start + 0.5, "y": top + 0.5, "width": end - start - 1, "height": height - 1}
    shapes.append(_element("rect", **frame, fill="none", stroke=MUTED, stroke_width=1))
    return shapes


@dataclass(frozen=True)
class _Head:
    """The words above a mark, to the left or right of its line, at a level above the bar."""

    x: float
    words: str
    leftward: bool
    level: int


def _mark_heads(marks: Sequence[tuple[float, str]]) -> list[_Head]:
    """Place the words of marks so that neither words nor lines cross other words.

    The first mark's words stand left of it and those of the others right, where there is room. Where two overlap, the
    one whose line stays clear of the other's words goes a level up.
    """
    heads: list[_Head] = []
    spans: list[tuple[float, float]] = []
    marks = sorted(marks)
    sides: dict[bool, list[tuple[float, str, tuple[float, float]]]] = {True: [], False: []}
    for index, (x, words) in enumerate(marks):
        wide = _width(words, 12.5, 600) + 8
        left = x + wide > WIDTH or (index == 0 and len(marks) > 1 and x >= wide)
        sides[left].append((x, words, (x - wide, x) if left else (x, x + wide)))
    ordered = [(True, *side) for side in sides[True]] + [(False, *side) for side in reversed(sides[False])]
    for left, x, words, span in ordered:
        taken = {h.level for h, (start, end) in zip(heads, spans, strict=True) if start <= span[1] and span[0] <= end}
        heads.append(_Head(x, words, left, max(taken, default=-1) + 1))
        spans.append(span)
    return heads


def _part_labels(
    name: str, parts: Sequence[Part], scale: "_Scale", top: float, values: Sequence[str]
) -> tuple[list[str], float]:
    """A label under each part as near to its start as fits; over two or more lines where they do not fit in one."""
    edges = [scale(edge) for edge in accumulate((max(part.value, ZERO) for part in parts), initial=ZERO)]
    widths = [
        max(_width(part.label, 13), _width(value, 13.5, 700)) + 30 for part, value in zip(parts, values, strict=True)
    ]
    lines: list[list[int]] = [[]]
    for index, wide in enumerate(widths):
        if lines[-1] and sum(widths[i] for i in lines[-1]) + wide > WIDTH + 12:
            lines.append([])
        lines[-1].append(index)
    shapes = []
    for number, line in enumerate(lines):
        free, x, y = WIDTH + 12.0, 0.0, top + 22 + number * 44
        for position, index in enumerate(line):
            rest = sum(widths[i] for i in line[position:])
            x = max(x, min(edges[index], free - rest))
            shapes.append(
                _element("rect", x=x + 0.5, y=y - 9.5, width=10, height=10, fill=_fill(name, index), stroke=MUTED)
            )
            shapes.append(_text(x + 17, y, _fit(parts[index].label, WIDTH - x - 17, 13), size=13, fill=MUTED))
            shapes.append(_text(x + 17, y + 17, values[index], size=13.5, weight=700))
            x += widths[index]
    return shapes, top + 46 + (len(lines) - 1) * 44


def _fill(name: str, index: int) -> str:
    return f"url(#{_id(name)}-hatch)" if index == 2 else TONES[min(index, len(TONES) - 1)]


def _defs(name: str) -> str:
    stripe = _element("path", d="M-1,1 l2,-2 M0,6 l6,-6 M5,7 l2,-2", stroke=MID, stroke_width=1.2)
    pattern = {"id": f"{_id(name)}-hatch", "width": 6, "height": 6, "patternUnits": "userSpaceOnUse"}
    return _element("defs", _element("pattern", _rect(0, 0, 6, 6, LIGHT) + stripe, **pattern))


# --- Drawing ----------------------------------------------------------------------------------------------------------


class _Scale:
    """Places amounts between two coordinates; nought is always on it, and nothing falls outside."""

    def __init__(self, values: Sequence[Decimal], start: float, end: float, headroom: float = 1) -> None:
        self.low, self.high = min([*values, ZERO]), max([*values, ZERO]) * Decimal(str(headroom))
        self.start, self.end = start, end

    def __call__(self, value: Decimal) -> float:
        span = self.high - self.low
        share = float((value - self.low) / span) if span else 0.0
        return round(self.start + (self.end - self.start) * min(max(share, 0.0), 1.0), 1)


def _chart(
    name: str,
    title: str,
    shapes: Sequence[str],
    height: float,
    table: Table,
    defs: str = "",
    width: float = WIDTH,
    facts: Sequence[str] | None = None,
) -> Chart:
    """The drawing in its frame. The PDF takes a figure's alternative from `<title>`, so that says it all."""
    if facts is None:
        facts = [f"{row[0]}: {', '.join(_worded(table.header, row))}" for row in table.rows]
    alt = _clean(f"{title}: {'; '.join(facts)}." if facts else f"{title}.")
    if not shapes:
        shapes, height = [_text(0, 18, "–", fill=MUTED)], 28
    size = {"width": width, "height": height, "viewBox": f"0 0 {_number(width)} {_number(height)}"}
    about = _element("title", escape(alt)) + _element("desc", escape(_clean(", ".join(table.header))))
    svg = _element(
        "svg",
        about + defs + "".join(shapes),
        xmlns="http://www.w3.org/2000/svg",
        id=_id(name),
        role="img",
        font_family=FONT,
        **size,
    )
    return Chart(mark_safe(svg), alt, table)


def _worded(header: Sequence[str], row: Sequence[str]) -> list[str]:
    """The values of a row; from the second on with the word of their column ("31, doel 26")."""
    named = [f"{word.lower()} {value}" for word, value in zip(header[2:], row[2:], strict=False) if value != "–"]
    return [row[1], *named]


def _element(tag: str, content: str = "", /, **attributes: object) -> str:
    pairs = "".join(
        f' {key if key in ("viewBox", "patternUnits") else key.replace("_", "-")}="{escape(_attribute(value))}"'
        for key, value in attributes.items()
    )
    return f"<{tag}{pairs}>{content}</{tag}>" if content else f"<{tag}{pairs}/>"


def _attribute(value: object) -> str:
    return _number(value) if isinstance(value, int | float) else str(value)


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _rect(x: float, y: float, width: float, height: float, fill: str) -> str:
    return _element("rect", x=x, y=y, width=max(width, 0), height=max(height, 0), fill=fill)


def _circle(x: float, y: float, radius: float, fill: str, stroke: str = "none") -> str:
    return _element("circle", cx=x, cy=y, r=radius, fill=fill, stroke=stroke, stroke_width=2)


def _line(points: Sequence[tuple[float, float]], colour: str, width: float, dashes: str = "") -> str:
    extra = {"stroke_dasharray": dashes} if dashes else {}
    joined = " ".join(f"{_number(x)},{_number(y)}" for x, y in points)
    return _element(
        "polyline", points=joined, fill="none", stroke=colour, stroke_width=width, stroke_linejoin="round", **extra
    )


def _mark(x: float, top: float, bottom: float) -> str:
    """A goal or a moment: a line with a white edge, so that it is seen on dark bars too."""
    x = min(max(x, 1.5), WIDTH - 1.5)
    return _rect(x - 2.5, top, 5, bottom - top, PAPER) + _rect(x - 1.25, top, 2.5, bottom - top, GOAL)


def _text(
    x: float, y: float, words: str, *, size: float = 13, weight: int = 400, fill: str = INK, anchor: str = "start"
) -> str:
    return _element(
        "text", escape(_clean(words)), x=x, y=y, font_size=size, font_weight=weight, fill=fill, text_anchor=anchor
    )


def _text_within(x: float, y: float, words: str, **look: object) -> str:
    left, right = _span_within(x, words, float(str(look.get("size", 13))))
    return _text((left + right) / 2, y, words, anchor="middle", **look)  # type: ignore[arg-type]


def _span_within(x: float, words: str, size: float) -> tuple[float, float]:
    """Where words centred on x come to stand when they may not leave the drawing."""
    wide = _width(words, size, 600)
    left = min(max(x - wide / 2, 0), max(WIDTH - wide, 0))
    return left, left + wide


def _spread(ends: Sequence[tuple[float, str, str]], apart: float, bottom: float) -> list[float]:
    """Heights of labels that do not overlap, as near as possible to where their lines end."""
    heights: list[float] = []
    for y, *_ in ends:
        heights.append(max(y, heights[-1] + apart) if heights else y)
    over = max(heights[-1] - bottom, 0) if heights else 0
    return [y - over for y in heights]


def _ticks(highest: Decimal) -> list[Decimal]:
    """Three to six round steps from nought up to just above the highest value."""
    if highest <= 0:
        return [ZERO]
    power = Decimal(1).scaleb(math.floor(highest.log10()))
    step = next(
        power * factor for factor in map(Decimal, ("0.2", "0.25", "0.5", "1", "2")) if highest <= 5 * power * factor
    )
    return [step * n for n in range(math.ceil(highest / step) + 1)]


# --- Words ------------------------------------------------------------------------------------------------------------


def _range(low: Decimal | None, high: Decimal | None, format: Format) -> str:
    known = sorted({value for value in (low, high) if value is not None})
    return "–".join(format(value) for value in known) or "–"


def _value(value: Decimal | None, format: Format) -> str:
    return "–" if value is None else format(value)


def _width(text: str, size: float, weight: int = 400) -> float:
    """About how wide a text is in our font; a little too wide rather than too narrow."""
    ems = sum(0.29 if c in NARROW else 0.82 if c in WIDE else 0.6 if c.isupper() else 0.51 for c in text)
    return ems * size * (1 if weight == 400 else 1.06)


def _size_for(text: str, width: float, size: float) -> float:
    """The size at which a text fits, but never too small to read."""
    return round(max(min(size, size * width / max(_width(text, size, 600), 1)), 9), 1)


def _fit(text: str, width: float, size: float) -> str:
    """The text, cut off with an ellipsis where it is too long; the table has it in full."""
    if _width(text, size) <= width:
        return text
    while len(text) > 3 and _width(text + "…", size) > width:
        text = text[:-1]
    return text.rstrip() + "…"


def _clean(text: str) -> str:
    """Without the characters that XML does not allow, white space as single spaces."""
    return re.sub(r"[^\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "", re.sub(r"[\t\n\r ]+", " ", str(text)))


def _id(name: str) -> str:
    return "chart-" + re.sub(r"[^A-Za-z0-9_-]", "-", name)
