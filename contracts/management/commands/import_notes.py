from contracts.dossier.columns import NOTE_COLUMNS
from contracts.dossier.importing import import_notes
from contracts.management.importing import ImportCommand


class Command(ImportCommand):
    help = (
        "Import notes from a file into the dossiers of their contracts. Importing the"
        " same file again changes nothing."
    )

    importer = import_notes
    columns = NOTE_COLUMNS
