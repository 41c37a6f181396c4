"""Annual figures: by example with the sums written out, and what must hold for any ledger."""

import itertools
import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from io import StringIO
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from contracts.models import (
    Basis,
    BuildingBlock,
    ClosedYear,
    Contract,
    Contractor,
    ContractShare,
    Municipality,
    ObligationLine,
    Policy,
    Posting,
    Region,
    ValuationTable,
)
from contracts.policy.loading import FaultyFile
from placements.models import Fulfilment, FulfilmentEvent, FulfilmentLine, FulfilmentVersion
from reporting.figures.annual import figures_of
from reporting.figures.catalogue import FIGURES
from reporting.figures.exchange import figures_as_data
from reporting.figures.masking import OTHERS, PublicRow, merged
from reporting.goals.door import set_goals
from reporting.models import Goal
from reporting.opening.tracing import trace
from sroi.access import Access, Grant, Role
from sroi.money import ZERO, cumulative
from sroi.periods import Period, month_of

pytestmark = pytest.mark.django_db

NOW = datetime(2025, 1, 15, 12, tzinfo=ZoneInfo("Europe/Amsterdam"))
SUBMITTED = datetime(2024, 12, 1, 9, tzinfo=NOW.tzinfo)
# The names of the exchange format: an interface (DOMAIN.md sections 7 and 10).
SECTION_7 = {
    "municipality",
    "contract_value_registered",
    "obligation_registered",
    "average_rate",
    "contracts_registered",
    "contracts_active",
    "coverage",
    "fulfilled",
    "social_spend",
    "social_firm_spend",
    "workplaces",
    "workplaces_started",
    "workplaces_late",
    "fte",
    "obligation_to_date",
    "realised_to_date",
    "open",
    "goal",
    "quality",
    "contracts_ended",
    "due_to_date",
    "contracts_by_status",
    "accepted_without_evidence",
    "by_category",
    "by_client",
    "by_municipality",
    "by_target_group",
    "by_policy_field",
    "persons",
    "by_kind",
    "by_origin",
    "by_residence",
    "outcomes",
}
KINDS = {"work": "placement", "social_purchasing": "purchase", "csr": "activity"}


