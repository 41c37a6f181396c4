"""Base views: every page starts from what the person may see, so what is not theirs is as missing
as what never was.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, reduce
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.views.csrf import csrf_failure
from django.views.generic import DetailView, FormView, View
from django.views.generic.detail import SingleObjectMixin
from django_filters.views import FilterView

from sroi.access import Access, May, to_many
from sroi.database.replica import elsewhere
from sroi.doors import Act, DoneAlready, Overtaken, Refused, first_come, key_of
from sroi.lists import FILES, Table
from sroi.lists.desk import EVERY, PICKED, ticked

# Within this time a document is made, unless much was asked for before.
RETRY_AFTER_SECONDS = "60"


@dataclass(frozen=True)
class Happening:
    """Something that happened, as `components/timeline.html` tells it."""

    what: str
    at: datetime
    by: Any = None
    why: str = ""
    # Where it can be looked at.
    url: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "what", capfirst(self.what))


class Request(HttpRequest):
    """A request as the middleware hands it on; a page may say which region it is of, and what waits
    behind the menu.
    """

    access: Access
    region_title: str
    waiting: dict[str, int]


def asks_for_part(request: HttpRequest) -> bool:
    """Whether htmx asks, to put something from the answer into a page that stands already."""
    htmx: Any = getattr(request, "htmx", None)
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def page_of(request: HttpRequest) -> str | None:
    """The page of ours that this was asked from."""
    if request.htmx:  # type: ignore[attr-defined]
        found: str | None = request.htmx.current_url_abs_path  # type: ignore[attr-defined]
        return found
    parts = urlsplit(request.headers.get("Referer", ""))
    if parts.netloc != request.get_host():
        return None
    return urlunsplit(("", "", parts.path, parts.query, ""))


def outdated_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form of before its person signed in anew, in another tab: back to its page, where what was
    typed is offered back.

    Without a page of ours, or a cookie to go on with: a page that says what to do.
    """
    page = page_of(request)
    if page is None or settings.CSRF_COOKIE_NAME not in request.COOKIES:
        return csrf_failure(request, reason)
    messages.error(
        request,
        _("Nothing was saved yet: you signed in anew after this page was opened. Send it again."),
    )
    return redirect(page)


def kept_file(request: Any, content: bytes | None, name: str, content_type: str) -> HttpResponse:
    """A file that was made before; while the worker still makes it a page that says so, and looks
    whether it is there.

    What a browser can show is shown; other files are downloaded.
    """
    if content is None or request.htmx:
        status = 200 if request.htmx else 503
        response = render(
            request, "being_made.html", {"is_made": content is not None}, status=status
        )
        response["Retry-After"] = RETRY_AFTER_SECONDS
        # That somebody waits is no fault: Django would log every 503 as one.
        response._has_been_logged = True  # type: ignore[attr-defined]
        return response
    where = "inline" if content_type == "application/pdf" else "attachment"
    headers = {"Content-Disposition": f'{where}; filename="{name}"'}
    return HttpResponse(content, content_type=content_type, headers=headers)


class Scoped:
    """Narrows the rows of the view to those that are visible to the person."""

    request: Any

    def get_queryset(self) -> QuerySet[Any]:
        return super().get_queryset().visible_to(self.request.access)  # type: ignore[misc]


class ForWhoMay:
    """A page for who has one of these capabilities; for the others it does not exist."""

    capabilities: tuple[May, ...] = ()

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.access.may(*self.capabilities):
            raise Http404
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]


class ReadElsewhere:
    """A file that is made of what is read: from the replica, where there is one."""

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        with elsewhere():
            return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]


