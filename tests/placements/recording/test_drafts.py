"""Drafts: seen wherever one looks, handed in together, and what was handed in mended by who made
it.
"""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from placements.claims.content import FROM_THE_FIRST_DAY, content_of
from placements.life import door as life
from placements.models import EventKind, FulfilmentEvent, FulfilmentState, FulfilmentVersion
from placements.standing.progress import with_progress
from sroi.access import Role
from sroi.doors import Refused
from tests import factories as make
from tests.factories import act, signed_in

pytestmark = pytest.mark.django_db
D = Decimal
DRAFT, SUBMITTED = FulfilmentState.DRAFT, FulfilmentState.SUBMITTED


@pytest.fixture
def browser_of(person: Any) -> Client:
    return signed_in(person)


def key(version: FulfilmentVersion) -> str:
    return f"{version.pk}.{FulfilmentVersion.objects.get(pk=version.pk).edition}"


def state_of(version: FulfilmentVersion) -> str:
    return FulfilmentVersion.objects.get(pk=version.pk).state


def of_version(version: FulfilmentVersion, name: str) -> str:
    return reverse(f"fulfilment-{name}", args=[version.fulfilment_id])


class TestSeen:
    @pytest.mark.parametrize(
        ("page", "asked"),
        [
            ("start", {}),
            ("fulfilment-drafts", {}),
            ("fulfilment-list", {"state": "draft"}),
            ("search", {"q": "NR-7"}),
            ("search", {"q": "kandidaat zwaluw"}),
        ],
    )
    def test_a_draft_stands_wherever_one_looks(
        self, browser_of: Client, contract: Any, page: str, asked: dict[str, str]
    ) -> None:
        version = make.make_placement(
            contract, state=DRAFT, external_id="NR-7", candidate_ref="Kandidaat Zwaluw"
        )
        content = browser_of.get(reverse(page), asked).content.decode()
        assert f"/invullingen/{version.fulfilment_id}/" in content

    def test_an_adviser_is_shown_the_drafts_that_they_began(
        self, region: Any, contract: Any
    ) -> None:
        adviser = make.make_user(Role.ADVISER, region)
        own = make.make_purchase(contract, state=DRAFT, entered_by=adviser)
        of_firm = make.make_purchase(contract, state=DRAFT)
        client = signed_in(adviser)
        content = client.get(reverse("fulfilment-drafts")).content.decode()
        assert of_version(own, "check") in content
        assert f"/invullingen/{of_firm.fulfilment_id}/" not in content
        assert client.get(reverse("fulfilment-list")).context["drafts"] == 1

    def test_the_own_reference_is_for_the_own_firm_alone(
        self, browser_of: Client, region: Any, contract: Any
    ) -> None:
        make.make_placement(contract, candidate_ref="Kandidaat Zwaluw")
        bill = make.make_purchase(contract, invoice_number="F-2024-99")
        page = reverse("fulfilment-list")
        mine = browser_of.get(page, {"q": "zwaluw"}).content.decode()
        assert "Kandidaat Zwaluw" in mine
        file = browser_of.get(reverse("fulfilment-file", args=["csv"]))
        assert "Kandidaat Zwaluw" in b"".join(file.streaming_content).decode()
        adviser = signed_in(make.make_user(Role.ADVISER, region))
        assert "Kandidaat Zwaluw" not in adviser.get(page).content.decode()
        assert not adviser.get(page, {"q": "zwaluw"}).context["table"].rows
        other = make.make_contractor("Ander Bedrijf")
        make.make_contract(region, other)
        theirs = signed_in(make.make_user(Role.CONTRACTOR, region, contractor=other))
        assert not theirs.get(page, {"q": "zwaluw"}).context["table"].rows
        assert bill.fulfilment.external_id in browser_of.get(page, {"q": "F-2024"}).content.decode()


class TestTogether:
    def test_what_is_complete_is_handed_in_with_one_press(
        self, browser_of: Client, contract: Any
    ) -> None:
        good = [make.make_purchase(contract, amount, state=DRAFT) for amount in ("1000", "2500")]
        lacks = make.make_purchase(contract, state=DRAFT, invoice_number="")
        page = browser_of.get(reverse("fulfilment-drafts"))
        assert page.context["total"] == D("3500.00")
        rows = {row.version.pk: row for row in page.context["rows"]}
        assert rows[lacks.pk].lacking == ["Vul het factuurnummer in."]
        assert not rows[lacks.pk].is_ticked
        answer = browser_of.post(
            reverse("fulfilment-drafts"),
            {"version": [key(version) for version in (*good, lacks)], "only_here": "on"},
            follow=True,
        )
        said = [str(message) for message in answer.context["messages"]]
        assert said[0] == "2 invullingen ingediend, na goedkeuring samen €\u00a03.500 waard."
        assert lacks.fulfilment.external_id in said[1]
        assert "Vul het factuurnummer in." in said[1]
        assert [state_of(v) for v in (*good, lacks)] == [SUBMITTED, SUBMITTED, DRAFT]

    def test_what_was_changed_meanwhile_stays_a_draft(
        self, browser_of: Client, contract: Any
    ) -> None:
        version, other = (make.make_purchase(contract, state=DRAFT) for _n in range(2))
        seen = [key(version), key(other)]
        life.edit(version, content_of(version), act())
        browser_of.post(reverse("fulfilment-drafts"), {"version": seen, "only_here": "on"})
        assert (state_of(version), state_of(other)) == (DRAFT, SUBMITTED)

    def test_the_total_follows_what_is_ticked(self, browser_of: Client, contract: Any) -> None:
        first = make.make_purchase(contract, "1000", state=DRAFT)
        make.make_purchase(contract, "2500", state=DRAFT)
        page = reverse("fulfilment-drafts")
        one = browser_of.get(page, {"chosen": "1", "version": key(first)})
        assert (one.context["ticked"], one.context["total"]) == (1, D("1000.00"))
        assert browser_of.get(page, {"chosen": "1"}).context["ticked"] == 0

    def test_those_of_another_firm_are_not_handed_in(
        self, browser_of: Client, region: Any, contract: Any
    ) -> None:
        theirs = make.make_purchase(
            make.make_contract(region, make.make_contractor("Ander")), state=DRAFT
        )
        answer = browser_of.post(
            reverse("fulfilment-drafts"), {"version": key(theirs), "only_here": "on"}, follow=True
        )
        assert answer.status_code == 200
        assert state_of(theirs) == DRAFT

    def test_as_many_queries_for_many_drafts_as_for_few(
        self, browser_of: Client, contract: Any, django_assert_max_num_queries: Any
    ) -> None:
        for number in range(12):
            make.make_placement(contract, state=DRAFT, candidate_ref=f"Kandidaat {number}")
        with django_assert_max_num_queries(20):
            browser_of.get(reverse("fulfilment-drafts"))


