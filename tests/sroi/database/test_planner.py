"""After many rows at once PostgreSQL knows how many there are."""

import pytest
from django.db import connection

from contracts.models import Contract
from sroi.database.planner import count_rows
from tests import factories as make

pytestmark = pytest.mark.django_db


def rows_planned_for() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT reltuples FROM pg_class WHERE relname = %s", [Contract._meta.db_table]
        )
        return int(cursor.fetchone()[0])


def test_it_counts_what_this_transaction_added() -> None:
    count_rows()
    region, contractor = make.make_region(), make.make_contractor()
    for _ in range(3):
        make.make_contract(region, contractor)
    if connection.vendor == "postgresql":
        assert rows_planned_for() < 3
        count_rows()
        assert rows_planned_for() == 3
    else:
        count_rows()  # nothing to count for
        assert Contract.objects.count() == 3
