"""Recording: steps that keep what was filled in, faults beside the field, and every state moved by
the one door.
"""

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from contracts.models import Contract, ContractState
from placements.life import door as life
from placements.models import Fulfilment, FulfilmentState, FulfilmentVersion
from placements.recording.door import next_numbers
from placements.rights import closed_to, contracts_to_record_for, takes_new
from sroi.access import Access, Grant, Role
from tests import factories as make
from tests.factories import confirm, signed_in

pytestmark = pytest.mark.django_db
D = Decimal
BSN = "111222333"


@pytest.fixture
def browser_of(person: Any) -> Client:
    client = Client()
    client.force_login(person)
    return client


def begin(
    client: Client, contract: Any, kind: str = "placement", block: str = "PW_GT2Y"
) -> FulfilmentVersion:
    chosen = contract.table.blocks.get(code=block)
    answer = client.post(
        reverse("fulfilment-new"),
        {
            "contracts": contract.pk,
            "kind": kind,
            "asked": f"{kind}:{contract.pk}",
            f"block_{contract.table_id}": chosen.pk,
        },
    )
    assert answer.status_code == 302, answer.content
    return FulfilmentVersion.objects.latest("pk")


def placement(version: FulfilmentVersion, **fields: Any) -> dict[str, Any]:
    return {
        "edition": FulfilmentVersion.objects.get(pk=version.pk).edition,
        "candidate_ref": "Kandidaat 9",
        "start_date": "2024-01-01",
        "end_date": "2024-12-31",
        "hours_per_week": "36",
        **fields,
    }


def step(version: FulfilmentVersion, name: str) -> str:
    return reverse(f"fulfilment-{name}", args=[version.fulfilment_id])


