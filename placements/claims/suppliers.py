"""What the register of social firms says of the supplier of a purchase, on the day of its payment.

A recognition opens blocks from a day until a day. Nothing is refused here: a contractor is told
while recording, an adviser reads a signal before accepting. Source: DOMAIN.md sections 1 and 5.3.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from contracts.models import BlockKind, BuildingBlock, Recognition
from contracts.social_firms.recognition import Recognitions, is_open, kinds_in_words
from placements.models import FulfilmentVersion
from sroi.templatetags.formats import short_date


@dataclass(frozen=True)
class SupplierStanding:
    """Of one supplier on one day: its recognitions that hold, and for which blocks those are not
    enough, in words.
    """

    name: str
    region_id: int
    day: date
    recognitions: tuple[Recognition, ...]
    closed: tuple[str, ...]

    @property
    def is_recognised(self) -> bool:
        return bool(self.recognitions)

    @property
    def words(self) -> str:
        if not self.recognitions:
            return not_recognised(self.name, self.day)
        return "; ".join(
            recognised_as(r) + ("" if r.region_id == self.region_id else f" ({by_whom(r)})")
            for r in self.recognitions
        )


def not_recognised(name: str, day: date) -> str:
    return _("%(name)s was no recognised social firm on %(day)s.") % {
        "name": name,
        "day": short_date(day),
    }


def recognised_as(recognition: Recognition) -> str:
    """By the name that the register has: whoever chose another firm sees it."""
    values = {"firm": recognition.firm, "kind": recognition.get_kind_display()}
    values["first"] = short_date(recognition.valid_from)
    if recognition.valid_until is None:
        return _("%(firm)s is recognised as %(kind)s from %(first)s on") % values
    values["last"] = short_date(recognition.valid_until)
    return _("%(firm)s is recognised as %(kind)s from %(first)s to %(last)s") % values


def by_whom(recognition: Recognition) -> str:
    """Of a recognition that counts here because its region is trusted."""
    return _("by %(region)s, whose recognitions count here") % {"region": recognition.region}


def same_supplier(one: FulfilmentVersion, other: FulfilmentVersion) -> bool:
    if one.supplier_kvk and other.supplier_kvk:
        return bool(one.supplier_kvk == other.supplier_kvk)
    return bool(one.supplier_name.casefold().split() == other.supplier_name.casefold().split())


def closed_to(blocks: Iterable[BuildingBlock], kinds: set[str], name: str, day: date) -> list[str]:
    """The blocks that do not count for a firm with these recognitions, each as a sentence."""
    shut = {block.pk: block for block in blocks if not is_open(block, kinds)}
    return [
        _(
            "Block “%(block)s” counts for firms recognised as: %(asked)s. %(name)s is not, on"
            " %(day)s."
        )
        % {
            "block": block.label,
            "asked": kinds_in_words(block.recognitions),
            "name": name,
            "day": short_date(day),
        }
        for block in shut.values()
    ]


def open_for(block: BuildingBlock) -> str:
    """For which firms a block counts, where its table says so."""
    asked = kinds_in_words(block.recognitions)
    return _("For firms recognised as: %(kinds)s") % {"kinds": asked} if asked else ""


def supplier_standing(
    region_id: int, fields: Mapping[str, Any], blocks: Sequence[BuildingBlock], today: date
) -> SupplierStanding | None:
    """Of the supplier that is filled in, on the day of the payment or today; None while nobody is
    filled in.
    """
    kvk, name = fields.get("supplier_kvk") or "", fields.get("supplier_name") or ""
    if not (kvk or name):
        return None
    day = fields.get("paid_on") or today
    register = Recognitions([region_id], [kvk], [name])
    holding = tuple(register.holding(region_id, kvk, name, day))
    shut = closed_to(blocks, {r.kind for r in holding}, name or kvk, day)
    return SupplierStanding(name or kvk, region_id, day, holding, tuple(shut))


def doubts(versions: Sequence[FulfilmentVersion]) -> dict[int, list[str]]:
    """Per version of a paid purchase what the register has against its supplier, in one query for
    all.
    """
    paid = [v for v in versions if v.fulfilment.kind == BlockKind.PURCHASE and v.paid_on]
    register = Recognitions(
        {v.fulfilment.region_id for v in paid},
        [v.supplier_kvk for v in paid],
        [v.supplier_name for v in paid],
    )
    found: dict[int, list[str]] = {}
    for version in paid:
        assert version.paid_on is not None  # just asked
        name = version.supplier_name or version.supplier_kvk
        kinds = register.kinds_on(
            version.fulfilment.region_id,
            version.supplier_kvk,
            version.supplier_name,
            version.paid_on,
        )
        blocks = [a.block for a in version.allocations.all()]
        shut = closed_to(blocks, kinds, name, version.paid_on)
        found[version.pk] = shut if kinds or shut else [not_recognised(name, version.paid_on)]
    return found
