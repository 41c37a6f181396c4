"""How the commands that put something back erase again what was erased since."""

from argparse import ArgumentParser
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from placements.retention.door import erase_on_time
from sroi.accounts.ending import erasures


def add_argument(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--journal",
        type=Path,
        metavar="FILE",
        default=settings.ERASURE_JOURNAL,
        help="list of erasures kept outside the backups (default: ERASURE_JOURNAL)",
    )


def erasing_again(journal: Path | None, now: datetime) -> Callable[[datetime], None]:
    """What is listed, and what became due since. A `ValueError` at once where the journal is
    something else.
    """
    if journal:
        erasures.read(journal)

    def erase_again(made_at: datetime) -> None:
        if journal:
            erasures.take_up(journal)
        erase_on_time(at=now, since=timezone.localdate(made_at))

    return erase_again
