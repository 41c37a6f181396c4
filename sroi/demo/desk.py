"""The desk of the demonstration: partners, needs, places and matches in every state, through the
doors.
"""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.utils.timezone import make_aware

from contracts.models import Contract, Municipality, Partner, PartnerState, Region
from contracts.people.membership import access_of
from placements.matching import door
from placements.matching.worth import Terms
from placements.models import Match, Need, Place
from sroi.accounts.models import User
from sroi.demo.data import DemoRow, rows_of
from sroi.doors import Act

# Days between the steps of a match.
ANSWERED, STARTED = timedelta(days=4), timedelta(days=9)


def create_partners(region: str, today: date) -> None:
    """Those that take part, and who asks to."""
    at = _at(today)
    for row in rows_of(f"{region}/partners.csv", today):
        asks = row["state"] == PartnerState.ASKED
        Partner.objects.create(
            region=Region.objects.get(code=region),
            **{name: row[name] for name in ("name", "kind", "kvk", "place", "state")},
            asked_email=row["email"] if asks else "",
            made_at=at,
            answered_at=None if asks else at,
        )


def tell(region: str, today: date) -> None:
    needs = {row["title"]: _need(region, row) for row in rows_of(f"{region}/needs.csv", today)}
    places = {row["title"]: _place(region, row) for row in rows_of(f"{region}/places.csv", today)}
    for row in rows_of(f"{region}/matches.csv", today):
        of = needs.get(row["of"]) or places[row["of"]]
        _match(_contract(region, row), of, row)


def _need(region: str, row: DemoRow) -> Need:
    by, act = _who(row)
    partner = Partner.objects.get(region__code=region, name=row["partner"])
    amounts = {name: Decimal(row[name]) for name in ("amount", "hours") if row[name]}
    return door.tell_need(partner, _about(region, row), row["kind"], by, act, **amounts)


def _place(region: str, row: DemoRow) -> Place:
    by, act = _who(row)
    return door.offer_place(
        [_contract(region, row)],
        _about(region, row),
        row["kind"],
        Decimal(row["hours_per_week"]),
        by,
        act,
        asked=row["asked"],
        how_many=int(row["how_many"]),
    )


def _match(contract: Contract, of: Any, row: DemoRow) -> None:
    """Proposed by one, answered by the other, and on to the state of the row."""
    first = date.fromisoformat(row["on"])
    terms = Terms(first, of.until)
    access, act = _who(row)
    match: Match
    if isinstance(of, Place):
        block = contract.table.blocks.get(code=row["block"])  # type: ignore[union-attr]
        terms = replace(terms, hours_per_week=of.hours_per_week)
        match = door.propose_candidate(of, contract, block, row["reference"], terms, access, act)
    else:
        terms = replace(terms, hours=of.hours, amount=of.amount)
        match = door.propose_need(of, contract, terms, access, act)
    if row["state"] == "proposed":
        return
    other, answered = _who({**row, "by": row["other"]}, ANSWERED)
    if row["state"] == "declined":
        door.decline(match, row["why_not"], other, replace(answered, why=row["why"]))
        return
    door.agree(match, other, answered)
    if row["state"] in ("running", "ended"):
        contractor = other if isinstance(of, Place) else access
        by = answered.by if isinstance(of, Place) else act.by
        began = Act.of(by, act.at + STARTED)
        door.start(match, began.today, contractor, began)
        if row["state"] == "ended":
            done = Act.of(by, began.at + STARTED)
            door.end(match, done.today, row["came"], contractor, done)


def _about(region: str, row: DemoRow) -> door.About:
    towns = Municipality.objects.filter(region__code=region, code=row["municipality"])
    return door.About(
        row["title"],
        row["trade"],
        date.fromisoformat(row["first_day"]),
        date.fromisoformat(row["until"]),
        row["about"],
        towns.first(),
    )


def _contract(region: str, row: DemoRow) -> Contract:
    found = Contract.objects.select_related("table", "policy", "region", "contractor")
    return found.get(region__code=region, reference=row["contract"])


def _who(row: DemoRow, later: timedelta = timedelta()) -> tuple[Any, Act]:
    by = User.objects.get(email=row["by"])
    return access_of(by), Act.of(by, _at(date.fromisoformat(row["on"])) + later)


def _at(day: date) -> datetime:
    return make_aware(datetime.combine(day, time(11)))
