"""Charts: one drawing for page and PDF, whatever the figures and the words."""

import re
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from django.utils.safestring import SafeString
from hypothesis import given, settings
from hypothesis import strategies as st

from sroi.charts import drawing as charts
from sroi.charts import narrow
from sroi.charts.bars import (
    goal_bars,
    horizontal_bars,
    mark_heads,
    progress_bar,
    small_progress_bar,
    split_bar,
)
from sroi.charts.facts import Bar, Chart, GoalStep, Line, Result, Year
from sroi.charts.words import width_of
from sroi.charts.years import growth_path, lines_by_month, year_columns

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "<script>alert(1)</script> & \"quoted\" 'x' ]]> \x00\x0b \ud800 {{ x }}"
MONTHS = ["jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec"]


def euro(value: Decimal) -> str:
    return "€ " + f"{value:,.0f}".replace(",", ".")


def every_chart(values: list[Decimal], word: str = "Woord", name: str = "proef") -> list[Chart]:
    """Each kind of chart, made of the same values."""
    parts = [Bar(f"{word} {index}", value) for index, value in enumerate(values)]
    marks = parts[:2]
    first = values[0] if values else None
    two, three = (word, "Bedrag"), (word, "Bedrag", "Doel")
    results = [Result(word, value, first, values[-1], euro) for value in values]
    years = [
        Year(str(2020 + i), value, first, None, i == 1) for i, value in enumerate([*values, None])
    ]
    lines = [Line(word, values), Line(word, [*values, None])]
    steps = [GoalStep(2020 + 2 * i, value, value * 2, i == 0) for i, value in enumerate(values)]
    return [
        goal_bars(name, word, [*results, *(Result(word, v) for v in values)], columns=three),
        year_columns(name, word, years if values else [], columns=three, format=euro),
        horizontal_bars(name, word, parts, columns=two, format=euro),
        progress_bar(name, word, parts, marks, columns=two, format=euro),
        small_progress_bar(name, word, parts, marks, columns=two, format=euro),
        split_bar(name, word, parts, columns=three, format=euro),
        lines_by_month(
            name, word, MONTHS, lines, goal=parts[0] if parts else None, column="Maand", format=euro
        ),
        growth_path(name, word, steps, columns=two, format=euro),
    ]  # fmt: skip


def numbers(tree: ElementTree.Element) -> list[float]:
    names = ("x", "y", "width", "height", "cx", "cy", "r", "points", "font-size", "stroke-width")
    found = [element.get(name, "") for element in tree.iter() for name in names]
    return [float(number) for text in found for number in re.split(r"[ ,]", text) if number]


def check(chart: Chart) -> ElementTree.Element:
    """What holds for every chart: well-formed, within its frame, readable without styles, with its
    text.
    """
    tree = ElementTree.fromstring(chart.svg)
    assert isinstance(chart.svg, SafeString)
    assert (tree.tag, tree.get("role")) == (f"{SVG}svg", "img")
    assert tree[0].tag == f"{SVG}title"
    assert tree[0].text == chart.alt
    # Said once: by the title alone.
    assert tree.find(f"{SVG}desc") is None
    attributes = {(name, value) for element in tree.iter() for name, value in element.items()}
    assert not {"style", "class", "href"} & {name for name, _ in attributes}
    assert not [value for _, value in attributes if "var(" in value or "currentColor" in value]
    own = {element.get("id") for element in tree.iter() if element.get("id")}
    assert all(
        f"#{target}" and target in own
        for _, value in attributes
        for target in re.findall(r"url\(#(.+)\)", value)
    )
    assert all(identity.startswith("chart-proef") for identity in own)
    assert all(
        -1 <= number <= 700 or number <= float(tree.get("height")) for number in numbers(tree)
    )
    width, height = float(tree.get("width")), float(tree.get("height"))
    for rect in tree.iterfind(f"{SVG}rect"):
        x, y, w, h = (float(rect.get(name)) for name in ("x", "y", "width", "height"))
        assert x >= -1.5
        assert x + w <= width + 1.5
        assert y >= -1
        assert y + h <= height + 1
    assert all(len(row) == len(chart.table.header) for row in chart.table.rows)
    if chart.small:
        small = check(replace(chart, svg=chart.small, small=None))
        assert small.get("width") == str(narrow.WIDTH)
        assert words_within(small)
    return tree


