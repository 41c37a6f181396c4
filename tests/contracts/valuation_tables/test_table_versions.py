"""Valuation tables in the site: succeeded, never edited once used, in force without gaps, files
that come back.
"""

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.test import Client
from django.urls import reverse

from contracts.models import BuildingBlock, TableInForce, ValuationTable
from contracts.policy.loading import FaultyFile
from contracts.valuation_tables import door as table_door
from contracts.valuation_tables.checking import table_from
from contracts.valuation_tables.forms import BlockForm
from contracts.valuation_tables.loading import (
    LineOfTables,
    is_used,
    load_table,
    put_in_force,
)
from placements.claims.words import example_worth
from sroi.access import Role
from sroi.doors import Act, Refused
from tests import factories as make

pytestmark = pytest.mark.django_db
D = Decimal
PUBLISHED = sorted((settings.BASE_DIR / "contracts" / "data" / "valuation-tables").glob("*.json"))


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(make.moment(make.TODAY), tick=False):
        yield


@pytest.fixture
def used(region: Any) -> ValuationTable:
    return region.tables_in_force.get().table


@pytest.fixture
def loaded(region: Any) -> ValuationTable:
    return make.make_table(region, "alphen")


@pytest.fixture
def admin(region: Any) -> Any:
    return make.make_user(Role.REGION_ADMIN, region)


@pytest.fixture
def client(admin: Any) -> Client:
    client = Client()
    client.force_login(admin)
    return client


def at() -> Any:
    return make.moment(make.TODAY)


def succeed(table: ValuationTable, code: str = "nieuw") -> ValuationTable:
    return table_door.succeed(table, code, "Nieuwe tabel", "", Act.of(None, at()))


def typed(form: Any, **fields: Any) -> dict[str, Any]:
    """What a browser would send of a form as it is shown."""
    shown = {
        field.html_name: field.value() for field in form if field.value() not in (None, "", [])
    }
    return shown | fields


def filled(sent: dict[str, Any], others: list[BuildingBlock], block: Any = None) -> BlockForm:
    """The form of a row as a browser sends it."""
    data = QueryDict(mutable=True)
    for name, value in sent.items():
        data.setlist(name, value if isinstance(value, list) else [str(value)])
    table = block.table if block else ValuationTable()
    form = BlockForm(data, table=table, others=others, block=block)
    assert form.is_valid(), form.errors
    return form


def row_of(block: BuildingBlock, blocks: list[BuildingBlock]) -> dict[str, Any]:
    """What the form of a row says when nothing in it is changed."""
    others = [other for other in blocks if other != block]
    initial = BlockForm.initial_of(block) | {"seen": "x"}
    shown = BlockForm(table=block.table, others=others, block=block, initial=initial)
    return filled(typed(shown), others, block).row


