"""Certificates of attendance: from the records only, for whoever was there long enough, each issue kept."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone, translation

from events.models import Event
from events.where import where_in_words

from ..attendance import minutes, programme_minutes
from ..models import Certificate, Registration
from .canonical import canonical, code_of, hash_of, instant, plain, salt
from .exceptions import MadeMeanwhile, NotEnough, NothingChanged, NotOver

FORMAT = "trajectum certificate 1"
# Of the minutes that the programme lasts, on all days together.
ENOUGH = 0.5


@dataclass(frozen=True, slots=True)
class Hours:
    """How long somebody was there, by day, and how long the whole programme lasts, in minutes."""

    by_day: dict[date, int]
    of_programme: int

    @property
    def total(self) -> int:
        return sum(self.by_day.values())

    @property
    def is_enough(self) -> bool:
        return self.total > 0 and self.total >= ENOUGH * self.of_programme


def hours_of(event: Event) -> dict[int, Hours]:
    """Return the hours of everybody who was there, by the primary key of their registration."""
    of_programme, days = sum(programme_minutes(event).values()), set(event.days)
    return {pk: Hours(_on(days, by_day), of_programme) for pk, by_day in minutes(event).items()}


def hours_of_one(registration: Registration) -> Hours:
    event = registration.event
    by_day = minutes(event).get(registration.pk, {})
    return Hours(_on(set(event.days), by_day), sum(programme_minutes(event).values()))


def _on(days: set[date], by_day: dict[date, int]) -> dict[date, int]:
    # What is on record for a day that the event has no more, since it moved, is no part of it.
    return {day: spent for day, spent in by_day.items() if day in days}


def latest(registration: Registration) -> Certificate | None:
    """Return the certificate that counts, or None while there is none."""
    return Certificate.objects.filter(registration=registration).order_by("number").last()


def issue(
    registration: Registration, *, by: Any = None, at: datetime | None = None, hours: Hours | None = None
) -> Certificate:
    """Issue a certificate from the records, in the language of the person, and return it.

    `by` is the organiser who does, None when the person gets it by themselves; `hours` where they are known already.
    Raises NotOver before the event is over, NotEnough, NothingChanged when the latest one says the same, and
    MadeMeanwhile.
    """
    event = registration.event
    at = (at or timezone.now()).replace(microsecond=0)
    if not event.is_over(at=at):
        raise NotOver(event)
    hours = hours or hours_of_one(registration)
    if not registration.is_confirmed or not hours.is_enough:
        raise NotEnough(hours.total, hours.of_programme)
    previous = latest(registration)
    said = plain(what_it_says(registration, hours))
    if previous and said == {key: value for key, value in json.loads(previous.content).items() if key in said}:
        raise NothingChanged(previous)
    certificate = Certificate(
        registration=registration,
        number=previous.number + 1 if previous else 1,
        previous=previous,
        issued_at=at,
        issued_by=by,
    )
    certificate.content = canonical(
        {
            **said,
            "salt": salt(),
            "number": certificate.number,
            "previous": previous.sha256 if previous else "",
            "issued_at": instant(at),
        }
    )
    certificate.sha256 = hash_of(certificate.content)
    certificate.code = code_of(certificate.sha256)
    try:
        with transaction.atomic():
            certificate.save()
    except IntegrityError:
        raise MadeMeanwhile(registration) from None
    return certificate


def what_it_says(registration: Registration, hours: Hours) -> dict[str, Any]:
    """Return what a certificate says now, without what belongs to one issue of it."""
    event = registration.event
    with translation.override(registration.language):
        language = translation.get_language() or "en"
        return {
            "format": FORMAT,
            "language": language,
            "event": {
                "uid": str(event.uid),
                "title": event.in_language("title", language).text,
                "project": event.project.acronym,
                "place": where_in_words(event),
                "time_zone": event.zone.key,
                "first_day": event.starts_on.isoformat() if event.starts_on else "",
                "last_day": event.ends_on.isoformat() if event.ends_on else "",
            },
            "name": registration.name,
            "organisation": registration.organisation_name,
            "days": [{"day": day.isoformat(), "minutes": spent} for day, spent in sorted(hours.by_day.items())],
            "minutes": hours.total,
        }


def still_holds(certificate: Certificate) -> bool:
    """Whether its person may have a certificate by the records as they are today.

    How many minutes it says is not looked at: they change with every word about the programme that is put right.
    """
    registration = certificate.registration
    return registration.is_confirmed and hours_of_one(registration).is_enough


@dataclass(frozen=True, slots=True)
class Issued:
    """What issuing to everybody came to: how many are new, how many stayed, how many were there for too little."""

    new: int
    same: int
    too_little: int


def issue_to_all(event: Event, *, by: Any, at: datetime | None = None) -> Issued:
    """Issue certificates to everybody who was there long enough. Raises NotOver."""
    at = at or timezone.now()
    if not event.is_over(at=at):
        raise NotOver(event)
    hours = hours_of(event)
    new = same = too_little = 0
    for registration in event.registrations.confirmed().filter(pk__in=list(hours)).order_by("pk"):
        registration.event = event
        try:
            issue(registration, by=by, at=at, hours=hours[registration.pk])
            new += 1
        except (NothingChanged, MadeMeanwhile):
            same += 1
        except NotEnough:
            too_little += 1
    return Issued(new, same, too_little)


@dataclass(frozen=True, slots=True)
class Numbers:
    """How many people of an event were there, were there long enough, and have a certificate.

    `withdrawn` of those who have one were not there long enough by the records as they are now.
    """

    there: int
    enough: int
    issued: int
    withdrawn: int


def numbers_of(event: Event) -> Numbers:
    confirmed = set(event.registrations.confirmed().values_list("pk", flat=True))
    hours = {pk: of_one for pk, of_one in hours_of(event).items() if pk in confirmed and of_one.total}
    enough = {pk for pk, of_one in hours.items() if of_one.is_enough}
    issued = set(Certificate.objects.filter(registration__event=event).values_list("registration", flat=True))
    return Numbers(len(hours), len(enough), len(issued), len(issued - enough))
