"""Documents for everyone that were made before, and what the worker was asked to make."""

from typing import ClassVar

from django.db import models


class KeptDocument(models.Model):
    """A document of the program itself, as this release makes it; `made_of` stands for all that it
    is made from.
    """

    name = models.CharField(max_length=60)
    language = models.CharField(max_length=10)
    made_of = models.CharField(max_length=64)
    content = models.BinaryField()
    made_at = models.DateTimeField()

    unscoped_because = "the same for everyone, and holds nothing of anyone"

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["name", "language"], name="kept_document_once")
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.language}"


class Asked(models.Model):
    """That the worker was asked to make something, and when: whoever asks next waits with it."""

    what = models.CharField(max_length=200, unique=True)
    at = models.DateTimeField()

    unscoped_because = "names a file that is being made; no page shows it"

    def __str__(self) -> str:
        return self.what
