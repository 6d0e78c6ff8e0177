from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "events"

    def ready(self) -> None:
        from . import evidence_guard, held, signals  # noqa: F401  (some of these register periodic work)
        from .editing import drafts  # noqa: F401
        from .programme import changes, documents  # noqa: F401

        signals.connect()
        documents.connect()
        evidence_guard.connect()
