"""What is asked before it is taken: by example, at the door, on the form, in a proposal and in an
import.
"""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from contracts.acts import door as acts
from contracts.imports.door import (
    CHANGE_COLUMNS,
    CONTRACT_COLUMNS,
    import_changes,
    import_contracts,
)
from contracts.models import (
    ChangeKind,
    ChangeProposal,
    Contract,
    ContractDraft,
    ObligationChange,
    Region,
)
from contracts.owed.door import award, change
from contracts.owed.doubts import award_doubts, change_doubts, usual_value
from sroi.access import Role
from sroi.doors import EVERYTHING, Refused, Unanswered
from tests import factories as make
from tests.contracts.imports.test_imports import CONTRACT
from tests.contracts.owed.test_terms import sheet
from tests.contracts.registering.test_registering import begin, fill_in, terms
from tests.factories import TODAY, signed_in

pytestmark = pytest.mark.django_db
D = Decimal
MUCH = "1.000.000.000"


@pytest.fixture
def adviser(region: Region) -> Any:
    return make.make_user(Role.ADVISER, region)


def new_change(
    contract: Contract, kind: str = ChangeKind.AMENDMENT, **fields: Any
) -> ObligationChange:
    values = {
        "effective_date": date(2024, 7, 1),
        "reason": "Afgesproken",
        "identity": "x",
        **fields,
    }
    return ObligationChange(contract=contract, kind=kind, **values)


class TestWhatIsDoubted:
    def given(self, **other: Any) -> dict[str, Any]:
        return {
            "reference": "H-1",
            "award_date": TODAY,
            "value": D(1000),
            "labour_cost": None,
            **other,
        }

    def fields(self, **other: Any) -> list[str]:
        return [doubt.field for doubt in award_doubts(self.given(**other), D(1000), TODAY)]

    def test_an_award_more_than_a_year_ahead(self) -> None:
        assert self.fields(award_date=date(2026, 7, 1)) == []
        assert self.fields(award_date=date(2026, 7, 2)) == ["award_date"]
        assert self.fields(award_date=None) == []

    def test_an_amount_of_a_thousand_times_the_usual(self) -> None:
        assert self.fields(value=D("999999.99")) == []
        assert self.fields(value=D(1000000)) == ["value"]
        assert self.fields(labour_cost=D(1000000)) == ["labour_cost"]

    def test_usual_is_the_middle_one_of_the_region(self, region: Region) -> None:
        assert usual_value(region) is None
        assert usual_value(region, [D(3), D(900), D(0), D(2)]) == 3
        for value in (0, 100, 200, 90000000):
            make.make_contract(region, make.make_contractor(), value=D(value))
        make.make_contract(make.make_region("elders", "Elders"), make.make_contractor(), value=D(7))
        assert usual_value(region, [D(3)]) == 200

    @pytest.mark.parametrize(
        ("kind", "written", "reason", "amount", "is_doubted"),
        [
            ("amendment", "", "Meerwerk riolering", 5000, False),
            ("amendment", "", "Meerwerk riolering", -5000, True),
            ("amendment", "", "Minderwerk", 5000, True),
            ("amendment", "", "MINDERWERK", -5000, False),
            ("amendment", "", "Meerwerk en minderwerk verrekend", -5000, False),
            ("amendment", "", "Minder meerwerkzaamheden", -5000, False),
            ("amendment", "minderwerk", "Afgesproken", 5000, True),
            ("amendment", "meerwerk", "Afgesproken", 5000, False),
            ("extension", "", "Optiejaar", -5000, True),
            ("early_end", "", "Gestopt", 5000, True),
            ("correction", "", "Verkeerd vastgelegd", -5000, False),
        ],
    )
    def test_a_word_that_contradicts_its_sign(
        self,
        contract: Contract,
        kind: str,
        written: str,
        reason: str,
        amount: int,
        is_doubted: bool,
    ) -> None:
        new = new_change(contract, kind, reason=reason, value_delta=D(amount))
        found = [doubt.field for doubt in change_doubts(new, None, written)]
        assert found == (["value_delta"] if is_doubted else [])

    def test_a_waiver_is_a_decrease(self, contract: Contract) -> None:
        (doubt,) = change_doubts(
            new_change(contract, ChangeKind.WAIVER, obligation_delta=D(500)), None
        )
        assert (doubt.field, "kwijtschelding" in doubt.reason) == ("obligation_delta", True)

    def test_an_answer_holds_for_this_value_of_this_contract_only(self) -> None:
        def key(**other: Any) -> str:
            return next(
                award_doubts(self.given(**{"value": D(1000000), **other}), D(1000), TODAY)
            ).key

        assert key() == key(labour_cost=D(1))
        assert len({key(), key(value=D(2000000)), key(reference="H-2")}) == 3


