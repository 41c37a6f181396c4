"""The cache in which attempts at signing in are counted and used codes stand: it forgets nothing
before its time.

django-allauth counts in the cache, and Django's own cache in the database throws rows away once
there are 300. Here a row stays until it has expired, and whoever writes one takes some expired ones
away: there are never many more rows than are alive. There is no most: what bounds them is that each
address of a visitor (of IPv6 each /64) can begin about 60, by `ACCOUNT_RATE_LIMITS`, of less than a
kilobyte. Nothing fails silently: what cannot be counted is not allowed.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.db import IntegrityError, transaction
from django.utils import timezone

REMOVED_AT_ONCE = 20


class Counters(BaseCache):
    def __init__(self, _location: str, params: dict[str, Any]) -> None:
        super().__init__(params)

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        found = self._alive().filter(key=self.make_and_validate_key(key, version)).first()
        return found.value if found else default

    def add(
        self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None
    ) -> bool:
        """Of several at once one is told that it was added."""
        key = self.make_and_validate_key(key, version)
        self._remove(self._expired().filter(key=key))
        try:
            with transaction.atomic():
                self._rows().create(key=key, value=value, expires=self._expires(timeout))
        except IntegrityError:
            return False
        return True

    def set(
        self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None
    ) -> None:
        key = self.make_and_validate_key(key, version)
        fields = {"value": value, "expires": self._expires(timeout)}
        row = self._rows().model(key=key, **fields)
        self._rows().bulk_create(
            [row], update_conflicts=True, unique_fields=["key"], update_fields=list(fields)
        )
        self._remove(self._expired())

    def touch(self, key: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        alive = self._alive().filter(key=self.make_and_validate_key(key, version))
        return bool(alive.update(expires=self._expires(timeout)))

    def delete(self, key: Any, version: int | None = None) -> bool:
        return bool(self._rows().filter(key=self.make_and_validate_key(key, version)).delete()[0])

    def clear(self) -> None:
        self._rows().all().delete()

    def _rows(self) -> Any:
        from sroi.models import Counted  # the cache is made before models are loaded

        return Counted.objects

    def _alive(self) -> Any:
        return self._rows().exclude(expires__lte=timezone.now())

    def _expired(self) -> Any:
        return self._rows().filter(expires__lte=timezone.now()).order_by("expires")

    def _remove(self, rows: Any) -> None:
        """A few rows that have expired; those that another is removing now, or wrote anew, are left
        alone.
        """
        with transaction.atomic(savepoint=False):
            some = rows.select_for_update(skip_locked=True).values_list("key", flat=True)
            if keys := list(some[:REMOVED_AT_ONCE]):
                self._rows().filter(key__in=keys).delete()

    def _expires(self, timeout: Any) -> datetime | None:
        moment = self.get_backend_timeout(timeout)
        return (
            None if moment is None else datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=moment)
        )
