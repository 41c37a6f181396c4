"""The import commands as their user meets them: all or nothing, every fault named, again changes
nothing.
"""

import io
import json
from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db.models import Sum

from contracts.facts import door as facts
from contracts.facts.rules import FACTS
from contracts.imports.door import import_contracts
from contracts.models import (
    Contract,
    Contractor,
    ObligationLine,
    Policy,
    Posting,
    Region,
    TableInForce,
    ValuationTable,
)
from contracts.owed import door as obligations
from contracts.people.membership import access_of
from placements.imports.door import import_fulfilments
from placements.models import Fulfilment, FulfilmentLine, FulfilmentState
from reporting.models import Goal
from sroi.access import Role
from sroi.exchange import read_rows
from tests import factories as make
from tests.placements.claims.test_valuation import PUBLISHED, made_table

pytestmark = pytest.mark.django_db
D = Decimal

CONTRACT = {
    "reference": "HIL-1",
    "title": "Groenonderhoud",
    "contractor_kvk": "01234567",
    "contractor_name": "Voorbeeld Groen B.V.",
    "municipalities": "GM0402:60;GM0406:40",
    "procurement_type": "services",
    "award_date": "2023-12-01",
    "start_date": "01-01-2024",
    "end_date": "31-12-2025",
    "value": "1.000.000,00",
    "rate": "",
    "rate_reason": "",
    "basis": "",
    "labour_cost": "",
    "parent_reference": "",
    "valuation_table": "",
    "adviser_email": "",
}
CHANGE = {
    "change_id": "",
    "contract_reference": "HIL-1",
    "kind": "amendment",
    "effective_date": "2024-07-01",
    "value_delta": "150000",
    "labour_cost_delta": "",
    "obligation_delta": "",
    "rate": "",
    "new_end_date": "",
    "reason": "Meerwerk",
}
PLACEMENT = {
    "external_id": "P-1",
    "kind": "placement",
    "contracts": "HIL-1",
    "block": "PW_GT2Y",
    "candidate_ref": "K-17",
    "hours_per_week": "36",
    "start_date": "2024-01-01",
    "end_date": "2024-12-31",
    "confirmed_until": "",
    "age_at_start": "55",
    "permanent_contract": "nee",
    "bonuses": "BONUS_55PLUS",
    "amount": "",
    "paid_on": "",
    "quantity": "",
    "activity_date": "",
    "accepted_value": "",
    "accepted_reason": "",
    "status": "accepted",
}


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel("2025-07-01T10:00:00+02:00", tick=False):
        yield


@pytest.fixture
def region(tmp_path):
    load_region(tmp_path)
    load_table(PUBLISHED / "gooi-en-vechtstreek.json", "--in-force-from", "2020-01-01")


def region_file(**changes):
    towns = [
        {"code": "GM0402", "name": "Hilversum", "inhabitants": 93000},
        {"code": "GM0406", "name": "Huizen"},
    ]
    data = {
        "format": "region/1",
        "code": "gv",
        "title": {"nl": "Gooi", "en": "Gooi"},
        "municipalities": towns,
    }
    return {
        **data,
        "goals": [{"year": 2024, "indicator": "workplaces", "low": 26}],
        "policy": {},
        **changes,
    }


def load_region(folder, **changes):
    path = folder / "region.json"
    path.write_text(json.dumps(region_file(**changes)), encoding="utf-8")
    return run("load_region", path)


def load_table(path, *options):
    return run("load_valuation_table", path, "--region", "gv", *options)


def run(command, *arguments):
    out = io.StringIO()
    call_command(command, *map(str, arguments), stdout=out, stderr=io.StringIO())
    return out.getvalue()


def send(folder, command, *rows, options=(), region="gv"):
    header = list(rows[0])
    lines = [header, *([row.get(name, "") for name in header] for row in rows)]
    path = folder / "file.csv"
    path.write_text(
        "\n".join(",".join(f'"{cell}"' for cell in line) for line in lines), encoding="utf-8"
    )
    return run(command, path, "--region", region, *options)


def contracts(folder, *rows, **more):
    return send(folder, "import_contracts", *({**CONTRACT, **row} for row in rows or [{}]), **more)


def changes(folder, *rows):
    return send(folder, "import_obligation_changes", *({**CHANGE, **row} for row in rows or [{}]))


