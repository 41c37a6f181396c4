"""Reminding a contractor of what a contract asks of them now."""

from functools import cached_property
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.models import Contract
from contracts.people.membership import people_for
from contracts.plans import door as planning
from contracts.plans.plan import may_remind
from placements.standing.asks import OF_CONTRACTOR, asks
from placements.standing.known import LookUp
from sroi.pages.contract.attention import task_of
from sroi.views import ConfirmPage, OfOne, act_of

# All that a contractor is asked for.
LOOKED_UP = (LookUp.STANDING, LookUp.ANSWERS, LookUp.DEADLINES)


class Remind(OfOne, ConfirmPage):
    """Whom the mail goes to and what of, then one button."""

    model = Contract
    related = ("policy", "contractor")
    contract: Contract
    heading = property(lambda self: self.contract.title)
    back_label = heading
    question = gettext_lazy("Remind the contractor?")
    action = gettext_lazy("Send the reminder")
    consequence = gettext_lazy(
        "They get it by mail, and it stands in the history of the contract. At most once a day."
    )
    is_dangerous = False

    def may(self) -> bool:
        return may_remind(self.request.access, self.contract)

    @property
    def back_url(self) -> str:
        return reverse("contract-detail", args=[self.contract.pk])

    @cached_property
    def asked(self) -> list[str]:
        found = asks([self.contract], localdate(), LOOKED_UP)[self.contract.pk]
        return [task_of(ask, "", "").why for ask in found if ask.kind in OF_CONTRACTOR]

    def closed(self) -> HttpResponse | None:
        if self.asked:
            return None
        messages.info(self.request, _("Nothing is asked of the contractor now."))
        return redirect(self.back_url)

    def goes(self) -> list[tuple[Any, Any]]:
        people = people_for(self.contract)
        return [
            (_("Contractor"), self.contract.contractor),
            (_("To"), ", ".join(f"{who.name} ({who.email})" for who in people)),
            *((_("About"), words) for words in self.asked),
        ]

    def do(self, form: Any) -> str:
        planning.remind(self.contract, act_of(self.request, "; ".join(self.asked)))
        return _("The contractor is reminded by mail.")
