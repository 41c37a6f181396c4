"""The settlement: penalty, recovery, decision with its letter, read-only afterwards, reopening."""

import io
import re
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.core.files.storage import storages
from django.db import connection
from django.db.models import Sum
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from docx import Document

from contracts.acts import modification as acts
from contracts.acts.door import carry_out
from contracts.letters.paper import Letter, as_html
from contracts.models import (
    ActKind,
    ChangeKind,
    ContactPerson,
    Contract,
    ContractDocument,
    ContractEvent,
    Contractor,
    ContractState,
    DraftDecision,
    PlanState,
    Region,
    Settlement,
)
from contracts.owed import door as obligations
from contracts.plans import door as plans
from contracts.settlement import door as settlement
from contracts.settlement.shortfall import (
    Decision,
    Figures,
    penalties,
)
from placements.claims.content import Content
from placements.ledger.outdated import outdated
from placements.ledger.verification import differences
from placements.life import door as life
from placements.models import FulfilmentLine, FulfilmentState
from placements.standing.known import waiting_under
from placements.standing.progress import Status, with_progress
from sroi.access import Role
from sroi.documents import DOCX
from sroi.doors import Act, Found, Refused
from sroi.periods import Period
from tests import factories as make
from tests.factories import signed_in
from tests.sroi.documents.test_documents import failures

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("evidence_in_memory")]
D = Decimal
TODAY = date(2026, 3, 10)


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(make.moment(TODAY), tick=False):
        yield


@pytest.fixture
def contract(region: Region) -> Contract:
    """€ 50.000 over 2024 and 2025, of which € 35.000 is fulfilled; ended."""
    return with_shortfall(region)


def with_shortfall(region: Region) -> Contract:
    contract = make.make_contract(
        region, make.make_contractor("De Linde"), reference="C-1", title="Wegen"
    )
    make.make_purchase(contract, "35000.00")
    obligations.end(contract, make.act(None, "Afgelopen"))
    return contract


@pytest.fixture
def adviser(region: Region) -> Client:
    return signed_in(
        make.make_user(Role.ADVISER, region, name="Noor Advies", email="noor@example.org")
    )


def url(contract: Contract, name: str = "contract-settlement") -> str:
    return reverse(name, args=[contract.pk])


def figures(contract: Contract) -> Figures:
    standing = with_progress([contract], TODAY)[contract.pk]
    return Figures(
        standing.obligation,
        {"work": D("0.00"), "social_purchasing": standing.realised, "csr": D("0.00")},
    )


def heard(contract: Contract) -> DraftDecision | None:
    """The draft that stands, or a new one, answered; None where all is fulfilled."""
    standing = contract.draftdecisions.filter(state="shown").first()
    now = figures(contract)
    if standing or not now.shortfall or contract.last_counted_day >= TODAY:
        return standing
    return make.make_draft_decision(
        contract, now, at=make.moment(TODAY), answer="Wij hadden ziekte"
    )


def decide(contract: Contract, decision: Decision | None = None, **other: Any) -> Settlement:
    given = {
        "heard": heard(contract),
        "seen": figures(contract),
        "figures": lambda: figures(contract),
        "letter": None,
        **other,
    }
    return settlement.decide(
        contract, decision or Decision(), make.act(today=TODAY), on=TODAY, **given
    )


def sent(client: Client, contract: Contract, **given: str) -> Any:
    """The decision as an adviser sends it: seen, and then confirmed; the contractor answered the
    draft.
    """
    contract.refresh_from_db()
    if contract.state == ContractState.ENDED and not waiting_under(contract):
        heard(contract)
    page = url(contract, "settlement-decide")
    shown = client.get(page)
    return client.post(page, {"seen": shown.context["seen"], "fault": "yes", **given})


# --- the penalty ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("factor", "expected"), [("1.0", "15000.00"), ("1.5", "22500.00")])
def test_it_is_decided_by_the_factor_of_the_policy(factor: str, expected: str) -> None:
    region = make.make_region("elders", "Elders", penalty_factor=factor)
    made = decide(with_shortfall(region))
    assert (made.obligation, made.realised, made.shortfall) == (
        D("50000.00"),
        D("35000.00"),
        D("15000.00"),
    )
    assert (made.penalty, made.penalty_factor) == (D(expected), D(factor))
    assert made.counted_until == date(2025, 12, 31)


