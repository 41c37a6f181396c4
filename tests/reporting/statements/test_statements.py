"""A statement says what the lines of a year came to, to whoever has its code, and nothing else; a
changed one is refused.
"""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from contracts.facts import door as facts
from contracts.models import ClosedYear, Contract, Contractor, Posting, Region
from placements.claims.content import content_of
from placements.life import door as life
from placements.models import FulfilmentLine, FulfilmentVersion
from reporting.models import Statement
from reporting.statements import door, paper
from reporting.statements.checks import keys_of_statements
from reporting.statements.codes import LETTERS, as_typed, code_of, fits
from reporting.statements.stated import about, parts_of
from reporting.statements.trying import Told, tried
from sroi.access import Role
from sroi.doors import EVERYTHING, DoneAlready, Overtaken, Refused
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today_in_dutch() -> Any:
    with time_machine.travel(make.moment(make.TODAY), tick=False), translation.override("nl"):
        yield


@pytest.fixture
def purchase(contract: Contract) -> FulfilmentVersion:
    """€ 10.000, paid on 15 May 2024."""
    return make.make_purchase(contract, on=date(2024, 6, 1))


def issue(contract: Contract, year: int = 2024, **more: Any) -> Statement:
    return door.issue(contract, contract.contractor, year, make.act(), **more)


def correct(version: FulfilmentVersion, amount: str, on: date = make.TODAY) -> None:
    """It turns out to have been another amount."""
    before = content_of(version)
    content = replace(before, fields=before.fields | {"amount": Decimal(amount)})
    act = make.act(today=on, why="Creditnota")
    changed = life.propose_change(version.fulfilment, content, act)
    life.submit([changed], act, answered=EVERYTHING)
    make.prove(changed, on)
    life.accept([changed], act, region=version.fulfilment.region)


# --- what is stated -------------------------------------------------------------------------------


def test_it_says_what_was_accepted_per_category(
    contract: Contract, purchase: FulfilmentVersion
) -> None:
    make.make_purchase(contract, "2500.50", paid_on=date(2024, 12, 31))
    make.make_activity(contract, "10", activity_date=date(2024, 3, 1))
    make.make_purchase(contract, "999.00", paid_on=date(2025, 1, 1))
    make.make_purchase(contract, "777.00", state="submitted")
    told = Told(issue(contract))
    bought = next(part for part in told.parts if part.category == "social_purchasing")
    assert (bought.fulfilments, bought.lines) == (2, 2)
    assert bought.amount == Decimal("12500.50")
    assert told.stated["year"] == 2024
    assert told.stated["contractor"]["register"] == contract.contractor.register_words


def test_its_lines_can_be_counted_whatever_was_posted_since(
    contract: Contract, purchase: FulfilmentVersion
) -> None:
    statement = issue(contract)
    correct(purchase, "4000.00")
    known = FulfilmentLine.objects.filter(posting__number__lte=statement.content["posting"])
    again = parts_of(about(known, contract.pk, contract.contractor, 2024))
    assert again == Told(statement).parts
    assert again != parts_of(
        about(FulfilmentLine.objects.all(), contract.pk, contract.contractor, 2024)
    )


def test_what_is_put_right_later_counts_in_its_own_year(
    region: Region, contract: Contract, purchase: FulfilmentVersion
) -> None:
    """Also when that year was closed: the council was told another figure, the firm is not."""
    first = issue(contract)
    last = Posting.objects.filter(region=region).latest("number").number
    ClosedYear.objects.create(
        region=region, year=2024, last_posting=last, closed_at=make.moment(date(2025, 3, 1))
    )
    correct(purchase, "4000.00")
    assert FulfilmentLine.objects.filter(month__year=2024, booked__year=2025).exists()
    second = issue(contract)
    assert [Told(each).total.amount for each in (first, second)] == [10000, 4000]


def test_a_reversal_leaves_no_fulfilment_that_counts(
    contract: Contract, purchase: FulfilmentVersion
) -> None:
    issue(contract)
    correct(purchase, "0.00")
    told = Told(issue(contract))
    assert (told.total.fulfilments, told.total.amount) == (0, 0)