class TestSteps:
    def test_from_choosing_a_block_to_submitted(
        self, browser_of: Client, contract: Any, person: Any
    ) -> None:
        version = begin(browser_of, contract)
        assert version.fulfilment.entered_by == person
        answer = browser_of.post(
            step(version, "details"), placement(version, hours_per_week="24,5")
        )
        assert answer["Location"] == step(version, "evidence")
        assert browser_of.post(step(version, "evidence"))["Location"] == step(version, "check")
        version.refresh_from_db()
        browser_of.post(step(version, "check"), {"edition": version.edition, "only_here": "on"})
        version.refresh_from_db()
        assert version.state == FulfilmentState.SUBMITTED
        assert version.terms.get().hours_per_week == D("24.50")
        assert version.confirmed_until == date(2024, 12, 31)

    def test_the_blocks_appear_once_contract_and_kind_are_known(
        self, browser_of: Client, contract: Any
    ) -> None:
        shown = browser_of.get(
            reverse("fulfilment-new"), {"contracts": contract.pk, "kind": "activity"}
        )
        fields = list(shown.context["form"].fields)
        assert fields == ["contracts", "kind", "asked", f"block_{contract.table_id}"]
        first = browser_of.post(
            reverse("fulfilment-new"), {"contracts": contract.pk, "kind": "activity"}
        )
        assert (first.status_code, first.context["form"].errors) == (200, {})
        assert not Fulfilment.objects.exists()

    def test_only_what_the_block_needs_is_asked(self, browser_of: Client, contract: Any) -> None:
        for kind, block, expected in (
            (
                "placement",
                "PW_GT2Y",
                {
                    "candidate_ref",
                    "start_date",
                    "end_date",
                    "hours_per_week",
                    "age_at_start",
                    "bonuses",
                },
            ),
            (
                "purchase",
                "WSW_INVOICE",
                {"supplier_name", "supplier_kvk", "invoice_number", "amount", "paid_on"},
            ),
            ("activity", "MVO_HOUR", {"description", "activity_date", "quantity"}),
        ):
            version = begin(browser_of, contract, kind, block)
            form = browser_of.get(step(version, "details")).context["form"]
            assert set(form.names) == expected

    def test_a_draft_may_be_empty_and_says_what_is_missing(
        self, browser_of: Client, contract: Any
    ) -> None:
        version = begin(browser_of, contract)
        browser_of.post(
            step(version, "details"), {"edition": 1, "later": "1", "hours_per_week": "36"}
        )
        version.refresh_from_db()
        assert version.edition == 2
        check = browser_of.get(step(version, "check"))
        # Hours are kept also while the first day is not known.
        assert len(check.context["missing"]) == 2
        assert 'value="36"' in browser_of.get(step(version, "details")).content.decode()
        assert (
            browser_of.post(step(version, "check"), {"edition": 2, "only_here": "on"}).status_code
            == 422
        )
        version.refresh_from_db()
        assert version.state == FulfilmentState.DRAFT

    def test_the_panel_shows_what_the_door_will_count(
        self, browser_of: Client, contract: Any
    ) -> None:
        version = begin(browser_of, contract)
        typed = placement(
            version,
            hours_per_week="24",
            end_date="2024-06-30",
            age_at_start="56",
            bonuses="BONUS_55PLUS",
        )
        panel = browser_of.post(step(version, "value"), typed)
        browser_of.post(step(version, "details"), typed)
        version.refresh_from_db()
        life.submit([version], make.act())
        assert panel.context["total"] == version.allocations.get().value == D("13333.33") + 5000
        version.refresh_from_db()
        assert version.terms.count() == 1

    @pytest.mark.parametrize(
        "typed",
        [
            "",
            "x" * 150_000,
            "\0",
            "‮",
            "-0",
            "NaN",
            "1e999",
            "29-02-2025",
            "<b>",
            "-5",
            "0001-01-01",
        ],
    )
    @pytest.mark.parametrize(
        ("kind", "block"),
        [("placement", "PW_GT2Y"), ("purchase", "WSW_INVOICE"), ("activity", "MVO_HOUR")],
    )
    def test_hostile_input_is_never_a_crash(
        self, browser_of: Client, contract: Any, kind: str, block: str, typed: str
    ) -> None:
        version = begin(browser_of, contract, kind, block)
        names = [
            n
            for n in browser_of.get(step(version, "details")).context["form"].fields
            if n != "edition"
        ]
        for data in (
            {"edition": typed, **dict.fromkeys(names, typed)},
            {"edition": 1, **dict.fromkeys(names, typed)},
        ):
            assert browser_of.post(step(version, "details"), data).status_code in (200, 302, 422)
            assert browser_of.post(step(version, "value"), data).status_code == 200
        asked = {
            "contracts": typed,
            "kind": typed,
            "asked": typed,
            f"block_{contract.table_id}": typed,
        }
        assert browser_of.post(reverse("fulfilment-new"), asked).status_code in (200, 422)
        assert (
            browser_of.get(
                reverse("fulfilment-new"), {k: v[:1000] for k, v in asked.items()}
            ).status_code
            == 200
        )

    def test_a_bsn_is_refused_and_nothing_is_lost(self, browser_of: Client, contract: Any) -> None:
        version = begin(browser_of, contract)
        for name in ("candidate_ref", "performed_by", "description"):
            answer = browser_of.post(
                step(version, "details"), placement(version, **{name: f"Jan {BSN}"})
            )
            assert answer.status_code == 422
            assert list(answer.context["form"].errors) == [name]
            assert "2024-12-31" in answer.content.decode()
        version.refresh_from_db()
        assert version.candidate_ref == ""

    def test_a_later_day_before_the_first_is_said_beside_the_field(
        self, browser_of: Client, contract: Any
    ) -> None:
        version = begin(browser_of, contract)
        answer = browser_of.post(
            step(version, "details"), placement(version, end_date="2023-12-31")
        )
        assert list(answer.context["form"].errors) == ["end_date"]

    def test_an_edit_of_another_edition_is_refused(self, browser_of: Client, contract: Any) -> None:
        version = begin(browser_of, contract)
        browser_of.post(step(version, "details"), placement(version))
        answer = browser_of.post(
            step(version, "details"), placement(version, edition=1, hours_per_week="12")
        )
        assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["__all__"])
        assert answer.context["form"]["hours_per_week"].value() == "12"  # what was typed is kept
        assert version.terms.get().hours_per_week == 36
        # It was said: sent again as it stands there now, it is an edit of what there is.
        again = re.search(r'name="edition" value="(\d+)"', answer.content.decode())
        assert again
        typed = placement(version, edition=again[1], hours_per_week="12")
        assert browser_of.post(step(version, "details"), typed).status_code == 302
        assert version.terms.get().hours_per_week == 12


