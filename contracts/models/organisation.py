"""Contractors and partners, and who belongs to what."""

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
    # Where letters to it go; all blank where nobody told. The country is written where it is
    # abroad, whatever register the firm stands in.
    street = models.CharField(
        _("street and number, or PO box"), max_length=120, blank=True, default="", db_default=""
    )
    postcode = models.CharField(_("postcode"), max_length=12, blank=True, default="", db_default="")
    place = models.CharField(_("place"), max_length=80, blank=True, default="", db_default="")
    address_country = models.CharField(
        _("country of the address"), max_length=60, blank=True, default="", db_default=""
    )

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

    @property
    def address_lines(self) -> list[str]:
        """The postal address as it stands on a letter, without the name; empty where it is not
        known.
        """
        town = f"{self.postcode} {self.place}".strip()
        return [line for line in (self.street, town, self.address_country) if line]

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.name_folded = folded(self.name)[:200]
        super().save(*args, **kwargs)


class PartnerKind(models.TextChoices):
    SOCIAL_FIRM = "social_firm", _("social firm")
    ASSOCIATION = "association", _("association or foundation")
    SCHOOL = "school", _("school")
    MUNICIPALITY = "municipality", _("municipality")
    WERKCENTRUM = "werkcentrum", _("Werkcentrum")
    OTHER = "other", _("other")


class PartnerState(models.TextChoices):
    ASKED = "asked", _("asks to take part")
    IN = "in", _("takes part")
    REFUSED = "refused", _("not let in")


class Partner(ScopedModel):
    """An organisation that has needs or people in a region: let in by its staff, or by its own
    asking.
    """

    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="partners")
    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=15, choices=PartnerKind.choices)
    # By this number it is known whether the firm is recognised (`contracts.social_firms`).
    kvk = models.CharField(_("KvK number"), max_length=8, blank=True, validators=[CHECK_KVK])
    place = models.CharField(_("place"), max_length=100, blank=True)
    state = models.CharField(max_length=10, choices=PartnerState.choices)
    # Where who asked is answered; empty once that was done.
    asked_email = models.EmailField(max_length=254, blank=True)
    made_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    scope = Scope(
        region="region",
        partner="pk",
        region_wide=(May.SEE_DESK,),
        told_to=(May.FULFIL,),
        told_when=Q(state=PartnerState.IN),
    )

    class Meta:
        ordering = ("name", "pk")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state=PartnerState.ASKED, answered_at=None)
                | (~Q(state=PartnerState.ASKED) & Q(answered_at__isnull=False, asked_email="")),
                name="partner_answered_has_date",
            ),
            models.UniqueConstraint(
                fields=["region", "name"],
                condition=Q(state=PartnerState.IN),
                name="partner_in_once",
            ),
        ]

    def __str__(self) -> str:
        return self.name


def for_whom(prefix: str) -> models.CheckConstraint:
    """The role says whether it is for a contractor, for a partner, or for neither."""
    outside = Q(role__in=[Role.CONTRACTOR, Role.PARTNER])
    return models.CheckConstraint(
        condition=Q(role=Role.CONTRACTOR, contractor__isnull=False, partner=None)
        | Q(role=Role.PARTNER, contractor=None, partner__isnull=False)
        | (~outside & Q(contractor=None, partner=None)),
        name=f"{prefix}_is_for_whom_its_role_says",
    )


# Who lets partners in sees the people whom they let in.
OF_A_PARTNER = Q(partner__isnull=False)
# Who sees for whom somebody signs in, or is asked to.
WHO_SIGNS_IN = Scope(
    region="region",
    contractor="contractor",
    region_wide=(May.MANAGE_USERS,),
    told_to=(May.LET_PARTNERS_IN,),
    told_when=OF_A_PARTNER,
)


class Membership(ScopedModel):
    """A person, a role, a region, and the municipalities, the contractor or the partner it is
    for.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships"
    )
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="memberships")
    municipalities = models.ManyToManyField(Municipality, blank=True, related_name="memberships")
    contractor = models.ForeignKey(
        Contractor, on_delete=models.PROTECT, null=True, blank=True, related_name="memberships"
    )
    partner = models.ForeignKey(
        Partner, on_delete=models.PROTECT, null=True, blank=True, related_name="memberships"
    )
    started_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    # The provider of sign-in whose groups give this role, and when it last said so; empty for what
    # was given here.
    vouched_by = models.CharField(max_length=50, blank=True, default="", db_default="")
    vouched_at = models.DateTimeField(null=True, blank=True)
    # When its holder was told that it ends, see `contracts.people.ending`.
    warned_at = models.DateTimeField(null=True, blank=True)

    scope = WHO_SIGNS_IN
    history = kept(
        Scope(region="region", region_wide=(May.MANAGE_USERS,)), m2m_fields=[municipalities]
    )

    class Meta:
        constraints: ClassVar = [
            for_whom("membership"),
            models.UniqueConstraint(
                fields=["user", "role", "region"],
                condition=Q(ended_at=None, contractor=None, partner=None),
                name="membership_once",
            ),
            models.UniqueConstraint(
                fields=["user", "region", "contractor"],
                condition=Q(ended_at=None, contractor__isnull=False),
                name="membership_of_contractor_once",
            ),
            models.UniqueConstraint(
                fields=["user", "region", "partner"],
                condition=Q(ended_at=None, partner__isnull=False),
                name="membership_of_partner_once",
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
    partner = models.ForeignKey(
        Partner, on_delete=models.PROTECT, null=True, blank=True, related_name="invitations"
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

    scope = WHO_SIGNS_IN

    class Meta:
        ordering = ("-pk",)
        constraints: ClassVar = [
            for_whom("invitation"),
            models.CheckConstraint(
                condition=Q(accepted_at=None) | Q(withdrawn_at=None),
                name="invitation_accepted_or_withdrawn",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email} · {self.get_role_display()} · {self.region}"
