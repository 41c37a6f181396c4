"""Mail that came back: read from what a mail server says, shown beside whoever it was for."""

import io
from datetime import timedelta
from mailbox import Maildir
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from contracts.models import Contractor, Region
from contracts.people import door as people
from contracts.people import returned
from contracts.people.ending import door as ending
from sroi.access import Role
from sroi.accounts.models import ReturnedMail
from sroi.server.returned import NotDelivered, not_delivered
from tests import factories as make

pytestmark = pytest.mark.django_db
NOW = make.moment(make.TODAY)
# As Postfix writes it (RFC 3464, appendix E has the form).
NOTIFICATION = """\
From: MAILER-DAEMON@mail.example.org
To: social-return@gemeente.example
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain; charset=us-ascii

This is the mail system. Your message could not be delivered to nobody@example.org.

--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example.org
Arrival-Date: Tue, 1 Jul 2025 10:00:00 +0200

Final-Recipient: rfc822; {address}
Original-Recipient: rfc822;{address}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 User unknown

--B
Content-Type: message/rfc822

Subject: Er is iets te doen
To: {address}

Dag

--B--
"""


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(NOW, tick=False) as travelled:
        yield travelled


def said(
    address: str = "piet@firma.example", action: str = "failed", status: str = "5.1.1"
) -> bytes:
    return NOTIFICATION.format(address=address, action=action, status=status).encode()


def marked() -> list[tuple[str, bool]]:
    return [*ReturnedMail.objects.order_by("email").values_list("email", "is_gone")]


def pipe(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(content)))
    call_command("note_returned_mail")


# --- what a mail server says ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "status", "is_gone"),
    [
        ("failed", "5.1.1", True),
        ("failed", "5.1.2", True),
        ("failed", "5.2.2", False),
        ("failed", "4.4.7", False),
        ("Failed", "5.7.1", False),
        ("failed", "", False),
    ],
)
def test_what_was_not_delivered_for_good_is_known(action: str, status: str, is_gone: bool) -> None:
    (failure,) = not_delivered(said(action=action, status=status))
    assert (failure.email, failure.is_gone) == ("piet@firma.example", is_gone)


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded", ""])
def test_what_is_tried_again_or_arrived_is_no_failure(action: str) -> None:
    assert not_delivered(said(action=action)) == []


def test_an_address_is_known_however_it_is_written() -> None:
    (failure,) = not_delivered(said("<Piet@Firma.Example>"))
    assert failure.email == "piet@firma.example"


@pytest.mark.parametrize("address", ["", "piet", "a@b@c", "x" * 300 + "@example.org"])
def test_what_is_no_address_is_left_out(address: str) -> None:
    assert not_delivered(said(address)) == []


@pytest.mark.parametrize("byte", [b"\xef", b"\0", b"\xed\xa0\xbd", b"\x07"])
def test_a_byte_that_no_address_has_is_no_fault(
    piet: Any, monkeypatch: pytest.MonkeyPatch, byte: bytes
) -> None:
    pipe(monkeypatch, said().replace(b"piet@", b"pi" + byte + b"et@"))
    assert marked() == []


def test_several_recipients_each_have_their_own() -> None:
    second = b"\nFinal-Recipient: rfc822; an@firma.example\nAction: failed\nStatus: 5.2.2\n"
    ends = b"\n--B\nContent-Type: message/rfc822"
    content = said().replace(ends, second + ends)
    assert not_delivered(content) == [
        NotDelivered("piet@firma.example", "5.1.1"),
        NotDelivered("an@firma.example", "5.2.2"),
    ]


@given(st.binary(max_size=2000))
def test_whatever_comes_in_is_read_without_a_fault(content: bytes) -> None:
    assert not_delivered(content) == []
    assert not_delivered(said()[:400] + content) == []


def test_an_ordinary_mail_is_none() -> None:
    assert (
        not_delivered(b"From: a@example.org\nSubject: Ik ben op vakantie\n\npiet@firma.example")
        == []
    )


# --- marked, and seen -----------------------------------------------------------------------------


@pytest.fixture
def piet(region: Region, linde: Contractor) -> Any:
    make.make_contract(region, linde)
    return make.make_user(Role.CONTRACTOR, region, contractor=linde, email="piet@firma.example")


