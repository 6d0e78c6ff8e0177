"""Who registered for which event, who came, and what they said they learned."""

import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, cast

from events.models import Event
from projects.models import Project
from projects.search import fold
from registrations.models import AttendanceRecord, Person, Registration

from ..models import Feedback, LearningOutcome, OutcomeRating
from .happenings import Happening
from .people import MadeUp

State, How = Registration.State, AttendanceRecord.How

_WILL_USE = [
    "",
    "",
    "Show it to our director in June.",
    "Try the form with ten families before summer.",
    "Ne parlo con il nostro ufficio tecnico la settimana prossima.",
    "Szeptemberben kipróbáljuk két faluban.",
    "Vou levar isto à reunião da câmara.",
    "Met de collega’s van de balie bespreken, voor 1 mei.",
    "Θα το δοκιμάσουμε σε ένα σχολείο.",
    "Ще го предложа на общинския съвет.",
]
_REMARKS = [
    "",
    "",
    "",
    "More time for questions, please.",
    "The bus was late, the lunch was excellent.",
    "Zu viele Folien, gute Gespräche.",
    "Merci aux interprètes !",
    "Could not hear well in the back.",
]


@dataclass(slots=True)
class Guests:
    """Lets the made-up people register, come and answer. The same seed gives the same people and the same answers."""

    chance: random.Random
    project: Project
    people: list[MadeUp]
    at: datetime
    organiser: Any = None

    def register(self, happenings: list[Happening]) -> dict[int, list[Registration]]:
        """Store the people and their registrations; return these by event."""
        persons = Person.objects.bulk_create(
            # bulk_create does not call save(), which fills the key.
            Person(project=self.project, name=made_up.name, email=made_up.email, name_key=fold(made_up.name))
            for made_up in self.people
        )
        known = {person.email: person for person in persons}
        registrations: list[Registration] = []
        for happening, guests in zip(happenings, self._guest_lists(happenings), strict=True):
            moments = sorted(self._moment(happening) for _guest in guests)
            for n, (made_up, joined_at) in enumerate(zip(guests, moments, strict=True)):
                is_waiting = n >= happening.guests
                registrations.append(
                    self._registration(happening, made_up, known[made_up.email], joined_at, is_waiting)
                )
        by_event: dict[int, list[Registration]] = {}
        for registration in Registration.objects.bulk_create(registrations):
            by_event.setdefault(registration.event_id, []).append(registration)
        return by_event

    def attend(self, happenings: list[Happening], registrations: dict[int, list[Registration]]) -> dict[int, bool]:
        """Store the records of presence; return for each registration whether its person came."""
        records: list[AttendanceRecord] = []
        came: dict[int, bool] = {}
        for happening in happenings:
            if not happening.came:
                continue
            confirmed = [r for r in registrations[happening.event.pk] if r.state == State.CONFIRMED]
            for n, registration in enumerate(confirmed):
                own = list(self._records(happening, registration, is_mistake=n in (3, 11), is_missed=n == 7))
                records += own
                came[registration.pk] = any(_last_of_each_day(own).values())
        AttendanceRecord.objects.bulk_create(records)
        return came

    def answer(
        self, happenings: list[Happening], registrations: dict[int, list[Registration]], came: dict[int, bool]
    ) -> None:
        """Store the feedback of some of those who came."""
        feedback: list[Feedback] = []
        ratings: list[OutcomeRating] = []
        for happening in happenings:
            outcomes = list(LearningOutcome.objects.filter(event=happening.event).order_by("position"))
            for registration in registrations.get(happening.event.pk, []):
                if not came.get(registration.pk) or self.chance.random() > happening.answered:
                    continue
                answer = self._feedback(happening.event, registration)
                feedback.append(answer)
                ratings += [self._rating(answer, outcome) for outcome in outcomes if self.chance.random() < 0.93]
        Feedback.objects.bulk_create(feedback)
        OutcomeRating.objects.bulk_create(ratings)

    # Registering

    def _guest_lists(self, happenings: list[Happening]) -> Iterator[list[MadeUp]]:
        """For each event its people in order: some who come to many events, and until all were once, a few new ones."""
        regulars, rest = self.people[:45], self.people[45:]
        unseen = list(rest)
        for happening in happenings:
            wanted = happening.guests + happening.waiting
            guests = self.chance.sample(regulars, min(len(regulars), wanted // 3))
            fresh = min(len(unseen), wanted // 2)
            guests += [unseen.pop() for _n in range(fresh)]
            others = [made_up for made_up in rest if made_up not in guests]
            guests += self.chance.sample(others, wanted - len(guests))
            self.chance.shuffle(guests)
            yield guests

    def _moment(self, happening: Happening) -> datetime:
        """When somebody registered: more at the start, none in the future."""
        # Every event with guests has an opening.
        opens = cast(datetime, happening.event.registration_opens_at)
        closes = happening.until or cast(datetime, happening.event.registration_closes_at)
        closes = min(closes, self.at - timedelta(hours=2))
        share = self.chance.random() ** 1.6
        return (opens + share * (closes - opens)).replace(microsecond=0)

    def _registration(
        self, happening: Happening, made_up: MadeUp, person: Person, joined_at: datetime, is_waiting: bool
    ) -> Registration:
        event = happening.event
        registration = Registration(
            event=event,
            person=person,
            state=State.WAITING if is_waiting else State.CONFIRMED,
            name=made_up.name,
            email=made_up.email,
            organisation_name=made_up.organisation_name,
            organisation=made_up.organisation,
            country=made_up.country,
            phone=made_up.phone if event.kind.asks_for_phone else "",
            language=made_up.language,
            mode=self._mode(event),
            joined_at=joined_at,
            confirmed_at=None if is_waiting else joined_at,
            changed_at=joined_at,
            search_text=fold(made_up.name, made_up.organisation_name, made_up.email),
        )
        # Where places are counted out, nobody has cancelled: the numbers on the page are those that were promised.
        if happening.came and self.chance.random() < 0.05:
            registration.state = State.CANCELLED
            registration.cancelled_at = registration.changed_at = joined_at + timedelta(days=1, hours=3)
            registration.cancelled_by = Registration.CancelledBy.PERSON
            registration.cancel_reason = self.chance.choice(["", "I am ill.", "A colleague comes instead."])
        return registration

    def _mode(self, event: Event) -> str:
        if event.mode == Event.Mode.HYBRID:
            return self.chance.choice([Registration.Mode.ROOM, Registration.Mode.ROOM, Registration.Mode.ONLINE])
        return Registration.Mode.ONLINE if event.mode == Event.Mode.ONLINE else Registration.Mode.ROOM

    # Coming

    def _records(
        self, happening: Happening, registration: Registration, *, is_mistake: bool, is_missed: bool
    ) -> Iterator[AttendanceRecord]:
        """Records of one person. Some who come miss a day, and a few records were wrong and put right later."""
        event = happening.event
        comes = is_mistake or (not is_missed and self.chance.random() < happening.came)
        for day in event.days:
            if not comes or (len(event.days) > 1 and self.chance.random() < 0.12):
                continue
            yield self._record(registration, day, True, self._arrival(event, day), self._how(event))
        evening = datetime.combine(event.days[-1], time(18, 5), event.zone)
        if is_mistake:
            for day in event.days:
                reason = "Ticked by mistake: another guest has a similar name."
                yield self._record(registration, day, False, evening, How.CORRECTION, reason)
        if is_missed:
            reason = "Signed the paper list; was not ticked at the door."
            yield self._record(registration, event.days[0], True, evening, How.CORRECTION, reason)

    def _arrival(self, event: Event, day: date) -> datetime:
        begins = datetime.combine(day, event.start_time or time(9), event.zone)
        return begins + timedelta(seconds=self.chance.randint(-1800, 900))

    def _how(self, event: Event) -> str:
        if event.mode == Event.Mode.ONLINE:
            return How.ONLINE_REPORT
        return self.chance.choice([How.NAME_SEARCH, How.NAME_SEARCH, How.SCAN, How.SIGNED_LIST])

    def _record(
        self, registration: Registration, day: date, is_present: bool, at: datetime, how: str, reason: str = ""
    ) -> AttendanceRecord:
        return AttendanceRecord(
            act=uuid.UUID(int=self.chance.getrandbits(128), version=4),
            registration=registration,
            day=day,
            what=AttendanceRecord.What.IN if is_present else AttendanceRecord.What.ABSENT,
            happened_at=at,
            recorded_at=at + timedelta(seconds=self.chance.randint(1, 90)),
            how=how,
            reason=reason,
            recorded_by=self.organiser,
        )

    # Saying

    def _feedback(self, event: Event, registration: Registration) -> Feedback:
        # Answers come within two weeks, and none from the future.
        ended_at = cast(datetime, event.ends_at)
        span = max(timedelta(hours=1), min(timedelta(days=14), self.at - ended_at - timedelta(hours=1)))
        given_at = ended_at + self.chance.random() * span
        skips = self.chance.random() < 0.08
        return Feedback(
            registration=registration,
            given_at=given_at,
            changed_at=given_at,
            relevance=None if skips else self.chance.choices([2, 3, 4, 5], [1, 3, 6, 5])[0],
            satisfaction=None if skips else self.chance.choices([1, 2, 3, 4, 5], [1, 1, 3, 6, 5])[0],
            will_use=self.chance.choice(_WILL_USE),
            remarks=self.chance.choice(_REMARKS),
        )

    def _rating(self, feedback: Feedback, outcome: LearningOutcome) -> OutcomeRating:
        before = self.chance.choices([1, 2, 3, 4], [3, 5, 4, 2])[0]
        # Most learned something, some nothing, and one in thirty knows now how little they knew.
        gain = self.chance.choices([-1, 0, 1, 2, 3], [1, 8, 12, 7, 2])[0]
        after: int | None = min(5, max(1, before + gain))
        if self.chance.random() < 0.04:
            after = None
        return OutcomeRating(feedback=feedback, outcome=outcome, before=before, after=after)


def _last_of_each_day(records: list[AttendanceRecord]) -> dict[date, bool]:
    return {record.day: record.is_present for record in sorted(records, key=lambda record: record.happened_at)}
