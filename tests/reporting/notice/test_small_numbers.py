"""Of a municipality small numbers of workplaces are not published, in no form of the notice, and do
not follow from what is.
"""

import io
import itertools
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import time_machine
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from reporting.adoption import door as adoption
from reporting.figures.annual import figures_of
from reporting.figures.kinds import Hidden
from reporting.figures.masking import of_town, published_counts
from reporting.notice import progress
from reporting.notice.editions import assemble
from reporting.notice.files import data, html
from reporting.notice.files.workbook import as_xlsx
from reporting.notice.notice import CouncilNotice
from reporting.notice.text import placeholders
from sroi.access import Role
from tests.reporting.adoption.test_adoption import NOW, TODAY, act, ledger, no_files, signed_in
from tests.reporting.figures.test_figures import Ledger, month

__all__ = ["ledger", "no_files"]
pytestmark = pytest.mark.django_db
FEWER, OR_MORE, SOME = "minder dan 5", "5 of meer", "1 of meer"
Counts = tuple[int, ...]


@pytest.fixture(autouse=True)
def _today_in_dutch() -> Any:
    with time_machine.travel(NOW, tick=False), translation.override("nl"):
        yield


@pytest.fixture
def placed(ledger: Ledger) -> Ledger:
    """Beside the three that A and B share in 2024: seven in B and nine in C; in 2023 two in A and
    seven in B.
    """
    for year, town, number in (
        (2024, ledger.b, 7),
        (2024, ledger.c, 9),
        (2023, ledger.a, 2),
        (2023, ledger.b, 7),
    ):
        contract = ledger.contract(shares={town: 100}, award_date=date(2023, 1, 1))
        for _ in range(number):
            ledger.line(contract, "100", month(year, 6), fte="0.10")
    return ledger


def words(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text.replace("\xa0", " ")))


def exact(of: Ledger, town: Any) -> int:
    return figures_of(None, of.region, 2024, town, today=TODAY).values["workplaces"]


class TestTheRule:
    def test_small_is_hidden_and_what_it_would_follow_from(self) -> None:
        assert published_counts({"A": 3, "B": 12, "C": 40}, 5) == {
            "A": FEWER,
            "B": OR_MORE,
            "C": 40,
        }

    def test_two_small_ones_hide_each_other(self) -> None:
        found = published_counts({"A": 3, "B": 2, "C": 40}, 5)
        assert found == {"A": FEWER, "B": FEWER, "C": 40}

    def test_nought_is_small_and_points_at_nobody(self) -> None:
        assert published_counts({"A": 0, "B": 12}, 5) == {"A": FEWER, "B": 12}

    def test_nought_hides_no_other(self) -> None:
        """What was fulfilled stands beside it, and can tell that it is nought."""
        found = published_counts({"A": 3, "B": 0, "C": 12}, 5)
        assert found == {"A": FEWER, "B": FEWER, "C": OR_MORE}

    def test_nothing_small_hides_nothing(self) -> None:
        assert published_counts({"A": 5, "B": 12}, 5) == {"A": 5, "B": 12}

    @given(
        st.dictionaries(st.sampled_from("ABCDEFG"), st.integers(0, 20), max_size=7),
        st.integers(2, 6),
    )
    def test_no_small_number_is_told_nor_follows(self, counts: dict[str, int], below: int) -> None:
        found = published_counts(counts, below)
        for code, count in counts.items():
            told = found[code]
            assert told == count or isinstance(told, Hidden)
            assert (told == f"minder dan {below}") <= (count < below)
            assert (told == f"{below} of meer") <= (count >= below)
            assert count or told == f"minder dan {below}"
        hidden = [code for code, told in found.items() if isinstance(told, Hidden)]
        if any(0 < counts[code] < below for code in hidden):
            assert len(hidden) > 1 or len(counts) == 1

    @pytest.mark.parametrize(
        ("counts", "told"),
        [
            ((1, 5), (SOME, SOME)),
            ((4, 4), (SOME, SOME)),
            ((1, 5, 30), (SOME, SOME, SOME)),
            ((1, 1, 9), (FEWER, FEWER, OR_MORE)),
            ((5, 5, 4, 20), (OR_MORE, 5, FEWER, 20)),
        ],
    )
    def test_where_knowing_what_is_small_would_tell(self, counts: Counts, told: Any) -> None:
        assert tuple(published_counts(dict(zip("ABCD", counts, strict=False)), 5).values()) == told

    def test_the_order_does_not_matter(self) -> None:
        counts = {"A": 3, "B": 12, "C": 40}
        assert published_counts(dict(reversed(counts.items())), 5) == published_counts(counts, 5)

    @pytest.mark.parametrize("towns", [2, 3, 4])
    @pytest.mark.parametrize("below", [3, 5])
    def test_who_knows_the_rule_cannot_work_it_back(self, towns: int, below: int) -> None:
        most = towns * below + 2
        counts = [c for c in itertools.product(range(most + 1), repeat=towns) if sum(c) <= most]
        assert not list(followed(((c, sum(c)) for c in counts), below))
        # And who knows that none is nought; ones that add up to the number of rows no rule hides.
        some = ((c, sum(c)) for c in counts if all(c) and sum(c) > towns)
        assert not list(followed(some, below))

    @pytest.mark.parametrize(("towns", "most"), [(2, 20), (3, 13), (4, 7)])
    @pytest.mark.parametrize("below", [4, 5])
    def test_nor_where_workplaces_are_shared(self, towns: int, most: int, below: int) -> None:
        counts = itertools.product(range(most + 1), repeat=towns)
        shared = ((c, t) for c in counts for t in range(max(c), min(sum(c), most) + 1))
        assert not list(followed(shared, below))


