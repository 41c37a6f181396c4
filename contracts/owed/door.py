"""The one door to the obligation ledger: award, call-off, every change, end and cancel.

Each function is one act: it runs in one transaction, posts what it changes, and leaves an event.
Amounts are euro excluding VAT. Refusals are `Refused`, with a sentence for the person. Source:
DOMAIN.md sections 3, 4 and 6.
"""

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from contracts.models import (
    Contract,
    ContractEvent,
    ContractShare,
    ContractState,
    DraftDecision,
    DraftState,
    Happened,
    LineKind,
    Municipality,
    ObligationChange,
    ObligationLine,
    PsoCertificate,
    Region,
    ValuationTable,
)
from contracts.owed.amounts import CLOSED, OPEN, owed_at_award, owed_by
from contracts.owed.doubts import award_doubts, change_doubts, usual_value
from contracts.owed.exemption import Exemptions, exempt_because
from contracts.owed.lines import AWARDS
from contracts.owed.obligation import after, split
from contracts.owed.passing import gone_on, heir_on
from contracts.owed.posting import OpenPosting, lock_ledger, mark_out_of_step, open_posting
from contracts.owed.shares import SharesOfContracts
from contracts.owed.terms import (
    award_faults,
    change_faults,
    framework_faults,
    given_by,
    result_faults,
    share_faults,
    town_faults,
)
from sroi.database.batches import AT_ONCE
from sroi.doors import Act, DoneAlready, Refused, refuse_to_come, refuse_unanswered
from sroi.history.keeping import remember
from sroi.money import ZERO
from sroi.periods import month_of


@dataclass(frozen=True)
class Award:
    """A contract to be registered and the percents of its municipalities, by municipality id."""

    contract: Contract
    shares: Mapping[int, Decimal]


def award(
    awards: Sequence[Award], act: Act, *, region: Region, answered: Container[str] = ()
) -> None:
    """Register contracts and post what they owe. A contract with a parent is a call-off of a
    framework.

    `answered` are the keys of the doubts to which somebody said that it is right; `Unanswered`
    where one is not there.
    """
    if not awards:
        return
    with transaction.atomic():
        opened = open_posting(region, act)
        called_off = {id(a.contract.parent): a.contract.parent for a in awards if a.contract.parent}
        _refuse_closed_frameworks(called_off.values())
        _refuse_impossible_awards(awards)
        usual = usual_value(region, [a.contract.value for a in awards])
        refuse_unanswered(
            (d for a in awards for d in award_doubts(vars(a.contract), usual, act.today)), answered
        )
        exemptions = Exemptions(region, (a.contract.policy for a in awards))
        for a in awards:
            contract = a.contract
            contract.exempted_by = exemptions.of(contract)
            contract.state, contract.created_at = ContractState.ACTIVE, act.at
            contract.is_framework = id(contract) in called_off
            contract.has_obligation = owed_at_award(contract).rate > 0
            contract.fold()
        new = {id(a.contract) for a in awards}
        # Parents first: a call-off needs the id of its framework.
        Contract.objects.bulk_create([a.contract for a in awards if a.contract.parent is None])
        for a in awards:
            a.contract.parent = a.contract.parent  # picks up the id that it got just now
        Contract.objects.bulk_create([a.contract for a in awards if a.contract.parent is not None])
        shares = ContractShare.objects.bulk_create(
            ContractShare(contract=a.contract, municipality_id=municipality, percent=percent)
            for a in awards
            for municipality, percent in a.shares.items()
        )
        remember([a.contract for a in awards], act)
        remember(shares, act)
        for key, framework in called_off.items():
            if key not in new:
                _become_framework(framework, opened)
        ObligationLine.objects.bulk_create(line for a in awards for line in _award_lines(a, opened))
        mark_out_of_step(a.contract.pk for a in awards)
        _note([a.contract for a in awards], Happened.AWARDED, opened, act.why)
        _pass_on([a.contract for a in awards], act)


