"""The action plan: what a contractor means to do per category and quarter; the agreed one is what
it is held to.
"""

from datetime import date
from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from contracts.models.contract import Contract
from contracts.models.region import Region
from contracts.models.valuation_table import Category
from sroi.access import May, Scope, ScopedModel
from sroi.money import ZERO, MoneyField


class PlanState(models.TextChoices):
    DRAFT = "draft", _("draft")
    SUBMITTED = "submitted", _("submitted")
    AGREED = "agreed", _("agreed")
    REPLACED = "replaced", _("replaced")


class ActionPlan(ScopedModel):
    """A version of the plan of a contract. An agreed one is never changed: a next version takes its
    place.
    """

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="plans")
    number = models.PositiveSmallIntegerField(_("version"))
    state = models.CharField(
        _("state"), max_length=10, choices=PlanState.choices, default=PlanState.DRAFT
    )
    # Rises with each saved edit: an adviser answers the edition that was on the screen.
    edition = models.PositiveIntegerField(default=1)
    # By the codes of the categories: what is meant, in words.
    work = models.CharField(_("what you will do with work"), max_length=2000, blank=True)
    social_purchasing = models.CharField(
        _("what you will buy of social firms"), max_length=2000, blank=True
    )
    csr = models.CharField(_("what you will do for society"), max_length=2000, blank=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    changed_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True, blank=True)
    agreed_at = models.DateTimeField(null=True, blank=True)
    agreed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answer = models.CharField(_("what was asked"), max_length=1000, blank=True)

    scope = Scope(
        region="contract__region",
        municipality="contract__shares__municipality",
        contractor="contract__contractor",
    )

    class Meta:
        ordering = ("contract", "number")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["contract", "number"], name="plan_version"),
            models.UniqueConstraint(
                fields=["contract"], condition=Q(state=PlanState.AGREED), name="plan_agreed_once"
            ),
            models.UniqueConstraint(
                fields=["contract"],
                condition=Q(state__in=[PlanState.DRAFT, PlanState.SUBMITTED]),
                name="plan_under_way_once",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=[PlanState.AGREED, PlanState.REPLACED], agreed_at__isnull=False
                )
                | Q(state__in=[PlanState.DRAFT, PlanState.SUBMITTED], agreed_at=None),
                name="plan_agreed_has_date",
            ),
            models.CheckConstraint(
                condition=~Q(state=PlanState.SUBMITTED) | Q(submitted_at__isnull=False),
                name="plan_submitted_has_date",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contract_id}/{self.number}"

    def words(self) -> list[tuple[str, str]]:
        """What is meant per category, for the categories of which something is said."""
        said = ((category, getattr(self, category.value)) for category in Category)
        return [(str(capfirst(category.label)), text) for category, text in said if text]

    def by_quarter(self) -> dict[date, Decimal]:
        """The amounts of all categories together, by the first day of their quarter."""
        sums: dict[date, Decimal] = {}
        for amount in self.amounts.all():
            sums[amount.quarter] = sums.get(amount.quarter, ZERO) + amount.amount
        return dict(sorted(sums.items()))


class PlanAmount(ScopedModel):
    """What is meant to be done in a quarter, in euro of value."""

    plan = models.ForeignKey(ActionPlan, on_delete=models.CASCADE, related_name="amounts")
    category = models.CharField(_("category"), max_length=20, choices=Category.choices)
    quarter = models.DateField(_("first day of the quarter"))
    amount = MoneyField(_("value"))

    scope = Scope(
        region="plan__contract__region",
        municipality="plan__contract__shares__municipality",
        contractor="plan__contract__contractor",
    )

    class Meta:
        ordering = ("plan", "quarter", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["plan", "category", "quarter"], name="plan_amount_once"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="plan_amount_above_zero"),
        ]

    def __str__(self) -> str:
        return f"{self.quarter} {self.category} {self.amount}"


class Step(models.TextChoices):
    """How firmly a contractor is reminded."""

    FRIENDLY = "friendly", _("Friendly reminder")
    SECOND = "second", _("Second reminder")
    DEFAULT = "default", _("Notice of default")


# The letter that tells how a contract was settled: its text lies with those of reminders.
CLOSING = "closing"


class ReminderText(ScopedModel):
    """What a region writes in a step, or in its closing letters, with placeholders; without a row
    the usual text holds.
    """

    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="reminder_texts")
    step = models.CharField(max_length=10, choices=[*Step.choices, (CLOSING, _("Closing letter"))])
    text = models.CharField(_("text"), max_length=3000)

    scope = Scope(region="region", region_wide=(May.ADVISE,))

    class Meta:
        ordering = ("region", "step")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["region", "step"], name="reminder_text_once")
        ]

    def __str__(self) -> str:
        return f"{self.region_id} {self.step}"