def fulfilments(folder, *rows, **more):
    return send(
        folder, "import_fulfilments", *({**PLACEMENT, **row} for row in rows or [{}]), **more
    )


def figures(year=2024, *options):
    return json.loads(run("figures", year, "--region", "gv", *options))


def everything():
    return [
        list(m.objects.order_by("pk").values())
        for m in (Contract, ObligationLine, FulfilmentLine, Posting)
    ]


class TestRegion:
    def test_loading_again_updates(self, region, tmp_path):
        goals = [{"year": 2024, "indicator": "workplaces", "low": 30, "high": 40}]
        load_region(tmp_path, title={"nl": "Gooi en Vechtstreek", "en": "Gooi"}, goals=goals)
        assert Goal.objects.get().high == 40
        assert Policy.objects.count() == 1

    def test_other_rules_for_the_same_date_hold_for_contracts_to_come(self, region, tmp_path):
        contracts(tmp_path)
        load_region(tmp_path, policy={"default_rate": "4.00"})
        contracts(tmp_path, {"reference": "HIL-2"})
        assert dict(Contract.objects.values_list("reference", "rate")) == {"HIL-1": 5, "HIL-2": 4}
        assert contracts(tmp_path).startswith("new: 0") or "0" in contracts(tmp_path)

    @pytest.mark.parametrize(
        ("changes", "named"),
        [
            ({"format": "region/2"}, "region/1"),
            ({"municipalities": []}, "municipalities"),
            ({"policy": {"default_rat": "5"}}, "default_rat"),
            ({"policy": {"default_rate": "NaN"}}, "default_rate"),
            ({"policy": {"default_rate": "101"}}, "default_rate"),
            ({"policy": {"pinned_by": "moon"}}, "pinned_by"),
            ({"policy": {"self_review": "ja"}}, "self_review"),
            ({"goals": [{"year": 2024, "indicator": "happiness", "low": 1}]}, "happiness"),
            ({"goals": [{"year": 2024, "indicator": "workplaces", "low": 3, "high": 2}]}, "goals"),
            ({"goals": [{"year": 2024, "indicator": "workplaces"}]}, "low"),
            ({"goals": [{"year": "later", "indicator": "workplaces", "low": "many"}]}, "goals"),
            ({"code": "Met Spaties"}, "Met Spaties"),
        ],
    )
    def test_a_faulty_file_loads_nothing(self, tmp_path, changes, named):
        with pytest.raises(CommandError, match=named):
            load_region(tmp_path, **changes)
        assert not Policy.objects.exists()

    def test_no_json_at_all(self, tmp_path):
        (tmp_path / "x.json").write_text("{", encoding="utf-8")
        for path in (tmp_path / "x.json", tmp_path / "nowhere.json", tmp_path):
            with pytest.raises(CommandError):
                run("load_region", path)


class TestTables:
    def test_loaded_is_not_in_force(self, tmp_path):
        load_region(tmp_path)
        load_table(PUBLISHED / "alphen.json")
        assert not TableInForce.objects.exists()

    def test_contracts_are_pinned_by_their_award_date(self, region, tmp_path):
        load_table(PUBLISHED / "utrecht-2.json", "--in-force-from", "2024-01-01")
        contracts(tmp_path, {}, {"reference": "B", "award_date": "2024-01-01"})
        pinned = dict(Contract.objects.values_list("reference", "table__code"))
        assert pinned == {"HIL-1": "gooi-en-vechtstreek", "B": "utrecht-2"}

    def test_any_loaded_table_can_be_pinned(self, region, tmp_path):
        load_table(PUBLISHED / "alphen.json")
        contracts(tmp_path, {"valuation_table": "alphen"})
        assert Contract.objects.get().table.code == "alphen"

    def test_a_table_that_comes_later_is_pinned_to_contracts_without_one(self, tmp_path):
        load_region(tmp_path)
        contracts(tmp_path)
        load_table(PUBLISHED / "alphen.json", "--in-force-from", "2020-01-01")
        assert Contract.objects.get().table.code == "alphen"

    def test_a_table_in_use_is_never_changed(self, region, tmp_path):
        contracts(tmp_path)
        data = json.loads((PUBLISHED / "gooi-en-vechtstreek.json").read_text(encoding="utf-8"))
        data["blocks"][0]["amount"] = "1.00"
        path = tmp_path / "table.json"
        path.write_text(json.dumps(data), encoding="utf-8")
        with pytest.raises(CommandError, match="gooi-en-vechtstreek"):
            load_table(path)

    @pytest.mark.parametrize(
        "change",
        [
            {"amount": "-1"},
            {"amount": "1e999"},
            {"unit": "week"},
            {"kind": "gift"},
            {"unit": "invoice", "kind": "bonus"},
            {"unit": "year", "kind": "purchase"},
            {"applies_to": ["NOWHERE"]},
            {"condition": {"max_age": 3}},
            {"surprise": 1},
        ],
    )
    def test_a_faulty_block_loads_nothing(self, tmp_path, change):
        load_region(tmp_path)
        block = {"code": "A", "kind": "placement", "unit": "year", "amount": "1000", **change}
        path = tmp_path / "table.json"
        path.write_text(json.dumps(made_table(block)), encoding="utf-8")
        with pytest.raises(CommandError):
            load_table(path)
        assert not ValuationTable.objects.exists()


