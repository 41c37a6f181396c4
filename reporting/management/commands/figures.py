from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from reporting.figures import exchange
from reporting.figures.annual import figures_of
from reporting.management.commands import _region

FORMATS = {"json": exchange.as_json, "csv": exchange.as_csv}


class Command(BaseCommand):
    help = (
        "Print the annual figures of a region, or of one municipality in it. Amounts are euro"
        " excluding VAT."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        _region.add_arguments(parser)
        parser.add_argument(
            "--format", choices=sorted(FORMATS), default="json", help=_("Default: json.")
        )
        parser.add_argument(
            "--as-of",
            type=int,
            metavar="NUMBER",
            help=_("Count only lines up to and including this posting."),
        )

    def handle(self, *args: Any, **options: Any) -> None:
        region, municipality = _region.find(options)
        figures = figures_of(
            None,
            region,
            options["year"],
            municipality,
            as_of=options["as_of"],
            today=timezone.localdate(),
        )
        self.stdout.write(
            FORMATS[options["format"]](figures), ending="" if options["format"] == "csv" else "\n"
        )
