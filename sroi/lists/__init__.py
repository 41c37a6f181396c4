"""What a list page is made of: a table with whitelisted orders, filters that offer what one may
see, cheap pages.

The same list as a file has all its rows, in the same order, written as they are read: memory stays
flat.
"""

import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any, ClassVar

import django_filters
import django_tables2
from django import forms
from django.core.paginator import EmptyPage, Page, PageNotAnInteger, Paginator
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Q, QuerySet
from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import get_language, override
from django.utils.translation import gettext_lazy as _
from django_tables2.rows import BoundRows

from sroi import exchange
from sroi.access import NO_ACCESS, Access, May, visible
from sroi.database.batches import AT_ONCE, in_batches, streamed
from sroi.database.replica import elsewhere, place_to_read, reading

PER_PAGE = 25
COUNTED = 1000
LAST_PAGE = 100_000
LONGEST_SEARCH = 200
# What a month can be counted back or ahead at all: a typing error is no filter.
MOST_MONTHS = 600

Prepare = Callable[[list[Any]], None]
Cells = Callable[[Any], Any]


class OpenPage(Page):
    """A page that knows whether there is a next one because it looked one row ahead."""

    def __init__(self, rows: list[Any], number: int, paginator: Paginator) -> None:
        super().__init__(rows[: paginator.per_page], number, paginator)
        self.is_last = len(rows) <= paginator.per_page

    def has_next(self) -> bool:
        return not self.is_last

    def next_page_number(self) -> int:
        return self.number + 1

    def end_index(self) -> int:
        return (self.number - 1) * self.paginator.per_page + len(self.object_list)


class CappedPaginator(Paginator):
    """Counts no further than `COUNTED`: on a large register counting costs more than the page
    itself.
    """

    object_list: Any

    @cached_property
    def count(self) -> int:
        return self.object_list.order_by()[: COUNTED + 1].count()

    @property
    def has_more(self) -> bool:
        """Whether there are more rows than were counted."""
        return self.count > COUNTED

    def validate_number(self, number: Any) -> int:
        try:
            number = int(number)
        except (TypeError, ValueError):
            raise PageNotAnInteger(_("That page number is not a number.")) from None
        if number < 1 or number > (LAST_PAGE if self.has_more else self.num_pages):
            raise EmptyPage(_("There is no such page."))
        return number

    def page(self, number: Any) -> OpenPage:
        number = self.validate_number(number)
        start = (number - 1) * self.per_page
        return OpenPage(list(self.object_list[start : start + self.per_page + 1]), number, self)


