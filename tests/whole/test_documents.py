"""Documents that stay true: what they name is there, and the handbook says what the code does."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from importlib import metadata
from itertools import chain
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands
from django.urls import Resolver404, resolve

from contracts.policy.loading import POLICY_DEFAULTS
from contracts.valuation_tables.units import UNITS
from placements.retention.door import NEVER_SETTLED_MONTHS
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


# --- the proof for officers -----------------------------------------------------------------------

DPIA = ROOT / "docs" / "proof" / "dpia.md"
PROOF = sorted((ROOT / "docs" / "proof").glob("*.md"))
# How a requirement stands, in the language of who reads it, and whether something has to show it.
STANDS = {
    **dict.fromkeys(["met", "partly", "shared", "ja", "deels", "gedeeld"], True),
    **dict.fromkeys(["yours", "not yet", "n/a", "bij u", "nog niet", "n.v.t."], False),
}
# What stands for a part of an address that differs.
IN_ADDRESSES = {"NUMMER": "1", "REGIO": "regio", "JAAR": "2024"}
NUMBER = re.compile(r"\b\d+(?:\.\d+){1,2}\b")

each_proof = pytest.mark.parametrize("document", PROOF, ids=lambda path: path.name)


def rows_of(document: Path, column: str) -> Iterator[list[str]]:
    """The cells of each row of the tables with this column."""
    tables = re.findall(r"(?:^\|.*\n)+", document.read_text(encoding="utf-8"), re.MULTILINE)
    for table in tables:
        head, _line, *rows = [
            [cell.strip() for cell in row.strip("|").split("|")] for row in table.splitlines()
        ]
        if column in head:
            yield from rows


def judged(document: Path) -> Iterator[tuple[list[str], str, str]]:
    """Of each row its numbers (or what it is called), how it stands, and what shows it."""
    for cells in rows_of(document, "status"):
        stands = [cell for cell in cells if cell in STANDS]
        assert len(stands) == 1, cells
        yield NUMBER.findall(cells[0]) or cells[:1], stands[0], cells[-1]


@each_proof
def test_each_requirement_says_how_it_stands_and_what_shows_it(document: Path) -> None:
    unshown = [
        names
        for names, stands, shown in judged(document)
        if STANDS[stands] and "`" not in shown and "](" not in shown
    ]
    assert unshown == []


@each_proof
def test_tests_that_are_named_exist(document: Path) -> None:
    tests = {code for code in code_in(document) if "::" in code}
    assert [test for test in sorted(tests) if not is_test(*test.split("::"))] == []


def is_test(file: str, name: str) -> bool:
    path = ROOT / file
    return path.is_file() and f"def {name}(" in path.read_text(encoding="utf-8")


@each_proof
def test_pages_that_are_named_exist(document: Path) -> None:
    assert [code for code in code_in(document) if code.startswith("/") and not is_page(code)] == []


def is_page(address: str) -> bool:
    for word, instead in IN_ADDRESSES.items():
        address = address.replace(word, instead)
    try:
        return bool(resolve(address))
    except Resolver404:
        return False


@each_proof
def test_settings_terms_and_files_that_are_named_exist(document: Path) -> None:
    """Also a setting of one word, a key of a policy or of the terms of users, and any file."""
    described = named(ROOT / "docs" / "running.md", r"\b([A-Z][A-Z_]+)\b")
    terms = json.loads(Path(settings.USER_TERMS).read_text(encoding="utf-8"))
    known = {*POLICY_DEFAULTS, *chain.from_iterable(terms), *get_commands()}
    words = named(document, r"^([A-Z]{3,})$")
    assert [word for word in words - described if not (ROOT / word).exists()] == []
    assert named(document, r"^([a-z]+(?:_[a-z]+)+)$") - known == set()
    files = named(document, r"^([\w.][\w./-]*\.(?:py|md|txt|yml|toml|conf|sh|json|html|js|css))$")
    assert [name for name in files if not (ROOT / name).exists()] == []


@each_proof
def test_the_index_counts_how_the_requirements_stand(document: Path) -> None:
    """By the words of the document itself: `met 3, yours 1`."""
    counted: Counter[str] = Counter()
    for names, stands, _shown in judged(document):
        counted[stands] += len(names)
    said = ", ".join(f"{stands} {counted[stands]}" for stands in STANDS if counted[stands])
    index = (ROOT / "docs" / "proof" / "README.md").read_text(encoding="utf-8")
    assert f"]({document.name}) | {said} |" in index or not counted, said


def test_the_terms_in_the_dpia_are_those_of_the_data() -> None:
    """The policy as published, the terms of users and the settings: each with its number."""
    terms_of_users = json.loads(Path(settings.USER_TERMS).read_text(encoding="utf-8"))[-1]
    terms = {
        **{key: POLICY_DEFAULTS[key] for key in POLICY_DEFAULTS if key.startswith("retention_")},
        **{key: number for key, number in terms_of_users.items() if key != "valid_from"},
        "NEVER_SETTLED_MONTHS": NEVER_SETTLED_MONTHS,
        "IMPORT_KEEP_DAYS": settings.IMPORT_KEEP_DAYS,
    }
    told = [(key.strip("`"), term) for _what, key, term, _since in rows_of(DPIA, "sleutel")]
    assert {key: int(term.split()[0]) for key, term in told if key in terms} == terms


@pytest.mark.parametrize("standard", ["asvs-5.0.0-level-2", "bio2-1.3", "accessibility-wcag-2.2"])
def test_each_requirement_of_a_standard_stands_there_once(standard: str) -> None:
    listed = (ROOT / "tests" / "data" / "proof" / f"{standard}.txt").read_text()
    asked = [
        f"{section}.{number}"
        for section, numbers in re.findall(r"^(\d+\.\d+): (.+)$", listed, re.MULTILINE)
        for number in numbers.split()
    ]
    document = ROOT / "docs" / "proof" / f"{standard.split('-')[0]}.md"
    answered = [name for names, *_ in judged(document) for name in names if NUMBER.match(name)]
    assert sorted(answered) == sorted(asked)


def test_the_licence_of_each_package_is_known_and_allowed() -> None:
    """A release that changes its licence says so here; of what is not installed only the row."""
    document = ROOT / "docs" / "proof" / "licences.md"
    listed = re.search(r"^Allowed: (.+)$", document.read_text(encoding="utf-8"), re.MULTILINE)
    allowed = set(listed[1].split(", "))
    rows = {row[0]: row[1:] for row in rows_of(document, "package")}
    pinned = re.findall(r"^([\w.-]+)==", (ROOT / "requirements-s3.txt").read_text(), re.MULTILINE)
    assert sorted(rows) == sorted(pinned)
    for name, (licence, says) in rows.items():
        choices = [set(choice.split(" AND ")) for choice in licence.split(" OR ")]
        assert any(choice <= allowed for choice in choices), name
        assert says == licence_said_by(name, otherwise=says), name


def licence_said_by(name: str, otherwise: str) -> str:
    try:
        said = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return otherwise
    expression, line = said.get("License-Expression", ""), said.get("License", "").strip()
    kinds = [kind for kind in said.get_all("Classifier", []) if kind.startswith("License ::")]
    # Some put the whole text in the line.
    line = line if len(line) < 61 and "\n" not in line else ""
    return expression or line or "; ".join(sorted(k.split(" :: ")[-1] for k in kinds)) or "–"


# --- what is beside them --------------------------------------------------------------------------


def test_the_readme_shows_two_pictures_that_are_small() -> None:
    shown = re.findall(
        r"!\[[^\]]+\]\((docs/pictures/[\w-]+\.png)\)",
        (ROOT / "README.md").read_text(encoding="utf-8"),
    )
    assert len(shown) == 2
    assert all((ROOT / picture).stat().st_size < HEAVIEST_PICTURE for picture in shown)


@pytest.mark.parametrize("folder", ["decisions", "how-to", "proof"])
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
