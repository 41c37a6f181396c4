"""Several people at once: each fulfilment counts once, and who comes second hears it in words.

SQLite serialises writers, so it hides most of this; the PostgreSQL run of the tests does not.
`RACE_ROUNDS=100` runs each race that often.
"""

import io
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import Sum
from django.test import Client
from django.urls import reverse
from PIL import Image

from contracts.models import (
    ChangeKind,
    ClosedYear,
    Contract,
    ObligationChange,
    ObligationLine,
    OutOfStep,
    Posting,
)
from contracts.owed.door import award, change
from contracts.owed.posting import lock_ledger
from contracts.policy.loading import FaultyFile
from contracts.valuation_tables import door as table_door
from contracts.valuation_tables.loading import load_table, put_in_force
from placements.claims.content import Content
from placements.evidence import door as evidence
from placements.ledger.verification import differences
from placements.life import door as life
from placements.models import (
    ContractStanding,
    EventKind,
    Evidence,
    FulfilmentLine,
    FulfilmentState,
    FulfilmentVersion,
)
from placements.standing.kept import in_step
from sroi.access import Role
from sroi.doors import Refused
from tests.factories import (
    TODAY,
    act,
    make_contract,
    make_contractor,
    make_placement,
    make_purchase,
    make_region,
    make_table,
    make_user,
    moment,
    new_contract,
)

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 8
ROUNDS = int(os.environ.get("RACE_ROUNDS", "2"))


@pytest.fixture
def contract() -> Any:
    region = make_region()
    return make_contract(region, make_contractor(), {"GM0402": 60, "GM0406": 40})


def at_once(*acts: Callable[[], Any]) -> list[str]:
    """Run acts in threads of their own; what each came to: "done", "refused" or the error."""

    def run(one: Callable[[], Any]) -> str:
        try:
            one()
        except Refused as refused:
            return "refused" if str(refused) else "refused without a word"
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(run, acts))


def fresh(version: FulfilmentVersion) -> FulfilmentVersion:
    """The version as a page of its own would have read it."""
    return FulfilmentVersion.objects.select_related("fulfilment__region").get(pk=version.pk)


def posted() -> Decimal:
    return FulfilmentLine.objects.aggregate(total=Sum("amount"))["total"] or Decimal(0)


def test_accepting_one_fulfilment_many_times_at_once(contract: Any) -> None:
    for _round in range(ROUNDS):
        before = posted()
        version = make_purchase(contract, "100.01", state=FulfilmentState.SUBMITTED)
        seen = [fresh(version) for _n in range(AT_ONCE)]
        results = at_once(
            *(lambda v=v: life.accept([v], act(), region=contract.region) for v in seen)
        )
        assert sorted(results) == ["done"] + ["refused"] * (AT_ONCE - 1)
        assert posted() - before == Decimal("100.01")
    assert list(differences([contract.region], TODAY)) == []


def test_what_is_kept_of_a_contract_stays_right_while_many_write_and_read(contract: Any) -> None:
    """Whoever makes it again while others post misses nothing that was marked since."""
    everything = Contract.objects.all()
    in_step(everything, TODAY)
    for _round in range(ROUNDS):
        waiting = [make_purchase(contract, "100.01", state="submitted") for _n in range(AT_ONCE)]
        seen = [fresh(version) for version in waiting]
        in_turn = [
            one
            for v in seen
            for one in (
                lambda v=v: life.accept([v], act(), region=contract.region),
                lambda: in_step(everything, TODAY),
            )
        ]
        assert at_once(*in_turn) == ["done"] * 2 * AT_ONCE
        assert list(differences([contract.region], TODAY)) == []
        in_step(everything, TODAY)
        row = ContractStanding.objects.get()
        assert (row.realised, row.pending) == (posted(), 0)
        assert not OutOfStep.objects.exists()
    assert list(differences([contract.region], TODAY)) == []


def test_accept_against_reject_and_withdraw(contract: Any) -> None:
    for _round in range(ROUNDS):
        before = posted()
        version = make_purchase(contract, "50.00", state=FulfilmentState.SUBMITTED)
        one, two, three = fresh(version), fresh(version), fresh(version)
        results = at_once(
            lambda one=one: life.accept([one], act(), region=contract.region),
            lambda two=two: life.reject(two, act(why="Nee")),
            lambda three=three: life.withdraw(three, act(why="Toch niet")),
        )
        assert results.count("done") == 1
        state = fresh(version).state
        assert posted() - before == (Decimal("50.00") if state == FulfilmentState.ACCEPTED else 0)


