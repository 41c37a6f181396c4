"""What the mechanisms of the server itself keep: counters, mails that wait, the heartbeat of the
worker, the mark.
"""

from typing import ClassVar

from django.db import models

NOBODY = "of the server itself; no page shows it"


class Counted(models.Model):
    """An entry of the cache that limits attempts, see `sroi.server.counters`."""

    key = models.CharField(max_length=255, primary_key=True)
    value = models.JSONField()
    # Empty: for ever.
    expires = models.DateTimeField(null=True, db_index=True)

    unscoped_because = NOBODY

    def __str__(self) -> str:
        return self.key


class KeptMail(models.Model):
    """A mail that is not sent yet; afterwards its row is gone, since a link that signs in may stand
    in it.
    """

    message = models.JSONField()
    made_at = models.DateTimeField()
    not_before = models.DateTimeField(db_index=True)
    tries = models.PositiveSmallIntegerField(default=0)
    # Set by the one run that sends it.
    taken_at = models.DateTimeField(null=True)

    unscoped_because = NOBODY

    class Meta:
        ordering: ClassVar = ("pk",)

    def __str__(self) -> str:
        return f"{self.made_at}"


class Heartbeat(models.Model):
    """When a worker in the background was last seen; a worker that stops takes its row away."""

    worker_id = models.CharField(max_length=64, primary_key=True)
    pid = models.PositiveIntegerField()
    seen_at = models.DateTimeField()

    unscoped_because = NOBODY

    def __str__(self) -> str:
        return f"{self.worker_id} {self.seen_at}"


class EvidenceMark(models.Model):
    """One row: what stands in the folder of evidence, so that another folder in its place is
    seen.
    """

    mark = models.CharField(max_length=64)

    unscoped_because = NOBODY

    def __str__(self) -> str:
        return self.mark