def _refuse_impossible_awards(awards: Sequence[Award]) -> None:
    """The rules of form and import, asked once more of what came in by whatever way."""
    ids = {pk for a in awards for pk in a.shares}
    towns = {
        town.pk: town
        for town in Municipality.objects.filter(pk__in=ids).select_related("successor")
    }
    for a in awards:
        contract = a.contract
        found = [reason for _name, reason in award_faults(vars(contract))]
        if contract.parent:
            found += [why for _name, why in framework_faults(contract.parent, contract.award_date)]
        found += share_faults(a.shares)
        found += town_faults((towns[pk] for pk in a.shares), contract.award_date)
        if found:
            raise Refused(_refused(contract, found))


def _refused(contract: Contract, reasons: Iterable[str]) -> str:
    return _("Contract %(ref)s: %(reasons)s") % {
        "ref": contract.reference,
        "reasons": " ".join(reasons),
    }


def _refuse_closed_frameworks(frameworks: Iterable[Contract]) -> None:
    closed = Contract.objects.filter(pk__in=[f.pk for f in frameworks if f.pk], state__in=CLOSED)
    for framework in closed:
        raise Refused(_state_now(framework))


def _award_lines(a: Award, opened: OpenPosting) -> list[ObligationLine]:
    contract = a.contract
    nothing = contract.is_framework
    return _lines(
        contract,
        a.shares,
        opened,
        kind=LineKind.CALL_OFF if contract.parent_id else LineKind.AWARD,
        day=contract.award_date,
        value=ZERO if nothing else contract.value,
        obligation=ZERO if nothing else owed_at_award(contract).obligation,
        reason=_("Framework: its call-offs count.") if nothing else _reason(contract),
    )


def _reason(contract: Contract) -> str:
    """Why it owes what it does."""
    if contract.exempted_by:
        return exempt_because(contract.exempted_by)
    return contract.rate_reason_text


def _lines(
    contract: Contract,
    shares: Mapping[int, Decimal],
    opened: OpenPosting,
    *,
    kind: str,
    day: date,
    value: Decimal,
    obligation: Decimal,
    reason: str,
    change: ObligationChange | None = None,
) -> list[ObligationLine]:
    values, obligations = split(value, shares), split(obligation, shares)
    return [
        ObligationLine(
            contract=contract,
            municipality_id=municipality,
            effective_date=day,
            month=month_of(day),
            booked=opened.booked(day),
            kind=kind,
            value_delta=values[municipality],
            obligation_delta=obligations[municipality],
            reason=reason,
            change=change,
            posting=opened.posting,
        )
        for municipality in shares
    ]


def _become_framework(contract: Contract, opened: OpenPosting) -> None:
    """From its first call-off on a contract owes nothing itself: what was posted for it is
    reversed, kind by kind.
    """
    if not Contract.objects.filter(pk=contract.pk, is_framework=False).update(is_framework=True):
        return
    contract.is_framework = True
    mark_out_of_step([contract.pk])
    remember(
        [contract],
        Act.of(opened.posting.by, opened.posting.at, _("Framework: its call-offs count.")),
        changed=True,
    )
    ObligationLine.objects.bulk_create(
        ObligationLine(
            contract=contract,
            municipality_id=line.municipality_id,
            effective_date=line.effective_date,
            month=line.month,
            booked=opened.booked(line.month),
            kind=line.kind,
            value_delta=-line.value_delta,
            obligation_delta=-line.obligation_delta,
            reason=_("Framework: its call-offs count."),
            posting=opened.posting,
        )
        for line in ObligationLine.objects.filter(contract=contract)
        if line.value_delta or line.obligation_delta
    )