@dataclass
class Ledger:
    """A region with three municipalities, and short ways to put lines in its ledgers."""

    code: str = "testregio"
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        self.region = Region.objects.create(
            code=self.code, title_nl="Testregio", title_en="Test region"
        )
        self.policy = Policy.objects.create(
            region=self.region,
            default_rate="5.00",
            threshold_services="200000.00",
            penalty_factor="1.0",
            recovery_months=6,
            grace_months=6,
            report_months=6,
            review_days=14,
            payment_days=60,
            pinned_by="award_date",
            self_review=False,
            store_person_evidence=False,
            retention_months=24,
            at_risk_below_term_left="25",
            behind_below_expected="75",
            mask_below=5,
        )
        self.towns = [
            Municipality.objects.create(
                region=self.region, code=f"GM000{i}", name=name, slug=name.lower()
            )
            for i, name in enumerate(("Aadorp", "Beekstad", "Ceeveen"), start=1)
        ]
        self.a, self.b, self.c = self.towns
        self.table = ValuationTable.objects.create(
            region=self.region,
            code="tabel",
            title_nl="Tabel",
            full_time_hours=36,
            proration="calendar_months",
            min_hours_per_week=0,
            source={},
        )
        self.blocks = {
            category: BuildingBlock.objects.create(
                table=self.table,
                position=i,
                code=category.upper(),
                label_nl=category,
                kind=kind,
                unit="agreement",
            )
            for i, (category, kind) in enumerate(KINDS.items())
        }

    def posting(self) -> Posting:
        return Posting.objects.create(
            region=self.region, number=next(self.numbers), at=NOW, why="test"
        )

    def contract(
        self, value: str = "1000000", rate: str = "5", *, shares: dict | None = None, **fields: Any
    ) -> Contract:
        """A contract with its award line in the ledger, split over the municipalities."""
        number = next(self.numbers)
        awarded = fields.pop("award_date", date(2024, 1, 1))
        contractor, _ = Contractor.objects.get_or_create(
            kvk="12345678", defaults={"name": "Bouwbedrijf Voorbeeld"}
        )
        contract = Contract.objects.create(
            region=self.region,
            reference=f"C{number}",
            title=f"Opdracht {number}",
            contractor=contractor,
            procurement_type=fields.pop("procurement_type", "services"),
            award_date=awarded,
            start_date=fields.pop("start_date", awarded),
            awarded_end_date=fields.get("end_date", date(2027, 12, 31)),
            end_date=fields.pop("end_date", date(2027, 12, 31)),
            value=value,
            rate=rate,
            basis=Basis.CONTRACT_VALUE,
            has_obligation=Decimal(rate) > 0,
            policy=self.policy,
            table=self.table,
            state=fields.pop("state", "active"),
            **fields,
        )
        for town, percent in (shares or {self.a: 100}).items():
            ContractShare.objects.create(contract=contract, municipality=town, percent=percent)
        self.owe(contract, value, Decimal(value) * Decimal(rate) / 100, awarded)
        return contract

    def owe(
        self,
        contract: Contract,
        value: Any,
        owed: Any,
        day: date,
        kind: str = "award",
        booked: date | None = None,
    ) -> None:
        """An obligation line per municipality of the contract."""
        posting = self.posting()
        shares = list(contract.shares.order_by("municipality__code"))
        parts = [self.split(amount, shares) for amount in (value, owed)]
        for share, value_part, owed_part in zip(shares, *parts, strict=True):
            ObligationLine.objects.create(
                contract=contract,
                municipality=share.municipality,
                effective_date=day,
                month=month_of(day),
                booked=booked or month_of(day),
                kind=kind,
                value_delta=value_part,
                obligation_delta=owed_part,
                posting=posting,
            )

    @staticmethod
    def split(amount: Any, shares: list[ContractShare]) -> list[Decimal]:
        return cumulative(
            Fraction(str(amount)) * Fraction(str(share.percent)) / 100 for share in shares
        )

    def fulfilment(self, category: str = "work", **fields: Any) -> Fulfilment:
        """A fulfilment whose first version was accepted."""
        fulfilment = Fulfilment.objects.create(
            region=self.region,
            contractor=Contractor.objects.get(kvk="12345678"),
            external_id=f"F{next(self.numbers)}",
            kind=KINDS[category],
        )
        version = FulfilmentVersion.objects.create(
            fulfilment=fulfilment,
            number=1,
            state="accepted",
            start_date=fields.pop("start_date", date(2024, 1, 1)),
            changed_at=NOW,
            reviewed_at=NOW,
            accepted_in=self.posting(),
            **fields,
        )
        fulfilment.latest = fulfilment.accepted = version
        fulfilment.save()
        return fulfilment

    def submitted(self, fulfilment: Fulfilment) -> FulfilmentVersion:
        """Its latest version, which waits for a review."""
        version = FulfilmentVersion.objects.create(
            fulfilment=fulfilment,
            number=2,
            state="submitted",
            changed_at=SUBMITTED,
            submitted_at=SUBMITTED,
        )
        Fulfilment.objects.filter(pk=fulfilment.pk).update(latest=version)
        return version

    def line(
        self,
        contract: Contract,
        amount: Any,
        month: date,
        fulfilment: Fulfilment | None = None,
        **fields: Any,
    ) -> list[FulfilmentLine]:
        """A fulfilment line per municipality of the contract."""
        category, paid = fields.pop("category", "work"), fields.pop("paid", ZERO)
        fulfilment = fulfilment or self.fulfilment(category)
        posting = self.posting()
        shares = list(contract.shares.order_by("municipality__code"))
        fields.setdefault("booked", month)
        fields.setdefault("target_group", "participation_act" if category == "work" else "")
        fields.setdefault("policy_field", "werk-en-inkomen" if category == "work" else "economie")
        return [
            FulfilmentLine.objects.create(
                contract=contract,
                municipality=share.municipality,
                month=month,
                fulfilment=fulfilment,
                version=fulfilment.accepted,
                category=category,
                block=self.blocks[category],
                amount=part,
                paid=paid_part,
                posting=posting,
                **fields,
            )
            for share, part, paid_part in zip(
                shares, self.split(amount, shares), self.split(paid, shares), strict=True
            )
        ]


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


