"""Style sheets lie by subject; a page asks for one, with its images, and a change of a part changes
its name.
"""

import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command

from sroi.server.sheets import IMPORT

SOURCES = settings.BASE_DIR / "static" / "css"


@pytest.fixture
def collect(settings: Any, tmp_path: Path) -> Any:
    """Collect what lies in a folder of sources; the text and the name of the sheet that pages ask
    for.
    """
    settings.STATIC_ROOT, sources = tmp_path / "served", tmp_path / "sources"
    (sources / "css").mkdir(parents=True)
    settings.STATICFILES_DIRS = [sources]
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "sroi.server.sheets.OneSheetStorage"},
    }

    def collected(**parts: str) -> tuple[str, str]:
        for name, text in parts.items():
            (sources / "css" / f"{name}.css").write_text(text)
        call_command("collectstatic", interactive=False, verbosity=0)
        name = staticfiles_storage.stored_name("css/site.css")
        return (tmp_path / "served" / name).read_text(), name

    return collected


def test_what_a_sheet_imports_stands_in_it_in_that_order(collect: Any) -> None:
    sheet = '@import url("b.css");\n@import url("a.css");\n'
    text, _name = collect(site=sheet, a="a { color: red }", b="b { color: blue }")
    assert re.sub(r"\s+", " ", text).strip() == "b { color: blue } a { color: red }"


def test_a_part_that_changes_gives_the_sheet_another_name(collect: Any) -> None:
    _text, before = collect(site='@import url("a.css");', a="a { color: red }")
    text, after = collect(a="a { color: green }")
    assert "green" in text
    assert after != before


def test_every_sheet_by_subject_is_imported_by_the_one_that_pages_ask_for() -> None:
    own = {"site.css", "document.css", "tokens-example.css"}
    assert sorted(IMPORT.findall((SOURCES / "site.css").read_text())) == sorted(
        path.name for path in SOURCES.glob("*.css") if path.name not in own
    )
