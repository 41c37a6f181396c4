"""The region: municipalities that run social return together, and the rules they agreed, dated."""

from datetime import date
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from sroi.access import May, Scope, ScopedModel, ScopedQuerySet
from sroi.history.keeping import kept
from sroi.money import MoneyField


class Region(ScopedModel):
    code = models.SlugField(_("code"), max_length=60, unique=True)
    title_nl = models.CharField(_("title (Dutch)"), max_length=200)
    title_en = models.CharField(_("title (English)"), max_length=200)

    scope = Scope(region="pk", everyone=True)

    class Meta:
        ordering = ("title_nl",)

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        return self.title_en if get_language() == "en" and self.title_en else self.title_nl


class HouseStyle(ScopedModel):
    """How the letters of a region look and who signs them; a region without one writes plain
    letters, signed by who sends them.
    """

    region = models.OneToOneField(Region, on_delete=models.PROTECT, related_name="house_style")
    # A JPEG without anything but the picture.
    logo = models.BinaryField(_("logo"), null=True, blank=True)
    # As in #0b4a5b; blank: that of the register.
    colour = models.CharField(_("colour"), max_length=7, blank=True)
    # Lines of text, at the head and at the foot of a letter.
    sender = models.CharField(_("sender"), max_length=400, blank=True)
    footer = models.CharField(_("foot of the letter"), max_length=400, blank=True)
    signatory = models.CharField(_("who signs"), max_length=200, blank=True)
    function = models.CharField(_("function of who signs"), max_length=200, blank=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    changed_at = models.DateTimeField()

    scope = Scope(region="region", region_wide=(May.ADVISE, May.MANAGE_POLICY))

    def __str__(self) -> str:
        return f"{self.region_id}"


class PinnedBy(models.TextChoices):
    AWARD_DATE = "award_date", _("award date")
    PUBLICATION_DATE = "publication_date", _("publication date")
    START_DATE = "start_date", _("start date")


class PsoLevel(models.TextChoices):
    """The levels of the PSO, from the lowest to the highest, by the names that a policy gives
    discounts for.
    """

    ASPIRANT = "aspirant", _("aspirant status")
    ENTRY = "basistrede", _("entry level")
    ONE = "1", _("level 1")
    TWO = "2", _("level 2")
    THREE = "3", _("level 3")
    ABOVE = "30+", _("level 30+")


class Spread(models.TextChoices):
    """How what is owed is expected over the term of a contract, where no plan was agreed."""

    TERM = "term", _("evenly over the term")
    CONTRACT_YEARS = "contract_years", _("an equal part at the end of each contract year")


class PolicyQuerySet(ScopedQuerySet["Policy"]):
    def on(self, day: date) -> "Policy | None":
        """The version in force on `day`."""
        return self.by(day).first()

    def by(self, day: date) -> "PolicyQuerySet":
        """Those that came into force by then, the one in force first: a later revision of the same
        date goes before an earlier one.
        """
        begun = self.filter(Q(valid_from=None) | Q(valid_from__lte=day))
        return begun.order_by(F("valid_from").desc(nulls_last=True), "-revision")


class Policy(ScopedModel):
    """One version of a region's rules. A contract keeps the version in force on its award date.

    A version is never changed: loading other rules for the same date makes a next revision, for
    contracts to come. Percentages are percent (5.00 is 5%), amounts euro, terms whole months or
    days. Source: DOMAIN.md sections 4 and 10.
    """

    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="policies")
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    revision = models.PositiveIntegerField(default=1)
    default_rate = models.DecimalField(_("default rate"), max_digits=5, decimal_places=2)
    # By the basis that the obligation is taken of, where the default is not what holds.
    rates = models.JSONField(_("rate per basis"), default=dict, blank=True)
    threshold_works = MoneyField(_("threshold for works"), null=True, blank=True)
    threshold_services = MoneyField(_("threshold for services"), null=True, blank=True)
    threshold_supplies = MoneyField(_("threshold for supplies"), null=True, blank=True)
    reduced_rate = models.DecimalField(
        _("reduced rate"), max_digits=5, decimal_places=2, null=True, blank=True
    )
    reduced_below_labour_share = models.DecimalField(
        _("reduced rate below this labour share"),
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
    )
    supplies_min_labour_share = models.DecimalField(
        _("least labour share for supplies"), max_digits=5, decimal_places=2, null=True, blank=True
    )
    cap = MoneyField(_("highest obligation of a contract"), null=True, blank=True)
    spread = models.CharField(
        _("obligation over the term"), max_length=20, choices=Spread.choices, default=Spread.TERM
    )
    # Empty: nobody.
    exempt_from_pso_level = models.CharField(
        _("owes nothing from this PSO level on"),
        max_length=10,
        choices=PsoLevel.choices,
        blank=True,
        default="",
    )
    pso_discounts = models.JSONField(_("discount per PSO level"), default=dict, blank=True)
    # Codes of other regions here.
    trusts = models.JSONField(
        _("regions whose recognitions of social firms count here too"), default=list, blank=True
    )
    penalty_factor = models.DecimalField(_("penalty factor"), max_digits=4, decimal_places=2)
    recovery_months = models.PositiveSmallIntegerField(_("recovery period in months"))
    grace_months = models.PositiveSmallIntegerField(_("months before a contract can be behind"))
    report_months = models.PositiveSmallIntegerField(_("months between interim reports"))
    review_days = models.PositiveSmallIntegerField(_("days for a review"))
    answer_days = models.PositiveSmallIntegerField(
        _("days in which a contractor can answer a decision, or the draft of one"), default=28
    )
    contact_days = models.PositiveSmallIntegerField(
        _("days after the award for the first contact"), default=7
    )
    plan_weeks = models.PositiveSmallIntegerField(
        _("weeks after the award for the action plan"), default=6
    )
    certificate_months = models.PositiveSmallIntegerField(
        _("months that a PSO certificate is valid at most"), default=24
    )
    certificate_warning_days = models.PositiveSmallIntegerField(
        _("days before the end of a PSO certificate in which it is signalled"), default=60
    )
    payment_days = models.PositiveSmallIntegerField(
        _("days after the end in which a payment counts")
    )
    pinned_by = models.CharField(_("table pinned by"), max_length=20, choices=PinnedBy.choices)
    self_review = models.BooleanField(_("advisers may review what they entered"))
    store_person_evidence = models.BooleanField(_("evidence about persons may be stored"))
    invoices_as_sent = models.BooleanField(_("invoices are kept as they were sent"), default=False)
    retention_months = models.PositiveSmallIntegerField(_("months that personal data are kept"))
    at_risk_below_term_left = models.DecimalField(
        _("percent of the term left under which a shortfall is a risk"),
        max_digits=5,
        decimal_places=2,
    )
    behind_below_expected = models.DecimalField(
        _("percent of expected under which a contract is behind"), max_digits=5, decimal_places=2
    )
    mask_below = models.PositiveSmallIntegerField(
        _("counts under this number are masked in public")
    )
    retention_rejected_months = models.PositiveSmallIntegerField(
        _("months that rejected and withdrawn claims keep personal data"), default=6
    )
    retention_draft_months = models.PositiveSmallIntegerField(
        _("months that drafts keep personal data"), default=12
    )
    retention_invitation_months = models.PositiveSmallIntegerField(
        _("months that invitations that were not taken are kept"), default=3
    )
    retention_consent_months = models.PositiveSmallIntegerField(
        _("months that is kept who gave consent for a story"), default=60
    )
    changes_always_told = models.BooleanField(
        _("contractors are always told of changes by mail"), default=True
    )
    sample_size = models.PositiveSmallIntegerField(
        _("fulfilments to check per quarter"), default=10
    )

    scope = Scope(region="region", everyone=True)
    history = kept(Scope(region="region"))
    objects: ClassVar[Any] = PolicyQuerySet.as_manager()

    class Meta:
        ordering = (F("valid_from").asc(nulls_first=True), "revision")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["region", "valid_from", "revision"], name="policy_version"
            ),
            models.UniqueConstraint(
                fields=["region", "revision"],
                condition=Q(valid_from=None),
                name="policy_version_from_the_beginning",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.region.code} {self.valid_from or ''} ({self.revision})"