def test_an_address_of_a_user_is_marked(
    piet: Any, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    pipe(monkeypatch, said())
    assert marked() == [("piet@firma.example", True)]
    assert "piet" not in capsys.readouterr().out


def test_an_address_to_which_nothing_goes_is_not_kept(
    piet: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipe(monkeypatch, said("iemand@elders.example"))
    pipe(monkeypatch, b"")
    pipe(monkeypatch, b"\xff\xfe geen mail")
    assert marked() == []


def test_an_invitation_that_waits_is_marked_and_one_that_was_taken_is_not(
    region: Region, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = make.make_invitation(region, email="jan@firma.example")
    pipe(monkeypatch, said("jan@firma.example"))
    assert marked() == [("jan@firma.example", True)]
    ReturnedMail.objects.all().delete()
    people.accept(waiting, at=NOW, name="Jan", password="correct horse battery")
    ReturnedMail.objects.all().delete()
    pipe(monkeypatch, said("jan@firma.example", status="5.2.2"))
    assert marked() == [("jan@firma.example", False)]  # of the user now


def test_of_a_folder_what_was_understood_is_taken_away(piet: Any, tmp_path: Path) -> None:
    box = Maildir(tmp_path / "mail", create=True)
    box.add(said())
    box.add(b"Subject: Een vraag\n\nDag")
    call_command("note_returned_mail", maildir=tmp_path / "mail", verbosity=0)
    assert marked() == [("piet@firma.example", True)]
    assert [message["Subject"] for message in Maildir(tmp_path / "mail")] == ["Een vraag"]


def test_it_stands_at_the_person_and_at_the_contractor(
    piet: Any, region: Region, linde: Contractor
) -> None:
    admin = make.signed_in(make.make_user(Role.REGION_ADMIN, region))
    adviser = make.signed_in(make.make_user(Role.ADVISER, region))
    make.make_invitation(region, email="jan@firma.example", role=Role.CONTRACTOR, contractor=linde)
    pages = (
        (admin, reverse("user-detail", args=[piet.memberships.get().pk]), "1 juli 2025"),
        (admin, reverse("user-list"), "mail komt terug"),
        (
            adviser,
            reverse("contractor-detail", args=[linde.pk]),
            "1 juli 2025: dit adres bestaat niet",
        ),
    )
    for client, address, words in pages:
        assert words not in client.get(address).content.decode()
    returned.note(not_delivered(said()), NOW)
    returned.note([NotDelivered("jan@firma.example", "5.2.2")], NOW)
    for client, address, words in pages:
        assert words in client.get(address).content.decode(), address
    assert "vol is" in adviser.get(reverse("contractor-detail", args=[linde.pk])).content.decode()


def test_the_mark_of_one_is_not_that_of_another(piet: Any, region: Region) -> None:
    other = make.make_user(Role.ADVISER, region, email="anna@firma.example")
    returned.note(not_delivered(said()), NOW)
    admin = make.signed_in(make.make_user(Role.REGION_ADMIN, region))
    page = admin.get(reverse("user-detail", args=[other.memberships.get().pk]))
    assert "1 juli 2025" not in page.content.decode()


def test_a_mark_that_is_not_renewed_goes_by_itself(piet: Any, settings: Any, clock: Any) -> None:
    returned.note(not_delivered(said()), NOW)
    clock.shift(timedelta(days=settings.MAIL_RETURNED_DAYS))
    call_command("apply_retention", verbosity=0)
    assert marked()
    returned.note(not_delivered(said()), NOW + timedelta(days=20))
    clock.shift(timedelta(days=1))
    call_command("apply_retention", verbosity=0)
    assert marked()
    clock.shift(timedelta(days=20))
    call_command("apply_retention", verbosity=0)
    assert not marked()


def test_who_asks_what_is_kept_about_them_reads_it_too(piet: Any) -> None:
    client = make.signed_in(piet)
    address = reverse("held-self") + "?format=json"
    assert client.get(address).json()["mail_came_back"] is None
    returned.note(not_delivered(said()), NOW)
    assert client.get(address).json()["mail_came_back"].startswith("2025-07-01")


def test_it_goes_with_the_account(piet: Any) -> None:
    returned.note(not_delivered(said()), NOW)
    ending.forget_accounts([piet.pk])
    assert not marked()
