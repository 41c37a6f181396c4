"""The versions of one record of master data, told as what happened: who changed what, when and
why.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from sroi.money import MoneyField
from sroi.templatetags.formats import euro, long_date
from sroi.views import Happening


def versions(rows: Iterable[Any], skip: Iterable[str] = ()) -> list[Happening]:
    """Each version of one record, oldest first in `rows`, with what it changed; newest first."""
    told, before = [], None
    for row in rows:
        changed = "; ".join(differences(before, row, skip)) if before else ""
        if changed or before is None:
            what = _("Changed: %(fields)s") % {"fields": changed} if changed else _("Recorded")
            told.append(
                Happening(what, row.history_date, row.history_user, row.history_change_reason or "")
            )
        before = row
    return told[::-1]


def differences(before: Any, after: Any, skip: Iterable[str] = ()) -> Iterator[str]:
    for tracked in after.tracked_fields:
        if tracked.name not in skip and getattr(before, tracked.attname) != getattr(
            after, tracked.attname
        ):
            yield f"{tracked.verbose_name} {shown(before, tracked)} → {shown(after, tracked)}"


def shown(row: Any, tracked: Any) -> str:
    value = getattr(row, tracked.name)
    if value in (None, ""):
        return _("empty")
    if tracked.choices:
        return str(getattr(row, f"get_{tracked.name}_display")())
    if isinstance(tracked, MoneyField):
        return euro(value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return long_date(value) if isinstance(value, date) else str(value)