def test_it_names_nobody(contract: Contract) -> None:
    make.make_placement(contract, candidate_ref="Kandidaat Wulp", external_id="NR-WULP")
    statement = issue(contract, 2024)
    page = Client().get(f"/verklaring/{statement.code}/").content.decode()
    for text in (str(statement.content), paper.as_html(Told(statement)), page):
        assert "Wulp" not in text
        assert "WULP" not in text


def test_what_was_done_before_a_take_over_is_of_who_did_it(
    region: Region, contract: Contract, purchase: FulfilmentVersion
) -> None:
    before = contract.contractor
    after = make.make_contractor("Nieuwe Bouw", "22223333")
    facts.take_over(contract, after, {}, date(2024, 7, 1), make.act(why="Overname"))
    contract.refresh_from_db()
    with pytest.raises(Refused):
        issue(contract)
    assert Told(door.issue(contract, before, 2024, make.act())).total.amount == 10000
    old = make.signed_in(make.make_user(Role.CONTRACTOR, region, contractor=before))
    new = make.signed_in(make.make_user(Role.CONTRACTOR, region, contractor=after))
    address = f"/opdrachtnemers/{before.pk}/verklaringen/"
    assert "10.000" in old.get(address).content.decode()
    assert new.get(address).status_code == 404


# --- the door -------------------------------------------------------------------------------------


def test_the_same_figures_are_stated_once(contract: Contract, purchase: FulfilmentVersion) -> None:
    issue(contract)
    with pytest.raises(DoneAlready):
        issue(contract)
    assert Statement.objects.count() == 1


def test_figures_that_were_not_on_the_screen_are_not_stated(
    contract: Contract, purchase: FulfilmentVersion
) -> None:
    seen = parts_of(about(FulfilmentLine.objects.all(), contract.pk, contract.contractor, 2024))
    correct(purchase, "4000.00")
    with pytest.raises(Overtaken):
        issue(contract, seen=seen)
    assert not Statement.objects.exists()


@pytest.mark.parametrize("year", [2023, 2025, 2026])
def test_a_year_in_which_nothing_was_accepted_has_none(
    contract: Contract, purchase: FulfilmentVersion, year: int
) -> None:
    with pytest.raises(Refused):
        issue(contract, year)


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_states(region: Region, linde: Contractor) -> None:
    from tests.reporting.adoption.test_adoption import at_once

    contract = make.make_contract(region, linde)
    make.make_purchase(contract)
    done = at_once(*[lambda: issue(contract)] * 4)
    assert sorted(done) == ["done", "refused", "refused", "refused"]
    assert Statement.objects.count() == 1


# --- the code -------------------------------------------------------------------------------------

WORDS = st.dictionaries(st.text(max_size=6), st.text(max_size=6) | st.integers(), max_size=4)


@given(WORDS, st.integers(0, 22), st.sampled_from(LETTERS + "-abz€ "))
def test_a_code_that_differs_by_one_character_does_not_fit(
    words: dict[str, Any], place: int, letter: str
) -> None:
    code = code_of(words, "a key")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.conf.settings.STATEMENT_KEYS", ["a key"])
        assert fits(code, words)
        changed = code[:place] + letter + code[place + 1 :]
        assert fits(changed, words) == (changed == code)


@given(WORDS, WORDS)
def test_other_words_or_another_key_make_another_code(
    words: dict[str, Any], others: dict[str, Any]
) -> None:
    code = code_of(words, "a key")
    assert re.fullmatch(r"(?:[0-9A-HJKMNP-TV-Z]{5}-){3}[0-9A-HJKMNP-TV-Z]{5}", code)
    assert (code == code_of(others, "a key")) == (words == others)
    assert code != code_of(words, "another key")
    assert as_typed(f" {code.lower().replace('-', ' ').replace('0', 'o')} ") == code


