"""Published valuation tables: amounts, groups and conditions are data, never code (DOMAIN.md
section 5.1).
"""

from typing import ClassVar

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from contracts.models.region import Region
from sroi.access import Scope, ScopedModel
from sroi.history.keeping import kept
from sroi.money import MoneyField


class BlockKind(models.TextChoices):
    PLACEMENT = "placement", _("work placement")
    PURCHASE = "purchase", _("social purchase")
    ACTIVITY = "activity", _("CSR activity")
    BONUS = "bonus", _("bonus")


class Category(models.TextChoices):
    WORK = "work", _("work")
    SOCIAL_PURCHASING = "social_purchasing", _("social purchasing")
    CSR = "csr", _("CSR activities")


CATEGORY_OF_KIND = {
    BlockKind.PLACEMENT: Category.WORK,
    BlockKind.PURCHASE: Category.SOCIAL_PURCHASING,
    BlockKind.ACTIVITY: Category.CSR,
}


class Unit(models.TextChoices):
    FULL_TIME_YEAR = "full_time_year", _("per full-time year")
    YEAR = "year", _("per year, whatever the hours")
    MONTH = "month", _("per month, whatever the hours")
    WEEK = "week", _("per week, whatever the hours")
    SCHOOL_YEAR = "school_year", _("per school year, whatever the hours")
    FIXED = "fixed", _("once")
    INVOICE = "invoice", _("invoice amount")
    HOUR = "hour", _("per hour")
    DAY = "day", _("at most per day")
    COST = "cost", _("actual cost")
    AGREEMENT = "agreement", _("in agreement with the adviser")


class Proration(models.TextChoices):
    CALENDAR_MONTHS = "calendar_months", _("by calendar month")
    DAYS = "days", _("by days of the year")


class MonthsFrom(models.TextChoices):
    """From when the most months of a block are counted."""

    CONTRACT = "contract", _("from the first counted day")
    HIRE = "hire", _("from the first day at work for this contractor")


class MonthsOver(models.TextChoices):
    """Over which contracts the most months of a block are counted together."""

    CONTRACT = "contract", _("for each contract apart")
    CONTRACTOR = "contractor", _("for all contracts of the contractor together")


class EvidenceKind(models.TextChoices):
    """Proof that blocks ask for; a table may name other kinds too."""

    MUNICIPAL_DECISION = "municipal_decision", _("decision of the municipality (social assistance)")
    UWV_DECISION = "uwv_decision", _("decision of UWV, or a target-group statement")
    REGISTER_STATEMENT = "register_statement", _("statement from the jobs-agreement register")
    EMPLOYMENT_CONTRACT = "employment_contract", _("employment contract")
    INTERNSHIP_AGREEMENT = "internship_agreement", _("internship agreement")
    PAID_INVOICE = "paid_invoice", _("invoice, with proof of payment")
    ACTIVITY_REPORT = "activity_report", _("report or photo of the activity")


class TargetGroup(models.TextChoices):
    """Target groups that published tables share; a table may name others too."""

    PARTICIPATION_ACT = "participation_act", _("Participation Act (social assistance)")
    JOBS_AGREEMENT = "jobs_agreement", _("Jobs agreement")
    NO_BENEFIT = "no_benefit", _("Job seeker without benefit")
    WW = "ww", _("Unemployment benefit (WW)")
    WIA_WAO = "wia_wao", _("Disability benefit (WIA or WAO)")
    WAJONG = "wajong", _("Wajong")
    BBL = "bbl", _("Apprentices (BBL)")
    BOL = "bol", _("Students (BOL)")
    SPECIAL_EDUCATION = "special_education", _("Practical and special education")
    SHELTERED_WORK = "sheltered_work", _("Sheltered work")


def called(known: type[models.TextChoices], code: str) -> str:
    """What a code of a table is called; one that only a later table knows is shown as it is."""
    return (
        str(known(code).label) if code in known.values else code.replace("_", " ").replace("-", " ")
    )


def in_language(nl: str, en: str) -> str:
    """What is called so in two languages: in that of now, in Dutch where the other is not known."""
    return en if get_language() == "en" and en else nl