def month(year: int, number: int) -> date:
    return date(year, number, 1)


def test_nothing_registered_gives_zeros_and_no_rate(ledger: Ledger) -> None:
    figures = figures_of(None, ledger.region, 2024)
    assert (figures.fulfilled, figures.workplaces, figures.contracts_active) == (ZERO, 0, 0)
    assert figures.average_rate is None
    assert figures.to_date_ratio is None
    assert figures.years == []
    assert figures_as_data(figures)["by_category"] == {
        "work": "0.00",
        "social_purchasing": "0.00",
        "csr": "0.00",
    }


def test_registered_counts_awards_and_changes_of_value_of_the_year(ledger: Ledger) -> None:
    contract = ledger.contract("1000000", "5")
    ledger.owe(contract, "150000", "7500", date(2024, 7, 1), "amendment")
    ledger.owe(contract, "100000", "5000", date(2025, 2, 1), "extension")
    ledger.owe(contract, "0", "-2000", date(2024, 8, 1), "pso_discount")
    ledger.contract("400000", "2", award_date=date(2024, 3, 4))
    ledger.contract("300000", "5", award_date=date(2023, 3, 4))
    figures = figures_of(None, ledger.region, 2024)
    # 1,000,000 + 150,000 + 400,000; 50,000 + 7,500 + 8,000
    assert figures.contract_value_registered == Decimal("1550000.00")
    assert figures.obligation_registered == Decimal("65500.00")
    # 65,500 / 1,550,000 = 4.2258…%
    assert figures.average_rate == Decimal("4.23")
    assert figures.contracts_registered == 2
    assert figures.contracts_active == 3
    # 2023: 15,000; 2024: 65,500 − 2,000
    assert figures.obligation_to_date == Decimal("78500.00")


def test_frameworks_and_contracts_without_an_obligation_are_not_registered(ledger: Ledger) -> None:
    ledger.contract("1000000", "0", rate_reason="market", rate_reason_text="geen markt")
    ledger.contract("500000", "5", is_framework=True)
    ledger.contract("250000", "5", state="cancelled", award_date=date(2024, 2, 1))
    figures = figures_of(None, ledger.region, 2024)
    assert figures.contract_value_registered == Decimal("250000.00")
    assert figures.contracts_active == 0


def test_fulfilled_sums_by_the_month_of_booking(ledger: Ledger) -> None:
    contract = ledger.contract()
    ledger.line(contract, "1000.10", month(2024, 3))
    ledger.line(contract, "2000.20", month(2024, 3), category="social_purchasing", paid="1900.00")
    ledger.line(contract, "300.30", month(2024, 5), category="csr")
    ledger.line(contract, "50.00", month(2023, 12), booked=month(2024, 1))
    ledger.line(contract, "7000.00", month(2023, 11))
    ledger.line(contract, "9000.00", month(2024, 12), booked=month(2025, 1))
    figures = figures_of(None, ledger.region, 2024)
    assert figures.fulfilled == Decimal("3350.60")  # 1,000.10 + 2,000.20 + 300.30 + 50.00
    assert figures.by_category == {
        "work": Decimal("1050.10"),
        "social_purchasing": Decimal("2000.20"),
        "csr": Decimal("300.30"),
    }
    assert figures.social_spend == Decimal("2300.50")
    assert figures.social_firm_spend == Decimal("1900.00")
    assert figures.realised_to_date == Decimal("10350.60")
    assert figures.open == Decimal("50000.00") - Decimal("10350.60")
    assert figures.by_month[month(2024, 3)] == Decimal("3000.30")
    assert figures.by_policy_field == {
        "economie": Decimal("2300.50"),
        "werk-en-inkomen": Decimal("1050.10"),
    }
    assert figures.by_target_group == {"participation_act": Decimal("1050.10")}
    assert [(y.year, y.fulfilled) for y in figures.years] == [
        (2023, Decimal("7000.00")),
        (2024, Decimal("3350.60")),
    ]


