"""What became of people: when it is asked, and the answer with one press."""

from datetime import date
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from placements.models import Became, Fulfilment, Moment, PlacementOutcome
from placements.outcomes import asking
from placements.outcomes.door import tell
from placements.retention import door as retention
from placements.standing.asks import Kind, asks
from sroi.access import Role
from sroi.doors import Refused
from tests import factories as make

DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))
ENDED = date(2024, 12, 31)


class TestWhenItIsAsked:
    @pytest.mark.parametrize(
        ("today", "asked"),
        [
            (date(2024, 8, 30), None),
            (date(2024, 8, 31), Moment.END),
            (date(2025, 2, 27), Moment.END),
            # Six months after 31 August: February has no 31st.
            (date(2025, 2, 28), Moment.AFTER_6),
            (date(2025, 8, 31), Moment.AFTER_12),
            (date(2026, 2, 27), Moment.AFTER_12),
            (date(2026, 2, 28), None),
        ],
    )
    def test_one_thing_at_a_time(self, today: date, asked: Moment | None) -> None:
        found = asking.asked_now(date(2024, 8, 31), {}, today)
        assert (found.moment if found else None) == asked

    def test_what_was_answered_is_not_asked(self) -> None:
        assert asking.asked_now(ENDED, {Moment.END: Became.UNKNOWN}, date(2025, 1, 2)) is None

    def test_what_still_runs_is_not_asked(self) -> None:
        assert asking.questions(None, {}, date(2025, 1, 2)) == []

    @given(DAYS, DAYS, st.sampled_from(Moment))
    def test_the_database_is_asked_the_same(self, last: date, today: date, moment: Moment) -> None:
        after, until = asking.last_days_between(moment, today)
        found = asking.asked_now(last, {}, today)
        assert (after < last <= until) == (found is not None and found.moment == moment)
        assert (last <= asking.latest_last_day(moment, today)) == (
            asking.day_of(moment, last) <= today
        )


@pytest.fixture
def contract(db: None) -> Any:
    return make.make_contract(make.make_region(), make.make_contractor())


@pytest.fixture
def contractor(contract: Any) -> Any:
    return make.make_user(Role.CONTRACTOR, contract.region, contractor=contract.contractor)


@pytest.fixture
def ended(contract: Any) -> Fulfilment:
    """A placement that ended with 2024."""
    return make.make_placement(contract).fulfilment


@pytest.fixture(autouse=True)
def _today() -> Any:
    with time_machine.travel("2025-07-01 12:00", tick=False):
        yield


def told(fulfilment: Fulfilment) -> dict[str, str]:
    return dict(fulfilment.outcomes.values_list("moment", "outcome"))


class TestTheDoor:
    def test_a_later_answer_takes_the_place_of_the_first(self, ended: Fulfilment) -> None:
        for outcome in (Became.UNKNOWN, Became.LEARNING):
            tell(ended, Moment.END, outcome, make.act())
        assert told(ended) == {"end": "learning"}

    @pytest.mark.parametrize(
        ("moment", "outcome", "why"),
        [
            (Moment.AFTER_12, Became.LEARNING, "31 december 2025"),
            ("later", Became.LEARNING, "antwoorden"),
            (Moment.END, "rich", "antwoorden"),
        ],
    )
    def test_what_is_not_asked_is_refused(
        self, ended: Fulfilment, moment: str, outcome: str, why: str
    ) -> None:
        with pytest.raises(Refused, match=why):
            tell(ended, moment, outcome, make.act())
        assert told(ended) == {}

    def test_of_what_runs_or_is_no_placement_nothing_is_told(self, contract: Any) -> None:
        running = make.make_placement(contract, end_date=None)
        for version in (running, make.make_purchase(contract)):
            with pytest.raises(Refused):
                tell(version.fulfilment, Moment.END, Became.UNKNOWN, make.act())
        rejected = make.make_placement(contract, state="rejected")
        with pytest.raises(Refused):
            tell(rejected.fulfilment, Moment.END, Became.UNKNOWN, make.act())

    def test_it_stays_when_the_reference_is_erased(self, ended: Fulfilment) -> None:
        tell(ended, Moment.END, Became.ELSEWHERE, make.act())
        version = ended.accepted
        assert version
        version.origin, version.residence = "school", "GM0402"
        version.save()
        retention.erase_again([version.pk], at=make.moment(make.TODAY))
        version.refresh_from_db()
        assert (version.candidate_ref, version.origin, version.residence) == (
            "",
            "school",
            "GM0402",
        )
        assert told(ended) == {"end": "elsewhere"}


