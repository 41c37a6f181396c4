from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "sroi.accounts"
    label = "accounts"

    def ready(self) -> None:
        from sroi.accounts import audit  # noqa: F401  (they connect themselves)
        from sroi.accounts.second_factor import checks  # noqa: F401
