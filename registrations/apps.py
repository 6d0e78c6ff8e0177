from django.apps import AppConfig


class RegistrationsConfig(AppConfig):
    name = "registrations"

    def ready(self) -> None:
        from . import limits, places  # noqa: F401  (both register their periodic work)
