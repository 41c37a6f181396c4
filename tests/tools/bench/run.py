"""One run: load, measure row by row, keep and print."""

import logging
import signal
import sys
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
from tests.whole.test_access import World

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
    """What was found until then is kept also when the run is ended."""
    signal.signal(signal.SIGTERM, lambda *_args: sys.exit(1))
    rows, whole = [], False
    try:
        for row in _rows(world, size, options):
            rows.append(row)
            say(results.line(row))
        whole = not options.only
    finally:
        results.keep(options.size, connection.vendor, rows, str(size), whole=whole)


def _rows(world: World, size: Size, options: Any) -> Iterator[Row]:
    def wanted(text: str) -> bool:
        return any(word in text for word in options.only.split(","))

    for visit in (*pages.of_lists(world), *pages.visits(world)):
        if wanted(f"{visit.goal} {visit.what}"):
            client = pages.client_of(world, visit.role)
            yield pages.measured(client, visit, options.pairs)
    for goal, act in acts.ALL.items():
        if wanted(f"act {goal}"):
            yield from acts.tried(goal, act, world, size, options.pairs)
