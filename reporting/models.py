"""Goals; annual reports with their text, state and frozen figures; statements for contractors."""

import base64
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from contracts.models import Contract, Contractor, Municipality, Policy, Region
from sroi.access import May, Scope, ScopedModel
from sroi.history.keeping import kept
from sroi.money import MoneyField

READS = (May.SEE_REGION, May.READ_REPORTS)


def _once_per_edition(name: str, *fields: str) -> list[models.BaseConstraint]:
    """Once for each municipality, and once for the region, which has none: a blank municipality is
    equal to another.
    """
    region = models.Q(municipality=None)
    return [
        models.UniqueConstraint(fields=[*fields, "municipality"], name=name),
        models.UniqueConstraint(fields=fields, condition=region, name=f"{name}_of_region"),
    ]


def _percent(label: Any) -> Any:
    return models.DecimalField(label, max_digits=5, decimal_places=2, null=True, blank=True)


class Goal(ScopedModel):
    """What a region means to reach in a year: a low and, where it is a range, a high."""

    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="goals")
    year = models.PositiveSmallIntegerField(_("year"))
    # The name of a figure that goals can be set for (`reporting.figures.catalogue`).
    indicator = models.CharField(_("indicator"), max_length=30)
    low = models.DecimalField(_("low"), max_digits=15, decimal_places=2)
    high = models.DecimalField(_("high"), max_digits=15, decimal_places=2, null=True, blank=True)
    # A goal as a share: the low is then these percents of each other of what is procured in a year
    # (percents as text, such as "85.00").
    volume = MoneyField(_("procurement volume in a year"), null=True, blank=True)
    percents = models.JSONField(_("percentages of it"), default=list, blank=True)
    # Where it was decided: a motion, or a promise to the council.
    source = models.CharField(_("where it was decided"), max_length=200, blank=True)

    scope = Scope(region="region", everyone=True)
    history = kept(Scope(region="region"))

    class Meta:
        ordering = ("region", "year", "indicator")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["region", "year", "indicator"], name="goal_once"),
            models.CheckConstraint(
                condition=models.Q(high=None) | models.Q(high__gte=models.F("low")),
                name="goal_range",
            ),
            models.CheckConstraint(
                condition=models.Q(volume=None, percents=[])
                | (models.Q(volume__isnull=False, high=None) & ~models.Q(percents=[])),
                name="goal_chain",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.region_id} {self.year} {self.indicator}"