def words_within(tree: ElementTree.Element) -> bool:
    """No text leaves the drawing."""
    for text in tree.iter(f"{SVG}text"):
        weight = 400 if text.get("font-weight") == "400" else 600
        wide = width_of(text.text or "", float(text.get("font-size")), weight)
        x = float(text.get("x"))
        start = x - {"end": wide, "middle": wide / 2}.get(text.get("text-anchor", ""), 0)
        if start < -1 or start + wide > narrow.WIDTH + 1:
            return False
    return True


def test_what_a_report_draws_is_drawn_for_a_phone_too():
    values = [Decimal(value) for value in CASES["usual"]]
    drawn = [chart for chart in every_chart(values) if chart.small]
    assert len(drawn) == 6
    # Bars as long as what they stand for: of a whole, of the largest, and of each its own goal.
    of_whole = ElementTree.fromstring(drawn[3].small)
    lengths = [float(rect.get("width")) for rect in of_whole.iterfind(f"{SVG}rect")]
    tracks, bars = lengths[::2], lengths[1::2]
    assert tracks == [320] * 4
    assert bars == pytest.approx(
        [320 * value / 50000 for value in (31250, 6000, 4000, 8750)], abs=1
    )


CASES = {
    "empty": [],
    "zero": [0],
    "zeros": [0, 0, 0],
    "one": [7],
    "usual": [31250, 6000, 4000, 8750],
    "negative": [-5, 10, -1200],
    "all negative": [-1, -2],
    "huge": [10**18, 1, 10**15],
    "tiny": ["0.01", 10**12],
    "many": list(range(1, 25)),
}


@pytest.mark.parametrize("values", CASES.values(), ids=CASES)
def test_any_values(values):
    for chart in every_chart([Decimal(value) for value in values]):
        check(chart)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.decimals(-(10**13), 10**13, places=2), max_size=7), st.text(max_size=60))
def test_any_values_and_words(values, word):
    for chart in every_chart(values, word):
        check(chart)


def test_hostile_words_stay_words():
    for chart in every_chart([Decimal(3), Decimal(4)], HOSTILE):
        check(chart)
        assert "<script" not in chart.svg
        assert "&lt;script&gt;" in chart.svg


def test_names_become_ids_of_their_own():
    first, second = (
        split_bar(name, "T", [Bar("a", Decimal(1))] * 3, columns=("a", "b", "c"), format=str)
        for name in ("a", 'b" onload="x')
    )
    assert 'id="chart-a-hatch"' in first.svg
    assert "url(#chart-a-hatch)" in first.svg
    assert 'id="chart-b--onload--x"' in second.svg


def test_same_in_same_out():
    values = [Decimal(5), Decimal(9)]
    assert [chart.svg for chart in every_chart(values)] == [
        chart.svg for chart in every_chart(values)
    ]


def filled(tree: ElementTree.Element, *fills: str) -> list[float]:
    return [
        float(rect.get("width"))
        for rect in tree.iterfind(f"{SVG}rect")
        if rect.get("fill") in fills
    ]


@pytest.mark.parametrize(
    "values", [[31250, 6000, 4000, 8750], [1, 1, 1, 0], [10**15, 1, 0, 7], [0, 0, 3, 3]]
)
def test_parts_add_up_to_the_whole_bar(values):
    parts = [Bar(str(index), Decimal(value)) for index, value in enumerate(values)]
    tree = check(small_progress_bar("proef", "T", parts, columns=("a", "b"), format=str))
    segments = [
        rect
        for rect in tree.iterfind(f"{SVG}rect")
        if rect.get("y") == "3" and rect.get("fill") != charts.PAPER
    ]
    assert sum(float(rect.get("width")) for rect in segments[1:]) == pytest.approx(120)
    assert float(segments[0].get("width")) == 120


def test_bars_are_in_proportion():
    chart = horizontal_bars(
        "proef",
        "T",
        [Bar("a", Decimal(100)), Bar("b", Decimal(50)), Bar("c", Decimal(0))],
        columns=("a", "b"),
        format=str,
    )
    whole, half, nothing = filled(check(chart), charts.MID)
    assert half == pytest.approx(whole / 2, abs=0.1)
    assert nothing == 0


