"""What a fulfilment is worth: the published examples of DOMAIN.md section 5, and what must always
hold.
"""

import json
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from contracts.models import Region
from contracts.policy.loading import FaultyFile
from contracts.valuation_tables.checking import table_from
from placements.claims.valuation import Claim, Counted, Earlier, Value, spread, value
from sroi.money import cumulative

PUBLISHED = settings.BASE_DIR / "contracts" / "data" / "valuation-tables"
CONTRACT = Counted("C-1", date(2022, 1, 1), date(2026, 12, 31), payment_days=60)
D = Decimal
WHOLE = D(100)


def table_file(name):
    return json.loads((PUBLISHED / f"{name}.json").read_text(encoding="utf-8"))


def made_table(*blocks, **terms):
    rows = [{"label": {"nl": b["code"]}, **b} for b in blocks]
    return {
        "format": "valuation-table/1",
        "code": "t",
        "title": {"nl": "T"},
        "full_time_hours": "36",
        **terms,
    } | {"blocks": rows}


def worth(data, code, claim, *, contract=CONTRACT, share=WHOLE, earlier=()) -> Value:
    table, blocks = table_from(Region(code="r"), data)
    by_code = {b.code: b for b in blocks}
    bonuses = [b for b in blocks if b.kind == "bonus"]
    return value(claim, table, by_code[code], bonuses, contract, share, earlier)


def placed(first, last, hours="36", **more):
    return Claim("placement", first, last, ((first, D(hours)),), **more)


YEAR = (date(2024, 1, 1), date(2024, 12, 31))


def test_utrecht_participation_act_half_a_year_of_24_hours():
    claim = placed(date(2024, 1, 1), date(2024, 6, 30), "24")
    assert worth(table_file("utrecht-2"), "PW", claim).total == D("13333.33")


def test_the_same_by_days_of_the_year():
    claim = placed(date(2023, 1, 1), date(2023, 6, 30), "24")
    assert worth({**table_file("utrecht-2"), "proration": "days"}, "PW", claim).total == D(
        "13223.74"
    )


def test_utrecht_a_year_with_both_bonuses():
    claim = placed(
        *YEAR, age=52, permanent_contract=True, bonuses=("BONUS_50PLUS", "BONUS_PERMANENT")
    )
    assert worth(table_file("utrecht-2"), "PW", claim).total == D("60000.00")


def test_leiden_55_plus_by_the_year():
    claim = placed(*YEAR, age=56, bonuses=("BONUS_55PLUS",))
    assert worth(table_file("leiden-2023"), "PW", claim).total == D("45000.00")


def test_gooi_en_vechtstreek_55_plus_once():
    claim = placed(*YEAR, age=55, bonuses=("BONUS_55PLUS",))
    assert worth(table_file("gooi-en-vechtstreek"), "PW_GT2Y", claim).total == D("45000.00")


@pytest.mark.parametrize(
    ("name", "expected"), [("alphen", "20000.00"), ("leiden-2023", "40000.00")]
)
def test_the_same_wia_year_under_two_tables(name, expected):
    assert worth(table_file(name), "WIA", placed(*YEAR)).total == D(expected)


def test_purchase_without_vat():
    claim = Claim("purchase", amount=D("10000.00"), day=date(2024, 5, 1))
    assert worth(table_file("gooi-en-vechtstreek"), "WSW_INVOICE", claim).total == D("10000.00")


def test_forty_hours_of_csr():
    claim = Claim("activity", quantity=D(40), day=date(2024, 5, 1))
    assert worth(table_file("gooi-en-vechtstreek"), "MVO_HOUR", claim).total == D("4000.00")


def test_a_maximum_per_day():
    claim = Claim("activity", quantity=D(3), amount=D(4500), day=date(2024, 5, 1))
    assert worth(table_file("leiden-2023"), "COMMUNITY_DAY", claim).total == D("3000.00")


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2021, 12, 31), "0.00"),
        (date(2022, 1, 1), "500.00"),
        (date(2027, 3, 1), "500.00"),
        (date(2027, 3, 2), "0.00"),
    ],
)
def test_a_payment_counts_to_the_sixtieth_day_after_the_contract(day, expected):
    claim = Claim("purchase", amount=D(500), day=day)
    result = worth(table_file("gooi-en-vechtstreek"), "WSW_INVOICE", claim)
    assert result.total == D(expected)
    assert result.paid == 500


def test_an_activity_after_the_contract_is_worth_nothing_and_says_so():
    claim = Claim("activity", quantity=D(1), day=date(2027, 1, 1))
    result = worth(table_file("gooi-en-vechtstreek"), "MVO_HOUR", claim)
    assert result.total == 0
    assert any("31-12-2026" in step for step in result.steps)


