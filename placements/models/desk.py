"""How somebody who reviews likes to work: kept for the next time."""

from django.conf import settings
from django.db import models


class ReviewDesk(models.Model):
    """The order and the part of the queue that somebody chose last, and their own phrases for how
    they saw a document.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    order = models.CharField(max_length=12, blank=True)
    whose = models.CharField(max_length=5, blank=True)
    phrases = models.JSONField(default=list)

    unscoped_because = "read and written for the person who reviews only"

    def __str__(self) -> str:
        return f"{self.user_id}"
