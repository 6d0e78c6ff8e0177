from django.apps import AppConfig
from django.core.signals import request_started


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from . import background, housekeeping, limits  # noqa: F401  (they register their periodic work)

        request_started.connect(background.ensure_running, dispatch_uid="accounts.background")
