"""The door to links: that fulfilments of one firm in several regions are the same, and that they
are not after all.

All that is linked is held first, in the order of its numbers, as whoever hands in holds its own
(`claims.whole`). Of what happened each region reads its own part. Source: DOMAIN.md section 5.6.
"""

from collections.abc import Collection

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from placements.claims import whole
from placements.linking.alike import is_live
from placements.models import EventKind, Fulfilment, FulfilmentEvent, OneEffort
from placements.rights import of_own_firm
from sroi.access import Access
from sroi.doors import Act, DoneAlready, Refused, someone_was_first


def link(one: Fulfilment, other: Fulfilment, access: Access, act: Act) -> None:
    """These are the same, and so is all that was linked with either."""
    with transaction.atomic():
        held = _held([one.pk, other.pk])
        here, there = held[one.pk], held[other.pk]
        _refuse_what_is_not_the_same(here, there, access)
        efforts = {f.effort_id for f in (here, there) if f.effort_id}
        if efforts and here.effort_id == there.effort_id:
            raise DoneAlready(_("These are linked already."))
        effort = min(efforts) if efforts else OneEffort.objects.create().pk
        Fulfilment.objects.filter(pk__in=held).update(effort=effort)
        OneEffort.objects.filter(pk__in=efforts - {effort}).delete()
        whole.hold([here.pk])
        _note([here, there], EventKind.LINKED, access, act)


def _refuse_what_is_not_the_same(here: Fulfilment, there: Fulfilment, access: Access) -> None:
    of_one_firm = here.contractor_id == there.contractor_id and here.region_id != there.region_id
    own = of_own_firm(access, here) and of_own_firm(access, there)
    if not own or not of_one_firm or here.kind != there.kind:
        raise Refused(_("Only what is the same, of your own firm in another region, is linked."))
    for fulfilment in (here, there):
        assert fulfilment.latest is not None  # every fulfilment has a first version
        if not is_live(fulfilment.latest, fulfilment):
            raise Refused(_("What was refused or withdrawn does not count, so it is not linked."))


def unlink(fulfilment: Fulfilment, access: Access, act: Act) -> None:
    """Not the same after all; while it does not count, since what counts was decided upon together
    with what counts elsewhere.
    """
    with transaction.atomic():
        held = _held([fulfilment.pk])
        one = held.pop(fulfilment.pk)
        if not of_own_firm(access, one):
            raise Refused(_("Only who works for the firm says what is the same."))
        if not one.effort_id:
            raise DoneAlready(_("This is not linked (any more)."))
        if whole.counting([one.effort_id])[one.effort_id].get(one.pk):
            raise Refused(
                _(
                    "This was handed in together with what is elsewhere. Take it back or withdraw"
                    " it first."
                )
            )
        # What stays behind alone is linked with nothing.
        freed = [one, *(held.values() if len(held) == 1 else ())]
        Fulfilment.objects.filter(pk__in=[f.pk for f in freed]).update(effort=None)
        if len(held) <= 1:
            OneEffort.objects.filter(pk=one.effort_id).delete()
        _note(freed, EventKind.UNLINKED, access, act)


def _held(fulfilments: Collection[int]) -> dict[int, Fulfilment]:
    """By id these and all that is linked with them."""
    theirs = Fulfilment.objects.filter(pk__in=fulfilments, effort__isnull=False)
    rows = Fulfilment.objects.select_for_update(of=("self",)).select_related("latest")
    asked = Q(pk__in=fulfilments) | Q(effort__in=theirs.values("effort"))
    held = {f.pk: f for f in rows.filter(asked).order_by("pk")}
    efforts = {f.effort_id for f in held.values() if f.effort_id}
    if Fulfilment.objects.filter(effort__in=efforts).exclude(pk__in=held).exists():
        # It was linked with more while this waited.
        raise Refused(someone_was_first())
    return held


def _note(fulfilments: Collection[Fulfilment], kind: str, access: Access, act: Act) -> None:
    """In the history of each; by whom only where that person is known."""
    FulfilmentEvent.objects.bulk_create(
        FulfilmentEvent(
            fulfilment=f,
            version_number=f.latest.number if f.latest else 1,
            kind=kind,
            at=act.at,
            by=act.by if of_own_firm(access, f) else None,
        )
        for f in fulfilments
    )
