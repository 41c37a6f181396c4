"""What of one contract asks for attention now: each a sentence with its one next action; the most urgent first."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from contracts.acts import certificates
from contracts.acts.certificates import CertificateState, Cover
from contracts.acts.rights import may_change, may_propose
from contracts.models import ChangeKind, Contract, ContractState, ObligationChange, PsoCertificate
from contracts.plans.deadlines import DeadlineState, deadlines
from contracts.plans.plan import handed_in
from contracts.settlement.shortfall import is_settled_here, may_settle
from placements.standing.heard import last_heard
from placements.standing.tasks import Task
from sroi.access import Access, visible
from sroi.pages.contract.plan import told
from sroi.templatetags.formats import euro, long_date
from sroi.views import DetailPage


class ContractAttention(DetailPage):
    model = Contract
    template_name = "pages/contract_attention.html"
    related = ("policy",)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        contract, today = self.object, localdate()
        tasks = list(tasks_of(contract, self.request.access, today))
        return super().get_context_data(tasks=tasks, more=len(tasks) - 1, **kwargs)


def tasks_of(contract: Contract, access: Access, today: date) -> Iterator[Task]:
    if may_change(access, contract) or may_propose(access, contract):
        yield from certificate_tasks(contract, access, today)
    if may_settle(access, contract) and is_settled_here(contract):
        yield from settlement_tasks(contract, today)
    yield from deadline_tasks(contract, access, today)


def settlement_tasks(contract: Contract, today: date) -> Iterator[Task]:
    """Once the last counted day has passed: end it, and settle it."""
    if today <= contract.last_counted_day:
        return
    words = {"day": long_date(contract.last_counted_day)}
    if contract.state == ContractState.ACTIVE:
        url = reverse("contract-change", args=[contract.pk, "end"])
        yield Task(_("End the contract"), url, _("The term ended on %(day)s.") % words)
    elif contract.state == ContractState.ENDED:
        url = reverse("contract-settlement", args=[contract.pk])
        yield Task(_("Settle the contract"), url, _("The last counted day was %(day)s.") % words)


def deadline_tasks(contract: Contract, access: Access, today: date) -> Iterator[Task]:
    """What is overdue and this person can do something about."""
    heard = last_heard([contract], today).get(contract.pk)
    for deadline in deadlines(contract, handed_in([contract]).get(contract.pk), heard, today):
        if deadline.state == DeadlineState.OVERDUE:
            line = told(deadline, contract, heard, access)
            if line.url:
                yield Task(line.action, line.url, f"{line.what}: {line.words}", line.state, line.word)


def certificate_tasks(contract: Contract, access: Access, today: date) -> Iterator[Task]:
    theirs = visible(PsoCertificate, access).filter(region=contract.region_id, contractor=contract.contractor_id)
    found = list(theirs)
    if not found:
        return
    changes = list(visible(ObligationChange, access).filter(contract=contract).order_by("pk"))
    cover = certificates.covers([contract], found, changes, today).get(contract.pk)
    if cover:
        discount = certificates.discount(contract, cover.certificate.level, changes)
        yield from cover_tasks(cover, discount, may_change(access, contract))


def cover_tasks(cover: Cover, discount: Decimal, decides: bool) -> Iterator[Task]:
    """What is to be done about a certificate: take back a discount, ask for a new certificate, give the discount.

    `decides`: an adviser does so, a procurement officer proposes it.
    """
    contract, certificate = cover.contract, cover.certificate
    words = {
        "level": certificate.get_level_display(),
        "day": long_date(certificate.valid_until),
        "discount": euro(-cover.discount),
        "correction": euro(cover.correction),
    }
    if cover.correction:
        yield Task(
            label=(_("Confirm the correction of %(correction)s") if decides else _("Propose a correction")) % words,
            url=change_url(contract, ChangeKind.CORRECTION, certificate),
            why=_(
                "PSO %(level)s lapsed on %(day)s, and no new certificate is known. Of the discount of %(discount)s, "
                "%(correction)s is for the term after it."
            )
            % words,
            state="overdue",
            word=CertificateState.LAPSED.label,
        )
    elif cover.state == CertificateState.LAPSING and cover.discount:
        yield Task(
            label=_("Ask for a new PSO certificate"),
            url=reverse("contract-change", args=[contract.pk, "certificate"]),
            why=_("PSO %(level)s is valid until %(day)s. With it goes a discount of %(discount)s.") % words,
            state="at_risk",
            word=CertificateState.LAPSING.label,
        )
    elif cover.state in (CertificateState.VALID, CertificateState.LAPSING) and discount:
        yield Task(
            label=(_("Register the discount of %(discount)s") if decides else _("Propose the discount of %(discount)s"))
            % {"discount": euro(-discount)},
            url=change_url(contract, ChangeKind.PSO_DISCOUNT, certificate),
            why=_("The contractor has a certificate PSO %(level)s, valid until %(day)s.") % words,
        )


def change_url(contract: Contract, kind: str, certificate: PsoCertificate) -> str:
    return reverse("contract-change", args=[contract.pk, kind]) + f"?certificate={certificate.pk}"
