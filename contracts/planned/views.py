"""Planned tenders as pages: the list, a new one, and one with its advice and what it became."""

from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse, reverse_lazy
from django.utils.text import capfirst
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.models import PlannedTender
from contracts.planned import door as planned
from contracts.planned.became import ORDER, STAGE, Stage, at_award, stage
from contracts.planned.forms import BecameForm, PlanForm, as_typed
from contracts.planned.lists import PlannedFilterSet, PlannedTable
from contracts.planned.words import WORDS, beside
from sroi.access import May
from sroi.templatetags.formats import euro, long_date, month_name, percent
from sroi.views import ConfirmPage, FormPage, ForWhoMay, ListPage, OfOne

# What the aid hands over, by the names of the form of a plan.
CARRIED = ("title", "procurement_type", "value")


class PlannedList(ForWhoMay, ListPage):
    capabilities = (May.REGISTER,)
    model = PlannedTender
    filterset_class = PlannedFilterSet
    table_class = PlannedTable
    heading = gettext_lazy("Planned tenders")
    template_name = "contracts/planned_list.html"

    def get_queryset(self) -> QuerySet[Any]:
        """Without advice first."""
        rows = super().get_queryset().annotate(stage=STAGE, rank=ORDER)
        return rows.select_related("municipality", "contract").order_by("rank", "award_month", "pk")

    def prepare(self, rows: list[Any]) -> None:
        found = at_award(rows)
        for tender in rows:
            tender.awarded = found.get(tender.contract_id)


class Planning(ForWhoMay, FormPage):
    """A form about a plan; an advice that was just made stands in the address."""

    capabilities = (May.REGISTER,)
    form_class: Any = PlanForm
    tender: Any = None
    back_url = reverse_lazy("planned-tenders")
    back_label = gettext_lazy("Planned tenders")

    def get_form_kwargs(self) -> dict[str, Any]:
        access = self.request.access
        towns = planned.towns_to_plan_for(access, localdate())
        return super().get_form_kwargs() | {
            "access": access,
            "tender": self.tender,
            "towns": towns,
        }

    def get_initial(self) -> dict[str, Any]:
        """As the advice says that was just made."""
        asked = self.request.GET
        if "months" not in asked:
            return {}
        return {name: asked[name] for name in CARRIED if asked.get(name)} | {
            "advice": asked.urlencode()
        }


class NewTender(Planning):
    heading = gettext_lazy("Plan a tender")

    def do(self, form: Any) -> str:
        planned.add(form.plan, form.advised, self.request.access, localdate())
        return _("The tender is planned.")


class OfTender(OfOne):
    model = PlannedTender
    related = ("municipality", "contract")
    context_object_name = "tender"
    tender: Any

    def may(self) -> bool:
        return planned.may_plan(self.request.access, self.tender, localdate())

    def starting_point(self) -> str:
        return planned.as_it_stands(self.tender)


class OneTender(OfTender, Planning):
    """What is planned, to be changed; once it became a contract, the plan beside that."""

    template_name = "contracts/planned_tender.html"

    @property
    def heading(self) -> str:
        return self.tender.title

    def get_form_class(self) -> Any:
        return BecameForm if self.tender.contract_id else PlanForm

    def get_form_kwargs(self) -> dict[str, Any]:
        given = super().get_form_kwargs()
        if self.tender.contract_id:
            del given["towns"]
        return given

    def get_initial(self) -> dict[str, Any]:
        tender = self.tender
        stored = {name: getattr(tender, name) for name in planned.FACTS}
        return stored | {"advice": urlencode(tender.advice)} | super().get_initial()

    def do(self, form: Any) -> str:
        planned.change(
            self.tender,
            form.plan,
            form.advised,
            form.contract,
            self.request.access,
            localdate(),
            shown=self.shown,
        )
        return _("Saved.")

    def get_success_url(self) -> str:
        return reverse("planned-tender", args=[self.tender.pk])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        tender = self.tender
        awarded = at_award([tender]).get(tender.contract_id or 0)
        return super().get_context_data(
            advised=advised(tender),
            beside=beside(tender, awarded) if awarded else (),
            advice_url=advice_url(tender),
            just_advised="months" in self.request.GET,
            contract_url=contract_url(tender),
            **kwargs,
        )


class RemoveTender(OfTender, ConfirmPage):
    question = gettext_lazy("Remove this planned tender?")
    action = gettext_lazy("Remove")
    consequence = gettext_lazy(
        "The plan and its advice are gone for good. A contract that it became stays."
    )

    @property
    def heading(self) -> str:
        return self.tender.title

    @property
    def back_url(self) -> str:
        return reverse("planned-tender", args=[self.tender.pk])

    @property
    def edition(self) -> str:
        return planned.as_it_stands(self.tender)

    def starting_point(self) -> str:
        return ConfirmPage.starting_point(self)

    def goes(self) -> list[tuple[Any, Any]]:
        return [(_("Title"), self.tender.title), *told(self.tender)]

    def do(self, form: Any) -> str:
        planned.remove(self.tender, self.request.access, localdate(), shown=self.edition)
        return _("The planned tender was removed.")

    def get_success_url(self) -> str:
        return reverse("planned-tenders")


def told(tender: PlannedTender) -> list[tuple[Any, Any]]:
    """What is known of it."""
    return [
        (_("Client"), tender.municipality.name),
        (_("Procurement type"), tender.get_procurement_type_display()),
        (_("Estimated contract value excluding VAT"), euro(tender.value)),
        (_("Expected month of award"), month_name(tender.award_month)),
        (_("Advice"), advised(tender)),
        (_("Contract"), tender.contract and str(tender.contract)),
    ]


def advised(tender: PlannedTender) -> str:
    if tender.advised_on is None:
        return capfirst(WORDS[Stage.WITHOUT_ADVICE])
    return _("%(rate)s, that is %(amount)s; made on %(day)s") % {
        "rate": percent(tender.rate),
        "amount": euro(tender.obligation),
        "day": long_date(tender.advised_on),
    }


def advice_url(tender: PlannedTender) -> str:
    """The advice as it was made, else filled in as far as the plan goes."""
    if stage(tender) == Stage.CONTRACT:
        return ""
    asked = {
        **tender.advice,
        **filled_in(tender),
        "region": tender.region.code,
        "tender": tender.pk,
    }
    return f"{reverse('tender-aid')}?{urlencode(asked)}"


def contract_url(tender: PlannedTender) -> str:
    """The form of a new contract, with what the plan says filled in."""
    asked = {**filled_in(tender), **tender.advice}
    asked.pop("months", None)
    return f"{reverse('contract-new')}?{urlencode(asked)}"


def filled_in(tender: PlannedTender) -> dict[str, str]:
    return {
        "title": tender.title,
        "procurement_type": tender.procurement_type,
        "value": as_typed(tender.value),
    }