class OfOne(Scoped, SingleObjectMixin, View):
    """A page about one object of those that are visible; for who may not do this there, it does not
    exist.

    Page and template know the object by `context_object_name`, as with Django else by the name of
    its model.
    """

    request: Any
    kwargs: dict[str, Any]
    related: tuple[str, ...] = ()

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        method = request.method.lower()
        if method not in self.http_method_names or not hasattr(self, method):
            # Of nothing that is here or not: it is not looked for.
            return self.http_method_not_allowed(request)
        self.object = self.get_object()
        setattr(self, self.get_context_object_name(self.object) or "object", self.object)
        if not self.may():
            raise Http404
        if not to_many(self.model._meta, self.model.scope.region):
            request.region_title = self.region.title
        return super().dispatch(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Any]:
        scope = self.model.scope
        related = (
            self.related
            if to_many(self.model._meta, scope.region)
            else (scope.region, *self.related)
        )
        return super().get_queryset().select_related(*related or (None,))

    def may(self) -> bool:
        return True

    @property
    def region(self) -> Any:
        """By the way in which the region bounds who may see it."""
        return reduce(getattr, self.model.scope.region.split("__"), self.object)


class DetailPage(OfOne, DetailView):
    """What there is to say of it."""

    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(object=self.object))


class FormPage(FormView):
    """A form that tries a door: when it will not, all that was typed stands there again (422), with
    what is wrong.

    A page says its form, what it does (`do`, which answers with the sentence for afterwards) and
    where to go then. Where others may change the same, it also says what the person starts from
    (`starting_point`): that goes along with the form, and the door compares it (`self.shown`).
    """

    http_method_names = ("get", "head", "post", "options")
    request: Any
    template_name = "generic/form.html"
    heading: Any = ""
    # The word on the button; empty: save.
    action: Any = ""
    # The field at which it is said that the door refused; empty, or without such a field: on top.
    refused_at = ""
    # Where one goes without doing it, and unless `get_success_url` says otherwise afterwards.
    back_url: Any = ""
    back_label: Any = ""

    def get_success_url(self) -> str:
        return str(self.back_url)

    def closed(self) -> HttpResponse | None:
        """The answer instead of an empty form where there is nothing to do any more; what is sent,
        the door judges.
        """
        return None

    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.closed() or self.show(self.get_form())

    def do(self, form: Any) -> str:
        raise NotImplementedError

    def starting_point(self) -> str:
        """What stands for all that the person is shown to decide upon; empty: nothing can overtake
        it.
        """
        return ""

    @property
    def shown(self) -> str | None:
        """The starting point that was on the screen, for the door; None where none was."""
        given: str | None = self.request.POST.get("starting_point")
        return given

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            with first_come():
                done = self.do(form)
        except Overtaken as overtaken:
            return self.show_anew(form, overtaken)
        except DoneAlready as done_already:
            done = str(done_already)
        except Refused as refused:
            return self.refuse(form, refused)
        if done:
            messages.success(self.request, done)
        return redirect(self.get_success_url())

    def show_anew(self, form: Any, overtaken: Overtaken) -> HttpResponse:
        """Someone was first: what is so now, with what was typed; sending it once more starts from
        there.
        """
        form.add_error(None, str(overtaken))
        return self.show(form, status=422, starting_point=self.starting_point())

    def refuse(self, form: Any, refused: Refused) -> HttpResponse:
        form.add_error(self.refused_at if self.refused_at in form.fields else None, str(refused))
        return self.form_invalid(form)

    def form_invalid(self, form: Any) -> HttpResponse:
        return self.show(form, status=422)

    def show(self, form: Any, status: int = 200, **more: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form, **more), status=status)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        about = {
            name: getattr(self, name) for name in ("heading", "action", "back_url", "back_label")
        }
        # What is sent again starts from what was on the screen, unless that is shown anew.
        about["starting_point"] = self.shown or self.starting_point()
        return super().get_context_data(**{**about, **kwargs})


