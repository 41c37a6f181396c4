"""The pages where is filled in what stands beside texts and figures: for the clerk, about the team, of a scenario."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from reporting.notice import editions
from reporting.notice.addresses import address
from reporting.notice.editions import Edition
from reporting.notice.tables.finances import scenario_table, team_table
from reporting.particulars import door as particulars
from reporting.particulars.filled_in import filing_of, may_file, may_supply, supplement_of
from reporting.particulars.forms import FilingForm, SupplementForm
from sroi.doors import Act, Refused
from sroi.views import Request


class Supplying(View):
    """A form about an edition; who may not fill it in finds nothing."""

    request: Request
    edition: Edition
    form_class: type[forms.Form]
    template_name = ""
    heading: Any = ""

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        where = kwargs["region"], kwargs["year"], kwargs.get("municipality")
        found = editions.find(request.access, *where, timezone.localdate())
        if found is None or not self.may(found):
            raise Http404
        self.edition = found
        request.region_title = found.region.title
        return super().dispatch(request, *args, **kwargs)

    def may(self, edition: Edition) -> bool:
        raise NotImplementedError

    def row(self) -> Any:
        """What was filled in before."""
        raise NotImplementedError

    def save(self, form: Any, seen: int, act: Act) -> None:
        raise NotImplementedError

    def get(self, request: Request, **kwargs: Any) -> HttpResponse:
        row, names = self.row(), [name for name in self.form_class.base_fields if name != "seen"]
        initial = {name: getattr(row, name) for name in names} if row else {}
        return self.page(self.form_class(initial=initial | {"seen": row.version if row else 0}))

    def post(self, request: Request, **kwargs: Any) -> HttpResponse:
        form = self.form_class(request.POST)
        if not form.is_valid():
            return self.page(form, 422)
        now = timezone.now()
        try:
            self.save(form, form.cleaned_data["seen"] or 0, Act.of(request.user, now))
        except Refused as refused:
            form.add_error(None, str(refused))
            return self.page(form, 422, theirs=self.row())
        messages.success(request, _("Saved."))
        return redirect(request.path)

    def page(self, form: forms.Form, status: int = 200, *, theirs: Any = None) -> HttpResponse:
        if theirs:
            # What the other one saved is shown; saving again then knows of it.
            known: Any = self.request.POST.copy()
            known["seen"] = str(theirs.version)
            form.data = known
        context = {
            "edition": self.edition,
            "form": form,
            "heading": self.heading,
            "back_url": address("", self.edition),
            "theirs": self.differences(form, theirs) if theirs else [],
            **self.beside(),
        }
        return render(self.request, self.template_name, context, status=status)

    def differences(self, form: forms.Form, theirs: Any) -> list[tuple[Any, Any]]:
        """What the other one saved where it is not what stands in the form."""
        answers = form.cleaned_data
        names = [name for name in answers if name != "seen" and answers[name] != getattr(theirs, name)]
        return [(form[name].label, form.fields[name].prepare_value(getattr(theirs, name))) for name in names]

    def beside(self) -> dict[str, Any]:
        return {}


class FilingPage(Supplying):
    form_class = FilingForm
    template_name = "reporting/filing.html"
    heading = gettext_lazy("Particulars for the clerk")

    def may(self, edition: Edition) -> bool:
        return may_file(self.request.access, edition)

    def row(self) -> Any:
        return filing_of(self.edition)

    def save(self, form: Any, seen: int, act: Act) -> None:
        particulars.file(self.edition, form.filed, seen=seen, act=act)


class SupplementPage(Supplying):
    form_class = SupplementForm
    template_name = "reporting/supplement.html"
    heading = gettext_lazy("Team and scenario")

    def may(self, edition: Edition) -> bool:
        return may_supply(self.request.access, edition)

    def row(self) -> Any:
        return supplement_of(self.edition)

    def save(self, form: Any, seen: int, act: Act) -> None:
        values = {name: form.cleaned_data[name] for name in particulars.SUPPLIED}
        particulars.supply(self.edition, values, seen=seen, act=act)

    def beside(self) -> dict[str, Any]:
        ahead = self.edition.outlook
        return {
            "team": team_table(ahead.team) if ahead.team and ahead.team.towns else None,
            "scenario": scenario_table(ahead.scenario) if ahead.scenario else None,
        }
