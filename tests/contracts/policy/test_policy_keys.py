"""Every key of a policy has an effect, and what has none is refused by name.

Source: DOMAIN.md section 4.
"""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import call_command

from contracts.acts import certificates
from contracts.coverage.coverage import coverage
from contracts.facts.rules import as_if
from contracts.models import Basis, Contract, ObligationLine, PsoCertificate, Region
from contracts.policy.exporting import exported
from contracts.policy.loading import FaultyFile, load_region, policy_terms
from contracts.social_firms.recognition import Recognitions, find_firms
from placements.claims.suppliers import supplier_standing
from placements.ledger.verification import differences
from placements.standing.progress import with_progress
from reporting.figures.totals import below_default
from sroi.access import Role
from sroi.database.together import answered
from sroi.periods import Period
from tests import factories as make
from tests.contracts.policy.test_policy_change import CHANGE, PAGE, page_of, signed_in, terms_on

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"rates": {"labor_cost": "7"}}, "labor_cost"),
        ({"rates": {"labour_cost": "101"}}, "policy.rates.labour_cost"),
        ({"rates": {"labour_cost": "x"}}, "policy.rates.labour_cost"),
        ({"rates": "7"}, "policy.rates"),
        ({"pso_discounts": {"4": "10"}}, "4"),
        ({"spread": "quarters"}, "policy.spread"),
        ({"exempt_from_pso_level": "4"}, "policy.exempt_from_pso_level"),
        ({"trusts": "elders"}, "policy.trusts"),
        ({"trusts": ["elders"]}, "elders"),
    ],
)
def test_what_has_no_effect_is_refused_by_name(given: dict[str, Any], named: str) -> None:
    with pytest.raises(FaultyFile, match=named):
        policy_terms(given)


# --- rates ----------------------------------------------------------------------------------------

ROW = (
    "reference;title;contractor_kvk;contractor_name;municipalities;procurement_type;award_date;"
    "start_date;end_date;value;basis;labour_cost;rate;rate_reason\n"
    "L-1;Onderhoud;12345678;De Linde;GM0402;works;2024-01-15;2024-02-01;2025-01-31;1000000;"
    "{basis};300000;{rate};{reason}\n"
)


def imported(region: Region, tmp_path: Path, basis: str, rate: str = "", reason: str = "") -> None:
    file = tmp_path / "contracts.csv"
    file.write_text(ROW.format(basis=basis, rate=rate, reason=reason), encoding="utf-8")
    call_command("import_contracts", str(file), "--region", region.code)


@pytest.mark.parametrize(
    ("basis", "owed"), [("labour_cost", "21000.00"), ("contract_value", "50000.00")]
)
def test_an_import_without_a_rate_takes_that_of_the_basis(
    tmp_path: Path, basis: str, owed: str
) -> None:
    region = make.make_region(rates={"labour_cost": "7.00"})
    imported(region, tmp_path, basis)
    (line,) = Contract.objects.get(reference="L-1").obligation_lines.all()
    assert line.obligation_delta == Decimal(owed)


def test_below_the_rate_of_the_basis_a_motivation_is_needed(tmp_path: Path) -> None:
    region = make.make_region(rates={"labour_cost": "7.00"})
    with pytest.raises(Exception, match="7"):
        imported(region, tmp_path, "labour_cost", rate="6")
    imported(region, tmp_path, "labour_cost", rate="6", reason="market: een aanbieder")
    assert Contract.objects.get().rate == 6


def test_the_report_counts_what_lies_below_the_rate_of_its_basis() -> None:
    region, firm = make.make_region(rates={"labour_cost": "3"}), make.make_contractor()
    on_labour = {"basis": Basis.LABOUR_COST, "labour_cost": Decimal(300000)}
    make.make_contract(region, firm, rate=Decimal(3), **on_labour)
    make.make_contract(region, firm, rate=Decimal("2.5"), **on_labour)
    make.make_contract(region, firm, rate=Decimal(4))
    found = answered(below_default(ObligationLine.objects.all(), Period.year(2023)))
    assert sum(reason.number for reason in found) == 2


