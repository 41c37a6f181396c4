"""What every door takes and gives: who does something, when and why; and the answer that it cannot
be done.

A rule answers with objections, which are refused, and with doubts, which are asked: a doubt is
about something that can be so but seldom is, and a door takes it once somebody said that it is so.
Forms and imports show what the rules say; which doubts were answered is handed to the door, so that
one that was not shown is asked again.
"""

import hashlib
from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from django.utils.timezone import localdate
from django.utils.translation import gettext as _


class Refused(Exception):
    """The act cannot be done; the message says why and what to do."""


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
