"""Registered facts are put right, with who, when and why; what that does is shown first."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from contracts.facts import door as facts
from contracts.facts.rules import fact_faults
from contracts.letters.address import address_faults, postcode
from contracts.models import (
    ClosedYear,
    Contract,
    ContractEvent,
    Contractor,
    Happened,
    LineKind,
    Membership,
    Notice,
    Region,
)
from contracts.owed import door as obligations
from contracts.people.membership import access_of
from contracts.policy import door as policies
from placements import telling
from placements.ledger.outdated import outdated
from placements.ledger.verification import differences
from placements.life import door as life
from placements.models import Allocation, Fulfilment, FulfilmentLine, FulfilmentVersion
from placements.standing.known import LookUp, known_of
from reporting.figures.annual import figures_of
from sroi.access import Role, visible
from sroi.doors import Overtaken, Refused
from tests import factories as make
from tests.factories import TODAY, act, confirming, signed_in

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture(autouse=True)
def _today() -> Any:
    with time_machine.travel(make.moment(TODAY), tick=False):
        yield


@pytest.fixture
def noor(region: Region) -> Any:
    return make.make_user(Role.ADVISER, region, name="Noor Advies")


@pytest.fixture
def adviser(noor: Any) -> Client:
    return signed_in(noor)


def facts_of(contract: Contract, **other: Any) -> dict[str, Any]:
    names = ("title", "lot", "cpv", "policy_field", "publication_date", "award_date", "start_date")
    return {name: getattr(contract, name) for name in names} | other


def typed(contract: Contract, **other: str) -> dict[str, str]:
    given = {name: str(value or "") for name, value in facts_of(contract).items()}
    return given | {"reason": "Stond verkeerd in de brief"} | other


def lines(contract: Contract) -> list[tuple[date, date, str, Decimal, Decimal]]:
    rows = contract.obligation_lines.order_by("pk")
    return list(
        rows.values_list("effective_date", "booked", "kind", "value_delta", "obligation_delta")
    )


# --- a contractor ---------------------------------------------------------------------------------


def test_name_and_number_of_a_firm_are_put_right_with_who_and_why(
    contract: Contract, adviser: Client
) -> None:
    firm = contract.contractor
    page = reverse("contractor-put-right", args=[firm.pk])
    given = {"name": "De Linde Bouw B.V.", "kvk": "12345678", "reason": "Statutenwijziging"}
    looked = adviser.post(page, given)
    text = looked.content.decode()
    assert "De Linde Bouw B.V." in text
    assert "KvK 12345678" in text
    assert Contractor.objects.get(pk=firm.pk).name == firm.name
    assert adviser.post(page, given | confirming(looked)).status_code == 302
    firm.refresh_from_db()
    assert (firm.name, firm.kvk) == ("De Linde Bouw B.V.", "12345678")
    assert firm.name_folded == "de linde bouw b.v."
    kept = adviser.get(reverse("contractor-detail", args=[firm.pk])).content.decode()
    for told in ("Noor Advies", "Statutenwijziging", "12345678"):
        assert told in kept


def test_a_firm_abroad_gets_its_number(contract: Contract, noor: Any) -> None:
    firm = {"name": "Firma", "kvk": "", "country": "BE", "register_number": "0123.456.789"}
    facts.put_right_contractor(contract.contractor, firm, act(noor, "Belgisch"))
    known = Contractor.objects.get(pk=contract.contractor_id)
    assert (known.kvk, known.country, known.register_number) == (None, "BE", "0123.456.789")


def test_the_number_of_another_firm_is_refused_with_what_to_do(
    contract: Contract, adviser: Client
) -> None:
    make.make_contractor("Andere", "87654321")
    page = reverse("contractor-put-right", args=[contract.contractor_id])
    answer = adviser.post(page, {"name": "De Linde", "kvk": "87654321", "reason": "Fout"})
    assert answer.status_code == 422
    assert "Andere heeft dit nummer" in answer.content.decode()


def test_a_firm_that_another_put_right_meanwhile_is_shown_first(
    contract: Contract, adviser: Client, noor: Any
) -> None:
    page = reverse("contractor-put-right", args=[contract.contractor_id])
    given = {"name": "Nieuw", "kvk": contract.contractor.kvk, "reason": "Fout"}
    looked = adviser.post(page, given)
    firm = {"name": "Eerder", "kvk": contract.contractor.kvk, "country": "", "register_number": ""}
    facts.put_right_contractor(contract.contractor, firm, act(noor, "Eerst"))
    late = adviser.post(page, given | confirming(looked))
    assert late.status_code == 422
    assert "Eerder" in late.content.decode()
    assert Contractor.objects.get(pk=contract.contractor_id).name == "Eerder"


# --- a contract -----------------------------------------------------------------------------------


def test_title_code_and_field_are_put_right_and_nothing_is_posted(
    contract: Contract, adviser: Client
) -> None:
    before = lines(contract)
    page = reverse("contract-put-right", args=[contract.pk])
    given = typed(contract, title="Wegen en paden", cpv="45233140", policy_field="duurzaamheid")
    looked = adviser.post(page, given)
    assert "Er verandert niets aan wat verschuldigd is" in looked.content.decode()
    assert adviser.post(page, given | confirming(looked)).status_code == 302
    contract.refresh_from_db()
    assert (contract.title, contract.cpv, contract.policy_field) == (
        "Wegen en paden",
        "45233140",
        "duurzaamheid",
    )
    assert contract.search_text.endswith("wegen en paden")
    assert lines(contract) == before
    told = adviser.get(reverse("contract-history", args=[contract.pk])).content.decode()
    for words in ("Gegevens verbeterd", "Stond verkeerd in de brief", "Wegen en paden"):
        assert words in told


def test_another_award_date_reverses_the_lines_and_posts_them_right(
    region: Region, linde: Contractor, noor: Any
) -> None:
    contract = make.make_contract(region, linde, {"GM0402": 60, "GM0406": 40})
    mended = facts_of(contract, award_date=date(2023, 11, 15))
    facts.put_right(contract, mended, act(noor, "Brief van 15 november"))
    rows = contract.obligation_lines.order_by("pk")
    told = [
        (line.municipality.code, line.effective_date, line.value_delta, line.obligation_delta)
        for line in rows
    ]
    old, new = date(2023, 12, 1), date(2023, 11, 15)
    assert told == [
        ("GM0402", old, D("600000.00"), D("30000.00")),
        ("GM0406", old, D("400000.00"), D("20000.00")),
        ("GM0402", old, D("-600000.00"), D("-30000.00")),
        ("GM0406", old, D("-400000.00"), D("-20000.00")),
        ("GM0402", new, D("600000.00"), D("30000.00")),
        ("GM0406", new, D("400000.00"), D("20000.00")),
    ]
    assert {line.kind for line in rows} == {LineKind.AWARD}
    assert list(differences([region], TODAY)) == []
    # And once more: only what stands is reversed.
    contract.refresh_from_db()
    facts.put_right(contract, facts_of(contract, award_date=old), act(noor, "Toch niet"))
    assert sum(line.obligation_delta for line in contract.obligation_lines.all()) == 50000
    assert contract.obligation_lines.count() == 10
    assert list(differences([region], TODAY)) == []


def test_an_award_of_a_closed_year_is_booked_in_the_first_open_month(
    contract: Contract, adviser: Client
) -> None:
    for year in (2022, 2023):
        ClosedYear.objects.create(
            region=contract.region, year=year, last_posting=1, closed_at=make.moment(TODAY)
        )
    page = reverse("contract-put-right", args=[contract.pk])
    given = typed(contract, award_date="2022-11-15")
    looked = adviser.post(page, given)
    assert "2023 is vastgesteld" in looked.content.decode()
    assert "januari 2024" in looked.content.decode()
    adviser.post(page, given | confirming(looked))
    new = lines(contract)[1:]
    assert [row[1] for row in new] == [date(2024, 1, 1)] * 2
    assert sum(row[3] for row in new) == 0


def test_a_contract_is_new_only_in_the_year_of_its_award(
    region: Region, linde: Contractor, noor: Any
) -> None:
    contract = make.make_contract(region, linde, award_date=date(2023, 12, 20))
    other = make.make_contract(region, linde, award_date=date(2023, 6, 1))
    mended = facts_of(contract, award_date=date(2024, 1, 4))
    facts.put_right(contract, mended, act(noor, "Getekend in januari"))
    counted = {
        year: figures_of(None, region, year, today=TODAY).contracts_registered
        for year in (2023, 2024)
    }
    assert counted == {2023: 1, 2024: 1}
    assert other.pk


def test_another_award_date_can_be_under_another_policy(region: Region, noor: Any) -> None:
    terms = {name: getattr(region.policies.get(), name) for name in policies.TERMS}
    capped = terms | {"cap": D("40000.00")}
    policies.succeed(region, capped, date(2023, 12, 15), act(noor, "Maximum"))
    contract = make.make_contract(region, make.make_contractor())
    mended = facts_of(contract, award_date=date(2023, 12, 20))
    facts.put_right(contract, mended, act(noor, "Later gegund"))
    contract.refresh_from_db()
    assert contract.policy.cap == 40000
    assert sum(line.obligation_delta for line in contract.obligation_lines.all()) == 40000
    assert list(differences([region], TODAY)) == []


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"award_date": "2026-01-02"}, "na de laatste dag van het contract"),
        ({"start_date": "2026-01-02"}, "ligt vóór de begindatum"),
        ({"award_date": "2024-07-02"}, "geldt al een wijziging"),
        ({"reason": ""}, "Dit veld is verplicht"),
    ],
)
def test_what_the_ledger_does_not_allow_is_said_beside_the_field(
    contract: Contract, adviser: Client, other: Any, said: str
) -> None:
    make.make_change(contract, value_delta=D("100"), effective_date=date(2024, 7, 1))
    page = reverse("contract-put-right", args=[contract.pk])
    answer = adviser.post(page, typed(contract) | other)
    assert answer.status_code == 422
    assert said in answer.content.decode()


@pytest.mark.parametrize(
    ("which", "day", "said"),
    [
        ("framework", date(2024, 3, 1), "Een nadere overeenkomst is al gegund op 1 februari 2024"),
        ("call-off", date(2023, 11, 1), "De raamovereenkomst is gegund op 1 december 2023"),
        ("framework", date(2024, 2, 1), ""),
        ("call-off", date(2023, 12, 1), ""),
    ],
)
def test_a_framework_is_awarded_before_its_call_offs(
    region: Region, linde: Contractor, which: str, day: date, said: str
) -> None:
    framework = make.make_contract(region, linde)
    order = make.make_contract(region, linde, parent=framework, award_date=date(2024, 2, 1))
    contract = {"framework": framework, "call-off": order}[which]
    contract.refresh_from_db()
    faults = list(fact_faults(contract, facts_of(contract, award_date=day)))
    assert [name for name, _reason in faults] == ["award_date"] * bool(said)
    assert not said or said in faults[0].reason


def test_a_first_day_shows_which_fulfilments_are_worth_something_else(
    contract: Contract, adviser: Client
) -> None:
    make.make_placement(contract, confirmed_until=date(2024, 12, 31))
    page = reverse("contract-put-right", args=[contract.pk])
    looked = adviser.post(page, typed(contract, start_date="2024-07-01"))
    assert len(looked.context["outdated"].rows) == 1


def test_a_settled_contract_stays_as_it_is(contract: Contract, adviser: Client, noor: Any) -> None:
    obligations.end(contract, act(noor, "Klaar"))
    obligations.settle(contract, act(noor, "Klaar"), on=TODAY)
    assert adviser.get(reverse("contract-put-right", args=[contract.pk])).status_code == 404
    with pytest.raises(Refused):
        facts.put_right(contract, facts_of(contract, title="Anders"), act(noor, "Fout"))


# --- another contractor ---------------------------------------------------------------------------


@pytest.fixture
def follower() -> Contractor:
    return make.make_contractor("Opvolger B.V.", "87654321")


def test_what_was_not_looked_at_is_shown_first(contract: Contract, adviser: Client) -> None:
    given = {"name": "Nieuw", "kvk": "87654321", "day": "2025-06-30", "reason": "Overname"}
    page = reverse("contract-take-over", args=[contract.pk])
    for blind in ({"confirm": "1"}, {"confirm": "1", "starting_point": ""}):
        looked = adviser.post(page, given | blind)
        assert (looked.status_code, looked.context["looked"]) == (200, True)
    assert Contract.objects.get().contractor == contract.contractor
    assert adviser.post(page, given | confirming(looked)).status_code == 302


def test_from_a_day_on_a_contract_is_of_another_firm(
    contract: Contract, adviser: Client, follower: Contractor
) -> None:
    page = reverse("contract-take-over", args=[contract.pk])
    given = {"kvk": "87654321", "day": "2024-07-01", "reason": "Overname na faillissement"}
    looked = adviser.post(page, given)
    text = looked.content.decode()
    for told in ("Opvolger B.V.", "blijft van Bouwbedrijf De Linde", "vóór 1 juli 2024"):
        assert told in text
    assert adviser.post(page, given | confirming(looked)).status_code == 302
    contract.refresh_from_db()
    assert (contract.contractor, contract.contractor_since) == (follower, date(2024, 7, 1))
    event = ContractEvent.objects.get(contract=contract, what=Happened.CONTRACTOR)
    assert event.why == "Overname na faillissement"
    assert sum(line.obligation_delta for line in contract.obligation_lines.all()) == 50000


def test_a_firm_that_is_new_is_registered_with_it(contract: Contract, adviser: Client) -> None:
    page = reverse("contract-take-over", args=[contract.pk])
    given = {"kvk": "11223344", "day": "2024-07-01", "reason": "Overname"}
    nameless = adviser.post(page, given)
    assert "Dit bedrijf is hier nieuw" in nameless.content.decode()
    looked = adviser.post(page, given | {"name": "Gloednieuw"})
    adviser.post(page, given | {"name": "Gloednieuw"} | confirming(looked))
    contract.refresh_from_db()
    assert contract.contractor.name == "Gloednieuw"


def test_what_the_old_firm_did_stays_its_own_and_nobody_else_sees_it(
    contract: Contract, noor: Any, follower: Contractor
) -> None:
    linde = contract.contractor
    version = make.make_placement(contract, end_date=date(2024, 6, 30))
    before = FulfilmentLine.objects.count()
    facts.take_over(contract, follower, {}, date(2024, 7, 1), act(noor, "Overname"))
    contract.refresh_from_db()
    assert outdated(contract) == []
    old = access_of(make.make_user(Role.CONTRACTOR, contract.region, contractor=linde))
    new = access_of(make.make_user(Role.CONTRACTOR, contract.region, contractor=follower))
    assert visible(FulfilmentLine, old).count() == before > 0
    assert not visible(FulfilmentLine, new).exists()
    assert visible(Allocation, old).exists()
    assert not visible(Allocation, new).exists()
    assert not visible(Contract, old).exists()
    assert visible(Contract, new).get() == contract
    assert list(differences([contract.region], TODAY)) == []
    # Each meets pages that say no more than that.
    of_old = signed_in(Membership.objects.get(contractor=linde).user)
    page = of_old.get(reverse("fulfilment-detail", args=[version.fulfilment_id]))
    assert page.status_code == 200
    assert reverse("contract-detail", args=[contract.pk]) not in page.content.decode()
    of_new = signed_in(Membership.objects.get(contractor=follower).user)
    page = of_new.get(reverse("contract-detail", args=[contract.pk]))
    assert page.status_code == 200
    assert version.fulfilment.external_id not in page.content.decode()


def test_what_each_firm_did_counts_in_its_own_days(
    contract: Contract, noor: Any, follower: Contractor
) -> None:
    """Half of the first year each, at € 40.000 a year."""
    running = make.make_placement(contract, confirmed_until=date(2024, 12, 31))
    facts.take_over(contract, follower, {}, date(2024, 7, 1), act(noor, "Overname"))
    contract.refresh_from_db()
    (found,) = outdated(contract)
    assert found.version == running
    assert (found.before, found.now) == (D("40000.00"), D("20000.00"))
    theirs = make.make_placement(contract, confirmed_until=date(2024, 12, 31))
    total = sum(line.amount for line in FulfilmentLine.objects.filter(version=theirs))
    assert total == 20000
    figures = figures_of(None, contract.region, 2024, today=TODAY)
    assert {part.name: part.fulfilled for part in figures.contractors} == {
        "Bouwbedrijf De Linde": D("40000.00"),
        "Opvolger B.V.": D("20000.00"),
    }


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"day": "2030-01-01"}, "Deze dag is nog niet gekomen"),
        ({"day": "2023-11-30"}, "Kies een latere dag"),
        ({"kvk": "00000001"}, "heeft het contract al"),
    ],
)
def test_a_day_that_cannot_be_is_refused(
    region: Region, adviser: Client, follower: Contractor, other: Any, said: str
) -> None:
    contract = make.make_contract(region, make.make_contractor("Linde", "00000001"))
    page = reverse("contract-take-over", args=[contract.pk])
    given = {"kvk": "87654321", "day": "2024-07-01", "reason": "Overname"} | other
    answer = adviser.post(page, given)
    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_a_wrong_firm_gives_the_contract_back_from_its_own_first_day(
    contract: Contract, adviser: Client, noor: Any, follower: Contractor
) -> None:
    """As if it never was: what the firm before did counts whole, what the wrong one did does
    not.
    """
    linde = contract.contractor
    theirs = make.make_placement(contract, confirmed_until=date(2024, 12, 31))
    facts.take_over(contract, follower, {}, date(2024, 7, 1), act(noor, "Overname"))
    contract.refresh_from_db()
    wrong = make.make_placement(contract, confirmed_until=date(2024, 12, 31))
    page = reverse("contract-take-over", args=[contract.pk])
    given = {"kvk": linde.kvk, "day": "2024-07-01", "reason": "Verkeerd bedrijf"}
    other = adviser.post(page, given | {"kvk": "11223344", "name": "Derde"})
    assert "om het terug te geven aan Bouwbedrijf De Linde" in other.content.decode()
    looked = adviser.post(page, given)
    assert "weer de opdrachtnemer" in looked.content.decode()
    (found,) = looked.context["outdated"].rows
    assert (found.version, found.now) == (wrong, D("0.00"))
    assert adviser.post(page, given | confirming(looked)).status_code == 302
    contract.refresh_from_db()
    assert (contract.contractor, contract.contractor_since) == (linde, None)
    assert [row.version for row in outdated(contract)] == [wrong]
    assert theirs.allocations.get().value == 40000


def test_giving_back_restores_the_day_of_the_firm_before(
    contract: Contract, noor: Any, follower: Contractor
) -> None:
    linde, third = contract.contractor, make.make_contractor("Derde", "11223344")
    for firm, day in (
        (follower, date(2024, 3, 1)),
        (third, date(2024, 7, 1)),
        (follower, date(2024, 7, 1)),
    ):
        facts.take_over(contract, firm, {}, day, act(noor, "Overname"))
        contract.refresh_from_db()
    assert (contract.contractor, contract.contractor_since) == (follower, date(2024, 3, 1))
    facts.take_over(contract, linde, {}, date(2024, 3, 1), act(noor, "Toch niet"))
    contract.refresh_from_db()
    assert (contract.contractor, contract.contractor_since) == (linde, None)


def test_a_firm_that_gave_its_only_contract_away_is_still_found(
    contract: Contract, adviser: Client, noor: Any, follower: Contractor
) -> None:
    linde = contract.contractor
    version = make.make_placement(contract, end_date=date(2024, 6, 30))
    facts.take_over(contract, follower, {}, date(2024, 7, 1), act(noor, "Overname"))
    page = adviser.get(reverse("contractor-detail", args=[linde.pk]))
    assert page.status_code == 200
    assert reverse("contractor-invite", args=[linde.pk]) not in page.content.decode()
    listed = adviser.get(reverse("fulfilment-list"), {"contractor": linde.pk}).content.decode()
    assert version.fulfilment.external_id in listed
    assert linde.name in adviser.get(reverse("contractor-list")).content.decode()
    elsewhere = make.make_user(Role.ADVISER, make.make_region("elders", "Elders"))
    assert not visible(Contractor, access_of(elsewhere)).exists()


def test_whatever_happens_to_a_contract_can_be_told(contract: Contract) -> None:
    person = make.make_user(Role.CONTRACTOR, contract.region, contractor=contract.contractor)
    for what in Happened.values:
        ContractEvent.objects.create(contract=contract, what=what, at=make.moment(TODAY))
    telling.gather(make.moment(TODAY), timedelta(days=1))
    told = " ".join(str(vars(notice)) for notice in Notice.objects.filter(user=person))
    assert f"U bent vanaf nu de opdrachtnemer van {contract.title}." in told


# --- after another contractor took over -----------------------------------------------------------


def running_until(contract: Contract, day: date, **fields: Any) -> FulfilmentVersion:
    """A placement of € 40.000 a year without a last day, certain until `day`."""
    return make.make_placement(contract, end_date=None, confirmed_until=day, **fields)


def posted(version: FulfilmentVersion) -> Decimal:
    return sum((line.amount for line in version.lines.all()), D(0))


def taken_over(contract: Contract, follower: Contractor, noor: Any, day: date) -> Contractor:
    """The contract is the follower's from this day on; whose it was."""
    before = contract.contractor
    facts.take_over(contract, follower, {}, day, act(noor, "Overname"))
    contract.refresh_from_db()
    return before


