"""Mail to people: what is told to whom and how they want it, once, while they may see it, whatever
the server does.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from smtplib import SMTPServerDisconnected
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from contracts.models import (
    ChangeKind,
    Contract,
    ContractEvent,
    Happened,
    Membership,
    Notice,
    NoticeChoice,
    NoticeKind,
    NoticeState,
    PlanState,
    Policy,
    When,
)
from contracts.people import notices
from contracts.people.membership import access_of
from placements import telling
from placements.life import door as life
from placements.models import FulfilmentVersion
from sroi.access import Role
from sroi.doors import Act
from sroi.pages.mail import sending as mailing
from sroi.pages.mail.overview import overview
from tests import factories as make

pytestmark = pytest.mark.django_db

RUNS = {
    "start_date": date(2024, 12, 1),
    "end_date": date(2026, 12, 31),
    "award_date": date(2024, 12, 1),
}
TUESDAY, LATER = date(2025, 7, 1), date(2025, 7, 9)


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(make.moment(TUESDAY), tick=False):
        yield


@pytest.fixture
def world(settings: Any) -> SimpleNamespace:
    """A contract that began long before what is told: its award is no news."""
    region, firm = make.make_region(), make.make_contractor("De Linde")
    noor = make.make_user(Role.ADVISER, region, email="noor@example.org")
    robin = make.make_user(Role.CONTRACTOR, region, contractor=firm, email="robin@example.org")
    contract, other = (
        make.make_contract(region, firm, title=t, adviser=noor, **RUNS)
        for t in ("Wegen", "Bruggen")
    )
    for each in (contract, other):
        make.make_plan(each, PlanState.AGREED)
        each.events.update(at=make.moment(date(2025, 1, 1)))
    return SimpleNamespace(
        region=region, firm=firm, noor=noor, robin=robin, contract=contract, other=other
    )


def answered(world: SimpleNamespace, kind: str = "accept") -> FulfilmentVersion:
    version = make.make_purchase(world.other, state="submitted", paid_on=date(2025, 6, 20))
    act = Act(world.noor, timezone.now(), TUESDAY, "Wie is deze leverancier?")
    if kind == "accept":
        life.accept([version], act, region=world.region)
    else:
        life.return_(version, act)
    return version


def run(day: date = TUESDAY) -> list[Any]:
    """The mails of one run of `send_reminders`."""
    before = len(mail.outbox)
    with time_machine.travel(make.moment(day), tick=False):
        call_command("send_reminders")
    return mail.outbox[before:]


def of(person: Any, mails: list[Any]) -> list[Any]:
    return [message for message in mails if message.to == [person.email]]


# --- what is told ---------------------------------------------------------------------------------


def test_an_answer_is_told_at_once_with_a_link_and_without_what_was_asked(
    world: SimpleNamespace,
) -> None:
    version = answered(world, "return")
    telling.gather(timezone.now(), timedelta(hours=1))
    assert mailing.send_at_once(timezone.now()).sent == 1
    (message,) = mail.outbox
    number, page = (
        version.fulfilment.external_id,
        reverse("fulfilment-detail", args=[version.fulfilment_id]),
    )
    assert message.to == [world.robin.email]
    assert (
        message.subject
        == f"Social return: Invulling {number} is teruggestuurd: er moet nog iets bij"
    )
    html = message.alternatives[0].content
    for text in (message.body, html):
        assert f"http://127.0.0.1:8000{page}" in text
        assert reverse("mail-choices") in text
        assert "leverancier" not in text
    assert 'lang="nl"' in html


def test_many_answers_at_once_are_one_mail(world: SimpleNamespace) -> None:
    for _ in range(3):
        answered(world)
    (message,) = of(world.robin, [m for m in run() if "overzicht" not in m.subject])
    assert message.subject == "Social return: 3 berichten"
    assert message.body.count("is goedgekeurd.") == 3


def test_nothing_is_told_twice(world: SimpleNamespace) -> None:
    answered(world)
    first = run()
    assert len(of(world.robin, first)) == 2  # the answer, and the overview of the week
    assert run() == run(date(2025, 7, 4)) == []
    again = of(world.robin, run(LATER))
    assert [message.subject for message in again] == ["Social return: uw overzicht van deze week"]
    assert "goedgekeurd" not in again[0].body


def test_who_did_it_is_not_told(world: SimpleNamespace) -> None:
    Membership.objects.filter(user=world.robin).update(user=world.noor)
    answered(world)
    assert not Notice.objects.filter(kind=NoticeKind.ANSWER).exists()
    telling.gather(timezone.now(), timedelta(hours=1))
    assert not Notice.objects.filter(kind=NoticeKind.ANSWER).exists()


def test_a_new_contract_is_told_and_one_without_obligation_is_not(world: SimpleNamespace) -> None:
    make.make_contract(world.region, world.firm, title="Dijken", award_date=date(2025, 6, 30))
    none = make.make_contract(world.region, world.firm, title="Niets", award_date=date(2025, 6, 30))
    Contract.objects.filter(pk=none.pk).update(has_obligation=False)
    telling.gather(timezone.now(), telling.lately())
    words = set(Notice.objects.values_list("user", "words"))
    assert words == {(world.robin.pk, "Contract Dijken met social return is vastgelegd.")}


def test_a_proposal_is_told_to_the_adviser_and_its_answer_to_who_proposed(
    world: SimpleNamespace,
) -> None:
    officer = make.make_user(Role.PROCUREMENT_OFFICER, world.region, email="sam@example.org")
    proposal = make.make_proposal(world.contract, by=officer)
    type(proposal).objects.update(proposed_at=timezone.now())
    telling.gather(timezone.now(), timedelta(hours=1))
    (notice,) = Notice.objects.all()
    assert (notice.user, notice.kind) == (world.noor, NoticeKind.QUESTION)
    type(proposal).objects.update(
        state="declined", answered_at=timezone.now(), answered_by=world.noor
    )
    telling.gather(timezone.now(), timedelta(hours=1))
    (notice,) = Notice.objects.filter(kind=NoticeKind.ANSWER)
    assert (notice.user, notice.words) == (officer, "Uw voorstel voor Wegen is beantwoord.")


# --- the overview of the week ---------------------------------------------------------------------


def test_the_overview_names_what_there_is_to_do(world: SimpleNamespace) -> None:
    make.make_purchase(world.other, state="submitted", paid_on=date(2025, 6, 20))
    mails = run()
    (to_noor,) = of(world.noor, mails)
    assert "Wacht op beoordeling (1)" in to_noor.body
    (to_robin,) = [message for message in of(world.robin, mails) if "overzicht" in message.subject]
    assert "Tussenrapportage: uiterlijk op 1 juni 2025" in to_robin.body
    assert "Wacht op beoordeling" not in to_robin.body


def test_an_officer_reads_first_which_contracts_fell_behind_this_week(
    world: SimpleNamespace, settings: Any
) -> None:
    """Half a year of grace passed on 28 June for the one, long before for the other."""
    officer = make.make_user(Role.PROCUREMENT_OFFICER, world.region, email="sam@example.org")
    for title, start, end in (
        ("Al langer", date(2024, 6, 1), date(2027, 5, 31)),
        ("Sinds kort", date(2024, 12, 28), date(2027, 12, 27)),
    ):
        make.make_contract(
            world.region, world.firm, title=title, award_date=start, start_date=start, end_date=end
        )
    (pile,) = overview(officer, access_of(officer), TUESDAY).piles
    said = [(task.label, task.why.endswith(" · nieuw deze week")) for task in pile.tasks]
    assert ("Sinds kort", True) in said[:1]
    assert ("Al langer", False) in said
    assert not any(is_new for _title, is_new in said[1:])
    settings.MAIL_ITEMS = 1
    (message,) = of(officer, run())
    assert "Sinds kort" in message.body
    assert "nieuw deze week" in message.body
    assert "Al langer" not in message.body
    (later,) = of(officer, run(TUESDAY + timedelta(weeks=1)))
    assert "nieuw deze week" not in later.body


def test_a_reminder_stands_in_the_dossier(world: SimpleNamespace) -> None:
    run()
    client = Client()
    client.force_login(world.noor)
    (told,) = client.get(reverse("contract-dossier", args=[world.contract.pk])).context["told"]
    assert (told.user, told.words) == (world.robin, "Tussenrapportage: uiterlijk op 1 juni 2025")
    client.force_login(world.robin)
    assert client.get(reverse("contract-dossier", args=[world.contract.pk])).context["told"] == []


def test_who_has_nothing_to_do_gets_no_overview(world: SimpleNamespace) -> None:
    idle = make.make_user(
        Role.CONTRACTOR,
        world.region,
        contractor=make.make_contractor("Elders"),
        email="i@example.org",
    )
    reader = make.make_user(Role.READER, world.region, email="r@example.org")
    mails = run()
    assert of(idle, mails) == of(reader, mails) == []


def test_not_before_its_day_of_the_week(world: SimpleNamespace, settings: Any) -> None:
    settings.MAIL_OVERVIEW_FROM_WEEKDAY = 3
    assert run() == []
    assert len(of(world.robin, run(date(2025, 7, 2)))) == 1


# --- how somebody wants it ------------------------------------------------------------------------


def choose(person: Any, **choices: str) -> Any:
    client = Client()
    client.force_login(person)
    return client.post(reverse("mail-choices"), {"reminder": When.AT_ONCE} | choices)


def test_weekly_means_with_the_overview(world: SimpleNamespace) -> None:
    assert (
        choose(world.robin, answer="weekly", change="at_once", overview="weekly").status_code == 302
    )
    answered(world)
    (message,) = of(world.robin, run())
    assert "Nieuw (1)" in message.body
    assert "is goedgekeurd." in message.body


def test_weekly_news_comes_without_the_overview_too(world: SimpleNamespace) -> None:
    choose(world.robin, answer="weekly", change="weekly", overview="never")
    answered(world)
    (message,) = of(world.robin, run())
    assert "Tussenrapportage" not in message.body
    assert of(world.robin, run(LATER)) == []


def test_turned_off_means_never_also_for_what_waited(world: SimpleNamespace) -> None:
    answered(world)
    telling.gather(timezone.now(), timedelta(hours=1))
    choose(world.robin, answer="never", change="at_once", overview="never")
    assert of(world.robin, run()) == []
    assert Notice.objects.get(kind=NoticeKind.ANSWER).state == NoticeState.DROPPED


def test_what_the_policy_wants_told_cannot_be_turned_off(world: SimpleNamespace) -> None:
    answer = choose(world.robin, answer="at_once", change="never", overview="never")
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"change"}
    NoticeChoice.objects.create(
        user=world.robin, kind="change", when="never"
    )  # from before the policy asked it
    access = mailing.access_of(world.robin)
    assert notices.choices_of(world.robin, access, TUESDAY)[NoticeKind.CHANGE] == When.WEEKLY
    Policy.objects.update(changes_always_told=False)
    assert notices.choices_of(world.robin, access, TUESDAY)[NoticeKind.CHANGE] == When.NEVER


def test_the_page_offers_what_belongs_to_the_role(world: SimpleNamespace) -> None:
    def offered(person: Any) -> list[str]:
        client = Client()
        client.force_login(person)
        return list(client.get(reverse("mail-choices")).context["form"].fields)

    assert offered(world.robin) == ["answer", "change", "reminder", "overview"]
    assert offered(world.noor) == ["question", "overview"]
    assert offered(make.make_user(Role.READER, world.region)) == []


# --- never to who lost access, and nothing lost ---------------------------------------------------


def test_who_lost_access_gets_nothing(world: SimpleNamespace) -> None:
    answered(world)
    telling.gather(timezone.now(), timedelta(hours=1))
    Membership.objects.filter(user=world.robin).update(ended_at=timezone.now())
    assert of(world.robin, run()) == []
    assert Notice.objects.get(kind=NoticeKind.ANSWER).state == NoticeState.DROPPED


def test_nor_who_is_with_another_firm_now(world: SimpleNamespace) -> None:
    answered(world)
    telling.gather(timezone.now(), timedelta(hours=1))
    Membership.objects.filter(user=world.robin).update(contractor=make.make_contractor("Elders"))
    assert of(world.robin, run()) == []


class Down(EmailBackend):
    def send_messages(self, messages: Any) -> int:
        raise SMTPServerDisconnected("Connection unexpectedly closed")


def test_a_mail_server_that_is_down_loses_nothing(world: SimpleNamespace, settings: Any) -> None:
    answered(world)
    works, settings.MAIL_SENT_THROUGH = settings.MAIL_SENT_THROUGH, f"{__name__}.Down"
    with pytest.raises(CommandError, match="mails zijn niet verstuurd"):
        run()
    assert not Notice.objects.filter(state__in=(NoticeState.SENT, NoticeState.SENDING)).exists()
    settings.MAIL_SENT_THROUGH = works
    assert run() == []  # it waits a while before it tries again
    subjects = sorted(message.subject for message in of(world.robin, run(date(2025, 7, 2))))
    assert len(subjects) == 2
    assert run(date(2025, 7, 3)) == []


def test_an_address_that_no_mail_can_be_made_for_ends_no_run(world: SimpleNamespace) -> None:
    """Both wait like mails that could not be sent: what happened, and the overview of the week."""
    answered(world)
    type(world.robin).objects.filter(pk=world.robin.pk).update(email=f"a@{'é' * 60}.nl")
    with pytest.raises(CommandError, match="2 mails zijn niet verstuurd"):
        run()
    assert not Notice.objects.filter(user=world.robin, state=NoticeState.SENDING).exists()


def test_what_another_run_took_is_not_sent(world: SimpleNamespace) -> None:
    answered(world)
    telling.gather(timezone.now(), timedelta(hours=1))
    (notice,) = Notice.objects.filter(kind=NoticeKind.ANSWER)
    person = mailing.Person(world.robin, [notice], timezone.now())
    assert notices.take([notice])
    result = mailing.Sent()
    person.send_at_once(result)
    assert (result.sent, mail.outbox) == (0, [])


def test_what_was_being_sent_when_its_run_was_killed_is_said_and_not_sent_again(
    world: SimpleNamespace, capsys: Any
) -> None:
    answered(world)
    telling.gather(timezone.now(), timedelta(hours=1))
    notices.take(Notice.objects.filter(kind=NoticeKind.ANSWER))
    mails = run(date(2025, 7, 3))
    assert not any("goedgekeurd" in message.body for message in mails)
    assert "Van 1 berichten is niet bekend of zij aankwamen" in capsys.readouterr().out


def test_a_demonstration_sends_nothing(world: SimpleNamespace, settings: Any) -> None:
    settings.DEMO = True
    with pytest.raises(CommandError, match="demonstratie"):
        run()


def test_what_waits_for_the_overview_is_not_looked_through_at_every_event(
    world: SimpleNamespace,
) -> None:
    def queries() -> int:
        with (
            CaptureQueriesContext(connection) as found,
            time_machine.travel(make.moment(date(2025, 7, 3)), tick=False),
        ):
            mailing.tell.func()
        return len(found)

    none = queries()
    for number in range(3):
        adviser = make.make_user(Role.ADVISER, world.region, email=f"a{number}@example.org")
        about = {
            "region": world.region,
            "user": adviser,
            "contract": world.contract,
            "kind": NoticeKind.QUESTION,
        }
        notices.make([Notice(**about, key="x", words="Iets", made_at=make.moment(TUESDAY))])
    assert queries() == none
    assert mail.outbox == []


@pytest.mark.parametrize("what", [*Happened, *ChangeKind])
def test_of_every_event_it_is_decided_whether_people_are_told(
    world: SimpleNamespace, what: str
) -> None:
    """And its sentence stands in the history of the contract."""
    event = ContractEvent.objects.create(contract=world.contract, what=what, at=timezone.now())
    assert event.get_what_display() == type(what)(what).label
    told = {notice.words for notice in telling._of_contracts(event.at)}
    assert bool(told) == (what not in telling.UNTOLD)
