"""The door for outcomes: what became of a person is told, or told otherwise."""

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from contracts.models import BlockKind
from placements.models import Became, Fulfilment, FulfilmentState, Moment, PlacementOutcome
from placements.outcomes.asking import day_of
from sroi.database.batches import AT_ONCE
from sroi.doors import Act, Refused
from sroi.templatetags.formats import long_date

GONE = (FulfilmentState.REJECTED, FulfilmentState.WITHDRAWN)
Told = tuple[Fulfilment, str, str]


def tell(fulfilment: Fulfilment, moment: str, outcome: str, act: Act) -> None:
    """What became of the person of this placement at a moment that has come; also of a contract
    that was settled, since it posts nothing.
    """
    tell_all([(fulfilment, moment, outcome)], act)


def tell_all(rows: Sequence[Told], act: Act) -> None:
    """The same of many, each a fulfilment with its versions, a moment and an outcome."""
    for fulfilment, moment, outcome in rows:
        _refuse(fulfilment, moment, outcome, act)
    with transaction.atomic():
        PlacementOutcome.objects.bulk_create(
            [
                PlacementOutcome(
                    fulfilment=fulfilment, moment=moment, outcome=outcome, at=act.at, by=act.by
                )
                for fulfilment, moment, outcome in rows
            ],
            batch_size=AT_ONCE,
            update_conflicts=True,
            unique_fields=["fulfilment", "moment"],
            update_fields=["outcome", "at", "by"],
        )


def _refuse(fulfilment: Fulfilment, moment: str, outcome: str, act: Act) -> None:
    if moment not in Moment.values or outcome not in Became.values:
        raise Refused(_("Choose one of the answers."))
    counts = fulfilment.accepted or fulfilment.latest
    if counts is None or counts.state in GONE:
        raise Refused(does_not_count())
    if why := may_not_be_told(fulfilment.kind, counts.end_date, moment, act.today):
        raise Refused(why)


def does_not_count() -> str:
    return _("This placement does not count, so nothing is asked about it.")


def may_not_be_told(kind: str, last_day: date | None, moment: str, today: date) -> str:
    """Why it is not asked yet, or at all; blank where it can be told."""
    if kind != BlockKind.PLACEMENT:
        return _("This is asked of a placement only.")
    if last_day is None:
        return _("This placement still runs. Report its last day first.")
    day = day_of(Moment(moment), last_day)
    return _("This is asked from %(day)s on.") % {"day": long_date(day)} if day > today else ""
