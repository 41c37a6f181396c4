"""Do the work in the background: imports, and sending mail. `make serve` starts this beside the web server."""

import ctypes
import logging
import signal
import sys
import time
from argparse import ArgumentParser
from typing import Any

import structlog
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connections
from django.utils.crypto import get_random_string
from django_tasks import DEFAULT_TASK_BACKEND_ALIAS, DEFAULT_TASK_QUEUE_NAME, task_backends
from django_tasks.signals import task_started
from django_tasks_db.backend import DatabaseBackend
from django_tasks_db.management.commands.db_worker import Worker

SECONDS_AFTER_A_FAILURE = 5
PR_SET_PDEATHSIG = 1

logger = logging.getLogger("sroi.tasks")


class SteadyWorker(Worker):
    """Goes on when the database was away for a while."""

    def run(self) -> None:
        while self.running:
            try:
                super().run()
            except DatabaseError:
                logger.exception("The database does not answer; trying again")
                connections.close_all()
                time.sleep(SECONDS_AFTER_A_FAILURE)
            if self.batch:
                return


class Command(BaseCommand):
    help = "Do the work in the background until it is stopped: imports, and sending mail."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="do what waits now, then stop")
        parser.add_argument(
            "--until-parent-ends", action="store_true", help="stop when the process that began this does"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not isinstance(task_backends[DEFAULT_TASK_BACKEND_ALIAS], DatabaseBackend):
            raise CommandError("BACKGROUND_TASKS staat uit: het werk gebeurt meteen, dus er is niets te doen.")
        if options["until_parent_ends"]:
            end_with_parent()
        task_started.connect(bind_task)
        worker = SteadyWorker(
            queue_names=[DEFAULT_TASK_QUEUE_NAME],
            interval=settings.BACKGROUND_INTERVAL,
            batch=options["once"],
            backend_name=DEFAULT_TASK_BACKEND_ALIAS,
            startup_delay=False,
            max_tasks=None,
            worker_id=get_random_string(32),
            excluded_queue_names=[],
        )
        worker.configure_signals()
        worker.run()


def bind_task(task_result: Any, **kwargs: Any) -> None:
    """What is logged during a task names it."""
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(task_id=str(task_result.id))


def end_with_parent() -> None:
    """On Linux: also when the parent was killed and could not say goodbye."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
