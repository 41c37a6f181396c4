"""The doors to the two ledgers, with real databases: what they post and refuse, and nothing counted
twice.
"""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Sum

from contracts.models import (
    ChangeKind,
    ClosedYear,
    ContractState,
    LineKind,
    ObligationLine,
    Posting,
)
from contracts.owed import door as obligations
from contracts.owed.door import award
from contracts.valuation_tables.loading import load_table
from placements.claims.content import Content
from placements.ledger.verification import differences
from placements.life import door as life
from placements.models import EventKind, FulfilmentEvent, FulfilmentLine, FulfilmentState
from placements.standing.progress import Status, with_progress
from sroi.doors import Refused
from tests.factories import (
    TODAY,
    act,
    make_activity,
    make_change,
    make_contract,
    make_contractor,
    make_fulfilment,
    make_placement,
    make_purchase,
    make_region,
    make_user,
    moment,
    new_contract,
)
from tests.placements.claims.test_valuation import made_table

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def region():
    return make_region()


@pytest.fixture
def contract(region):
    return make_contract(region, make_contractor(), {"GM0402": 60, "GM0406": 40})


def lines_of(contract):
    rows = ObligationLine.objects.filter(contract=contract).order_by(
        "posting__number", "municipality__code"
    )
    return [
        (row.kind, row.municipality.code, row.value_delta, row.obligation_delta) for row in rows
    ]


def total(contract, amount="amount"):
    return FulfilmentLine.objects.filter(contract=contract).aggregate(total=Sum(amount))[
        "total"
    ] or D("0.00")


def holds(region, today=TODAY):
    return list(differences([region], today)) == []


class TestObligation:
    def test_an_award_is_split_over_the_municipalities(self, contract):
        assert lines_of(contract) == [
            ("award", "GM0402", D("600000.00"), D("30000.00")),
            ("award", "GM0406", D("400000.00"), D("20000.00")),
        ]

    def test_every_kind_of_change_posts_its_difference(self, region, contract):
        make_change(contract, value_delta=D(150000))
        make_change(contract, ChangeKind.WAIVER, obligation_delta=D(-500), reason="Kwijtgescholden")
        make_change(contract, ChangeKind.RATE_CHANGE, rate=D(3), reason="Andere markt")
        make_change(
            contract, ChangeKind.EXTENSION, value_delta=D(100000), new_end_date=date(2026, 6, 30)
        )
        sums = {}
        for kind, _code, _value, obligation in lines_of(contract):
            sums[kind] = sums.get(kind, 0) + obligation
        assert sums == {
            "award": D(50000),
            "amendment": D(7500),
            "waiver": D(-500),
            "rate_change": D(-23000),
            "extension": D(3000),
        }
        assert contract.end_date == date(2026, 6, 30)
        assert contract.awarded_end_date == date(2025, 12, 31)
        assert holds(region)

    def test_the_first_call_off_makes_a_framework_owe_nothing(self, region):
        contractor = make_contractor()
        framework = make_contract(region, contractor)
        call_off = make_contract(region, contractor, parent=framework, value=D(200000))
        framework.refresh_from_db()
        assert framework.is_framework
        assert sum(line[3] for line in lines_of(framework)) == 0
        assert {line[0] for line in lines_of(framework)} == {LineKind.AWARD}
        assert lines_of(call_off) == [("call_off", "GM0402", D(200000), D(10000))]
        make_change(framework, value_delta=D(50000))
        assert sum(line[2] for line in lines_of(framework)) == 0
        assert holds(region)

    def test_framework_and_call_off_registered_together(self, region):
        contractor = make_contractor()
        framework = new_contract(region, contractor)
        call_off = new_contract(region, contractor, parent=framework.contract)
        award([call_off, framework], act(None, "Import"), region=region)
        assert lines_of(framework.contract) == [("award", "GM0402", D(0), D(0))]
        assert call_off.contract.parent_id == framework.contract.pk
        assert holds(region)

    def test_a_closed_year_is_booked_in_the_first_open_month(self, region, contract):
        for year in (2024, 2025):
            ClosedYear.objects.create(
                region=region, year=year, last_posting=1, closed_at=moment(TODAY)
            )
        make_change(contract, value_delta=D(10), effective_date=date(2024, 7, 1))
        line = ObligationLine.objects.filter(kind="amendment").first()
        assert (line.month, line.booked) == (date(2024, 7, 1), date(2026, 1, 1))
        assert holds(region)

    def test_cancelling_takes_back_what_is_owed(self, region, contract):
        obligations.cancel(contract, act(None, "Failliet"), on=date(2025, 1, 1))
        assert sum(line[3] for line in lines_of(contract)) == 0
        with pytest.raises(Refused):
            obligations.cancel(contract, act(None, "Nogmaals"), on=date(2025, 1, 1))
        assert holds(region)

    def test_only_what_ended_is_settled(self, contract):
        with pytest.raises(Refused, match=contract.reference):
            obligations.settle(contract, act(), on=TODAY)
        obligations.end(contract, act(None, "Afgelopen"))
        obligations.settle(contract, act(None, "Afgerekend"), on=TODAY)
        assert contract.state == ContractState.SETTLED
        with pytest.raises(Refused):
            make_change(contract, value_delta=D(1))

    def test_changed_shares_hold_from_their_month(self, region, contract):
        shares = {m.pk: D(50) for m in region.municipalities.all()}
        obligations.change_shares(
            contract, shares, act(None, "Herverdeeld"), month=date(2024, 7, 1)
        )
        make_placement(contract)
        halves = FulfilmentLine.objects.values_list("month__month", "municipality__code").annotate(
            t=Sum("amount")
        )
        by_month = {(month, code): amount for month, code, amount in halves}
        assert by_month[6, "GM0402"] == D("2000.00")
        assert by_month[7, "GM0402"] == D("1666.67")
        assert holds(region)

    def test_posting_numbers_rise_by_one(self, region, contract):
        make_change(contract, value_delta=D(1))
        make_placement(contract)
        assert list(Posting.objects.values_list("number", flat=True)) == [1, 2, 3]


