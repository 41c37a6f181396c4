"""How what a statement counts is said, on the page and on paper alike."""

from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import ngettext

from reporting.figures.words import category
from reporting.statements.stated import Part


def counted(parts: Sequence[Part]) -> list[tuple[str, str, Decimal]]:
    """Per category what it is called, how many and in how many lines, and what they come to."""
    return [(category(part.category), how_many(part), part.amount) for part in parts]


def how_many(part: Part) -> str:
    number = ngettext("%(n)s fulfilment", "%(n)s fulfilments", part.fulfilments)
    lines = ngettext("%(n)s ledger line", "%(n)s ledger lines", part.lines)
    return f"{number % {'n': part.fulfilments}}, {lines % {'n': part.lines}}"
