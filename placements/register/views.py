"""The pages of fulfilments: the list, its file, and one with what it is worth and why."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Prefetch, QuerySet, Sum
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy

from placements.claims import valuing
from placements.claims.words import value_label, values_of, what_was_claimed
from placements.dialogue.disagreeing import claimed_in, may_disagree, open_until
from placements.dialogue.rounds import rounds_of
from placements.ledger import posting
from placements.models import (
    Allocation,
    Disagreement,
    DisagreementState,
    Fulfilment,
    FulfilmentLine,
)
from placements.register.lists import FulfilmentFilterSet, FulfilmentTable
from placements.rights import may_enter, may_review, may_see_person
from sroi.access import May, visible
from sroi.money import ZERO
from sroi.views import DetailPage, Happening, ListFile, ListPage


class FulfilmentList(ListPage):
    model = Fulfilment
    filterset_class = FulfilmentFilterSet
    table_class = FulfilmentTable
    heading = gettext_lazy("Fulfilments")
    template_name = "placements/fulfilment_list.html"
    file_page = "fulfilment-file"
    file_may = (May.SEE_FULFILMENTS,)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        may_record = self.request.access.may(May.ENTER)
        return super().get_context_data(may_record=may_record, **kwargs)

    def get_queryset(self) -> QuerySet[Any]:
        allocations = visible(Allocation, self.request.access).select_related("contract", "block")
        found = super().get_queryset().select_related("contractor", "latest")
        return found.prefetch_related(Prefetch("latest__allocations", allocations))


class FulfilmentFile(ListFile, FulfilmentList):
    file_name = gettext_lazy("fulfilments")


class FulfilmentDetail(DetailPage):
    """What was claimed, what it counts for under each contract and why, and what was posted of
    it.
    """

    model = Fulfilment
    template_name = "placements/fulfilment_detail.html"
    related = ("contractor", "latest__reviewed_by", "accepted")

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
        return super().get_context_data(
            version=latest,
            may_enter=may_enter(
                self.request.access, fulfilment.region_id, fulfilment.contractor_id
            ),
            may_review=may_review(self.request.access, fulfilment),
            is_change=counts is not None and counts != latest,
            claimed=what_was_claimed(latest, with_person),
            rounds=rounds_of(fulfilment, events, with_person),
            **self.disagreement(latest),
            valued=valued[latest.pk],
            total=sum((value.total for _allocation, value in valued[latest.pk]), ZERO),
            counts_now=(
                sum((value.total for _allocation, value in valued[counts.pk]), ZERO)
                if counts
                else None
            ),
            months=self.months(valued[counts.pk] if counts else []),
            value_label=value_label(latest),
            events=[
                Happening(event.get_kind_display(), event.at, event.by, event.why)
                for event in reversed(events)
            ],
            **kwargs,
        )

    def disagreement(self, latest: Any) -> dict[str, Any]:
        """What the contractor said against the decision, or until when it can; and whether this
        person may say or answer it.
        """
        access = self.request.access
        said = visible(Disagreement, access).filter(version__fulfilment=self.object)
        rows = list(said.select_related("by", "answered_by").order_by("-pk"))
        found = next((one for one in rows if one.state == DisagreementState.OPEN), None)
        may = may_disagree(access, self.object) and latest.pk not in {r.version_id for r in rows}
        until = open_until(latest, claimed_in(latest), localdate()) if may else None
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
