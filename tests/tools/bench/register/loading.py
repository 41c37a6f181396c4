"""Filling a database: one unit through the doors, copies of it, and who looks at it.

What was loaded is written down in the database itself, so the next run takes it as it is.
"""

from random import Random
from typing import Any

from django.core.management import call_command, get_commands

from contracts.models import Contract, Region
from sroi.access import Role
from sroi.database.planner import count_rows
from sroi.models import Counted
from tests import factories as make
from tests.tools.bench.register.claims import accept_all, claim
from tests.tools.bench.register.copies import copy_everything
from tests.tools.bench.register.fast import fast_writes
from tests.tools.bench.register.sizes import Size
from tests.tools.bench.register.unit import make_unit
from tests.whole.test_access import World, make_world

SEED = 20_250_701
KEPT = "bench"


def load(name: str, size: Size, say: Any = lambda _text: None) -> World:
    """The world in the giant region of a register of that size."""
    if known := Counted.objects.filter(pk=KEPT).first():
        if known.value["size"] != name:
            raise SystemExit(f"The database holds size {known.value['size']}; take another one.")
        return world_of(known.value)
    if Region.objects.exists():
        raise SystemExit("The database is in use for something else; take an empty one.")
    region = fill(size, say)
    count_rows()
    world = make_world(region)
    _heavy(world, size.heavy)
    if "rebuild_totals" in get_commands():
        call_command("rebuild_totals")
        say("totals were made")
    count_rows()
    call_command("make_documents", verbosity=0)
    Counted.objects.create(pk=KEPT, value={"size": name, **_kept(world)})
    return world


def fill(size: Size, say: Any = lambda _text: None) -> Region:
    """Regions with their contracts and fulfilments, and nobody who looks; gives the giant."""
    with fast_writes():
        region = make.make_region()
        make_unit(region, size.unit, Random(SEED))
        say("one unit was made through the doors")
        copy_everything(size.regions, say)
    return region


def _heavy(world: World, number: int) -> None:
    """Very many fulfilments under the contract whose pages are opened."""
    found = Contract.objects.select_related("region").prefetch_related("table__blocks")
    contract = found.get(pk=world.own["contract"]["pk"])
    random, kinds = Random(SEED), ("placement", "purchase")
    first = contract.start_date
    claims = [
        claim(contract, kinds[n % 2], f"Z{n:05}", first.replace(month=n % 12 + 1), random)
        for n in range(number)
    ]
    accept_all(contract.region, sorted(claims, key=lambda c: c[0]), world.users[Role.ADVISER])


def _kept(world: World) -> dict[str, Any]:
    places = {"own": world.own, "foreign": world.foreign, "beside": world.beside}
    return places | {"users": {role: user.pk for role, user in world.users.items()}}


def world_of(kept: dict[str, Any]) -> World:
    from sroi.accounts.models import User

    users = {role: User.objects.get(pk=pk) for role, pk in kept["users"].items()}
    return World(users, kept["own"], kept["foreign"], kept["beside"])
