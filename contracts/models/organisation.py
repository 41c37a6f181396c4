"""Contractors, and who belongs to what."""

import unicodedata
from collections.abc import Mapping
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from contracts.models.region import Municipality, Region
from sroi.access import May, Role, Scope, ScopedModel
from sroi.fields import CHECK_KVK
from sroi.history.keeping import kept


def folded(text: str) -> str:
    """Text as it is searched: without accents, case folded, the same on both databases."""
    plain = unicodedata.normalize("NFKD", text)
    return "".join(c for c in plain if not unicodedata.combining(c)).casefold()


def identity(firm: Mapping[str, str]) -> dict[str, str]:
    """By what a firm is known: its KvK number or, abroad, its country and its number there."""
    names = ("kvk",) if firm["kvk"] else ("country", "register_number")
    return {name: firm[name] for name in names}


class Contractor(ScopedModel):
    """Identified by KvK number, or abroad by country and register number; one row for all
    regions.
    """

    kvk = models.CharField(
        _("KvK number"),
        max_length=8,
        null=True,
        blank=True,
        unique=True,
        validators=[CHECK_KVK],
    )
    country = models.CharField(_("country"), max_length=2, default="NL")
    register_number = models.CharField(_("register number"), max_length=40, blank=True)
    name = models.CharField(_("name"), max_length=200)
    name_folded = models.CharField(max_length=200, editable=False)

    scope = Scope(
        region="contracts__region",
        municipality="contracts__shares__municipality",
        contractor="pk",
        # What a firm did stays its own, also once another has its contracts.
        also=Scope(region="fulfilments__region", contractor="pk"),
    )
    history = kept(
        Scope(
            region="history_relation__contracts__region",
            also=Scope(region="history_relation__fulfilments__region"),
        ),
        related_name="history_rows",
    )

    class Meta:
        ordering = ("name_folded", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["country", "register_number"],
                condition=~Q(register_number=""),
                name="contractor_register",
            ),
            models.CheckConstraint(
                condition=Q(kvk__isnull=False) | ~Q(register_number=""),
                name="contractor_is_identified",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def register_words(self) -> str:
        """`KvK 12345678`, or abroad `BE 0123.456.789`."""
        return f"KvK {self.kvk}" if self.kvk else f"{self.country} {self.register_number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.name_folded = folded(self.name)[:200]
        super().save(*args, **kwargs)


class Membership(ScopedModel):
    """A person, a role, a region, and the municipalities or the contractor it is for."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships"
    )
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="memberships")
    municipalities = models.ManyToManyField(Municipality, blank=True, related_name="memberships")
    contractor = models.ForeignKey(
        Contractor, on_delete=models.PROTECT, null=True, blank=True, related_name="memberships"
    )
    started_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    scope = Scope(region="region", contractor="contractor", region_wide=(May.MANAGE_USERS,))
    history = kept(
        Scope(region="region", region_wide=(May.MANAGE_USERS,)), m2m_fields=[municipalities]
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(role=Role.CONTRACTOR, contractor__isnull=False)
                | (~Q(role=Role.CONTRACTOR) & Q(contractor=None)),
                name="membership_contractor_for_contractors",
            ),
            models.UniqueConstraint(
                fields=["user", "role", "region"],
                condition=Q(ended_at=None, contractor=None),
                name="membership_once",
            ),
            models.UniqueConstraint(
                fields=["user", "region", "contractor"],
                condition=Q(ended_at=None, contractor__isnull=False),
                name="membership_of_contractor_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()} · {self.region}"


class Invitation(ScopedModel):
    """Someone is asked in by e-mail, for one membership. The signed link works once, and for a
    week.

    One made by command, by who runs the server, also opens an account that exists: with a new
    password.
    """

    email = models.EmailField(_("e-mail address"), max_length=254)
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="invitations")
    municipalities = models.ManyToManyField(Municipality, blank=True, related_name="+")
    contractor = models.ForeignKey(
        Contractor, on_delete=models.PROTECT, null=True, blank=True, related_name="invitations"
    )
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    by_command = models.BooleanField(default=False)

    scope = Scope(region="region", contractor="contractor", region_wide=(May.MANAGE_USERS,))

    class Meta:
        ordering = ("-pk",)
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(role=Role.CONTRACTOR, contractor__isnull=False)
                | (~Q(role=Role.CONTRACTOR) & Q(contractor=None)),
                name="invitation_contractor_for_contractors",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at=None) | Q(withdrawn_at=None),
                name="invitation_accepted_or_withdrawn",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email} · {self.get_role_display()} · {self.region}"
