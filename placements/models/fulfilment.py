"""A fulfilment: one identity, versions of what was claimed, and the contracts it is allocated to.

The accepted version counts until a newer one is accepted. Every step is an event: who, when, what
and why; events never hold a candidate reference.
"""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from contracts.models import BlockKind, BuildingBlock, Contract, Contractor, Posting, Region
from sroi.access import Scope, ScopedModel
from sroi.access.personal import PersonalField
from sroi.money import MoneyField

KINDS = [(k.value, k.label) for k in (BlockKind.PLACEMENT, BlockKind.PURCHASE, BlockKind.ACTIVITY)]


class FulfilmentState(models.TextChoices):
    DRAFT = "draft", _("draft")
    SUBMITTED = "submitted", _("submitted")
    RETURNED = "returned", _("returned")
    ACCEPTED = "accepted", _("accepted")
    REJECTED = "rejected", _("rejected")
    WITHDRAWN = "withdrawn", _("withdrawn")
    SUPERSEDED = "superseded", _("superseded")


class Origin(models.TextChoices):
    """Where the person came from; optional."""

    OWN_FILES = "own_files", _("files of the municipality")
    WERKCENTRUM = "werkcentrum", _("Werkcentrum, WSP or UWV")
    CONTRACTOR = "contractor", _("found by the contractor")
    SCHOOL = "school", _("school")
    OTHER = "other", _("in another way")


# Where the person lives, when not in a municipality of the region.
OUTSIDE = "outside"


class OneEffort(models.Model):
    """That fulfilments of one contractor in several regions are the same placement, invoice or
    activity. Who hands one of them in holds this row, so that together they never count for more
    than the whole.
    """

    unscoped_because = "says nothing by itself; of what is linked only percentages are told"

    def __str__(self) -> str:
        return str(self.pk)


class Fulfilment(ScopedModel):
    """Anything that counts: a work placement, a social purchase or a CSR activity."""

    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="fulfilments")
    contractor = models.ForeignKey(Contractor, on_delete=models.PROTECT, related_name="fulfilments")
    external_id = models.CharField(_("number"), max_length=80)
    kind = models.CharField(_("kind"), max_length=10, choices=KINDS)
    # The newest version, which shows; and the accepted one, which counts.
    latest = models.OneToOneField(
        "FulfilmentVersion",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="latest_of",
    )
    accepted = models.OneToOneField(
        "FulfilmentVersion",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="accepted_of",
    )
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="entered_fulfilments",
    )
    # Linked as the same as something of this contractor in another region.
    effort = models.ForeignKey(
        OneEffort, on_delete=models.PROTECT, null=True, blank=True, related_name="fulfilments"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    scope = Scope(region="region", contractor="contractor")

    class Meta:
        ordering = ("-pk",)
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["region", "contractor", "external_id"], name="fulfilment_external_id"
            )
        ]

    def __str__(self) -> str:
        return self.external_id


