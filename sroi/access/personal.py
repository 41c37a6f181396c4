"""What is about a person placed says by itself that it was written out, so no page can forget to
note that somebody looked.

A `PersonalField` is a text like another to the database and to rules that compare it; once it is
drawn in a page, or written in a file or a sentence, whoever `watching()` knows. What cannot say so,
such as a picture, is told by `shown()`. Source: DOMAIN.md section 8.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.html import escape


@dataclass
class Looks:
    """Whether anything about a person was shown so far."""

    any: bool = False


_LOOKS: ContextVar[Looks | None] = ContextVar("looks at personal data", default=None)


@contextmanager
def watching() -> Iterator[Looks]:
    looks = Looks()
    token = _LOOKS.set(looks)
    try:
        yield looks
    finally:
        _LOOKS.reset(token)


def shown() -> None:
    if looks := _LOOKS.get():
        looks.any = True


class Personal(str):
    """A text about a person. Comparing, sorting and counting it shows nothing."""

    __slots__ = ()

    def __str__(self) -> str:
        shown()
        return str.__str__(self)

    def __html__(self) -> str:
        return escape(str(self))

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)


class PersonalField(models.CharField):
    def from_db_value(self, value: Any, *_: Any) -> Any:
        return Personal(value) if value else value

    def get_prep_value(self, value: Any) -> Any:
        found = super().get_prep_value(value)
        return str.__str__(found) if isinstance(found, Personal) else found

    def deconstruct(self) -> Any:
        """To a migration it is the text that it is in the database."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs
