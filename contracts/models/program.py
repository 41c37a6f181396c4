"""Programs of others that read by token, and what each has read."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from contracts.models.region import Region
from sroi.access import May, Scope, ScopedModel
from sroi.history.keeping import kept


class Reads(models.TextChoices):
    """What a token can be for."""

    FIGURES = "figures", _("figures")
    CONTRACTS = "contracts", _("contracts")
    PROGRESS = "progress", _("how contracts stand")
    LINES = "lines", _("ledger lines")
    REPORTS = "reports", _("final reports")


class Program(ScopedModel):
    """A program that may read of one region. Of its token only a digest is kept: who lost it gets
    another.
    """

    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="programs")
    name = models.CharField(_("name"), max_length=100)
    reads = models.JSONField(_("may read"))
    token_digest = models.CharField(max_length=64, unique=True)
    # The last letters of the token, by which one knows which one it is.
    token_ends = models.CharField(_("token ends with"), max_length=4)
    valid_until = models.DateField(_("valid until"))
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    revoked_at = models.DateTimeField(_("stopped"), null=True, blank=True)

    scope = Scope(region="region", region_wide=(May.MANAGE_USERS,))
    history = kept(
        Scope(region="region", region_wide=(May.MANAGE_USERS,)), excluded_fields=["token_digest"]
    )

    class Meta:
        ordering = ("name", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["region", "name"],
                condition=models.Q(revoked_at=None),
                name="program_name_once",
            )
        ]

    def __str__(self) -> str:
        return self.name


class ProgramRead(ScopedModel):
    """That a program asked for something: when, what, and how it was answered."""

    program = models.ForeignKey(Program, on_delete=models.CASCADE, related_name="log")
    at = models.DateTimeField(db_index=True)
    path = models.CharField(max_length=200)
    status = models.PositiveSmallIntegerField()

    scope = Scope(region="program__region", region_wide=(May.MANAGE_USERS,))

    class Meta:
        ordering = ("-pk",)
        indexes: ClassVar = [models.Index(fields=["program", "at"], name="program_read_at")]

    def __str__(self) -> str:
        return f"{self.at} {self.path}"
