"""How a quarter is called."""

from datetime import date

from django.utils.translation import gettext as _


def quarter_words(quarter: date) -> str:
    """`2e kwartaal 2025`."""
    return _("quarter %(number)s of %(year)s") % {
        "number": (quarter.month + 2) // 3,
        "year": quarter.year,
    }
