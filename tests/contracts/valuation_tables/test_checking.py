"""What is wrong with a table is said all at once, with the key and the line; and keys that
contradict each other, or count for nothing, are refused.
"""

import json
from typing import Any

import pytest
from django.conf import settings
from django.utils import translation

from contracts.models import ValuationTable
from contracts.valuation_tables.checking import MOST_ROWS, checked, faults_in
from contracts.valuation_tables.facts import MOST_QUESTIONS
from contracts.valuation_tables.faults import MOST_FAULTS
from contracts.valuation_tables.forms import BlockForm

PUBLISHED = sorted((settings.BASE_DIR / "contracts" / "data" / "valuation-tables").glob("*.json"))
PLACE = {"code": "P", "label": "Plek", "kind": "placement", "unit": "year", "amount": "1000"}
OTHER = PLACE | {"code": "Q"}
BONUS = {"code": "B", "label": "Bonus", "kind": "bonus", "unit": "fixed", "amount": "10"}
ANOTHER = BONUS | {"code": "C"}
BOUGHT = {"code": "I", "label": "Inkoop", "kind": "purchase", "unit": "invoice"}
ASKED = {"code": "LOW", "question": "Is het laag?"}


def table(*rows: Any, **terms: Any) -> dict[str, Any]:
    return {
        "format": "valuation-table/2",
        "code": "t",
        "title": "T",
        "full_time_hours": "36",
        "blocks": list(rows),
        **terms,
    }


def wrong(data: Any) -> list[tuple[str, str]]:
    return [(fault.path, fault.code) for fault in checked(data).faults]


def test_published_tables_are_without_fault() -> None:
    assert [faults_in(path.read_bytes()) for path in PUBLISHED] == [[]] * len(PUBLISHED)


HIRE = {"max_months": 6, "max_months_from": "hire"}
OF_Q = BONUS | {"applies_to": ["Q"]}
CONTRADICTIONS = [
    # Keys of one row.
    (table(PLACE | {"condition": {"min_age": 27, "max_age": 26}}), "blocks[0].condition.min_age"),
    (
        table(PLACE | {"condition": {"facts": ["LOW"], "not_facts": ["LOW"]}}, facts=[ASKED]),
        "blocks[0].condition.not_facts",
    ),
    (
        table(
            PLACE | {"max_months": 6, "max_months_from": "hire", "max_months_over": "contractor"}
        ),
        "blocks[0].max_months_over",
    ),
    (table(PLACE | {"max_months": 0}), "blocks[0].max_months"),
    # Keys of the table.
    (table(PLACE, valid_from="2024-01-01", valid_until="2023-12-31"), "valid_until"),
    (table(PLACE, min_hours_per_week="36.5"), "min_hours_per_week"),
    # What rows say of each other.
    (table(PLACE, BONUS | {"replaces": ["B"]}), "blocks[1].replaces"),
    (
        table(PLACE, BONUS | {"replaces": ["C"]}, ANOTHER | {"replaces": ["B"]}),
        "blocks[1].replaces",
    ),
    (table(PLACE | {"replaces": ["Q"]}, OTHER), "blocks[0].replaces"),
    (table(PLACE, BONUS | {"applies_to": ["C"]}, ANOTHER), "blocks[1].applies_to"),
    (table(BOUGHT, BONUS), "blocks[1]"),
    (
        table(PLACE | {"replaces": ["B"]}, OTHER, BONUS | {"applies_to": ["Q"]}),
        "blocks[0].replaces",
    ),
    (
        table(
            PLACE,
            OTHER,
            BONUS | {"applies_to": ["P"], "replaces": ["C"]},
            ANOTHER | {"applies_to": ["Q"]},
        ),
        "blocks[2].replaces",
    ),
    # What is said twice.
    (table(PLACE, BONUS | {"applies_to": ["P", "P"]}), "blocks[1].applies_to"),
    (table(PLACE, title={"nl": "T", "fr": "T"}), "title.fr"),
]


