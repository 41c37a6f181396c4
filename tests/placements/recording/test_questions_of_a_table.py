"""A table of the second format as people meet it: what the form asks, what a file brings in, what
the adviser sees, and placements of one candidate under several contracts.
"""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from contracts.models import BlockKind
from contracts.valuation_tables.loading import load_table
from placements.claims.content import content_of
from placements.claims.valuing import Candidates, fetch, values_now
from placements.claims.words import what_was_claimed
from placements.imports.door import COLUMNS, import_fulfilments
from placements.ledger.outdated import outdated
from placements.life import door as life
from placements.models import Fulfilment, FulfilmentState, FulfilmentVersion
from placements.recording.forms import DetailsForm
from placements.reviewing.forms import AdjustForm
from placements.reviewing.signals import signals
from sroi.access import Role
from sroi.database.together import answered
from sroi.doors import EVERYTHING, Refused
from sroi.exchange import Sheet
from tests import factories as make
from tests.factories import signed_in

pytestmark = pytest.mark.django_db
D = Decimal
TABLE: dict[str, Any] = {
    "format": "valuation-table/2",
    "code": "tweede",
    "title": {"nl": "Tweede vorm"},
    "full_time_hours": "36",
    "facts": [
        {"code": "DEBTS", "question": {"nl": "Heeft deze persoon schulden?"}},
        {"code": "FLUENT", "question": {"nl": "Spreekt deze persoon Nederlands?"}},
        {"code": "FREE", "question": {"nl": "Was het gratis?"}},
    ],
    "blocks": [
        {
            "code": "YOUNG",
            "label": {"nl": "Jongere"},
            "kind": "placement",
            "unit": "month",
            "amount": "1000",
            "condition": {"max_age": 26, "facts": ["DEBTS"]},
            "entitlement": {"grace_months": 1},
        },
        {
            "code": "ALL",
            "label": {"nl": "Iedereen"},
            "kind": "placement",
            "unit": "month",
            "amount": "100",
            "max_months": 12,
            "max_months_over": "contractor",
        },
        {
            "code": "HIRED",
            "label": {"nl": "Sinds indiensttreding"},
            "kind": "placement",
            "unit": "month",
            "amount": "100",
            "max_months": 12,
            "max_months_from": "hire",
        },
        {
            "code": "TALK",
            "label": {"nl": "Leert Nederlands"},
            "kind": "bonus",
            "unit": "fixed",
            "amount": "500",
            "applies_to": ["ALL"],
            "condition": {"not_facts": ["FLUENT"]},
        },
        {
            "code": "LESSONS",
            "label": {"nl": "Lessen"},
            "kind": "activity",
            "unit": "hour",
            "amount": "100",
            "condition": {"facts": ["FREE"]},
            "alternatives": "kennis",
        },
        {
            "code": "COSTS",
            "label": {"nl": "Kosten van lessen"},
            "kind": "activity",
            "unit": "cost",
            "alternatives": "kennis",
        },
    ],
}


@pytest.fixture
def region() -> Any:
    return make.make_region()


@pytest.fixture
def table(region: Any) -> Any:
    found, _new = load_table(region, TABLE)
    return found


@pytest.fixture
def contract(region: Any, table: Any) -> Any:
    return make.make_contract(region, make.make_contractor(), reference="C-1", table=table)


def young(contract: Any, **fields: Any) -> FulfilmentVersion:
    return make.make_placement(contract, "YOUNG", **{"age_at_start": 20} | fields)


# --- the form -------------------------------------------------------------------------------------


def form_of(contract: Any, kind: str, code: str, **typed: str) -> DetailsForm:
    content = content_of(make.make_fulfilment([contract], kind, code, state=FulfilmentState.DRAFT))
    return DetailsForm(typed | {"edition": "1"} if typed else None, kind=kind, content=content)


@pytest.mark.parametrize(
    ("kind", "code", "asked"),
    [
        ("placement", "YOUNG", {"age_at_start", "entitled_until", "fact_DEBTS"}),
        ("placement", "ALL", {"fact_FLUENT", "bonuses"}),
        ("placement", "HIRED", set()),
        ("activity", "LESSONS", {"fact_FREE"}),
        ("activity", "COSTS", set()),
    ],
)
def test_only_what_the_block_and_its_bonuses_need_is_asked(
    contract: Any, kind: str, code: str, asked: set[str]
) -> None:
    usual = {
        "placement": {"candidate_ref", "start_date", "end_date", "hours_per_week"},
        "activity": {"description", "activity_date", "quantity" if code == "LESSONS" else "amount"},
    }
    assert set(form_of(contract, kind, code).names) == usual[kind] | asked