class ClientKind(models.TextChoices):
    """What a client is. Only a municipality has inhabitants, a council with its edition, and people
    who live there.
    """

    MUNICIPALITY = "municipality", _("municipality")
    PROVINCE = "province", _("province")
    WATER_BOARD = "water_board", _("water board")
    HOUSING_ASSOCIATION = "housing_association", _("housing association")
    SCHOOL = "school", _("school")
    HOSPITAL = "hospital", _("hospital")
    OTHER = "other", _("other organisation")


CBS_CODE, CLIENT_CODE = r"^GM[0-9]{4}\Z", r"^[A-Za-z0-9]{2,12}\Z"


class ClientQuerySet(ScopedQuerySet):
    def with_council(self) -> Self:
        """The municipalities: what concerns councils, inhabitants and "de gemeenten" is about these
        only.
        """
        return self.filter(kind=ClientKind.MUNICIPALITY)

    def there_on(self, day: date) -> Self:
        """Who has not ended on that day, and not gone on in another without a last day."""
        return self.filter(Q(valid_until=None, successor=None) | Q(valid_until__gte=day))


class Municipality(ScopedModel):
    """Who commissions contracts: a municipality, or a client of another kind. DOMAIN.md sections 2,
    3 and 10.
    """

    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="municipalities")
    kind = models.CharField(
        _("kind of client"),
        max_length=20,
        choices=ClientKind.choices,
        default=ClientKind.MUNICIPALITY,
    )
    code = models.CharField(_("code"), max_length=12)
    name = models.CharField(_("name"), max_length=100)
    slug = models.SlugField(max_length=100)
    inhabitants = models.PositiveIntegerField(_("inhabitants"), null=True, blank=True)
    valid_from = models.DateField(_("first day"), null=True, blank=True)
    valid_until = models.DateField(_("last day"), null=True, blank=True)
    successor = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("successor"),
    )

    scope = Scope(region="region", everyone=True)
    history = kept(Scope(region="region"))
    objects: ClassVar[Any] = ClientQuerySet.as_manager()

    class Meta:
        ordering = ("name",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["region", "code"], name="municipality_code"),
            models.UniqueConstraint(fields=["region", "slug"], name="municipality_slug"),
            models.CheckConstraint(
                condition=Q(kind=ClientKind.MUNICIPALITY, code__regex=CBS_CODE)
                | (
                    ~Q(kind=ClientKind.MUNICIPALITY)
                    & Q(code__regex=CLIENT_CODE)
                    & ~Q(code__regex=CBS_CODE)
                ),
                name="client_code_fits_its_kind",
            ),
            models.CheckConstraint(
                condition=Q(kind=ClientKind.MUNICIPALITY) | Q(inhabitants=None),
                name="only_municipalities_have_inhabitants",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def described(self) -> str:
        """As it is chosen among others: what is no municipality says what it is."""
        return self.name if self.has_council else f"{self.name} ({self.get_kind_display()})"

    @property
    def has_council(self) -> bool:
        return self.kind == ClientKind.MUNICIPALITY
