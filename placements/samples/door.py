"""Checking afterwards: a random sample of what was accepted in a quarter, and the door for what is
found.

The order in which fulfilments are picked follows from the seed alone: by the SHA-256 of seed and
version, the smallest first. So whoever has the seed draws the same sample again, on any machine.
What someone reviewed who had entered it, and what was accepted without evidence, is always in it,
beside what is drawn. Source: DOMAIN.md section 7, quality.
"""

import hashlib
import secrets
from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, QuerySet
from django.utils.translation import gettext as _

from contracts.dossier import door as dossier
from contracts.models import Contract, ContractNote, NoteKind, Policy, Region
from contracts.owed.posting import lock_ledger
from placements.models import Allocation, FulfilmentVersion, Outcome, Sample, SampleCheck
from sroi.access import Access, May, visible
from sroi.database import days
from sroi.doors import Act, Refused
from sroi.history.keeping import signed
from sroi.periods import DAY, Period, add_months
from sroi.templatetags.formats import long_date

MONTHS_OF_QUARTER = 3
LARGEST = 1000
SEED_BYTES = 16


# --- who may --------------------------------------------------------------------------------------


def may_draw(access: Access, region_id: int | None = None) -> bool:
    return access.may(May.SAMPLE, region_id=region_id)


def checks_own_review(user: Any, check: SampleCheck) -> bool:
    """Four eyes again: who accepted it is not the one who looks whether that was right."""
    return user is not None and check.version.reviewed_by_id == user.pk


# --- drawing --------------------------------------------------------------------------------------


def quarter_of(day: date) -> Period:
    first = date(day.year, day.month - (day.month - 1) % MONTHS_OF_QUARTER, 1)
    return Period(first, add_months(first, MONTHS_OF_QUARTER) - DAY)


def quarter_words(first_day: date) -> str:
    number = (first_day.month - 1) // MONTHS_OF_QUARTER + 1
    return _("quarter %(number)s of %(year)s") % {"number": number, "year": first_day.year}


def population(region: Region, first_day: date, after: int, upto: int) -> QuerySet[Any]:
    """What was accepted in the quarter, in postings after one number up to another; also if it was
    replaced since.
    """
    quarter = quarter_of(first_day)
    return FulfilmentVersion.objects.filter(
        days.within("accepted_in__at", quarter.first, quarter.last),
        fulfilment__region=region,
        accepted_in__number__gt=after,
        accepted_in__number__lte=upto,
    )


def picked(keys: Iterable[int], seed: str, size: int) -> set[int]:
    """`size` of these, the same for the same seed whatever the order in which they are given."""
    return set(
        sorted(keys, key=lambda key: hashlib.sha256(f"{seed}:{key}".encode()).hexdigest())[:size]
    )


def usual_size(region: Region, today: date) -> int:
    """How many the policy of the region wants to be checked per quarter."""
    policy = Policy.objects.filter(region=region).on(today)
    return int(policy.sample_size) if policy else 0


def draw(region: Region, first_day: date, size: int, act: Act, seed: str = "") -> Sample:
    """Draw a sample of a quarter that has begun, of what no earlier sample of it was drawn from."""
    quarter = quarter_of(first_day)
    if act.today < quarter.first:
        raise Refused(_("This quarter has not begun yet."))
    if not 0 <= size <= LARGEST:
        raise Refused(_("Draw at most %(n)s.") % {"n": LARGEST})
    with transaction.atomic():
        head = lock_ledger(region)
        earlier = Sample.objects.filter(region=region, first_day=quarter.first)
        after = earlier.aggregate(last=Max("last_posting"))["last"] or 0
        versions = population(region, quarter.first, after, head.last_number)
        rows = _why_always(versions)
        if not rows:
            raise Refused(
                _("Nothing was accepted in this quarter that no sample was drawn from yet.")
            )
        sample = Sample.objects.create(
            region=region,
            first_day=quarter.first,
            after_posting=after,
            last_posting=head.last_number,
            size=size,
            seed=seed or secrets.token_hex(SEED_BYTES),
            population=len(rows),
            drawn_by=act.by,
            drawn_at=act.at,
        )
        SampleCheck.objects.bulk_create(
            SampleCheck(sample=sample, version_id=pk, **rows[pk])
            for pk in sorted(_chosen(rows, sample))
        )
    return sample


