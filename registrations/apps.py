from django.apps import AppConfig


class RegistrationsConfig(AppConfig):
    name = "registrations"

    def ready(self) -> None:
        # They register their periodic work, and who may see what is unlisted.
        from . import admission, delegations, interests, inviting, places, plan_changes, private_feeds  # noqa: F401