@pytest.mark.parametrize(
    ("day", "certain", "still", "total"),
    [
        # All of its days are certain already: nothing is left to say.
        (date(2024, 7, 1), date(2024, 6, 30), [], "20000.00"),
        # May and June were not.
        (date(2024, 7, 1), date(2024, 4, 30), ["6666.67"], "20000.00"),
        # Of half a month it is not known what it is worth until it is valued anew.
        (date(2024, 6, 16), date(2024, 4, 30), ["3333.34"], "16666.67"),
        # What was posted already stays.
        (date(2024, 7, 1), date(2024, 9, 30), [], "30000.00"),
    ],
)
def test_the_firm_before_confirms_no_month_past_its_day(
    contract: Contract,
    noor: Any,
    follower: Contractor,
    day: date,
    certain: date,
    still: list[str],
    total: str,
) -> None:
    version = running_until(contract, certain)
    linde = taken_over(contract, follower, noor, day)
    page = signed_in(make.make_user(Role.CONTRACTOR, contract.region, contractor=linde))
    rows = page.get(reverse("interim-report")).context["rows"]
    assert [row.added for row in rows] == [D(amount) for amount in still]
    life.confirm([version.fulfilment], TODAY, act(noor), region=contract.region)
    assert posted(version) == D(total)
    assert list(differences([contract.region], TODAY)) == []
    assert not page.get(reverse("interim-report")).context["rows"]