def test_rates_are_changed_and_told_on_the_pages_of_the_policy() -> None:
    region = make.make_region()
    admin = signed_in(region)
    form = terms_on(page_of(admin, CHANGE))
    given = form | {"valid_from": "2026-01-01", "rate_labour_cost": "7"}
    looked = admin.post(CHANGE, given).content.decode().replace("\xa0", " ")
    assert "loonkosten: 7%" in looked
    assert make.look_and_confirm(admin, CHANGE, given).status_code == 302
    assert region.policies.on(date(2026, 1, 1)).rates == {"labour_cost": "7.00"}
    assert "loonkosten: 7%" in page_of(admin, PAGE)


def test_whoever_prepares_a_tender_reads_the_rates() -> None:
    region = make.make_region(rates={"labour_cost": "7"})
    officer = make.signed_in(make.make_user(Role.PROCUREMENT_OFFICER, region))
    asked = {"procurement_type": "works", "value": "1000000", "months": "12"}
    page = officer.get("/hulp-bij-aanbesteden/", {**asked, "region": region.code}).content.decode()
    assert "7%" in page


# --- spread ---------------------------------------------------------------------------------------


def test_by_contract_year_a_contract_is_behind_only_when_a_part_is_due() -> None:
    """€ 60.000 over two years: half of it is expected at the end of the first, none of it before.
    A straight line expects a quarter of it after half a year.
    """
    days = {"start_date": date(2024, 1, 1), "end_date": date(2025, 12, 31)}
    terms: dict[str, Any] = {"grace_months": 0}
    at_once, by_year = (
        make.make_contract(
            make.make_region(code, code, **terms, spread=spread),
            make.make_contractor(),
            value=Decimal(1_200_000),
            **days,
        )
        for code, spread in (("recht", "term"), ("jaren", "contract_years"))
    )
    for day, expected in (
        (date(2024, 7, 1), (Decimal("15020.52"), Decimal("0.00"))),
        (date(2024, 12, 30), (Decimal("29958.96"), Decimal("0.00"))),
        (date(2024, 12, 31), (Decimal("30041.04"), Decimal("30000.00"))),
        (date(2025, 12, 31), (Decimal("60000.00"), Decimal("60000.00"))),
    ):
        found = with_progress([at_once, by_year], day)
        assert (found[at_once.pk].expected, found[by_year.pk].expected) == expected
    statuses = {
        day: with_progress([by_year], day)[by_year.pk].status
        for day in (date(2024, 12, 30), date(2024, 12, 31))
    }
    assert [*statuses.values()] == ["on_track", "behind"]


def test_the_years_of_a_contract_are_shown_with_what_is_the_least() -> None:
    region = make.make_region(spread="contract_years")
    contract = make.make_contract(region, make.make_contractor(), {"GM0402": 100})
    adviser = make.signed_in(make.make_user(Role.ADVISER, region))
    with time_machine.travel(make.moment(date(2025, 2, 1)), tick=False):
        plan = page_of(adviser, f"/contracten/{contract.pk}/plan/")
        page = page_of(adviser, f"/contracten/{contract.pk}/")
        officer = make.signed_in(make.make_user(Role.PROCUREMENT_OFFICER, region, towns=["GM0402"]))
        theirs = page_of(officer, f"/contracten/{contract.pk}/plan/")
    assert plan.count("€ 25.000,00") == 2
    assert "Niet gehaald" in plan
    assert "een gelijk deel aan het einde van elk contractjaar" in page
    assert "Niet gehaald" not in theirs, "what was done in a year is not for who sees totals only"
    with time_machine.travel(make.moment(date(2024, 7, 1)), tick=False):
        page = page_of(adviser, f"/contracten/{contract.pk}/")
    assert "Op 31 december 2024 moet dat minstens € 25.000 zijn." in page


# --- exempt_from_pso_level ------------------------------------------------------------------------

LEVELS = ["aspirant", "basistrede", "1", "2", "3", "30+"]
AWARDED = date(2024, 1, 15)


def exempting_region(level: str = "2", **terms: Any) -> Region:
    return make.make_region(
        threshold_works="200000", threshold_services="200000", exempt_from_pso_level=level, **terms
    )