class TestFulfilment:
    def test_acceptance_posts_the_months_that_were_confirmed(self, region, contract):
        version = make_placement(
            contract, end_date=date(2025, 12, 31), confirmed_until=date(2024, 3, 10)
        )
        assert total(contract) == D("10000.00")
        progress = with_progress([contract], TODAY)[contract.pk]
        assert (progress.realised, progress.planned) == (D("10000.00"), D("70000.00"))
        life.confirm([version.fulfilment], TODAY, act(), region=region)
        assert total(contract) == D("63333.33")
        assert FulfilmentLine.objects.latest("month").month == date(2025, 7, 1)
        assert holds(region)

    def test_confirming_twice_posts_once(self, region, contract):
        version = make_placement(contract, confirmed_until=date(2024, 3, 31))
        for _again in range(2):
            life.confirm([version.fulfilment], date(2024, 6, 30), act(), region=region)
        assert total(contract) == D("20000.00")
        assert holds(region)

    def test_what_is_in_review_is_pending(self, contract):
        make_purchase(contract, "1234.56", state=FulfilmentState.SUBMITTED)
        progress = with_progress([contract], TODAY)[contract.pk]
        assert (progress.pending, progress.realised, progress.forecast) == (
            D("1234.56"),
            0,
            D("1234.56"),
        )

    def test_a_change_counts_once_it_is_accepted(self, region, contract):
        version = make_placement(contract)
        allocation = version.allocations.get()
        content = Content(
            {
                "candidate_ref": version.candidate_ref,
                "start_date": date(2024, 1, 1),
                "end_date": date(2024, 6, 30),
                "confirmed_until": date(2024, 6, 30),
            },
            [(date(2024, 1, 1), D(36))],
            [(contract, allocation.block, D(100))],
        )
        changed = life.propose_change(version.fulfilment, content, act(why="Eerder gestopt"))
        life.submit([changed], act())
        assert total(contract) == D("40000.00")
        assert with_progress([contract], TODAY)[contract.pk].pending == D("-20000.00")
        life.accept([changed], act(), region=region)
        assert total(contract) == D("20000.00")
        version.refresh_from_db()
        assert version.state == FulfilmentState.SUPERSEDED
        assert FulfilmentLine.objects.filter(reverses__isnull=False).count() == 24
        assert holds(region)

    def test_what_is_confirmed_while_a_change_waits_stays_when_it_is_accepted(
        self, region, contract
    ):
        """€ 40.000 a year for 36 hours: of January to June 20.000, and of September 30.000."""
        june, september = date(2024, 6, 30), date(2024, 9, 30)
        version = make_placement(contract, confirmed_until=june)
        fields = {"candidate_ref": version.candidate_ref, "start_date": date(2024, 1, 1)}
        fields |= {"end_date": date(2024, 12, 31), "confirmed_until": june, "description": "Anders"}
        block = version.allocations.get().block
        said = Content(fields, [(date(2024, 1, 1), D(36))], [(contract, block, D(100))])
        changed = life.propose_change(version.fulfilment, said, act())
        life.submit([changed], act())
        life.confirm([version.fulfilment], september, act(), region=region)
        assert total(contract) == D("30000.00")
        with pytest.raises(Refused):
            life.accept([changed], act(), region=region)
        changed.refresh_from_db()
        life.accept([changed], act(), region=region)
        assert total(contract) == D("30000.00")
        assert holds(region)

    def test_an_unchanged_edition_is_accepted_only(self, contract):
        version = make_purchase(contract, state=FulfilmentState.RETURNED, why="Welke factuur?")
        fields = {"amount": D("5000.00"), "paid_on": version.paid_on}
        block = version.allocations.get().block
        seen = version.edition
        life.edit(version, Content(fields, [], [(contract, block, D(100))]), act())
        life.submit([version], act())
        version.edition = seen
        with pytest.raises(Refused):
            life.accept([version], act(), region=contract.region)
        assert total(contract) == 0

    def test_the_second_answer_hears_who_was_first(self, contract):
        adviser = make_user("adviser", contract.region, name="Anna Advies")
        version = make_purchase(contract, state=FulfilmentState.SUBMITTED)
        stale = type(version).objects.get(pk=version.pk)
        life.accept([version], act(adviser), region=contract.region)
        with pytest.raises(Refused, match="Anna Advies"):
            life.reject(stale, act(adviser, "Nee"))
        assert total(contract) == D("10000.00")

    def test_returning_and_rejecting_need_words(self, contract):
        version = make_purchase(contract, state=FulfilmentState.SUBMITTED)
        for answer in (life.return_, life.reject):
            with pytest.raises(Refused):
                answer(version, act(why="  "))
        life.return_(version, act(why="Wie was de leverancier?"))
        assert version.answer == "Wie was de leverancier?"

    def test_who_entered_it_does_not_review_it(self, contract):
        adviser = make_user("adviser", contract.region)
        version = make_purchase(contract, state=FulfilmentState.SUBMITTED, entered_by=adviser)
        with pytest.raises(Refused):
            life.accept([version], act(adviser), region=contract.region)
        assert total(contract) == 0

    def test_unless_the_policy_allows_it_and_then_it_is_marked(self):
        region = make_region(code="vrij", towns={"GM0402": "Hilversum"}, self_review=True)
        contract = make_contract(region, make_contractor())
        adviser = make_user("adviser", region)
        version = make_purchase(contract, state=FulfilmentState.SUBMITTED, entered_by=adviser)
        life.accept([version], act(adviser), region=region)
        version.refresh_from_db()
        assert version.self_reviewed

    def test_an_unpaid_invoice_is_recorded_but_not_accepted(self, contract):
        version = make_purchase(contract, paid_on=None, state=FulfilmentState.SUBMITTED)
        with pytest.raises(Refused):
            life.accept([version], act(), region=contract.region)

    def test_withdrawing_what_was_accepted_reverses_its_lines(self, region, contract):
        version = make_placement(contract)
        life.withdraw(version, act(why="Dubbel opgevoerd"))
        assert total(contract) == 0
        assert total(contract, "fte") == 0
        with pytest.raises(Refused):
            life.withdraw(version, act(why="Nog eens"))
        assert holds(region)

    def test_a_value_of_nothing_is_accepted_and_posts_nothing(self, region, contract):
        version = make_activity(contract, activity_date=date(2026, 2, 1), on=date(2026, 3, 1))
        assert version.state == FulfilmentState.ACCEPTED
        assert not FulfilmentLine.objects.exists()
        assert version.allocations.get().value == 0
        assert holds(region, date(2026, 3, 1))

    def test_a_month_without_value_still_counts_its_fte(self, region):
        block = {
            "code": "ONCE",
            "kind": "placement",
            "unit": "fixed",
            "amount": "500",
            "label": {"nl": "Eenmalig"},
        }
        table, _new = load_table(region, {**made_table(block), "code": "once"})
        contract = make_contract(region, make_contractor(), table=table)
        make_placement(contract, "ONCE", end_date=date(2024, 3, 31))
        assert (total(contract), total(contract, "fte")) == (D("500.00"), D("0.25"))
        assert holds(region)

    def test_what_was_paid_stands_beside_what_was_credited(self, region):
        contractor = make_contractor()
        two = [make_contract(region, contractor), make_contract(region, contractor)]
        bought = {
            "supplier_name": "Sociale Drukkerij",
            "invoice_number": "F-1",
            "amount": D("100.01"),
        }
        make_fulfilment(two, "purchase", "WSW_INVOICE", paid_on=date(2024, 5, 1), **bought)
        assert sum(total(c, "paid") for c in two) == D("100.01")
        assert holds(region)

    def test_a_bonus_counts_once_per_candidate_and_contract(self, region, contract):
        bonus = {"age_at_start": 57, "bonuses": ["BONUS_55PLUS"]}
        make_placement(contract, end_date=date(2024, 3, 31), **bonus)
        make_placement(contract, start_date=date(2024, 4, 1), end_date=date(2024, 6, 30), **bonus)
        assert total(contract) == D("25000.00")
        assert holds(region)

    def test_a_decided_value_is_posted_instead(self, region, contract):
        make_placement(
            contract, decided_value=D("1000.00"), decided_reason="Afspraak met opdrachtnemer"
        )
        assert total(contract) == D("1000.00")
        assert holds(region)

    def test_every_step_is_an_event_without_the_candidate(self, contract):
        adviser = make_user("adviser", contract.region)
        version = make_placement(
            contract, state=FulfilmentState.RETURNED, why="Tot wanneer?", reviewer=adviser
        )
        kinds = list(FulfilmentEvent.objects.values_list("kind", flat=True))
        assert kinds == [EventKind.DRAFTED, EventKind.SUBMITTED, EventKind.RETURNED]
        assert not FulfilmentEvent.objects.filter(why__contains=version.candidate_ref).exists()


