"""Every night: what is kept of people ends, the backup, the ledgers looked through, the mail of the
week, the rows counted anew; by a timer of the server, or in a process that waits for the hour.
"""

import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.utils import timezone

from sroi.database.planner import count_rows


class Command(BaseCommand):
    help = (
        "Do the work of the night: hand_over_due, apply_retention, erase_consents, backup (with"
        " --backups), verify_ledger and send_reminders. One that fails keeps no other from being"
        " done; then the status is 1."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--backups", metavar="DIR", type=Path, help="folder in which a backup is written"
        )
        parser.add_argument(
            "--encrypt", action="store_true", help="encrypt it with BACKUP_PASSPHRASE"
        )
        parser.add_argument(
            "--every-day-at",
            metavar="HH:MM",
            type=hour,
            help="do not end, but do it every day at this hour",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["backups"]:
            options["backups"].mkdir(parents=True, exist_ok=True)
        jobs = list(jobs_of(options["backups"], options["encrypt"]))
        at = options["every_day_at"]
        if at is None and (failed := self.night(jobs)):
            raise CommandError(f"Niet gelukt: {', '.join(failed)}.")
        while at is not None:
            time.sleep(seconds_until(at, timezone.localtime()))
            self.night(jobs)
            connections.close_all()

    def night(self, jobs: list[list[str]]) -> list[str]:
        """Those that failed, by name."""
        failed = []
        work: list[tuple[str, Callable[[], Any]]] = [
            *((job[0], partial(self._command, job)) for job in jobs),
            ("count_rows", count_rows),
        ]
        for name, do in work:
            self.stdout.write(f"== {name}")
            try:
                do()
            # Whatever it was, the others are done, and in the log it stands by its name.
            except Exception as failure:
                self.stderr.write(f"{name}: {type(failure).__name__}: {failure}")
                failed.append(name)
        return failed

    def _command(self, job: list[str]) -> None:
        call_command(*job, stdout=self.stdout, stderr=self.stderr)


def jobs_of(backups: Path | None, encrypt: bool) -> Iterator[list[str]]:
    yield ["hand_over_due"]
    yield ["apply_retention"]
    yield ["erase_consents"]
    if backups:
        yield ["backup", str(backups), *(["--encrypt"] if encrypt else [])]
    yield ["verify_ledger"]
    yield ["send_reminders"]


def hour(text: str) -> tuple[int, int]:
    moment = datetime.strptime(text, "%H:%M")  # noqa: DTZ007
    return moment.hour, moment.minute


def seconds_until(at: tuple[int, int], now: datetime) -> float:
    """Until the clock next shows that hour, in seconds; on the days that the clock changes as
    well. At the hour itself: until tomorrow's.
    """
    then = now.replace(hour=at[0], minute=at[1], second=0, microsecond=0)
    if then <= now:
        then = (now + timedelta(days=1)).replace(hour=at[0], minute=at[1], second=0, microsecond=0)
    return then.timestamp() - now.timestamp()
