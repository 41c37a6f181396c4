"""What contractor and adviser say to each other about a claim, beside its events: how it stood each
time that it went back and forth, and that a contractor disagrees with a decision.
"""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from placements.models.fulfilment import FulfilmentEvent, FulfilmentVersion
from sroi.access import Scope, ScopedModel

# Procurement officers see no single placement, so no path to a municipality here.
OF_VERSION = Scope(
    region="version__fulfilment__region", contractor="version__fulfilment__contractor"
)


class KeptEdition(ScopedModel):
    """What a version said when it was asked back, and when it was handed in again.

    `content` is as `claims.editions` writes it. It is about a person where the version is: it goes
    when that is erased.
    """

    version = models.ForeignKey(
        FulfilmentVersion, on_delete=models.PROTECT, related_name="kept_editions"
    )
    event = models.OneToOneField(
        FulfilmentEvent, on_delete=models.PROTECT, related_name="kept_edition"
    )
    content = models.JSONField()

    scope = OF_VERSION

    class Meta:
        ordering = ("event",)

    def __str__(self) -> str:
        return f"{self.version_id} {self.event_id}"


class DisagreementState(models.TextChoices):
    OPEN = "open", _("waits for an answer")
    KEPT = "kept", _("the decision stays")
    AGAIN = "again", _("reviewed again")


class Disagreement(ScopedModel):
    """The contractor does not agree with a rejection, or with less than was claimed: said once of a
    decision, and answered once.
    """

    version = models.OneToOneField(
        FulfilmentVersion, on_delete=models.PROTECT, related_name="disagreement"
    )
    # What was claimed: the version itself where it was rejected, else the one before it.
    claim = models.ForeignKey(FulfilmentVersion, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=DisagreementState.choices,
        default=DisagreementState.OPEN,
    )
    why = models.CharField(_("why the contractor disagrees"), max_length=1000)
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answer = models.CharField(_("answer of the adviser"), max_length=1000, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    scope = OF_VERSION

    class Meta:
        ordering = ("pk",)
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(why=""), name="disagreement_says_why"),
            models.CheckConstraint(
                condition=Q(state=DisagreementState.OPEN, answered_at=None)
                | (~Q(state=DisagreementState.OPEN) & Q(answered_at__isnull=False)),
                name="disagreement_answered_has_date",
            ),
            models.CheckConstraint(
                condition=~Q(state=DisagreementState.KEPT) | ~Q(answer=""),
                name="disagreement_kept_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version_id} {self.get_state_display()}"
