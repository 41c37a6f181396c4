from django.apps import AppConfig


class SroiConfig(AppConfig):
    name = "sroi"
    label = "sroi"

    def ready(self) -> None:
        from sroi.database import lookups  # noqa: F401  (they register themselves)
        from sroi.database.waiting import watch
        from sroi.server import checks  # noqa: F401

        watch(self)
