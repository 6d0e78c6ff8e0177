"""The event kinds that every installation starts with."""

import json
from pathlib import Path

from ..models import EventKind

KINDS = Path(__file__).resolve().parent.parent / "data" / "kinds.json"


def load_kinds() -> list[EventKind]:
    """Create the kinds that are missing, and return those.

    A kind that is there stays as it is: its names and switches belong to the administrators from then on.
    """
    known = set(EventKind.objects.values_list("slug", flat=True))
    kinds = json.loads(KINDS.read_text(encoding="utf-8"))
    return [EventKind.objects.create(**kind) for kind in kinds if kind["slug"] not in known]
