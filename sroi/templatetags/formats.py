"""How amounts, numbers and dates look: € 1.120.000, 2,5%, 31 december 2024.

Filters for templates and plain functions for Python, in the active language (Dutch unless it is
English). They take `Decimal`, `int`, `Fraction` or a number as text (frozen figures), never a
float, and round half away from zero.
"""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django import template
from django.utils import timezone
from django.utils.dateformat import format as date_text
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from sroi.money import rounded

register = template.Library()

NOTHING = "–"
MINUS = "−"
NO_BREAK_SPACE = "\u00a0"

# Where what has a name can be opened by who reads; empty where not.
Links = Callable[[str], str]

Number = Decimal | int | Fraction | str | None
Day = date | str | None


def linked(text: str, name: str, links: Links | None) -> SafeString:
    """A figure as it is written, as a link where its lines can be opened."""
    url = links(name) if links and name and text.strip() else ""
    return format_html('<a href="{}">{}</a>', url, text) if url else conditional_escape(text)


@register.simple_tag(takes_context=True)
def opened(context: Any, text: str, name: str) -> SafeString:
    """In a notice; a table that stands elsewhere opens nothing."""
    return linked(text, name, getattr(context.get("notice"), "links", None))


@register.filter
def euro(value: Number) -> str:
    """`€ 1.120.000`, with cents only where there are any: `€ 13.333,33`; below zero `€ −1.000`."""
    return _euro(value, keep_zeros=False)


@register.filter
def euro2(value: Number) -> str:
    """As `euro`, always with cents: `€ 1.120.000,00`."""
    return _euro(value, keep_zeros=True)


@register.filter
def whole_euro(value: Number) -> str:
    """As `euro`, in whole euros, for lists, charts and sentences: `€ 13.333`. Less than half a euro
    keeps its cents: it is not nothing.
    """
    amount = _exact(value)
    return NOTHING if amount is None else _euro(rounded(amount, 0) or amount, keep_zeros=False)


@register.filter
def number(value: Number) -> str:
    """With thousands and at most two decimals: `12.500`, `2,5`."""
    amount = _exact(value)
    return NOTHING if amount is None else _sign(amount) + _trimmed(_digits(amount))


def all_decimals(value: Decimal) -> str:
    """With every decimal that it has and none that says nothing, where rounding would mislead:
    `60`, `99,9999`.
    """
    text = f"{value:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text if _is_english() else text.replace(".", ",")


@register.filter
def percent(value: Number) -> str:
    """A percentage (2.5 is two and a half percent) with at most two decimals: `2,5%`, `63%`."""
    amount = _exact(value)
    return NOTHING if amount is None else f"{number(amount)}%"


@register.filter
def long_date(value: Day) -> str:
    """`31 december 2024`."""
    return _date(value, "j F Y")


@register.filter
def short_date(value: Day) -> str:
    """`31-12-2024`, in both languages: the form in which dates are typed and imported."""
    return _date(value, "d-m-Y")


@register.filter
def month_name(value: Day) -> str:
    """`maart 2024`."""
    return _date(value, "F Y")


def _exact(value: Number) -> Decimal | None:
    """`value` rounded to two decimals; nothing for None and an empty text (a variable the template
    lacks).
    """
    if value is None or value == "":
        return None
    if isinstance(value, float):
        raise TypeError("Amounts and numbers are Decimal, never float")
    return rounded(Decimal(value) if isinstance(value, str) else value)


def _euro(value: Number, keep_zeros: bool) -> str:
    amount = _exact(value)
    if amount is None:
        return NOTHING
    digits = _digits(amount)
    whole, cents = digits[:-3], digits[-2:]
    return f"€{NO_BREAK_SPACE}{_sign(amount)}{digits if keep_zeros or cents != '00' else whole}"


def _sign(amount: Decimal) -> str:
    return MINUS if amount < 0 else ""


def _digits(amount: Decimal) -> str:
    """Without sign, two decimals, in the separators of the active language."""
    digits = f"{abs(amount):,.2f}"
    return digits if _is_english() else digits.translate(str.maketrans(",.", ".,"))


def _trimmed(digits: str) -> str:
    """Without the zeros that end the decimals; `digits` always has two."""
    return digits.rstrip("0").rstrip(".,")


def _is_english() -> bool:
    return (get_language() or "nl").startswith("en")


def _date(value: Day, pattern: str) -> str:
    if value is None or value == "":
        return NOTHING
    if isinstance(value, str):
        value = date.fromisoformat(value)
    if isinstance(value, datetime) and timezone.is_aware(value):
        value = timezone.localtime(value)
    return date_text(value, pattern)
