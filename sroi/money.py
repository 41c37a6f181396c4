"""Money: exact to the cent, one rounding, sums that add up.

Amounts are euro excluding VAT, `Decimal` with two decimals in Python and integer cents in the
database, so that sums are exact and equal on SQLite and PostgreSQL. Exact intermediate values are
`Fraction`.
"""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db import models
from django.db.models.expressions import Combinable
from django.utils.translation import gettext as _

ZERO = Decimal("0.00")
# Digits before the decimals that a number can have at most.
MOST_DIGITS = 13


def misfit(number: Decimal | int, places: int = 2) -> str:
    """Why a number cannot be kept exactly with so many decimals; empty where it can."""
    exact = Decimal(number)
    if not exact.is_finite() or (exact and exact.adjusted() >= MOST_DIGITS):
        return _("This number is too large.")
    if exact != round(exact, places):
        return _("This number has more than %(places)s decimals.") % {"places": places}
    return ""


def not_an_amount(number: Decimal | int | None) -> str:
    """Why this is no amount of zero or more, to the cent; empty where it is, and for None: nothing
    was said yet.

    The one check of an amount: fields, imports, files of rules and doors ask it. A change may be
    negative: `misfit`.
    """
    if number is None:
        return ""
    return misfit(number) or (_("An amount cannot be below zero.") if number < 0 else "")


class Balance:
    """What is owed beside what was done; a surplus is no negative shortfall."""

    obligation: Any
    realised: Any

    @property
    def shortfall(self) -> Decimal:
        return max(self.obligation - self.realised, ZERO)

    @property
    def surplus(self) -> Decimal:
        """What was done more than was owed: shown, never carried over."""
        return max(self.realised - self.obligation, ZERO)


def rounded(exact: Fraction | Decimal | int, places: int = 2) -> Decimal:
    """`exact` to `places` decimals, half away from zero (2.345 → 2.35, −2.345 → −2.35)."""
    scaled = abs(Fraction(exact)) * 10**places
    units = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Decimal(units if exact >= 0 else -units).scaleb(-places)


def cumulative(
    parts: Iterable[Fraction], before: Fraction = Fraction(0), places: int = 2
) -> list[Decimal]:
    """Round each part so that any run of parts adds up to the rounded total.

    Line i = round(u1 + … + ui) − round(u1 + … + u(i−1)). `before` is the exact sum of the parts of
    the same sequence that were rounded earlier. Source: DOMAIN.md section 3.
    """
    lines, total, told = [], before, rounded(before, places)
    for part in parts:
        total += part
        reached = rounded(total, places)
        lines.append(reached - told)
        told = reached
    return lines


class ScaledIntegerField(models.BigIntegerField):
    """A decimal with a fixed number of places, kept as an integer."""

    places = 0
    # What the type checker knows of the field: decimals go in and come out, whatever the column
    # holds.
    _pyi_private_set_type: Decimal | int | str | Combinable  # type: ignore[assignment]
    _pyi_private_get_type: Decimal  # type: ignore[assignment]

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Decimal | None:
        return None if value is None else Decimal(int(value)).scaleb(-self.places)

    def to_python(self, value: Any) -> Decimal | None:
        return (
            None
            if value in (None, "")
            else Decimal(str(value)).quantize(Decimal(1).scaleb(-self.places))
        )

    def get_prep_value(self, value: Any) -> int | None:
        if value is None:
            return None
        scaled = Decimal(str(value)).scaleb(self.places)
        if scaled != scaled.to_integral_value():
            raise ValueError(misfit(Decimal(str(value)), self.places))
        return int(scaled)

    def formfield(self, **kwargs: Any) -> Any:
        from django import forms

        return models.Field.formfield(
            self,
            **{
                "form_class": forms.DecimalField,
                "decimal_places": self.places,
                "max_digits": 15,
                **kwargs,
            },
        )


class MoneyField(ScaledIntegerField):
    """Euro excluding VAT, to the cent."""

    places = 2


class FteField(ScaledIntegerField):
    """Full-time equivalents, to a millionth, so that a month's part of a year adds up."""

    places = 6
