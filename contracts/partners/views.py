"""Partners: the list with who asks to take part, letting one in, and the page on which one asks."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from contracts.models import Invitation, Membership, Partner, PartnerState
from contracts.partners import door as partners
from contracts.partners.asking import regions_to_ask
from contracts.partners.door import may_let_in
from contracts.partners.forms import AskForm, PartnerForm, regions_to_let_in
from contracts.people.forms import EmailForm
from contracts.people.invitations import open_invitations
from contracts.people.views.users import sent
from sroi.access import May, visible
from sroi.accounts.limits import limited
from sroi.views import ButtonPage, ConfirmPage, FormPage, ForWhoMay, OfOne, act_of


class PartnerList(ForWhoMay, TemplateView):
    """Who takes part, who asks to, and who was asked in and did not come yet."""

    capabilities = (May.SEE_DESK,)
    template_name = "contracts/partner_list.html"
    request: Any

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        access = self.request.access
        rows = visible(Partner, access).select_related("region").order_by("name", "pk")
        waiting = open_invitations(visible(Invitation, access), timezone.now())
        return super().get_context_data(
            asking=[p for p in rows if p.state == PartnerState.ASKED],
            partners=[p for p in rows if p.state == PartnerState.IN],
            invitations=waiting.filter(partner__isnull=False).select_related("partner"),
            may_let_in=may_let_in(access),
            **kwargs,
        )


class NewPartner(ForWhoMay, FormPage):
    capabilities = (May.LET_PARTNERS_IN,)
    heading = gettext_lazy("Add a partner")
    action = gettext_lazy("Add, and send the invitation")
    form_class: Any = PartnerForm
    back_url = reverse_lazy("partner-list")
    back_label = gettext_lazy("Partners")

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"regions": regions_to_let_in(self.request.access)}

    def do(self, form: Any) -> str:
        region, email = form.cleaned_data["region"], form.cleaned_data["email"]
        access, act = self.request.access, act_of(self.request)
        return sent(partners.add(region, form.about(), email, access, act))


class OfPartner(OfOne):
    model = Partner
    partner: Partner
    back_url: Any = reverse_lazy("partner-list")
    back_label = gettext_lazy("Partners")

    def may(self) -> bool:
        return may_let_in(self.request.access, self.partner.region_id)


class PartnerPage(OfPartner, FormPage):
    """Its people, and asking one more in; of who asks to take part, the answer."""

    template_name = "contracts/partner_detail.html"
    heading = property(lambda self: self.partner.name)
    action = gettext_lazy("Send the invitation")
    form_class = EmailForm

    def get_success_url(self) -> str:
        return reverse("partner-detail", args=[self.partner.pk])

    def do(self, form: Any) -> str:
        email, access = form.cleaned_data["email"], self.request.access
        return sent(partners.invite(self.partner, email, access, act_of(self.request)))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        people = visible(Membership, self.request.access).filter(partner=self.partner)
        running = people.filter(ended_at=None).select_related("user").order_by("user__name", "pk")
        return super().get_context_data(people=running, **kwargs)


class LetIn(OfPartner, ButtonPage):
    def do(self) -> str:
        return sent(partners.let_in(self.partner, self.request.access, act_of(self.request)))


class Refuse(OfPartner, ConfirmPage):
    heading = property(lambda self: self.partner.name)
    question = gettext_lazy("Not let this organisation in?")
    action = gettext_lazy("Do not let in")
    consequence = gettext_lazy("Its address is erased. It can ask again.")

    def goes(self) -> list[tuple[Any, Any]]:
        partner = self.partner
        return [
            (_("Kind"), partner.get_kind_display()),
            (_("E-mail address"), partner.asked_email),
        ]

    def closed(self) -> HttpResponse | None:
        return None if self.partner.state == PartnerState.ASKED else redirect(str(self.back_url))

    def do(self, form: Any) -> str:
        partners.refuse(self.partner, self.request.access, act_of(self.request))
        return _("Not let in; its address was erased.")


@method_decorator(login_not_required, name="dispatch")
@limited("ask_as_partner", "post")
class AskToTakePart(FormPage):
    """For everyone: an organisation tells that it wants to take part in a region."""

    template_name = "contracts/partner_ask.html"
    heading = gettext_lazy("Take part as a partner")
    action = gettext_lazy("Ask to take part")
    form_class: Any = AskForm
    back_url = reverse_lazy("partner-ask")

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"regions": regions_to_ask()}

    def do(self, form: Any) -> str:
        given = form.cleaned_data
        partners.ask(given["region"], form.about(), given["email"], act_of(self.request))
        return _("Thank you. The region looks at it and answers by mail.")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**{**kwargs, "back_url": ""})
