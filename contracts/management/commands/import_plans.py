from contracts.management.importing import ImportCommand
from contracts.plans.columns import PLAN_COLUMNS
from contracts.plans.importing import import_plans


class Command(ImportCommand):
    help = (
        "Import action plans from a file: a row per contract, category and quarter. With the day on"
        " which a plan was agreed it holds from then on; without, it is handed in. Importing the"
        " same file again changes nothing."
    )

    importer = import_plans
    columns = PLAN_COLUMNS
