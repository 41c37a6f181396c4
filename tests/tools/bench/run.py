"""One run: load, measure row by row, keep and print."""

import logging
import signal
import threading
import time
from collections.abc import Iterator
from typing import Any

import time_machine
from django.core.management import call_command
from django.db import connection

from tests import factories as make
from tests.tools.bench import acts, pages, results
from tests.tools.bench.profile import print_profiles
from tests.tools.bench.register.loading import load
from tests.tools.bench.register.sizes import SIZES, Size
from tests.tools.bench.rows import Row
from tests.whole.test_access import ANONYMOUS, SIGNED_IN, World

BEGAN = time.perf_counter()


def say(text: str) -> None:
    print(f"{time.perf_counter() - BEGAN:6.0f} s  {text}", flush=True)


def run(options: Any) -> None:
    logging.disable(logging.CRITICAL)
    size = SIZES[options.size]
    say(f"{connection.vendor}, {options.size}: {size}")
    with time_machine.travel(make.moment(make.TODAY)):
        call_command("migrate", verbosity=0)
        world = load(options.size, size, say)
        say("loaded")
        if options.profile:
            print_profiles(world, options.profile)
        elif not options.load:
            measure(world, size, options)


def measure(world: World, size: Size, options: Any) -> None:
    """What was found until then is kept also when the run is ended, after the row it is at."""
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_args: ended.set())
    rows = []
    for row in _rows(world, size, options):
        rows.append(row)
        say(results.line(row))
        if ended.is_set():
            break
    whole = not options.only and not ended.is_set()
    results.keep(options.size, connection.vendor, rows, str(size), whole=whole)


def _rows(world: World, size: Size, options: Any) -> Iterator[Row]:
    def wanted(text: str) -> bool:
        return any(word in text for word in options.only.split(","))

    clients = {role: pages.client_of(world, role) for role in (*SIGNED_IN, ANONYMOUS)}
    for visit in (*pages.of_lists(world), *pages.visits(world)):
        if wanted(f"{visit.goal} {visit.what}"):
            yield pages.measured(clients[visit.role], visit, options.pairs)
    for goal, act in acts.ALL.items():
        if wanted(f"act {goal}"):
            yield from acts.tried(goal, act, world, size, options.pairs)
