"""Who stands in for whom; and what is done with contracts that were ticked on the work list: they
are put off to a day, or one notes that one spoke with the contractor.
"""

from functools import cached_property
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import TemplateView, View

from contracts.desk import door as desk
from contracts.desk.forms import LaterForm, SpokenForm, StandInForm
from contracts.desk.whose import HAS_DAYS, feed_made, put_off_by
from contracts.dossier import door as dossier
from contracts.models import Contract, NoteKind, Region, StandIn
from contracts.people.membership import advisers_of
from contracts.plans import door as planning
from contracts.plans.plan import may_agree
from sroi.access import May, visible
from sroi.doors import Refused
from sroi.fields import is_key
from sroi.periods import DAY
from sroi.templatetags.formats import long_date, short_date
from sroi.views import ButtonPage, ConfirmPage, FormPage, ForWhoMay, OfOne, Request, act_of

# The name of the boxes; and how many can be done at once.
PICK, MOST = "pick", 100
WEEK = 7 * DAY


class StandIns(ForWhoMay, FormPage):
    capabilities = (May.ADVISE,)
    template_name = "contracts/stand_ins.html"
    heading = gettext_lazy("Standing in")
    action = gettext_lazy("Record")
    back_url = reverse_lazy("start")
    back_label = gettext_lazy("Work list")
    form_class = StandInForm

    @cached_property
    def region_ids(self) -> set[int]:
        return self.request.access.regions_where(May.ADVISE)

    def get_form_kwargs(self) -> dict[str, Any]:
        regions = visible(Region, self.request.access).filter(pk__in=self.region_ids)
        offered = {"regions": regions, "advisers": advisers_of(self.region_ids)}
        return {**super().get_form_kwargs(), **offered}

    def get_initial(self) -> dict[str, Any]:
        return {"absent": self.request.user.pk, "first_day": localdate()}

    def get_success_url(self) -> str:
        return self.request.path

    def do(self, form: Any) -> str:
        made = desk.stand_in(
            form.cleaned_data["region"],
            form.cleaned_data["absent"],
            form.cleaned_data["by"],
            form.cleaned_data["first_day"],
            form.cleaned_data["last_day"],
            self.request.access,
            act_of(self.request),
        )
        words = {"who": made.by, "absent": made.absent, "day": long_date(made.last_day)}
        return _("%(who)s stands in for %(absent)s up to and including %(day)s.") % words

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = visible(StandIn, self.request.access).filter(last_day__gte=localdate())
        return super().get_context_data(
            rows=list(rows.select_related("absent", "by", "region")),
            several_regions=len(self.region_ids) > 1,
            **kwargs,
        )


class EndStandIn(OfOne, ConfirmPage):
    model = StandIn
    related = ("absent", "by")
    context_object_name = "found"
    found: StandIn
    heading = gettext_lazy("Standing in")
    question = gettext_lazy("End this?")
    action = gettext_lazy("Yes, end it")
    consequence = gettext_lazy("The work is on the list of who was away again.")
    back_url = reverse_lazy("stand-ins")
    back_label = heading
    is_dangerous = False

    def goes(self) -> list[tuple[Any, Any]]:
        found = self.found
        return [
            (_("Who is away?"), str(found.absent)),
            (_("Who stands in?"), str(found.by)),
            (_("From"), long_date(found.first_day)),
            (_("Up to and including"), long_date(found.last_day)),
        ]

    def may(self) -> bool:
        return bool(self.request.access.may(May.ADVISE, region_id=self.found.region_id))

    def do(self, form: Any) -> str:
        desk.end(self.found, self.request.access)
        return _("Ended.")


# --- with the contracts that were ticked on the work list -----------------------------------------


