"""Charts as SVG: one drawing for the web page and for the PDF.

A `Chart` has the drawing, its text alternative and its figures as a table. What makes one drawing
do for both: only literal attributes (no `style`, `class`, `currentColor` or variables: a PDF has no
page styles inside a drawing, and the site forbids inline styles), coordinates that are never
localised, every text escaped, ids that begin with the chart's `name`. Tones differ in lightness and
values stand beside their bars, so that a grey print tells the same. Words come in translated;
`columns` heads the table and lends its words to labels.
"""

import math
from collections.abc import Sequence
from decimal import Decimal

from django.utils.html import escape
from django.utils.safestring import mark_safe

from sroi.charts.facts import ZERO, Chart, ChartTable
from sroi.charts.words import clean_id, cleaned, width_of

DARK, MID, LIGHT, GREY, PALE = "#0b4a5b", "#3f8a9b", "#a9cfd8", "#c9ced3", "#f1f4f5"
GOAL, INK, MUTED, RULE, PAPER = "#b4540a", "#1b2a30", "#55636a", "#dfe3e6", "#ffffff"
TONES = (DARK, MID, LIGHT, PALE)
FONT = "Register Sans, Source Sans 3, Arial, sans-serif"
WIDTH = 640


class Scale:
    """Places amounts between two coordinates; nought is always on it, and nothing falls outside."""

    def __init__(
        self, values: Sequence[Decimal], start: float, end: float, headroom: float = 1
    ) -> None:
        self.low, self.high = min([*values, ZERO]), max([*values, ZERO]) * Decimal(str(headroom))
        self.start, self.end = start, end

    def __call__(self, value: Decimal) -> float:
        span = self.high - self.low
        share = float((value - self.low) / span) if span else 0.0
        return round(self.start + (self.end - self.start) * min(max(share, 0.0), 1.0), 1)


def chart_of(
    name: str,
    title: str,
    shapes: Sequence[str],
    height: float,
    table: ChartTable,
    defs: str = "",
    width: float = WIDTH,
    facts: Sequence[str] | None = None,
) -> Chart:
    """The drawing in its frame. The PDF takes a figure's alternative from `<title>`, so that says
    it all.
    """
    if facts is None:
        facts = [f"{row[0]}: {', '.join(worded(table.header, row))}" for row in table.rows]
    alt = cleaned(f"{title}: {'; '.join(facts)}." if facts else f"{title}.")
    if not shapes:
        shapes, height = [text_at(0, 18, "–", fill=MUTED)], 28
    size = {
        "width": width,
        "height": height,
        "viewBox": f"0 0 {decimal_text(width)} {decimal_text(height)}",
    }
    svg = element(
        "svg",
        element("title", escape(alt)) + defs + "".join(shapes),
        xmlns="http://www.w3.org/2000/svg",
        id=clean_id(name),
        role="img",
        font_family=FONT,
        **size,
    )
    return Chart(mark_safe(svg), alt, table)


def worded(header: Sequence[str], row: Sequence[str]) -> list[str]:
    """The values of a row; from the second on with the word of their column ("31, doel 26")."""
    named = [
        f"{word.lower()} {value}"
        for word, value in zip(header[2:], row[2:], strict=False)
        if value != "–"
    ]
    return [row[1], *named]


def element(tag: str, content: str = "", /, **attributes: object) -> str:
    pairs = "".join(
        f' {attribute_name(key)}="{escape(attribute_text(value))}"'
        for key, value in attributes.items()
    )
    return f"<{tag}{pairs}>{content}</{tag}>" if content else f"<{tag}{pairs}/>"


def attribute_name(key: str) -> str:
    return key if key in ("viewBox", "patternUnits") else key.replace("_", "-")


def attribute_text(value: object) -> str:
    return decimal_text(value) if isinstance(value, int | float) else str(value)


def decimal_text(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def rectangle(x: float, y: float, width: float, height: float, fill: str) -> str:
    return element("rect", x=x, y=y, width=max(width, 0), height=max(height, 0), fill=fill)


def dot(x: float, y: float, radius: float, fill: str, stroke: str = "none") -> str:
    return element("circle", cx=x, cy=y, r=radius, fill=fill, stroke=stroke, stroke_width=2)


def path_of(
    points: Sequence[tuple[float, float]], colour: str, width: float, dashes: str = ""
) -> str:
    extra = {"stroke_dasharray": dashes} if dashes else {}
    joined = " ".join(f"{decimal_text(x)},{decimal_text(y)}" for x, y in points)
    return element(
        "polyline",
        points=joined,
        fill="none",
        stroke=colour,
        stroke_width=width,
        stroke_linejoin="round",
        **extra,
    )


def tick_mark(x: float, top: float, bottom: float, width: float = WIDTH) -> str:
    """A goal or a moment: a line with a white edge, so that it is seen on dark bars too."""
    x = min(max(x, 1.5), width - 1.5)
    return rectangle(x - 2.5, top, 5, bottom - top, PAPER) + rectangle(
        x - 1.25, top, 2.5, bottom - top, GOAL
    )


def text_at(
    x: float,
    y: float,
    words: str,
    *,
    size: float = 13,
    weight: int = 400,
    fill: str = INK,
    anchor: str = "start",
) -> str:
    return element(
        "text",
        escape(cleaned(words)),
        x=x,
        y=y,
        font_size=size,
        font_weight=weight,
        fill=fill,
        text_anchor=anchor,
    )


def text_within(x: float, y: float, words: str, width: float = WIDTH, **look: object) -> str:
    left, right = span_within(x, words, float(str(look.get("size", 13))), width)
    return text_at((left + right) / 2, y, words, anchor="middle", **look)  # type: ignore[arg-type]


def span_within(x: float, words: str, size: float, width: float = WIDTH) -> tuple[float, float]:
    """Where words centred on x come to stand when they may not leave the drawing."""
    wide = width_of(words, size, 600)
    left = min(max(x - wide / 2, 0), max(width - wide, 0))
    return left, left + wide


def spread_out(ends: Sequence[tuple[float, str, str]], apart: float, bottom: float) -> list[float]:
    """Heights of labels that do not overlap, as near as possible to where their lines end."""
    heights: list[float] = []
    for y, *_ in ends:
        heights.append(max(y, heights[-1] + apart) if heights else y)
    over = max(heights[-1] - bottom, 0) if heights else 0
    return [y - over for y in heights]


def tick_values(highest: Decimal) -> list[Decimal]:
    """Three to six round steps from nought up to just above the highest value."""
    if highest <= 0:
        return [ZERO]
    power = Decimal(1).scaleb(math.floor(highest.log10()))
    step = next(
        power * factor
        for factor in map(Decimal, ("0.2", "0.25", "0.5", "1", "2"))
        if highest <= 5 * power * factor
    )
    return [step * n for n in range(math.ceil(highest / step) + 1)]
