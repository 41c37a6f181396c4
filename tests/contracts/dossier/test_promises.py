"""What was promised: who does what by when, ticked off where it stands, and told on its day."""

from datetime import date
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from contracts.dossier import door as dossier
from contracts.models import Contract, ContractNote
from contracts.people.membership import access_of
from sroi.access import Role
from sroi.doors import Refused
from sroi.pages.mail.overview import overview
from tests import factories as make
from tests.factories import signed_in

pytestmark = pytest.mark.django_db
START, LATER = "2024-03-04 09:00", "2024-04-02 09:00"
TYPED = {
    "day": "2024-03-04",
    "shared": "on",
    **{"who_0": "De Linde", "what_0": "Twee stageplekken melden", "by_0": "2024-04-02"},
    **{"who_2": "Werkcentrum", "what_2": "Drie kandidaten voorstellen", "by_2": "2024-03-20"},
}


@pytest.fixture
def contract(region: Any, linde: Any) -> Contract:
    return make.make_contract(region, linde, adviser=make.make_user(Role.ADVISER, region))


def noted(contract: Contract) -> Client:
    with time_machine.travel(START, tick=False):
        adviser = signed_in(contract.adviser)
        answer = adviser.post(reverse("promises", args=[contract.pk]), TYPED)
        assert answer.status_code == 302, answer.context["form"].errors
    return adviser


def test_lines_are_ticked_off_and_stay_to_be_read(contract: Contract) -> None:
    noted(contract)
    page = reverse("contract-dossier", args=[contract.pk])
    with time_machine.travel(LATER, tick=False):
        adviser = signed_in(contract.adviser)
        first, second = adviser.get(page).context["promises"]
        assert (first.who, first.again_on) == ("Werkcentrum", date(2024, 3, 20))
        assert "2 afspraken staan open" in rail(adviser, contract)
        adviser.post(reverse("note-done", args=[first.pk]))
        assert "1 afspraak staat open" in rail(adviser, contract)
        told = adviser.get(page)
    assert [note.pk for note in told.context["promises"]] == [second.pk, first.pk]
    assert "gedaan op 2 april 2024" in told.content.decode()
    theirs = make.make_user(Role.CONTRACTOR, contract.region, contractor=contract.contractor)
    read = signed_in(theirs).get(page).content.decode()
    assert "Twee stageplekken melden" in read
    assert "2 april 2024" in read
    assert reverse("note-done", args=[second.pk]) not in read


def rail(client: Client, contract: Contract) -> str:
    page = client.get(reverse("contract-detail", args=[contract.pk])).content.decode()
    return " ".join(page.split())


def test_on_its_day_the_work_list_the_mail_and_the_calendar_tell_of_it(contract: Contract) -> None:
    noted(contract)
    adviser = contract.adviser
    with time_machine.travel(LATER, tick=False):
        shown = signed_in(adviser).get(reverse("due")).content.decode()
        assert "Werkcentrum: Drie kandidaten voorstellen" in shown
        ContractNote.objects.filter(who="Werkcentrum").update(seen_at=make.moment(make.TODAY))
        shown = signed_in(adviser).get(reverse("due")).content.decode()
        assert "Werkcentrum" not in shown
        assert "De Linde: Twee stageplekken melden" in shown
        piles = overview(adviser, access_of(adviser), date(2024, 4, 2)).piles
        (pile,) = [pile for pile in piles if pile.heading == "Notities die terugkomen"]
        # What was agreed stays behind the sign-in.
        assert [task.label for task in pile.tasks] == [contract.title]
        address = signed_in(adviser).post(reverse("calendar")).context["address"]
        feed = Client().get("/" + address.split("/", 3)[3]).content.decode()
    assert f"Afgesproken voor deze dag: {contract.title}" in feed.replace("\r\n ", "")
    assert "stageplekken" not in feed


@time_machine.travel(START, tick=False)
def test_a_line_that_was_begun_says_what_lacks_and_nothing_typed_is_lost(
    contract: Contract,
) -> None:
    adviser = signed_in(contract.adviser)
    page = reverse("promises", args=[contract.pk])
    half = {**TYPED, "by_2": "", "what_4": "Zonder wie"}
    answer = adviser.post(page, half)
    assert answer.status_code == 422
    assert sorted(answer.context["form"].errors) == ["by_2", "by_4", "who_4"]
    assert "Zonder wie" in answer.content.decode()
    assert list(adviser.post(page, {"day": "2024-03-04"}).context["form"].errors) == ["who_0"]
    past = {**TYPED, "by_2": "2024-03-04"}
    assert adviser.post(page, past).status_code == 422
    assert not ContractNote.objects.exists()


def test_nothing_is_promised_any_more_on_a_closed_contract(contract: Contract) -> None:
    Contract.objects.filter(pk=contract.pk).update(state="cancelled")
    promise = dossier.Promise("De Linde", "Melden", date(2024, 4, 2))
    act = make.act(contract.adviser, today=date(2024, 3, 4))
    with pytest.raises(Refused):
        dossier.promise(contract, [promise], date(2024, 3, 4), act, shared=False)