@pytest.mark.parametrize(("data", "path"), CONTRADICTIONS)
def test_what_contradicts_or_has_no_effect_is_refused(data: dict[str, Any], path: str) -> None:
    assert path in [where for where, _code in wrong(data)]


@pytest.mark.parametrize(
    "data",
    [
        table(PLACE | {"condition": {"min_age": 26, "max_age": 26}}),
        table(PLACE | {"max_months": 1, "max_months_from": "hire"}),
        table(PLACE, valid_from="2024-01-01", valid_until="2024-01-01"),
        table(PLACE, min_hours_per_week="36"),
        table(PLACE | {"replaces": ["B"]}, BONUS | {"replaces": ["C"]}, ANOTHER),
        table(PLACE | {"replaces": ["B"]}, OTHER, BONUS | {"applies_to": ["P", "Q"]}),
    ],
)
def test_what_lies_just_within_is_not(data: dict[str, Any]) -> None:
    assert wrong(data) == []


def test_all_faults_are_said_at_once_each_with_its_key() -> None:
    row = PLACE | {"amount": "veel", "surprise": 1, "max_months": "2.5", "note": 3}
    data = table(row, {"kind": "gift"}, 7, proration="weeks", full_time_hours=None, title=None)
    found = dict(wrong(data))
    assert found == {
        "proration": "value",
        "full_time_hours": "missing",
        "title": "missing",
        "blocks[0].amount": "value",
        "blocks[0].surprise": "unknown",
        "blocks[0].max_months": "value",
        "blocks[0].note": "value",
        "blocks[1].code": "missing",
        "blocks[1].label": "missing",
        "blocks[1].kind": "value",
        "blocks[1].unit": "value",
        "blocks[2]": "value",
    }
    assert len(wrong(data)) == len(found), "each once"


def test_a_row_that_cannot_be_read_leads_to_no_faults_about_others() -> None:
    broken = PLACE | {"condition": {"facts": "LOW"}}
    assert wrong(table(broken, facts=[ASKED])) == [("blocks[0].condition.facts", "value")]
    no_code = {key: said for key, said in PLACE.items() if key != "code"}
    assert wrong(table(no_code, BONUS)) == [("blocks[0].code", "missing")]


TEXT = """{
  "format": "valuation-table/2",
  "code": "t",
  "title": {
    "nl": "T"
  },
  "full_time_hours": "36",
  "blocks": [
    {"code": "P", "label": "Plek", "kind": "placement", "unit": "year", "amount": "1000"},
    {
      "code": "B", "label": "Bonus", "kind": "bonus", "unit": "fixed",
      "condition": {
        "min_age": "jong",
        "permanent_contract": "ja"
      },
      "amount": "1\\u0031",
      "applies_to": [
        "P",
        "Z"
      ]
    }
  ]
}"""


class TestLines:
    def lines(self, text: str) -> dict[str, int | None]:
        return {fault.path: fault.line for fault in faults_in(text.encode())}

    def test_each_fault_has_the_line_of_its_key(self) -> None:
        assert self.lines(TEXT) == {
            "blocks[1].condition.min_age": 13,
            "blocks[1].condition.permanent_contract": 14,
            "blocks[1].applies_to": 17,
        }

    def test_what_is_missing_has_the_line_of_what_it_is_missing_in(self) -> None:
        text = TEXT.replace('"amount": "1\\u0031",\n', "\n").replace('"nl": "T"', '"en": "T"')
        found = self.lines(text)
        assert (found["blocks[1].amount"], found["title.nl"]) == (10, 4)

    def test_windows_line_ends_and_a_mark_at_the_begin_change_no_line(self) -> None:
        text = "\ufeff" + TEXT.replace("\n", "\r\n")
        assert self.lines(text) == self.lines(TEXT)

    def test_a_key_that_stands_twice_is_refused_at_the_second(self) -> None:
        text = TEXT.replace('"amount": "1\\u0031",', '"amount": "11",\n      "amount": "12",')
        twice = [fault for fault in faults_in(text.encode()) if fault.code == "twice"]
        assert [(fault.path, fault.line) for fault in twice] == [("blocks[1].amount", 17)]

    def test_a_file_that_does_not_say_its_format(self) -> None:
        assert self.lines(TEXT.replace('"format": "valuation-table/2",', "")).keys() >= {"format"}


