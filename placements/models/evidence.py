"""Evidence of a fulfilment: a file that is kept, or a document about a person that was seen and not
kept.
"""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from placements.models.fulfilment import FulfilmentVersion
from sroi.access import Scope, ScopedModel
from sroi.files.storage import EvidenceStorage, evidence_storage, random_name

__all__ = [
    "ABOUT_A_PERSON",
    "AS_SENT",
    "Evidence",
    "EvidenceStorage",
    "evidence_storage",
    "random_name",
]

# Documents that carry a name and a BSN: seen, not stored, unless the policy of the region allows
# it.
ABOUT_A_PERSON = frozenset(
    {
        "municipal_decision",
        "uwv_decision",
        "register_statement",
        "employment_contract",
        "internship_agreement",
    }
)


# Kept as it was sent where the policy says so.
AS_SENT = frozenset({"paid_invoice"})


class Evidence(ScopedModel):
    version = models.ForeignKey(
        FulfilmentVersion, on_delete=models.PROTECT, related_name="evidence"
    )
    kind = models.CharField(_("what it is"), max_length=40)
    file = models.FileField(storage=evidence_storage, upload_to=random_name, blank=True)
    media_type = models.CharField(max_length=40, blank=True)
    # Pictures of the pages of a PDF, beside the file: name-1.webp, name-2.webp, …
    pages = models.PositiveSmallIntegerField(default=0)
    # A PDF of the pages as they look, in the place of what was sent.
    drawn = models.BooleanField(default=False)
    size = models.PositiveIntegerField(default=0)
    # SHA-256 of the file as it was sent: the same file twice is signalled.
    content_hash = models.CharField(max_length=64, blank=True, db_index=True)
    original_name = models.CharField(_("name of the file"), max_length=200, blank=True)
    seen_on = models.DateField(_("seen on"), null=True, blank=True)
    seen_how = models.CharField(_("what was seen, and how"), max_length=300, blank=True)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    added_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True, blank=True)

    # Procurement officers see no single placement, so no path to a municipality here.
    scope = Scope(
        region="version__fulfilment__region", contractor="version__fulfilment__contractor"
    )

    class Meta:
        ordering = ("pk",)
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=(~Q(file="") & ~Q(content_hash=""))
                | (Q(seen_on__isnull=False) & ~Q(seen_how=""))
                | Q(erased_at__isnull=False),
                name="evidence_is_kept_or_seen",
            ),
            models.CheckConstraint(
                condition=Q(erased_at=None) | Q(file=""), name="evidence_erased_has_no_file"
            ),
        ]

    def __str__(self) -> str:
        return self.original_name or self.kind

    @property
    def is_about_a_person(self) -> bool:
        return self.kind in ABOUT_A_PERSON
