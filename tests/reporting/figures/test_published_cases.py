"""What cities published, brought in from files: the figures give the same numbers, by name.

The files stand in `tests/data/published-cases`, each with what was published in one contract or
row where no more was told. Sources are those of the cases: Rekenkamer Rotterdam (2020), the
council of Súdwest-Fryslân (2018, 2020).
"""

import json
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.urls import reverse

from contracts.models import Contract, Region
from reporting.adoption import door as adoption
from reporting.models import AnnualReport
from sroi.access import Role
from tests import factories as make

pytestmark = pytest.mark.django_db
CASES = Path(__file__).parents[2] / "data" / "published-cases"
TABLE = settings.BASE_DIR / "contracts" / "data" / "valuation-tables" / "gooi-en-vechtstreek.json"


def brought_in(case: str) -> str:
    """The code of the region."""
    code: str = json.loads((CASES / case / "region.json").read_text())["code"]
    out, region = StringIO(), ("--region", code)
    call_command("load_region", str(CASES / case / "region.json"), stdout=out)
    call_command(
        "load_valuation_table", str(TABLE), *region, "--in-force-from", "2016-01-01", stdout=out
    )
    call_command("import_contracts", str(CASES / case / "contracts.csv"), *region, stdout=out)
    call_command("import_fulfilments", str(CASES / case / "fulfilments.csv"), *region, stdout=out)
    return code


def figures(code: str, *when: str) -> Any:
    out = StringIO()
    call_command("figures", *when, "--region", code, stdout=out)
    return json.loads(out.getvalue())


def test_rotterdam_2018_imposed_against_realised() -> None:
    found = figures(brought_in("rotterdam-2018"), "2018")
    assert found["obligation_registered"] == "22500000.00"
    assert found["fulfilled"] == found["realised_to_date"] == "25200000.00"
    assert found["contracts_ended"]["fulfilled"] == 1
    # 25.2 / 22.5 = 112%
    assert float(found["realised_to_date"]) / float(found["obligation_to_date"]) == 1.12


def test_rotterdam_has_a_goal_that_is_a_chain_of_percentages() -> None:
    code = brought_in("rotterdam-target-chain")
    goal = {year: figures(code, year)["goal"]["fulfilled"] for year in ("2017", "2018")}
    assert goal["2017"] == {
        "low": "34000000.00",
        "high": None,
        # 25/34 and, a year later, 30/34
        "percentage": "73.53",
        "volume": "800000000.00",
        "percents": {"1": "5.00", "2": "85.00"},
        "share": "4.25",
        # 25/800
        "result_share": "3.13",
    }
    assert goal["2018"]["percentage"] == "88.24"


def test_sudwest_fryslan_over_four_years() -> None:
    code = brought_in("sudwest-fryslan-2017-2020")
    found = figures(code, "--from", "2017-01-01", "--to", "2020-12-31")
    assert (found["from"], found["to"]) == ("2017-01-01", "2020-12-31")
    assert found["obligation_registered"] == "728946.00"
    assert found["fulfilled"] == "920330.00"
    assert found["open"] == "-191384.00"
    assert found["workplaces"] == 54
    assert found["goal"] == {}


def test_sudwest_fryslan_over_twelve_months_that_are_no_year() -> None:
    code = brought_in("sudwest-fryslan-2017-2018")
    found = figures(code, "--from", "2017-02-01", "--to", "2018-01-31")
    assert found["workplaces"] == 64
    assert found["by_target_group"] == {"participation_act": "200000.00", "bol": "48000.00"}


WHAT_IS_NOT_COUNTED = ("region", "posting", "computed_at")