def test_a_question_of_the_block_must_be_answered_one_of_a_bonus_may(contract: Any) -> None:
    assert "fact_DEBTS" in form_of(contract, "placement", "YOUNG", hours_per_week="36").errors
    assert "fact_FLUENT" not in form_of(contract, "placement", "ALL", hours_per_week="36").errors


def test_answers_are_kept_with_the_version_and_come_back_in_the_form(
    contract: Any, region: Any
) -> None:
    user = make.make_user(Role.CONTRACTOR, region, contractor=contract.contractor)
    version = young(contract, state=FulfilmentState.DRAFT, facts={"DEBTS": True})
    url = reverse("fulfilment-details", args=[version.fulfilment_id])
    page = signed_in(user).get(url)
    assert page.context["form"]["fact_DEBTS"].value() == "yes"
    typed = {
        **{"edition": "1", "candidate_ref": "K-1", "start_date": "2024-01-01"},
        **{"end_date": "2024-12-31", "hours_per_week": "36", "age_at_start": "20"},
        **{"entitled_until": "2024-02-29", "fact_DEBTS": "yes"},
    }
    answer = signed_in(user).post(url, typed)
    assert answer.status_code == 302
    version.refresh_from_db()
    assert (version.facts, version.entitled_until) == ({"DEBTS": True}, date(2024, 2, 29))
    panel = signed_in(user).post(
        reverse("fulfilment-value", args=[version.fulfilment_id]), typed | {"edition": "2"}
    )
    # Entitled until 29 February, and a month after: to 29 March.
    assert panel.context["total"] == D("2935.48")


def test_what_was_not_answered_stands_among_what_is_missing(contract: Any, region: Any) -> None:
    user = make.make_user(Role.CONTRACTOR, region, contractor=contract.contractor)
    version = young(contract, state=FulfilmentState.DRAFT)
    page = signed_in(user).get(reverse("fulfilment-check", args=[version.fulfilment_id]))
    assert "schulden" in page.content.decode()
    with pytest.raises(Refused, match="schulden"):
        life.submit([version], make.act(), answered=EVERYTHING)


# --- the adviser ----------------------------------------------------------------------------------


def test_the_adviser_sees_the_answers_and_until_when_somebody_is_entitled(contract: Any) -> None:
    version = young(contract, facts={"DEBTS": False}, entitled_until=date(2024, 6, 30))
    fetch([version])
    told = dict(what_was_claimed(version, True))
    assert told["Heeft deze persoon schulden?"] == "Nee"
    assert told["Recht tot en met"] == "30 juni 2024"
    assert not any("schulden" in str(row) for row in what_was_claimed(version, False))


def test_the_review_page_shows_answers_questions_and_steps(
    client: Client, contract: Any, region: Any
) -> None:
    version = young(contract, state=FulfilmentState.SUBMITTED, facts={"DEBTS": False})
    client.force_login(make.make_user(Role.ADVISER, region))
    url = reverse("review", args=[version.fulfilment_id])
    page = client.get(url).content.decode()
    assert "het antwoord op “Heeft deze persoon schulden?” is nee" in page
    otherwise = client.get(url, {"otherwise": "1"}).context["adjust"]
    assert otherwise["fact_DEBTS"].value() == "no"
    # Of another block that is chosen what that one asks is asked.
    another = contract.table.blocks.get(code="ALL")
    chosen = AdjustForm(
        {f"block_{contract.pk}": str(another.pk)},
        kind=version.fulfilment.kind,
        content=content_of(version),
    )
    assert "fact_FLUENT" in chosen.fields
    assert "fact_DEBTS" not in chosen.fields


def test_two_claims_at_one_time_that_go_instead_of_each_other_are_signalled(
    contract: Any, region: Any
) -> None:
    def activity(code: str, day: date) -> FulfilmentVersion:
        return make.make_fulfilment(
            [contract],
            BlockKind.ACTIVITY,
            code,
            state=FulfilmentState.SUBMITTED,
            description="Les",
            quantity=D(4),
            amount=D(100),
            activity_date=day,
            facts={"FREE": True} if code == "LESSONS" else {},
        )

    lessons, costs, later = (
        activity("LESSONS", date(2024, 5, 1)),
        activity("COSTS", date(2024, 5, 1)),
        activity("COSTS", date(2024, 5, 2)),
    )
    versions = [lessons, costs, later]
    fetch(versions)
    items = [(v, values_now(v, Candidates([]))) for v in versions]
    found, _lacking = answered(signals(items, Fulfilment.objects.all(), make.TODAY))
    about = {
        version.pk: [s.fulfilment_id for s in found[version.pk] if s.kind == "alternatives"]
        for version in versions
    }
    assert about == {
        lessons.pk: [costs.fulfilment_id],
        costs.pk: [lessons.fulfilment_id],
        later.pk: [],
    }


