"""A report as JSON: the very text whose hash a frozen report carries."""

from typing import Any

from ..document import written

MEDIA_TYPE = "application/json"


def report(document: dict[str, Any]) -> bytes:
    return written(document).encode()