def test_each_unit_of_a_placement():
    blocks = [
        {"code": "FTY", "kind": "placement", "unit": "full_time_year", "amount": "12000"},
        {"code": "Y", "kind": "placement", "unit": "year", "amount": "12000"},
        {"code": "M", "kind": "placement", "unit": "month", "amount": "500"},
        {"code": "F", "kind": "placement", "unit": "fixed", "amount": "750"},
    ]
    claim = placed(date(2024, 1, 16), date(2024, 3, 31), "18")
    data = made_table(*blocks)
    parts = Fraction(16, 31) + 2
    assert worth(data, "FTY", claim).exact == 1000 * parts / 2
    assert worth(data, "Y", claim).exact == 1000 * parts
    assert worth(data, "M", claim).exact == 500 * parts
    fixed = worth(data, "F", claim)
    assert [(m.month.month, m.amount) for m in fixed.months] == [(1, 750), (2, 0), (3, 0)]
    assert sum(m.fte for m in fixed.months) == parts / 24


def test_hours_above_full_time_count_as_full_time_and_hours_can_change():
    data = made_table(
        {"code": "A", "kind": "placement", "unit": "full_time_year", "amount": "36000"}
    )
    claim = Claim("placement", *YEAR, hours=((YEAR[0], D(40)), (date(2024, 7, 1), D(18))))
    assert worth(data, "A", claim).total == D("27000.00")


@pytest.mark.parametrize("unit", ["full_time_year", "year", "month", "fixed"])
def test_below_the_least_hours_every_unit_is_worth_nothing(unit):
    data = made_table(
        {"code": "A", "kind": "placement", "unit": unit, "amount": "9000"}, min_hours_per_week="16"
    )
    assert worth(data, "A", placed(*YEAR, "15.99")).total == 0
    assert worth(data, "A", placed(*YEAR, "16")).total > 0


@pytest.mark.parametrize(
    ("first", "counts"), [(date(2021, 7, 1), True), (date(2021, 6, 30), False)]
)
def test_lookback(first, counts):
    data = made_table(
        {"code": "A", "kind": "placement", "unit": "year", "amount": "12000"}, lookback_months=6
    )
    result = worth(data, "A", placed(first, date(2022, 1, 31)))
    assert result.total == (D("1000.00") if counts else 0)


def test_most_months_count_from_the_first_placement_of_the_candidate():
    data = made_table(
        {"code": "A", "kind": "placement", "unit": "month", "amount": "100", "max_months": 12}
    )
    claim = placed(date(2024, 1, 1), date(2025, 6, 30))
    assert worth(data, "A", claim).total == D("1200.00")
    assert worth(data, "A", claim, earlier=[Earlier(date(2023, 10, 1))]).total == D("900.00")
    assert worth(data, "A", claim, earlier=[Earlier(date(2023, 1, 1))]).total == 0


def test_most_months_end_the_day_before_the_same_day():
    data = made_table(
        {"code": "A", "kind": "placement", "unit": "month", "amount": "3100", "max_months": 1}
    )
    result = worth(data, "A", placed(date(2024, 1, 15), None))
    assert result.window is not None
    assert result.window.last == date(2024, 2, 14)


def test_bonuses_that_do_not_count_say_why():
    data = made_table(
        {"code": "A", "kind": "placement", "unit": "year", "amount": "1000"},
        {"code": "OTHER", "kind": "placement", "unit": "year", "amount": "1000"},
        {
            "code": "B_AGE",
            "kind": "bonus",
            "unit": "fixed",
            "amount": "10",
            "condition": {"min_age": 55},
        },
        {
            "code": "B_PERM",
            "kind": "bonus",
            "unit": "fixed",
            "amount": "20",
            "condition": {"permanent_contract": True},
        },
        {
            "code": "B_OTHER",
            "kind": "bonus",
            "unit": "fixed",
            "amount": "40",
            "applies_to": ["OTHER"],
        },
        {
            "code": "B_BIG",
            "kind": "bonus",
            "unit": "fixed",
            "amount": "80",
            "replaces": ["B_SMALL"],
        },
        {"code": "B_SMALL", "kind": "bonus", "unit": "fixed", "amount": "160"},
    )
    every = ("B_AGE", "B_PERM", "B_OTHER", "B_BIG", "B_SMALL")
    result = worth(data, "A", placed(*YEAR, age=54, bonuses=every))
    assert result.total == D("1080.00")
    assert dict(result.bonuses) == {"B_BIG": date(2024, 12, 31)}
    assert worth(
        data, "A", placed(*YEAR, age=55, permanent_contract=True, bonuses=every)
    ).total == D("1110.00")
    assert worth(data, "A", placed(*YEAR, bonuses=("B_SMALL",))).total == D("1160.00")
    known = [Earlier(date(2024, 1, 1), frozenset({"B_SMALL"}))]
    assert worth(data, "A", placed(*YEAR, bonuses=("B_SMALL",)), earlier=known).total == D(
        "1000.00"
    )


def test_a_block_can_switch_off_a_bonus():
    data = made_table(
        {"code": "A", "kind": "placement", "unit": "year", "amount": "1000", "replaces": ["B"]},
        {"code": "B", "kind": "bonus", "unit": "fixed", "amount": "10"},
    )
    assert worth(data, "A", placed(*YEAR, bonuses=("B",))).total == D("1000.00")