class TestContracts:
    def test_a_contract_owes_by_the_policy(self, region, tmp_path):
        contracts(tmp_path)
        contract = Contract.objects.get()
        assert (contract.rate, contract.contractor.kvk) == (5, "01234567")
        assert figures()["obligation_to_date"] == "50000.00"
        assert figures(2024, "--municipality", "GM0406")["obligation_to_date"] == "20000.00"

    def test_the_same_file_again_changes_nothing(self, region, tmp_path):
        contracts(tmp_path)
        changes(tmp_path)
        before = everything()
        contracts(tmp_path)
        changes(tmp_path)
        assert everything() == before

    def test_an_extended_contract_is_still_the_same_row(self, region, tmp_path):
        contracts(tmp_path)
        changes(tmp_path, {"kind": "extension", "new_end_date": "2026-12-31", "value_delta": "10"})
        contracts(tmp_path)
        assert Contract.objects.get().end_date == date(2026, 12, 31)

    def test_a_title_may_be_mended_and_a_value_may_not(self, region, tmp_path):
        contracts(tmp_path)
        contracts(tmp_path, {"title": "Groenonderhoud noord"})
        assert Contract.objects.get().title == "Groenonderhoud noord"
        with pytest.raises(CommandError, match="value"):
            contracts(tmp_path, {"value": "1.100.000,00"})

    def test_what_was_put_right_by_hand_an_import_leaves(self, region, tmp_path):
        """Title, code and award date, adviser, contractor and table: the file that stood before
        changes none of them back, nor is it refused.
        """
        region = Region.objects.get()
        sem = make.make_user(Role.ADVISER, region, email="sem@example.org")
        noor = make.make_user(Role.ADVISER, region, email="noor@example.org")
        row = {"cpv": "45233140", "adviser_email": noor.email}
        row["valuation_table"] = "gooi-en-vechtstreek"
        contracts(tmp_path, row)
        contract = Contract.objects.get()
        mended = {name: getattr(contract, name) for name in FACTS}
        mended |= {"title": "Wegen", "cpv": "77310000", "award_date": date(2023, 11, 1)}
        act = make.act(noor, "Stond verkeerd")
        facts.put_right(contract, mended, act)
        facts.hand_over([contract], sem, access_of(noor), act)
        follower = make.make_contractor("Opvolger", "87654321")
        facts.take_over(contract, follower, {}, date(2024, 5, 1), act)
        load_table(PUBLISHED / "alphen.json")
        obligations.pin(contract, ValuationTable.objects.get(code="alphen"), act)
        before = everything(), Contract.history.count()
        contracts(tmp_path, row)
        assert (everything(), Contract.history.count()) == before
        outcome = import_contracts(region, read_rows(tmp_path / "file.csv"), act)
        assert outcome.unchanged == [2]
        named = {warning.column for warning in outcome.warnings}
        assert named == {*row, "title", "award_date", "contractor_kvk"}
        assert all("Gegevens verbeteren" in warning.reason for warning in outcome.warnings)

    def test_a_number_that_was_put_right_is_still_that_firm(self, region, tmp_path):
        contracts(tmp_path)
        firm = Contractor.objects.get()
        right = {"name": "Groen", "kvk": "12345678", "country": "", "register_number": ""}
        facts.put_right_contractor(firm, right, make.act(None, "Andere rechtsvorm"))
        before = everything()
        contracts(tmp_path)
        assert everything() == before
        with pytest.raises(CommandError, match="andere opdrachtnemer"):
            contracts(tmp_path, {"contractor_kvk": "99999999"})

    def test_an_address_is_brought_in_where_none_is_known(self, region, tmp_path):
        """Of a new firm, and of one that is known without; what is known stays, with a word."""
        address = {
            "contractor_street": "Dorpsstraat 1",
            "contractor_postcode": "1211aa",
            "contractor_place": "Hilversum",
        }
        contracts(tmp_path)
        other = {"reference": "C-2", "contractor_kvk": "87654321", "contractor_name": "Nieuw"}
        contracts(tmp_path, address, {**other, **address})
        for firm in Contractor.objects.all():
            assert firm.address_lines == ["Dorpsstraat 1", "1211 AA Hilversum"]
            assert firm.history.count() == (1 if firm.kvk == "87654321" else 2)
        before = everything()
        sheet = {**address, "contractor_street": "Kerkstraat 2"}
        contracts(tmp_path, sheet)
        assert everything() == before
        outcome = import_contracts(
            Region.objects.get(), read_rows(tmp_path / "file.csv"), make.act(None)
        )
        [warning] = outcome.warnings
        assert "Dorpsstraat 1, 1211 AA, Hilversum" in warning.reason
        for column, wrong in (("contractor_postcode", "12 AB"), ("contractor_place", "")):
            with pytest.raises(CommandError, match=column):
                contracts(tmp_path, {**other, **address, column: wrong, "reference": "C-3"})

    def test_another_day_of_the_award_is_put_right_and_no_obligation_change(self, region, tmp_path):
        contracts(tmp_path)
        with pytest.raises(CommandError, match="Gegevens verbeteren"):
            contracts(tmp_path, {"award_date": "2023-11-01"})
        with pytest.raises(CommandError, match="wijziging van de verplichting"):
            contracts(tmp_path, {"value": "1.100.000,00"})

    @pytest.mark.parametrize("together", [True, False])
    def test_a_call_off_is_not_awarded_before_its_framework(self, region, tmp_path, together):
        framework = {"reference": "R-1", "award_date": "2023-11-01"}
        order = {"reference": "N-1", "parent_reference": "R-1", "award_date": "2023-10-31"}
        if not together:
            contracts(tmp_path, framework)
        with pytest.raises(CommandError, match="gegund op 1 november 2023"):
            contracts(tmp_path, order, *([framework] if together else []))
        assert not Contract.objects.exclude(reference="R-1").exists()
        contracts(tmp_path, order | {"award_date": "2023-11-01"}, framework)
        assert Contract.objects.get(reference="N-1").parent.reference == "R-1"

    def test_call_offs_may_stand_before_their_framework(self, region, tmp_path):
        rows = [
            {"reference": "N-1", "parent_reference": "R-1", "value": "200000"},
            {"reference": "R-1"},
        ]
        contracts(tmp_path, *rows)
        contracts(tmp_path, *rows)
        assert figures(2023)["contract_value_registered"] == "200000.00"
        assert figures(2023)["contracts_registered"] == 1

    def test_a_kvk_number_that_lost_its_zero_is_padded(self, region, tmp_path):
        contracts(tmp_path, {"contractor_kvk": "1234567"})
        assert Contractor.objects.get().kvk == "01234567"

    def test_a_dry_run_imports_nothing(self, region, tmp_path):
        told = contracts(tmp_path, options=["--dry-run"])
        assert "1" in told
        assert not Contract.objects.exists()

    def test_one_faulty_row_among_thousands_imports_nothing_and_is_named(self, region, tmp_path):
        rows = [{"reference": f"C-{n}"} for n in range(3000)]
        rows[1999] = {"reference": "C-1999", "end_date": "2025-02-29"}
        with pytest.raises(CommandError) as refused:
            contracts(tmp_path, *rows)
        first = str(refused.value).splitlines()[0]
        assert "2001" in first
        assert "end_date" in first
        assert "2025-02-29" in first
        assert not Contract.objects.exists()

    @pytest.mark.parametrize(
        ("column", "found"),
        [
            ("value", "12.34.5"),
            ("value", "NaN"),
            ("value", "-1"),
            ("value", "1e999"),
            ("value", ""),
            ("rate", "101"),
            ("rate", "3"),
            ("rate_reason", "because"),
            ("award_date", "29-02-2025"),
            ("end_date", "2023-12-31"),
            ("municipalities", "GM9999"),
            ("municipalities", "GM0402:60;GM0406:30"),
            ("contractor_kvk", "123"),
            ("procurement_type", "gift"),
            ("parent_reference", "NOWHERE"),
            ("parent_reference", "HIL-1"),
            ("valuation_table", "unknown"),
            ("basis", "labour_cost"),
            ("title", "A\0B"),
            ("title", "BSN 111222333"),
        ],
    )
    def test_each_fault_is_named_with_its_column(self, region, tmp_path, column, found):
        with pytest.raises(CommandError) as refused:
            contracts(tmp_path, {column: found})
        expected = (
            "labour_cost" if found == "labour_cost" else "rate_reason" if found == "3" else column
        )
        if "\0" not in found:
            assert f"column {expected}" in str(refused.value) or f"kolom {expected}" in str(
                refused.value
            )
        assert not Contract.objects.exists()

    def test_a_reference_twice_in_the_file(self, region, tmp_path):
        with pytest.raises(CommandError, match="HIL-1"):
            contracts(tmp_path, {}, {"title": "Nog een"})

    def test_a_contract_without_obligation_is_kept_for_coverage(self, region, tmp_path):
        load_region(tmp_path, policy={"threshold_services": "200000"})
        contracts(
            tmp_path,
            {},
            {"reference": "A", "rate": "0", "rate_reason": "market: één aanbieder"},
            {"reference": "B", "rate": "0"},
            {"reference": "C", "value": "199999,99"},
        )
        coverage = figures(2023)["coverage"]
        assert (coverage["number"], coverage["value"]) == (3, "3000000.00")
        assert (
            coverage["without_with_reason"]["number"] == coverage["without_reason"]["number"] == 1
        )
        assert figures(2023)["contract_value_registered"] == "1000000.00"

    def test_missing_and_unknown_columns(self, region, tmp_path):
        with pytest.raises(CommandError, match="colour"):
            send(tmp_path, "import_contracts", {**CONTRACT, "colour": "red"})
        short = {k: v for k, v in CONTRACT.items() if k != "end_date"}
        with pytest.raises(CommandError, match="end_date"):
            send(tmp_path, "import_contracts", short)

    def test_another_region_sees_nothing_of_it(self, region, tmp_path):
        contracts(tmp_path)
        load_region(tmp_path, code="elders")
        with pytest.raises(CommandError):
            send(tmp_path, "import_fulfilments", PLACEMENT, region="elders")
        with pytest.raises(CommandError, match="nergens"):
            run("figures", 2024, "--region", "nergens")


