"""Two places that are one: finding them, joining them, and taking it back.

A merged place keeps its row and its texts; it is only no longer offered. What was at it is at the kept one, in one
transaction. The place is the same as before, so nobody is told and no SEQUENCE rises; calendars get the new words.
"""

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from typing import Any

from django.db.models import Q
from django.utils import timezone

from projects.search import fold
from venues.models import ACCESS_FIELDS, Place, Room, Site, Venue
from venues.outlines import KM_PER_DEGREE

from ..models import Event, PlaceMerge, Session
from ..signals import calendar_changes_at_once

# Two places that are nearer than this are likely one.
NEAR_METRES = 150

# What is chosen together, under the name of its first field: a street of one place in the town of another is none.
GROUPS: dict[str, tuple[str, ...]] = {
    "name": ("name",),
    "address": ("address", "city", "country"),
    "latitude": ("latitude", "longitude", "coordinates_note"),
    "directions": ("directions",),
    **{name: (name,) for name in ACCESS_FIELDS},
    "access": ("access",),
    "picture": ("picture", "picture_alternative", "picture_credit"),
}
GROUPS_OF: dict[type[Place], dict[str, tuple[str, ...]]] = {
    Venue: {**GROUPS, "hotels": ("hotels",)},
    Site: {
        **GROUPS,
        "needs_id": ("needs_id",),
        "needs_safety_shoes": ("needs_safety_shoes",),
        "forbids_photos": ("forbids_photos",),
        "instruction": ("instruction",),
    },
}


class MergeRefused(Exception):
    """The two places cannot become one."""


class SamePlace(MergeRefused):
    """A place cannot be merged with itself."""


class AlreadyMerged(MergeRefused):
    """One of the two turned out to be another place before."""


class UndoMergeRefused(Exception):
    """The merge cannot be taken back."""


class AlreadySeparate(UndoMergeRefused):
    """It was taken back before."""


class MergedOnward(UndoMergeRefused):
    """The kept place became part of another one since; that merge is taken back first."""


class NameTaken(UndoMergeRefused):
    """There is another place of that name and town by now."""


@dataclass(frozen=True, slots=True)
class LikelyDuplicates:
    """Two places that are likely one. `metres` is None where their names say so."""

    one: Place
    other: Place
    metres: int | None


def likely_duplicates(model: type[Venue] | type[Site], *, of: Place | None = None) -> list[LikelyDuplicates]:
    """Return pairs of places with one name in one town, or less than 150 m apart; `of` asks for those of one place.

    Case and accents do not count. Coordinates that are known for a town only say nothing about houses in it. Pairs that
    were merged and taken apart again are left out: somebody knows better.
    """
    places = {place.pk: place for place in model._default_manager.offered()}
    metres: dict[tuple[int, int], int | None] = {}
    for one, other in _near_each_other(places.values()):
        metres[one, other] = round(_metres(places[one], places[other]))
    for pair in _of_one_name(places.values()):
        metres[pair] = None
    separate = _taken_apart(model)
    pairs = sorted(pair for pair in metres if pair not in separate and (of is None or of.pk in pair))
    return [LikelyDuplicates(places[one], places[other], metres[one, other]) for one, other in pairs]


def groups_to_fill(kept: Place, other: Place) -> set[str]:
    """The groups of fields in which only the other place says something: they are taken from it unless refused."""
    return {
        name
        for name, fields in GROUPS_OF[type(kept)].items()
        if _is_empty(kept, fields) and not _is_empty(other, fields)
    }


