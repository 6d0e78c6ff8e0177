from django.apps import AppConfig


class RegistrationsConfig(AppConfig):
    name = "registrations"

    def ready(self) -> None:
        # They register their periodic work.
        from . import interests, places, plan_changes, private_feeds  # noqa: F401
