"""Events that are worth telling about: whoever listens hears, after the commit, that there are new ones.

A listener looks up what happened by itself: nothing is lost when it fails, since it looks again later.
"""

from typing import Any

from django.db import connection, transaction
from django.dispatch import Signal

from sroi.access import ScopedQuerySet

happened = Signal()


def say_so() -> None:
    happened.send(sender=None)


class EventQuerySet(ScopedQuerySet):
    """Of a model of events; however many are made in one transaction, it is said once."""

    def create(self, **fields: Any) -> Any:
        made = super().create(**fields)
        _after_commit()
        return made

    def bulk_create(self, *args: Any, **kwargs: Any) -> Any:
        made = super().bulk_create(*args, **kwargs)
        _after_commit()
        return made


def _after_commit() -> None:
    if all(entry[1] is not say_so for entry in connection.run_on_commit):
        transaction.on_commit(say_so, robust=True)
