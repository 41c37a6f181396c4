"""A contract, its dated shares, its changes, and the ledger of what it owes."""

from datetime import date
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.timezone import localdate, now
from django.utils.translation import gettext_lazy as _

from contracts.models.certificate import PsoCertificate
from contracts.models.organisation import Contractor, folded
from contracts.models.posting import Posting
from contracts.models.region import Municipality, Policy, Region
from contracts.models.valuation_table import ValuationTable
from sroi.access import Scope, ScopedModel
from sroi.history.keeping import kept
from sroi.money import MoneyField
from sroi.periods import Period


class ProcurementType(models.TextChoices):
    WORKS = "works", _("works")
    SERVICES = "services", _("services")
    SUPPLIES = "supplies", _("supplies")


class Basis(models.TextChoices):
    CONTRACT_VALUE = "contract_value", _("contract value")
    LABOUR_COST = "labour_cost", _("labour cost")
    INVOICED_TURNOVER = "invoiced_turnover", _("invoiced turnover")


class RateReason(models.TextChoices):
    LABOUR_SHARE = "labour_share", _("labour share")
    MARKET = "market", _("market")
    DURATION = "duration", _("duration")
    SECTOR = "sector", _("sector")
    OTHER = "other", _("other")


class PolicyField(models.TextChoices):
    """The fields of municipal policy that a contract or a fulfilment can be of; imports may name
    others.
    """

    WORK_AND_INCOME = "werk-en-inkomen", _("Work and income")
    EDUCATION = "onderwijs-en-leren", _("Education and learning")
    PROCUREMENT = "inkoop", _("Procurement")
    ECONOMY = "economie", _("Economy")
    SOCIAL = "sociaal-domein", _("Social domain")
    SUSTAINABILITY = "duurzaamheid", _("Sustainability")
    ICT = "ict-digitalisering", _("ICT / digitalisation")


class ContractState(models.TextChoices):
    DRAFT = "draft", _("draft")
    ACTIVE = "active", _("active")
    ENDED = "ended", _("ended")
    SETTLED = "settled", _("settled")
    CANCELLED = "cancelled", _("cancelled")


class ChangeKind(models.TextChoices):
    AMENDMENT = "amendment", _("amendment")
    EXTENSION = "extension", _("extension")
    EARLY_END = "early_end", _("early end")
    RATE_CHANGE = "rate_change", _("rate change")
    TURNOVER = "turnover", _("turnover statement")
    PSO_DISCOUNT = "pso_discount", _("PSO discount")
    WAIVER = "waiver", _("waiver")
    CORRECTION = "correction", _("correction")


class LineKind(models.TextChoices):
    AWARD = "award", _("award")
    CALL_OFF = "call_off", _("call-off")
    AMENDMENT = "amendment", _("amendment")
    EXTENSION = "extension", _("extension")
    EARLY_END = "early_end", _("early end")
    TURNOVER = "turnover", _("turnover statement")
    RATE_CHANGE = "rate_change", _("rate change")
    PSO_DISCOUNT = "pso_discount", _("PSO discount")
    WAIVER = "waiver", _("waiver")
    CORRECTION = "correction", _("correction")


