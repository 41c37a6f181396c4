from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from contracts.models import Region
from reporting.adoption.verification import differences
from reporting.models import AnnualReport


class Command(BaseCommand):
    help = (
        "Compute a final report again from the ledger, as of the posting that closed it, and say"
        " that it is equal or what differs (exit 1)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "year", type=int, metavar="YEAR", help=_("The calendar year, for instance 2024.")
        )
        parser.add_argument(
            "--region", required=True, metavar="CODE", help=_("Code of the region.")
        )

    def handle(self, *args: Any, **options: Any) -> None:
        region = Region.objects.filter(code=options["region"]).first()
        if region is None:
            raise CommandError(_("There is no region %(region)s.") % options)
        reports = AnnualReport.objects.select_related("region").filter(
            state=AnnualReport.State.FINAL
        )
        report = reports.filter(region=region, year=options["year"]).first()
        if report is None:
            raise CommandError(
                _("The report of %(year)s is not final, so there is nothing to compare.") % options
            )
        found = list(differences(report))
        for difference in found:
            self.stdout.write(difference)
        if found:
            raise CommandError(_("%(count)s differences.") % {"count": len(found)})
        self.stdout.write(
            _(
                "Equal: %(year)s is what the ledger says as of posting %(number)s. Fingerprint"
                " %(fingerprint)s."
            )
            % {
                "year": report.year,
                "number": report.last_posting,
                "fingerprint": report.fingerprint,
            }
        )
