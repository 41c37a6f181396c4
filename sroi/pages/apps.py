"""The roof as an app; here mail hears that something happened."""

from typing import Any

from django.apps import AppConfig
from django.conf import settings


class PagesConfig(AppConfig):
    name = "sroi.pages"
    label = "pages"

    def ready(self) -> None:
        from sroi.history.events import happened

        happened.connect(tell_soon, dispatch_uid="mail")


def tell_soon(**kwargs: Any) -> None:
    """In the background, for who wants to know at once; a demonstration sends nothing."""
    from sroi.pages.mail.sending import tell

    if not settings.DEMO:
        tell.enqueue()
