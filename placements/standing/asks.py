"""What a contract asks for now: one answer, beside how it stands.

`asks_of` is the answer, and pure: a contract, what is known of it and a day give what it asks for,
the most urgent first. Of whom and at which address is not said here: the roof
(`sroi.pages.contract.attention`) adds both. `asks` looks up what is to be known, in a number of
queries that does not grow with the contracts. Every page, list and mail reads one of these two and
decides nothing itself: it may leave kinds out, never add one, and says that nothing has to be done
only where nothing is asked. What is looked up may one day be stored instead: that changes
`placements.standing.known`, and nothing that reads this.

What counts as now: what is due within a month or passed, what waits for an answer, a contract that
is short or ends soon. Amounts are euro. Source: DOMAIN.md sections 4 and 6.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contracts.acts.certificates import CertificateState, Cover
from contracts.models import ActKind, ChangeKind, Contract, ContractState
from contracts.plans.deadlines import Deadline, DeadlineState, deadlines
from contracts.settlement.shortfall import is_settled_here
from placements.models import FulfilmentState
from placements.standing.known import Known, LookUp, Shown, known_of
from placements.standing.progress import Progress, Status
from placements.standing.words import RUNNING, WORRYING, deadline_words, left_to_do, of_own
from sroi.periods import add_months
from sroi.templatetags.formats import euro, long_date, short_date, whole_euro

ASKED_MONTHS_AHEAD = 1
ENDING_WITHIN_MONTHS = 3


class Kind(TextChoices):
    """What is asked, the most urgent first. The names of a deadline are those of
    `contracts.plans.deadlines`.
    """

    CORRECTION = "correction"
    RENEWAL = "renewal"
    DISCOUNT = "discount"
    END = "end"
    SETTLE = "settle"
    ANSWER_DRAFT = "answer_draft"
    DISAGREEMENT = "disagreement"
    REVIEW = "review"
    PROPOSAL = "proposal"
    PLAN_ANSWER = "plan_answer"
    COMPLETE = "complete"
    CONTACT = "contact"
    PLAN = "plan"
    REPORT = "report"
    OUTCOME = "outcome"
    CATCH_UP = "catch_up"
    ENDING = "ending"


OF_DEADLINES = (Kind.REPORT, Kind.PLAN, Kind.CONTACT)
OF_SETTLEMENT = (Kind.END, Kind.SETTLE)
OF_CERTIFICATES = (Kind.CORRECTION, Kind.RENEWAL, Kind.DISCOUNT)
# What is seen coming: nothing on a page can be done about it at once.
TO_WATCH = (Kind.CATCH_UP, Kind.ENDING)
# What the contractor is asked for: without it nothing is left to do once the term is over.
OF_CONTRACTOR = (Kind.COMPLETE, Kind.ANSWER_DRAFT, Kind.PLAN, Kind.REPORT, Kind.CATCH_UP)


LABELS = dict([*ChangeKind.choices, *ActKind.choices])


@dataclass(frozen=True)
class Ask:
    """One thing that a contract asks for."""

    contract: Contract
    kind: Kind
    # By when it is to be done, or since when it waits or could be done; and whether a term has
    # passed.
    day: date
    why: str
    late: bool = False
    # How it is marked: a status with its word; none where it only waits.
    state: str = ""
    word: Any = ""
    # Of a certificate: what changes in what is owed. Of a certificate or a proposal: which one.
    amount: Decimal | None = None
    about: int | None = None
    # The same as `why`, apart: how much, and by or since when. None where it says more than that.
    apart: tuple[str, str] | None = None


def asks(
    contracts: Iterable[Contract],
    today: date,
    look_ups: Collection[LookUp] = tuple(LookUp),
    *,
    progress: Mapping[int, Progress] | None = None,
) -> dict[int, list[Ask]]:
    """By contract id what each asks for at `today`, of what is looked up; `progress` where that is
    known already.

    Contracts need their policy (`select_related("policy")`). Whoever calls has made sure that they
    may be seen.
    """
    rows = list(contracts)
    known = known_of(rows, today, look_ups, progress)
    return {contract.pk: list(asks_of(contract, known[contract.pk], today)) for contract in rows}


def asks_of(contract: Contract, known: Known, today: date) -> Iterator[Ask]:
    """The answer. What owes nothing and what does not run asks nothing, but for what waits for an
    answer.
    """
    if known.cover:
        yield from _certificate(contract, known.cover, known.discount)
    if known.progress:
        yield from _settlement(contract, known.progress, known.draft, today)
    yield from _answers(contract, known, today)
    yield from _deadlines(contract, known, today)
    if known.outcomes:
        yield _outcomes(contract, known.outcomes, today)
    if known.progress:
        yield from _standing(contract, known.progress, today)


def _certificate(contract: Contract, cover: Cover, discount: Decimal) -> Iterator[Ask]:
    """Take back a discount, ask for a new certificate, give the discount."""
    until = cover.certificate.valid_until
    words = {
        "level": cover.certificate.get_level_display(),
        "day": long_date(until),
        "discount": euro(-cover.discount),
        "correction": euro(cover.correction),
    }
    about = cover.certificate.pk
    if cover.correction:
        why = _(
            "PSO %(level)s lapsed on %(day)s, and no new certificate is known. Of the discount of"
            " %(discount)s, %(correction)s is for the term after it."
        )
        look = ("overdue", CertificateState.LAPSED.label)
        yield Ask(
            contract, Kind.CORRECTION, until, why % words, True, *look, cover.correction, about
        )
    elif cover.state == CertificateState.LAPSING and cover.discount:
        why = _("PSO %(level)s is valid until %(day)s. With it goes a discount of %(discount)s.")
        look = ("at_risk", CertificateState.LAPSING.label)
        yield Ask(contract, Kind.RENEWAL, until, why % words, False, *look, None, about)
    elif cover.state in (CertificateState.VALID, CertificateState.LAPSING) and discount:
        why = _("The contractor has a certificate PSO %(level)s, valid until %(day)s.")
        yield Ask(contract, Kind.DISCOUNT, until, why % words, amount=discount, about=about)


def _settlement(
    contract: Contract, progress: Progress, draft: Shown | None, today: date
) -> Iterator[Ask]:
    """Once the last counted day has passed: end it, and settle it. While the contractor can answer
    the draft of that, it is the contractor who is asked.
    """
    last = contract.last_counted_day
    if not is_settled_here(contract) or contract.state not in RUNNING or today <= last:
        return
    words = {"open": whole_euro(progress.open), "last": long_date(last)}
    if draft and not draft.answered_on and today <= draft.until:
        why = _("%(open)s short; the draft of the settlement can be answered until %(day)s") % {
            **words,
            "day": long_date(draft.until),
        }
        yield Ask(contract, Kind.ANSWER_DRAFT, draft.until, why)
        return
    kind = Kind.END if contract.state == ContractState.ACTIVE else Kind.SETTLE
    if progress.open:
        stands = _("%(open)s short on %(last)s") % words + of_own(progress)
    else:
        stands = _("fulfilled, over since %(last)s") % words
    apart = None
    if not (draft and draft.answered_on) and not of_own(progress):
        since = _("over since %(day)s") % {"day": short_date(last)}
        apart = (_("%(open)s short") % words if progress.open else "", since)
    if draft and draft.answered_on:
        stands = _("%(open)s short on %(last)s; the contractor answered the draft on %(day)s")
        stands = stands % (words | {"day": long_date(draft.answered_on)})
    look = (progress.status, progress.status.label)
    yield Ask(contract, kind, last, stands, True, *look, apart=apart)


def _answers(contract: Contract, known: Known, today: date) -> Iterator[Ask]:
    """What was handed in or proposed, and what was asked back."""
    if known.submitted:
        why = ngettext(
            "%(n)s fulfilment waits for a review",
            "%(n)s fulfilments wait for a review",
            known.submitted,
        )
        yield Ask(contract, Kind.REVIEW, known.submitted_on or today, why % {"n": known.submitted})
    for found in known.disagreements:
        why = _("the contractor does not agree with the decision on %(number)s") % {
            "number": found.number
        }
        yield Ask(contract, Kind.DISAGREEMENT, found.on, why, about=found.pk)
    for proposal in known.proposals:
        why = f"{LABELS[proposal.kind]}: {proposal.why}"
        yield Ask(contract, Kind.PROPOSAL, proposal.on, why, about=proposal.pk)
    if known.plan_waits_since:
        why = _("handed in on %(day)s") % {"day": long_date(known.plan_waits_since)}
        yield Ask(contract, Kind.PLAN_ANSWER, known.plan_waits_since, why)
    if known.returned:
        why = ngettext(
            "%(n)s fulfilment was sent back", "%(n)s fulfilments were sent back", known.returned
        )
        look = (FulfilmentState.RETURNED, FulfilmentState.RETURNED.label)
        yield Ask(
            contract,
            Kind.COMPLETE,
            known.returned_on or today,
            why % {"n": known.returned},
            False,
            *look,
        )


def _deadlines(contract: Contract, known: Known, today: date) -> Iterator[Ask]:
    """What is due within a month, or passed. Once all is fulfilled and the term is over, nothing
    is.
    """
    is_over = today > contract.last_counted_day
    done = known.progress is not None and known.progress.status == Status.FULFILLED
    if not known.has_deadlines or (is_over and done):
        return
    soon = add_months(today, ASKED_MONTHS_AHEAD)
    for deadline in deadlines(contract, known.planned_on, known.heard_on, today):
        if deadline.state != DeadlineState.DONE and deadline.due <= soon:
            yield _deadline(contract, deadline, known.heard_on)


def _outcomes(contract: Contract, number: int, today: date) -> Ask:
    """It can be told at once, and no term passes."""
    why = ngettext(
        "of %(n)s placement it is asked what became of the person",
        "of %(n)s placements it is asked what became of the people",
        number,
    )
    return Ask(contract, Kind.OUTCOME, today, why % {"n": number})


def _deadline(contract: Contract, deadline: Deadline, heard: date | None) -> Ask:
    late, words = deadline.state == DeadlineState.OVERDUE, deadline_words(deadline, heard)
    look = ("overdue" if late else "due", deadline.state.label)
    apart = ("", _("by %(day)s") % {"day": short_date(deadline.due)})
    return Ask(contract, Kind(deadline.what.value), deadline.due, words, late, *look, apart=apart)


def _standing(contract: Contract, progress: Progress, today: date) -> Iterator[Ask]:
    """That it is short, or ends soon, so that its settlement comes as no surprise."""
    if not is_settled_here(contract) or contract.state not in RUNNING:
        return
    look, why = (progress.status, progress.status.label), left_to_do(contract, progress)
    ending_by = add_months(today, ENDING_WITHIN_MONTHS)
    by = _("by %(day)s") % {"day": short_date(contract.last_counted_day)}
    left = _("another %(open)s") % {"open": whole_euro(progress.open)}
    apart = (left, by) if progress.open > 0 and not of_own(progress) else None
    if progress.status in WORRYING:
        late = progress.status == Status.OVERDUE
        yield Ask(contract, Kind.CATCH_UP, contract.last_counted_day, why, late, *look, apart=apart)
    elif today <= contract.end_date <= ending_by:
        yield Ask(contract, Kind.ENDING, contract.end_date, why, False, *look, apart=apart)
