"""Preparing a contract: who may, the contractor it is for, what it would owe and why, and
registering it.
"""

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from contracts.models import (
    Contract,
    ContractDraft,
    Contractor,
    Municipality,
    Policy,
    PsoCertificate,
    Region,
    ValuationTable,
)
from contracts.models.organisation import folded, identity
from contracts.owed.amounts import OPEN, owed_at_award, owed_themselves
from contracts.owed.door import Award, award
from contracts.owed.doubts import award_doubts, usual_value
from contracts.owed.exemption import Exemptions
from contracts.owed.obligation import ExpectedRate, Owed, expected_rate, split, threshold
from contracts.owed.posting import lock_ledger
from contracts.owed.shares import SharesOfContracts
from contracts.owed.terms import (
    Given,
    award_faults,
    contract_of,
    framework_faults,
    needs_motivation,
    policy_on,
    share_faults,
)
from contracts.valuation_tables.loading import LineOfTables
from sroi.access import Access, May, visible
from sroi.doors import (
    Act,
    Doubt,
    Objection,
    Overtaken,
    Refused,
    key_of,
    refuse_overtaken,
    someone_was_first,
)
from sroi.money import ZERO
from sroi.periods import month_of
from sroi.templatetags.formats import percent

# What an order usually has from its framework.
AS_IN_FRAMEWORK = (
    "procurement_type",
    "cpv",
    "policy_field",
    "basis",
    "rate_reason",
    "rate_reason_text",
)
LONGEST = 1001
FOUND = 20


def may_register(access: Access) -> bool:
    return access.may(May.REGISTER)


def regions_to_register_in(access: Access) -> Any:
    return visible(Region, access).filter(pk__in=access.regions_where(May.REGISTER))


def towns_to_register_for(access: Access, region: Region, today: date) -> list[Municipality]:
    """An adviser: every client of the region that is there today; a procurement officer: their
    own.
    """
    towns = Municipality.objects.filter(region=region).there_on(today).order_by("code")
    own = access.municipalities_where(May.REGISTER, region_id=region.pk)
    return list(towns if own is None else towns.filter(pk__in=own))


def drafts_for(access: Access) -> Any:
    """One's own, and to who advises in a region those of everyone there, while they may register in
    it. Decision: `docs/decisions/drafts-of-a-region.md`.
    """
    rows = visible(ContractDraft, access).filter(
        Q(owner=access.user_id) | Q(region__in=access.regions_where(May.ADVISE)),
        region__in=regions_to_register_in(access),
    )
    return rows.select_related("region", "contractor", "owner")


# --- the contractor -------------------------------------------------------------------------------


def find_contractors(access: Access, text: str) -> list[Contractor]:
    """By part of the name among those one may see; one of elsewhere is found by its full KvK number
    only.
    """
    text = text.strip()
    if text.isdecimal() and len(text) == 8:
        return list(Contractor.objects.filter(kvk=text))
    if len(text) < 2:
        return []
    found = visible(Contractor, access).filter(name_folded__contains=folded(text))
    return list(found.order_by("name_folded", "pk")[:FOUND])


def start(
    region: Region,
    owner: Any,
    firm: Mapping[str, str],
    *,
    contractor: Contractor | None,
    at: datetime,
) -> Any:
    """A new draft for a known contractor, or for the new `firm`; a number that is known already
    finds its firm.
    """
    contractor = contractor or Contractor.objects.filter(**identity(firm)).first()
    new = {} if contractor else {f"new_{name}": value for name, value in firm.items()}
    return ContractDraft.objects.create(
        region=region, owner=owner, contractor=contractor, edited_at=at, **new
    )


def may_call_off(access: Access, framework: Contract) -> bool:
    """Register an order under this contract, which it makes a framework if it is none yet."""
    registers = access.may(May.REGISTER, region_id=framework.region_id)
    return registers and framework.parent_id is None and framework.state in OPEN


