from contracts.imports.outcome import Outcome
from contracts.management.importing import ImportCommand
from contracts.models import Region
from placements.imports.columns import COLUMNS
from placements.imports.door import import_fulfilments
from placements.imports.written import SHOWN
from sroi.doors import Act
from sroi.exchange import Sheet


class Command(ImportCommand):
    help = (
        "Import fulfilments from a CSV or XLSX file. Status accepted is for history that was"
        " decided elsewhere: it goes through the same door as a review and posts. Importing the"
        " same file again changes nothing."
    )

    columns = COLUMNS
    shown = tuple(SHOWN.values())

    def run_import(self, region: Region, sheet: Sheet, act: Act, dry_run: bool) -> Outcome:
        return import_fulfilments(region, sheet, act, dry_run=dry_run)
