"""What the form of an event asks beside its core: sessions to choose among, and the host's questions.

It is read once and kept until something visible changes, under the number that the page of the event was made with, so
that an event that asks nothing more costs no query (docs/decisions/questions.md).
"""

from dataclasses import dataclass

from django.db.models import Q

from events.event_page import EventPage
from events.models import CalendarState, ChoiceGroup, Event, Session

from .models import Question
from .questions.asked import read_questions

KEPT = 200
# Who takes part online is not there.
IN_THE_ROOM_ONLY = (Session.Kind.SITE_VISIT, Session.Kind.TRANSFER, Session.Kind.MEAL, Session.Kind.SOCIAL)
# The short form is one page: name, email, organisation, country, and no more than two fields beside them.
MOST_FIELDS_OF_THE_SHORT_FORM = 6
_CORE = 4


def field_of_group(group: int | None) -> str:
    """Return the field of the form for the sessions of a choice group, by its key; None for those of no group."""
    return f"choice{group}" if group else "sessions"


@dataclass(frozen=True, slots=True)
class SessionGroup:
    """Sessions to choose among, as one field of the form. `group` is None for those that are chosen each by itself."""

    group: ChoiceGroup | None
    sessions: tuple[Session, ...]

    @property
    def field(self) -> str:
        return field_of_group(self.group.pk if self.group else None)

    def for_mode(self, *, is_online: bool) -> tuple[Session, ...]:
        """Return the sessions that somebody can choose who takes part in this way."""
        if not is_online:
            return self.sessions
        return tuple(session for session in self.sessions if session.kind not in IN_THE_ROOM_ONLY)


@dataclass(frozen=True, slots=True)
class Asking:
    """What an event asks beside the core. The rows are shared with other requests: nobody changes them."""

    questions: tuple[Question, ...] = ()
    groups: tuple[SessionGroup, ...] = ()

    @property
    def is_nothing(self) -> bool:
        return not self.questions and not self.groups

    @property
    def has_limits(self) -> bool:
        """Whether something can be picked whose places may be limited."""
        return bool(self.groups) or any(
            option.places is not None for question in self.questions for option in question.options.all()
        )

    def without_files(self) -> "Asking":
        """The same without the questions that ask for a file."""
        kept = tuple(question for question in self.questions if question.kind != Question.Kind.FILE)
        return Asking(kept, self.groups)

    def is_long(self, event: Event) -> bool:
        """Whether the form comes in pages: with sessions to choose, or with more than six fields."""
        fields = _CORE + len(self.questions) + (event.mode == Event.Mode.HYBRID) + event.kind.asks_for_phone
        return bool(self.groups) or (bool(self.questions) and fields > MOST_FIELDS_OF_THE_SHORT_FORM)


NOTHING = Asking()


def asking_of(page: EventPage) -> Asking:
    """Return what the event of this page asks; no query while its page is kept."""
    return _kept(page.event, page.version) if page.version else read_asking(page.event)


_keeper: dict[tuple[int, int], Asking] = {}


def _kept(event: Event, version: int) -> Asking:
    key = (event.pk, version)
    if (found := _keeper.get(key)) is None:
        if len(_keeper) >= KEPT:
            _keeper.clear()
        found = _keeper[key] = read_asking(event)
    return found


def asking_now(event: Event) -> Asking:
    """Return what an event asks, for pages that are not made from that of the event. One query while it is kept."""
    # Read before the rest: if something changes in between, it is read once more and never kept for too long.
    return _kept(event, CalendarState.current())


def read_asking(event: Event) -> Asking:
    """Read what an event asks. Four queries, two for an event that asks nothing."""
    questions = tuple(read_questions(event))
    groups = session_groups(event)
    return Asking(questions, groups) if questions or groups else NOTHING


def session_groups(event: Event) -> tuple[SessionGroup, ...]:
    """Return the sessions that people choose when they register, in the order of the programme.

    Those are the choice groups with a rule or with limited places, and other sessions whose places are limited.
    """
    grouped: dict[int, list[Session]] = {}
    alone: list[Session] = []
    limited = Q(choice_group__isnull=False) | Q(places__isnull=False)
    for session in event.sessions.visible_to(None).with_page_data().in_order().filter(limited):
        # The one at hand: looking it up again would cost a query each.
        session.event = event
        if session.choice_group_id:
            grouped.setdefault(session.choice_group_id, []).append(session)
        elif session.places is not None:
            alone.append(session)
    groups = [
        SessionGroup(sessions[0].choice_group, tuple(sessions)) for sessions in grouped.values() if _is_chosen(sessions)
    ]
    return (*groups, *([SessionGroup(None, tuple(alone))] if alone else []))


def _is_chosen(sessions: list[Session]) -> bool:
    group = sessions[0].choice_group
    return bool(group and group.pick) or any(session.places is not None for session in sessions)