def test_a_workplace_counts_once_whatever_its_lines(ledger: Ledger) -> None:
    ClosedYear.objects.create(region=ledger.region, year=2023, last_posting=0, closed_at=NOW)
    shared = ledger.contract(shares={ledger.a: 60, ledger.b: 40})
    own = ledger.contract()
    everywhere = ledger.fulfilment(start_date=date(2023, 6, 1))
    for number in (1, 2, 3):
        ledger.line(shared, "1000", month(2024, number), everywhere, fte="0.083333")
        ledger.line(own, "500", month(2024, number), everywhere, fte="0.041666")
    started = ledger.fulfilment(start_date=date(2024, 2, 1))
    ledger.line(own, "10", month(2024, 2), started)
    reversed_ = ledger.fulfilment()
    ledger.line(own, "10", month(2024, 2), reversed_)
    ledger.line(own, "-10", month(2024, 2), reversed_)
    late = ledger.fulfilment()
    ledger.line(own, "10", month(2023, 12), late, booked=month(2024, 1))
    figures = figures_of(None, ledger.region, 2024)
    assert (figures.workplaces, figures.workplaces_started, figures.workplaces_late) == (2, 1, 1)
    # Both municipalities of `shared`: 6 lines of 0.083333, 3 of 0.041666 → 0.624996
    assert figures.values["fte"] == Decimal("0.62")
    assert figures_of(None, ledger.region, 2024, ledger.a).workplaces == 2
    assert figures_of(None, ledger.region, 2024, ledger.b).workplaces == 1
    assert [m.workplaces for m in figures.municipalities] == [2, 1]
    assert [y.workplaces for y in figures.years] == [2]


def test_coverage_asks_of_contracts_above_the_threshold_whether_they_owe(ledger: Ledger) -> None:
    ledger.contract("200000", "5", shares={ledger.a: 25, ledger.b: 75})
    ledger.contract("300000", "0", rate_reason="market", rate_reason_text="geen markt")
    ledger.contract("400000", "0")
    ledger.contract("199999.99", "0")
    ledger.contract("900000", "0", procurement_type="works")  # no threshold for works
    ledger.contract("900000", "5", award_date=date(2023, 12, 31))
    coverage = figures_as_data(figures_of(None, ledger.region, 2024))["coverage"]
    assert coverage == {
        "number": 3,
        "value": "900000.00",
        "with_obligation": {"number": 1, "value": "200000.00"},
        "without_with_reason": {"number": 1, "value": "300000.00"},
        "without_reason": {"number": 1, "value": "400000.00"},
        "reasons": {"market": {"number": 1, "value": "300000.00"}},
    }
    part = figures_of(None, ledger.region, 2024, ledger.b).coverage
    assert (part.number, part.value) == (1, Decimal("150000.00"))


def test_goals_are_set_beside_their_result(ledger: Ledger) -> None:
    set_goals(
        ledger.region,
        [
            {"year": 2024, "indicator": "workplaces", "low": 2, "high": 4},
            {"year": 2024, "indicator": "fulfilled", "low": "3000.00"},
            {"year": 2025, "indicator": "workplaces", "low": 9},
        ],
    )
    contract = ledger.contract()
    ledger.line(contract, "1000", month(2024, 1))
    assert figures_as_data(figures_of(None, ledger.region, 2024))["goal"] == {
        "fulfilled": {"low": "3000.00", "high": None, "percentage": "33.33"},
        "workplaces": {"low": 2, "high": 4, "percentage": "50.00"},
    }
    assert figures_of(None, ledger.region, 2024, ledger.a).goal == {}