class TestTheDoor:
    def test_it_takes_an_award_only_with_the_answer(
        self, region: Region, contract: Contract
    ) -> None:
        new = make.new_contract(region, make.make_contractor(), value=D(10**10))
        with pytest.raises(Unanswered, match="meestal") as asked:
            award([new], make.act(), region=region)
        assert Contract.objects.count() == 1
        answered = [doubt.key for doubt in asked.value.doubts]
        higher = make.new_contract(
            region, new.contract.contractor, reference=new.contract.reference, value=D(10**11)
        )
        with pytest.raises(Unanswered):
            award([higher], make.act(), region=region, answered=answered)
        award([new], make.act(), region=region, answered=answered)
        assert Contract.objects.count() == 2

    def test_it_takes_a_change_only_with_the_answer(
        self, region: Region, contract: Contract
    ) -> None:
        new = new_change(contract, reason="Meerwerk", value_delta=D(-5000))
        with pytest.raises(Unanswered, match="meerwerk"):
            change([new], make.act(), region=region)
        assert not ObligationChange.objects.exists()
        new = new_change(contract, reason="Meerwerk", value_delta=D(-5000))
        change([new], make.act(), region=region, answered=EVERYTHING)
        assert ObligationChange.objects.count() == 1


class TestForms:
    def ticks(self, page: Any, field: str) -> dict[str, str]:
        confirm = page.context["form"].fields[field].confirm
        assert f'name="{confirm.name}"' in page.content.decode()
        assert "Dit klopt" in page.content.decode()
        return {confirm.name: confirm.value}

    def test_an_award_is_asked_beside_its_field_and_the_tick_is_kept(
        self, region: Region, contract: Contract, adviser: Any
    ) -> None:
        client = signed_in(adviser)
        draft = begin(client, region)
        given = terms(region, value=MUCH)
        page = fill_in(client, draft, **given)
        assert (page.status_code, list(page.context["form"].errors)) == (422, ["value"])
        assert "Onderhoud groen" in page.content.decode()
        tick = self.ticks(page, "value")
        assert client.post(reverse("contract-check", args=[draft.pk])).status_code == 422

        page = fill_in(client, draft, **given, **tick)
        assert page.status_code == 302
        assert (
            f'value="{next(iter(tick.values()))}"'
            in client.get(reverse("contract-draft", args=[draft.pk])).content.decode()
        )
        # Another value is asked again; the one that was ticked is registered.
        assert (
            fill_in(client, draft, **terms(region, value="2.000.000.000"), **tick).status_code
            == 422
        )
        assert fill_in(client, draft, **given, **tick).status_code == 302
        assert make.confirm(client, reverse("contract-check", args=[draft.pk])).status_code == 302
        assert Contract.objects.get(reference=given["reference"]).value == D(10**9)
        assert not ContractDraft.objects.exists()

    def test_of_the_first_contract_of_a_region_it_is_asked_where_it_can_be_answered(
        self, region: Region, adviser: Any
    ) -> None:
        client = signed_in(adviser)
        draft = begin(client, region)
        given = terms(region, value="1.000", labour_cost="1.000.000")
        page = fill_in(client, draft, **given)
        assert list(page.context["form"].errors) == ["labour_cost"]
        tick = self.ticks(page, "labour_cost")
        assert fill_in(client, draft, **given, **tick).status_code == 302
        assert make.confirm(client, reverse("contract-check", args=[draft.pk])).status_code == 302
        assert Contract.objects.get().labour_cost == D(10**6)

    def test_an_award_far_ahead(self, region: Region, adviser: Any) -> None:
        client = signed_in(adviser)
        with time_machine.travel(make.moment(TODAY), tick=False):
            draft = begin(client, region)
            days = {
                "award_date": "2035-03-01",
                "start_date": "2035-04-01",
                "end_date": "2036-03-31",
            }
            page = fill_in(client, draft, **terms(region, **days))
            assert list(page.context["form"].errors) == ["award_date"]
            assert (
                fill_in(
                    client, draft, **terms(region, **days), **self.ticks(page, "award_date")
                ).status_code
                == 302
            )

    def test_a_change_is_asked_before_it_is_shown_and_done(
        self, contract: Contract, adviser: Any
    ) -> None:
        client, url = (
            signed_in(adviser),
            reverse("contract-change", args=[contract.pk, "amendment"]),
        )
        given = {
            "effective_date": "2024-07-01",
            "reason": "Meerwerk",
            "value_delta": "-5.000",
            "token": "t-1",
        }
        page = client.post(url, given)
        assert (page.status_code, list(page.context["form"].errors)) == (422, ["value_delta"])
        tick = self.ticks(page, "value_delta")
        assert client.post(url, given | {"confirm": "1"}).status_code == 422
        page = client.post(url, given | tick)
        assert page.status_code == 200
        assert f'value="{next(iter(tick.values()))}"' in page.content.decode()
        assert make.look_and_confirm(client, url, given | tick).status_code == 302
        assert ObligationChange.objects.get().value_delta == -5000

    @pytest.mark.parametrize(
        "wrong",
        [
            {"effective_date": ""},
            {"effective_date": "2001-01-01"},
            {"reason": "Meerwerk, BSN 123456782"},
        ],
    )
    def test_a_tick_stays_when_something_else_is_wrong(
        self, contract: Contract, adviser: Any, wrong: dict[str, str]
    ) -> None:
        client = signed_in(adviser)
        url = reverse("contract-change", args=[contract.pk, "amendment"])
        given = {
            "effective_date": "2024-07-01",
            "reason": "Meerwerk",
            "value_delta": "-5.000",
            "token": "t-1",
        }
        tick = self.ticks(client.post(url, given), "value_delta")
        page = client.post(url, given | tick | wrong)
        assert (page.status_code, list(page.context["form"].errors)) == (422, list(wrong))
        assert self.ticks(page, "value_delta") == tick
        assert page.context["form"].fields["value_delta"].confirm.ticked
        # Said of this value, and of no other.
        page = client.post(url, given | tick | wrong | {"value_delta": "-6.000"})
        assert not page.context["form"].fields["value_delta"].confirm.ticked

    def test_a_tick_about_a_certificate_stays_when_its_day_is_wrong(
        self, contract: Contract, adviser: Any
    ) -> None:
        client = signed_in(adviser)
        url = reverse("contract-change", args=[contract.pk, "certificate"])
        given = {
            "level": "aspirant",
            "valid_from": "2024-02-01",
            "valid_until": "2025-01-31",
            "obligation_delta": "-5.000",
            "reason": "Een verhoging van de korting",
            "token": "t-1",
        }
        tick = self.ticks(client.post(url, given), "obligation_delta")
        page = client.post(url, given | tick | {"valid_until": "2023-12-31"})
        assert list(page.context["form"].errors) == ["valid_until"]
        assert page.context["form"].fields["obligation_delta"].confirm.ticked


