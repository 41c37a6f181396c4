"""The rooms of the house: what each kind of file may do, what may stand on the roof, and how many
stand side by side.

Which room may import which stands in pyproject.toml (import-linter). Here is what goes by the name
of a file, so that a new page, form or list is looked at from its first day on.
"""

import ast
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import grimp
import pytest
from django.conf import settings

from tests.tools import house

ROOT = settings.BASE_DIR
WINGS = ("contracts", "placements", "reporting")
# In a room the higher may import the lower; what has none of these names is a rule, or words, and
# lies below.
HEIGHT = {"urls": 4, "views": 3, "pages": 3, "forms": 2, "lists": 2, "door": 1, "importing": 1}
# They only see what `visible_to` lets through.
SCOPED = {"urls", "views", "pages", "forms", "lists"}
ASKED_FOR_ALL = {"objects", "_default_manager", "_base_manager"}
MOST_OF_A_WING, MOST_OF_SROI, MOST_OF_TESTS = 14, 16, 12


def kind_of(module: str) -> str:
    """What a module is by its name or that of a folder that it lies in:
    `contracts.people.views.users` is a view.
    """
    return next((part for part in module.split(".")[1:] if part in HEIGHT), "rule")


def modules_in(root: Path) -> Iterator[tuple[str, Path]]:
    """What the product is made of; commands are for who runs the server, and migrations are
    history.
    """
    for wing in ("sroi", *WINGS):
        for path in sorted((root / wing).rglob("*.py")):
            module = ".".join(path.relative_to(root).with_suffix("").parts)
            if not {"management", "migrations"} & set(module.split(".")):
                yield module, path


def asking_for_all(root: Path) -> list[str]:
    """Where a page, form, list or address asks a manager, instead of narrowing what a person may
    see.
    """
    return [
        f"{path.relative_to(root)}:{node.lineno}"
        for module, path in modules_in(root)
        if kind_of(module) in SCOPED
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr in ASKED_FOR_ALL
    ]


def test_pages_never_ask_a_manager() -> None:
    assert asking_for_all(ROOT) == [], "start from a queryset narrowed with visible_to(access)"


@pytest.mark.parametrize(
    "file",
    [
        *(
            "contracts/plans/forms.py",
            "contracts/people/lists.py",
            "placements/evidence/views.py",
            "sroi/views.py",
        ),
        *(
            "placements/recording/views/steps.py",
            "reporting/pages/reports.py",
            "reporting/goals/urls.py",
        ),
        *("sroi/pages/shell.py", "sroi/pages/work/start.py", "sroi/server/views.py"),
    ],
)
def test_a_sin_in_a_file_of_each_kind_is_seen(tmp_path: Path, file: str) -> None:
    """Each is a file that exists: here it stands with one line more."""
    path = tmp_path / file
    path.parent.mkdir(parents=True)
    lines = (ROOT / file).read_text().splitlines()
    path.write_text("\n".join([*lines, "found = Contract.objects.all()"]))
    assert asking_for_all(tmp_path) == [f"{file}:{len(lines) + 1}"]


def test_imports_keep_to_the_rooms() -> None:
    # In a process of its own: it switches off every logger that is there.
    program = Path(sys.executable).with_name("lint-imports")
    ended = subprocess.run(
        [program, "--no-cache", "--no-logo"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("sroi", *WINGS, cache_dir=None)


def test_what_is_asked_of_a_person_lies_above_the_rules(graph: grimp.ImportGraph) -> None:
    """Of the apps: no rule knows a door, no door a form, no form a page, in whichever room."""
    wrong = []
    for module, _path in modules_in(ROOT):
        own = module.removesuffix(".__init__")
        if own.startswith("sroi") or own not in graph.modules:
            continue
        for other in graph.find_modules_directly_imported_by(own):
            if other.startswith(WINGS) and HEIGHT.get(kind_of(other), 0) > HEIGHT.get(
                kind_of(own), 0
            ):
                wrong.append(f"{own} -> {other}")
    assert wrong == []


def test_the_roof_holds_only_what_combines_apps(graph: grimp.ImportGraph) -> None:
    """Each page there reaches two apps or more, by itself or by what it builds on there; but for
    the frame.
    """
    reached = {}
    for module in graph.find_descendants("sroi.pages"):
        below = graph.find_upstream_modules(module, as_package=False) | {module}
        roof = {each for each in below if each.startswith("sroi.pages")}
        direct = {other for each in roof for other in graph.find_modules_directly_imported_by(each)}
        reached[module] = {other.split(".")[0] for other in direct} & set(WINGS)
    packages = {"sroi.pages", *(module for module in reached if graph.find_children(module))}
    lonely = {module for module, apps in reached.items() if len(apps) < 2} - packages
    assert lonely == {"sroi.pages.shell", "sroi.pages.urls"}


def side_by_side(folder: Path) -> Counter[Path]:
    files = (
        path
        for path in folder.rglob("*.py")
        if path.name != "__init__.py" and "migrations" not in path.parts
    )
    return Counter(path.parent.relative_to(ROOT) for path in files)


def test_no_folder_holds_more_than_an_eye_can_see() -> None:
    product = sum((side_by_side(ROOT / wing) for wing in ("sroi", *WINGS)), Counter())
    most = {Path("sroi"): MOST_OF_SROI}
    assert [
        str(folder)
        for folder, number in product.items()
        if number > most.get(folder, MOST_OF_A_WING)
    ] == []
    tests = side_by_side(ROOT / "tests")
    assert [str(folder) for folder, number in tests.items() if number > MOST_OF_TESTS] == []


def test_every_room_says_what_it_is_for() -> None:
    """In a line: it stands beside its name in the picture of the house."""
    rooms = [
        path.parent
        for wing in ("sroi", *WINGS)
        for path in (ROOT / wing).rglob("__init__.py")
        if path.parent != ROOT / wing and not {"management", "migrations"} & set(path.parts)
    ]
    silent = [
        room
        for room in rooms
        if not ast.get_docstring(ast.parse((room / "__init__.py").read_text()))
    ]
    assert [str(room.relative_to(ROOT)) for room in silent] == []


def test_the_picture_of_the_house_is_of_today(graph: grimp.ImportGraph) -> None:
    page = house.PAGE.read_text(encoding="utf-8")
    assert house.drawn(page, graph) == page, "run: make house"