class TestTheDoor:
    def test_a_used_table_is_never_edited(self, used: ValuationTable) -> None:
        with pytest.raises(Refused):
            table_door.change(
                used,
                table_door.edition(used),
                lambda s: s.update(full_time_hours="40"),
                Act.of(None, at()),
            )
        with pytest.raises(Refused):
            table_door.discard(used, table_door.edition(used))

    def test_once_pinned_or_in_force_is_used_for_good(
        self, region: Any, loaded: ValuationTable
    ) -> None:
        assert not is_used(loaded)
        contract = make.make_contract(region, make.make_contractor(), table=loaded)
        contract.table = region.tables_in_force.get().table
        contract.save()
        assert is_used(loaded)  # what was accepted under it meanwhile keeps its value
        other = make.make_table(region, "utrecht-1")
        put_in_force(other, date(2025, 6, 1))
        TableInForce.objects.filter(table=other).delete()
        assert is_used(other)

    def test_a_new_version_says_the_same_and_leaves_the_old_one(self, used: ValuationTable) -> None:
        made = succeed(used)
        assert [
            p
            for p in table_door.pairs(list(used.blocks.all()), list(made.blocks.all()))
            if p.differs
        ] == []
        assert (made.title_nl, is_used(made)) == ("Nieuwe tabel", False)
        with pytest.raises(Refused):
            succeed(used)

    def test_who_saw_another_edition_changes_nothing(self, loaded: ValuationTable) -> None:
        seen = table_door.edition(loaded)
        change = Act.of(None, at(), "Anders")
        table_door.change(loaded, seen, lambda s: s.update(note="Eerst"), change)
        with pytest.raises(Refused):
            table_door.change(loaded, seen, lambda s: s.update(note="Dan"), change)
        loaded.refresh_from_db()
        assert loaded.note == "Eerst"

    def test_an_accepted_value_stays_when_another_table_comes_in_force(
        self, region: Any, used: ValuationTable
    ) -> None:
        contract = make.make_contract(region, make.make_contractor())
        version = make.make_placement(contract)
        made = succeed(used)

        def double(source: dict[str, Any]) -> None:
            for row in source["blocks"]:
                row["amount"] = "80000.00" if row["code"] == "PW_GT2Y" else row.get("amount")

        table_door.change(made, table_door.edition(made), double, Act.of(None, at(), "Verdubbeld"))
        put_in_force(made, date(2024, 1, 1))
        contract.refresh_from_db()
        assert contract.table == used
        assert version.allocations.get().value == D("40000.00")
        later = make.make_contract(
            region, make.make_contractor(), award_date=date(2024, 5, 1), table=None
        )
        assert LineOfTables(region).pinned(later.policy, later) == made

    def test_renaming_a_row_keeps_what_points_to_it(self, region: Any) -> None:
        bonus = {
            "code": "B",
            "label": "Bonus",
            "kind": "bonus",
            "unit": "fixed",
            "amount": "10",
            "applies_to": ["P"],
        }
        placement = {
            "code": "P",
            "label": "Werk",
            "kind": "placement",
            "unit": "year",
            "amount": "100",
        }
        table, _new = load_table(
            region,
            {"code": "t", "title": "T", "full_time_hours": "36", "blocks": [placement, bonus]},
        )
        table = table_door.change(
            table,
            table_door.edition(table),
            lambda s: table_door.put_row(s, placement | {"code": "W"}, "P", 2),
            Act.of(None, at()),
        )
        assert list(table.blocks.order_by("position").values_list("code", "applies_to")) == [
            ("B", ["W"]),
            ("W", []),
        ]
        with pytest.raises(FaultyFile):
            table_door.change(
                table,
                table_door.edition(table),
                lambda s: table_door.take_row(s, "W"),
                Act.of(None, at()),
            )


class TestInForce:
    def test_every_day_has_one_table(
        self, region: Any, used: ValuationTable, loaded: ValuationTable
    ) -> None:
        put_in_force(loaded, date(2025, 1, 1))
        line = LineOfTables(region)
        assert [
            line.on(day) for day in (date(1999, 12, 31), date(2024, 12, 31), date(2025, 1, 1))
        ] == [*(None, used, loaded)]
        with pytest.raises(FaultyFile):
            put_in_force(make.make_table(region, "utrecht-1"), date(2025, 1, 1))

    def test_the_preview_is_what_happens(
        self, region: Any, used: ValuationTable, loaded: ValuationTable
    ) -> None:
        linde, later = make.make_contractor(), make.make_table(region, "utrecht-1")
        kept = make.make_contract(region, linde, award_date=date(2025, 2, 1))
        TableInForce.objects.filter(table=used).delete()
        put_in_force(later, date(2026, 1, 1))
        loose, earlier = (
            make.make_contract(region, linde, award_date=day, table=None)
            for day in (date(2025, 3, 1), date(2024, 12, 31))
        )
        found = table_door.preview(loaded, date(2025, 1, 1), region.contracts.all())
        assert (found.pinned, found.kept, found.last) == ([loose], [kept], date(2025, 12, 31))
        assert (found.before, found.after) == (None, later)
        put_in_force(loaded, date(2025, 1, 1))
        assert list(loaded.contracts.all()) == [loose]
        assert earlier.table is None

    def test_what_is_to_come_can_be_taken_back(
        self, region: Any, used: ValuationTable, loaded: ValuationTable
    ) -> None:
        put_in_force(loaded, date(2026, 1, 1))
        table_door.take_from_line(loaded.in_force.get(), make.TODAY)
        assert LineOfTables(region).on(date(2026, 5, 1)) == used
        with pytest.raises(Refused):
            table_door.take_from_line(used.in_force.get(), make.TODAY)
        put_in_force(loaded, date(2026, 1, 1))
        make.make_contract(region, make.make_contractor(), table=loaded)
        with pytest.raises(Refused):
            table_door.take_from_line(loaded.in_force.get(), make.TODAY)


