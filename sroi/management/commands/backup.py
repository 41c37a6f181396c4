"""Write everything that is kept, rows and files, into one file that `restore` reads."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from sroi.backup import passphrase
from sroi.backup.errors import Unusable
from sroi.backup.taking import take


class Command(BaseCommand):
    help = (
        "Write database and evidence into one file, as they are at one moment, while the register"
        " is in use. Secrets of second factors, sessions and what only passes by are never in it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "target",
            type=Path,
            metavar="TARGET",
            help="a new file; in a folder that exists one with the moment in its name",
        )
        parser.add_argument("--encrypt", action="store_true", help="with the passphrase")
        passphrase.add_argument(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        target: Path = options["target"]
        if target.is_dir():
            target = target / f"sroi-{timezone.localtime(now):%Y%m%d-%H%M%S}.backup"
        try:
            # A file with a passphrase is given to be used.
            encrypt = options["encrypt"] or options["passphrase_file"]
            secret = passphrase.passphrase_of(options["passphrase_file"]) if encrypt else ""
            taken = take(target, passphrase.strong(secret) if encrypt else "", now)
        except Unusable as refusal:
            raise CommandError(str(refusal)) from None
        if taken.missing:
            self.stderr.write(
                f"Let op: {len(taken.missing)} bestanden waarnaar wordt verwezen zijn weg:"
                f" {', '.join(taken.missing[:5])}"
            )
        how = "versleuteld" if encrypt else "niet versleuteld"
        self.stdout.write(f"{taken.rows} rijen en {taken.files} bestanden, {how}:")
        self.stdout.write(str(target))
