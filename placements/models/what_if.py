"""What the accepted work of a year would have been worth under a valuation table: computed apart
from the ledger, and made again whenever it is asked.
"""

from typing import ClassVar

from django.db import models

from contracts.models import ValuationTable
from sroi.access import Scope, ScopedModel


class WhatIf(ScopedModel):
    """A table held against a year. `rows` are allocations with what was credited in the year and
    what would have been, in cents, and the row of the table that took the place of theirs.
    """

    table = models.ForeignKey(ValuationTable, on_delete=models.CASCADE, related_name="held")
    year = models.PositiveSmallIntegerField()
    # The content of the table and the last posting that it was computed from.
    edition = models.CharField(max_length=20)
    posting = models.PositiveBigIntegerField()
    rows = models.JSONField(default=list)
    made_at = models.DateTimeField()

    scope = Scope(region="table__region")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["table", "year"], name="what_if_once")
        ]

    def __str__(self) -> str:
        return f"{self.table_id} {self.year}"
