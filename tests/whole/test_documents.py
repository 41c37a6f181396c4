"""Documents that stay true: what they name is there, and the handbook says what the code does."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands

from contracts.policy.loading import POLICY_DEFAULTS
from contracts.valuation_tables.units import UNITS
from placements.standing.progress import Status
from reporting.figures.catalogue import FIGURES
from reporting.figures.exchange import PARTS
from reporting.figures.records import Place

ROOT = settings.BASE_DIR
WINGS = ("sroi", "contracts", "placements", "reporting", "tests")
HANDBOOK = ROOT / "docs" / "domain.md"
PAGES = [
    *(
        ROOT / name
        for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "sroi/demo/README.md")
    ),
    *sorted((ROOT / "docs").rglob("*.md")),
]
CODE = re.compile(r"`([^`\n]+)`|^ {4}(\S.*)$", re.MULTILINE)
OURS = r"(?:sroi|contracts|placements|reporting|templates|tests|static|docs|\.ci|\.github)"
APPS = ("sroi", "contracts", "placements", "reporting")
HEAVIEST_PICTURE = 150_000

each_document = pytest.mark.parametrize(
    "document", PAGES, ids=lambda path: str(path.relative_to(ROOT))
)


def code_in(document: Path) -> Iterator[str]:
    """What stands between backticks or is indented as code."""
    for quoted, indented in CODE.findall(document.read_text(encoding="utf-8")):
        yield quoted or indented


def named(document: Path, pattern: str) -> set[str]:
    return {found for code in code_in(document) for found in re.findall(pattern, code)}


@each_document
def test_files_and_folders_that_are_named_exist(document: Path) -> None:
    """Ours; where a name has an ellipsis or a blank to fill in, it is no path."""
    names = named(document, rf"^({OURS}/[\w./-]*)$")
    assert [
        name for name in names if not (ROOT / name).exists() and not (ROOT / f"{name}.py").exists()
    ] == []


def test_code_names_documents_that_exist() -> None:
    modules = (path for app in APPS for path in (ROOT / app).rglob("*.py"))
    named = {(p, doc) for p in modules for doc in re.findall(r"docs/[\w/-]+\.md", p.read_text())}
    assert named
    assert [(p, doc) for p, doc in named if not (ROOT / doc).exists()] == []


@each_document
def test_links_lead_somewhere(document: Path) -> None:
    links = re.findall(r"\]\(([^)\s]+)\)", document.read_text(encoding="utf-8"))
    assert [
        link
        for link in links
        if not link.startswith(("http", "mailto:")) and not leads(document, link)
    ] == []


def leads(document: Path, link: str) -> bool:
    path, _hash, anchor = link.partition("#")
    target = (document.parent / path).resolve() if path else document
    return target.exists() and (not anchor or anchor in anchors(target))


def anchors(document: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", document.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@each_document
def test_commands_that_are_named_exist(document: Path) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z][a-z-]*):", makefile, re.MULTILINE))
    assert named(document, r"\bmake ([a-z][a-z-]*)") - targets == set()
    assert named(document, r"\bmanage\.py ([a-z][a-z_]*)") - set(get_commands()) == set()


@each_document
def test_settings_and_other_names_in_capitals_exist(document: Path) -> None:
    names = named(document, r"^([A-Z]+(?:_[A-Z]+)+)(?==|$)")
    files = [
        ROOT / "Makefile",
        *(path for wing in WINGS for path in (ROOT / wing).rglob("*.py")),
    ]
    texts = [path.read_text(encoding="utf-8") for path in files]
    assert [name for name in names if not any(name in text for text in texts)] == []


def test_every_setting_of_the_environment_is_described() -> None:
    asked = re.findall(
        r"\benv(?:\.\w+)?\(\s*\"([A-Z_]+)\"",
        (ROOT / "sroi" / "settings.py").read_text(encoding="utf-8"),
    )
    described = named(ROOT / "docs" / "running.md", r"\b([A-Z][A-Z_]+)\b")
    assert [name for name in asked if name not in described] == []


def test_every_command_is_described() -> None:
    ours = {name for name, app in get_commands().items() if app.split(".")[0] in OUR_APPS}
    described = named(ROOT / "docs" / "commands.md", r"^([a-z_]+)\b")
    assert ours - described - REPLACED == set()


OUR_APPS = ("sroi", "contracts", "placements", "reporting")
# Stands in the place of one of Django's, to say that it is not used here.
REPLACED = {"createsuperuser"}


# --- the handbook ---------------------------------------------------------------------------------


def figures_of_the_code() -> Iterable[str]:
    """By which names figures are exchanged."""
    return [*(name for name, figure in FIGURES.items() if Place.DATA in figure.shown), *PARTS]


OF_THE_CODE = {
    "policy keys": POLICY_DEFAULTS,
    "units": UNITS,
    "statuses": Status.values,
    "figures": figures_of_the_code(),
}


@pytest.mark.parametrize("table", OF_THE_CODE)
def test_a_table_of_the_handbook_names_what_the_code_has_and_nothing_else(table: str) -> None:
    """Each name once, in the first column."""
    part = (
        HANDBOOK.read_text(encoding="utf-8")
        .split(f"<!-- {table} -->")[1]
        .split(f"<!-- end of {table} -->")[0]
    )
    first_column = [row.split("|")[1] for row in part.strip().splitlines()[2:]]
    names = [name for cell in first_column for name in re.findall(r"`(\w+)`", cell)]
    assert sorted(names) == sorted(OF_THE_CODE[table])


# --- what is beside them --------------------------------------------------------------------------


def test_the_readme_shows_two_pictures_that_are_small() -> None:
    shown = re.findall(
        r"!\[[^\]]+\]\((docs/pictures/[\w-]+\.png)\)",
        (ROOT / "README.md").read_text(encoding="utf-8"),
    )
    assert len(shown) == 2
    assert all((ROOT / picture).stat().st_size < HEAVIEST_PICTURE for picture in shown)


@pytest.mark.parametrize("folder", ["decisions", "how-to"])
def test_each_of_a_folder_is_in_its_list(folder: str) -> None:
    pages = {path.name for path in (ROOT / "docs" / folder).glob("*.md")} - {"README.md"}
    listed = re.findall(
        r"\]\(([\w-]+\.md)\)", (ROOT / "docs" / folder / "README.md").read_text(encoding="utf-8")
    )
    assert sorted(listed) == sorted(pages)


def test_a_decision_says_when_it_was_taken() -> None:
    """On the first line below its title."""
    dated = re.compile(r"# .+\n\n\*\d{4}-\d\d-\d\d\*\n\n")
    pages = [
        path for path in (ROOT / "docs" / "decisions").glob("*.md") if path.name != "README.md"
    ]
    assert [path.name for path in pages if not dated.match(path.read_text(encoding="utf-8"))] == []


def test_the_workflow_runs_what_is_run_here() -> None:
    assert "run: .ci/run" in (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")


def test_hooks_before_a_commit_fetch_nothing() -> None:
    hooks = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    assert re.findall(r"repo: (\S+)", hooks) == ["local"]
