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

from contracts.models import Basis, Contract, ObligationLine, Region
from contracts.policy.loading import FaultyFile, policy_terms
from placements.standing.progress import with_progress
from reporting.figures.totals import below_default
from sroi.access import Role
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
    found = below_default(ObligationLine.objects.all(), Period.year(2023))
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