def test_a_key_is_replaced_by_one_before_it(
    contract: Contract, purchase: FulfilmentVersion, settings: Any
) -> None:
    settings.STATEMENT_KEYS = ["old"]
    code = issue(contract).code
    settings.STATEMENT_KEYS = ["new", "old"]
    assert tried(code)
    settings.STATEMENT_KEYS = ["new"]
    assert tried(code) is None
    # For want of the key it is made anew.
    assert tried(issue(contract).code)


def test_what_is_kept_cannot_be_changed_without_being_refused(
    contract: Contract, purchase: FulfilmentVersion
) -> None:
    statement = issue(contract)
    assert tried(statement.code)
    changed = statement.content
    changed["parts"][0]["amount"] = "10000.01"
    Statement.objects.update(content=changed)
    assert tried(statement.code) is None


# --- who tries a code -----------------------------------------------------------------------------


def test_everyone_with_the_code_sees_what_was_stated(
    contract: Contract, purchase: FulfilmentVersion, django_assert_num_queries: Any
) -> None:
    code = issue(contract).code
    client = Client()
    client.get(f"/verklaring/{code}/")
    page = client.get(f"/verklaring/{code}/")
    text = page.content.decode()
    for word in (
        contract.region.title_nl,
        contract.contractor.name,
        contract.reference,
        "2024",
        "€\xa010.000",
        "1 juli 2025",
        "Deze verklaring is echt",
    ):
        assert word in text
    assert "vervangen" not in text
    assert page.headers["Cache-Control"]


def test_any_other_code_is_not_ours(contract: Contract, purchase: FulfilmentVersion) -> None:
    code = issue(contract).code
    for place in range(len(code)):
        other = "Z" if code[place] != "Z" else "Y"
        if place == 0 or place % 6 == 5:
            page = Client().get(f"/verklaring/{code[:place]}{other}{code[place + 1 :]}/")
            assert page.status_code == 404
            assert "Niet door ons afgegeven" in page.content.decode()
            assert contract.contractor.name not in page.content.decode()
    small = Client().get(f"/verklaring/{code.lower()}/")
    assert small.status_code == 404 or code.lower() == code


def test_a_code_is_typed_as_it_stands_on_paper() -> None:
    client = Client()
    led = client.get("/verklaring/", {"code": " o1abc 2DEFG-3hjkm 4npqr"})
    assert led.headers["Location"] == "/verklaring/01ABC-2DEFG-3HJKM-4NPQR/"
    assert "Vul" in client.get("/verklaring/", {"code": "--"}).content.decode()


def test_after_a_correction_the_former_says_that_it_was_replaced(
    contract: Contract, purchase: FulfilmentVersion
) -> None:
    first = issue(contract)
    correct(purchase, "4000.00")
    assert tried(first.code).replaced_on is None  # type: ignore[union-attr]
    second = door.issue(contract, contract.contractor, 2024, make.act(today=date(2025, 7, 9)))
    old = Client().get(f"/verklaring/{first.code}/").content.decode()
    assert "Op 9 juli 2025 is zij vervangen" in old
    assert "€\xa010.000" in old
    # Who has the old code does not learn the new one, nor what it says.
    assert second.code not in old
    assert "4.000" not in old
    new = Client().get(f"/verklaring/{second.code}/").content.decode()
    assert "€\xa04.000" in new
    assert "vervangen" not in new


def test_trying_many_codes_is_held_up(settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "try_statement": "3/m/ip"}
    client = Client()
    codes = [client.get(f"/verklaring/{n}/").status_code for n in range(5)]
    assert codes == [404, 404, 404, 429, 429]


# --- the pages of a contractor --------------------------------------------------------------------


def test_a_contractor_makes_one_from_its_own_page(
    contract: Contract, purchase: FulfilmentVersion, person: Any
) -> None:
    client = make.signed_in(person)
    address = client.get("/verklaringen/").headers["Location"]
    page = client.get(address).content.decode()
    new = f"{address}{contract.pk}/2024/"
    assert new in page
    shown = client.get(new)
    assert "€\xa010.000,00" in shown.content.decode()
    assert not Statement.objects.exists()
    assert client.post(new, make.confirming(shown)).headers["Location"] == address
    statement = Statement.objects.get()
    assert statement.issued_by == person
    listed = client.get(address).content.decode()
    assert statement.code in listed
    assert new not in listed
    # There is nothing new to state.
    assert client.get(new).headers["Location"] == address
    correct(purchase, "4000.00")
    assert "Maak een nieuwe verklaring" in client.get(address).content.decode()


