"""Lines that ask for one thing each, as `components/tasks.html` draws them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from placements.standing.words import Standing
from sroi.templatetags.formats import euro, long_date

SHOWN = 10


@dataclass(frozen=True)
class Task:
    """A line that asks for one thing."""

    label: str
    url: str
    why: str
    state: str = ""
    word: Any = ""


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


def contract_task(standing: Standing) -> Task:
    contract, progress = standing.contract, standing.progress
    left = _("another %(open)s by %(last)s") % {
        "open": euro(progress.open),
        "last": long_date(contract.last_counted_day),
    }
    return Task(
        label=contract.title,
        url=reverse("contract-detail", args=[contract.pk]),
        why=f"{contract.reference} · {contract.contractor.name} · {left}",
        state=progress.status,
        word=progress.status.label,
    )
