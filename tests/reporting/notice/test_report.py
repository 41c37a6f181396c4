"""The council notice: its words follow the figures, everyone can read it, and only who may does."""

import re
import shutil
import subprocess
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import page
import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import translation

from contracts.models import ClosedYear, Contractor, LineKind
from placements.models import FulfilmentLine
from reporting.adoption import door as adoption
from reporting.figures.annual import figures_of
from reporting.figures.catalogue import WORKPLACES
from reporting.figures.exchange import figures_as_data
from reporting.figures.facts import GoalResult
from reporting.figures.kinds import Kind
from reporting.figures.masking import PublicRow, merged
from reporting.figures.words import listed, region_name
from reporting.goals.door import set_goals
from reporting.models import Goal, Supplement
from reporting.notice import wording
from reporting.notice.editions import Edition, assemble
from reporting.notice.files import data
from reporting.notice.files import html as notice_html
from reporting.notice.notice import CouncilNotice
from reporting.opening.tracing import trace
from reporting.particulars import door as particulars
from sroi.access import Role
from sroi.periods import Period
from sroi.templatetags.formats import euro, percent
from tests.factories import make_user
from tests.reporting.adoption.test_adoption import act
from tests.reporting.figures.test_figures import NOW, Ledger, month
from tests.reporting.opening.test_tracing import staff

pytestmark = pytest.mark.django_db

TODAY = date(2025, 3, 1)
OF_ALL_YEARS = ("Verplichtingen", "Ingevuld", "Nog in te vullen,")
GOALS = [
    {"year": 2024, "indicator": "workplaces", "low": 2},
    {"year": 2024, "indicator": "fulfilled", "low": "1000000"},
    {"year": 2025, "indicator": "workplaces", "low": 50},
    {"year": 2026, "indicator": "fulfilled", "low": "5000000"},
    {"year": 2027, "indicator": "fulfilled", "low": "5000000"},
    {"year": 2028, "indicator": "workplaces", "low": 80, "high": 100},
    {"year": 2029, "indicator": "fulfilled", "low": "10000000"},
]


@pytest.fixture(autouse=True)
def _dutch() -> Any:
    with translation.override("nl"):
        yield


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


@pytest.fixture
def filled(ledger: Ledger) -> Ledger:
    """Two years of every category, in two municipalities."""
    ledger.contract("400000", "5", award_date=date(2023, 2, 1))
    shared = ledger.contract("1200000", "5", shares={ledger.a: 60, ledger.b: 40}, cpv="45233100")
    ledger.contract("300000", "0", rate_reason="market", rate_reason_text="geen markt")
    ledger.line(shared, "9000.00", month(2023, 5))
    for number in (1, 2, 3):
        ledger.line(shared, "4321.09", month(2024, number), fte="0.05")
    ledger.line(shared, "2500.50", month(2024, 6), category="social_purchasing", paid="2400.25")
    ledger.line(shared, "800.00", month(2024, 9), category="csr", policy_field="sociaal-domein")
    return ledger


def text_of(markup: str) -> str:
    """The words of a page, with plain spaces."""
    markup = re.sub(r"</?(?:span|a)\b[^>]*>", "", markup)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", markup)).replace(" .", ".")


def notice_of(ledger: Ledger, year: int = 2024, town: Any = None, today: date = TODAY) -> str:
    return text_of(notice_html.body(assemble(ledger.region, year, town, today)))


# --- Words ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("result", "low", "high", "verdict"),
    [
        (49, 50, None, "niet behaald"),
        (50, 50, None, "behaald"),
        (51, 50, None, "overtroffen"),
        (79, 80, 100, "niet behaald"),
        (80, 80, 100, "behaald"),
        (100, 80, 100, "behaald"),
        (101, 80, 100, "overtroffen"),
    ],
)
def test_a_goal_is_exceeded_reached_or_not(
    result: int, low: int, high: int | None, verdict: str
) -> None:
    goal = GoalResult(
        "workplaces", Decimal(low), None if high is None else Decimal(high), Decimal(result)
    )
    assert wording.verdict(goal) == verdict


