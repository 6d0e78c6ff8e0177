from django.apps import AppConfig


class RegistrationsConfig(AppConfig):
    name = "registrations"

    def ready(self) -> None:
        from . import interests, limits, places, plan_changes  # noqa: F401  (they register their periodic work)
