"""What is kept of how contracts stand is what the lines say: whatever is done, in whatever order,
and however many days pass.
"""

import ast
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

import hypothesis
import pytest
import time_machine
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from contracts.facts import door as facts
from contracts.models import (
    ChangeKind,
    Contract,
    ContractState,
    OutOfStep,
    PlanState,
    Region,
)
from contracts.owed import door as obligations
from contracts.plans import door as plans
from placements.claims.content import content_of
from placements.ledger import kept as totals
from placements.ledger.verification import differences
from placements.life import door as life
from placements.models import (
    ContractStanding,
    FulfilmentLine,
    FulfilmentState,
    FulfilmentVersion,
)
from placements.standing import kept
from placements.standing.heard import last_heard, silent
from placements.standing.kept import (
    by_status,
    holds_until,
    in_order_of,
    in_order_of_urgency,
    of_status,
    progress_of,
    silent_for,
    wrongly_kept,
)
from placements.standing.progress import (
    BY_URGENCY,
    Progress,
    Status,
    expected_on,
    status_of,
    with_progress,
)
from sroi.access import Role
from sroi.doors import Refused
from sroi.money import ZERO
from sroi.periods import DAY
from tests import factories as make
from tests.placements.standing.test_words_agree import standings

pytestmark = pytest.mark.django_db


# --- until when it holds --------------------------------------------------------------------------


@given(standings())
def test_a_status_holds_until_its_day_and_no_longer(found: tuple[Contract, Progress, date]) -> None:
    """On each day until then the one rule says the same, and on the day after it something else."""
    contract, progress, today = found
    until = holds_until(contract, progress, None, today)
    assert until >= today
    last = min(until, contract.last_counted_day + timedelta(40))
    for days in range((max(last, today) - today).days + 1):
        assert status_on(today + timedelta(days), contract, progress) == progress.status
    if until < date.max:
        assert status_on(until + DAY, contract, progress) != progress.status


def status_on(day: date, contract: Contract, progress: Progress) -> Status:
    expected = expected_on(contract, progress.obligation, progress.plan, day)
    amounts = progress.obligation, progress.realised, progress.forecast
    return status_of(contract, *amounts, expected, day)


def test_what_was_not_awarded_yet_holds_until_the_day_before(region: Region) -> None:
    awarded = make.TODAY + timedelta(31)
    days = {"award_date": awarded, "start_date": awarded, "end_date": date(2027, 6, 30)}
    contract = make.make_contract(region, make.make_contractor(), **days)
    # The lines are of the month of the award, which begins on that day here: August 1st.
    assert kept_of(contract).until == awarded - DAY
    assert kept_of(contract).status == Status.NOT_STARTED


def test_a_line_of_a_month_to_come_ends_what_was_kept(contract: Contract) -> None:
    assert (kept_of(contract).obligation, kept_of(contract).heard) == (50_000, None)
    make.make_change(contract, value_delta=Decimal(100_000), effective_date=date(2025, 10, 17))
    now = kept_of(contract)
    assert (now.obligation, now.until < date(2025, 10, 1)) == (50_000, True)
    then = kept_of(contract, date(2025, 10, 1))
    assert then.obligation == 55_000


def kept_of(contract: Contract, day: date = make.TODAY) -> ContractStanding:
    kept.in_step(Contract.objects.filter(pk=contract.pk), day)
    return ContractStanding.objects.get(pk=contract.pk)


# --- whatever is done -----------------------------------------------------------------------------


@dataclass
class Register:
    """A small register in which things are done at random, by the doors that people use."""

    region: Region
    contracts: list[Contract]
    day: date = date(2024, 2, 1)
    changes: int = field(default=0)

    def act(self, why: str = "Daarom") -> Any:
        return make.act(why=why, today=self.day)

    def contract(self, n: int) -> Contract:
        return Contract.objects.select_related("region", "policy").get(
            pk=self.contracts[n % len(self.contracts)].pk
        )

    def version(self, n: int, *states: str) -> FulfilmentVersion | None:
        rows = FulfilmentVersion.objects.filter(state__in=states, latest_of__isnull=False)
        found = list(rows.select_related("fulfilment__region").order_by("pk"))
        return found[n % len(found)] if found else None


def pass_days(register: Register, n: int) -> None:
    register.day += timedelta(n * 7)


def award_one(register: Register, n: int) -> None:
    awarded = register.day + timedelta(n - 5)
    days = {"award_date": awarded, "start_date": awarded, "end_date": awarded + timedelta(30 * n)}
    new = make.new_contract(register.region, make.make_contractor(), value=Decimal(n), **days)
    obligations.award([new], register.act(), region=register.region, answered=make.EVERYTHING)
    register.contracts.append(new.contract)


