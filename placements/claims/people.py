"""Where a placed person came from and lives: two optional choices, as codes and in words. Source:
DOMAIN.md section 6.
"""

from functools import cache
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from contracts.models import ClientKind, Municipality
from contracts.models.organisation import folded
from placements.models import OUTSIDE, FulfilmentVersion, Origin


def outside() -> str:
    return _("Outside the region")


def residences(region_id: int) -> dict[str, str]:
    """By its code each place of residence there is to choose: the municipalities of the region, by
    name, and outside it.
    """
    towns = Municipality.objects.filter(region=region_id, kind=ClientKind.MUNICIPALITY)
    return dict(towns.order_by("name").values_list("code", "name")) | {OUTSIDE: outside()}


def residence_called(word: str, known: dict[str, str]) -> str | None:
    """The code of what is written as a code or a name, in any case; None where there is none."""
    return _by_word(tuple(known.items())).get(folded(word))


@cache
def _by_word(known: tuple[tuple[str, str], ...]) -> dict[str, str]:
    by_name = {folded(name): code for code, name in known}
    return by_name | {folded(code): code for code, _name in known}


def people_rows(version: FulfilmentVersion) -> list[tuple[Any, Any]]:
    """For the page of one claim, and only what was chosen."""
    rows: list[tuple[Any, Any]] = []
    if version.origin:
        rows.append((_("Came from"), capfirst(str(Origin(version.origin).label))))
    if version.residence:
        known = residences(version.fulfilment.region_id)
        rows.append((_("Lives in"), known.get(version.residence, version.residence)))
    return rows
