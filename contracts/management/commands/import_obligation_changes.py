from contracts.imports.columns import CHANGE_COLUMNS
from contracts.imports.door import import_changes
from contracts.management.importing import ImportCommand


class Command(ImportCommand):
    help = (
        "Import obligation changes from a CSV or XLSX file; importing the same file again changes"
        " nothing."
    )
    importer = import_changes
    columns = CHANGE_COLUMNS