def merge(
    kept: Venue | Site, other: Venue | Site, *, take: Collection[str] = (), by=None, at: datetime | None = None
) -> PlaceMerge:
    """Make two places one: what is at `other` moves to `kept`, and `other` is no longer offered.

    `take` names the groups of fields (GROUPS) whose values come from `other`. Rooms of one name become one; an empty
    number of seats or text of the kept room is filled from the other. Raises SamePlace or AlreadyMerged.
    """
    if type(kept) is not type(other) or kept.pk == other.pk:
        raise SamePlace
    with calendar_changes_at_once():
        kept, other = _locked(kept, other)
        if kept.merged_into_id is not None or other.merged_into_id is not None:
            raise AlreadyMerged
        is_venue = isinstance(kept, Venue)
        record = PlaceMerge(
            **{"venue": kept, "merged_venue": other} if is_venue else {"site": kept, "merged_site": other},
            merged_at=at or timezone.now(),
            merged_by=by,
        )
        other.merged_into = kept
        other.save(update_fields=["merged_into"])
        # Before the events: their search text has the name of the place.
        _take(record, kept, other, take)
        if isinstance(kept, Venue) and isinstance(other, Venue):
            record.events = _move_events(Event.objects.filter(venue=other), kept)
            record.sessions = _move_sessions(Session.with_deleted.filter(venue=other), "venue", kept)
            _move_rooms(record, kept, other)
        else:
            record.sessions = _move_sessions(Session.with_deleted.filter(site=other.pk), "site", kept)
        record.save()
    return record


def undo(record: PlaceMerge, *, by=None, at: datetime | None = None) -> None:
    """Take a merge back: each thing that it moved and that is still there goes back.

    What somebody changed since stays as they left it. Raises AlreadySeparate, MergedOnward or NameTaken.
    """
    with calendar_changes_at_once():
        kept, other = _locked(record.kept, record.other)
        record = PlaceMerge.objects.select_for_update(of=("self",)).get(pk=record.pk)
        if record.undone_at is not None:
            raise AlreadySeparate
        if kept.merged_into_id is not None:
            raise MergedOnward
        for name, value in record.after.items():
            if _plain(kept, name) == value:
                setattr(kept, name, record.before[name])
        _names_must_be_free(kept, other)
        kept.save()
        other.merged_into = None
        other.save(update_fields=["merged_into"])
        if isinstance(kept, Venue) and isinstance(other, Venue):
            _move_events(Event.objects.filter(pk__in=record.events, venue=kept), other)
            _move_sessions(Session.with_deleted.filter(pk__in=record.sessions, venue=kept), "venue", other)
            _move_rooms_back(record, kept, other)
        else:
            _move_sessions(Session.with_deleted.filter(pk__in=record.sessions, site=kept), "site", other)
        record.undone_at, record.undone_by = at or timezone.now(), by
        record.save(update_fields=["undone_at", "undone_by"])


# --- What moves --------------------------------------------------------------------------------------------------


def _locked(kept: Any, other: Any) -> tuple[Any, Any]:
    # In one order whoever asks: two people who merge the same two the other way round wait for each other.
    rows = type(kept).objects.select_for_update().filter(pk__in=[kept.pk, other.pk]).order_by("pk")
    found = {row.pk: row for row in rows}
    return found[kept.pk], found[other.pk]


def _take(record: PlaceMerge, kept: Place, other: Place, groups: Collection[str]) -> None:
    for group, fields in GROUPS_OF[type(kept)].items():
        if group in groups:
            for name in fields:
                before = _plain(kept, name)
                setattr(kept, name, getattr(other, name))
                if _plain(kept, name) != before:
                    record.before[name], record.after[name] = before, _plain(kept, name)
    if record.after:
        kept.save()


def _move_events(events: Iterable[Event], place: Venue) -> list[int]:
    moved = []
    for event in events:
        event.venue = place
        event.save(update_fields=["venue"])
        moved.append(event.pk)
    return moved


def _move_sessions(sessions: Iterable[Session], name: str, place: Place | Room) -> list[int]:
    # Deleted ones as well: they may come back, and then to the place that is offered.
    moved = []
    for session in sessions:
        setattr(session, name, place)
        session.save(update_fields=[name])
        moved.append(session.pk)
    return moved


def _move_rooms(record: PlaceMerge, kept: Venue, other: Venue) -> None:
    here = {fold(room.name): room for room in kept.rooms.all()}
    for room in other.rooms.all():
        twin = here.get(fold(room.name))
        if twin is None:
            room.venue = kept
            room.save(update_fields=["venue"])
            record.rooms.append(room.pk)
            continue
        joined: dict[str, Any] = {"room": room.pk, "into": twin.pk, "before": {}, "after": {}}
        for name in ("seats", "access"):
            if getattr(twin, name) in (None, "") and getattr(room, name) not in (None, ""):
                joined["before"][name], joined["after"][name] = getattr(twin, name), getattr(room, name)
                setattr(twin, name, getattr(room, name))
        if joined["after"]:
            twin.save()
        # The other room stays with the other venue, so that nothing of it is lost.
        joined["sessions"] = _move_sessions(Session.with_deleted.filter(room=room), "room", twin)
        record.joined_rooms.append(joined)


