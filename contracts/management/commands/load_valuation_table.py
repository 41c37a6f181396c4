from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from contracts.policy.loading import day_from, find_region, read_json
from contracts.valuation_tables.keys import FORMATS
from contracts.valuation_tables.loading import load_table, put_in_force
from sroi.doors import Refused, first_come


class Command(BaseCommand):
    help = (
        "Load a valuation table (format valuation-table/1 or /2) for a region; without"
        " --in-force-from it is loaded only."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="JSON file in the format valuation-table/1 or /2")
        parser.add_argument("--region", required=True, metavar="CODE", help="code of the region")
        parser.add_argument(
            "--in-force-from", metavar="DATE", help="put it in force from this date (2024-12-31)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            region = find_region(options["region"])
            data = read_json(options["file"], *FORMATS)
            valid_from = day_from(options["in_force_from"], "--in-force-from")
            with first_come(), transaction.atomic():
                table, changed = load_table(region, data)
                if valid_from:
                    put_in_force(table, valid_from)
        except (ValueError, Refused) as error:
            raise CommandError(str(error)) from None
        state = "geladen" if changed else "ongewijzigd"
        since = f", geldig vanaf {valid_from:%d-%m-%Y}" if valid_from else ""
        self.stdout.write(f"{table.code}: {state}{since}")