def change(
    changes: Sequence[ObligationChange], act: Act, *, region: Region, answered: Container[str] = ()
) -> None:
    """Register changes, in the order given, and post for each the difference in value and in
    obligation.

    `answered`: as with `award`.
    """
    if not changes:
        return
    with transaction.atomic():
        opened = open_posting(region, act)
        contracts = _locked({c.contract_id for c in changes})
        earlier = defaultdict(list)
        for known in ObligationChange.objects.filter(contract__in=contracts).order_by("pk"):
            earlier[known.contract_id].append(known)
        owed = {pk: owed_by(contract, earlier[pk]) for pk, contract in contracts.items()}
        shares = SharesOfContracts(contracts)
        for c in changes:
            c.contract, c.posting = contracts[c.contract_id], opened.posting
        ObligationChange.objects.bulk_create(changes)
        lines = []
        for c in changes:
            before = owed[c.contract_id]
            owed[c.contract_id] = now = after(before, c)
            found = [
                reason
                for _name, reason in (
                    *change_faults(given_by(c), c.contract, act.today),
                    *result_faults(now),
                )
            ]
            if found:
                raise Refused(_refused(c.contract, found))
            _apply_to_contract(c)
            if not c.contract.is_framework:
                lines += _lines(
                    c.contract,
                    shares.on(c.contract_id, month_of(c.effective_date)),
                    opened,
                    kind=LineKind(c.kind),
                    day=c.effective_date,
                    value=now.value - before.value,
                    obligation=now.obligation - before.obligation,
                    reason=c.reason,
                    change=c,
                )
        usual = usual_value(region)
        refuse_unanswered((d for c in changes for d in change_doubts(c, usual)), answered)
        ObligationLine.objects.bulk_create(lines)
        Contract.objects.bulk_update(
            contracts.values(), ["end_date", "has_obligation"], batch_size=AT_ONCE
        )
        remember(contracts.values(), act, changed=True)
        mark_out_of_step(contracts)
        for c in changes:
            _note([c.contract], c.kind, opened, c.reason)


def _locked(ids: set[int]) -> dict[int, Contract]:
    rows = (
        Contract.objects.select_for_update(of=("self",))
        .filter(pk__in=ids)
        .select_related("policy")
        .order_by("pk")
    )
    return {contract.pk: contract for contract in rows}


def _apply_to_contract(c: ObligationChange) -> None:
    if c.new_end_date:
        c.contract.end_date = c.new_end_date
    if c.rate:
        c.contract.has_obligation = True


def _note(contracts: Iterable[Contract], what: str, opened: OpenPosting, why: str) -> None:
    ContractEvent.objects.bulk_create(
        ContractEvent(
            contract=contract,
            what=what,
            at=opened.posting.at,
            by=opened.posting.by,
            why=why[:1000],
            posting=opened.posting,
        )
        for contract in contracts
    )


def _move(contract: Contract, expected: Sequence[str], new: str, **fields: Any) -> None:
    """Change the state where it is still the expected one; two people at once never both
    succeed.
    """
    moved = Contract.objects.filter(pk=contract.pk, state__in=expected).update(state=new, **fields)
    contract.refresh_from_db()
    if not moved:
        raise Refused(_state_now(contract))
    mark_out_of_step([contract.pk])


def refuse_closed(contract: Contract) -> None:
    """A draft, and a contract that was settled or cancelled, is read-only. Asked under the lock of
    the ledger.
    """
    contract.refresh_from_db(fields=["state"])
    if contract.state not in OPEN:
        raise Refused(_state_now(contract))


def _state_now(contract: Contract) -> str:
    return _("Contract %(ref)s is now “%(state)s”. Look at it again before you go on.") % {
        "ref": contract.reference,
        "state": contract.get_state_display(),
    }


def end(contract: Contract, act: Act) -> None:
    """The term is over: what remains is the settlement."""
    with transaction.atomic():
        _move(contract, [ContractState.ACTIVE], ContractState.ENDED)
        remember([contract], act, changed=True)
        ContractEvent.objects.create(
            contract=contract, what=Happened.ENDED, at=act.at, by=act.by, why=act.why
        )


def cancel(contract: Contract, act: Act, *, on: date) -> None:
    """The contract does not go on: what it still owes is taken back, from `on`."""
    with transaction.atomic():
        opened = open_posting(contract.region, act)
        _move(contract, [ContractState.ACTIVE, ContractState.ENDED], ContractState.CANCELLED)
        remember([contract], act, changed=True)
        per_municipality: dict[int, list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])
        for line in ObligationLine.objects.filter(contract=contract):
            per_municipality[line.municipality_id][0] += line.value_delta
            per_municipality[line.municipality_id][1] += line.obligation_delta
        ObligationLine.objects.bulk_create(
            ObligationLine(
                contract=contract,
                municipality_id=municipality,
                effective_date=on,
                month=month_of(on),
                booked=opened.booked(on),
                kind=LineKind.CORRECTION,
                value_delta=-value,
                obligation_delta=-obligation,
                reason=act.why,
                posting=opened.posting,
            )
            for municipality, (value, obligation) in per_municipality.items()
            if value or obligation
        )
        _note([contract], Happened.CANCELLED, opened, act.why)


