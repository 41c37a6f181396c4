"""Go through the trials on both databases, print what was found, and write it down.

    python -m tests.tools.torture [--only NAME …] [--on sqlite|postgresql] [--short] [--write]

Each database gets a process of its own, with a register that is thrown away; whatever interrupts
this ends all of it.
"""

import argparse
import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from tests.tools.throwaway_postgres import (
    Cluster,
    run,
    server_programs,
    stop,
    throwaway_cluster,
)
from tests.tools.torture.around import small_disk
from tests.tools.torture.site import ROOT, Site, prepared, surroundings
from tests.tools.torture.trials import SHORT, TRIALS, WHOLE, CannotBeDone, Found

PAGE = ROOT / "docs" / "proof" / "torture.md"
BEGIN, END = "<!-- table of results -->", "<!-- end of table -->"
# On a small disk of its own, where others would fill it too.
DISK = "disk"


@contextmanager
def database(kind: str, folder: Path) -> Iterator[tuple[str, Cluster | None]]:
    """A new one, and the server that it is in."""
    if kind == "postgresql":
        programs = server_programs()
        if programs is None:
            raise CannotBeDone("no PostgreSQL server on this machine")
        with throwaway_cluster(programs, durable=True) as cluster:
            yield cluster.url, cluster
    elif kind == DISK:
        try:
            with small_disk(folder / "disk", megabytes=64) as disk:
                yield f"sqlite:///{disk}/torture.sqlite3", None
        except OSError as why:
            raise CannotBeDone(str(why)) from None
    else:
        yield f"sqlite:///{folder}/torture.sqlite3", None


def here(kind: str, names: list[str], much: Any, results: Path) -> None:
    """In this process, on one database."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sroi-torture-")))
        try:
            url, cluster = stack.enter_context(database(kind, folder))
        except CannotBeDone as why:
            note(results, {"database": kind, "what": str(why)})
            return
        os.environ |= surroundings(folder, url)
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        site = Site(folder)
        stack.callback(site.end)
        for name in names:
            prepared(site)
            since = time.monotonic()
            try:
                found = TRIALS[name](site, much, cluster)
            except CannotBeDone as why:
                note(results, {"database": kind, "name": name, "what": str(why)})
            except SystemExit as why:
                what = (TRIALS[name].__doc__ or name).strip().splitlines()[0]
                note(results, asdict(Found(what, "", str(why), holds=False)) | row(kind, name))
                site.end()
            else:
                note(results, asdict(found) | row(kind, name))
            print(f"        ({time.monotonic() - since:.0f} s)", flush=True)


def row(kind: str, name: str) -> dict[str, str]:
    return {"database": "sqlite" if kind == DISK else kind, "name": name}


def note(results: Path, found: dict[str, Any]) -> None:
    with results.open("a", encoding="utf-8") as file:
        file.write(json.dumps(found) + "\n")
    mark = {True: "ok  ", False: "FAIL", None: "–   "}[found.get("holds")]
    print(mark, found["database"], found["what"], found.get("how_much", ""), sep=" | ", flush=True)
    if "seen" in found:
        print("       ", found["seen"], flush=True)


def table(rows: list[dict[str, Any]]) -> str:
    names = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
    lines = ["| what | database | how much | seen | holds |", "|---|---|---|---|---|"]
    for name in TRIALS:
        for found in (each for each in rows if each.get("name") == name and "seen" in each):
            cells = (
                found["what"],
                names[found["database"]],
                found["how_much"],
                found["seen"],
                "yes" if found["holds"] else "**no**",
            )
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def write(rows: list[dict[str, Any]]) -> None:
    page = PAGE.read_text(encoding="utf-8")
    before, rest = page.split(BEGIN)
    after = rest.split(END)[1]
    said = (
        f"Found on {date.today():%-d %B %Y}, with Python {platform.python_version()} on"  # noqa: DTZ011
        f" {os.cpu_count()} processors."
    )
    PAGE.write_text(f"{before}{BEGIN}\n{said}\n\n{table(rows)}\n{END}{after}", encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", choices=TRIALS, default=list(TRIALS))
    parser.add_argument("--on", choices=("sqlite", "postgresql", DISK))
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--write", action="store_true", help="the table into docs/proof/torture.md")
    parser.add_argument("--results", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.results:
        here(given.on, given.only, SHORT if given.short else WHOLE, given.results)
        return 0
    usual = [name for name in given.only if name != DISK]
    plan = {"sqlite": usual, "postgresql": usual, DISK: [DISK] if DISK in given.only else []}
    with tempfile.TemporaryDirectory(prefix="sroi-torture-") as folder:
        results = Path(folder) / "results"
        results.touch()
        ended = [
            run([*again(kind, names, results), *(["--short"] if given.short else [])])
            for kind, names in plan.items()
            if names and given.on in (None, kind)
        ]
        rows = [json.loads(line) for line in results.read_text(encoding="utf-8").splitlines()]
    if given.write:
        write(rows)
    return int(any(ended) or any(found.get("holds") is False for found in rows))


def again(kind: str, names: list[str], results: Path) -> list[str]:
    this = [sys.executable, "-W", "ignore", "-m", "tests.tools.torture"]
    return [*this, "--on", kind, "--results", str(results), "--only", *names]


if __name__ == "__main__":
    # Also SIGINT by itself: a shell that begins this in the background has it ignored.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    try:
        sys.exit(main())
    except subprocess.CalledProcessError as failed:
        sys.exit(f"{failed}\n{failed.stderr}")
