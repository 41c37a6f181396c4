"""After many rows at once the database knows how many there are."""

import pytest
from django.db import connection

from contracts.models import Contract
from sroi.database.planner import count_rows
from tests import factories as make

pytestmark = pytest.mark.django_db


def rows_planned_for() -> int:
    """By what the database counted; of SQLite the first number of any index says it."""
    asked = "SELECT max(CAST(stat AS INTEGER)) FROM sqlite_stat1 WHERE tbl = %s"
    if connection.vendor == "postgresql":
        asked = "SELECT reltuples FROM pg_class WHERE relname = %s"
    with connection.cursor() as cursor:
        cursor.execute(asked, [Contract._meta.db_table])
        return int(cursor.fetchone()[0] or 0)


def test_it_counts_what_this_transaction_added() -> None:
    count_rows()
    region, contractor = make.make_region(), make.make_contractor()
    for _ in range(3):
        make.make_contract(region, contractor)
    assert rows_planned_for() < 3
    count_rows()
    assert rows_planned_for() == 3
