"""The door for disagreement: said once by the contractor, answered once by the adviser.

Two at once: one wins, and the other hears it. Source: DOMAIN.md section 6; what was decided beside
it: docs/decisions/disagreement-is-answered-once.md.
"""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from placements.dialogue.disagreeing import claimed_in, decision_of, open_until
from placements.life import door as life
from placements.models import (
    Disagreement,
    DisagreementState,
    EventKind,
    Fulfilment,
    FulfilmentEvent,
    FulfilmentVersion,
)
from sroi.doors import Act, Refused, first_come


def disagree(version: FulfilmentVersion, act: Act) -> Disagreement:
    """The contractor does not agree with what was decided, and says why."""
    if not act.why.strip():
        raise Refused(_("Write why you do not agree, so that the adviser can judge it again."))
    with transaction.atomic():
        rows = Fulfilment.objects.select_for_update(of=("self",))
        fulfilment = rows.get(pk=version.fulfilment_id)
        now = FulfilmentVersion.objects.get(pk=version.pk)
        if fulfilment.latest_id != now.pk:
            raise Refused(life.changed_meanwhile(version))
        decision, claim = decision_of(now), claimed_in(now)
        if Disagreement.objects.filter(version=decision).exists():
            raise Refused(_said_already())
        if claim is None or open_until(now, claim, act.today) is None:
            raise Refused(_("You cannot disagree with this (any more)."))
        with first_come(_said_already()), transaction.atomic():
            made: Disagreement = Disagreement.objects.create(
                version=decision, claim=claim, why=act.why[:1000], at=act.at, by=act.by
            )
        _note(decision, EventKind.DISAGREED, act)
    return made


def _said_already() -> str:
    return _("It was said already that you do not agree. Nothing was changed by you.")


def keep(disagreement: Disagreement, act: Act) -> None:
    """The decision stays, with the reason."""
    if not act.why.strip():
        raise Refused(_("Write why the decision stays, so that the contractor understands it."))
    with transaction.atomic():
        _latest_of(disagreement)
        _answer(disagreement, DisagreementState.KEPT, act)
        _note(disagreement.version, EventKind.KEPT, act)


def review_again(disagreement: Disagreement, act: Act) -> FulfilmentVersion:
    """What was claimed is reviewed once more; what was accepted counts until then. Not once
    something else was said after the decision: that would be undone by what was claimed before it.
    """
    with transaction.atomic():
        latest = _latest_of(disagreement)
        if latest and decision_of(latest).pk != disagreement.version_id:
            raise Refused(
                _(
                    "There is a newer version than the one with which the contractor disagrees,"
                    " so that claim is not reviewed again. Answer that the decision stays, and"
                    " refer to what came after it."
                )
            )
        _answer(disagreement, DisagreementState.AGAIN, act)
        _note(disagreement.version, EventKind.AGAIN, act)
        return life.review_again(disagreement.claim, Act(act.by, act.at, act.today))


def _latest_of(disagreement: Disagreement) -> FulfilmentVersion | None:
    """The newest version, with its fulfilment held: first, by either answer. Writing down what
    happened holds it too, and who held the disagreement before it would wait for the other.
    """
    rows = Fulfilment.objects.select_for_update(of=("self",)).select_related("latest")
    return rows.get(pk=disagreement.version.fulfilment_id).latest


def _answer(disagreement: Disagreement, state: str, act: Act) -> None:
    fields: dict[str, Any] = {
        "state": state,
        "answer": act.why[:1000],
        "answered_at": act.at,
        "answered_by": act.by,
    }
    waiting = Disagreement.objects.filter(pk=disagreement.pk, state=DisagreementState.OPEN)
    if not waiting.update(**fields):
        now = Disagreement.objects.select_related("answered_by").get(pk=disagreement.pk)
        raise Refused(
            _("%(who)s answered this already: %(state)s. Nothing was changed by you.")
            % {"who": now.answered_by or _("Somebody"), "state": now.get_state_display()}
        )
    for name, value in fields.items():
        setattr(disagreement, name, value)


def _note(version: FulfilmentVersion, kind: str, act: Act) -> None:
    FulfilmentEvent.objects.create(
        fulfilment_id=version.fulfilment_id,
        version_number=version.number,
        kind=kind,
        at=act.at,
        by=act.by,
        why=act.why[:1000],
    )
