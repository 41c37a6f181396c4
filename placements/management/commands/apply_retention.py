from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from placements.retention.door import by_rule, due, erase_on_time
from sroi.accounts import erasures
from sroi.files.storage import WrongFolder


class Command(BaseCommand):
    help = (
        "Erase personal data whose time is over; what was erased before, and came back with a"
        " backup, is erased again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say what would be erased")
        parser.add_argument(
            "--journal",
            type=Path,
            metavar="FILE",
            default=settings.ERASURE_JOURNAL,
            help=(
                "list of erasures kept outside the backups: applied again first, then written anew"
                " (default: ERASURE_JOURNAL)"
            ),
        )

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        if options["dry_run"]:
            found = list(due(timezone.localdate(now)))
            for item in found:
                self.stdout.write(
                    f"{item.version.fulfilment_id}/{item.version.number} {item.rule} {item.since}"
                )
            self.stdout.write(f"Zou wissen: {by_rule(found)}.")
            return
        journal = options["journal"]
        try:
            if journal and journal.exists():
                erasures.take_up(journal)
            found = erase_on_time(at=now)
        except ValueError as error:
            raise CommandError(str(error)) from None
        except WrongFolder:
            raise CommandError(
                "De map met bewijsstukken is weg, of er staat een andere op zijn plaats."
            ) from None
        if journal:
            erasures.write(journal)
        self.stdout.write(f"Gewist: {by_rule(found)}.")