class TestChanges:
    @pytest.mark.parametrize(
        "row",
        [
            {"contract_reference": "NOWHERE"},
            {"kind": "extension"},
            {"kind": "rate_change", "value_delta": ""},
            {"kind": "amendment", "rate": "3"},
            {"kind": "turnover"},
            {"kind": "waiver"},
            {"kind": "amendment", "value_delta": ""},
            {"new_end_date": "2027-01-01"},
            {"reason": ""},
        ],
    )
    def test_impossible_changes_are_refused(self, region, tmp_path, row):
        contracts(tmp_path)
        before = everything()
        with pytest.raises(CommandError):
            changes(tmp_path, {}, {"change_id": "2", **row})
        assert everything() == before

    def test_one_id_cannot_mean_two_things(self, region, tmp_path):
        contracts(tmp_path)
        changes(tmp_path, {"change_id": "W-1"})
        with pytest.raises(CommandError, match="W-1"):
            changes(tmp_path, {"change_id": "W-1", "value_delta": "1"})

    def test_turnover_owes_by_its_statements(self, region, tmp_path):
        contracts(tmp_path, {"basis": "invoiced_turnover"})
        changes(tmp_path, {"kind": "turnover", "value_delta": "300000,50"})
        result = figures(2024)
        assert result["obligation_to_date"] == "15000.03"
        assert figures(2023)["contract_value_registered"] == "1000000.00"
        assert result["contract_value_registered"] == "0.00"


