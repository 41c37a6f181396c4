"""The person who signs in. What a person may see comes from memberships, in `contracts`."""

from typing import Any, ClassVar

from django.apps import apps
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        # Whoever makes an account vouches for its address: an invitation was followed, or a command
        # was run.
        apps.get_model("account", "EmailAddress")._default_manager.using(self._db).create(
            user=user, email=user.email, verified=True, primary=True
        )
        return user

    def get_by_natural_key(self, email: str | None) -> "User":
        return self.get(email__iexact=email or "")


# An address at which nobody can ever be: of an account that was erased.
NOBODY = "@erased.invalid"
FORMER = _("former user")


class User(AbstractBaseUser):
    """Signs in with an e-mail address; holds no rights of its own."""

    email = models.EmailField(_("e-mail address"), max_length=254, unique=True)
    name = models.CharField(_("name"), max_length=150, blank=True)
    # Of their work; shown to who may see the contracts that they look after.
    phone = models.CharField(_("telephone"), max_length=30, blank=True)
    # What they chose of each list, see `sroi.lists.choices`.
    lists = models.JSONField(default=dict, blank=True)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    unscoped_because = "people are found by their memberships, which are scoped"

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(Lower("email"), name="accounts_user_email_folded")
        ]

    def __str__(self) -> str:
        return self.name or (str(FORMER) if self.email.endswith(NOBODY) else self.email)


class Demonstration(models.Model):
    """Marks a database that the command `demo` made; demonstration mode refuses any other."""

    made_at = models.DateTimeField()

    unscoped_because = "one row that marks the database; no page reads it"

    def __str__(self) -> str:
        return f"{self.made_at}"


class ForgottenPassword(models.Model):
    """That a link was asked for, until the worker answers it, or does not. See
    `sroi.accounts.forgotten`.
    """

    email = models.EmailField(max_length=320)
    language = models.CharField(max_length=10)
    made_at = models.DateTimeField()

    unscoped_because = "what somebody typed at the sign-in page; only the worker reads it"

    def __str__(self) -> str:
        return f"{self.made_at}"


class ReturnedMail(models.Model):
    """That mail to an address came back, the last time. See `contracts.people.returned`."""

    email = models.EmailField(max_length=254, unique=True)
    at = models.DateTimeField()
    # There is no such address; else its mailbox is full, or it does not want our mail.
    is_gone = models.BooleanField()

    unscoped_because = "an address; it is shown beside people whom one may see"

    def __str__(self) -> str:
        return f"{self.email} {self.at}"


class AuditKind(models.TextChoices):
    SIGNED_IN = "signed_in", _("signed in")
    SIGNED_OUT = "signed_out", _("signed out")
    SIGN_IN_FAILED = "sign_in_failed", _("sign-in failed")
    PASSWORD_CHANGED = "password_changed", _("password changed")
    SECOND_FACTOR = "second_factor", _("second factor changed")
    EXPORTED = "exported", _("exported")
    LOOKED = "looked", _("looked at personal data")
    ERASED = "erased", _("erased")


class AuditEvent(models.Model):
    """What was done with access and personal data: who, when, where. It never says what was
    seen.
    """

    at = models.DateTimeField(auto_now_add=True, db_index=True)
    kind = models.CharField(_("what"), max_length=20, choices=AuditKind.choices)
    user = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="audit_events"
    )
    # Of a failed sign-in: a keyed hash, so that attempts on one address can be counted without
    # keeping the address.
    address_hash = models.CharField(max_length=64, blank=True)
    path = models.CharField(_("page"), max_length=200, blank=True)

    unscoped_because = (
        "the log shows a region admin the events of the people of the region, see"
        " sroi.pages.work.log"
    )

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"{self.at} {self.kind}"


class Erasure(models.Model):
    """That personal data of a record were erased, and why: a backup that is put back is erased
    again from this list.
    """

    at = models.DateTimeField(auto_now_add=True)
    subject = models.CharField(max_length=40)
    number = models.BigIntegerField()
    why = models.CharField(max_length=100)

    unscoped_because = "numbers of what was erased; only commands read it"

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["subject", "number"], name="erasure_once")
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.number}"
