"""What an adviser should know before accepting: signals, each a sentence, for many versions at
once.

Nothing is refused here: a signal asks a person to look. Compared is what the reader may see: of
what is elsewhere only the percentage is told, and only of what was linked. Source: DOMAIN.md
sections 5.4, 5.6 and 8.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from contracts.models import BlockKind, Unit
from placements.claims import proof, suppliers, whole
from placements.claims.doubts import limits
from placements.claims.valuing import Valued, counted_of
from placements.models import Allocation, Evidence, FulfilmentState, FulfilmentVersion
from placements.standing.progress import progress_asked
from sroi.database.together import Asking, in_order, prefetched, rows_of, side_by_side
from sroi.money import ZERO
from sroi.periods import Period
from sroi.templatetags.formats import euro, number, short_date

LIVE = (FulfilmentState.SUBMITTED, FulfilmentState.RETURNED, FulfilmentState.ACCEPTED)


@dataclass(frozen=True)
class Signal:
    """A sentence, and the fulfilment that it is about where that is another one."""

    kind: str
    sentence: str
    fulfilment_id: int | None = None


Signals = dict[int, list[Signal]]
# By version id codes of evidence.
Lacking = dict[int, list[str]]


def signals(
    items: Sequence[tuple[FulfilmentVersion, Valued]], visible: Any, today: date
) -> Asking[tuple[Signals, Lacking]]:
    """The signals of each version by its id, and what evidence it lacks. `visible` are the
    fulfilments that the reader may see.
    """
    versions = [version for version, _valued in items]
    contracts = {a.contract.pk: a.contract for _v, valued in items for a, _w in valued}
    others, shown, progress, counting = yield from side_by_side(
        _others(versions, visible),
        proof.shown_for(versions),
        progress_asked(contracts.values(), today),
        _counting_now(versions),
    )
    found: Signals = defaultdict(list)
    missing, doubts = proof.missing(versions, shown), suppliers.doubts(versions)
    elsewhere = proof.shown_for_another(versions, shown)
    shares = whole.elsewhere([version.fulfilment for version in versions])
    for version, valued in items:
        own = found[version.pk]
        if share := shares.get(version.fulfilment_id):
            own.append(Signal("elsewhere", whole.told(share)))
        own += others.overlaps(version)
        own += others.same_invoice(version)
        own += others.same_file(version)
        own += others.alternatives(version)
        own += [Signal("not_recognised", sentence) for sentence in doubts.get(version.pk, ())]
        own += outside_the_term(version, valued)
        if version.pk in missing:
            told = [proof.still_missing(missing[version.pk]), elsewhere.get(version.pk, "")]
            own.append(Signal("missing_evidence", " ".join(filter(None, told))))
        own += unusual_hours(version, valued)
        for allocation, value in valued:
            standing = progress[allocation.contract_id]
            left = standing.obligation - standing.realised - standing.planned
            left += counting.get((version.fulfilment_id, allocation.contract_id), ZERO)
            if value.total > max(left, ZERO):
                own.append(
                    Signal(
                        "above_owed",
                        _above(allocation.contract.reference, value.total, max(left, ZERO)),
                    )
                )
    return found, missing


def _above(reference: str, worth: Decimal, left: Decimal) -> str:
    return _("%(worth)s is more than what is still owed on contract %(ref)s: %(left)s.") % {
        "worth": euro(worth),
        "ref": reference,
        "left": euro(left),
    }


def _counting_now(versions: Iterable[FulfilmentVersion]) -> Asking[dict[tuple[int, int], Decimal]]:
    """What the accepted version of the same fulfilment counts for now: a change takes its place."""
    counting = FulfilmentVersion.objects.filter(
        accepted_of__in={v.fulfilment_id for v in versions}
    ).order_by()
    rows = yield from rows_of(
        counting.values_list("fulfilment_id", "allocations__contract_id", "allocations__value")
    )
    return {
        (fulfilment, contract): value for fulfilment, contract, value in rows if value is not None
    }


def outside_the_term(version: FulfilmentVersion, valued: Valued) -> list[Signal]:
    """Days that do not count under a contract, because they lie outside its term, or outside the
    days on which it was of this firm.
    """
    found = []
    for allocation, _value in valued:
        contract = counted_of(allocation.contract, version.fulfilment.contractor_id)
        first, last = contract.first, contract.last
        if version.fulfilment.kind == BlockKind.PURCHASE:
            last += timedelta(days=contract.payment_days)
        days = [version.start_date, version.end_date, version.paid_on, version.activity_date]
        outside = [day for day in days if day and not first <= day <= last]
        if outside:
            sentence = _(
                "%(days)s lies outside the counted term of contract %(ref)s (%(first)s to"
                " %(last)s)."
            ) % {
                "days": ", ".join(short_date(day) for day in outside),
                "ref": contract.reference,
                "first": short_date(first),
                "last": short_date(last),
            }
            found.append(Signal("outside_term", sentence))
    return found


def unusual_hours(version: FulfilmentVersion, valued: Valued) -> list[Signal]:
    """More hours than full time, fewer than the table's least, or very many on one day."""
    found = {}
    for allocation, _value in valued:
        table = allocation.block.table
        for term in version.terms.all():
            hours = term.hours_per_week
            if hours > table.full_time_hours:
                found["more"] = _("%(hours)s hours per week is more than full time (%(full)s).") % {
                    "hours": number(hours),
                    "full": number(table.full_time_hours),
                }
            elif hours < table.min_hours_per_week or not hours:
                found["less"] = _(
                    "%(hours)s hours per week is below the least of %(least)s hours."
                ) % {
                    "hours": number(hours),
                    "least": number(table.min_hours_per_week),
                }
        if (
            allocation.block.unit == Unit.HOUR
            and (version.quantity or 0) > limits()["activity_hours"]
        ):
            found["many"] = _("%(hours)s hours for one activity is a lot.") % {
                "hours": number(version.quantity)
            }
    return [Signal("unusual_hours", sentence) for sentence in found.values()]


