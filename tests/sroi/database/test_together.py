"""Many questions in one query: each gets what it would get by itself."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.db.models import Count, Exists, Max, OuterRef, Q, Sum
from django.test.utils import CaptureQueriesContext

from contracts.models import Contract, ContractShare, ObligationLine, Policy, Posting, Region
from placements.claims.persons import person
from placements.models import FulfilmentLine
from sroi.database.together import (
    AT_ONCE,
    Asking,
    Counts,
    answered,
    as_long_as,
    ask,
    asked,
    in_order,
    number_of,
    prefetched,
    side_by_side,
    sums_of,
)
from tests import factories as make

pytestmark = pytest.mark.django_db


def questions(contracts: list[Contract]) -> list[Any]:
    """Rows of every kind that a page reads: of models with what hangs on them, sums, words, days,
    moments, numbers with decimals, lists.
    """
    many = [*range(-60, 0), *(contract.pk for contract in contracts)]
    shares = ContractShare.objects.filter(contract=OuterRef("pk"), percent__gt=0)
    return [
        Contract.objects.select_related("policy", "contractor").filter(Exists(shares)),
        Contract.objects.filter(pk__in=[]),
        Contract.objects.filter(pk__in=many).values("reference", "award_date", "rate"),
        Policy.objects.all(),
        Region.objects.values_list("code", flat=True),
        Posting.objects.values_list("number", "at"),
        ObligationLine.objects.order_by().values("kind", "month").annotate(n=Sum("value_delta")),
        ObligationLine.objects.order_by()
        .values_list("contract")
        .annotate(n=Count("pk", filter=Q(obligation_delta__gt=0)), last=Max("booked")),
    ]


def seen(rows: Any) -> list[Any]:
    """With all that is read of a row, and of what hangs on it."""

    def fields(row: Any) -> Any:
        kept = {name: value for name, value in vars(row).items() if name != "_state"}
        hanging = {name: fields(other) for name, other in row._state.fields_cache.items()}
        return sorted((kept | hanging).items(), key=str)

    return sorted((fields(row) if hasattr(row, "_state") else row for row in rows), key=str)


@pytest.fixture
def contracts() -> list[Contract]:
    contracts = make.make_contracts(make.make_region(), make.make_contractor(), 3)
    make.make_placement(contracts[0])
    make.make_placement(contracts[0], candidate_ref="Kandidaat 18")
    make.make_placement(contracts[0])
    return contracts


def test_every_question_gets_what_it_would_get_by_itself(contracts: list[Contract]) -> None:
    with CaptureQueriesContext(connection) as asked:
        together = ask(questions(contracts))
    assert len(asked) == 1
    assert [seen(rows) for rows in together] == [seen(rows) for rows in questions(contracts)]
    assert [len(rows) > 0 for rows in together] == [True, False, *[True] * 6]


def more_than(least: int) -> Asking[int]:
    """How many contracts are worth more, and if any, how many lines they have."""
    (rows,) = yield [Contract.objects.filter(value__gt=least).values_list("pk", flat=True)]
    if not rows:
        return 0
    (lines,) = yield [ObligationLine.objects.filter(contract__in=rows).values("pk")]
    return len(rows) * 10 + len(lines)


def nothing() -> Asking[str]:
    yield from ()
    return "nothing asked"


def test_what_asks_side_by_side_waits_as_often_as_who_asks_most(contracts: list[Contract]) -> None:
    with CaptureQueriesContext(connection) as asked:
        found = answered(
            side_by_side(more_than(0), nothing(), more_than(10**9), number_of(Region.objects.all()))
        )
    assert found == [33, "nothing asked", 0, 1]
    assert len(asked) == 2
    with CaptureQueriesContext(connection) as asked:
        assert answered(nothing()) == "nothing asked"
    assert not asked.captured_queries


def test_in_an_order_of_the_database(contracts: list[Contract]) -> None:
    found = answered(in_order(Contract.objects.all(), "-reference"))
    assert found == list(Contract.objects.order_by("-reference"))


def test_the_first_rows_in_the_order_that_they_have(contracts: list[Contract]) -> None:
    rows = Contract.objects.order_by("-reference")
    assert answered(in_order(rows)) == list(rows)
    assert answered(in_order(rows, most=2)) == list(rows[:2])
    assert answered(in_order(Contract.objects.all())) == list(Contract.objects.all())


def test_what_points_at_rows_is_left_with_them_as_prefetched(
    contracts: list[Contract], django_assert_num_queries: Any
) -> None:
    rows, lines = list(Contract.objects.all()), list(ContractShare.objects.order_by("pk"))
    expected = {row.pk: [share for share in lines if share.contract_id == row.pk] for row in rows}
    prefetched(Contract, "shares", rows, lines)
    with django_assert_num_queries(0):
        assert {row.pk: list(row.shares.all()) for row in rows} == expected
        assert all(share.contract is row for row in rows for share in row.shares.all())


def test_sums_over_no_rows_are_those_of_aggregate() -> None:
    sums = {"value": Sum("value"), "number": Count("pk"), "last": Max("award_date")}
    assert answered(sums_of(Contract.objects.all(), sums)) == Contract.objects.aggregate(**sums)
    none = Contract.objects.filter(pk__in=[])
    assert answered(sums_of(none, sums)) == none.aggregate(**sums)


def test_what_adds_up_to_more_than_nothing_is_counted_of_each_or_of_each_person(
    contracts: list[Contract],
) -> None:
    """Three placements of two people; none of them in the month before."""
    first, before = date(2024, 1, 1), date(2023, 12, 1)
    rows = FulfilmentLine.objects.order_by().values("fulfilment", whose=person("fulfilment"))
    rows = rows.annotate(
        placed=Sum("amount", filter=Q(month=first)),
        earlier=Sum("amount", filter=Q(month=before)),
        people=Sum("amount", filter=Q(month=first)),
    )
    counts = Counts(rows, ("placed", "earlier", "people"), persons=("people",))
    assert ask([counts]) == [[[3, 0, 2]]]


def test_more_questions_than_a_union_holds_and_wide_rows(contracts: list[Contract]) -> None:
    wide = ObligationLine.objects.order_by().values("kind")
    wide = wide.annotate(**{f"sum_{i}": Sum("value_delta") for i in range(300)})
    assert seen(ask([wide])[0]) == seen(wide)
    number = 2 * AT_ONCE + 1
    with CaptureQueriesContext(connection) as asked:
        found = ask([Region.objects.values_list("code", flat=True)] * number)
    assert found == [["gooi"]] * number
    assert len(asked) == 3


def test_what_holds_is_asked_along_and_the_other_only_where_it_does_not(
    contract: Contract, django_assert_num_queries: Any
) -> None:
    titles, codes = Contract.objects.values_list("title"), Region.objects.values_list("code")

    def of(holds: Any) -> Any:
        return answered(as_long_as(holds, asked(titles), asked(codes)))

    with django_assert_num_queries(1):
        assert of(Contract.objects.all()) == [[(contract.title,)]]
    with django_assert_num_queries(2):
        assert of(Contract.objects.filter(pk=0)) == [[(contract.region.code,)]]
