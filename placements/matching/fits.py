"""What fits: a contract that is short, beside what is offered; in one order, with the reasons.

A rule: no clock, no database. What the table of the contract does not value, and what is over
before the contract can use it, is left out. Of the rest comes first: for the contract that is most
pressed, what is of its trade, then what is in its place, then what fills most of what is still
open, then what ends first; what is equal in all of that goes by its number. The order of the input
does not matter. Amounts are euro, days are whole days.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from sroi.money import ZERO
from sroi.templatetags.formats import short_date, whole_euro

# Below this part of what is open, in percent, it is said how much it fills.
WHOLE = 100


@dataclass(frozen=True)
class Wanted:
    """What a contract has still to do: until which day, how much, and how pressing it is (the
    lower, the more). `places` are the municipalities that commission it.
    """

    key: int
    last: date
    open: Decimal
    trade: str | None = None
    places: frozenset[int] = frozenset()
    urgency: int = 0


@dataclass(frozen=True)
class Offer:
    """What is there for a contract: `worth` by its table, None where that does not value it.
    Without a place it is anywhere in the region; hours are per week.
    """

    key: int
    first: date
    until: date
    worth: Decimal | None
    trade: str | None = None
    place: int | None = None


@dataclass(frozen=True)
class Reason:
    """Why it fits, or where it does not."""

    code: str
    is_good: bool
    words: str


@dataclass(frozen=True)
class Fit:
    wanted: Wanted
    offer: Offer
    reasons: tuple[Reason, ...]

    @property
    def worth(self) -> Decimal:
        return self.offer.worth or ZERO


def fit(wanted: Wanted, offer: Offer, today: date) -> Fit | None:
    """None where it cannot be used: nothing is open, it is worth nothing, or not in time."""
    in_time = max(offer.first, today) <= min(offer.until, wanted.last)
    if not in_time or offer.worth is None or offer.worth <= ZERO or wanted.open <= ZERO:
        return None
    return Fit(wanted, offer, (_worth(wanted, offer), _trade(wanted, offer), _place(wanted, offer)))


def fits(wanted: Iterable[Wanted], offers: Iterable[Offer], today: date) -> list[Fit]:
    """Everything that fits, the best first."""
    pairs = [(one, offer) for one in wanted for offer in offers_of(offers)]
    found = [fitting for one, offer in pairs if (fitting := fit(one, offer, today))]
    return sorted(found, key=in_order)


def offers_of(offers: Iterable[Offer]) -> tuple[Offer, ...]:
    return offers if isinstance(offers, tuple) else tuple(offers)


def in_order(one: Fit) -> tuple[object, ...]:
    good = {reason.code: reason.is_good for reason in one.reasons}
    return (
        one.wanted.urgency,
        not good["trade"],
        not good["place"],
        -min(one.worth, one.wanted.open),
        one.offer.until,
        one.wanted.last,
        one.wanted.key,
        one.offer.key,
    )


def _worth(wanted: Wanted, offer: Offer) -> Reason:
    worth = offer.worth or ZERO
    about = {
        "worth": whole_euro(worth),
        "open": whole_euro(wanted.open),
        "day": short_date(wanted.last),
        "percent": int(worth * WHOLE / wanted.open),
    }
    if worth >= wanted.open:
        words = _("counts for %(worth)s: closes all of %(open)s that is open until %(day)s")
    else:
        words = _("counts for %(worth)s: %(percent)s%% of %(open)s that is open until %(day)s")
    return Reason("worth", True, words % about)


def _trade(wanted: Wanted, offer: Offer) -> Reason:
    same = bool(offer.trade) and offer.trade == wanted.trade
    return Reason("trade", same, _("the same trade") if same else _("another trade"))


def _place(wanted: Wanted, offer: Offer) -> Reason:
    if offer.place is None:
        return Reason("place", True, _("anywhere in the region"))
    near = offer.place in wanted.places
    return Reason("place", near, _("in the same place") if near else _("in another place"))
