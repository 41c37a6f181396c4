"""Random operations by one writer, through the doors: whatever others do meanwhile.

`python -m tests.tools.torture.operations SEED COUNT` prints what became of them as JSON. A refusal
is an answer; anything else that is raised is a fault.
"""

import json
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from itertools import count
from typing import Any


def one_of(choose: random.Random, rows: Any, every: Any = None) -> Any:
    """Of the latest of them, so that writers meet; as it is a moment later, whatever another made
    of it.
    """
    keys = list(rows.order_by("-pk").values_list("pk", flat=True)[:20])
    return (every or rows).get(pk=choose.choice(keys)) if keys else None


def operations(choose: random.Random) -> dict[str, Callable[[], Any]]:
    from contracts.models import ChangeKind, Contract, Region
    from placements.life import door as life
    from placements.models import FulfilmentState, FulfilmentVersion
    from sroi.accounts.models import User
    from sroi.doors import EVERYTHING
    from tests import factories as make

    region = Region.objects.get()
    adviser = User.objects.get(email="schrijver@example.org")
    contracts = Contract.objects.filter(has_obligation=True)
    versions = FulfilmentVersion.objects.select_related("fulfilment__region")
    # Of this writer and this run: two of the same seed make other rows.
    identity = f"{os.getpid():x}-{time.monotonic_ns():x}"
    made = count()

    def act(why: str = "Zo is het") -> Any:
        return make.act(adviser, why)

    def claim() -> None:
        contract = one_of(choose, contracts)
        state = choose.choice([FulfilmentState.DRAFT, FulfilmentState.SUBMITTED])
        number = f"{identity}-{next(made)}"
        if choose.random() < 0.5:
            make.make_placement(
                contract,
                hours=str(choose.randrange(8, 37)),
                state=state,
                external_id=number,
                candidate_ref=number,
            )
        else:
            make.make_purchase(
                contract,
                f"{choose.randrange(1, 500_000) / 100:.2f}",
                state=state,
                external_id=number,
                invoice_number=number,
            )

    def of_state(state: str, do: Callable[[Any], Any]) -> Callable[[], Any]:
        def run() -> None:
            found = one_of(choose, versions.filter(state=state), versions)
            if found is None:
                claim()
            else:
                do(found)

        return run

    def changed() -> None:
        make.make_change(
            one_of(choose, contracts),
            ChangeKind.AMENDMENT,
            identity=f"{identity}-{next(made)}",
            value_delta=Decimal(choose.randrange(1, 1000)),
        )

    waits, counts = FulfilmentState.SUBMITTED, FulfilmentState.ACCEPTED
    seen = {"without_evidence": "Op de werkvloer gezien"}
    return {
        "claim": claim,
        "submit": of_state(
            FulfilmentState.DRAFT, lambda v: life.submit([v], act(), answered=EVERYTHING)
        ),
        "accept": of_state(waits, lambda v: life.accept([v], act(), region=region, **seen)),
        "accept again": of_state(waits, lambda v: life.accept([v], act(), region=region, **seen)),
        "ask": of_state(waits, lambda v: life.return_(v, act("Graag de factuur"))),
        "reject": of_state(waits, lambda v: life.reject(v, act("Telt niet"))),
        "take back": of_state(waits, lambda v: life.take_back(v, act())),
        "withdraw": of_state(counts, lambda v: life.withdraw(v, act("Vergissing"))),
        "revalue": of_state(counts, lambda v: life.revalue([v], act(), region=region)),
        "change": changed,
    }


def some(seed: int, number: int) -> tuple[Counter[str], list[str]]:
    """How many were done and refused, and what was raised besides."""
    from sroi.doors import Refused

    choose, done, faults = random.Random(seed), Counter[str](), []
    known = operations(choose)
    for _n in range(number):
        name = choose.choice(list(known))
        try:
            known[name]()
            done["done"] += 1
        except Refused:
            done["refused"] += 1
        # Whatever it is, it is what one looks for here.
        except Exception as fault:
            faults.append(f"{name}: {type(fault).__name__}: {str(fault)[:200]}")
    return done, faults


if __name__ == "__main__":
    import django

    django.setup()
    since = time.monotonic()
    counts, raised = some(int(sys.argv[1]), int(sys.argv[2]))
    print(json.dumps({**counts, "seconds": time.monotonic() - since, "faults": raised}))
