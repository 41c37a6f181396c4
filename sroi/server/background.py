"""Which workers live, and what becomes of the task of one that does not.

A worker gives a sign of life every few seconds. What it was doing when it was killed is begun once
more by another: every task of ours can be, since it is all or nothing, or takes what it does with
one update. A task that its worker does not survive a second time is called failed.
"""

import logging
import os
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django_tasks import DEFAULT_TASK_BACKEND_ALIAS, TaskResultStatus, task_backends
from django_tasks_db.backend import DatabaseBackend
from django_tasks_db.models import DBTaskResult

from sroi.models import Heartbeat

logger = logging.getLogger("sroi.tasks")

# Where a task lies that was queued by an earlier release, by the place where it lay then.
MOVED = {
    "placements.uploads.bring_in": "placements.uploads.door.bring_in",
    "placements.uploads.look_into": "placements.uploads.door.look_into",
    "reporting.adoption.make_file": "reporting.adoption.door.make_file",
    "reporting.adoption.make_files": "reporting.adoption.door.make_files",
    "sroi.outbox.send_kept": "sroi.server.outbox.send_kept",
    "sroi.pages.contractor_guide.make_guide": "sroi.pages.help.guide.make_guide",
    "sroi.pages.mailing.tell": "sroi.pages.mail.sending.tell",
}


class WorkerGone(Exception):
    """The process that did this ended before it was done."""


def is_on() -> bool:
    """Whether work is left to a worker; else whoever asks for it does it at once."""
    return isinstance(task_backends[DEFAULT_TASK_BACKEND_ALIAS], DatabaseBackend)


def beat(worker_id: str, now: datetime) -> None:
    Heartbeat.objects.update_or_create(
        worker_id=worker_id, defaults={"seen_at": now, "pid": os.getpid()}
    )


def end(worker_id: str) -> None:
    Heartbeat.objects.filter(worker_id=worker_id).delete()


def living(now: datetime) -> list[Heartbeat]:
    """The workers that live, who was seen last first."""
    silent = now - timedelta(seconds=settings.BACKGROUND_SILENT_SECONDS)
    writing = now - timedelta(seconds=settings.BACKGROUND_WRITING_SECONDS)
    found = Heartbeat.objects.filter(seen_at__gte=writing).order_by("-seen_at")
    return [worker for worker in found if worker.seen_at >= silent or _runs_here(worker.pid)]


def _runs_here(pid: int) -> bool:
    """SQLite, which is for one machine, has one writer: while an import writes, its worker can note
    no sign of life.
    """
    if connection.vendor != "sqlite":
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def oldest_waiting(now: datetime) -> datetime | None:
    """Since when the task waits that waits longest, of those that could be done now."""
    waiting = (
        DBTaskResult.objects.ready().order_by("enqueued_at").values_list("enqueued_at", "run_after")
    )
    return min((max(at, after) if after <= now else at for at, after in waiting[:1]), default=None)


def take_over(now: datetime) -> None:
    """Begin anew what workers that are gone left behind."""
    alive = {worker.worker_id for worker in living(now)}
    for task in DBTaskResult.objects.running():
        if task.worker_ids and task.worker_ids[-1] not in alive:
            _begin_again(task)
    Heartbeat.objects.exclude(worker_id__in=alive).delete()


def _begin_again(task: DBTaskResult) -> None:
    left = DBTaskResult.objects.running().filter(pk=task.pk, started_at=task.started_at)
    if len(task.worker_ids) >= settings.BACKGROUND_TRIES:
        logger.error("A task was given up: its worker ended each time")
        task.set_failed(WorkerGone())
    elif left.update(status=TaskResultStatus.READY):
        logger.warning("A task is begun again: its worker ended")