@pytest.mark.parametrize(
    ("case", "when"),
    [
        ("rotterdam-2018", ("2018",)),
        ("rotterdam-target-chain", ("2018",)),
        ("sudwest-fryslan-2017-2018", ("--from", "2017-02-01", "--to", "2018-01-31")),
        ("sudwest-fryslan-2017-2020", ("2018",)),
    ],
)
def test_a_history_goes_out_as_files_and_comes_back_with_the_same_figures(
    case: str, when: tuple[str, ...], tmp_path: Path
) -> None:
    """Contracts, what changed them, and what was decided: into another region, by the files that
    the lists give.
    """
    code = brought_in(case)
    region = Region.objects.get(code=code)
    contract = Contract.objects.get(region=region)
    for change in (
        {"value_delta": Decimal("-1234.50"), "reason": "Minder; =werk"},
        {"kind": "rate_change", "rate": Decimal("4.5"), "reason": "Naar 4,5%"},
    ):
        make.make_change(contract, effective_date=contract.award_date, **change)
    firm = make.make_user(Role.CONTRACTOR, region, contractor=contract.contractor)
    adviser = make.make_user(Role.ADVISER, region)
    rules = json.loads((CASES / case / "region.json").read_text()) | {"code": "elders"}
    (tmp_path / "region.json").write_text(json.dumps(rules))
    call_command("load_region", str(tmp_path / "region.json"), stdout=StringIO())
    elsewhere = ("--region", "elders")
    call_command(
        *("load_valuation_table", str(TABLE), *elsewhere, "--in-force-from", "2016-01-01"),
        stdout=StringIO(),
    )
    for user, page, command in (
        (adviser, "contract-file", "import_contracts"),
        (adviser, "change-file", "import_obligation_changes"),
        (firm, "fulfilment-file", "import_fulfilments"),
    ):
        file = tmp_path / f"{page}.xlsx"
        file.write_bytes(make.signed_in(user).get(reverse(page, args=["xlsx"])).getvalue())
        call_command(command, str(file), *elsewhere, stdout=StringIO())
    before, after = figures(code, *when), figures("elders", *when)
    for name in WHAT_IS_NOT_COUNTED:
        before.pop(name, None), after.pop(name, None)
    assert after == before
    assert Decimal(after["fulfilled"]) > 0


LATE = (
    "Nummer;Soort;Contract;Bouwblok;Leverancier;Factuurnummer;Bedrag;Betaald op;"
    "Vastgestelde waarde;Reden van het besluit;Status\n"
    "R-2;sociale inkoop;R-2018;WSW_INVOICE;Sociale firma;R-2;€ 0,1 mln;1 juli 2018;"
    "100.000,-;Nagekomen;goedgekeurd\n"
)


def test_a_year_of_another_system_is_closed_here_and_stays_as_it_was_published(
    tmp_path: Path,
) -> None:
    """All of it comes from files; what is found afterwards is told in the next report."""
    code = brought_in("rotterdam-2018")
    region = Region.objects.get(code=code)
    made = make.act(make.make_user(Role.REGION_ADMIN, region))
    adoption.propose(region, 2018, made)
    adoption.finalise(region, 2018, made)
    late = tmp_path / "nagekomen.csv"
    late.write_text(LATE)
    call_command("import_fulfilments", str(late), "--region", code, stdout=StringIO())
    out = StringIO()
    call_command("verify_report", "2018", "--region", code, stdout=out)
    assert "2018" in out.getvalue()
    report = AnnualReport.objects.get(region=region, year=2018)
    assert report.figures["fulfilled"] == figures(code, "2018")["fulfilled"] == "25200000.00"
    assert figures(code, "2019")["fulfilled"] == "100000.00"


@pytest.mark.parametrize(
    "when",
    [
        (),
        ("2018", "--from", "2018-01-01", "--to", "2018-06-30"),
        ("--from", "2018-01-01"),
        ("--from", "2018-06-30", "--to", "2018-01-01"),
    ],
)
def test_a_period_is_a_year_or_two_days(when: tuple[str, ...]) -> None:
    call_command("load_region", str(CASES / "rotterdam-2018" / "region.json"), stdout=StringIO())
    with pytest.raises(CommandError, match=r"--from and --to|--from en --to"):
        figures("rotterdam", *when)
