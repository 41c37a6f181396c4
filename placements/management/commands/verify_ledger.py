from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from contracts.models import Region
from contracts.policy.loading import FaultyFile, find_region
from placements.ledger.verification import differences


class Command(BaseCommand):
    help = (
        "Check the invariants of both ledgers; differences are listed and end the command with"
        " status 1."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--region", metavar="CODE", help="code of the region (default: all)")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            regions = (
                [find_region(options["region"])]
                if options["region"]
                else list(Region.objects.all())
            )
        except FaultyFile as error:
            raise CommandError(str(error)) from None
        found = list(differences(regions, timezone.localdate()))
        if found:
            raise CommandError("\n".join(found))
        self.stdout.write(f"De grootboeken kloppen ({len(regions)} regio's).")