@pytest.mark.parametrize(
    ("text", "line", "column", "said"),
    [
        ('{\n "code": "t",\n}', (2, 3), None, "comma"),
        ('{\n "code": "t"\n "title": "T"\n}', (3,), 2, "comma"),
        ('{\n "code" "t"}', (2,), 9, "colon"),
        ('{\n "code": }', (2,), 10, "value"),
        ('{"a": 1}\n}', (2,), 1, "more"),
        ('{\n "a": "b\n}', (2,), None, "within a text"),
        ('{\n "a": "b', (2,), 7, "quote"),
        ('{"a": "\\d"}', (1,), None, "backslash"),
        ("[1, 2]", (1,), None, "no table"),
        ("", (1,), 1, "value"),
        ('{"a": NaN}', (1,), None, "NaN"),
        ("[" * 100_000, (1,), None, "brackets"),
        ('{"a": ' + "1" * 5000 + "}", (1,), None, "too long"),
    ],
)
def test_what_is_no_json_is_said_in_plain_words_with_its_place(
    text: str, line: tuple[int, ...], column: int | None, said: str
) -> None:
    with translation.override("en"):
        (fault,) = faults_in(text.encode())
    assert fault.code in ("json", "value")
    assert fault.line in line
    assert column in (None, fault.column)
    assert said in fault.why


def test_a_file_that_is_not_utf_8_says_on_which_line() -> None:
    (fault,) = faults_in('{\n "title": "Één"}'.encode("latin-1"))
    assert (fault.code, fault.line) == ("json", 2)


@pytest.mark.parametrize("text", ['"a\\u0000b"', '"\\ud800"'])
def test_a_character_that_cannot_be_kept_is_a_fault(text: str) -> None:
    (fault,) = faults_in(TEXT.replace('"T"', text).encode())
    assert fault.path == "title.nl"
    assert fault.why.encode("utf-8")


def test_a_file_with_very_much_in_it_is_no_trouble() -> None:
    rows = [BONUS | {"code": f"B{n}", "replaces": [f"B{n + 1}"]} for n in range(MOST_ROWS + 5)]
    facts = [ASKED | {"code": f"F{n}"} for n in range(MOST_QUESTIONS + 5)]
    found = faults_in(json.dumps(table(*rows, facts=facts, note="x" * 100_000)).encode())
    assert {"blocks", "facts"} <= {fault.path for fault in found}
    assert max(len(fault.why) for fault in found) < 500


def test_looking_ends_with_so_many_faults_that_nobody_reads_them() -> None:
    rows = [{f"key-{n}": 1 for n in range(300)} for _row in range(MOST_ROWS)]
    assert len(faults_in(json.dumps(table(*rows)).encode())) == MOST_FAULTS


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("min_age", {"min_age": "27", "max_age": "26"}),
        (
            "max_months_over",
            {"max_months": "6", "max_months_from": "hire", "max_months_over": "contractor"},
        ),
    ],
)
def test_the_form_of_a_row_says_it_at_the_field(field: str, said: dict[str, str]) -> None:
    plain = {"label_nl": "Plek", "code": "P", "kind": "placement", "unit": "year", "seen": "x"}
    form = BlockForm(
        plain | {"amount": "1000", "place": "1"} | said, table=ValuationTable(), others=[]
    )
    assert list(form.errors) == [field]
