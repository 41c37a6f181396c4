"""The door for recording: the first version under the next number, a copy, an interim report."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import DateField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from contracts.models import BlockKind, Contractor, Region
from placements.claims import whole
from placements.claims.content import FROM_THE_FIRST_DAY, Content, Draft, content_of
from placements.life import door as life
from placements.models import Allocation, Fulfilment, FulfilmentVersion
from placements.rights import TAKES_FULFILMENTS, closed_to
from sroi.access import Access
from sroi.doors import EVERYTHING, Act, Refused, refuse_to_come
from sroi.periods import DAY

# Of one happening only: a copy is of another person, invoice or day. The hours per week stay.
NOT_COPIED = (
    *("candidate_ref", "start_date", "end_date", "confirmed_until", "age_at_start"),
    *("entitled_until", "facts", "origin", "residence"),
    *("invoice_number", "amount", "paid_on", "quantity", "activity_date"),
)
TRIES_FOR_A_NUMBER = 5


def copied(version: FulfilmentVersion) -> Content:
    """An earlier one as the beginning of a new one, without what is of that one person, invoice or
    day; the hours per week are those that held last. It is linked with nothing, so its parts are
    of the whole.
    """
    content = content_of(version)
    parts = content.allocations
    empty = FulfilmentVersion()
    return replace(
        content,
        fields=content.fields | {name: getattr(empty, name) for name in NOT_COPIED},
        allocations=whole.of_the_whole(parts) if version.fulfilment.effort_id else parts,
        hours=[(FROM_THE_FIRST_DAY, hours) for _day, hours in sorted(content.hours)[-1:]],
    )


def record(
    region: Region, contractor: Contractor, kind: str, content: Content, access: Access, act: Act
) -> FulfilmentVersion:
    """A first version in state draft, under the next number of the contractor in the year."""
    return record_all(region, contractor, kind, [content], access, act)[0]


def record_all(
    region: Region,
    contractor: Contractor,
    kind: str,
    contents: Sequence[Content],
    access: Access,
    act: Act,
) -> list[FulfilmentVersion]:
    """As `record`, of many at once under numbers that follow each other: all of them or none."""
    under = [contract for content in contents for contract, _block, _percent in content.allocations]
    if closed := closed_to(contractor.pk, under, access):
        raise Refused(
            _("Nothing new can be recorded for %(name)s under contract %(ref)s.")
            % {"name": contractor.name, "ref": closed.reference}
        )
    for attempt in range(TRIES_FOR_A_NUMBER):
        numbers = next_numbers(region, contractor, act.today)
        drafts = [
            Draft(
                Fulfilment(
                    region=region, contractor=contractor, kind=kind, external_id=next(numbers)
                ),
                content,
            )
            for content in contents
        ]
        try:
            return life.draft(drafts, act)
        except IntegrityError:
            # Somebody of the same contractor took this number at the same moment.
            if attempt == TRIES_FOR_A_NUMBER - 1:
                raise
    raise AssertionError("not reached")


def submit_each(
    versions: Sequence[FulfilmentVersion], act: Act, *, only_here: bool
) -> tuple[list[FulfilmentVersion], list[str]]:
    """Hand in many, each by itself: those that were, and why the others stay what they are."""
    done, refused = [], []
    for version in versions:
        try:
            life.submit([version], act, only_here=only_here)
            done.append(version)
        except Refused as why:
            refused.append(str(why))
    return done, refused


def next_numbers(region: Region, contractor: Contractor, today: date) -> Iterator[str]:
    """`2025-007` and on: by year, after the highest that is there."""
    prefix = f"{today.year}-"
    known = Fulfilment.objects.filter(
        region=region, contractor=contractor, external_id__startswith=prefix
    )
    numbers = [text.removeprefix(prefix) for text in known.values_list("external_id", flat=True)]
    last = max((int(n) for n in numbers if n.isdecimal() and len(n) < 9), default=0)
    return (f"{prefix}{number:03}" for number in count(last + 1))


@dataclass(frozen=True)
class Reported:
    """What is said of one running placement: it runs on, it stopped on a day, or other hours from a
    day on.
    """

    fulfilment: Fulfilment
    stopped_on: date | None = None
    other_hours: tuple[date, Decimal] | None = None


def running(fulfilments: QuerySet[Any], today: date) -> QuerySet[Any]:
    """The accepted placements of which it is not yet certain that they ran until today, or until
    their last day, or the last one that counts for the firm under a contract.
    """
    begun = fulfilments.filter(
        kind=BlockKind.PLACEMENT, accepted__isnull=False, accepted__start_date__lte=today
    )
    counting = Allocation.objects.filter(
        version=OuterRef("accepted"), contract__state__in=TAKES_FULFILMENTS
    )
    begun = begun.filter(Exists(counting.filter(_counts_after_what_is_certain())))
    certain = F("accepted__confirmed_until")
    ended = Q(accepted__end_date__isnull=False, accepted__end_date__lte=certain)
    return begun.filter(
        Q(accepted__confirmed_until=None) | Q(accepted__confirmed_until__lt=today)
    ).exclude(ended)


def _counts_after_what_is_certain() -> Q:
    """`placements.claims.valuing.last_counted`, asked of the database."""
    certain = Coalesce(OuterRef("accepted__confirmed_until"), OuterRef("accepted__start_date"))
    following = ExpressionWrapper(certain + DAY, DateField())
    in_term = Q(contract__end_date__gt=certain) | Q(contract__recovery_until__gt=certain)
    not_taken = Q(contract__contractor=OuterRef("contractor")) | Q(contract__contractor_since=None)
    return in_term & (not_taken | Q(contract__contractor_since__gt=following))


def report(rows: Sequence[Reported], act: Act) -> None:
    """All of an interim report at once: what runs on is confirmed until today, the rest is handed
    in as a change.
    """
    for row in rows:
        refuse_to_come(row.stopped_on, act.today)
    with transaction.atomic():
        on = [row.fulfilment for row in rows if not row.stopped_on and not row.other_hours]
        for region in {f.region for f in on}:
            life.confirm([f for f in on if f.region_id == region.pk], act.today, act, region=region)
        changed = []
        for row in (row for row in rows if row.fulfilment not in on):
            accepted = row.fulfilment.accepted
            assert accepted is not None  # `running` says so
            content = content_of(accepted)
            fields = {**content.fields, "confirmed_until": None}
            fields["end_date"] = row.stopped_on or content.fields["end_date"]
            hours = [*content.hours, row.other_hours] if row.other_hours else content.hours
            changed.append(
                life.propose_change(
                    row.fulfilment, Content(fields, hours, content.allocations), act
                )
            )
        # What was said of each row stood beside it, and the adviser looks at every change.
        life.submit(changed, act, answered=EVERYTHING)
