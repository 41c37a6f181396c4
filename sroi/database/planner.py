"""What the database plans its queries by: how many rows there are, and of what.

PostgreSQL counts a minute or so after they came; until then it takes a table that was just filled
for an empty one, and the totals of all contracts took minutes. SQLite never counts by itself: it
looked for the parts of 500 fulfilments among all contracts of the region, 1,700 times slower.
"""

from django.apps import apps
from django.db import connection

from sroi.access import OUR_APPS

# Of each index SQLite looks at so many rows: milliseconds, however large the register.
LOOKED_AT = 1000


def count_rows() -> None:
    """Have the database count anew, after many rows came at once and every night."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            models = apps.get_models()
            tables = [m._meta.db_table for m in models if m._meta.app_label in OUR_APPS]
            cursor.execute("ANALYZE " + ", ".join(map(connection.ops.quote_name, tables)))
        else:
            cursor.execute(f"PRAGMA analysis_limit = {LOOKED_AT}")
            cursor.execute("ANALYZE")