class TestSeveralContracts:
    def test_one_effort_for_two_contracts_under_their_own_tables(
        self, region: Any, linde: Any, browser_of: Client
    ) -> None:
        first = make.make_contract(region, linde)
        other_table = make.make_table(region, "leiden-2023")
        second = make.make_contract(region, linde, table=other_table)
        blocks = {c: c.table.blocks.filter(kind="activity").first() for c in (first, second)}
        asked = {
            "contracts": [first.pk, second.pk],
            "kind": "activity",
            "asked": f"activity:{first.pk},{second.pk}",
            **{f"block_{c.table_id}": b.pk for c, b in blocks.items()},
            f"share_{first.pk}": "60",
        }
        too_much = browser_of.post(reverse("fulfilment-new"), {**asked, f"share_{second.pk}": "41"})
        assert (too_much.status_code, Fulfilment.objects.count()) == (422, 0)
        browser_of.post(reverse("fulfilment-new"), {**asked, f"share_{second.pk}": "40"})
        version = FulfilmentVersion.objects.get()
        assert {(a.contract, a.block, a.percent) for a in version.allocations.all()} == {
            (first, blocks[first], D(60)),
            (second, blocks[second], D(40)),
        }
        page = browser_of.get(step(version, "details"))
        assert [c for c, _value in page.context["valued"]] == [first, second]

    def test_a_contract_of_another_is_not_on_offer(
        self, region: Any, browser_of: Client, contract: Any
    ) -> None:
        theirs = make.make_contract(region, make.make_contractor("Ander"), title="Geheim")
        asked = {"contracts": theirs.pk, "kind": "activity", "asked": f"activity:{theirs.pk}"}
        answer = browser_of.post(reverse("fulfilment-new"), asked)
        assert "Geheim" not in answer.content.decode()
        assert not Fulfilment.objects.exists()


class TestAfterwards:
    def test_a_returned_one_shows_the_question_and_is_mended(
        self, browser_of: Client, contract: Any
    ) -> None:
        version = make.make_placement(contract, state="returned", why="Hoeveel uur was het?")
        assert "Hoeveel uur was het?" in browser_of.get(step(version, "details")).content.decode()
        browser_of.post(step(version, "details"), placement(version, hours_per_week="20"))
        version.refresh_from_db()
        browser_of.post(step(version, "check"), {"edition": version.edition, "only_here": "on"})
        version.refresh_from_db()
        assert version.state == FulfilmentState.SUBMITTED

    def test_a_change_of_an_accepted_one_is_a_new_version(
        self, browser_of: Client, contract: Any
    ) -> None:
        version = make.make_placement(contract)
        browser_of.post(step(version, "change"))
        new = FulfilmentVersion.objects.latest("pk")
        assert (new.number, new.state, new.candidate_ref) == (
            2,
            FulfilmentState.DRAFT,
            version.candidate_ref,
        )
        typed = placement(new, end_date="2024-12-31", from_0="2024-07-01", hours_0="18")
        browser_of.post(step(version, "details"), typed)
        assert list(new.terms.values_list("first_day", "hours_per_week")) == [
            (date(2024, 1, 1), D(36)),
            (date(2024, 7, 1), D(18)),
        ]
        page = browser_of.get(step(version, "details")).content.decode()
        assert 'value="2024-07-01"' in page
        version.refresh_from_db()
        assert version.state == FulfilmentState.ACCEPTED

    def test_a_copy_keeps_the_block_and_leaves_the_person(
        self, browser_of: Client, contract: Any
    ) -> None:
        version = make.make_placement(contract, performed_by="Onderaannemer")
        browser_of.post(step(version, "copy"))
        copy = FulfilmentVersion.objects.latest("pk")
        assert copy.fulfilment_id != version.fulfilment_id
        assert (copy.candidate_ref, copy.start_date, copy.performed_by) == (
            "",
            None,
            "Onderaannemer",
        )
        assert copy.allocations.get().block == version.allocations.get().block

    def test_withdrawing_what_counted_asks_why(self, browser_of: Client, contract: Any) -> None:
        version = make.make_placement(contract)
        shown = dict(browser_of.get(step(version, "withdraw")).context["rows"])
        assert shown["Telt nu mee"] == "€\u00a040.000,00"
        assert confirm(browser_of, step(version, "withdraw")).status_code == 422
        confirm(browser_of, step(version, "withdraw"), why="Dubbel ingevoerd")
        version.refresh_from_db()
        assert version.state == FulfilmentState.WITHDRAWN

    def test_what_is_in_review_is_not_edited(self, browser_of: Client, contract: Any) -> None:
        version = make.make_placement(contract, state="submitted")
        for name in ("what", "details", "evidence", "check"):
            for method in (browser_of.get, browser_of.post):
                assert method(step(version, name))["Location"] == step(version, "detail")


