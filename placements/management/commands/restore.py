"""Put a backup back in an empty place, and erase again what was erased after it was taken."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from placements.management.commands import _journal
from sroi.backup import passphrase
from sroi.backup.errors import Unusable
from sroi.backup.restoring import restore


class Command(BaseCommand):
    help = (
        "Put a backup back in the empty database of DATABASE_URL and the empty folder of"
        " EVIDENCE_DIR: all of it or nothing. Also the way from SQLite to PostgreSQL and back."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", type=Path, metavar="SOURCE")
        passphrase.add_argument(parser)
        _journal.add_argument(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        journal = options["journal"]
        try:
            erase_again = _journal.erasing_again(journal, timezone.now())
            secret = passphrase.passphrase_of(options["passphrase_file"])
            restored = restore(options["source"], secret, erase_again)
        except (Unusable, ValueError) as refusal:
            raise CommandError(str(refusal)) from None
        except OSError as failure:
            raise CommandError(f"{failure.filename}: {failure.strerror}.") from None
        if restored.missing:
            self.stderr.write(
                f"Let op: {len(restored.missing)} bestanden waren bij de back-up al weg:"
                f" {', '.join(restored.missing[:5])}"
            )
        self.stdout.write(
            f"{restored.rows} rijen en {restored.files} bestanden staan erin, van"
            f" {timezone.localtime(restored.made_at):%d-%m-%Y %H:%M} ({restored.application})."
        )
        self.stdout.write(
            f"Opnieuw gewist volgens {journal} en de termijnen."
            if journal
            else "Opnieuw gewist volgens de termijnen. Zonder --journal is niet bekend wat na de"
            " back-up meteen is gewist: dat staat er weer in."
        )
        self.stdout.write("Wie een app als tweede stap had, stelt die opnieuw in.")
