"""Rows as lines that say the same whatever database they came from.

Every table is in a backup, but for those named here. One that is made tomorrow is in it by itself.
"""

import base64
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection, models

from sroi.database.batches import AT_ONCE, in_batches

TOTALS = "added up anew by the worker"
DJANGO = "made with the schema, and not in use here"
SIGNED_IN = "who is signed in: everyone signs in anew"
NEVER = {
    "account.EmailConfirmation": "a link that confirms an address",
    "accounts.ForgottenPassword": "what waits for the worker for a moment",
    "auth.Group": DJANGO,
    "auth.Group_permissions": DJANGO,
    "auth.Permission": DJANGO,
    "contenttypes.ContentType": DJANGO,
    "django_tasks_database.DBTaskResult": "work that waits; an import can be begun again",
    "documents.Asked": "what waits for the worker for a moment",
    "documents.KeptDocument": "made again by `make_documents`",
    "placements.DoneOfContract": TOTALS,
    "placements.DoneOfMonth": TOTALS,
    "placements.DoneOfYear": TOTALS,
    "placements.PlacedOfYear": TOTALS,
    "placements.TotalsUntil": TOTALS,
    "placements.Upload": "a file that was sent to be imported is kept for days; it is sent again",
    "placements.UploadRow": "of such a file",
    "sessions.Session": SIGNED_IN,
    "socialaccount.SocialApp": "secrets of who signs people in elsewhere; they are settings",
    "socialaccount.SocialToken": "secrets of who signs people in elsewhere; none are kept",
    "sroi.Counted": "attempts that are counted",
    "sroi.EvidenceMark": "belongs to one folder; a restore marks its own",
    "sroi.Heartbeat": "belongs to a worker that runs",
    "sroi.KeptMail": "mail that waits: a link that signs in may stand in it",
    "usersessions.UserSession": SIGNED_IN,
}
MEMBER_BYTES = 1024**2
NOTHING: Mapping[str, Any] = {}


def _without_secrets(row: dict[str, Any]) -> dict[str, Any]:
    """That somebody has an app stays, so that a password alone does not get in after a restore; its
    secret does not. Of a passkey only the public half is kept here at all.
    """
    if row["type"] == "totp":
        row["data"] = {"secret": ""}
    elif row["type"] == "recovery_codes":
        row["data"] = {"seed": "", "used_mask": 0}
    return row


LESS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "mfa.Authenticator": _without_secrets
}


def stored(apps: Any) -> dict[str, type[models.Model]]:
    """Every table, by name."""
    every = sorted(apps.get_models(include_auto_created=True), key=lambda m: m._meta.label)
    return {m._meta.label: m for m in every if m._meta.managed and not m._meta.proxy}


def tables(apps: Any) -> list[type[models.Model]]:
    """What is in a backup."""
    return [model for label, model in stored(apps).items() if label not in NEVER]


def columns(model: type[models.Model]) -> list[Any]:
    return [field for field in model._meta.concrete_fields if not field.generated]


def written(model: type[models.Model]) -> Iterator[tuple[str, int, bytes]]:
    """The members of one table: name, number of rows, and a line for each of them."""
    label = model._meta.label
    less = LESS.get(label, lambda row: row)
    lines: list[bytes] = []
    size = number = 0
    for line in lines_of(model._base_manager.order_by("pk"), less):
        lines.append(line)
        size += len(line)
        if size >= MEMBER_BYTES:
            number += 1
            yield f"rows/{label}/{number:06}.jsonl", len(lines), b"".join(lines)
            lines, size = [], 0
    if lines:
        yield f"rows/{label}/{number + 1:06}.jsonl", len(lines), b"".join(lines)


def lines_of(rows: Any, less: Callable[[dict[str, Any]], dict[str, Any]]) -> Iterator[bytes]:
    """A line for each row of a queryset, with what `less` leaves of it."""
    names = [field.attname for field in columns(rows.model)]
    for row in rows.values_list(*names).iterator(chunk_size=AT_ONCE):
        kept = less(dict(zip(names, map(as_json, row), strict=True)))
        yield json.dumps(kept, sort_keys=True, ensure_ascii=False).encode() + b"\n"


def as_json(value: Any) -> Any:
    """A value of a column; amounts as they are written, never as a float."""
    if isinstance(value, (Decimal, UUID)):
        return str(value)
    if isinstance(value, date):  # a moment too
        return value.isoformat()
    if isinstance(value, (bytes, memoryview)):
        return base64.b64encode(bytes(value)).decode()
    return value


def put(
    model: type[models.Model], lines: Iterable[bytes], given: Mapping[str, Any] = NOTHING
) -> None:
    """Insert rows exactly as they were: no default, no `auto_now` comes between. What the lines do
    not say is `given`.
    """
    fields = columns(model)
    quote = connection.ops.quote_name
    into = ", ".join(quote(field.column) for field in fields)
    sql = (
        f"INSERT INTO {quote(model._meta.db_table)} ({into})"
        f" VALUES ({', '.join(['%s'] * len(fields))})"
    )
    with connection.cursor() as cursor:
        for some in in_batches(lines, AT_ONCE):
            rows = ({**given, **json.loads(line)} for line in some)
            cursor.executemany(sql, [[_stored(f, row[f.attname]) for f in fields] for row in rows])


def _stored(field: Any, value: Any) -> Any:
    if value is None and isinstance(field, models.JSONField) and not field.null:
        return connection.ops.adapt_json_value(None, None)
    return field.get_db_prep_save(field.to_python(value), connection)
