"""Reminding in steps: shown as it is sent, kept as it was sent, in the words of the region."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from contracts.dossier import door as dossier
from contracts.models import CLOSING, ContractEvent, ContractNote, Happened, ReminderText, Step
from contracts.plans.reminders import NAMES, USUAL, filled, why_not
from sroi.access import Role
from sroi.doors import Refused
from tests import factories as make
from tests.factories import TODAY, confirm, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(region: Any, linde: Any) -> Any:
    with time_machine.travel(make.moment(TODAY), tick=False):
        noor = make.make_user(Role.ADVISER, region, name="Noor van Voorbeeld")
        robin = make.make_user(Role.CONTRACTOR, region, contractor=linde)
        contracts = [
            make.make_contract(region, linde, title=title, adviser=noor)
            for title in ("Renovatie sporthal", "Onderhoud groen")
        ]
        yield SimpleNamespace(region=region, noor=noor, robin=robin, contracts=contracts)


def remind_url(contract: Any, step: str) -> str:
    return reverse("contract-remind", args=[contract.pk]) + f"?stap={step}"


@pytest.mark.parametrize(
    ("step", "happened", "words"),
    [
        ("friendly", Happened.REMINDED, "vragen wij uw aandacht"),
        ("second", Happened.REMINDED_AGAIN, "Eerder herinnerden wij u"),
        ("default", Happened.PUT_ON_NOTICE, "stellen wij u in gebreke"),
        ("nonsense", Happened.REMINDED, "vragen wij uw aandacht"),
    ],
)
def test_what_is_shown_is_sent_and_stays_in_the_dossier(
    world: SimpleNamespace, step: str, happened: str, words: str
) -> None:
    contract = world.contracts[0]
    url, adviser = remind_url(contract, step), signed_in(world.noor)
    shown = adviser.get(url).content.decode()
    assert words in shown
    assert "{" not in shown.split("<main", 1)[1].split("</main>", 1)[0]
    confirm(adviser, url)
    assert ContractEvent.objects.get(what=happened).by == world.noor
    letter = ContractNote.objects.get()
    assert (letter.kind, letter.shared) == ("letter", True)
    for part in (words, contract.reference, "Noor van Voorbeeld", "Renovatie sporthal"):
        assert part in letter.text
    dossier_url = reverse("contract-dossier", args=[contract.pk])
    assert words in signed_in(world.robin).get(dossier_url).content.decode()
    with pytest.raises(Refused):
        dossier.remove_note(letter, make.act(world.noor))


def test_each_step_counts_for_once_a_day_and_is_told_beside_the_next(
    world: SimpleNamespace,
) -> None:
    contract = world.contracts[0]
    confirm(signed_in(world.noor), remind_url(contract, "friendly"))
    confirm(signed_in(world.noor), remind_url(contract, "default"))
    assert ContractNote.objects.count() == 1
    with time_machine.travel(make.moment(TODAY + timedelta(days=1)), tick=False):
        adviser = signed_in(world.noor)
        assert "Eerder verstuurd" in adviser.get(remind_url(contract, "second")).content.decode()
        confirm(adviser, remind_url(contract, "second"))
    assert ContractNote.objects.count() == 2


def test_many_get_each_their_own_letter_after_a_look(world: SimpleNamespace) -> None:
    keys = "&".join(f"pick={contract.pk}" for contract in world.contracts)
    url, adviser = f"{reverse('picked-remind')}?{keys}&stap=second", signed_in(world.noor)
    assert "Eerder herinnerden wij u" in adviser.get(url).content.decode()
    confirm(adviser, url)
    texts = {note.contract.title: note.text for note in ContractNote.objects.all()}
    assert set(texts) == {"Renovatie sporthal", "Onderhoud groen"}
    assert all(title in text for title, text in texts.items())
    events = ContractEvent.objects.filter(what=Happened.REMINDED_AGAIN)
    assert events.count() == 2


def test_a_region_writes_its_own_text_and_takes_the_usual_one_again(
    world: SimpleNamespace,
) -> None:
    page = reverse("reminder-texts", args=[world.region.code]) + "?stap=second"
    adviser = signed_in(world.noor)
    wrong = adviser.post(page, {"text": "Beste {opdrachtnemr}, {bsn}"})
    assert (wrong.status_code, list(wrong.context["form"].errors)) == (422, ["text"])
    assert "{opdrachtnemr}, {bsn}" in str(wrong.context["form"].errors)
    assert "Beste {opdrachtnemr}" in wrong.content.decode()
    own = "Dag {opdrachtnemer}, nog {open} te gaan."
    adviser.post(page, {"text": own})
    assert ReminderText.objects.get().text == own
    linde = world.contracts[0].contractor.name
    shown = adviser.get(remind_url(world.contracts[0], "second")).content.decode()
    assert f"Dag {linde}, nog €" in shown
    adviser.post(page, {"text": ""})
    assert not ReminderText.objects.exists()


def test_who_writes_over_a_text_that_a_colleague_changed_is_told(world: SimpleNamespace) -> None:
    page = reverse("reminder-texts", args=[world.region.code])
    adviser = signed_in(world.noor)
    seen = adviser.get(page).context["starting_point"]
    adviser.post(page, {"text": "Van een collega", "starting_point": seen})
    late = adviser.post(page, {"text": "Van mij", "starting_point": seen})
    assert late.status_code == 422
    assert "Van mij" in late.content.decode()
    assert ReminderText.objects.get().text == "Van een collega"


def test_another_region_keeps_its_own_text(world: SimpleNamespace) -> None:
    other = make.make_region("elders")
    page = reverse("reminder-texts", args=[other.code])
    assert signed_in(world.noor).get(page).status_code == 404
    assert signed_in(world.robin).get(page).status_code == 404


@pytest.mark.parametrize("step", [*Step.values, CLOSING])
def test_the_usual_texts_know_their_placeholders(step: str) -> None:
    assert why_not(USUAL[step], step) == ""


def test_a_closing_letter_has_its_own_text_with_the_calculation_in_it_once(
    world: SimpleNamespace,
) -> None:
    page = reverse("reminder-texts", args=[world.region.code]) + "?stap=closing"
    adviser = signed_in(world.noor)
    assert "{berekening}" in adviser.get(page).content.decode()
    for wrong in ("Zonder tabel", "{berekening} {berekening}", "{gevraagd} {berekening}"):
        assert adviser.post(page, {"text": wrong}).status_code == 422
    adviser.post(page, {"text": "{aanhef}\n\n{berekening}"})
    row = ReminderText.objects.get()
    assert (row.step, row.text) == (CLOSING, "{aanhef}\n\n{berekening}")


@given(st.text(), st.dictionaries(st.sampled_from(NAMES), st.text()))
def test_what_fills_a_place_is_not_filled_again(text: str, values: dict[str, str]) -> None:
    """A title that looks like a placeholder stays what it is."""
    values = {name: f"{{{value}}}" for name, value in values.items()}
    parts = [f"{{{name}}}" for name in values]
    plain = text.replace("{", "").replace("}", "")
    assert filled(plain + "".join(parts), values) == plain + "".join(values.values())