class TestPages:
    def test_from_an_old_version_to_one_in_force(
        self, client: Client, region: Any, used: ValuationTable, admin: Any
    ) -> None:
        succeed_url = reverse("table-succeed", args=[used.pk])
        answer = client.post(
            succeed_url, typed(client.get(succeed_url).context["form"], code="gooi-2026")
        )
        made = ValuationTable.objects.get(code="gooi-2026")
        assert answer["Location"] == reverse("table-edit", args=[made.pk])
        block = made.blocks.get(code="WSW_INVOICE")
        url = reverse("block-edit", args=[made.pk, block.position])
        form = client.get(url).context["form"]
        client.post(url, typed(form, weight_percent="75", recognitions=["sw_company"]))
        block = made.blocks.get(code="WSW_INVOICE")
        assert (block.weight_percent, block.recognitions) == (D("75.000"), ["sw_company"])
        facts = reverse("table-edit", args=[made.pk])
        client.post(facts, typed(client.get(facts).context["form"], full_time_hours="38,5"))
        made.refresh_from_db()
        assert made.full_time_hours == D("38.50")
        in_force = reverse("table-in-force", args=[made.pk])
        assert client.post(in_force, {"valid_from": ""}).status_code == 422
        shown = client.post(in_force, {"valid_from": "2026-01-01"})
        assert (shown.status_code, made.in_force.count()) == (200, 0)
        client.post(in_force, {"valid_from": "2026-01-01"} | make.confirming(shown))
        line = made.in_force.get()
        assert line.valid_from == date(2026, 1, 1)
        assert line.history.get().history_user == admin
        page = client.get(reverse("table-detail", args=[made.pk]))
        assert [event.by for event in page.context["events"]] == [admin] * 3
        assert "75%" in page.content.decode()
        assert client.get(facts)["Location"] == reverse("table-detail", args=[made.pk])
        client.post(in_force, {"take_away": line.pk})
        assert not made.in_force.exists()

    @pytest.mark.parametrize("publication", [path.stem for path in PUBLISHED])
    def test_every_row_of_every_published_table_survives_its_form(
        self, region: Any, publication: str
    ) -> None:
        table = make.make_table(region, publication)
        before = list(table.blocks.all())
        source = {**table.source, "blocks": [row_of(block, before) for block in before]}
        facts = [table_door.facts_of_block(block) for block in before]
        assert [
            table_door.facts_of_block(block) for block in table_from(region, source)[1]
        ] == facts

    def test_rows_of_every_unit_with_conditions(self, loaded: ValuationTable) -> None:
        rows = []
        for kind, unit in (
            *[
                ("placement", unit)
                for unit in ("full_time_year", "year", "month", "fixed", "hour", "day", "cost")
            ],
            *[("purchase", unit) for unit in ("invoice", "cost", "agreement")],
            *[("activity", unit) for unit in ("hour", "day", "cost", "agreement", "fixed")],
            *[("bonus", unit) for unit in ("full_time_year", "year", "month", "fixed")],
        ):
            sent = {"code": f"{kind}-{unit}", "label_nl": "Nieuw", "kind": kind, "unit": unit}
            amounts = {} if unit in ("invoice", "cost", "agreement") else {"amount": "1.234,50"}
            of_person = {"min_age": "50", "permanent_contract": "yes", "max_months": "6"}
            conditions = of_person if kind == "bonus" else {}
            rows.append(
                filled({"seen": "x", "place": "1", **sent, **amounts, **conditions}, []).row
            )
        table_door.change(
            loaded,
            table_door.edition(loaded),
            lambda s: s.update(blocks=rows),
            Act.of(None, at()),
        )
        bonus = loaded.blocks.get(code="bonus-fixed")
        assert (bonus.min_age, bonus.permanent_contract, bonus.amount) == (50, True, D("1234.50"))
        worth = example_worth(loaded.blocks.get(code="placement-year"))
        assert "1.234,50" in worth

    @pytest.mark.parametrize(
        ("fields", "field"),
        [
            ({"kind": "purchase", "unit": "month"}, "unit"),
            ({"kind": "bonus", "unit": "hour"}, "unit"),
            ({"amount": ""}, "amount"),
            ({"amount": "-5"}, "amount"),
            ({"code": "met spatie"}, "code"),
            ({"label_nl": "Jan 111222333"}, "label_nl"),
            ({"max_months": "1e999"}, "max_months"),
            ({"recognitions": ["sw_company"]}, "recognitions"),
            ({"kind": "activity", "unit": "hour", "max_months": "6"}, "max_months"),
            ({"kind": "activity", "unit": "hour", "min_age": "50"}, "min_age"),
            ({"kind": "purchase", "unit": "invoice"}, "amount"),
            ({"place": ""}, "place"),
        ],
    )
    def test_a_fault_stands_beside_its_field(
        self, client: Client, loaded: ValuationTable, fields: dict[str, Any], field: str
    ) -> None:
        url = reverse("block-new", args=[loaded.pk])
        sent = {
            "code": "x",
            "label_nl": "Nieuw",
            "kind": "placement",
            "unit": "year",
            "amount": "10",
        } | fields
        answer = client.post(url, typed(client.get(url).context["form"], **sent))
        assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
        assert "label_nl" in answer.content.decode()

    def test_numbers_too_large_for_their_column_are_refused(
        self, client: Client, loaded: ValuationTable
    ) -> None:
        url = reverse("block-new", args=[loaded.pk])
        sent = {
            "code": "x",
            "label_nl": "Nieuw",
            "kind": "placement",
            "unit": "year",
            "amount": "10",
        }
        answer = client.post(
            url, typed(client.get(url).context["form"], **sent, max_months="999999999")
        )
        assert answer.status_code == 422
        assert not loaded.blocks.filter(code="x").exists()

    def test_a_row_is_removed(self, client: Client, loaded: ValuationTable) -> None:
        block = loaded.blocks.get(code="COMMUNITY")
        url = reverse("block-remove", args=[loaded.pk, block.position])
        assert client.post(url, {"starting_point": "anders"}).status_code == 409
        assert loaded.blocks.filter(code="COMMUNITY").exists()
        make.confirm(client, url)
        assert not loaded.blocks.filter(code="COMMUNITY").exists()

    def test_what_was_never_used_is_thrown_away(
        self, client: Client, loaded: ValuationTable, used: Any
    ) -> None:
        for table in (loaded, used):
            make.confirm(client, reverse("table-discard", args=[table.pk]))
        assert list(ValuationTable.objects.all()) == [used]

    def test_beside_each_other(self, client: Client, used: ValuationTable) -> None:
        made = succeed(used)

        def alter(source: dict[str, Any]) -> None:
            source["blocks"] = source["blocks"][1:]
            source["blocks"][0]["amount"] = "41234.00"

        table_door.change(made, table_door.edition(made), alter, Act.of(None, at()))
        shown = client.get(reverse("table-compare"), {"links": used.pk, "rechts": made.pk})
        assert shown.context["number_of_differences"] == 2
        text = shown.content.decode().replace("\xa0", " ")
        assert "€ 41.234" in text
        begun = client.get(reverse("table-compare"))
        assert (begun.context["left"], begun.context["right"]) == (used, None)
        for nonsense in ("", "x", "\0", "9" * 30):
            assert (
                client.get(
                    reverse("table-compare"), {"links": nonsense, "rechts": nonsense}
                ).status_code
                == 200
            )


