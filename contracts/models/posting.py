"""Postings and closed years: what both ledgers share."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from contracts.models.region import Region
from sroi.access import Scope, ScopedModel


class LedgerHead(models.Model):
    """One row per region, locked by every posting and by the finalising of a year, so that these
    exclude each other.
    """

    region = models.OneToOneField(Region, on_delete=models.PROTECT, related_name="ledger_head")
    last_number = models.PositiveBigIntegerField(default=0)

    unscoped_because = "a lock and a counter; no page reads it"

    def __str__(self) -> str:
        return f"{self.region_id}: {self.last_number}"


class Posting(ScopedModel):
    """One act at one moment by one person; its number rises in commit order within the region."""

    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="postings")
    number = models.PositiveBigIntegerField(_("number"))
    at = models.DateTimeField(_("when"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="postings",
    )
    why = models.CharField(_("why"), max_length=500)

    scope = Scope(region="region")

    class Meta:
        ordering = ("region", "number")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["region", "number"], name="posting_number")
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.why}"


class ClosedYear(ScopedModel):
    """A year whose report is final: lines for its months are booked in the first open month."""

    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="closed_years")
    year = models.PositiveSmallIntegerField(_("year"))
    last_posting = models.PositiveBigIntegerField()
    closed_at = models.DateTimeField()

    scope = Scope(region="region")

    class Meta:
        ordering = ("region", "year")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["region", "year"], name="closed_year_once")
        ]

    def __str__(self) -> str:
        return str(self.year)