def test_accept_against_mending_what_was_returned(contract: Any) -> None:
    version = make_purchase(contract, "50.00", state=FulfilmentState.SUBMITTED)
    seen = fresh(version)
    life.return_(version, act(why="Welke factuur?"))

    def mend() -> None:
        mended = fresh(version)
        block = mended.allocations.get().block
        content = Content({"amount": Decimal("900.00")}, [], [(contract, block, Decimal(100))])
        life.edit(mended, content, act())
        life.submit([mended], act())

    results = at_once(mend, lambda: life.accept([seen], act(), region=contract.region))
    assert results == ["done", "refused"]
    assert posted() == 0


def test_confirming_at_once_posts_once(contract: Any) -> None:
    version = make_placement(contract, confirmed_until=date(2024, 1, 31))
    results = at_once(
        *(
            lambda: life.confirm(
                [version.fulfilment], date(2024, 12, 31), act(), region=contract.region
            )
            for _n in range(AT_ONCE)
        )
    )
    assert results == ["done"] * AT_ONCE
    assert posted() == Decimal("40000.00")


def test_posting_numbers_rise_without_gap_or_double(contract: Any) -> None:
    region, contractor = contract.region, contract.contractor
    new = [new_contract(region, contractor) for _n in range(AT_ONCE * 2)]
    at_once(*(lambda a=a: award([a], act(None, "Gegund"), region=region) for a in new))
    assert list(Posting.objects.order_by("pk").values_list("number", flat=True)) == list(
        range(1, len(new) + 2)
    )


def test_closing_a_year_and_posting_exclude_each_other(contract: Any) -> None:
    """Whatever is booked in a closed year was posted before it was closed."""
    versions = [
        make_purchase(contract, "10.00", state=FulfilmentState.SUBMITTED)
        for _n in range(AT_ONCE - 1)
    ]

    def close() -> None:
        with transaction.atomic():
            head = lock_ledger(contract.region)
            ClosedYear.objects.create(
                region=contract.region,
                year=2024,
                last_posting=head.last_number,
                closed_at=moment(TODAY),
            )

    seen = [fresh(version) for version in versions]
    acts = [lambda v=v: life.accept([v], act(), region=contract.region) for v in seen]
    at_once(*acts[:3], close, *acts[3:])
    closed = ClosedYear.objects.get()
    for lines in (FulfilmentLine.objects.all(), ObligationLine.objects.all()):
        assert not lines.filter(booked__year=2024, posting__number__gt=closed.last_posting).exists()
        assert not lines.filter(
            month__year=2024, posting__number__gt=closed.last_posting, booked__lt=date(2025, 1, 1)
        ).exists()
    assert posted() == Decimal("70.00")
    assert list(differences([contract.region], TODAY)) == []


def test_two_advisers_at_once_one_wins_and_the_other_sees_who_and_when(contract: Any) -> None:
    first, second = (
        make_user(Role.ADVISER, contract.region, name=name) for name in ("Noor", "Sem")
    )
    for _round in range(ROUNDS):
        version = make_purchase(contract, "100.01", state=FulfilmentState.SUBMITTED)
        url = reverse("review", args=[version.fulfilment_id])
        sent = {"answer": "accept", "version": version.pk, "edition": version.edition}
        browsers = [signed_in(user) for user in (first, second)]
        pages: dict[int, Any] = {}

        def answer(
            n: int, pages: Any = pages, browsers: Any = browsers, url: str = url, sent: Any = sent
        ) -> None:
            pages[n] = browsers[n].post(url, sent, follow=True)

        before = posted()
        assert at_once(*(lambda n=n: answer(n) for n in range(len(browsers)))) == ["done", "done"]
        assert posted() - before == Decimal("100.01")
        winner = fresh(version).reviewed_by
        loser = pages[0 if winner == second else 1]
        assert loser.status_code == 200
        assert winner.name in loser.content.decode()


def test_a_bonus_that_counts_once_is_counted_once(contract: Any) -> None:
    """Placements of one candidate under one contract, accepted by many at once, each claiming the
    same bonus.
    """
    table = table_with_bonus(contract.region)
    for _round in range(ROUNDS):
        its = make_contract(contract.region, contract.contractor, table=table)
        waiting = [
            make_placement(its, "WORK", bonuses=["ONCE"], state=FulfilmentState.SUBMITTED)
            for _n in range(AT_ONCE)
        ]
        seen = [fresh(version) for version in waiting]
        results = at_once(
            *(lambda v=v: life.accept([v], act(), region=contract.region) for v in seen)
        )
        assert results == ["done"] * AT_ONCE
        total = FulfilmentLine.objects.filter(contract=its).aggregate(total=Sum("amount"))["total"]
        assert total == AT_ONCE * Decimal(12000) + 500
    assert list(differences([contract.region], TODAY)) == []


