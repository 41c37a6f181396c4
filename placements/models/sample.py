"""A sample of accepted fulfilments of a quarter, and what was found when each of them was
checked.
"""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from contracts.models import Region
from placements.models.fulfilment import FulfilmentVersion
from sroi.access import Scope, ScopedModel
from sroi.history.keeping import kept


class Sample(ScopedModel):
    """Drawn from what was accepted in a quarter, after one posting and up to another. With its seed
    it is drawn again.

    While a quarter runs a second sample can be drawn of what was accepted since the first.
    """

    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="samples")
    first_day = models.DateField(_("first day of the quarter"))
    after_posting = models.PositiveBigIntegerField()
    last_posting = models.PositiveBigIntegerField()
    size = models.PositiveSmallIntegerField(_("how many"))
    seed = models.CharField(_("seed"), max_length=64)
    population = models.PositiveIntegerField()
    drawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    drawn_at = models.DateTimeField()

    # Who was checked is not told beforehand: neither contractors nor procurement officers see a
    # sample.
    scope = Scope(region="region")

    class Meta:
        ordering = ("-first_day", "-pk")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["region", "first_day", "after_posting"], name="sample_drawn_once"
            ),
            models.CheckConstraint(
                condition=Q(last_posting__gt=F("after_posting")), name="sample_has_a_population"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.region_id} {self.first_day}"


class Outcome(models.TextChoices):
    IN_ORDER = "in_order", _("in order")
    NOT_IN_ORDER = "not_in_order", _("not in order")


class SampleCheck(ScopedModel):
    """One accepted version in a sample: drawn, or there because its reviewer had entered it or
    accepted it without evidence; and what was found.
    """

    sample = models.ForeignKey(Sample, on_delete=models.PROTECT, related_name="checks")
    version = models.ForeignKey(FulfilmentVersion, on_delete=models.PROTECT, related_name="checks")
    self_reviewed = models.BooleanField(default=False)
    without_evidence = models.BooleanField(default=False)
    outcome = models.CharField(_("outcome"), max_length=15, choices=Outcome.choices, blank=True)
    found = models.CharField(_("what was found"), max_length=1000, blank=True)
    done = models.CharField(_("what was done"), max_length=1000, blank=True)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    checked_at = models.DateTimeField(_("checked on"), null=True, blank=True)

    scope = Scope(region="sample__region")
    history = kept(Scope(region="sample__region"))

    class Meta:
        ordering = ("sample", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["sample", "version"], name="sample_check_once"),
            models.CheckConstraint(
                condition=Q(outcome="", checked_at=None)
                | (~Q(outcome="") & Q(checked_at__isnull=False)),
                name="sample_check_has_date",
            ),
            models.CheckConstraint(
                condition=~Q(outcome="not_in_order") | (~Q(found="") & ~Q(done="")),
                name="sample_check_says_what",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sample_id} {self.version_id}"
