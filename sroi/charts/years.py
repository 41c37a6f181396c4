"""Time: years beside each other, months, the way to a goal."""

import math
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from sroi.charts.drawing import (
    DARK,
    GOAL,
    INK,
    LIGHT,
    MID,
    MUTED,
    PALE,
    PAPER,
    RULE,
    WIDTH,
    Scale,
    chart_of,
    decimal_text,
    dot,
    element,
    path_of,
    rectangle,
    spread_out,
    text_at,
    text_within,
    tick_values,
)
from sroi.charts.facts import ZERO, Bar, Chart, ChartTable, Format, GoalStep, Line, Year
from sroi.charts.narrow import WIDTH as NARROW
from sroi.charts.narrow import Row, tone_of, with_rows
from sroi.charts.words import fitted, range_words, size_for, value_words, width_of

# How the first line of months is drawn, the second, and what comes after.
LINES = ((DARK, 3.5, ""), (MID, 2, "2 4"), (MUTED, 1.5, "8 4"))


def year_columns(
    name: str, title: str, years: Sequence[Year], *, columns: tuple[str, str, str], format: Format
) -> Chart:
    """A column per year, the current one dark, with the goal as a line across; a year without data
    says so.
    """
    goals = any(year.low is not None or year.high is not None for year in years)
    height = 222 if goals else 206
    values = [
        value for year in years for value in (year.value, year.low, year.high) if value is not None
    ]
    scale = Scale(values, height - (42 if goals else 26), 24)
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
            shapes.append(
                rectangle(left, above, wide, below - above, DARK if year.current else LIGHT)
            )
        marks = sorted({scale(goal) for goal in (year.low, year.high) if goal is not None})
        for y in marks:
            shapes.append(rectangle(left - over, y - 2.5, wide + 2 * over, 5, PAPER))
            shapes.append(rectangle(left - over, y - 1.25, wide + 2 * over, 2.5, GOAL))
        weight = 700 if year.current else 600
        label = "–" if year.value is None else format(year.value)
        size, y, fill = size_for(label, slot - 6, 14), above - 7, INK
        if any(above - 21 < mark < above + 3 for mark in marks):
            # A goal's line is where the value would stand: inside the column, or else above the
            # line.
            if below - above > 26 and not any(above <= mark < above + 25 for mark in marks):
                y, fill = above + 18, PAPER if year.current else INK
            else:
                y = min(marks[0], above) - 9
        shapes.append(
            text_at(middle, y, label, size=size, weight=weight, anchor="middle", fill=fill)
        )
        bottom = height - (24 if goals else 8)
        shapes.append(
            text_at(middle, bottom, year.label, size=13, weight=weight, anchor="middle", fill=INK)
        )
        if year.low is not None or year.high is not None:
            words = f"{columns[2]} {range_words(year.low, year.high, format)}"
            size = size_for(words, slot - 4, 12)
            shapes.append(
                text_at(
                    middle, bottom + 18, words, size=size, weight=600, fill=GOAL, anchor="middle"
                )
            )
    shapes.append(rectangle(0, scale(ZERO) - 0.5, WIDTH, 1, MUTED))
    rows = tuple(
        (y.label, value_words(y.value, format), range_words(y.low, y.high, format)) for y in years
    )
    table = (
        ChartTable(columns, rows)
        if goals
        else ChartTable(columns[:2], tuple(row[:2] for row in rows))
    )
    narrow = [
        Row(
            y.label,
            value_words(y.value, format),
            y.value,
            tone=tone_of(y.current),
            goals=[goal for goal in (y.low, y.high) if goal is not None],
            goal_words=f"{columns[2]} {row[2]}" if row[2] != "–" else "",
        )
        for y, row in zip(years, rows, strict=True)
    ]
    return with_rows(
        chart_of(name, title, shapes if years else [], height, table), name, title, narrow
    )