class Table(django_tables2.Table):
    """A table over a queryset; `sort` in the address chooses among the columns that say they can be
    ordered.

    `in_file` says what the same rows are in a file: a heading and the typed value of a row, column
    by column.
    """

    in_file: ClassVar[Sequence[tuple[Any, Cells]]] = ()
    # What is said where there are no rows; django-tables2 itself reads it of `Meta` only.
    empty_text: Any = ""
    # The columns that are shown unless others are chosen; empty: all of them, without a choice.
    usual: ClassVar[Sequence[str]] = ()
    # Columns that are no one's choice: what names the row, what it is picked by.
    fixed: ClassVar[Sequence[str]] = ()
    # Of the person who looks, for orders that sum what they may see.
    access: Access = NO_ACCESS

    class Meta:
        order_by_field = "sort"
        orderable = False

    def __init__(self, data: Any, **kwargs: Any) -> None:
        super().__init__(data, **{"empty_text": type(self).empty_text, **kwargs})

    def sort_by(self, orders: Iterable[str]) -> None:
        chosen = [order for order in orders if order.removeprefix("-") in self.columns.names()]
        if chosen:
            self.order_by = chosen[:1]

    def show_only(self, names: Iterable[str]) -> None:
        """Of the columns that can be chosen only these; the usual ones where none of them is."""
        asked = {*names} & {*self.choosable()} or {*self.usual}
        for name in self.choosable():
            if name not in asked:
                self.columns.hide(name)

    def choosable(self) -> list[str]:
        return [name for name in self.columns.names() if self.usual and name not in self.fixed]

    def turn_to(self, page: Any, orders: Iterable[str], prepare: Prepare) -> None:
        """Order, take one page, and let `prepare` add to its rows what only shows on them."""
        self.sort_by(orders)
        self.paginator = CappedPaginator(self.data.data, PER_PAGE)
        self.page = self.paginator.get_page(page)
        rows: Any = self.page.object_list
        prepare(rows)
        self.rows = self.page.object_list = BoundRows(rows, table=self)

    def drawn_rows(self) -> SafeString:
        """The rows on the page. Drawn here, since templates take most of the time of a list; see
        the template.
        """
        columns = list(self.columns)
        named = getattr(self, "row_header", "") or columns[0].name
        ends = []
        for column in columns:
            look = format_html(' class="{}"', column.column.attrs.get("td", {}).get("class", ""))
            if column.name == named:
                ends.append(
                    (format_html('<th scope="row" role="rowheader"{}>', look), mark_safe("</th>"))
                )
            else:
                start = format_html('<td role="cell"{} data-label="{}">', look, column.header)
                ends.append((start, mark_safe("</td>")))
        rows = (
            "".join(
                f"{start}{conditional_escape(cell)}{end}"
                for (start, end), (_column, cell) in zip(ends, row.items(), strict=True)
            )
            for row in self.paginated_rows
        )
        return mark_safe("".join(f'<tr role="row">{cells}</tr>\n' for cells in rows))

    def read(self, rows: QuerySet[Any]) -> Iterator[list[Any]]:
        """The rows of a file, some hundred at a time: what `in_file` makes cells of."""
        return in_batches(streamed(rows), AT_ONCE)

    def lines(self, orders: Iterable[str], prepare: Prepare) -> Iterator[list[Any]]:
        """The cells of every row, in order; some hundred rows are read and prepared at a time."""
        self.sort_by(orders)
        for rows in self.read(self.data.data):
            prepare(rows)
            for row in rows:
                yield [value(row) for _heading, value in self.in_file]


class PickColumn(django_tables2.Column):
    """A box for each row, of the form that says what can be done with those that are picked."""

    def __init__(self) -> None:
        super().__init__(_("Pick"), accessor="pk", attrs={"td": {"class": "pick"}})

    def render(self, value: Any, record: Any) -> SafeString:
        return format_html(
            '<input type="checkbox" name="pick" value="{}" form="picked" aria-label="{}">',
            value,
            record,
        )


# --- as a file ------------------------------------------------------------------------------------


def as_csv(header: Sequence[str], rows: Iterable[Sequence[Any]], name: str) -> HttpResponseBase:
    """Sent while it is read. The language is that of the page, also after the page itself was
    answered.
    """
    language = get_language()

    def chunks() -> Iterator[bytes]:
        written = exchange.csv_chunks(header, rows)
        place = place_to_read()
        while True:
            with override(language), reading(place) as read_from:
                chunk = next(written, None)
                place = read_from()
            if chunk is None:
                return
            yield chunk.encode()

    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return StreamingHttpResponse(chunks(), content_type="text/csv; charset=utf-8", headers=headers)


def as_xlsx(header: Sequence[str], rows: Iterable[Sequence[Any]], name: str) -> HttpResponseBase:
    return as_workbook([exchange.ExportTable(name, header, rows)], name)


def as_workbook(tables: Iterable[exchange.ExportTable], name: str) -> HttpResponseBase:
    """Written to disk row by row, then sent: a workbook is a packed file, which has to be finished
    first.
    """
    file = tempfile.TemporaryFile()  # noqa: SIM115  (the response closes it)
    with elsewhere():
        exchange.write_xlsx(file, tables, name)
    file.seek(0)
    return FileResponse(
        file, as_attachment=True, filename=f"{name}.xlsx", content_type=exchange.XLSX
    )