def amend(register: Register, n: int) -> None:
    contract, kind = register.contract(n), [ChangeKind.AMENDMENT, ChangeKind.WAIVER][n % 2]
    delta = {"value_delta": Decimal(100 * n)} if n % 2 == 0 else {"obligation_delta": Decimal(-n)}
    day = max(contract.award_date, register.day + timedelta((n % 5 - 2) * 40))
    make.make_change(contract, kind, effective_date=day, **delta)


def move_end(register: Register, n: int) -> None:
    contract = register.contract(n)
    end = contract.end_date + timedelta(10 * n)
    make.make_change(contract, ChangeKind.EXTENSION, effective_date=register.day, new_end_date=end)


def claim(register: Register, n: int) -> None:
    states = [FulfilmentState.DRAFT, FulfilmentState.SUBMITTED, FulfilmentState.ACCEPTED]
    contracts = [register.contract(n), register.contract(n + 1)][: 1 + n % 2]
    more = {"on": register.day, "state": states[n % 3], "paid_on": register.day}
    given = {"supplier_name": "Drukkerij", "invoice_number": str(n), "amount": Decimal(n * 97)}
    make.make_fulfilment(contracts, "purchase", "WSW_INVOICE", **more, **given)


def place(register: Register, n: int) -> None:
    days = {"start_date": register.day - timedelta(n), "end_date": register.day + timedelta(9 * n)}
    state = [FulfilmentState.SUBMITTED, FulfilmentState.ACCEPTED][n % 2]
    hours = [(days["start_date"], Decimal(32))]
    given = {"candidate_ref": f"K{n}", "age_at_start": 40, "confirmed_until": register.day, **days}
    contracts = [register.contract(n)]
    more = {"on": register.day, "state": state}
    make.make_fulfilment(contracts, "placement", "PW_GT2Y", hours, **more, **given)


def answer(register: Register, n: int) -> None:
    if version := register.version(n, FulfilmentState.SUBMITTED):
        do: Callable[..., Any] = [life.return_, life.reject, life.withdraw, life.take_back][n % 4]
        do(version, register.act())


def accept(register: Register, n: int) -> None:
    if version := register.version(n, FulfilmentState.SUBMITTED):
        why = {"without_evidence": "Gezien"}
        life.accept([version], register.act(), region=register.region, **why)


def hand_in(register: Register, n: int) -> None:
    states = FulfilmentState.DRAFT, FulfilmentState.RETURNED
    if version := register.version(n, *states):
        life.submit([version], register.act(), answered=make.EVERYTHING)


def mend(register: Register, n: int) -> None:
    """For another contract."""
    states = FulfilmentState.DRAFT, FulfilmentState.RETURNED
    if version := register.version(n, *states):
        life.edit(version, elsewhere(register, version, n), register.act())


def propose(register: Register, n: int) -> None:
    if version := register.version(n, FulfilmentState.ACCEPTED):
        content = elsewhere(register, version, n)
        life.propose_change(version.fulfilment, content, register.act())


def elsewhere(register: Register, version: FulfilmentVersion, n: int) -> Any:
    content = content_of(version)
    ((_contract, block, _percent), *_rest) = content.allocations
    content.allocations = [(register.contract(n), block, Decimal(100))]
    return content


def take_back_accepted(register: Register, n: int) -> None:
    if version := register.version(n, FulfilmentState.ACCEPTED):
        life.withdraw(version, register.act())


def value_anew(register: Register, n: int) -> None:
    if version := register.version(n, FulfilmentState.ACCEPTED):
        life.revalue([version], register.act(), region=register.region)


def confirm(register: Register, n: int) -> None:
    if version := register.version(n, FulfilmentState.ACCEPTED):
        until = register.day, register.act()
        life.confirm([version.fulfilment], *until, region=register.region)


def finish(register: Register, n: int) -> None:
    contract = register.contract(n)
    acts: list[Callable[[], Any]] = [
        lambda: obligations.end(contract, register.act()),
        lambda: obligations.cancel(contract, register.act(), on=register.day),
        lambda: obligations.settle(contract, register.act(), on=register.day),
        lambda: obligations.reopen(contract, register.act()),
        lambda: obligations.grant_recovery(
            contract, contract.end_date + timedelta(10 * n), register.act()
        ),
    ]
    acts[n % len(acts)]()


def plan(register: Register, n: int) -> None:
    first = date(2024, 1 + 3 * (n % 4), 1)
    made = plans.begin(register.contract(n), register.act())
    if made.state == PlanState.DRAFT:
        plans.save(made, {"work": "Werk"}, {("work", first): Decimal(n * 500)}, register.act())
        made.refresh_from_db()
        plans.submit(made, register.act())
    else:
        plans.agree(made, register.act())


