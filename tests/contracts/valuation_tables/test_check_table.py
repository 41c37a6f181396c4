"""Checking a table before it is published: by command and on a page that everyone may use."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django.urls import reverse

from contracts.models import ValuationTable
from contracts.valuation_tables.loading import load_table
from sroi.access import Role
from tests import factories as make
from tests.factories import signed_in

EXAMPLE = settings.BASE_DIR / "docs" / "valuation-table" / "example.json"
GOOD = EXAMPLE.read_text(encoding="utf-8")
# Two faults: one on a line that can be found, and one of two keys.
BAD = GOOD.replace('"min_age": 16', '"min_age": 27').replace('"500.00"', '"500,00"')
LINE_OF_AMOUNT = BAD[: BAD.index('"500,00"')].count("\n") + 1


def run(path: Path, *more: str) -> tuple[str, str]:
    """What the command says, and the error with which it ends."""
    out = StringIO()
    try:
        call_command("check_table", str(path), *more, stdout=out)
    except CommandError as error:
        return out.getvalue(), str(error)
    return out.getvalue(), ""


class TestCommand:
    @pytest.fixture
    def bad(self, tmp_path: Path) -> Path:
        path = tmp_path / "tabel.json"
        path.write_text(BAD, encoding="utf-8")
        return path

    def test_a_good_table_ends_well(self) -> None:
        told, error = run(EXAMPLE)
        assert ("in orde" in told, error) == (True, "")
        assert json.loads(run(EXAMPLE, "--format", "json")[0]) == {"valid": True, "faults": []}

    def test_each_fault_is_a_line_with_its_place_and_key(self, bad: Path) -> None:
        told, error = run(bad)
        assert "2 fouten" in error
        first, second = told.splitlines()
        assert "blocks[1].condition.min_age: JONG:" in first
        assert f"regel {LINE_OF_AMOUNT}: blocks[3].amount:" in second

    def test_programs_read_the_same(self, bad: Path) -> None:
        told, error = run(bad, "--format", "json")
        found = json.loads(told)
        assert (found["valid"], bool(error)) == (False, True)
        assert [(f["path"], f["code"]) for f in found["faults"]] == [
            ("blocks[1].condition.min_age", "contradiction"),
            ("blocks[3].amount", "value"),
        ]
        assert found["faults"][1]["line"] == LINE_OF_AMOUNT

    def test_what_is_no_json_says_line_and_column_in_dutch(self, tmp_path: Path) -> None:
        path = tmp_path / "tabel.json"
        path.write_text('{\n "code" "t"}', encoding="utf-8")
        told, _error = run(path)
        assert "regel 2, kolom 9: Hier hoort een dubbele punt te staan" in told

    def test_a_file_that_is_not_there_is_said_in_a_line(self, tmp_path: Path) -> None:
        assert "kan niet worden gelezen" in run(tmp_path / "weg.json")[1]


@pytest.mark.django_db
class TestPage:
    URL = "/bouwblokken/controleren/"

    def check(self, **given: Any) -> Any:
        return Client().post(reverse("table-check"), given)

    def test_everyone_can_open_it(self) -> None:
        assert reverse("table-check") == self.URL

    def test_the_page_leads_to_the_description_of_the_format(self) -> None:
        page = Client().get(self.URL).content.decode()
        for name, said in (("table-format", "valuation-table/2"), ("table-schema", "$schema")):
            assert reverse(name) in page
            answer = Client().get(reverse(name))
            assert said in b"".join(answer.streaming_content).decode()
        assert Client().get(self.URL).status_code == 200

    def test_who_asks_too_often_is_held_up(self, settings: Any) -> None:
        limits = {**settings.ACCOUNT_RATE_LIMITS, "check_table": "2/m/ip"}
        settings.ACCOUNT_RATE_LIMITS = limits
        codes = [self.check(text=GOOD).status_code for _ in range(4)]
        assert codes == [200, 200, 429, 429]

    def test_a_pasted_table_says_what_is_wrong_where(self) -> None:
        # As a browser sends it.
        answer = self.check(text=BAD.replace("\n", "\r\n"))
        text = answer.content.decode()
        assert answer.status_code == 200
        assert "2 fouten" in text
        assert f"Regel {LINE_OF_AMOUNT} " in text
        assert "blocks[3].amount" in text
        assert "&quot;amount&quot;: &quot;500,00&quot;" in text, "the line itself"

    def test_a_file_that_is_sent_is_read_the_same(self) -> None:
        pasted, sent = self.check(text=BAD), self.check(file=self.file(BAD))
        assert [f for f, _line in sent.context["faults"]] == [
            f for f, _line in pasted.context["faults"]
        ]

    def test_a_good_table_is_shown_as_it_reads_and_is_not_kept(self) -> None:
        answer = self.check(text=GOOD)
        text = answer.content.decode()
        assert "Deze tabel is in orde" in text
        assert "Leerling beroepsbegeleidende leerweg, per schooljaar" in text
        assert "Is dit de eerste baan van deze persoon?" in text
        assert "Niet in werking" not in text
        assert not ValuationTable.objects.exists()

    def test_markup_in_a_table_is_shown_as_text(self) -> None:
        for data in (GOOD, BAD):
            given = data.replace("Stage, per week", "<script>x</script>").replace(
                '"500,00"', '"<script>x</script>"'
            )
            assert "<script>x" not in self.check(text=given).content.decode()

    @pytest.mark.parametrize("given", ["", "{", "[]", "{}", '{"a": "\\ud800"}', "\ud83d", "7"])
    def test_nonsense_gets_an_answer(self, given: str) -> None:
        answer = self.check(text=given.encode("utf-8", "replace").decode())
        assert answer.status_code == (200 if given else 422)

    def test_one_of_file_and_text_is_asked(self) -> None:
        assert self.check(text=GOOD, file=self.file(GOOD)).status_code == 422
        assert self.check(file=self.file("")).status_code == 422

    def test_what_is_too_large_is_refused(self) -> None:
        huge = self.file(GOOD + " " * 1024**2)
        assert "groter dan 1 MB" in self.check(file=huge).content.decode()

    def test_very_many_faults_are_not_all_shown(self) -> None:
        row = '{"code": "R", "kind": "gift"},'
        text = GOOD.replace('"blocks": [\n', '"blocks": [\n' + row * 400, 2)
        answer = self.check(text=text)
        assert answer.context["number"] > len(answer.context["faults"]) == 200
        assert "Alleen de eerste 200 staan hier." in answer.content.decode()

    def test_the_list_of_tables_leads_to_it(self) -> None:
        region = make.make_region("gooi", "Gooi")
        client = Client()
        client.force_login(make.make_user(Role.REGION_ADMIN, region))
        assert self.URL in client.get(reverse("table-list")).content.decode()

    @staticmethod
    def file(text: str) -> SimpleUploadedFile:
        return SimpleUploadedFile("tabel.json", text.encode())


@pytest.mark.django_db
def test_a_table_that_was_loaded_before_it_was_refused_is_still_shown_with_its_history() -> None:
    region = make.make_region("gooi", "Gooi")
    user = make.make_user(Role.REGION_ADMIN, region)
    table, _new = load_table(region, json.loads(GOOD))
    load_table(region, json.loads(GOOD.replace('"500.00"', '"600.00"')))
    # As the check before let it through.
    for row in (*table.history.all(), table):
        row.source["blocks"][1]["condition"] |= {"min_age": 30}
        row.save()
    page = signed_in(user).get(reverse("table-detail", args=[table.pk]))
    assert "€ 600" in page.content.decode().replace("\xa0", " ")


@pytest.mark.django_db
def test_a_question_of_a_table_stands_by_itself_with_the_rows_it_is_for() -> None:
    text = Client().post(reverse("table-check"), {"text": GOOD}).content.decode()
    assert "<div>Is dit de eerste baan van deze persoon? (alleen bij SCHOOL)</div>" in text
