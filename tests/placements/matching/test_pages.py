"""The desk in pages and mails: who sees what of it, and the way from a need to a claim."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from placements.matching import door
from placements.models import Match, MatchState, Need, Place
from sroi.access import Role
from sroi.pages.mail.sending import tell_of
from tests import factories as make
from tests.placements.matching.test_door import World

pytestmark = pytest.mark.django_db

REFERENCE = "WC-2041"


@pytest.fixture(autouse=True)
def _today() -> Any:
    with time_machine.travel(make.moment(make.TODAY), tick=False):
        yield


@pytest.fixture
def world() -> World:
    return World()


def as_role(world: World, role: str) -> Client:
    client = Client()
    client.force_login(world.users[role])
    return client


def text_of_search(client: Client, text: str) -> str:
    return client.get(reverse("search"), {"q": text}).content.decode()


def text_of(client: Client, name: str, *args: Any) -> str:
    return client.get(reverse(name, args=args)).content.decode().replace("\xa0", " ")


def test_a_need_is_told_seen_first_agreed_and_becomes_a_claim(world: World) -> None:
    # Another need, of another trade: it stands below.
    make.make_need(make.make_partner(world.region), "Website maken", trade="ict")
    partner, contractor = as_role(world, Role.PARTNER), as_role(world, Role.CONTRACTOR)
    told = {
        "partner": world.partner.pk,
        "title": "Snoeien in de moestuin",
        "kind": "hours",
        "trade": "green",
        "hours": "24",
        "first_day": "2025-07-01",
        "until": "2025-10-01",
    }
    assert partner.post(reverse("need-new"), told).status_code == 302
    need = Need.objects.get(title="Snoeien in de moestuin")
    page = text_of(contractor, "what-fits", world.contract.pk)
    assert page.index("Snoeien in de moestuin") < page.index("Website maken")
    assert "telt voor € 2.400" in page
    offered = {"contract": world.contract.pk, "hours": "24", **_days(told)}
    assert contractor.post(reverse("need-propose", args=[need.pk]), offered).status_code == 302
    match = Match.objects.get()
    assert "Snoeien in de moestuin" in text_of(partner, "need-list")
    assert partner.post(reverse("match-agree", args=[match.pk])).status_code == 302
    answer = contractor.post(reverse("match-start", args=[match.pk]), {"on": "2025-07-01"})
    match.refresh_from_db()
    assert match.state == MatchState.RUNNING
    assert answer["Location"] == reverse("fulfilment-details", args=[match.fulfilment_id])
    assert match.fulfilment.latest.quantity == Decimal(24)


def _days(told: dict[str, Any]) -> dict[str, Any]:
    return {name: told[name] for name in ("first_day", "until")}


def test_what_lacks_is_said_beside_the_field_and_what_was_typed_stays(world: World) -> None:
    partner = as_role(world, Role.PARTNER)
    told = {"partner": world.partner.pk, "title": "Kistjes", "kind": "purchase", "trade": "other"}
    answer = partner.post(
        reverse("need-new"), told | {"first_day": "2025-09-01", "until": "2025-08-01"}
    )
    assert answer.status_code == 422
    assert {*answer.context["form"].errors} == {"amount", "until"}
    assert "Kistjes" in answer.content.decode()


def test_who_has_to_answer_reads_so_on_top(world: World) -> None:
    offered = make.make_match(world.contract, world.need(title="Paden"))
    proposed = world.candidate(REFERENCE)
    waiting = {
        role: {match.pk for match, _tag in as_role(world, role).get(url).context["waiting"]}
        for role in (Role.CONTRACTOR, Role.PARTNER, Role.ADVISER, Role.ACCOUNT_MANAGER)
        for url in [reverse("match-list")]
    }
    assert waiting == {
        Role.CONTRACTOR: {offered.pk, proposed.pk},
        Role.PARTNER: {offered.pk},
        Role.ADVISER: set(),
        Role.ACCOUNT_MANAGER: set(),
    }


def test_a_place_comes_from_the_plan_in_one_press(world: World) -> None:
    quarters = {("work", date(2025, 7, 1)): Decimal(9000), ("work", date(2025, 10, 1)): Decimal(1)}
    make.make_plan(world.contract, amounts=quarters)
    contractor = as_role(world, Role.CONTRACTOR)
    page = contractor.get(reverse("place-new"), {"contract": world.contract.pk})
    first = page.context["form"].initial
    assert (first["first_day"], first["until"]) == (date(2025, 7, 1), date(2025, 12, 31))
    assert (first["trade"], first["about"]) == ("green", "Twee leerlingen op Groen")
    sent = {
        "contracts": [world.contract.pk],
        "title": "Hovenier",
        "kind": "work",
        "trade": "green",
        "hours_per_week": "24",
        "how_many": "1",
        "first_day": "2025-07-01",
        "until": "2025-12-31",
    }
    assert contractor.post(reverse("place-new"), sent).status_code == 302
    assert Place.objects.get().contractor == world.contract.contractor


def test_a_candidate_is_seen_by_contractor_adviser_and_who_proposed(world: World) -> None:
    place = make.make_place(world.contract)
    block = world.contract.table.blocks.get(code="PW_GT2Y")
    sent = {
        "reference": REFERENCE,
        "target": f"{world.contract.pk}-{block.pk}",
        "hours_per_week": "24",
        "first_day": "2025-07-01",
        "until": "2025-12-31",
    }
    broker = as_role(world, Role.ACCOUNT_MANAGER)
    url = reverse("place-propose", args=[place.pk])
    named = broker.post(url, sent | {"reference": "Jan Jansen"})
    assert (named.status_code, {*named.context["form"].errors}) == (422, {"reference"})
    assert broker.post(url, sent).status_code == 302
    match = Match.objects.get()
    colleague = make.make_user(Role.ACCOUNT_MANAGER, world.region)
    world.users["colleague"] = colleague
    seen = {}
    for role in (*Role, "colleague"):
        client = as_role(world, role)
        pages = [
            client.get(reverse("match-detail", args=[match.pk])),
            client.get(reverse("match-list")),
            client.get(reverse("what-fits", args=[world.contract.pk])),
            client.get(reverse("place-detail", args=[place.pk])),
        ]
        seen[role] = any(REFERENCE in page.content.decode() for page in pages)
        sought = [text_of_search(client, text) for text in (REFERENCE, "WC-9999")]
        assert sought[0].count(REFERENCE) == sought[1].count("WC-9999"), role
    assert {role for role, is_seen in seen.items() if is_seen} == {
        Role.CONTRACTOR,
        Role.ADVISER,
        Role.ACCOUNT_MANAGER,
    }


def test_mails_tell_both_sides_and_never_of_whom_or_which_contract(world: World) -> None:
    make.make_need(world.partner)
    match = world.candidate(REFERENCE)
    tell_of(make.timedelta(days=1))
    assert world.users[Role.CONTRACTOR].email in {sent.to[0] for sent in mail.outbox}
    for sent in mail.outbox:
        assert sent.to[0].startswith("contractor-")
        assert match.of.title in sent.body
        assert reverse("match-detail", args=[match.pk]) in sent.body
        assert REFERENCE not in sent.body
    need = world.need(title="Paden")
    offered = world.agreed(need)
    mail.outbox.clear()
    tell_of(make.timedelta(days=1))
    told = {sent.to[0]: sent.body for sent in mail.outbox}
    assert world.users[Role.CONTRACTOR].email in told
    partners = told[world.users[Role.PARTNER].email]
    assert "“Paden” is aan u voorgesteld." in partners
    assert offered.contract.title not in partners


def test_the_board_shows_what_is_pressed_first_and_keeps_a_view(world: World) -> None:
    firm = make.make_contractor("Ander")
    make.make_contract(world.region, firm, title="Rustig", end_date=date(2028, 12, 31))
    make.make_place(world.contract)
    broker = as_role(world, Role.ACCOUNT_MANAGER)
    page = text_of(broker, "desk")
    assert page.index("Groen") < page.index("Rustig")
    only = broker.get(reverse("desk"), {"waiting": "places"}).content.decode()
    assert "Rustig" not in only
    kept = {"do": "keep", "name": "Met plek"}
    assert broker.post(reverse("desk") + "?waiting=places", kept).status_code == 302
    assert "Met plek" in text_of(broker, "desk")


def test_many_needs_contracts_and_places_ask_no_more_than_few(world: World) -> None:
    need = world.need()
    make.make_match(world.contract, make.make_place(world.contract))

    def queries() -> dict[str, int]:
        pages = {
            "what-fits": (world.contract.pk,),
            "what-else": (world.contract.pk,),
            "need-detail": (need.pk,),
            **dict.fromkeys(("desk", "need-list", "place-list", "match-list", "partner-list"), ()),
        }
        broker = as_role(world, Role.ACCOUNT_MANAGER)
        found = {}
        for name, args in pages.items():
            broker.get(reverse("help"))
            with CaptureQueriesContext(connection) as captured:
                assert broker.get(reverse(name, args=args)).status_code == 200
            found[name] = len(captured)
        return found

    queries()
    few = queries()
    others = make.make_contracts(world.region, make.make_contractor("Ander"), 10)
    for number, contract in enumerate(others):
        partner = make.make_partner(world.region)
        bought = {"kind": "purchase", "amount": Decimal(1000), "hours": None}
        make.make_need(partner, f"Vraag {number}", **bought)
        make.make_match(contract, make.make_place(contract))
        make.make_firm(world.region, f"Firma {number}", is_public=True)
    queries()
    many = queries()
    # What is for sale is looked up in the register once, however much it is.
    assert {name: many[name] - few[name] for name in many if many[name] > few[name]} in (
        {},
        {"what-fits": 1},
    )
    assert max(many.values()) <= 10


def test_what_kind_of_need_it_is_stays_since_matches_count_by_it(world: World) -> None:
    partner, need = as_role(world, Role.PARTNER), world.need()
    url = reverse("need-change", args=[need.pk])
    page = partner.get(url).context["form"]
    assert [name for name, field in page.fields.items() if field.disabled] == ["kind"]
    sent = {"title": "Schoffelen", "kind": "goods", "trade": "green", "hours": "8"}
    days = {"first_day": "2025-07-01", "until": "2025-10-01"}
    assert partner.post(url, {"partner": world.partner.pk, **sent, **days}).status_code == 302
    need.refresh_from_db()
    assert (need.title, need.kind, need.hours) == ("Schoffelen", "hours", Decimal(8))


def test_who_answers_a_candidate_reads_how_a_proposal_is_erased(world: World) -> None:
    match = world.candidate(REFERENCE)
    adviser = as_role(world, Role.ADVISER)
    page = adviser.post(reverse("held-candidate"), {"ref": REFERENCE}).content.decode()
    assert "Voorgesteld voor een plek" in page
    assert "wordt gewist zodra de opdrachtnemer of de accountmanager" in page
    door.decline(match, "other", *world.doing(Role.ACCOUNT_MANAGER))
    page = adviser.post(reverse("held-candidate"), {"ref": REFERENCE}).content.decode()
    assert reverse("match-detail", args=[match.pk]) not in page
