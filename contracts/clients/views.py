"""The clients of a region: who takes part, since when and until when, and in whom one goes on. For region admins."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from contracts.clients import door as clients
from contracts.clients.forms import ClientForm, EndForm, NewClientForm
from contracts.clients.lists import ClientFilterSet, ClientTable
from contracts.clients.passing import passing
from contracts.clients.words import term
from contracts.models import Municipality
from contracts.people.membership import administered
from sroi.access import May, visible
from sroi.doors import Refused
from sroi.history.versions import versions
from sroi.templatetags.formats import NOTHING, long_date, number
from sroi.views import ForWhoMay, ListPage, Request, act_of

form_page = require_http_methods(["GET", "HEAD", "POST"])


class ClientList(ForWhoMay, ListPage):
    may = (May.MANAGE_CLIENTS,)
    model = Municipality
    filterset_class = ClientFilterSet
    table_class = ClientTable
    heading = gettext_lazy("Clients")
    template_name = "contracts/client_list.html"

    def get_queryset(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = administered(Municipality, self.request.access)
        return rows.select_related("successor").order_by("name", "pk")


@form_page
def new(request: Request) -> HttpResponse:
    if not request.access.may(May.MANAGE_CLIENTS):
        raise Http404
    form = NewClientForm(request.POST or None, access=request.access)
    if request.method == "POST" and form.is_valid():
        try:
            made = clients.add(form.client, request.access, act_of(request, form.cleaned_data["why"]))
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("%(name)s takes part from now on.") % {"name": made.name})
            return redirect("client-list")
    return render(request, "contracts/client_new.html", {"form": form}, status=422 if form.errors else 200)


@form_page
def detail(request: Request, pk: int) -> HttpResponse:
    """What a client is, with what may be mended."""
    client = found(request, pk)
    initial = {"name": client.name, "inhabitants": client.inhabitants}
    form = ClientForm(request.POST or None, client=client, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            clients.mend(client, given["name"], given["inhabitants"], request.access, act_of(request, given["why"]))
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Saved."))
            return redirect("client-list")
    rows = visible(Municipality.history.model, request.access).filter(id=client.pk).select_related("history_user")
    context = {
        "form": form,
        "client": client,
        "facts": facts(client),
        "history": versions(rows.order_by("history_date", "history_id"), skip=("slug",)),
    }
    return render(request, "contracts/client_detail.html", context, status=422 if form.errors else 200)


def facts(client: Municipality) -> list[tuple[str, str]]:
    return [
        (_("Kind of client"), client.get_kind_display()),
        (_("Code"), client.code),
        *(
            [(_("Inhabitants"), number(client.inhabitants) if client.inhabitants else NOTHING)]
            if client.has_council
            else []
        ),
        (_("Takes part"), term(client)),
    ]


@form_page
def end(request: Request, pk: int) -> HttpResponse:
    """A last day and perhaps a successor; then what that does, and only then it is so."""
    client = found(request, pk)
    if client.successor_id:
        messages.error(request, _("%(name)s went on in another client already.") % {"name": client.name})
        return redirect("client-detail", pk=pk)
    form = EndForm(request.POST or None, client=client, initial={"valid_until": client.valid_until})
    context: dict[str, Any] = {"form": form, "client": client}
    if request.method == "POST" and form.is_valid() and "again" not in request.POST:
        given = form.cleaned_data
        if not request.POST.get("confirm"):
            context |= {"looked": True, "passing": passing(client, given["valid_until"])}
            return render(request, "contracts/client_end.html", context)
        act = act_of(request, given["why"])
        try:
            passed = clients.end(client, given["valid_until"], given["successor"], request.access, act)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, told(client, passed))
            return redirect("client-detail", pk=pk)
    return render(request, "contracts/client_end.html", context, status=422 if form.errors else 200)


def told(client: Municipality, passed: int) -> str:
    words = {"name": client.name, "day": long_date(client.valid_until), "number": passed}
    if not client.successor:
        return _("Saved. The last day of %(name)s is %(day)s.") % words
    words["successor"] = client.successor.name
    return (
        ngettext(
            "Saved. The last day of %(name)s is %(day)s. %(successor)s takes over its share in %(number)s contract.",
            "Saved. The last day of %(name)s is %(day)s. %(successor)s takes over its share in %(number)s contracts.",
            passed,
        )
        % words
    )


def found(request: Request, pk: int) -> Municipality:
    rows = administered(Municipality, request.access).select_related("region", "successor")
    client: Municipality = get_object_or_404(rows, pk=pk)
    return client
