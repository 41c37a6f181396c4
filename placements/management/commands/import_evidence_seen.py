from contracts.management.importing import ImportCommand
from placements.evidence.columns import SEEN_COLUMNS
from placements.evidence.importing import import_seen


class Command(ImportCommand):
    help = (
        "Import from a file what evidence was seen: of which fulfilment, what, when and how."
        " Importing the same file again changes nothing."
    )

    importer = import_seen
    columns = SEEN_COLUMNS
