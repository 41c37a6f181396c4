"""Take the folder of `EVIDENCE_DIR` for the one in which the evidence is, whatever stood in the
database.
"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from sroi.files.storage import EvidenceStorage


class Command(BaseCommand):
    help = (
        "Take the folder of EVIDENCE_DIR for the one in which evidence is kept: after a move to a"
        " new folder, or a restore without the old one. Files that are not in it stay missing."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            EvidenceStorage().accept()
        except OSError as failure:
            raise CommandError(f"De map is niet te gebruiken: {failure.strerror}.") from None
        self.stdout.write("De map is nu de map waarin bewijsstukken worden bewaard.")
