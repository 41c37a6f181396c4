"""Beside a contract: whom to reach, what was noted last, what one can do; reminding, and the
decisions in its history.
"""

import re
from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contracts.models import (
    ContractEvent,
    Happened,
    Membership,
    Notice,
    NoticeKind,
    PlanState,
)
from contracts.people.membership import access_of
from contracts.people.notices import ways
from contracts.plans import door as planning
from contracts.tendering.aid import Tender
from sroi.access import Role
from sroi.doors import Refused
from sroi.pages.mail.sending import tell_of
from tests import factories as make
from tests.factories import TODAY, confirm, signed_in

pytestmark = pytest.mark.django_db

RUNS = {"award_date": date(2025, 1, 6), "end_date": date(2026, 12, 31)}


@pytest.fixture(autouse=True)
def _today() -> Any:
    with time_machine.travel(make.moment(TODAY), tick=False):
        yield


@pytest.fixture
def world(region: Any, linde: Any) -> SimpleNamespace:
    """A contract whose plan and report are late, and a client for each role."""
    users = {
        role: make.make_user(
            role,
            region,
            email=f"{role}@example.org",
            contractor=linde if role == Role.CONTRACTOR else None,
        )
        for role in (
            *(Role.ADVISER, Role.CONTRACTOR, Role.PROCUREMENT_OFFICER),
            Role.REGION_ADMIN,
        )
    }
    contract = make.make_contract(region, linde, adviser=users[Role.ADVISER], **RUNS)
    make.make_person(contract, "municipality", "Ton Bakker")
    return SimpleNamespace(region=region, linde=linde, contract=contract, users=users)


def as_(world: SimpleNamespace, role: str) -> Client:
    return signed_in(world.users[role])


def page(client: Client, contract: Any, name: str = "contract-detail") -> str:
    return client.get(reverse(name, args=[contract.pk])).content.decode()


def links(text: str) -> set[str]:
    return set(re.findall(r'href="([^"]+)"', text))


# --- whom to reach, what was noted ----------------------------------------------------------------


def test_both_sides_stand_on_the_page_with_how_to_reach_them(world: SimpleNamespace) -> None:
    text = page(as_(world, Role.ADVISER), world.contract)
    assert "Ton Bakker" in text
    assert {"tel:035 123 45 67", "mailto:adviser@example.org", "mailto:contractor@example.org"} <= (
        links(text)
    )


@pytest.mark.parametrize(
    ("role", "told"),
    [
        (Role.ADVISER, True),
        (Role.REGION_ADMIN, True),
        (Role.CONTRACTOR, True),
        (Role.PROCUREMENT_OFFICER, False),
    ],
)
def test_who_signs_in_for_the_contractor_is_told_to_who_can_invite(
    world: SimpleNamespace, role: str, told: bool
) -> None:
    text = page(as_(world, role), world.contract)
    assert ("mailto:contractor@example.org" in links(text)) == told
    assert "mailto:adviser@example.org" in links(text)


def test_who_is_a_contact_person_and_signs_in_stands_once(world: SimpleNamespace) -> None:
    person = make.make_person(world.contract, "contractor", "Robin Groen")
    person.email = "Contractor@example.org"
    person.save()
    text = page(as_(world, Role.ADVISER), world.contract)
    assert len(re.findall("mailto:contractor@example.org", text, re.I)) == 1


@pytest.mark.parametrize("shared", [True, False])
def test_the_last_note_is_for_who_may_read_it(world: SimpleNamespace, shared: bool) -> None:
    make.make_note(world.contract, "Eerst gebeld", shared=True)
    make.make_note(world.contract, "Daarna gesproken", shared=shared)
    readers = {
        role for role in world.users if "Daarna gesproken" in page(as_(world, role), world.contract)
    }
    assert readers == {Role.ADVISER, Role.REGION_ADMIN, *([Role.CONTRACTOR] if shared else [])}
    if not shared:
        assert "Eerst gebeld" in page(as_(world, Role.CONTRACTOR), world.contract)