class OfChosen(ForWhoMay, FormPage):
    """A form about contracts that were ticked, each of them of those that one may see."""

    capabilities = (May.ADVISE,)
    template_name = "contracts/chosen.html"
    back_url = reverse_lazy("start")
    back_label = gettext_lazy("Work list")

    @cached_property
    def chosen(self) -> list[Contract]:
        regions = self.request.access.regions_where(May.ADVISE)
        keys = [key for key in self.request.GET.getlist(PICK)[:MOST] if is_key(key)]
        rows = visible(Contract, self.request.access).filter(pk__in=keys, region__in=regions)
        return list(rows.select_related("contractor", "policy").order_by("reference"))

    def closed(self) -> HttpResponse | None:
        if self.chosen:
            return None
        messages.error(self.request, _("Tick the contracts that it is about first."))
        return redirect(self.back_url)

    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.closed() or super().post(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(chosen=self.chosen, **kwargs)


class Later(OfChosen):
    """They come back on the list on a day."""

    form_class = LaterForm
    heading = gettext_lazy("Put off")
    action = gettext_lazy("Put off")
    refused_at = "until"

    def get_initial(self) -> dict[str, Any]:
        return {"until": localdate() + WEEK}

    def do(self, form: Any) -> str:
        until = form.cleaned_data["until"]
        desk.put_off(self.chosen, until, act_of(self.request))
        words = ngettext(
            "%(n)s contract comes back on %(day)s.",
            "%(n)s contracts come back on %(day)s.",
            len(self.chosen),
        )
        return words % {"n": len(self.chosen), "day": short_date(until)}


class Contact(OfChosen):
    """One spoke with the contractors: the first contact of a contract, or a note in its dossier."""

    form_class = SpokenForm
    heading = gettext_lazy("Note a contact")
    action = gettext_lazy("Record")

    def get_initial(self) -> dict[str, Any]:
        return {"on": localdate()}

    def do(self, form: Any) -> str:
        on, why = form.cleaned_data["on"], form.cleaned_data["why"]
        done, refused = 0, []
        for contract in self.chosen:
            try:
                self.record(contract, on, why)
                done += 1
            except Refused as fault:
                refused.append(f"{contract.reference}: {fault}")
        for fault_of in refused:
            messages.warning(self.request, fault_of)
        words = ngettext("Noted with %(n)s contract.", "Noted with %(n)s contracts.", done)
        return words % {"n": done} if done else ""

    def record(self, contract: Contract, on: Any, why: str) -> None:
        if contract.contacted_on is None and may_agree(self.request.access, contract):
            planning.record_contact(contract, on, act_of(self.request, why))
            return
        if not dossier.may_write(self.request.access, contract):
            raise Refused(_("Nothing is noted with this contract any more."))
        text = why or _("Spoke with the contractor.")
        act = act_of(self.request)
        dossier.write(contract, NoteKind.CONVERSATION, on, text, act, shared=False)


class PutOffs(ForWhoMay, TemplateView):
    """What was put off, and when it comes back."""

    capabilities = (May.ADVISE,)
    template_name = "contracts/put_off.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        access: Any = self.request.access  # type: ignore[attr-defined]
        rows = list(put_off_by(access, localdate())[:MOST])
        return super().get_context_data(rows=rows, **kwargs)


class ShowAgain(OfOne, ButtonPage):
    """One that was put off stands on the list again."""

    model = Contract
    contract: Contract
    back_url = reverse_lazy("put-off")

    def may(self) -> bool:
        return bool(self.request.access.may(May.ADVISE, region_id=self.contract.region_id))

    def do(self) -> str:
        desk.show_again(self.contract, self.request.user)
        return _("%(title)s stands on your work list again.") % {"title": self.contract.title}


# --- one's own calendar ---------------------------------------------------------------------------


class Calendar(ForWhoMay, View):
    """The address at which one's calendar asks for the days of one's work: made, renewed, ended.
    It is a secret, and shown where it was just made.
    """

    capabilities = HAS_DAYS
    request: Request

    def get(self, request: Request) -> HttpResponse:
        return self.show()

    def post(self, request: Request) -> HttpResponse:
        if request.POST.get("end"):
            desk.end_feed(request.user)
            messages.success(request, _("Ended. Your calendar finds nothing there any more."))
            return redirect("calendar")
        secret = desk.renew_feed(request.user, act_of(request))
        return self.show(settings.SITE_URL + reverse("calendar-feed", args=[secret]))

    def show(self, address: str = "") -> HttpResponse:
        context = {"feed": feed_made(self.request.user), "address": address}
        return render(self.request, "contracts/calendar.html", context)
