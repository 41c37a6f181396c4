"""Which column of a file is which of ours: by what was chosen before, by its name, by what people
call it, and only then by the words in it.

Exact names go before guesses, and a guess goes by whole words: `KvK opdrachtgever` is no `KvK
opdrachtnemer`. What is guessed is shown as a doubt.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.utils.translation import override

from sroi.exchange.columns import Column
from sroi.exchange.sheets import UNDER, Cell, Sheet
from sroi.exchange.values import amount, in_thousands, plain, says_with_vat, signed_amount

# Words that say nothing of which column it is.
IDLE = frozenset(
    {
        *("de", "het", "een", "van", "in", "op", "per", "eur", "euro", "excl", "ex", "btw"),
        *("exclusief", "zonder"),
    }
)
# Titles of a group of columns that say what the list is about, and not whose or which they are.
SUBJECTS = frozenset(
    {"contract", "contracten", "opdracht", "opdrachten", "overeenkomst", "aanbesteding", "inkoop"}
    | {"gegevens", "contractgegevens", "opdrachtgegevens", "algemeen", "financieel", "invulling"}
)


@dataclass(frozen=True)
class Match:
    """For each column of the file the name of ours, or an empty text; `sure` where nobody has to
    look at it, `guessed` the places that somebody should.
    """

    columns: list[str]
    sure: bool
    guessed: tuple[int, ...] = ()


def words_of(name: str) -> frozenset[str]:
    """The words of a name as they are compared: in any order, without accents and marks."""
    bare = unicodedata.normalize("NFKD", name).casefold()
    bare = "".join(char for char in bare if not unicodedata.combining(char)).replace("%", " perc ")
    found = frozenset(re.findall(r"[a-z0-9]+", bare))
    return found - IDLE or found


class Vocabulary:
    """The names of columns, what they are called on screen in each language, and what else people
    call them.
    """

    def __init__(self, columns: Sequence[Column], read_over: Iterable[Any] = ()) -> None:
        self.names = {plain(column.name): column.name for column in columns}
        self.read_over = {plain(word) for name in read_over for word in _in_each_language(name)}
        self.titled = _titles(columns)
        self.spoken: dict[frozenset[str], list[str]] = {}
        self.run_together: dict[str, list[str]] = {}
        for column in columns:
            for word in _called(column):
                self._add(self.spoken, words_of(word), column.name)
                self._add(self.run_together, plain(word), column.name)
        self.words = frozenset().union(*self.spoken)
        self.families = Counter(map(_family, self.names.values()))

    @staticmethod
    def _add(where: dict[Any, list[str]], key: object, name: str) -> None:
        if name not in where.setdefault(key, []):
            where[key].append(name)

    def knows(self, name: str) -> bool:
        """Whether this is a name of a column, by any of its words."""
        return bool(plain(name) in self.names or self.called(name) or self._under_another(name))

    def called(self, name: str) -> list[str]:
        """The columns that people call so."""
        whole = self.spoken.get(words_of(name)) or self.run_together.get(plain(name))
        group, under, own = name.rpartition(UNDER)
        return whole or (self.called(own) if under and not self._means(group) else [])

    def _means(self, group: str) -> list[str]:
        """The columns that the title of a group names itself."""
        words = words_of(group) - SUBJECTS
        return [name for spoken, names in self.spoken.items() if spoken <= words for name in names]

    def _under_another(self, name: str) -> list[str]:
        """What a name under the title of another column can be: not the number or the name of
        somebody who may be another (`opdrachtgever › kvk`).
        """
        group, under, own = name.rpartition(UNDER)
        families = set(map(_family, self._means(group))) if under else set()
        return [
            column
            for column in (self.called(own) if under else ())
            if self.families[_family(column)] == 1 or families == {_family(column)}
        ]

    def guess(self, name: str, taken: Container[str]) -> str:
        """The column of which the most words stand in this name, where what is left says nothing of
        another column; empty where there is none. Amounts with VAT are none of ours.
        """
        if says_with_vat(name):
            return ""
        there = words_of(name)
        best = next((one for one in self._under_another(name) if one not in taken), "")
        longest = len(there) if best else 0
        for spoken, columns in self.spoken.items():
            free = [column for column in columns if column not in taken]
            if free and spoken <= there and len(spoken) > longest:
                rest = there - spoken
                if not any(other <= rest for other in self.spoken if other):
                    best, longest = free[0], len(spoken)
        return best


def _family(column: str) -> str:
    """The word that columns about the same have in front: `contractor` of `contractor_kvk`."""
    return column.partition("_")[0]


def _called(column: Column) -> Iterable[str]:
    yield column.name.replace("_", " ")
    yield from _in_each_language(column.title)
    yield from column.also


def _in_each_language(words: Any) -> Iterable[str]:
    for language, _label in settings.LANGUAGES:
        with override(language):
            yield str(words)


def _titles(columns: Iterable[Column]) -> dict[str, str]:
    """What our own files call their columns, where that says which it is."""
    found: dict[str, set[str]] = defaultdict(set)
    for column in columns:
        for title in _in_each_language(column.title):
            found[plain(title)].add(column.name)
    return {title: names.pop() for title, names in found.items() if len(names) == 1}


def match(header: Sequence[str], vocabulary: Vocabulary, remembered: Mapping[str, str]) -> Match:
    """What was chosen before goes first, then our own names and titles, then what people call them.
    Each of ours is used once.
    """
    columns, known = [""] * len(header), [False] * len(header)
    for position, name in enumerate(header):
        found = _exact(name, vocabulary, remembered)
        known[position] = found is not None and (not found or found not in columns)
        if found and known[position]:
            columns[position] = found
    for position, name in enumerate(header):
        if not known[position]:
            called = vocabulary.called(name)
            columns[position] = next((one for one in called if one not in columns), "")
    guessed = []
    for position, name in enumerate(header):
        if not known[position] and not columns[position] and name:
            columns[position] = vocabulary.guess(name, columns)
            if columns[position]:
                guessed.append(position)
    return Match(columns, all(known), tuple(guessed))


def _exact(name: str, vocabulary: Vocabulary, remembered: Mapping[str, str]) -> str | None:
    """The column that this name stands for, an empty text for one to read over, None when nobody
    said so.
    """
    word = plain(name) if name else ""
    chosen = remembered.get(word)
    if chosen is not None and (not chosen or chosen in vocabulary.names.values()):
        return chosen
    if word in vocabulary.read_over:
        return ""
    return vocabulary.names.get(word) or vocabulary.titled.get(word)


@cache
def vocabulary_of(columns: tuple[Column, ...], read_over: tuple[Any, ...] = ()) -> Vocabulary:
    return Vocabulary(columns, read_over)


def chosen(
    sheet: Sheet,
    columns: Sequence[str],
    ours: Sequence[Column] = (),
    all_rows: Mapping[str, str] | None = None,
    thousands: bool = False,
) -> Sheet:
    """The columns that were chosen, under our names, and those that have one value for all rows;
    with `thousands` amounts are multiplied by it. What stands beside the table stays there, to be
    refused.
    """
    given = all_rows or {}
    places = [position for position, name in enumerate(columns) if name]
    width = len(sheet.header)
    euros = (amount, signed_amount)
    amounts = {one.name for one in ours if one.parse in euros} if thousands else set()

    def cell_of(cells: Sequence[Cell], place: int) -> Cell:
        cell = cells[place] if place < len(cells) else ""
        return in_thousands(cell) if columns[place] in amounts else cell

    rows = [
        (number, [*(cell_of(cells, place) for place in places), *given.values(), *cells[width:]])
        for number, cells in sheet.rows
    ]
    return Sheet([*(columns[place] for place in places), *given], rows, sheet.header_row)
