"""Freezing a report: what it says at its cut-off becomes a version that nobody changes, kept for ever."""

import json
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone, translation

from registrations.proof.canonical import hash_of

from ..exceptions import CutOffTooEarly, FrozenMeanwhile, NothingNew, ReasonMissing
from ..models import FrozenReport
from .counted import AnyReport, says, since
from .document import FORMAT, instant, written

# What a version holds beside the document.
OF_THE_VERSION = "frozen"
# What a document holds by keys, and what of it each program has of its own accord.
_PARTS = ("facts", "numbers", "indicators", "gaps", "plots", "tables")
_MADE_BY_THE_PROGRAM = ("numbers", "plots", "tables")


def freeze(report: AnyReport, *, by: Any, because: str = "", at: datetime | None = None) -> FrozenReport:
    """Freeze what a report says, in the current language, and return that version.

    `because` says why there is another version; the first needs no reason. `at` is when it is frozen, an aware
    datetime that defaults to now; the cut-off is the report's own. Raises NothingNew, CutOffTooEarly, ReasonMissing
    and FrozenMeanwhile.
    """
    at = at or timezone.now()
    said = says(report)
    previous = report.subject.versions.first()
    if previous is not None:
        if report.at < previous.at:
            raise CutOffTooEarly
        if _without_instant(said) == _without_instant(document_in(previous)):
            raise NothingNew(previous.version)
        if not because.strip():
            raise ReasonMissing
    version = previous.version + 1 if previous else 1
    content = written(
        said
        | {
            OF_THE_VERSION: {
                "version": version,
                "previous": previous.sha256 if previous else "",
                "because": because.strip(),
                # Counted now, so that comparing needs no record.
                "since": since(report, previous.at) if previous else [],
                "frozen_at": instant(at),
            }
        }
    )
    frozen = FrozenReport(
        **report.subject.fields,
        version=version,
        previous=previous,
        at=report.at,
        because=because.strip(),
        content=content,
        sha256=hash_of(content),
        frozen_at=at,
        frozen_by=by,
    )
    try:
        with transaction.atomic():
            frozen.save()
    except IntegrityError:
        raise FrozenMeanwhile from None
    return frozen


def content_of(frozen: FrozenReport) -> dict[str, Any]:
    """Return what a version holds: its document, and under “frozen” what is said of the version."""
    return dict(json.loads(frozen.content))


def document_in(frozen: FrozenReport) -> dict[str, Any]:
    """Return the document of a version, as `document` made it."""
    return {key: value for key, value in content_of(frozen).items() if key != OF_THE_VERSION}


def is_intact(frozen: FrozenReport) -> bool:
    """Whether the content still has the hash that was stored with it, and follows the version before it."""
    if hash_of(frozen.content) != frozen.sha256:
        return False
    said = content_of(frozen)[OF_THE_VERSION]
    before = frozen.previous.sha256 if frozen.previous else ""
    return bool(said["version"] == frozen.version and said["previous"] == before)


def records_say_the_same(frozen: FrozenReport, again: AnyReport) -> bool:
    """Whether the report that is counted `again`, at the cut-off of a version, still says what that version says.

    Where it does not, something without a history was changed since: an event, a match, the border of a semester. What
    only a later program says, of another format, is no change of the records.
    """
    content = document_in(frozen)
    with translation.override(content["language"]):
        said = says(again)
    if content["format"] != FORMAT:
        said = _as_then(said, content) | {"format": content["format"]}
    return written(said) == written(content)


def _as_then(said: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
    """Return what is said today, without numbers, tables, plots and details that an earlier program did not know."""
    found = {}
    for name, parts in before.items():
        found[name] = said.get(name)
        if name not in _PARTS:
            continue
        then = {part["key"]: part for part in parts}
        # An indicator or a gap that is new comes from the records.
        is_kept = then.keys() if name in _MADE_BY_THE_PROGRAM else {part["key"] for part in said[name]}
        found[name] = [_part_as_then(part, then.get(part["key"])) for part in said[name] if part["key"] in is_kept]
    return found


def _part_as_then(part: dict[str, Any], then: dict[str, Any] | None) -> dict[str, Any]:
    if then is None:
        return part
    if part.get("shape") != then.get("shape"):
        # It is drawn in another way now; its numbers are in the tables.
        return then
    return {key: value for key, value in part.items() if key in then}


def _without_instant(said: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in said.items() if key != "at"}
