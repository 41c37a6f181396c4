"""The demonstration gives the published figures, shows every state, and cannot be mistaken for
anybody's data.
"""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.exceptions import ImproperlyConfigured, MiddlewareNotUsed
from django.core.management import CommandError, call_command
from django.http import HttpResponse
from django.test import RequestFactory, TestCase, override_settings
from django.utils import timezone, translation

from contracts.models import (
    ActionPlan,
    Contract,
    Contractor,
    Membership,
    Municipality,
    ObligationLine,
    Partner,
    Region,
)
from placements.models import (
    FulfilmentEvent,
    FulfilmentLine,
    FulfilmentState,
    FulfilmentVersion,
    Match,
)
from placements.standing.progress import Status, with_progress
from reporting.figures.annual import figures_of
from reporting.figures.facts import AnnualFigures
from reporting.models import AnnualReport
from reporting.notice.editions import assemble
from reporting.notice.files.html import as_pdf
from sroi.access import Role
from sroi.accounts.models import Demonstration, User
from sroi.demo.data import has_happened, rendered
from sroi.demo.loopback import LoopbackMiddleware
from sroi.demo.management.commands.demo import load

TODAY = date(2026, 11, 23)
STATUSES = set(Status) - {Status.DRAFT}


@contextmanager
def on(day: date) -> Iterator[None]:
    with time_machine.travel(
        datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo("Europe/Amsterdam")), tick=False
    ):
        yield


def figures(region: str, year: int = 2024) -> AnnualFigures:
    return figures_of(None, Region.objects.get(code=region), year)


def published() -> tuple[str, ...]:
    f = figures("gooi-en-vechtstreek")
    return tuple(
        map(
            str,
            (
                *(
                    f.contract_value_registered,
                    f.obligation_registered,
                    f.average_rate,
                    f.fulfilled,
                    f.social_spend,
                ),
                *(f.by_category["work"], f.workplaces, int(f.goal["workplaces"].low)),
            ),
        )
    )


PUBLISHED = (
    "77000000.00",
    "2310000.00",
    "3.00",
    "1120000.00",
    "576000.00",
    "544000.00",
    "31",
    "26",
)


def statuses(day: date) -> set[Status]:
    contracts = Contract.objects.filter(region__code="gooi-en-vechtstreek").select_related("policy")
    return {progress.status for progress in with_progress(contracts, day).values()}


def read(content: bytes, how: str) -> str:
    """What stands in a PDF."""
    command = ["pdftotext", how, "-", "-"]
    return subprocess.run(command, input=content, capture_output=True, check=True).stdout.decode()


