"""How many queries each page of each role takes stands in `queries.json`, beside this file: more is
a fault, also one. And none of them goes through a whole list for each row of another.

Who saved some writes the numbers anew: `SAVE_QUERIES=1 pytest tests/whole/speed/test_queries.py`,
on SQLite.
"""

import json
import os
from collections import defaultdict
from pathlib import Path

import pytest
import time_machine
from django.db import connection
from django.urls import reverse

from contracts.models import Contract
from placements.ledger.kept import keep_totals
from placements.standing.kept import keep_in_step
from sroi.access import Role
from tests import factories as make
from tests.tools.bench.pages import as_role, asked_for, visits
from tests.tools.crowd import crowd
from tests.whole.test_access import SLOW, World

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(1200)]

KNOWN = Path(__file__).with_name("queries.json")
FEW = 3
# What is drawn as PDF or Word, and what is sent as it was kept.
DRAWN = SLOW - {"report-workbook", "report-municipality-workbook"}
# Where the other row is one contract.
OF_ONE = {"procurement_officer contract-detail"}


def test_no_page_of_any_role_asks_more_queries_than_before(world: World) -> None:
    with time_machine.travel(make.moment(make.TODAY), tick=False):
        contract = Contract.objects.select_related("region", "contractor").get(
            pk=world.own["contract"]["pk"]
        )
        crowd(contract, world.users[Role.ADVISER], FEW)
        found, asked = {}, dict[str, str]()
        for visit in visits(world):
            if visit.name in DRAWN:
                continue
            client = as_role(world, visit.role)
            client.get(reverse("search"))  # the session begins
            keep_in_step()  # as the worker does, of what the page before left
            keep_totals()
            code, queries = asked_for(client, visit.url)
            assert code == 200, visit.what
            found[visit.what] = len(queries)
            asked |= dict.fromkeys(queries, visit.what)
    if os.environ.get("SAVE_QUERIES"):
        KNOWN.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n")
    known = json.loads(KNOWN.read_text())
    assert {what: number for what, number in found.items() if number > known.get(what, 0)} == {}
    tried = {what: lists for query, what in asked.items() if (lists := lists_for_each_row(query))}
    assert tried.keys() <= OF_ONE


def lists_for_each_row(query: str) -> list[str]:
    """By the plan of SQLite, of what it tries a whole list of keys for each row of another: with
    12,000 contracts that took a minute where a look-up takes a second.
    """
    if connection.vendor != "sqlite" or not query.startswith("SELECT"):
        return []
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN QUERY PLAN " + query.replace("%", "%%"))
        below = defaultdict(list)
        for key, parent, _unused, step in cursor.fetchall():
            below[parent].append((key, step))
    each_row = [key for steps in below.values() for key, step in steps if "CORRELATED" in step]
    found = []
    for steps in ([step for _key, step in below[key]] for key in each_row):
        if any(step.startswith("LIST SUBQUERY") for step in steps):
            found += [step for step in steps if step.count("=?") > 1]
    return found