class AnnualReport(ScopedModel):
    """The council notice of a region about a year, from draft to final."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        PROPOSED = "proposed", _("proposed")
        FINAL = "final", _("final")

    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="annual_reports")
    year = models.PositiveSmallIntegerField(_("year"))
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.DRAFT)
    finalised_at = models.DateTimeField(null=True, blank=True)
    finalised_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    last_posting = models.PositiveBigIntegerField(null=True, blank=True)
    # From then on everyone can read it.
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    figures = models.JSONField(null=True, blank=True)
    # Which lines each figure summed, what was aimed at, and the policy that held: as they were.
    definitions = models.JSONField(default=dict, blank=True)
    goals = models.JSONField(default=list, blank=True)
    policy = models.ForeignKey(
        Policy, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # The cost of the team, the scenario and what running contracts promise, as `reporting.figures`
    # freezes them.
    outlook = models.JSONField(null=True, blank=True)
    # Of the last revision.
    fingerprint = models.CharField(max_length=64, blank=True)

    scope = Scope(region="region", region_wide=READS)

    class Meta:
        ordering = ("region", "-year")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["region", "year"], name="annual_report_once"),
            models.CheckConstraint(
                condition=~models.Q(state="final")
                | (models.Q(finalised_at__isnull=False) & models.Q(last_posting__isnull=False)),
                name="annual_report_final_is_frozen",
            ),
            models.CheckConstraint(
                condition=models.Q(published_at=None) | models.Q(state="final"),
                name="annual_report_published_is_final",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.region_id} {self.year}"


class ReportEvent(ScopedModel):
    """What happened to a report: who, when, and why."""

    class Kind(models.TextChoices):
        PROPOSED = "proposed", _("proposed")
        SENT_BACK = "sent_back", _("sent back to draft")
        FINAL = "final", _("made final")
        REVISED = "revised", _("text revised")
        PUBLISHED = "published", _("published")

    report = models.ForeignKey(AnnualReport, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    why = models.CharField(max_length=1000, blank=True)

    scope = Scope(region="report__region")

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.report_id} {self.kind}"


class SectionText(ScopedModel):
    """The text of a section as someone wrote it. Each saving is a row with the next number; the
    last one counts.

    Without a municipality it is the region's, and of every edition without a text of its own where
    it says so. A blank text is the default text again.
    """

    report = models.ForeignKey(AnnualReport, on_delete=models.PROTECT, related_name="texts")
    municipality = models.ForeignKey(
        Municipality, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    section = models.CharField(_("section"), max_length=30)
    number = models.PositiveIntegerField()
    text = models.TextField(_("text"), blank=True)
    everywhere = models.BooleanField(_("also in the editions of municipalities"), default=False)
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    scope = Scope(region="report__region")

    class Meta:
        ordering = ("pk",)
        constraints: ClassVar = _once_per_edition(
            "section_text_number", "report", "section", "number"
        )

    def __str__(self) -> str:
        return f"{self.report_id} {self.section} {self.number}"


class SectionComment(ScopedModel):
    """What a colleague says to the writer about a section of an edition, until it is dealt with."""

    report = models.ForeignKey(AnnualReport, on_delete=models.PROTECT, related_name="comments")
    municipality = models.ForeignKey(
        Municipality, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    section = models.CharField(_("section"), max_length=30)
    text = models.CharField(_("comment"), max_length=1000)
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    scope = Scope(region="report__region")

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.report_id} {self.section}"


class Story(ScopedModel):
    """A short story in the edition of the region, with a picture where there is one. It is shown
    once somebody's consent is on file; who that is, is never published.
    """

    report = models.ForeignKey(AnnualReport, on_delete=models.PROTECT, related_name="stories")
    title = models.CharField(_("title"), max_length=120)
    text = models.CharField(_("text"), max_length=600)
    # A JPEG without anything but the picture, and the words that stand for it.
    picture = models.BinaryField(null=True, blank=True)
    alt = models.CharField(_("what the picture shows"), max_length=300, blank=True)
    consent_by = models.CharField(_("who gave consent"), max_length=200, blank=True)
    consent_on = models.DateField(_("day of the consent"), null=True, blank=True)
    # Who gave it is erased after a time; that there was consent stays.
    # Consent was taken back after the report was final: nothing else of it is left here.
    withdrawn_on = models.DateField(null=True, blank=True)

    scope = Scope(region="report__region")
    # Who changed one and when: what it said, and about whom, goes with it.
    history = kept(
        Scope(region="report__region"),
        excluded_fields=["title", "text", "picture", "alt", "consent_by"],
    )

    class Meta:
        ordering = ("pk",)
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(picture=None, alt="")
                | (models.Q(picture__isnull=False) & ~models.Q(alt="")),
                name="story_picture_has_words",
            ),
            models.CheckConstraint(
                condition=models.Q(consent_by="") | models.Q(consent_on__isnull=False),
                name="story_consent_has_day",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_shown(self) -> bool:
        return self.consent_on is not None

    @property
    def embedded(self) -> str:
        """The picture inside a document."""
        assert self.picture is not None
        return f"data:image/jpeg;base64,{base64.b64encode(bytes(self.picture)).decode()}"


class Filing(ScopedModel):
    """What a clerk needs to file an edition of a report; printed in its title block."""

    report = models.ForeignKey(AnnualReport, on_delete=models.PROTECT, related_name="filings")
    municipality = models.ForeignKey(
        Municipality, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    number = models.CharField(_("number of the council notice"), max_length=60, blank=True)
    on = models.DateField(_("date of the council notice"), null=True, blank=True)
    case_number = models.CharField(_("case number"), max_length=60, blank=True)
    portfolio_holder = models.CharField(_("portfolio holder"), max_length=120, blank=True)
    signed_by = models.CharField(_("signed by"), max_length=200, blank=True)
    # Rises with every change: who saves says which one was on the screen.
    version = models.PositiveIntegerField(default=1)

    scope = Scope(region="report__region")
    history = kept(Scope(region="report__region"), excluded_fields=["version"])

    class Meta:
        ordering = ("pk",)
        constraints: ClassVar = _once_per_edition("filing_once", "report")

    def __str__(self) -> str:
        return f"{self.report_id} {self.number}"


class Supplement(ScopedModel):
    """What people fill in beside the figures of a year: the cost of the team, and a scenario. All
    of it is optional.

    Percentages are percent, amounts euro a year, the volume is what the municipalities procure in a
    year.
    """

    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="supplements")
    year = models.PositiveSmallIntegerField(_("year"))
    team_fte = models.DecimalField(
        _("size of the team in fte"), max_digits=6, decimal_places=2, null=True, blank=True
    )
    team_cost = MoneyField(_("cost of the team in a year"), null=True, blank=True)
    extra_fte = models.DecimalField(
        _("extra fte proposed"), max_digits=6, decimal_places=2, null=True, blank=True
    )
    extra_cost = MoneyField(_("extra cost proposed in a year"), null=True, blank=True)
    by_inhabitants = models.BooleanField(
        _("divided over the municipalities by inhabitants"), default=True
    )
    team_note = models.CharField(_("about the team"), max_length=1000, blank=True)
    scenario_year = models.PositiveSmallIntegerField(
        _("year of the scenario"), null=True, blank=True
    )
    volume_low = MoneyField(_("procurement volume in a year, low"), null=True, blank=True)
    volume_high = MoneyField(_("procurement volume in a year, high"), null=True, blank=True)
    share_low = _percent(_("share with social return, low"))
    share_high = _percent(_("share with social return, high"))
    rate_low = _percent(_("average rate, low"))
    rate_high = _percent(_("average rate, high"))
    realised_low = _percent(_("part of the obligation that is fulfilled, low"))
    realised_high = _percent(_("part of the obligation that is fulfilled, high"))
    scenario_note = models.CharField(_("assumptions"), max_length=1000, blank=True)
    # Printed under the years beside each other, in this report and in those of later years.
    year_note = models.CharField(_("why this year stands out"), max_length=500, blank=True)
    version = models.PositiveIntegerField(default=1)

    scope = Scope(region="region")
    history = kept(Scope(region="region"), excluded_fields=["version"])

    class Meta:
        ordering = ("region", "year")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["region", "year"], name="supplement_once")
        ]

    def __str__(self) -> str:
        return f"{self.region_id} {self.year}"


class Revision(ScopedModel):
    """A final report as it was adopted (number 0), or with its text mended: a number and a reason,
    the same figures.
    """

    report = models.ForeignKey(AnnualReport, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveSmallIntegerField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reason = models.CharField(max_length=1000, blank=True)
    # The last text that was saved by then; what was written later waits for a next revision.
    last_text = models.PositiveBigIntegerField(default=0)
    # SHA-256 of figures, texts, definitions and posting number.
    fingerprint = models.CharField(max_length=64)

    scope = Scope(region="report__region", region_wide=READS)

    class Meta:
        ordering = ("report", "number")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["report", "number"], name="revision_number"),
            models.CheckConstraint(
                condition=models.Q(number=0) | ~models.Q(reason=""), name="revision_has_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.report_id}.{self.number}"


class FrozenEdition(ScopedModel):
    """The edition of one council, or of the region, as it was adopted. Never changed."""

    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="editions")
    municipality = models.ForeignKey(
        Municipality,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="frozen_editions",
    )
    # `figures` in the exchange format, `facts` all that the text was written from.
    figures = models.JSONField()
    facts = models.JSONField()
    # What a clerk needs, as it was printed.
    filing = models.JSONField(default=dict, blank=True)
    text = models.TextField()
    document = models.TextField()

    scope = Scope(region="revision__report__region", municipality="municipality", region_wide=READS)

    class Meta:
        ordering = ("revision", "pk")
        constraints: ClassVar = _once_per_edition("frozen_edition_once", "revision")

    def __str__(self) -> str:
        return f"{self.revision_id} {self.municipality_id or ''}"


class FrozenFile(ScopedModel):
    """A file of a frozen edition, kept byte for byte."""

    edition = models.ForeignKey(FrozenEdition, on_delete=models.PROTECT, related_name="files")
    format = models.CharField(max_length=5)
    content = models.BinaryField()
    fingerprint = models.CharField(max_length=64)

    scope = Scope(
        region="edition__revision__report__region",
        municipality="edition__municipality",
        region_wide=READS,
    )

    class Meta:
        ordering = ("edition", "format")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["edition", "format"], name="frozen_file_once")
        ]

    def __str__(self) -> str:
        return f"{self.edition_id} {self.format}"


class Statement(ScopedModel):
    """What was accepted of a contractor in a year under a contract, as it was stated: never
    changed. Of several about the same the last number counts.
    """

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="statements")
    # Who did it, also once the contract is of another.
    contractor = models.ForeignKey(Contractor, on_delete=models.PROTECT, related_name="statements")
    year = models.PositiveSmallIntegerField(_("year"))
    number = models.PositiveSmallIntegerField()
    # Made from the content with a key (`reporting.statements.codes`).
    code = models.CharField(max_length=30, unique=True)
    content = models.JSONField()
    issued_at = models.DateTimeField()
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # Made once by the worker, and kept byte for byte.
    pdf = models.BinaryField(null=True)

    scope = Scope(region="contract__region", contractor="contractor")

    class Meta:
        ordering = ("contract", "-year", "-number")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["contract", "contractor", "year", "number"], name="statement_number"
            )
        ]

    def __str__(self) -> str:
        return self.code
