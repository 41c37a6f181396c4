import json
from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from contracts.dossier.door import forget_persons
from placements.evidence.door import kept_as_sent, redraw
from placements.retention.door import SUBJECT, contracts_over, due, erase, erase_again, listed
from placements.uploads.door import erase_expired
from sroi.accounts.audit import note
from sroi.accounts.models import AuditKind
from sroi.doors import Refused
from sroi.files.storage import WrongFolder


class Command(BaseCommand):
    help = (
        "Erase personal data whose time is over; what was erased before, and came back with a"
        " backup, is erased again. Of evidence that is still kept as it was sent only the pages are"
        " kept."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say what would be erased")
        parser.add_argument(
            "--journal",
            type=Path,
            metavar="FILE",
            help=(
                "list of erasures kept outside the backups: applied again first, then written anew"
            ),
        )

    def handle(self, *args: Any, **options: Any) -> None:
        journal, now = options["journal"], timezone.now()
        before = self.read(journal)
        found = list(due(timezone.localdate()))
        counts = Counter(item.rule for item in found)
        words = ", ".join(f"{rule}: {number}" for rule, number in sorted(counts.items())) or "niets"
        over = contracts_over(timezone.localdate())
        if options["dry_run"]:
            for item in found:
                self.stdout.write(
                    f"{item.version.fulfilment_id}/{item.version.number} {item.rule} {item.since}"
                )
            self.stdout.write(f"Zou wissen: {words}.")
            return
        forget_persons(over)
        erase_expired(now)
        try:
            erase_again([*before, *listed()], at=now)
            if erase(found, at=now):
                note(AuditKind.ERASED)
        except WrongFolder:
            raise CommandError(
                "De map met bewijsstukken is weg, of er staat een andere op zijn plaats."
            ) from None
        self.keep_pages_only()
        if journal:
            rows = [
                json.dumps({"subject": SUBJECT, "number": number})
                for number in sorted({*before, *listed()})
            ]
            journal.write_text("\n".join(rows) + "\n", encoding="utf-8")
        self.stdout.write(f"Gewist: {words}.")

    def keep_pages_only(self) -> None:
        drawn = kept = 0
        for evidence in kept_as_sent():
            try:
                redraw(evidence)
                drawn += 1
            except (Refused, OSError):
                kept += 1
        if drawn or kept:
            self.stdout.write(
                f"Bewijsstukken als getekende bladzijden bewaard: {drawn}; niet te tekenen: {kept}."
            )

    def read(self, journal: Path | None) -> list[int]:
        if journal is None or not journal.exists():
            return []
        try:
            rows = [
                json.loads(line)
                for line in journal.read_text(encoding="utf-8").splitlines()
                if line
            ]
            return [int(row["number"]) for row in rows if row["subject"] == SUBJECT]
        except (ValueError, KeyError, TypeError):
            raise CommandError(f"Dit bestand is geen lijst van wissingen: {journal}") from None