def test_a_surplus_is_shown_and_never_carried_over(region: Region, contract: Contract) -> None:
    make.make_purchase(contract, "20000.00", on=TODAY)
    made = decide(contract)
    assert (made.surplus, made.shortfall, made.penalty) == (D("5000.00"), 0, 0)


def test_penalties_add_up_by_year_while_they_hold(region: Region, contract: Contract) -> None:
    decide(contract)
    other = with_shortfall(make.make_region("elders", "Elders"))
    decide(other)
    everything = Settlement.objects.all()
    assert penalties(everything, Period.year(2026)) == 30000
    assert penalties(everything, Period.year(2025)) == 0
    settlement.reopen(other, make.act(None, "Factuur nagekomen"))
    assert penalties(everything, Period.year(2026)) == 15000


# --- time to recover ------------------------------------------------------------------------------


def test_a_recovery_period_moves_the_last_counted_day(
    region: Region, contract: Contract, adviser: Client
) -> None:
    make.make_placement(
        contract, start_date=date(2025, 7, 1), end_date=None, confirmed_until=date(2025, 7, 31)
    )
    Contract.objects.update(value=D(2_000_000))
    page = url(contract, "settlement-recovery")
    contract.refresh_from_db()
    # Six months from the day on which it is granted, though the end was over two months ago.
    proposed = adviser.get(page).context["form"].initial["until"]
    assert proposed == date(2026, 9, 10)
    for wrong in ("2025-12-31", "2026-03-09", "2026-09-11", "", "2026-02-30"):
        assert adviser.post(page, {"until": wrong, "why": "Ziekte"}).status_code == 422
    assert adviser.post(page, {"until": "2026-06-30", "why": "Ziekte"}).status_code == 302
    contract.refresh_from_db()
    assert contract.last_counted_day == date(2026, 6, 30)
    assert ContractEvent.objects.filter(what="recovery", why="Ziekte").exists()
    fresh = Contract.objects.select_related("policy", "table").get()
    assert [(row.before, row.now) for row in outdated(fresh)] == [(D("20000.00"), D("40000.00"))]
    assert with_progress([fresh], TODAY)[fresh.pk].status != Status.OVERDUE
    assert adviser.get(url(contract)).context["step"] == "recovery"
    with pytest.raises(Refused):
        decide(fresh)
    with time_machine.travel(make.moment(date(2026, 7, 1)), tick=False):
        later = signed_in(make.make_user(Role.ADVISER, region))
        assert later.get(url(contract)).context["may_decide"]


def test_what_is_done_in_it_counts_and_then_it_is_settled_again(
    region: Region, contract: Contract
) -> None:
    at = make.moment(TODAY)
    settlement.grant_recovery(
        contract, date(2026, 6, 30), figures(contract), Act.of(None, at, "Ziekte")
    )
    make.make_activity(contract, "150", activity_date=date(2026, 3, 1), on=TODAY)
    assert decide(contract).shortfall == 0  # all is fulfilled: it need not wait for the last day


def test_without_a_shortfall_or_without_policy_there_is_no_recovery(
    region: Region, contract: Contract
) -> None:
    at, until = make.moment(TODAY), date(2026, 3, 31)
    none = Figures(D(50000), {"work": D(50000)})
    with pytest.raises(Refused):
        settlement.grant_recovery(contract, until, none, Act.of(None, at, "x"))
    strict = with_shortfall(make.make_region("elders", "Elders", recovery_months=0))
    with pytest.raises(Refused):
        settlement.grant_recovery(strict, until, figures(strict), Act.of(None, at, "x"))


# --- the decision ---------------------------------------------------------------------------------


