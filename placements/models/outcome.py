"""What became of a person after a placement: asked at its end and some months after it.

It belongs to the fulfilment and says nothing about who it was, so it stays when references are
erased. Source: DOMAIN.md section 6.
"""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from placements.models.fulfilment import Fulfilment
from sroi.access import Scope, ScopedModel


class Moment(models.TextChoices):
    """When it is asked; how many months after the last day says `placements.outcomes.asking`."""

    END = "end", _("at the end")
    AFTER_6 = "after_6", _("6 months after")
    AFTER_12 = "after_12", _("12 months after")


class Became(models.TextChoices):
    STILL_HERE = "still_here", _("still works here")
    ELSEWHERE = "elsewhere", _("works elsewhere")
    LEARNING = "learning", _("is learning")
    NOT_WORKING = "not_working", _("does not work")
    UNKNOWN = "unknown", _("not known")


class PlacementOutcome(ScopedModel):
    """The answer at one moment, with who gave it; a later answer takes its place."""

    fulfilment = models.ForeignKey(Fulfilment, on_delete=models.PROTECT, related_name="outcomes")
    moment = models.CharField(_("when"), max_length=10, choices=Moment.choices)
    outcome = models.CharField(_("outcome"), max_length=15, choices=Became.choices)
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    # Procurement officers see no single placement, so no path to a municipality here.
    scope = Scope(region="fulfilment__region", contractor="fulfilment__contractor")

    class Meta:
        ordering = ("fulfilment", "moment")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["fulfilment", "moment"], name="outcome_once"),
            models.CheckConstraint(
                condition=models.Q(moment__in=Moment.values, outcome__in=Became.values),
                name="outcome_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.fulfilment_id} {self.moment}"
