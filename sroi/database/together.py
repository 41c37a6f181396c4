"""Many questions in one query, as far as the database takes their parameters, so that a page waits
once and the answers are of one moment.

What needs rows asks for them with `(rows,) = yield [queryset]` and goes on when it has them. What
is put `side_by_side` asks together what each of it asks at a time. Rows come as the queryset by
itself gives them, in no order: whoever needs one sorts. What is kept as bytes cannot be among them.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import partial, wraps
from itertools import chain, islice
from math import inf
from typing import Any, ParamSpec, TypeVar

from django.db import connections
from django.db.models import Count, QuerySet, Value, Window
from django.db.models.functions import RowNumber

from sroi.database.batches import in_batches

T = TypeVar("T")
P = ParamSpec("P")
# SQLite takes 500 parts of a union.
AT_ONCE = 200
# PostgreSQL gives a function 100 arguments, SQLite 127: a row is made of parts.
WIDE = 90
# By database: values as a list of JSON, and that as text.
ROW = {"postgresql": "json_build_array", "sqlite": "json_array"}
TEXT = {"postgresql": "::text", "sqlite": ""}


@dataclass(frozen=True)
class Counts:
    """Of grouped rows, each with what is counted and then the sums with these names: of each sum
    the number of rows where it is more than nothing. Of those in `persons` so many different
    values of the second column.
    """

    rows: QuerySet[Any]
    sums: Sequence[str]
    persons: Sequence[str] = ()

    def answer(self, columns: Sequence[str]) -> Iterator[str]:
        for name, column in zip(self.sums, columns[-len(self.sums) :], strict=True):
            what = f"DISTINCT {columns[1]}" if name in self.persons else columns[0]
            first, _space, last = what.rpartition(" ")
            yield f"COUNT({first} CASE WHEN {column} > 0 THEN {last} END)"


Question = QuerySet[Any] | Counts
Asking = Generator[list[Question], list[Any], T]


def rows_of(rows: QuerySet[Any]) -> Asking[list[Any]]:
    (found,) = yield [rows]
    return found


def asked(*questions: Question) -> Asking[list[Any]]:
    return (yield list(questions))


def as_long_as(holds: QuerySet[Any], asking: Asking[T], otherwise: Asking[T]) -> Asking[T]:
    """What the first comes to where `holds` has a row, asked along with each of its questions; else
    the other.
    """
    answer: Any = None
    while True:
        try:
            questions = asking.send(answer)
        except StopIteration as done:
            found: T = done.value
            return found
        held, *answer = yield [holds, *questions]
        if not held:
            return (yield from otherwise)


def in_order(rows: QuerySet[Any], *by: str, most: int | None = None) -> Asking[list[Any]]:
    """Rows of a model, in an order of the database: this one, or that which they have; the first
    of them.
    """
    order: Any = by or rows.query.order_by or rows.model._meta.ordering
    placed = rows.order_by().annotate(place_=Window(RowNumber(), order_by=order))
    (found,) = yield [placed.order_by("place_")[:most] if most else placed]
    return sorted(found, key=lambda row: row.place_)


def prefetched(model: Any, name: str, rows: Iterable[Any], found: Iterable[Any]) -> None:
    """Leave with each row of a model what points at it by that name, as `prefetch_related` does."""
    pointer = model._meta.get_field(name).field
    own = defaultdict(list)
    for one in found:
        own[getattr(one, pointer.attname)].append(one)
    for row in rows:
        for one in own[row.pk]:
            setattr(one, pointer.name, row)
        of_row = getattr(row, name).all()
        of_row._result_cache, of_row._prefetch_done = own[row.pk], True
        vars(row).setdefault("_prefetched_objects_cache", {})[name] = of_row


def sums_of(rows: QuerySet[Any], sums: Mapping[Any, Any]) -> Asking[dict[Any, Any]]:
    """What these come to over all rows, by name: as `aggregate` does."""
    if not sums:
        return {}
    # A field may have the name of a sum.
    named = {f"sum_{place}": of for place, of in enumerate(sums.values())}
    one = rows.order_by().values(all_of_it=Value(1)).annotate(**named)
    ((found,),) = yield [one.values_list(*named)]
    return dict(zip(sums, found, strict=True))


def nothing() -> Asking[None]:
    """In the place of what need not be asked."""
    yield from ()


def number_of(rows: QuerySet[Any]) -> Asking[int]:
    found = yield from sums_of(rows, {"number": Count("pk")})
    return int(found["number"])


def side_by_side(*askings: Asking[Any]) -> Asking[list[Any]]:
    """What each comes to."""
    found: list[Any] = [None] * len(askings)
    answers: Mapping[int, Any] = dict.fromkeys(range(len(askings)))
    while answers:
        asked: dict[int, list[Question]] = {}
        for place, answer in answers.items():
            try:
                asked[place] = askings[place].send(answer)
            except StopIteration as done:
                found[place] = done.value
        rows = iter((yield list(chain(*asked.values()))) if asked else ())
        answers = {place: list(islice(rows, len(of))) for place, of in asked.items()}
    return found


def by_name(**askings: Asking[Any]) -> Asking[dict[str, Any]]:
    """The same, each under its name."""
    return dict(zip(askings, (yield from side_by_side(*askings.values())), strict=True))


def answered(asking: Asking[T]) -> T:
    """What it comes to."""
    answer: Any = None
    while True:
        try:
            questions = asking.send(answer)
        except StopIteration as done:
            found: T = done.value
            return found
        answer = ask(questions)


def by_itself(asking: Callable[P, Asking[T]]) -> Callable[P, T]:
    """The same, for who asks nothing beside it."""

    @wraps(asking)
    def found(*given: P.args, **how: P.kwargs) -> T:
        return answered(asking(*given, **how))

    return found


def ask(questions: Iterable[Question]) -> list[Any]:
    """The rows of each question."""
    return [rows for some in _that_fit(map(_Table.of, questions)) for rows in _ask(some)]


@dataclass(frozen=True)
class _Table:
    """A question as a table by itself in a query of many."""

    question: Question
    queryset: QuerySet[Any]
    compiler: Any
    sql: str
    params: Sequence[Any]

    @classmethod
    def of(cls, question: Question) -> "_Table":
        queryset = question.rows if isinstance(question, Counts) else question
        compiler = queryset.query.get_compiler(queryset.db, elide_empty=False)
        return cls(question, queryset, compiler, *compiler.as_sql())

    def columns(self) -> list[str]:
        return [f"c{i}" for i in range(len(self.compiler.select))]

    def answer(self) -> list[str]:
        """The columns of its rows in the answer."""
        columns = self.columns()
        if isinstance(self.question, Counts):
            return list(self.question.answer(columns))
        return columns

    def read(self, rows: list[list[Any]]) -> Any:
        if isinstance(self.question, Counts):
            return rows
        return _made(self.queryset, self.compiler, rows)


def _that_fit(tables: Iterable[_Table]) -> Iterator[list[_Table]]:
    """So many at once as the database takes, with their parameters."""
    some, params = list[_Table](), 0
    for table in tables:
        most = connections[table.queryset.db].features.max_query_params or inf
        params += len(table.params)
        if some and (len(some) == AT_ONCE or params > most):
            yield some
            some, params = [], len(table.params)
        some.append(table)
    if some:
        yield some


def _ask(tables: Sequence[_Table]) -> list[Any]:
    """A row comes as the number of its table and its values."""
    connection = connections[tables[0].queryset.db]
    row, as_text = ROW[connection.vendor], TEXT[connection.vendor]
    made, selects = [], []
    for place, table in enumerate(tables):
        made.append(f"q{place} ({', '.join(table.columns())}) AS ({table.sql})")
        parts = (f"{row}({', '.join(part)})" for part in in_batches(table.answer(), WIDE))
        selects.append(f"SELECT {place}, {row}({', '.join(parts)}){as_text} FROM q{place}")
    found: list[list[list[Any]]] = [[] for _table in tables]
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH {', '.join(made)} {' UNION ALL '.join(selects)}",
            list(chain.from_iterable(table.params for table in tables)),
        )
        for place, values in cursor.fetchall():
            found[place].append(
                list(chain(*json.loads(values, parse_float=NUMBER[connection.vendor])))
            )
    return [table.read(rows) for table, rows in zip(tables, found, strict=True)]


def _made(queryset: QuerySet[Any], compiler: Any, rows: list[list[Any]]) -> list[Any]:
    """What the queryset makes of these rows."""
    if compiler.connection.vendor == "postgresql":
        kinds = [column.output_field.get_internal_type() for column, *_rest in compiler.select]
        told = [(place, TOLD[kind]) for place, kind in enumerate(kinds) if kind in TOLD]
        for row in rows if told else ():
            for place, tell in told:
                row[place] = None if row[place] is None else tell(row[place])
    compiler.execute_sql = lambda *_args, **_kwargs: [rows]
    queryset = queryset.all()
    queryset.query.get_compiler = lambda *_args, **_kwargs: compiler  # type: ignore[method-assign]
    return list(queryset)


NUMBER: Mapping[str, Callable[[str], Any]] = {"postgresql": Decimal, "sqlite": float}
# How PostgreSQL gives a value of which JSON has a text or a number.
TOLD: Mapping[str, Callable[[Any], Any]] = {
    "DateField": date.fromisoformat,
    "DateTimeField": datetime.fromisoformat,
    "DecimalField": Decimal,
    "FloatField": float,
    "JSONField": partial(json.dumps, default=float),
}
