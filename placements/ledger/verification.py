"""Do the ledgers hold? Every invariant that a total relies on, checked against what was registered
and accepted.

Each finding is a sentence that names the contract or fulfilment and the difference. Source:
DOMAIN.md section 3.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import F, Sum
from django.utils.translation import gettext as _

from contracts.models import (
    ClosedYear,
    Contract,
    ContractShare,
    ContractState,
    ObligationChange,
    ObligationLine,
    Region,
)
from contracts.owed.amounts import owed_by
from contracts.owed.shares import SharesOfContracts
from placements.claims import whole
from placements.claims.valuing import Valued, fetch, values_as_accepted
from placements.ledger import kept as totals
from placements.ledger.posting import Line, last_month, lines_of, may_be_posted
from placements.models import (
    ContractStanding,
    Fulfilment,
    FulfilmentLine,
    FulfilmentState,
    FulfilmentVersion,
)
from placements.standing.kept import wrongly_kept
from sroi.database.batches import in_batches, streamed
from sroi.money import ZERO
from sroi.periods import month_of
from sroi.templatetags.formats import all_decimals, euro2

# Contract, month and municipality of a line; what it says: amount, fte, paid.
Key = tuple[int, date, int]
Amounts = tuple[Decimal, Decimal, Decimal]


def differences(regions: Iterable[Region], today: date) -> Iterator[str]:
    """Everything that does not hold, in sentences; nothing at all when the ledgers are right."""
    for region in regions:
        yield from _obligations(region)
        yield from _shares(region)
        yield from _reversals(region)
        yield from _months(region, today)
        yield from _fulfilments(region, today)
        yield from _linked(region)
        yield from _standings(region, today)
        yield from _totals(region)


def _sums(lines: Any, key: str, *amounts: str) -> dict[Any, tuple[Decimal, ...]]:
    rows = lines.order_by().values(key).annotate(**{f"sum_{a}": Sum(a) for a in amounts})
    return {row[key]: tuple(row[f"sum_{a}"] or ZERO for a in amounts) for row in rows}


def _obligations(region: Region) -> Iterator[str]:
    """Lines add up to basis × rate with its cap and what was agreed; of a framework or a cancelled
    contract to 0.
    """
    posted = _sums(
        ObligationLine.objects.filter(contract__region=region),
        "contract",
        "value_delta",
        "obligation_delta",
    )
    changes = defaultdict(list)
    for change in ObligationChange.objects.filter(contract__region=region).order_by("pk"):
        changes[change.contract_id].append(change)
    for contract in (
        Contract.objects.filter(region=region)
        .exclude(state=ContractState.DRAFT)
        .select_related("policy")
    ):
        value, obligation = posted.get(contract.pk, (ZERO, ZERO))
        owed = owed_by(contract, changes[contract.pk])
        nothing = contract.is_framework or contract.state == ContractState.CANCELLED
        expected = (ZERO, ZERO) if nothing else (owed.value, owed.obligation)
        if (value, obligation) != expected:
            yield _(
                "Contract %(ref)s: posted %(value)s and %(obligation)s, expected %(v)s and %(o)s."
            ) % {
                "ref": contract.reference,
                "value": euro2(value),
                "obligation": euro2(obligation),
                "v": euro2(expected[0]),
                "o": euro2(expected[1]),
            }


def _linked(region: Region) -> Iterator[str]:
    """What is linked as the same with what is elsewhere counts for the whole at most."""
    rows = Fulfilment.objects.filter(region=region, effort__isnull=False).order_by()
    for some in in_batches(streamed(rows.values_list("effort", "external_id"))):
        numbers = dict(some)
        for effort, shares in whole.counting(numbers.keys()).items():
            if (total := sum(shares.values(), ZERO)) > whole.WHOLE:
                yield _("Fulfilment %(number)s counts for %(total)s%%, with elsewhere.") % {
                    "number": numbers[effort],
                    "total": all_decimals(total),
                }


def _shares(region: Region) -> Iterator[str]:
    totals: dict[tuple[str, date | None], Decimal] = defaultdict(Decimal)
    rows = ContractShare.objects.filter(contract__region=region).values_list(
        "contract__reference", "valid_from", "percent"
    )
    for reference, valid_from, percent in rows:
        totals[reference, valid_from] += percent
    for (reference, _month), total in totals.items():
        if total != 100:
            yield _("Contract %(ref)s: the shares add up to %(total)s%%.") % {
                "ref": reference,
                "total": all_decimals(total),
            }


def _reversals(region: Region) -> Iterator[str]:
    """A reversal is the opposite of the line that it reverses, and only of one that stands."""
    reversals = FulfilmentLine.objects.filter(contract__region=region, reverses__isnull=False)
    same = (
        "contract_id",
        "municipality_id",
        "month",
        "category",
        "block_id",
        "fulfilment_id",
        "version_id",
    )
    for line in streamed(reversals.select_related("reverses")):
        original = line.reverses
        assert original is not None
        opposite = (line.amount, line.fte, line.paid) == (
            -original.amount,
            -original.fte,
            -original.paid,
        )
        if (
            not opposite
            or original.reverses_id
            or any(getattr(line, f) != getattr(original, f) for f in same)
        ):
            yield _("Line %(line)s does not match line %(other)s, which it reverses.") % {
                "line": line.pk,
                "other": original.pk,
            }


def _months(region: Region, today: date) -> Iterator[str]:
    """Nothing is booked before its month, or in a year that was closed before it was posted;
    nothing lies ahead.
    """
    closed = {c.year: c.last_posting for c in ClosedYear.objects.filter(region=region)}
    for lines, name in (
        (ObligationLine.objects.filter(contract__region=region), _("Obligation line")),
        (FulfilmentLine.objects.filter(contract__region=region), _("Fulfilment line")),
    ):
        for pk in lines.filter(booked__lt=F("month")).values_list("pk", flat=True):
            yield _("%(line)s %(pk)s is booked before its month.") % {"line": name, "pk": pk}
        for year, last_posting in closed.items():
            late = lines.filter(booked__year=year, posting__number__gt=last_posting)
            for pk in late.values_list("pk", flat=True):
                yield _("%(line)s %(pk)s is booked in %(year)s, which is closed.") % {
                    "line": name,
                    "pk": pk,
                    "year": year,
                }
    ahead = FulfilmentLine.objects.filter(contract__region=region, month__gt=month_of(today))
    for pk in ahead.values_list("pk", flat=True):
        yield _("Fulfilment line %(pk)s stands for a month that has not begun.") % {"pk": pk}


def _fulfilments(region: Region, today: date) -> Iterator[str]:
    """The standing lines of an accepted version are those of its confirmed months; any other
    version has none.
    """
    versions = FulfilmentVersion.objects.filter(fulfilment__region=region)
    loose = FulfilmentLine.objects.filter(
        contract__region=region, reverses=None, reversed_by=None
    ).exclude(version__state=FulfilmentState.ACCEPTED)
    for external_id in (
        loose.order_by().values_list("fulfilment__external_id", flat=True).distinct()
    ):
        yield _("Fulfilment %(id)s: lines stand for a version that does not count.") % {
            "id": external_id
        }
    keys = list(
        versions.filter(state=FulfilmentState.ACCEPTED).order_by("pk").values_list("pk", flat=True)
    )
    for some in in_batches(keys):
        yield from _accepted(list(versions.filter(pk__in=some)), today)


def _accepted(versions: list[FulfilmentVersion], today: date) -> Iterator[str]:
    fetch(versions)
    valued = {v.pk: values_as_accepted(v) for v in versions}
    shares = SharesOfContracts(a.contract_id for rows in valued.values() for a, _value in rows)
    standing = FulfilmentLine.objects.filter(version__in=versions, reverses=None, reversed_by=None)
    found: dict[int, dict[int, dict[Key, Amounts]]] = defaultdict(lambda: defaultdict(dict))
    for line in standing.select_related("posting"):
        key = (line.contract_id, line.month, line.municipality_id)
        found[line.version_id][line.posting.number][key] = (line.amount, line.fte, line.paid)
    for version in versions:
        for allocation, value in valued[version.pk]:
            if allocation.value != value.total:
                yield _("Fulfilment %(id)s: accepted as %(kept)s, computed again %(value)s.") % {
                    "id": version.fulfilment.external_id,
                    "kept": euro2(allocation.value),
                    "value": euro2(value.total),
                }
        yield from _standing(version, valued[version.pk], shares, found[version.pk], today)


def _standing(
    version: FulfilmentVersion,
    valued: Valued,
    shares: SharesOfContracts,
    found: dict[int, dict[Key, Amounts]],
    today: date,
) -> Iterator[str]:
    """What was posted stays, also when less would be due now; but each line is as the acceptance
    says, by the shares that were known when it was posted, and every month that is due is there.
    """
    begun = [
        line
        for line in lines_of(version, valued, shares)
        if line.month <= last_month(version, today)
    ]
    due = [line for line in begun if may_be_posted(version, line.allocation, line.month)]
    posted = {key[:2] for lines in found.values() for key in lines}
    right = all((line.allocation.contract_id, line.month) in posted for line in due)
    for number, lines in found.items():
        months = {key[:2] for key in lines}
        then = {
            _key(line): (line.amount, line.fte, line.paid)
            for line in lines_of(version, valued, shares, number)
        }
        right = right and lines == {
            key: amounts for key, amounts in then.items() if key[:2] in months
        }
    if not right:
        amounts = [amount for lines in found.values() for amount, _f, _p in lines.values()]
        yield _("Fulfilment %(id)s: %(posted)s is posted, %(due)s is due.") % {
            "id": version.fulfilment.external_id,
            "posted": euro2(sum(amounts, ZERO)),
            "due": euro2(sum((line.amount for line in due), ZERO)),
        }


def _key(line: Line) -> Key:
    return (line.allocation.contract_id, line.month, line.municipality_id)


def _standings(region: Region, today: date) -> Iterator[str]:
    """What is kept of how contracts stand is what the lines say."""
    found = wrongly_kept(Contract.objects.filter(region=region), today)
    for contract, kept, right in found:
        if kept is None:
            yield _("Contract %(ref)s: nothing is kept of how it stands.") % {
                "ref": contract.reference
            }
        else:
            yield _("Contract %(ref)s: kept is %(kept)s, by the lines it is %(right)s.") % {
                "ref": contract.reference,
                "kept": _stands(kept),
                "right": _stands(right),
            }


def _stands(row: ContractStanding) -> str:
    """As it is kept: the status by its code, obligation, realised, planned and pending, the day of
    which something was heard, and until when it holds.
    """
    amounts = [euro2(each) for each in (row.obligation, row.realised, row.planned, row.pending)]
    return ", ".join([row.status, *amounts, str(row.heard), str(row.until)])


def _totals(region: Region) -> Iterator[str]:
    """What is kept of the sums of years is what the lines say, as far as they are in it."""
    for wrong in totals.wrongly_kept(region):
        yield _(
            "Totals of %(year)s (%(what)s): %(number)s are not what the lines say, of one"
            " %(kept)s is kept, by the lines it is %(right)s."
        ) % {
            "year": wrong.year,
            "what": wrong.what,
            "number": wrong.number,
            "kept": ", ".join(map(str, wrong.kept)),
            "right": ", ".join(map(str, wrong.right)),
        }