def test_goals_are_replaced_and_refused_when_they_make_no_sense(ledger: Ledger) -> None:
    row = {"year": 2024, "indicator": "workplaces", "low": "5"}
    set_goals(ledger.region, [row])
    first = Goal.objects.get()
    set_goals(ledger.region, [row])
    assert Goal.objects.get() == first
    set_goals(ledger.region, [row | {"year": 2025}])
    assert [goal.year for goal in Goal.objects.all()] == [2025]
    for bad in ({"indicator": "happiness"}, {"low": 5, "high": 4}):
        with pytest.raises((FaultyFile, ValidationError)):
            set_goals(ledger.region, [row | bad])
    assert [goal.year for goal in Goal.objects.all()] == [2025]


def test_what_was_accepted_without_evidence_is_counted_with_what_it_came_to(
    ledger: Ledger,
) -> None:
    contract = ledger.contract()
    unproved = ledger.fulfilment(without_evidence="Gezien op de werkvloer")
    bought = ledger.fulfilment("social_purchasing", without_evidence="Factuur kwijt")
    undone = ledger.fulfilment(without_evidence="Komt nog")
    ledger.line(contract, "100.00", month(2024, 3), unproved)
    ledger.line(contract, "23.45", month(2024, 4), bought, category="social_purchasing")
    [first] = ledger.line(contract, "50.00", month(2024, 4), undone)
    ledger.line(contract, "-50.00", month(2024, 4), undone, reverses=first)
    ledger.line(contract, "70.00", month(2024, 4))
    ledger.line(contract, "9.00", month(2025, 1), unproved)
    found = figures_as_data(figures_of(None, ledger.region, 2024))
    assert found["accepted_without_evidence"] == {"number": 2, "amount": "123.45"}
    assert found["workplaces"] == 2


def test_what_was_proved_later_takes_nothing_off_another_year(ledger: Ledger) -> None:
    """Counted where it was accepted without; the year in which it is reversed says nothing of it,
    nor do the lines that the figure opens.
    """
    contract = ledger.contract()
    unproved = ledger.fulfilment(without_evidence="Komt nog")
    [first] = ledger.line(contract, "40000.00", month(2023, 5), unproved)
    ledger.line(
        contract, "-40000.00", month(2023, 5), unproved, reverses=first, booked=month(2024, 2)
    )
    admin = Access(1, (Grant(Role.ADVISER, ledger.region.pk),))
    for year, number, amount in ((2023, 1, "40000.00"), (2024, 0, "0.00")):
        found = figures_as_data(figures_of(None, ledger.region, year))
        assert found["accepted_without_evidence"] == {"number": number, "amount": amount}
        opened = trace(admin, ledger.region, Period.year(year), "without_evidence_value")
        assert (opened.total, opened.rows.count()) == (Decimal(amount), number)


