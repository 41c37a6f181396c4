from contracts.imports.importing import import_firms
from contracts.management.importing import ImportCommand
from contracts.social_firms.columns import FIRM_COLUMNS


class Command(ImportCommand):
    help = (
        "Import social firms with what they are recognised by, such as a list of PSO"
        " certificates. Importing the same file again changes nothing."
    )

    importer = import_firms
    columns = FIRM_COLUMNS
