"""Bars: results beside goals, parts of a whole, how far a contract is."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate, pairwise

from sroi.charts.drawing import (
    DARK,
    GOAL,
    GREY,
    LIGHT,
    MID,
    MUTED,
    PALE,
    PAPER,
    RULE,
    TONES,
    WIDTH,
    Scale,
    chart_of,
    element,
    rectangle,
    text_at,
    text_within,
    tick_mark,
)
from sroi.charts.facts import ZERO, Bar, Chart, ChartTable, Format, Result
from sroi.charts.narrow import Row, with_rows
from sroi.charts.words import clean_id, fitted, range_words, width_of


def goal_bars(
    name: str, title: str, results: Sequence[Result], *, columns: tuple[str, str, str]
) -> Chart:
    """Each indicator's result as a bar on a scale of its own, with a mark where the goal is."""
    bar, top = 16, 0.0
    shapes: list[str] = []
    for result in results:
        shapes.append(
            text_at(0, top + 15, fitted(result.label, WIDTH * 0.6, 14), size=14, weight=600)
        )
        shapes.append(
            text_at(WIDTH, top + 15, result.format(result.value), size=16, weight=700, anchor="end")
        )
        goal = goals_of(result)
        if not goal:
            # Without a goal there is nothing to measure against: a bar would say nothing.
            shapes.append(rectangle(0, top + 25, WIDTH, 1, RULE))
            top += 42
            continue
        scale, y = Scale([result.value, *goal], 0, WIDTH, headroom=1.06), top + 26
        low, high = scale(min(goal)), scale(max(goal))
        shapes.append(rectangle(0, y, WIDTH, bar, PALE))
        shapes.append(rectangle(0, y, scale(max(result.value, ZERO)), bar, DARK))
        shapes.extend(tick_mark(x, y - 5, y + bar + 5) for x in sorted({low, high}))
        shapes.append(rectangle(low, y + bar + 3, high - low, 2.5, GOAL))
        words = f"{columns[2]} {range_words(result.low, result.high, result.format)}"
        shapes.append(
            text_within((low + high) / 2, y + bar + 19, words, size=12, fill=GOAL, weight=600)
        )
        top += 78
    rows = tuple(
        (r.label, r.format(r.value), range_words(r.low, r.high, r.format)) for r in results
    )
    narrow = [
        Row(
            r.label,
            r.format(r.value),
            # Without a goal a bar would say nothing.
            r.value if goals_of(r) else None,
            tone=DARK,
            goals=goals_of(r),
            goal_words=f"{columns[2]} {range_words(r.low, r.high, r.format)}"
            if goals_of(r)
            else "",
        )
        for r in results
    ]
    chart = chart_of(name, title, shapes, max(top - 8, 0), ChartTable(columns, rows))
    return with_rows(chart, name, title, narrow, own_scales=True)


def goals_of(result: Result) -> list[Decimal]:
    return [value for value in (result.low, result.high) if value is not None]


def horizontal_bars(
    name: str, title: str, bars: Sequence[Bar], *, columns: tuple[str, str], format: Format
) -> Chart:
    """Amounts by category or municipality, one bar each, the value behind it."""
    row = 30
    names = min(max((width_of(bar.label, 13.5) for bar in bars), default=0) + 14, WIDTH * 0.42)
    amounts = max((width_of(format(bar.value), 13.5, 600) for bar in bars), default=0) + 10
    before = amounts if any(bar.value < 0 for bar in bars) else 0
    scale = Scale([bar.value for bar in bars], names + before, WIDTH - amounts)
    shapes = []
    for index, bar in enumerate(bars):
        middle = index * row + row / 2
        start, end = sorted((scale(ZERO), scale(bar.value)))
        shapes.append(text_at(0, middle + 4.5, fitted(bar.label, names - 10, 13.5), size=13.5))
        shapes.append(
            rectangle(start, middle - 8, end - start, 16, MID if bar.value >= 0 else GREY)
        )
        x, anchor = (end + 7, "start") if bar.value >= 0 else (start - 7, "end")
        shapes.append(
            text_at(x, middle + 4.5, format(bar.value), size=13.5, weight=600, anchor=anchor)
        )
    shapes.append(rectangle(scale(ZERO) - 0.5, 2, 1, len(bars) * row - 4, MUTED))
    rows = tuple((bar.label, format(bar.value)) for bar in bars)
    chart = chart_of(
        name, title, shapes if bars else [], len(bars) * row, ChartTable(columns, rows)
    )
    return with_rows(
        chart, name, title, [Row(bar.label, format(bar.value), bar.value) for bar in bars]
    )