class TestPages:
    def test_the_start_page_asks_and_one_press_answers(
        self, contractor: Any, ended: Fulfilment
    ) -> None:
        client = make.signed_in(contractor)
        part = reverse("outcome-list") + "?start"
        assert f'hx-get="{part}"' in client.get(reverse("start")).content.decode()
        page = client.get(part)
        (asked,) = page.context["asked"]
        assert (asked.fulfilment, asked.question.moment) == (ended, Moment.AFTER_6)
        text = page.content.decode()
        assert all(f'value="{outcome}"' in text for outcome in Became.values)
        answer = client.post(
            reverse("fulfilment-outcome", args=[ended.pk]),
            {"moment": "after_6", "outcome": "elsewhere", "page": "start"},
        )
        assert answer["Location"] == reverse("start")
        assert told(ended) == {"after_6": "elsewhere"}
        after = client.get(part)
        assert after.context["asked"] == []
        assert '<section id="uitkomsten">' in after.content.decode()

    def test_the_interim_report_and_the_list_ask_it_too(
        self, contractor: Any, contract: Any, ended: Fulfilment
    ) -> None:
        client = make.signed_in(contractor)
        for url in (
            reverse("interim-report"),
            reverse("outcome-list"),
            reverse("outcome-list") + f"?contract={contract.pk}",
        ):
            assert 'value="not_working"' in client.get(url).content.decode(), url
        other = reverse("outcome-list") + "?contract=999999"
        assert 'value="not_working"' not in client.get(other).content.decode()

    def test_the_contract_names_it_for_who_can_tell(
        self, contractor: Any, contract: Any, ended: Fulfilment
    ) -> None:
        (ask,) = [
            ask for ask in asks([contract], make.TODAY)[contract.pk] if ask.kind == Kind.OUTCOME
        ]
        assert "1 plaatsing" in ask.why
        url = reverse("contract-attention", args=[contract.pk])
        seen = make.signed_in(contractor).get(url).context["asked"]
        assert Kind.OUTCOME in [ask.kind for ask in seen]
        officer = make.make_user(Role.PROCUREMENT_OFFICER, contract.region, towns=["GM0402"])
        kinds = [a.kind for a in make.signed_in(officer).get(url).context["asked"]]
        assert Kind.OUTCOME not in kinds
        tell(ended, Moment.AFTER_6, Became.UNKNOWN, make.act())
        found = asks([contract], make.TODAY)[contract.pk]
        assert Kind.OUTCOME not in [ask.kind for ask in found]

    def test_the_adviser_tells_it_on_the_page_of_the_fulfilment(
        self, contract: Any, ended: Fulfilment
    ) -> None:
        adviser = make.signed_in(make.make_user(Role.ADVISER, contract.region))
        url = reverse("fulfilment-detail", args=[ended.pk])
        assert [each.question.moment for each in adviser.get(url).context["outcomes"]] == [
            Moment.END,
            Moment.AFTER_6,
        ]
        given = {"moment": "end", "outcome": "still_here"}
        answer = adviser.post(reverse("fulfilment-outcome", args=[ended.pk]), given)
        assert answer["Location"] == url
        page = adviser.get(url)
        assert page.context["outcomes"][0].answer
        assert PlacementOutcome.objects.get().by_id == int(adviser.session["_auth_user_id"])

    def test_another_firm_cannot(self, contract: Any, ended: Fulfilment) -> None:
        stranger = make.make_user(
            Role.CONTRACTOR, contract.region, contractor=make.make_contractor("Ander")
        )
        given = {"moment": "end", "outcome": "still_here"}
        url = reverse("fulfilment-outcome", args=[ended.pk])
        assert make.signed_in(stranger).post(url, given).status_code == 404
        assert told(ended) == {}

    def test_more_that_is_asked_asks_no_more_queries(self, contractor: Any, contract: Any) -> None:
        client, asked = make.signed_in(contractor), []
        for who in ("A", "B", "C"):
            make.make_placement(contract, candidate_ref=who)
            with CaptureQueriesContext(connection) as queries:
                client.get(reverse("outcome-list"))
            asked.append(len(queries))
        assert asked[1] == asked[2], asked
