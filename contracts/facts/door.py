"""The door by which registered facts are put right, each with who, when and why in the history.

What stands in the ledger is never changed: lines reverse it, and lines are right (DOMAIN.md
section 3). Nothing of a contract that was settled or cancelled changes.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from contracts.dossier import door as dossier
from contracts.facts.rules import (
    FIRM,
    as_if,
    fact_faults,
    firm_faults,
    may_hand_over,
    since_if,
    take_over_faults,
)
from contracts.letters.address import ADDRESS, address_faults
from contracts.models import (
    Contract,
    ContractEvent,
    Contractor,
    HandOverAhead,
    Happened,
    Membership,
)
from contracts.models.organisation import folded, identity
from contracts.owed import door as obligations
from contracts.owed.amounts import OPEN
from contracts.owed.posting import lock_ledger, mark_out_of_step
from contracts.owed.starting_point import starting_point
from contracts.people import door as memberships
from contracts.people.membership import advisers_of
from sroi.access import Access, May
from sroi.access.roles import role_called
from sroi.database.batches import AT_ONCE
from sroi.doors import Act, Objection, Refused, first_come, key_of, refuse_overtaken
from sroi.history.keeping import remember, signed

KNOWN = (*FIRM, *ADDRESS)


def as_known(contractor: Contractor) -> str:
    """What tells what is known of a contractor from anything else: shown with its form."""
    return key_of(*Contractor.objects.filter(pk=contractor.pk).values_list(*KNOWN).get())


def put_right_contractor(
    contractor: Contractor, firm: Mapping[str, str], act: Act, *, shown: str | None = None
) -> None:
    """Another name, number or postal address of the same firm, for every contract that it has;
    what `firm` does not name stays.
    """
    taken = _("Another firm has this number.")
    with first_come(taken), transaction.atomic():
        now = Contractor.objects.select_for_update().get(pk=contractor.pk)
        refuse_overtaken(shown, as_known(now))
        before = [getattr(now, name) for name in KNOWN]
        _refuse(firm_faults(now, firm))
        for name in KNOWN:
            setattr(now, name, firm.get(name, getattr(now, name)))
        now.kvk, now.country = firm["kvk"] or None, firm["country"] or "NL"
        _refuse(address_faults({name: getattr(now, name) for name in ADDRESS}))
        if before == [getattr(now, name) for name in KNOWN]:
            raise Refused(_nothing_differs())
        signed(now, act).save()


def put_right(
    contract: Contract, given: Mapping[str, Any], act: Act, *, shown: str | None = None
) -> None:
    """Other facts of the award. The obligation follows where another award date gives another
    policy.
    """
    with transaction.atomic():
        now = _open(contract, shown)
        _refuse(fact_faults(now, given))
        if all(getattr(now, name) == value for name, value in given.items()):
            raise Refused(_nothing_differs())
        mended = as_if(now, given)
        if mended.award_date != now.award_date:
            obligations.redate(now, mended, act)
        signed(mended, act).save()
        mark_out_of_step([mended.pk])
        _note(mended, Happened.FACTS, act)


def take_over(
    contract: Contract,
    contractor: Contractor | None,
    firm: Mapping[str, str],
    day: date,
    act: Act,
    *,
    shown: str | None = None,
) -> None:
    """From `day` on the contract is of another contractor, a known one or the new `firm`; what was
    fulfilled until then stays of the one before. A draft of the settlement that the one before was
    shown stands no more, and its people are not to be called about this contract.
    """
    with transaction.atomic():
        now = _open(contract, shown)
        _refuse(take_over_faults(now, contractor, day, act.today))
        if contractor is None:
            contractor, _new = Contractor.objects.get_or_create(
                **identity(firm),
                defaults={"name": firm["name"], "name_folded": folded(firm["name"])[:200]},
            )
        since = since_if(now, contractor, day)
        now.contractor, now.contractor_since = contractor, since
        signed(now, act).save()
        obligations.withdraw_shown(now)
        dossier.leave_to_firm(now)
        _note(now, Happened.CONTRACTOR, act)


def advised(contracts: Iterable[Contract]) -> str:
    """What stands for who looks after these contracts now."""
    pks = sorted(contract.pk for contract in contracts)
    rows = Contract.objects.filter(pk__in=pks).order_by("pk")
    return key_of(*rows.values_list("pk", "adviser"))


def looked_after(membership: Membership) -> Any:
    """The contracts that somebody would leave behind, were this role to end."""
    if not role_called(membership.role).may & {May.ADVISE}:
        return Contract.objects.none()
    return Contract.objects.filter(
        adviser=membership.user_id, region=membership.region_id, state__in=OPEN
    )


def end_role(membership: Membership, successor: Any, access: Access, act: Act) -> None:
    """The role ends, and `successor` looks after the contracts; without one they stay as they are,
    and are shown as looked after by nobody.
    """
    with transaction.atomic():
        theirs = list(looked_after(membership))
        if successor and theirs:
            hand_over(theirs, successor, access, act)
        HandOverAhead.objects.filter(
            adviser=membership.user_id, contract__region=membership.region_id
        ).delete()
        memberships.end(membership, access, act)


def hand_over(
    contracts: Iterable[Contract],
    adviser: Any,
    access: Access,
    act: Act,
    *,
    day: date | None = None,
    shown: str | None = None,
) -> int:
    """From now on, or from a `day` to come, `adviser` looks after these contracts, of one or more
    regions; how many they were. What was to be on another day is so no more.
    """
    if day and day < act.today:
        raise Refused(_("Choose today or a day to come."))
    pks = [contract.pk for contract in contracts]
    with transaction.atomic():
        rows = Contract.objects.select_for_update(of=("self",)).filter(pk__in=pks).order_by("pk")
        theirs = [contract for contract in rows if contract.adviser_id != adviser.pk]
        refuse_overtaken(shown, advised(rows))
        for contract in rows:
            if contract.state not in OPEN:
                obligations.refuse_closed(contract)
        for region in {contract.region_id for contract in theirs}:
            if not may_hand_over(access, region):
                raise Refused(_("You cannot hand over contracts of this region."))
            if not advisers_of([region]).filter(pk=adviser.pk).exists():
                raise Refused(
                    _("%(name)s is no adviser of the region of these contracts.")
                    % {"name": adviser}
                )
        if not theirs:
            raise Refused(_("%(name)s looks after these contracts already.") % {"name": adviser})
        HandOverAhead.objects.filter(contract__in=theirs).delete()
        if day and day > act.today:
            to_come = {"adviser": adviser, "from_day": day, "reason": act.why}
            HandOverAhead.objects.bulk_create(
                [HandOverAhead(contract=c, by=act.by, at=act.at, **to_come) for c in theirs],
                batch_size=AT_ONCE,
            )
        else:
            _given_to(theirs, adviser, act)
    return len(theirs)


def _given_to(contracts: list[Contract], adviser: Any, act: Act) -> None:
    for contract in contracts:
        contract.adviser, contract.adviser_email = adviser, adviser.email
    Contract.objects.bulk_update(contracts, ["adviser", "adviser_email"], batch_size=AT_ONCE)
    remember(contracts, act, changed=True)
    for contract in contracts:
        _note(contract, Happened.ADVISER, act)


def hand_over_due(at: datetime) -> tuple[int, int]:
    """Whose day has come: the contracts go to who was to look after them. How many did, and how
    many did not, since they were closed or that person advises in their region no more.
    """
    done, dropped = 0, 0
    for row in HandOverAhead.objects.filter(from_day__lte=localdate(at)).select_related("adviser"):
        with transaction.atomic():
            mine = HandOverAhead.objects.select_for_update(of=("self",)).filter(pk=row.pk)
            contract = Contract.objects.select_for_update(of=("self",)).get(pk=row.contract_id)
            if not mine.exists():
                continue  # somebody was first
            advises = advisers_of([contract.region_id]).filter(pk=row.adviser_id).exists()
            if advises and contract.state in OPEN:
                _given_to([contract], row.adviser, Act.of(row.by, at, row.reason))
                done += 1
            else:
                dropped += 1
            mine.delete()
    return done, dropped


def keep_adviser(planned: HandOverAhead, access: Access) -> None:
    """It goes to nobody else on that day: who advises now goes on."""
    if not may_hand_over(access, planned.contract.region_id):
        raise Refused(_("You cannot hand over contracts of this region."))
    if not HandOverAhead.objects.filter(pk=planned.pk).delete()[0]:
        raise Refused(_("This contract is not to be handed over any more."))


def _open(contract: Contract, shown: str | None) -> Contract:
    """As it is now, under the lock of its ledger: not closed, and as it was shown."""
    lock_ledger(contract.region)
    obligations.refuse_closed(contract)
    refuse_overtaken(shown, starting_point(contract))
    now: Contract = Contract.objects.select_related("policy", "contractor").get(pk=contract.pk)
    return now


def _refuse(faults: Iterable[Objection]) -> None:
    if reasons := [reason for _name, reason in faults]:
        raise Refused(" ".join(reasons))


def _nothing_differs() -> str:
    return _("Nothing differs from what is registered already.")


def _note(contract: Contract, what: str, act: Act) -> None:
    ContractEvent.objects.create(contract=contract, what=what, at=act.at, by=act.by, why=act.why)
