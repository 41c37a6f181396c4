from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from contracts.models import Contract
from contracts.policy.loading import FaultyFile, find_region
from placements.standing.kept import make_all_again


class Command(BaseCommand):
    help = "Make again from the ledgers what is kept of how contracts stand."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--region", metavar="CODE", help="code of the region (default: all)")

    def handle(self, *args: Any, **options: Any) -> None:
        contracts = Contract.objects.all()
        if options["region"]:
            try:
                contracts = contracts.filter(region=find_region(options["region"]))
            except FaultyFile as error:
                raise CommandError(str(error)) from None
        number = make_all_again(contracts, timezone.localdate())
        self.stdout.write(f"De stand van {number} opdrachten is opnieuw opgemaakt.")
