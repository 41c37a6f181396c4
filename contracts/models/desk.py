"""How the work on contracts is divided: over days, and over people while one is away."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from contracts.models.contract import Contract
from contracts.models.region import Region
from sroi.access import May, Scope, ScopedModel


class PutOff(models.Model):
    """A contract comes back on somebody's work list on a day; until then it does not stand there.
    What waits for an answer stands there all the same.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    contract = models.ForeignKey(Contract, on_delete=models.CASCADE, related_name="+")
    until = models.DateField()

    unscoped_because = "everyone sees and sets their own only, see contracts.desk"

    class Meta:
        ordering = ("until", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "contract"], name="put_off_once")
        ]

    def __str__(self) -> str:
        return f"{self.contract_id} {self.until}"


class StandIn(ScopedModel):
    """While an adviser is away a colleague does their work in a region: from the first day up to
    and including the last.
    """

    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    absent = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="stood_in_for"
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="stands_in"
    )
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))

    scope = Scope(region="region", region_wide=(May.ADVISE,))

    class Meta:
        ordering = ("first_day", "pk")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(first_day__lte=F("last_day")), name="stand_in_first_before_last"
            ),
            models.CheckConstraint(condition=~Q(absent=F("by")), name="stand_in_is_another"),
        ]

    def __str__(self) -> str:
        return f"{self.absent_id} {self.first_day}"


class HandOverAhead(ScopedModel):
    """From a day to come somebody else advises on a contract. Until then it is who stands with the
    contract; in the night of that day it is written there, and this row goes.
    """

    contract = models.OneToOneField(
        Contract, on_delete=models.CASCADE, related_name="hand_over_ahead"
    )
    adviser = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    from_day = models.DateField(_("from"))
    reason = models.CharField(_("reason"), max_length=1000)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    scope = Scope(region="contract__region")

    class Meta:
        ordering = ("from_day", "pk")

    def __str__(self) -> str:
        return f"{self.contract_id} {self.from_day}"


class CalendarFeed(models.Model):
    """The secret address at which a calendar asks for somebody's days. Only its hash is kept, so it
    is shown once; a new one ends the one before.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    secret_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()

    unscoped_because = "everyone makes and ends their own only, see contracts.desk"

    def __str__(self) -> str:
        return f"{self.user_id} {self.made_at}"
