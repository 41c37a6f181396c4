"""A certificate of a contractor on the PSO performance ladder, which may give a discount on what it
owes.
"""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from contracts.models.organisation import Contractor
from contracts.models.region import PsoLevel, Region
from sroi.access import Scope, ScopedModel


class PsoCertificate(ScopedModel):
    """Registered once for a contractor in a region, whatever the number of contracts; both days are
    included.
    """

    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="certificates")
    contractor = models.ForeignKey(
        Contractor, on_delete=models.PROTECT, related_name="certificates"
    )
    level = models.CharField(_("level"), max_length=10, choices=PsoLevel.choices)
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until"))
    registered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    registered_at = models.DateTimeField()

    scope = Scope(
        region="region",
        municipality="contractor__contracts__shares__municipality",
        contractor="contractor",
    )

    class Meta:
        ordering = ("valid_from", "pk")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(valid_until__gte=F("valid_from")), name="certificate_ends_after_start"
            ),
            models.UniqueConstraint(
                fields=["region", "contractor", "level", "valid_from", "valid_until"],
                name="certificate_once",
            ),
        ]

    def __str__(self) -> str:
        return f"PSO {self.get_level_display()}"
