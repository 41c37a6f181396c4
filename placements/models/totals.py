"""Totals of the fulfilment ledger, kept: made from the lines, never the truth.

They have the columns of the lines by which figures are asked; of `month` and `booked` the first day
of the year stands there, where a total is of years. Only `placements.ledger.kept` writes them.
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from contracts.models import BuildingBlock, Category, Contract, Municipality, Region
from placements.models.fulfilment import Fulfilment
from sroi.money import ZERO, FteField, MoneyField

WHY = "sums without a person, read by figures for who was let in to all of them"


class TotalsUntil(models.Model):
    """The number of the last posting of a region of which the lines are in its totals."""

    region = models.OneToOneField(
        Region, on_delete=models.CASCADE, primary_key=True, related_name="totals"
    )
    posting = models.PositiveBigIntegerField(default=0)

    unscoped_because = "says how far totals are; no page reads it"

    def __str__(self) -> str:
        return f"{self.region_id}: {self.posting}"


class Total(models.Model):
    """Once per region and what it is `by`; of which `lines`, and what of them it `sums`. Whatever
    is deleted here has no lines, so no totals.
    """

    region = models.ForeignKey(
        Region, on_delete=models.DO_NOTHING, related_name="+", db_index=False
    )
    municipality = models.ForeignKey(
        Municipality, on_delete=models.DO_NOTHING, related_name="+", db_index=False
    )
    booked = models.DateField()
    category = models.CharField(max_length=20, choices=Category.choices)
    amount = MoneyField(default=ZERO)

    by: ClassVar[tuple[str, ...]]
    sums: ClassVar[tuple[str, ...]] = ("amount",)
    lines: ClassVar = Q()
    is_of_years: ClassVar = True
    unscoped_because = WHY

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.booked} {self.category} {self.amount}"


class DoneOfMonth(Total):
    """What was booked in a month."""

    by = ("booked", "municipality", "category")
    sums = ("amount", "paid")
    is_of_years = False

    paid = MoneyField(default=ZERO)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["region", "booked", "municipality", "category"], name="done_of_month"
            )
        ]


class DoneOfYear(Total):
    """What was booked in a year, by all of a line but who did it."""

    by = (
        *("booked", "month", "municipality", "category"),
        *("block", "target_group", "policy_field"),
    )
    sums = ("amount", "fte", "paid")

    month = models.DateField()
    block = models.ForeignKey(
        BuildingBlock, on_delete=models.DO_NOTHING, related_name="+", db_index=False
    )
    target_group = models.CharField(max_length=60, blank=True)
    policy_field = models.CharField(max_length=60, blank=True)
    fte = FteField(default=0)
    paid = MoneyField(default=ZERO)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=[
                    *("region", "booked", "month", "municipality", "category"),
                    *("block", "target_group", "policy_field"),
                ],
                name="done_of_year",
            )
        ]


class DoneOfContract(Total):
    """What was booked in a year under a contract. What can be put right of a contract stands with
    it, so that no total has to follow.
    """

    by = ("contract", "booked", "municipality", "category")

    contract = models.ForeignKey(
        Contract, on_delete=models.DO_NOTHING, related_name="+", db_index=False
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["contract", "booked", "municipality", "category"],
                name="done_of_contract",
            )
        ]
        indexes: ClassVar = [models.Index(fields=["region"], name="done_of_contract_region")]


class PlacedOfYear(Total):
    """What was booked in a year of a placement, so that workplaces are counted."""

    by = (
        *("fulfilment", "booked", "month", "municipality"),
        *("category", "target_group", "policy_field"),
    )
    lines = Q(category=Category.WORK)

    fulfilment = models.ForeignKey(
        Fulfilment, on_delete=models.DO_NOTHING, related_name="+", db_index=False
    )
    month = models.DateField()
    target_group = models.CharField(max_length=60, blank=True)
    policy_field = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=[
                    *("fulfilment", "booked", "month", "municipality"),
                    *("category", "target_group", "policy_field"),
                ],
                name="placed_of_year",
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["region", "booked"], name="placed_of_year_booked")
        ]
