"""The pages of fulfilments: the list, its file, and one with what it is worth and why."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, QuerySet, Sum
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.models import Contract
from placements.claims import valuing
from placements.claims.words import declared, value_label, values_of, what_was_claimed
from placements.dialogue.disagreeing import claimed_in, decision_of, may_disagree, open_until
from placements.dialogue.rounds import rounds_of
from placements.evidence.columns import IN_FILE as SEEN_IN_FILE
from placements.evidence.shown import evidence_with
from placements.ledger import posting
from placements.linking.alike import together
from placements.models import (
    Allocation,
    Disagreement,
    DisagreementState,
    EventKind,
    Evidence,
    Fulfilment,
    FulfilmentLine,
)
from placements.outcomes.views import told_of
from placements.register.lists import (
    FulfilmentFilterSet,
    FulfilmentTable,
    OwnFulfilmentTable,
    StaffFulfilmentTable,
)
from placements.rights import (
    may_enter,
    may_mend,
    may_review,
    may_see_person,
    own_drafts,
    own_firms,
    takes_new,
)
from sroi.access import May, visible
from sroi.lists import Table
from sroi.lists.desk import Desk
from sroi.money import ZERO
from sroi.views import DetailPage, Happening, ListFile, ListPage, RowsFile


class FulfilmentList(Desk, ListPage):
    model = Fulfilment
    filterset_class = FulfilmentFilterSet
    table_class = FulfilmentTable
    heading = gettext_lazy("Fulfilments")
    template_name = "placements/fulfilment_list.html"
    file_page = "fulfilment-file"
    file_may = (May.SEE_FULFILMENTS,)
    more_files = (("evidence-seen-file", gettext_lazy("Evidence seen"), (May.REVIEW,)),)
    needs = (May.SEE_FULFILMENTS,)
    address = "fulfilment-list"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        access = self.request.access
        may_record = access.may(May.ENTER)
        drafts = own_drafts(visible(Fulfilment, access), access).count() if may_record else 0
        return super().get_context_data(may_record=may_record, drafts=drafts, **kwargs)

    @property
    def kind(self) -> type[Table]:
        """The reference of one's own is a column for who works for a firm; who reviews picks."""
        if own_firms(self.request.access):
            return OwnFulfilmentTable
        return StaffFulfilmentTable if self.request.access.may(May.REVIEW) else FulfilmentTable

    def picks(self) -> tuple[tuple[str, Any], ...]:
        if self.kind is not StaffFulfilmentTable:
            return ()
        names = ((self.file_page, _("Export to Excel")), ("evidence-seen-file", _("Evidence seen")))
        return tuple((reverse(name, args=["xlsx"]), word) for name, word in names)

    def get_queryset(self) -> QuerySet[Any]:
        allocations = visible(Allocation, self.request.access).select_related("contract", "block")
        found = super().get_queryset().select_related("contractor", "latest")
        return found.prefetch_related(Prefetch("latest__allocations", allocations))


class FulfilmentFile(ListFile, FulfilmentList):
    file_name = gettext_lazy("fulfilments")


class EvidenceRows(Table):
    in_file = SEEN_IN_FILE


class EvidenceSeenFile(RowsFile, FulfilmentList):
    """What was seen and not kept of the fulfilments of the list."""

    file_name = gettext_lazy("evidence-seen")
    file_may = (May.REVIEW,)
    rows_table = EvidenceRows

    def rows_of(self, fulfilments: QuerySet[Any]) -> QuerySet[Any]:
        seen = visible(Evidence, self.request.access).filter(seen_on__isnull=False, erased_at=None)
        rows = seen.filter(version__fulfilment__in=fulfilments)
        return rows.select_related("version__fulfilment__contractor").order_by("pk")


