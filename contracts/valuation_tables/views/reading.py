"""Reading valuation tables: which are in force, and what one says."""

from datetime import date
from typing import Any
from urllib.parse import urlsplit

from django.db.models import Count, Prefetch, QuerySet
from django.utils.html import format_html, format_html_join
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.models import (
    BuildingBlock,
    PinnedBy,
    TableInForce,
    ValuationTable,
    called,
)
from contracts.valuation_tables import door as table_door
from contracts.valuation_tables.lists import ValuationTableFilterSet, ValuationTableTable
from contracts.valuation_tables.loading import is_used
from sroi.access import May, visible
from sroi.periods import DAY
from sroi.templatetags.formats import NOTHING, number, short_date
from sroi.views import DetailPage, ListPage


class ValuationTableList(ListPage):
    model = ValuationTable
    filterset_class = ValuationTableFilterSet
    table_class = ValuationTableTable
    heading = gettext_lazy("Building blocks")
    template_name = "contracts/table_list.html"

    def get_queryset(self) -> QuerySet[Any]:
        in_force = visible(TableInForce, self.request.access).order_by("valid_from")
        return (
            super()
            .get_queryset()
            .annotate(number_of_blocks=Count("blocks"))
            .order_by("code")
            .prefetch_related(Prefetch("in_force", in_force, to_attr="lines_in_force"))
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        may_load = self.request.access.may(May.MANAGE_TABLES)
        return super().get_context_data(may_load=may_load, line=self.line_of_versions(), **kwargs)

    def line_of_versions(self) -> list[tuple[TableInForce, date | None]]:
        """Which table holds from when until when, per region, the newest first."""
        lines = visible(TableInForce, self.request.access).select_related("table", "region")
        ordered = list(lines.order_by("region__title_nl", "valid_from"))
        ends = [
            (
                following.valid_from - DAY
                if following and following.region_id == line.region_id
                else None
            )
            for line, following in zip(ordered, [*ordered[1:], None], strict=True)
        ]
        return list(zip(ordered, ends, strict=True))


class ValuationTableDetail(DetailPage):
    model = ValuationTable
    template_name = "contracts/table_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        table, access = self.object, self.request.access
        blocks = list(visible(BuildingBlock, access).filter(table=table))
        for block in blocks:
            block.table = table
        lines = list(
            visible(TableInForce, access).filter(region=table.region_id).order_by("valid_from")
        )
        others = visible(ValuationTable, access).filter(region=table.region_id).exclude(pk=table.pk)
        return super().get_context_data(
            groups=table_door.groups_of(blocks),
            facts=facts(table, periods_in_force(lines, table)),
            others=list(others),
            **self.of_admin(lines),
            **kwargs,
        )

    def of_admin(self, lines: list[TableInForce]) -> dict[str, Any]:
        """What an admin of its region can do with it, and what happened to it for who works in the
        region.
        """
        table, access = self.object, self.request.access
        may_edit = table_door.may_edit(access, table.region_id)
        may_hold = access.may(May.SEE_REGION, region_id=table.region_id)
        told: dict[str, Any] = {"may_edit": may_edit, "may_hold": may_hold}
        if may_edit:
            today = localdate()
            told["is_used"] = is_used(table)
            told["seen"] = table_door.edition(table)
            told["to_come"] = [
                line for line in lines if line.table_id == table.pk and line.valid_from > today
            ]
        if access.may(May.SEE_REGION, region_id=table.region_id):
            kept = (
                visible(ValuationTable.history.model, access)
                .filter(id=table.pk)
                .select_related("history_user")
            )
            told["events"] = table_door.history_of(
                table, list(kept.order_by("history_date", "history_id"))
            )
        return told


def facts(table: ValuationTable, in_force: list[tuple[date, date | None]]) -> list[tuple[str, Any]]:
    asked = [(said,) for said in table_door.each_question(table)]
    rows = [
        (
            _("In force"),
            "; ".join(in_force_words(first, last) for first, last in in_force) or _("Not in force"),
        ),
        (_("Published from"), short_date(table.published_from)),
        (_("Published until"), short_date(table.published_until)),
        (_("Contracts fall under it by"), called(PinnedBy, table.published_pinning)),
        (_("Full-time hours per week"), number(table.full_time_hours)),
        (
            _("Least hours per week"),
            number(table.min_hours_per_week) if table.min_hours_per_week else "",
        ),
        (_("Part of a month"), table.get_proration_display()),
        (_("Counts back at most"), months_words(table.lookback_months)),
        (_("Questions"), format_html_join("", "<div>{}</div>", asked)),
        (_("Note"), table.note),
        (_("Source"), source_link(table)),
    ]
    return [(label, value) for label, value in rows if value not in ("", NOTHING)]


def in_force_words(first: date, last: date | None) -> str:
    days = {"first": short_date(first), "last": short_date(last)}
    return _("from %(first)s to %(last)s") % days if last else _("from %(first)s on") % days


def months_words(months: int | None) -> str:
    return (
        ""
        if months is None
        else _("%(months)s months before the contract starts") % {"months": months}
    )


def source_link(table: ValuationTable) -> Any:
    """The publication; only an address of the web becomes a link, since the table came from a
    file.
    """
    url = table.source_url
    if not url.startswith(("https://", "http://")):
        return url
    return format_html('<a href="{}" rel="noreferrer">{}</a>', url, urlsplit(url).hostname or url)


def periods_in_force(
    lines: list[TableInForce], table: ValuationTable
) -> list[tuple[date, date | None]]:
    """First day and, where another table took over, last day; `lines` are those of the region in
    order.
    """
    ends = [line.valid_from - DAY for line in lines[1:]] + [None]
    return [
        (line.valid_from, end)
        for line, end in zip(lines, ends, strict=True)
        if line.table_id == table.pk
    ]
