"""Put a region that `export_region` wrote in an empty place."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from contracts.models import Region
from placements.ledger.verification import differences
from placements.management.commands import _journal
from sroi.backup.errors import Unusable
from sroi.moving.putting import bring_in


class Command(BaseCommand):
    help = (
        "Put a region that export_region wrote in the empty database of DATABASE_URL and the empty"
        " folder of EVIDENCE_DIR: all of it or nothing, and equal to what it was."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", type=Path, metavar="SOURCE")
        _journal.add_argument(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        try:
            brought = bring_in(options["source"], _journal.erasing_again(options["journal"], now))
        except (Unusable, ValueError) as refusal:
            raise CommandError(str(refusal)) from None
        except OSError as failure:
            raise CommandError(f"{failure.filename}: {failure.strerror}.") from None
        if brought.missing:
            self.stderr.write(
                f"Let op: {len(brought.missing)} bestanden waren in het oude register al weg:"
                f" {', '.join(brought.missing[:5])}"
            )
        self.stdout.write(
            f"{brought.title}: {brought.rows} rijen en {brought.files} bestanden staan erin, van"
            f" {timezone.localtime(brought.made_at):%d-%m-%Y %H:%M} ({brought.application})."
        )
        if found := list(differences(Region.objects.all(), timezone.localdate(now))):
            raise CommandError("\n".join(["De grootboeken kloppen niet:", *found]))
        self.stdout.write(
            "De grootboeken kloppen. Wachtwoorden gaan niet mee: iedereen kiest een nieuw met"
            " “Wachtwoord vergeten”, de eerste beheerder met `make_admin`."
        )
