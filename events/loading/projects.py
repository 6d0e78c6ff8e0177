"""Storing what a file of projects holds, so that loading the same file again writes nothing."""

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from django.db import models
from django.db.models import F
from django.utils.text import slugify

from projects.models import GoodPractice, Organisation, Partner, Phase, Programme, Project, Semester
from projects.search import fold
from venues.models import Site, Venue

from ..models import ChoiceGroup, Event, EventKind, PlanChange, Session
from ..signals import calendar_changes_at_once
from .histories import Change, changes_to
from .kinds import load_kinds
from .reading import FileRefused, read_file
from .records import (
    EventRecord,
    FileRecord,
    PartnerRecord,
    PlaceRecord,
    PracticeRecord,
    ProjectRecord,
    SessionRecord,
    read_records,
)
from .tally import Tally

# An event keeps its calendar identity when an installation is set up anew from the same file.
IDENTITIES = uuid.UUID("5a1c5f0e-5f0a-5b5e-9a2d-3f6f1c0f7a11")

# Words in a name that leave no doubt about the kind of an organisation, in English as the files are.
_KINDS = (
    (r"\bUniversity\b", Organisation.Kind.RESEARCH),
    (r"^Municipality of |\bMunicipality$|\bCity (Council|Government)$", Organisation.Kind.LOCAL_AUTHORITY),
    (r"^(Region|Province) of |\bRegion$|\bVoivodeship$|^Regional Council ", Organisation.Kind.REGIONAL_AUTHORITY),
    (r"\bregional ministry\b", Organisation.Kind.REGIONAL_AUTHORITY),
    (r"\bAgency\b", Organisation.Kind.AGENCY),
    (r"\bAssociation\b", Organisation.Kind.ASSOCIATION),
)
_SLUG_LENGTH = 100
# Positions that no programme reaches: a session waits there while another one still has the position it moves to.
_ASIDE = 20_000


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load found in the file and did with it."""

    records: FileRecord
    tally: Tally


def load_projects(path: Path, *, tell: Callable[[str], object] = lambda line: None) -> Loaded:
    """Bring the model to what the file says; a second time nothing is written.

    `tell` gets a line for each project that is done. Raises FileRefused with everything that is wrong with the file;
    nothing was changed then.
    """
    content = read_file(path)
    tally = Tally()
    with calendar_changes_at_once():
        tally.created.update(type(kind) for kind in load_kinds())
        records, problems = read_records(content, _kinds_by_word())
        problems += _problems_with_what_is_here(records)
        if problems:
            raise FileRefused(problems)
        loading = _Loading(tally)
        for project in records.projects:
            loading.store(project)
            tell(
                f"{project.acronym}: {len(project.partners)} partners, {len(project.practices)} good practices, "
                f"{len(project.events)} events, {sum(len(event.sessions) for event in project.events)} sessions"
            )
    return Loaded(records, tally)


def _kinds_by_word() -> dict[str, EventKind]:
    kinds: dict[str, EventKind] = {}
    for kind in EventKind.objects.all():
        for word in (*kind.other_names, kind.name, kind.slug):
            kinds[word.casefold().replace("_", "-")] = kind
    return kinds


def _problems_with_what_is_here(records: FileRecord) -> list[str]:
    """A project, a practice or an event of the file may not meet one with the same identity that has another origin."""
    problems = []
    for record in records.projects:
        other = Project.objects.filter(acronym=record.acronym).exclude(source_key=record.source_key).first()
        if other:
            problems.append(f"{record.where}, field acronym: another project called “{record.acronym}” is here already")
        for model, rows in ((Partner, record.partners), (Event, record.events)):
            elsewhere = (
                model._default_manager.filter(source_key__in=[row.source_key for row in rows])
                .exclude(project__source_key=record.source_key)
                .values_list("source_key", flat=True)
            )
            taken = set(elsewhere)
            problems += [
                f"{row.where}, field id: “{row.source_key}” belongs to another project here"
                for row in rows
                if row.source_key in taken
            ]
    return problems


class _Loading:
    """One run: what it wrote, and the places it has seen."""

    def __init__(self, tally: Tally) -> None:
        self.tally = tally
        self.places: dict[tuple[type[models.Model], tuple[str, str, str]], Any] = {}

    def store(self, record: ProjectRecord) -> None:
        put, where = self.tally.put, record.where
        programme = Programme.objects.filter(name=record.programme).first() or put(
            Programme, None, where=where, name=record.programme, slug=_unused_slug(Programme, record.programme)
        )
        found = Project.objects.filter(source_key=record.source_key).first()
        project = put(
            Project,
            found,
            where=where,
            **({} if found else {"source_key": record.source_key, "slug": _unused_slug(Project, record.acronym, 50)}),
            **_values(record, "acronym", "full_name", "call", "theme", "summary", "sources", "note"),
            programme=programme,
            practices_reported=record.practices_reported,
            translations=_with_summaries(found, record.summaries),
        )
        self._phases_and_semesters(project, record)
        partners = self._partners(project, record.partners)
        self._practices(project, record.practices, partners)
        self._events(project, record.events, partners)

    def _phases_and_semesters(self, project: Project, record: ProjectRecord) -> None:
        phases = {phase.position: phase for phase in project.phases.all()}
        for position, phase in enumerate(record.phases, 1):
            values = _values(phase, "name", "starts_on", "ends_on", "note", "sources")
            self.tally.put(
                Phase, phases.pop(position, None), where=phase.where, project=project, position=position, **values
            )
        semesters = {semester.number: semester for semester in project.semesters.all()}
        for semester in record.semesters:
            values = _values(semester, "number", "starts_on", "ends_on", "theme", "basis")
            self.tally.put(
                Semester, semesters.pop(semester.number, None), where=semester.where, project=project, **values
            )
        for row in (*phases.values(), *semesters.values()):
            self.tally.vanished.append(f"{row._meta.verbose_name} “{row}”")

    def _partners(self, project: Project, records: list[PartnerRecord]) -> dict[str, Partner]:
        here = {partner.source_key: partner for partner in project.partners.select_related("organisation")}
        former = next((partner for partner in here.values() if partner.is_lead), None)
        if former and any(record.is_lead and record.source_key != former.source_key for record in records):
            # There is one lead partner at each moment: the former one steps back first.
            Partner.objects.filter(pk=former.pk).update(is_lead=False)
        partners = {}
        for record in records:
            found = here.pop(record.source_key, None)
            partners[record.source_key] = self.tally.put(
                Partner,
                found,
                where=record.where,
                **_identity(Partner, found, record.source_key, f"{project.slug} {_without_brackets(record.name)}"),
                project=project,
                organisation=self._organisation(record, found),
                **_values(record, "number", "is_lead", "sources", "note"),
            )
        self._tell_vanished(here)
        return partners

    def _organisation(self, record: PartnerRecord, partner: Partner | None) -> Organisation:
        values = _values(record, "name", "other_names", "city", "region", "nuts", "country", "latitude", "longitude")
        same = Organisation.objects.filter(name=record.name, city=record.city, country=record.country).first()
        found = partner.organisation if partner else same
        if found is None:
            # Afterwards the kind belongs to whoever knows better.
            values["kind"] = next((kind for words, kind in _KINDS if re.search(words, record.name)), "")
        return self.tally.put(Organisation, found, where=record.where, **values)

    def _practices(self, project: Project, records: list[PracticeRecord], partners: dict[str, Partner]) -> None:
        here = {practice.source_key: practice for practice in project.practices.all()}
        for record in records:
            # Practices have no key in the file: their name within the project is their identity.
            key = f"{project.source_key}:{_slug(record.name)}"[:100]
            self.tally.put(
                GoodPractice,
                here.pop(key, None),
                where=record.where,
                source_key=key,
                project=project,
                owner=partners.get(record.owner),
                **_values(record, "name", "summary", "sources", "note"),
            )
        self._tell_vanished(here)

    def _events(self, project: Project, records: list[EventRecord], partners: dict[str, Partner]) -> None:
        here = {
            event.source_key: event
            for event in project.events.select_related("venue").prefetch_related("changes", "sessions", "choice_groups")
        }
        for record in records:
            self._event(project, record, here.pop(record.source_key, None), partners)
        self._tell_vanished(here)

    def _event(self, project: Project, record: EventRecord, found: Event | None, partners: dict[str, Partner]) -> None:
        plan: dict[str, Any] = {
            **_values(record, "status", "date_precision", "starts_on", "ends_on", "start_time", "end_time"),
            **_values(record, "time_zone", "mode"),
            "venue": self._place(Venue, record.place, record.where),
        }
        other = {
            **_values(record, "kind", "number", "title", "stated_semester", "audience", "online_platform"),
            **_values(record, "reported_participants", "reported_participants_note", "sources", "note"),
            "host": partners.get(record.host),
        }
        changes = list(changes_to(Event(**plan).plan, record.history))
        if found is None:
            event = self.tally.put(
                Event,
                None,
                where=record.where,
                **_identity(Event, None, record.source_key, f"{project.slug} {record.title}"),
                uid=uuid.uuid5(IDENTITIES, record.source_key),
                project=project,
                sequence=len(changes),
                **plan,
                **other,
            )
            self._changes(event, [], changes, record.where)
        else:
            event = found
            stored = list(found.changes.all())
            if found.status == Event.Status.HELD and plan["status"] == Event.Status.ANNOUNCED:
                # “Not known” in the file says nothing against somebody who noted here that it took place.
                plan["status"] = found.status
            if any(not change.sources for change in stored):
                # Changes from a file name their source; this one was made here, and the file knows nothing of it.
                self.tally.kept.append(f"{found} ({record.source_key})")
                self.tally.put(Event, found, where=record.where, **other)
            else:
                is_replanned = found.plan != Event(**plan).plan
                # Calendars move an entry only to a higher SEQUENCE.
                sequence = max(found.sequence + is_replanned, len(changes))
                self.tally.put(Event, found, where=record.where, sequence=sequence, **plan, **other)
                self._changes(event, stored, changes, record.where)
        self._sessions(event, record)

    def _changes(self, event: Event, stored: list[PlanChange], changes: list[Change], where: str) -> None:
        here = {change.number: change for change in stored}
        for number, change in enumerate(changes, 1):
            self.tally.put(
                PlanChange,
                here.pop(number, None),
                where=f"{where}.history",
                event=event,
                number=number,
                before=change.before.to_json(),
                after=change.after.to_json(),
                **_values(change, "changed_at", "announced", "note", "sources"),
            )
        for stale in here.values():
            self.tally.remove(stale)

    def _sessions(self, event: Event, record: EventRecord) -> None:
        groups = self._groups(event, record)
        here = {session.pk: session for session in event.sessions.all()}
        from_file = {pk: session for pk, session in here.items() if session.is_from_file}
        # A session has no key in the file. It is known again by its title and day, else by its place in the programme.
        matched: list[Session | None] = [
            _taken(from_file, title=session.title, day=session.day) for session in record.sessions
        ]
        for index, session in enumerate(matched):
            if session is None:
                matched[index] = _taken(from_file, position=index + 1)
        for session in matched:
            if session is not None:
                del here[session.pk]
        self._make_way(matched, here)
        for position, (session_record, found) in enumerate(zip(record.sessions, matched, strict=True), 1):
            self._session(event, position, session_record, found, groups)
        for session in from_file.values():
            self.tally.vanished.append(f"session “{session}” of {event}")

    def _make_way(self, matched: list[Session | None], others: dict[int, Session]) -> None:
        """Free the positions that sessions are about to take; two rows never have the same one."""
        moved = [s for position, s in enumerate(matched, 1) if s is not None and s.position != position]
        last = len(matched)
        for session in moved:
            session.position += _ASIDE
            Session.objects.filter(pk=session.pk).update(position=session.position)
        # What was added here by hand, or left the file, comes after what the file holds.
        free = max([last, *(s.position for s in others.values())]) + 1
        for session in others.values():
            if session.position <= last:
                session.position, free = free, free + 1
                session.save()

    def _session(
        self,
        event: Event,
        position: int,
        record: SessionRecord,
        found: Session | None,
        groups: dict[str, ChoiceGroup],
    ) -> None:
        is_steering = record.kind == Session.Kind.STEERING_GROUP
        self.tally.put(
            Session,
            found,
            where=record.where,
            event=event,
            position=position,
            is_from_file=True,
            site=self._place(Site, record.place, record.where) if record.visits else None,
            venue=None if record.visits else self._place(Venue, record.place, record.where),
            choice_group=groups.get(record.group),
            audience=Session.Audience.STEERING_GROUP if is_steering else Session.Audience.EVERYONE,
            **_values(record, "day", "start_time", "end_time", "kind", "title", "speaker", "note"),
        )

    def _groups(self, event: Event, record: EventRecord) -> dict[str, ChoiceGroup]:
        here = {group.name: group for group in event.choice_groups.all()}
        groups = {}
        for name, pick in record.groups.items():
            shown = _group_name(name)
            groups[name] = self.tally.put(
                ChoiceGroup, here.pop(shown, None), where=record.where, event=event, name=shown, pick=pick
            )
        return groups

    def _place(self, model: type[models.Model], record: PlaceRecord | None, where: str) -> Any:
        """The venue or site of this name and town; one row for all events that meet there."""
        if record is None:
            return None
        key = (model, record.key)
        has_coordinates = record.latitude is not None
        place = self.places.get(key)
        if place is not None and (place.latitude is not None or not has_coordinates):
            return place
        here: Any = model._default_manager.filter(**_values(record, "name", "city", "country"))
        found = place or here.order_by(F("merged_into").asc(nulls_first=True)).first()
        if found is not None and found.merged_into_id is not None:
            # Somebody saw that it is another place of ours; what they wrote down of that one stays.
            self.places[key] = found.kept
            return self.places[key]
        values = _values(record, "name", "city", "country")
        if has_coordinates:
            # A session names its town without coordinates; that takes none away.
            values |= _values(record, "latitude", "longitude", "coordinates_note")
        self.places[key] = self.tally.put(model, found, where=where, **values)
        return self.places[key]

    def _tell_vanished(self, rows: dict[str | None, Any]) -> None:
        """Rows that came from a file and are not in this one; what was typed in here has no key."""
        self.tally.vanished += [f"{row._meta.verbose_name} “{row}” ({key})" for key, row in rows.items() if key]


def _values(record: Any, *names: str) -> dict[str, Any]:
    known = {field.name for field in fields(record)}
    return {name: getattr(record, name) for name in names if name in known}


def _identity(model: type[models.Model], found: models.Model | None, key: str, text: str) -> dict[str, str]:
    """The key and the address of a new row. Once given, an address never changes, whatever becomes of the title."""
    return {} if found else {"source_key": key, "slug": _unused_slug(model, text)}


def _with_summaries(project: Project | None, summaries: dict[str, str]) -> dict[str, dict[str, str]]:
    """The translations of a project, with those of its summary as in the file."""
    translations = dict(project.translations) if project else {}
    for language, text in summaries.items():
        translations[language] = {**translations.get(language, {}), "summary": text}
    return translations


def _slug(text: str, longest: int = _SLUG_LENGTH) -> str:
    """Letters, digits and hyphens, cut between words: “2nd Łódź visit” → “2nd-lodz-visit”."""
    slug = slugify(fold(text))
    return slug if len(slug) <= longest else slug[: longest + 1].rpartition("-")[0] or slug[:longest]


def _unused_slug(model: type[models.Model], text: str, longest: int = _SLUG_LENGTH) -> str:
    slug = candidate = _slug(_without_brackets(text), longest - 3) or _slug(text, longest - 3) or "x"
    number = 1
    while model._default_manager.filter(slug=candidate).exists():
        number += 1
        candidate = f"{slug}-{number}"
    return candidate


def _without_brackets(text: str) -> str:
    """The text without its remarks in brackets, which would make an address long and say little."""
    return re.sub(r"\s*\([^()]*\)", "", text)


def _group_name(name: str) -> str:
    """“d2-morning” is short for “Day 2, morning”; other names are shown as they are."""
    match = re.fullmatch(r"d(\d+)(?:-(.+))?", name)
    if not match:
        return name
    return f"Day {match[1]}, {match[2]}" if match[2] else f"Day {match[1]}"


def _taken(rows: dict[int, Session], **values: Any) -> Session | None:
    """Take the first row with these values out of `rows`."""
    wanted = list(values.items())
    found = next((row for row in rows.values() if all(getattr(row, name) == value for name, value in wanted)), None)
    return rows.pop(found.pk) if found else None