def grant_recovery(contract: Contract, until: date, act: Act) -> None:
    """Time to make up for a shortfall: the last counted day moves."""
    with transaction.atomic():
        lock_ledger(contract.region)
        _move(contract, [ContractState.ENDED], ContractState.ENDED, recovery_until=until)
        remember([contract], act, changed=True)
        ContractEvent.objects.create(
            contract=contract, what=Happened.RECOVERY, at=act.at, by=act.by, why=act.why
        )


def withdraw_shown(contract: Contract) -> None:
    """A draft of the settlement that was shown is not what will be decided any more: what it was
    said of, or to whom, is another now.
    """
    DraftDecision.objects.filter(contract=contract, state=DraftState.SHOWN).update(
        state=DraftState.WITHDRAWN
    )


def reopen(contract: Contract, act: Act) -> None:
    """The settlement no longer holds: the contract can be changed again."""
    with transaction.atomic():
        lock_ledger(contract.region)
        _move(contract, [ContractState.SETTLED], ContractState.ENDED, settled_on=None)
        remember([contract], act, changed=True)
        ContractEvent.objects.create(
            contract=contract, what=Happened.REOPENED, at=act.at, by=act.by, why=act.why
        )
        _pass_on([contract], act)


def settle(contract: Contract, act: Act, *, on: date) -> None:
    """The settlement was decided: from now on the contract is read-only. Nothing is posted while
    that is decided.
    """
    refuse_to_come(on, act.today)
    with transaction.atomic():
        lock_ledger(contract.region)
        _move(contract, [ContractState.ENDED], ContractState.SETTLED, settled_on=on)
        remember([contract], act, changed=True)
        ContractEvent.objects.create(
            contract=contract, what=Happened.SETTLED, at=act.at, by=act.by, why=act.why
        )


def change_shares(
    contract: Contract, shares: Mapping[int, Decimal], act: Act, *, month: date
) -> None:
    """Other shares of the clients, from `month` on; what was posted before keeps the shares it was
    posted by.
    """
    month = month_of(month)
    if sum(shares.values()) != 100:
        raise Refused(_("The shares must add up to 100%."))
    with transaction.atomic():
        opened = open_posting(contract.region, act)
        refuse_closed(contract)
        if month < month_of(contract.award_date):
            raise Refused(
                _("The contract was not awarded yet in that month. Choose a later month.")
            )
        if ContractShare.objects.filter(contract=contract, valid_from__gte=month).exists():
            raise Refused(_("Later shares are known already. Choose a later month."))
        known = SharesOfContracts([contract]).on(contract.pk, month)
        if {pk: percent for pk, percent in known.items() if percent} == {
            pk: p for pk, p in shares.items() if p
        }:
            raise Refused(_("These are the shares that hold already."))
        joining = [pk for pk, percent in shares.items() if percent and not known.get(pk)]
        towns = Municipality.objects.filter(pk__in=joining).select_related("successor")
        if gone := list(town_faults(towns, month)):
            raise Refused(" ".join(gone))
        new = ContractShare.objects.bulk_create(
            ContractShare(
                contract=contract,
                municipality_id=m,
                percent=p,
                valid_from=month,
                posting=opened.posting,
            )
            for m, p in shares.items()
        )
        remember(new, act)
        _note([contract], Happened.SHARES, opened, act.why)


