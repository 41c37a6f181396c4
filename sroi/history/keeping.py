"""Versions of master data: who changed it, when, what and why, scoped as the data themselves."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from sroi.access import Scope, ScopedModel
from sroi.database.batches import AT_ONCE
from sroi.doors import Act

WHY = 300


def kept(scope: Scope, **options: Any) -> HistoricalRecords:
    """A history whose rows are visible to whom `scope` says: its model does not inherit the scope
    of what it is of.
    """
    return HistoricalRecords(
        bases=[_scoped(scope)],
        m2m_bases=[_scoped(replace(scope, region=f"history__{scope.region}"))],
        history_change_reason_field=models.CharField(_("why"), max_length=WHY, null=True),
        **options,
    )


def _scoped(scope: Scope) -> type[models.Model]:
    meta = type("Meta", (), {"abstract": True, "app_label": "accounts"})
    return type(
        "ScopedHistory", (ScopedModel,), {"__module__": __name__, "Meta": meta, "scope": scope}
    )


def signed(row: Any, act: Act) -> Any:
    """Who did it, when and why, for the version that saving or deleting the row keeps."""
    row._history_user, row._history_date = act.by, act.at
    row._change_reason = act.why.strip()[:WHY]
    return row


def remember(objects: Iterable[Any], act: Act, *, changed: bool = False) -> None:
    """For what `bulk_create` and `update()` did, which pass the history by."""
    rows = list(objects)
    if rows:
        rows[0].__class__.history.bulk_history_create(
            rows,
            update=changed,
            default_user=act.by,
            default_change_reason=act.why[:WHY],
            default_date=act.at,
            batch_size=AT_ONCE,
        )