def test_quality_says_what_was_late_corrected_self_reviewed_and_never_reported(
    ledger: Ledger,
) -> None:
    reported, imported, silent = ledger.contract(), ledger.contract(), ledger.contract()
    ledger.contract(start_date=date(2024, 9, 1))  # too young to be silent
    own = ledger.fulfilment(self_reviewed=True)
    own.accepted.allocations.create(contract=reported, block=ledger.blocks["work"], percent=100)
    FulfilmentEvent.objects.create(
        fulfilment=own,
        version_number=1,
        kind="confirmed",
        at=datetime(2024, 7, 1, 0, 30, tzinfo=NOW.tzinfo),
    )
    [first] = ledger.line(reported, "100", month(2023, 12), own)
    ledger.line(reported, "-100", month(2023, 12), own, booked=month(2024, 1), reverses=first)
    ledger.line(reported, "80", month(2023, 12), own, booked=month(2024, 1))
    ledger.line(imported, "10", month(2024, 8))
    ledger.submitted(own)
    figures = figures_of(None, ledger.region, 2024)
    assert figures_as_data(figures)["quality"] == {
        "contracts_without_report": 1,
        "awaiting_review": 1,
        "late_lines": {"number": 2, "amount": "-20.00"},
        "corrections": {"number": 1, "amount": "-100.00"},
        "self_reviewed": 1,
        "sample": None,
        "disagreements": {"number": 0, "kept": 0, "again": 0},
        "settlement_drafts": {"shown": 0, "answered": 0},
    }
    assert [(late.year, late.number, late.amount) for late in figures.late] == [
        (2023, 2, Decimal("-20.00"))
    ]
    FulfilmentEvent.objects.create(
        fulfilment=own,
        version_number=1,
        kind="confirmed",
        at=datetime(2024, 6, 30, 23, 30, tzinfo=NOW.tzinfo),
    )
    own.accepted.allocations.create(contract=silent, block=ledger.blocks["work"], percent=100)
    assert figures_of(None, ledger.region, 2024).quality.contracts_without_report == 0


def test_as_of_a_posting_gives_yesterdays_figure(ledger: Ledger) -> None:
    contract = ledger.contract()
    ledger.line(contract, "100", month(2024, 1))
    number = Posting.objects.latest("number").number
    before = figures_as_data(figures_of(None, ledger.region, 2024, as_of=number))
    ledger.line(contract, "100", month(2024, 1))
    ledger.contract("300000", "5")
    assert figures_as_data(figures_of(None, ledger.region, 2024, as_of=number)) == before
    assert figures_of(None, ledger.region, 2024).fulfilled == Decimal("200.00")


def test_an_award_put_right_afterwards_leaves_yesterdays_figure_as_it_was(ledger: Ledger) -> None:
    contract = ledger.contract(award_date=date(2023, 3, 1))
    number = Posting.objects.latest("number").number
    before = figures_as_data(figures_of(None, ledger.region, 2023, as_of=number))
    assert before["contracts_registered"] == 1
    ledger.owe(contract, "-1000000", "-50000", date(2023, 3, 1))
    ledger.owe(contract, "1000000", "50000", date(2024, 3, 1))
    assert figures_of(None, ledger.region, 2023).contracts_registered == 0
    assert figures_as_data(figures_of(None, ledger.region, 2023, as_of=number)) == before
    admin = Access(1, (Grant(Role.ADVISER, ledger.region.pk),))
    opened = trace(admin, ledger.region, Period.year(2023), "contracts_registered", as_of=number)
    assert (opened.total, opened.rows.count()) == (1, 1)


def test_only_the_lines_a_caller_may_see_are_summed(ledger: Ledger) -> None:
    ledger.line(ledger.contract(), "100", month(2024, 1))
    elsewhere = Ledger(code="elders", numbers=ledger.numbers)
    elsewhere.line(elsewhere.contract(), "999", month(2024, 1))
    adviser = Access(user_id=1, grants=(Grant(Role.ADVISER, ledger.region.pk),))
    assert figures_of(adviser, ledger.region, 2024) == figures_of(None, ledger.region, 2024)
    assert figures_of(adviser, elsewhere.region, 2024).fulfilled == ZERO
    assert figures_of(None, elsewhere.region, 2024).fulfilled == Decimal("999.00")


