from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Prefetch, QuerySet, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.models import BlockKind
from placements import claims, ledger
from placements.filtersets import FulfilmentFilterSet
from placements.models import Allocation, Fulfilment, FulfilmentLine, FulfilmentState, FulfilmentVersion
from placements.review import may_enter, may_review, may_see_person
from placements.tables import FulfilmentTable
from sroi.access import STAFF, Role, visible
from sroi.money import ZERO
from sroi.templatetags.formats import NOTHING, euro, long_date, number, short_date
from sroi.views import DetailPage, Happening, ListFile, ListPage

Rows = list[tuple[Any, Any]]


class FulfilmentList(ListPage):
    model = Fulfilment
    filterset_class = FulfilmentFilterSet
    table_class = FulfilmentTable
    heading = gettext_lazy("Fulfilments")
    template_name = "placements/fulfilment_list.html"
    file_page = "fulfilment-file"
    file_roles = (*STAFF, Role.CONTRACTOR)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        may_record = self.request.access.has(Role.ADVISER, Role.CONTRACTOR)
        return super().get_context_data(may_record=may_record, **kwargs)

    def get_queryset(self) -> QuerySet[Any]:
        allocations = visible(Allocation, self.request.access).select_related("contract", "block")
        found = super().get_queryset().select_related("contractor", "latest")
        return found.prefetch_related(Prefetch("latest__allocations", allocations))


class FulfilmentFile(ListFile, FulfilmentList):
    file_name = gettext_lazy("fulfilments")


class FulfilmentDetail(DetailPage):
    """What was claimed, what it counts for under each contract and why, and what was posted of it."""

    model = Fulfilment
    template_name = "placements/fulfilment_detail.html"

    def get_queryset(self) -> QuerySet[Any]:
        return super().get_queryset().select_related("contractor", "region", "latest__reviewed_by", "accepted")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        fulfilment = self.object
        latest, counts = fulfilment.latest, fulfilment.accepted
        versions = [latest] if counts in (None, latest) else [latest, counts]
        for version in versions:
            version.fulfilment = fulfilment
        claims.fetch(versions)
        valued = values_of(versions)
        self.request.region_title = fulfilment.region.title
        return super().get_context_data(
            version=latest,
            may_enter=may_enter(self.request.access, fulfilment.region_id, fulfilment.contractor_id),
            may_review=may_review(self.request.access, fulfilment),
            is_change=counts is not None and counts != latest,
            claimed=what_was_claimed(latest, may_see_person(self.request.access, fulfilment)),
            valued=valued[latest.pk],
            total=sum((value.total for _allocation, value in valued[latest.pk]), ZERO),
            counts_now=sum((value.total for _allocation, value in valued[counts.pk]), ZERO) if counts else None,
            months=self.months(valued[counts.pk] if counts else []),
            value_label=value_label(latest),
            events=[
                Happening(event.get_kind_display(), event.at, event.by, event.why)
                for event in fulfilment.events.select_related("by").order_by("-pk")
            ],
            **kwargs,
        )

    def months(self, valued: claims.Valued) -> list[tuple[date, Decimal, Decimal]]:
        """Per month what stands in the ledger, and what was accepted but still lies ahead."""
        lines = visible(FulfilmentLine, self.request.access).filter(fulfilment=self.object)
        posted = dict(lines.order_by().values_list("month").annotate(total=Sum("amount")))
        accepted = ledger.amounts_by_month(valued)
        rows = [
            (month, posted.get(month, ZERO), accepted.get(month, ZERO) - posted.get(month, ZERO))
            for month in sorted({*posted, *accepted})
        ]
        return [row for row in rows if row[1] or row[2]]


def values_of(versions: Sequence[FulfilmentVersion]) -> dict[int, claims.Valued]:
    """What each version is worth: the accepted one as it was accepted, another one as it would be now."""
    others = [v for v in versions if v.state != FulfilmentState.ACCEPTED]
    candidates = claims.Candidates(others)
    return {v.pk: claims.values_now(v, candidates) if v in others else claims.explained(v) for v in versions}


def value_label(version: FulfilmentVersion) -> str:
    if version.state == FulfilmentState.ACCEPTED:
        return _("Counts for")
    if version.state in (FulfilmentState.REJECTED, FulfilmentState.WITHDRAWN):
        return _("Does not count. By the table it would be worth")
    return _("Once accepted it counts for")


def what_was_claimed(version: FulfilmentVersion, with_person: bool) -> Rows:
    describe = {
        BlockKind.PLACEMENT: placement_rows,
        BlockKind.PURCHASE: purchase_rows,
        BlockKind.ACTIVITY: activity_rows,
    }
    rows = [(_("Description"), version.description)]
    rows += describe[BlockKind(version.fulfilment.kind)](version)
    if with_person:
        rows += person_rows(version)
    rows.append((_("Done by (subcontractor)"), version.performed_by))
    return [(label, value) for label, value in rows if value not in ("", NOTHING, None)]


def placement_rows(version: FulfilmentVersion) -> Rows:
    terms = [(t.first_day, number(t.hours_per_week)) for t in version.terms.all()]
    hours = ", ".join(
        _("%(hours)s from %(day)s") % {"hours": hours, "day": short_date(day)} if len(terms) > 1 else hours
        for day, hours in terms
    )
    labels = {b.code: b.label for a in version.allocations.all() for b in claims.bonuses_of(a)}
    return [
        (_("First day"), long_date(version.start_date)),
        (_("Last day"), long_date(version.end_date) if version.end_date else _("still running")),
        (_("Certain until"), long_date(version.confirmed_until)),
        (_("Hours per week"), hours),
        (_("Permanent contract"), _("Yes") if version.permanent_contract else ""),
        (_("Bonuses asked for"), ", ".join(labels.get(code, code) for code in version.bonuses)),
    ]


def person_rows(version: FulfilmentVersion) -> Rows:
    """Personal data: only for who advises, and for the contractor's own people."""
    return [(_("Candidate reference"), version.candidate_ref), (_("Age at the start"), version.age_at_start)]


def purchase_rows(version: FulfilmentVersion) -> Rows:
    return [
        (_("Supplier"), version.supplier_name),
        (_("KvK number of the supplier"), version.supplier_kvk),
        (_("Invoice number"), version.invoice_number),
        (_("Amount excl. VAT"), euro(version.amount)),
        (_("Paid on"), long_date(version.paid_on) if version.paid_on else _("not paid yet")),
    ]


def activity_rows(version: FulfilmentVersion) -> Rows:
    return [
        (_("Date of the activity"), long_date(version.activity_date)),
        (_("Quantity"), number(version.quantity)),
        (_("Amount excl. VAT"), euro(version.amount)),
    ]
