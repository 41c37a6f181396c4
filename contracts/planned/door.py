"""The door to planned tenders: who registers contracts for a client plans its tenders."""

from dataclasses import astuple, dataclass, fields
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from contracts.models import Contract, Municipality, PlannedTender
from contracts.registering.door import regions_to_register_in, towns_to_register_for
from sroi.access import Access
from sroi.doors import Refused, key_of, refuse_overtaken, someone_was_first


@dataclass(frozen=True)
class Plan:
    """What is planned; value in euro excluding VAT, of the tender as a whole."""

    municipality: Municipality
    title: str
    procurement_type: str
    value: Decimal
    award_month: date


@dataclass(frozen=True)
class Advised:
    """What was advised about this plan: the rate in percent and the obligation in euro, with what
    was filled in for it.
    """

    answers: dict[str, str]
    rate: Decimal
    obligation: Decimal


FACTS = tuple(each.name for each in fields(Plan))


def towns_to_plan_for(access: Access, today: date) -> QuerySet[Municipality]:
    found = [
        town.pk
        for region in regions_to_register_in(access)
        for town in towns_to_register_for(access, region, today)
    ]
    return Municipality.objects.filter(pk__in=found).order_by("name", "pk")


def may_plan(access: Access, tender: PlannedTender, today: date) -> bool:
    return towns_to_plan_for(access, today).filter(pk=tender.municipality_id).exists()


def as_it_stands(tender: PlannedTender) -> str:
    """What tells what is planned now from anything else: shown with its form."""
    names = (*FACTS, "advice", "advised_on", "obligation", "contract")
    found = PlannedTender.objects.filter(pk=tender.pk).values_list(*names).first()
    return key_of(*found or ())


@transaction.atomic
def add(plan: Plan, advised: Advised | None, access: Access, today: date) -> PlannedTender:
    _refuse_foreign(plan.municipality, access, today)
    tender = PlannedTender(region=plan.municipality.region)
    _put(tender, plan, advised, today)
    tender.save()
    return tender


@transaction.atomic
def change(
    tender: PlannedTender,
    plan: Plan | None,
    advised: Advised | None,
    contract: Contract | None,
    access: Access,
    today: date,
    *,
    shown: str | None,
) -> PlannedTender:
    """What is planned otherwise, what was advised meanwhile, and the contract that it became. What
    became a contract stays planned as it was: there `plan` is not asked. `shown` is the
    `as_it_stands` that was on the screen.
    """
    now = _locked(tender, access, today, shown)
    if plan and now.contract_id is None:
        _refuse_foreign(plan.municipality, access, today)
        _put(now, plan, advised, today)
    if contract and not is_of(contract, now.municipality):
        raise Refused(_("This contract is of another client. Choose one of this client."))
    now.contract = contract
    now.save()
    return now


@transaction.atomic
def remove(tender: PlannedTender, access: Access, today: date, *, shown: str | None) -> None:
    _locked(tender, access, today, shown).delete()


def is_of(contract: Contract, town: Municipality) -> bool:
    return contract.shares.filter(municipality=town).exists()


def _locked(tender: PlannedTender, access: Access, today: date, shown: str | None) -> PlannedTender:
    now = PlannedTender.objects.select_for_update().filter(pk=tender.pk).first()
    if now is None:
        raise Refused(someone_was_first())
    _refuse_foreign(now.municipality, access, today)
    refuse_overtaken(shown, as_it_stands(now))
    found: PlannedTender = now
    return found


def _put(tender: PlannedTender, plan: Plan, advised: Advised | None, today: date) -> None:
    for name in FACTS:
        setattr(tender, name, getattr(plan, name))
    tender.region = plan.municipality.region
    if advised is None:
        tender.advice, tender.rate, tender.obligation, tender.advised_on = {}, None, None, None
    elif astuple(advised) != (tender.advice, tender.rate, tender.obligation):
        tender.advice, tender.rate = advised.answers, advised.rate
        tender.obligation, tender.advised_on = advised.obligation, today


def _refuse_foreign(town: Municipality, access: Access, today: date) -> None:
    if not towns_to_plan_for(access, today).filter(pk=town.pk).exists():
        raise Refused(_("You plan tenders for your own clients only."))
