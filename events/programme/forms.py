"""What a host types into the programme: clock times as people write them, a place, speakers by their names."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import time, timedelta
from typing import Any, ClassVar, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from venues.models import Room, Site, Venue

from ..editing.comparing import ComparingForm, ComparingModelForm
from ..editing.fields import ClockField, LineField, TextField, without_control_characters
from ..models import ChoiceGroup, Contribution, Event, Session, Speaker
from ..times import day_in_words
from .changes import minutes_of, next_position
from .shifting import PastMidnight

LONGEST_PROGRAMME_DAYS = 30
# Rows of speakers that a form offers beside those that are filled in.
EMPTY_SPEAKER_ROWS = 2
MOST_SPEAKERS_OF_A_SESSION = 60
LONGEST_NAME = 200
# A longer list of places has a search.
MOST_TO_LOOK_THROUGH = 15

_CLOCK = re.compile(r"(\d{1,2})(?:\s*[:.h]\s*(\d{2})?)?|(\d{2})(\d{2})", re.IGNORECASE)
_LENGTH = re.compile(
    r"(?:(\d{1,2})\s*(?:h|hrs?|hours?)\s*)?(?:(\d{1,3})\s*(?:m|min|mins|minutes?|['’′])?)?", re.IGNORECASE
)


def clock(typed: str) -> time | None:
    """Return a clock time as people write it, 9:30, 09.30, 9h30, 0930 or 9; None for anything else."""
    found = _CLOCK.fullmatch(typed.strip())
    if found is None:
        return None
    hour, minute = (found[1], found[2]) if found[1] else (found[3], found[4])
    try:
        return time(int(hour), int(minute or 0))
    except ValueError:
        return None


def length(typed: str) -> timedelta | None:
    """Return a length as people write it, 45 min, 45, 1 h 30, 2 hours; None for anything else and for nothing."""
    typed = typed.strip()
    found = _LENGTH.fullmatch(typed)
    # A small number alone is an hour of the day.
    if found is None or not (found[1] or found[2]) or (typed.isdecimal() and int(typed) <= 24):
        return None
    minutes = int(found[1] or 0) * 60 + int(found[2] or 0)
    return timedelta(minutes=minutes) if minutes else None


class EndField(forms.CharField):
    """When something ends, or how long it takes. What it means depends on the start: see SessionForm.clean_end."""

    def prepare_value(self, value: Any) -> Any:
        return f"{value:%H:%M}" if isinstance(value, time) else value


SpeakerRow = tuple[str, str, bool]


class SpeakersWidget(forms.Widget):
    """Rows of a name, a role and whether it is certain, with empty rows to add to."""

    template_name = "events/programme/speaker_rows.html"
    use_fieldset = True

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        filled = [row for row in value or [] if row[0]]
        empty = [("", Contribution.Role.SPEAKER.value, False)] * EMPTY_SPEAKER_ROWS
        context["widget"]["rows"] = [
            {"number": number, "name": row[0], "role": row[1], "is_to_be_confirmed": row[2]}
            for number, row in enumerate([*filled, *empty])
        ]
        context["widget"]["roles"] = Contribution.Role.choices
        return context

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[SpeakerRow]:
        rows: list[SpeakerRow] = []
        for number in range(MOST_SPEAKERS_OF_A_SESSION):
            typed = " ".join((data.get(f"{name}-{number}-name") or "").split())
            if typed:
                role = data.get(f"{name}-{number}-role") or Contribution.Role.SPEAKER.value
                rows.append((typed, role, bool(data.get(f"{name}-{number}-to-be-confirmed"))))
        return rows

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return False

    def id_for_label(self, id_: str, index: str | None = None) -> str:
        return f"{id_}_0"


class SpeakersField(forms.Field):
    """The speakers of a session by their names: a list of (name, role, to be confirmed), in order."""

    widget = SpeakersWidget

    def clean(self, value: Any) -> list[SpeakerRow]:
        rows = [
            (without_control_characters(name), role, to_be_confirmed) for name, role, to_be_confirmed in value or []
        ]
        names = [name.casefold() for name, _role, _flag in rows]
        if any(len(name) > LONGEST_NAME for name in names):
            raise ValidationError(
                gettext("Enter a name with at most %(most)s characters"), code="length", params={"most": LONGEST_NAME}
            )
        if len(names) != len(set(names)):
            raise ValidationError(gettext("A speaker is named twice. Empty one of the two rows"), code="twice")
        if any(role not in Contribution.Role.values for _name, role, _flag in rows):
            raise ValidationError(gettext("Choose a role from the list"), code="role")
        return rows


@dataclass(frozen=True, slots=True)
class Places:
    """Where the sessions of an event can be, as the options of a list."""

    venues: dict[int, Venue]
    rooms: dict[int, Room]
    sites: dict[int, Site]
    # The keys of the venues and sites where the events and sessions of the project are.
    near_venues: frozenset[int] = frozenset()
    near_sites: frozenset[int] = frozenset()
    # The options that are offered; None: every one.
    offered: frozenset[str] | None = None

    @classmethod
    def of(cls, event: Event) -> "Places":
        """Read every place that is not merged into another one. Five queries."""
        venues = Venue.objects.filter(merged_into__isnull=True) | Venue.objects.filter(events=event)
        sessions = Session.objects.filter(event__project=event.project_id).order_by()
        there = list(sessions.values_list("venue", "room__venue", "site").distinct())
        used = Event.objects.filter(project=event.project_id).order_by().values_list("venue", flat=True).distinct()
        return cls(
            {venue.pk: venue for venue in venues.distinct().order_by("city", "name")},
            {room.pk: room for room in Room.objects.order_by("venue", "name")},
            {site.pk: site for site in Site.objects.filter(merged_into__isnull=True).order_by("city", "name")},
            frozenset(key for key in (*used, *(key for row in there for key in row[:2])) if key),
            frozenset(site for _venue, _venue_of_room, site in there if site),
        )

    @property
    def are_many(self) -> bool:
        """Whether they are more than one looks through."""
        return len(self.venues) + len(self.rooms) + len(self.sites) > MOST_TO_LOOK_THROUGH

    def matching(self, words: str) -> frozenset[str]:
        """Return the options in whose name, town or venue every one of some words is; capitals and accents are one."""
        wanted = _folded(words).split()
        named: list[tuple[str, ...]] = [(f"venue:{venue.pk}", str(venue), venue.city) for venue in self.venues.values()]
        named += [(f"site:{site.pk}", str(site), site.city) for site in self.sites.values()]
        named += [
            (f"room:{room.pk}", room.name, str(self.venues.get(room.venue_id, "")), self.venues[room.venue_id].city)
            for room in self.rooms.values()
            if room.venue_id in self.venues
        ]
        return frozenset(key for key, *names in named if all(word in _folded(" ".join(names)) for word in wanted))

    def found(self, words: str, *, also: Iterable[str] = ()) -> "Places":
        """Return the same, offering only what matches some words, and options that were chosen; no match offers all."""
        matching = self.matching(words) if words else frozenset()
        return replace(self, offered=matching | frozenset(also)) if matching else self

    def choices(self, event: Event, session: Session | None) -> list[Any]:
        """Return the options: the rooms of the event's venue, the places of its project, of its town, and others.

        What the session has now is always among them.
        """
        by_venue: dict[int, list[Room]] = {}
        for room in self.rooms.values():
            by_venue.setdefault(room.venue_id, []).append(room)
        town = event.venue.city if event.venue else ""
        own = self.venues.get(event.venue_id or 0)
        rooms = [(f"room:{room.pk}", room.name) for room in by_venue.get(own.pk, [])] if own else []
        near: list[tuple[str, str]] = []
        in_town: list[tuple[str, str]] = []
        others: list[tuple[str, str]] = []
        sites: list[tuple[str, str]] = []
        for venue in self.venues.values():
            group = near if venue.pk in self.near_venues else in_town if town and venue.city == town else others
            if venue.pk != event.venue_id:
                group.append((f"venue:{venue.pk}", str(venue)))
                group += [(f"room:{room.pk}", f"{venue}: {room.name}") for room in by_venue.get(venue.pk, [])]
        for site in self.sites.values():
            group = near if site.pk in self.near_sites else in_town if town and site.city == town else sites
            group.append((f"site:{site.pk}", str(site)))
        choices: list[Any] = [("", gettext("The place of the event"))]
        for label, group in (
            (str(own), rooms),
            (gettext("Places of this event and its project"), near),
            (gettext("Places in %(town)s") % {"town": town}, in_town),
            (gettext("Sites that are visited"), sites),
            (gettext("Other venues"), others),
        ):
            if options := [option for option in group if self.offered is None or option[0] in self.offered]:
                choices.append((label, options))
        current = place_value(session) if session else ""
        if current and current not in {value for value, _label in _flat(choices)}:
            choices.append((current, str(session.place) if session else ""))
        return choices


def _folded(text: str) -> str:
    split = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in split if not unicodedata.combining(c))


def _flat(choices: Iterable[Any]) -> Iterable[tuple[str, str]]:
    for value, label in choices:
        if isinstance(label, list):
            yield from label
        else:
            yield value, label


def place_value(session: Session) -> str:
    if session.room_id:
        return f"room:{session.room_id}"
    if session.site_id:
        return f"site:{session.site_id}"
    return f"venue:{session.venue_id}" if session.venue_id else ""


def day_choices(event: Event, last: int = 0) -> list[tuple[str, str]]:
    """Return the days of an event as options, and as many as its sessions need (`last` is the latest of them)."""
    days = event.days
    count = min(max(len(days), last, 1), LONGEST_PROGRAMME_DAYS)
    if not days:
        # While the dates are open, a programme may still grow by a day.
        count = min(count + 1, LONGEST_PROGRAMME_DAYS)
    words = []
    for number in range(1, count + 1):
        label = gettext("Day %(number)s") % {"number": number}
        if number <= len(days):
            label = gettext("%(day)s (day %(number)s)") % {"day": day_in_words(days[number - 1]), "number": number}
        words.append((str(number), label))
    return [*words, ("", gettext("Day not known"))]


class SessionForm(ComparingForm):
    """One session: what everybody fills in first, the rest in details."""

    day = forms.TypedChoiceField(label=_("Day"), coerce=int, empty_value=None, required=False)
    start = ClockField(label=_("Starts at"), required=False, help_text=_("For example 9:30"))
    end = EndField(
        label=_("Ends at, or takes"), required=False, max_length=20, help_text=_("For example 10:30, or 45 min")
    )
    title = LineField(
        label=_("Title"),
        max_length=300,
        error_messages={"required": _("Enter a title")},
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=Session.Kind.choices, initial=Session.Kind.SESSION)
    place = forms.ChoiceField(label=_("Place"), required=False)

    description = TextField(
        label=_("Description"), required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 4})
    )
    is_to_be_confirmed = forms.BooleanField(
        label=_("To be confirmed"), required=False, help_text=_("It is shown, and marked as not certain yet.")
    )
    speakers = SpeakersField(
        label=_("Speakers"),
        required=False,
        help_text=_("A name that is new here is added to the speakers of the event. Empty it to take somebody out."),
    )
    speaker = LineField(
        label=_("Speakers, in words"),
        required=False,
        max_length=200,
        help_text=_("Only where there are no names to list: “the mayor”."),
    )
    choice_group = forms.ModelChoiceField(
        label=_("Choice group"),
        queryset=ChoiceGroup.objects.none(),
        required=False,
        empty_label=_("None"),
        help_text=_("Sessions at the same time of which each person takes part in some."),
    )
    track = LineField(
        label=_("Track"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"list": "tracks"}),
        help_text=_("Sessions of one track follow each other in one column."),
    )
    places = forms.IntegerField(
        label=_("Places"), required=False, min_value=0, max_value=1_000_000, help_text=_("Empty: no limit.")
    )
    audience = forms.ChoiceField(
        label=_("For whom"), choices=Session.Audience.choices, initial=Session.Audience.EVERYONE
    )
    visibility = forms.ChoiceField(
        label=_("Who sees it"), choices=Session.Visibility.choices, initial=Session.Visibility.PUBLIC
    )
    spoken_languages = LineField(
        label=_("Languages spoken"), required=False, max_length=200, help_text=_("For example: English, Italian")
    )
    interpretation = LineField(
        label=_("Interpreted into"), required=False, max_length=200, help_text=_("For example: Hungarian")
    )
    note = TextField(label=_("Note"), required=False, max_length=5_000, widget=forms.Textarea(attrs={"rows": 2}))

    # Those that a session stores under the same name.
    stored = (
        "title",
        "kind",
        "description",
        "is_to_be_confirmed",
        "speaker",
        "choice_group",
        "track",
        "places",
        "audience",
        "visibility",
        "spoken_languages",
        "interpretation",
        "note",
    )
    in_details = ("speakers", *(name for name in stored if name not in ("title", "kind")))

    def __init__(
        self, *args: Any, event: Event, session: Session | None, places: Places, last_day: int = 0, **options: Any
    ) -> None:
        now = session_values(session) if session else {}
        super().__init__(*args, now=now, **options)
        self.event, self.session, self.known_places = event, session, places
        day = cast(forms.ChoiceField, self.fields["day"])
        day.choices = day_choices(event, max(last_day, session.day or 0) if session else last_day)
        place = cast(forms.ChoiceField, self.fields["place"])
        place.choices = places.choices(event, session)
        groups = cast("forms.ModelChoiceField[ChoiceGroup]", self.fields["choice_group"])
        groups.queryset = ChoiceGroup.objects.filter(event=event).order_by("name")

    def clean_end(self) -> time | None:
        typed, start = self.cleaned_data["end"], self.cleaned_data.get("start")
        if not typed:
            return None
        end, takes = clock(typed), length(typed)
        if end is None and takes is None:
            raise ValidationError(
                gettext("Enter when it ends, like 10:30, or how long it takes, like 45 min"), code="end"
            )
        if start is None:
            if "start" in self.errors:
                return None
            raise ValidationError(gettext("Enter when it starts too, or leave the end empty"), code="start")
        # “1h30” is both: an hour and a half, unless it is later than the start.
        if end is not None and end > start:
            return end
        if takes is None:
            raise ValidationError(
                gettext("The end must be later than the start, %(start)s"),
                code="end",
                params={"start": f"{start:%H:%M}"},
            )
        minutes = minutes_of(start) + int(takes.total_seconds()) // 60
        if minutes >= 24 * 60:
            raise ValidationError(
                gettext("A session ends before midnight. Add the rest to the next day"), code="midnight"
            )
        return time(minutes // 60, minutes % 60)

    def _shown(self, name: str, value: Any) -> str:
        if name == "speakers":
            return ", ".join(row[0] for row in value) or "–"
        return super()._shown(name, value)

    def save(self) -> Session:
        """Store the session and its speakers; a new one gets its position from `changing_programme`."""
        values = self.cleaned_data
        session = self.session or Session(
            event=self.event, language=self.event.language, position=next_position(self.event)
        )
        session.event = self.event
        session.day, session.start_time, session.end_time = values["day"], values["start"], values["end"]
        for name in self.stored:
            setattr(session, name, values[name])
        if values["place"] != place_value(session):
            self._put(session, values["place"])
        session.save()
        save_speakers(session, values["speakers"])
        return session

    def _put(self, session: Session, place: str) -> None:
        kind, _colon, key = place.partition(":")
        session.room = self.known_places.rooms[int(key)] if kind == "room" else None
        session.site = self.known_places.sites[int(key)] if kind == "site" else None
        session.venue = self.known_places.venues[int(key)] if kind == "venue" else None
        if session.room and session.room.venue_id != self.event.venue_id:
            session.venue = session.room.venue

    @property
    def details_are_open(self) -> bool:
        """Whether the details show at once: something in them is filled in or wrong."""
        usual = {"audience": Session.Audience.EVERYONE, "visibility": Session.Visibility.PUBLIC}
        return any(
            name in self.errors or self[name].value() not in ("", None, False, [], usual.get(name))
            for name in self.in_details
        )


def session_values(session: Session) -> dict[str, Any]:
    """Return what the form of a session is opened with, by field."""
    return {
        "day": session.day,
        "start": session.start_time,
        "end": session.end_time,
        "place": place_value(session),
        "speakers": [
            (row.speaker.name, row.role, row.is_to_be_confirmed) for row in session.contributions.with_speakers()
        ],
        **{name: getattr(session, name) for name in SessionForm.stored},
    }


def save_speakers(session: Session, rows: Iterable[SpeakerRow]) -> None:
    """Let exactly these speakers contribute to a session, in this order; a new name becomes a speaker of the event."""
    known = {speaker.name.casefold(): speaker for speaker in session.event.speakers.all()}
    here = {row.speaker_id: row for row in session.contributions.with_speakers()}
    last = max((speaker.position for speaker in known.values()), default=0)
    for position, (name, role, is_to_be_confirmed) in enumerate(rows, 1):
        speaker = known.get(name.casefold())
        if speaker is None:
            last += 1
            speaker = Speaker.objects.create(event=session.event, name=name, position=last)
        contribution = here.pop(speaker.pk, None) or Contribution(session=session, speaker=speaker)
        stored = (contribution.role, contribution.is_to_be_confirmed, contribution.position)
        if contribution.pk is None or stored != (role, is_to_be_confirmed, position):
            contribution.role, contribution.is_to_be_confirmed = role, is_to_be_confirmed
            contribution.position = position
            contribution.save()
    for gone in here.values():
        gone.delete()


class ChoiceGroupForm(ComparingModelForm):
    class Meta:
        model = ChoiceGroup
        fields = ("name", "rule", "pick")
        labels = {
            "name": _("Name of the group"),
            "rule": _("Each person takes part in"),
            "pick": _("How many each person takes part in"),
        }
        widgets: ClassVar = {"rule": forms.RadioSelect}
        help_texts = {
            "name": _("For example: Visits of the afternoon"),
            "pick": _("2 for “Choose 2 of 3”. Empty: not said, and nobody is asked when they register."),
        }

    def __init__(self, *args: Any, event: Event, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.event = event
        self.instance.event = event
        self.fields["name"].error_messages["required"] = gettext("Enter a name for the group")
        # One of three is always right; what does not say stays as it is.
        self.fields["rule"].required = False

    def clean_rule(self) -> str:
        return self.cleaned_data["rule"] or self.instance.rule

    def clean_name(self) -> str:
        name = self.cleaned_data["name"]
        if ChoiceGroup.objects.filter(event=self.event, name=name).exclude(pk=self.instance.pk).exists():
            raise ValidationError(gettext("There is a group of this name. Choose another name"), code="unique")
        return name

    def clean_pick(self) -> int | None:
        pick = self.cleaned_data["pick"]
        if pick == 0:
            raise ValidationError(gettext("Let people pick at least one, or leave it empty"), code="pick")
        return pick


def quoted(sessions: Iterable[Session]) -> str:
    """Return the titles of sessions as one list in words."""
    return ", ".join(gettext("“%(title)s”") % {"title": session.title} for session in sessions)


class ShiftForm(forms.Form):
    """By how many minutes all that follows a session is shifted."""

    FARTHEST = 12 * 60

    minutes = forms.IntegerField(
        label=_("Minutes"),
        help_text=_("15 for a quarter of an hour later, −15 for earlier."),
        error_messages={
            "required": _("Enter by how many minutes"),
            "invalid": _("Enter a number of minutes, such as 15 or -15"),
        },
    )
    with_itself = forms.BooleanField(label=_("Shift this session too"), required=False)
    past_midnight = forms.ChoiceField(
        label=_("What passes midnight"), choices=PastMidnight.choices, required=False, widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, has_next_day: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        field = cast(forms.ChoiceField, self.fields["past_midnight"])
        # Nobody is asked before it matters; then it has to be said.
        field.required = bool(self.data.get("past_midnight"))
        if not has_next_day:
            field.choices = [(PastMidnight.STAY.value, PastMidnight.STAY.label)]

    def ask_about(self, sessions: Iterable[Session]) -> None:
        """Say which sessions would pass midnight, and ask what becomes of them."""
        words = gettext("%(sessions)s would pass midnight. Choose what becomes of them, or enter fewer minutes")
        self.fields["past_midnight"].required = True
        self.add_error("past_midnight", words % {"sessions": quoted(sessions)})

    @property
    def asks_about_midnight(self) -> bool:
        return "past_midnight" in self.errors or bool(self["past_midnight"].value())

    def clean_minutes(self) -> int:
        minutes = self.cleaned_data["minutes"]
        if not minutes or abs(minutes) > self.FARTHEST:
            raise ValidationError(
                ngettext(
                    "Enter a number between −%(most)s and %(most)s that is not 0",
                    "Enter a number between −%(most)s and %(most)s that is not 0",
                    self.FARTHEST,
                ),
                code="range",
                params={"most": self.FARTHEST},
            )
        return minutes
