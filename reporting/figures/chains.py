"""A goal as a chain of percentages of a procurement volume.

Euro and percent (5.00 is 5%): 800,000,000 × 5% × 85% = 34,000,000, which is 4.25% of it. The amount
is rounded to the cent, the share to two decimals, both from the exact product. Source: DOMAIN.md
section 7.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import prod
from typing import Any

from sroi.money import rounded


@dataclass(frozen=True)
class Chain:
    volume: Decimal
    percents: tuple[Decimal, ...]

    @classmethod
    def of(cls, goal: Any) -> "Chain | None":
        """That of a goal as it is stored, or None where it is a number by itself."""
        if goal.volume is None or not goal.percents:
            return None
        return cls(goal.volume, tuple(map(Decimal, goal.percents)))

    @property
    def amount(self) -> Decimal:
        return rounded(Fraction(self.volume) * self._product)

    @property
    def share(self) -> Decimal:
        """In percent of the volume."""
        return rounded(self._product * 100)

    def share_of(self, result: Decimal) -> Decimal | None:
        """What came of it, in percent of the volume."""
        return rounded(Fraction(result) * 100 / Fraction(self.volume)) if self.volume else None

    @property
    def stored(self) -> list[str]:
        return stored(self.percents)

    @property
    def _product(self) -> Fraction:
        return prod((Fraction(percent) / 100 for percent in self.percents), start=Fraction(1))


def stored(percents: Iterable[Decimal]) -> list[str]:
    """Percents as text, each in one way."""
    return [str(percent.quantize(Decimal("0.01"))) for percent in percents]
