"""A list that one works at: columns that one chooses, whose rows one sees first, views with a name,
and rows that are picked to do something with.

Beside a `ListPage`, which says under which address its choices are kept (`address`). What is chosen
is sent to the list itself, kept, and led back to as an address that says all of it.
"""

from functools import cached_property
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sroi.access import visible
from sroi.doors import Refused
from sroi.fields import is_key
from sroi.lists import Table, choices
from sroi.lists.choices import LONGEST_NAME, View

COLUMNS, BETWEEN = "columns", "."
# What fits beside each other on a screen of 1,280 wide.
MOST_COLUMNS = 9
# The boxes of the rows, and the one that stands for every row that the filters leave.
PICKED, EVERY = "pick", "all"
Tab = tuple[str, Any]


class ViewForm(forms.Form):
    """A name for the list as it stands, and who sees it."""

    name = forms.CharField(
        label=gettext_lazy("Name of this view"),
        max_length=LONGEST_NAME,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    region = forms.TypedChoiceField(
        label=gettext_lazy("Who sees it"), required=False, coerce=int, empty_value=None
    )

    def __init__(self, *args: Any, teams: list[tuple[int, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if teams:
            self.fields["region"].choices = [("", _("Only me")), *teams]  # type: ignore[attr-defined]
        else:
            del self.fields["region"]


class Desk:
    """Mixed in before `ListPage`."""

    # The page under whose name choices are kept; empty: nothing is chosen here.
    address = ""
    # The filter that says whose rows are shown; its tabs stand above the list.
    whose_filter = ""

    request: Any
    filterset_class: Any
    table_class: type[Table]
    view_form: ViewForm | None = None

    # --- what a page says -------------------------------------------------------------------------

    @property
    def kind(self) -> type[Table]:
        """The table of this person."""
        return self.table_class

    def tabs(self) -> list[Tab]:
        """Whose rows one can ask for, the usual first; none where there is no choice."""
        return []

    def teams(self) -> list[tuple[int, Any]]:
        """With whom one can share a view: the id of a region, and what its people are called."""
        return []

    def shared(self) -> list[View]:
        """What others share with this person."""
        return []

    def picks(self) -> tuple[Tab, ...]:
        """What this person can do with rows that they pick: address, and the word on its button."""
        return ()

    @property
    def first_order(self) -> str:
        """The column by which it is ordered until another is asked for; empty: as the rows come."""
        return ""

    # --- what is asked ----------------------------------------------------------------------------

    @cached_property
    def asked(self) -> QueryDict:
        """The address, with what was chosen before where it says nothing of it."""
        asked: QueryDict = self.request.GET.copy()
        if not self.address:
            return asked
        kept = choices.remembered(self.request.user, self.address)
        if COLUMNS not in asked and kept.get(COLUMNS):
            asked[COLUMNS] = kept[COLUMNS]
        if self.first_order and "sort" not in asked:
            asked["sort"] = self.first_order
        if self.whose_filter and not {*asked} & {*self.filterset_class.base_filters}:
            offered = [value for value, _label in self.tabs()]
            chosen = kept.get(self.whose_filter)
            if offered:
                asked[self.whose_filter] = chosen if chosen in offered else offered[0]
        return asked

    def get_filterset_kwargs(self, filterset_class: Any) -> dict[str, Any]:
        given: dict[str, Any] = super().get_filterset_kwargs(filterset_class)  # type: ignore[misc]
        return given | {"data": self.asked or None}

    @property
    def table(self) -> Table:
        self.table_class = self.kind
        table: Table = super().table  # type: ignore[misc]
        if self.address:
            table.show_only(self.asked.get(COLUMNS, "").split(BETWEEN))
        return table

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc]
        if not self.address:
            return found
        table, asked = found["table"], self.asked
        whose = asked.get(self.whose_filter)
        views = [*choices.views_of(self.request.user, self.address), *self.shared()]
        return found | {
            "desk": True,
            "query": choices.query_of(asked),
            "asked_parts": [
                (name, each)
                for name, given in asked.lists()
                for each in given
                if name not in ("page", PICKED, EVERY)
            ],
            "columns_asked": asked.get(COLUMNS, ""),
            "tabs": [(value, label, value == whose) for value, label in self.tabs()],
            "choosable": [
                (name, table.columns[name].header, table.columns[name].visible)
                for name in table.choosable()
            ],
            "views": [(view, view.is_shown_by(asked)) for view in views],
            "view_form": self.view_form or ViewForm(teams=self.teams()),
            "picks": self.picks(),
        }

    # --- what is chosen ---------------------------------------------------------------------------

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Something is chosen of this list; what is no choice leads to the list as well."""
        choose = {
            "columns": self.choose_columns,
            "whose": self.choose_whose,
            "keep": self.keep_view,
            "rename": self.rename_view,
            "drop": self.drop_view,
        }.get(request.POST.get("do", ""))
        try:
            query = choose() if choose and self.address else choices.query_of(self.asked)
        except Refused as refused:
            messages.error(request, str(refused))
            query = choices.query_of(self.asked)
        if query is not None:
            return redirect(f"{request.path}?{query}" if query else request.path)
        response: HttpResponse = self.get(request, *args, **kwargs)  # type: ignore[attr-defined]
        response.status_code = 422
        return response

    def choose_columns(self) -> str:
        table = self.kind([])
        chosen = {*self.request.POST.getlist("column")}
        names = [name for name in table.choosable() if name in chosen]
        if len(names) > MOST_COLUMNS:
            told = _("At most %(number)s columns fit beside each other. The file has all of them.")
            raise Refused(told % {"number": MOST_COLUMNS})
        kept = "" if {*names} == {*table.usual} else BETWEEN.join(names)
        choices.remember(self.request.user, self.address, **{COLUMNS: kept})
        self.asked.pop(COLUMNS, None)
        return choices.query_of(self.asked, **({COLUMNS: kept} if kept else {}))

    def choose_whose(self) -> str:
        value = self.request.POST.get("value", "")
        if value in [value for value, _label in self.tabs()]:
            choices.remember(self.request.user, self.address, **{self.whose_filter: value})
            return choices.query_of(self.asked, **{self.whose_filter: value})
        return choices.query_of(self.asked)

    def keep_view(self) -> str | None:
        form = ViewForm(self.request.POST, teams=self.teams())
        if not form.is_valid():
            self.view_form = form
            return None
        query = choices.query_of(self.asked)
        view = View(form.cleaned_data["name"], query, form.cleaned_data.get("region"))
        choices.keep(self.request.user, self.address, view)
        messages.success(self.request, _("The view “%(name)s” is kept.") % {"name": view.name})
        return query

    def rename_view(self) -> str | None:
        old = self.request.POST.get("view", "")
        views = choices.views_of(self.request.user, self.address)
        found = next((view for view in views if view.name == old), None)
        if found is None:
            raise Refused(_("This view is not there any more."))
        name = self.request.POST.get("name", "").strip()[:LONGEST_NAME]
        if not name:
            raise Refused(_("Fill in a name."))
        view = View(name, found.query, found.region)
        choices.keep(self.request.user, self.address, view, instead_of=old)
        return choices.query_of(self.asked)

    def drop_view(self) -> str:
        choices.drop(self.request.user, self.address, self.request.POST.get("view", ""))
        return choices.query_of(self.asked)


def ticked(asked: QueryDict) -> list[int]:
    """The keys of the rows whose boxes were ticked."""
    return [int(key) for key in asked.getlist(PICKED) if is_key(key)]


class PickedRows:
    """Beside a page: the rows that were picked in a list, and that list as one came from it."""

    request: Any
    # The page of the list, what its rows are, and how it is narrowed.
    list_name: str
    model: Any
    filters: Any

    @cached_property
    def list_url(self) -> str:
        asked = self.request.GET.copy()
        for name in (PICKED, EVERY):
            asked.pop(name, None)
        query = choices.query_of(asked)
        return reverse(self.list_name) + (f"?{query}" if query else "")

    @property
    def picked_rows(self) -> QuerySet[Any]:
        """Those that were ticked, or every one that the filters of the list leave."""
        asked, rows = self.request.GET, visible(self.model, self.request.access)
        if not asked.get(EVERY):
            return rows.filter(pk__in=ticked(asked))
        found = self.filters(asked, queryset=rows, request=self.request)
        picked: QuerySet[Any] = found.qs if found.is_valid() else rows.none()
        return picked