def progress_bar(
    name: str,
    title: str,
    parts: Sequence[Bar],
    marks: Sequence[Bar] = (),
    *,
    columns: tuple[str, str],
    format: Format,
) -> Chart:
    """An obligation in parts (realised, planned, pending, open) with marks, such as today and the
    schedule.
    """
    bar = 26
    total = sum((max(part.value, ZERO) for part in parts), ZERO)
    scale = Scale([total, *(mark.value for mark in marks)], 0, WIDTH)
    heads = mark_heads(
        [(scale(max(mark.value, ZERO)), f"{mark.label} {format(mark.value)}") for mark in marks]
    )
    top = 19 * (max((head.level for head in heads), default=-1) + 1) + 2
    shapes = stacked(name, parts, scale, top, bar)
    for head in heads:
        y = top - 19 * head.level - 7
        shapes.append(tick_mark(head.x, y - 11, top + bar + 4))
        x, anchor = (head.x - 6, "end") if head.leftward else (head.x + 6, "start")
        shapes.append(text_at(x, y, head.words, size=12.5, weight=600, fill=GOAL, anchor=anchor))
    labels, height = _part_labels(
        name, parts, scale, top + bar, [format(part.value) for part in parts]
    )
    rows = tuple((part.label, format(part.value)) for part in (*parts, *marks))
    return chart_of(
        name,
        title,
        shapes + labels if parts else [],
        height,
        ChartTable(columns, rows),
        pattern_defs(name),
    )


def small_progress_bar(
    name: str,
    title: str,
    parts: Sequence[Bar],
    marks: Sequence[Bar] = (),
    *,
    columns: tuple[str, str],
    format: Format,
    width: int = 120,
) -> Chart:
    """The same bar for a row of a table: no words in the drawing, all of them in its text
    alternative.
    """
    total = sum((max(part.value, ZERO) for part in parts), ZERO)
    scale = Scale([total, *(mark.value for mark in marks)], 0, width)
    shapes = stacked(name, parts, scale, 3, 10)
    shapes.extend(tick_mark(min(max(scale(mark.value), 1.5), width - 1.5), 0, 16) for mark in marks)
    rows = tuple((part.label, format(part.value)) for part in (*parts, *marks))
    return chart_of(name, title, shapes, 16, ChartTable(columns, rows), pattern_defs(name), width)


def split_bar(
    name: str, title: str, parts: Sequence[Bar], *, columns: tuple[str, str, str], format: Format
) -> Chart:
    """How a whole divides: one bar in at most four parts, each with its amount and percentage."""
    total = sum((max(part.value, ZERO) for part in parts), ZERO)
    scale = Scale([total], 0, WIDTH)
    percents = [f"{100 * max(part.value, ZERO) / total:.0f}%" if total else "–" for part in parts]
    values = [
        f"{format(part.value)} · {percent}" for part, percent in zip(parts, percents, strict=True)
    ]
    labels, height = _part_labels(name, parts, scale, 34, values)
    rows = tuple(
        (part.label, format(part.value), percent)
        for part, percent in zip(parts, percents, strict=True)
    )
    shapes = stacked(name, parts, scale, 0, 34) + labels if parts else []
    chart = chart_of(name, title, shapes, height, ChartTable(columns, rows), pattern_defs(name))
    narrow = [
        Row(part.label, words, part.value, tone=DARK)
        for part, words in zip(parts, values, strict=True)
    ]
    return with_rows(chart, name, title, narrow, whole=total)


