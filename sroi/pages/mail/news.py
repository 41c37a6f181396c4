"""Whether something happened that people are told about: the worker asks, nobody has to say so.

A worker counts what there is to tell of, and tells when there is more. It looks back over the last
days at its first look, so what happened while no worker ran is told then; nothing is told twice,
since a notice is made once.
"""

import logging
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError

from placements.telling import lately, sources
from reporting.adoption.waiting import what_happened
from sroi.pages.mail.sending import JUST_NOW, tell_of

logger = logging.getLogger("sroi.mail")
# A key that is handed out may be committed after higher ones: rows this far back are counted too.
IN_FLIGHT = 10_000


class News:
    """What one worker has seen."""

    def __init__(self) -> None:
        self.floors = [0] * len(rows_to_tell_of())
        self.seen: list[int] = []
        self.back: timedelta = lately()

    def look(self) -> None:
        """Tell what is new. What comes while it is told was not counted, and is seen at the next
        look.
        """
        if settings.DEMO or self.counted() == self.seen:
            return
        newest = [
            rows.order_by("-pk").values_list("pk", flat=True).first() for rows in rows_to_tell_of()
        ]
        self.floors = [(key or 0) - IN_FLIGHT for key in newest]
        self.seen = self.counted()
        try:
            tell_of(self.back)
            self.back = JUST_NOW
        except (OperationalError, InterfaceError):
            # It does not answer: everything is looked at once more when it does.
            self.seen, self.back = [], lately()
            raise
        except Exception:
            # Not again each second: with what happens next, and then of all of these days.
            logger.exception("What happened could not be told")
            self.back = lately()

    def counted(self) -> list[int]:
        return [
            rows.filter(pk__gt=floor).count()
            for rows, floor in zip(rows_to_tell_of(), self.floors, strict=True)
        ]


def rows_to_tell_of() -> list[Any]:
    """One row more in any of these, and there is something new."""
    return [*sources(), what_happened()]
