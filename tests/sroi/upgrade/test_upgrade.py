"""The data of each release are brought up to date: nothing is lost, and the figures stay.

What is frozen was written by that release (`freeze.py`). It is put in tables as they were then,
and every migration since is made on them.
"""

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from tests.sroi.elsewhere import manage, third_database, without_tables
from tests.sroi.upgrade.tables import Tables, tables

FROZEN = settings.BASE_DIR / "tests" / "data" / "frozen"
RELEASES = sorted(FROZEN.glob("region-*.zip"))

pytestmark = pytest.mark.django_db(transaction=True)


def rows(source: Path) -> dict[str, list[dict[str, Any]]]:
    with zipfile.ZipFile(source) as file:
        return {
            name: [json.loads(line) for line in file.read(name).splitlines()]
            for name in file.namelist()
            if name.startswith("tables/")
        }


def made_at_once(folder: Path) -> Tables:
    folder.mkdir()
    with third_database(folder, without_tables) as database:
        manage(database, folder / "evidence", "migrate")
        return tables(database)


# It makes all tables three times, on a machine that may be busy.
@pytest.mark.timeout(900)
@pytest.mark.parametrize("release", RELEASES, ids=lambda path: path.stem)
def test_the_data_of_a_release_are_brought_up_to_date(release: Path, tmp_path: Path) -> None:
    with third_database(tmp_path, without_tables) as database:
        there = database, tmp_path / "evidence"
        assert "De grootboeken kloppen" in manage(*there, "import_region", release)
        assert "[ ]" not in manage(*there, "showmigrations")
        manage(*there, "verify_report", 2024, "--region", "gooi")
        figures = json.loads(
            manage(*there, "figures", 2024, "--region", "gooi", "--format", "json")
        )
        manage(*there, "export_region", "gooi", tmp_path / "today.zip")
        step_by_step = tables(database)
    told = json.loads(release.with_suffix(".figures.json").read_text(encoding="utf-8"))
    assert {name: figures.get(name) for name in told} == told
    then, today = rows(release), rows(tmp_path / "today.zip")
    # Made by each migration since, or by those that were put together: the tables are the same.
    assert step_by_step == made_at_once(tmp_path / "at once")
    # A table that a release took away on purpose is named here, with where its rows went.
    assert {name: len(each) for name, each in then.items()} == {
        name: len(today.get(name, [])) for name in then
    }