def test_the_steps_to_a_settled_contract_with_its_letter(
    contract: Contract, adviser: Client
) -> None:
    shown = sent(adviser, contract, explanation="Wij spraken dit door op 3 maart.")
    letter = shown.context["letter"]
    assert ("Boete", "€\xa015.000 × 1 = €\xa015.000") in shown.context["will"]
    assert "15.000,00" in " ".join(letter.opening)
    contract.refresh_from_db()
    assert contract.state == ContractState.ENDED
    answer = sent(adviser, contract, explanation="Wij spraken dit door op 3 maart.", confirm="1")
    assert answer["Location"] == url(contract)
    contract.refresh_from_db()
    assert (contract.state, contract.settled_on) == (ContractState.SETTLED, TODAY)
    made = Settlement.objects.get()
    assert (made.penalty, made.by_category["social_purchasing"]) == (D("15000.00"), "35000.00")
    assert made.decided_by
    assert made.decided_by.name == "Noor Advies"
    page = adviser.get(url(contract)).content.decode()
    assert "€\xa015.000 × 1 = €\xa015.000" in page
    for ending, media_type in (("pdf", "application/pdf"), ("docx", DOCX)):
        file = adviser.get(reverse("closing-letter", args=[made.pk, ending]))
        assert file["Content-Type"] == media_type
        assert file["Content-Disposition"] == f'attachment; filename="slotbrief-c-1.{ending}"'
    assert adviser.get(reverse("closing-letter", args=[made.pk, "exe"])).status_code == 404


def test_no_blame_needs_its_reason_and_costs_nothing(contract: Contract, adviser: Client) -> None:
    answer = sent(adviser, contract, fault="no", confirm="1")
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["no_fault_reason"]
    sent(adviser, contract, fault="no", no_fault_reason="Asbest legde het werk stil", confirm="1")
    made = Settlement.objects.get()
    assert (made.penalty, made.at_fault, made.no_fault_reason) == (
        0,
        False,
        "Asbest legde het werk stil",
    )


def test_less_than_the_policy_stands_in_decision_and_letter_with_its_reason(
    contract: Contract, adviser: Client
) -> None:
    """50.000 owed and 35.000 done: 15.000 by the policy, and 5.000 is charged."""
    given = {"fault": "less", "lesser_penalty": "5.000", "lesser_reason": "Te late start van ons"}
    shown = sent(adviser, contract, **given)
    said = as_html(shown.context["letter"]).replace("\xa0", " ")
    for told in ("€ 15.000,00", "Boete die wij rekenen", "€ 5.000,00", "Te late start van ons"):
        assert told in said
    assert "een boete van € 5.000,00" in said
    sent(adviser, contract, **given, confirm="1")
    made = Settlement.objects.get()
    assert (made.penalty, made.at_fault, made.lesser_reason) == (
        5000,
        True,
        "Te late start van ons",
    )
    page = adviser.get(url(contract)).content.decode().replace("\xa0", " ")
    assert "€ 5.000, minder dan € 15.000 × 1 = € 15.000: Te late start van ons" in page


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"fault": "less", "lesser_reason": "Waarom"}, "lesser_penalty"),
        ({"fault": "less", "lesser_penalty": "15000", "lesser_reason": "W"}, "lesser_penalty"),
        ({"fault": "less", "lesser_penalty": "5000"}, "lesser_reason"),
        ({"fault": "maybe"}, "fault"),
        ({"fault": "no", "no_fault_reason": "BSN 123456782"}, "no_fault_reason"),
        ({"explanation": "x" * 2001}, "explanation"),
        ({"explanation": "123.45.67.82"}, "explanation"),
    ],
)
def test_faults_stand_beside_their_field(
    contract: Contract, adviser: Client, given: dict[str, str], field: str
) -> None:
    answer = sent(adviser, contract, **given, confirm="1")
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not Settlement.objects.exists()


def test_the_decision_is_about_the_figures_on_the_screen(
    contract: Contract, adviser: Client
) -> None:
    page = url(contract, "settlement-decide")
    seen = adviser.get(page).context["seen"]
    make.make_purchase(contract, "1000.00", on=TODAY)
    answer = adviser.post(page, {"seen": seen, "fault": "yes", "confirm": "1"})
    assert answer.status_code == 422
    assert not Settlement.objects.exists()
    with pytest.raises(Refused):
        decide(contract, seen=Figures(D(50000), {"work": D(35000)}))