def test_every_sum_opens_to_its_lines(ledger: Ledger) -> None:
    contract = ledger.contract(shares={ledger.a: 50, ledger.b: 50})
    ledger.line(contract, "100.01", month(2024, 1))
    ledger.line(contract, "33.33", month(2024, 4), category="social_purchasing", paid="20.00")
    ledger.line(contract, "10", month(2023, 12), booked=month(2024, 1))
    figures = figures_of(None, ledger.region, 2024)
    sources = {
        "obligation_lines": ObligationLine.objects.all(),
        "fulfilment_lines": FulfilmentLine.objects.all(),
    }
    columns = {
        "contract_value_registered": "value_delta",
        "obligation_registered": "obligation_delta",
        "obligation_to_date": "obligation_delta",
        "fulfilled": "amount",
        "social_spend": "amount",
        "social_firm_spend": "paid",
        "realised_to_date": "amount",
    }
    for figure, column in columns.items():
        lines = FIGURES[figure].lines_of(Period.year(2024), **sources)
        assert sum((getattr(line, column) for line in lines), ZERO) == getattr(figures, figure), (
            figure
        )


def test_a_part_of_a_year_has_its_own_figures(ledger: Ledger) -> None:
    contract = ledger.contract()
    ledger.line(contract, "100", month(2024, 3))
    ledger.line(contract, "10", month(2024, 4))
    figures = figures_as_data(
        figures_of(None, ledger.region, Period(date(2024, 1, 1), date(2024, 3, 31)))
    )
    assert (figures["from"], figures["to"], figures["fulfilled"]) == (
        "2024-01-01",
        "2024-03-31",
        "100.00",
    )
    assert "year" not in figures


AMOUNTS = st.integers(min_value=-10_000_000, max_value=10_000_000).map(
    lambda cents: Decimal(cents).scaleb(-2)
)
ADDING_UP = (
    "contract_value_registered",
    "obligation_registered",
    "fulfilled",
    "social_spend",
    "social_firm_spend",
    "obligation_to_date",
    "realised_to_date",
    "open",
)
LINES = st.lists(
    st.tuples(
        AMOUNTS,
        st.integers(1, 12),
        st.sampled_from(sorted(KINDS)),
        st.sampled_from(["", "ww", "wajong"]),
    ),
    max_size=6,
)


@given(lines=LINES, first=st.integers(0, 100))
def test_parts_add_up_to_the_whole(lines: list[tuple[Decimal, int, str, str]], first: int) -> None:
    with transaction.atomic():
        ledger = Ledger()
        shared = ledger.contract(
            "333333.33", "3.333", shares={ledger.a: first, ledger.b: 100 - first}
        )
        for amount, number, category, group in lines:
            ledger.line(
                shared,
                amount,
                month(2024, number),
                category=category,
                target_group=group,
                paid="0.01",
            )
        region = figures_of(None, ledger.region, 2024)
        parts = [figures_of(None, ledger.region, 2024, town) for town in ledger.towns]
        transaction.set_rollback(True)
    for name in ADDING_UP:
        assert getattr(region, name) == sum(getattr(part, name) for part in parts), name
    assert (
        sum(region.by_category.values())
        == region.fulfilled
        == sum((amount for amount, *_ in lines), ZERO)
    )
    for split in (
        region.municipalities,
        region.target_groups,
        region.policy_fields,
        region.blocks,
        region.contractors,
    ):
        assert sum((part.fulfilled for part in split), ZERO) == region.fulfilled
    assert sum(region.by_month.values()) == region.fulfilled
    assert region.workplaces <= sum(part.workplaces for part in parts)


def test_the_number_of_queries_does_not_grow(ledger: Ledger) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            figures_of(None, ledger.region, 2024)
        return len(captured)

    ledger.line(ledger.contract(), "100", month(2024, 1))
    with_one = queries()
    for year in (2022, 2023, 2024):
        contract = ledger.contract(
            award_date=date(year, 1, 1), shares={ledger.a: 20, ledger.b: 30, ledger.c: 50}
        )
        for category, group in (("work", "ww"), ("work", "bbl"), ("csr", "")):
            ledger.line(contract, "100", month(year, 2), category=category, target_group=group)
    assert queries() == with_one
    assert with_one <= 36


