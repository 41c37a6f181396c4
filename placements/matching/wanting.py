"""What contracts want and what there is for them, looked up and handed to the rule (`fits`)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Prefetch, QuerySet

from contracts.models import ContractShare, SocialFirm
from contracts.models.organisation import folded
from contracts.social_firms.recognition import (
    Recognitions,
    counting_in,
    kinds_in_words,
    public_recognitions,
)
from placements.matching import fits
from placements.matching.fits import Fit, Offer, Wanted
from placements.matching.trades import trade_of_cpv, trades_in
from placements.matching.worth import Supplier, Worth, terms_of, worth_of
from placements.models import Need, NeedKind
from placements.standing.kept import in_order_of_urgency, in_step, progress_kept
from placements.standing.progress import BY_URGENCY, Progress

# Of what is there so many are looked at, those that end first before: a page stays a page.
MOST_OFFERS, MOST_CONTRACTS = 200, 200
SHOWN = 12
FIRMS_SHOWN = 6


def with_what_is_asked(contracts: QuerySet[Any], today: date) -> list[Any]:
    """Contracts with all that is read of them here; of very many those that are most pressed."""
    in_step(contracts, today)
    pressed = in_order_of_urgency(contracts, today, descending=False, is_in_step=True)
    related = ("standing", "policy", "table", "contractor", "region")
    shares = ContractShare.objects.select_related("municipality").order_by("municipality__name")
    return list(
        pressed.select_related(*related).prefetch_related(
            "table__blocks", Prefetch("shares", shares)
        )[:MOST_CONTRACTS]
    )


def wanted_of(contracts: Sequence[Any], today: date) -> tuple[list[Wanted], dict[int, Progress]]:
    """What each of these has still to do at `today`, with how it stands."""
    progress = progress_kept(contracts, today)
    found = [
        Wanted(
            key=contract.pk,
            last=contract.last_counted_day,
            open=progress[contract.pk].open,
            trade=trade_of_cpv(contract.cpv),
            places=frozenset(share.municipality_id for share in contract.shares.all()),
            urgency=BY_URGENCY.index(progress[contract.pk].status),
        )
        for contract in contracts
    ]
    return found, progress


def offer_of(need: Need, worth: Worth | None) -> Offer:
    return Offer(
        need.pk,
        need.first_day,
        need.until,
        worth.total if worth else None,
        need.trade,
        need.municipality_id,
    )


def suppliers_of(needs: Iterable[Need], today: date) -> dict[int, Supplier]:
    """By need who sells it; only of what is for sale it matters."""
    rows = [need for need in needs if need.kind == NeedKind.PURCHASE]
    register = Recognitions(
        {need.region_id for need in rows}, {need.partner.kvk for need in rows}, ()
    )
    return {
        need.pk: Supplier(
            need.partner.name,
            need.partner.kvk,
            frozenset(register.kinds_on(need.region_id, need.partner.kvk, "", today)),
        )
        for need in rows
    }


@dataclass(frozen=True)
class Found:
    """A need that fits a contract, in that order among others, with why."""

    fit: Fit
    need: Need
    contract: Any
    worth: Worth


def what_fits(contracts: Sequence[Any], needs: Sequence[Need], today: date) -> list[Found]:
    """Of these needs what these contracts can use, the best first."""
    wanted, _progress = wanted_of(contracts, today)
    suppliers = suppliers_of(needs, today)
    by_contract = {contract.pk: contract for contract in contracts}
    by_need = {need.pk: need for need in needs}
    found: list[Found] = []
    for one in wanted:
        contract = by_contract[one.key]
        worths = {
            need.pk: worth
            for need in needs
            if need.region_id == contract.region_id
            if (worth := worth_of(contract, need, terms_of(need), _seller(suppliers, need)))
        }
        offers = [offer_of(by_need[pk], worth) for pk, worth in worths.items()]
        found += [
            Found(fit, by_need[fit.offer.key], contract, worths[fit.offer.key])
            for fit in fits.fits([one], offers, today)
        ]
    return sorted(found, key=lambda one: fits.in_order(one.fit))


def _seller(suppliers: dict[int, Supplier], need: Need) -> Supplier:
    return suppliers.get(need.pk, Supplier())


# --- recognised firms -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Supply:
    """A recognised firm, by what, and whether it offers what the contract is about."""

    firm: SocialFirm
    recognised: str
    same_trade: bool
    same_place: bool


def supply_for(contract: Any, today: date) -> list[Supply]:
    """What recognised firms offer, first those in the trade and in the place of a contract; their
    register is the one place where that is known.
    """
    # As everyone may know them: a firm that does not want to be found is found by its name only.
    rows = public_recognitions(today).filter(counting_in(contract.region_id, today))
    by_firm: dict[SocialFirm, list[str]] = {}
    for recognition in rows.select_related("firm").order_by("firm")[:MOST_OFFERS]:
        by_firm.setdefault(recognition.firm, []).append(recognition.kind)
    trade = trade_of_cpv(contract.cpv)
    towns = {folded(share.municipality.name) for share in contract.shares.all()}
    found = [
        Supply(
            firm,
            kinds_in_words(kinds),
            trade in trades_in(firm.offers),
            folded(firm.place) in towns,
        )
        for firm, kinds in by_firm.items()
    ]
    return sorted(found, key=_first_of_trade)[:FIRMS_SHOWN]


def _first_of_trade(one: Supply) -> tuple[object, ...]:
    return not one.same_trade, not one.same_place, one.firm.name_folded, one.firm.pk