def test_what_waits_for_a_review_is_answered_first(contract: Contract, adviser: Client) -> None:
    make.make_purchase(contract, "100.00", state=FulfilmentState.SUBMITTED, on=TODAY)
    page = adviser.get(url(contract))
    assert not page.context["may_decide"]
    [check] = [one for one in page.context["checks"] if one.name == "reviews"]
    assert (check.state, check.found[:2]) == (Found.BLOCKS, "1 ")
    assert check.url == f"{reverse('fulfilment-list')}?contract={contract.pk}&state=submitted"
    answer = sent(adviser, contract, confirm="1")
    assert answer.status_code == 422
    assert check.found in answer.content.decode()


def test_before_the_button_stands_what_was_looked_at_and_what_will_stand(
    contract: Contract, adviser: Client
) -> None:
    """What is shown beforehand is what the page of the settlement tells afterwards."""
    given = {"fault": "less", "lesser_penalty": "5.000", "lesser_reason": "Te late start van ons"}
    shown = sent(adviser, contract, **given)
    lacking = [check.name for check in shown.context["checks"] if check.state != Found.READY]
    assert lacking == ["addressee", "address"]
    sent(adviser, contract, **given, confirm="1")
    [told] = adviser.get(url(contract)).context["settlements"]
    assert told.rows == shown.context["will"][1:-1]


def test_a_draft_is_shown_as_it_will_be_read_before_it_is_sent(
    contract: Contract, adviser: Client
) -> None:
    page = url(contract, "settlement-decide")
    given = {"seen": adviser.get(page).context["seen"], "fault": "yes"}
    shown = adviser.post(page, given)
    assert [check.name for check in shown.context["checks"]][:2] == ["end", "last_day"]
    assert "hearing" not in [check.name for check in shown.context["checks"]]
    adviser.post(page, {**given, "confirm": "1"})
    assert adviser.get(url(contract)).context["drafts"][0].rows == shown.context["will"]


def test_only_what_ended_and_is_over_is_settled(region: Region, adviser: Client) -> None:
    running = make.make_contract(region, make.make_contractor(), end_date=date(2026, 12, 31))
    assert adviser.get(url(running, "settlement-decide"))["Location"] == url(running)
    assert adviser.get(url(running)).context["step"] == "end"
    obligations.end(running, make.act(None, "Eerder klaar"))
    with pytest.raises(Refused):
        decide(running)
    assert not adviser.get(url(running)).context["may_decide"]


