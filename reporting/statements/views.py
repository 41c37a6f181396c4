"""The pages of statements: those of a contractor, and the one on which anybody tries a code."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from contracts.models import Contract, Contractor
from placements.models import FulfilmentLine
from placements.rights import may_enter
from reporting.models import Statement
from reporting.notice.editions import YEARS
from reporting.statements import door, paper
from reporting.statements.forms import CodeForm
from reporting.statements.stated import Part, about, parts_of, total
from reporting.statements.trying import Told, tried
from reporting.statements.words import counted, how_many
from reporting.statements.years import may_see, years_of
from sroi.access import May, visible
from sroi.accounts.limits import limited
from sroi.templatetags.formats import euro2
from sroi.views import ConfirmPage, DetailPage, OfOne, Request, act_of, kept_file

# --- of a contractor ------------------------------------------------------------------------------


class OwnStatements(View):
    """For who is of one firm, as nearly everyone: its page."""

    def get(self, request: Request) -> HttpResponse:
        firms = [grant.contractor_id for grant in request.access.grants_for(May.FULFIL)]
        if not firms:
            raise Http404
        return redirect("statements", firms[0])


class Statements(DetailPage):
    """By contract and year what was accepted, and what was stated of it."""

    model = Contractor
    template_name = "reporting/statements.html"

    def may(self) -> bool:
        return may_see(self.request.access, self.object)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        access = self.request.access
        return super().get_context_data(
            years=years_of(access, self.object),
            is_own=not access.may(May.SEE_REGION),
            **kwargs,
        )


class Issue(OfOne, ConfirmPage):
    """The figures that will be stated; then one button."""

    model = Contractor
    contractor: Contractor
    heading = gettext_lazy("Make a statement")
    action = gettext_lazy("Make the statement")
    back_label = gettext_lazy("Statements")
    consequence = gettext_lazy(
        "A statement is never changed. After a correction you make a new one; this one then says"
        " that it was replaced."
    )
    is_dangerous = False

    def may(self) -> bool:
        return self.kwargs["year"] in YEARS and may_enter(
            self.request.access, self.contract.region_id, self.contractor.pk
        )

    @cached_property
    def lines(self) -> Any:
        theirs = visible(FulfilmentLine, self.request.access)
        return about(theirs, self.kwargs["contract"], self.object, self.kwargs["year"])

    @cached_property
    def contract(self) -> Contract:
        """Through the work that was done for it: it may be of another contractor now."""
        line = self.lines.select_related("contract__region").first()
        if line is None:
            raise Http404
        contract: Contract = line.contract
        return contract

    @cached_property
    def parts(self) -> list[Part]:
        return parts_of(self.lines)

    @property
    def question(self) -> str:
        return _("State this about %(year)s?") % {"year": self.kwargs["year"]}

    @property
    def back_url(self) -> str:
        return reverse("statements", args=[self.contractor.pk])

    def goes(self) -> Sequence[tuple[Any, Any]]:
        rows = [(label, f"{euro2(amount)} ({many})") for label, many, amount in counted(self.parts)]
        whole = total(self.parts)
        return [
            (_("Contractor"), f"{self.contractor.name} ({self.contractor.register_words})"),
            (_("Contract"), f"{self.contract.reference} {self.contract.title}"),
            *rows,
            (_("Together"), f"{euro2(whole.amount)} ({how_many(whole)})"),
        ]

    def closed(self) -> HttpResponse | None:
        before = door.last(self.contract, self.contractor, self.kwargs["year"])
        if before is None or not Told(before).says(self.parts):
            return None
        messages.info(self.request, _("There is a statement with these figures already."))
        return redirect(self.back_url)

    def do(self, form: Any) -> str:
        made = door.issue(
            self.contract,
            self.contractor,
            self.kwargs["year"],
            act_of(self.request),
            seen=self.parts,
        )
        # So that it is there by the time somebody opens it.
        door.pdf_or_asked(made)
        return _("The statement was made. Its code is %(code)s.") % {"code": made.code}


class StatementPdf(OfOne):
    model = Statement
    statement: Statement

    def may(self) -> bool:
        return may_see(self.request.access, self.statement.contractor)

    def get(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        content = door.pdf_or_asked(self.statement)
        name = paper.file_name(Told(self.statement))
        return kept_file(request, content, name, "application/pdf")


# --- for everyone ---------------------------------------------------------------------------------


@method_decorator(login_not_required, name="dispatch")
class TryCode(View):
    """Anybody types a code."""

    def get(self, request: HttpRequest) -> HttpResponse:
        form = CodeForm(request.GET or None)
        if form.is_valid():
            return redirect("statement-shown", form.cleaned_data["code"])
        return render(request, "reporting/statement_try.html", {"form": form})


@method_decorator(login_not_required, name="dispatch")
@limited("try_statement", "get")
class Shown(View):
    """What was stated, to who has the code; of any other code only that it is not ours."""

    def get(self, request: HttpRequest, code: str) -> HttpResponse:
        found = tried(code)
        if found is None:
            context = {"form": CodeForm(initial={"code": code}), "is_not_ours": True}
            return render(request, "reporting/statement_try.html", context, status=404)
        context = {
            "told": found,
            "rows": counted(found.parts),
            "how_many": how_many(found.total),
        }
        return render(request, "reporting/statement_shown.html", context)
