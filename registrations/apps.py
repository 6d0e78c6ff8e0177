from django.apps import AppConfig


class RegistrationsConfig(AppConfig):
    name = "registrations"

    def ready(self) -> None:
        # They register their periodic work, who may see what is unlisted, and what follows from a change.
        from . import (  # noqa: F401
            admission,
            delegations,
            groups,
            interests,
            inviting,
            places,
            plan_changes,
            private_feeds,
            reminders,
        )
        from .online import counting
        from .proof import evidence
        from .questions import asked, files, forgetting  # noqa: F401

        files.connect()
        counting.connect()
        asked.connect()
        evidence.connect()