def in_the_queue(settings: Any) -> None:
    """What the worker would make waits."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}


def test_the_worker_makes_the_letter_and_the_answer_does_not_wait_for_it(
    contract: Contract, adviser: Client, settings: Any
) -> None:
    """Until it is there its address says so, and goes on to it once it is."""
    in_the_queue(settings)
    assert sent(adviser, contract, confirm="1").status_code == 302
    made = Settlement.objects.get()
    file = reverse("closing-letter", args=[made.pk, "pdf"])
    waits = adviser.get(file)
    assert waits.status_code == 503
    assert int(waits["Retry-After"])
    assert file in adviser.get(url(contract)).content.decode()
    settlement.make_letter.func(made.pk)
    there = adviser.get(file)
    assert (there.status_code, there["Content-Type"]) == (200, "application/pdf")
    made.refresh_from_db()
    assert made.letter is None
    pdf, docx = made.letter_pdf, made.letter_docx
    assert pdf
    assert docx
    assert (pdf.added_by, pdf.added_at, pdf.shared) == (made.decided_by, made.decided_at, True)
    settlement.make_letter.func(made.pk)
    assert set(ContractDocument.objects.all()) == {pdf, docx}


def no_library(*_args: Any, **_more: Any) -> bytes:
    raise OSError("no such library")


def test_a_letter_that_cannot_be_made_is_made_later(
    contract: Contract, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = decide(contract, letter=Letter("Brief", "Regio", [], [], ["Een"], []))
    with monkeypatch.context() as broken:
        broken.setattr("contracts.letters.paper.render_pdf", no_library)
        with pytest.raises(OSError, match="no such library"):
            settlement.make_letter.func(made.pk)
    assert not ContractDocument.objects.exists()
    settlement.make_letter.func(made.pk)
    assert ContractDocument.objects.count() == 2


def test_no_file_stays_behind_of_a_letter_that_another_made_first(contract: Contract) -> None:
    letter = Letter("Brief", "Regio", [], [], ["Een"], [])
    made = decide(contract, letter=letter)
    old = Settlement.objects.get()
    settlement.make_letter.func(made.pk)
    kept = files_kept()
    settlement._keep(old, [make_file("pdf"), make_file("docx")])
    assert files_kept() == kept
    assert ContractDocument.objects.count() == 2


def files_kept() -> set[str]:
    folders, _files = storages["evidence"].listdir("")
    return {name for folder in folders for name in storages["evidence"].listdir(folder)[1]}


def make_file(words: str) -> Any:
    from contracts.dossier.file import File

    return File(words.encode(), "application/pdf", "Slotbrief")


# --- read-only ------------------------------------------------------------------------------------


def closed_doors(contract: Contract) -> dict[str, Callable[[], Any]]:
    """Every act on a contract and on what counts under it."""
    at, act = make.moment(TODAY), make.act(why="Toch nog", today=TODAY)
    accepted = contract.allocations.get(version__accepted_of__isnull=False).version
    draft = contract.allocations.get(version__state=FulfilmentState.DRAFT).version
    back = contract.allocations.get(version__state=FulfilmentState.RETURNED).version
    block = accepted.allocations.get().block
    content = Content(
        {"amount": D(1), "paid_on": date(2025, 5, 1)}, [], [(contract, block, D(100))]
    )
    region = contract.region
    plan = contract.plans.get()
    towns = {region.municipalities.get(code="GM0406").pk: D(100)}
    act_of = acts.Modification
    return {
        "amendment": lambda: make.make_change(contract, value_delta=D(1)),
        "extension": lambda: make.make_change(
            contract, ChangeKind.EXTENSION, new_end_date=date(2027, 1, 1)
        ),
        "shares": lambda: carry_out(
            act_of(contract, ActKind.SHARES, "x", on=TODAY, shares=towns), Act.of(None, at)
        ),
        "end": lambda: obligations.end(contract, Act.of(None, at, "x")),
        "cancel": lambda: obligations.cancel(contract, Act.of(None, at, "x"), on=TODAY),
        "settle": lambda: obligations.settle(contract, Act.of(None, at, "x"), on=TODAY),
        "recovery": lambda: obligations.grant_recovery(
            contract, date(2026, 6, 1), Act.of(None, at, "x")
        ),
        "call-off": lambda: make.make_contract(region, contract.contractor, parent=contract),
        "plan": lambda: plans.agree(plan, Act.of(None, at)),
        "contact": lambda: plans.record_contact(contract, date(2024, 1, 1), Act.of(None, at)),
        "note": lambda: make.make_note(contract),
        "document": lambda: make.make_document(contract),
        "record": lambda: make.make_purchase(contract, state=FulfilmentState.DRAFT),
        "edit": lambda: life.edit(draft, content, act),
        "submit": lambda: life.submit([draft], act),
        "resubmit": lambda: life.submit([back], act),
        "change": lambda: life.propose_change(accepted.fulfilment, content, act),
        "withdraw": lambda: life.withdraw(accepted, act),
        "revalue": lambda: life.revalue([accepted], act, region=region),
    }


def test_a_settled_contract_is_read_only_and_so_is_what_counts_under_it(
    region: Region, contract: Contract
) -> None:
    make.make_plan(contract, PlanState.SUBMITTED)
    make.make_purchase(contract, state=FulfilmentState.DRAFT, on=TODAY)
    make.make_purchase(contract, state=FulfilmentState.RETURNED, why="Welke factuur?", on=TODAY)
    decide(contract)
    before = (
        contract.obligation_lines.count(),
        FulfilmentLine.objects.count(),
        contract.events.count(),
    )
    for name, door in closed_doors(contract).items():
        with pytest.raises(Refused):
            door()
        assert name
    assert (
        contract.obligation_lines.count(),
        FulfilmentLine.objects.count(),
        contract.events.count(),
    ) == before
    assert list(differences([region], TODAY)) == []


def test_a_claim_that_was_handed_in_at_the_same_moment_can_only_be_rejected(
    contract: Contract,
) -> None:
    late = make.make_purchase(contract, state=FulfilmentState.SUBMITTED, on=TODAY)
    obligations.settle(contract, make.act(None, "Afgerekend", TODAY), on=TODAY)
    act = make.act(why="Na de afrekening", today=TODAY)
    for answer in (
        lambda: life.accept([late], act, region=contract.region),
        lambda: life.return_(late, act),
    ):
        with pytest.raises(Refused, match="C-1"):
            answer()
    life.reject(late, act)
    assert late.state == FulfilmentState.REJECTED


def test_a_placement_goes_on_under_its_other_contract_only(region: Region) -> None:
    two = make.make_contracts(region, make.make_contractor(), 2, end_date=date(2026, 12, 31))
    days = {
        "start_date": date(2025, 1, 1),
        "confirmed_until": date(2025, 1, 31),
        "candidate_ref": "K",
    }
    version = make.make_fulfilment(
        two, "placement", "PW_GT2Y", [(date(2025, 1, 1), D(36))], on=TODAY, **days
    )
    for move in (obligations.end, obligations.settle):
        more = {"on": TODAY} if move is obligations.settle else {}
        move(two[0], make.act(None, "Afgerekend", TODAY), **more)
    life.confirm([version.fulfilment], TODAY, make.act(today=TODAY), region=region)
    sums = dict(
        FulfilmentLine.objects.order_by().values_list("contract").annotate(total=Sum("amount"))
    )
    assert sums == {two[0].pk: D("1666.67"), two[1].pk: D("25000.00")}
    assert list(differences([region], TODAY)) == []
    with pytest.raises(Refused):
        life.withdraw(version, make.act(why="Nee", today=TODAY))


def test_reopening_is_an_event_with_a_reason(contract: Contract, adviser: Client) -> None:
    sent(adviser, contract, confirm="1")
    page = url(contract, "settlement-reopen")
    assert adviser.post(page, {"why": ""}).status_code == 422
    adviser.post(page, {"why": "Er kwam nog een factuur"})
    contract.refresh_from_db()
    assert (contract.state, contract.settled_on) == (ContractState.ENDED, None)
    first = Settlement.objects.get()
    assert (first.state, first.reopened_why) == ("reopened", "Er kwam nog een factuur")
    assert ContractEvent.objects.get(what="reopened").why == "Er kwam nog een factuur"
    make.make_purchase(contract, "15000.00", on=TODAY)
    sent(adviser, contract, confirm="1")
    assert list(Settlement.objects.values_list("number", "state", "penalty")) == [
        (1, "reopened", D("15000.00")),
        (2, "decided", D("0.00")),
    ]
    assert adviser.get(reverse("closing-letter", args=[first.pk, "pdf"])).status_code == 200


# --- the letter -----------------------------------------------------------------------------------


def test_the_letter_is_written_to_who_is_registered_in_the_words_of_the_region(
    region: Region, contract: Contract, adviser: Client
) -> None:
    """Without a contact person and an address it says so, and is polite to nobody in particular."""
    texts = reverse("reminder-texts", args=[region.code]) + "?stap=closing"
    own = "{aanhef}\n\nU kwam {tekort} tekort.\n\n{berekening}\n\nHet college,\n\n{ondertekenaar}"
    assert adviser.post(texts, {"text": own}).status_code == 302
    shown = sent(adviser, contract)
    assert shown.context["letter"].opening[0] == "Geachte heer of mevrouw,"
    [check] = [one for one in shown.context["checks"] if one.name == "addressee"]
    assert check.url == reverse("contact-person-new", args=[contract.pk])
    ContactPerson.objects.create(
        contract=contract, side="contractor", name="Eva Wilg {tekort}", function="Directeur"
    )
    shown = sent(adviser, contract)
    [check] = [one for one in shown.context["checks"] if one.name == "address"]
    firm = contract.contractor
    assert check.url == reverse("contractor-put-right", args=[firm.pk])
    assert "de brief noemt het niet" in check.found
    Contractor.objects.filter(pk=firm.pk).update(
        street="Dorpsstraat 1", postcode="1211 AA", place="Hilversum"
    )
    letter = sent(adviser, contract).context["letter"]
    assert letter.addressee == [
        *("De Linde", "Ter attentie van Eva Wilg {tekort}", "Directeur"),
        *("Dorpsstraat 1", "1211 AA Hilversum"),
    ]
    assert ("Handelsregister", firm.register_words) in letter.reference
    # What fills a place is not filled again.
    assert letter.opening == [
        "Geachte Eva Wilg {tekort},",
        "U kwam €\xa015.000,00 tekort.",
    ]
    assert letter.closing == ["Het college,", "Noor Advies"]
    assert [one.state for one in shown.context["checks"] if one.name == "addressee"] == [
        Found.READY
    ]


def test_the_letter_holds_the_calculation_and_nobody(region: Region, adviser: Client) -> None:
    contract = make.make_contract(
        region,
        make.make_contractor("De Linde <b>"),
        {"GM0402": 60, "GM0406": 40},
        title="Wegen & paden",
    )
    make.make_change(contract, value_delta=D(-100000))
    make.make_placement(contract, hours="18", candidate_ref="Kandidaat Wulp", external_id="NR-WULP")
    obligations.end(contract, make.act(None, "Afgelopen"))
    sent(adviser, contract, explanation="Met dank <script>", confirm="1")
    made = Settlement.objects.get()
    pdf = b"".join(adviser.get(reverse("closing-letter", args=[made.pk, "pdf"])).streaming_content)
    word = b"".join(
        adviser.get(reverse("closing-letter", args=[made.pk, "docx"])).streaming_content
    )
    document = Document(io.BytesIO(word))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    text = "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells]).replace(
        "\xa0", " "
    )
    for told in (
        *("De Linde <b>", "Wegen & paden", "de gemeenten Hilversum en Huizen", "Met dank <script>"),
        *(
            "€ 1.000.000 × 5% = € 50.000",
            "− € 100.000: − € 5.000",
            "€ 45.000,00",
            "€ 20.000,00",
            "€ 25.000,00",
        ),
        *("noor@example.org", "10 maart 2026"),
    ):
        assert told in text, told
    assert not re.search("Wulp|WULP", text)
    assert failures(pdf) == []


# --- who sees what --------------------------------------------------------------------------------


def test_everybody_of_the_contract_reads_the_outcome(
    region: Region, contract: Contract, adviser: Client
) -> None:
    sent(adviser, contract, confirm="1")
    letter = reverse("closing-letter", args=[Settlement.objects.get().pk, "pdf"])
    officer = signed_in(make.make_user(Role.PROCUREMENT_OFFICER, region))
    contractor = signed_in(make.make_user(Role.CONTRACTOR, region, contractor=contract.contractor))
    stranger = signed_in(make.make_user(Role.CONTRACTOR, region, contractor=make.make_contractor()))
    for client in (officer, contractor):
        page = client.get(url(contract))
        assert "€\xa015.000" in page.content.decode()
        assert url(contract, "settlement-reopen") not in page.content.decode()
        assert client.get(letter).status_code == 200
        assert client.get(url(contract, "settlement-decide")).status_code == 404
    assert stranger.get(letter).status_code == 404


def test_the_page_asks_the_same_for_one_and_for_many(contract: Contract, adviser: Client) -> None:
    counts = []
    for number in (1, 3, 10):
        for _more in range(number):
            make.make_purchase(contract, "1.00", on=TODAY)
        adviser.get(url(contract))
        with CaptureQueriesContext(connection) as queries:
            adviser.get(url(contract))
        counts.append(len(queries))
    assert len(set(counts)) == 1
    assert counts[0] <= 10
