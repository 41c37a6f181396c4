"""The pages where is filled in what stands beside texts and figures: for the clerk, about the team,
of a scenario.
"""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reporting.notice.tables.finances import scenario_table, team_table
from reporting.particulars import door as particulars
from reporting.particulars.filled_in import filing_of, may_file, may_supply, supplement_of
from reporting.particulars.forms import FilingForm, SupplementForm
from reporting.texts.views import OfEdition
from sroi.doors import Act, Refused
from sroi.fields import change_answers
from sroi.views import FormPage, act_of


class Supplying(OfEdition, FormPage):
    """A form about an edition; what someone else saved meanwhile is shown beside what was typed."""

    form_class: Any

    def row(self) -> Any:
        """What was filled in before."""
        raise NotImplementedError

    def save(self, form: Any, seen: int, act: Act) -> None:
        raise NotImplementedError

    def get_success_url(self) -> str:
        return str(self.request.path)

    def get_initial(self) -> dict[str, Any]:
        row, names = self.row(), [name for name in self.form_class.base_fields if name != "seen"]
        return {name: getattr(row, name) for name in names if row} | {
            "seen": row.version if row else 0
        }

    def do(self, form: Any) -> str:
        self.save(form, form.cleaned_data["seen"] or 0, act_of(self.request))
        return _("Saved.")

    def refuse(self, form: Any, refused: Refused) -> HttpResponse:
        form.add_error(None, str(refused))
        theirs = self.row()
        if theirs:
            # What the other one saved is shown; saving again then knows of it.
            change_answers(form, seen=str(theirs.version))
        return self.show(form, 422, theirs=self.differences(form, theirs) if theirs else [])

    def differences(self, form: forms.Form, theirs: Any) -> list[tuple[Any, Any]]:
        """What the other one saved where it is not what stands in the form."""
        answers = form.cleaned_data
        names = [
            name for name in answers if name != "seen" and answers[name] != getattr(theirs, name)
        ]
        return [
            (form[name].label, form.fields[name].prepare_value(getattr(theirs, name)))
            for name in names
        ]


class FilingPage(Supplying):
    form_class = FilingForm
    template_name = "reporting/filing.html"
    heading = gettext_lazy("Particulars for the clerk")

    def may(self) -> bool:
        return may_file(self.request.access, self.edition)

    def row(self) -> Any:
        return filing_of(self.edition)

    def save(self, form: Any, seen: int, act: Act) -> None:
        particulars.file(self.edition, form.filed, seen=seen, act=act)


class SupplementPage(Supplying):
    form_class = SupplementForm
    template_name = "reporting/supplement.html"
    heading = gettext_lazy("Team and scenario")

    def may(self) -> bool:
        return may_supply(self.request.access, self.edition)

    def row(self) -> Any:
        return supplement_of(self.edition)

    def save(self, form: Any, seen: int, act: Act) -> None:
        values = {name: form.cleaned_data[name] for name in particulars.SUPPLIED}
        particulars.supply(self.edition, values, seen=seen, act=act)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        ahead = self.edition.outlook
        return super().get_context_data(
            team=team_table(ahead.team) if ahead.team and ahead.team.towns else None,
            scenario=scenario_table(ahead.scenario) if ahead.scenario else None,
            **kwargs,
        )