class FulfilmentDetail(DetailPage):
    """What was claimed, what it counts for under each contract and why, and what was posted of
    it.
    """

    model = Fulfilment
    template_name = "placements/fulfilment_detail.html"
    related = ("contractor", "latest__reviewed_by", "accepted")

    def get_queryset(self) -> QuerySet[Any]:
        theirs = visible(Evidence, self.request.access).filter(version__fulfilment=OuterRef("pk"))
        return super().get_queryset().annotate(has_evidence=Exists(theirs))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        fulfilment = self.object
        latest, counts = fulfilment.latest, fulfilment.accepted
        versions = [latest] if counts in (None, latest) else [latest, counts]
        for version in versions:
            version.fulfilment = fulfilment
        valuing.fetch(versions)
        valued = values_of(versions)
        happened = fulfilment.events.select_related("by").order_by("pk")
        events = list(happened)
        with_person = may_see_person(self.request.access, fulfilment)
        entering = may_enter(self.request.access, fulfilment.region_id, fulfilment.contractor_id)
        under = [allocation.contract for allocation in latest.allocations.all()]
        return super().get_context_data(
            version=latest,
            may_enter=entering,
            together=together(fulfilment, latest, self.request.access),
            may_copy=entering and takes_new(fulfilment.contractor_id, under),
            may_review=may_review(self.request.access, fulfilment),
            may_mend=may_mend(self.request.access, self.request.user, fulfilment),
            evidence=evidence_with(
                fulfilment,
                latest.allocations.all(),
                self.request.access,
                is_any=fulfilment.has_evidence,
            ),
            is_change=counts is not None and counts != latest,
            claimed=[*what_was_claimed(latest, with_person), *declared(latest)],
            outcomes=told_of(fulfilment, localdate()) if with_person else [],
            rounds=rounds_of(fulfilment, events, with_person),
            **self.disagreement(latest, events),
            valued=valued[latest.pk],
            total=sum((value.total for _allocation, value in valued[latest.pk]), ZERO),
            counts_now=(
                sum((value.total for _allocation, value in valued[counts.pk]), ZERO)
                if counts
                else None
            ),
            months=self.months(valued[counts.pk] if counts else []),
            value_label=value_label(latest),
            sees=self.contracts_seen(valued[latest.pk]),
            events=[
                Happening(event.get_kind_display(), event.at, event.by, event.why)
                for event in reversed(events)
            ],
            **kwargs,
        )

    def contracts_seen(self, valued: valuing.Valued) -> set[int]:
        """Not of the firm that did this any more: a contract that another took over."""
        under = {allocation.contract_id for allocation, _value in valued}
        taken = [
            allocation.contract_id
            for allocation, _value in valued
            if allocation.contract.contractor_id != self.object.contractor_id
        ]
        if not taken:
            return under
        seen = visible(Contract, self.request.access).filter(pk__in=taken)
        return under.difference(taken).union(seen.values_list("pk", flat=True))

    def disagreement(self, latest: Any, events: Sequence[Any]) -> dict[str, Any]:
        """What the contractor said against the decision, or until when it can; and whether this
        person may say or answer it.
        """
        access = self.request.access
        rows: list[Any] = []
        # The events tell whether there is any to look up.
        if any(event.kind == EventKind.DISAGREED for event in events):
            said = visible(Disagreement, access).filter(version__fulfilment=self.object)
            rows = list(said.select_related("by", "answered_by").order_by("-pk"))
        found = next((one for one in rows if one.state == DisagreementState.OPEN), None)
        until = None
        if may_disagree(access, self.object):
            said_of = {row.version_id for row in rows}
            decision = decision_of(latest)
            if decision.pk not in said_of:
                until = open_until(latest, claimed_in(latest, decision), localdate())
        return {
            "disagreements": rows,
            "disagree_until": until,
            "to_answer": found if found and may_review(access, self.object) else None,
        }

    def months(self, valued: valuing.Valued) -> list[tuple[date, Decimal, Decimal]]:
        """Per month what stands in the ledger, and what was accepted but still lies ahead."""
        lines = visible(FulfilmentLine, self.request.access).filter(fulfilment=self.object)
        posted = dict(lines.order_by().values_list("month").annotate(total=Sum("amount")))
        accepted = posting.amounts_by_month(valued)
        rows = [
            (month, posted.get(month, ZERO), accepted.get(month, ZERO) - posted.get(month, ZERO))
            for month in sorted({*posted, *accepted})
        ]
        return [row for row in rows if row[1] or row[2]]