class TestProposals:
    def test_the_officer_is_asked_and_the_adviser_again(
        self, region: Region, contract: Contract, adviser: Any
    ) -> None:
        officer = signed_in(make.make_user(Role.PROCUREMENT_OFFICER, region))
        url = reverse("contract-change", args=[contract.pk, "amendment"])
        given = {
            "effective_date": "2024-07-01",
            "reason": "Meerwerk",
            "value_delta": "-5.000",
            "token": "t-1",
        }
        page = officer.post(url, given | {"confirm": "1"})
        confirm = page.context["form"].fields["value_delta"].confirm
        assert (
            make.look_and_confirm(officer, url, given | {confirm.name: confirm.value}).status_code
            == 302
        )
        proposal = ChangeProposal.objects.get()
        with pytest.raises(Refused):
            acts.accept(proposal, make.act(adviser))

        client, url = signed_in(adviser), reverse("change-proposal", args=[proposal.pk])
        page = client.get(url)
        (doubt,) = page.context["doubts"]
        accept = make.confirming(page) | {"accept": "1"}
        page = client.post(url, accept)
        assert (page.status_code, doubt.reason in page.content.decode()) == (422, True)
        proposal.refresh_from_db()
        assert proposal.answered_at is None
        assert client.post(url, accept | {"klopt": doubt.key}).status_code == 302
        assert ObligationChange.objects.get().value_delta == -5000


class TestImports:
    def test_a_command_takes_it_with_a_warning(self, region: Region, contract: Contract) -> None:
        much = CONTRACT | {"value": MUCH}
        outcome = import_contracts(region, sheet(CONTRACT_COLUMNS, much), make.act())
        assert ([w.column for w in outcome.warnings], len(outcome.new)) == (["value"], 1)
        assert Contract.objects.get(reference=CONTRACT["reference"]).value == D(10**9)

    def test_of_a_first_file_the_middle_value_is_the_usual_one(self, region: Region) -> None:
        rows = [
            CONTRACT | {"reference": f"R-{n}", "value": value}
            for n, value in enumerate(("5.000", MUCH, "6.000"))
        ]
        outcome = import_contracts(region, sheet(CONTRACT_COLUMNS, *rows), make.act())
        assert [(w.row, w.column) for w in outcome.warnings] == [(3, "value")]
        assert Contract.objects.count() == 3

    def test_who_looked_at_it_is_asked(self, region: Region, contract: Contract) -> None:
        row = {
            "contract_reference": contract.reference,
            "kind": "minderwerk",
            "effective_date": "2024-07-01",
        }
        changes = sheet(CHANGE_COLUMNS, row | {"value_delta": "5.000", "reason": "Minderwerk"})
        shown = import_changes(region, changes, make.act(), dry_run=True, answered=())
        assert ([w.column for w in shown.warnings], shown.faults, len(shown.doubts)) == (
            ["value_delta"],
            [],
            1,
        )
        refused = import_changes(region, changes, make.act(), answered=())
        assert refused.asks
        assert not ObligationChange.objects.exists()
        import_changes(region, changes, make.act(), answered=shown.doubts)
        assert ObligationChange.objects.count() == 1

    def test_word_and_reason_may_each_contradict(self, region: Region, contract: Contract) -> None:
        row = {
            "contract_reference": contract.reference,
            "kind": "minderwerk",
            "effective_date": "2024-07-01",
        }
        changes = sheet(CHANGE_COLUMNS, row | {"value_delta": "-5.000", "reason": "Meerwerk"})
        shown = import_changes(region, changes, make.act(), dry_run=True, answered=())
        import_changes(region, changes, make.act(), answered=shown.doubts)
        assert ObligationChange.objects.count() == 1
