"""What is told to people by mail: what there is to tell, how each of them wants it, and what was
sent.
"""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from contracts.models.contract import Contract
from contracts.models.region import Region
from sroi.access import Scope, ScopedModel


class NoticeKind(models.TextChoices):
    ANSWER = "answer", _("Answers to what you sent in or proposed")
    CHANGE = "change", _("Changes of your contracts")
    REMINDER = "reminder", _("Reminders of your adviser")
    QUESTION = "question", _("What waits for your answer")
    OVERVIEW = "overview", _("The weekly overview of what there is to do")


class When(models.TextChoices):
    AT_ONCE = "at_once", _("at once")
    WEEKLY = "weekly", _("in the weekly overview")
    NEVER = "never", _("not")


class NoticeState(models.TextChoices):
    WAITING = "waiting", _("waiting")
    SENDING = "sending", _("being sent")
    SENT = "sent", _("sent")
    DROPPED = "dropped", _("not sent")


class Notice(ScopedModel):
    """Something to tell one person, once: `key` says what, and a second one with the same key is
    not made.

    `claim` marks those that one run took to send together, so that two runs at once never send the
    same.
    """

    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="notices")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="notices"
    )
    contract = models.ForeignKey(
        Contract, on_delete=models.PROTECT, null=True, blank=True, related_name="notices"
    )
    kind = models.CharField(_("kind"), max_length=10, choices=NoticeKind.choices)
    key = models.CharField(max_length=100)
    words = models.CharField(_("what"), max_length=300, blank=True)
    path = models.CharField(_("page"), max_length=200, blank=True)
    made_at = models.DateTimeField()
    state = models.CharField(
        max_length=10, choices=NoticeState.choices, default=NoticeState.WAITING
    )
    claim = models.UUIDField(null=True, blank=True, db_index=True)
    tries = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    scope = Scope(region="region")

    class Meta:
        ordering = ("pk",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "key"], name="notice_once"),
            models.CheckConstraint(
                condition=Q(state=NoticeState.SENT, sent_at__isnull=False)
                | (~Q(state=NoticeState.SENT) & Q(sent_at=None)),
                name="notice_sent_has_time",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["user"], condition=Q(state=NoticeState.WAITING), name="notice_waiting"
            ),
        ]

    def __str__(self) -> str:
        return self.words or self.key


class NoticeChoice(models.Model):
    """How somebody wants to be told of a kind of thing; where there is none, the usual way."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="notice_choices"
    )
    kind = models.CharField(max_length=10, choices=NoticeKind.choices)
    when = models.CharField(max_length=10, choices=When.choices)

    unscoped_because = "everyone sees and sets their own only, see contracts.people.notices"

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "kind"], name="notice_choice_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.when}"
