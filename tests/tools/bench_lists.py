"""How long list pages take, beside a page with the same session, one query and a string: run by
hand.

    .venv/bin/python tests/tools/bench_lists.py [--contracts 500] [--fulfilments 5000] [--pairs 15]
    [--folder DIR]

Fills a database of its own (DATABASE_URL, else SQLite in the folder) with made-up files
(`tests/oracle/`) through the imports, once; a folder that is given is used again. A and B are taken
in turn (A B A B); what counts is the median of the ratios.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
PAGES = (
    "/contracten/",
    "/contracten/?sort=-end_date",
    "/contracten/?sort=-realised",
    "/contracten/?status=at_risk",
    "/invullingen/",
    "/invullingen/?sort=-value",
    "/opdrachtnemers/",
    "/",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--contracts", type=int, default=500)
    parser.add_argument("--fulfilments", type=int, default=5000)
    parser.add_argument("--pairs", type=int, default=15)
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        os.environ.setdefault("DATABASE_URL", f"sqlite:///{folder / 'bench.sqlite3'}")
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "sroi.settings",
            "SECOND_FACTOR_ROLES": "",
            "ALLOWED_HOSTS": "testserver",
            "LOG_FORMAT": "line",
        }
        import django

        django.setup()
        from django.core.management import call_command
        from django.db import connection

        call_command("migrate", verbosity=0)
        fill(folder, options.contracts, options.fulfilments)
        print(
            f"{connection.vendor}, {options.contracts} contracts, {options.fulfilments} fulfilments"
        )
        compare(options.pairs)


def fill(folder: Path, contracts: int, fulfilments: int) -> None:
    """A region of that size, where there is none yet; says how many rows a second the imports
    took.
    """
    from django.core.management import call_command

    from contracts.models import Region
    from tests.oracle.random_files import Sizes, make

    if Region.objects.exists():
        return
    sizes = Sizes(7, 2, max(contracts // 10, 3), contracts, contracts // 2, fulfilments)
    files = make(folder, 7, sizes)
    said: dict[str, Any] = {"region": files.region_code, "stdout": StringIO(), "stderr": StringIO()}
    call_command("load_region", str(files.region), stdout=StringIO())
    for table, since in files.tables:
        call_command("load_valuation_table", str(table), in_force_from=since.isoformat(), **said)
    for command, file, rows in (
        ("import_contracts", files.contracts, contracts),
        ("import_obligation_changes", files.changes, contracts // 2),
        ("import_fulfilments", files.fulfilments, fulfilments),
    ):
        took = taken(lambda command=command, file=file: call_command(command, str(file), **said))  # type: ignore[misc]
        print(f"{command}: {rows / took:.0f} rows a second")


def compare(pairs: int) -> None:
    from django.http import HttpRequest, HttpResponse
    from django.test import Client
    from django.urls import path

    from contracts.models import Contract, Membership, Region
    from sroi import urls
    from sroi.access import Role
    from sroi.accounts.models import User

    def bare(request: HttpRequest) -> HttpResponse:
        rows = Contract.objects.order_by("pk").values_list("reference", "title")[:25]
        return HttpResponse(f"{request.user.pk} {list(rows)}")

    urls.urlpatterns.append(path("bare/", bare))
    adviser, _new = User.objects.get_or_create(email="adviseur@bench.example")
    Membership.objects.get_or_create(user=adviser, role=Role.ADVISER, region=Region.objects.get())
    client = Client()
    client.force_login(adviser)
    for page in PAGES:
        visit(client, page), visit(client, "/bare/")
        times = [
            (taken(partial(visit, client, page)), taken(partial(visit, client, "/bare/")))
            for _pair in range(pairs)
        ]
        ours, plain = (statistics.median(column) * 1000 for column in zip(*times, strict=True))
        ratio = statistics.median(a / b for a, b in times)
        print(
            f"{page:<32} {ours:6.1f} ms, bare {plain:4.1f} ms, median of {pairs} ratios:"
            f" {ratio:.1f}"
        )


def visit(client: Any, page: str) -> None:
    assert client.get(page).status_code == 200, page


def taken(work: Callable[[], Any]) -> float:
    """Seconds of the processor, so that other work on the machine does not count."""
    before = time.process_time()
    work()
    return time.process_time() - before


if __name__ == "__main__":
    main()