def say_nothing_new(register: Register, n: int) -> None:
    plans.report_no_news(register.contract(n), register.act())


def put_right(register: Register, n: int) -> None:
    contract = register.contract(n)
    start = contract.start_date + timedelta(n % 9)
    award = contract.award_date + timedelta(n % 7)
    facts.put_right(contract, {"award_date": award, "start_date": start}, register.act())


DOABLE = [
    *(pass_days, award_one, amend, move_end, claim, place, answer, accept, hand_in, mend, propose),
    *(take_back_accepted, value_anew, confirm, finish, plan, say_nothing_new, put_right),
]


@hypothesis.settings(max_examples=12)
@given(
    st.lists(
        st.tuples(st.sampled_from(DOABLE), st.integers(1, 40), st.booleans()),
        min_size=5,
        max_size=25,
    )
)
def test_whatever_is_done_what_is_kept_is_what_the_lines_say(
    steps: list[tuple[Callable[[Register, int], None], int, bool]],
) -> None:
    with transaction.atomic():
        region = make.make_region()
        shares = [{"GM0402": 60, "GM0406": 40}, None]
        firm = make.make_contractor()
        register = Register(region, [make.make_contract(region, firm, each) for each in shares])
        everything = Contract.objects.filter(region=region)
        for do, n, is_read in steps:
            try:
                with transaction.atomic():
                    do(register, n)
            except Refused:
                continue
            # Nothing wrong is kept without a mark, whether or not anybody looked since.
            assert [*wrongly_kept(everything, register.day)] == [], do.__name__
            if is_read:
                totals.keep_totals()
                agrees(everything, register.day)
            assert [*totals.wrongly_kept(region)] == [], do.__name__
        agrees(everything, register.day)
        assert not OutOfStep.objects.exists()
        transaction.set_rollback(True)


def agrees(contracts: Any, day: date) -> None:
    """Filters, orders, sums and days are those of the lines."""
    rows = list(contracts.select_related("policy"))
    progress, heard = with_progress(rows, day), last_heard(rows, day)
    for status in Status:
        of_this = {contract.pk for contract in of_status(contracts, [status], day)}
        assert of_this == {pk for pk, each in progress.items() if each.status == status}
    for total in ("obligation", "realised"):
        order = [c.pk for c in in_order_of(contracts, total, day, True)]
        assert order == sorted(
            progress, key=lambda pk: (getattr(progress[pk], total), pk), reverse=True
        )
    still = [progress[c.pk].open for c in in_order_of(contracts, "open", day, descending=True)]
    assert still == sorted((each.open for each in progress.values()), reverse=True)
    ranks = [
        BY_URGENCY.index(progress[c.pk].status) for c in in_order_of_urgency(contracts, day, False)
    ]
    assert ranks == sorted(BY_URGENCY.index(each.status) for each in progress.values())
    found = by_status(contracts, day)
    sums = {each.status: (each.number, each.obligation, each.realised) for each in found}
    for status in {each.status for each in progress.values()}:
        theirs = [each for each in progress.values() if each.status == status]
        amounts = sum((p.obligation for p in theirs), ZERO), sum((p.realised for p in theirs), ZERO)
        assert sums.pop(status) == (len(theirs), *amounts)
    assert sums == {}
    for row in ContractStanding.objects.filter(contract__in=contracts):
        said = progress[row.contract_id]
        assert (row.planned, row.pending) == (said.planned, said.pending)
        assert (row.heard and min(row.heard, day)) == heard.get(row.contract_id)
    versions, lines = FulfilmentVersion.objects.all(), FulfilmentLine.objects.all()
    for months in (1, 6):
        assert {*silent_for(contracts, months, day)} == {
            *silent(contracts, versions, lines, months, day)
        }
    for contract in contracts.select_related("policy", "standing"):
        assert progress_of(contract, day) == progress[contract.pk]


# --- proving it, and making it again --------------------------------------------------------------


def test_the_proof_names_what_differs_and_the_command_mends_it(contract: Contract) -> None:
    make.make_purchase(contract, "1000.00")
    kept.in_step(Contract.objects.all(), make.TODAY)
    assert [*differences([contract.region], make.TODAY)] == []
    ContractStanding.objects.update(realised=F("realised") + 1)  # a cent
    (said,) = differences([contract.region], make.TODAY)
    assert contract.reference in said
    ContractStanding.objects.all().delete()
    (said,) = differences([contract.region], make.TODAY)
    assert contract.reference in said
    out = StringIO()
    call_command("rebuild_totals", "--region", contract.region.code, stdout=out)
    assert "1 " in out.getvalue()
    assert ContractStanding.objects.get().realised > 0
    with pytest.raises(CommandError):
        call_command("rebuild_totals", "--region", "nergens")