# --- a file ---------------------------------------------------------------------------------------


def imported(region: Any, **row: str) -> Any:
    names = [column.name for column in COLUMNS]
    given = {
        **{"external_id": "F-1", "kind": "placement", "contracts": "C-1", "block": "YOUNG"},
        **{"candidate_ref": "K-1", "hours_per_week": "36", "start_date": "2024-01-01"},
        **{"end_date": "2024-12-31", "age_at_start": "20", "status": "accepted"},
        **row,
    }
    sheet = Sheet(names, [(2, [given.get(name, "") for name in names])])
    return import_fulfilments(region, sheet, make.act(), answered=EVERYTHING)


def test_a_file_brings_in_answers_and_entitlement(region: Any, contract: Any) -> None:
    row = {"facts": "DEBTS;!FLUENT", "entitled_until": "2024-02-29"}
    assert not imported(region, **row).faults
    version = FulfilmentVersion.objects.get()
    assert version.facts == {"DEBTS": True, "FLUENT": False}
    assert version.allocations.get().value == D("2935.48")
    again = imported(region, **row)
    assert (again.faults, len(again.unchanged)) == ([], 1)


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ({"facts": "DEBT"}, "facts"),
        ({"facts": "DEBTS;!DEBTS"}, "facts"),
        ({"facts": "!"}, "facts"),
        ({"entitled_until": "ooit"}, "entitled_until"),
        ({"facts": "!FLUENT", "status": "submitted"}, "facts"),
    ],
)
def test_a_file_with_another_answer_is_refused(
    region: Any, contract: Any, row: dict[str, str], column: str
) -> None:
    assert [fault.column for fault in imported(region, **row).faults] == [column]


def test_an_empty_kind_of_contract_is_not_answered(region: Any, contract: Any) -> None:
    for given, kept in (("", None), ("nee", False), ("ja", True)):
        assert not imported(region, external_id=f"F{given}", permanent_contract=given).faults
        version = FulfilmentVersion.objects.get(fulfilment__external_id=f"F{given}")
        assert version.permanent_contract is kept


# --- several contracts of one contractor ----------------------------------------------------------


@pytest.fixture
def another(contract: Any, table: Any) -> Any:
    """From 1 July 2024 on; the first contract runs from 1 January on."""
    return make.make_contract(
        contract.region,
        contract.contractor,
        table=table,
        start_date=date(2024, 7, 1),
        end_date=date(2026, 6, 30),
    )


def value_of(version: FulfilmentVersion) -> Any:
    return version.allocations.get().value


def test_months_over_all_contracts_are_counted_from_the_first_of_them(
    contract: Any, another: Any
) -> None:
    make.make_placement(contract, "ALL", end_date=date(2024, 3, 31))
    second = make.make_placement(
        another, "ALL", start_date=date(2024, 7, 1), end_date=date(2025, 6, 30)
    )
    assert value_of(second) == D("600.00")
    stranger = make.make_contract(
        contract.region, make.make_contractor(), table=contract.table, reference="C-9"
    )
    assert value_of(make.make_placement(stranger, "ALL")) == D("1200.00")


def test_from_hire_counts_a_placement_under_another_contract_too(
    contract: Any, another: Any
) -> None:
    """Hired before both contracts, and so counted under neither then."""
    before = make.make_placement(
        contract, "ALL", start_date=date(2023, 4, 1), end_date=date(2023, 12, 31)
    )
    assert value_of(before) == 0
    second = make.make_placement(another, "HIRED", start_date=date(2024, 1, 1))
    assert value_of(second) == 0
    assert value_of(make.make_placement(contract, "HIRED")) == D("300.00")


def test_one_placement_under_two_contracts_has_one_clock(contract: Any, another: Any) -> None:
    version = make.make_fulfilment(
        [contract, another],
        BlockKind.PLACEMENT,
        "ALL",
        [(date(2024, 1, 1), D(36))],
        candidate_ref="K-1",
        start_date=date(2024, 1, 1),
        end_date=date(2025, 6, 30),
        confirmed_until=date(2024, 12, 31),
    )
    worth = {a.contract_id: a.value for a in version.allocations.all()}
    assert worth == {contract.pk: D("600.00"), another.pk: D("300.00")}


def test_an_earlier_one_that_is_accepted_later_proposes_a_correction(
    contract: Any, another: Any
) -> None:
    second = make.make_placement(
        another, "ALL", start_date=date(2024, 7, 1), end_date=date(2025, 6, 30)
    )
    assert value_of(second) == D("1200.00")
    make.make_placement(contract, "ALL", end_date=date(2024, 3, 31))
    second.refresh_from_db()
    assert value_of(second) == D("1200.00")
    (found,) = outdated(another)
    assert (found.before, found.now) == (D("1200.00"), D("600.00"))
