"""What is not finished yet, as lines: contracts that are being prepared, and fulfilments that were
not handed in.
"""

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from contracts.models import ContractDraft
from contracts.registering.door import drafts_for
from placements.claims.words import own_words
from placements.models import Fulfilment, FulfilmentState
from placements.rights import own_drafts
from placements.standing.tasks import SHOWN, Pile, Task
from sroi.access import Access, visible
from sroi.templatetags.formats import long_date

DRAFTS_OF_CONTRACTS = f"?status={FulfilmentState.DRAFT}"


def contract_draft_task(draft: ContractDraft, access: Access) -> Task:
    """Go on with it; of a colleague it is said whose it is."""
    words = [draft.contractor_name, _changed(draft.edited_at)]
    if draft.owner_id != access.user_id:
        words.append(_("begun by %(who)s") % {"who": draft.owner})
    return Task(
        _("Go on with %(draft)s") % {"draft": draft},
        reverse("contract-draft", args=[draft.pk]),
        " · ".join(words),
        FulfilmentState.DRAFT,
        _("draft"),
    )


def fulfilment_draft_task(fulfilment: Any) -> Task:
    version = fulfilment.latest
    version.fulfilment = fulfilment
    words = [fulfilment.get_kind_display(), own_words(version), _changed(version.changed_at)]
    return Task(
        _("Finish %(number)s") % {"number": fulfilment.external_id},
        reverse("fulfilment-details", args=[fulfilment.pk]),
        " · ".join(word for word in words if word),
        version.state,
        version.get_state_display(),
    )


def _changed(at: Any) -> str:
    return _("changed on %(day)s") % {"day": long_date(localtime(at))}


def contract_drafts(access: Access, everyones: bool = True) -> Pile:
    """Contracts that are being prepared; one's own, or all that one may go on with."""
    rows = drafts_for(access)
    rows = rows if everyones else rows.filter(owner=access.user_id)
    tasks, number = _first(rows, lambda draft: contract_draft_task(draft, access))
    url = reverse("contract-list") + DRAFTS_OF_CONTRACTS
    return Pile(_("Contracts being prepared"), tasks, number, url)


def fulfilment_drafts(access: Access) -> Pile:
    """Fulfilments that wait to be finished and handed in by this person."""
    rows = own_drafts(visible(Fulfilment, access), access).select_related("latest")
    tasks, number = _first(rows, fulfilment_draft_task)
    return Pile(_("Drafts to finish and submit"), tasks, number, reverse("fulfilment-drafts"))


def _first(rows: QuerySet[Any], drawn: Any) -> tuple[list[Task], int]:
    """The first of these, and how many there are: counted only where that is not seen."""
    found = list(rows[: SHOWN + 1])
    number = rows.count() if len(found) > SHOWN else len(found)
    return [drawn(row) for row in found[:SHOWN]], number