def _others(versions: Sequence[FulfilmentVersion], visible: Any) -> Asking["_Others"]:
    """Of those that the reader may see."""
    evidence = Evidence.objects.filter(erased_at=None).exclude(content_hash="")
    own = evidence.filter(version__fulfilment__in={v.fulfilment_id for v in versions}).order_by()
    same = evidence.filter(
        content_hash__in=own.values("content_hash"), version__fulfilment__in=visible
    )
    live = _alike(versions, visible)
    under = Allocation.objects.filter(version__in=live.values("pk"))
    files, rows, allocations, elsewhere = yield from side_by_side(
        rows_of(own.values_list("version__fulfilment_id", "content_hash")),
        in_order(live.select_related("fulfilment"), "-fulfilment", "number"),
        in_order(under.select_related("contract", "block"), "contract__reference"),
        in_order(same.select_related("version__fulfilment")),
    )
    prefetched(FulfilmentVersion, "allocations", rows, allocations)
    of_fulfilment: dict[int, set[str]] = defaultdict(set)
    for fulfilment, content in files:
        of_fulfilment[fulfilment].add(content)
    return _Others(of_fulfilment, rows, elsewhere)


def _alike(versions: Sequence[FulfilmentVersion], visible: Any) -> Any:
    """Live versions that share a candidate or an invoice, or are on a row that goes instead."""
    alike = Q(invoice_number__in={v.invoice_number for v in versions if v.invoice_number})
    alike |= Q(
        candidate_ref__in={v.candidate_ref for v in versions if v.candidate_ref},
        fulfilment__contractor__in={v.fulfilment.contractor_id for v in versions},
    )
    named = [a for v in versions for a in v.allocations.all() if a.block.alternatives]
    if named:
        instead = Allocation.objects.filter(
            contract__in={a.contract_id for a in named},
            block__alternatives__in={a.block.alternatives for a in named},
        )
        alike |= Q(pk__in=instead.order_by().values("version"))
    live = FulfilmentVersion.objects.filter(
        Q(accepted_of__isnull=False) | Q(latest_of__isnull=False),
        state__in=LIVE,
        fulfilment__in=visible,
    )
    return live.filter(alike).order_by()


