"""Freezing the presence of a day: what the records say becomes a version that nobody can change unseen."""

import hashlib
import json
from datetime import date, datetime
from typing import Any

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from events.models import Event
from events.where import where_in_words

from ..attendance import DayRow, day_list
from ..exceptions import DayNotBegun, NotADayOfTheEvent
from ..models import AttendanceRecord, Registration, Signature, SignedList
from ..paper.lists import frozen_list
from .acts import digests
from .canonical import canonical, code_of, hash_of, instant, plain, salt
from .exceptions import MadeMeanwhile, NobodyThere, NothingChanged

FORMAT = "trajectum signed list 1"
_ONLINE = (AttendanceRecord.How.JOINED, AttendanceRecord.How.ONLINE_REPORT)


def freeze(event: Event, day: date, *, by: Any, at: datetime | None = None) -> SignedList:
    """Freeze who was there on a day, as the records say at an instant, and return that version with its PDF.

    The PDF is in the current language. `event` comes with its page data; `at` is an aware datetime and defaults to
    now. Raises NotADayOfTheEvent, DayNotBegun, NobodyThere, NothingChanged when the latest version says the same,
    MadeMeanwhile, and as `paper.setting.pdf` does.
    """
    at = (at or timezone.now()).replace(microsecond=0)
    if day not in event.days:
        raise NotADayOfTheEvent(day)
    if at.astimezone(event.zone).date() < day:
        raise DayNotBegun(day)
    rows = day_list(event, day)
    people = people_of(rows)
    if not people:
        raise NobodyThere(day)
    previous = SignedList.objects.of_day(event, day).last()
    if previous and people == people_in(previous):
        raise NothingChanged(previous)
    signed_list = SignedList(
        event=event,
        day=day,
        version=previous.version + 1 if previous else 1,
        previous=previous,
        people=len(people),
        unsigned=sum(_signs_on_paper(row, event) for row in rows),
        frozen_at=at,
        frozen_by=by,
    )
    signed_list.content = canonical(
        {
            "format": FORMAT,
            "salt": salt(),
            "event": {
                "uid": str(event.uid),
                "title": event.title,
                "project": event.project.acronym,
                "place": where_in_words(event, "en"),
                "time_zone": event.zone.key,
            },
            "day": day.isoformat(),
            "version": signed_list.version,
            "previous": previous.sha256 if previous else "",
            "frozen_at": instant(at),
            "with_a_place": len(rows),
            "unsigned": signed_list.unsigned,
            "acts": digests(event, day),
            "people": people,
        }
    )
    signed_list.sha256 = hash_of(signed_list.content)
    signed_list.code = code_of(signed_list.sha256)
    # Before the transaction: while a file is set, nobody else should wait.
    content = frozen_list(signed_list, people)
    signed_list.file_sha256, signed_list.octets = hashlib.sha256(content).hexdigest(), len(content)
    signed_list.file.save("list.pdf", ContentFile(content), save=False)
    try:
        with transaction.atomic():
            signed_list.save()
    except IntegrityError:
        signed_list.file.delete(save=False)
        raise MadeMeanwhile(day) from None
    return signed_list


def people_of(rows: tuple[DayRow, ...]) -> list[dict[str, Any]]:
    """Return everybody who was there, in the order of the list, as the content holds them."""
    people = [
        {
            "name": row.name,
            "organisation": row.organisation,
            "country": row.country,
            "in": instant(row.first_in),
            "out": instant(row.last_out),
            "minutes": row.minutes,
            "how": row.how,
            "signature": _signature(row.signature),
        }
        for row in rows
        if row.first_in is not None
    ]
    return list(plain(people))


def _signs_on_paper(row: DayRow, event: Event) -> bool:
    """Whether somebody was in the room and did not sign on a screen. Whoever took part online can sign nowhere."""
    if row.first_in is None or row.signature is not None or event.mode == Event.Mode.ONLINE:
        return False
    return row.how not in _ONLINE and row.registration.mode != Registration.Mode.ONLINE


def _signature(signature: Signature | None) -> dict[str, str] | None:
    if signature is None:
        return None
    return {"typed": signature.typed} if signature.typed else {"path": signature.path}


def people_in(signed_list: SignedList) -> list[dict[str, Any]] | None:
    """Return the people whom a version holds, or None when it cannot be read any more."""
    try:
        return list(json.loads(signed_list.content)["people"])
    except (ValueError, KeyError, TypeError):
        return None
