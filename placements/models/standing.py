"""How a contract stands, kept: totals that are made again from the lines, never the truth."""

from typing import ClassVar

from django.db import models

from contracts.models import Contract
from sroi.access import Scope, ScopedModel
from sroi.money import ZERO, MoneyField


class ContractStanding(ScopedModel):
    """What `placements.standing.progress` says of a contract on every day from `day` to `until`, in
    euro. Without those days, or with a mark (`OutOfStep`), it says nothing: ask
    `placements.standing.kept`, the only one that reads and writes it.
    """

    contract = models.OneToOneField(
        Contract, on_delete=models.CASCADE, primary_key=True, related_name="standing"
    )
    obligation = MoneyField(default=ZERO)
    realised = MoneyField(default=ZERO)
    planned = MoneyField(default=ZERO)
    pending = MoneyField(default=ZERO)
    status = models.CharField(max_length=15, blank=True)
    # The amounts of the agreed plan, as they are written, by the first day of their quarter.
    plan = models.JSONField(null=True)
    # The last day on which, or end of a month of which, something was heard; one that is still to
    # come counts as today.
    heard = models.DateField(null=True)
    day = models.DateField(null=True)
    until = models.DateField(null=True)

    scope = Scope(
        region="contract__region",
        municipality="contract__shares__municipality",
        contractor="contract__contractor",
    )

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["status", "contract"], name="standing_status"),
            models.Index(fields=["obligation", "contract"], name="standing_obligation"),
            models.Index(fields=["realised", "contract"], name="standing_realised"),
            models.Index(fields=["until"], name="standing_until"),
            models.Index(fields=["day"], name="standing_day"),
        ]

    def __str__(self) -> str:
        return f"{self.contract_id}: {self.status}"
