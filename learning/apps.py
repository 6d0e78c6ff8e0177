from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_delete, post_save


class LearningConfig(AppConfig):
    name = "learning"

    def ready(self) -> None:
        from .evidence import packs, there
        from .models import LearningOutcome

        there.connect()
        packs.connect()
        # The page of an event shows them, and is kept until something that it shows changes.
        for signal in (post_save, post_delete):
            signal.connect(_outcome_changed, sender=LearningOutcome, dispatch_uid="pages follow learning outcomes")


def _outcome_changed(**kwargs: Any) -> None:
    from events.models import CalendarState

    CalendarState.advance()