class ValuationTable(ScopedModel):
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="valuation_tables")
    code = models.CharField(_("code"), max_length=80)
    title_nl = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200, blank=True)
    source_url = models.URLField(_("source"), max_length=500, blank=True)
    note = models.TextField(blank=True)
    published_pinning = models.CharField(max_length=30, blank=True)
    published_from = models.DateField(null=True, blank=True)
    published_until = models.DateField(null=True, blank=True)
    full_time_hours = models.DecimalField(_("full-time hours"), max_digits=5, decimal_places=2)
    proration = models.CharField(max_length=20, choices=Proration.choices)
    min_hours_per_week = models.DecimalField(
        _("least hours per week"), max_digits=5, decimal_places=2
    )
    lookback_months = models.PositiveSmallIntegerField(null=True, blank=True)
    # Questions that are answered yes or no: code, question (nl, en), and the rows for which each is
    # asked; no rows named is wherever a condition needs it.
    facts = models.JSONField(default=list, blank=True)
    # Made in the site from another one: until it is in the line of versions it is nobody's
    # publication.
    made_here = models.BooleanField(default=False)
    # The file as it was loaded: loading it again changes nothing, exporting gives it back.
    source = models.JSONField()

    scope = Scope(region="region", everyone=True)
    history = kept(Scope(region="region"))

    class Meta:
        ordering = ("code",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["region", "code"], name="valuation_table_code")
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        return self.title_en if get_language() == "en" and self.title_en else self.title_nl


class BuildingBlock(ScopedModel):
    table = models.ForeignKey(ValuationTable, on_delete=models.PROTECT, related_name="blocks")
    position = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=80)
    label_nl = models.CharField(max_length=300)
    label_en = models.CharField(max_length=300, blank=True)
    kind = models.CharField(max_length=10, choices=BlockKind.choices)
    unit = models.CharField(max_length=20, choices=Unit.choices)
    amount = MoneyField(null=True, blank=True)
    weight_percent = models.DecimalField(max_digits=7, decimal_places=3, null=True, blank=True)
    max_months = models.PositiveSmallIntegerField(null=True, blank=True)
    max_months_from = models.CharField(
        max_length=10, choices=MonthsFrom.choices, default=MonthsFrom.CONTRACT
    )
    max_months_over = models.CharField(
        max_length=10, choices=MonthsOver.choices, default=MonthsOver.CONTRACT
    )
    # Months that still count after the day until which a person is entitled; None: that day does
    # not matter.
    grace_months = models.PositiveSmallIntegerField(null=True, blank=True)
    target_group = models.CharField(max_length=60, blank=True)
    min_age = models.PositiveSmallIntegerField(null=True, blank=True)
    max_age = models.PositiveSmallIntegerField(null=True, blank=True)
    permanent_contract = models.BooleanField(null=True, blank=True)
    # Codes of questions that are all to be answered yes, and of those that are all to be answered
    # no.
    facts = models.JSONField(default=list, blank=True)
    not_facts = models.JSONField(default=list, blank=True)
    applies_to = models.JSONField(default=list, blank=True)
    replaces = models.JSONField(default=list, blank=True)
    policy_field = models.CharField(max_length=60, blank=True)
    evidence = models.JSONField(default=list, blank=True)
    # Of a purchase: the recognitions with which a firm's invoices count; none named is any.
    recognitions = models.JSONField(default=list, blank=True)
    # What it is called together with rows that can be claimed for the same: signalled where two
    # are.
    alternatives = models.CharField(max_length=80, blank=True)
    note = models.TextField(blank=True)

    scope = Scope(region="table__region", everyone=True)

    class Meta:
        ordering = ("table", "position")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["table", "code"], name="building_block_code")
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return in_language(self.label_nl, self.label_en)


class TableInForce(ScopedModel):
    """From a date a table is in force, until the next one is: so there can be no gap and no
    overlap.
    """

    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="tables_in_force")
    table = models.ForeignKey(ValuationTable, on_delete=models.PROTECT, related_name="in_force")
    valid_from = models.DateField(_("in force from"))

    scope = Scope(region="region", everyone=True)
    history = kept(Scope(region="region"))

    class Meta:
        ordering = ("region", "valid_from")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["region", "valid_from"], name="table_in_force_once")
        ]

    def __str__(self) -> str:
        return f"{self.table_id} {self.valid_from}"
