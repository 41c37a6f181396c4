from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from contracts.facts.door import hand_over_due


class Command(BaseCommand):
    help = "Give contracts to the adviser who was to look after them from today on."

    def handle(self, *args: Any, **options: Any) -> None:
        done, dropped = hand_over_due(timezone.now())
        self.stdout.write(f"Overgedragen: {done}. Vervallen: {dropped}.")
