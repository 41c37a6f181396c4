"""The queue of a reviewer: their own part or the team's, in an order that is kept; what was seen by
a phrase of their own; those alike at once.
"""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from placements.models import Evidence, FulfilmentState, FulfilmentVersion, ReviewDesk
from placements.retention import door as retention
from sroi.access import Role
from tests import factories as make
from tests.factories import signed_in

pytestmark = pytest.mark.django_db
QUEUE = reverse("review-queue")
PART = {"HX-Request": "true", "HX-Boosted": "true"}


@pytest.fixture
def adviser(region: Any) -> Any:
    return make.make_user(Role.ADVISER, region)


@pytest.fixture
def client(adviser: Any) -> Client:
    return signed_in(adviser)


def page(version: FulfilmentVersion) -> str:
    return reverse("review", args=[version.fulfilment_id])


def answered(client: Client, version: FulfilmentVersion, answer: str, **fields: Any) -> Any:
    seen = {"version": version.pk, "edition": version.edition}
    headers = fields.pop("headers", {})
    return client.post(page(version), {"answer": answer, **seen, **fields}, headers=headers)


def shown(client: Client, version: FulfilmentVersion, **query: str) -> list[FulfilmentVersion]:
    return [row.version for row in client.get(page(version), query).context["queue"]]


class TestWhose:
    def test_mine_are_under_contracts_that_i_advise_on_or_nobody_does(
        self, client: Client, region: Any, linde: Any, adviser: Any
    ) -> None:
        colleague = make.make_user(Role.ADVISER, region)
        mine, nobodys, hers = (
            make.make_activity(make.make_contract(region, linde, adviser=who), state="submitted")
            for who in (adviser, None, colleague)
        )
        assert shown(client, mine) == [mine, nobodys]
        assert shown(client, mine, van="team") == [mine, nobodys, hers]
        numbers = {key: n for key, _label, n, _now in client.get(page(mine)).context["whose"]}
        assert numbers == {"mij": 2, "team": 3}

    def test_who_advises_on_none_sees_all(self, client: Client, region: Any, linde: Any) -> None:
        colleague = make.make_user(Role.ADVISER, region)
        contract = make.make_contract(region, linde, adviser=colleague)
        hers = make.make_activity(contract, state="submitted")
        assert shown(client, hers) == [hers]

    def test_where_nothing_is_mine_the_teams_is_one_press_away(
        self, client: Client, region: Any, linde: Any, adviser: Any
    ) -> None:
        make.make_contract(region, linde, adviser=adviser)
        contract = make.make_contract(region, linde, adviser=make.make_user(Role.ADVISER, region))
        make.make_activity(contract, state="submitted")
        empty = client.get(QUEUE)
        assert empty.status_code == 200
        assert f"{QUEUE}?van=team" in empty.content.decode()

    def test_what_was_chosen_is_there_next_time(
        self, client: Client, adviser: Any, region: Any
    ) -> None:
        firms = [make.make_contractor(name) for name in ("Zand", "Aarde")]
        late, early = (
            make.make_activity(make.make_contract(region, firm), state="submitted")
            for firm in firms
        )
        assert shown(client, late) == [late, early]
        assert shown(client, late, by="contractor") == [early, late]
        assert shown(signed_in(adviser), late) == [early, late]
        desk = ReviewDesk.objects.get()
        assert (desk.user, desk.order, desk.whose) == (adviser, "contractor", "mij")
        assert shown(client, late, by="x\0" * 99) == [late, early]


class TestSeen:
    @pytest.fixture
    def version(self, contract: Any) -> FulfilmentVersion:
        return make.make_placement(contract, state="submitted", proved=False)

    def kinds(self, version: FulfilmentVersion) -> list[str]:
        found = Evidence.objects.filter(version=version).order_by("kind")
        return list(found.values_list("kind", flat=True))

    def test_one_or_all_that_is_lacking_and_nothing_else(
        self, client: Client, version: FulfilmentVersion
    ) -> None:
        how = {"how": "Getoond op kantoor"}
        answered(client, version, "seen", kind=["employment_contract", "invoice"], **how)
        assert self.kinds(version) == ["employment_contract"]
        lacking = [code for code, _words in client.get(page(version)).context["lacking"]]
        answered(client, version, "seen", kind=[*lacking, "employment_contract"], **how)
        assert self.kinds(version) == sorted(["employment_contract", *lacking])
        assert client.get(page(version)).context["lacking"] == []

    def test_a_phrase_is_kept_once_and_for_oneself(
        self, client: Client, adviser: Any, region: Any, version: FulfilmentVersion
    ) -> None:
        given = {"kind": "employment_contract", "how": "Getoond op kantoor", "keep": "on"}
        for _again in range(2):
            answered(client, version, "seen", **given)
        assert client.get(page(version)).context["phrases"] == ["Getoond op kantoor"]
        other = signed_in(make.make_user(Role.ADVISER, region))
        assert other.get(page(version)).context["phrases"] == []

    def test_what_was_on_the_screen_is_what_was_seen(
        self, client: Client, version: FulfilmentVersion
    ) -> None:
        FulfilmentVersion.objects.update(edition=version.edition + 1)
        stale = answered(client, version, "seen", kind="employment_contract", how="Gezien, hier")
        assert stale.status_code == 409
        assert "Gezien, hier" in stale.content.decode()
        assert self.kinds(version) == []

    def test_own_phrases_are_lines(self, client: Client, adviser: Any) -> None:
        url = reverse("review-phrases")
        client.post(url, {"phrases": " Op kantoor \n\nOp kantoor\nVia beeldbellen"})
        assert ReviewDesk.objects.get().phrases == ["Op kantoor", "Via beeldbellen"]
        many = "\n".join(f"Zin {i}" for i in range(6))
        for wrong in (many, "x" * 301, "Jan 111222333"):
            again = client.post(url, {"phrases": wrong})
            assert again.status_code == 422
            assert wrong in again.content.decode()
        assert ReviewDesk.objects.get().phrases == ["Op kantoor", "Via beeldbellen"]
        retention.erase_users_again([adviser.pk])
        assert not ReviewDesk.objects.exists()