class TestFulfilments:
    def test_accepted_history_posts(self, region, tmp_path):
        contracts(tmp_path)
        fulfilments(
            tmp_path,
            {},
            {
                **{"external_id": "I-1", "kind": "purchase", "block": "WSW_INVOICE", "bonuses": ""},
                **{"amount": "12.500", "paid_on": "2024-05-01"},
            },
        )
        result = figures()
        assert result["fulfilled"] == "57500.00"
        assert result["by_category"] == {
            "work": "45000.00",
            "social_purchasing": "12500.00",
            "csr": "0.00",
        }
        assert result["social_firm_spend"] == "12500.00"
        assert (result["workplaces"], result["fte"]) == (1, "1.00")
        assert result["goal"]["workplaces"]["percentage"] == "3.85"

    def test_the_same_file_again_changes_nothing(self, region, tmp_path):
        contracts(tmp_path)
        rows = [
            {},
            {"external_id": "P-2", "status": "draft"},
            {"external_id": "P-3", "status": "submitted"},
        ]
        fulfilments(tmp_path, *rows)
        before = everything()
        with time_machine.travel("2025-08-15T10:00:00+02:00", tick=False):
            fulfilments(tmp_path, *rows)
        assert everything() == before

    def test_what_began_before_a_take_over_stays_with_the_firm_before(self, region, tmp_path):
        """A placement of January, known or not, is no claim of who took the contract over in July.
        In a browser nothing new is brought in for the firm before.
        """
        contracts(tmp_path)
        fulfilments(tmp_path, {"status": "submitted"})
        contract = Contract.objects.get()
        linde, region = contract.contractor, contract.region
        follower = make.make_contractor("Opvolger", "87654321")
        act = make.act(make.make_user(Role.ADVISER, region), "Overname")
        facts.take_over(contract, follower, {}, date(2024, 7, 1), act)
        before = everything()
        fulfilments(tmp_path, {"status": "submitted"})
        assert everything() == before
        fulfilments(tmp_path, {"external_id": "P-2"})
        late = {"external_id": "P-3", "start_date": "2024-07-01"}
        fulfilments(tmp_path, late)
        whose = dict(Fulfilment.objects.values_list("external_id", "contractor__name"))
        assert whose == {"P-1": linde.name, "P-2": linde.name, "P-3": "Opvolger"}
        fulfilments(tmp_path, {"external_id": "P-4", "status": "draft"}, options=["--dry-run"])
        found = import_fulfilments(
            region,
            read_rows(tmp_path / "file.csv"),
            act,
            contracts=Contract.objects.all(),
        )
        assert [(fault.column, "Opvolger" in fault.reason) for fault in found.faults] == [
            ("contracts", True)
        ]

    def test_a_row_moves_on(self, region, tmp_path):
        contracts(tmp_path)
        for status in ("draft", "submitted", "accepted"):
            fulfilments(tmp_path, {"status": status})
            assert Fulfilment.objects.get().latest.state == status
        assert figures()["fulfilled"] == "45000.00"

    def test_what_was_handed_in_is_not_overwritten(self, region, tmp_path):
        contracts(tmp_path)
        fulfilments(tmp_path)
        with pytest.raises(CommandError, match="P-1"):
            fulfilments(tmp_path, {"hours_per_week": "18"})

    def test_shared_over_contracts_with_their_own_blocks(self, region, tmp_path):
        load_table(PUBLISHED / "utrecht-2.json")
        contracts(tmp_path, {}, {"reference": "B", "valuation_table": "utrecht-2"})
        fulfilments(
            tmp_path,
            {
                "contracts": "HIL-1:50;B:50",
                "block": "HIL-1=PW_GT2Y;B=PW",
                "bonuses": "BONUS_50PLUS",
            },
        )
        told = json.loads(run("value", "P-1", "--region", "gv"))
        totals = {
            c["reference"]: (c["table"], c["total"], c["posted"], c["planned"])
            for c in told["contracts"]
        }
        assert totals == {
            "HIL-1": ("gooi-en-vechtstreek", "20000.00", "20000.00", "0.00"),
            "B": ("utrecht-2", "25000.00", "25000.00", "0.00"),
        }
        assert figures()["workplaces"] == 1

    def test_value_says_what_is_posted_and_what_lies_ahead(self, region, tmp_path):
        contracts(tmp_path)
        fulfilments(
            tmp_path, {"start_date": "2025-01-01", "end_date": "", "confirmed_until": "2025-03-31"}
        )
        (told,) = json.loads(run("value", "P-1", "--region", "gv"))["contracts"]
        assert (told["total"], told["posted"], told["planned"]) == (
            "45000.00",
            "15000.00",
            "30000.00",
        )
        assert sum(D(line["amount"]) for line in told["lines"]) == D("45000.00")
        assert sum(D(line["amount"]) for line in told["lines"] if line["posted"]) == D("15000.00")
        assert any("31-12-2025" in step for step in told["steps"])

    def test_a_decided_value_is_kept(self, region, tmp_path):
        contracts(tmp_path)
        fulfilments(tmp_path, {"accepted_value": "1234.56", "accepted_reason": "Besluit van toen"})
        assert figures()["fulfilled"] == "1234.56"

    @pytest.mark.parametrize(
        ("column", "changes"),
        [
            ("contracts", {"contracts": "NOWHERE"}),
            ("contracts", {"contracts": "HIL-1:60;OTHER:50"}),
            ("contracts", {"contracts": "HIL-1:50;OTHER:50"}),
            ("block", {"block": "NOWHERE"}),
            ("block", {"block": "MVO_HOUR"}),
            ("block", {"block": "OTHER=PW_GT2Y"}),
            ("bonuses", {"bonuses": "BONUS_99PLUS"}),
            ("start_date", {"start_date": ""}),
            ("hours_per_week", {"hours_per_week": ""}),
            ("hours_per_week", {"hours_per_week": "169"}),
            ("end_date", {"end_date": "2023-12-31"}),
            ("candidate_ref", {"candidate_ref": "111.222.333"}),
            ("age_at_start", {"age_at_start": "550"}),
            ("paid_on", {"kind": "purchase", "block": "WSW_INVOICE", "amount": "5", "bonuses": ""}),
            (
                "quantity",
                {
                    "kind": "activity",
                    "block": "MVO_HOUR",
                    "activity_date": "2024-05-01",
                    "bonuses": "",
                },
            ),
            ("accepted_reason", {"accepted_value": "5"}),
            ("accepted_value", {"accepted_value": "5", "accepted_reason": "x", "status": "draft"}),
            ("status", {"status": "rejected"}),
        ],
    )
    def test_each_fault_is_named_with_its_column(self, region, tmp_path, column, changes):
        contracts(tmp_path, {}, {"reference": "OTHER", "contractor_kvk": "87654321"})
        with pytest.raises(CommandError) as refused:
            fulfilments(tmp_path, {"external_id": "OK"}, changes)
        assert f"column {column}" in str(refused.value) or f"kolom {column}" in str(refused.value)
        assert not Fulfilment.objects.exists()

    def test_numbers_are_unique_per_contractor(self, region, tmp_path):
        contracts(tmp_path, {}, {"reference": "OTHER", "contractor_kvk": "87654321"})
        fulfilments(tmp_path, {}, {"contracts": "OTHER"})
        with pytest.raises(CommandError, match="87654321"):
            run("value", "P-1", "--region", "gv")
        told = json.loads(run("value", "P-1", "--region", "gv", "--contractor", "87654321"))
        assert told["contracts"][0]["reference"] == "OTHER"

    def test_the_ledgers_hold_afterwards(self, region, tmp_path):
        contracts(tmp_path)
        changes(tmp_path)
        fulfilments(tmp_path)
        run("verify_ledger", "--region", "gv")
        FulfilmentLine.objects.filter(month=date(2024, 5, 1)).update(amount=D("1.00"))
        with pytest.raises(CommandError, match="P-1"):
            run("verify_ledger")

    def test_drafts_post_nothing(self, region, tmp_path):
        contracts(tmp_path)
        fulfilments(
            tmp_path, {"status": "draft", "start_date": "", "hours_per_week": "", "end_date": ""}
        )
        assert Fulfilment.objects.get().latest.state == FulfilmentState.DRAFT
        assert FulfilmentLine.objects.aggregate(t=Sum("amount"))["t"] is None