def stacked(name: str, parts: Sequence[Bar], scale: Scale, top: float, height: float) -> list[str]:
    """The parts end to end, from dark to pale; the third is hatched, the fourth only outlined."""
    start, end = scale(ZERO), scale.end
    shapes = [rectangle(start, top, end - start, height, PALE)]
    edges = [
        scale(edge) for edge in accumulate((max(part.value, ZERO) for part in parts), initial=ZERO)
    ]
    for index, (left, right) in enumerate(pairwise(edges)):
        if right > left:
            shapes.append(rectangle(left, top, right - left, height, fill_of(name, index)))
    shapes.extend(
        rectangle(edge - 0.75, top, 1.5, height, PAPER)
        for edge in sorted(set(edges[1:-1]))
        if start < edge < end
    )
    frame = {"x": start + 0.5, "y": top + 0.5, "width": end - start - 1, "height": height - 1}
    shapes.append(element("rect", **frame, fill="none", stroke=MUTED, stroke_width=1))
    return shapes


@dataclass(frozen=True)
class _Head:
    """The words above a mark, to the left or right of its line, at a level above the bar."""

    x: float
    words: str
    leftward: bool
    level: int


def mark_heads(marks: Sequence[tuple[float, str]]) -> list[_Head]:
    """Place the words of marks so that neither words nor lines cross other words.

    The first mark's words stand left of it and those of the others right, where there is room.
    Where two overlap, the one whose line stays clear of the other's words goes a level up.
    """
    heads: list[_Head] = []
    spans: list[tuple[float, float]] = []
    marks = sorted(marks)
    sides: dict[bool, list[tuple[float, str, tuple[float, float]]]] = {True: [], False: []}
    for index, (x, words) in enumerate(marks):
        wide = width_of(words, 12.5, 600) + 8
        left = x + wide > WIDTH or (index == 0 and len(marks) > 1 and x >= wide)
        sides[left].append((x, words, (x - wide, x) if left else (x, x + wide)))
    ordered = [(True, *side) for side in sides[True]] + [
        (False, *side) for side in reversed(sides[False])
    ]
    for left, x, words, span in ordered:
        taken = {
            h.level
            for h, (start, end) in zip(heads, spans, strict=True)
            if start <= span[1] and span[0] <= end
        }
        heads.append(_Head(x, words, left, max(taken, default=-1) + 1))
        spans.append(span)
    return heads


def _part_labels(
    name: str, parts: Sequence[Bar], scale: Scale, top: float, values: Sequence[str]
) -> tuple[list[str], float]:
    """A label under each part as near to its start as fits; over two or more lines where they do
    not fit in one.
    """
    edges = [
        scale(edge) for edge in accumulate((max(part.value, ZERO) for part in parts), initial=ZERO)
    ]
    widths = [
        max(width_of(part.label, 13), width_of(value, 13.5, 700)) + 30
        for part, value in zip(parts, values, strict=True)
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
                element(
                    "rect",
                    x=x + 0.5,
                    y=y - 9.5,
                    width=10,
                    height=10,
                    fill=fill_of(name, index),
                    stroke=MUTED,
                )
            )
            shapes.append(
                text_at(
                    x + 17, y, fitted(parts[index].label, WIDTH - x - 17, 13), size=13, fill=MUTED
                )
            )
            shapes.append(text_at(x + 17, y + 17, values[index], size=13.5, weight=700))
            x += widths[index]
    return shapes, top + 46 + (len(lines) - 1) * 44


def fill_of(name: str, index: int) -> str:
    return f"url(#{clean_id(name)}-hatch)" if index == 2 else TONES[min(index, len(TONES) - 1)]


def pattern_defs(name: str) -> str:
    stripe = element("path", d="M-1,1 l2,-2 M0,6 l6,-6 M5,7 l2,-2", stroke=MID, stroke_width=1.2)
    pattern = {
        "id": f"{clean_id(name)}-hatch",
        "width": 6,
        "height": 6,
        "patternUnits": "userSpaceOnUse",
    }
    return element("defs", element("pattern", rectangle(0, 0, 6, 6, LIGHT) + stripe, **pattern))
