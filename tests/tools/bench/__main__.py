"""Loads a register of a size, and measures: `python -m tests.tools.bench S`.

The database stays in `var/bench/` for the next run (SQLite), or is the one of DATABASE_URL; the
clock stands on the day of the tests.
"""

import argparse
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "var" / "bench"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("size", nargs="?", choices=("S", "M", "L"), default="S")
    parser.add_argument("--write", action="store_true", help="docs/speed.md, from what was kept")
    parser.add_argument("--only", default="", help="rows with one of these words: a,b")
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("--load", action="store_true", help="only load")
    parser.add_argument("--profile", metavar="NAME", help="what costs in the page of this name")
    options = parser.parse_args()
    if options.write:
        from tests.tools.bench.results import write

        return write()
    FOLDER.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("DATABASE_URL", f"sqlite:///{FOLDER / options.size}.sqlite3")
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "tests.tools.bench.settings",
        "SECOND_FACTOR_ROLES": "",
        "ALLOWED_HOSTS": "testserver",
        "LOG_FORMAT": "line",
        "EVIDENCE_DIR": str(FOLDER / f"{options.size}-evidence"),
    }
    import django

    django.setup()
    from tests.tools.bench.run import run

    run(options)


if __name__ == "__main__":
    sys.exit(main())
