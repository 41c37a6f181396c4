"""What may be put right, and within what bounds. Each function yields objections, by field.

Source: DOMAIN.md sections 3 and 4; docs/decisions/facts-are-put-right.md.
"""

from collections.abc import Iterator, Mapping
from copy import copy
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from contracts.models import Contract, Contractor, Municipality, Policy
from contracts.models.organisation import identity
from contracts.owed.amounts import owed_at_award
from contracts.owed.exemption import Exemptions
from contracts.owed.shares import SharesOfContracts
from contracts.owed.terms import award_faults, order_faults, policy_on, town_faults
from sroi.access import Access, May
from sroi.doors import Objection
from sroi.periods import month_of
from sroi.templatetags.formats import long_date

FACTS = ("title", "lot", "cpv", "policy_field", "publication_date", "award_date", "start_date")
FIRM = ("name", "kvk", "country", "register_number")


def may_put_right_contractor(access: Access, contractor: Contractor) -> bool:
    """Who changes contracts of the contractor; it is the same firm in every region."""
    regions = access.regions_where(May.CHANGE)
    return Contract.objects.filter(contractor=contractor, region__in=regions).exists()


def may_hand_over(access: Access, region_id: int) -> bool:
    return access.may(May.CHANGE, May.MANAGE_USERS, region_id=region_id)


def firm_faults(contractor: Contractor | None, firm: Mapping[str, str]) -> Iterator[Objection]:
    """A number is of one firm: another one that has it takes over contracts, it is not renamed."""
    other = known_firm(firm)
    if other and other != contractor:
        yield Objection(
            "kvk" if firm["kvk"] else "register_number",
            _(
                "%(name)s has this number. Is a contract of that firm? Then give the contract"
                " another contractor."
            )
            % {"name": other.name},
        )


def known_firm(firm: Mapping[str, str]) -> Contractor | None:
    """By its whole number: the only way to find one that has no contract in one's own region."""
    return Contractor.objects.filter(**identity(firm)).first()


def policy_then(contract: Contract, award_date: date) -> Policy | None:
    """A contract keeps the policy of its award date: with another date perhaps another one."""
    return policy_on(Policy.objects.filter(region=contract.region_id), award_date)


def as_if(contract: Contract, given: Mapping[str, Any]) -> Contract:
    """The contract as it would be with these facts; nothing is stored."""
    mended = copy(contract)
    for name, value in given.items():
        setattr(mended, name, value)
    if given.get("award_date") and (policy := policy_then(contract, given["award_date"])):
        mended.policy = policy
        mended.exempted_by = Exemptions(contract.region, [policy]).of(mended)
        if mended.exempted_by_id != contract.exempted_by_id:
            rates = [owed_at_award(mended).rate, *(c.rate or 0 for c in contract.changes.all())]
            mended.has_obligation = any(rate > 0 for rate in rates)
    return mended


def fact_faults(contract: Contract, given: Mapping[str, Any]) -> Iterator[Objection]:
    """The rules of an award, and what stands in the ledger already: nothing lies before the
    award.
    """
    day = given["award_date"]
    yield from award_faults(vars(as_if(contract, given)))
    if day == contract.award_date:
        return
    if policy_then(contract, day) is None:
        yield Objection(
            "award_date",
            _("The region has no policy for this date. Ask the region admin to add it."),
        )
    yield from _order_faults(contract, day)
    first = contract.changes.order_by("effective_date").first()
    if first and first.effective_date < day:
        yield Objection(
            "award_date",
            _("A change holds from %(day)s already. Choose that day or an earlier one.")
            % {"day": long_date(first.effective_date)},
        )
    later = contract.shares.exclude(valid_from=None).order_by("valid_from").first()
    if later and later.valid_from and later.valid_from <= month_of(day):
        yield Objection(
            "award_date",
            _("Other shares hold from %(month)s already. Choose an earlier day.")
            % {"month": long_date(later.valid_from)},
        )
    shares = SharesOfContracts([contract]).on(contract.pk, month_of(day))
    towns = Municipality.objects.filter(pk__in=[pk for pk, percent in shares.items() if percent])
    for reason in town_faults(towns.select_related("successor"), day):
        yield Objection("award_date", reason)


def _order_faults(contract: Contract, day: date) -> Iterator[Objection]:
    """The same, of a contract under its framework and of a framework above its call-offs."""
    framework, first = contract.parent, contract.call_offs.order_by("award_date").first()
    if framework:
        yield from order_faults(framework, day)
    if first and first.award_date < day:
        yield Objection(
            "award_date",
            _("A call-off was awarded on %(day)s already. Choose that day or an earlier one.")
            % {"day": long_date(first.award_date)},
        )


def firm_before(contract: Contract) -> Any:
    """The version of the contract with the firm that had it before the present one, and since when;
    None where the present one has it from the award on.
    """
    since = contract.contractor_since
    if since is None:
        return None
    # A version that began on the same day or later was given back: it never counted.
    earlier = contract.history.exclude(contractor=contract.contractor_id).filter(
        Q(contractor_since=None) | Q(contractor_since__lt=since)
    )
    return earlier.select_related("contractor").first()


def since_if(contract: Contract, contractor: Contractor | None, day: date) -> date | None:
    """From when on `contractor` has the contract where it is its own from `day` on: given back from
    the first day of the present one, it has it as it had it before.
    """
    earlier = firm_before(contract) if day == contract.contractor_since else None
    since: date | None = day
    if earlier and earlier.contractor == contractor:
        since = earlier.contractor_since
    return since


def take_over_faults(
    contract: Contract, contractor: Contractor | None, day: date, today: date
) -> Iterator[Objection]:
    """From `day` on the contract is another firm's (`contractor`; None for one that is new)."""
    first = contract.contractor_since or contract.award_date
    earlier = firm_before(contract)
    if contractor == contract.contractor:
        yield Objection("kvk", _("This is the contractor that the contract has already."))
    elif earlier and day == first and contractor == earlier.contractor:
        return  # It is given back, as it was.
    elif earlier and day <= first:
        yield Objection(
            "day",
            _(
                "The contract is of the present contractor from %(day)s on. Choose a later day, or"
                " that day to give it back to %(name)s."
            )
            % {"day": long_date(first), "name": earlier.contractor.name},
        )
    if day > today:
        yield Objection("day", _("This day has not come. Register it on or after that day."))
    elif day < first:
        yield Objection(
            "day",
            _("The contract is of the present contractor from %(day)s on. Choose a later day.")
            % {"day": long_date(first)},
        )
    elif day > contract.last_counted_day:
        yield Objection(
            "day",
            _("The last day that counts is %(day)s. Choose a day up to then.")
            % {"day": long_date(contract.last_counted_day)},
        )
