"""What people fill in beside texts and figures: for the clerk, the cost of the team, a scenario;
worked out here.
"""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.utils import translation

from contracts.models import Municipality
from reporting.adoption import door as adoption
from reporting.adoption.rights import can_be_revised
from reporting.figures.annual import figures_of
from reporting.figures.facts import AnnualFigures
from reporting.goals.door import set_goals
from reporting.models import AnnualReport, Filing, FrozenEdition, Supplement
from reporting.notice.editions import Edition, Filed, assemble
from reporting.notice.files import html as notice_html
from reporting.notice.freezing import frozen, thawed
from reporting.notice.notice import CouncilNotice
from reporting.outlook import outlook
from reporting.outlook.outlook import Bounds, Outlook, Scenario
from reporting.particulars import door as particulars
from reporting.particulars.filled_in import filed_anew
from sroi.access import Role
from sroi.database.together import answered
from sroi.doors import Refused
from tests import factories as make
from tests.reporting.adoption.test_adoption import (
    NOW,
    ROOT,
    TODAY,
    act,
    ledger,
    no_files,
    signed_in,
)
from tests.reporting.figures.test_figures import Ledger, month

__all__ = ["ledger", "no_files"]
pytestmark = pytest.mark.django_db
FILING, SUPPLEMENT = ROOT + "gegevens/", ROOT + "team-en-vooruitblik/"
SCENARIO = {
    "scenario_year": "2029",
    "volume_low": "400.000.000",
    "volume_high": "600.000.000",
    "share_low": "45",
    "share_high": "50",
    "rate_low": "4",
    "realised_low": "80",
    "realised_high": "85",
    "scenario_note": "Meer opdrachten krijgen social return.",
}


@pytest.fixture(autouse=True)
def _today_in_dutch() -> Any:
    with time_machine.travel(NOW, tick=False), translation.override("nl"):
        yield


def edition(of: Ledger, town: Any = None) -> Edition:
    return assemble(of.region, 2024, town, TODAY)


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


# --- The team and its division --------------------------------------------------------------------


def test_the_cost_is_divided_by_inhabitants_to_the_cent() -> None:
    people = {"A": 93500, "B": 60200, "C": 41400, "D": 24800, "E": 12700, "F": 11800, "G": 9700}
    towns = [Municipality(name=name, inhabitants=number) for name, number in people.items()]
    parts = outlook.divided(Decimal(150_000), towns)
    # 150.000 × 93.500 / 254.100 = 55.194,80…
    assert parts[0].amount == Decimal("55194.81")
    assert sum(part.amount for part in parts) == 150_000
    assert all(
        abs(part.amount - 150_000 * Decimal(people[part.name]) / 254_100) < Decimal("0.01")
        for part in parts
    )
    towns[3].inhabitants = None
    assert outlook.divided(Decimal(150_000), towns) == []
    assert outlook.divided(Decimal(150_000), towns[:1]) == []


# --- The scenario ---------------------------------------------------------------------------------


def test_a_scenario_is_one_multiplication() -> None:
    percents = (
        Bounds(Decimal(45), Decimal(50)),
        Bounds(Decimal(4), Decimal(4)),
        Bounds(Decimal(80), Decimal(85)),
    )
    volume = Bounds(Decimal(400_000_000), Decimal(600_000_000))
    # 400.000.000 × 45% × 4% × 80%; 600.000.000 × 50% × 4% × 85%
    assert Scenario(2029, volume, *percents, note="").value == Bounds(
        Decimal(5_760_000), Decimal(10_200_000)
    )


def test_what_is_filled_in_stands_in_the_report(ledger: Ledger) -> None:
    Municipality.objects.filter(region=ledger.region).update(inhabitants=1000)
    client = signed_in(ledger, Role.ADVISER)
    team = {"team_fte": "1", "extra_fte": "2", "extra_cost": "150.000", "by_inhabitants": "on"}
    assert client.post(SUPPLEMENT, team | SCENARIO | {"seen": 0}).status_code == 302
    text = plain(client.get(ROOT).content.decode())
    for words in (
        "Het team is 1 fte.",
        "Voorgesteld wordt het team uit te breiden met 2 fte, voor € 150.000 per jaar.",
        "Kosten van het team, verdeeld naar inwoners",
        "€ 50.000",
        "€ 5.760.000",
        "€ 10.200.000",
        "Meer opdrachten krijgen social return.",
        "€ 5,76 mln–€ 10,2 mln",
    ):
        assert words in text
    page = plain(client.get(SUPPLEMENT).content.decode())
    assert "400.000.000" in page
    assert "€ 10.200.000" in page