# --- what one can do ------------------------------------------------------------------------------

PAGES = {
    "new": lambda c: reverse("fulfilment-new") + f"?contract={c.pk}",
    "remind": lambda c: reverse("contract-remind", args=[c.pk]),
    "invite": lambda c: reverse("contractor-invite", args=[c.contractor_id]) + f"?contract={c.pk}",
    "document": lambda c: reverse("document-new", args=[c.pk]),
    "change": lambda c: reverse("contract-changes", args=[c.pk]),
}


@pytest.mark.parametrize(
    ("role", "can"),
    [
        (Role.ADVISER, {"new", "remind", "invite", "document", "change"}),
        (Role.CONTRACTOR, {"new", "document"}),
        (Role.PROCUREMENT_OFFICER, {"change"}),
        (Role.REGION_ADMIN, {"invite"}),
    ],
)
def test_each_sees_what_they_can_do_and_every_way_is_open(
    world: SimpleNamespace, role: str, can: set[str]
) -> None:
    client = as_(world, role)
    text = page(client, world.contract)
    offered = {name for name, url in PAGES.items() if url(world.contract) in links(text)}
    assert offered == can
    assert {client.get(PAGES[name](world.contract)).status_code for name in can} == {200}
    assert ('id="note"' in text) == (role == Role.ADVISER)


@pytest.mark.parametrize(
    ("end", "is_offered"),
    [(date(2025, 6, 30), False), (date(2026, 1, 1), True), (date(2026, 1, 2), False)],
)
def test_what_ends_leads_who_commissions_to_the_advice_for_what_is_bought_next(
    world: SimpleNamespace, end: date, is_offered: bool
) -> None:
    ends = make.make_contract(
        world.region,
        world.linde,
        title="Groen & grijs",
        procurement_type="works",
        value=Decimal("812345.67"),
        start_date=date(2024, 1, 2),
        end_date=end,
    )
    client = as_(world, Role.PROCUREMENT_OFFICER)
    start = f'href="{reverse("tender-aid")}?'
    assert (start in page(client, ends)) == is_offered
    assert start not in page(as_(world, Role.ADVISER), ends)
    if is_offered:
        (url,) = (
            act.url
            for act in client.get(reverse("contract-detail", args=[ends.pk])).context["acts"]
            if act.url.startswith(reverse("tender-aid"))
        )
        aid = client.get(url).context["aid"]
        assert aid.tender == Tender("works", Decimal("812345.67"), 24, None, None)
        assert aid.subject.title == "Groen & grijs"


def test_what_is_called_off_is_not_tendered(world: SimpleNamespace) -> None:
    ends = {"end_date": date(2025, 12, 31)}
    framework = make.make_contract(world.region, world.linde, **ends)
    call_off = make.make_contract(world.region, world.linde, parent=framework, **ends)
    client = as_(world, Role.PROCUREMENT_OFFICER)
    offers = [reverse("tender-aid") + "?" in page(client, each) for each in (framework, call_off)]
    assert offers == [True, False]


def test_a_note_is_written_on_the_page_and_one_stays_there(world: SimpleNamespace) -> None:
    client = as_(world, Role.ADVISER)
    given = {"kind": "note", "day": "1-7-2025", "text": "Gebeld met Robin"}
    answer = client.post(reverse("note-new", args=[world.contract.pk]), given)
    assert answer.url == reverse("contract-detail", args=[world.contract.pk])
    assert "Gebeld met Robin" in page(client, world.contract)


def test_who_invites_from_a_contract_comes_back_to_it(world: SimpleNamespace) -> None:
    client = as_(world, Role.ADVISER)
    url = PAGES["invite"](world.contract)
    answer = client.post(url, {"email": "nieuw@example.org"})
    assert answer.url == reverse("contract-detail", args=[world.contract.pk])
    other = make.make_contract(world.region, make.make_contractor("Ander"))
    elsewhere = url.replace(f"={world.contract.pk}", f"={other.pk}")
    answer = client.post(elsewhere, {"email": "ander@example.org"})
    assert answer.url == reverse("contractor-detail", args=[world.linde.pk])


