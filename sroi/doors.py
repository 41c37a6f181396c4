"""What every door takes and gives: who does something, when and why; and the answer that it cannot
be done.

A rule answers with objections, which are refused, and with doubts, which are asked: a doubt is
about something that can be so but seldom is, and a door takes it once somebody said that it is so.
Forms and imports show what the rules say; which doubts were answered is handed to the door, so that
one that was not shown is asked again.
"""

import hashlib
from collections.abc import Container, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple

from django.db import IntegrityError, OperationalError
from django.utils.timezone import localdate
from django.utils.translation import gettext as _


class Refused(Exception):
    """The act cannot be done; the message says why and what to do."""


class Overtaken(Refused):
    """What was shown before the act is not so any more; the page shows what is so now, and asks
    again.
    """


class DoneAlready(Refused):
    """The same was sent twice, by a double click or again after a while: it counts once, and the
    message says that it was done.
    """


class Objection(NamedTuple):
    """What cannot be: the name of the field or column, and in a sentence why and what to do."""

    field: str
    reason: str


class Doubt(NamedTuple):
    """What is asked before it is taken; `key` stands for this question about this value and nothing
    else.
    """

    field: str
    reason: str
    key: str


class Found(StrEnum):
    """How what is looked at was found; a word of `components/checklist.html` each."""

    READY = "ready"
    # It can be done without; who does it decides.
    LACKS = "lacks"
    BLOCKS = "blocks"


class Check(NamedTuple):
    """One thing that is looked at before an act without a way back, and what was found. `name` is
    what a page finds the place by where it is mended, and `url` that place.
    """

    name: str
    what: str
    found: str
    state: Found = Found.READY
    url: str = ""


def blocked(checks: Iterable[Check]) -> str:
    """Why it cannot be done: what the first says that stands in the way; empty where it can."""
    return next((check.found for check in checks if check.state == Found.BLOCKS), "")


def refuse_blocked(checks: Iterable[Check]) -> None:
    if why := blocked(checks):
        raise Refused(why)


class Unanswered(Refused):
    """The act can be done once somebody said that these are right."""

    def __init__(self, doubts: Iterable[Doubt]) -> None:
        self.doubts = list(doubts)
        super().__init__(" ".join(doubt.reason for doubt in self.doubts))


class _Everything:
    def __contains__(self, key: object) -> bool:
        return True


# Of who answers for all of it beforehand: history that is brought in by command.
EVERYTHING: Container[str] = _Everything()


def still_to_come(day: date | None, today: date) -> str:
    """Why a day on which something is said to have happened cannot be; empty where it can."""
    if day is None or day <= today:
        return ""
    return _(
        "This day has not come yet. You say that it happened like this: choose a day up to today."
    )


def refuse_to_come(day: date | None, today: date) -> None:
    if why := still_to_come(day, today):
        raise Refused(why)


def key_of(*about: Any) -> str:
    """The key of a doubt: the same for the same question about the same value."""
    return hashlib.sha256("\x1f".join(map(str, about)).encode()).hexdigest()[:20]


def refuse_unanswered(doubts: Iterable[Doubt], answered: Container[str]) -> None:
    if asked := [doubt for doubt in doubts if doubt.key not in answered]:
        raise Unanswered(asked)


# --- others at the same time ----------------------------------------------------------------------


def refuse_overtaken(shown: str | None, now: str, why: str = "") -> None:
    """Asked under the lock of what the act is about: `shown` stands for what the person saw
    (`key_of`), `now` for what is so. None of who was shown nothing: an import, a command.
    """
    if shown is not None and shown != now:
        raise Overtaken(why or _("Someone changed this since you looked. This is how it is now."))


@contextmanager
def first_come(why: str = "") -> Iterator[None]:
    """Around a transaction that stores what can be there only once: who comes second is refused,
    with `why`.

    Whatever else the database refuses is a fault, and stays one.
    """
    try:
        yield
    except (IntegrityError, OperationalError) as error:
        if not _came_second(error):
            raise
        raise Refused(why or someone_was_first()) from error


def someone_was_first() -> str:
    return _("Someone else did this at the same moment. Look at what is there now.")


def _came_second(error: Exception) -> bool:
    """Whether what should be there once was there already, in the words of either database, or two
    waited for each other and this one was sent away.
    """
    code = getattr(error.__cause__, "sqlstate", "")
    return code in (UNIQUE_VIOLATION, DEADLOCK) or "UNIQUE constraint failed" in str(error)


# What PostgreSQL says then: https://www.postgresql.org/docs/current/errcodes-appendix.html
UNIQUE_VIOLATION, DEADLOCK = "23505", "40P01"


@dataclass(frozen=True)
class Act:
    """Who does something, when, on which day, and why; `by` is None for an import from the command
    line.
    """

    by: Any
    at: datetime
    today: date
    why: str = ""

    @classmethod
    def of(cls, by: Any, at: datetime, why: str = "") -> "Act":
        """On the day that it is here at that moment."""
        return cls(by, at, localdate(at), why)
