"""What is kept with a contract beside its figures: notes and agreements, contact persons,
documents.
"""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from contracts.models.certificate import PsoCertificate
from contracts.models.contract import Contract
from contracts.models.organisation import Contractor
from contracts.models.region import Region
from sroi.access import Scope, ScopedModel
from sroi.files.storage import evidence_storage, random_name

# A contractor sees what was shared with it, a procurement officer nothing of it: so no path to the
# municipality.
SHARED = Scope(
    region="contract__region", contractor="contract__contractor", contractor_when=Q(shared=True)
)


class NoteKind(models.TextChoices):
    NOTE = "note", _("note")
    AGREEMENT = "agreement", _("agreement")
    CONVERSATION = "conversation", _("conversation")
    VISIT = "visit", _("visit on site")
    # As it was sent: it is not written by hand, and not removed.
    LETTER = "letter", _("letter")


# Of notes: those that stand on the work list from their day on, and are not seen to yet.
COMES_BACK = Q(again_on__isnull=False, seen_at=None)


class ContractNote(ScopedModel):
    """What was said, agreed or seen, and by whom it was written down. It is not changed afterwards;
    what comes back on a day is ticked off.
    """

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="notes")
    kind = models.CharField(_("kind"), max_length=15, choices=NoteKind.choices)
    day = models.DateField(_("day"))
    # Who promised it, or was seen at a visit: a firm or a function, nobody who is placed.
    who = models.CharField(_("who"), max_length=200, blank=True, db_default="")
    text = models.CharField(_("text"), max_length=4000)
    shared = models.BooleanField(_("the contractor sees it"), default=False)
    # From this day on it stands on the work list, until somebody says that it was seen to.
    again_on = models.DateField(_("comes back on"), null=True, blank=True)
    seen_at = models.DateTimeField(_("seen to on"), null=True, blank=True)
    seen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField()

    scope = SHARED

    class Meta:
        ordering = ("-day", "-pk")
        indexes: ClassVar = [
            models.Index(
                fields=["again_on"], condition=Q(again_on__isnull=False), name="note_comes_back"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.day}"

    @property
    def is_promise(self) -> bool:
        """Who does what by when: a line that is ticked off."""
        return self.kind == NoteKind.AGREEMENT and bool(self.who and self.again_on)

    @property
    def comes_back(self) -> bool:
        return self.again_on is not None and self.seen_at is None


class Side(models.TextChoices):
    CONTRACTOR = "contractor", _("contractor")
    MUNICIPALITY = "municipality", _("client or region")


class FirmPerson(ScopedModel):
    """Someone to call at a contractor, once for all of its contracts in a region: a business
    contact, not a person placed.
    """

    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="firm_persons")
    contractor = models.ForeignKey(
        Contractor, on_delete=models.PROTECT, related_name="firm_persons"
    )
    name = models.CharField(_("name"), max_length=200)
    function = models.CharField(_("function"), max_length=200, blank=True)
    email = models.EmailField(_("e-mail address"), max_length=254, blank=True)
    phone = models.CharField(_("telephone"), max_length=30, blank=True)

    scope = Scope(
        region="region",
        municipality="named__contract__shares__municipality",
        contractor="contractor",
    )

    class Meta:
        ordering = ("name", "pk")

    def __str__(self) -> str:
        return self.name


class ContactPerson(ScopedModel):
    """Someone to call about a contract: one of the contractor's (`person`), or of the client or
    region.

    What is known of one of the contractor's stands at the firm; here it is a copy, which the door
    writes with it, for who reads by contract.
    """

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="contact_persons")
    # None of the other side, and of what a release before this one wrote.
    person = models.ForeignKey(
        FirmPerson,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="named",
    )
    side = models.CharField(_("of whom"), max_length=15, choices=Side.choices)
    name = models.CharField(_("name"), max_length=200)
    function = models.CharField(_("function"), max_length=200, blank=True)
    email = models.EmailField(_("e-mail address"), max_length=254, blank=True)
    phone = models.CharField(_("telephone"), max_length=30, blank=True)

    scope = Scope(
        region="contract__region",
        municipality="contract__shares__municipality",
        contractor="contract__contractor",
    )

    class Meta:
        ordering = ("side", "name", "pk")
        indexes: ClassVar = [models.Index(fields=["person"], name="contact_person_of_firm")]

    def __str__(self) -> str:
        return self.name


class ContractDocument(ScopedModel):
    """A file in the dossier of a contract, given out as an attachment only."""

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="documents")
    title = models.CharField(_("title"), max_length=200)
    # What it proves, where it is a certificate.
    certificate = models.ForeignKey(
        PsoCertificate, on_delete=models.PROTECT, null=True, blank=True, related_name="documents"
    )
    file = models.FileField(storage=evidence_storage, upload_to=random_name, blank=True)
    media_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField(default=0)
    content_hash = models.CharField(max_length=64)
    shared = models.BooleanField(_("the contractor sees it"), default=False)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    added_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)

    scope = SHARED

    class Meta:
        ordering = ("-pk",)
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(removed_at=None) & ~Q(file="") | Q(removed_at__isnull=False, file=""),
                name="document_is_kept_or_removed",
            ),
        ]

    def __str__(self) -> str:
        return self.title