def _move_rooms_back(record: PlaceMerge, kept: Venue, other: Venue) -> None:
    for room in Room.objects.filter(pk__in=record.rooms, venue=kept):
        room.venue = other
        room.save(update_fields=["venue"])
        # Who was put into it since stays at the kept venue, in a room of that name there.
        left = Session.with_deleted.filter(room=room, venue=kept)
        if left.exists():
            stays, _made = Room.objects.get_or_create(
                venue=kept, name=room.name, defaults={"seats": room.seats, "access": room.access}
            )
            _move_sessions(left, "room", stays)
    for joined in record.joined_rooms:
        rooms = Room.objects.in_bulk([joined["into"], joined["room"]])
        if len(rooms) < 2:
            # One of them was deleted since.
            continue
        twin, parted = rooms[joined["into"]], rooms[joined["room"]]
        for name, value in joined["after"].items():
            if getattr(twin, name) == value:
                setattr(twin, name, joined["before"][name])
        if joined["after"]:
            twin.save()
        _move_sessions(Session.with_deleted.filter(pk__in=joined["sessions"], room=twin), "room", parted)


def _names_must_be_free(*places: Place) -> None:
    mine = [place.pk for place in places]
    for place in places:
        of_that_name = Q(name=place.name, city=place.city, country=place.country)
        if type(place)._default_manager.offered().filter(of_that_name).exclude(pk__in=mine).exists():
            raise NameTaken
    if len({(place.name, place.city, str(place.country)) for place in places}) < len(places):
        raise NameTaken


def _plain(place: Place, name: str) -> Any:
    """A value as JSON keeps it."""
    value = getattr(place, name)
    return str(value or "") if name in ("country", "picture") else value


def _is_empty(place: Place, fields: Iterable[str]) -> bool:
    return all(_says_nothing(place, name) for name in fields)


def _says_nothing(place: Place, name: str) -> bool:
    value = _plain(place, name)
    # “No” to a question with three answers is one; a rule that is not there says nothing.
    return value in (None, "") or (value is False and name not in ACCESS_FIELDS)


# --- Which are likely one ----------------------------------------------------------------------------------------


def _of_one_name(places: Iterable[Place]) -> Iterator[tuple[int, int]]:
    named = defaultdict(list)
    for place in places:
        named[" ".join(fold(place.name).split()), " ".join(fold(place.city).split())].append(place.pk)
    for keys in named.values():
        yield from combinations(sorted(keys), 2)


def _near_each_other(places: Iterable[Place]) -> Iterator[tuple[int, int]]:
    # Each is compared with those in its own field of the grid and around it. The fields are wide enough for Lapland.
    side = NEAR_METRES / 1000 / KM_PER_DEGREE
    grid = defaultdict(list)
    for place in places:
        if place.latitude is not None and place.longitude is not None and place.name and not place.coordinates_note:
            grid[math.floor(place.latitude / side), math.floor(place.longitude / (3 * side))].append(place)
    for (row, column), here in list(grid.items()):
        around = [
            place
            for near_row in (row - 1, row, row + 1)
            for near_column in (column - 1, column, column + 1)
            for place in grid.get((near_row, near_column), [])
        ]
        for one in here:
            for other in around:
                if one.pk < other.pk and _metres(one, other) <= NEAR_METRES:
                    yield one.pk, other.pk


def _metres(one: Place, other: Place) -> float:
    if one.latitude is None or one.longitude is None or other.latitude is None or other.longitude is None:
        return math.inf
    k = math.cos(math.radians(one.latitude))
    return math.hypot(one.latitude - other.latitude, (one.longitude - other.longitude) * k) * KM_PER_DEGREE * 1000


def _taken_apart(model: type[Venue] | type[Site]) -> set[tuple[int, int]]:
    names = ("venue", "merged_venue") if model is Venue else ("site", "merged_site")
    pairs = PlaceMerge.objects.filter(undone_at__isnull=False, **{f"{names[0]}__isnull": False}).values_list(*names)
    return {(min(pair), max(pair)) for pair in pairs}
