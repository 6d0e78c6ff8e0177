from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "events"

    def ready(self) -> None:
        from . import documents, held, programme_changes, signals  # noqa: F401  (two of them register periodic work)
        from .editing import drafts  # noqa: F401

        signals.connect()
        documents.connect()
