"""The door of reviewing: what was seen and is not stored, and how somebody likes to work.

What becomes of a claim is for the door of `placements.life`.
"""

from collections.abc import Collection, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import ngettext

from placements.evidence import door as evidence
from placements.models import FulfilmentVersion, ReviewDesk
from sroi.doors import Act, Refused

MOST_PHRASES = 5


def saw(version: FulfilmentVersion, kinds: Sequence[str], how: str, act: Act) -> None:
    """The same was seen of each of these kinds of evidence: all, or none."""
    with transaction.atomic():
        for kind in kinds:
            evidence.see(version, kind, how, act.today, act)


def desk_of(user: Any) -> ReviewDesk:
    """How this person works; where nothing was chosen yet, one that is not kept."""
    return ReviewDesk.objects.filter(user=user).first() or ReviewDesk(user=user)


def choose(desk: ReviewDesk, order: str, whose: str) -> None:
    """Keep which order, and whose part of the queue, somebody looks at."""
    if (desk.order, desk.whose) != (order, whose):
        desk.order, desk.whose = order, whose
        chosen = {"order": order, "whose": whose}
        ReviewDesk.objects.update_or_create(user=desk.user, defaults=chosen)


def keep_phrases(user: Any, phrases: Sequence[str]) -> None:
    """These are somebody's own phrases from now on, in this order, each once."""
    own = list(dict.fromkeys(phrases))
    if len(own) > MOST_PHRASES:
        raise Refused(
            ngettext(
                "You can keep %(n)s phrase. Leave one out.",
                "You can keep %(n)s phrases. Leave one out.",
                MOST_PHRASES,
            )
            % {"n": MOST_PHRASES}
        )
    ReviewDesk.objects.update_or_create(user=user, defaults={"phrases": own})


def forget_desks(numbers: Collection[int]) -> None:
    """Of accounts that end."""
    ReviewDesk.objects.filter(user__in=numbers).delete()