def test_after_an_early_end_no_month_past_it_is_confirmed(contract: Contract, noor: Any) -> None:
    version = running_until(contract, date(2024, 6, 30))
    Contract.objects.filter(pk=contract.pk).update(end_date=date(2024, 9, 30))
    version.refresh_from_db()
    life.confirm([version.fulfilment], TODAY, act(noor), region=contract.region)
    assert posted(version) == D("30000.00")
    assert list(differences([contract.region], TODAY)) == []


def test_the_same_reference_of_two_firms_is_two_people(
    contract: Contract, noor: Any, follower: Contractor
) -> None:
    contract.table.blocks.filter(code="PW_GT2Y").update(max_months=6)
    bonus = contract.table.blocks.filter(kind="bonus", unit="fixed").first()
    given = {"candidate_ref": "K1", "bonuses": [bonus.code] if bonus else []}
    before = make.make_placement(contract, **given)
    assert posted(before) >= 20000
    taken_over(contract, follower, noor, date(2024, 7, 1))
    later = {"start_date": date(2024, 7, 1), "confirmed_until": date(2024, 12, 31)}
    theirs = make.make_placement(contract, **given | later)
    assert posted(theirs) == posted(before)
    # Within one firm it is one person still.
    assert posted(make.make_placement(contract, **given | later)) == posted(theirs)
    next_year = {"start_date": date(2025, 1, 2), "end_date": None, "confirmed_until": TODAY}
    assert posted(make.make_placement(contract, **given | next_year)) == 0


