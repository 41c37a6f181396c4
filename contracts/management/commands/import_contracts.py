from contracts.imports.columns import CONTRACT_COLUMNS
from contracts.imports.door import import_contracts
from contracts.imports.written import FIGURES
from contracts.management.importing import ImportCommand


class Command(ImportCommand):
    help = (
        "Import contracts from a CSV or XLSX file; importing the same file again changes nothing."
    )
    importer = import_contracts
    columns = CONTRACT_COLUMNS
    shown = tuple(FIGURES.values())
