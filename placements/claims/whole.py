"""One effort that counts in several regions counts once: the shares of all that is linked as the
same are together at most the whole.

Handed in and accepted shares count, whoever comes first; of a fulfilment that is being changed the
larger of the two. What was asked back, refused or withdrawn leaves its share to others. Percentages
of a fulfilment, over all its contracts. Source: DOMAIN.md section 5.6.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from decimal import ROUND_DOWN, Decimal

from django.db.models import Sum
from django.utils.translation import gettext as _

from contracts.models import BuildingBlock, Contract
from placements.models import Fulfilment, FulfilmentState, FulfilmentVersion, OneEffort
from sroi.database.batches import in_batches
from sroi.doors import Refused
from sroi.money import ZERO
from sroi.templatetags.formats import percent

WHOLE = Decimal(100)
COUNTING = (FulfilmentState.SUBMITTED, FulfilmentState.ACCEPTED)


def counting(efforts: Collection[int]) -> dict[int, dict[int, Decimal]]:
    """By effort of each of its fulfilments, by id, the share that counts; in one look, so that
    nobody moves in between.
    """
    rows = FulfilmentVersion.objects.filter(
        fulfilment__effort__in=efforts, state__in=COUNTING
    ).order_by()
    found: dict[int, dict[int, Decimal]] = defaultdict(dict)
    for effort, fulfilment, _version, share in rows.values_list(
        "fulfilment__effort", "fulfilment", "pk"
    ).annotate(share=Sum("allocations__percent")):
        known = found[effort]
        known[fulfilment] = max(known.get(fulfilment, ZERO), share or ZERO)
    return found


def elsewhere(fulfilments: Iterable[Fulfilment]) -> dict[int, Decimal]:
    """By id of each that is linked what counts elsewhere of the same effort."""
    linked = [(f.pk, f.effort_id) for f in fulfilments if f.effort_id]
    found = counting({effort for _pk, effort in linked}) if linked else {}
    return {
        pk: sum((share for other, share in found[effort].items() if other != pk), ZERO)
        if effort in found
        else ZERO
        for pk, effort in linked
    }


def told(share: Decimal) -> str:
    """All that is said of what is elsewhere: never where, or under which contract."""
    return _("%(share)s counts elsewhere.") % {"share": percent(share)}


def too_much(share: Decimal, elsewhere: Decimal) -> str:
    """Why this share cannot be handed in beside what counts elsewhere; empty where it can."""
    if share + elsewhere <= WHOLE:
        return ""
    if not left(elsewhere):
        return _(
            "Of the same effort %(elsewhere)s counts elsewhere already: nothing is left that can"
            " count here."
        ) % {"elsewhere": percent(elsewhere)}
    return _(
        "Of the same effort %(elsewhere)s counts elsewhere already. With %(share)s here that is"
        " more than the whole: at most %(left)s is left. Make the part here smaller."
    ) % {
        "elsewhere": percent(elsewhere),
        "share": percent(share),
        "left": percent(left(elsewhere)),
    }


Parts = Sequence[tuple[Contract, BuildingBlock, Decimal]]


def of_the_whole(parts: Parts) -> Parts:
    """These parts in the same proportions, without leaving anything to what is elsewhere."""
    total = sum((share for _contract, _block, share in parts), ZERO)
    least = Decimal("0.0001")
    return [
        (contract, block, (share * WHOLE / total).quantize(least, ROUND_DOWN))
        for contract, block, share in parts
    ]


def left(elsewhere: Decimal) -> Decimal:
    """What can still be handed in, as somebody can type it."""
    return max(WHOLE - elsewhere, ZERO).quantize(Decimal("0.01"), ROUND_DOWN)


def hold(fulfilments: Sequence[int]) -> None:
    """Refuse, in the transaction that handed these in or linked them, what would make more than the
    whole of one effort.

    Each fulfilment is held before its effort, so that it is not linked meanwhile. Of many it is
    said which.
    """
    efforts: dict[int, dict[int, str]] = defaultdict(dict)
    for some in in_batches(sorted(fulfilments)):
        rows = Fulfilment.objects.select_for_update().filter(pk__in=some)
        for pk, effort, number in rows.order_by("pk").values_list("pk", "effort", "external_id"):
            if effort:
                efforts[effort][pk] = number
    if not efforts:
        return
    list(OneEffort.objects.select_for_update().filter(pk__in=efforts).order_by("pk"))
    for effort, shares in counting(efforts.keys()).items():
        share = sum((shares.get(pk, ZERO) for pk in efforts[effort]), ZERO)
        if why := too_much(share, sum(shares.values(), ZERO) - share):
            which = f"{', '.join(efforts[effort].values())}: " if len(fulfilments) > 1 else ""
            raise Refused(which + why)
