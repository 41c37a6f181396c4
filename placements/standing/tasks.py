"""Lines that ask for one thing each, as `components/tasks.html` draws them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
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
    """A line that asks for one thing; `pick` is the contract that it is about, to be ticked."""

    label: str
    url: str
    why: str
    state: str = ""
    word: Any = ""
    columns: Columns | None = None
    pick: int | None = None

    def saying(self, more: str) -> "Task":
        """The same with a word more about what it is about."""
        columns = self.columns and replace(self.columns, about=f"{self.columns.about} · {more}")
        return replace(self, why=f"{self.why} · {more}", columns=columns)


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
