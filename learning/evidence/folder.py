"""What is in the folder of an event, piece by piece of what its kind asks for."""

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from django.db.models.fields.files import FieldFile
from django.utils.translation import gettext

from events.models import Document, Event, EvidenceKind, EvidenceRemoval
from events.programme.documents import TYPES
from events.times import dates_in_words
from registrations.models import OnlineReport, ScannedList, SignedList

from ..models import PhotoConsent
from . import made

_CHUNK = 64 * 1024
# What no file system takes in a name, and what changes its meaning there.
_UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\u200b-\u200f\u202a-\u202e\u2066-\u2069]+')
_ENDS = {media_type: end for media_type, (_word, end) in TYPES.items()}


@dataclass(frozen=True, slots=True)
class Item:
    """One file of a folder: its path in the ZIP, what people call it, and a word about it.

    It is a stored file, or made from the records whenever it is read. `is_there` is False for a stored file that is
    lost. `document` is the document that it is, None for every other file; `made_as` the name of what is made.
    """

    path: str
    title: str
    about: str
    stored: FieldFile | None = None
    write: Callable[[], str] | None = None
    document: Document | None = None
    consent: "PhotoConsent | None" = None
    made_as: str = ""

    @property
    def key(self) -> str:
        """What names it in an address: the same as long as its path is."""
        return hashlib.sha256(self.path.encode()).hexdigest()[:20]

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]

    @property
    def piece(self) -> str:
        """What tells it from any other one of its event: where it is stored, or the name of what is made.

        See also pieces.py, which knows it of many events at once.
        """
        return str(self.stored.name) if self.stored is not None else self.made_as

    @property
    def is_there(self) -> bool:
        return self.stored is None or self.stored.storage.exists(str(self.stored.name))

    def chunks(self) -> Iterator[bytes]:
        """Give the bytes of the file piece by piece. Raises FileNotFoundError when a stored one is lost."""
        if self.write is not None:
            yield self.write().encode()
        elif self.stored is not None:
            with self.stored.storage.open(str(self.stored.name), "rb") as file:
                while chunk := file.read(_CHUNK):
                    yield chunk


@dataclass(frozen=True, slots=True)
class Section:
    """One piece of evidence: its files, whether the kind of the event asks for it, and what of it is missing."""

    key: str
    name: str
    is_due: bool
    items: tuple[Item, ...]
    missing: str = ""


@dataclass(frozen=True, slots=True)
class Folder:
    """`removed` is what was taken away, each with its reason."""

    event: Event
    sections: tuple[Section, ...]
    removed: tuple[EvidenceRemoval, ...] = ()

    @property
    def items(self) -> list[Item]:
        return [item for section in self.sections for item in section.items]

    @property
    def missing(self) -> list[Section]:
        """The pieces that are due and not there, or not whole."""
        return [section for section in self.sections if section.is_due and section.missing]

    def item(self, key: str) -> Item | None:
        return next((item for item in self.items if item.key == key), None)


@dataclass
class _Paths:
    """Gives each file a path of its own."""

    taken: set[str] = field(default_factory=set)

    def of(self, number: int, section: str, name: str) -> str:
        folder = f"{number:02}-{section.replace('_', '-')}"
        stem, dot, end = safe_name(name).rpartition(".")
        stem, end = (stem, dot + end) if dot and len(end) <= 5 else (stem + dot + end, "")
        path, n = f"{folder}/{stem}{end}", 1
        while path.casefold() in self.taken:
            n += 1
            path = f"{folder}/{stem}-{n}{end}"
        self.taken.add(path.casefold())
        return path


def safe_name(name: str) -> str:
    """Return a name that every file system takes and that cannot lead out of its folder."""
    name = _UNSAFE.sub("-", name).strip(" .-")
    return name[-120:].lstrip(" .-") or "file"


def folder_of(event: Event) -> Folder:
    """Return what is in the folder of an event now, in the order of what its kind asks for, then what else is there.

    Seven queries, however many files there are.
    """
    due = {each.key: str(each.name) for each in event.kind.evidence}
    names = {**due, **{key: str(name) for key, name in EvidenceKind.choices if key not in due}}
    found = _Found(event)
    sections, paths = [], _Paths()
    own = {one.evidence: one.evidence for one in found.documents if one.evidence and one.evidence not in names}
    for number, (key, name) in enumerate({**names, **own}.items(), start=1):
        items = tuple(found.items(key, number, paths))
        is_due = key in due
        if items or is_due:
            sections.append(Section(key, name, is_due, items, found.missing(key, items) if is_due else ""))
    others = tuple(found.others(len(sections) + 1, paths))
    if others:
        sections.append(Section("", gettext("Other documents"), False, others))
    return Folder(event, tuple(sections), tuple(found.removed()))


