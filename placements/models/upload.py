"""A file that someone wants to import: what is in it, and what would happen. It is seen by who sent
it, and erased.
"""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from contracts.models import Contractor, Region
from sroi.access import May, Scope, ScopedModel


class UploadKind(models.TextChoices):
    CONTRACTS = "contracts", _("contracts")
    CHANGES = "changes", _("obligation changes")
    FULFILMENTS = "fulfilments", _("fulfilments")
    PERSONS = "persons", _("contact persons")
    NOTES = "notes", _("notes")
    FIRMS = "firms", _("social firms")
    PLANS = "plans", _("action plans")
    SEEN = "seen", _("evidence seen")


class UploadState(models.TextChoices):
    WAITING = "waiting", _("is being read")
    TABLE = "table", _("asks which row has the names")
    COLUMNS = "columns", _("asks which column is which")
    CHECKED = "checked", _("ready to import")
    IMPORTING = "importing", _("is being imported")
    IMPORTED = "imported", _("imported")
    UNREADABLE = "unreadable", _("cannot be read")
    FAILED = "failed", _("stopped")


class Upload(ScopedModel):
    """A file of one person, for one purpose. The file itself is gone once it was imported; where
    it held a BSN its rows are kept instead, without that.
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="uploads"
    )
    kind = models.CharField(_("what"), max_length=12, choices=UploadKind.choices)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    # Of whom the fulfilments are, where the contractor's own people import them.
    contractor = models.ForeignKey(
        Contractor, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    name = models.CharField(_("file"), max_length=200)
    ending = models.CharField(max_length=5)
    content = models.BinaryField(null=True)
    # Faulty rows that came back mended, until they take their place among the others.
    mended = models.BinaryField(null=True)
    # The faults are told in the language of who sent it.
    language = models.CharField(max_length=5)
    state = models.CharField(
        _("state"), max_length=12, choices=UploadState.choices, default=UploadState.WAITING
    )
    why = models.CharField(max_length=500, blank=True)
    # Rises each time that it is taken up: what an earlier run still says does not count.
    run = models.PositiveIntegerField(default=1)
    # The sheets of the file with how many rows they have, and the first rows of the one that is
    # taken; which it is, in which rows the names stand, and which rows are no data.
    table = models.JSONField(default=dict)
    layout = models.JSONField(default=dict)
    # What holds for all rows: values of columns that the file lacks, and that amounts are in
    # thousands.
    given = models.JSONField(default=dict)
    # The names of the columns in the file, what stands in the first cells, and for each which
    # column of ours it is.
    header = models.JSONField(default=list)
    examples = models.JSONField(default=list)
    columns = models.JSONField(default=list)
    # Where a BSN stood: the number of the row, and the place of the cell in it.
    emptied = models.JSONField(default=list)
    # What comes of all of it: numbers and amounts by name.
    totals = models.JSONField(default=dict)
    # How many rows there are of each outcome, and how many were worked through so far.
    counts = models.JSONField(default=dict)
    warned = models.PositiveIntegerField(default=0)
    # The keys of what is doubted in the rows that are shown; importing it says that they are right.
    doubts = models.JSONField(default=list)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    # The moment of the act that imported it: what that act made bears it in its events.
    imported_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField()
    moved_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)

    scope = Scope(
        region="region",
        municipality="region__municipalities",
        contractor="contractor",
        region_wide=(May.ADVISE,),
    )

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return self.name


class RowOutcome(models.TextChoices):
    FAULTY = "faulty", _("faulty")
    NEW = "new", _("new")
    CHANGED = "changed", _("changed")
    UNCHANGED = "unchanged", _("unchanged")
    LEFT_OUT = "left_out", _("left out")


class UploadRow(ScopedModel):
    """A row as it would be imported, what was understood of it, and what is wrong with it: pairs of
    a column and a reason.
    """

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()
    outcome = models.CharField(max_length=10, choices=RowOutcome.choices)
    cells = models.JSONField()
    understood = models.JSONField(default=dict)
    faults = models.JSONField(default=list)
    warnings = models.JSONField(default=list)

    scope = Scope(
        region="upload__region",
        municipality="upload__region__municipalities",
        contractor="upload__contractor",
        region_wide=(May.ADVISE,),
    )

    class Meta:
        ordering = ("number",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["upload", "number"], name="upload_row")
        ]
        indexes: ClassVar = [
            models.Index(fields=["upload", "outcome", "number"], name="upload_row_outcome")
        ]

    def __str__(self) -> str:
        return f"{self.upload_id}/{self.number}"


class ColumnMemory(models.Model):
    """Which column of ours a person last chose for a name in the header of a file of this kind in
    this region; empty: none. And by the shape of a file, what was chosen for all its rows.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    region = models.ForeignKey(
        Region, on_delete=models.CASCADE, related_name="+", null=True
    )  # none: from before
    kind = models.CharField(max_length=12, choices=UploadKind.choices)
    names = models.JSONField(default=dict)
    shapes = models.JSONField(default=dict)

    unscoped_because = "read and written for the person who imports only"

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "region", "kind"], name="column_memory_once_per_region"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.kind}"
