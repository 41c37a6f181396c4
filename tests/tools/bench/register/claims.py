"""What is claimed under the contracts of a unit, and what became of it, through the doors."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from random import Random
from typing import Any

from contracts.models import Contract, Region
from placements.claims.content import Content, Draft, content_of
from placements.life import door as life
from placements.models import Evidence, Fulfilment, FulfilmentVersion
from sroi.database.batches import AT_ONCE, in_batches
from sroi.doors import EVERYTHING
from sroi.periods import DAY
from tests import factories as make

TODAY = make.TODAY
WORK = ("PW_LT2Y", "PW_GT2Y", "WW_LT1Y", "WIA_WAO", "WAJONG", "BBL")
SEEN = {
    "placement": "employment_contract",
    "purchase": "paid_invoice",
    "activity": "activity_report",
}
Claim = tuple[date, Draft]


def random_claim(contracts: Sequence[Contract], n: int, random: Random) -> Claim:
    """Something that was done for a contract, and the day on which it was handed in."""
    contract = random.choice(contracts)
    last = min(contract.end_date, TODAY - DAY)
    first = contract.start_date + random.randrange(max((last - contract.start_date).days, 1)) * DAY
    kind = random.choices(("placement", "purchase", "activity"), (60, 25, 15))[0]
    return claim(contract, kind, f"B{n:04}", first, random)


def claim(contract: Contract, kind: str, number: str, first: date, random: Random) -> Claim:
    first = min(max(first, contract.start_date), TODAY - DAY)
    hours: list[tuple[date, Decimal]] = []
    if kind == "placement":
        last = min(first + random.randrange(60, 330) * DAY, contract.end_date)
        block, hours = random.choice(WORK), [(first, Decimal(random.choice((16, 24, 32, 36))))]
        fields = {
            "candidate_ref": f"K-{number}",
            "description": "Leerling",
            "start_date": first,
            "end_date": last,
            "age_at_start": random.randrange(18, 63),
        }
    elif kind == "purchase":
        block, last = "WSW_INVOICE", first
        fields = {
            "supplier_name": f"Sociale Drukkerij {random.randrange(9)}",
            "invoice_number": f"F-{number}",
            "amount": Decimal(random.randrange(10_000, 900_000)) / 100,
            "paid_on": first,
        }
    else:
        block, last = "MVO_HOUR", first
        fields = {
            "description": "Gastlessen",
            "quantity": Decimal(random.randrange(2, 40)),
            "activity_date": first,
        }
    fulfilment = Fulfilment(
        region=contract.region, contractor_id=contract.contractor_id, external_id=number, kind=kind
    )
    # Of placements that still run the months so far.
    handed_in = min(max(last, first) + timedelta(days=14), TODAY)
    found = _block(contract, block)
    return handed_in, Draft(fulfilment, Content(fields, hours, [(contract, found, Decimal(100))]))


def _block(contract: Contract, code: str) -> Any:
    blocks = contract.__dict__.setdefault(
        "_blocks", {b.code: b for b in contract.table.blocks.all()}
    )
    return blocks[code]


def handed_in(claims: Sequence[Claim], on: date) -> list[FulfilmentVersion]:
    act = make.act(None, "Ingediend", on)
    versions = life.draft([draft for _day, draft in claims], act)
    life.submit(versions, act, answered=EVERYTHING)
    Evidence.objects.bulk_create(
        Evidence(
            version=v,
            kind=SEEN[v.fulfilment.kind],
            seen_on=on,
            seen_how="Getoond",
            added_at=make.moment(on),
        )
        for v in versions
    )
    return versions


def accept_all(
    region: Region, claims: Sequence[Claim], adviser: Any, at_once: int = AT_ONCE
) -> list[FulfilmentVersion]:
    """Some in each posting, on the day on which the last of them was handed in."""
    accepted = []
    for some in in_batches(claims, at_once):
        on = some[-1][0]
        versions = handed_in(some, on)
        why = "Op de werkvloer gezien"
        act = make.act(adviser, "Akkoord", on)
        life.accept(versions, act, region=region, without_evidence=why)
        accepted += versions
    return accepted


def afterwards(region: Region, accepted: Sequence[FulfilmentVersion], adviser: Any) -> None:
    """What runs was confirmed; one in twenty was changed and one in fifty withdrawn, so lines were
    reversed.
    """
    running = [v.fulfilment for v in accepted if v.end_date and v.end_date >= TODAY]
    life.confirm(running, TODAY, make.act(adviser), region=region)
    for n, version in enumerate(accepted):
        if n % 20 == 3 and version.fulfilment.kind == "purchase":
            said = content_of(version)
            said.fields["amount"] += 100
            changed = life.propose_change(version.fulfilment, said, make.act(None, "Creditnota"))
            life.submit([changed], make.act(), answered=EVERYTHING)
            act = make.act(adviser, "Akkoord")
            life.accept([changed], act, region=region, without_evidence="Creditnota gezien")
        elif n % 50 == 4:
            life.withdraw(version, make.act(adviser, "Dubbel opgegeven"))


def waits(claims: Sequence[Claim], adviser: Any) -> None:
    """In review; a quarter asked back, a few rejected, and a quarter not handed in at all."""
    numbers = count()
    for some in in_batches(claims, 4):
        (_day, first), *others = some
        life.draft([first], make.act())
        for version in handed_in(others, TODAY) if others else ():
            n = next(numbers)
            if n % 3 == 1:
                life.return_(version, make.act(adviser, "Graag een verslag"))
            elif n % 9 == 2:
                life.reject(version, make.act(adviser, "Dit telt niet mee"))
