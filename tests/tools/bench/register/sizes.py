"""How large a register is: regions made of equal units, one of them a giant."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Unit:
    """What is made once through the doors, and then copied: so many contracts, with fulfilments."""

    contracts: int = 100
    fulfilments: int = 1000


@dataclass(frozen=True)
class Size:
    """Of each region how many units it is; the first is the giant, in which the roles work.

    `heavy` fulfilments come under one contract; `rows` are those of a file that is brought in.
    """

    regions: tuple[int, ...]
    heavy: int = 2000
    rows: int = 1000
    unit: Unit = Unit()

    @property
    def units(self) -> int:
        return sum(self.regions)

    def __str__(self) -> str:
        contracts, fulfilments = self.unit.contracts, self.unit.fulfilments
        return (
            f"{self.units * contracts:,} contracts, {self.units * fulfilments:,} fulfilments"
            f" in {len(self.regions)} regions, {self.regions[0] * contracts:,} contracts in the"
            " largest"
        )


SIZES = {
    "S": Size((3, 1, 1)),
    "M": Size((100, 40, 20, 10, 10, 5, 5, 5, 1, 1, 1, 1, 1), rows=5000),
    "L": Size((1000, 400, 200, 100, 100, 50, 50, 50, 10, 10, 10, 10, 10), rows=20_000),
}
