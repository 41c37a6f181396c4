"""Every page of every role, by the table of `tests/whole/test_access.py`, so that none is
forgotten; and the contract list by each of its filters and orders.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any

from django.db import DatabaseError, connection
from django.test import Client
from django.test.utils import (
    CaptureQueriesContext,
    setup_test_environment,
    teardown_test_environment,
)
from django.urls import reverse

from contracts.models import Contract
from placements.standing.progress import Status
from sroi.access import Role
from tests.tools.bench.rows import Row
from tests.tools.bench.timing import MOST_SECONDS, TooLong, at_most, compare, taken
from tests.whole.test_access import ANONYMOUS, PAGES, SIGNED_IN, World, as_role

# Of `floors.py`.
BARE, ADMIN = "/bench/bare/", "/bench/admin/contracts/contract/"
# Of each filter so many choices are tried: every status is among them.
CHOICES = len(Status)


@dataclass(frozen=True)
class Visit:
    role: str
    name: str
    url: str
    goal: str = "page"
    question: str = ""

    @property
    def what(self) -> str:
        return f"{self.role} {self.name}{self.question}"


def visits(world: World) -> Iterator[Visit]:
    """Every page that is opened and answers: what sends on elsewhere draws nothing, and `ready`
    asks for a worker.
    """
    for role in (*SIGNED_IN, ANONYMOUS):
        for name, page in PAGES.items():
            if page.method == "get" and page.code(role) == 200 and name != "ready":
                url = reverse(name, kwargs=world.own[page.of] if page.of else {})
                yield Visit(role, name, url, "open" if role == ANONYMOUS else "page")


def questions(context: Any, ways: Sequence[str] = ("", "-")) -> Iterator[str]:
    """Everything that a list can be asked: each filter with its choices, and each order, up and
    down.
    """
    if context and "table" in context and "filter" in context:
        yield from (
            f"?sort={way}{column.name}"
            for column in context["table"].columns
            if column.orderable
            for way in ways
        )
        for name, field in context["filter"].form.fields.items():
            choices = islice(
                (str(value) for value, _label in getattr(field, "choices", ()) if value), CHOICES
            )
            yield from (f"?{name}={value}" for value in [*choices] or ["6"])


def of_lists(world: World) -> Iterator[Visit]:
    """The contract list of an adviser, who sees most."""
    url = reverse("contract-list")
    setup_test_environment(debug=False)  # only so is there a context, and drawing takes longer
    context = as_role(world, Role.ADVISER).get(url).context
    teardown_test_environment()
    for question in ("", *questions(context)):
        yield Visit(Role.ADVISER, "contract-list", url + question, "list", question)


def opened(client: Client, url: str) -> int:
    """The code of the answer, of which everything was read."""
    response = client.get(url)
    if response.streaming:
        for _part in response.streaming_content:
            pass
    return int(response.status_code)


def asked_for(client: Client, url: str) -> tuple[int, list[str]]:
    """The code, and the queries; that somebody looked at a person is one more, after the page is
    made.
    """
    with CaptureQueriesContext(connection) as asked:
        code = opened(client, url)
    looked = 'INSERT INTO "accounts_auditevent"'
    return code, [q["sql"] for q in asked if not q["sql"].startswith(looked)]


def client_of(world: World, role: str) -> Client:
    client = as_role(world, role)
    client.raise_request_exception = False
    return client


def measured(client: Client, visit: Visit, pairs: int) -> Row:
    """What does not answer is a row too, which says so."""
    asked: list[tuple[int, list[str]]] = []
    try:
        with at_most():
            first = taken(lambda: asked.append(asked_for(client, visit.url)))
        ((code, queries),) = asked
        if code != 200:
            return Row(visit.goal, visit.what, queries=len(queries), said=f"answers {code}")
        with at_most(5 * MOST_SECONDS):
            found = compare(
                lambda: opened(client, visit.url), lambda: opened(client, BARE), pairs, first
            )
    except TooLong:
        return Row(visit.goal, visit.what, said=f"takes more than {MOST_SECONDS} s")
    except DatabaseError as error:
        return Row(visit.goal, visit.what, said=f"fails: {error}")
    return Row(
        visit.goal, visit.what, found.ratio, found.pairs, len(queries), round(found.ours * 1000, 1)
    )


def against_the_admin(world: World, pairs: int) -> Iterator[Row]:
    """The list by its end date; and its last page beside its first."""
    client, by_end = client_of(world, Role.ADVISER), f"{reverse('contract-list')}?sort=end_date"
    last = Contract.objects.filter(region__code="gooi").count() // 25
    deep, theirs = f"{by_end}&page={last}", f"{ADMIN}?o=5"
    for goal, what, ours, floor in (
        ("list-admin", "by end date", by_end, theirs),
        ("list-deep", f"page {last}", deep, by_end),
    ):
        if codes := {opened(client, url) for url in (ours, floor)} - {200}:
            yield Row(goal, what, said=f"answers {codes.pop()}")
            continue
        found = compare(partial(opened, client, ours), partial(opened, client, floor), pairs)
        yield Row(goal, what, found.ratio, found.pairs, ms=round(found.ours * 1000, 1))
