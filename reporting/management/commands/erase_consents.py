from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from reporting.stories.door import consents_over, forget_consents
from sroi.doors import Act


class Command(BaseCommand):
    help = (
        "Erase who gave consent for a story, once that was kept as long as the policy says; that"
        " there was consent, and when, stays."
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say how many there are")

    def handle(self, *args: Any, **options: Any) -> None:
        act = Act.of(None, timezone.now())
        if options["dry_run"]:
            self.stdout.write(f"Zou wissen: {len(consents_over(act.today))}.")
            return
        self.stdout.write(f"Gewist: {forget_consents(act)}.")