FILES: dict[str, Callable[..., HttpResponseBase]] = {"csv": as_csv, "xlsx": as_xlsx}


# --- filters --------------------------------------------------------------------------------------


class SearchFilter(django_filters.CharFilter):
    """A field to search in; `search` takes what was typed and gives the condition. Where that
    depends on who searches, `method` names what narrows the rows.
    """

    def __init__(self, search: Callable[[str], Q] | None = None, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"type": "search", "autocomplete": "off"})
        super().__init__(label=_("Search"), max_length=LONGEST_SEARCH, widget=widget, **kwargs)
        self.search = search

    def filter(self, queryset: QuerySet[Any], value: str) -> QuerySet[Any]:
        return queryset.filter(self.search(value)) if value and self.search else queryset


class CapitalOptions(forms.widgets.ChoiceWidget):
    """Each option begins with a capital: a word that stands in a sentence elsewhere stands alone
    here.
    """

    def create_option(self, name: str, value: Any, label: Any, *args: Any, **kwargs: Any) -> Any:
        return super().create_option(name, value, capfirst(str(label)), *args, **kwargs)


class CapitalSelect(CapitalOptions, forms.Select):
    pass


class ChoiceFilter(django_filters.ChoiceFilter):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"empty_label": _("All"), "widget": CapitalSelect, **kwargs})


class CapitalCheckboxes(CapitalOptions, forms.CheckboxSelectMultiple):
    """An empty value is none: as the one choice of before was sent where nothing was chosen."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return [*filter(None, super().value_from_datadict(data, files, name) or ())]


class ChoicesFilter(django_filters.MultipleChoiceFilter):
    """Any number of choices; none is all. `method` gets them as a list."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"widget": CapitalCheckboxes, **kwargs})


class WholeNumberFilter(django_filters.NumberFilter):
    def __init__(self, least: int, most: int, **kwargs: Any) -> None:
        limits = [MinValueValidator(least), MaxValueValidator(most)]
        super().__init__(decimal_places=0, validators=limits, **kwargs)


class YearFilter(WholeNumberFilter):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(1900, 2999, **kwargs)


class MonthsFilter(WholeNumberFilter):
    """A number of months, back or ahead from today."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(1, MOST_MONTHS, **kwargs)


class VisibleChoiceFilter(django_filters.ModelChoiceFilter):
    """A choice among the rows of a model that the person may see."""

    def __init__(self, model: Any, **kwargs: Any) -> None:
        super().__init__(
            queryset=lambda request: visible(model, request.access), empty_label=_("All"), **kwargs
        )


class ClientFilter(VisibleChoiceFilter):
    """As that, of clients: who follows the contracts of some of them only is offered those."""

    def get_queryset(self, request: Any) -> Any:
        rows, access = super().get_queryset(request), request.access
        own = [pk for grant in access.grants_for(May.COMMISSION) for pk in grant.municipality_ids]
        return rows.filter(pk__in=own) if own and not access.may(May.SEE_REGION) else rows


class FilterSet(django_filters.FilterSet):
    """Whatever a filter offers is narrowed to what the person may see, also where it forgot to say
    so.
    """

    request: Any

    @cached_property
    def form(self) -> forms.Form:
        form: forms.Form = super().form
        narrow(form, self.request.access)
        return form

    @property
    def chosen(self) -> list[str]:
        """What is filtered by; a page that shows something apart leaves it out."""
        return list(self.form.changed_data)


def narrow(form: forms.Form, access: Access) -> None:
    """Let every choice among rows of a model offer only those that the person may see."""
    for field in form.fields.values():
        if isinstance(field, forms.ModelChoiceField) and field.queryset is not None:
            rows: Any = field.queryset
            field.queryset = rows.visible_to(access)


CONTRACT_PAGE = ("contract-detail", {"pk": django_tables2.A("pk")})
NUMBER = {"td": {"class": "num"}}
ON_ONE_LINE = {"td": {"class": "nowrap"}}