def lines_by_month(
    name: str,
    title: str,
    months: Sequence[str],
    lines: Sequence[Line],
    *,
    goal: Bar | None = None,
    now: tuple[int, str] | None = None,
    column: str,
    format: Format,
) -> Chart:
    """Running totals by month: the first line is this year's, the others are for comparison; the
    goal lies across.

    Where months do not fit beside each other, some stand without their name. `now` marks a month
    with a word. For a phone it is drawn once more for that width, and the lines are named below it.
    """
    header = (column, *(line.label for line in lines), *([goal.label] if goal else []))
    rows = tuple(
        (
            month,
            *(
                value_words(line.values[index] if index < len(line.values) else None, format)
                for line in lines
            ),
            *([format(goal.value)] if goal else []),
        )
        for index, month in enumerate(months)
    )
    # Twelve months of two years are too much to listen to: the alternative gives where each line
    # stands.
    last = [(line.label, [value for value in line.values if value is not None]) for line in lines]
    facts = [f"{label} {format(known[-1])}" for label, known in last if known]
    facts += [f"{goal.label} {format(goal.value)}"] if goal else []
    table = ChartTable(header, rows)
    wide, narrow = (
        chart_of(
            f"{name}{more}",
            title,
            *_lines_drawn(months, lines, goal, now, format, width),
            table,
            width=width,
            facts=facts,
        )
        for more, width in (("", WIDTH), ("-small", NARROW))
    )
    return replace(wide, small=narrow.svg)


def _lines_drawn(
    months: Sequence[str],
    lines: Sequence[Line],
    goal: Bar | None,
    now: tuple[int, str] | None,
    format: Format,
    width: float,
) -> tuple[list[str], float]:
    """The shapes, and how high they come to be."""
    is_narrow = width < WIDTH
    height, top, bottom = 280, 14, 250
    values = [value for line in lines for value in line.values if value is not None]
    highest = max([*values, goal.value if goal else ZERO, ZERO])
    ticks = tick_values(highest) if min([*values, ZERO]) >= 0 else [ZERO]
    scale = Scale([*values, *ticks, *([goal.value] if goal else [])], bottom, top)
    left = max(width_of(format(tick), 12) for tick in ticks) + 12
    names = [line.label for line in lines] + ([goal.label] if goal else [])
    beside = max((width_of(text, 13, 600) for text in names), default=0) + 14
    right = width - (8 if is_narrow else min(beside, WIDTH * 0.3))
    step = (right - left) / max(len(months) - 1, 1)
    shapes = []
    for tick in ticks:
        y = scale(tick)
        shapes.append(rectangle(left, y - 0.5, right - left, 1, MUTED if tick == 0 else RULE))
        shapes.append(text_at(left - 9, y + 4, format(tick), size=12, fill=MUTED, anchor="end"))
    every = max(
        math.ceil((max((width_of(month, 12) for month in months), default=0) + 6) / step), 1
    )
    for index, month in list(enumerate(months))[::every]:
        shapes.append(
            text_within(left + index * step, bottom + 19, month, width=width, size=12, fill=MUTED)
        )
    if now:
        x = left + now[0] * step
        shapes.append(path_of([(x, top + 4), (x, bottom)], GOAL, 1.5, "2 3"))
        shapes.append(text_within(x, top - 2, now[1], width=width, size=12, fill=GOAL, weight=600))
    ends: list[tuple[float, str, str]] = []
    if goal:
        shapes.append(
            path_of([(left, scale(goal.value)), (right, scale(goal.value))], GOAL, 2, "6 4")
        )
        ends.append((scale(goal.value), goal.label, GOAL))
    for index, line in reversed(list(enumerate(lines))):
        dots = [
            (left + m * step, scale(v))
            for m, v in enumerate(line.values[: len(months)])
            if v is not None
        ]
        colour, thick, dashes = LINES[min(index, len(LINES) - 1)]
        if dots:
            shapes.append(path_of(dots, colour, thick, dashes))
            shapes.append(dot(*dots[-1], 4.5, colour))
            if is_narrow:
                continue
            if len(dots) == len(months):
                ends.append((dots[-1][1], line.label, colour))
            else:
                shapes.append(
                    text_at(
                        dots[-1][0],
                        dots[-1][1] - 12,
                        line.label,
                        weight=700,
                        fill=colour,
                        anchor="middle",
                    )
                )
    if is_narrow:
        keys = [
            (
                path_of([(0, 6), (14, 6)], colour, thick, dashes),
                fitted(line.label, width - 18, 12.5),
            )
            for (colour, thick, dashes), line in zip(LINES, lines, strict=False)
        ]
        keys += (
            [(path_of([(0, 6), (14, 6)], GOAL, 2, "6 4"), fitted(goal.label, width - 18, 12.5))]
            if goal
            else []
        )
        shapes.extend(_legend(keys, height))
        return (shapes if values else []), height + 20 * len(keys)
    for y, (_, label, colour) in zip(
        spread_out(sorted(ends), 16, bottom), sorted(ends), strict=True
    ):
        shapes.append(
            text_at(
                right + 10,
                y + 4.5,
                fitted(label, WIDTH - right - 10, 13),
                size=13,
                weight=600,
                fill=colour,
            )
        )
    return (shapes if values else []), height


