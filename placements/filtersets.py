from datetime import date
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from contracts.filtersets import contractor_search
from contracts.models import Contract, Contractor, ContractShare, Municipality, PolicyField
from placements.models import Allocation, FulfilmentState
from placements.models.fulfilment import KINDS
from sroi.access import visible
from sroi.lists import ChoiceFilter, FilterSet, SearchFilter, VisibleChoiceFilter, YearFilter

# A version that was replaced is never the newest, so it is no choice.
STATES = [choice for choice in FulfilmentState.choices if choice[0] != FulfilmentState.SUPERSEDED]


def fulfilment_search(text: str) -> Q:
    """By number, description, supplier or contractor; never by candidate, whom not everyone may see."""
    return (
        Q(external_id__icontains=text)
        | Q(latest__description__icontains=text)
        | Q(latest__supplier_name__icontains=text)
        | contractor_search(text, "contractor__")
    )


class FulfilmentFilterSet(FilterSet):
    q = SearchFilter(fulfilment_search)
    state = ChoiceFilter(label=_("State"), field_name="latest__state", choices=STATES)
    kind = ChoiceFilter(label=_("Kind"), choices=KINDS)
    municipality = VisibleChoiceFilter(Municipality, label=_("Municipality"), method="of_municipality")
    policy_field = ChoiceFilter(label=_("Policy field"), field_name="latest__policy_field", choices=PolicyField.choices)
    year = YearFilter(label=_("Year in which it was done"), method="in_year")
    contract = VisibleChoiceFilter(
        Contract, label=_("Contract"), field_name="latest__allocations__contract", widget=forms.HiddenInput
    )
    contractor = VisibleChoiceFilter(Contractor, label=_("Contractor"), widget=forms.HiddenInput)

    def of_municipality(self, fulfilments: QuerySet[Any], name: str, value: Municipality) -> QuerySet[Any]:
        access = self.request.access
        shares = visible(ContractShare, access).filter(municipality=value, percent__gt=0)
        under = visible(Allocation, access).filter(contract__in=shares.values("contract"))
        return fulfilments.filter(latest__in=under.values("version"))

    def in_year(self, fulfilments: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        """A placement that ran in it, an invoice that was paid in it, or an activity that was done in it."""
        first, last = date(int(value), 1, 1), date(int(value), 12, 31)
        ran = Q(latest__start_date__lte=last) & (Q(latest__end_date=None) | Q(latest__end_date__gte=first))
        days = Q(latest__paid_on__range=(first, last)) | Q(latest__activity_date__range=(first, last))
        return fulfilments.filter(ran | days)