def certified(region: Region, firm: Any, level: str = "2", **days: date) -> PsoCertificate:
    begun, until = date(2023, 6, 1), date(2025, 5, 31)
    return PsoCertificate.objects.create(
        region=region,
        contractor=firm,
        level=level,
        registered_at=make.moment(begun),
        **{"valid_from": begun, "valid_until": until, **days},
    )


def owed_by_lines(contract: Contract) -> Decimal:
    return sum((line.obligation_delta for line in contract.obligation_lines.all()), Decimal(0))


@pytest.mark.parametrize("least", LEVELS)
@pytest.mark.parametrize("level", LEVELS)
def test_a_contractor_of_the_level_or_a_higher_one_owes_nothing(least: str, level: str) -> None:
    region, firm = exempting_region(least), make.make_contractor()
    certified(region, firm, level)
    contract = make.make_contract(region, firm, award_date=AWARDED)
    is_exempt = LEVELS.index(level) >= LEVELS.index(least)
    assert owed_by_lines(contract) == (0 if is_exempt else 50000)
    assert contract.has_obligation is not is_exempt


@pytest.mark.parametrize(
    ("days", "owed"),
    [
        ({"valid_from": AWARDED, "valid_until": AWARDED}, 0),
        ({"valid_from": date(2024, 1, 16)}, 50000),
        ({"valid_until": date(2024, 1, 14)}, 50000),
    ],
)
def test_the_certificate_has_to_be_valid_on_the_award_date(
    days: dict[str, date], owed: int
) -> None:
    region, firm = exempting_region(), make.make_contractor()
    certified(region, firm, **days)
    assert owed_by_lines(make.make_contract(region, firm, award_date=AWARDED)) == owed


def test_a_certificate_in_another_region_or_of_another_firm_exempts_nobody() -> None:
    region, firm = exempting_region(), make.make_contractor()
    certified(make.make_region("elders", "Elders"), firm)
    certified(region, make.make_contractor("Een ander"))
    assert owed_by_lines(make.make_contract(region, firm, award_date=AWARDED)) == 50000


def test_coverage_counts_who_is_exempt_without_an_obligation_with_a_reason(tmp_path: Path) -> None:
    region = exempting_region()
    firm = make.make_contractor(kvk="12345678")
    certified(region, firm)
    imported(region, tmp_path, "contract_value", rate="5")
    found = coverage(Contract.objects.all(), None, Period.year(2024))
    assert (found.number, found.without_with_reason.number) == (1, 1)
    adviser = make.signed_in(make.make_user(Role.ADVISER, region))
    why = "op de gunningsdatum PSO trede 2, geldig tot en met 31 mei 2025"
    contract = Contract.objects.get()
    for page in ("/dekking/", f"/contracten/{contract.pk}/"):
        assert why in page_of(adviser, page)
    file = b"".join(adviser.get("/dekking/lijst.csv").streaming_content).decode()
    assert "Vrijgesteld" in file.replace("\xa0", " ")
    assert [*differences([region], make.TODAY)] == []


def test_more_work_for_who_is_exempt_is_owed_only_at_a_new_rate() -> None:
    region, firm = exempting_region(), make.make_contractor()
    certified(region, firm)
    contract = make.make_contract(region, firm, award_date=AWARDED)
    make.make_change(contract, kind="amendment", value_delta=Decimal(100_000))
    assert owed_by_lines(contract) == 0
    make.make_change(contract, kind="rate_change", rate=Decimal(2))
    assert owed_by_lines(contract) == 22000


def test_a_certificate_registered_later_takes_off_all_and_no_lapse_gives_it_back() -> None:
    region, firm = exempting_region(pso_discounts={"2": "10"}), make.make_contractor()
    contract = make.make_contract(region, firm, award_date=AWARDED)
    assert owed_by_lines(contract) == 50000
    certificate = certified(region, firm)
    assert certificates.discount(contract, certificate, []) == -50000
    assert certificates.taken_back(contract, certificate, Decimal(-50000)) == 0
    later = certified(region, firm, valid_from=date(2024, 2, 1))
    assert certificates.discount(contract, later, []) == -5000


