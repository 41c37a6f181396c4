"""The one door for what people fill in beside texts and figures: what a clerk needs, the team, the
scenario.

Nothing is overwritten unseen: who saves says which version was on the screen, and another one is
left as it is.
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from reporting.models import Filing, Supplement
from reporting.notice.editions import Edition, Filed
from reporting.texts.door import locked
from sroi.doors import Act, Refused
from sroi.history.keeping import remember

UNSUPPLIED = ("id", "region", "year", "version")
SUPPLIED = tuple(
    field.name for field in Supplement._meta.concrete_fields if field.name not in UNSUPPLIED
)


@transaction.atomic
def file(edition: Edition, filed: Filed, *, seen: int, act: Act) -> None:
    """Save what a clerk needs to file this edition. `seen` is the version that was on the screen, 0
    for none.
    """
    report = locked(edition)
    row = Filing.objects.filter(report=report, municipality=edition.municipality).first()
    _save(
        row or Filing(report=report, municipality=edition.municipality, version=0),
        asdict(filed),
        seen,
        act,
    )


@transaction.atomic
def supply(edition: Edition, values: Mapping[str, Any], *, seen: int, act: Act) -> None:
    """Save the cost of the team and the scenario of a year."""
    locked(edition)
    row = Supplement.objects.filter(region=edition.region, year=edition.year).first()
    _save(row or Supplement(region=edition.region, year=edition.year, version=0), values, seen, act)


def _save(row: Any, values: Mapping[str, Any], seen: int, act: Act) -> None:
    if row.version != seen:
        raise Refused(
            _(
                "Someone else changed this while you were writing. Compare it with theirs, and save"
                " again."
            )
        )
    before = {name: getattr(row, name) for name in values}
    for name, value in values.items():
        setattr(row, name, value)
    if row.pk and before == dict(values):
        return
    is_new, row.version = row.pk is None, seen + 1
    row.skip_history_when_saving = True
    row.save()
    remember([row], act, changed=not is_new)
