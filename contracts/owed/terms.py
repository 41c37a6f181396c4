"""What must hold for the terms of a contract and for a change of them: asked by form, import,
proposal and door.

Each function yields objections, by the names of the import. Source: DOMAIN.md sections 4 and 10.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

from django.utils.translation import gettext as _

from contracts.models import (
    Basis,
    ChangeKind,
    Contract,
    Contractor,
    ContractState,
    Municipality,
    ObligationChange,
    Policy,
    Region,
)
from contracts.owed.obligation import AGREED_KINDS, Owed
from sroi.doors import Objection, still_to_come
from sroi.money import misfit, not_an_amount
from sroi.templatetags.formats import all_decimals, euro, long_date


class Given(Protocol):
    """A row of a file or the values of a form, by the names of the import."""

    def __getitem__(self, name: str, /) -> Any: ...


def policy_on(policies: Iterable[Policy], on: date) -> Policy | None:
    """The version in force on a day; a later revision of the same date goes before an earlier
    one.
    """
    begun = [p for p in policies if p.valid_from is None or p.valid_from <= on]
    return max(begun, key=lambda p: (p.valid_from or date.min, p.revision), default=None)


def award_faults(given: Given) -> Iterator[Objection]:
    """Impossible dates and amounts; what is not known yet (None) is not judged."""
    first, last = given["start_date"], given["end_date"]
    if first and last and last < first:
        yield Objection(
            "end_date",
            _("The end date lies before the start date. Choose a date on or after %(day)s.")
            % {"day": long_date(first)},
        )
    if given["award_date"] and last and given["award_date"] > last:
        yield Objection(
            "award_date",
            _(
                "This is after the last day of the contract, %(day)s. Choose an earlier day, or"
                " another last day."
            )
            % {"day": long_date(last)},
        )
    for name in ("value", "labour_cost"):
        if why := not_an_amount(given[name]):
            yield Objection(name, why)
    if given["basis"] == Basis.LABOUR_COST and given["labour_cost"] is None:
        yield Objection("labour_cost", _("The basis is the labour cost: fill it in."))


def framework_faults(parent: Contract, awarded: date | None) -> Iterator[Objection]:
    """Of a call-off that is awarded on a day."""
    if parent.parent_id:
        yield Objection(
            "parent_reference", _("This is itself a call-off; call off from its framework.")
        )
    elif parent.state == ContractState.CANCELLED:
        yield Objection("parent_reference", _("This framework was cancelled."))
    elif parent.state == ContractState.SETTLED:
        yield Objection("parent_reference", _("This framework was settled."))
    yield from order_faults(parent, awarded)


def order_faults(parent: Contract, awarded: date | None) -> Iterator[Objection]:
    """A framework is awarded before what is called off from it, or on the same day."""
    if awarded and awarded < parent.award_date:
        yield Objection(
            "award_date",
            _("The framework was awarded on %(day)s. Choose that day or a later one.")
            % {"day": long_date(parent.award_date)},
        )


def town_faults(towns: Iterable[Municipality], on: date) -> Iterator[str]:
    """Clients that no longer are on the day of the award; whoever takes their place is named."""
    for town in towns:
        if (town.valid_until is None and town.successor is None) or (
            town.valid_until and on <= town.valid_until
        ):
            continue
        words = {"town": town.name, "successor": town.successor.name if town.successor else ""}
        if town.valid_until:
            words["day"] = long_date(town.valid_until)
        if not town.successor:
            yield _("%(town)s ended on %(day)s. Choose another client.") % words
        elif town.valid_until:
            yield (
                _("%(town)s ended on %(day)s. Choose %(successor)s, which took its place.") % words
            )
        else:
            yield (
                _("%(town)s is not there any more. Choose %(successor)s, which took its place.")
                % words
            )


def share_faults(shares: Mapping[int, Decimal]) -> Iterator[str]:
    """Shares of municipalities, in percent, add up to the whole."""
    total = sum(shares.values(), Decimal(0))
    if total != 100:
        yield _("The shares must add up to 100%%; they add up to %(total)s.") % {
            "total": f"{all_decimals(total)}%"
        }


def needs_motivation(rate: Decimal, expected: Decimal, motivation: str) -> bool:
    """A rate below what the policy expects needs its reason."""
    return rate < expected and not motivation


def contract_of(region: Region, contractor: Contractor, given: Given) -> Contract:
    """A contract as it was awarded, without the policy, rate and table that follow from it."""
    return Contract(
        region=region,
        contractor=contractor,
        awarded_end_date=given["end_date"],
        **{
            name: given[name]
            for name in (
                *(
                    "reference",
                    "title",
                    "procurement_type",
                    "cpv",
                    "policy_field",
                    "publication_date",
                    "award_date",
                ),
                *("start_date", "end_date", "value", "basis", "labour_cost"),
            )
        },
    )


# --- changes --------------------------------------------------------------------------------------


def change_of(contract: Contract, given: Given) -> ObligationChange:
    """The change that was given; the value of a turnover statement is its turnover."""
    statement = given["kind"] == ChangeKind.TURNOVER
    return ObligationChange(
        contract=contract,
        kind=given["kind"],
        effective_date=given["effective_date"],
        value_delta=None if statement else given["value_delta"],
        labour_cost_delta=given["labour_cost_delta"],
        turnover=given["value_delta"] if statement else None,
        obligation_delta=given["obligation_delta"],
        rate=given["rate"],
        new_end_date=given["new_end_date"],
        reason=given["reason"],
    )


def change_faults(given: Given, contract: Contract, today: date) -> Iterator[Objection]:
    """What a kind of change needs, and what does not go with it."""
    kind = given["kind"]
    for name in ("value_delta", "labour_cost_delta", "obligation_delta"):
        if given[name] is not None and (why := misfit(given[name])):
            yield Objection(name, why)
    deltas = {
        name
        for name in ("value_delta", "labour_cost_delta", "obligation_delta")
        if given[name] is not None
    }
    if contract.state not in (ContractState.ACTIVE, ContractState.ENDED):
        yield Objection(
            "contract_reference", _("This contract is not running: it cannot be changed.")
        )
    if (kind == ChangeKind.RATE_CHANGE) != (given["rate"] is not None):
        yield Objection("rate", _("A rate goes with a rate_change, and only with that."))
    yield from _end_faults(kind, given["new_end_date"], contract)
    if given["effective_date"] and given["effective_date"] < contract.award_date:
        yield Objection(
            "effective_date",
            _("This lies before the award of the contract, %(day)s. Choose a day on or after it.")
            % {"day": long_date(contract.award_date)},
        )
    if kind in AGREED_KINDS and given["obligation_delta"] is None:
        yield Objection(
            "obligation_delta",
            _("Give the amount by which the obligation changes; a decrease is negative."),
        )
    if kind in (ChangeKind.AMENDMENT, ChangeKind.CORRECTION) and not deltas:
        yield Objection(
            "value_delta",
            _("Give the change of the value, of the labour cost or of the obligation."),
        )
    if kind == ChangeKind.TURNOVER:
        if contract.basis != Basis.INVOICED_TURNOVER:
            yield Objection(
                "kind", _("The obligation of this contract does not follow the turnover.")
            )
        if given["value_delta"] is None:
            yield Objection("value_delta", _("Give the invoiced turnover of this statement."))
        if why := still_to_come(given["effective_date"], today):
            yield Objection("effective_date", why)
    if (
        kind in (*AGREED_KINDS, ChangeKind.RATE_CHANGE)
        and {"value_delta", "labour_cost_delta"} & deltas
    ):
        yield Objection("value_delta", _("This kind of change does not change the value."))


def _end_faults(kind: str, day: date | None, contract: Contract) -> Iterator[Objection]:
    """An extension ends later, an early end sooner; nothing else moves the last day."""
    moves = kind in (ChangeKind.EXTENSION, ChangeKind.EARLY_END)
    words = {"first": long_date(contract.start_date), "last": long_date(contract.end_date)}
    if moves and day is None:
        yield Objection("new_end_date", _("Fill in the new last day."))
    elif not moves and day is not None:
        yield Objection(
            "new_end_date", _("A new last day goes with an extension or an early end only.")
        )
    elif kind == ChangeKind.EXTENSION and day and day < contract.end_date:
        yield Objection(
            "new_end_date",
            _(
                "The contract runs until %(last)s. Choose a later day; that it ends sooner is an"
                " early end."
            )
            % words,
        )
    elif (
        kind == ChangeKind.EARLY_END and day and not contract.start_date <= day < contract.end_date
    ):
        yield Objection(
            "new_end_date", _("Choose a day from %(first)s on that lies before %(last)s.") % words
        )


def given_by(change: ObligationChange) -> dict[str, Any]:
    """What a change says, by the names under which it is given: the way back of `change_of`."""
    names = (
        "kind",
        "effective_date",
        "labour_cost_delta",
        "obligation_delta",
        "rate",
        "new_end_date",
        "reason",
    )
    statement = change.kind == ChangeKind.TURNOVER
    return {name: getattr(change, name) for name in names} | {
        "value_delta": change.turnover if statement else change.value_delta
    }


def result_faults(now: Owed) -> Iterator[Objection]:
    """What may not come of a change: `now` is what is owed once it holds."""
    if now.value < 0:
        yield Objection(
            "value_delta",
            _("The contract value would become %(value)s. It cannot fall below zero.")
            % {"value": euro(now.value)},
        )
    if now.labour_cost < 0:
        yield Objection(
            "labour_cost_delta",
            _("The labour cost would become %(value)s. It cannot fall below zero.")
            % {"value": euro(now.labour_cost)},
        )
