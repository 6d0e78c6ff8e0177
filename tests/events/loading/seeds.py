"""The file of the four real projects, and what tests read in it."""

from typing import Any

from django.conf import settings

SEED = settings.BASE_DIR / "events" / "data" / "seed_projects.json"


def event_of(content: dict[str, Any], key: str) -> dict[str, Any]:
    """Return the record of one event in the content of the file."""
    return next(event for project in content["projects"] for event in project["events"] if event["id"] == key)