GROUPS = st.lists(st.integers(0, 9), max_size=6)


@given(counts=GROUPS, below=st.integers(0, 6))
def test_small_groups_are_told_together_or_not_at_all(counts: list[int], below: int) -> None:
    rows = [PublicRow(str(i), count, Decimal(count)) for i, count in enumerate(counts)]
    shown = merged(rows, below)
    if not shown:
        return
    assert sum(row.count for row in shown) == sum(counts)
    assert sum(row.amount or 0 for row in shown) == sum(counts)
    assert all(row.count == 0 or row.count >= below for row in shown)
    if any(row.code == OTHERS for row in shown):
        assert sum(0 < count < below for count in counts) > 1


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ([10, 20], [10, 20]),
        ([10, 3, 2], [10, 5]),
        ([10, 0, 3, 4], [10, 7]),
        ([10, 0], [10, 0]),
        # One alone would follow from the total; so would two of one, or two of four.
        ([10, 3, 20], []),
        ([10, 1, 1], []),
        ([10, 4, 4], []),
        ([10, 1, 1, 1, 1, 1], []),
        ([10, 1, 2], []),
        ([3], []),
        ([], []),
    ],
)
def test_groups_together_by_example(counts: list[int], shown: list[int]) -> None:
    rows = [PublicRow(str(i), count, Decimal(count)) for i, count in enumerate(counts)]
    assert [row.count for row in merged(rows, 5)] == shown


@pytest.mark.parametrize("groups", [2, 3, 4])
@pytest.mark.parametrize("below", [3, 5])
def test_who_knows_which_groups_are_together_cannot_work_one_back(groups: int, below: int) -> None:
    """Who knows the rule, the total, and of each group whether it is nought, small or told."""
    alike = defaultdict(list)
    for counts in itertools.product(range(2 * below), repeat=groups):
        rows = [PublicRow(str(i), count) for i, count in enumerate(counts)]
        if shown := merged(rows, below):
            side = tuple(count if count >= below else min(count, 1) for count in counts)
            told = tuple((row.code, row.count) for row in shown)
            alike[told, side].append(counts)
    for found in alike.values():
        for row in zip(*found, strict=True):
            assert len(set(row)) > 1 or row[0] >= below or row[0] == 0


def call(*arguments: str) -> str:
    output = StringIO()
    call_command(*arguments, stdout=output)
    return output.getvalue()


def test_the_command_writes_the_exchange_format(ledger: Ledger) -> None:
    ledger.line(ledger.contract(shares={ledger.a: 50, ledger.b: 50}), "100", month(2024, 1))
    region = json.loads(call("figures", "2024", "--region", "testregio"))
    town = json.loads(call("figures", "2024", "--region", "testregio", "--municipality", "GM0001"))
    assert (region["year"], region["municipality"], region["fulfilled"]) == (2024, None, "100.00")
    assert (town["municipality"], town["fulfilled"]) == ("GM0001", "50.00")
    assert region["by_municipality"] == {"GM0001": "50.00", "GM0002": "50.00"}
    assert set(region) == {"year", *SECTION_7}
    table = call("figures", "2024", "--region", "testregio", "--format", "csv").splitlines()
    assert table[0] == "figure,key,value"
    assert {
        "fulfilled,,100.00",
        "by_category,work,100.00",
        "coverage,with_obligation.number,1",
    } <= set(table)


@pytest.mark.parametrize(
    "arguments",
    [
        ("2024", "--region", "nergens"),
        ("2024", "--region", "testregio", "--municipality", "GM9999"),
        ("0", "--region", "testregio"),
    ],
)
def test_the_command_says_in_one_line_what_is_missing(
    ledger: Ledger, arguments: tuple[str, ...]
) -> None:
    with pytest.raises(CommandError) as refused:
        call("figures", *arguments)
    assert "\n" not in str(refused.value)
