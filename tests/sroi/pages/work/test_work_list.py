"""The work list: each thing that needs a person once, under its own heading, with the page where it
is done.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from contracts.models import Contract, PlanState, StandIn
from contracts.owed.door import end, grant_recovery
from contracts.people.membership import access_of
from contracts.settlement.shortfall import Figures
from placements.models import Became, Moment
from placements.outcomes.door import tell
from placements.standing.asks import OF_SETTLEMENT, Kind, asks
from placements.standing.kept import keep_in_step
from placements.standing.piles import ENDING, SETTLE, asking
from placements.standing.progress import Status
from placements.standing.words import WORRYING
from sroi.access import Role
from sroi.doors import Act
from sroi.pages.mail.overview import overview
from tests import factories as make

pytestmark = pytest.mark.django_db

RUNS = {
    "start_date": date(2024, 12, 1),
    "end_date": date(2026, 12, 31),
    "award_date": date(2024, 12, 1),
}


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(make.moment(make.TODAY), tick=False):
        yield


@pytest.fixture
def world() -> SimpleNamespace:
    region = make.make_region()
    noor, sem = (make.make_user(Role.ADVISER, region) for _ in range(2))
    return SimpleNamespace(region=region, firm=make.make_contractor("De Linde"), noor=noor, sem=sem)


def piles(user: Any, query: str = "", page: str = "start") -> dict[str, list[tuple[str, str]]]:
    client = Client()
    client.force_login(user)
    client.post(reverse("set_language"), {"language": "en"})
    context = client.get(reverse(page) + query).context
    return {
        pile.heading: [(task.label, task.url) for task in pile.tasks] for pile in context["piles"]
    }


def test_each_contract_stands_where_its_next_step_is(world: SimpleNamespace) -> None:
    over = {**RUNS, "end_date": date(2025, 6, 30)}
    short = make.make_contract(world.region, world.firm, title="Short", **over)
    behind = make.make_contract(world.region, world.firm, title="Behind", **RUNS)
    ending = make.make_contract(
        world.region,
        world.firm,
        title="Ending",
        **{**RUNS, "end_date": date(2025, 9, 30), "value": 0, "rate": 5},
    )
    found = piles(world.noor)
    to_end = reverse("contract-change", args=[short.pk, "end"])
    assert found["Settlements to do"] == [("End the contract: Short", to_end)]
    assert found["Contracts that are behind"] == [
        ("Behind", reverse("contract-detail", args=[behind.pk]))
    ]
    assert found["Contracts that end within three months"] == [
        ("Ending", reverse("contract-detail", args=[ending.pk]))
    ]
    everywhere = [label for tasks in found.values() for label, _url in tasks]
    assert len(everywhere) == len(set(everywhere)) == 3
    end(short, make.act(world.noor, "Afgelopen"))
    settle = reverse("contract-settlement", args=[short.pk])
    assert piles(world.noor)["Settlements to do"] == [("Settle Short", settle)]


def test_how_much_and_by_when_stand_apart(world: SimpleNamespace) -> None:
    """Each in a column of its own, and nothing of it twice in a line."""
    over = {**RUNS, "end_date": date(2025, 6, 30)}
    make.make_contract(world.region, world.firm, title="Te kort", **over)
    make.make_contract(world.region, world.firm, title="Loopt", **RUNS)
    client = Client()
    client.force_login(world.noor)
    page = client.get(reverse("start")).content.decode().replace("\xa0", " ")
    lines = {}
    for line in re.findall(r'<li class="task">(.*?)</li>', page, re.S):
        title = re.sub(r".*?<a [^>]*>(.*?)</a>.*", r"\1", line, flags=re.S)
        lines[title] = re.findall(r'<span class="task__(?:why|amount|when)">(.*?)</span>', line)
    named = {title.split(": ")[-1]: parts[1:] for title, parts in lines.items()}
    assert named == {
        "Te kort": ["€ 50.000 tekort", "afgelopen op 30-06-2025"],
        "Loopt": ["nog € 50.000", "uiterlijk 31-12-2026"],
    }
    assert all(len(parts) == 3 and "50.000" not in parts[0] for parts in lines.values())


def test_what_is_found_in_the_database_is_what_the_contracts_ask(world: SimpleNamespace) -> None:
    """Over a year of ends, with time to recover and drafts of settlements in between: of each pile
    as many, and the same first ones.
    """
    for n in range(24):
        ends = date(2025, 1, 10) + timedelta(15 * n)
        days = {**RUNS, "start_date": date(2024, 1 + n % 6, 1), "end_date": ends}
        contract = make.make_contract(world.region, world.firm, value=n % 4 * 10_000, **days)
        if n % 3 == 0:
            make.make_purchase(contract, "700.00", state=["submitted", "accepted"][n % 2])
        if ends < make.TODAY and n % 2:
            end(contract, make.act(world.noor, "Over"))
        if ends < make.TODAY and n % 4 == 1:
            grant_recovery(contract, ends + timedelta(30 * n), make.act(world.noor, "Later"))
        elif ends < make.TODAY and n % 4 == 3:
            make.make_draft_decision(contract, Figures(Decimal(500), {}))
    contracts = Contract.objects.order_by("end_date", "reference").select_related("policy")
    every = [ask for asked in asks(contracts, make.TODAY).values() for ask in asked]
    keep_in_step()
    found = asking(Contract.objects.all(), make.TODAY, 2)
    over = {ask.contract for ask in every if ask.kind in (*OF_SETTLEMENT, Kind.ANSWER_DRAFT)}
    catch_up = [ask for ask in every if ask.kind == Kind.CATCH_UP and ask.contract not in over]
    expected = {status: [a for a in catch_up if a.state == status] for status in WORRYING}
    expected[SETTLE] = [ask for ask in every if ask.kind in OF_SETTLEMENT]
    expected[ENDING] = [ask for ask in every if ask.kind == Kind.ENDING]
    assert {Kind.ANSWER_DRAFT, Kind.END, Kind.SETTLE} <= {ask.kind for ask in every}
    assert {pile for pile, rows in expected.items() if rows} >= {SETTLE, ENDING, Status.BEHIND}
    assert {pile: each.number for pile, each in found.items()} == {
        pile: len(rows) for pile, rows in expected.items()
    }
    assert {pile: each.asks for pile, each in found.items()} == {
        pile: rows[:2] for pile, rows in expected.items()
    }


def test_what_waits_for_an_answer(world: SimpleNamespace) -> None:
    contract = make.make_contract(
        world.region, world.firm, title="Wegen", adviser=world.noor, **RUNS
    )
    proposal = make.make_proposal(contract)
    make.make_plan(contract, PlanState.SUBMITTED)
    waiting = make.make_purchase(contract, state="submitted")
    found = piles(world.noor)
    assert found["Proposed changes"][0][1] == reverse("change-proposal", args=[proposal.pk])
    assert found["Action plans to answer"][0][1] == reverse("contract-plan", args=[contract.pk])
    assert found["Waiting for review"][0][1] == reverse("review", args=[waiting.fulfilment_id])
    make.make_contract(
        world.region, world.firm, title="Over", **{**RUNS, "end_date": date(2025, 6, 30)}
    )
    admin = piles(make.make_user(Role.REGION_ADMIN, world.region))
    number = waiting.fulfilment.external_id
    assert admin["Waiting for review"] == [
        (number, reverse("fulfilment-detail", args=[waiting.fulfilment_id]))
    ]
    assert [label for label, _url in admin["Settlements to do"]] == ["Over"]
    assert not {"Proposed changes", "Action plans to answer"} & set(admin)


def test_an_adviser_sees_the_own_contracts_and_those_of_nobody_first(
    world: SimpleNamespace,
) -> None:
    for title, adviser in (("Noor", world.noor), ("Sem", world.sem), ("Nobody", None)):
        firm = make.make_contractor(f"Firma {title}")
        make.make_contract(world.region, firm, title=title, adviser=adviser, **RUNS)
    behind = "Contracts that are behind"
    assert {label for label, _url in piles(world.noor)[behind]} == {"Noor", "Nobody"}
    assert {label for label, _url in piles(world.noor, "?van=alle")[behind]} == {
        "Noor",
        "Sem",
        "Nobody",
    }
    other = make.make_user(Role.ADVISER, world.region)
    assert {label for label, _url in piles(other)[behind]} == {"Noor", "Sem", "Nobody"}


def test_what_is_due(world: SimpleNamespace) -> None:
    silent = make.make_contract(world.region, world.firm, title="Silent", **RUNS)
    heard = make.make_contract(world.region, world.firm, title="Heard", **RUNS)
    make.make_purchase(heard, paid_on=date(2025, 6, 1))
    make.make_plan(heard)
    found = piles(world.noor, page="due")
    assert {heading: len(tasks) for heading, tasks in found.items()} == {
        "Interim reports overdue": 1,
        "Action plans overdue": 1,
        "First contacts overdue": 1,
    }
    assert all("Silent" in tasks[0][0] for tasks in found.values())
    assert found["First contacts overdue"][0][1] == reverse("contract-contact", args=[silent.pk])


def test_certificates_that_lapse(world: SimpleNamespace) -> None:
    region = make.make_region("elders", "Elders", pso_discounts={"2": "10"})
    contract = make.make_contract(
        region, world.firm, title="Wegen", contacted_on=date(2025, 1, 2), **RUNS
    )
    certificate = make.make_certificate(
        contract, valid_from=date(2023, 8, 1), valid_until=date(2025, 7, 15)
    )
    awarded = contract.award_date
    make.make_change(
        contract,
        "pso_discount",
        obligation_delta=-5000,
        certificate=certificate,
        effective_date=awarded,
    )
    adviser = make.make_user(Role.ADVISER, region)
    assert len(piles(adviser, page="due")["PSO certificates that lapse"]) == 1
    with time_machine.travel(make.moment(date(2025, 8, 1)), tick=False):
        ((label, _url),) = piles(adviser, page="due")["PSO certificates that lapse"]
    assert "correction" in label


def test_what_became_of_people_is_asked_of_the_adviser_where_no_contractor_can_say(
    world: SimpleNamespace,
) -> None:
    """On the work list and in the mail of the week; answered, it is gone."""
    alone = make.make_contractor("Eenmansbouw")
    contract = make.make_contract(world.region, alone, title="Alone")
    other = make.make_contract(world.region, world.firm, title="Signs in")
    make.make_user(Role.CONTRACTOR, world.region, contractor=world.firm)
    ends = {"start_date": date(2024, 9, 1), "end_date": date(2025, 4, 30)}
    asked, _said = (make.make_placement(of, **ends) for of in (contract, other))
    heading = "What became of them?"
    ((label, url),) = piles(world.noor, page="due")[heading]
    assert "Alone" in label
    assert url == reverse("outcome-list") + f"?contract={contract.pk}"
    mailed = {
        pile.heading for pile in overview(world.noor, access_of(world.noor), make.TODAY).piles
    }
    assert "Hoe ging het verder?" in mailed
    tell(asked.fulfilment, Moment.END, Became.LEARNING, Act.of(world.noor, make.moment(make.TODAY)))
    assert heading not in piles(world.noor, page="due")


def test_a_contractor_with_several_contracts_that_are_short_is_one_line(
    world: SimpleNamespace,
) -> None:
    """With what is still to be fulfilled of all; one that is fulfilled is not among them."""
    for title in ("Een", "Twee"):
        make.make_contract(world.region, world.firm, title=title, **RUNS)
    done = make.make_contract(world.region, world.firm, title="Klaar", **RUNS)
    make.make_purchase(done, "50000.00", paid_on=date(2025, 1, 15))
    other = make.make_contractor("Anders")
    make.make_contract(world.region, other, title="Drie", **RUNS)
    client = Client()
    client.force_login(world.noor)
    shown = {pile.heading: pile.tasks for pile in client.get(reverse("start")).context["piles"]}
    (line,) = shown["Opdrachtnemers met meer contracten met een tekort"]
    assert line.label == "De Linde"
    assert line.columns.about == "2 contracten met een tekort"
    assert line.columns.how_much.replace("\xa0", " ") == "nog € 100.000"
    listed = client.get(line.url).context["table"].data
    assert {row.title for row in listed} == {"Een", "Twee"}
    assert [task.label for task in shown["Contracten die achterlopen"]] == ["Drie"]


def test_overdue_comes_first_then_what_waits_then_what_is_seen_coming(
    world: SimpleNamespace,
) -> None:
    over = {**RUNS, "end_date": date(2025, 6, 30)}
    make.make_contract(world.region, world.firm, title="Over", **over)
    behind = make.make_contract(world.region, make.make_contractor("Anders"), **RUNS)
    make.make_purchase(behind, "100.00", state="submitted")
    make.make_contract_draft(behind, world.noor)
    make.make_purchase(behind, "200.00", state="draft", entered_by=world.noor)
    assert list(piles(world.noor)) == [
        "Settlements to do",
        "Waiting for review",
        "Contracts that are behind",
        "Drafts to finish and submit",
        "Contracts being prepared",
    ]


class TestChosen:
    """What is ticked on the list, and done with all of it."""

    @pytest.fixture
    def contracts(self, world: SimpleNamespace) -> list[Contract]:
        firms = [make.make_contractor(f"Firma {n}") for n in range(3)]
        return [make.make_contract(world.region, firm, title=firm.name, **RUNS) for firm in firms]

    def chosen(self, name: str, contracts: list[Contract]) -> str:
        return f"{reverse(name)}?" + "&".join(f"pick={contract.pk}" for contract in contracts)

    def test_what_is_put_off_comes_back_on_its_day_on_ones_own_list(
        self, world: SimpleNamespace, contracts: list[Contract]
    ) -> None:
        client = make.signed_in(world.noor)
        url = self.chosen("put-off-chosen", contracts[:2])
        for wrong in (make.TODAY, make.TODAY - timedelta(1)):
            assert client.post(url, {"until": wrong}).status_code == 422
        client.post(url, {"until": make.TODAY + timedelta(7)})
        client.post(
            self.chosen("put-off-chosen", contracts[:1]), {"until": make.TODAY + timedelta(9)}
        )
        behind = "Contracts that are behind"
        assert [label for label, _url in piles(world.noor)[behind]] == ["Firma 2"]
        assert len(piles(world.sem)[behind]) == 3
        listed = client.get(reverse("put-off")).context["rows"]
        assert [row.contract for row in listed] == [contracts[1], contracts[0]]
        client.post(reverse("put-off-show", args=[contracts[0].pk]))
        assert {label for label, _url in piles(world.noor)[behind]} == {"Firma 0", "Firma 2"}
        with time_machine.travel(make.moment(make.TODAY + timedelta(7)), tick=False):
            assert len(piles(world.noor)[behind]) == 3

    def test_a_contact_is_the_first_one_or_a_note(
        self, world: SimpleNamespace, contracts: list[Contract]
    ) -> None:
        first, again, settled = contracts
        Contract.objects.filter(pk=again.pk).update(contacted_on=date(2025, 1, 2))
        Contract.objects.filter(pk=settled.pk).update(state="cancelled")
        client = make.signed_in(world.noor)
        given = {"on": make.TODAY, "why": "Gebeld over het plan"}
        answer = client.post(self.chosen("contact-chosen", contracts), given, follow=True)
        first.refresh_from_db()
        again.refresh_from_db()
        assert (first.contacted_on, again.contacted_on) == (make.TODAY, date(2025, 1, 2))
        assert [note.text for note in again.notes.all()] == ["Gebeld over het plan"]
        assert not first.notes.exists()
        said = [str(message) for message in answer.context["messages"]]
        assert any("2 contracten" in one for one in said)
        assert any(settled.reference in one for one in said)

    def test_of_another_region_nothing_is_chosen(
        self, world: SimpleNamespace, contracts: list[Contract]
    ) -> None:
        elsewhere = make.make_user(Role.ADVISER, make.make_region("elders", "Elders"))
        client = make.signed_in(elsewhere)
        for name in ("put-off-chosen", "contact-chosen"):
            given = {"until": make.TODAY + timedelta(7), "on": make.TODAY}
            assert client.post(self.chosen(name, contracts), given).status_code == 302
            assert client.get(reverse(name) + "?pick=x&pick=").status_code == 302
        assert not Contract.objects.exclude(contacted_on=None).exists()


class TestStandingIn:
    def record(self, client: Client, world: SimpleNamespace, **given: Any) -> Any:
        days = {"first_day": make.TODAY, "last_day": make.TODAY + timedelta(14)}
        who = {"region": world.region.pk, "absent": world.sem.pk, "by": world.noor.pk}
        return client.post(reverse("stand-ins"), {**who, **days, **given})

    def test_the_work_of_who_is_away_is_on_my_list_marked_as_such(
        self, world: SimpleNamespace
    ) -> None:
        make.make_contract(world.region, world.firm, title="Mijn", adviser=world.noor, **RUNS)
        firm = make.make_contractor("Anders")
        of_sem = make.make_contract(world.region, firm, title="Van Sem", adviser=world.sem, **RUNS)
        waiting = make.make_purchase(of_sem, state="submitted")
        behind = "Contracts that are behind"
        assert [label for label, _url in piles(world.noor)[behind]] == ["Mijn"]
        client = make.signed_in(world.noor)
        queue = reverse("review", args=[waiting.fulfilment_id])
        assert client.get(queue, {"van": "mij"}).context["queue"] == []
        self.record(client, world)
        assert {label for label, _url in piles(world.noor)[behind]} == {"Mijn", "Van Sem"}
        (row,) = client.get(queue).context["queue"]
        assert (row.version, row.stood_in_for) == (waiting, world.sem)
        page = client.get(reverse("start")).content.decode()
        assert page.count(f"voor {world.sem}") >= 2
        with time_machine.travel(make.moment(make.TODAY + timedelta(15)), tick=False):
            assert [label for label, _url in piles(world.noor)[behind]] == ["Mijn"]

    def test_what_cannot_be(self, world: SimpleNamespace) -> None:
        client = make.signed_in(world.noor)
        elsewhere = make.make_user(Role.ADVISER, make.make_region("elders", "Elders"))
        wrong: list[dict[str, Any]] = [
            {"by": world.sem.pk},
            {"by": elsewhere.pk},
            {"last_day": make.TODAY - timedelta(1)},
            {"first_day": make.TODAY + timedelta(20)},
            {"region": elsewhere.pk + 1000},
        ]
        for given in wrong:
            assert self.record(client, world, **given).status_code == 422, given
        assert self.record(client, world).status_code == 302
        other = make.make_user(Role.ADVISER, world.region)
        overlapping = {"by": other.pk, "first_day": make.TODAY + timedelta(14)}
        twice = self.record(client, world, **overlapping, last_day=make.TODAY + timedelta(30))
        assert twice.status_code == 422
        (found,) = StandIn.objects.all()
        end_url = reverse("stand-in-end", args=[found.pk])
        assert make.signed_in(elsewhere).get(end_url).status_code == 404
        make.confirm(client, end_url)
        assert not StandIn.objects.exists()


class TestChanged:
    def signed_in(self, user: Any, day: date) -> Client:
        with time_machine.travel(make.moment(day), tick=False):
            return make.signed_in(user)

    def test_what_others_did_since_the_sign_in_before_this_one(
        self, world: SimpleNamespace
    ) -> None:
        yesterday = make.TODAY - timedelta(1)
        mine = make.make_contract(world.region, world.firm, adviser=world.noor, **RUNS)
        of_sem = make.make_contract(world.region, world.firm, adviser=world.sem, **RUNS)
        before = make.make_purchase(mine, on=yesterday - timedelta(1), state="submitted")
        client = self.signed_in(world.noor, yesterday)
        assert client.get(reverse("changed")).context["since"] is None
        client = self.signed_in(world.noor, make.TODAY)
        since = make.make_purchase(mine, state="submitted", external_id="NA")
        make.make_purchase(mine, state="draft", external_id="CONCEPT")
        make.make_purchase(of_sem, state="submitted", external_id="VAN-SEM")
        end(mine, make.act(world.noor, "Zelf gedaan"))
        shown = client.get(reverse("changed")).context
        assert shown["since"] == make.moment(yesterday)
        assert [(event.what, event.url) for event in shown["events"]] == [
            ("NA: ingediend", reverse("fulfilment-detail", args=[since.fulfilment_id]))
        ]
        assert before.fulfilment.external_id


@pytest.mark.parametrize(
    ("role", "page", "words"),
    [
        (Role.ADVISER, "import", "Elke lijst in Excel is goed."),
        (Role.REGION_ADMIN, "user-invite", "Een adviseur leest de contracten in"),
    ],
)
def test_a_region_begins_with_its_contracts(role: Role, page: str, words: str) -> None:
    region = make.make_region()
    user = make.make_user(role, region)
    text = make.signed_in(user).get(reverse("start")).content.decode()
    assert words in text
    assert f'class="button" href="{reverse(page)}' in text
    make.make_contract(region, make.make_contractor(), state="settled")
    assert words not in make.signed_in(user).get(reverse("start")).content.decode()