def test_an_award_on_another_day_is_exempt_by_the_certificate_of_that_day() -> None:
    region, firm = exempting_region(), make.make_contractor()
    certified(region, firm, valid_until=date(2024, 1, 10))
    contract = make.make_contract(region, firm, award_date=AWARDED)
    mended = as_if(contract, {"award_date": date(2024, 1, 10)})
    assert (mended.exempted_by is not None, mended.has_obligation) == (True, False)
    back = as_if(mended, {"award_date": AWARDED})
    assert (back.exempted_by, back.has_obligation) == (None, True)


def test_who_registers_a_contract_of_an_exempt_firm_sees_why_nothing_is_owed() -> None:
    region, firm = exempting_region(), make.make_contractor()
    certified(region, firm)
    other = make.make_contract(region, firm, rate=Decimal(0))
    adviser = make.make_user(Role.ADVISER, region)
    draft = make.make_contract_draft(other, adviser)
    client = make.signed_in(adviser)
    terms = {"award_date": "2024-01-15", "procurement_type": "works", "value": "1000000"}
    terms |= {"basis": "contract_value"}
    panel = client.post(f"/contracten/concept/{draft.pk}/verplichting/", terms)
    told = panel.content.decode().replace("\xa0", " ")
    assert "Vrijgesteld" in told
    assert "Lager dan" not in told


# --- trusts ---------------------------------------------------------------------------------------

PAID = date(2024, 5, 1)


@pytest.mark.parametrize(
    ("trusted", "named"), [(["elders", "nergens"], "nergens"), (["elders", "gooi"], "gooi")]
)
def test_only_another_region_here_can_be_trusted(trusted: list[str], named: str) -> None:
    make.make_region("elders", "Elders")
    with pytest.raises(FaultyFile, match=named):
        make.make_region("gooi", trusts=trusted)


def test_what_a_trusted_region_recognises_counts_here_and_no_further() -> None:
    far = make.make_region("ver", "Ver weg")
    near = make.make_region("elders", "Elders", trusts=["ver"])
    here = make.make_region(trusts=["elders"])
    kept = make.make_firm(near, kvk="11111111", name="De Kas")
    make.make_firm(far, kvk="22222222", name="Het Land")
    kvks = ["11111111", "22222222"]
    register = Recognitions([here.pk, near.pk, far.pk], kvks, [])

    def counts(region: Region, kvk: str) -> bool:
        return bool(register.kinds_on(region.pk, kvk, "", PAID))

    found = {region.code: [counts(region, kvk) for kvk in kvks] for region in (here, near, far)}
    assert found == {"gooi": [True, False], "elders": [True, True], "ver": [False, True]}
    assert find_firms(here.pk, "de kas", PAID) == [kept.firm]
    assert find_firms(here.pk, "het land", PAID) == []
    told = supplier_standing(here.pk, {"supplier_kvk": "11111111", "paid_on": PAID}, [], PAID)
    assert told is not None
    assert "Elders" in told.words


def test_trust_begins_with_the_policy_of_the_day_of_payment() -> None:
    near = make.make_region("elders", "Elders")
    here = make.make_region()
    make.make_firm(near, kvk="11111111", name="De Kas")
    make.make_region(valid_from="2024-06-01", trusts=["elders"])
    register = Recognitions([here.pk], ["11111111"], [])
    days = (date(2024, 5, 31), date(2024, 6, 1))
    assert [bool(register.kinds_on(here.pk, "11111111", "", day)) for day in days] == [False, True]


def test_trust_is_given_on_the_page_of_the_policy_and_exported() -> None:
    make.make_region("elders", "Elders")
    region = make.make_region()
    admin = signed_in(region)
    form = terms_on(page_of(admin, CHANGE))
    given = form | {"valid_from": "2026-01-01", "trusts": "elders"}
    assert make.look_and_confirm(admin, CHANGE, given).status_code == 302
    assert region.policies.on(date(2026, 1, 1)).trusts == ["elders"]
    assert "elders" in page_of(admin, PAGE)
    again = exported(region)["policy"]
    assert (again["trusts"], again["exempt_from_pso_level"]) == (["elders"], None)
    number = region.policies.count()
    load_region(exported(region))
    assert region.policies.count() == number
    refused = admin.post(CHANGE, form | {"valid_from": "2026-02-01", "trusts": "nergens"})
    assert refused.status_code == 422