class FulfilmentVersion(ScopedModel):
    """What was claimed, and what became of it. Amounts are euro excluding VAT, hours are per
    week.
    """

    fulfilment = models.ForeignKey(Fulfilment, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    state = models.CharField(
        _("state"), max_length=10, choices=FulfilmentState.choices, default=FulfilmentState.DRAFT
    )
    # Rises with each saved edit: a reviewer answers the edition that was on the screen.
    edition = models.PositiveIntegerField(default=1)
    description = models.CharField(_("description"), max_length=500, blank=True)
    candidate_ref = PersonalField(_("candidate reference"), max_length=80, blank=True)
    # Who it is, once a reference that is the same was erased (`claims.persons`).
    person = models.CharField(max_length=32, blank=True, default="", editable=False)
    start_date = models.DateField(_("first day"), null=True, blank=True)
    end_date = models.DateField(_("last day"), null=True, blank=True)
    confirmed_until = models.DateField(_("certain until"), null=True, blank=True)
    age_at_start = models.PositiveSmallIntegerField(_("age at the start"), null=True, blank=True)
    # None: not answered.
    permanent_contract = models.BooleanField(_("permanent contract"), null=True, blank=True)
    # Until when the person is entitled to the benefit or provision that the block is for.
    entitled_until = models.DateField(_("entitled until"), null=True, blank=True)
    # What was answered to the questions of the table: yes or no by their codes.
    facts = models.JSONField(_("answers"), default=dict, blank=True)
    origin = models.CharField(_("origin"), max_length=15, choices=Origin.choices, blank=True)
    # The code of a municipality of the region, or `outside`.
    residence = models.CharField(_("residence"), max_length=12, blank=True)
    bonuses = models.JSONField(_("bonuses"), default=list, blank=True)
    supplier_name = models.CharField(_("supplier"), max_length=200, blank=True)
    supplier_kvk = models.CharField(_("KvK number of the supplier"), max_length=8, blank=True)
    invoice_number = models.CharField(_("invoice number"), max_length=80, blank=True)
    amount = MoneyField(_("amount excl. VAT"), null=True, blank=True)
    paid_on = models.DateField(_("paid on"), null=True, blank=True)
    quantity = models.DecimalField(
        _("quantity"), max_digits=9, decimal_places=2, null=True, blank=True
    )
    activity_date = models.DateField(_("date of the activity"), null=True, blank=True)
    policy_field = models.CharField(_("policy field"), max_length=60, blank=True)
    performed_by = models.CharField(_("done by (subcontractor)"), max_length=200, blank=True)
    decided_value = MoneyField(_("value decided by the adviser"), null=True, blank=True)
    decided_reason = models.CharField(_("reason of the decision"), max_length=1000, blank=True)
    changed_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True, blank=True)
    reviewed_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answer = models.CharField(_("question or reason"), max_length=1000, blank=True)
    self_reviewed = models.BooleanField(default=False)
    # Why it was accepted while evidence that its blocks ask for was not there; empty where it was,
    # or where it was decided elsewhere.
    without_evidence = models.CharField(
        _("why it was accepted without evidence"), max_length=1000, blank=True
    )
    # The keys of the doubts to which its maker said that it is right (`claims.doubts`).
    answered = models.JSONField(default=list, blank=True)
    # Said by who handed it in; None where it was not asked.
    only_here = models.BooleanField(
        _("belongs to this contract and period only"), null=True, blank=True, editable=False
    )
    accepted_in = models.ForeignKey(
        Posting, on_delete=models.PROTECT, null=True, blank=True, related_name="accepted_versions"
    )

    scope = Scope(region="fulfilment__region", contractor="fulfilment__contractor")

    class Meta:
        ordering = ("fulfilment", "number")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["fulfilment", "number"], name="version_number"),
            models.CheckConstraint(
                condition=Q(end_date=None) | Q(start_date=None) | Q(end_date__gte=F("start_date")),
                name="version_ends_after_start",
            ),
            models.CheckConstraint(
                condition=~Q(state=FulfilmentState.ACCEPTED)
                | (Q(accepted_in__isnull=False) & Q(reviewed_at__isnull=False)),
                name="version_accepted_is_posted",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[FulfilmentState.RETURNED, FulfilmentState.REJECTED])
                | (~Q(answer="") & Q(reviewed_at__isnull=False)),
                name="version_refused_says_why",
            ),
            models.CheckConstraint(
                condition=Q(decided_value=None) | ~Q(decided_reason=""),
                name="version_decided_says_why",
            ),
            models.CheckConstraint(
                condition=Q(origin="") | Q(origin__in=Origin.values), name="version_origin_is_known"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["state", "submitted_at"], name="version_queue"),
            # The few that say for which reference a token stands.
            models.Index(
                fields=["candidate_ref"],
                condition=~Q(person="") & ~Q(candidate_ref=""),
                name="version_same_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.fulfilment_id}/{self.number}"


class PlacementTerm(ScopedModel):
    """From a day on, the hours per week of a placement."""

    version = models.ForeignKey(FulfilmentVersion, on_delete=models.CASCADE, related_name="terms")
    first_day = models.DateField(_("from"))
    hours_per_week = models.DecimalField(_("hours per week"), max_digits=5, decimal_places=2)

    scope = Scope(
        region="version__fulfilment__region", contractor="version__fulfilment__contractor"
    )

    class Meta:
        ordering = ("version", "first_day")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["version", "first_day"], name="term_first_day"),
            models.CheckConstraint(
                condition=Q(hours_per_week__gte=0) & Q(hours_per_week__lte=168),
                name="term_hours_of_a_week",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_day} {self.hours_per_week}"


class Allocation(ScopedModel):
    """The part of a fulfilment that is for one contract, under a block of that contract's table.

    At acceptance the counted window, the bonuses that counted and the value are kept, so that what
    was accepted can be computed again whatever happens to the contract afterwards.
    """

    version = models.ForeignKey(
        FulfilmentVersion, on_delete=models.CASCADE, related_name="allocations"
    )
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="allocations")
    block = models.ForeignKey(BuildingBlock, on_delete=models.PROTECT, related_name="allocations")
    percent = models.DecimalField(_("share"), max_digits=7, decimal_places=4)
    counted_from = models.DateField(null=True, blank=True)
    counted_until = models.DateField(null=True, blank=True)
    # The bonuses that counted, each with the last day on which it did.
    counted_bonuses = models.JSONField(default=dict, blank=True)
    value = MoneyField(null=True, blank=True)

    # What one firm did stays its own, also once the contract is another's.
    scope = Scope(region="contract__region", contractor="version__fulfilment__contractor")

    class Meta:
        ordering = ("version", "contract__reference")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["version", "contract"], name="allocation_once"),
            models.CheckConstraint(
                condition=Q(percent__gt=0) & Q(percent__lte=100), name="allocation_is_percent"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version_id} → {self.contract_id}"


class EventKind(models.TextChoices):
    DRAFTED = "drafted", _("recorded")
    EDITED = "edited", _("edited")
    SUBMITTED = "submitted", _("submitted")
    TAKEN_BACK = "taken_back", _("taken back to change it")
    RETURNED = "returned", _("more was asked")
    ACCEPTED = "accepted", _("accepted")
    REJECTED = "rejected", _("rejected")
    CONFIRMED = "confirmed", _("confirmed that it runs on")
    WITHDRAWN = "withdrawn", _("withdrawn")
    CHANGE_PROPOSED = "change_proposed", _("change proposed")
    DISAGREED = "disagreed", _("the contractor disagrees")
    KEPT = "kept", _("the decision stays")
    AGAIN = "again", _("to be reviewed again")
    LINKED = "linked", _("linked: it counts elsewhere too")
    UNLINKED = "unlinked", _("link with elsewhere taken away")


class FulfilmentEvent(ScopedModel):
    fulfilment = models.ForeignKey(Fulfilment, on_delete=models.PROTECT, related_name="events")
    version_number = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=20, choices=EventKind.choices)
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    why = models.CharField(max_length=1000, blank=True)
    posting = models.ForeignKey(
        Posting, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    scope = Scope(region="fulfilment__region", contractor="fulfilment__contractor")

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at}"