def test_the_firm_before_begins_nothing_new_under_the_contract(
    contract: Contract, noor: Any, follower: Contractor
) -> None:
    version = make.make_placement(contract, end_date=date(2024, 6, 30))
    linde = taken_over(contract, follower, noor, date(2024, 7, 1))
    of_old = signed_in(make.make_user(Role.CONTRACTOR, contract.region, contractor=linde))
    page = reverse("fulfilment-detail", args=[version.fulfilment_id])
    copy = reverse("fulfilment-copy", args=[version.fulfilment_id])
    assert copy not in of_old.get(page).content.decode()
    for person in (of_old, signed_in(noor)):
        answer = person.post(copy, follow=True).content.decode()
        assert f"Onder contract {contract.reference} kan" in answer
    assert Fulfilment.objects.count() == 1
    new = make.make_placement(contract)
    of_new = signed_in(make.make_user(Role.CONTRACTOR, contract.region, contractor=follower))
    page = reverse("fulfilment-detail", args=[new.fulfilment_id])
    copy = reverse("fulfilment-copy", args=[new.fulfilment_id])
    assert copy in of_new.get(page).content.decode()
    assert of_new.post(copy).status_code == 302
    assert Fulfilment.objects.count() == 3


def test_what_the_firm_before_began_it_finishes_and_only_its_days_count(
    contract: Contract, noor: Any, follower: Contractor
) -> None:
    asked = make.make_placement(contract, state="returned", why="Welke uren?")
    linde = taken_over(contract, follower, noor, date(2024, 10, 1))
    of_old = signed_in(make.make_user(Role.CONTRACTOR, contract.region, contractor=linde))
    check = reverse("fulfilment-check", args=[asked.fulfilment_id])
    shown = of_old.get(check)
    assert shown.context["total"] == D("30000.00")
    asked.refresh_from_db()
    of_old.post(check, {"edition": asked.edition, "answer": "36 uur", "only_here": "on"})
    asked.refresh_from_db()
    assert asked.state == "submitted"
    review = signed_in(noor).get(reverse("review", args=[asked.fulfilment_id]))
    (told,) = [s for s in review.context["signals"] if s.kind == "outside_term"]
    assert "31-12-2024" in told.sentence
    assert "30-09-2024" in told.sentence