class Contract(ScopedModel):
    """What was awarded. Value, labour cost, rate and end date are those of the award; changes stand
    beside it.
    """

    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="contracts")
    reference = models.CharField(_("reference"), max_length=80)
    title = models.CharField(_("title"), max_length=250)
    search_text = models.CharField(max_length=600, editable=False)
    contractor = models.ForeignKey(Contractor, on_delete=models.PROTECT, related_name="contracts")
    # From when on it is the contractor; empty: from the award on.
    contractor_since = models.DateField(_("contractor since"), null=True, blank=True)
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="call_offs",
        verbose_name=_("framework"),
    )
    # True from the first call-off on: then the call-offs owe, and this contract itself nothing.
    is_framework = models.BooleanField(default=False)
    procurement_type = models.CharField(
        _("procurement type"), max_length=10, choices=ProcurementType.choices
    )
    cpv = models.CharField(_("CPV code"), max_length=10, blank=True)
    # Of what a file names beside it, as in `45233140; 45112500`.
    further_cpv = models.CharField(_("further CPV codes"), max_length=600, blank=True, default="")
    lot = models.CharField(_("lot"), max_length=80, blank=True)
    policy_field = models.CharField(_("policy field"), max_length=60, blank=True)
    publication_date = models.DateField(_("publication date"), null=True, blank=True)
    award_date = models.DateField(_("award date"))
    start_date = models.DateField(_("start date"))
    awarded_end_date = models.DateField(_("end date at the award"))
    end_date = models.DateField(_("end date"))
    recovery_until = models.DateField(_("recovery period until"), null=True, blank=True)
    value = MoneyField(_("contract value at the award"))
    rate = models.DecimalField(_("rate at the award"), max_digits=6, decimal_places=3)
    rate_reason = models.CharField(
        _("reason category"), max_length=20, choices=RateReason.choices, blank=True
    )
    rate_reason_text = models.CharField(_("reason"), max_length=1000, blank=True)
    basis = models.CharField(_("basis"), max_length=20, choices=Basis.choices)
    labour_cost = MoneyField(_("labour cost at the award"), null=True, blank=True)
    follows_changes = models.BooleanField(
        _("obligation follows changes of the value"), default=True
    )
    # The certificate because of which it owes nothing by the policy of its award, at any rate.
    exempted_by = models.ForeignKey(
        PsoCertificate, on_delete=models.PROTECT, null=True, blank=True, related_name="exempts"
    )
    # Whether it ever had to be fulfilled at a rate above zero; contracts without are kept for
    # coverage only.
    has_obligation = models.BooleanField(default=False)
    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="contracts")
    table = models.ForeignKey(
        ValuationTable, on_delete=models.PROTECT, null=True, blank=True, related_name="contracts"
    )
    adviser = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="advised_contracts",
    )
    adviser_email = models.EmailField(_("e-mail address of the adviser"), blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=ContractState.choices, default=ContractState.DRAFT
    )
    settled_on = models.DateField(null=True, blank=True)
    contacted_on = models.DateField(_("first contact"), null=True, blank=True)
    no_plan_reason = models.CharField(
        _("why no action plan is needed"), max_length=1000, blank=True
    )
    # When it came into the register: from then on something is asked of who works with it.
    created_at = models.DateTimeField(default=now, editable=False)

    scope = Scope(
        region="region",
        municipality="shares__municipality",
        contractor="contractor",
        contractor_when=~Q(state=ContractState.DRAFT),
    )
    history = kept(Scope(region="region", contractor="contractor"), excluded_fields=["search_text"])

    class Meta:
        ordering = ("reference",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["region", "reference"], name="contract_reference"),
            models.CheckConstraint(
                condition=Q(end_date__gte=F("start_date")), name="contract_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(rate__gte=0) & Q(rate__lte=100), name="contract_rate_is_percent"
            ),
            models.CheckConstraint(condition=Q(value__gte=0), name="contract_value_not_negative"),
            models.CheckConstraint(
                condition=~Q(basis=Basis.LABOUR_COST) | Q(labour_cost__isnull=False),
                name="contract_basis_is_known",
            ),
            models.CheckConstraint(
                condition=(Q(state=ContractState.SETTLED) & Q(settled_on__isnull=False))
                | (~Q(state=ContractState.SETTLED) & Q(settled_on=None)),
                name="contract_settled_has_date",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    def fold(self) -> None:
        """Fill the column that is searched; bulk doors call this themselves, since they pass `save`
        by.
        """
        self.search_text = folded(f"{self.reference} {self.title}")[:600]

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.fold()
        super().save(*args, **kwargs)

    @property
    def registered_on(self) -> date:
        return localdate(self.created_at)

    @property
    def term(self) -> Period:
        return Period(self.start_date, self.end_date)

    @property
    def last_counted_day(self) -> date:
        """Its end, or the end of a recovery period that was granted."""
        return max(self.end_date, self.recovery_until or self.end_date)


class ContractShare(ScopedModel):
    """The percent of a contract that is a client's, from a month on; per month they add up to
    100.
    """

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="shares")
    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="shares")
    valid_from = models.DateField(_("from month"), null=True, blank=True)
    percent = models.DecimalField(_("share"), max_digits=7, decimal_places=4)
    # The act that changed the shares: lines posted before it were split by the shares of then.
    # None: the award.
    posting = models.ForeignKey(
        Posting, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    scope = Scope(
        region="contract__region", municipality="municipality", contractor="contract__contractor"
    )
    history = kept(Scope(region="contract__region", contractor="contract__contractor"))

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["contract", "municipality", "valid_from"], name="share_once"
            ),
            models.UniqueConstraint(
                fields=["contract", "municipality"],
                condition=Q(valid_from=None),
                name="first_share_once",
            ),
            models.CheckConstraint(
                condition=Q(percent__gte=0) & Q(percent__lte=100), name="share_is_percent"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.municipality} {self.percent}%"


