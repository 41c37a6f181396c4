"""The house rules that no other tool keeps: what `docs/architecture.md` promises about the
repository itself.
"""

import ast
import gzip
import re
import subprocess
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path

import allauth
import django
import polib
import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation.template import templatize

from tests import prepared

ROOT = settings.BASE_DIR
OURS = ("sroi", "contracts", "placements", "reporting")
# From the bottom up: a relation points to its own app or one below.
APPS = (
    "contenttypes",
    "auth",
    "sroi",
    "accounts",
    "documents",
    "contracts",
    "placements",
    "reporting",
)
REQUIREMENTS = {"requirements.txt": (), "requirements-dev.txt": ("dev",)}
MAX_CSS_BYTES = 25_000


def normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def required_names(extras: tuple[str, ...]) -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lines = [
        *project["dependencies"],
        *(line for e in extras for line in project["optional-dependencies"][e]),
    ]
    return {normalised(re.match(r"[\w.-]+", line)[0]) for line in lines}


def tracked_files() -> list[Path]:
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file()]


@pytest.mark.parametrize("file", REQUIREMENTS)
def test_requirements_name_no_host(file: str) -> None:
    text = (ROOT / file).read_text()
    assert "://" not in text
    assert not re.search(r"^\s*-(?!-hash=sha256:[0-9a-f]{64}( \\)?$)", text, re.M), (
        "an option that is not a hash"
    )


@pytest.mark.parametrize("file", REQUIREMENTS)
def test_requirements_pin_every_dependency(file: str) -> None:
    pinned = {
        normalised(name) for name in re.findall(r"^([\w.-]+)==\S+", (ROOT / file).read_text(), re.M)
    }
    assert required_names(REQUIREMENTS[file]) <= pinned, "run: make lock"


def test_relations_point_down() -> None:
    wrong = [
        f"{model._meta.label}.{field.name} -> {field.related_model._meta.label}"
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label in APPS
        for field in [*model._meta.local_fields, *model._meta.local_many_to_many]
        if field.is_relation
        and APPS.index(field.related_model._meta.app_label) > APPS.index(model._meta.app_label)
    ]
    assert not wrong


def test_no_path_of_a_machine_in_the_repository() -> None:
    """Neither where this checkout is, nor anybody's home folder."""
    parent = str(ROOT.parent)
    everywhere = {
        "/",
        "/home",
        "/opt",
        "/root",
        "/srv",
        "/tmp",
        "/usr",
        "/var",
        "/var/www",
        tempfile.gettempdir(),
    }
    places = [re.escape(str(ROOT)), r"/(?:home|Users)/\w+/", r"/root/"]
    if parent not in everywhere:
        places.append(re.escape(parent) + "/")
    machine = re.compile(rf"(?<![\w.~*<>-])(?:{'|'.join(places)})")
    found = [
        f"{path.relative_to(ROOT)}: {hit[0]}"
        for path in tracked_files()
        if path != Path(__file__)
        and (hit := machine.search(path.read_bytes().decode("utf-8", "ignore")))
    ]
    assert not found


@pytest.mark.django_db
def test_every_change_of_a_model_has_its_migration() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=1)


@pytest.mark.django_db
def test_tests_start_from_a_database_of_these_migrations(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Every migration has run on it; another one, and a file that one imports, makes another."""
    executor = MigrationExecutor(connection)
    assert not executor.migration_plan(executor.loader.graph.leaf_nodes())
    sources, before = prepared.sources(), prepared.key()
    ours = {path for wing in OURS for path in (ROOT / wing).glob("**/migrations/*.py")}
    assert {*ours, ROOT / "sroi" / "money.py", ROOT / "contracts" / "models" / "contract.py"} <= (
        sources
    )
    (tmp_path / "0099_of_tomorrow.py").touch()
    monkeypatch.setattr(prepared, "sources", lambda: {*sources, tmp_path / "0099_of_tomorrow.py"})
    assert prepared.key() == before
    (tmp_path / "0099_of_tomorrow.py").write_text("TABLE = 1")
    assert prepared.key() != before


def marked_for_translation() -> Iterator[str]:
    """The messages that the code and the templates hand to gettext."""
    for path in (path for app in OURS for path in sorted((ROOT / app).rglob("*.py"))):
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.Call(
                    func=ast.Name(
                        id="_" | "gettext" | "gettext_lazy" | "ngettext" | "ngettext_lazy"
                    ),
                    args=[ast.Constant(value=str(message)), *_],
                ):
                    yield message
    call = re.compile(r"""\b(?:_|n?gettext)\(u?('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")""")
    for path in [*(ROOT / "templates").rglob("*.html"), *(ROOT / "templates").rglob("*.txt")]:
        yield from map(ast.literal_eval, call.findall(templatize(path.read_text(), str(path))))


def of_libraries() -> set[str]:
    """What they say in words of their own, which we may say otherwise."""
    folders = (Path(module.__file__).parent for module in (allauth, django))
    catalogues = (
        path for folder in folders for path in folder.rglob("locale/nl/LC_MESSAGES/django.po")
    )
    return {entry.msgid for path in catalogues for entry in polib.pofile(str(path))}


def test_dutch_is_complete() -> None:
    if not (ROOT / "sroi" / "locale").exists():
        return
    catalogue = polib.pofile(str(ROOT / "sroi" / "locale" / "nl" / "LC_MESSAGES" / "django.po"))
    assert [entry.msgid for entry in catalogue.untranslated_entries()] == []
    assert [entry.msgid for entry in catalogue.fuzzy_entries()] == []
    known = {entry.msgid for entry in catalogue if not entry.obsolete}
    marked = set(marked_for_translation())
    assert sorted(marked - known) == [], "not in the catalogue"
    assert sorted(known - marked - of_libraries()) == [], "in the catalogue, and nowhere else"


def test_style_sheets_stay_small() -> None:
    sheets = [path.read_bytes() for path in (ROOT / "static").rglob("*.css")]
    assert sum(len(gzip.compress(sheet)) for sheet in sheets) <= MAX_CSS_BYTES
