from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from reporting.figures import exchange
from reporting.figures.annual import figures_of
from reporting.management.commands import _region
from sroi.periods import Period

FORMATS = {"json": exchange.as_json, "csv": exchange.as_csv}


class Command(BaseCommand):
    help = (
        "Print the annual figures of a region, or of one municipality in it. Amounts are euro"
        " excluding VAT."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        _region.add_arguments(parser, needs_year=False)
        for name in ("from", "to"):
            parser.add_argument(
                f"--{name}",
                type=date.fromisoformat,
                metavar="DATE",
                help=_("Another period than a year: its first and last day, such as 2024-12-31."),
            )
        parser.add_argument(
            "--format", choices=sorted(FORMATS), default="json", help=_("Default: json.")
        )
        parser.add_argument(
            "--as-of",
            type=int,
            metavar="NUMBER",
            help=_("Count only lines up to and including this posting."),
        )

    def period(self, options: dict[str, Any]) -> int | Period:
        """A year, or from a first day to a last one; raises CommandError for both or neither."""
        year, first, last = options["year"], options["from"], options["to"]
        if year is not None and first is None and last is None:
            return int(year)
        if year is not None or first is None or last is None or last < first:
            raise CommandError(
                _("Give a year, or --from and --to with a first and a last day after it.")
            )
        return Period(first, last)

    def handle(self, *args: Any, **options: Any) -> None:
        region, municipality = _region.find(options)
        figures = figures_of(
            None,
            region,
            self.period(options),
            municipality,
            as_of=options["as_of"],
            today=timezone.localdate(),
        )
        self.stdout.write(
            FORMATS[options["format"]](figures), ending="" if options["format"] == "csv" else "\n"
        )
