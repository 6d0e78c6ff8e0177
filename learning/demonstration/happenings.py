"""The events of the made-up project: held, coming, moved, put off, cancelled, and not yet public."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from events.models import ChoiceGroup, Contribution, Document, Event, EventKind, EvidenceKind, Session, Speaker
from events.programme.pictures import initials

from ..models import LearningOutcome
from .delegations import TO_FOLLOW
from .project import CONTENT, SOURCE_KEY, TOWNS, Setting, month, town_only

IDENTITIES = uuid.UUID("0d9f3c52-7f0e-5a86-8a0b-3f7c1c1f4b60")

# The study visit that holds seats for partners.
VISIT = "meuse-counters"
# The event that was held online.
ONLINE = "meuse-counter"
# The conference that everybody can register for.
CONFERENCE = "meuse-conference"

TUESDAY, WEDNESDAY, THURSDAY = 1, 2, 3


@dataclass(frozen=True, slots=True)
class Happening:
    """An event that was stored, and how many people are to register for it."""

    event: Event
    guests: int
    waiting: int = 0
    # The share of those with a place who came, and of those who gave feedback; 0 for what is still to come.
    came: float = 0.0
    answered: float = 0.0
    # When people stopped registering before registration closed; None: they did not.
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """An event of the past: `after` days into its semester, then on to the next Tuesday."""

    key: str
    kind: str
    title: str
    town: str
    semester: int
    after: int
    guests: int
    days: int = 1
    number: int | None = None
    mode: str = Event.Mode.ON_SITE
    summary: str = ""
    audience: str = "partners and their stakeholders"
    # The town of the partner that carried the practices home.
    importing: str = ""
    practices: list[str] = field(default_factory=list)
    outcomes: list[str] = field(default_factory=list)
    translations: dict[str, dict[str, str]] = field(default_factory=dict)
    sessions: list[dict[str, Any]] = field(default_factory=list)
    came: float = 0.88
    answered: float = 0.6


def workday(day: date, weekday: int = TUESDAY) -> date:
    """The first day from `day` on that is this day of the week, and not in the holidays at the end of the year."""
    day += timedelta(days=(weekday - day.weekday()) % 7)
    while (day.month, day.day) >= (12, 19) or (day.month, day.day) <= (1, 6):
        day += timedelta(days=7)
    return day


class Diary:
    """Stores the events one after the other. `at` is the instant that counts as now."""

    def __init__(self, setting: Setting, at: datetime, organiser: Any) -> None:
        self.setting = setting
        self.at = at
        self.today = at.date()
        self.organiser = organiser
        self.kinds = {kind.slug: kind for kind in EventKind.objects.all()}

    def write(self) -> list[Happening]:
        """Store every event; return those that people register for."""
        self._kind_of_the_programme()
        happenings = [self._held(Held(**row)) for row in CONTENT["held"]]
        happenings.append(self._last_partner_meeting())
        happenings.append(self._conference())
        happenings.append(self._small_event())
        happenings.append(self._study_visit())
        happenings.append(self._import_workshop())
        happenings.append(self._online_event())
        happenings.append(self._moved())
        happenings.append(self._cancelled())
        happenings.append(self._postponed())
        self._save_the_date()
        self._draft()
        self._for_partners()
        self._by_invitation()
        self._with_approval()
        return happenings

    def _kind_of_the_programme(self) -> None:
        """A kind that only projects of the made-up programme are offered, as its officer would have added it."""
        EventKind.objects.get_or_create(
            slug="open-house",
            defaults={
                "programme": self.setting.project.programme,
                "name": "Open house",
                "plural": "Open houses",
                "names": {"it": "Porte aperte", "hu": "Nyílt nap"},
                "plurals": {"it": "Giornate a porte aperte", "hu": "Nyílt napok"},
                "counts_as": EventKind.Counting.PUBLIC,
                "is_public": True,
                "evidence_due": [EvidenceKind.INVITATION, EvidenceKind.PHOTOS, "Visitors’ book"],
            },
        )

    # What took place

    def _held(self, held: Held) -> Happening:
        starts_on = workday(self.setting.semesters[held.semester].starts_on + timedelta(days=held.after))
        is_online = held.mode == Event.Mode.ONLINE
        event = self._store(
            held.key,
            held.kind,
            held.town,
            held.title,
            status=Event.Status.HELD,
            number=held.number,
            summary=held.summary,
            audience=held.audience,
            translations=held.translations,
            mode=held.mode,
            venue=None if is_online else self.setting.venues.get(held.town) or town_only(held.town),
            online_platform="Video meeting of the host" if is_online else "",
            starts_on=starts_on,
            ends_on=starts_on + timedelta(days=held.days - 1),
            start_time=time(9, 30),
            end_time=time(16),
            feedback_days=28,
            importing_partner=self.setting.partners.get(held.importing),
            places=None if is_online else held.guests + 20,
        )
        if held.key == "counter":
            self._had_moved_online(event, starts_on)
        self._sessions(event, held.sessions)
        self._teaches(event, held.practices, held.outcomes)
        return Happening(event, held.guests, came=held.came, answered=held.answered)

    def _had_moved_online(self, event: Event, starts_on: date) -> None:
        """Give an event of the past the history that verbs would have written then."""
        told = datetime.combine(starts_on - timedelta(days=40), time(11), event.zone)
        Event.objects.filter(pk=event.pk).update(
            status=Event.Status.ANNOUNCED, mode=Event.Mode.ON_SITE, venue=self.setting.venues["Tartu"]
        )
        event.refresh_from_db()
        event.change_plan(
            tells=False,
            at=told,
            by=self.organiser,
            reason="More people wanted to come than the hall can hold.",
            mode=Event.Mode.ONLINE,
            venue=None,
        )
        event.hold()

    def _last_partner_meeting(self) -> Happening:
        starts_on = workday(self.today - timedelta(days=27), THURSDAY)
        event = self._store(
            "partner-meeting",
            "partner-meeting",
            "Nyíregyháza",
            "6th partner meeting",
            status=Event.Status.HELD,
            number=6,
            summary="Action plans side by side, and who does what at the final conference.",
            audience="partners",
            venue=self.setting.venues["Nyíregyháza"],
            starts_on=starts_on,
            ends_on=starts_on,
            start_time=time(9),
            end_time=time(17),
            feedback_days=42,
            places=50,
        )
        self._teaches(event, (), ("I know what my region still has to deliver.", "I can explain our action plan."))
        return Happening(event, 22, came=0.9, answered=0.4)

    # What people can register for

    def _conference(self) -> Happening:
        texts = dict(CONTENT["conference"])
        starts_on = workday(self.today + timedelta(days=68), WEDNESDAY)
        event = self._store(
            "conference",
            "final-conference",
            "Maastricht",
            **texts.pop("en"),
            description="On the first day, what worked and what did not; on the second, what comes next. Every talk is "
            "short, every track has a table where one can ask.\n\nYou choose your track, and the visit, when you "
            "register. The dinner and the visit are free of charge.",
            translations=texts,
            audience="everybody: towns, regions, schools, companies, associations",
            spoken_languages="English; interpreted into Dutch and Italian on the first day",
            bring="An identity card if you join the visit.",
            venue=self.setting.venues["Maastricht"],
            starts_on=starts_on,
            ends_on=starts_on + timedelta(days=1),
            start_time=time(9, 30),
            end_time=time(15),
            places=120,
            opened=21,
            feedback_days=28,
        )
        ChoiceGroup.objects.create(event=event, name="Parallel tracks", pick=1)
        self._sessions(event, CONTENT["programmes"]["conference"])
        opening = event.sessions.get(title="Welcome")
        for position, (title, session, visibility) in enumerate(
            [
                ("How to get to the dinner", None, Document.Visibility.REGISTERED),
                ("Slides of the opening", opening, Document.Visibility.PUBLIC),
            ],
            1,
        ):
            Document.objects.create(
                event=event, position=position, title=title, session=session, visibility=visibility, language="en"
            )
        self._teaches(
            event,
            self.setting.practices,
            (
                "I can name a practice that my organisation could take up.",
                "I can explain what it takes to carry a practice home.",
                "I know whom to ask in the region it comes from.",
            ),
        )
        return Happening(event, 64)

    def _small_event(self) -> Happening:
        """One place is left: whoever comes second is on the waiting list."""
        event = self._store(
            "round-table",
            "round-table",
            "Linköping",
            "Round table: what residents will not sort",
            summary="An evening with residents, collectors and the people at the belt. The room holds 50.",
            audience="residents and organisations around Linköping",
            venue=self.setting.venues["Linköping"],
            **self._one_day(32, THURSDAY, time(17), time(20)),
            places=50,
            opened=30,
            feedback_days=14,
        )
        self._teaches(event, ("Linköping",), ("I understand why some things are never sorted.",))
        return Happening(event, 49)

    def _study_visit(self) -> Happening:
        """All places are taken or held for partners, and three people wait."""
        day = workday(self.today + timedelta(days=44))
        event = self._store(
            "counters",
            "study-visit",
            "Tartu",
            "Study visit: behind the counters of Tartu",
            number=3,
            summary="A data centre, a sorting yard and a service point in two days, in a group of 24.",
            translations={
                "pt": {"title": "Visita de estudo: atrás dos balcões de Tartu"},
                "hu": {"title": "Tanulmányút: Tartu ügyfélpultjai mögött"},
            },
            audience="delegations of the partners",
            admission=Event.Admission.PARTNERS,
            spoken_languages="English, Estonian",
            bring="Identity card, closed shoes, a coat.",
            venue=self.setting.venues["Tartu"],
            starts_on=day,
            ends_on=day + timedelta(days=1),
            start_time=time(9),
            end_time=time(13),
            places=24,
            opened=25,
            feedback_days=28,
        )
        self._sessions(event, CONTENT["programmes"]["counters"])
        self._teaches(event, ("Tartu",), ("I can describe what happens behind the counter.",))
        return Happening(event, 24 - TO_FOLLOW, waiting=3)

    def _import_workshop(self) -> Happening:
        event = self._store(
            "import-workshop",
            "import-workshop",
            "Lousada",
            "Import workshop: neighbours at the counter come to Lousada",
            summary="Maastricht’s neighbours show how they help; Lousada decides what it takes over.",
            translations={
                "pt": {
                    "title": "Workshop de importação: os vizinhos ao balcão chegam a Lousada",
                    "summary": "Os vizinhos de Maastricht mostram como ajudam; Lousada decide o que adota.",
                    "audience": "pessoal de Lousada e os seus parceiros locais",
                }
            },
            importing_partner=self.setting.partners["Lousada"],
            audience="staff of Lousada and its stakeholders",
            spoken_languages="English, Portuguese",
            venue=self.setting.venues["Lousada"],
            **self._one_day(52, TUESDAY, time(10), time(17)),
            places=30,
            opened=10,
            feedback_days=28,
        )
        self._teaches(event, ("Maastricht",), ("I can list what must change before we copy it.",))
        return Happening(event, 13)

    def _online_event(self) -> Happening:
        event = self._store(
            "online",
            "thematic-event",
            "Thessaloniki",
            "Gardens, peelings and paperwork",
            number=3,
            mode=Event.Mode.ONLINE,
            summary="Two hours online on compost rules in seven countries.",
            themes="bio-waste, compost, permits",
            audience="everybody",
            spoken_languages="English; live captions in Greek",
            online_platform="Video meeting of the host",
            join_url="https://meet.example.org/peelings",
            **self._one_day(19, WEDNESDAY, time(14), time(16)),
            opened=28,
            feedback_days=14,
        )
        self._teaches(event, ("Thessaloniki",), ("I know which rule applies to my compost.",))
        return Happening(event, 43)

    # What did not go as planned

    def _moved(self) -> Happening:
        first = workday(self.today + timedelta(days=24))
        event = self._store(
            "van-seminar",
            "seminar",
            "Nyíregyháza",
            "Seminar: a workshop on wheels",
            summary="Costs, tools and insurance of the open workshop van.",
            venue=town_only("Nyíregyháza"),
            status=Event.Status.SAVE_THE_DATE,
            starts_on=first,
            ends_on=first,
            places=60,
            opened=35,
            feedback_days=28,
        )
        event.announce(
            tells=False,
            at=self.at - timedelta(days=36),
            by=self.organiser,
            venue=self.setting.venues["Nyíregyháza"],
            start_time=time(10),
            end_time=time(16),
        )
        day = workday(first + timedelta(days=9), THURSDAY)
        event.change_plan(
            tells=False,
            at=self.at - timedelta(days=6),
            by=self.organiser,
            reason="The railway is closed for works on the first date, so most guests could not come.",
            mode=Event.Mode.HYBRID,
            online_platform="Video meeting of the host",
            join_url="https://meet.example.org/van",
            starts_on=day,
            ends_on=day,
            start_time=time(9, 30),
            end_time=time(13),
            registration_closes_at=_evening(event, day - timedelta(days=3)),
            feedback_closes_on=day + timedelta(days=28),
        )
        self._teaches(event, ("Nyíregyháza",), ("I can say what the van costs in a year.",))
        return Happening(event, 31)

    def _cancelled(self) -> Happening:
        event = self._store(
            "harbour",
            "workshop",
            "Genoa",
            "Workshop: signs that tourists read",
            summary="How harbour towns tell visitors what goes into which bin.",
            venue=town_only("Genoa"),
            **self._one_day(15, THURSDAY, time(10), time(16)),
            places=40,
            opened=40,
        )
        told = self.at - timedelta(days=4)
        event.cancel(
            tells=False,
            at=told,
            by=self.organiser,
            reason="The host’s building is closed after the storm. Its content moves into the final conference.",
        )
        return Happening(event, 12, until=told)

    def _postponed(self) -> Happening:
        event = self._store(
            "peer-review",
            "peer-review",
            "Thessaloniki",
            "Peer review of Thessaloniki’s waste plan",
            summary="Three peers read the plan, ask, and rate it.",
            audience="partners",
            venue=self.setting.venues["Thessaloniki"],
            **self._one_day(29, TUESDAY, time(9), time(17)),
            places=15,
            opened=30,
        )
        told = self.at - timedelta(days=9)
        event.postpone(
            tells=False,
            at=told,
            by=self.organiser,
            reason="The plan goes to the council first; the new date follows when it was heard.",
        )
        return Happening(event, 7, until=told)

    # What nobody can register for yet

    def _save_the_date(self) -> None:
        first = month(self.today, 5)
        self._store(
            "harvest",
            "dissemination-event",
            "Thessaloniki",
            "Ημέρα συγκομιδής των σχολικών κήπων",
            language="el",
            summary="Έναν χρόνο μετά: τι φύτρωσε. Ο χώρος και το πρόγραμμα ακολουθούν.",
            # The rest is in Greek only, and readers are told so.
            translations={"en": {"title": "Harvest day of the school gardens"}},
            status=Event.Status.SAVE_THE_DATE,
            date_precision=Event.DatePrecision.MONTH,
            venue=town_only("Thessaloniki"),
            starts_on=first,
            ends_on=month(self.today, 6) - timedelta(days=1),
        )

    def _draft(self) -> None:
        self._store(
            "draft",
            "stakeholder-meeting",
            "Maastricht",
            "Stakeholders of the Meuse: first ideas",
            summary="Not public yet.",
            status=Event.Status.DRAFT,
            venue=town_only("Maastricht"),
            **self._one_day(90, TUESDAY, time(13), time(16)),
        )

    def _for_partners(self) -> None:
        self._store(
            "steering",
            "partner-meeting",
            "Linköping",
            "7th partner meeting and steering group",
            number=7,
            summary="Budget, last reports and the archive.",
            audience="partners",
            visibility=Event.Visibility.PARTNERS,
            mode=Event.Mode.ONLINE,
            online_platform="Video meeting of the lead partner",
            join_url="https://meet.example.org/steering",
            **self._one_day(12, WEDNESDAY, time(9), time(11, 30)),
        )

    # Events that are not open to everybody: who comes, demonstration/admitting.py says.

    def _by_invitation(self) -> None:
        self._store(
            "breakfast",
            "round-table",
            "Maastricht",
            "Round table: breakfast of the mayors",
            summary="Twelve people who decide, one hour, and one question: what do we repair first?",
            audience="mayors and those who advise them",
            venue=self.setting.venues["Maastricht"],
            admission=Event.Admission.INVITED,
            **self._one_day(40, THURSDAY, time(8), time(9, 30)),
            places=12,
            opened=10,
        )

    def _with_approval(self) -> None:
        self._store(
            "lab",
            "workshop",
            "Maastricht",
            "Workshop: a day in the repair lab",
            summary="Six benches, so the host looks at who comes from where.",
            audience="people who repair",
            venue=self.setting.venues["Maastricht"],
            needs_approval=True,
            **self._one_day(47, THURSDAY, time(10), time(16)),
            places=6,
            opened=10,
        )

    # How an event is stored

    def _one_day(self, ahead: int, weekday: int, start: time, end: time) -> dict[str, Any]:
        day = workday(self.today + timedelta(days=ahead), weekday)
        return {"starts_on": day, "ends_on": day, "start_time": start, "end_time": end}

    def _store(
        self,
        key: str,
        kind: str,
        town: str,
        title: str,
        *,
        starts_on: date,
        ends_on: date,
        status: str = Event.Status.ANNOUNCED,
        opened: int = 0,
        feedback_days: int = 0,
        **fields: Any,
    ) -> Event:
        """Store one event. `opened`: so many days ago people could begin to register; 0: they cannot."""
        values = {"date_precision": Event.DatePrecision.DAY, "mode": Event.Mode.ON_SITE, **fields}
        event = Event(
            source_key=f"{SOURCE_KEY}-{key}",
            uid=uuid.uuid5(IDENTITIES, f"{key} {self.today.isoformat()}"),
            slug=f"meuse-{key}",
            project=self.setting.project,
            kind=self.kinds[kind],
            host=self.setting.partners[town],
            title=title,
            status=status,
            starts_on=starts_on,
            ends_on=ends_on,
            time_zone=TOWNS[town].time_zone,
            contact_email="contact@example.org",
            created_at=self.at,
            **values,
        )
        if status == Event.Status.HELD:
            opened = (self.today - starts_on).days + 70
        if opened:
            opens = datetime.combine(self.today - timedelta(days=opened), time(9), event.zone)
            event.created_at = opens - timedelta(days=7)
            event.registration_opens_at = opens
            event.registration_closes_at = _evening(event, starts_on - timedelta(days=3))
        if feedback_days:
            event.feedback_closes_on = ends_on + timedelta(days=feedback_days)
        event.save()
        return event

    def _sessions(self, event: Event, rows: list[dict[str, Any]]) -> None:
        rooms = {room.name: room for room in event.venue.rooms.all()} if event.venue else {}
        groups = {group.name: group for group in event.choice_groups.all()}
        for position, row in enumerate(rows, 1):
            values = dict(row)
            speakers = values.pop("speakers", [])
            session = Session.objects.create(
                event=event,
                position=position,
                start_time=time.fromisoformat(values.pop("start")),
                end_time=time.fromisoformat(values.pop("end")),
                room=rooms.get(values.pop("room", "")),
                choice_group=groups.get(values.pop("group", "")),
                site=self.setting.sites.get(values.pop("site", "")),
                **values,
            )
            for place, one in enumerate(speakers, 1):
                Contribution.objects.create(
                    session=session,
                    speaker=self._speaker(event, one["name"]),
                    role=one.get("role", Contribution.Role.SPEAKER),
                    is_to_be_confirmed=one.get("to_be_confirmed", False),
                    position=place,
                )

    def _speaker(self, event: Event, name: str) -> Speaker:
        """A made-up speaker, whose photo is their initials."""
        about = CONTENT["speakers"][name]
        values = {
            "function": about["function"],
            "organisation_name": about["organisation"],
            "position": event.speakers.count() + 1,
        }
        speaker, is_new = Speaker.objects.get_or_create(event=event, name=name, defaults=values)
        if is_new:
            speaker.photo = initials(name)
            speaker.save()
        return speaker

    def _teaches(self, event: Event, towns: Iterable[str], outcomes: Iterable[str]) -> None:
        event.practices.set(self.setting.practices[town] for town in towns)
        LearningOutcome.objects.bulk_create(
            LearningOutcome(event=event, position=position, text=text) for position, text in enumerate(outcomes, 1)
        )


def _evening(event: Event, day: date) -> datetime:
    """The last minute of a day at the event’s place, as deadlines are."""
    return datetime.combine(day, time(23, 59), event.zone)
