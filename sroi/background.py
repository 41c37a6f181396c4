"""Which workers live, and what becomes of the task of one that does not.

A worker gives a sign of life every few seconds. What it was doing when it was killed is begun once more by another:
every task of ours can be, since it is all or nothing, or takes what it does with one update. A task that its worker
does not survive a second time is called failed.
"""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django_tasks import DEFAULT_TASK_BACKEND_ALIAS, TaskResultStatus, task_backends
from django_tasks_db.backend import DatabaseBackend
from django_tasks_db.models import DBTaskResult

from sroi.models import Heartbeat

logger = logging.getLogger("sroi.tasks")


class WorkerGone(Exception):
    """The process that did this ended before it was done."""


def is_on() -> bool:
    """Whether work is left to a worker; else whoever asks for it does it at once."""
    return isinstance(task_backends[DEFAULT_TASK_BACKEND_ALIAS], DatabaseBackend)


def beat(worker_id: str, now: datetime) -> None:
    Heartbeat.objects.update_or_create(worker_id=worker_id, defaults={"seen_at": now})


def end(worker_id: str) -> None:
    Heartbeat.objects.filter(worker_id=worker_id).delete()


def last_seen() -> datetime | None:
    """When any worker was last seen."""
    return Heartbeat.objects.order_by("-seen_at").values_list("seen_at", flat=True).first()


def oldest_waiting(now: datetime) -> datetime | None:
    """Since when the task waits that waits longest, of those that could be done now."""
    waiting = DBTaskResult.objects.ready().order_by("enqueued_at").values_list("enqueued_at", "run_after")
    return min((max(at, after) if after <= now else at for at, after in waiting[:1]), default=None)


def take_over(now: datetime) -> None:
    """Begin anew what workers that are gone left behind."""
    silent = now - timedelta(seconds=settings.BACKGROUND_SILENT_SECONDS)
    alive = set(Heartbeat.objects.filter(seen_at__gte=silent).values_list("worker_id", flat=True))
    for task in DBTaskResult.objects.running():
        if task.worker_ids and task.worker_ids[-1] not in alive:
            _begin_again(task)
    Heartbeat.objects.filter(seen_at__lt=silent).delete()


def _begin_again(task: DBTaskResult) -> None:
    left = DBTaskResult.objects.running().filter(pk=task.pk, started_at=task.started_at)
    if len(task.worker_ids) >= settings.BACKGROUND_TRIES:
        logger.error("A task was given up: its worker ended each time")
        task.set_failed(WorkerGone())
    elif left.update(status=TaskResultStatus.READY):
        logger.warning("A task is begun again: its worker ended")