class TestFiles:
    def send(self, client: Client, region: Any, content: bytes, name: str = "tabel.json") -> Any:
        return client.post(
            reverse("table-load"), {"region": region.pk, "file": SimpleUploadedFile(name, content)}
        )

    @pytest.mark.parametrize("path", PUBLISHED, ids=lambda path: path.stem)
    def test_a_table_comes_back_as_it_was(self, client: Client, region: Any, path: Any) -> None:
        table = make.make_table(region, path.stem)
        answer = client.get(reverse("table-json", args=[table.pk]))
        assert answer["Content-Disposition"].startswith("attachment")
        elsewhere = make.make_region("utrecht", "Utrecht")
        again, _new = load_table(elsewhere, json.loads(answer.content))
        assert table_from(elsewhere, again.source)[0].source == again.source == table.source
        self.send(client, region, answer.content)
        assert (
            ValuationTable.objects.filter(region=region, code=table.code).get().history.count() == 1
        )

    def test_a_new_one_is_loaded_and_not_in_force(
        self, client: Client, region: Any, admin: Any
    ) -> None:
        self.send(client, region, (PUBLISHED[0]).read_bytes())
        table = ValuationTable.objects.get(code="alphen")
        assert not table.in_force.exists()
        assert table.history.get().history_user == admin

    @pytest.mark.parametrize(
        "change",
        [
            {"format": "x"},
            {"code": None},
            {"code": "x" * 81},
            {"title": "x" * 201},
            {"title": "a\0b"},
            {"full_time_hours": "NaN"},
            {"lookback_months": 99999},
            {"blocks": 5},
            {"blocks": [5]},
            {"blocks": [{"code": "a", "label": "b", "kind": "placement", "unit": "year"}]},
            {
                "blocks": [
                    {"code": "a", "label": "b", "kind": "placement", "unit": "cost", "evidence": 5}
                ]
            },
            {
                "blocks": [
                    {
                        "code": "a",
                        "label": "b",
                        "kind": "placement",
                        "unit": "cost",
                        "applies_to": ["weg"],
                    }
                ]
            },
            {
                "blocks": [
                    {"code": "a", "label": "b", "kind": "placement", "unit": "cost", "condition": 5}
                ]
            },
            {"blocks": [{"code": "a", "label": "b" * 301, "kind": "placement", "unit": "cost"}]},
            {
                "blocks": [
                    {
                        "code": "a",
                        "label": "b",
                        "kind": "placement",
                        "unit": "cost",
                        "max_months": 10**6,
                    }
                ]
            },
            {"blocks": [{"code": "a", "label": "b", "kind": "placement", "unit": "cost"}] * 1001},
        ],
    )
    def test_a_faulty_file_is_refused_in_words(
        self, client: Client, region: Any, change: dict[str, Any]
    ) -> None:
        good = {
            "format": "valuation-table/1",
            "code": "t",
            "title": "T",
            "full_time_hours": "36",
            "blocks": [],
        }
        answer = self.send(client, region, json.dumps(good | change).encode())
        assert answer.status_code == 422
        assert list(answer.context["form"].errors) == ["file"]
        assert not ValuationTable.objects.filter(region=region, code="t").exists()

    @pytest.mark.parametrize(
        "content", [b"", b"\xff\xfe", b"[" * 100_000, b"{}", b"null", b'"', b"<svg/>"]
    )
    def test_what_is_no_table_is_refused(self, client: Client, region: Any, content: bytes) -> None:
        assert self.send(client, region, content).status_code == 422

    def test_a_file_that_is_too_large_is_refused(self, client: Client, region: Any) -> None:
        assert self.send(client, region, b" " * (2 * 1024**2 + 1)).status_code == 422

    def test_a_used_table_is_not_replaced(
        self, client: Client, region: Any, used: ValuationTable
    ) -> None:
        changed = {**used.source, "note": "Anders"}
        assert self.send(client, region, json.dumps(changed).encode()).status_code == 422
        used.refresh_from_db()
        assert used.note != "Anders"


