"""The settlement of a contract: what was owed and done, what was decided, and the letter that says
so; and before a shortfall is decided, the draft that the contractor can answer.
"""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from contracts.models.contract import Contract
from contracts.models.dossier import ContractDocument
from sroi.access import Scope, ScopedModel
from sroi.money import ZERO, Balance, MoneyField


class SettlementState(models.TextChoices):
    DECIDED = "decided", _("decided")
    REOPENED = "reopened", _("reopened")


class Reckoning(Balance, ScopedModel):
    """What was owed and done at a moment, and what is decided or meant to be."""

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="%(class)ss")
    number = models.PositiveSmallIntegerField(_("number"))
    obligation = MoneyField(_("obligation"))
    realised = MoneyField(_("fulfilled"))
    # By the codes of the categories, as text.
    by_category = models.JSONField(default=dict)
    penalty_factor = models.DecimalField(_("penalty factor"), max_digits=4, decimal_places=2)
    at_fault = models.BooleanField(_("the contractor is to blame"), default=True)
    no_fault_reason = models.CharField(_("why not"), max_length=1000, blank=True)
    # Why less is charged than by the policy.
    lesser_reason = models.CharField(_("why less"), max_length=1000, blank=True)
    penalty = MoneyField(_("penalty"), default=ZERO)
    explanation = models.CharField(_("explanation"), max_length=2000, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.contract_id}/{self.number}"


OF_CONTRACT = Scope(
    region="contract__region",
    municipality="contract__shares__municipality",
    contractor="contract__contractor",
)


class Settlement(Reckoning):
    """A decision as it was taken, with the figures of that moment. Reopened, it stays as what was
    decided then.
    """

    state = models.CharField(
        _("state"), max_length=10, choices=SettlementState.choices, default=SettlementState.DECIDED
    )
    counted_until = models.DateField(_("last counted day"))
    decided_on = models.DateField(_("decided on"))
    decided_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # What the letter says and how it looks (`contracts.letters.paper`), until the worker has made
    # the files of it; None once they are there.
    letter = models.JSONField(null=True, blank=True)
    letter_pdf = models.ForeignKey(
        ContractDocument, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    letter_docx = models.ForeignKey(
        ContractDocument, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reopened_at = models.DateTimeField(null=True, blank=True)
    reopened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reopened_why = models.CharField(_("why it was reopened"), max_length=1000, blank=True)

    scope = OF_CONTRACT

    class Meta:
        ordering = ("contract", "number")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["contract", "number"], name="settlement_number"),
            models.UniqueConstraint(
                fields=["contract"],
                condition=Q(state=SettlementState.DECIDED),
                name="settlement_decided_once",
            ),
            models.CheckConstraint(
                condition=Q(penalty__gte=0), name="settlement_penalty_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(at_fault=True) | (Q(penalty=0) & ~Q(no_fault_reason="")),
                name="settlement_without_fault_says_why",
            ),
            models.CheckConstraint(
                condition=Q(state=SettlementState.DECIDED, reopened_at=None)
                | (
                    Q(state=SettlementState.REOPENED, reopened_at__isnull=False)
                    & ~Q(reopened_why="")
                ),
                name="settlement_reopened_says_why",
            ),
        ]


class DraftState(models.TextChoices):
    SHOWN = "shown", _("shown")
    WITHDRAWN = "withdrawn", _("withdrawn")
    DECIDED = "decided", _("decided")


class DraftDecision(Reckoning):
    """A decision as it is meant to be taken on a shortfall. The contractor can answer it once,
    until a day; then, or after that day, it is decided.
    """

    state = models.CharField(
        _("state"), max_length=10, choices=DraftState.choices, default=DraftState.SHOWN
    )
    shown_at = models.DateTimeField()
    shown_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answer_until = models.DateField(_("can be answered until"))
    answer = models.CharField(_("answer of the contractor"), max_length=1000, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    scope = OF_CONTRACT

    class Meta:
        ordering = ("contract", "number")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["contract", "number"], name="draft_decision_number"),
            models.UniqueConstraint(
                fields=["contract"],
                condition=Q(state=DraftState.SHOWN),
                name="draft_decision_shown_once",
            ),
            models.CheckConstraint(
                condition=Q(penalty__gte=0), name="draft_decision_penalty_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(answer="", answered_at=None)
                | (~Q(answer="") & Q(answered_at__isnull=False)),
                name="draft_decision_answer_has_date",
            ),
        ]
