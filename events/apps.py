from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "events"

    def ready(self) -> None:
        from . import held, signals  # noqa: F401 - importing what is done again and again registers it

        signals.connect()
