"""Changes of the schema that are made while others read and write: what Django has for PostgreSQL
only, and on another database the plain change.

A migration with one of these says `atomic = False`: it cannot be made in a transaction.
"""

from typing import Any

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db.migrations.operations import AddIndex


class AddIndexAlongside(AddIndexConcurrently):
    """An index on a table that is in use: nobody waits while it is built."""

    def database_forwards(self, app_label: str, editor: Any, before: Any, after: Any) -> None:
        if editor.connection.vendor == "postgresql":
            super().database_forwards(app_label, editor, before, after)
        else:
            AddIndex.database_forwards(self, app_label, editor, before, after)

    def database_backwards(self, app_label: str, editor: Any, before: Any, after: Any) -> None:
        if editor.connection.vendor == "postgresql":
            super().database_backwards(app_label, editor, before, after)
        else:
            AddIndex.database_backwards(self, app_label, editor, before, after)
