"""What is looked at before a contract is settled, in the order in which one mends it. The door
refuses by the same.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contracts.models import ContactPerson, Contract, ContractState, DraftDecision
from contracts.settlement.hearing import unheard
from contracts.settlement.shortfall import Figures, is_over, payments_until
from sroi.doors import Check, Found
from sroi.money import ZERO
from sroi.templatetags.formats import euro, long_date


def before_draft(contract: Contract, figures: Figures, today: date) -> Iterator[Check]:
    """Before a decision can be shown to the contractor, or taken."""
    yield _ended(contract)
    yield _last_day(contract, figures, today)
    yield _reviews(figures)
    yield _disagreements(figures)
    if until := payments_until(contract, today):
        words = _("Invoices that are paid until %(day)s still count.")
        found = words % {"day": long_date(until)}
        yield Check("payments", _("Payments"), found, Found.LACKS)


def before_decision(
    contract: Contract,
    figures: Figures,
    today: date,
    draft: DraftDecision | None,
    charged: Decimal | None = None,
) -> Iterator[Check]:
    """Before it is decided; until a penalty is chosen (`charged`) by that of the draft."""
    yield from before_draft(contract, figures, today)
    if charged is None:
        charged = draft.penalty if draft else ZERO
    yield _hearing(figures, charged, draft, today)


def _ended(contract: Contract) -> Check:
    name, what = "end", _("End of the contract")
    if contract.state != ContractState.ENDED:
        return Check(name, what, _("Only a contract that was ended can be settled."), Found.BLOCKS)
    words = _("Ended; the term ran until %(day)s.")
    return Check(name, what, words % {"day": long_date(contract.end_date)})


def _last_day(contract: Contract, figures: Figures, today: date) -> Check:
    name, what = "last_day", _("Last counted day")
    day = {"day": long_date(contract.last_counted_day)}
    if not is_over(contract, figures, today):
        words = _("%(day)s. It is not over yet, and not everything is fulfilled.")
        return Check(name, what, words % day, Found.BLOCKS)
    if today <= contract.last_counted_day:
        return Check(name, what, _("%(day)s, and everything is fulfilled already.") % day)
    return Check(name, what, _("%(day)s, which is over.") % day)


def _reviews(figures: Figures) -> Check:
    name, what = "reviews", _("Reviews")
    if not figures.waiting:
        return Check(name, what, _("Nothing waits for a review."))
    words = ngettext(
        "%(number)s fulfilment waits for a review. Answer it before you settle.",
        "%(number)s fulfilments wait for a review. Answer them before you settle.",
        figures.waiting,
    )
    return Check(name, what, words % {"number": figures.waiting}, Found.BLOCKS)


def _disagreements(figures: Figures) -> Check:
    name, what = "disagreements", _("Disagreement")
    if not figures.disagreements:
        return Check(name, what, _("The contractor disagrees with no decision on a fulfilment."))
    words = ngettext(
        "The contractor disagrees with the decision on %(number)s fulfilment. Answer that first.",
        "The contractor disagrees with the decisions on %(number)s fulfilments. Answer those"
        " first.",
        figures.disagreements,
    )
    return Check(name, what, words % {"number": figures.disagreements}, Found.BLOCKS)


def _hearing(figures: Figures, charged: Decimal, draft: DraftDecision | None, today: date) -> Check:
    name, what = "hearing", _("Draft and answer")
    if why := unheard(figures, charged, draft, today):
        return Check(name, what, why, Found.BLOCKS)
    if draft is None or figures.shortfall == ZERO:
        return Check(name, what, _("There is no shortfall, so no draft has to be shown."))
    words = (
        _("The contractor answered the draft, which said a penalty of %(penalty)s.")
        if draft.answered_at
        else _("The contractor did not answer the draft, which said a penalty of %(penalty)s.")
    )
    return Check(name, what, words % {"penalty": euro(draft.penalty)})


def addressee(contract: Contract, contact: ContactPerson | None) -> Iterator[Check]:
    """To whom and to where the closing letter is written."""
    what = _("Addressee of the closing letter")
    if contact is None:
        found = _("The contractor has no contact person here, so the letter names nobody.")
        yield Check("addressee", what, found, Found.LACKS)
    else:
        yield Check("addressee", what, contact.name)
    what = _("Postal address of the contractor")
    if lines := contract.contractor.address_lines:
        yield Check("address", what, ", ".join(lines))
    else:
        found = _("It is not known, so the letter shows none.")
        yield Check("address", what, found, Found.LACKS)