@pytest.mark.parametrize(
    ("results", "sentence"),
    [
        ([], ""),
        ([51], "Het doel voor 2024 is overtroffen."),
        ([49], "Het doel voor 2024 is niet behaald."),
        ([51, 52], "Alle twee doelen voor 2024 zijn overtroffen."),
        ([50, 51], "Alle twee doelen voor 2024 zijn behaald; één daarvan is overtroffen."),
        ([50, 50], "Alle twee doelen voor 2024 zijn behaald."),
        ([1, 2, 3], "De drie doelen voor 2024 zijn niet behaald."),
        ([1, 50, 3], "Van de drie doelen voor 2024 is er één behaald."),
        ([1, 51, 3], "Van de drie doelen voor 2024 is er één overtroffen."),
        ([51, 51, 3], "Van de drie doelen voor 2024 zijn er twee overtroffen."),
    ],
)
def test_goals_together_in_one_sentence(results: list[int], sentence: str) -> None:
    goals = [GoalResult("workplaces", Decimal(50), None, Decimal(result)) for result in results]
    assert wording.goals_in_short(goals, 2024, running=False) == sentence


def test_later_goals_become_ambition_and_potential() -> None:
    goals = [
        Goal(
            year=row["year"],
            indicator=row["indicator"],
            low=Decimal(row["low"]),
            high=row.get("high"),
        )
        for row in GOALS
        if row["year"] > 2024
    ]
    assert wording.ambition(goals) == [
        "De ambitie voor werkplekken is 50 in 2025. Het potentieel groeit naar 80 tot 100 in 2028.",
        (
            "Voor de ingevulde waarde is de ambitie €\u00a05 miljoen per jaar in 2026 en 2027."
            " Het potentieel groeit naar €\u00a010 miljoen in 2029."
        ),
    ]
    assert wording.ambition(goals[:1]) == ["De ambitie voor werkplekken is 50 in 2025."]
    assert wording.ambition([]) == []


@pytest.mark.parametrize(
    ("now", "before", "sentence"),
    [
        (16, 0, ""),
        (16, None, ""),
        (16, 16, "Dat is evenveel als in 2023."),
        (17, 16, "Dat is {{ werkplekken_verschil }} werkplek meer dan in 2023."),
        (12, 16, "Dat zijn {{ werkplekken_verschil }} werkplekken minder dan in 2023."),
    ],
)
def test_a_figure_beside_the_year_before(now: int, before: int | None, sentence: str) -> None:
    assert wording.against_before(WORKPLACES, now, before, 2023, running=False) == sentence


def test_small_words() -> None:
    assert [listed(names) for names in ([], ["A"], ["A", "B"], ["A", "B", "C"])] == [
        "",
        "A",
        "A en B",
        "A, B en C",
    ]
    assert region_name("Gooi en Vechtstreek") == "de regio Gooi en Vechtstreek"
    assert region_name("Arbeidsmarktregio Rijnmond") == "de Arbeidsmarktregio Rijnmond"
    assert (
        Kind.EURO.limits(Decimal(750000), Decimal(1500000))
        == "€\u00a0750.000 tot €\u00a01,5 miljoen"
    )
    assert Kind.EURO.short(Decimal("12345678.90")) == "€\u00a012,35\u00a0mln"


# --- The notice as a whole ------------------------------------------------------------------------


def test_every_figure_stands_in_the_text(filled: Ledger) -> None:
    set_goals(filled.region, GOALS)
    text = notice_of(filled)
    # 3 × 4,321.09 + 2,500.50 + 800.00 = 16,263.77; work 12,963.27; social 3,300.50; before:
    # 9,000.00
    for words in (
        "voor € 16.264 aan social return ingevuld",
        "Er zijn 3 werkplekken geteld",
        "Dat zijn 2 werkplekken meer dan in 2023.",
        "Het doel van 2 is overtroffen.",
        "Dat is € 7.264 meer dan in 2023.",
        "Het doel van € 1 miljoen is niet behaald (1,63%).",
        "tellen voor € 3.301",
        "Aan sociale firma’s is € 2.400 betaald.",
        "Er is € 1.200.000 aan opdrachten met social return geregistreerd, met 1 nieuwe opdracht.",
        "De verplichting daarbij is € 60.000, gemiddeld 5%.",
        "samen € 80.000, is € 25.264 ingevuld (31,58%). Nog in te vullen: € 54.736.",
        "Van de twee doelen voor 2024 is er één overtroffen.",
        "De ingevulde waarde is 81% hoger dan in 2023.",
        "Het grootste deel is ingevuld met arbeid: 80%.",
        "Het potentieel groeit naar 80 tot 100 in 2028.",
        "Voor 2025 is het doel: 50 voor werkplekken.",
        (
            "samen € 1.500.000. Daarvan: 1 met een verplichting (€ 1.200.000) en 1 zonder, met een"
            " reden in het dossier."
        ),
    ):
        assert words in text


