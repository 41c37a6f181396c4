"""Whether everything works that the site needs, in parts, for who watches over it: no addresses,
paths or versions.

That the database can be written shows in the signs of life of the worker, which are written there.
"""

import shutil
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.db import Error as DatabaseFailure
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from sroi.files.storage import EvidenceStorage
from sroi.models import EvidenceMark
from sroi.server import background

OK, WRONG, OFF = "ok", "fout", "uit"
Part = dict[str, Any]
# What was applied when nothing was left to do.
migrated: set[tuple[str, str]] = set()


def look(now: datetime) -> dict[str, Part]:
    """Each part with its `status`; what cannot be looked at is wrong."""
    return {name: _tried(part, now) for name, part in PARTS.items()}


def _tried(part: Callable[[datetime], Part], now: datetime) -> Part:
    try:
        return part(now)
    except (DatabaseFailure, OSError):
        return {"status": WRONG}


def _status(is_well: bool, **more: Any) -> Part:
    return {"status": OK if is_well else WRONG, **more}


def _database(now: datetime) -> Part:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return _status(True)


def _migrations(now: datetime) -> Part:
    """Worked out once for what the database says was applied: another version of the code is
    another process.
    """
    global migrated
    applied = set(MigrationRecorder(connection).applied_migrations())
    if applied != migrated:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return _status(False)
        migrated = applied
    return _status(True)


def _worker(now: datetime) -> Part:
    if not background.is_on():
        return {"status": OFF}
    living = background.living(now)
    return _status(
        bool(living), **({"seconds": _seconds(living[0].seen_at, now)} if living else {})
    )


def _oldest_task(now: datetime) -> Part:
    if not background.is_on():
        return {"status": OFF}
    since = background.oldest_waiting(now)
    seconds = _seconds(since, now) if since else 0
    return _status(seconds <= settings.READY_WAITING_SECONDS, seconds=seconds)


def _seconds(since: datetime, now: datetime) -> int:
    return max(0, int((now - since).total_seconds()))


def _evidence(now: datetime) -> Part:
    return _status(EvidenceStorage().is_right(EvidenceMark.objects.first()))


def _disk(now: datetime) -> Part:
    return _status(
        all(shutil.disk_usage(place).free >= settings.READY_FREE_BYTES for place in _places())
    )


def _places() -> list[Path]:
    """The folders in which files grow, or the nearest above that is there."""
    places = []
    evidence = EvidenceStorage().named
    if isinstance(evidence, FileSystemStorage):
        places.append(Path(evidence.location))
    if connection.vendor == "sqlite":
        places.append(Path(str(connection.settings_dict["NAME"])))
    return [next(p for p in (place, *place.absolute().parents) if p.exists()) for place in places]


PARTS: Mapping[str, Callable[[datetime], Part]] = {
    "database": _database,
    "migraties": _migrations,
    "achtergrondwerk": _worker,
    "oudste_taak": _oldest_task,
    "bewijsmap": _evidence,
    "schijfruimte": _disk,
}


def is_ready(parts: Mapping[str, Part]) -> bool:
    return all(part["status"] != WRONG for part in parts.values())


def answer() -> tuple[dict[str, Any], int]:
    """What is said, and its HTTP status."""
    parts = look(timezone.now())
    ready = is_ready(parts)
    return {"status": OK if ready else WRONG, "parts": parts}, 200 if ready else 503
