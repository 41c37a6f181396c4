"""What was erased, by number, so that what comes back with a backup is erased again.

The list stands in the database, and where `ERASURE_JOURNAL` names a file each erasure is written
there as well, at once: outside the database and its backups, since a backup cannot know what was
erased after it was taken. Numbers only; a journal belongs to one register.
"""

import json
import os
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import models, transaction

from sroi.accounts.models import Erasure
from sroi.database.batches import AT_ONCE

# Numbers by subject, which is the name of a model as `_meta.label_lower` says it.
Numbers = Mapping[str, Collection[int]]


def list_erased(model: type[models.Model], why: Mapping[int, str]) -> None:
    """In the transaction that erases these rows; what was listed before stays listed once."""
    subject = model._meta.label_lower
    _keep([(subject, number, rule) for number, rule in why.items()])
    if settings.ERASURE_JOURNAL and why:
        lines = _lines((subject, number) for number in why)
        # The erasure stands, also where the journal cannot be written: that is logged.
        transaction.on_commit(lambda: _append(Path(settings.ERASURE_JOURNAL), lines), robust=True)


def take_up(journal: Path) -> None:
    """Put on the list what a journal says."""
    _keep([(subject, n, "journal") for subject, numbers in read(journal).items() for n in numbers])


def _keep(rows: Iterable[tuple[str, int, str]]) -> None:
    Erasure.objects.bulk_create(
        [Erasure(subject=subject, number=number, why=why) for subject, number, why in rows],
        ignore_conflicts=True,
        batch_size=AT_ONCE,
    )


def listed() -> Numbers:
    found: dict[str, list[int]] = defaultdict(list)
    rows = Erasure.objects.order_by("subject", "number").values_list("subject", "number")
    for subject, number in rows.iterator():
        found[subject].append(number)
    return found


def read(journal: Path) -> Numbers:
    """A `ValueError` where it is something else."""
    found: dict[str, set[int]] = defaultdict(set)
    try:
        for line in journal.read_text(encoding="utf-8").splitlines():
            if line:
                row = json.loads(line)
                subject = apps.get_model(row["subject"])._meta.label_lower
                found[subject].add(int(row["number"]))
    except (KeyError, TypeError, AttributeError, LookupError, ValueError):
        raise ValueError(f"Dit bestand is geen lijst van wissingen: {journal}") from None
    return found


def write(journal: Path) -> None:
    """The whole list anew, at once or not at all."""
    every = ((subject, number) for subject, numbers in listed().items() for number in numbers)
    part = journal.with_name(journal.name + ".part")
    part.write_text(_lines(every), encoding="utf-8")
    part.replace(journal)


def _lines(rows: Iterable[tuple[str, int]]) -> str:
    return "".join(
        json.dumps({"subject": subject, "number": number}) + "\n" for subject, number in rows
    )


def _append(journal: Path, lines: str) -> None:
    with journal.open("a", encoding="utf-8") as file:
        file.write(lines)
        file.flush()
        os.fsync(file.fileno())
