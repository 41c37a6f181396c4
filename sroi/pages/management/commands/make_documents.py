from typing import Any

from django.core.management.base import BaseCommand

from sroi.pages.help import guide as contractor_guide


class Command(BaseCommand):
    help = (
        "Make the documents of this release that everyone can fetch, where they are not kept yet."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        for language in contractor_guide.TITLES:
            contractor_guide.make_guide.call(language)