def test_goal_marks_stand_at_the_goal():
    chart = goal_bars(
        "proef", "T", [Result("a", Decimal(50), Decimal(100))], columns=("a", "b", "Doel")
    )
    rects = list(check(chart).iterfind(f"{SVG}rect"))
    bar = next(float(rect.get("width")) for rect in rects if rect.get("fill") == charts.DARK)
    goal = next(float(rect.get("x")) for rect in rects if rect.get("fill") == charts.GOAL)
    assert goal + 1.25 == pytest.approx(2 * bar, abs=0.2)


def test_current_year_stands_out_and_a_year_without_data_has_no_column():
    years = [Year("2022", None), Year("2023", Decimal(22)), Year("2024", Decimal(31), current=True)]
    chart = year_columns("proef", "T", years, columns=("Jaar", "Plekken", "Doel"), format=str)
    tree = check(chart)
    assert (len(filled(tree, charts.DARK)), len(filled(tree, charts.LIGHT))) == (1, 1)
    assert chart.table.header == ("Jaar", "Plekken")
    assert chart.table.rows[0] == ("2022", "–")


def test_alternative_says_what_the_eye_sees():
    results = [
        Result("Werkplekken", Decimal(31), Decimal(26)),
        Result("Waarde", Decimal(5), Decimal(80), Decimal(100)),
    ]
    chart = goal_bars("proef", "Doelen 2024", results, columns=("Indicator", "Resultaat", "Doel"))
    assert chart.alt == "Doelen 2024: Werkplekken: 31, doel 26; Waarde: 5, doel 80–100."
    assert chart.table.rows == (("Werkplekken", "31", "26"), ("Waarde", "5", "80–100"))
    lines = [Line("2024", [Decimal(10), Decimal(20)]), Line("2023", [Decimal(9)] * 12)]
    chart = lines_by_month(
        "proef", "Stand", MONTHS, lines, goal=Bar("Doel", Decimal(30)), column="M", format=euro
    )
    assert chart.alt == "Stand: 2024 € 20; 2023 € 9; Doel € 30."
    assert chart.table.rows[2] == ("mrt", "–", "€ 9", "€ 30")
    assert (
        "€ 20"
        in split_bar(
            "proef", "T", [Bar("a", Decimal(20))], columns=("a", "b", "c"), format=euro
        ).svg
    )


def test_coordinates_are_not_localised(settings):
    settings.USE_THOUSAND_SEPARATOR = True
    settings.LANGUAGE_CODE = "nl"
    for chart in every_chart([Decimal("62.5"), Decimal(100000)]):
        check(chart)


@pytest.mark.parametrize(
    "values", [[28000, 29500], [0, 1], [49999, 50000], [25000, 25000, 25001], [100, 200, 49900]]
)
def test_words_of_marks_do_not_overlap(values):
    marks = [Bar(f"Merk {index}", Decimal(value)) for index, value in enumerate(values)]
    heads = mark_heads(
        [
            (float(mark.value) / 50000 * charts.WIDTH, f"{mark.label} {euro(mark.value)}")
            for mark in marks
        ]
    )
    spans = []
    for head in heads:
        wide = width_of(head.words, 12.5, 600)
        spans.append(
            (head.level, *((head.x - wide, head.x) if head.leftward else (head.x, head.x + wide)))
        )
    assert all(left >= -1 and right <= charts.WIDTH + 1 for _, left, right in spans)
    for (level, _, right), (next_level, left, _) in pairwise(sorted(spans)):
        assert level != next_level or right <= left


def lightness(colour: str) -> float:
    """CIE L*, as a grey print shows it."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return 116 * luminance ** (1 / 3) - 16


def test_tones_differ_in_grey():
    tones = [lightness(tone) for tone in charts.TONES]
    assert all(lighter - darker > 14 for darker, lighter in pairwise(tones))


@pytest.mark.parametrize("colour", [charts.INK, charts.MUTED, charts.GOAL, charts.DARK])
def test_words_are_legible_on_white(colour):
    luminance = ((lightness(colour) + 16) / 116) ** 3
    assert 1.05 / (luminance + 0.05) > 4.5