@pytest.mark.parametrize(
    ("answers", "wrong"),
    [
        ({"volume_low": "400.000.000"}, ["share_low", "rate_low", "realised_low"]),
        (SCENARIO | {"share_low": "60"}, ["share_high"]),
        (SCENARIO | {"rate_low": "101"}, ["rate_low"]),
        (SCENARIO | {"scenario_year": "29"}, ["scenario_year"]),
        ({"team_fte": "99999"}, ["team_fte"]),
        ({"team_note": "Over 111222333"}, ["team_note"]),
    ],
)
def test_what_cannot_be_is_said_beside_the_field(
    ledger: Ledger, answers: dict[str, str], wrong: list[str]
) -> None:
    response = signed_in(ledger, Role.ADVISER).post(SUPPLEMENT, answers | {"seen": 0})
    assert response.status_code == 422
    assert sorted(response.context["form"].errors) == sorted(wrong)
    assert not Supplement.objects.exists()


def test_nobody_overwrites_what_they_did_not_see(ledger: Ledger) -> None:
    client = signed_in(ledger, Role.ADVISER)
    client.post(SUPPLEMENT, {"team_fte": "1", "seen": 0})
    refused = client.post(SUPPLEMENT, {"team_fte": "3", "seen": 0})
    assert refused.status_code == 422
    page = refused.content.decode()
    assert "Wat iemand anders heeft opgeslagen" in page
    assert 'name="seen" value="1"' in page
    assert client.post(SUPPLEMENT, {"team_fte": "3", "seen": 1}).status_code == 302
    kept = Supplement.history.order_by("history_id")
    assert [(row.team_fte, row.history_user.email[:7]) for row in kept] == [
        (1, "adviser"),
        (3, "adviser"),
    ]
    client.post(SUPPLEMENT, {"team_fte": "3", "seen": 2})
    assert kept.count() == 2


# --- What running contracts promise ---------------------------------------------------------------


def test_what_contracts_promise_is_spread_over_their_days() -> None:
    """€ 50.000 until the end of 2025; a placement of € 40.000 in 2025 is accepted in December 2024.
    Seen from the last day of 2024 it is ahead, and 10.000 more is open.
    """
    region = make.make_region()
    contract = make.make_contract(region, make.make_contractor())
    year = {
        "start_date": date(2025, 1, 1),
        "end_date": date(2025, 12, 31),
        "confirmed_until": None,
    }
    make.make_placement(contract, on=date(2024, 12, 20), **year)
    (promise,) = answered(outlook.promises(region, 2024, date(2024, 12, 31)))
    assert (promise.year, promise.forecast, promise.obliged) == (2025, 40_000, 50_000)


def test_years_ahead_get_their_days() -> None:
    region = make.make_region()
    make.make_contract(region, make.make_contractor(), end_date=date(2027, 12, 31))
    promises = answered(outlook.promises(region, 2024, TODAY))
    # 1.035 days are left from 2 March 2025: 305, 365 and 365.
    days = (305, 365, 365)
    assert [p.obliged for p in promises] == [round(Decimal(50_000) * n / 1035, 2) for n in days]
    assert [p.forecast for p in promises] == [0, 0, 0]
    assert answered(outlook.promises(region, 2026, TODAY))[0].year == 2027


# --- For the clerk --------------------------------------------------------------------------------


def test_what_a_clerk_needs_stands_in_the_title_block(ledger: Ledger, no_files: None) -> None:
    client = signed_in(ledger, Role.ADVISER)
    answers = {
        "number": "RM-2025-031",
        "on": "2025-03-18",
        "case_number": "Z25.00123",
        "portfolio_holder": "<b>W. Voorbeeld</b>",
        "signed_by": "De secretaris",
    }
    url = ROOT + "aadorp/gegevens/"
    assert client.post(url, answers | {"seen": 0})["Location"] == url
    for form in (
        notice_html.document(edition(ledger, ledger.a)),
        notice_html.as_html(edition(ledger, ledger.a)),
    ):
        for words in (
            "RM-2025-031",
            "18 maart 2025",
            "Z25.00123",
            "&lt;b&gt;W. Voorbeeld",
            "De secretaris",
        ):
            assert words in form
    assert "RM-2025-031" not in notice_html.as_html(edition(ledger))
    assert client.post(url, {"number": "x" * 61, "seen": 1}).status_code == 422
    assert client.post(url, {"portfolio_holder": "111.222.333", "seen": 1}).status_code == 422

    adoption.propose(ledger.region, 2024, act())
    adoption.finalise(ledger.region, 2024, act())
    report = AnnualReport.objects.get()
    assert not can_be_revised(report)
    assert client.post(url, answers | {"number": "RM-2025-032", "seen": 1}).status_code == 302
    assert filed_anew(report) == [ledger.a]
    assert "RM-2025-031" in notice_html.body(edition(ledger, ledger.a)) + str(
        edition(ledger, ledger.a).filed
    )
    assert client.get(SUPPLEMENT).status_code == 404
    adoption.revise(ledger.region, 2024, act("Het nummer klopte niet"))
    assert edition(ledger, ledger.a).filed.number == "RM-2025-032"
    assert (
        FrozenEdition.objects.get(municipality=ledger.a, revision__number=0).filing["number"]
        == "RM-2025-031"
    )
    assert not can_be_revised(AnnualReport.objects.get())


