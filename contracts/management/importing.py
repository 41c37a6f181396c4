"""What the import commands share: reading a file of any shape, saying what happened, and refusing
with every fault named.
"""

import json
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from contracts.imports.outcome import Outcome
from contracts.models import Region
from contracts.policy.loading import find_region
from sroi.database.batches import in_batches
from sroi.doors import Act, Refused
from sroi.exchange import Column, ExchangeError, Sheet, check_rows, plain, read_tables
from sroi.exchange.layout import REASONS, Layout, laid_out, propose, with_left_out, without
from sroi.exchange.matching import chosen, match, vocabulary_of

NO_NAMES = "none"


class ImportCommand(BaseCommand):
    """All or nothing: with one faulty cell nothing is imported, and the command ends with status
    1.
    """

    importer: ClassVar[Callable[..., Outcome]]
    columns: ClassVar[Sequence[Column]]
    # Headings of our own lists that are computed: read over, as by the page.
    shown: ClassVar[Sequence[Any]] = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="CSV, XLSX or ODS file")
        parser.add_argument("--region", required=True, metavar="CODE", help="code of the region")
        parser.add_argument(
            "--dry-run", action="store_true", help="check and count, but import nothing"
        )
        parser.add_argument(
            "--format",
            choices=["text", "json"],
            default="text",
            help="json: what was understood of each row, as the page shows it",
        )
        parser.add_argument("--sheet", metavar="NAME", help="the sheet; else the one that fits")
        parser.add_argument(
            "--header-row",
            metavar="N",
            help="the row with the names, two as 3-4, or none; else the one that fits",
        )
        parser.add_argument(
            "--columns",
            metavar="FILE.json",
            help='which column is which: {"name in the file": "our name, or empty"}',
        )
        parser.add_argument(
            "--all",
            action="append",
            default=[],
            metavar="COLUMN=VALUE",
            help="a value for all rows, where the file lacks a column",
        )
        parser.add_argument(
            "--thousands", action="store_true", help="the amounts are in thousands of euro"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        is_json = options["format"] == "json"
        try:
            region = find_region(options["region"])
            table, layout = self._layout(options)
            everything = check_rows(laid_out(table, layout))
            sheet = self._matched(without(everything, layout.left_out), options)
            outcome = self.run_import(
                region, sheet, Act.of(None, timezone.now()), options["dry_run"]
            )
        except OSError as error:
            why = error.strerror or str(error)
            raise CommandError(
                _("The file %(path)s cannot be read: %(why)s.")
                % {
                    "path": error.filename or options["file"],
                    "why": why,
                }
            ) from None
        except (ValueError, ExchangeError, Refused) as error:
            raise CommandError(str(error)) from None
        if is_json:
            # In parts: as one text it would take more memory than all that was read.
            told = outcome.as_data(everything, layout.left_out)
            for parts in in_batches(json.JSONEncoder(indent=1).iterencode(told)):
                self.stdout.write("".join(parts), ending="")
            self.stdout.write("")
        else:
            for number, why in layout.left_out.items():
                self.stderr.write(
                    _("Row %(row)s is left out: %(why)s.")
                    % {"row": number, "why": REASONS.get(why, why)}
                )
            for warning in outcome.warnings:
                self.stderr.write(str(warning))
        if outcome.faults:
            raise CommandError("\n".join([*map(str, outcome.faults), _("Nothing was imported.")]))
        if is_json:
            return
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

    def _layout(self, options: dict[str, Any]) -> tuple[Any, Layout]:
        """The table and how it stands on its sheet: as it is told, else as it is proposed."""
        tables = read_tables(options["file"])
        if options["sheet"] is not None:
            names = ", ".join(table.name for table in tables)
            tables = [table for table in tables if table.name == options["sheet"]]
            if not tables:
                raise ExchangeError(
                    _("The file has no sheet of that name. It has: %(names)s.") % {"names": names}
                )
        if not any(table.rows for table in tables):
            raise ExchangeError(
                _("The file is empty: there is no row with the names of the columns.")
            )
        layout = propose(tables, vocabulary_of(tuple(self.columns)).knows).layout
        table = next(one for one in tables if one.name == layout.sheet)
        if options["header_row"]:
            layout = with_left_out(
                table, Layout(table.name, tuple(_rows_of(options["header_row"])))
            )
        elif not layout.names:
            layout = with_left_out(table, Layout(table.name, (table.rows[0][0],)))
        return table, layout

    def _matched(self, sheet: Sheet, options: dict[str, Any]) -> Sheet:
        """Under our names. A name that is only guessed stays as it is, to be refused."""
        told: dict[str, str] = {}
        if options["columns"]:
            told = json.loads(Path(options["columns"]).read_text(encoding="utf-8"))
        all_rows = dict(_pair(text) for text in options["all"])
        vocabulary = vocabulary_of(tuple(self.columns), tuple(self.shown))
        found = match(sheet.header, vocabulary, {plain(name): our for name, our in told.items()})
        names = ["" if place in found.guessed else our for place, our in enumerate(found.columns)]
        unused = {plain(name) for name, our in told.items() if not our} | vocabulary.read_over
        columns = [
            our or ("" if plain(name) in unused else name)
            for our, name in zip(names, sheet.header, strict=True)
        ]
        return chosen(sheet, columns, self.columns, all_rows, options["thousands"])


def _rows_of(text: str) -> Iterator[int]:
    if text != NO_NAMES:
        for part in text.split("-"):
            if not part.isdecimal():
                raise ExchangeError(_("Give the row with the names as 3, as 3-4, or as none."))
            yield int(part)


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise ExchangeError(_("Give a value for all rows as COLUMN=VALUE."))
    return name.strip(), value.strip()
