"""Sessions in the database, which say so when it cannot be written: Django takes that for a session
that was ended elsewhere, and answers that the request was wrong.
"""

from typing import Any

from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.backends.db import SessionStore as InDatabase
from django.db import InternalError, OperationalError


class SessionStore(InDatabase):
    def save(self, must_create: bool = False) -> Any:
        try:
            return super().save(must_create)
        except UpdateError as gone:
            if isinstance(gone.__context__, (OperationalError, InternalError)):
                raise gone.__context__ from None
            raise