def followed(inputs: Iterator[tuple[Counts, int]], below: int) -> Iterator[Counts]:
    """The counts of which a small one is the same in every input that is published alike: what is
    said of each row, beside the total.
    """
    alike = defaultdict(list)
    for counts, total in inputs:
        told = published_counts(dict(zip("ABCD", counts, strict=False)), below, total)
        alike[total, *told.values()].append(counts)
    for found in alike.values():
        for row in zip(*found, strict=True):
            if len(set(row)) == 1 and 0 < row[0] < below:
                yield found[0]


class TestAnEdition:
    def test_of_a_municipality_with_few(self, placed: Ledger) -> None:
        count = exact(placed, placed.a)
        assert 0 < count < 5
        edition = assemble(placed.region, 2024, placed.a, TODAY)
        notice = CouncilNotice(edition)
        assert next(t for t in notice.tiles if t.figure == "workplaces").value == FEWER
        for text in (html.body(edition), html.document(edition)):
            assert "minder dan 5 werkplekken" in words(text)
            assert not re.search(rf"\b{count} werkplek", words(text))
            assert "De omvang is samen" not in words(text)
        found = placeholders.values(edition)
        assert found["werkplekken"].value == FEWER
        assert found["werkplekken_vorig_jaar"].value == FEWER
        assert found["werkplekken_verschil"].value == found["fte"].value == "–"
        assert notice.charts["workplaces"] is None
        table = notice.tables["years"]
        assert table
        assert {row[1] for row in table.rows} == {FEWER}

    def test_published_data_and_workbook(self, placed: Ledger) -> None:
        edition = assemble(placed.region, 2024, placed.a, TODAY)
        found = json.loads(data.as_json(edition, public=True))
        assert (found["workplaces"], found["fte"]) == (FEWER, None)
        assert found["by_target_group"] == {}
        assert found["tables"]["years"]["2024"]["workplaces"] == FEWER
        assert found["tables"]["beside"]["workplaces"]["2024"] == FEWER
        assert f"workplaces,,{FEWER}" in data.as_csv(edition, public=True)
        book = CalamineWorkbook.from_filelike(io.BytesIO(as_xlsx(edition)))
        rows = book.get_sheet_by_name("Cijfers").to_python()
        assert [row[3] for row in rows if row[0] == "workplaces"] == [FEWER]

    def test_the_region_hides_the_same(self, placed: Ledger) -> None:
        """A is small; B is the first that is not: from it and C the number of A would follow."""
        region = assemble(placed.region, 2024, None, TODAY)
        rows = json.loads(data.as_json(region, public=True))["tables"]["municipalities"]
        told = {town.code: rows[town.code]["workplaces"] for town in (placed.a, placed.b, placed.c)}
        assert told[placed.a.code] == FEWER
        assert rows["_total"]["workplaces"] == region.own.workplaces
        hidden = [code for code, number in told.items() if isinstance(number, str)]
        assert len(hidden) > 1
        for town in (placed.a, placed.b, placed.c):
            own = assemble(placed.region, 2024, town, TODAY)
            assert json.loads(data.as_json(own, public=True))["workplaces"] == told[town.code]
        assert "Kleine aantallen werkplekken staan er niet" in words(html.body(region))

    def test_earlier_years_are_hidden_as_they_were(self, placed: Ledger) -> None:
        """In 2023 A had few and B seven: as one of them is hidden, so is the other."""
        own = CouncilNotice(assemble(placed.region, 2024, placed.b, TODAY)).own
        assert own.year_before
        assert own.year_before.workplaces == OR_MORE

    def test_what_was_published_is_what_was_shown(self, placed: Ledger, no_files: None) -> None:
        adoption.propose(placed.region, 2024, act())
        adoption.finalise(placed.region, 2024, act())
        adoption.publish(placed.region, 2024, act())
        edition = assemble(placed.region, 2024, placed.a, TODAY)
        assert edition.frozen
        assert "minder dan 5 werkplekken" in words(html.body(edition))
        assert json.loads(data.as_json(edition, public=True))["workplaces"] == FEWER

    def test_staff_have_the_number_as_data(self, placed: Ledger) -> None:
        edition = assemble(placed.region, 2024, placed.a, TODAY)
        assert json.loads(data.as_json(edition))["workplaces"] == exact(placed, placed.a)


def test_a_progress_report_of_a_municipality(placed: Ledger) -> None:
    client = signed_in(placed, Role.ADVISER)
    page = client.get("/jaarverslag/testregio/2024/aadorp/voortgang/halfjaar-1/").content.decode()
    assert "minder dan 5 werkplekken" in words(page)
    found = progress.assembled(placed.region, 2024, None, "halfjaar-1", TODAY)
    table = progress.ProgressNotice(found).tables["municipalities"]
    assert table
    assert FEWER in {row[1] for row in table.rows}


@pytest.mark.parametrize("places", [None, Hidden.or_more(1), Hidden.or_more(5)])
def test_nothing_else_of_a_municipality_counts_placements(placed: Ledger, places: Any) -> None:
    """What began, came late or is the size of many would tell few beside the region's total."""
    for town in (placed.a, placed.b):
        own = figures_of(None, placed.region, 2024, town, today=TODAY)
        shown = of_town(own, places, 5)
        assert not {"workplaces_started", "workplaces_late", "fte"} & shown.values.keys()
        assert shown.workplaces == places or places is None
    edition = assemble(placed.region, 2024, placed.b, TODAY)
    assert "De omvang is samen" not in words(html.body(edition))
    assert "in 2024 begonnen" not in words(html.body(edition))
