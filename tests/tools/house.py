"""The house as a picture and in numbers: `make house` draws it into docs/architecture.md and prints
the numbers.

A room is a folder or a module directly in a wing. An arrow says that something in one room imports
something in another; one that follows from others is left out. Rooms and arrows come from the
imports, what a room is for from its first line.
"""

import ast
import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import grimp

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "architecture.md"
WINGS = ("sroi", "contracts", "placements", "reporting")
# Of Django: every wing has them, and nobody imports them.
USUAL = {"apps", "management", "migrations", "urls", "__init__"}

Arrows = Mapping[str, set[str]]


@dataclass
class Room:
    name: str
    purpose: str = ""
    files: list[Path] = field(default_factory=list)
    below: set[str] = field(default_factory=set)


def rooms_of(wing: str, graph: grimp.ImportGraph, root: Path = ROOT) -> dict[str, Room]:
    rooms: dict[str, Room] = defaultdict(lambda: Room(""))
    for path in sorted((root / wing).rglob("*.py")):
        name = path.relative_to(root / wing).parts[0].removesuffix(".py")
        if name not in USUAL:
            rooms[name].name = name
            rooms[name].files.append(path)
    for name, room in rooms.items():
        face = root / wing / name / "__init__.py"
        words = (
            ast.get_docstring(
                ast.parse((face if face.exists() else room.files[0]).read_text(encoding="utf-8"))
            )
            or ""
        )
        room.purpose = words.split("\n\n")[0].replace("\n", " ")
    for module in graph.modules:
        one = _room(module, wing)
        for other in graph.find_modules_directly_imported_by(module) if one in rooms else ():
            if (two := _room(other, wing)) in rooms and two != one:
                rooms[one].below.add(two)
    return dict(rooms)


def _room(module: str, wing: str) -> str:
    first, *rest = module.split(".")
    return rest[0] if first == wing and rest else ""


def without_what_follows(arrows: Arrows) -> dict[str, list[str]]:
    """The arrows that are needed: not the one to a room that is reached by way of another."""

    def reached(room: str) -> set[str]:
        return {other for below in arrows.get(room, ()) for other in {below} | reached(below)}

    return {
        room: sorted(
            other for other in below if all(other not in reached(by) for by in below if by != other)
        )
        for room, below in sorted(arrows.items())
    }


def floors(arrows: Arrows) -> int:
    def height(room: str) -> int:
        return 1 + max(map(height, arrows.get(room, ())), default=0)

    return max(map(height, arrows), default=0)


# --- The page -------------------------------------------------------------------------------------


def picture(rooms: Mapping[str, Room]) -> str:
    arrows = without_what_follows({name: room.below for name, room in rooms.items()})
    lines = [f"  {name}[{name}]" for name in sorted(rooms)]
    lines += [f"  {room} --> {other}" for room, below in arrows.items() for other in below]
    return "\n".join(["```mermaid", "flowchart TD", *lines, "```"])


def table(wing: str, rooms: Mapping[str, Room]) -> str:
    rows = [f"| `{wing}/{name}` | {room.purpose} |" for name, room in sorted(rooms.items())]
    return "\n".join(["| room | what is in it |", "|---|---|", *rows])


def drawn(page: str, graph: grimp.ImportGraph) -> str:
    """The page with what stands between its marks made anew."""
    for wing in WINGS:
        rooms = rooms_of(wing, graph)
        for mark, text in (("picture", picture(rooms)), ("table", table(wing, rooms))):
            begin, end = f"<!-- {mark} of {wing} -->", f"<!-- end of {mark} -->"
            made = f"{begin}\n{text}\n{end}"
            page, found = re.subn(f"{begin}.*?{end}", made.replace("\\", r"\\"), page, flags=re.S)
            assert found, f"docs/architecture.md has no place for the {mark} of {wing}"
    return page


# --- Numbers --------------------------------------------------------------------------------------


def numbers(graph: grimp.ImportGraph, root: Path = ROOT) -> Iterator[str]:
    yield (
        "| wing | rooms | floors | arrows | modules | most side by side | lines | longest module |"
    )
    yield "|---|---|---|---|---|---|---|---|"
    for wing in WINGS:
        rooms = rooms_of(wing, graph, root)
        arrows = {name: room.below for name, room in rooms.items()}
        files = [
            path
            for path in (root / wing).rglob("*.py")
            if path.name != "__init__.py" and "migrations" not in path.parts
        ]
        beside: dict[Path, int] = defaultdict(int)
        for path in files:
            beside[path.parent] += 1
        cells = (
            *(
                wing,
                len(rooms),
                floors(arrows),
                sum(map(len, arrows.values())),
                len(files),
                max(beside.values()),
            ),
            *(sum(map(_lines, files)), max(map(_lines, files))),
        )
        yield (
            "| "
            + " | ".join(f"{cell:,}" if isinstance(cell, int) else cell for cell in cells)
            + " |"
        )


def _lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def built(root: Path = ROOT) -> grimp.ImportGraph:
    if str(root) not in sys.path:
        sys.path.insert(0, str(root))
    return grimp.build_graph(*WINGS, cache_dir=None)


if __name__ == "__main__":
    whole = built()
    PAGE.write_text(drawn(PAGE.read_text(encoding="utf-8"), whole), encoding="utf-8")
    print("\n".join(numbers(whole)))
