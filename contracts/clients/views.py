"""The clients of a region: who takes part, since when and until when, and in whom one goes on. For
region admins.
"""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse, reverse_lazy
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from contracts.clients import door as clients
from contracts.clients.forms import ClientForm, EndForm, NewClientForm
from contracts.clients.lists import ClientFilterSet, ClientTable
from contracts.clients.words import term
from contracts.models import Municipality
from contracts.owed.passing import passing
from contracts.people.membership import administered
from sroi.access import Access, May, visible
from sroi.history.versions import versions
from sroi.templatetags.formats import NOTHING, long_date, number
from sroi.views import FormPage, ForWhoMay, ListPage, LookFirst, OfOne, act_of


def managed(access: Access) -> Any:
    return administered(Municipality, access, to=May.MANAGE_CLIENTS)


class ClientList(ForWhoMay, ListPage):
    capabilities = (May.MANAGE_CLIENTS,)
    model = Municipality
    filterset_class = ClientFilterSet
    table_class = ClientTable
    heading = gettext_lazy("Clients")
    template_name = "contracts/client_list.html"

    def get_queryset(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = managed(self.request.access)
        return rows.select_related("successor").order_by("name", "pk")


class NewClient(ForWhoMay, FormPage):
    capabilities = (May.MANAGE_CLIENTS,)
    heading = gettext_lazy("Add a client")
    action = gettext_lazy("Add")
    form_class = NewClientForm
    back_url = reverse_lazy("client-list")
    back_label = gettext_lazy("Clients")

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"access": self.request.access}

    def do(self, form: Any) -> str:
        made = clients.add(
            form.client, self.request.access, act_of(self.request, form.cleaned_data["why"])
        )
        return _("%(name)s takes part from now on.") % {"name": made.name}


class OfClient(OfOne, FormPage):
    """A client of a region that one administers."""

    model = Municipality
    context_object_name = "client"
    client: Municipality

    def get_object(self, queryset: Any = None) -> Any:
        rows = managed(self.request.access).select_related("region", "successor")
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"client": self.client}


class Detail(OfClient):
    """What a client is, with what may be mended."""

    template_name = "contracts/client_detail.html"
    form_class = ClientForm
    back_url = reverse_lazy("client-list")

    def get_initial(self) -> dict[str, Any]:
        return {"name": self.client.name, "inhabitants": self.client.inhabitants}

    def starting_point(self) -> str:
        return clients.as_it_stands(self.client)

    def do(self, form: Any) -> str:
        given, act = form.cleaned_data, act_of(self.request, form.cleaned_data["why"])
        facts = given["name"], given["inhabitants"]
        clients.mend(self.client, *facts, self.request.access, act, shown=self.shown)
        return _("Saved.")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = visible(Municipality.history.model, self.request.access).filter(id=self.client.pk)
        told = rows.select_related("history_user").order_by("history_date", "history_id")
        return super().get_context_data(
            facts=facts(self.client), history=versions(told, skip=("slug",)), **kwargs
        )


def facts(client: Municipality) -> list[tuple[str, str]]:
    return [
        (_("Kind of client"), client.get_kind_display()),
        (_("Code"), format_html("<code>{}</code>", client.code)),
        *(
            [(_("Inhabitants"), number(client.inhabitants) if client.inhabitants else NOTHING)]
            if client.has_council
            else []
        ),
        (_("Takes part"), term(client)),
    ]


class End(OfClient, LookFirst):
    """A last day and perhaps a successor; then what that does, and only then it is so."""

    template_name = "contracts/client_end.html"
    form_class = EndForm

    @property
    def back_url(self) -> str:
        return reverse("client-detail", args=[self.client.pk])

    def closed(self) -> HttpResponse | None:
        if not self.client.successor_id:
            return None
        messages.error(
            self.request,
            _("%(name)s went on in another client already.") % {"name": self.client.name},
        )
        return redirect(self.back_url)

    def get_initial(self) -> dict[str, Any]:
        return {"valid_until": self.client.valid_until}

    def preview(self, form: Any) -> dict[str, Any]:
        last = form.cleaned_data["valid_until"]
        return {
            "starting_point": clients.starting_point(self.client, last),
            "passing": passing(self.client, last),
        }

    def do(self, form: Any) -> str:
        given, act = form.cleaned_data, act_of(self.request, form.cleaned_data["why"])
        how = given["valid_until"], given["successor"]
        passed = clients.end(self.client, *how, self.request.access, act, shown=self.shown)
        return told(self.client, passed)


def told(client: Municipality, passed: int) -> str:
    words = {"name": client.name, "day": long_date(client.valid_until), "number": passed}
    if not client.successor:
        return _("Saved. The last day of %(name)s is %(day)s.") % words
    words["successor"] = client.successor.name
    return (
        ngettext(
            "Saved. The last day of %(name)s is %(day)s. %(successor)s takes over its share in"
            " %(number)s contract.",
            "Saved. The last day of %(name)s is %(day)s. %(successor)s takes over its share in"
            " %(number)s contracts.",
            passed,
        )
        % words
    )
