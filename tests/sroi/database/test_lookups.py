"""Many values in one condition are one parameter, and find what they would find written out."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.db.models import F, Q
from django.test.utils import CaptureQueriesContext

from contracts.models import Contract, Contractor, ContractShare, ObligationLine
from sroi.access import Role
from sroi.database.lookups import FEW
from tests import factories as make

pytestmark = pytest.mark.django_db
NOBODY = list(range(900_000, 1_000_000))


@pytest.fixture
def contracts(region: Any, linde: Any) -> list[Contract]:
    return make.make_contracts(region, linde, 30, shares={"GM0402": 60, "GM0406": 40})


def parameters_of(rows: Any) -> int:
    return len(rows.query.sql_with_params()[1])


def test_of_a_hundred_thousand_ids_those_that_are_there(contracts: list[Contract]) -> None:
    some = sorted(contract.pk for contract in contracts[:7])
    rows = Contract.objects.filter(pk__in=[*NOBODY, *some])
    assert sorted(rows.values_list("pk", flat=True)) == some
    assert parameters_of(rows) == 1
    assert Contract.objects.exclude(pk__in=[*NOBODY, *some]).count() == len(contracts) - 7
    assert rows.update(title="Hernoemd") == 7


@pytest.mark.parametrize("path", ["contract", "contract_id", "contract__pk", "contract__reference"])
def test_along_a_relation_and_of_texts(contracts: list[Contract], path: str) -> None:
    texts = path.endswith("reference")
    wanted = [contract.reference if texts else contract.pk for contract in contracts[:3]]
    rows = ContractShare.objects.filter(
        **{f"{path}__in": [*(f"x{n}" if texts else n for n in NOBODY), *wanted]}
    )
    assert rows.count() == 6
    assert parameters_of(rows) == 1
    assert {share.contract_id for share in rows} == {contract.pk for contract in contracts[:3]}


def test_of_rows_dates_and_amounts(contracts: list[Contract]) -> None:
    assert ContractShare.objects.filter(contract__in=contracts).count() == 60
    days = [date(2023, 12, n) for n in range(1, 31)]
    assert Contract.objects.filter(award_date__in=days).count() == len(contracts)
    amounts = [contracts[0].value + n for n in range(FEW + 5)]
    assert Contract.objects.filter(value__in=amounts).count() == len(contracts)
    years = ObligationLine.objects.filter(month__year__in=range(1900, 2100))
    assert years.count() == ObligationLine.objects.count()


def test_texts_are_taken_as_they_are(linde: Any) -> None:
    awkward = ["", "'", '"', "\\", "{a,b}", "NULL", "%s", "Ω\u202e", "a;b", "true", "1"]
    for name in awkward:
        make.make_contractor(name)
    found = Contractor.objects.filter(name__in=[*awkward, *map(str, NOBODY)])
    assert sorted(found.values_list("name", flat=True)) == sorted(awkward)


def test_nothing_twice_and_expressions_are_as_ever(contracts: list[Contract]) -> None:
    ids = [contract.pk for contract in contracts]
    assert Contract.objects.filter(pk__in=[None, *ids, *ids]).count() == len(ids)
    assert not Contract.objects.filter(pk__in=[None] * 100).exists()
    assert not Contract.objects.filter(pk__in=[]).exists()
    assert Contract.objects.filter(pk__in=[F("pk"), *NOBODY[:50]]).count() == len(ids)
    assert Contract.objects.filter(
        Q(pk__in=Contract.objects.filter(pk__in=ids).values("pk"))
    ).count() == len(ids)


def test_few_are_written_out(contracts: list[Contract]) -> None:
    assert parameters_of(Contract.objects.filter(pk__in=range(FEW))) == FEW
    assert parameters_of(Contract.objects.filter(pk__in=range(FEW + 1))) == 1


def test_what_is_fetched_with_rows_is_asked_for_in_one_parameter(
    contracts: list[Contract], region: Any
) -> None:
    make.make_user(Role.ADVISER, region)
    with CaptureQueriesContext(connection) as asked:
        rows = list(
            Contract.objects.prefetch_related("shares__municipality", "contractor", "policy")
        )
        assert {share.municipality.code for row in rows for share in row.shares.all()} == {
            "GM0402",
            "GM0406",
        }
    assert len(asked) == 5


def test_an_index_serves_many_ids(contracts: list[Contract]) -> None:
    rows = ContractShare.objects.filter(contract__in=NOBODY[: FEW + 1])
    if connection.vendor == "sqlite":
        assert "USING INDEX" in rows.explain()
    else:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
        assert "Index" in rows.explain()
