"""What is being prepared: a tender that is planned, a contract that is not registered yet, and a
change that waits for an adviser.
"""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from contracts.models.contract import ChangeKind, Contract, ProcurementType
from contracts.models.organisation import Contractor
from contracts.models.region import Municipality, Region
from sroi.access import May, Scope, ScopedModel
from sroi.money import MoneyField


class PlannedTender(ScopedModel):
    """A tender that a client plans, with the advice about it, and later the contract that it
    became. Of the tender as a whole: value and obligation are those of the contract to be awarded.
    """

    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="planned_tenders")
    municipality = models.ForeignKey(
        Municipality, on_delete=models.PROTECT, related_name="planned_tenders"
    )
    title = models.CharField(_("title"), max_length=250)
    procurement_type = models.CharField(
        _("procurement type"), max_length=10, choices=ProcurementType.choices
    )
    value = MoneyField(_("expected contract value"))
    award_month = models.DateField(_("expected month of award"))
    # What was filled in for the advice, as typed: it opens the advice again.
    advice = models.JSONField(default=dict, blank=True)
    advised_on = models.DateField(_("advised on"), null=True, blank=True)
    rate = models.DecimalField(
        _("rate as advised"), max_digits=6, decimal_places=3, null=True, blank=True
    )
    obligation = MoneyField(_("obligation as advised"), null=True, blank=True)
    contract = models.ForeignKey(
        Contract, on_delete=models.PROTECT, null=True, blank=True, related_name="planned_tenders"
    )

    scope = Scope(region="region", municipality="municipality")

    class Meta:
        ordering = ("award_month", "pk")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(value__gte=0), name="planned_tender_value_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(advised_on=None, rate=None, obligation=None)
                | Q(advised_on__isnull=False, rate__isnull=False, obligation__isnull=False),
                name="planned_tender_advice_is_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class ContractDraft(ScopedModel):
    """What someone filled in of a contract so far, as typed. It is theirs alone, and gone once it
    is registered.
    """

    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="contract_drafts")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="contract_drafts"
    )
    contractor = models.ForeignKey(
        Contractor, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # Of a contractor that is not known yet.
    new_kvk = models.CharField(max_length=8, blank=True)
    new_country = models.CharField(max_length=2, blank=True)
    new_register_number = models.CharField(max_length=40, blank=True)
    new_name = models.CharField(max_length=200, blank=True)
    filled_in = models.JSONField(default=dict)
    edited_at = models.DateTimeField()

    scope = Scope(region="region", municipality="region__municipalities", region_wide=(May.ADVISE,))

    class Meta:
        ordering = ("-edited_at",)
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(contractor__isnull=False) | ~Q(new_kvk="") | ~Q(new_register_number=""),
                name="draft_names_its_contractor",
            ),
        ]

    def __str__(self) -> str:
        return str(
            self.filled_in.get("title") or self.filled_in.get("reference") or self.contractor_name
        )

    @property
    def edition(self) -> str:
        """Changes each time that the form is sent."""
        return self.edited_at.isoformat()

    @property
    def contractor_name(self) -> str:
        return self.contractor.name if self.contractor else self.new_name


class ProposalState(models.TextChoices):
    OPEN = "open", _("waiting")
    ACCEPTED = "accepted", _("accepted")
    DECLINED = "declined", _("declined")


class ActKind(models.TextChoices):
    """What else can happen to a contract, beside a change of what it owes."""

    SHARES = "shares", _("other shares of the clients")
    CERTIFICATE = "certificate", _("PSO certificate")
    TABLE = "table", _("other valuation table")
    END = "end", _("end of the contract")
    CANCEL = "cancel", _("cancellation of the contract")


class ChangeProposal(ScopedModel):
    """What a procurement officer proposes to do to a contract; an adviser accepts or declines
    it.
    """

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="proposals")
    kind = models.CharField(
        _("kind"), max_length=15, choices=[*ChangeKind.choices, *ActKind.choices]
    )
    effective_date = models.DateField(_("effective date"), null=True, blank=True)
    value_delta = MoneyField(null=True, blank=True)
    labour_cost_delta = MoneyField(null=True, blank=True)
    turnover = MoneyField(null=True, blank=True)
    obligation_delta = MoneyField(null=True, blank=True)
    rate = models.DecimalField(max_digits=6, decimal_places=3, null=True, blank=True)
    new_end_date = models.DateField(null=True, blank=True)
    # Of an act that is no change of what is owed: shares by municipality, a certificate, a table.
    details = models.JSONField(default=dict, blank=True)
    reason = models.CharField(_("reason"), max_length=1000)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    proposed_at = models.DateTimeField()
    state = models.CharField(
        max_length=10, choices=ProposalState.choices, default=ProposalState.OPEN
    )
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(max_length=1000, blank=True)

    scope = Scope(region="contract__region", municipality="contract__shares__municipality")

    class Meta:
        ordering = ("pk",)
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state=ProposalState.OPEN, answered_at=None)
                | (~Q(state=ProposalState.OPEN) & Q(answered_at__isnull=False)),
                name="proposal_answered_has_date",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.effective_date}"
