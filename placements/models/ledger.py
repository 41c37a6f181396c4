"""The fulfilment ledger: append-only, one line per month and municipality of a fulfilment under a
contract.
"""

from typing import ClassVar

from django.db import models

from contracts.models import BuildingBlock, Category, Contract, Municipality, Posting
from placements.models.fulfilment import Fulfilment, FulfilmentVersion
from sroi.access import Scope, ScopedModel
from sroi.money import ZERO, FteField, MoneyField


class FulfilmentLine(ScopedModel):
    """What a month of a fulfilment counted for one municipality. Never changed, never deleted;
    mended by a reversal.

    `amount` is the credited value, `paid` what a social firm was really paid (excl. VAT); both
    euro.
    """

    contract = models.ForeignKey(
        Contract, on_delete=models.PROTECT, related_name="fulfilment_lines"
    )
    municipality = models.ForeignKey(
        Municipality, on_delete=models.PROTECT, related_name="fulfilment_lines"
    )
    month = models.DateField()
    booked = models.DateField()
    fulfilment = models.ForeignKey(Fulfilment, on_delete=models.PROTECT, related_name="lines")
    version = models.ForeignKey(FulfilmentVersion, on_delete=models.PROTECT, related_name="lines")
    category = models.CharField(max_length=20, choices=Category.choices)
    block = models.ForeignKey(BuildingBlock, on_delete=models.PROTECT, related_name="lines")
    target_group = models.CharField(max_length=60, blank=True)
    policy_field = models.CharField(max_length=60, blank=True)
    amount = MoneyField()
    fte = FteField(default=0)
    paid = MoneyField(default=ZERO)
    posting = models.ForeignKey(Posting, on_delete=models.PROTECT, related_name="fulfilment_lines")
    reverses = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="reversed_by"
    )

    # Procurement officers see totals per contract, never a single placement: so no path to the
    # municipality here.
    scope = Scope(region="contract__region", contractor="fulfilment__contractor")

    class Meta:
        ordering = ("posting", "pk")
        indexes: ClassVar = [
            models.Index(fields=["contract", "month"], name="fulfilment_line_month"),
            models.Index(fields=["booked", "category"], name="fulfilment_line_booked"),
            models.Index(fields=["fulfilment", "contract"], name="fulfilment_line_sequence"),
        ]

    def __str__(self) -> str:
        return f"{self.fulfilment_id} {self.month} {self.amount}"