def test_changing_one_line_changes_figure_sentence_and_chart(filled: Ledger) -> None:
    def state() -> tuple[str, str, str]:
        edition = assemble(filled.region, 2024, None, TODAY)
        headline = CouncilNotice(edition).headline
        assert headline
        return euro(edition.own.fulfilled), text_of(notice_html.body(edition)), headline.chart.svg

    amount, text, chart = state()
    FulfilmentLine.objects.filter(month=month(2024, 6), municipality=filled.a).update(
        amount="9999.99"
    )
    changed_amount, changed_text, changed_chart = state()
    assert amount in text.replace("€ ", "€\u00a0")
    assert changed_amount != amount
    assert changed_amount in changed_text.replace("€ ", "€\u00a0")
    assert amount not in changed_text.replace("€ ", "€\u00a0")
    assert chart != changed_chart


def test_without_goals_or_year_before_it_still_reads_well(ledger: Ledger) -> None:
    ledger.line(ledger.contract(), "100", month(2024, 1))
    text = notice_of(ledger)
    assert (
        "In 2024 is in de Testregio voor € 100 aan social return ingevuld, met 1 werkplek." in text
    )
    assert "Er is 1 werkplek geteld" in text
    assert "Er zijn geen gegevens over een eerder jaar om mee te vergelijken." in text
    for word in ("doel", "None", "dan in 2023", "Ambitie"):
        assert word not in text.replace("doelgroep", "").replace("Doelgroep", "").replace(
            "maatschappelijk doel", ""
        ).replace("duurzame doelen", "")


def test_nothing_registered_still_reads_well(ledger: Ledger) -> None:
    text = notice_of(ledger)
    assert "Over 2024 is geen ingevulde waarde geregistreerd in de Testregio." in text
    assert "Er zijn nog geen verplichtingen geregistreerd." in text
    assert "In 2024 zijn geen opdrachten geregistreerd op of boven de drempel" in text
    assert "None" not in text


def test_a_year_that_runs_is_not_judged_as_if_it_were_over(filled: Ledger) -> None:
    set_goals(filled.region, GOALS)
    text = notice_of(filled, today=date(2024, 10, 1))
    assert "dit is de stand op 1 oktober 2024" in text
    assert "In heel 2023 was dit € 9.000." in text
    assert "is nog niet behaald" in text
    assert "meer dan in 2023" not in text


def test_the_edition_of_a_municipality_sets_its_own_figures_beside_the_region(
    filled: Ledger,
) -> None:
    set_goals(filled.region, GOALS)
    text = notice_of(filled, town=filled.b)
    # 40% line by line: 3 × 1,728.44 + 1,000.20 + 320.00
    assert "voor € 6.506 aan social return ingevuld" in text
    assert "In de hele regio gaat het om € 16.264." in text
    assert "Beekstad naast de regio" in text
    assert "Het regionale doel van 2 is overtroffen." in text
    assert "Aadorp" not in text.replace("De gemeenten Aadorp, Beekstad en Ceeveen", "")


def test_late_lines_are_listed_apart(filled: Ledger) -> None:
    ClosedYear.objects.create(region=filled.region, year=2023, last_posting=1, closed_at=NOW)
    ledger_line = filled.line(filled.contract(), "123.45", month(2023, 12), booked=month(2024, 1))
    text = notice_of(filled)
    assert len(ledger_line) == 1
    assert "Alsnog over 2023: 1 boeking, samen € 123,45." in text
    assert "1 werkplek uit een afgesloten jaar" in text