def test_a_share_holds_for_the_fixed_bonus_too():
    claim = placed(*YEAR, age=55, bonuses=("BONUS_55PLUS",))
    assert worth(table_file("gooi-en-vechtstreek"), "PW_GT2Y", claim, share=D(50)).total == D(
        "22500.00"
    )


def test_an_open_end_runs_to_the_last_counted_day():
    result = worth(table_file("gooi-en-vechtstreek"), "WW_LT1Y", placed(date(2026, 7, 1), None))
    assert result.total == D("5000.00")


def test_a_decided_value_follows_the_computed_months():
    claim = placed(date(2024, 1, 1), date(2024, 3, 31))
    computed = worth(
        made_table({"code": "A", "kind": "placement", "unit": "month", "amount": "100"}), "A", claim
    )
    (decided,) = spread(D("100.00"), [(D(100), computed)], [])
    assert [m.amount for m in decided.months] == [Fraction(100, 3)] * 3


def test_a_decided_value_spreads_evenly_where_nothing_was_computed():
    outside = Value()
    (decided,) = spread(D("90.00"), [(D(100), outside)], [date(2024, 1, 1), date(2024, 2, 1)])
    assert [(m.month.month, m.amount) for m in decided.months] == [(1, 45), (2, 45)]


days = st.dates(date(2021, 1, 1), date(2027, 12, 31))
hours = st.decimals(0, 40, places=2)


@given(days, st.integers(0, 900), hours, hours)
def test_value_never_falls_when_hours_rise(first, length, some, more):
    data = made_table(
        {"code": "A", "kind": "placement", "unit": "full_time_year", "amount": "30000"}
    )
    last = first + timedelta(days=length)
    low, high = sorted([some, more])
    assert (
        worth(data, "A", placed(first, last, low)).exact
        <= worth(data, "A", placed(first, last, high)).exact
    )


@given(days, st.integers(0, 900), st.integers(0, 400), st.sampled_from(["calendar_months", "days"]))
def test_value_never_falls_when_a_placement_lasts_longer(first, length, longer, proration):
    data = made_table(
        {
            "code": "A",
            "kind": "placement",
            "unit": "full_time_year",
            "amount": "30000",
            "max_months": 18,
        },
        proration=proration,
    )
    short = worth(data, "A", placed(first, first + timedelta(days=length)))
    long = worth(data, "A", placed(first, first + timedelta(days=length + longer)))
    assert short.exact <= long.exact


@given(days, st.integers(0, 900), hours)
def test_lines_add_up_to_the_total(first, length, weekly):
    data = made_table(
        {"code": "A", "kind": "placement", "unit": "full_time_year", "amount": "29999.99"}
    )
    result = worth(data, "A", placed(first, first + timedelta(days=length), weekly))
    assert sum(cumulative(m.amount for m in result.months)) == result.total


@given(
    st.decimals("0.01", "99999", places=2), st.lists(st.integers(0, 5000), min_size=1, max_size=4)
)
def test_a_decided_value_adds_up_over_contracts(decided, computed):
    from placements.claims.valuation import Month

    parts = [(D(10), Value((Month(date(2024, 1, 1), Fraction(c)),))) for c in computed]
    assert sum(v.total for v in spread(decided, parts, [])) == decided


class TestConditionOfABlock:
    """A block for who is 50 or older, and one for who has (or has no) permanent contract; DOMAIN.md
    section 5.5.
    """

    def table(self, **condition):
        block = {"code": "P", "kind": "placement", "unit": "full_time_year", "amount": "40000"}
        bonus = {"code": "B", "kind": "bonus", "unit": "fixed", "amount": "5000"}
        return made_table({**block, "condition": condition}, bonus)

    @pytest.mark.parametrize(
        ("age", "expected"), [(30, 0), (49, 0), (50, 40000), (61, 40000), (None, 0)]
    )
    def test_an_age(self, age, expected):
        found = worth(self.table(min_age=50), "P", placed(*YEAR, age=age))
        assert found.total == expected
        told = [step for step in found.steps if "Dit bouwblok telt niet" in step]
        assert len(told) == (0 if expected else 1)

    @pytest.mark.parametrize(
        ("asked", "has", "expected"), [(True, True, 40000), (True, False, 0), (False, True, 0)]
    )
    def test_a_kind_of_contract(self, asked, has, expected):
        found = worth(
            self.table(permanent_contract=asked), "P", placed(*YEAR, permanent_contract=has)
        )
        assert found.total == expected

    def test_its_bonuses_fall_too(self):
        table = self.table(min_age=50)
        assert worth(table, "P", placed(*YEAR, age=50, bonuses=("B",))).total == 45000
        assert worth(table, "P", placed(*YEAR, age=49, bonuses=("B",))).total == 0

    @pytest.mark.parametrize("kind", ["purchase", "activity"])
    def test_on_what_is_no_placement_loading_refuses_it(self, kind):
        block = {"code": "X", "kind": kind, "unit": "cost", "condition": {"min_age": 50}}
        with pytest.raises(FaultyFile, match="X"):
            table_from(Region(code="r"), made_table(block))