@dataclass(frozen=True)
class _Others:
    """Live versions of other fulfilments that share a candidate, an invoice or a file with
    these; `files` by fulfilment id what its own hold.
    """

    files: dict[int, set[str]]
    rows: list[FulfilmentVersion]
    same: list[Evidence]

    def _but(self, version: FulfilmentVersion) -> Iterable[FulfilmentVersion]:
        return (other for other in self.rows if other.fulfilment_id != version.fulfilment_id)

    def overlaps(self, version: FulfilmentVersion) -> list[Signal]:
        """The same candidate reference of the contractor, at work on the same days."""
        found: dict[int, Signal] = {}
        if not version.candidate_ref or not version.start_date:
            return []
        for other in self._but(version):
            same = other.candidate_ref == version.candidate_ref
            if (
                not same
                or other.fulfilment.contractor_id != version.fulfilment.contractor_id
                or not other.start_date
            ):
                continue
            first = max(version.start_date, other.start_date)
            last = min(version.end_date or date.max, other.end_date or date.max)
            if first <= last:
                sentence = _("%(who)s is also on contract %(ref)s from %(first)s to %(last)s.") % {
                    "who": version.candidate_ref,
                    "ref": ", ".join(a.contract.reference for a in other.allocations.all()),
                    "first": short_date(first),
                    "last": _("now") if last == date.max else short_date(last),
                }
                found[other.fulfilment_id] = Signal("overlap", sentence, other.fulfilment_id)
        return list(found.values())

    def same_invoice(self, version: FulfilmentVersion) -> list[Signal]:
        """The same number of the same supplier, whoever handed it in."""
        if not version.invoice_number:
            return []
        found = {
            other.fulfilment_id: Signal(
                "same_invoice",
                _("Invoice %(number)s of %(supplier)s was also handed in as %(other)s.")
                % {
                    "number": version.invoice_number,
                    "supplier": version.supplier_name,
                    "other": other.fulfilment.external_id,
                },
                other.fulfilment_id,
            )
            for other in self._but(version)
            if other.invoice_number == version.invoice_number
            and suppliers.same_supplier(version, other)
        }
        return list(found.values())

    def alternatives(self, version: FulfilmentVersion) -> list[Signal]:
        """Under one of its contracts a claim of the same firm at the same time, on a row that goes
        instead of this one.
        """
        own, when = _names(version), _when(version)
        found: dict[int, Signal] = {}
        if not (own and when):
            return []
        for other in self._but(version):
            then, same = _when(other), own & _names(other)
            of_firm = other.fulfilment.contractor_id == version.fulfilment.contractor_id
            if not (of_firm and same and then and when & then):
                continue
            sentence = _(
                "%(other)s was handed in for the same time on a building block that goes instead of"
                " this one (%(name)s)."
            ) % {
                "other": other.fulfilment.external_id,
                "name": ", ".join(sorted(name for _contract, name in same)),
            }
            found[other.fulfilment_id] = Signal("alternatives", sentence, other.fulfilment_id)
        return list(found.values())

    def same_file(self, version: FulfilmentVersion) -> list[Signal]:
        """A file with the same contents as evidence of another one."""
        own = self.files[version.fulfilment_id]
        found = {
            e.version.fulfilment_id: Signal(
                "same_file",
                _("The same file is also evidence of %(other)s.")
                % {"other": e.version.fulfilment.external_id},
                e.version.fulfilment_id,
            )
            for e in self.same
            if e.content_hash in own and e.version.fulfilment_id != version.fulfilment_id
        }
        return list(found.values())


def _names(version: FulfilmentVersion) -> set[tuple[int, str]]:
    """By contract the name that its row has together with rows that go instead of it."""
    return {
        (a.contract_id, a.block.alternatives)
        for a in version.allocations.all()
        if a.block.alternatives
    }


def _when(version: FulfilmentVersion) -> Period | None:
    """The days of a placement, or the day of a payment or an activity."""
    first = version.start_date or version.paid_on or version.activity_date
    if not first:
        return None
    is_open = version.start_date and not version.end_date
    return Period(first, date.max if is_open else version.end_date or first)