class LookFirst(FormPage):
    """A form, then what it does (`preview`), and only then it is done: confirmed is what was shown.
    What is sent without it was not seen, and is shown first.

    Its template shows fields and the button to look, or with `looked` what it does, the fields
    hidden, and buttons called `confirm` and `back`.
    """

    def preview(self, form: Any) -> dict[str, Any]:
        """What it does, for the template; `Refused` where it cannot be done."""
        return {}

    def form_valid(self, form: Any) -> HttpResponse:
        if self.request.POST.get("back"):
            return self.show(form)
        if self.request.POST.get("confirm") and self.shown:
            return super().form_valid(form)
        try:
            return self.look(form)
        except Refused as refused:
            return self.refuse(form, refused)

    def look(self, form: Any, status: int = 200, **more: Any) -> HttpResponse:
        # Before what it does: what changes in between is then not taken for shown.
        start = self.starting_point()
        return self.show(
            form, status, looked=True, **{"starting_point": start, **self.preview(form), **more}
        )

    def show_anew(self, form: Any, overtaken: Overtaken) -> HttpResponse:
        about: Any = getattr(self, "object", None)
        if about is not None:
            about.refresh_from_db()
        try:
            return self.look(form, 422, overtaken=str(overtaken))
        except Refused as refused:
            return self.refuse(form, refused)


class SentHere(View):
    """Only sent to: who looks at the address, after signing in anew or reloading an answer, is led
    to the page that it is sent from.
    """

    http_method_names: tuple[str, ...] = ("get", "head", "post", "options")
    request: Any
    kwargs: dict[str, Any]
    back_url: Any = ""

    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect(str(self.back_url))


class ButtonPage(SentHere):
    """A button that tries a door: done or refused, it is said on the page one goes to: `back_url`
    when it was refused, and unless `get_success_url` says otherwise afterwards.
    """

    def get_success_url(self) -> str:
        return str(self.back_url)

    def do(self) -> str:
        raise NotImplementedError

    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            with first_come():
                done = self.do()
        except Refused as refused:
            messages.error(request, str(refused))
            return redirect(self.back_url)
        if done:
            messages.success(request, done)
        return redirect(self.get_success_url())


class ConfirmPage(FormPage):
    """An act without a way back: what goes, in figures; then one button that does it.

    A page says what goes (`goes`: pairs of a label and a value) and what the door does (`do`). What
    is sent bears what was shown: where that is no longer so nothing is done, and the page shows
    anew what there is now. A button elsewhere may lead here by POST: it is asked first all the
    same.
    """

    template_name = "generic/confirm.html"
    form_class: Any = forms.Form
    # What is asked, and what becomes of it, in a sentence each.
    question: Any = ""
    consequence: Any = ""
    is_dangerous = True
    # What is not told but must be as it was: the edition of what is shown.
    edition: Any = ""

    def goes(self) -> Sequence[tuple[Any, Any]]:
        return ()

    @cached_property
    def rows(self) -> Sequence[tuple[Any, Any]]:
        return [(label, value) for label, value in self.goes() if value not in ("", None)]

    def starting_point(self) -> str:
        return key_of(self.edition, *(f"{label}: {value}" for label, value in self.rows))

    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.shown == self.starting_point():
            return super().post(request, *args, **kwargs)
        given = self.get_form_kwargs()
        first = self.get_form_class()(**{**given, "data": None, "files": None})
        if self.shown is None:
            return self.closed() or self.show(first)
        return self.closed() or self.show(first, status=409, has_changed=True)

    def refuse(self, form: Any, refused: Refused) -> HttpResponse:
        messages.error(self.request, str(refused))
        return redirect(str(self.back_url))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        about = {
            "rows": self.rows,
            "starting_point": self.starting_point(),
            "is_dangerous": self.is_dangerous,
            "question": self.question,
            "consequence": self.consequence,
            "asks_first": not (kwargs.get("has_changed") or kwargs["form"].errors),
        }
        return super().get_context_data(**{**about, **kwargs})


