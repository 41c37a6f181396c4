"""How the commands about a year find their region and municipality, and say so in one line when
there is none.
"""

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from contracts.models import Municipality, Region


def add_arguments(parser: CommandParser, *, needs_year: bool = True) -> None:
    parser.add_argument(
        "year",
        type=int,
        metavar="YEAR",
        nargs=None if needs_year else "?",
        help=_("The calendar year, for instance 2024."),
    )
    parser.add_argument("--region", required=True, metavar="CODE", help=_("Code of the region."))
    parser.add_argument(
        "--municipality", metavar="GM0402", help=_("CBS code of one municipality in the region.")
    )


def find(options: dict[str, Any]) -> tuple[Region, Municipality | None]:
    """The region and, where one was asked for, the municipality; raises CommandError with one clear
    line.
    """
    if options["year"] is not None and not 1900 <= options["year"] <= 9998:
        raise CommandError(_("%(year)s is not a year. Write it with four digits.") % options)
    region = Region.objects.filter(code=options["region"]).first()
    if region is None:
        raise CommandError(_("There is no region %(region)s.") % options)
    if not options["municipality"]:
        return region, None
    municipality = (
        Municipality.objects.with_council()
        .filter(region=region, code=options["municipality"])
        .first()
    )
    if municipality is None:
        raise CommandError(
            _("There is no municipality %(municipality)s in the region %(region)s.") % options
        )
    return region, municipality
