"""Where the time of a page goes: `--profile NAME`, of every role or of one (`adviser start`)."""

import cProfile
import pstats
import time
from io import StringIO
from pathlib import Path

from tests.tools.bench.pages import client_of, opened, visits
from tests.tools.bench.timing import TooLong, at_most
from tests.whole.test_access import World

ROOT, LINES = Path(__file__).resolve().parents[3], 18


def print_profiles(world: World, word: str) -> None:
    for visit in visits(world):
        if word not in (visit.name, visit.what):
            continue
        client, profile = client_of(world, visit.role), cProfile.Profile(time.process_time)
        try:
            with at_most():
                profile.runcall(opened, client, visit.url)
        except TooLong:
            print("takes more than 60 s")
        print(f"== {visit.what}")
        for order in ("cumulative", "tottime"):
            text = StringIO()
            pstats.Stats(profile, stream=text).sort_stats(order).print_stats(
                r"contracts/|placements/|reporting/|sroi/|execute" if order == "cumulative" else "",
                LINES,
            )
            print(text.getvalue().replace(f"{ROOT}/", "").split("\n\n", 1)[-1])
