"""The words in a chart: how wide they are, and how they fit."""

import re
from decimal import Decimal

from sroi.charts.facts import Format

NARROW, WIDE = frozenset("iljtfrI.,:;'’|!() ·-"), frozenset("mwMWÆŒ%…—")


def range_words(low: Decimal | None, high: Decimal | None, format: Format) -> str:
    known = sorted({value for value in (low, high) if value is not None})
    return "–".join(format(value) for value in known) or "–"


def value_words(value: Decimal | None, format: Format) -> str:
    return "–" if value is None else format(value)


def width_of(text: str, size: float, weight: int = 400) -> float:
    """About how wide a text is in our font; a little too wide rather than too narrow."""
    ems = sum(
        0.29 if c in NARROW else 0.82 if c in WIDE else 0.6 if c.isupper() else 0.51 for c in text
    )
    return ems * size * (1 if weight == 400 else 1.06)


def size_for(text: str, width: float, size: float) -> float:
    """The size at which a text fits, but never too small to read."""
    return round(max(min(size, size * width / max(width_of(text, size, 600), 1)), 9), 1)


def fitted(text: str, width: float, size: float) -> str:
    """The text, cut off with an ellipsis where it is too long; the table has it in full."""
    if width_of(text, size) <= width:
        return text
    while len(text) > 3 and width_of(text + "…", size) > width:
        text = text[:-1]
    return text.rstrip() + "…"


def cleaned(text: str) -> str:
    """Without the characters that XML does not allow, white space as single spaces."""
    return re.sub(
        r"[^\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]",
        "",
        re.sub(r"[\t\n\r ]+", " ", str(text)),
    )


def clean_id(name: str) -> str:
    return "chart-" + re.sub(r"[^A-Za-z0-9_-]", "-", name)