def start_call_off(
    framework: Contract, owner: Any, towns: Iterable[Municipality], *, at: datetime
) -> ContractDraft:
    """A new draft of an order under a framework, with what usually is as there; `towns` are those
    one registers for.
    """
    filled_in = {name: str(getattr(framework, name)) for name in AS_IN_FRAMEWORK}
    filled_in |= {"parent_reference": framework.reference, "rate": _as_typed(framework.rate)}
    shares = SharesOfContracts([framework]).on(framework.pk, month_of(framework.last_counted_day))
    own = {town.pk: shares.get(town.pk, Decimal(0)) for town in towns}
    for pk, share in own.items():
        filled_in[f"share_{pk}"] = "100" if len(own) == 1 else _as_typed(share) if share else ""
    return ContractDraft.objects.create(
        region=framework.region,
        owner=owner,
        contractor=framework.contractor,
        filled_in=filled_in,
        edited_at=at,
    )


def _as_typed(percent: Decimal) -> str:
    return f"{percent.normalize():f}".replace(".", ",")


def keep(
    draft: ContractDraft, typed: Mapping[str, Any], names: Iterable[str], *, at: datetime
) -> None:
    """Store what was typed, right or wrong, so that nothing of it is lost; `Overtaken` where the
    form was sent by somebody since `draft` was read.
    """
    stored = _typed(typed, names)
    if not _as_read(draft).update(filled_in=stored, edited_at=at):
        raise Overtaken(someone_was_first())
    draft.filled_in, draft.edited_at = stored, at


def keep_meanwhile(
    draft: ContractDraft, typed: Mapping[str, Any], names: Iterable[str], edition: str, by: Any
) -> None:
    """Store what its owner is typing, unless the form was sent since: what arrives late must not
    undo that. A colleague's typing is kept once they send it.
    """
    draft.filled_in = _typed(typed, names)
    if edition == draft.edition and draft.owner_id == by.pk:
        _as_read(draft).update(filled_in=draft.filled_in)


def _as_read(draft: ContractDraft) -> Any:
    """The draft, as long as nobody sent its form since it was read."""
    return ContractDraft.objects.filter(pk=draft.pk, edited_at=draft.edited_at)


def _typed(typed: Mapping[str, Any], names: Iterable[str]) -> dict[str, str]:
    return {name: str(typed.get(name, "")).replace("\0", "")[:LONGEST] for name in names}


def discard(draft: ContractDraft) -> None:
    gone, _of = _as_read(draft).delete()
    if not gone:
        raise Refused(someone_was_first())


# --- what it would owe ----------------------------------------------------------------------------


