from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from contracts.people import notices
from placements.telling import lately
from sroi.pages.mail.sending import note, send_at_once, send_overviews
from sroi.server.outbox import send_due


class Command(BaseCommand):
    help = (
        "Send by mail what people want to be told at once and was not sent yet, and the overview of"
        " the week to who did not get it. Run it every hour or day; nobody gets anything twice."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.DEMO:
            raise CommandError("Dit is een demonstratie: er wordt geen mail verstuurd.")
        now = timezone.now()
        kept = send_due(now)
        note(now, lately())
        at_once, weekly = send_at_once(now), send_overviews(now)
        self.stdout.write(f"Verstuurd: {at_once.sent} berichten en {weekly.sent} weekoverzichten.")
        if unsure := notices.uncertain(now):
            self.stdout.write(
                f"Van {unsure} berichten is niet bekend of zij aankwamen; zij gaan niet nog eens"
                " weg."
            )
        if deferred := kept + at_once.deferred + weekly.deferred:
            raise CommandError(
                f"{deferred} mails zijn niet verstuurd: de mailserver werkt niet. Zij gaan later"
                " weg."
            )
