"""Setting pages: data and one of our sheets in, a PDF or pictures out, within a time and a memory that end.

Typst itself has no limit of time, so it runs as a process that is killed when its time is over.
"""

import base64
import json
import logging
import subprocess
import sys
import threading
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils import timezone

from .exceptions import NotSet, TakesTooLong
from .letters import FONT_FOLDERS, cleaned

logger = logging.getLogger(__name__)

SHEETS = Path(__file__).parent / "sheets"
SECONDS = 30
MOST_MEMORY = 4 * 1024**3
# For archives (PDF/A-3, which may carry the data as a file) and for people who cannot see them (PDF/UA).
ARCHIVAL = ("a-3a", "ua-1")
READABLE = ("ua-1",)
# Of a picture that is printed: what an eye can see at reading distance.
PPI = 200

# More at once would only take memory: each sets its pages on all processors.
_at_work = threading.BoundedSemaphore(2)


def pdf(
    sheet: str,
    data: dict[str, Any],
    *,
    raw: dict[str, Any] | None = None,
    standards: tuple[str, ...] = READABLE,
    at: datetime | None = None,
    seconds: float = SECONDS,
) -> bytes:
    """Return the PDF of one of our sheets, by its name, with data that it knows.

    Each text in `data` is cleaned (letters.py); `raw` is handed on as it is: pictures, and files to attach. `at` is
    when the PDF says it was made, an aware datetime that defaults to now; the same data and instant give the same
    bytes. Raises TakesTooLong and NotSet.
    """
    task = {
        "standards": list(standards),
        "timestamp": int((at or timezone.now()).timestamp()),
        "data": {**cleaned(data), **(raw or {})},
    }
    return _made(sheet, task, seconds=seconds)


def pngs(pictures: Sequence[tuple[str, float, float]], *, seconds: float = SECONDS) -> list[bytes]:
    """Return pictures as PNG, each given as the text of its SVG and its width and height in millimetres.

    The same pictures give the same bytes. Raises as `pdf` does.
    """
    if not pictures:
        return []
    drawn = [{"svg": svg, "width": width, "height": height} for svg, width, height in pictures]
    made = _made("pictures", {"ppi": PPI, "timestamp": 0, "data": cleaned({"pictures": drawn})}, seconds=seconds)
    return [base64.b64decode(page) for page in json.loads(made)]


def _made(sheet: str, task: dict[str, Any], *, seconds: float) -> bytes:
    """Return what the setter makes of a task and a sheet."""
    task = task | {
        "sheet": str(SHEETS / f"{sheet}.typ"),
        "root": str(SHEETS),
        "fonts": [str(folder) for folder in FONT_FOLDERS],
        "memory": MOST_MEMORY,
    }
    command = [sys.executable, "-I", str(Path(__file__).parent / "setter.py")]
    with _at_work:
        try:
            done = subprocess.run(  # noqa: S603 - our own program, and nothing of what was typed is an argument
                command, input=json.dumps(task).encode(), capture_output=True, timeout=seconds
            )
        except subprocess.TimeoutExpired:
            raise TakesTooLong(sheet) from None
    if done.returncode < 0:
        raise TakesTooLong(sheet)
    if done.returncode:
        logger.error("The sheet %s was not set: %s", sheet, done.stderr.decode(errors="replace")[:2000])
        raise NotSet(sheet)
    return done.stdout
