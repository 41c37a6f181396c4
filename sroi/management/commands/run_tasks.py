"""Do the work in the background: imports, and sending mail. `make serve` starts this beside the web
server.
"""

import ctypes
import logging
import signal
import sys
import threading
import time
from argparse import ArgumentParser
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import structlog
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import Error as DatabaseFailure
from django.db import connection, connections
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.module_loading import import_string
from django_tasks import DEFAULT_TASK_BACKEND_ALIAS, DEFAULT_TASK_QUEUE_NAME
from django_tasks.signals import task_started
from django_tasks_db.management.commands.db_worker import Worker

from sroi.accounts import forgotten
from sroi.pages.mail.news import News
from sroi.server import background
from sroi.server.outbox import send_due

SECONDS_AFTER_A_FAILURE = 5
PR_SET_PDEATHSIG = 1

logger = logging.getLogger("sroi.tasks")


class SteadyWorker(Worker):
    """Goes on when the database was away for a while, and gives signs of life, also during a long
    task.
    """

    def __init__(self, *, once: bool) -> None:
        super().__init__(
            queue_names=[DEFAULT_TASK_QUEUE_NAME],
            interval=settings.BACKGROUND_INTERVAL,
            batch=True,
            backend_name=DEFAULT_TASK_BACKEND_ALIAS,
            startup_delay=False,
            max_tasks=None,
            worker_id=get_random_string(32),
            excluded_queue_names=[],
        )
        self.once = once
        self.over = threading.Event()
        self.moved = self.tidied = self.kept_from = -float("inf")
        self.news = News()

    def run(self) -> None:
        heart = threading.Thread(target=self.give_signs, daemon=True)
        try:
            while self.running:
                self.round(heart)
                if self.once:
                    break
                time.sleep(self.interval)
        finally:
            self.over.set()
            if heart.is_alive():
                heart.join()

    def round(self, heart: threading.Thread) -> None:
        """What waits now."""
        self.moved = time.monotonic()
        try:
            if not heart.is_alive():
                # Before it takes anything, so that no other thinks it gone.
                background.beat(self.worker_id, timezone.now())
                heart.start()
            self.tidy()
            self.at_work(self.news.look)
            self.at_work(self.keep)
            super().run()
        except DatabaseFailure:
            logger.exception("The database does not answer; trying again")
            connections.close_all()
            time.sleep(0 if self.once else SECONDS_AFTER_A_FAILURE)

    def run_task(self, db_task_result: Any) -> None:
        path = db_task_result.task_path
        db_task_result.task_path = background.MOVED.get(path, path)
        super().run_task(db_task_result)
        self.at_work(self.news.look)
        self.moved = time.monotonic()

    def keep(self) -> None:
        """What is to be made again since it changed. Where that fails, not again each second."""
        if self.moved < self.kept_from:
            return
        try:
            for do in settings.BACKGROUND_KEEPING:
                import_string(do)()
        except DatabaseFailure:
            raise
        except Exception:
            logger.exception("What is kept could not be made again")
            self.kept_from = self.moved + settings.BACKGROUND_TIDY_SECONDS

    def tidy(self) -> None:
        """Now and then."""
        if self.moved - self.tidied >= settings.BACKGROUND_TIDY_SECONDS:
            self.at_work(tidy)
            self.tidied = self.moved

    def at_work(self, do: Callable[[], None]) -> None:
        """As a task it is not broken off when the worker has to stop."""
        self.running_task = True
        try:
            do()
        finally:
            self.running_task = False

    def moves(self) -> bool:
        """Whether it is at work, or was between tasks a moment ago."""
        return (
            self.running_task or time.monotonic() - self.moved < settings.BACKGROUND_SILENT_SECONDS
        )

    def give_signs(self) -> None:
        """In a thread, on a connection of its own: that a task takes minutes is no sign that
        something is wrong.
        """
        while not self.over.wait(settings.BACKGROUND_BEAT_SECONDS):
            if self.moves():
                self.note(lambda: background.beat(self.worker_id, timezone.now()))
        self.note(lambda: background.end(self.worker_id))

    def note(self, sign: Callable[[], None]) -> None:
        try:
            sign()
        except DatabaseFailure:
            logger.warning("A sign of life could not be noted")
        finally:
            connection.close()


def tidy() -> None:
    """What was left lying: tasks of workers that are gone, mails whose time has come."""
    now = timezone.now()
    background.take_over(now)
    send_due(now)
    forgotten.forget(now - timedelta(days=settings.MAIL_GIVE_UP_DAYS))


class Command(BaseCommand):
    help = "Do the work in the background until it is stopped: imports, and sending mail."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="do what waits now, then stop")
        parser.add_argument(
            "--until-parent-ends",
            action="store_true",
            help="stop when the process that began this does",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not background.is_on():
            raise CommandError(
                "BACKGROUND_TASKS staat uit: het werk gebeurt meteen, dus er is niets te doen."
            )
        if options["until_parent_ends"]:
            end_with_parent()
        task_started.connect(bind_task)
        worker = SteadyWorker(once=options["once"])
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
