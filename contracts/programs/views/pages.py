"""Which programs read in a region: letting one, another token, stopping it, and what it read. For
region admins.
"""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse, reverse_lazy
from django.utils.timezone import localdate, localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.models import Program, ProgramRead
from contracts.people.membership import administered
from contracts.programs import door as programs
from contracts.programs.forms import ProgramForm, RenewForm
from contracts.programs.lists import ProgramFilterSet, ProgramTable, state, what, with_last_read
from sroi.access import May, visible
from sroi.api import ROOT
from sroi.doors import Refused
from sroi.history.versions import versions
from sroi.templatetags.formats import long_date
from sroi.views import (
    ConfirmPage,
    DetailPage,
    FormPage,
    ForWhoMay,
    ListPage,
    OfOne,
    act_of,
)

# Of what a program read so many of the last are shown.
SHOWN = 25


class ProgramList(ForWhoMay, ListPage):
    capabilities = (May.MANAGE_USERS,)
    model = Program
    filterset_class = ProgramFilterSet
    table_class = ProgramTable
    heading = gettext_lazy("Programs")
    template_name = "contracts/program_list.html"

    def get_queryset(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = with_last_read(administered(Program, self.request.access))
        return rows.order_by("revoked_at", "name", "pk")


class GivesToken(FormPage):
    """Its answer shows the token, which stands nowhere else: no session, no address."""

    def give(self, form: Any) -> programs.Given:
        raise NotImplementedError

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            given = self.give(form)
        except Refused as refused:
            return self.refuse(form, refused)
        address = self.request.build_absolute_uri(f"/{ROOT}")
        context = {"program": given.program, "token": given.token, "address": address}
        return render(self.request, "contracts/program_token.html", context)


class NewProgram(ForWhoMay, GivesToken):
    capabilities = (May.MANAGE_USERS,)
    heading = gettext_lazy("Let a program read")
    action = gettext_lazy("Make a token")
    form_class = ProgramForm
    back_url = reverse_lazy("program-list")
    back_label = gettext_lazy("Programs")

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"access": self.request.access}

    def give(self, form: Any) -> programs.Given:
        given = form.cleaned_data
        about = given["region"], given["name"], given["reads"], given["until"]
        return programs.let_read(*about, self.request.access, act_of(self.request))


class OfProgram(ForWhoMay, OfOne):
    capabilities = (May.MANAGE_USERS,)
    model = Program
    program: Program
    heading = property(lambda self: self.program.name)

    def get_object(self, queryset: Any = None) -> Any:
        rows = administered(Program, self.request.access).select_related("region", "made_by")
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    @property
    def back_url(self) -> str:
        return reverse("program-detail", args=[self.program.pk])

    @property
    def back_label(self) -> str:
        return self.program.name


class Detail(OfProgram, DetailPage):
    template_name = "contracts/program_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        access, program = self.request.access, self.program
        log = visible(ProgramRead, access).filter(program=program)[:SHOWN]
        kept = visible(Program.history.model, access).filter(id=program.pk)
        told = kept.select_related("history_user").order_by("history_date", "history_id")
        return super().get_context_data(
            facts=self.facts(),
            log=log,
            shown=SHOWN,
            is_running=program.revoked_at is None,
            history=versions(told),
            **kwargs,
        )

    def facts(self) -> list[tuple[str, str]]:
        program = self.program
        return [
            (_("State"), state(program, localdate())),
            (_("May read"), what(program)),
            (_("Valid until"), long_date(program.valid_until)),
            (_("Token ends with"), f"…{program.token_ends}"),
            (_("Made by"), f"{program.made_by}, {long_date(localtime(program.made_at))}"),
        ]


class Renew(OfProgram, GivesToken):
    action = gettext_lazy("Make another token")
    form_class = RenewForm
    template_name = "contracts/program_renew.html"

    def get_initial(self) -> dict[str, Any]:
        return {"until": programs.last_day(localdate())}

    def give(self, form: Any) -> programs.Given:
        until, act = form.cleaned_data["until"], act_of(self.request)
        return programs.renew(self.program, until, self.request.access, act)


class Stop(OfProgram, ConfirmPage):
    question = gettext_lazy("Stop this program?")
    action = gettext_lazy("Yes, stop it")
    consequence = gettext_lazy(
        "Its token opens nothing any more, from this moment. What it read stays in its log."
    )

    def goes(self) -> list[tuple[Any, Any]]:
        return [
            (_("Program"), self.program.name),
            (_("May read"), what(self.program)),
            (_("Token ends with"), f"…{self.program.token_ends}"),
            (_("State"), state(self.program, localdate())),
        ]

    def do(self, form: Any) -> str:
        programs.stop(self.program, self.request.access, act_of(self.request))
        return _("%(name)s reads nothing any more.") % {"name": self.program.name}
