"""Places that contractors offer, needs of partners, and matches: who goes with what, and what came
of it.

Of a person no more is kept than the account manager's own reference and a target group, and only
until the match begins or ends. Source: DOMAIN.md sections 8 and 9.
"""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from contracts.models import BuildingBlock, Contract, Contractor, Municipality, Partner, Region
from placements.models.fulfilment import Fulfilment
from sroi.access import May, Scope, ScopedModel
from sroi.access.personal import PersonalField
from sroi.money import MoneyField


class Trade(models.TextChoices):
    """By which work, need and firm find each other; what of a CPV code or in words is which trade
    stands in `placements/matching/trades.json`.
    """

    GREEN = "green", _("green and outdoor work")
    CLEANING = "cleaning", _("cleaning")
    BUILDING = "building", _("building and infrastructure")
    TECHNIQUE = "technique", _("technique and maintenance")
    CATERING = "catering", _("catering")
    CARE = "care", _("care and welfare")
    OFFICE = "office", _("office and communication")
    ICT = "ict", _("ICT")
    TRANSPORT = "transport", _("transport and storage")
    PRODUCTION = "production", _("production and packing")
    EDUCATION = "education", _("education")
    OTHER = "other", _("other")


class PlaceKind(models.TextChoices):
    WORK = "work", _("work")
    APPRENTICESHIP = "apprenticeship", _("apprenticeship (BBL)")
    INTERNSHIP = "internship", _("internship (BOL)")
    WORK_EXPERIENCE = "work_experience", _("work experience")
    TRIAL = "trial", _("trial placement")


class NeedKind(models.TextChoices):
    PURCHASE = "purchase", _("work to buy from us")
    HOURS = "hours", _("hours of help")
    KNOWLEDGE = "knowledge", _("knowledge")
    GOODS = "goods", _("goods")
    PROJECT = "project", _("a project")


class OfferState(models.TextChoices):
    OPEN = "open", _("open")
    CLOSED = "closed", _("closed")


class Offered(ScopedModel):
    """What places and needs have in common."""

    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(_("title"), max_length=150)
    trade = models.CharField(_("trade"), max_length=12, choices=Trade.choices)
    about = models.CharField(_("about"), max_length=1000, blank=True)
    # None: anywhere in the region.
    municipality = models.ForeignKey(
        Municipality, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    first_day = models.DateField(_("from"))
    until = models.DateField(_("until"))
    state = models.CharField(max_length=6, choices=OfferState.choices, default=OfferState.OPEN)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(until__gte=F("first_day")), name="%(class)s_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(state=OfferState.OPEN, closed_at=None)
                | Q(state=OfferState.CLOSED, closed_at__isnull=False),
                name="%(class)s_closed_has_time",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Place(Offered):
    """A place where somebody can work or learn, under one or several contracts of a contractor."""

    contractor = models.ForeignKey(Contractor, on_delete=models.PROTECT, related_name="places")
    contracts = models.ManyToManyField(Contract, related_name="places")
    kind = models.CharField(_("kind"), max_length=15, choices=PlaceKind.choices)
    hours_per_week = models.DecimalField(_("hours per week"), max_digits=5, decimal_places=2)
    asked = models.CharField(_("what is asked"), max_length=500, blank=True)
    how_many = models.PositiveSmallIntegerField(_("how many"), default=1)

    scope = Scope(region="region", contractor="contractor", region_wide=(May.SEE_DESK,))

    class Meta(Offered.Meta):
        ordering = ("until", "pk")
        constraints: ClassVar = [
            *Offered.Meta.constraints,
            models.CheckConstraint(condition=Q(how_many__gt=0), name="place_is_for_somebody"),
            models.CheckConstraint(
                condition=Q(hours_per_week__gt=0, hours_per_week__lte=168),
                name="place_hours_of_a_week",
            ),
        ]


class Need(Offered):
    """What a partner would have done or sold; euro without VAT, or hours, where that is known."""

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="needs")
    kind = models.CharField(_("kind"), max_length=10, choices=NeedKind.choices)
    amount = MoneyField(_("amount excl. VAT"), null=True, blank=True)
    hours = models.DecimalField(_("hours"), max_digits=8, decimal_places=2, null=True, blank=True)

    scope = Scope(
        region="region",
        partner="partner",
        region_wide=(May.SEE_DESK,),
        told_to=(May.FULFIL,),
        told_when=Q(state=OfferState.OPEN),
    )

    class Meta(Offered.Meta):
        ordering = ("until", "pk")


class MatchState(models.TextChoices):
    OPEN = "open", _("proposed")
    ANSWERED = "answered", _("one side agrees")
    AGREED = "agreed", _("agreed")
    RUNNING = "running", _("running")
    ENDED = "ended", _("ended")
    DECLINED = "declined", _("turned down")