def test_small_target_groups_are_told_together(filled: Ledger) -> None:
    contract = filled.contract()
    for _ in range(6):
        filled.line(contract, "10", month(2024, 4), target_group="ww")

    def notice() -> CouncilNotice:
        return CouncilNotice(assemble(filled.region, 2024, None, TODAY))

    # Three of one group are too few; with the total of nine, the six others would tell.
    assert notice().tables["target_groups"] is None
    assert "Een tabel per doelgroep staat er niet" in str([part.said for part in notice().parts])
    for _ in range(4):
        filled.line(contract, "10", month(2024, 4), target_group="bbl")
    table = notice().tables["target_groups"]
    assert table
    assert [(row[0], row[1]) for row in table.rows] == [("WW-uitkering", "6"), ("Overig", "7")]
    assert table.names == ["ww", "_other", "_total"]
    assert "Groepen van minder dan 5 staan samen onder ‘Overig’" in table.note


def test_amounts_are_withheld_where_another_head_would_tell_them() -> None:
    heads = [frozenset({"werk"}), frozenset({"werk"}), frozenset({"leren"}), frozenset({"werk"})]
    rows = [
        PublicRow(str(i), count, Decimal(i), heads[i]) for i, count in enumerate((10, 20, 3, 4))
    ]
    assert [(row.count, row.amount) for row in merged(rows, 5)] == [
        (10, None),
        (20, None),
        (7, None),
    ]


def test_tables_add_up(filled: Ledger) -> None:
    filled.contract("100000", "3", rate_reason="labour_share", rate_reason_text="vooral materiaal")
    notice = CouncilNotice(assemble(filled.region, 2024, None, TODAY))

    def amounts(words: list[str]) -> list[Decimal]:
        return [
            Decimal(re.sub(r"[^\d,-]", "", word.replace("−", "-")).replace(",", "."))
            for word in words
        ]

    for name, columns in (
        ("categories", (1, 2)),
        ("municipalities", (2, 3)),
        ("policy_fields", (2, 3)),
        ("sectors", (1, 2, 4)),
        ("coverage", (1, 2, 3)),
        ("years", (2,)),
        ("reasons", (1, 2)),
        ("spent", (1, 2, 3, 4, 5)),
    ):
        table = notice.tables[name]
        assert table, name
        for column in columns:
            *parts, total = amounts(
                [row[column] for row in (*table.rows, table.total) if row[column] != "–"]
            )
            assert sum(parts) == total, (name, column)
    for name in ("categories", "policy_fields", "sectors"):
        table = notice.tables[name]
        assert table
        share = list(table.header).index("Aandeel")
        assert sum(amounts([row[share] for row in table.rows if row[share] != "–"])) == 100
    finance = {row[0]: row[1:] for row in notice.tables["finance"].rows}  # type: ignore[union-attr]
    owed, done, left = (amounts(list(finance[f"{word} sinds het begin"])) for word in OF_ALL_YEARS)
    assert [o - d for o, d in zip(owed, done, strict=True)] == left


def test_every_step_from_registered_to_open_and_from_credited_to_paid_is_told(
    ledger: Ledger,
) -> None:
    """By hand: 50,000 awarded and 2,500 more work; 1,000 discount, 500 waived, 25 taken back."""
    earlier = ledger.contract("100000", "5", award_date=date(2023, 2, 1))
    ledger.line(earlier, "700", month(2023, 5))
    contract = ledger.contract("1000000", "5")
    for kind, amount in (
        (LineKind.AMENDMENT, "2500"),
        (LineKind.PSO_DISCOUNT, "-1000"),
        (LineKind.WAIVER, "-500"),
        (LineKind.CORRECTION, "-25"),
    ):
        ledger.owe(contract, "0", amount, kind=kind, day=date(2024, 6, 1))
    ledger.line(contract, "300", month(2024, 3))
    ledger.line(contract, "80", month(2024, 4), category="social_purchasing", paid="100")
    notice = CouncilNotice(assemble(ledger.region, 2024, None, TODAY))
    table = notice.tables["reconciled"]
    assert table
    assert [(row[0], row[1].replace("\u00a0", " ")) for row in table.rows] == [
        ("Nieuwe opdrachten", "€ 50.000"),
        ("Meerwerk, minderwerk en verlengingen", "€ 2.500"),
        ("Samen: geregistreerd in 2024", "€ 52.500"),
        ("Kortingen voor PSO", "€ −1.000"),
        ("Kwijtgescholden", "€ −500"),
        ("Correcties en vervallen opdrachten", "€ −25"),
        ("Samen: verplichting erbij in 2024", "€ 50.975"),
        ("Verplichtingen tot en met 2023", "€ 5.000"),
        ("Samen: verplichtingen sinds het begin", "€ 55.975"),
        ("Af: ingevuld tot en met 2023", "€ 700"),
        ("Af: ingevuld in 2024", "€ 380"),
        ("Blijft over: nog in te vullen, sinds het begin", "€ 54.895"),
        ("Toegekende waarde in 2024", "€ 380"),
        ("Af: arbeid", "€ 300"),
        ("Blijft over: toegekend voor sociale inkoop", "€ 80"),
        ("Bij: meer betaald dan toegekend", "€ 20"),
        ("Blijft over: betaald aan sociale firma’s", "€ 100"),
    ]
    for row in table.rows:
        figure, _sign, query = row[1].name.partition("?")  # type: ignore[attr-defined]
        if not figure:
            continue
        asked = dict(part.split("=") for part in query.split("&") if part)
        year = int(asked.pop("year", 2024))
        found = trace(
            staff(ledger), ledger.region, Period.year(year), figure, narrowed=asked, today=TODAY
        )
        assert found.total == row[1].value, row[0]  # type: ignore[attr-defined]