class ListPage(Scoped, FilterView):
    """A list: model, filterset, table and heading. Order, filters and page stand in the address.

    With htmx the same page is asked for and only its list is taken over. `file_page` names the page
    that gives the same list as a file, to who has one of `file_may`; without any, to everyone.
    """

    table_class: type[Table]
    heading: Any
    template_name = "generic/list.html"
    file_page = ""
    file_may: tuple[May, ...] = ()
    # What belongs to the rows, as files too: the page of each, what it is called, and who may.
    more_files: Sequence[tuple[str, Any, tuple[May, ...]]] = ()
    # One of these is needed to see anything here; without, the page says so.
    needs: tuple[May, ...] = ()

    def prepare(self, rows: list[Any]) -> None:
        """Add to the rows of this page what only shows on them."""

    @property
    def asked(self) -> QueryDict:
        """What the address asks for."""
        asked: QueryDict = self.request.GET
        return asked

    @property
    def table(self) -> Table:
        table = self.table_class(self.object_list)
        table.access = self.request.access
        return table

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        table = self.table
        table.turn_to(self.request.GET.get("page", 1), self.asked.getlist("sort"), self.prepare)
        return super().get_context_data(
            table=table,
            heading=self.heading,
            files=self.files(),
            more_files=[
                (name, self.files_of(page))
                for page, name, may in self.more_files
                if self.request.access.may(*may)
            ],
            not_for_role=bool(self.needs) and not self.request.access.may(*self.needs),
            **kwargs,
        )

    def files(self) -> dict[str, str]:
        """Where this list is to be had as a file, by format."""
        if not self.file_page or (self.file_may and not self.request.access.may(*self.file_may)):
            return {}
        return self.files_of(self.file_page)

    def files_of(self, page: str) -> dict[str, str]:
        """With the filters and the order of this page."""
        asked = self.asked.copy()
        asked.pop("page", None)
        query = f"?{asked.urlencode()}" if asked else ""
        return {name: reverse(page, args=[name]) + query for name in FILES}


class ListFile:
    """Beside a `ListPage`: all rows of the list, with the filters and in the order of its address,
    or of those the ones that were picked, as a file.
    """

    request: Any
    kwargs: dict[str, Any]
    table: Table
    file_name: Any
    file_may: Any
    # A file is what its address says: nothing that was chosen of the list before, nor is anything.
    http_method_names = ("get", "head", "options")
    address = ""

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if kwargs["format"] not in FILES or (
            self.file_may and not request.access.may(*self.file_may)
        ):
            raise Http404
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]

    def get_queryset(self) -> Any:
        rows: QuerySet[Any] = super().get_queryset()  # type: ignore[misc]
        asked = self.request.GET
        if asked.getlist(PICKED) and not asked.get(EVERY):
            rows = rows.filter(pk__in=ticked(asked))
        return rows

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return kwargs

    def render_to_response(self, context: dict[str, Any]) -> HttpResponseBase:
        table = self.table
        header = [str(heading) for heading, _value in table.in_file]
        rows = table.lines(self.request.GET.getlist("sort"), self.prepare)  # type: ignore[attr-defined]
        return FILES[self.kwargs["format"]](
            header, rows, f"{self.file_name}-{localdate():%Y-%m-%d}"
        )


class RowsFile(ListFile):
    """As a file, rows that belong to what is in the list: changes of its contracts, recognitions of
    its firms.
    """

    rows_table: type[Table]
    object_list: QuerySet[Any]

    def rows_of(self, found: QuerySet[Any]) -> QuerySet[Any]:
        """The rows of these, as ids to look in, in their order."""
        raise NotImplementedError

    @property
    def table(self) -> Table:  # type: ignore[override]
        return self.rows_table(self.rows_of(self.object_list.order_by().values("pk")))

    def prepare(self, rows: list[Any]) -> None:
        """Nothing beside what is fetched."""


def act_of(request: Request, why: str = "") -> Act:
    return Act.of(request.user, now(), why)
