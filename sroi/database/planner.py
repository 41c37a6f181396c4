"""What PostgreSQL plans its queries by.

It counts rows a minute or so after they came. Until then it takes a table that was just filled for
an empty one, and the totals of all contracts took minutes instead of a fraction of a second.
"""

from django.apps import apps
from django.db import connection

from sroi.access import OUR_APPS


def count_rows() -> None:
    """Have the database count anew, after many rows came at once; one that plans otherwise is left
    alone.
    """
    if connection.vendor != "postgresql":
        return
    tables = [
        model._meta.db_table for model in apps.get_models() if model._meta.app_label in OUR_APPS
    ]
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE " + ", ".join(connection.ops.quote_name(table) for table in tables))