@pytest.mark.parametrize(("low", "sentence"), [(2, ""), (4, "werkplekken")])
def test_a_goal_that_was_missed_asks_its_writer_for_causes(
    filled: Ledger, low: int, sentence: str
) -> None:
    set_goals(filled.region, [{"year": 2024, "indicator": "workplaces", "low": low}])
    client = signed_in(filled, Role.ADVISER)
    asks = "Schrijf bij Consequenties waardoor dat komt"
    for address in (ROOT, ROOT + "voorstellen/", ROOT + "tekst/consequenties/"):
        page = client.get(address).content.decode()
        assert (asks in page) == bool(sentence), address
    assert ("Het doel voor werkplekken is niet behaald." in notice_of(filled)) == bool(sentence)


def test_the_default_text_asks_nothing_that_its_data_do_not_bear(filled: Ledger) -> None:
    """A proposal of money is never "for information"; without one nothing is proposed."""
    assert "ter informatie" in notice_of(filled)
    whole = assemble(filled.region, 2024, None, TODAY)
    values = {name: getattr(Supplement(), name) for name in particulars.SUPPLIED}
    particulars.supply(
        whole,
        values | {"extra_fte": Decimal(2), "extra_cost": Decimal("150000.00")},
        seen=0,
        act=act(),
    )
    text = notice_of(filled)
    assert "om het team uit te breiden met 2 fte, voor € 150.000 per jaar" in text
    for words in ("ter informatie", "geen besluit"):
        assert words not in text


def test_more_than_owed_is_said_so(ledger: Ledger) -> None:
    ledger.line(ledger.contract("10000"), "700", month(2024, 1))
    assert "samen € 500, is € 700 ingevuld (140%). Dat is € 200 meer dan verplicht." in notice_of(
        ledger
    )


def test_the_notice_is_dutch_whatever_the_language(filled: Ledger) -> None:
    dutch = notice_html.as_html(assemble(filled.region, 2024, None, TODAY))
    with translation.override("en"):
        assert notice_html.as_html(assemble(filled.region, 2024, None, TODAY)) == dutch


# --- Files ----------------------------------------------------------------------------------------


@pytest.fixture
def edition(filled: Ledger) -> Edition:
    set_goals(filled.region, GOALS)
    return assemble(filled.region, 2024, filled.a, TODAY)


def test_the_pdf_is_accessible_and_archivable(edition: Edition) -> None:
    content = notice_html.as_pdf(edition, NOW)
    for profile in ("2a", "ua1"):
        report = page.validate_pdf_bytes(content, profile=profile)
        assert [(failure.rule_id, failure.message) for failure in report.failures] == []
    assert notice_html.as_pdf(edition, NOW) == content


