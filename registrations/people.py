"""The people of an event as their organisers see them: the numbers, the list with its filters, and how each stands."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode

from django.db.models import Case, Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce, Lower
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from accounts import suppression
from events.checklists import evidence_missing_of, has_taken_place
from events.models import Event, EventQuerySet
from events.times import instant_in_words
from projects.search import fold, typed_words

from .attendance import attended_days
from .models import AttendanceRecord, Consent, Offer, Registration, RegistrationQuerySet
from .places import waiting_list
from .unanswered import who_must_still_answer

State, Mode = Registration.State, Registration.Mode

PAGE_SIZE = 50
LONGEST_SEARCH = 100
ATTENDED, DID_NOT_ATTEND = "attended", "absent"
# Stands among the states: whoever is registered and has not answered what must be answered.
UNANSWERED = "unanswered"
BY_NAME = "name"
_ORDERS = {
    # The folded name comes first in the search text: Ágnes stands before Bob on every database.
    BY_NAME: (F("search_text"),),
    "organisation": (Lower("organisation_name"), F("search_text")),
    "registered": (F("joined_at"),),
}


# --- Numbers -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Bar:
    """One number of the drawing: its words, and where they and its bar stand, in SVG lengths."""

    label: str
    number: int
    width: str
    label_y: str
    y: str
    number_y: str


@dataclass(frozen=True, slots=True)
class Taken:
    """How many people have one of the places of an event (None: no limit): of all, of the room, or of those online."""

    people: int
    places: int | None
    mode: str = ""

    @property
    def label(self) -> str:
        match self.mode:
            case Mode.ROOM:
                return gettext("Confirmed for the room")
            case Mode.ONLINE:
                return gettext("Confirmed online")
        return gettext("Confirmed")

    @property
    def number(self) -> str:
        """“33 of 60”, or the people alone."""
        if self.places is None:
            return str(self.people)
        return gettext("%(confirmed)s of %(places)s") % {"confirmed": self.people, "places": self.places}

    @property
    def in_words(self) -> str:
        """Who has a place, and what follows where the limit was lowered below that."""
        numbers = {"n": self.people}
        match self.mode:
            case Mode.ROOM:
                said = ngettext(
                    "%(n)s person has a place in the room now.",
                    "%(n)s people have a place in the room now.",
                    self.people,
                )
            case Mode.ONLINE:
                said = ngettext(
                    "%(n)s person has a place online now.", "%(n)s people have a place online now.", self.people
                )
            case _:
                said = ngettext("%(n)s person has a place now.", "%(n)s people have a place now.", self.people)
        return f"{said % numbers} {self._too_many_in_words}".rstrip()

    @property
    def is_too_many(self) -> bool:
        return self.places is not None and self.people > self.places

    @property
    def _too_many_in_words(self) -> str:
        if self.places is None or not self.is_too_many:
            return ""
        too_many = self.people - self.places
        said = ngettext(
            "That is %(n)s more than there are places: nobody loses theirs, and none is free until it is given back.",
            "That is %(n)s more than there are places: nobody loses theirs, and none is free until so many are given "
            "back.",
            too_many,
        )
        return said % {"n": too_many}


@dataclass(frozen=True, slots=True)
class Numbers:
    """How many people an event has. Registered are all who did not cancel; `online` are confirmed for that."""

    registered: int
    confirmed: int
    waiting: int
    cancelled: int
    attended: int
    for_approval: int = 0
    online: int = 0

    def taken_of(self, event: Event) -> list[Taken]:
        """Return who has a place: of a hybrid event in the room and online, which do not take from each other."""
        if event.mode != Event.Mode.HYBRID:
            return [Taken(self.confirmed, event.places)]
        return [
            Taken(self.confirmed - self.online, event.places, Mode.ROOM),
            Taken(self.online, event.online_places, Mode.ONLINE),
        ]

    @property
    def finding(self) -> str:
        """What the drawing shows, as a sentence."""
        if self.attended:
            return ngettext(
                "%(attended)s of %(confirmed)s person with a place attended",
                "%(attended)s of %(confirmed)s people with a place attended",
                self.confirmed,
            ) % {"attended": self.attended, "confirmed": self.confirmed}
        return ngettext(
            "%(confirmed)s of %(registered)s registered person has a place",
            "%(confirmed)s of %(registered)s registered people have a place",
            self.registered,
        ) % {"confirmed": self.confirmed, "registered": self.registered}

    @property
    def bars(self) -> list[Bar]:
        numbers = [
            (gettext("Registered"), self.registered),
            (gettext("Confirmed"), self.confirmed),
            (gettext("Attended"), self.attended),
        ]
        longest = max(number for _label, number in numbers) or 1
        return [
            # 85 per cent leave room for the number behind the longest bar.
            Bar(
                label,
                number,
                width=f"{85 * number / longest:.1f}%",
                label_y=f"{3.2 * row + 1.1:.1f}em",
                y=f"{3.2 * row + 1.5:.1f}em",
                number_y=f"{3.2 * row + 2.5:.1f}em",
            )
            for row, (label, number) in enumerate(numbers)
        ]


# --- Events ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OrganisedEvent:
    """An event of `events_of`, and the names of the evidence that it lacks once it took place."""

    event: Event
    evidence_missing: tuple[str, ...]


def with_gaps(events: Sequence[Event]) -> list[OrganisedEvent]:
    """Say of each event which evidence is missing. At most one query, however many events there are."""
    missing = evidence_missing_of([event for event in events if has_taken_place(event)])
    return [OrganisedEvent(event, tuple(str(each.name) for each in missing.get(event.pk, ()))) for event in events]


def events_of(user, *, on: date | None = None) -> EventQuerySet:
    """Return the events that a user organises: those to come, soonest first, then those that are over, latest first.

    Each has `is_past` on a day (default: today, UTC), and the numbers of `with_numbers`.
    """
    events = Event.objects.organised_by(user)
    events = events.annotate(is_past=Exists(Event.objects.past(on=on).order_by().filter(pk=OuterRef("pk"))))
    ahead = Case(When(is_past=False, then=F("starts_on")))
    return with_numbers(events).order_by(  # type: ignore[misc]
        "is_past", ahead.asc(nulls_last=True), F("starts_on").desc(nulls_last=True), "start_time", "pk"
    )


def with_numbers(events: EventQuerySet) -> EventQuerySet:
    """Add to each event `registered`, `confirmed`, `waiting`, `for_approval` and `attended`, as Numbers has them."""
    people = Registration.objects.filter(event=OuterRef("pk"))
    return events.annotate(
        registered=_count(people.live()),
        confirmed=_count(people.confirmed()),
        waiting=_count(people.filter(state=State.WAITING)),
        for_approval=_count(people.for_approval()),
        attended=_count(who_attended(people.confirmed())),
    )


def who_attended(registrations: RegistrationQuerySet) -> RegistrationQuerySet:
    """Keep those who were present on any day."""
    return registrations.filter(_was_there())


def _was_there() -> Exists:
    return Exists(AttendanceRecord.objects.of_days().present().filter(registration=OuterRef("pk")))


def _count(registrations: QuerySet[Registration]) -> Coalesce:
    counted = registrations.order_by().values("event").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted), 0, output_field=IntegerField())


# --- The list ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Column:
    """A heading that sorts: `direction` is how the list is sorted by it now, "" when it is sorted by another one."""

    label: str
    direction: str
    address: str


@dataclass(frozen=True, slots=True)
class Row:
    """One person of the list; `word` and `tone` are the status as a tag, `days` those on which they were present.

    `mails_come_back`: nothing more is sent to their address. `registered_on` is the day where the event takes place.
    Who did not answer does not agree to photos.
    """

    registration: Registration
    word: str
    tone: str
    registered_on: date
    mails_come_back: bool
    days: tuple[date, ...]
    agrees_to_photos: bool = False


@dataclass(frozen=True, slots=True)
class PeopleList:
    """What an organiser asks the list for. What is not known is left out."""

    search: str = ""
    state: str = ""
    presence: str = ""
    order: str = BY_NAME

    @classmethod
    def of(cls, query) -> "PeopleList":
        """Read it from the query string of an address."""
        state, presence, order = query.get("state"), query.get("presence"), query.get("sort", "")
        return cls(
            search=typed_words(query.get("q", ""), longest=LONGEST_SEARCH),
            state=state if state in (*State.values, UNANSWERED) else "",
            presence=presence if presence in (ATTENDED, DID_NOT_ATTEND) else "",
            order=order if order.removeprefix("-") in _ORDERS else BY_NAME,
        )

    def people(self, event: Event) -> QuerySet[Registration]:
        """Return the registrations that were asked for, in order."""
        found = event.registrations.all()
        for word in fold(self.search).split():
            found = found.filter(search_text__contains=word)
        if self.state == UNANSWERED:
            found = found.filter(pk__in=who_must_still_answer(event))
        elif self.state:
            found = found.filter(state=self.state)
        if self.presence == ATTENDED:
            found = who_attended(found.confirmed())
        elif self.presence == DID_NOT_ATTEND:
            found = found.confirmed().filter(~_was_there())
        is_descending = self.order.startswith("-")
        by = _ORDERS[self.order.removeprefix("-")]
        return found.order_by(*(what.desc() if is_descending else what.asc() for what in by), "pk")

    @property
    def is_filtered(self) -> bool:
        return bool(self.search or self.state or self.presence)

    @property
    def states(self) -> list[Choice]:
        states = [Choice(value, str(label)) for value, label in State.choices]
        return [*states, Choice(UNANSWERED, gettext("Has still something to answer"))]

    @property
    def presences(self) -> list[Choice]:
        return [Choice(ATTENDED, gettext("Attended")), Choice(DID_NOT_ATTEND, gettext("Did not attend"))]

    @property
    def query(self) -> str:
        """The query string, ending in “&” so that a page can follow; "" when nothing is asked for."""
        return self._query(self.order)

    @property
    def columns(self) -> dict[str, Column]:
        labels = {
            BY_NAME: gettext("Name"),
            "organisation": gettext("Organisation"),
            "registered": gettext("Registered on"),
        }
        return {name: self._column(name, label) for name, label in labels.items()}

    def _column(self, name: str, label: str) -> Column:
        direction = {name: "ascending", f"-{name}": "descending"}.get(self.order, "")
        other_way = f"-{name}" if direction == "ascending" else name
        return Column(label, direction, f"?{self._query(other_way)}".rstrip("?&") or "?")

    def _query(self, order: str) -> str:
        values = {"q": self.search, "state": self.state, "presence": self.presence}
        values["sort"] = order if order != BY_NAME else ""
        values = {name: value for name, value in values.items() if value}
        return urlencode(values) + "&" if values else ""


def numbers_of(event: Event) -> Numbers:
    """Count the people of an event; one query."""
    attended = Count("pk", filter=Q(_was_there(), state=State.CONFIRMED))
    is_online = Count("pk", filter=Q(state=State.CONFIRMED, mode=Mode.ONLINE))
    by_state = event.registrations.order_by().values("state")
    by_state = by_state.annotate(number=Count("pk"), attended=attended, online=is_online)
    counted = list(by_state.values_list("state", "number", "attended", "online"))
    states = {state: number for state, number, _attended, _online in counted}
    return Numbers(
        registered=sum(states.values()) - states.get(State.CANCELLED, 0),
        confirmed=states.get(State.CONFIRMED, 0),
        waiting=states.get(State.WAITING, 0),
        cancelled=states.get(State.CANCELLED, 0),
        for_approval=states.get(State.FOR_APPROVAL, 0),
        attended=sum(attended for _state, _number, attended, _online in counted),
        online=sum(online for _state, _number, _attended, online in counted) if event.mode == Event.Mode.HYBRID else 0,
    )


def with_status(people: QuerySet[Registration]) -> QuerySet[Registration]:
    """Load with the registrations what `rows` needs to say how each stands."""
    photos = Consent.objects.filter(registration=OuterRef("pk"), purpose=Consent.Purpose.PHOTOS)
    latest = photos.order_by("-given_at", "-pk").values("is_given")[:1]
    return people.annotate(agrees_to_photos=Subquery(latest)).prefetch_related("offers")


def rows(event: Event, registrations: Iterable[Registration], *, at: datetime | None = None) -> list[Row]:
    """Return registrations that were loaded `with_status` as rows of the list."""
    at = at or timezone.now()
    registrations = list(registrations)
    days = attended_days(event, registrations)
    refused = suppression.suppressed(registration.email for registration in registrations)
    line: dict[int, int] = {}
    if any(registration.is_waiting for registration in registrations):
        line = waiting_list.place_of_each(event)
    return [
        Row(
            registration,
            *_status(event, registration, line, at),
            mails_come_back=registration.email.casefold() in refused,
            registered_on=registration.joined_at.astimezone(event.zone).date(),
            days=days.get(registration.pk, ()),
            agrees_to_photos=bool(registration.agrees_to_photos),  # type: ignore[attr-defined]
        )
        for registration in registrations
    ]


def _status(event: Event, registration: Registration, line: dict[int, int], at: datetime) -> tuple[str, str]:
    """Return the status as a word and its tone. See also registrations/status.py, which speaks to the person."""
    # What was loaded with the registration: a queryset's own last() would ask again.
    last_offer: Offer | None = offers[-1] if (offers := list(registration.offers.all())) else None
    match registration.state:
        case State.CONFIRMED:
            return gettext("Confirmed"), "ok"
        case State.FOR_APPROVAL:
            return gettext("Waiting for approval"), "info"
        case State.WAITING if registration.pk in line:
            return gettext("On the waiting list, place %(place)s") % {"place": line[registration.pk]}, "info"
        case State.WAITING:
            return gettext("On the waiting list"), "info"
        case State.OFFERED if last_offer and last_offer.expires_at > at:
            until = instant_in_words(last_offer.expires_at, event, short=True)
            return gettext("Place offered until %(until)s") % {"until": until}, "warn"
        case State.OFFERED:
            return gettext("Offer ended"), "plain"
    if registration.cancelled_by == Registration.CancelledBy.PERSON:
        return gettext("Cancelled by the person"), "plain"
    if last_offer and last_offer.outcome == Offer.Outcome.EXPIRED:
        return gettext("Offer ended"), "plain"
    return gettext("Cancelled by the host"), "plain"