def test_who_reads_makes_again_only_what_changed(
    contract: Contract, django_assert_num_queries: Any
) -> None:
    other = make.make_contract(contract.region, make.make_contractor())
    kept.in_step(Contract.objects.all(), make.TODAY)
    with django_assert_num_queries(1):
        kept.in_step(Contract.objects.all(), make.TODAY)
    make.make_purchase(contract, "1000.00")
    assert kept.out_of_step(Contract.objects.all(), make.TODAY) == [contract.pk]
    assert kept.out_of_step(Contract.objects.filter(pk=other.pk), make.TODAY) == []


def test_the_list_of_contractors_and_the_page_of_one_say_the_same(contract: Contract) -> None:
    make.make_purchase(contract, "1000.00")
    make.make_contract(contract.region, contract.contractor, end_date=date(2026, 12, 31))
    idle = make.make_contractor("Zonder contract")
    client = make.signed_in(make.make_user(Role.ADVISER, contract.region))
    with time_machine.travel(make.moment(make.TODAY), tick=False):
        table = client.get(reverse("contractor-list")).context["table"]
        listed = {row.record.pk: row.record.together for row in table.paginated_rows}
        page = client.get(reverse("contractor-detail", args=[contract.contractor_id]))
    assert idle.pk not in listed
    assert listed == {contract.contractor_id: page.context["together"]}
    both = listed[contract.contractor_id]
    assert (both.contracts, both.obligation, both.worrying) == (2, 100_000, 2)


# --- nobody forgets -------------------------------------------------------------------------------

# What standing is made of: what of them is written by whom without a mark, and why none is needed.
MADE_OF = (
    *("Contract", "ObligationLine", "ActionPlan", "PlanAmount", "ContractEvent"),
    *("Fulfilment", "FulfilmentVersion", "Allocation", "FulfilmentLine", "FulfilmentEvent"),
)
WRITES = {"create", "bulk_create", "bulk_update", "update", "get_or_create", "update_or_create"}
MARKING = (
    *("contracts/facts/door.py", "contracts/owed/door.py", "contracts/plans/door.py"),
    "placements/life/door.py",
)
WITHOUT_A_MARK = {
    "contracts/dossier/door.py": "what happened to the dossier is nothing heard of the work",
    "contracts/imports/door.py": "titles and advisers",
    "contracts/settlement/door.py": "what was shown of a draft; the door of what is owed settles",
    "contracts/valuation_tables/loading.py": "the table of a contract: what was accepted stays",
    "placements/dialogue/door.py": "that somebody disagrees; the rest is done in the door of life",
    "placements/evidence/door.py": "that evidence was erased",
    "placements/linking/door.py": "what is the same elsewhere; what counts here stays as it is",
    "placements/ledger/posting.py": "lines of versions of which their door says what happened",
    "placements/retention/door.py": "that somebody was erased, which is nothing heard of the work",
    "sroi/demo/management/commands/demo.py": "when contracts came in",
}


def test_whoever_writes_what_standing_is_made_of_marks_it() -> None:
    """In each module that writes one of these models something is marked, or it is said here why
    nothing is.
    """
    found = set()
    for app in ("contracts", "placements", "reporting", "sroi"):
        for path in (settings.BASE_DIR / app).rglob("*.py"):
            source = path.read_text(encoding="utf-8")
            if "migrations" not in path.parts and writes(ast.parse(source)):
                found.add((str(path.relative_to(settings.BASE_DIR)), "mark_out_of_step" in source))
    assert {name for name, marks in found if not marks} == set(WITHOUT_A_MARK)
    assert {*MARKING} <= {name for name, marks in found if marks}


def writes(tree: ast.AST) -> bool:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            names = {n.id for n in ast.walk(node.func) if isinstance(n, ast.Name)}
            if node.func.attr in WRITES and names & set(MADE_OF):
                return True
    return False


def test_a_mark_is_of_the_transaction_that_it_is_about(contract: Contract) -> None:
    """What is taken back leaves none; and what was kept is right."""
    kept.in_step(Contract.objects.all(), make.TODAY)
    with transaction.atomic():
        obligations.end(contract, make.act(why="Over"))
        assert OutOfStep.objects.exists()
        transaction.set_rollback(True)
    assert not OutOfStep.objects.exists()
    assert Contract.objects.get().state == ContractState.ACTIVE
