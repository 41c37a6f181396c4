"""PSO certificates: the discount that goes with a level, when one lapses, and what is then taken
back.

A discount holds while a certificate is valid. It is given over the whole obligation; once the
certificate lapses without another one that follows, the part for the days of the term that are left
is proposed as a correction. Amounts are euro, a decrease is negative. Source: DOMAIN.md section 4.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.models import (
    ChangeKind,
    Contract,
    ContractState,
    ObligationChange,
    Policy,
    PsoCertificate,
)
from contracts.owed.amounts import owed_by
from contracts.owed.exemption import exempts
from sroi.doors import Objection
from sroi.money import ZERO, rounded
from sroi.periods import DAY, Period, add_months
from sroi.templatetags.formats import long_date


class CertificateState(TextChoices):
    VALID = "valid", gettext_lazy("valid")
    TO_COME = "to_come", gettext_lazy("still to begin")
    LAPSING = "lapsing", gettext_lazy("lapses soon")
    LAPSED = "lapsed", gettext_lazy("lapsed")


def faults(
    policy: Policy, valid_from: date | None, valid_until: date | None
) -> Iterator[Objection]:
    """What cannot be right about the days of a certificate, as (name of the field, reason)."""
    if not valid_from or not valid_until:
        return
    longest = add_months(valid_from, policy.certificate_months)
    if valid_until < valid_from:
        yield Objection("valid_until", _("A certificate cannot end before it begins."))
    elif valid_until > longest:
        yield Objection(
            "valid_until",
            _("A certificate is valid for %(months)s months at most. Choose a day up to %(day)s.")
            % {"months": policy.certificate_months, "day": long_date(longest)},
        )


def discount_percent(contract: Contract, certificate: PsoCertificate) -> Decimal:
    """The percent of the obligation that the policy gives for a level: all of it to who was exempt
    on the day of the award and is registered later, 0 where it gives none.
    """
    if exempts(contract.policy, certificate, contract.award_date):
        return Decimal(100)
    return Decimal(contract.policy.pso_discounts.get(certificate.level, 0))


def standing_discount(changes: Iterable[ObligationChange]) -> Decimal:
    """What all discounts for certificates come to now, corrections after a lapse included."""
    theirs = [c for c in changes if c.kind == ChangeKind.PSO_DISCOUNT or c.certificate_id]
    return sum((change.obligation_delta or ZERO for change in theirs), ZERO)


def discount(
    contract: Contract, certificate: PsoCertificate, changes: Sequence[ObligationChange]
) -> Decimal:
    """By how much a certificate changes what is owed; a discount that stands already is not given
    twice.

    `changes` are all changes of the contract, in the order in which they were registered.
    """
    owed = owed_by(contract, changes)
    whole = rounded(
        Fraction(owed.computed) * Fraction(discount_percent(contract, certificate)) / 100
    )
    return min(-whole - standing_discount(changes), ZERO)


# --- lapsing --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cover:
    """How the certificates of a contractor cover the term of one contract at a date."""

    contract: Contract
    certificate: PsoCertificate
    state: CertificateState
    # What stands of the discounts, and what is to be taken back; both 0 where nothing is.
    discount: Decimal
    correction: Decimal


def state_of(certificate: PsoCertificate, policy: Policy, today: date) -> CertificateState:
    warn_from = certificate.valid_until - timedelta(days=policy.certificate_warning_days)
    if today < certificate.valid_from:
        return CertificateState.TO_COME
    if today > certificate.valid_until:
        return CertificateState.LAPSED
    return CertificateState.LAPSING if today >= warn_from else CertificateState.VALID


def last_of_chain(certificates: Sequence[PsoCertificate], today: date) -> PsoCertificate | None:
    """The last of the certificates that follow each other without a gap, from the one that began
    last on `today`.
    """
    begun = [c for c in certificates if c.valid_from <= today] or list(certificates)
    last = max(begun, key=lambda c: c.valid_until, default=None)
    for following in sorted(certificates, key=lambda c: c.valid_from):
        if (
            last
            and last.valid_until < following.valid_until
            and following.valid_from <= last.valid_until + DAY
        ):
            last = following
    return last


def cover(
    contract: Contract,
    certificates: Sequence[PsoCertificate],
    changes: Sequence[ObligationChange],
    today: date,
) -> Cover | None:
    """How the certificates (of the contractor in the region, and those that gave a discount) cover
    the contract; None where there is none.
    """
    last = last_of_chain(certificates, today)
    if last is None:
        return None
    state = state_of(last, contract.policy, today)
    given = standing_discount(changes)
    corrected = any(
        c.certificate_id == last.pk and c.kind == ChangeKind.CORRECTION for c in changes
    )
    due = state == CertificateState.LAPSED and not corrected
    return Cover(contract, last, state, given, taken_back(contract, last, given) if due else ZERO)


def taken_back(contract: Contract, certificate: PsoCertificate, given: Decimal) -> Decimal:
    """The part of a discount for the days of the term after the certificate; who was exempt on the
    day of the award stays so.
    """
    if exempts(contract.policy, certificate, contract.award_date):
        return ZERO
    term = contract.term
    left = term & Period(certificate.valid_until + DAY, contract.end_date)
    return rounded(Fraction(-given) * left.days / term.days) if given < 0 else ZERO


def covers(
    contracts: Iterable[Contract],
    certificates: Iterable[PsoCertificate],
    changes: Iterable[ObligationChange],
    today: date,
) -> dict[int, Cover]:
    """By contract id how certificates cover it, for contracts that run; `changes` in order of
    registration. A discount stays with the certificate of the firm that got it, also where another
    has the contract now.
    """
    by_number = {certificate.pk: certificate for certificate in certificates}
    per_contractor: dict[tuple[int, int], list[PsoCertificate]] = {}
    for certificate in by_number.values():
        per_contractor.setdefault((certificate.region_id, certificate.contractor_id), []).append(
            certificate
        )
    per_contract: dict[int, list[ObligationChange]] = {}
    for change in changes:
        per_contract.setdefault(change.contract_id, []).append(change)
    found = {}
    for contract in contracts:
        if (
            contract.state not in (ContractState.ACTIVE, ContractState.ENDED)
            or contract.is_framework
        ):
            continue
        changed = per_contract.get(contract.pk, [])
        theirs = per_contractor.get((contract.region_id, contract.contractor_id), [])
        tied = [by_number[c.certificate_id] for c in changed if c.certificate_id in by_number]
        covered = cover(contract, list(dict.fromkeys([*theirs, *tied])), changed, today)
        if covered:
            found[contract.pk] = covered
    return found
