"""Mail that could not be delivered is shown beside whoever it was for: what the mail server gives
back is read here, one by one as it comes or from a folder.
"""

import sys
from argparse import ArgumentParser
from mailbox import Maildir
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from contracts.people import returned
from sroi.server.returned import MOST_BYTES, not_delivered


class Command(BaseCommand):
    help = (
        "Read what a mail server gives back (delivery status notifications), from standard input or"
        " a maildir, and mark the addresses that it names. Of a maildir what was understood is"
        " taken away, and other mail stays. It ends with 0 also where there was nothing, so that a"
        " mail server that pipes mail to it sends nothing back."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--maildir", metavar="DIR", type=Path, help="a folder with mail")

    def handle(self, *args: Any, **options: Any) -> None:
        folder = options["maildir"]
        marked = self.of_folder(folder) if folder else self.of(sys.stdin.buffer.read(MOST_BYTES))
        # How many, and not which: this can end in a log of the mail server.
        self.stdout.write(f"Adressen gemerkt: {marked}.")

    def of(self, content: bytes) -> int:
        return len(returned.note(not_delivered(content), timezone.now()))

    def of_folder(self, folder: Path) -> int:
        box, marked = Maildir(folder, create=False), 0
        for key in box.keys():  # noqa: SIM118
            content = box.get_bytes(key)
            if failures := not_delivered(content):
                marked += len(returned.note(failures, timezone.now()))
                box.discard(key)
        return marked