def growth_path(
    name: str,
    title: str,
    steps: Sequence[GoalStep],
    *,
    columns: tuple[str, str],
    format: Format,
    promised: Sequence[GoalStep] = (),
    promises: tuple[str, str] = ("", ""),
    scenario: GoalStep | None = None,
    scenario_label: str = "",
) -> Chart:
    """From what was reached to what is aimed at: points over the years, with a band where the aim
    is a range.

    `promised` are bars behind them, filled to the low and outlined to the high, which `promises`
    names (what has no name is not there); a scenario is a bracket from low to high beside its year.
    """
    height, bottom = 240, 206
    steps = sorted(steps, key=lambda step: step.year)
    extra = [*promised, *([scenario] if scenario else [])]
    highs = [_top(step) for step in steps]
    values = [*highs, *(step.low for step in steps), *map(_top, extra)]
    scale = Scale(values, bottom, 34)
    labels = [range_words(step.low, step.high, format) for step in steps]
    margin = max((width_of(label, 14, 700) for label in labels), default=0) / 2 + 6
    every = sorted({step.year for step in (*steps, *extra)})
    first, last = (every[0], every[-1]) if every else (0, 0)
    years = max(last - first, 1)
    at = {
        year: margin + (WIDTH - 2 * margin) * ((year - first) / years if last > first else 0.5)
        for year in every
    }
    shapes = [_promise(at[step.year], step, scale) for step in promised]
    if steps:
        upper = [(at[step.year], scale(high)) for step, high in zip(steps, highs, strict=True)]
        lower = [(at[step.year], scale(step.low)) for step in steps]
        points = " ".join(f"{decimal_text(x)},{decimal_text(y)}" for x, y in upper + lower[::-1])
        shapes.append(element("polygon", points=points, fill=LIGHT))
        shapes.append(rectangle(0, scale(ZERO) - 0.5, WIDTH, 1, MUTED))
        shapes.append(path_of(lower, MID, 2))
        for i, ((x, y_high), (_, y_low), step, label) in enumerate(
            zip(upper, lower, steps, labels, strict=True)
        ):
            if y_high < y_low:
                shapes.append(path_of([(x, y_high), (x, y_low)], DARK, 2))
                shapes.append(dot(x, y_high, 4.5, PAPER, DARK))
            shapes.append(
                dot(x, y_low, 5.5, DARK) if step.reached else dot(x, y_low, 4.5, PAPER, DARK)
            )
            shapes.append(
                text_at(
                    x,
                    min(y_high - 12, _highest(upper, i, width_of(label, 14, 700) / 2) - 6),
                    label,
                    size=14,
                    weight=700 if step.reached else 600,
                    anchor="middle",
                )
            )
    if steps:
        shapes.extend(
            text_at(x, bottom + 22, str(year), size=13, fill=MUTED, anchor="middle")
            for year, x in at.items()
        )
    if scenario:
        shapes.append(_bracket(at[scenario.year], scenario, scale))
    keys = [
        *(
            key
            for key in (
                (rectangle(0, 0, 11, 11, MID), promises[0]),
                (_outline(0, 0, 11, 11), promises[1]),
            )
            if promised and key[1]
        ),
        *([(rectangle(4, 0, 2.5, 11, GOAL), scenario_label)] if scenario else []),
    ]
    shapes.extend(_legend(keys, height))
    rows = [(str(step.year), label) for step, label in zip(steps, labels, strict=True)]
    for i, word in enumerate(promises if promised else ()):
        if not word:
            continue
        rows += [(f"{word} {p.year}", format(_top(p) if i else p.low)) for p in promised]
    if scenario:
        rows.append(
            (f"{scenario_label} {scenario.year}", range_words(scenario.low, scenario.high, format))
        )
    chart = chart_of(name, title, shapes, height + 20 * len(keys), ChartTable(columns, tuple(rows)))
    by_year = {step.year: step for step in steps}
    running = {step.year: step for step in promised}
    narrow = []
    for year in every:
        aim, beside = by_year.get(year), scenario if scenario and scenario.year == year else None
        row = Row(str(year), "", promised=running.get(year), scenario=beside)
        if aim:
            words, tone = range_words(aim.low, aim.high, format), tone_of(aim.reached)
            row = replace(row, words=words, value=aim.low, high=aim.high, tone=tone)
        narrow.append(row)
    return with_rows(chart, name, title, narrow, keys=keys)


