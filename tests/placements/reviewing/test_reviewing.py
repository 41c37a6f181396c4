"""Reviewing: four answers through the one door, signals, and two advisers at once."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from contracts.models import Policy
from placements.claims.content import content_of
from placements.ledger.verification import differences
from placements.life import door as life
from placements.models import EventKind, Fulfilment, FulfilmentState, FulfilmentVersion
from sroi.access import Role
from tests import factories as make

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def adviser(region: Any) -> Any:
    return make.make_user(Role.ADVISER, region)


@pytest.fixture
def client(adviser: Any) -> Client:
    client = Client()
    client.force_login(adviser)
    return client


def page(version: FulfilmentVersion) -> str:
    return reverse("review", args=[version.fulfilment_id])


def answered(client: Client, version: FulfilmentVersion, answer: str, **fields: Any) -> Any:
    seen = {"version": version.pk, "edition": version.edition}
    return client.post(page(version), {"answer": answer, **seen, **fields})


def kinds(client: Client, version: FulfilmentVersion) -> list[str]:
    return [signal.kind for signal in client.get(page(version)).context["signals"]]


def test_why_something_is_worth_nothing_is_not_folded_away(client: Client, contract: Any) -> None:
    long_ago = {"start_date": date(2020, 1, 1), "end_date": date(2020, 6, 30)}
    dated = long_ago | {"confirmed_until": date(2020, 6, 30)}
    nothing = make.make_placement(contract, state="submitted", **dated)
    something = make.make_activity(contract, state="submitted")
    folded = [
        '<details class="fold" open>' not in client.get(page(one)).content.decode()
        for one in (nothing, something)
    ]
    assert folded == [False, True]


@pytest.mark.parametrize(
    ("days", "said"),
    [(0, "wacht 0 van de 9 dagen"), (9, "wacht 9 van de 9 dagen"), (10, "langer dan de 9 van")],
)
def test_how_long_it_waits_stands_beside_how_long_it_may(
    client: Client, contract: Any, days: int, said: str
) -> None:
    Policy.objects.update(review_days=9)
    waiting = make.make_activity(contract, state="submitted")
    FulfilmentVersion.objects.update(submitted_at=make.moment(make.TODAY) - timedelta(days=days))
    with time_machine.travel(make.moment(make.TODAY), tick=False):
        client.force_login(make.make_user(Role.ADVISER, contract.region))
        assert said in client.get(page(waiting)).content.decode()


class TestAnswers:
    def test_accepting_posts_and_opens_the_next(
        self, client: Client, contract: Any, region: Any, adviser: Any
    ) -> None:
        first, second = (make.make_activity(contract, state="submitted") for _ in range(2))
        answer = answered(client, first, "accept")
        assert answer["Location"].startswith(page(second))
        first.refresh_from_db()
        assert (first.state, first.reviewed_by) == (FulfilmentState.ACCEPTED, adviser)
        assert not list(differences([region], make.TODAY))
        assert answered(client, second, "accept")["Location"].startswith(reverse("review-queue"))
        assert client.get(reverse("review-queue")).status_code == 200

    @pytest.mark.parametrize(("answer", "state"), [("return", "returned"), ("reject", "rejected")])
    def test_a_question_or_refusal_needs_words(
        self, client: Client, contract: Any, answer: str, state: str
    ) -> None:
        version = make.make_activity(contract, state="submitted")
        assert answered(client, version, answer, why=" ").status_code == 422
        answered(client, version, answer, why="Bij wie was dit?")
        version.refresh_from_db()
        assert (version.state, version.answer) == (state, "Bij wie was dit?")

    def test_accepting_otherwise_keeps_the_claim_and_the_reason(
        self, client: Client, contract: Any, region: Any, linde: Any
    ) -> None:
        version = make.make_placement(contract, state="submitted")
        form = client.get(page(version) + "?otherwise").context["adjust"]
        data = {field.html_name: field.value() or "" for field in form if field.name != "bonuses"}
        data |= {
            "hours_per_week": "18",
            "start_date": "2024-01-01",
            "end_date": "2024-12-31",
            "confirmed_until": "",
        }
        assert answered(client, version, "otherwise", **data).status_code == 422
        answered(client, version, "otherwise", **data | {"why": "Volgens het contract 18 uur"})
        version.refresh_from_db()
        fulfilment = Fulfilment.objects.get()
        assert version.state == FulfilmentState.SUPERSEDED
        assert (fulfilment.latest, fulfilment.latest.number) == (fulfilment.accepted, 2)
        assert fulfilment.accepted.allocations.get().value == D("20000.00")
        assert version.terms.get().hours_per_week == 36
        last = fulfilment.events.last()
        assert (last.kind, last.why) == (EventKind.ACCEPTED, "Volgens het contract 18 uur")
        assert not list(differences([region], make.TODAY))
        contractor = Client()
        contractor.force_login(make.make_user(Role.CONTRACTOR, region, contractor=linde))
        shown = contractor.get(reverse("fulfilment-detail", args=[fulfilment.pk])).content.decode()
        assert "Volgens het contract 18 uur" in shown

    def test_a_decided_value_is_spread(self, client: Client, contract: Any, region: Any) -> None:
        version = make.make_activity(contract, state="submitted")
        data = {
            "description": "Gastlessen",
            "activity_date": "2024-09-10",
            "quantity": "40",
            f"block_{contract.pk}": version.allocations.get().block_id,
            "decided_value": "1.250,50",
            "why": "Zo afgesproken",
        }
        answered(client, version, "otherwise", **data)
        accepted = Fulfilment.objects.get().accepted
        assert (accepted.decided_value, accepted.decided_reason) == (D("1250.50"), "Zo afgesproken")
        assert sum(line.amount for line in accepted.lines.all()) == D("1250.50")
        assert not list(differences([region], make.TODAY))

    def test_what_changed_is_refused_with_who_and_when(
        self, client: Client, contract: Any, region: Any
    ) -> None:
        version = make.make_activity(contract, state="submitted")
        stale = client.post(
            page(version),
            {"answer": "accept", "version": version.pk, "edition": version.edition + 1},
        )
        assert stale.status_code == 409
        assert stale.context["refusal"]
        other = make.make_user(Role.ADVISER, region, name="Ans Adviseur")
        second = Client()
        second.force_login(other)
        answered(second, version, "reject", why="Telt niet")
        answer = client.post(
            page(version),
            {"answer": "accept", "version": version.pk, "edition": version.edition},
            follow=True,
        )
        assert "Ans Adviseur" in answer.content.decode()
        version.refresh_from_db()
        assert version.state == FulfilmentState.REJECTED

    def test_what_was_typed_stands_there_again_when_it_was_refused(
        self, client: Client, contract: Any
    ) -> None:
        version = make.make_activity(contract, state="submitted")
        sent = {"version": version.pk, "edition": version.edition + 1}
        for answer in ("return", "reject"):
            page_again = client.post(
                page(version), {"answer": answer, "why": "Bij wie was dit?", **sent}
            )
            assert page_again.status_code == 409
            assert page_again.content.decode().count("Bij wie was dit?") == 1
        given = {"description": "Gastlessen", "quantity": "12", "why": "Volgens de presentielijst"}
        again = client.post(page(version), {"answer": "otherwise", **given, **sent})
        assert again.status_code == 409
        assert "Volgens de presentielijst" in again.content.decode()
        # Sent again it is an answer to what there is now.
        assert again.context["adjust"]["edition"].value() == str(version.edition)

    def test_nobody_reviews_what_they_entered(
        self, client: Client, contract: Any, adviser: Any
    ) -> None:
        version = make.make_activity(contract, state="submitted", entered_by=adviser)
        assert not client.get(page(version)).context["may_answer"]
        answered(client, version, "accept")
        answered(
            client,
            version,
            "otherwise",
            why="Toch",
            description="x",
            activity_date="2024-09-10",
            quantity="1",
        )
        version.refresh_from_db()
        assert version.state == FulfilmentState.SUBMITTED

    @pytest.mark.parametrize("typed", ["", "\0", "x" * 3000, "-1", "1e999", "‮", "None"])
    def test_hostile_answers_are_never_a_crash(
        self, client: Client, contract: Any, typed: str
    ) -> None:
        version = make.make_activity(contract, state="submitted")
        for answer in ("accept", "otherwise", "return", "reject", typed):
            data = {
                "answer": answer,
                "version": typed,
                "edition": typed,
                "why": typed,
                "decided_value": typed,
            }
            assert client.post(page(version), data).status_code in (302, 409, 422)
            assert client.post(
                page(version), data | {"version": version.pk, "edition": 1}
            ).status_code in (
                302,
                409,
                422,
            )
        assert client.get(page(version), {"by": typed}).status_code in (200, 302)
        assert (
            client.post(
                reverse("review-queue"), {"version": [typed, f"{typed}.{typed}"]}
            ).status_code
            == 302
        )


class TestChange:
    def test_old_and_new_stand_beside_each_other(
        self, client: Client, contract: Any, region: Any
    ) -> None:
        version = make.make_placement(contract)
        content = content_of(version)
        content.fields["end_date"] = date(2024, 6, 30)
        new = life.propose_change(version.fulfilment, content, make.act())
        life.submit([new], make.act())
        shown = client.get(page(new)).context
        assert (shown["before"], shown["difference"]) == (D("40000.00"), D("-20000.00"))
        assert [line.label for line in shown["changes"] if line.differs]
        answered(client, new, "accept")
        assert not list(differences([region], make.TODAY))


class TestSignals:
    def test_the_same_candidate_at_the_same_time(
        self, client: Client, region: Any, linde: Any, contract: Any
    ) -> None:
        other = make.make_contract(region, linde)
        make.make_placement(other)
        version = make.make_placement(contract, state="submitted")
        apart = make.make_placement(
            contract,
            state="submitted",
            start_date=date(2025, 1, 1),
            end_date=date(2025, 2, 1),
            confirmed_until=None,
        )
        shown = client.get(page(version))
        (signal,) = [s for s in shown.context["signals"] if s.kind == "overlap"]
        assert other.reference in signal.sentence
        assert reverse("fulfilment-detail", args=[signal.fulfilment_id]) in shown.content.decode()
        assert "overlap" not in kinds(client, apart)

    def test_of_another_region_nothing_that_was_not_linked(
        self, client: Client, linde: Any, contract: Any
    ) -> None:
        abroad = make.make_contract(
            make.make_region("utrecht", "Utrecht"), linde, reference="GEHEIM-1"
        )
        make.make_purchase(abroad, invoice_number="F-1", external_id="GEHEIM-2")
        version = make.make_purchase(contract, invoice_number="F-1", state="submitted")
        shown = client.get(page(version))
        assert "same_invoice" not in [s.kind for s in shown.context["signals"]]
        assert "GEHEIM" not in shown.content.decode()

    def test_outside_the_term_many_hours_and_above_what_is_owed(
        self, client: Client, contract: Any
    ) -> None:
        contract.end_date = date(2025, 3, 31)
        contract.save()
        late = make.make_purchase(contract, paid_on=date(2025, 5, 31), state="submitted")
        in_time = make.make_purchase(contract, paid_on=date(2025, 5, 30), state="submitted")
        assert "outside_term" in kinds(client, late)
        assert "outside_term" not in kinds(client, in_time)
        assert "unusual_hours" in kinds(
            client, make.make_placement(contract, hours="40", state="submitted")
        )
        assert "above_owed" in kinds(
            client, make.make_purchase(contract, "50000.01", state="submitted")
        )
        assert "above_owed" not in kinds(
            client, make.make_purchase(contract, "50000.00", state="submitted")
        )

    def test_only_what_has_no_signal_is_accepted_together(
        self, client: Client, contract: Any
    ) -> None:
        contract.table.blocks.update(evidence=[])
        fine = make.make_activity(contract, state="submitted")
        strange = make.make_activity(contract, "300", state="submitted")
        shown = client.get(reverse("review-queue") + "?together")
        assert [one.version.pk for one in shown.context["fine"]] == [fine.pk]
        client.post(
            reverse("review-queue"), {"version": [f"{v.pk}.{v.edition}" for v in (fine, strange)]}
        )
        states = dict(FulfilmentVersion.objects.values_list("pk", "state"))
        assert states == {fine.pk: FulfilmentState.ACCEPTED, strange.pk: FulfilmentState.SUBMITTED}


def test_the_queue_takes_as_many_queries_for_one_as_for_many(client: Client, contract: Any) -> None:
    def queries() -> int:
        version = FulfilmentVersion.objects.first()
        with CaptureQueriesContext(
            connection,
        ) as caught:
            client.get(page(version))
        return len(caught)

    make.make_placement(contract, state="submitted")
    queries()
    one = queries()
    for i in range(4):
        make.make_placement(contract, state="submitted", candidate_ref=f"Kandidaat {i}")
    assert queries() == one