class TestMended:
    def test_who_made_it_takes_it_back_and_hands_it_in_again(
        self, browser_of: Client, region: Any, contract: Any
    ) -> None:
        version = make.make_purchase(contract, "1000", state=SUBMITTED)
        reviewer = signed_in(make.make_user(Role.ADVISER, region))
        review = reverse("review", args=[version.fulfilment_id])
        shown = reviewer.get(review).context["version"]
        answer = browser_of.post(of_version(version, "take-back"), {"edition": version.edition})
        assert answer["Location"] == of_version(version, "details")
        assert state_of(version) == DRAFT
        assert with_progress([contract], make.TODAY)[contract.pk].pending == 0
        typed = {
            "edition": version.edition + 1,
            "supplier_name": "Sociale Drukkerij",
            "invoice_number": "F-1",
            "amount": "1.250,00",
            "paid_on": "2024-05-15",
        }
        browser_of.post(of_version(version, "details"), typed)
        version.refresh_from_db()
        browser_of.post(
            of_version(version, "check"), {"edition": version.edition, "only_here": "on"}
        )
        assert state_of(version) == SUBMITTED
        late = reviewer.post(
            review, {"answer": "accept", "version": shown.pk, "edition": shown.edition}
        )
        assert late.status_code == 409
        assert "€\u00a01.250" in late.content.decode()
        assert state_of(version) == SUBMITTED
        kinds = FulfilmentEvent.objects.filter(fulfilment=version.fulfilment)
        assert EventKind.TAKEN_BACK in kinds.values_list("kind", flat=True)

    def test_who_reviews_does_not_take_back_what_others_made(
        self, region: Any, contract: Any
    ) -> None:
        adviser = make.make_user(Role.ADVISER, region)
        theirs = make.make_purchase(contract, state=SUBMITTED)
        own = make.make_purchase(contract, state=SUBMITTED, entered_by=adviser)
        client = signed_in(adviser)
        for version, code in ((theirs, 404), (own, 302)):
            answer = client.post(of_version(version, "take-back"), {"edition": version.edition})
            assert answer.status_code == code
        assert (state_of(theirs), state_of(own)) == (SUBMITTED, DRAFT)

    def test_what_was_answered_meanwhile_is_not_taken_back(
        self, region: Any, contract: Any
    ) -> None:
        version = make.make_purchase(contract, state=SUBMITTED)
        seen = FulfilmentVersion.objects.get(pk=version.pk)
        life.accept([version], act(), region=region)
        with pytest.raises(Refused):
            life.take_back(seen, act())

    def test_a_withdrawn_one_was_not_answered_by_who_once_asked_back(
        self, region: Any, contract: Any
    ) -> None:
        """The sentence for who comes second names who did it only where they did."""
        adviser = make.make_user(Role.ADVISER, region)
        version = make.make_purchase(
            contract, state=FulfilmentState.RETURNED, reviewer=adviser, why="Welke factuur?"
        )
        life.submit([version], act())
        seen = FulfilmentVersion.objects.get(pk=version.pk)
        life.withdraw(version, act())
        assert str(adviser) not in life.changed_meanwhile(seen)


def test_a_copy_keeps_the_hours_and_the_supplier(browser_of: Client, contract: Any) -> None:
    placement = make.make_placement(contract, hours="24")
    bill = make.make_purchase(contract, supplier_kvk="12345678")
    for version in (placement, bill):
        browser_of.post(of_version(version, "copy"))
    of_bill = FulfilmentVersion.objects.latest("pk")
    assert (of_bill.supplier_name, of_bill.supplier_kvk, of_bill.amount) == (
        "Sociale Drukkerij",
        "12345678",
        None,
    )
    copy = FulfilmentVersion.objects.order_by("-pk")[1]
    assert content_of(copy).hours == [(FROM_THE_FIRST_DAY, D("24.00"))]
    assert 'value="24"' in browser_of.get(of_version(copy, "details")).content.decode()
    typed = {
        "edition": copy.edition,
        "candidate_ref": "Kandidaat 2",
        "start_date": "2024-03-01",
        "hours_per_week": "24",
    }
    browser_of.post(of_version(copy, "details"), typed)
    assert [day.isoformat() for day, _hours in content_of(copy).hours] == ["2024-03-01"]
