"""The engine that `DATABASE_POOLER` chooses: nothing outlives a transaction.

Django itself prepares no statements, and the time zone is told to each connection by the pooler.
"""

from typing import Any

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    def chunked_cursor(self) -> Any:
        """A cursor of the server lives as long as the transaction in which it is made: outside of
        one all rows come at once.
        """
        return super().chunked_cursor() if self.in_atomic_block else self.cursor()
