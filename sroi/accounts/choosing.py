"""What a person chose of lists, to be changed: held, so that of two at once neither is lost."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction

from sroi.accounts.models import User


@contextmanager
def lists_of(user: Any) -> Iterator[dict[str, Any]]:
    with transaction.atomic():
        held = User.objects.select_for_update().get(pk=user.pk)
        yield held.lists
        held.save(update_fields=["lists"])
    user.lists = held.lists