def test_saving_after_it_became_final_is_refused(ledger: Ledger) -> None:
    adoption.propose(ledger.region, 2024, act())
    before = edition(ledger)
    adoption.finalise(ledger.region, 2024, act())
    with pytest.raises(Refused):
        particulars.supply(before, {"team_fte": Decimal(1)}, seen=0, act=act())
    with pytest.raises(Refused):
        particulars.file(before, Filed(number="1"), seen=0, act=act())
    assert not Filing.objects.exists()


# --- Frozen ---------------------------------------------------------------------------------------


def test_what_lies_ahead_is_frozen_with_the_figures(ledger: Ledger) -> None:
    set_goals(ledger.region, [{"year": 2029, "indicator": "fulfilled", "low": "10000000"}])
    values = {
        "volume_low": Decimal(1000),
        "share_low": Decimal(50),
        "rate_low": Decimal(5),
        "realised_low": Decimal(80),
    }
    particulars.supply(edition(ledger), values | {"team_fte": Decimal("1.5")}, seen=0, act=act())
    live = edition(ledger).outlook
    assert thawed(Outlook, frozen(live)) == live
    adoption.propose(ledger.region, 2024, act())
    adoption.finalise(ledger.region, 2024, act())
    Supplement.objects.all().delete()
    ledger.contract("5000000", end_date=date(2029, 12, 31))
    assert edition(ledger).outlook == live
    assert CouncilNotice(edition(ledger)).tables["scenario"]


def test_facts_of_before_there_was_more_can_still_be_read(ledger: Ledger) -> None:
    facts = figures_of(None, ledger.region, 2024, today=TODAY)
    old = frozen(facts)
    for name in (
        "history",
        "sectors",
        "groups_before",
        "coverage_before",
        "below_default",
        "other_clients",
    ):
        del old[name]
    for part in old["municipalities"]:
        del part["social_firm_spend"]
    assert thawed(AnnualFigures, old).fulfilled == facts.fulfilled


# --- Beside the years before ----------------------------------------------------------------------


def test_tables_stand_beside_the_years_before(ledger: Ledger) -> None:
    contract = ledger.contract(
        "400000", "2", award_date=date(2023, 2, 1), rate_reason="market", cpv="77310000"
    )
    ledger.line(contract, "1000.00", month(2023, 5), policy_field="economie")
    ledger.line(contract, "500.00", month(2022, 5), category="csr", policy_field="sociaal-domein")
    ledger.line(contract, "250.00", month(2024, 5), policy_field="economie")
    tables = CouncilNotice(edition(ledger)).tables

    def row(name: str, first: str) -> list[str]:
        table = tables[name]
        assert table
        return [plain(cell) for cell in next(r for r in table.rows if r[0] == first)[1:]]

    assert row("categories", "Arbeid")[:3] == ["€ 0", "€ 1.000", "€ 13.213,27"]
    assert row("categories", "Maatschappelijke activiteiten")[:3] == ["€ 500", "€ 0", "€ 0,00"]
    assert row("policy_fields", "Economie")[1:4] == ["–", "€ 1.000", "€ 2.750,50"]
    assert "Duurzaamheid" not in [r[0] for r in tables["policy_fields"].rows]  # type: ignore[union-attr]
    assert row("sectors", "Groen")[:3] == ["€ 500", "€ 1.000", "€ 250,00"]
    assert row("years", "2023")[1:] == ["€ 1.000,00", "€ 400.000", "€ 8.000", "2%"]
    assert row("finance", "Nog in te vullen, sinds het begin") == ["€ 6.500,00", "€ 50.786,23"]
    assert tables["reasons"] is None
    before = assemble(ledger.region, 2023, None, TODAY)
    reasons = CouncilNotice(before).tables["reasons"]
    assert reasons
    assert [plain(cell) for cell in reasons.rows[0]] == ["De markt", "1", "€ 400.000"]
    assert (
        'Bij <span data-figure="below_default">1</span> opdracht is een lager percentage'
        in notice_html.body(before)
    )


def test_each_year_of_target_groups_is_masked_by_itself(ledger: Ledger) -> None:
    contract = ledger.contract(award_date=date(2023, 1, 1))
    for year, group, many in (
        (2023, "ww", 6),
        (2023, "bbl", 2),
        (2023, "wajong", 7),
        (2023, "bol", 4),
        (2024, "ww", 9),
        (2024, "bbl", 8),
        (2024, "bol", 2),
    ):
        for _n in range(many):
            ledger.line(contract, "10", month(year, 4), target_group=group)
    table = CouncilNotice(edition(ledger)).tables["target_groups"]
    assert table
    assert list(table.header) == [
        "Doelgroep",
        "Werkplekken 2023",
        "Werkplekken 2024",
        "Ingevulde waarde 2024",
    ]

    shown = {row[0]: list(row[1:3]) for row in table.rows}
    assert shown["BBL-leerlingen"] == ["in overig", "8"]
    assert shown["WW-uitkering"] == ["6", "9"]
    # Two and four that were told together, and seven of whom there is none this year; beside the
    # three of another group.
    assert shown["Overig"] == ["13", "5"]
    assert table.total[1] == "19"