class TestDatabaseRefuses:
    def test_an_accepted_version_without_a_posting(self, contract):
        version = make_purchase(contract, state=FulfilmentState.SUBMITTED)
        with pytest.raises(IntegrityError), transaction.atomic():
            type(version).objects.filter(pk=version.pk).update(state=FulfilmentState.ACCEPTED)

    def test_a_rejection_without_a_reason(self, contract):
        version = make_purchase(contract, state=FulfilmentState.SUBMITTED)
        with pytest.raises(IntegrityError), transaction.atomic():
            type(version).objects.filter(pk=version.pk).update(state=FulfilmentState.REJECTED)


class TestVerifying:
    def test_a_line_that_was_tampered_with_is_found(self, region, contract):
        make_placement(contract)
        line = FulfilmentLine.objects.first()
        FulfilmentLine.objects.filter(pk=line.pk).update(amount=line.amount + 1)
        (found,) = differences([region], TODAY)
        assert "40.001,00" in found or "40,001.00" in found

    def test_an_obligation_that_does_not_follow_from_its_basis_is_found(self, region, contract):
        ObligationLine.objects.filter(contract=contract).update(obligation_delta=D(1))
        (found,) = differences([region], TODAY)
        assert contract.reference in found

    def test_a_reversal_that_does_not_match_is_found(self, region, contract):
        life.withdraw(make_purchase(contract), act(why="Fout"))
        FulfilmentLine.objects.filter(reverses__isnull=False).update(amount=D(1))
        assert len(list(differences([region], TODAY))) == 2

    def test_lines_of_a_version_that_does_not_count_are_found(self, region, contract):
        version = make_purchase(contract)
        type(version).objects.filter(pk=version.pk).update(state=FulfilmentState.SUPERSEDED)
        assert len(list(differences([region], TODAY))) == 1

    def test_shares_that_do_not_add_up_are_found(self, region, contract):
        contract.shares.filter(percent=60).update(percent=50)
        assert any("90" in found for found in differences([region], TODAY))


@pytest.mark.parametrize(
    ("today", "amount", "status"),
    [
        (date(2024, 3, 1), "0.01", Status.ON_TRACK),
        (date(2024, 7, 1), "0.01", Status.BEHIND),
        (date(2025, 1, 1), "20000.00", Status.ON_TRACK),
        (date(2025, 7, 1), "40000.00", Status.ON_TRACK),
        (date(2025, 7, 4), "49999.99", Status.AT_RISK),
        (date(2025, 12, 31), "49999.99", Status.AT_RISK),
        (date(2026, 1, 1), "49999.99", Status.OVERDUE),
        (date(2026, 1, 1), "50000.00", Status.FULFILLED),
    ],
)
def test_status(contract, today, amount, status):
    make_purchase(contract, amount, paid_on=date(2024, 1, 2), on=date(2024, 1, 2))
    assert with_progress([contract], today)[contract.pk].status == status
