"""Lines that ask for one thing each, as `components/tasks.html` draws them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

SHOWN = 10


@dataclass(frozen=True)
class Columns:
    """What `why` of a task says, for a wide page: what it is about, how much of it, and when, each
    below that of the others.
    """

    about: str
    how_much: str
    when: str


@dataclass(frozen=True)
class Task:
    """A line that asks for one thing."""

    label: str
    url: str
    why: str
    state: str = ""
    word: Any = ""
    columns: Columns | None = None


@dataclass(frozen=True)
class Pile:
    """Tasks of one kind, the first of them, and how many there are."""

    heading: str
    tasks: Sequence[Task]
    number: int
    url: str

    @property
    def has_more(self) -> bool:
        return self.number > len(self.tasks)