class DemonstrationTest(TestCase):
    """Loaded once for all of these, with the command as a visitor runs it."""

    @classmethod
    def setUpTestData(cls) -> None:
        folder = TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.output, said = Path(folder.name) / "var", StringIO()
        with on(TODAY):
            call_command("demo", output=str(cls.output), stdout=said)
        cls.said = said.getvalue()

    def test_the_published_year_comes_out_exactly(self) -> None:
        assert published() == PUBLISHED

    def test_the_command_says_the_headline_figures(self) -> None:
        for told in (
            "€ 77.000.000,00",
            "3,00%",
            "€ 1.120.000,00",
            "€ 576.000,00",
            "31 (doel 26)",
            "http://127.0.0.1:",
        ):
            assert told in self.said.replace("\xa0", " ")

    def test_municipalities_add_up_to_their_region(self) -> None:
        region = Region.objects.get(code="gooi-en-vechtstreek")
        whole = figures(region.code)
        parts = [
            figures_of(None, region, 2024, m) for m in Municipality.objects.filter(region=region)
        ]
        assert len(parts) == 7
        for name in (
            "contract_value_registered",
            "obligation_registered",
            "fulfilled",
            "social_spend",
        ):
            assert sum(getattr(part, name) for part in parts) == getattr(whole, name)
        assert sum(whole.by_municipality.values()) == whole.fulfilled

    def test_other_years_are_plausible(self) -> None:
        years = [figures("gooi-en-vechtstreek", year) for year in (2022, 2023, 2024, 2025, 2026)]
        fulfilled = [f.fulfilled for f in years]
        assert fulfilled == sorted(fulfilled)
        assert 18 <= years[1].workplaces <= 22
        assert 40 <= years[3].workplaces < 50
        assert fulfilled[-1] < 5_000_000

    def test_every_status_and_state_occurs(self) -> None:
        assert statuses(TODAY) == STATUSES
        assert set(FulfilmentVersion.objects.values_list("state", flat=True)) == set(
            FulfilmentState.values
        )

    def test_every_kind_of_contract_and_change_occurs(self) -> None:
        contracts = Contract.objects.filter(region__code="gooi-en-vechtstreek")
        assert contracts.count() >= 60
        assert set(contracts.values_list("procurement_type", flat=True)) == {
            "works",
            "services",
            "supplies",
        }
        assert set(contracts.values_list("basis", flat=True)) == {
            "contract_value",
            "labour_cost",
            "invoiced_turnover",
        }
        assert set(ObligationLine.objects.values_list("kind", flat=True)) == {
            *("award", "call_off", "amendment", "extension", "turnover"),
            *("early_end", "rate_change", "pso_discount", "waiver", "correction"),
        }
        without = contracts.filter(has_obligation=False)
        assert without.filter(rate_reason_text="").exists()
        assert without.exclude(rate_reason_text="").exists()
        assert len(set(contracts.values_list("table__code", flat=True))) == 2

    def test_most_contracts_have_a_plan_for_all_they_owe(self) -> None:
        plans = ActionPlan.objects.select_related("contract__policy").prefetch_related("amounts")
        assert set(plans.values_list("state", flat=True)) == {"draft", "submitted", "agreed"}
        owed = with_progress([plan.contract for plan in plans], TODAY)
        assert len(owed) >= 40
        # What both sides of a match agreed on comes on top, in a draft of the next plan.
        for plan in plans.exclude(state="draft", contract__matches__in_plan=True):
            assert (
                sum(row.amount for row in plan.amounts.all()) == owed[plan.contract_id].obligation
            )
            assert plan.contract.award_date < plan.contract.contacted_on <= TODAY

    def test_a_placement_counts_once_over_two_contracts(self) -> None:
        shared = FulfilmentVersion.objects.filter(
            fulfilment__kind="placement", accepted_of__isnull=False, allocations__percent__lt=100
        ).distinct()
        for version in shared:
            contracts = FulfilmentLine.objects.filter(version=version).values_list(
                "contract", flat=True
            )
            assert len(set(contracts)) == 2
        assert shared.count() >= 2

    def test_the_second_region_stays_below_its_goal(self) -> None:
        second = figures("voorbeeldstreek")
        assert 0 < second.workplaces < second.goal["workplaces"].low
        assert set(second.goal) == {"workplaces"}
        assert second.year_before is None
        assert figures("voorbeeldstreek", 2025).goal == {}

    def test_one_client_is_no_municipality(self) -> None:
        second = figures("voorbeeldstreek")
        assert [(part.name, part.fulfilled > 0) for part in second.other_clients] == [
            ("Woonstichting Denkbeeld", True)
        ]
        assert (
            sum(second.by_client.values())
            == second.fulfilled
            > sum(second.by_municipality.values())
        )

    def test_the_desk_has_every_kind_and_state(self) -> None:
        assert set(Match.objects.values_list("state", flat=True)) == {
            *("open", "answered", "agreed", "running", "ended", "declined")
        }
        assert set(Partner.objects.values_list("state", flat=True)) == {"in", "asked"}
        assert Match.objects.filter(in_plan=True).exists()
        assert Match.objects.filter(place__isnull=False, fulfilment__isnull=False).exists()

    def test_everybody_is_recognisably_invented(self) -> None:
        assert all(
            kvk.startswith("9900") for kvk in Contractor.objects.values_list("kvk", flat=True)
        )
        assert all(
            re.search(r"\.example$|@example\.nl$", email)
            for email in User.objects.values_list("email", flat=True)
        )
        named = FulfilmentVersion.objects.exclude(candidate_ref="").values_list(
            "candidate_ref", flat=True
        )
        assert all(re.fullmatch(r"(K|WC-)\d+", reference) for reference in named)

    def test_the_ledgers_are_right(self) -> None:
        with on(TODAY):
            call_command("verify_ledger", stdout=StringIO())

    def test_the_report_is_written(self) -> None:
        assert "1.120.000" in (self.output / "raadsmededeling-2024.html").read_text()
        assert (self.output / "raadsmededeling-2024.pdf").read_bytes().startswith(b"%PDF")

    def test_the_report_of_the_published_year_is_final_and_for_everyone(self) -> None:
        report = AnnualReport.objects.get(region__code="gooi-en-vechtstreek", year=2024)
        assert (report.state, report.published_at is not None) == ("final", True)
        body = report.revisions.get().editions.get(municipality=None).text
        for words in ("€\u00a0150.000", "Werkcentrum", "verwerkersovereenkomst", "geëvalueerd"):
            assert words in body
        assert "vraagt geen besluit" not in body
        assert "<mark>" not in body

    @pytest.mark.skipif(shutil.which("pdftotext") is None, reason="no pdftotext (poppler-utils)")
    def test_before_its_annex_the_report_is_short_and_its_pages_are_full(self) -> None:
        """Six pages for the region, four for a municipality: the message on the first; every page
        but the last is used for two thirds at least.
        """
        region = Region.objects.get(code="gooi-en-vechtstreek")
        for town, most in ((None, 6), (region.municipalities.get(code="GM0402"), 4)):
            with on(TODAY), translation.override("nl"):
                content = as_pdf(assemble(region, 2024, town, TODAY), timezone.now())
            pages = read(content, "-layout").split("\f")[:-1]
            # In the contents its name stands with a number, at the top of a page with a title.
            annex = next(i for i, page in enumerate(pages) if re.search("^Bijlage$", page, re.M))
            assert annex + 1 <= most
            for words in ("Kennisnemen van", "Werkplekken", "Inhoud"):
                assert words in pages[0]
            *full, _last = read(content, "-bbox").split("<page ")[1:]
            for number, page in enumerate(full, start=1):
                height = float(re.search('height="([0-9.]+)"', page)[1])  # type: ignore[index]
                ends = [float(y) for y in re.findall('yMax="([0-9.]+)"', page)]
                lowest = max(y for y in ends if y < height - 55)
                assert lowest > height * 2 / 3, number

    def test_accounts_of_every_role_can_sign_in(self) -> None:
        file = self.output / "demo-accounts.json"
        accounts = json.loads(file.read_text())
        assert file.stat().st_mode & 0o777 == 0o600
        assert {a["role"] for a in accounts} == set(Role.values)
        assert all(set(a) == {"role", "email", "password"} for a in accounts)
        for a in accounts:
            user = User.objects.get(email=a["email"])
            assert user.check_password(a["password"])
            assert Membership.objects.filter(user=user, role=a["role"]).exists()

    def test_loading_twice_changes_nothing_but_the_passwords(self) -> None:
        def standing() -> list[object]:
            counted = (Contract, ObligationLine, FulfilmentLine, FulfilmentEvent, Membership, User)
            return [published(), *(model.objects.count() for model in counted)]

        before, said = standing(), StringIO()
        password = json.loads((self.output / "demo-accounts.json").read_text())[0]["password"]
        with TemporaryDirectory() as folder, on(date(2027, 2, 1)):
            call_command("demo", output=folder, stdout=said)
            renewed = json.loads((Path(folder) / "demo-accounts.json").read_text())[0]
        assert standing() == before
        assert renewed["password"] != password
        assert User.objects.get(email=renewed["email"]).check_password(renewed["password"])
        assert "al geladen" in said.getvalue()

    def test_who_came_in_a_later_release_is_passed_by(self) -> None:
        """The demonstration of an earlier release has fewer people."""
        gone = User.objects.get(email="sem@regio-gooi.example")
        User.objects.filter(pk=gone.pk).update(email="niemand@example.org")
        with TemporaryDirectory() as folder:
            call_command("demo", output=folder, stdout=StringIO())
            renewed = json.loads((Path(folder) / "demo-accounts.json").read_text())
        User.objects.filter(pk=gone.pk).update(email=gone.email)
        assert {gone.email, "niemand@example.org"}.isdisjoint(row["email"] for row in renewed)
        assert len(renewed) > 5


@pytest.mark.django_db
@pytest.mark.parametrize("day", [date(2026, 1, 2), date(2028, 2, 29)])
def test_on_another_day_2024_is_the_same_and_every_status_occurs(day: date) -> None:
    with on(day):
        load(day)
        assert published() == PUBLISHED
        assert statuses(day) == STATUSES


@pytest.mark.django_db
def test_a_database_with_other_data_is_refused(tmp_path: Path) -> None:
    Region.objects.create(code="echt", title_nl="Echte regio")
    with pytest.raises(CommandError, match="niet van de demonstratie"):
        call_command("demo", output=str(tmp_path))
    assert not Demonstration.objects.exists()
    assert not list(tmp_path.iterdir())


def test_dates_relative_to_today() -> None:
    text = "{begin-1} {eind+0} {dag-1} {jaar-3} {eind+24}"
    assert rendered(text, date(2026, 3, 1)) == "2026-02-01 2026-03-31 2026-02-28 2025 2028-03-31"


def test_what_lies_ahead_is_left_out() -> None:
    awarded = {"award_date": "2026-03-01", "start_date": "2026-05-01"}
    assert has_happened(awarded, date(2026, 3, 1))
    assert not has_happened(awarded, date(2026, 2, 28))
    assert has_happened({"paid_on": "", "start_date": ""}, date(2026, 1, 1))


def served(**meta: str) -> int:
    middleware = LoopbackMiddleware(lambda request: HttpResponse())
    return middleware(RequestFactory().get("/", **meta)).status_code


@pytest.mark.django_db
@override_settings(DEMO=True)
def test_demonstration_mode_serves_this_machine_only() -> None:
    with pytest.raises(ImproperlyConfigured):
        served(REMOTE_ADDR="127.0.0.1")
    Demonstration.objects.create(made_at=datetime(2026, 1, 1, tzinfo=ZoneInfo("Europe/Amsterdam")))
    for local in ("127.0.0.1", "::1", "::ffff:127.0.0.1"):
        assert served(REMOTE_ADDR=local) == 200
    for elsewhere in ("192.0.2.7", "2001:db8::1", "::ffff:192.0.2.7", ""):
        assert served(REMOTE_ADDR=elsewhere) == 403
    assert served(REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR="192.0.2.7") == 403


def test_outside_demonstration_mode_there_is_no_such_middleware() -> None:
    with override_settings(DEMO=False), pytest.raises(MiddlewareNotUsed):
        served()
