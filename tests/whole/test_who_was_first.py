"""What is confirmed is what was shown, and of two at once one succeeds: the other reads what is
there now, and never meets an error.

SQLite serialises writers, so it hides some of the races; the PostgreSQL run of the tests does not.
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, models, transaction
from django.test import Client
from django.urls import reverse

from contracts.imports.door import import_changes, import_contracts
from contracts.models import (
    ChangeProposal,
    Contract,
    Contractor,
    ContractState,
    Membership,
    ObligationChange,
    Region,
)
from contracts.people import door as memberships
from contracts.people.membership import access_of
from placements.imports.door import import_fulfilments
from placements.models import Fulfilment
from sroi.access import OUR_APPS, SERVER, Role
from sroi.doors import Refused, first_come
from sroi.exchange import read_rows
from tests import factories as make
from tests.factories import act, confirming, signed_in
from tests.placements.life.test_races import at_once

pytestmark = pytest.mark.django_db
D = Decimal
TIMES = 3


def obligation(contract: Contract) -> Decimal:
    return sum((line.obligation_delta for line in contract.obligation_lines.all()), D(0))


# --- shown, then overtaken ------------------------------------------------------------------------


@pytest.fixture
def adviser(region: Region) -> Client:
    return signed_in(make.make_user(Role.ADVISER, region))


def more_work(contract: Contract, amount: str = "40000") -> None:
    new = make.make_change(contract, value_delta=D(amount))
    assert new.pk


FILLED_IN: dict[str, dict[str, str]] = {
    "amendment": {"effective_date": "2024-07-01", "value_delta": "100000"},
    "extension": {"effective_date": "2024-07-01", "new_end_date": "2026-12-31"},
    "rate_change": {"effective_date": "2024-07-01", "rate": "4"},
    "waiver": {"effective_date": "2024-07-01", "obligation_delta": "-1000"},
    "end": {},
    "cancel": {"effective_date": "2024-07-01"},
    "certificate": {"level": "2", "valid_from": "2024-01-01", "valid_until": "2025-12-31"},
}


@pytest.mark.parametrize("kind", FILLED_IN)
def test_an_act_on_a_contract_that_was_overtaken_shows_the_new_starting_point(
    contract: Contract, adviser: Client, kind: str
) -> None:
    where = reverse("contract-change", args=[contract.pk, kind])
    given = FILLED_IN[kind] | {"reason": "Afgesproken", "token": "een"}
    looked = adviser.post(where, given)
    more_work(contract)
    owed = obligation(contract)
    late = adviser.post(where, given | confirming(looked))
    assert late.status_code == 422
    assert "Iemand heeft dit gewijzigd" in late.content.decode()
    assert late.context["effect"].before == owed == 52000
    contract.refresh_from_db()
    assert obligation(contract) == owed
    assert contract.state == ContractState.ACTIVE
    assert adviser.post(where, given | confirming(late)).status_code == 302


def test_a_proposal_whose_contract_was_changed_shows_what_it_does_now(
    contract: Contract, adviser: Client
) -> None:
    proposal = make.make_proposal(contract)
    where = reverse("change-proposal", args=[proposal.pk])
    looked = adviser.get(where)
    more_work(contract)
    late = adviser.post(where, confirming(looked) | {"accept": "1"})
    assert late.status_code == 422
    assert late.context["effect"].before == 52000
    assert obligation(contract) == 52000
    assert adviser.post(where, confirming(late) | {"accept": "1"}).status_code == 302
    assert obligation(contract) == 57000


def test_a_table_in_force_is_what_was_shown(region: Region) -> None:
    admin = signed_in(make.make_user(Role.REGION_ADMIN, region))
    table = make.make_table(region, "utrecht-1")
    where = reverse("table-in-force", args=[table.pk])
    given = {"valid_from": "2025-01-01"}
    looked = admin.post(where, given)
    make.make_contract(region, make.make_contractor(), award_date=date(2025, 2, 1))
    late = admin.post(where, given | confirming(looked))
    assert late.status_code == 422
    assert late.context["preview"].number_kept == 1
    assert not region.tables_in_force.filter(table=table).exists()
    assert admin.post(where, given | confirming(late)).status_code == 302


def test_a_role_that_another_changed_is_not_overwritten(region: Region) -> None:
    admin = signed_in(make.make_user(Role.REGION_ADMIN, region))
    person = make.make_user(Role.READER, region)
    membership = Membership.objects.get(user=person)
    where = reverse("user-detail", args=[membership.pk])
    looked = admin.get(where)
    membership.role = Role.ADVISER
    membership.save()
    given = {"role": Role.PROCUREMENT_OFFICER, "why": "Nieuw werk"}
    given["municipalities"] = str(region.municipalities.all()[0].pk)
    late = admin.post(where, given | confirming(looked))
    assert late.status_code == 422
    membership.refresh_from_db()
    assert membership.role == Role.ADVISER
    assert admin.post(where, given | confirming(late)).status_code == 302


def test_what_did_not_hold_when_sent_does_not_pass_for_looked_at(
    contract: Contract, adviser: Client
) -> None:
    """Refused for a fault of its own, the form still starts from what was on the screen."""
    where = reverse("contract-change", args=[contract.pk, "amendment"])
    given = FILLED_IN["amendment"] | {"reason": "Afgesproken"}
    looked = adviser.post(where, given)
    more_work(contract)
    faulty = adviser.post(where, given | confirming(looked) | {"reason": ""})
    assert faulty.status_code == 422
    late = adviser.post(where, given | confirming(faulty))
    assert late.status_code == 422
    assert "Iemand heeft dit gewijzigd" in late.content.decode()


# --- sent more than once --------------------------------------------------------------------------


def test_a_change_that_is_sent_three_times_counts_once(contract: Contract, adviser: Client) -> None:
    where = reverse("contract-change", args=[contract.pk, "amendment"])
    given = FILLED_IN["amendment"] | {"reason": "Afgesproken", "token": "een"}
    sent = given | confirming(adviser.post(where, given))
    answers = [adviser.post(where, sent) for _time in range(TIMES)]
    assert [answer.status_code for answer in answers] == [302] * TIMES
    assert ObligationChange.objects.count() == 1
    assert obligation(contract) == 55000


def test_a_proposal_that_is_sent_three_times_waits_once(contract: Contract, region: Region) -> None:
    officer = signed_in(make.make_user(Role.PROCUREMENT_OFFICER, region))
    where = reverse("contract-change", args=[contract.pk, "amendment"])
    given = FILLED_IN["amendment"] | {"reason": "Afgesproken"}
    sent = given | confirming(officer.post(where, given))
    answers = [officer.post(where, sent) for _time in range(TIMES)]
    assert [answer.status_code for answer in answers] == [302] * TIMES
    assert ChangeProposal.objects.count() == 1


# --- at the same moment ---------------------------------------------------------------------------


class TestAtOnce:
    pytestmark = pytest.mark.django_db(transaction=True)

    def test_two_invitations_for_one_address_make_one_account(self, region: Region) -> None:
        other = make.make_region("elders", "Elders")
        asked = [
            make.make_invitation(one, email="nieuw@example.org") for one in (region, other, region)
        ]
        found = at_once(
            *(
                lambda one=one: memberships.accept(
                    one, at=make.timezone.now(), name="Nieuw", password=make.PASSWORD
                )
                for one in asked
            )
        )
        assert sorted(found) == ["done", "refused", "refused"]
        assert Membership.objects.filter(user__email="nieuw@example.org").count() == 1

    def test_two_roles_that_become_the_same_at_once(self, region: Region) -> None:
        admin = make.make_user(Role.REGION_ADMIN, region)
        person = make.make_user(Role.READER, region)
        second = make.join(person, Role.PROCUREMENT_OFFICER, region)
        first = Membership.objects.get(user=person, role=Role.READER)
        found = at_once(
            *(
                lambda one=one: memberships.change(
                    one, Role.ADVISER, (), access_of(admin), act(admin, "Samen")
                )
                for one in (first, second)
            )
        )
        assert sorted(found) == ["done", "refused"]
        assert Membership.objects.filter(user=person, role=Role.ADVISER).count() == 1

    def test_one_change_sent_three_times_at_once_counts_once(self, region: Region) -> None:
        contract = make.make_contract(region, make.make_contractor())
        user = make.make_user(Role.ADVISER, region)
        where = reverse("contract-change", args=[contract.pk, "amendment"])
        given = FILLED_IN["amendment"] | {"reason": "Afgesproken", "token": "een"}
        browsers = [signed_in(user) for _time in range(TIMES)]
        sent = given | confirming(browsers[0].post(where, given))
        answers: list[int] = []
        at_once(*(lambda b=b: answers.append(b.post(where, sent).status_code) for b in browsers))
        assert answers == [302] * TIMES
        assert obligation(contract) == 55000

    def test_one_import_that_runs_twice_at_once_brings_in_once(self, region: Region) -> None:
        for run, text, made in IMPORTS:
            sheet = text.encode()
            found = at_once(
                *(
                    lambda run=run, sheet=sheet: run(
                        Region.objects.get(pk=region.pk), read_rows(sheet), act()
                    )
                    for _time in range(TIMES)
                )
            )
            assert set(found) <= {"done", "refused"}
            assert "done" in found
            assert made() == 1

    def test_a_new_firm_in_the_files_of_two_regions_at_once(self, region: Region) -> None:
        other = make.make_region("elders", "Elders")
        found = at_once(
            *(
                lambda one=one: import_contracts(one, read_rows(CONTRACTS.encode()), act())
                for one in (region, other)
            )
        )
        assert set(found) <= {"done", "refused"}
        assert Contractor.objects.filter(kvk="87654321").count() == 1


CONTRACTS = (
    "reference,title,contractor_kvk,contractor_name,municipalities,procurement_type,"
    "award_date,start_date,end_date,value\n"
    "W-1,Wegen,87654321,Nieuw BV,GM0402,works,2024-01-01,2024-02-01,2025-12-31,100000\n"
)
CHANGES = (
    "change_id,contract_reference,kind,effective_date,value_delta,reason\n"
    "m-1,W-1,amendment,2024-05-01,1000,Meerwerk\n"
)
FULFILMENTS = (
    "external_id,kind,contracts,block,description,supplier_name,supplier_kvk,invoice_number,"
    "amount,paid_on,status\n"
    "F-1,purchase,W-1,WSW_INVOICE,Inkoop,Sociaal,12345678,2024-1,100,2024-06-01,draft\n"
)
IMPORTS: tuple[tuple[Callable[..., Any], str, Callable[[], int]], ...] = (
    (import_contracts, CONTRACTS, Contract.objects.count),
    (import_changes, CHANGES, ObligationChange.objects.count),
    (import_fulfilments, FULFILMENTS, Fulfilment.objects.count),
)


# --- the database, by construction ----------------------------------------------------------------


def test_only_that_something_is_there_already_is_an_answer(region: Region) -> None:
    with pytest.raises(Refused), first_come(), transaction.atomic():
        Region.objects.create(code=region.code, title_nl="Nog een")
    with pytest.raises(Refused, match="Te laat"), first_come("Te laat"), transaction.atomic():
        Region.objects.create(code=region.code, title_nl="Nog een")
    broken = make.new_contract(region, make.make_contractor()).contract
    broken.rate = D(101)
    with pytest.raises(IntegrityError), first_come(), transaction.atomic():
        broken.save()


# Who creates what can be there only once, and how the second of two is answered.
LOCKED = "under the lock of the ledger of the region, or of the row it belongs to"
ANSWERED = "the door says who was first (`first_come`)"
SHARED = "both get the same row (`get_or_create`, `ignore_conflicts`)"
ALONE = "one worker, or one command by who runs the server"
HELD = {
    "accounts_user_email_folded": ANSWERED,
    "allocation_once": LOCKED,
    "annual_report_once": SHARED,
    "building_block_code": LOCKED,
    "certificate_once": SHARED,
    "change_identity": ANSWERED,
    "closed_year_once": LOCKED,
    "column_memory_once_per_region": SHARED,
    "contract_reference": ANSWERED,
    "contractor_register": ANSWERED,
    "done_of_contract": LOCKED,
    "done_of_month": LOCKED,
    "done_of_year": LOCKED,
    "draft_decision_number": LOCKED,
    "draft_decision_shown_once": LOCKED,
    "erasure_once": LOCKED,
    "filing_once": LOCKED,
    "filing_once_of_region": LOCKED,
    "firm_proposed_once": ANSWERED,
    "first_share_once": LOCKED,
    "frozen_edition_once": LOCKED,
    "frozen_edition_once_of_region": LOCKED,
    "frozen_file_once": SHARED,
    "fulfilment_external_id": ANSWERED,
    "goal_once": ANSWERED,
    "kept_document_once": SHARED,
    "match_of_a_need_once": ANSWERED,
    "membership_of_contractor_once": SHARED,
    "membership_of_partner_once": SHARED,
    "membership_once": ANSWERED,
    "municipality_code": ANSWERED,
    "municipality_slug": ANSWERED,
    "notice_choice_once": SHARED,
    "notice_once": SHARED,
    "outcome_once": SHARED,
    "partner_in_once": ANSWERED,
    "placed_of_year": LOCKED,
    "plan_agreed_once": LOCKED,
    "plan_amount_once": LOCKED,
    "plan_under_way_once": ANSWERED,
    "plan_version": ANSWERED,
    "policy_version": LOCKED,
    "policy_version_from_the_beginning": LOCKED,
    "posting_number": LOCKED,
    "program_name_once": ANSWERED,
    "put_off_once": SHARED,
    "recognition_once": LOCKED,
    "reminder_text_once": LOCKED,
    "revision_number": LOCKED,
    "sample_check_once": LOCKED,
    "sample_drawn_once": LOCKED,
    "section_text_number": LOCKED,
    "section_text_number_of_region": LOCKED,
    "settlement_decided_once": LOCKED,
    "settlement_number": LOCKED,
    "share_once": LOCKED,
    "statement_number": LOCKED,
    "supplement_once": LOCKED,
    "table_in_force_once": LOCKED,
    "term_first_day": LOCKED,
    "upload_row": ALONE,
    "valuation_table_code": LOCKED,
    "version_number": LOCKED,
    "what_if_once": SHARED,
}


def test_of_all_that_can_be_there_only_once_it_is_known_how_the_second_is_answered() -> None:
    ours = [m for m in apps.get_models() if m._meta.app_label in (*OUR_APPS, SERVER)]
    found = {
        constraint.name
        for model in ours
        for constraint in model._meta.constraints
        if isinstance(constraint, models.UniqueConstraint)
    }
    assert sorted(found ^ set(HELD)) == []
