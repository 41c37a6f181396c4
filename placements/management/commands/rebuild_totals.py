from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from contracts.models import Contract, Region
from contracts.policy.loading import FaultyFile, find_region
from placements.ledger import kept as totals
from placements.standing.kept import make_all_again


class Command(BaseCommand):
    help = "Make again from the ledgers what is kept of how contracts stand, and of sums of years."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--region", metavar="CODE", help="code of the region (default: all)")

    def handle(self, *args: Any, **options: Any) -> None:
        contracts, regions = Contract.objects.all(), Region.objects.all()
        if options["region"]:
            try:
                region = find_region(options["region"])
            except FaultyFile as error:
                raise CommandError(str(error)) from None
            contracts, regions = contracts.filter(region=region), regions.filter(pk=region.pk)
        number = make_all_again(contracts, timezone.localdate())
        for pk in regions.values_list("pk", flat=True):
            totals.make_again(pk)
        self.stdout.write(
            f"De stand van {number} opdrachten en de jaartotalen zijn opnieuw opgemaakt."
        )