def test_an_adviser_makes_one_on_behalf_and_others_only_look(
    region: Region, contract: Contract, purchase: FulfilmentVersion
) -> None:
    address = f"/opdrachtnemers/{contract.contractor_id}/verklaringen/"
    new = f"{address}{contract.pk}/2024/"
    adviser, admin, officer, reader = (
        make.signed_in(make.make_user(role, region))
        for role in (Role.ADVISER, Role.REGION_ADMIN, Role.PROCUREMENT_OFFICER, Role.READER)
    )
    assert [each.get(address).status_code for each in (adviser, admin, officer, reader)] == [
        *(200, 200, 404, 404),
    ]
    assert [each.get(new).status_code for each in (adviser, admin, officer, reader)] == [
        *(200, 404, 404, 404),
    ]
    assert new not in admin.get(address).content.decode()
    adviser.post(new, make.confirming(adviser.get(new)))
    assert Statement.objects.get().contractor == contract.contractor
    assert adviser.get(f"{address}{contract.pk}/99999/").status_code == 404


def test_what_was_posted_since_the_question_is_asked_anew(
    contract: Contract, purchase: FulfilmentVersion, person: Any
) -> None:
    client = make.signed_in(person)
    new = f"/opdrachtnemers/{contract.contractor_id}/verklaringen/{contract.pk}/2024/"
    shown = make.confirming(client.get(new))
    correct(purchase, "4000.00")
    again = client.post(new, shown)
    assert again.status_code == 409
    assert "€\xa04.000,00" in again.content.decode()
    assert not Statement.objects.exists()


def test_the_page_asks_as_much_for_many_as_for_few(
    region: Region, contract: Contract, person: Any, django_assert_max_num_queries: Any
) -> None:
    others = make.make_contracts(region, contract.contractor, 3)
    for one in (contract, *others):
        make.make_purchase(one)
        issue(one)
    client = make.signed_in(person)
    address = f"/opdrachtnemers/{contract.contractor_id}/verklaringen/"
    client.get(address)
    with django_assert_max_num_queries(9):
        page = client.get(address)
    assert page.content.decode().count("/verklaring/") >= 4


def test_the_paper_is_made_once_and_says_where_it_can_be_tried(
    contract: Contract, purchase: FulfilmentVersion, person: Any, settings: Any
) -> None:
    settings.SITE_URL = "https://social-return.example"
    statement = issue(contract)
    assert f"https://social-return.example/verklaring/{statement.code}/" in paper.as_html(
        Told(statement)
    )
    client = make.signed_in(person)
    with transaction.atomic():
        first = client.get(f"/verklaringen/{statement.pk}/pdf/")
    assert first.content.startswith(b"%PDF")
    settings.SITE_URL = "https://elders.example"
    assert client.get(f"/verklaringen/{statement.pk}/pdf/").content == first.content
    assert Client().get(f"/verklaringen/{statement.pk}/pdf/").status_code == 302


@pytest.mark.parametrize(
    ("keys", "https", "said"),
    [
        (["a" * 32, "b" * 32], True, []),
        (["a" * 31], False, ["reporting.E001"]),
        (["a" * 32, "the secret of the site " * 2], False, ["reporting.E002"]),
    ],
)
def test_keys_are_looked_at(settings: Any, keys: list[str], https: bool, said: list[str]) -> None:
    settings.SECRET_KEY = "the secret of the site " * 2
    settings.STATEMENT_KEYS, settings.STATEMENT_KEYS_ARE_SET, settings.HTTPS = keys, True, https
    assert [fault.id for fault in keys_of_statements()] == said


def test_keys_have_to_be_set_in_production(settings: Any) -> None:
    settings.STATEMENT_KEYS_ARE_SET, settings.HTTPS = False, True
    assert [fault.id for fault in keys_of_statements()] == ["reporting.W001"]
