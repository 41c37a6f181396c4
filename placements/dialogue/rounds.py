"""Each time that a claim went back and forth: what was asked, what was answered, what changed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from contracts.models import EvidenceKind, called
from placements.claims import editions
from placements.claims.editions import Compared
from placements.models import (
    EventKind,
    Evidence,
    Fulfilment,
    FulfilmentEvent,
    FulfilmentState,
    FulfilmentVersion,
    KeptEdition,
)


@dataclass
class Round:
    """A question, with what came back on it: nothing yet where `answers` is empty."""

    asked: FulfilmentEvent
    answers: list[FulfilmentEvent] = field(default_factory=list)
    # What differs between question and answer; what was added as proof since the question.
    changes: Sequence[Compared] = ()
    evidence: list[str] = field(default_factory=list)
    # Whether what was said before and after is still kept: it goes when it is erased.
    is_known: bool = False

    @property
    def said(self) -> list[FulfilmentEvent]:
        """The answers in words."""
        return [event for event in self.answers if event.why]


def rounds_of(
    fulfilment: Fulfilment, events: Sequence[FulfilmentEvent], with_person: bool
) -> list[Round]:
    """Oldest first, of the events of a fulfilment in the order in which they happened. What waits
    for a review is compared as it is now. Without any question nothing is looked up.
    """
    found = list(_paired(events))
    if any(one.answers for one in found):
        _compare(fulfilment, found, with_person)
        _add_evidence(fulfilment, found)
    return found


def _paired(events: Sequence[FulfilmentEvent]) -> Iterator[Round]:
    """Each question with the times that it was handed in again before the next one."""
    current: Round | None = None
    for event in events:
        if event.kind == EventKind.RETURNED:
            if current:
                yield current
            current = Round(event)
        elif current and event.version_number != current.asked.version_number:
            yield current
            current = None
        elif current and event.kind == EventKind.SUBMITTED:
            current.answers.append(event)
    if current:
        yield current


def _compare(fulfilment: Fulfilment, found: Sequence[Round], with_person: bool) -> None:
    rows_kept = KeptEdition.objects.filter(version__fulfilment=fulfilment)
    kept = {edition.event_id: edition for edition in rows_kept.select_related("version")}
    rows: list[tuple[FulfilmentVersion, editions.Kept]] = []
    known = []
    for one in found:
        before = kept.get(one.asked.pk)
        after = kept.get(one.answers[-1].pk) if one.answers else None
        if before and after:
            known.append(one)
            rows += [(edition.version, edition.content) for edition in (before, after)]
    for version, _content in rows:
        version.fulfilment = fulfilment
    then = editions.as_versions(rows) if rows else []
    for i, one in enumerate(known):
        earlier, later = then[2 * i : 2 * i + 2]
        latest = fulfilment.latest
        if one is found[-1] and latest and latest.state == FulfilmentState.SUBMITTED:
            later = latest if latest.number == one.asked.version_number else later
        lines = editions.compared(earlier, later, with_person)
        one.changes, one.is_known = [line for line in lines if line.differs], True


def _add_evidence(fulfilment: Fulfilment, found: Sequence[Round]) -> None:
    """What was added between a question and what came back on it."""
    rows = Evidence.objects.filter(version__fulfilment=fulfilment, erased_at=None).order_by("pk")
    for evidence in rows.filter(added_at__gte=found[0].asked.at):
        for one in found:
            last = one.answers[-1].at if one.answers else None
            if last and one.asked.at <= evidence.added_at <= last:
                one.evidence.append(str(called(EvidenceKind, evidence.kind)))
