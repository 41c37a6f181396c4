"""A value tells how it came about: each step is there where it is so, and not where it is not."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from django.utils import translation

from contracts.models import Region
from contracts.valuation_tables.checking import table_from
from placements.claims.valuation import (
    Claim,
    Counted,
    Month,
    Value,
    spread,
    story_as_accepted,
    value,
)
from sroi.periods import Period
from tests.placements.claims.test_valuation import made_table, placed

D = Decimal
CONTRACT = Counted("C-1", date(2024, 1, 1), date(2024, 12, 31), payment_days=60)
YEAR = (CONTRACT.first, CONTRACT.last)
BONUS = {"code": "B", "kind": "bonus", "unit": "fixed", "amount": "500"}
INVOICE = {"code": "I", "kind": "purchase", "unit": "invoice"}
HOURS = {"code": "A", "kind": "activity", "unit": "hour", "amount": "100"}
PLACE = {"code": "P", "kind": "placement", "unit": "full_time_year", "amount": "12000"}
DAY = date(2024, 5, 1)


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


def worth(
    row: dict[str, Any], claim: Claim, *bonuses: dict[str, Any], share: int = 100, **terms: Any
) -> Value:
    table, blocks = table_from(Region(code="r"), made_table(row, *bonuses, **terms))
    return value(claim, table, blocks[0], blocks[1:], CONTRACT, D(share))


def says(found: Value, words: str) -> bool:
    return any(words in step for step in found.steps)


class TestCuts:
    BEFORE, AFTER, OPEN = (
        "Days before the contract",
        "Days after the last counted day",
        "There is no last day",
    )

    def cuts(self, first: date, last: date | None) -> tuple[bool, bool, bool]:
        found = worth(PLACE, placed(first, last))
        return says(found, self.BEFORE), says(found, self.AFTER), says(found, self.OPEN)

    def test_what_fits_in_the_contract_is_not_cut(self) -> None:
        assert self.cuts(*YEAR) == (False, False, False)

    def test_what_begins_before_or_ends_after_it_is(self) -> None:
        assert self.cuts(date(2023, 12, 31), date(2024, 12, 31)) == (True, False, False)
        assert self.cuts(date(2024, 1, 1), date(2025, 1, 1)) == (False, True, False)
        assert self.cuts(date(2024, 1, 1), None) == (False, False, True)


class TestHours:
    LEAST, ONE, MORE = (
        "is below the least of 12 hours",
        "Hours: ",
        "From 01-07-2024 on: 20 of 36 hours",
    )

    def test_one_number_of_hours(self) -> None:
        found = worth(PLACE, placed(*YEAR, "12"), min_hours_per_week="12")
        assert (
            says(found, self.LEAST),
            says(found, self.ONE),
            says(found, "From 01-01-2024 on"),
        ) == (*(False, True, False),)

    def test_too_few(self) -> None:
        found = worth(PLACE, placed(*YEAR, "11.99"), min_hours_per_week="12")
        assert (says(found, self.LEAST), says(found, self.ONE), found.total) == (True, False, 0)
        assert not says(found, "Counted months")

    def test_hours_that_changed(self) -> None:
        claim = Claim("placement", *YEAR, ((YEAR[0], D(30)), (date(2024, 7, 1), D(20))))
        found = worth(PLACE, claim)
        assert (says(found, self.MORE), says(found, self.ONE)) == (True, False)

    def test_without_hours_there_is_no_fte(self) -> None:
        found = worth({**PLACE, "unit": "year"}, Claim("placement", *YEAR))
        assert (found.total, sum(month.fte for month in found.months)) == (12000, 0)


class TestMonths:
    def test_how_a_month_is_counted(self) -> None:
        by_month = worth(PLACE, placed(date(2024, 1, 1), date(2024, 2, 29)))
        assert says(by_month, "Counted months (by calendar month): 2.")
        by_days = worth(PLACE, placed(date(2024, 1, 1), date(2024, 2, 29)), proration="days")
        assert says(by_days, "Counted months (by days of the year): 1.97.")
        assert says(by_month, "Value of the block: €\u00a02,000.")

    def test_a_unit_of_the_claim_is_spread_over_the_days(self) -> None:
        """Forty hours at € 11 over January (31/31) and the first 15 of 29 days of February, half of
        it for here.
        """
        claim = placed(date(2024, 1, 1), date(2024, 2, 15), quantity=D(40))
        found = worth({**PLACE, "unit": "hour", "amount": "11"}, claim, share=50)
        assert [month.amount for month in found.months] == [
            Fraction(220 * 29, 44),
            Fraction(220 * 15, 44),
        ]
        assert not says(found, "Counted months")

    def test_a_share_holds_for_the_fte_too(self) -> None:
        assert sum(month.fte for month in worth(PLACE, placed(*YEAR), share=50).months) == Fraction(
            1, 2
        )

    def test_a_share_is_told_where_it_is_one(self) -> None:
        assert says(worth(PLACE, placed(*YEAR), share=50), "50% of it is for contract C-1.")
        assert not says(worth(PLACE, placed(*YEAR)), "of it is for contract")


class TestBonuses:
    def test_only_what_is_replaced_falls_away(self) -> None:
        other = {**BONUS, "code": "C", "replaces": ["B"]}
        found = worth(PLACE, placed(*YEAR, bonuses=("B", "C")), BONUS, other)
        assert [step for step in found.steps if "falls away" in step] == [
            "Bonus “B” falls away: something else in this table takes its place."
        ]
        assert [code for code, _last in found.bonuses] == ["C"]

    def test_what_counts_is_not_said_not_to(self) -> None:
        found = worth(PLACE, placed(*YEAR, bonuses=("B",)), BONUS)
        assert (says(found, "does not count"), says(found, "Bonus “B”: €\u00a0500.")) == (
            False,
            True,
        )

    @pytest.mark.parametrize(
        ("asked", "why"),
        [(True, "there is no permanent contract"), (False, "it is a permanent contract")],
    )
    def test_the_contract_that_is_asked_is_told(self, asked: bool, why: str) -> None:
        row = {**PLACE, "condition": {"permanent_contract": asked}}
        assert says(
            worth(row, placed(*YEAR, permanent_contract=not asked)),
            f"This block does not count: {why}.",
        )


class TestPurchases:
    def test_a_weight_and_a_share(self) -> None:
        claim = Claim("purchase", amount=D(700), day=DAY)
        found = worth({**INVOICE, "weight_percent": "50"}, claim, share=25)
        assert (found.total, found.paid) == (D("87.50"), D(175))
        assert says(found, "Block “I”: 50% of the invoice, without VAT.")
        assert says(found, "Invoice of €\u00a0700 without VAT: €\u00a0350.")

    def test_without_a_weight_it_counts_whole(self) -> None:
        found = worth(INVOICE, Claim("purchase", amount=D(700), day=DAY))
        assert (found.total, says(found, "100% of the invoice")) == (700, True)

    def test_without_an_amount_it_is_nothing(self) -> None:
        found = worth(INVOICE, Claim("purchase", day=DAY))
        assert (found.total, found.paid, says(found, "Invoice of €\u00a00 without VAT")) == (
            0,
            0,
            True,
        )

    def test_it_says_when_it_counts_or_why_not(self) -> None:
        assert says(
            worth(INVOICE, Claim("purchase", amount=D(700), day=DAY)),
            "Paid on 01-05-2024: it counts",
        )
        unpaid = worth(INVOICE, Claim("purchase", amount=D(700)))
        assert (says(unpaid, "The invoice is not paid yet"), unpaid.paid) == (True, 0)
        late = worth(INVOICE, Claim("purchase", amount=D(700), day=date(2025, 3, 2)))
        assert (says(late, "Paid on 02-03-2025, outside the contract"), late.paid) == (True, 700)


class TestActivities:
    def test_a_share_of_it(self) -> None:
        found = worth(HOURS, Claim("activity", quantity=D(40), amount=D(9), day=DAY), share=25)
        assert (found.total, found.paid) == (1000, 0), "nothing was paid to a firm"
        assert says(found, "Block “A”: €\u00a0100 per hour.")
        assert says(found, "40 hours × €\u00a0100 = €\u00a04,000.")

    def test_without_hours_it_is_nothing(self) -> None:
        found = worth(HOURS, Claim("activity", day=DAY))
        assert (found.total, says(found, "0 hours × €\u00a0100 = €\u00a00.")) == (0, True)

    def test_it_says_when_it_counts_or_why_not(self) -> None:
        assert says(
            worth(HOURS, Claim("activity", quantity=D(1), day=DAY)), "Done on 01-05-2024: it counts"
        )
        assert says(
            worth(HOURS, Claim("activity", quantity=D(1))), "There is no date of the activity"
        )
        late = worth(HOURS, Claim("activity", quantity=D(1), day=date(2025, 1, 1)))
        assert says(late, "Done on 01-01-2025, outside the counted term")

    def test_what_is_claimed_by_the_day_names_no_rate_of_its_own(self) -> None:
        found = worth(
            {"code": "K", "kind": "activity", "unit": "cost"},
            Claim("activity", amount=D(9), day=DAY),
        )
        assert (found.total, says(found, "Cost of €\u00a09: €\u00a09.")) == (9, True)


def test_the_story_of_what_was_accepted_tells_the_window_of_a_placement_only() -> None:
    table, (place, paid) = table_from(Region(code="r"), made_table(PLACE, INVOICE))
    window = Period(*YEAR)
    told = "Counts from 01-01-2024 to 31-12-2024."
    assert told in story_as_accepted(placed(*YEAR), table, place, window).steps
    assert told not in story_as_accepted(placed(*YEAR), table, place, None).steps
    assert told not in story_as_accepted(Claim("purchase", day=DAY), table, paid, window).steps


def test_what_was_decided_goes_to_the_contract_under_which_it_counts() -> None:
    """By what was computed as soon as any of it is more than nothing, not by the shares."""
    nothing, something = Value((Month(DAY, Fraction(0)),)), Value((Month(DAY, Fraction(80)),))
    here, there = spread(D(50), [(D(60), nothing), (D(40), something)], [DAY])
    assert (here.total, there.total) == (0, 50)