@pytest.mark.skipif(
    shutil.which("pdftotext") is None, reason="no pdftotext on this machine (poppler-utils)"
)
def test_the_pdf_holds_every_figure(edition: Edition) -> None:
    content = notice_html.as_pdf(edition, NOW)
    found = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=content, capture_output=True, check=True
    ).stdout.decode()
    text = found.replace("\u00a0", " ")
    own, whole = edition.own, edition.whole
    for figures in (own, whole):
        values = (
            figures.fulfilled,
            figures.social_spend,
            figures.social_firm_spend,
            figures.contract_value_registered,
            figures.obligation_registered,
            figures.open,
        )
        for value in values:
            assert euro(value).replace("\u00a0", " ") in text
        assert percent(figures.average_rate) in text
    for value in (own.obligation_to_date, own.realised_to_date, *own.by_category.values()):
        assert euro(value).replace("\u00a0", " ") in text
    assert percent(own.to_date_ratio) in text
    assert own.workplaces < edition.mask_below
    assert re.search(rf"Werkplekken\s+minder dan 5\s+minder dan 5\s+{whole.workplaces}\s", text)


def test_the_file_stands_on_its_own(edition: Edition) -> None:
    html = notice_html.as_html(edition)
    assert not re.search(r"""(?:src|href)=["'](?!#)""", html)
    assert "@import" not in html
    assert set(re.findall(r"""url\(["']?([^"')]{5})""", html)) <= {"data:", "#char"}
    assert html.count("<h1>") == 1
    assert "<svg" in html


def test_a_chart_is_drawn_for_the_width_it_gets(edition: Edition) -> None:
    """On a screen for wide and narrow, of which one shows; on paper once."""
    page, paper = notice_html.as_html(edition), notice_html.document(edition)
    charts = [chart for chart in CouncilNotice(edition).charts.values() if chart]
    assert charts
    for chart in charts:
        assert chart.svg in page
        assert chart.small
        assert chart.small in page
        assert chart.svg in paper
        assert chart.small not in paper
    # None of them lies in a box that scrolls.
    assert not re.search(r'class="scroll"[^>]*>\s*(<div[^>]*>)?\s*<svg', page)


def call(*arguments: str) -> None:
    call_command("annual_report", "2024", "--region", "testregio", *arguments)


@pytest.mark.parametrize(("kind", "begin"), [("html", b"\n<!doctype html>"), ("pdf", b"%PDF-1.7")])
def test_the_command_writes_a_file(filled: Ledger, tmp_path: Path, kind: str, begin: bytes) -> None:
    target = tmp_path / f"verslag.{kind}"
    call("--format", kind, "--output", str(target), "--municipality", "GM0001")
    assert target.read_bytes().lstrip().startswith(begin.lstrip())


def test_the_command_says_in_one_line_what_is_wrong(filled: Ledger, tmp_path: Path) -> None:
    for wrong in (("--output", str(tmp_path)), ("--output", "x", "--municipality", "GM9999")):
        with pytest.raises(CommandError) as refused:
            call("--format", "html", *wrong)
        assert "\n" not in str(refused.value)


# --- Pages ----------------------------------------------------------------------------------------

ROOT = "/jaarverslag/testregio/2024/"
REGION_PAGES = (ROOT, ROOT + "pdf/", ROOT + "cijfers.json", ROOT + "cijfers.csv")
OWN, OTHER = ROOT + "aadorp/", ROOT + "beekstad/"


def signed_in(ledger: Ledger, role: str, **fields: Any) -> Client:
    client = Client()
    client.force_login(make_user(role, ledger.region, **fields))
    return client


def codes(client: Client, *paths: str) -> list[int]:
    return [client.get(path).status_code for path in paths]


@pytest.fixture(autouse=True)
def _today() -> Any:
    with time_machine.travel(
        datetime(2025, 3, 1, 12, tzinfo=ZoneInfo("Europe/Amsterdam")), tick=False
    ):
        yield


@pytest.mark.parametrize("role", [Role.ADVISER, Role.REGION_ADMIN])
def test_staff_read_every_edition_of_their_region(filled: Ledger, role: str) -> None:
    elsewhere = Ledger(code="elders", numbers=filled.numbers)
    elsewhere.line(elsewhere.contract(), "1", month(2024, 1))
    client = signed_in(filled, role)
    assert codes(client, *REGION_PAGES, OWN, OTHER, OWN + "pdf/", OWN + "cijfers.json") == [200] * 8
    missing = (
        "/jaarverslag/elders/2024/",
        "/jaarverslag/nergens/2024/",
        ROOT + "nergens/",
        ROOT + "cijfers.xml",
    )
    assert (
        codes(client, *missing, "/jaarverslag/testregio/0/", "/jaarverslag/testregio/99999/")
        == [404] * 6
    )
    bodies = {
        re.sub(rb"csrf\S*|nonce\S*", b"", client.get(path).content.split(b"<main")[-1])
        for path in missing[:2]
    }
    assert len(bodies) == 1
    shown = client.get("/jaarverslag/").content.decode()
    assert ROOT in shown
    assert "elders" not in shown