# --- reminding ------------------------------------------------------------------------------------


def remind(world: SimpleNamespace) -> Any:
    url = reverse("contract-remind", args=[world.contract.pk])
    return confirm(as_(world, Role.ADVISER), url)


def test_a_reminder_says_what_is_asked_and_is_mailed_to_the_people_of_the_contractor(
    world: SimpleNamespace,
) -> None:
    shown = page(as_(world, Role.ADVISER), world.contract, "contract-remind")
    assert "contractor@example.org" in shown
    assert "Plan van aanpak: uiterlijk op" in shown
    assert remind(world).url == reverse("contract-detail", args=[world.contract.pk])
    event = ContractEvent.objects.get(contract=world.contract, what=Happened.REMINDED)
    assert event.by == world.users[Role.ADVISER]
    assert "Plan van aanpak: uiterlijk op" in event.why
    assert "Opdrachtnemer herinnerd" in page(
        as_(world, Role.PROCUREMENT_OFFICER), world.contract, "contract-history"
    )
    tell_of(timedelta(hours=1))
    told = Notice.objects.filter(kind=NoticeKind.REMINDER)
    assert [notice.user for notice in told] == [world.users[Role.CONTRACTOR]]
    (sent,) = [one for one in mail.outbox if "herinnert" in one.subject]
    assert sent.to == ["contractor@example.org"]
    assert world.contract.title in sent.subject
    assert "Plan van aanpak" in sent.body


def test_a_contractor_is_reminded_at_most_once_a_day(world: SimpleNamespace) -> None:
    remind(world)
    remind(world)
    events = ContractEvent.objects.filter(what=Happened.REMINDED)
    assert events.count() == 1
    with time_machine.travel(make.moment(TODAY + timedelta(days=1)), tick=False):
        remind(world)
    assert events.count() == 2


def test_where_nobody_signs_in_nobody_is_reminded(world: SimpleNamespace) -> None:
    Membership.objects.filter(role=Role.CONTRACTOR).update(ended_at=timezone.now())
    text = page(as_(world, Role.ADVISER), world.contract)
    assert PAGES["remind"](world.contract) not in links(text)
    assert "kan hier invullingen vastleggen" in text
    with pytest.raises(Refused, match="nog niemand aanmelden"):
        planning.remind(world.contract, make.act(world.users[Role.ADVISER], "Plan"))


def test_where_nothing_is_asked_there_is_nothing_to_remind_of(world: SimpleNamespace) -> None:
    done = make.make_contract(world.region, world.linde, end_date=date(2025, 5, 31))
    make.make_purchase(done, "100000")
    url = reverse("contract-remind", args=[done.pk])
    answer = as_(world, Role.ADVISER).get(url, follow=True)
    assert "wordt nu niets gevraagd" in answer.content.decode()
    assert not ContractEvent.objects.filter(what=Happened.REMINDED).exists()


@pytest.mark.parametrize("role", [Role.CONTRACTOR, Role.PROCUREMENT_OFFICER, Role.REGION_ADMIN])
def test_only_who_advises_reminds(world: SimpleNamespace, role: str) -> None:
    url = reverse("contract-remind", args=[world.contract.pk])
    assert as_(world, role).get(url).status_code == 404


def test_a_reminder_cannot_be_turned_off(world: SimpleNamespace) -> None:
    access = access_of(world.users[Role.CONTRACTOR])
    assert "never" not in ways(NoticeKind.REMINDER, access, TODAY)


# --- history, and the total of a framework --------------------------------------------------------


