"""What is asked about a tender that is planned."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.models import Contract, PlannedTender, Policy, ProcurementType
from contracts.planned.door import FACTS, Advised, Plan, is_of
from contracts.tendering.aid import advise
from contracts.tendering.forms import TenderForm
from sroi.access import Access, visible
from sroi.fields import Month, euros, text_field

LONGEST = 4000
# What an advice is asked beside the plan itself.
ANSWERS = ("months", "labour_share", "cpv", "rate", "rate_reason", "rate_reason_text")


def advised_about(
    plan: Plan, answers: dict[str, str], access: Access, today: date
) -> Advised | None:
    """Always about what is planned now, by the policy of today; None without a policy, or where
    the answers do not hold.
    """
    region = plan.municipality.region
    about = {
        "region": region.code,
        "title": plan.title,
        "procurement_type": plan.procurement_type,
        "value": as_typed(plan.value),
    }
    asked = TenderForm({**answers, **about}, regions=[region])
    versions: Any = visible(Policy, access).filter(region=region)
    policy = versions.on(today)
    if policy is None or not asked.is_valid():
        return None
    advice = advise(asked.tender, policy)
    return Advised(answers, advice.rate, advice.amount)


def as_typed(value: Decimal) -> str:
    return f"{value}".replace(".", ",")


class BecameForm(forms.Form):
    """The contract that it became."""

    reference = text_field(
        gettext_lazy("Reference of the contract that it became"),
        80,
        required=False,
        help_text=gettext_lazy("Once it is awarded and registered. The plan then stays as it is."),
    )

    def __init__(self, *args: Any, access: Access, tender: PlannedTender | None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.access, self.tender = access, tender
        if tender is None:
            del self.fields["reference"]
        elif tender.contract:
            self.initial.setdefault("reference", tender.contract.reference)

    def clean_reference(self) -> str:
        reference: str = self.cleaned_data["reference"]
        if reference and self.contract is None:
            raise forms.ValidationError(
                _("There is no contract of this client with this reference.")
            )
        return reference

    @property
    def contract(self) -> Contract | None:
        reference = self.cleaned_data.get("reference")
        if not reference or self.tender is None:
            return None
        rows = visible(Contract, self.access).filter(region=self.tender.region_id)
        found: Contract | None = rows.filter(reference=reference).first()
        return found if found and is_of(found, self.tender.municipality) else None

    @property
    def plan(self) -> Plan | None:
        """Nothing of it is asked any more."""
        return None

    advised: Advised | None = None


class PlanForm(BecameForm):
    """What is known of it. What was filled in for the advice goes along unseen."""

    municipality: Any = forms.ModelChoiceField(
        queryset=None, label=gettext_lazy("Client"), empty_label=gettext_lazy("Choose…")
    )
    title = text_field(gettext_lazy("What is it about?"), 250)
    procurement_type = forms.ChoiceField(
        label=gettext_lazy("Procurement type"),
        choices=[("", gettext_lazy("Choose…")), *ProcurementType.choices],
        error_messages={"required": gettext_lazy("Choose works, services or supplies.")},
    )
    value = euros(
        gettext_lazy("Estimated contract value excluding VAT"),
        help_text=gettext_lazy("Of the tender as a whole, also where others take part."),
    )
    award_month = Month(label=gettext_lazy("Expected month of award"))
    advice = forms.CharField(max_length=LONGEST, required=False, widget=forms.HiddenInput)

    field_order = (*FACTS, "reference", "advice")

    def __init__(self, *args: Any, towns: Any, today: date | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today or localdate()
        asked: Any = self.fields["municipality"]
        asked.queryset = towns.select_related("region")
        if len(towns) == 1:
            asked.widget = forms.HiddenInput()
            asked.widget.choices = asked.choices
            self.initial.setdefault("municipality", towns[0].pk)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        typed = QueryDict(cleaned.get("advice") or "")
        answers = {name: typed[name] for name in ANSWERS if typed.get(name)}
        if answers and not self.errors:
            self.advised = advised_about(self.plan, answers, self.access, self.today)
        return cleaned

    @property
    def plan(self) -> Plan:
        return Plan(**{name: self.cleaned_data[name] for name in FACTS})