def test_officers_read_the_editions_of_their_own_municipalities(filled: Ledger) -> None:
    client = signed_in(filled, Role.PROCUREMENT_OFFICER, towns=["GM0001"])
    assert codes(client, OWN, OWN + "pdf/") == [200, 200]
    assert codes(client, *REGION_PAGES, OTHER, OTHER + "pdf/", OWN + "cijfers.json") == [404] * 7
    shown = client.get("/jaarverslag/").content.decode()
    assert OWN in shown
    assert OTHER not in shown
    assert f'href="{ROOT}"' not in shown
    assert OTHER not in client.get(OWN).content.decode()


def test_readers_read_what_is_final(filled: Ledger) -> None:
    client = signed_in(filled, Role.READER)
    assert codes(client, *REGION_PAGES, OWN) == [404] * 5
    adoption.propose(filled.region, 2024, act())
    adoption.finalise(filled.region, 2024, act())
    filled.line(filled.contract(), "99999", month(2024, 12), booked=month(2025, 1))
    assert codes(client, *REGION_PAGES, OWN) == [200, 200, 404, 404, 200]
    shown = text_of(client.get(ROOT).content.decode())
    assert "€ 16.263,77" in shown
    assert "De cijfers zijn vastgesteld op 1 maart 2025." in shown


def test_contractors_and_strangers_find_nothing(filled: Ledger) -> None:
    contractor = Contractor.objects.get(kvk="12345678")
    client = signed_in(filled, Role.CONTRACTOR, contractor=contractor)
    assert codes(client, *REGION_PAGES, OWN) == [404] * 5
    assert ROOT not in client.get("/jaarverslag/").content.decode()
    assert codes(Client(), ROOT, OWN, "/jaarverslag/") == [302, 302, 200]
    assert ROOT not in Client().get("/jaarverslag/").content.decode()


def test_the_pdf_opens_in_the_browser_under_a_dutch_name(filled: Ledger) -> None:
    response = signed_in(filled, Role.ADVISER).get(OWN + "pdf/")
    assert response["Content-Type"] == "application/pdf"
    assert (
        response["Content-Disposition"]
        == 'inline; filename="raadsmededeling-social-return-2024-aadorp.pdf"'
    )
    assert response.content[:5] == b"%PDF-"


def test_the_data_are_those_of_the_figures(filled: Ledger) -> None:
    response = signed_in(filled, Role.ADVISER).get(ROOT + "cijfers.json")
    content = response.json()
    assert content.pop("tables")["municipalities"]["_total"]["workplaces"] == content["workplaces"]
    assert content.pop("format") == data.FORMAT
    assert content == figures_as_data(figures_of(None, filled.region, 2024, today=TODAY))


def test_the_page_says_that_it_is_a_draft(filled: Ledger) -> None:
    client = signed_in(filled, Role.ADVISER)
    client.cookies["django_language"] = "en"
    shown = client.get(OWN).content.decode()
    assert "Draft" in shown
    assert 'lang="nl"' in shown
    assert "Kennisnemen van" in shown
    assert 'style="' not in shown.split("<main")[1]


def test_queries_of_the_page_do_not_grow(
    filled: Ledger, django_assert_max_num_queries: Any
) -> None:
    client = signed_in(filled, Role.ADVISER)
    with django_assert_max_num_queries(91) as before:
        client.get(OWN)
    for year in (2022, 2023, 2024):
        contract = filled.contract(
            award_date=date(year, 1, 1), shares={filled.a: 20, filled.b: 30, filled.c: 50}
        )
        for group in ("ww", "bbl", "wajong"):
            filled.line(contract, "100", month(year, 2), target_group=group)
    with django_assert_max_num_queries(len(before.captured_queries)):
        client.get(OWN)