class TestWho:
    def test_an_adviser_records_on_behalf_of_a_contractor(self, region: Any, contract: Any) -> None:
        adviser = make.make_user(Role.ADVISER, region)
        make.make_contract(region, make.make_contractor("Ander"))
        client = signed_in(adviser)
        choice = client.get(reverse("fulfilment-new"))
        assert len(choice.context["contracts"]) == 2
        version = begin(client, contract)
        assert (version.fulfilment.entered_by, version.fulfilment.contractor) == (
            adviser,
            contract.contractor,
        )

    @pytest.mark.parametrize("role", [Role.PROCUREMENT_OFFICER, Role.REGION_ADMIN, Role.READER])
    def test_others_do_not_record(self, region: Any, contract: Any, role: str) -> None:
        client = signed_in(make.make_user(role, region))
        version = make.make_placement(contract, state="draft")
        assert client.get(reverse("fulfilment-new")).status_code == 404
        for name in ("what", "details", "check", "withdraw"):
            assert client.post(step(version, name)).status_code == 404


def test_numbers_follow_each_other_by_contractor_and_year(
    region: Any, linde: Any, contract: Any
) -> None:
    make.make_placement(contract, external_id="2025-009")
    make.make_placement(contract, external_id="2025-x")
    assert next(next_numbers(region, linde, date(2025, 5, 1))) == "2025-010"
    assert next(next_numbers(region, linde, date(2026, 5, 1))) == "2026-001"


def test_what_takes_something_new_is_the_same_of_rows_and_of_what_was_fetched(
    contract: Contract,
) -> None:
    adviser = Access(1, (Grant(Role.ADVISER, contract.region_id),))
    rows, firm = Contract.objects.filter(pk=contract.pk), contract.contractor_id
    open_states = set()
    for state in ContractState.values:
        settled_on = make.TODAY if state == ContractState.SETTLED else None
        rows.update(state=state, settled_on=settled_on)
        found = {
            takes_new(firm, rows),
            closed_to(firm, rows, adviser) is None,
            contracts_to_record_for(Contract.objects.all(), adviser).exists(),
        }
        assert len(found) == 1, state
        open_states |= {state} if found == {True} else set()
    assert open_states == {ContractState.ACTIVE, ContractState.ENDED}
    for closed in ({"is_framework": True}, {"is_framework": False, "table": None}):
        rows.update(state=ContractState.ACTIVE, settled_on=None, **closed)
        assert not takes_new(firm, rows)
        assert closed_to(firm, rows, adviser) == contract
        assert not contracts_to_record_for(Contract.objects.all(), adviser).exists()
    assert closed_to(firm, rows, Access(1, ())) == contract
