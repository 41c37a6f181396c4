"""Social firms: who they are, where and when a region recognises them, and what contractors
propose.
"""

from datetime import date
from typing import Any, ClassVar

from django.conf import settings
from django.core.validators import URLValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from contracts.models.draft import ProposalState
from contracts.models.organisation import Contractor, folded
from contracts.models.region import Region
from sroi.access import Scope, ScopedModel
from sroi.fields import CHECK_KVK
from sroi.history.keeping import kept

WEB = URLValidator(
    schemes=["https", "http"], message=_("Give an address that begins with https://.")
)


class RecognitionKind(models.TextChoices):
    """By what a firm counts as a social firm. Which blocks that opens is said by the valuation
    table.
    """

    SW_COMPANY = "sw_company", _("sheltered-work company")
    PSO_30PLUS = "pso_30plus", _("PSO 30+")
    CODE_REGISTER = "code_register", _("Social Enterprise Code register")


class FirmFacts(models.Model):
    """What a contractor wants to know of a firm to buy from."""

    name = models.CharField(_("name"), max_length=200)
    place = models.CharField(_("place"), max_length=100, blank=True)
    offers = models.CharField(_("what it offers"), max_length=500, blank=True)
    website = models.CharField(_("website"), max_length=200, blank=True, validators=[WEB])

    class Meta:
        abstract = True


class SocialFirm(FirmFacts, ScopedModel):
    """A supplier whose invoices can count, by its KvK number: one row for all regions that
    recognise it.
    """

    kvk = models.CharField(_("KvK number"), max_length=8, unique=True, validators=[CHECK_KVK])
    # Everything that is searched, folded.
    search_text = models.CharField(max_length=900, editable=False)
    name_folded = models.CharField(max_length=200, editable=False)

    scope = Scope(region="recognitions__region", everyone=True)
    history = kept(
        Scope(region="history_relation__recognitions__region"),
        related_name="history_rows",
        excluded_fields=["search_text", "name_folded"],
    )

    class Meta:
        ordering = ("name_folded", "pk")

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.name_folded = folded(self.name)[:200]
        self.search_text = folded(f"{self.name} {self.kvk} {self.place} {self.offers}")[:900]
        super().save(*args, **kwargs)


class Recognition(ScopedModel):
    """From a day, until a day where it has one, a region recognises a firm; one that was a mistake
    never counted.
    """

    firm = models.ForeignKey(SocialFirm, on_delete=models.PROTECT, related_name="recognitions")
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="recognitions")
    kind = models.CharField(_("recognition"), max_length=20, choices=RecognitionKind.choices)
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    # Whether everyone may find the firm in the directory because of this recognition.
    is_public = models.BooleanField(_("in the public directory"), default=False)
    grounds = models.CharField(_("how this was established"), max_length=500)
    revoked_at = models.DateTimeField(_("was a mistake"), null=True, blank=True)

    scope = Scope(region="region", everyone=True)
    history = kept(Scope(region="region"))

    class Meta:
        ordering = ("-valid_from", "pk")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gte=F("valid_from")),
                name="recognition_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(revoked_at=None) | Q(is_public=False),
                name="recognition_revoked_is_not_public",
            ),
            models.UniqueConstraint(
                fields=["region", "firm", "kind", "valid_from"],
                condition=Q(revoked_at=None),
                name="recognition_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.firm_id} {self.kind} {self.valid_from}"

    def holds_on(self, day: date) -> bool:
        return (
            self.revoked_at is None
            and self.valid_from <= day
            and (not self.valid_until or day <= self.valid_until)
        )


class FirmProposal(FirmFacts, ScopedModel):
    """A firm that a contractor proposes as a social firm; an adviser recognises it, or declines
    with a reason.
    """

    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="firm_proposals")
    contractor = models.ForeignKey(
        Contractor, on_delete=models.PROTECT, related_name="firm_proposals"
    )
    kvk = models.CharField(_("KvK number"), max_length=8, validators=[CHECK_KVK])
    kind = models.CharField(_("recognition"), max_length=20, choices=RecognitionKind.choices)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    why = models.CharField(_("how you know"), max_length=500, blank=True)
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

    scope = Scope(region="region", contractor="contractor")

    class Meta:
        ordering = ("pk",)
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state=ProposalState.OPEN, answered_at=None)
                | (~Q(state=ProposalState.OPEN) & Q(answered_at__isnull=False)),
                name="firm_proposal_answered_has_date",
            ),
            models.CheckConstraint(
                condition=~Q(state=ProposalState.DECLINED) | ~Q(answer=""),
                name="firm_proposal_declined_says_why",
            ),
            models.UniqueConstraint(
                fields=["region", "contractor", "kvk"],
                condition=Q(state=ProposalState.OPEN),
                name="firm_proposed_once",
            ),
        ]

    def __str__(self) -> str:
        return self.name