def test_the_history_has_the_decisions_about_fulfilments(world: SimpleNamespace) -> None:
    run = make.make_purchase(world.contract, paid_on=date(2025, 5, 1)).fulfilment
    back = make.make_activity(
        world.contract, activity_date=date(2025, 5, 1), state="returned", why="Graag een verslag."
    ).fulfilment
    elsewhere = make.make_contract(world.region, world.linde, **RUNS)
    other = make.make_purchase(elsewhere, paid_on=date(2025, 5, 1)).fulfilment
    for role in (Role.ADVISER, Role.REGION_ADMIN, Role.CONTRACTOR):
        text = page(as_(world, role), world.contract, "contract-history")
        assert f"{run.external_id}: goedgekeurd" in text
        assert "Graag een verslag." in text
        assert reverse("fulfilment-detail", args=[back.pk]) in links(text)
        assert other.external_id not in text
    text = page(as_(world, Role.PROCUREMENT_OFFICER), world.contract, "contract-history")
    assert run.external_id not in text


def test_a_framework_adds_up_its_call_offs_without_setting_one_off_against_another(
    world: SimpleNamespace,
) -> None:
    """€ 15.000 with € 20.000 done, and € 10.000 with nothing: € 10.000 is left, not € 5.000."""
    framework = make.make_contract(world.region, world.linde, title="Raamovereenkomst", **RUNS)
    of = {"parent": framework, **RUNS}
    more, _none = (
        make.make_contract(world.region, world.linde, value=Decimal(value), **of)
        for value in (300_000, 200_000)
    )
    make.make_purchase(more, "20000", paid_on=date(2025, 5, 1))
    text = " ".join(page(as_(world, Role.ADVISER), framework).replace("\xa0", " ").split())
    assert "hebben samen een verplichting van € 25.000" in text
    assert "nog € 10.000 in te vullen" in text
    assert "Samen" in text


# --- the contractor's start page ------------------------------------------------------------------


def test_a_card_has_the_one_thing_to_do_and_the_page_who_the_adviser_is(
    world: SimpleNamespace,
) -> None:
    """Of a late plan that, where nothing is asked recording; the adviser of both stands once."""
    done = make.make_contract(
        world.region, world.linde, title="Voldaan", adviser=world.users[Role.ADVISER]
    )
    make.make_plan(done, PlanState.AGREED)
    make.make_purchase(done, "60000", paid_on=date(2025, 6, 1), on=date(2025, 6, 20))
    response = as_(world, Role.CONTRACTOR).get(reverse("start"))
    shown = {card.contract: card.button.url for card in response.context["running"]}
    assert shown == {
        world.contract: reverse("contract-plan-edit", args=[world.contract.pk]),
        done: PAGES["new"](done),
    }
    text = response.content.decode()
    assert text.count("mailto:adviser@example.org") == 1
    assert world.region.title in text


def test_what_asks_for_something_stands_first_and_what_goes_well_unfolds(
    world: SimpleNamespace,
) -> None:
    """Cards by urgency, not by their end; of five that go well two are seen beside the one that
    asks for a plan.
    """
    for number in range(5):
        well = make.make_contract(
            world.region,
            world.linde,
            title=f"Gaat goed {number}",
            adviser=world.users[Role.ADVISER],
            end_date=date(2025, 12, 1 + number),
        )
        make.make_plan(well, PlanState.AGREED)
        make.make_purchase(well, "60000", paid_on=date(2025, 6, 1), on=date(2025, 6, 20))
    response = as_(world, Role.CONTRACTOR).get(reverse("start"))
    running = [card.contract.title for card in response.context["running"]]
    assert running[0] == world.contract.title
    assert sorted(running[1:]) == [f"Gaat goed {number}" for number in range(5)]
    text = response.content.decode()
    seen, unfolds = text.split("Nog 3 contracten")
    assert [title in seen for title in running] == [True] * 3 + [False] * 3
    assert [title in unfolds for title in running[3:]] == [True] * 3
