"""Every mail leaves by the worker: no request waits for a mail server, and whether there is an
account stays unsaid.
"""

import re
import socket
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from smtplib import SMTPDataError, SMTPRecipientsRefused
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.core.mail.backends.locmem import EmailBackend
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from sroi.access import Role
from sroi.accounts.models import ForgottenPassword
from sroi.models import KeptMail
from sroi.server import outbox
from tests import factories as make
from tests.sroi.accounts.test_signin import answer, sign_in
from tests.sroi.server.test_background import LINUX, server, until
from tests.tools.worker import database_url

pytestmark = pytest.mark.django_db

SMTP = "django.core.mail.backends.smtp.EmailBackend"


@pytest.fixture(autouse=True)
def _fresh_limits() -> None:
    cache.clear()


@pytest.fixture
def adviser() -> Any:
    return make.make_user(Role.ADVISER, make.make_region(), email="adviser@example.org")


@pytest.fixture
def silent() -> Iterator[socket.socket]:
    """A mail server that takes a connection and never says anything."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setblocking(False)
        yield listening


@pytest.fixture
def in_the_background(settings: Any) -> None:
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}


def ask(email: str) -> Any:
    return Client(raise_request_exception=False).post(
        reverse("account_reset_password"), {"email": email}
    )


@pytest.mark.parametrize("server", ["slow", "gone"])
def test_a_forgotten_password_asks_nothing_of_the_mail_server_and_tells_nothing(
    adviser: Any, silent: socket.socket, in_the_background: None, settings: Any, server: str
) -> None:
    settings.MAIL_SENT_THROUGH, settings.EMAIL_HOST, settings.EMAIL_TIMEOUT = SMTP, "127.0.0.1", 2
    settings.EMAIL_PORT = silent.getsockname()[1]
    if server == "gone":
        silent.close()
    said, queries, seconds = [], [], []
    for email in ("warm@example.org", adviser.email, "nobody@example.org"):
        began = time.monotonic()
        with CaptureQueriesContext(connection) as asked:
            said.append(ask(email))
        seconds.append(time.monotonic() - began)
        queries.append(
            [re.sub(r"'[^']*'|\b[0-9a-f]{32}\b|\d+", "?", each["sql"]) for each in asked]
        )
    _warm, known, unknown = said
    assert known.status_code == unknown.status_code == 302
    assert (known["Location"], answer(known)) == (unknown["Location"], answer(unknown))
    assert queries[1] == queries[2]
    assert max(seconds) < settings.EMAIL_TIMEOUT
    if server == "slow":
        with pytest.raises(BlockingIOError):
            silent.accept()


@pytest.mark.django_db(transaction=True)
def test_the_worker_sends_a_link_to_who_has_an_account_and_to_nobody_else(
    adviser: Any, in_the_background: None, settings: Any
) -> None:
    make.make_user(Role.ADVISER, email="gone@example.org", active=False)
    for email in ("nobody@example.org", "Adviser@Example.org", "gone@example.org"):
        ask(email)
    assert (mail.outbox, ForgottenPassword.objects.count()) == ([], 3)
    call_command("run_tasks", once=True)
    (message,) = mail.outbox
    assert message.to == [adviser.email]
    assert f"{settings.SITE_URL}/wachtwoord-vergeten/" in message.body
    assert not ForgottenPassword.objects.exists()
    assert not KeptMail.objects.exists()
    assert all(
        "@" not in str(done.args_kwargs) + str(done.return_value)
        for done in DBTaskResult.objects.all()
    )
    assert set(DBTaskResult.objects.values_list("status", flat=True)) == {"SUCCESSFUL"}


def test_it_comes_in_the_language_of_who_asked(adviser: Any, settings: Any) -> None:
    english = Client()
    english.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    english.post(reverse("account_reset_password"), {"email": adviser.email})
    ask(adviser.email)
    assert ["password reset" in message.body for message in mail.outbox] == [True, False]


@pytest.mark.django_db(transaction=True)
def test_a_change_of_password_and_an_invitation_leave_by_the_worker_too(
    adviser: Any, client: Client, in_the_background: None
) -> None:
    new = "een heel ander wachtwoord"
    sign_in(client, adviser.email)
    data = {"oldpassword": make.PASSWORD, "password1": new, "password2": new}
    assert client.post(reverse("account_change_password"), data).status_code == 302
    admin, region = Client(), adviser.memberships.get().region
    admin.force_login(make.make_user(Role.REGION_ADMIN, region))
    invited = {"email": "new@example.org", "region": region.pk, "role": Role.READER}
    assert admin.post(reverse("user-invite"), invited).status_code == 302
    assert (mail.outbox, KeptMail.objects.count()) == ([], 2)
    call_command("run_tasks", once=True)
    changed, asked_in = mail.outbox
    assert (changed.to, asked_in.to) == ([adviser.email], ["new@example.org"])
    assert asked_in.alternatives[0].mimetype == "text/html"


# --- sending --------------------------------------------------------------------------------------


class Fickle(EmailBackend):
    """Fails as often as it is told to."""

    failures: list[Exception] = []  # noqa: RUF012
    asked = 0

    def send_messages(self, messages: Any) -> int:
        type(self).asked += 1
        if self.failures:
            raise self.failures.pop(0)
        return super().send_messages(messages)


@pytest.fixture
def fickle(settings: Any, in_the_background: None) -> type[Fickle]:
    settings.MAIL_SENT_THROUGH = f"{__name__}.Fickle"
    Fickle.failures, Fickle.asked = [], 0
    return Fickle


def write(to: str = "a@example.org") -> None:
    EmailMessage("Onderwerp", "geheime link", to=[to], headers={"X-About": "test"}).send()


def sent_to() -> list[str]:
    return [message.to[0] for message in mail.outbox]


def test_a_mail_goes_once_as_it_was_and_its_text_is_gone(fickle: type[Fickle]) -> None:
    write()
    assert outbox.send_due(timezone.now()) == outbox.send_due(timezone.now()) == 0
    (message,) = mail.outbox
    assert (message.subject, message.body, message.extra_headers) == (
        "Onderwerp",
        "geheime link",
        {"X-About": "test"},
    )
    assert not KeptMail.objects.exists()


def test_a_server_that_is_away_is_asked_once_and_everything_waits_longer_each_time(
    fickle: type[Fickle], settings: Any
) -> None:
    for number in range(3):
        write(f"{number}@example.org")
    fickle.failures = [ConnectionRefusedError(), TimeoutError()]
    now = timezone.now()
    assert (outbox.send_due(now), fickle.asked) == (3, 1)
    assert outbox.send_due(now + timedelta(minutes=settings.MAIL_RETRY_MINUTES, seconds=-1)) == 0
    later = now + timedelta(minutes=settings.MAIL_RETRY_MINUTES)
    assert (outbox.send_due(later), fickle.asked) == (3, 2)
    assert (
        outbox.send_due(later + timedelta(minutes=2 * settings.MAIL_RETRY_MINUTES, seconds=-1)) == 0
    )
    assert mail.outbox == []
    assert outbox.send_due(later + timedelta(minutes=2 * settings.MAIL_RETRY_MINUTES)) == 0
    assert sent_to() == ["0@example.org", "1@example.org", "2@example.org"]


@pytest.mark.parametrize("failure", [SMTPRecipientsRefused({}), SMTPDataError(554, b"no")])
def test_a_mail_that_is_refused_keeps_no_other_waiting(
    fickle: type[Fickle], failure: Exception
) -> None:
    write("refused@example.org")
    write("other@example.org")
    fickle.failures = [failure]
    assert outbox.send_due(timezone.now()) == 1
    assert sent_to() == ["other@example.org"]


def test_a_mail_that_cannot_be_made_keeps_no_other_waiting() -> None:
    """An address that looks right, and of which the domain cannot be written."""
    write(f"a@{'é' * 60}.nl")
    write("other@example.org")
    assert sent_to() == ["other@example.org"]
    assert KeptMail.objects.get().tries == 1


def test_after_days_a_mail_is_given_up_and_said_so(
    fickle: type[Fickle], settings: Any, caplog: Any
) -> None:
    write()
    with time_machine.travel(
        timezone.now() + timedelta(days=settings.MAIL_GIVE_UP_DAYS, minutes=1)
    ):
        assert outbox.send_due(timezone.now()) == 0
    assert (mail.outbox, KeptMail.objects.count()) == ([], 0)
    (record,) = [each for each in caplog.records if each.levelname == "ERROR"]
    assert "given up" in record.getMessage()
    assert "example" not in record.getMessage()


def test_what_was_being_sent_when_its_run_was_killed_is_not_sent_again_and_erased(
    fickle: type[Fickle], settings: Any, caplog: Any
) -> None:
    write()
    now = timezone.now()
    KeptMail.objects.update(taken_at=now)
    assert outbox.send_due(now + timedelta(minutes=settings.MAIL_UNSURE_MINUTES)) == 0
    assert (KeptMail.objects.count(), caplog.records) == (1, [])
    assert outbox.send_due(now + timedelta(minutes=settings.MAIL_UNSURE_MINUTES + 1)) == 0
    assert (mail.outbox, KeptMail.objects.count()) == ([], 0)
    assert [each.levelname for each in caplog.records] == ["ERROR"]


def test_reminders_send_what_waits_and_say_what_could_not_go(fickle: type[Fickle]) -> None:
    write()
    fickle.failures = [TimeoutError()]
    with pytest.raises(CommandError, match="1 mails zijn niet verstuurd"):
        call_command("send_reminders")
    with time_machine.travel(timezone.now() + timedelta(hours=1)):
        call_command("send_reminders")
    assert sent_to() == ["a@example.org"]


@pytest.mark.django_db(transaction=True)
def test_a_worker_begins_with_what_waits(fickle: type[Fickle]) -> None:
    write()
    DBTaskResult.objects.all().delete()
    call_command("run_tasks", once=True)
    assert sent_to() == ["a@example.org"]


@LINUX
@pytest.mark.django_db(transaction=True)
def test_from_the_sign_in_page_to_the_mail_of_who_forgot_the_password(
    adviser: Any, tmp_path: Path
) -> None:
    """Through gunicorn and its worker, into a folder of mails."""
    mails = tmp_path / "mails"
    with server(tmp_path, DATABASE_URL=database_url(), EMAIL_URL=f"filemail:///{mails}") as (
        _process,
        port,
    ):
        assert post_over_http(port, adviser.email) == 302
        written = until(lambda: list(mails.glob("*")))
        until(lambda: b"/wachtwoord-vergeten/" in written[0].read_bytes())
        until(lambda: not KeptMail.objects.exists())


def post_over_http(port: int, email: str) -> int:
    token = "a" * 32
    body = f"email={email}&csrfmiddlewaretoken={token}"
    with socket.create_connection(("127.0.0.1", port), 20) as line:
        head = (
            f"POST {reverse('account_reset_password')} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
            f"Cookie: csrftoken={token}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        )
        line.sendall((head + body).encode())
        return int(line.recv(100).split()[1])
