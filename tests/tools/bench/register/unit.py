"""What is copied: one unit of a register, made through the doors, so that its ledgers are as the
product's own valuation says.

The same seed makes the same rows: contracts of six years and three kinds of share, frameworks with
call-offs, changes, years that are closed with lines that came late, and fulfilments in every state.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from random import Random
from typing import Any

from contracts.models import ChangeKind, ClosedYear, Contract, Contractor, LedgerHead, Region
from contracts.owed.door import award, cancel, end, settle
from sroi.access import Role
from sroi.doors import EVERYTHING
from sroi.periods import DAY, add_months, month_of
from tests import factories as make
from tests.tools.bench.register.claims import accept_all, afterwards, random_claim, waits
from tests.tools.bench.register.sizes import Unit

TODAY = make.TODAY
CLOSED = range(2019, 2023)
PER_FIRM, PER_POSTING = 5, 5
SHARES = ({"GM0402": 100}, {"GM0402": 60, "GM0406": 40}, {"GM0406": 100})


def make_unit(region: Region, size: Unit, random: Random) -> None:
    adviser = make.make_user(Role.ADVISER, region, email="adviseur@bench.example")
    firms = [
        make.make_contractor(f"Bouwbedrijf {n:02}", str(20_000_000 + n))
        for n in range(max(size.contracts // PER_FIRM, 1))
    ]
    contracts = _contracts(region, firms, size, adviser, random)
    owing = [c for c in contracts if not c.is_framework and c.rate]
    drafts = sorted(
        (random_claim(owing, n, random) for n in range(size.fulfilments)),
        key=lambda claim: claim[0],
    )
    early = [claim for claim in drafts if claim[0].year in CLOSED]
    accept_all(region, early, adviser, PER_POSTING)
    _close(region)
    _changes(owing, random)
    rest = drafts[len(early) :]
    waiting = len(drafts) // 12
    accepted = accept_all(region, rest[:-waiting], adviser, PER_POSTING)
    afterwards(region, accepted, adviser)
    waits(rest[-waiting:], adviser)
    _ends(contracts, adviser)
    _about([c for c in contracts if c.end_date > TODAY], adviser)


# --- contracts ------------------------------------------------------------------------------------


def _contracts(
    region: Region, firms: list[Contractor], size: Unit, adviser: Any, random: Random
) -> list[Contract]:
    """In the order in which they were awarded; each tenth is called off from the one before the
    last, of the same firm.
    """
    days = sorted(random.randrange(2300) for _n in range(size.contracts))
    contracts: list[Contract] = []
    for n, ago in enumerate(days):
        awarded = date(2019, 1, 10) + ago * DAY
        start = month_of(add_months(awarded, 1))
        parent = contracts[-2] if n % 10 == 9 else None
        new = make.new_contract(
            region,
            parent.contractor if parent else random.choice(firms),
            random.choice(SHARES),
            reference=f"B-{n:03}",
            title=f"{random.choice(('Wegen', 'Groen', 'Zorg', 'Schoonmaak', 'ICT'))} perceel {n}",
            award_date=awarded,
            start_date=start,
            end_date=add_months(start, random.choice((12, 24, 36, 48))) - DAY,
            value=Decimal(random.randrange(20_000_000, 300_000_000)) / 100,
            rate=Decimal(random.choice(("5", "5", "5", "2", "2.5"))) if n % 20 != 7 else Decimal(0),
            rate_reason="" if n % 20 != 7 else "sector",
            rate_reason_text="" if n % 20 != 7 else "Levering zonder arbeid",
            procurement_type=random.choice(("works", "services", "supplies")),
            policy_field=random.choice(("", "inkoop", "duurzaamheid")),
            adviser=adviser if n % 4 else None,
            parent=parent,
        )
        award([new], make.act(adviser, "Gegund", awarded), region=region, answered=EVERYTHING)
        contracts.append(new.contract)
    made = Contract.objects.filter(region=region).select_related("policy", "region")
    return list(made.prefetch_related("table__blocks"))


def _changes(contracts: Sequence[Contract], random: Random) -> None:
    """A quarter was changed, some about a year that was closed."""
    for contract in contracts[::4]:
        day = min(contract.start_date + random.randrange(300) * DAY, TODAY)
        make.make_change(
            contract,
            effective_date=day,
            value_delta=Decimal(random.randrange(1_000_000, 10_000_000)) / 100,
            identity=f"meer-{contract.reference}",
        )
    for contract in [c for c in contracts[1::8] if c.end_date > TODAY]:
        until = add_months(contract.end_date, 6)
        make.make_change(
            contract,
            ChangeKind.EXTENSION,
            effective_date=TODAY,
            new_end_date=until,
            identity=f"langer-{contract.reference}",
        )


def _ends(contracts: Sequence[Contract], adviser: Any) -> None:
    """What is over for a year was ended, and most of it settled; one that nobody worked for was
    cancelled.
    """
    for n, contract in enumerate(contracts):
        contract.refresh_from_db()
        over = contract.end_date + 90 * DAY
        if over < TODAY - 275 * DAY and not contract.is_framework:
            end(contract, make.act(adviser, "Afgelopen", over))
            if n % 3:
                settle(contract, make.act(adviser, "Akkoord", TODAY), on=over)
    idle = next((c for c in contracts if not c.rate and c.state == "active"), None)
    if idle:
        cancel(idle, make.act(adviser, "Ingetrokken"), on=TODAY)


def _close(region: Region) -> None:
    last = LedgerHead.objects.get(region=region).last_number
    ClosedYear.objects.bulk_create(
        ClosedYear(region=region, year=y, last_posting=last, closed_at=make.moment(TODAY))
        for y in CLOSED
    )


def _about(contracts: Sequence[Contract], adviser: Any) -> None:
    """Of what runs: plans in three states, a note and a contact person."""
    for n, contract in enumerate(contracts):
        make.make_note(contract, f"Gebeld over {contract.title}", shared=bool(n % 2))
        make.make_person(contract)
        if n % 3:
            make.make_plan(contract, ("submitted", "agreed")[n % 3 - 1], by=adviser)