@dataclass(frozen=True)
class WouldOwe:
    """What a contract would owe, with everything that follows from; None where too little is known
    yet.
    """

    policy: Policy | None = None
    threshold: Decimal | None = None
    expected: ExpectedRate | None = None
    rate: Decimal | None = None
    owed: Owed | None = None
    table: ValuationTable | None = None
    exempted_by: PsoCertificate | None = None
    per_town: tuple[tuple[Municipality, Decimal], ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def below_expected(self) -> bool:
        return (
            self.exempted_by is None
            and self.expected is not None
            and self.rate is not None
            and self.rate < self.expected.rate
        )

    @property
    def is_capped(self) -> bool:
        return (
            self.owed is not None
            and self.owed.cap is not None
            and self.owed.computed == self.owed.cap
        )


class RegionalRules:
    """The rules of a region as they hold for a contract that is being prepared."""

    NEEDED = ("award_date", "procurement_type", "value")

    def __init__(
        self,
        region: Region,
        towns: Iterable[Municipality],
        frameworks: Any,
        tables: Iterable[ValuationTable] = (),
        *,
        contractor: Contractor | None = None,
        today: date,
    ) -> None:
        """`frameworks`: the contracts that may be called off from, as far as the person may see
        them; `tables`: those that they may pin in place of the one that fits by date; `contractor`
        where it is known already.
        """
        self.region, self.frameworks, self.tables, self.today = (
            region,
            frameworks,
            list(tables),
            today,
        )
        self.towns = {town.pk: town for town in towns}
        self.policies = list(Policy.objects.filter(region=region))
        self.contractor = contractor or Contractor()
        self.exemptions = Exemptions(region, self.policies)
        self.line = LineOfTables(region)

    def outlook(self, given: Given) -> WouldOwe:
        missing = tuple(name for name in self.NEEDED if given[name] in (None, ""))
        policy = policy_on(self.policies, given["award_date"]) if given["award_date"] else None
        if missing or policy is None:
            return WouldOwe(policy=policy, missing=missing)
        expected = expected_rate(
            policy,
            given["procurement_type"],
            given["value"],
            given["labour_cost"],
            given["basis"],
        )
        contract = self.contract(given, self.contractor)
        owed = owed_at_award(contract)
        shares = self.shares(given)
        complete = shares and sum(shares.values()) == 100
        per_town = split(owed.obligation, shares) if complete else {}
        return WouldOwe(
            policy=policy,
            threshold=threshold(policy, given["procurement_type"]),
            expected=expected,
            rate=contract.rate,
            owed=owed,
            table=contract.table,
            exempted_by=contract.exempted_by,
            per_town=tuple((self.towns[pk], amount) for pk, amount in per_town.items()),
        )

    def contract(self, given: Given, contractor: Contractor) -> Contract:
        """The contract with the policy, rate and table that follow from its terms; the policy must
        be there.
        """
        contract = contract_of(self.region, contractor, given)
        policy = policy_on(self.policies, given["award_date"])
        assert policy is not None  # `faults` says so
        expected = expected_rate(
            policy,
            given["procurement_type"],
            given["value"],
            given["labour_cost"],
            given["basis"],
        ).rate
        contract.policy = policy
        contract.exempted_by = self.exemptions.of(contract)
        contract.rate = expected if given["rate"] is None else given["rate"]
        contract.rate_reason, contract.rate_reason_text = (
            given["rate_reason"] or "",
            given["rate_reason_text"] or "",
        )
        contract.lot = given["lot"] or ""
        contract.parent = self.framework(given["parent_reference"])
        contract.follows_changes = not given["fixed_obligation"]
        contract.table = self.table(given, policy, contract)
        return contract

    def table(self, given: Given, policy: Policy, contract: Contract) -> ValuationTable | None:
        """The one that was chosen, else the one that fits by date, as soon as the dates are
        known.
        """
        chosen = next(
            (table for table in self.tables if table.code == given["valuation_table"]), None
        )
        known = given["award_date"] and given["start_date"]
        return chosen or (self.line.pinned(policy, contract) if known else None)

    def shares(self, given: Given) -> dict[int, Decimal]:
        """Municipality id → percent, of those that take part, in order of municipality code."""
        found = {pk: given[f"share_{pk}"] for pk in self.towns}
        return {pk: percent for pk, percent in found.items() if percent}

    def framework(self, reference: str) -> Contract | None:
        found: Contract | None = self.frameworks.filter(
            region=self.region, reference=reference
        ).first()
        return found if reference else None

    def faults(self, given: Given) -> Iterator[Objection]:
        """What does not hold yet: the rules of the import, and a reason where no obligation is
        agreed.
        """
        yield from award_faults(given)
        reference, parent = given["reference"], given["parent_reference"]
        if reference and Contract.objects.filter(region=self.region, reference=reference).exists():
            yield Objection(
                "reference",
                _("This reference is in use already. Every contract needs one of its own."),
            )
        if parent:
            framework = self.framework(parent)
            if framework is None:
                yield Objection(
                    "parent_reference",
                    _("There is no contract with this reference to call off from."),
                )
            else:
                yield from framework_faults(framework, given["award_date"])
        if given["award_date"] and policy_on(self.policies, given["award_date"]) is None:
            yield Objection(
                "award_date",
                _("The region has no policy for this date. Ask the region admin to add it."),
            )
        yield from self._share_faults(given)
        yield from self._rate_faults(given)

    def doubts(self, given: Given) -> Iterator[Doubt]:
        """What is asked before it is registered."""
        usual = usual_value(self.region, [given["value"] or ZERO])
        return award_doubts(given, usual, self.today)

    def _share_faults(self, given: Given) -> Iterator[Objection]:
        shares = self.shares(given)
        for reason in share_faults(shares) if self.towns else ():
            yield Objection(f"share_{next(iter(shares or self.towns))}", reason)

    def _rate_faults(self, given: Given) -> Iterator[Objection]:
        outlook = self.outlook(given)
        if outlook.expected is None or outlook.rate is None or outlook.exempted_by:
            return
        expected, words = outlook.expected.rate, {"rate": percent(outlook.expected.rate)}
        if needs_motivation(outlook.rate, expected, given["rate_reason_text"] or ""):
            if outlook.rate == 0:
                yield Objection(
                    "rate_reason_text",
                    _("There is no obligation, where %(rate)s is expected: write why.") % words,
                )
            else:
                yield Objection(
                    "rate_reason_text",
                    _("The rate is below the expected %(rate)s: write why.") % words,
                )
        if outlook.rate < expected and not given["rate_reason"]:
            yield Objection("rate_reason", _("Choose what the reason is about."))


# --- registering ----------------------------------------------------------------------------------


def starting_point(draft: ContractDraft, rules: RegionalRules, given: Given) -> str:
    """What tells what registering would do from anything else: what was filled in, what it would
    owe, and what its framework then no longer owes itself.

    The day on which its form was sent last does not: what is being typed is kept without it.
    """
    would = rules.outlook(given)
    framework = falls_away(rules, given)
    return key_of(
        sorted(draft.filled_in.items()),
        *(would.policy and would.policy.pk, would.rate, would.table and would.table.pk),
        would.owed and would.owed.obligation,
        *((town.pk, amount) for town, amount in would.per_town),
        framework and (framework[0].pk, *framework[1:]),
    )


def falls_away(rules: RegionalRules, given: Given) -> tuple[Contract, Decimal, Decimal] | None:
    """The contract that this first call-off makes a framework, with the value and the obligation
    that it then no longer has itself; None where it makes none.
    """
    framework = rules.framework(given["parent_reference"])
    if framework is None or framework.is_framework:
        return None
    return framework, *owed_themselves([framework.pk]).get(framework.pk, (ZERO, ZERO))


def register(
    draft: ContractDraft,
    rules: RegionalRules,
    given: Given,
    act: Act,
    *,
    is_adviser: bool,
    shown: str,
    answered: Container[str] = (),
) -> Contract:
    """Make the contract of a draft through the door of obligations, as it was `shown`
    (`starting_point`); the draft is used up, so it is registered once.
    """
    with transaction.atomic():
        lock_ledger(draft.region)
        now = ContractDraft.objects.select_for_update(of=("self",)).filter(pk=draft.pk).first()
        if now is None:
            raise Refused(_("This draft was registered or discarded already."))
        refuse_overtaken(shown, starting_point(now, rules, given))
        now.delete()
        for _field, reason in rules.faults(given):
            raise Refused(reason)
        contract = rules.contract(given, _contractor(draft))
        if is_adviser:
            contract.adviser, contract.adviser_email = act.by, act.by.email
        new = Award(contract, rules.shares(given))
        award([new], replace(act, why=_("Registered")), region=draft.region, answered=answered)
    return contract


def _contractor(draft: ContractDraft) -> Contractor:
    if draft.contractor:
        return draft.contractor
    firm = {
        "kvk": draft.new_kvk,
        "country": draft.new_country,
        "register_number": draft.new_register_number,
    }
    contractor, _new = Contractor.objects.get_or_create(
        **identity(firm),
        defaults={"name": draft.new_name, "name_folded": folded(draft.new_name)[:200]},
    )
    return contractor
