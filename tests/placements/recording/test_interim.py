"""The interim report: what runs on is posted, what stopped becomes a change, and all of it or
nothing.
"""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.db.models import Sum
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from contracts.plans.deadlines import What, deadlines
from placements.ledger.verification import differences
from placements.models import FulfilmentState, FulfilmentVersion
from placements.standing.heard import last_heard
from sroi.access import Role
from tests import factories as make

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def client(region: Any, linde: Any) -> Client:
    client = Client()
    client.force_login(make.make_user(Role.CONTRACTOR, region, contractor=linde))
    return client


def running(contract: Any, who: str) -> FulfilmentVersion:
    until = date(2024, 3, 31)
    return make.make_placement(
        contract, candidate_ref=who, end_date=None, confirmed_until=until, on=until
    )


def said(*answers: tuple[FulfilmentVersion, dict[str, str]]) -> dict[str, str]:
    return {
        f"{v.fulfilment_id}-{name}": text for v, given in answers for name, text in given.items()
    }


@time_machine.travel("2024-07-10 12:00", tick=False)
def test_one_click_confirms_and_stops_go_to_the_adviser(
    client: Client, contract: Any, region: Any
) -> None:
    on, stopped = running(contract, "A"), running(contract, "B")
    url = reverse("interim-report")
    assert [row.fulfilment.pk for row in client.get(url).context["rows"]] == [
        on.fulfilment_id,
        stopped.fulfilment_id,
    ]
    shown = client.get(url)
    # April, May, June and July of a full-time year of € 40.000, each.
    assert ([row.added for row in shown.context["rows"]], shown.context["added"]) == (
        [D("13333.33")] * 2,
        D("26666.66"),
    )
    wrong = client.post(
        url, said((on, {"runs": "yes"}), (stopped, {"runs": "stopped", "stopped_on": "2024-08-01"}))
    )
    assert wrong.status_code == 422
    on.refresh_from_db()
    assert on.confirmed_until == date(2024, 3, 31)
    client.post(
        url, said((on, {"runs": "yes"}), (stopped, {"runs": "stopped", "stopped_on": "2024-05-31"}))
    )
    on.refresh_from_db()
    assert on.confirmed_until == date(2024, 7, 10)
    assert on.lines.aggregate(total=Sum("amount"))["total"] == D("23333.33")
    change = FulfilmentVersion.objects.get(fulfilment=stopped.fulfilment_id, number=2)
    assert (change.state, change.end_date) == (FulfilmentState.SUBMITTED, date(2024, 5, 31))
    assert not list(differences([region], date(2024, 7, 10)))
    assert [row.is_under_change for row in client.get(url).context["rows"]] == [True]


@time_machine.travel("2024-07-10 12:00", tick=False)
def test_other_hours_are_a_change(client: Client, contract: Any) -> None:
    version = running(contract, "A")
    client.post(
        reverse("interim-report"),
        said((version, {"runs": "yes", "from_day": "2024-06-01", "hours": "18"})),
    )
    change = FulfilmentVersion.objects.latest("pk")
    assert list(change.terms.values_list("hours_per_week", flat=True)) == [D(36), D(18)]


@time_machine.travel("2024-07-10 12:00", tick=False)
def test_what_was_not_on_the_screen_is_not_confirmed(
    client: Client, contract: Any, region: Any
) -> None:
    version = running(contract, "A")
    other = running(make.make_contract(region, make.make_contractor("Ander")), "Geheim")
    client.post(reverse("interim-report"), said((other, {"runs": "yes"})))
    for one in (version, other):
        one.refresh_from_db()
        assert one.confirmed_until == date(2024, 3, 31)
    assert "Geheim" not in client.get(reverse("interim-report")).content.decode()


@time_machine.travel("2024-07-10 12:00", tick=False)
def test_more_that_runs_asks_no_more_queries(client: Client, contract: Any) -> None:
    asked = []
    for who in ("A", "B", "C"):
        running(contract, who)
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("interim-report"))
        asked.append(len(queries))
    assert asked[1] == asked[2] <= 11, asked


@time_machine.travel("2024-07-10 12:00", tick=False)
def test_that_there_is_nothing_new_is_a_report_too(
    client: Client, contract: Any, region: Any, linde: Any
) -> None:
    busy = make.make_contract(region, linde, title="Loopt")
    running(busy, "A")
    make.make_contract(
        region, linde, title="Voorbij", start_date=date(2023, 1, 1), end_date=date(2024, 7, 9)
    )
    make.make_contract(region, linde, title="Nog niet begonnen", start_date=date(2024, 7, 11))
    assert client.get(reverse("interim-report")).context["silent"] == [contract]
    url, today = reverse("contract-no-news", args=[contract.pk]), date(2024, 7, 10)

    def report() -> Any:
        found = deadlines(contract, None, last_heard([contract], today).get(contract.pk), today)
        return next((d.due, str(d.state)) for d in found if d.what == What.REPORT)

    assert report() == (date(2024, 7, 1), "overdue")
    assert client.post(url, {"why": " "}).status_code == 422
    assert report() == (date(2024, 7, 1), "overdue")
    assert client.post(url, {"why": "Wij zoeken nog een kandidaat."}).status_code == 302
    assert report() == (date(2025, 1, 10), "due")
    (event,) = contract.events.filter(what="no_news")
    assert event.why == "Wij zoeken nog een kandidaat."
