"""What a contract must hold, and what may come of a change: form, import, proposal and door give
the same answer.
"""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from contracts.acts import door as acts
from contracts.imports.door import (
    CHANGE_COLUMNS,
    CONTRACT_COLUMNS,
    import_changes,
    import_contracts,
)
from contracts.models import ChangeKind, Contract, Contractor, Municipality, ObligationLine, Region
from contracts.owed.door import award
from sroi.access import Role
from sroi.doors import Refused
from sroi.exchange import Sheet
from tests import factories as make
from tests.contracts.imports.test_imports import CONTRACT
from tests.factories import look_and_confirm, signed_in

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def adviser(region: Region) -> Client:
    return signed_in(make.make_user(Role.ADVISER, region))


def sheet(columns: Any, *rows: dict[str, str]) -> Sheet:
    names = [column.name for column in columns]
    return Sheet(
        names, [(i, [row.get(name, "") for name in names]) for i, row in enumerate(rows, 2)]
    )


# What is asked of a contract of € 1.000.000 in 2024 and 2025, awarded on 1 December 2023; and where
# it is said.
IMPOSSIBLE = [
    ("amendment", {"value_delta": "-10.000.000"}, "value_delta", "−9.000.000"),
    ("extension", {"new_end_date": "2025-06-30"}, "new_end_date", "eerder einde"),
    ("early_end", {"new_end_date": "2025-12-31"}, "new_end_date", "31 december 2025"),
    ("early_end", {"new_end_date": "2023-12-31"}, "new_end_date", "1 januari 2024"),
    (
        "amendment",
        {"value_delta": "5.000", "effective_date": "2023-11-30"},
        "effective_date",
        "1 december 2023",
    ),
]


@pytest.mark.parametrize(("kind", "fields", "field", "word"), IMPOSSIBLE)
def test_what_cannot_come_of_a_change_is_said_alike(
    region: Region,
    contract: Contract,
    adviser: Client,
    kind: str,
    fields: dict[str, str],
    field: str,
    word: str,
) -> None:
    given = {"effective_date": "2024-07-01", "reason": "Afgesproken", **fields}
    page = adviser.post(
        reverse("contract-change", args=[contract.pk, kind]), {"token": "t-1", **given}
    )
    (reason,) = page.context["form"].errors[field]
    assert (page.status_code, word in reason) == (422, True), reason
    row = {"contract_reference": contract.reference, "kind": kind, **given}
    found = import_changes(region, sheet(CHANGE_COLUMNS, row), make.act()).faults
    assert [(fault.column, fault.reason) for fault in found] == [(field, reason)]
    values: dict[str, Any] = {
        name: date.fromisoformat(text) if name.endswith("date") else D(text.replace(".", ""))
        for name, text in fields.items()
    }
    with pytest.raises(Refused) as refused:
        make.make_change(contract, ChangeKind(kind), **values)
    assert reason in str(refused.value)
    assert ObligationLine.objects.filter(contract=contract).count() == 1


def test_rows_of_one_file_are_judged_in_their_turn(region: Region, contract: Contract) -> None:
    """Each alone is possible; together they take off more than there is."""
    row = {"contract_reference": contract.reference, "kind": "amendment", "reason": "Minder werk"}
    rows = [row | {"effective_date": f"2024-0{i}-01", "value_delta": "-600.000"} for i in (3, 2)]
    found = import_changes(region, sheet(CHANGE_COLUMNS, *rows), make.act()).faults
    assert [(fault.row, fault.column) for fault in found] == [(2, "value_delta")]


def test_a_proposal_that_became_impossible_is_refused_when_it_is_accepted(
    region: Region, contract: Contract
) -> None:
    adviser = make.make_user(Role.ADVISER, region)
    proposal = make.make_proposal(contract)
    type(proposal).objects.filter(pk=proposal.pk).update(value_delta=D("-600000"))
    proposal.refresh_from_db()
    make.make_change(contract, value_delta=D("-600000"))
    with pytest.raises(Refused, match="200\\.000"):
        acts.accept(proposal, make.act(adviser))
    proposal.refresh_from_db()
    assert proposal.answered_at is None