def test_many_changes_at_once_never_exceed_the_cap(contract: Any) -> None:
    region = make_region("capped", "Met een maximum", cap="60000.00")
    for _round in range(ROUNDS):
        capped = make_contract(region, make_contractor())
        changes = [
            ObligationChange(
                contract=Contract.objects.get(pk=capped.pk),
                kind=ChangeKind.AMENDMENT,
                effective_date=date(2024, 7, 1),
                value_delta=Decimal("100000.00"),
                reason="Meerwerk",
                identity=f"{capped.pk}-{n}",
            )
            for n in range(AT_ONCE)
        ]
        results = at_once(
            *(lambda c=c: change([c], act(None, "Meerwerk"), region=region) for c in changes)
        )
        assert results == ["done"] * AT_ONCE
        owed = ObligationLine.objects.filter(contract=capped).aggregate(
            v=Sum("value_delta"), o=Sum("obligation_delta")
        )
        assert owed == {"v": Decimal("1800000.00"), "o": Decimal("60000.00")}
    assert list(differences([region], TODAY)) == []


def test_many_files_at_once_never_exceed_the_most(
    contract: Any, settings: Any, tmp_path: Any
) -> None:
    storage = settings.STORAGES["evidence"]
    settings.STORAGES = {
        **settings.STORAGES,
        "evidence": {**storage, "OPTIONS": {"location": str(tmp_path)}},
    }
    settings.EVIDENCE_MAX_FILES = 3
    for _round in range(ROUNDS):
        version = make_purchase(contract, state=FulfilmentState.DRAFT)
        seen = [fresh(version) for _n in range(AT_ONCE)]
        results = at_once(
            *(
                lambda v=v, n=n: evidence.keep(v, "paid_invoice", "factuur.png", picture(n), act())
                for n, v in enumerate(seen)
            )
        )
        assert sorted(results) == ["done"] * 3 + ["refused"] * (AT_ONCE - 3)
        assert Evidence.objects.filter(version=version).count() == 3


def test_handing_in_many_times_at_once_hands_in_once(contract: Any) -> None:
    for _round in range(ROUNDS):
        version = make_purchase(contract, state=FulfilmentState.DRAFT)
        seen = [fresh(version) for _n in range(AT_ONCE)]
        results = at_once(*(lambda v=v: life.submit([v], act()) for v in seen))
        assert sorted(results) == ["done"] + ["refused"] * (AT_ONCE - 1)
        assert version.fulfilment.events.filter(kind=EventKind.SUBMITTED).count() == 1


def test_two_admins_change_a_table_or_put_two_in_force_at_once(contract: Any) -> None:
    region = contract.region
    for turn in range(ROUNDS):
        new = [make_table(region, publication) for publication in ("alphen", "utrecht-1")]
        edition = table_door.edition(new[0])
        results = at_once(
            *(
                lambda note=f"{turn}-{n}", t=new[0], e=edition: table_door.change(
                    t, e, lambda s: s.update(note=note), act(None, "Anders")
                )
                for n in range(AT_ONCE)
            )
        )
        assert sorted(results) == ["done"] + ["refused"] * (AT_ONCE - 1)
        day = date(2030 + turn, 1, 1)
        results = at_once(
            *(lambda t=t, d=day: force(t, d) for t in new for _n in range(AT_ONCE // 2))
        )
        assert region.tables_in_force.filter(valid_from=day).count() == 1
        assert results.count("done") == AT_ONCE // 2
        region.tables_in_force.filter(valid_from=day).delete()


def force(table: Any, day: date) -> None:
    try:
        put_in_force(table, day)
    except FaultyFile as fault:
        raise Refused(str(fault)) from None


def table_with_bonus(region: Any) -> Any:
    """A block of € 12.000 a year, and a bonus that counts once per candidate and contract."""
    rows = [
        {"code": "WORK", "label": "Werk", "kind": "placement", "unit": "year", "amount": "12000"},
        {"code": "ONCE", "label": "Bonus", "kind": "bonus", "unit": "fixed", "amount": "500"},
    ]
    table, _new = load_table(
        region, {"code": "bonus", "title": "T", "full_time_hours": "36", "blocks": rows}
    )
    return table


def picture(number: int) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (20, 20), (number * 20, 10, 10)).save(written, "PNG")
    return written.getvalue()


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client