def _top(step: GoalStep) -> Decimal:
    return step.low if step.high is None else step.high


def _highest(line: Sequence[tuple[float, float]], at: int, beside: float) -> float:
    """Where the line comes highest within so much of a point, so that words can stand above it."""
    (x, y), found = line[at], line[at][1]
    for x2, y2 in (*line[max(at - 1, 0) : at], *line[at + 1 : at + 2]):
        found = min(found, y + (y2 - y) * min(beside / abs(x2 - x), 1))
    return found


def _promise(x: float, step: GoalStep, scale: Scale) -> str:
    """A bar to the high, outlined, and in it one to the low, filled."""
    wide, ground = 26, scale(ZERO)
    high, low = scale(_top(step)), scale(step.low)
    return _outline(x - wide / 2, high, wide, ground - high) + rectangle(
        x - wide / 2, low, wide, ground - low, MID
    )


def _outline(x: float, y: float, width: float, height: float) -> str:
    frame = {"x": x + 0.5, "y": y + 0.5, "width": max(width - 1, 0), "height": max(height - 1, 0)}
    return element("rect", **frame, fill=PALE, stroke=MUTED, stroke_width=1)


def _bracket(x: float, step: GoalStep, scale: Scale) -> str:
    x = min(x + 22, WIDTH - 6)
    high, low = scale(_top(step)), scale(step.low)
    ends = rectangle(x - 6, high - 1.25, 12, 2.5, GOAL) + rectangle(
        x - 6, low - 1.25, 12, 2.5, GOAL
    )
    return rectangle(x - 1.25, high, 2.5, low - high, GOAL) + ends


def _legend(keys: Sequence[tuple[str, str]], top: float) -> list[str]:
    """What the shapes stand for, one under another."""
    return [
        element(
            "g",
            mark + text_at(18, 10, words, size=12.5, fill=MUTED),
            transform=f"translate(0 {top + 20 * i + 2})",
        )
        for i, (mark, words) in enumerate(keys)
    ]
