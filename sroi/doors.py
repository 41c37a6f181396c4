"""What every door takes and gives: who does something, when and why; and the answer that it cannot be done."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.timezone import localdate


class Refused(Exception):
    """The act cannot be done; the message says why and what to do."""


@dataclass(frozen=True)
class Act:
    """Who does something, when, on which day, and why; `by` is None for an import from the command line."""

    by: Any
    at: datetime
    today: date
    why: str = ""

    @classmethod
    def of(cls, by: Any, at: datetime, why: str = "") -> "Act":
        """On the day that it is here at that moment."""
        return cls(by, at, localdate(at), why)