def test_the_new_firm_is_not_asked_to_complete_what_the_firm_before_sent_in(
    contract: Contract, noor: Any, follower: Contractor
) -> None:
    make.make_placement(contract, state="returned", why="Welke uren?")
    taken_over(contract, follower, noor, date(2024, 7, 1))
    known = known_of([contract], TODAY, [LookUp.ANSWERS])
    assert known[contract.pk].returned == 0
    make.make_placement(contract, state="returned", why="Welke uren?")
    known = known_of([contract], TODAY, [LookUp.ANSWERS])
    assert known[contract.pk].returned == 1


# --- another adviser ------------------------------------------------------------------------------


def test_contracts_are_handed_over_one_or_many_at_once(
    region: Region, linde: Contractor, adviser: Client, noor: Any
) -> None:
    contracts = make.make_contracts(region, linde, 3, adviser=noor, adviser_email=noor.email)
    sem = make.make_user(Role.ADVISER, region, name="Sem Advies")
    page = f"{reverse('contract-hand-over')}?adviser={noor.pk}"
    given = {"contracts": [c.pk for c in contracts[:2]], "adviser": sem.pk, "reason": "Verlof"}
    looked = adviser.post(page, given)
    assert "Noor Advies" in looked.content.decode()
    assert adviser.post(page, given | confirming(looked)).status_code == 302
    theirs = Contract.objects.filter(adviser=sem, adviser_email=sem.email)
    assert set(theirs) == set(contracts[:2])
    told = adviser.get(reverse("contract-history", args=[contracts[0].pk])).content.decode()
    assert "Sem Advies" in told
    assert "Verlof" in told