class _Found:
    """What is stored about an event, read once."""

    def __init__(self, event: Event) -> None:
        self.event = event
        documents = event.documents.select_related("session", "event").order_by("position", "pk")
        self.documents: list[Document] = [document for document in documents if document.file]
        self.lists = list(SignedList.objects.filter(event=event).order_by("day", "version"))
        self.scans = list(ScannedList.objects.standing().filter(event=event))
        self.reports = list(OnlineReport.objects.filter(event=event, confirmed_at__isnull=False, taken_back_at=None))
        self.consents = {mark.document_id: mark for mark in PhotoConsent.objects.filter(document__event=event)}
        self.made = made.made_for(event)

    def items(self, key: str, number: int, paths: _Paths) -> Iterator[Item]:
        if key == EvidenceKind.SIGNED_LISTS:
            yield from self._of_presence(number, paths)
        for page in self.made:
            if page.section == key:
                path = paths.of(number, key, page.name)
                yield self._made(page, path)
        for document in self.documents:
            if document.evidence == key:
                yield self._document(document, number, key, paths)

    def others(self, number: int, paths: _Paths) -> Iterator[Item]:
        for document in self.documents:
            if not document.evidence:
                yield self._document(document, number, "other", paths)

    def missing(self, key: str, items: tuple[Item, ...]) -> str:
        """Say what is missing of a piece that is due, or ""."""
        if lost := [item.title for item in items if not item.is_there]:
            return gettext("The file is lost: %(names)s") % {"names": ", ".join(lost)}
        if key == EvidenceKind.SIGNED_LISTS and (words := " ".join(self._lists_missing())):
            return words
        # Who may be shown is no photo, and our own page is no press.
        alone = key in (EvidenceKind.PHOTOS, EvidenceKind.PRESS)
        there = [item for item in items if not (alone and item.write is not None)]
        return "" if there else gettext("Nothing is there yet")

    def removed(self) -> Iterator[EvidenceRemoval]:
        """What was taken away and is not back: a deletion can be undone, and its reason stays stored."""
        there = {(document.file.name, document.evidence) for document in self.documents}
        for removal in self.event.evidence_removals.all():
            if (removal.stored_as, removal.evidence) not in there:
                yield removal

    def _lists_missing(self) -> Iterator[str]:
        """Say which days have no list, and which have one without all signatures. See also there.py."""
        latest = {one.day: one for one in self.lists}
        scanned = {scan.day for scan in self.scans}
        open_days = [day for day in self.event.days if day not in scanned]
        if without := [dates_in_words(day, day) for day in open_days if day not in latest]:
            yield gettext("No signed list of: %(days)s") % {"days": ", ".join(without)}
        if unsigned := [latest[day] for day in open_days if day in latest and latest[day].unsigned]:
            days = ", ".join(f"{dates_in_words(one.day, one.day)} ({one.unsigned})" for one in unsigned)
            yield gettext("Frozen, but without signatures, which a scan of the paper brings: %(days)s") % {"days": days}

    def _of_presence(self, number: int, paths: _Paths) -> Iterator[Item]:
        key = EvidenceKind.SIGNED_LISTS
        for one in self.lists:
            words = gettext("Version %(version)s, %(people)s people, to be verified with the code %(code)s")
            yield Item(
                paths.of(number, key, f"{one.day}-v{one.version}.pdf"),
                gettext("Attendance list of %(day)s") % {"day": dates_in_words(one.day, one.day)},
                words % {"version": one.version, "people": one.people, "code": one.code},
                stored=one.file,
            )
        for scan in self.scans:
            yield Item(
                paths.of(number, key, f"{scan.day}-{_with_end(scan.file_name, scan.file_type)}"),
                gettext("List signed on paper, %(day)s") % {"day": dates_in_words(scan.day, scan.day)},
                gettext("Scanned"),
                stored=scan.file,
            )
        for report in self.reports:
            yield Item(
                paths.of(number, key, _with_end(report.file_name, "text/csv")),
                gettext("Report of the online meeting"),
                report.product,
                stored=report.file,
            )
            if report.matches:
                report.event = self.event
                page = made.of_report(report)
                yield self._made(page, paths.of(number, key, page.name))

    def _made(self, page: made.MadePage, path: str) -> Item:
        return Item(path, page.title, gettext("Made from the records"), write=page.write, made_as=page.name)

    def _document(self, document: Document, number: int, key: str, paths: _Paths) -> Item:
        about = [TYPES.get(document.file_type, ("", ""))[0], document.session.title if document.session else ""]
        mark = self.consents.get(document.pk)
        if key == EvidenceKind.PHOTOS:
            about.append(str(mark.get_consent_display() if mark else gettext("Consent not checked yet")))
        return Item(
            paths.of(number, key, _with_end(document.file_name or document.title, document.file_type)),
            document.title,
            " · ".join(part for part in about if part),
            stored=document.file,
            document=document,
            consent=mark,
        )


def _with_end(name: str, media_type: str) -> str:
    end = ".csv" if media_type == "text/csv" else _ENDS.get(media_type, "")
    return name if not end or name.casefold().endswith(end) else f"{name}{end}"
