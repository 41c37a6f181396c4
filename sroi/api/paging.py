"""Pages by cursor: a page begins after the last row of the page before.

What is written in between moves nothing: each row that was there when one began is given once.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from sroi.fields import is_key

MARK = "after:"


class Unreadable(ValueError):
    """A cursor or a size that nobody was given; says what to do."""


@dataclass(frozen=True)
class Page:
    rows: list[Any]
    # Where what follows begins, also once it is there later; empty: nothing was ever given.
    cursor: str
    has_next: bool


def page_of(rows: QuerySet[Any], cursor: str, size: int) -> Page:
    """The first rows by number after the cursor; one is looked ahead, nothing is counted."""
    after = rows.filter(pk__gt=_number(cursor)) if cursor else rows
    # The numbers first: to sort whole rows costs as much as a region has of them.
    numbers = after.select_related(None).order_by("pk").values_list("pk", flat=True)
    found = list(numbers[: size + 1])
    given = found[:size]
    there = list(rows.filter(pk__in=given).order_by("pk"))
    return Page(there, _cursor(given[-1]) if given else cursor, len(found) > size)


def size_of(asked: str) -> int:
    if not asked:
        return settings.API_PAGE_SIZE
    if not is_key(asked) or not 0 < int(asked) <= settings.API_PAGE_MOST:
        most = {"most": settings.API_PAGE_MOST}
        raise Unreadable(_("size is a whole number from 1 to %(most)s.") % most)
    return int(asked)


def _cursor(number: int) -> str:
    return urlsafe_b64encode(f"{MARK}{number}".encode()).decode().rstrip("=")


def _number(cursor: str) -> int:
    try:
        text = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except ValueError:
        text = ""
    if not text.startswith(MARK) or not is_key(number := text.removeprefix(MARK)):
        raise Unreadable(
            _("This cursor is not ours. Begin without one, and take each next from the answer.")
        )
    return int(number)