class TestSecondFormat:
    """What only `valuation-table/2` can say, on the pages of a table."""

    @pytest.fixture
    def made(self, used: ValuationTable) -> ValuationTable:
        return succeed(used)

    def block(self, table: ValuationTable, code: str) -> BuildingBlock:
        table.refresh_from_db()
        found: BuildingBlock = table.blocks.get(code=code)
        found.table = table
        return found

    def edit(self, client: Client, table: ValuationTable, code: str, **sent: Any) -> Any:
        url = reverse("block-edit", args=[table.pk, self.block(table, code).position])
        return client.post(url, typed(client.get(url).context["form"], **sent))

    def test_a_row_gets_every_key_on_its_page_and_shows_them(
        self, client: Client, made: ValuationTable
    ) -> None:
        said = {
            **{"max_months": "24", "max_months_from": "hire", "grace_months": "6"},
            **{"min_age": "18", "max_age": "26", "alternatives": "baan"},
            **{"question_nl": "Heeft deze persoon schulden?", "question_code": "SCHULDEN"},
        }
        assert self.edit(client, made, "PW_GT2Y", **said).status_code == 302
        row = self.block(made, "PW_GT2Y")
        assert made.source["format"] == "valuation-table/2"
        assert (row.max_months_from, row.grace_months, row.max_age) == ("hire", 6, 26)
        assert (row.facts, row.alternatives) == (["SCHULDEN"], "baan")
        page = client.get(reverse("table-detail", args=[made.pk])).content.decode()
        for words in (
            "vanaf de eerste werkdag bij deze opdrachtnemer",
            "Maanden na het recht: 6",
            "tot en met 26 jaar",
            "op “Heeft deze persoon schulden?” is het antwoord ja",
            "baan",
        ):
            assert words in page
        assert row_of(row, list(made.blocks.all())) == next(
            one for one in made.source["blocks"] if one["code"] == "PW_GT2Y"
        ) | {"label": row_of(row, list(made.blocks.all()))["label"]}

    def test_a_question_is_worded_again_and_goes_with_its_last_row(
        self, client: Client, made: ValuationTable
    ) -> None:
        asked = {"question_nl": "Gratis?", "question_code": "FREE", "question_answer": "not_facts"}
        self.edit(client, made, "MVO_HOUR", **asked)
        assert self.block(made, "MVO_HOUR").not_facts == ["FREE"]
        url = reverse("table-edit", args=[made.pk])
        client.post(url, typed(client.get(url).context["form"], question_0_nl="Was het gratis?"))
        made.refresh_from_db()
        assert made.facts[0]["question"]["nl"] == "Was het gratis?"
        assert (
            "Was het gratis?"
            in client.get(reverse("table-detail", args=[made.pk])).content.decode()
        )
        self.edit(client, made, "MVO_HOUR", not_facts=[])
        made.refresh_from_db()
        assert made.facts == []

    @pytest.mark.parametrize(
        ("code", "sent", "field"),
        [
            ("MVO_HOUR", {"max_age": "26"}, "max_age"),
            ("MVO_HOUR", {"grace_months": "6"}, "grace_months"),
            ("PW_GT2Y", {"max_months": "", "max_months_from": "hire"}, "max_months_from"),
            ("PW_GT2Y", {"max_months": "", "max_months_over": "contractor"}, "max_months_over"),
            ("BONUS_55PLUS", {"alternatives": "x"}, "alternatives"),
            ("PW_GT2Y", {"question_nl": "Gratis?"}, "question_code"),
            ("PW_GT2Y", {"question_code": "FREE"}, "question_nl"),
            ("PW_GT2Y", {"question_nl": "Gratis?", "question_code": "a b"}, "question_code"),
        ],
    )
    def test_what_has_no_effect_stands_beside_its_field(
        self, client: Client, made: ValuationTable, code: str, sent: dict[str, str], field: str
    ) -> None:
        answer = self.edit(client, made, code, **sent)
        assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])

    def test_comparing_knows_every_key(
        self, client: Client, used: ValuationTable, made: ValuationTable
    ) -> None:
        self.edit(client, made, "PW_GT2Y", max_age="26", grace_months="0")
        url = reverse("table-compare")
        page = client.get(url, {"links": used.pk, "rechts": made.pk}).content.decode()
        assert "tot en met 26 jaar" in page
        assert "Maanden na het recht" in page


def test_the_form_knows_every_field_of_a_row() -> None:
    columns = {field.name for field in BuildingBlock._meta.local_fields} - {
        "id",
        "table",
        "position",
    }
    assert columns <= set(BlockForm.base_fields)