def redate(contract: Contract, mended: Contract, act: Act) -> None:
    """The award was on another day than was registered: its lines are reversed, and posted on that
    day; what a policy of then would have it owe comes with them. Who calls saves `mended`.

    A line about a closed year is booked in the first open month, as every other one.
    """
    opened = open_posting(contract.region, act)
    lines = ObligationLine.objects.filter(contract=contract, kind__in=AWARDS)
    standing = lines.values_list("municipality", "effective_date", "kind").annotate(
        value=Sum("value_delta"), obligation=Sum("obligation_delta")
    )
    back = [row for row in standing.order_by("municipality__code") if row[3] or row[4]]
    ObligationLine.objects.bulk_create(
        ObligationLine(
            contract=contract,
            municipality_id=municipality,
            effective_date=day,
            month=month_of(day),
            booked=opened.booked(day),
            kind=kind,
            value_delta=-value,
            obligation_delta=-obligation,
            reason=act.why,
            posting=opened.posting,
        )
        for municipality, day, kind, value, obligation in back
    )
    if not back:
        return
    changes = list(contract.changes.order_by("pk"))
    by_policy = owed_by(mended, changes).obligation - owed_by(contract, changes).obligation
    shares = SharesOfContracts([contract]).on(contract.pk, month_of(mended.award_date))
    ObligationLine.objects.bulk_create(
        _lines(
            contract,
            shares,
            opened,
            kind=LineKind(back[0][2]),
            day=mended.award_date,
            value=sum((row[3] for row in back), ZERO),
            obligation=sum((row[4] for row in back), ZERO) + by_policy,
            reason=act.why,
        )
    )


def _pass_on(contracts: Sequence[Contract], act: Act) -> None:
    """What a merger passed in all other contracts passes in these too; where the successor went on
    in another itself, that as well.
    """
    while found := next(gone_on(contracts), None):
        client, each = found
        heir = heir_on(client, each.month)
        why = _("%(client)s went on in %(successor)s.") % {
            "client": client.name,
            "successor": heir.name,
        }
        shares = each.to(client, heir)
        change_shares(each.contract, shares, replace(act, why=why), month=each.month)


def pin(contract: Contract, table: ValuationTable, act: Act) -> None:
    """Another valuation table than the one in force on the award date; what was accepted stays
    until it is revalued.
    """
    with transaction.atomic():
        lock_ledger(contract.region)
        refuse_closed(contract)
        if table.region_id != contract.region_id:
            raise Refused(_("This table is not loaded in the region of the contract."))
        if not Contract.objects.filter(pk=contract.pk).exclude(table=table).update(table=table):
            raise Refused(_("This is the table that the contract has already."))
        contract.refresh_from_db()
        remember([contract], act, changed=True)
        ContractEvent.objects.create(
            contract=contract, what=Happened.TABLE, at=act.at, by=act.by, why=act.why
        )


def register_certificate(
    certificate: PsoCertificate,
    contract: Contract,
    discount: ObligationChange | None,
    act: Act,
    *,
    answered: Container[str] = (),
) -> None:
    """A PSO certificate of the contractor, with the discount on what this contract owes, if there
    is one.

    The same certificate can be registered at another contract of the contractor: then only its
    discount is new.
    """
    with transaction.atomic():
        lock_ledger(contract.region)
        refuse_closed(contract)
        known, new = PsoCertificate.objects.get_or_create(
            region=contract.region,
            contractor=contract.contractor,
            level=certificate.level,
            valid_from=certificate.valid_from,
            valid_until=certificate.valid_until,
            defaults={"registered_by": act.by, "registered_at": act.at},
        )
        if discount is None and not new:
            raise Refused(
                _(
                    "This certificate was registered already, and gives this contract no further"
                    " discount."
                )
            )
        ContractEvent.objects.create(
            contract=contract, what=Happened.CERTIFICATE, at=act.at, by=act.by, why=act.why
        )
        if discount is not None:
            discount.certificate = known
            change_once(discount, act, answered=answered)


def change_once(new: ObligationChange, act: Act, *, answered: Container[str] = ()) -> None:
    """Register a change once: its identity is that of the form it was confirmed on."""
    region = new.contract.region
    with transaction.atomic():
        lock_ledger(region)
        refuse_known(new)
        change([new], replace(act, why=new.reason), region=region, answered=answered)


def refuse_known(new: ObligationChange) -> None:
    """Sent twice, it counts once. Asked under the lock of the ledger."""
    if ObligationChange.objects.filter(contract=new.contract, identity=new.identity).exists():
        raise DoneAlready(_("This change was registered already."))
