"""Which pieces are in the folders of events, for whoever need not open them: is a ZIP older than its folder?"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from events.models import Document, Event
from registrations.models import OnlineReport, ScannedList, SignedList

from ..models import EvidencePack
from . import made
from .folder import Folder


@dataclass(frozen=True, slots=True)
class Since:
    """How many pieces came into a folder, and how many went, since a ZIP of it was made."""

    came: int
    went: int

    @property
    def is_older(self) -> bool:
        return bool(self.came or self.went)


@dataclass(frozen=True, slots=True)
class PackOf:
    """The newest ZIP of an event that is ready, and how its folder changed since; both None while there is none."""

    pack: EvidencePack | None = None
    since: Since | None = None


def since(pack: EvidencePack | None, folder: Folder) -> Since | None:
    """Return how a folder changed since a ZIP of it was made; None where there is none that is ready. No query."""
    return _since(pack, {item.piece for item in folder.items}) if pack and pack.is_ready else None


def packs_of(events: Collection[Event]) -> dict[int, PackOf]:
    """Return the newest ready ZIP of each event, by its key. Six queries, however many events there are."""
    ready = EvidencePack.objects.ready().filter(event__in=[event.pk for event in events]).order_by("asked_at", "pk")
    latest = {pack.event_id: pack for pack in ready}
    pieces = pieces_of([event for event in events if event.pk in latest])
    return {
        event.pk: PackOf(latest[event.pk], _since(latest[event.pk], pieces[event.pk]))
        if event.pk in latest
        else PackOf()
        for event in events
    }


def pieces_of(events: Collection[Event]) -> dict[int, set[str]]:
    """Return what `Item.piece` says of each item in the folders of these events, by the key of the event.

    Five queries, however many events there are. See also folder.py, which reads the folder of one event.
    """
    keys = [event.pk for event in events]
    found: dict[int, set[str]] = defaultdict(set)
    reports = OnlineReport.objects.filter(confirmed_at__isnull=False, taken_back_at=None)
    for files in (
        Document.objects.exclude(file=""),
        SignedList.objects.all(),
        ScannedList.objects.standing(),
    ):
        _add(found, files.filter(event__in=keys).order_by().values_list("event", "file"))
    for report in reports.filter(event__in=keys).only("event", "file", "file_name", "matches"):
        found[report.event_id].add(str(report.file.name))
        if report.matches:
            found[report.event_id].add(made.name_of_matches(report))
    for pk, names in made.names_for(events).items():
        found[pk].update(names)
    return found


def _add(found: dict[int, set[str]], rows: Iterable[tuple[int, str]]) -> None:
    for event, file in rows:
        found[event].add(file)


def _since(pack: EvidencePack, pieces: set[str]) -> Since:
    packed = set(pack.pieces)
    return Since(came=len(pieces - packed), went=len(packed - pieces))