class WhyNot(models.TextChoices):
    """Why a match was declined: what helps the next one."""

    WORK = "work", _("the work does not fit")
    PLACE = "place", _("too far away")
    HOURS = "hours", _("the hours do not fit")
    TERM = "term", _("the time does not fit")
    AMOUNT = "amount", _("too much or too little")
    FOUND = "found", _("found elsewhere already")
    OTHER = "other", _("another reason")


class Came(models.TextChoices):
    """What came of a match."""

    AS_AGREED = "as_agreed", _("as agreed")
    MORE = "more", _("it goes on, or more came of it")
    PARTLY = "partly", _("partly")
    NOTHING = "nothing", _("it did not happen")


class Match(ScopedModel):
    """A candidate for a place, or a need that a contractor fulfils; for one contract."""

    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="matches")
    contractor = models.ForeignKey(Contractor, on_delete=models.PROTECT, related_name="matches")
    place = models.ForeignKey(
        Place, on_delete=models.PROTECT, null=True, blank=True, related_name="matches"
    )
    need = models.ForeignKey(
        Need, on_delete=models.PROTECT, null=True, blank=True, related_name="matches"
    )
    state = models.CharField(_("state"), max_length=10, choices=MatchState.choices)
    # Of a candidate, by who proposes: empty once the claim has it or there will be none.
    reference = PersonalField(_("reference of the candidate"), max_length=80, blank=True)
    # As what of the table of the contract it counts.
    block = models.ForeignKey(
        BuildingBlock, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    hours_per_week = models.DecimalField(
        _("hours per week"), max_digits=5, decimal_places=2, null=True, blank=True
    )
    amount = MoneyField(_("amount excl. VAT"), null=True, blank=True)
    hours = models.DecimalField(_("hours"), max_digits=8, decimal_places=2, null=True, blank=True)
    first_day = models.DateField(_("from"))
    last_day = models.DateField(_("until"))
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    proposed_at = models.DateTimeField()
    # When the contractor agreed, and when the other side did: the partner, or who proposes
    # candidates.
    contractor_agreed_at = models.DateTimeField(null=True, blank=True)
    contractor_agreed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    other_agreed_at = models.DateTimeField(null=True, blank=True)
    agreed_at = models.DateTimeField(null=True, blank=True)
    started_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)
    why_not = models.CharField(_("why not"), max_length=10, choices=WhyNot.choices, blank=True)
    came = models.CharField(_("what came of it"), max_length=10, choices=Came.choices, blank=True)
    in_plan = models.BooleanField(default=False)
    fulfilment = models.OneToOneField(
        Fulfilment, on_delete=models.PROTECT, null=True, blank=True, related_name="match"
    )

    scope = Scope(
        region="region",
        contractor="contractor",
        partner="need__partner",
        region_wide=(May.SEE_DESK,),
    )

    class Meta:
        ordering = ("-pk",)
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(place=None, need__isnull=False) | Q(place__isnull=False, need=None),
                name="match_is_of_a_place_or_a_need",
            ),
            models.CheckConstraint(
                condition=Q(reference="")
                | Q(place__isnull=False, state__in=["open", "answered", "agreed"]),
                name="match_forgets_its_candidate",
            ),
            models.CheckConstraint(
                condition=~Q(state=MatchState.DECLINED) | ~Q(why_not=""),
                name="match_declined_says_why",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["agreed", "running", "ended"])
                | Q(
                    agreed_at__isnull=False,
                    contractor_agreed_at__isnull=False,
                    other_agreed_at__isnull=False,
                ),
                name="match_agreed_by_both",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["running", "ended"]) | Q(started_on__isnull=False),
                name="match_running_has_started",
            ),
            models.CheckConstraint(
                condition=~Q(state=MatchState.ENDED) | (Q(ended_on__isnull=False) & ~Q(came="")),
                name="match_ended_says_what_came",
            ),
            models.UniqueConstraint(
                fields=["need", "contract"],
                condition=Q(state__in=["open", "answered", "agreed", "running"]),
                name="match_of_a_need_once",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["region", "state"], name="match_state"),
        ]

    def __str__(self) -> str:
        return str(self.of)

    @property
    def of(self) -> Place | Need:
        """The place or the need."""
        found = self.place or self.need
        assert found is not None  # the database says so
        return found


class MatchStep(models.TextChoices):
    PROPOSED = "proposed", _("proposed")
    ANSWERED = "answered", _("one side agrees")
    AGREED = "agreed", _("agreed by both")
    DECLINED = "declined", _("turned down")
    STARTED = "started", _("started, with a draft of the fulfilment")
    ENDED = "ended", _("ended")


class MatchEvent(ScopedModel):
    """What happened to a match: who, when, and in words why; never about whom."""

    match = models.ForeignKey(Match, on_delete=models.PROTECT, related_name="events")
    what = models.CharField(max_length=10, choices=MatchStep.choices)
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    why = models.CharField(max_length=500, blank=True)

    scope = Scope(
        region="match__region",
        contractor="match__contractor",
        partner="match__need__partner",
        region_wide=(May.SEE_DESK,),
    )

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.match_id} {self.what}"