def test_contracts_that_another_handed_over_meanwhile_are_shown_first(
    region: Region, contract: Contract, noor: Any
) -> None:
    sem, mo = (make.make_user(Role.ADVISER, region, name=name) for name in ("Sem", "Mo"))
    shown = facts.advised([contract])
    facts.hand_over([contract], sem, access_of(noor), act(noor, "Eerst"))
    with pytest.raises(Overtaken):
        facts.hand_over([contract], mo, access_of(noor), act(noor, "Later"), shown=shown)
    contract.refresh_from_db()
    assert contract.adviser == sem


def test_a_contract_that_was_closed_meanwhile_keeps_its_adviser(
    contract: Contract, noor: Any
) -> None:
    sem = make.make_user(Role.ADVISER, contract.region)
    obligations.cancel(Contract.objects.get(), act(noor, "Failliet"), on=TODAY)
    with pytest.raises(Refused, match=contract.reference):
        facts.hand_over([contract], sem, access_of(noor), act(noor, "Verlof"))


def test_only_an_adviser_of_the_region_gets_them(contract: Contract, noor: Any) -> None:
    elsewhere = make.make_user(Role.ADVISER, make.make_region("elders", "Elders"))
    with pytest.raises(Refused, match="adviseur"):
        facts.hand_over([contract], elsewhere, access_of(noor), act(noor, "Weg"))
    stranger = access_of(elsewhere)
    with pytest.raises(Refused):
        facts.hand_over([contract], noor, stranger, act(elsewhere, "Hier"))


