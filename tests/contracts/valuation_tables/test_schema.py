"""The JSON Schema of valuation tables says what loading says, as far as a schema can say it."""

import json
from typing import Any

import pytest
from django.conf import settings
from hypothesis import given, note
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from contracts.models import MonthsFrom, MonthsOver, PinnedBy, Proration, RecognitionKind
from contracts.valuation_tables.checking import (
    BLOCK_KEYS,
    MOST_ROWS,
    REFERENCE_DATES,
    TABLE_KEYS,
    faults_in,
)
from contracts.valuation_tables.facts import CODE, MOST_QUESTIONS
from contracts.valuation_tables.keys import CONDITIONS, FORMATS
from contracts.valuation_tables.units import UNITS
from tests.tools.json_schema import is_valid

FOLDER = settings.BASE_DIR / "docs" / "valuation-table"
SCHEMA = json.loads((FOLDER / "schema.json").read_text(encoding="utf-8"))
PUBLISHED = settings.BASE_DIR / "contracts" / "data" / "valuation-tables"
GOOD = {
    path.stem: json.loads(path.read_text(encoding="utf-8"))
    for path in (
        FOLDER / "example.json",
        *sorted((FOLDER / "vectors" / "tables").glob("*.json")),
        *sorted(PUBLISHED.glob("*.json")),
    )
}
# What rows and keys say of each other, and what only an address of the web can be.
BEYOND = {"loose", "twice", "contradiction", "url"}
ODD: list[Any] = [
    *(None, "", "x", "0", "12", "1.50", "-1", "1e3", "2024-01-01", "2024-1-1", "x" * 400),
    *(0, 1, -1, 2.5, 27, 40000, True, False),
    *([], ["FULL"], ["x", "x"], [1], [None], {}, {"nl": "x"}, {"nl": "x", "fr": "x"}, {"en": "x"}),
    *({"grace_months": 1}, {"grace_months": None}, {"min_age": 5}, {"max_age": 5}),
    *({"facts": ["x"]}, {"permanent_contract": True}, {"permanent_contract": "ja"}),
    *("placement", "purchase", "activity", "bonus"),
    *UNITS,
    *("hire", "contract", "contractor", "days", "award_date", "placement_start"),
    *(*FORMATS, ["sw_company"], ["sheltered_work"]),
]
KEYS = [*TABLE_KEYS, *BLOCK_KEYS, *CONDITIONS, "nl", "en", "question", "grace_months", "surprise"]


@pytest.mark.parametrize("name", GOOD)
def test_good_tables_are_good_by_both(name: str) -> None:
    assert is_valid(GOOD[name], SCHEMA)
    assert faults_in(json.dumps(GOOD[name]).encode()) == []


def places(data: Any) -> list[Any]:
    """All objects and lists of a table, as they stand in it."""
    found = [data] if isinstance(data, dict | list) else []
    for value in data.values() if isinstance(data, dict) else data if found else ():
        found += places(value)
    return found


@st.composite
def changed(draw: st.DrawFn) -> Any:
    """A good table in which some keys are gone, new, or say something odd."""
    data = json.loads(json.dumps(GOOD[draw(st.sampled_from(sorted(GOOD)))]))
    # Most rows are like another: some of them say as much.
    rows = data["blocks"]
    data["blocks"] = [rows[n] for n in draw(st.sets(st.sampled_from(range(len(rows))), max_size=5))]
    for _time in range(draw(st.integers(1, 3))):
        place = draw(st.sampled_from([p for p in places(data) if p] or [data]))
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        odd = json.loads(json.dumps(draw(st.sampled_from(ODD))))
        how = draw(st.sampled_from(("gone", "odd", "new")))
        if how == "gone":
            del place[draw(st.sampled_from(keys))]
        elif how == "odd":
            place[draw(st.sampled_from(keys))] = odd
        elif isinstance(place, dict):
            place[draw(st.sampled_from(KEYS))] = odd
        else:
            place.append(odd)
    return data


@given(changed())
@hypothesis_settings(max_examples=400, deadline=None)
def test_loading_and_the_schema_agree(data: Any) -> None:
    faults = faults_in(json.dumps(data).encode())
    note(str(faults))
    assert is_valid(data, SCHEMA) == (not [f for f in faults if f.code not in BEYOND])


def test_the_words_of_the_schema_are_those_of_the_product() -> None:
    table, parts = SCHEMA["properties"], SCHEMA["$defs"]
    row = parts["block"]["properties"]
    assert set(table) == set(TABLE_KEYS)
    assert set(row) == set(BLOCK_KEYS)
    assert set(row["condition"]["properties"]) == set(CONDITIONS)
    for said, words in (
        (table["format"], FORMATS),
        (table["published_pinning"], PinnedBy.values),
        (table["proration"], Proration.values),
        (table["reference_date"], REFERENCE_DATES),
        (row["unit"], UNITS),
        (row["max_months_from"], MonthsFrom.values),
        (row["max_months_over"], MonthsOver.values),
        (row["recognitions"]["items"], RecognitionKind.values),
    ):
        assert set(said["enum"]) - {None} == set(words)
    assert (table["blocks"]["maxItems"], table["facts"]["maxItems"]) == (MOST_ROWS, MOST_QUESTIONS)
    assert parts["fact"]["properties"]["code"]["pattern"] == f"^{CODE.pattern}$"
