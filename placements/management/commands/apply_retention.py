from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from contracts.people.ending.door import accounts_over, invitations_over
from placements.evidence.door import kept_as_sent, redraw
from placements.retention.door import by_rule, due, erase_on_time, erase_users_on_time
from sroi.accounts.ending import erasures
from sroi.accounts.ending.erasing import log_over, sessions_over
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
            default=settings.ERASURE_JOURNAL,
            help=(
                "list of erasures kept outside the backups: applied again first, then written anew"
                " (default: ERASURE_JOURNAL)"
            ),
        )

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        today = timezone.localdate(now)
        users = of_users(now)
        if options["dry_run"]:
            found = list(due(today))
            for item in found:
                self.stdout.write(
                    f"{item.version.fulfilment_id}/{item.version.number} {item.rule} {item.since}"
                )
            self.stdout.write(f"Zou wissen: {in_words(by_rule(found), users)}.")
            return
        journal = options["journal"]
        try:
            if journal and journal.exists():
                erasures.take_up(journal)
            found = erase_on_time(at=now)
        except ValueError as error:
            raise CommandError(str(error)) from None
        except WrongFolder:
            raise CommandError(
                "De map met bewijsstukken is weg, of er staat een andere op zijn plaats."
            ) from None
        erase_users_on_time(at=now)
        self.keep_pages_only()
        if journal:
            erasures.write(journal)
        self.stdout.write(f"Gewist: {in_words(by_rule(found), users)}.")

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


def of_users(now: datetime) -> dict[str, int]:
    """How much there is to end of what is kept about users."""
    today = timezone.localdate(now)
    return {
        "accounts": len(accounts_over(today)),
        "invitations": invitations_over(today).count(),
        "sessions": sessions_over(now).count(),
        "log": log_over(now).count(),
    }


def in_words(*counts: dict[str, int]) -> str:
    found = [f"{what}: {number}" for each in counts for what, number in each.items() if number]
    return ", ".join(found) or "niets"
