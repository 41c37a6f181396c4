"""What the import commands share: reading the file, saying what happened, and refusing with every
fault named.
"""

from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from contracts.imports.door import Outcome
from contracts.models import Region
from contracts.policy.loading import find_region
from sroi.doors import Act, Refused
from sroi.exchange import ExchangeError, Sheet, read_rows


class ImportCommand(BaseCommand):
    """All or nothing: with one faulty cell nothing is imported, and the command ends with status
    1.
    """

    importer: ClassVar[Callable[..., Outcome]]

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="CSV or XLSX file with a header row")
        parser.add_argument("--region", required=True, metavar="CODE", help="code of the region")
        parser.add_argument(
            "--dry-run", action="store_true", help="check and count, but import nothing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            region = find_region(options["region"])
            sheet = read_rows(options["file"], Path(options["file"]).name)
            outcome = self.run_import(
                region, sheet, Act.of(None, timezone.now()), options["dry_run"]
            )
        except OSError as error:
            why = error.strerror or str(error)
            raise CommandError(
                _("The file %(path)s cannot be read: %(why)s.")
                % {
                    "path": options["file"],
                    "why": why,
                }
            ) from None
        except (ValueError, ExchangeError, Refused) as error:
            raise CommandError(str(error)) from None
        for warning in outcome.warnings:
            self.stderr.write(str(warning))
        if outcome.faults:
            raise CommandError("\n".join([*map(str, outcome.faults), _("Nothing was imported.")]))
        self.stdout.write(
            _("new: %(new)s, changed: %(changed)s, unchanged: %(unchanged)s")
            % {
                "new": len(outcome.new),
                "changed": len(outcome.changed),
                "unchanged": len(outcome.unchanged),
            }
            + (_(" (dry run: nothing was imported)") if options["dry_run"] else "")
        )

    def run_import(self, region: Region, sheet: Sheet, act: Act, dry_run: bool) -> Outcome:
        return type(self).importer(region, sheet, act, dry_run=dry_run)
