"""The columns of a file with action plans: a row is what is meant for a category in a quarter. What
each is called, how it is read, and how our own file says it.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.imports.columns import REFERENCE
from contracts.models import Category
from contracts.plans.schedule import quarter_of
from contracts.plans.words import quarter_words
from sroi.exchange import (
    EXAMPLE_WORD,
    Cell,
    Column,
    Warned,
    amount,
    as_written,
    choice_of,
    day,
    text,
)

# `2025-Q1`, `Q1 2025`, `1e kwartaal 2025`, `quarter 1 of 2025`.
_WORD, _NUMBER = r"(?:q|k|kw|kwartaal|quarter)[ -]*", r"(?P<number>[1-4])(?:e|st|nd|rd|th)?[ -]*"
_YEAR = r"(?:of |van )?(?P<year>\d{4})[ -]*"
_QUARTERS = [
    re.compile("".join(parts))
    for parts in ((_YEAR, _WORD, _NUMBER), (_WORD, _NUMBER, _YEAR), (_NUMBER, _WORD, _YEAR))
]
CATEGORIES_IN_DUTCH = {
    "inkoop": Category.SOCIAL_PURCHASING,
    "activiteit": Category.CSR,
    "MVO": Category.CSR,
    "MVO-activiteit": Category.CSR,
}


def quarter(cell: Cell) -> date | Warned:
    """The first day of a quarter: by its number and year, or by a day in it."""
    written = " ".join(as_written(cell).casefold().split())
    for pattern in _QUARTERS:
        if found := pattern.fullmatch(written):
            return date(int(found["year"]), int(found["number"]) * 3 - 2, 1)
    try:
        read = day(cell)
    except ValueError:
        raise ValueError(_("This is not a quarter: write it as 2025-Q1.")) from None
    there = read.value if isinstance(read, Warned) else read
    first = quarter_of(there)
    if first == there:
        return first
    return Warned(first, _("Read as %(quarter)s.") % {"quarter": quarter_words(first)}, "quarter")


PLAN_COLUMNS = (
    replace(REFERENCE, required=True),
    Column(
        "category",
        choice_of(Category.choices, CATEGORIES_IN_DUTCH),
        required=True,
        title=gettext_lazy("Category"),
        example=Category.WORK,
        also=("categorie", "soort", "soort invulling"),
    ),
    Column(
        "quarter",
        quarter,
        required=True,
        title=gettext_lazy("Quarter"),
        example="2025-Q2",
        also=("kwartaal", "periode"),
    ),
    Column(
        "planned_value",
        amount,
        required=True,
        title=gettext_lazy("Value that is planned"),
        example="5.000,00",
        also=("bedrag", "waarde", "gepland", "geplande waarde", "gepland bedrag"),
    ),
    Column(
        "planned_words",
        text(2000),
        default="",
        title=gettext_lazy("What will be done"),
        example=f"{EXAMPLE_WORD}: twee leerlingen (BBL)",
        also=("omschrijving", "wat", "toelichting", "plan", "plan van aanpak"),
    ),
    Column(
        "agreed_on",
        day,
        title=gettext_lazy("Agreed on"),
        example="01-03-2025",
        also=("afgesproken op", "akkoord op", "datum akkoord", "goedgekeurd op"),
    ),
)
# What an amount of a plan says in them, fetched with its plan and contract.
_CELLS: dict[str, Callable[[Any], Any]] = {
    "contract_reference": lambda row: row.plan.contract.reference,
    "category": lambda row: row.get_category_display(),
    "quarter": lambda row: quarter_words(row.quarter),
    "planned_value": lambda row: row.amount,
    "planned_words": lambda row: getattr(row.plan, row.category),
    "agreed_on": lambda row: row.plan.agreed_at and localtime(row.plan.agreed_at).date(),
}
IN_FILE = tuple((column.title, _CELLS[column.name]) for column in PLAN_COLUMNS)