# --- why an obligation stays ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"basis": "labour_cost", "labour_cost": D(300000)}, "neemt de loonkosten als grondslag"),
        ({"basis": "invoiced_turnover"}, "gefactureerde omzet"),
        ({"follows_changes": False}, "afgesproken dat de verplichting"),
    ],
)
def test_an_amendment_that_leaves_the_obligation_says_why(
    region: Region, linde: Contractor, adviser: Client, fields: Any, said: str
) -> None:
    contract = make.make_contract(region, linde, **fields)
    page = reverse("contract-change", args=[contract.pk, "amendment"])
    given = {"effective_date": "2024-07-01", "value_delta": "100000", "reason": "Meerwerk"}
    looked = adviser.post(page, given)
    assert said in looked.content.decode()
    adviser.post(page, given | confirming(looked))
    assert said in adviser.get(reverse("contract-detail", args=[contract.pk])).content.decode()


# --- where its letters go -------------------------------------------------------------------------

ADDRESS = {"street": "Dorpsstraat 1", "postcode": "1211aa", "place": "Hilversum"}


def test_the_postal_address_is_put_right_and_stands_on_the_page_of_the_firm(
    contract: Contract, adviser: Client
) -> None:
    firm = contract.contractor
    page = reverse("contractor-put-right", args=[firm.pk])
    given = {"name": firm.name, "kvk": firm.kvk, **ADDRESS, "reason": "Gevraagd"}
    looked = adviser.post(page, given)
    assert "Dorpsstraat 1, 1211 AA Hilversum" in looked.content.decode()
    assert adviser.post(page, given | confirming(looked)).status_code == 302
    firm.refresh_from_db()
    assert firm.address_lines == ["Dorpsstraat 1", "1211 AA Hilversum"]
    shown = adviser.get(reverse("contractor-detail", args=[firm.pk])).content.decode()
    assert "Dorpsstraat 1<br>1211 AA Hilversum" in shown
    # What is not named stays: another name leaves the address.
    named = {"name": "Anders", "kvk": firm.kvk, "country": "", "register_number": ""}
    facts.put_right_contractor(firm, named, make.act(None, "Naam"))
    firm.refresh_from_db()
    assert (firm.name, firm.street) == ("Anders", "Dorpsstraat 1")


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        *[("1211AA", "1211 AA"), (" 1211  aa ", "1211 AA"), ("9999 xz", "9999 XZ")],
        *[("0211 AA", ""), ("1211 SS", ""), ("1211 SA", ""), ("12111 AA", ""), ("1211", "")],
    ],
)
def test_a_dutch_postcode_is_written_in_one_way(written: str, kept: str) -> None:
    address = {"street": "Dorpsstraat 1", "place": "Hilversum", "address_country": ""}
    faults = list(address_faults({**address, "postcode": postcode(written)}))
    assert [fault.field for fault in faults] == ([] if kept else ["postcode"])
    assert not kept or postcode(written) == kept


@pytest.mark.parametrize(
    ("given", "fields"),
    [
        ({}, []),
        ({"street": "Dorpsstraat 1"}, ["postcode", "place"]),
        ({"address_country": "België"}, ["street", "place"]),
        ({"street": "Kerkstraat 2", "place": "Gent", "address_country": "België"}, []),
        ({"street": "K 2", "place": "G", "postcode": "9000", "address_country": "België"}, []),
        ({"street": "K 2", "place": "G", "postcode": "9000"}, ["postcode"]),
    ],
)
def test_an_address_is_whole_or_not_there(given: dict[str, str], fields: list[str]) -> None:
    blank = dict.fromkeys(("street", "postcode", "place", "address_country"), "")
    assert [fault.field for fault in address_faults(blank | given)] == fields


def test_the_door_refuses_half_an_address(contract: Contract, noor: Any) -> None:
    firm = contract.contractor
    given = {"name": firm.name, "kvk": firm.kvk, "country": "", "register_number": ""}
    with pytest.raises(Refused):
        facts.put_right_contractor(firm, {**given, "street": "Dorpsstraat 1"}, act(noor, "x"))
    firm.refresh_from_db()
    assert firm.street == ""