class TestAwards:
    def ended(self, region: Region) -> Municipality:
        """Huizen ended with 2023 and became part of Hilversum."""
        old, new = (
            region.municipalities.get(code="GM0406"),
            region.municipalities.get(code="GM0402"),
        )
        old.successor, old.valid_until = new, date(2023, 12, 31)
        old.save()
        return old

    def imported(self, region: Region, **other: str) -> list[tuple[str, str]]:
        found = import_contracts(
            region, sheet(CONTRACT_COLUMNS, CONTRACT | other), make.act()
        ).faults
        return [(fault.column, fault.reason) for fault in found]

    def test_an_award_after_the_last_day(self, region: Region) -> None:
        days = {"award_date": "2026-01-01"}
        ((column, reason),) = self.imported(region, **days)
        assert (column, "31 december 2025" in reason) == ("award_date", True)
        new = make.new_contract(region, make.make_contractor(), award_date=date(2026, 1, 1))
        with pytest.raises(Refused) as refused:
            award([new], make.act(), region=region)
        assert reason in str(refused.value)
        assert not Contract.objects.exists()

    def test_a_municipality_that_ended_names_its_successor(self, region: Region) -> None:
        self.ended(region)
        days = {"award_date": "2024-01-01"}
        ((column, reason),) = self.imported(region, **days)
        assert (column, reason) == (
            "municipalities",
            (
                "Huizen bestaat niet meer sinds 31 december 2023. Kies Hilversum, die ervoor in de"
                " plaats kwam."
            ),
        )
        new = make.new_contract(
            region, make.make_contractor(), {"GM0406": 100}, award_date=date(2024, 1, 1)
        )
        with pytest.raises(Refused, match="Kies Hilversum"):
            award([new], make.act(), region=region)

    def test_what_was_awarded_while_it_still_was_keeps_it(self, region: Region) -> None:
        self.ended(region)
        assert self.imported(region, award_date="2023-12-01") == []

    def test_shares_that_do_not_add_up(self, region: Region) -> None:
        new = make.new_contract(region, make.make_contractor(), {"GM0402": 60, "GM0406": 30})
        with pytest.raises(Refused, match="90"):
            award([new], make.act(), region=region)


@pytest.mark.parametrize("number", ["00000000", "0000000", "1234567a", "123456789"])
def test_what_is_no_number_of_a_firm_is_one_nowhere(
    region: Region, adviser: Client, number: str
) -> None:
    found = import_contracts(
        region, sheet(CONTRACT_COLUMNS, CONTRACT | {"contractor_kvk": number}), make.act()
    ).faults
    assert [fault.column for fault in found] == ["contractor_kvk"]
    page = adviser.post(
        reverse("contract-new"), {"region": region.pk, "kvk": number, "name": "Niemand"}
    )
    assert (page.status_code, "kvk" in page.context["form"].errors) == (422, True)
    firm = {
        "kvk": number,
        "name": "Niemand",
        "kind": "pso_30plus",
        "valid_from": "2024-01-01",
        "region": region.pk,
    }
    page = adviser.post(reverse("social-firm-new"), firm)
    assert (page.status_code, "kvk" in page.context["form"].errors) == (422, True)
    assert not Contractor.objects.exists()


class TestEarlyEnd:
    """€ 50.000 over 2024 and 2025, which ends with June 2025; DOMAIN.md section 4."""

    def ended(self, client: Client, contract: Contract, **given: str) -> None:
        fields = {
            "effective_date": "2025-01-10",
            "new_end_date": "2025-06-30",
            "reason": "Gebouw verkocht",
            **given,
        }
        page = reverse("contract-change", args=[contract.pk, "early_end"])
        assert look_and_confirm(client, page, {"token": "t-1", **fields}).status_code == 302
        contract.refresh_from_db()

    def owed(self, contract: Contract) -> Decimal:
        return sum((line.obligation_delta for line in contract.obligation_lines.all()), D(0))

    def test_it_moves_the_last_day_and_leaves_what_is_owed(
        self, contract: Contract, adviser: Client
    ) -> None:
        self.ended(adviser, contract)
        assert (contract.end_date, contract.awarded_end_date) == (
            date(2025, 6, 30),
            date(2025, 12, 31),
        )
        assert self.owed(contract) == 50000

    def test_a_value_that_is_given_changes_it(self, contract: Contract, adviser: Client) -> None:
        self.ended(adviser, contract, value_delta="-250.000")
        assert self.owed(contract) == 37500

    def test_it_comes_in_by_a_file_in_dutch_words_too(
        self, region: Region, contract: Contract
    ) -> None:
        row = {
            "contract_reference": contract.reference,
            "kind": "eerder einde",
            "effective_date": "2025-01-10",
        }
        row |= {"new_end_date": "2025-06-30", "reason": "Gebouw verkocht"}
        assert import_changes(region, sheet(CHANGE_COLUMNS, row), make.act()).faults == []
        contract.refresh_from_db()
        assert contract.end_date == date(2025, 6, 30)
