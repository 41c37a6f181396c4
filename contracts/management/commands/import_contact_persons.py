from contracts.dossier.columns import PERSON_COLUMNS
from contracts.dossier.importing import import_persons
from contracts.management.importing import ImportCommand


class Command(ImportCommand):
    help = (
        "Import contact persons from a file: with a contract by its reference, or with"
        " all running contracts of a firm by its KvK number. Importing the same file"
        " again changes nothing."
    )

    importer = import_persons
    columns = PERSON_COLUMNS