class TestInPlace:
    """What htmx sends is answered with what comes next, instead of an address to go to."""

    def test_after_an_answer_the_next_one_is_there(self, client: Client, contract: Any) -> None:
        first, second, third = (make.make_activity(contract, state="submitted") for _ in range(3))
        following = answered(client, second, "accept", headers=PART)
        assert following.status_code == 200
        assert following.context["version"] == third
        assert following["HX-Push-Url"] == page(third)
        assert [row.version for row in following.context["queue"]] == [first, third]
        first_again = answered(client, third, "return", why="Bij wie?", headers=PART)
        assert first_again.context["version"] == first
        end = answered(client, first, "accept", headers=PART)
        assert end["HX-Push-Url"] == QUEUE
        assert 'id="review"' in end.content.decode()

    def test_a_fault_and_a_document_that_was_seen_stay_where_one_is(
        self, client: Client, contract: Any
    ) -> None:
        version = make.make_placement(contract, state="submitted", proved=False)
        fault = answered(client, version, "reject", why="", headers=PART)
        seen = answered(
            client, version, "seen", kind="employment_contract", how="Hier", headers=PART
        )
        assert (fault.status_code, seen.status_code) == (422, 200)
        for answer in (fault, seen):
            assert answer["HX-Push-Url"] == "false"
            assert answer.context["version"] == version


class TestAlike:
    def test_those_of_one_firm_on_one_block_and_their_total(
        self, client: Client, region: Any, contract: Any
    ) -> None:
        contract.table.blocks.update(evidence=[])
        one, two = (make.make_activity(contract, hours, state="submitted") for hours in "12")
        other = make.make_contract(region, make.make_contractor("Elders"))
        other.table.blocks.update(evidence=[])
        apart = make.make_activity(other, state="submitted")
        assert client.get(page(one)).context["like"] == 2
        assert client.get(page(apart)).context["like"] == 0
        together = {"together": "", "like": one.fulfilment_id}
        found = client.get(QUEUE, together).context
        assert [each.version for each in found["fine"]] == [one, two]
        value = Decimal("100")  # for an hour, in the table of Gooi en Vechtstreek
        assert found["total"] == 3 * value
        ticked = {"chosen": "1", "version": f"{two.pk}.{two.edition}"}
        assert client.get(QUEUE, together | ticked).context["total"] == 2 * value
        assert client.get(QUEUE, together | {"chosen": "1"}).context["total"] == 0
        assert client.get(QUEUE, {"together": "", "like": "x"}).context["fine"] == []


class TestWorth:
    def test_claimed_and_new_while_nothing_is_stored(self, client: Client, contract: Any) -> None:
        version = make.make_placement(contract, state="submitted")
        form = client.get(page(version) + "?otherwise").context["adjust"]
        data = {field.html_name: field.value() or "" for field in form if field.name != "bonuses"}
        url = reverse("review-value", args=[version.fulfilment_id])
        for hours, decided, new in (("18", "", "20000"), ("18", "1.250,50", "1250.50")):
            given = data | {"hours_per_week": hours, "decided_value": decided}
            found = client.post(url, given).context
            assert found["claimed_worth"] == Decimal("40000")
            assert found["new_worth"] == Decimal(new)
            assert found["difference_in_worth"] == Decimal(new) - Decimal("40000")
        version.refresh_from_db()
        assert version.state == FulfilmentState.SUBMITTED


def test_the_next_one_is_known_without_looking_into_the_queue(
    client: Client, contract: Any
) -> None:
    """An answer takes as many queries with two that wait as with many."""

    def queries() -> int:
        version = make.make_activity(contract, state="submitted")
        with CaptureQueriesContext(connection) as caught:
            answered(client, version, "return", why="Bij wie?")
        return len(caught)

    make.make_activity(contract, state="submitted")
    queries()
    one = queries()
    for _more in range(4):
        make.make_activity(contract, state="submitted")
    assert queries() == one