def drawn_again(sample: Sample) -> set[int]:
    """The versions that the seed gives today, from the same postings: the same as then, or
    something is wrong.
    """
    rows = population(sample.region, sample.first_day, sample.after_posting, sample.last_posting)
    return _chosen(_why_always(rows), sample)


def _why_always(versions: QuerySet[Any]) -> dict[int, dict[str, bool]]:
    """By version id why it would be in a sample whatever is drawn."""
    return {
        pk: {"self_reviewed": own, "without_evidence": bool(why)}
        for pk, own, why in versions.values_list("pk", "self_reviewed", "without_evidence")
    }


def _chosen(rows: dict[int, dict[str, bool]], sample: Sample) -> set[int]:
    always = {pk for pk, reasons in rows.items() if any(reasons.values())}
    return picked(rows, sample.seed, sample.size) | always


# --- checking -------------------------------------------------------------------------------------


def record(check: SampleCheck, outcome: str, found: str, done: str, act: Act) -> None:
    """What was found; said again it replaces what was said, and both stay in the history.

    Refused where someone else said something since it was on the screen (`check.checked_at`).
    """
    if outcome not in Outcome.values:
        raise Refused(_("Say whether it is in order."))
    if outcome == Outcome.NOT_IN_ORDER and not (found.strip() and done.strip()):
        raise Refused(_("Write what you found, and what was done about it."))
    with transaction.atomic():
        now = (
            SampleCheck.objects.select_for_update(of=("self",))
            .select_related("version")
            .get(pk=check.pk)
        )
        if now.checked_at != check.checked_at:
            raise Refused(_("Someone else recorded this check meanwhile. Look at it again."))
        if checks_own_review(act.by, now) and not _may_check_own(now, act.today):
            raise Refused(_("You reviewed this yourself. Ask a colleague to check it."))
        now.outcome, now.found, now.done = outcome, found[:1000], done[:1000]
        now.checked_by, now.checked_at = act.by, act.at
        signed(now, act).save()


def visit(
    contract: Contract,
    day: date,
    who: str,
    found: str,
    act: Act,
    *,
    checks: Collection[SampleCheck] = (),
    outcome: str = "",
    done: str = "",
) -> ContractNote:
    """A visit on site, in the dossier; what was drawn and seen there (`checks`) is checked by it,
    all or none.
    """
    with transaction.atomic():
        text = f"{found}\n{done}" if done else found
        note = dossier.write(contract, NoteKind.VISIT, day, text, act, who=who, shared=False)
        words = {"day": long_date(day), "found": found}
        told = _("Seen on site on %(day)s. %(found)s") % words
        for check in checks:
            record(check, outcome, told, done, act)
    return note


def to_check(access: Access, contract: Contract, today: date) -> QuerySet[SampleCheck]:
    """What was drawn of this contract that this person can check still."""
    regions = access.regions_where(May.SAMPLE)
    under = Allocation.objects.filter(contract=contract, version=OuterRef("version"))
    rows = visible(SampleCheck, access).filter(Exists(under), sample__region__in=regions)
    rows = rows.filter(outcome="").select_related("sample", "version__fulfilment")
    if _own_is_allowed(contract.region_id, today):
        return rows
    return rows.exclude(version__reviewed_by=access.user_id)


def _may_check_own(check: SampleCheck, today: date) -> bool:
    """Where the policy lets advisers review what they entered, it lets them check what they
    reviewed.
    """
    return _own_is_allowed(check.sample.region_id, today)


def _own_is_allowed(region_id: int, today: date) -> bool:
    policy = Policy.objects.filter(region=region_id).on(today)
    return bool(policy and policy.self_review)
