import json
from argparse import ArgumentParser
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from contracts.dossier.door import forget_persons
from contracts.people.door import (
    accounts_over,
    forget_accounts,
    forget_invitations,
    invitations_over,
)
from placements.evidence.door import kept_as_sent, redraw
from placements.retention.door import SUBJECT, contracts_over, due, erase, erase_again, listed
from placements.uploads.door import erase_expired
from sroi.accounts.audit import note
from sroi.accounts.erasing import SUBJECT as USERS
from sroi.accounts.erasing import (
    erase_accounts,
    erase_accounts_again,
    forget_log,
    forget_sessions,
    listed_accounts,
    log_over,
    sessions_over,
)
from sroi.accounts.models import AuditKind
from sroi.doors import Refused
from sroi.files.storage import WrongFolder


class Command(BaseCommand):
    help = (
        "Erase personal data whose time is over, of people placed and of users; what was erased"
        " before, and came back with a backup, is erased again. Of evidence that is still kept as"
        " it was sent only the pages are kept."
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
        words = ", ".join(f"{rule}: {number}" for rule, number in sorted(counts.items()))
        over, accounts = contracts_over(timezone.localdate()), accounts_over(timezone.localdate())
        words = ", ".join(filter(None, [words, *told_of_users(now, len(accounts))])) or "niets"
        if options["dry_run"]:
            for item in found:
                self.stdout.write(
                    f"{item.version.fulfilment_id}/{item.version.number} {item.rule} {item.since}"
                )
            self.stdout.write(f"Zou wissen: {words}.")
            return
        forget_persons(over)
        erase_expired(now)
        forget_invitations(timezone.localdate())
        forget_sessions(now)
        forget_log(now)
        again = sorted({*before[USERS], *listed_accounts()})
        forget_accounts([*again, *accounts])
        erase_accounts_again(again)
        erase_accounts(accounts, "no role")
        try:
            erase_again([*before[SUBJECT], *listed()], at=now)
            if erase(found, at=now):
                note(AuditKind.ERASED)
        except WrongFolder:
            raise CommandError(
                "De map met bewijsstukken is weg, of er staat een andere op zijn plaats."
            ) from None
        self.keep_pages_only()
        if journal:
            kept = {
                SUBJECT: {*before[SUBJECT], *listed()},
                USERS: {*before[USERS], *listed_accounts()},
            }
            rows = [
                json.dumps({"subject": subject, "number": number})
                for subject, numbers in kept.items()
                for number in sorted(numbers)
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

    def read(self, journal: Path | None) -> dict[str, list[int]]:
        """What the list outside the backups says, by subject."""
        found: dict[str, list[int]] = {SUBJECT: [], USERS: []}
        if journal is None or not journal.exists():
            return found
        try:
            rows = [
                json.loads(line)
                for line in journal.read_text(encoding="utf-8").splitlines()
                if line
            ]
            for row in rows:
                found.setdefault(row["subject"], []).append(int(row["number"]))
        except (ValueError, KeyError, TypeError):
            raise CommandError(f"Dit bestand is geen lijst van wissingen: {journal}") from None
        return found


def told_of_users(now: datetime, accounts: int) -> list[str]:
    """What ends of what is kept about users, where there is any."""
    counts = {
        "accounts": accounts,
        "invitations": invitations_over(timezone.localdate()).count(),
        "sessions": sessions_over(now).count(),
        "log": log_over(now).count(),
    }
    return [f"{what}: {number}" for what, number in counts.items() if number]