class ObligationChange(ScopedModel):
    """What changed what a contract owes, as it was registered; its amounts are posted as obligation
    lines.
    """

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="changes")
    # The given change id, or a fingerprint of the row: importing the same change again changes
    # nothing.
    identity = models.CharField(max_length=100)
    kind = models.CharField(_("kind"), max_length=15, choices=ChangeKind.choices)
    effective_date = models.DateField(_("effective date"))
    value_delta = MoneyField(_("change of the value"), null=True, blank=True)
    labour_cost_delta = MoneyField(_("change of the labour cost"), null=True, blank=True)
    turnover = MoneyField(_("invoiced turnover"), null=True, blank=True)
    obligation_delta = MoneyField(_("change of the obligation, as agreed"), null=True, blank=True)
    rate = models.DecimalField(_("new rate"), max_digits=6, decimal_places=3, null=True, blank=True)
    new_end_date = models.DateField(_("new end date"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=1000)
    # Of a discount, and of the correction after it lapsed.
    certificate = models.ForeignKey(
        PsoCertificate, on_delete=models.PROTECT, null=True, blank=True, related_name="changes"
    )
    posting = models.ForeignKey(Posting, on_delete=models.PROTECT, related_name="changes")

    scope = Scope(
        region="contract__region",
        municipality="contract__shares__municipality",
        contractor="contract__contractor",
    )

    class Meta:
        ordering = ("pk",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["contract", "identity"], name="change_identity")
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.effective_date}"


class ObligationLine(ScopedModel):
    """A line of the obligation ledger: never changed, never deleted."""

    contract = models.ForeignKey(
        Contract, on_delete=models.PROTECT, related_name="obligation_lines"
    )
    municipality = models.ForeignKey(
        Municipality, on_delete=models.PROTECT, related_name="obligation_lines"
    )
    effective_date = models.DateField()
    month = models.DateField()
    booked = models.DateField()
    kind = models.CharField(max_length=15, choices=LineKind.choices)
    value_delta = MoneyField()
    obligation_delta = MoneyField()
    reason = models.CharField(max_length=1000, blank=True)
    change = models.ForeignKey(
        ObligationChange, on_delete=models.PROTECT, null=True, blank=True, related_name="lines"
    )
    posting = models.ForeignKey(Posting, on_delete=models.PROTECT, related_name="obligation_lines")

    scope = Scope(
        region="contract__region", municipality="municipality", contractor="contract__contractor"
    )

    class Meta:
        ordering = ("posting", "pk")
        indexes: ClassVar = [
            models.Index(fields=["contract", "month"], name="obligation_line_month"),
            models.Index(fields=["booked"], name="obligation_line_booked"),
        ]

    def __str__(self) -> str:
        return f"{self.contract_id} {self.effective_date} {self.obligation_delta}"


class Happened(models.TextChoices):
    """What can happen to a contract beside changes of what it owes, as its history tells it."""

    AWARDED = "awarded", _("Awarded")
    ENDED = "ended", _("Ended")
    CANCELLED = "cancelled", _("Cancelled")
    SETTLED = "settled", _("Settled")
    RECOVERY = "recovery", _("Recovery period granted")
    REOPENED = "reopened", _("Settlement reopened")
    SHARES = "shares", _("Other shares of the clients")
    TABLE = "table", _("Another valuation table")
    FACTS = "facts", _("Facts put right")
    CONTRACTOR = "contractor", _("Another contractor")
    ADVISER = "adviser", _("Another adviser")
    CERTIFICATE = "certificate", _("PSO certificate registered")
    CONTACT = "contact", _("First contact")
    NOTE_REMOVED = "note_removed", _("A note was removed from the dossier")
    DOCUMENT_REMOVED = "document_removed", _("A document was removed from the dossier")
    NO_PLAN = "no_plan", _("No action plan needed")
    NO_NEWS = "no_news", _("Interim report: nothing new")
    REMINDED = "reminded", _("Contractor reminded")
    REMINDED_AGAIN = "reminded_again", _("Contractor reminded a second time")
    PUT_ON_NOTICE = "put_on_notice", _("Notice of default sent")
    PLAN_SUBMITTED = "plan_submitted", _("Action plan handed in")
    PLAN_SENT_BACK = "plan_sent_back", _("Action plan sent back")
    PLAN_AGREED = "plan_agreed", _("Action plan agreed")
    DRAFT_SHOWN = "draft_shown", _("Draft of the settlement shown")
    DRAFT_ANSWERED = "draft_answered", _("Draft of the settlement answered")


class ContractEvent(ScopedModel):
    """What happened to a contract: who, when, what and why."""

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="events")
    what = models.CharField(max_length=30, choices=[*Happened.choices, *ChangeKind.choices])
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    why = models.CharField(max_length=1000, blank=True)
    posting = models.ForeignKey(
        Posting, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    scope = Scope(
        region="contract__region",
        municipality="contract__shares__municipality",
        contractor="contract__contractor",
    )

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.what} {self.at}"


class OutOfStep(models.Model):
    """A mark: something changed by which this contract may stand otherwise than is kept of it. Set
    by every door that changes such a thing, in its own transaction, and taken away by what makes
    the kept standing again.

    Rows are only added and taken away, never changed, and the database checks no key: so a mark
    waits for nobody, and no act waits for another because of it.
    """

    contract = models.ForeignKey(
        Contract, on_delete=models.CASCADE, related_name="+", db_constraint=False
    )

    unscoped_because = "says which rows are to be made again; no page reads it"

    def __str__(self) -> str:
        return str(self.contract_id)
