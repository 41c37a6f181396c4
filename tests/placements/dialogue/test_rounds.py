"""What was asked back: answered in words, and shown with what changed, each time."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from contracts.models import Contract
from placements.claims.content import content_of
from placements.dialogue.rounds import Round, rounds_of
from placements.life import door as life
from placements.models import FulfilmentState, FulfilmentVersion, KeptEdition
from placements.retention.door import about_a_person, erase_again
from placements.telling import gather
from sroi.access import Role
from tests import factories as make
from tests.factories import TODAY, signed_in

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(make.moment(TODAY), tick=False):
        yield


@pytest.fixture
def adviser(region: Any) -> Client:
    return signed_in(make.make_user(Role.ADVISER, region))


@pytest.fixture
def contractor(region: Any, contract: Contract) -> Client:
    return signed_in(make.make_user(Role.CONTRACTOR, region, contractor=contract.contractor))


def mended(version: FulfilmentVersion, hours: str = "24", **fields: Any) -> None:
    content = content_of(version)
    content.fields |= fields
    content.hours = [(content.hours[0][0], D(hours))]
    life.edit(version, content, make.act())


def rounds(version: FulfilmentVersion) -> list[Round]:
    version.fulfilment.refresh_from_db()
    events = list(version.fulfilment.events.order_by("pk"))
    return rounds_of(version.fulfilment, events, True)


def changes(one: Round) -> list[tuple[str, str, str]]:
    return [(line.label, line.old, line.new) for line in one.changes]


def test_the_adviser_sees_question_answer_and_what_changed(
    adviser: Client, contractor: Client, contract: Contract
) -> None:
    version = make.make_placement(
        contract, state="returned", why="Hoeveel uur?", candidate_ref="K-1"
    )
    mended(version, candidate_ref="K-2")
    check = reverse("fulfilment-check", args=[version.fulfilment_id])
    assert "answer" in contractor.get(check).context["form"].fields
    sent = {"edition": version.edition, "answer": "Het was 24 uur.", "only_here": "on"}
    assert contractor.post(check, sent).status_code == 302
    for page in ("review", "fulfilment-detail"):
        shown = adviser.get(reverse(page, args=[version.fulfilment_id]))
        (one,) = shown.context["rounds"]
        assert (one.asked.why, [event.why for event in one.said]) == (
            "Hoeveel uur?",
            ["Het was 24 uur."],
        )
        assert {(line.old, line.new) for line in one.changes} == {("36", "24"), ("K-1", "K-2")}
        assert "Het was 24 uur." in shown.content.decode()


def test_it_can_be_handed_in_again_with_only_an_answer(
    contractor: Client, contract: Contract
) -> None:
    version = make.make_purchase(contract, state="returned", why="Is dit betaald?")
    page = contractor.get(reverse("fulfilment-detail", args=[version.fulfilment_id]))
    check = reverse("fulfilment-check", args=[version.fulfilment_id])
    assert check in page.content.decode()
    contractor.post(
        check, {"edition": version.edition, "answer": "Ja, op 3 maart.", "only_here": "on"}
    )
    version.refresh_from_db()
    assert version.state == FulfilmentState.SUBMITTED
    (one,) = rounds(version)
    assert (one.is_known, list(one.changes), one.said[0].why) == (True, [], "Ja, op 3 maart.")


def test_a_bsn_in_an_answer_is_refused_and_what_was_typed_stays(
    contractor: Client, contract: Contract
) -> None:
    version = make.make_purchase(contract, state="returned", why="Van wie?")
    check = reverse("fulfilment-check", args=[version.fulfilment_id])
    answer = contractor.post(
        check, {"edition": version.edition, "answer": "Van 123456782", "only_here": "on"}
    )
    assert answer.status_code == 422
    assert "Van 123456782" in answer.content.decode()
    version.refresh_from_db()
    assert version.state == FulfilmentState.RETURNED


def test_each_round_stands_by_itself(contract: Contract) -> None:
    version = make.make_placement(contract, state="returned", why="Eerste vraag")
    mended(version, "24")
    life.submit([version], make.act(why="Eerste antwoord"))
    life.return_(version, make.act(why="Tweede vraag"))
    mended(version, "20")
    life.submit([version], make.act())
    first, second = rounds(version)
    hours = "Uren per week"
    assert [line[1:] for line in changes(first)] == [("36", "24")]
    assert [line[1:] for line in changes(second)] == [("24", "20")]
    assert changes(first)[0][0] == hours
    assert (first.said[0].why, second.said) == ("Eerste antwoord", [])
    assert len(second.answers) == 1


def test_what_is_mended_after_the_answer_shows_to_the_reviewer(contract: Contract) -> None:
    version = make.make_placement(contract, state="returned", why="Hoeveel uur?")
    life.submit([version], make.act(why="Zo is het"))
    version.terms.update(hours_per_week=D(12))
    (one,) = rounds(FulfilmentVersion.objects.get())
    assert [line[1:] for line in changes(one)] == [("36", "12")]


def test_a_question_without_an_answer_compares_nothing(contract: Contract) -> None:
    version = make.make_placement(contract, state="returned", why="Hoeveel uur?")
    mended(version)
    (one,) = rounds(version)
    assert (one.answers, list(one.changes), one.is_known) == ([], [], False)


def test_another_block_and_share_are_told(contract: Contract) -> None:
    version = make.make_placement(contract, state="returned", why="Welke doelgroep?")
    content = content_of(version)
    other = contract.table.blocks.filter(kind="placement").exclude(code="PW_GT2Y").first()
    content.allocations = [(contract, other, D(50))]
    life.edit(version, content, make.act())
    life.submit([version], make.act())
    (one,) = rounds(version)
    assert (contract.reference, other.label) in [(label, new) for label, _old, new in changes(one)]


def test_what_was_said_earlier_is_erased_with_the_person(contract: Contract) -> None:
    version = make.make_placement(
        contract, state="returned", why="Hoeveel uur?", candidate_ref="K-1"
    )
    mended(version, candidate_ref="K-2")
    life.submit([version], make.act(why="Ander kenmerk"))
    FulfilmentVersion.objects.update(candidate_ref="", age_at_start=None, description="")
    assert version.pk in about_a_person().values_list("pk", flat=True)
    erase_again([version.pk], at=make.moment(TODAY))
    assert not KeptEdition.objects.exists()
    assert version.pk not in about_a_person().values_list("pk", flat=True)
    (one,) = rounds(version)
    assert (one.is_known, one.said[0].why) == (False, "Ander kenmerk")


def test_who_asked_is_told_and_nobody_else(region: Any, contract: Contract) -> None:
    asks, other = (make.make_user(Role.ADVISER, region) for _ in range(2))
    version = make.make_purchase(contract, state="returned", why="Is dit betaald?", reviewer=asks)
    life.submit([version], make.act(why="Ja"))
    gather(make.moment(TODAY) + timedelta(minutes=1), timedelta(days=1))
    words = f"Uw vraag over invulling {version.fulfilment.external_id} is beantwoord."
    assert [notice.user for notice in region.notices.filter(words=words)] == [asks]
    assert not other.notices.filter(words=words).exists()


def test_only_who_may_see_the_person_sees_what_changed_of_it(
    region: Any, contract: Contract
) -> None:
    version = make.make_placement(
        contract, state="returned", why="Hoeveel uur?", candidate_ref="K-1"
    )
    mended(version, candidate_ref="K-2", start_date=date(2024, 1, 1))
    life.submit([version], make.act())
    page = reverse("fulfilment-detail", args=[version.fulfilment_id])
    admin = signed_in(make.make_user(Role.REGION_ADMIN, region)).get(page)
    assert [line.new for line in admin.context["rounds"][0].changes] == ["24"]
    officer = signed_in(make.make_user(Role.PROCUREMENT_OFFICER, region))
    assert officer.get(page).status_code == 404


def test_an_answer_is_not_accepted_unread(adviser: Client, contract: Contract) -> None:
    contract.table.blocks.update(evidence=[])
    answered = make.make_activity(contract, "20", state="returned", why="Hoeveel uur?")
    life.submit([answered], make.act(why="Twintig"))
    plain = make.make_activity(contract, state="submitted")
    page = adviser.get(reverse("review-queue") + "?together")
    assert [one.version for one in page.context["fine"]] == [plain]
