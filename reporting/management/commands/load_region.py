from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from contracts.policy.loading import load_region, read_json
from reporting.goals.door import set_goals
from sroi.doors import Refused, first_come


class Command(BaseCommand):
    help = (
        "Load a region with its municipalities, goals and policy from a file (format region/1);"
        " again updates."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="JSON file in the format region/1")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            data = read_json(options["file"], "region/1")
            with first_come(), transaction.atomic():
                region = load_region(data)
                if "goals" in data:
                    set_goals(region, data["goals"] or [])
        except ValidationError as error:
            raise CommandError("goals: " + " ".join(error.messages)) from None
        except (ValueError, Refused) as error:
            raise CommandError(str(error)) from None
        self.stdout.write(
            f"{region.code}: {region.title}, {region.municipalities.count()} opdrachtgevers"
        )
