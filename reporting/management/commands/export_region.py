import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from contracts.policy.exporting import exported
from contracts.policy.loading import find_region
from reporting.goals.door import written


class Command(BaseCommand):
    help = (
        "Print a region with its clients, goals and policy, as load_region reads it (format"
        " region/1)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("region", metavar="CODE", help="code of the region")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            region = find_region(options["region"])
        except ValueError as error:
            raise CommandError(str(error)) from None
        content = exported(region) | {"goals": written(region)}
        self.stdout.write(json.dumps(content, indent=1, ensure_ascii=False))
