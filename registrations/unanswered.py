"""What somebody has still to answer of what an event asks.

Whoever registers by themselves answers it in the form. Who was named by a partner, added or imported by the host, or
came instead of somebody never saw that form, and some questions are asked only after people have registered.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import get_language

from events.models import Event

from .asking import Asking, asking_now
from .models import Answer, Choice, Registration
from .questions.answering import is_empty, stored_values
from .questions.asked import asked_of
from .questions.conditions import applying

Mode = Registration.Mode
_NOTHING: Mapping[int, Any] = {}


@dataclass(frozen=True, slots=True)
class Unanswered:
    """Something that must be answered and is not; `field` is the field of the form in which it is."""

    field: str
    label: str


def unanswered(
    registration: Registration,
    asking: Asking,
    *,
    answers: Mapping[int, Any] = _NOTHING,
    sessions: Collection[int] = (),
    language: str = "",
) -> list[Unanswered]:
    """Return what somebody must still answer, as the form orders it: sessions first, then questions. No query.

    `answers` are their stored values by the keys of the questions, and `sessions` the keys of what they chose; nothing
    yet, where they are not given. `language` is that of the labels, by default the one of the page. See also
    TakingPartForm.clean, which asks for the same.
    """
    language = language or get_language() or "en"
    mode = Mode.ONLINE if registration.takes_part_online else Mode.ROOM
    missing = []
    for one in asking.groups:
        there = one.for_mode(is_online=mode == Mode.ONLINE)
        picked = sum(session.pk in sessions for session in there)
        if one.group and there and not one.group.fits(picked):
            missing.append(Unanswered(one.field, one.group.name))
    asked = asked_of(asking.questions, mode=mode, participant_kind=registration.participant_kind)
    applies = applying(asked, answers)
    for question in asked:
        if question.is_required and question.pk in applies and is_empty(answers.get(question.pk)):
            missing.append(Unanswered(f"q{question.pk}", question.in_language("label", language).text))
    return missing


def still_to_answer(registration: Registration, *, language: str = "", at: datetime | None = None) -> list[Unanswered]:
    """Return what somebody must still answer at an instant; nothing once it is of no use.

    At most three queries while it is kept what the event asks, and one where that is nothing. `language` as above.
    """
    if not registration.can_be_changed(at=at):
        return []
    asking = asking_now(registration.event)
    if asking.is_nothing:
        return []
    chosen = registration.choices.filter(option=None).values_list("session", flat=True)
    answers = stored_values(registration)
    return unanswered(registration, asking, answers=answers, sessions=set(chosen), language=language)


def who_must_still_answer(event: Event) -> list[int]:
    """Return the keys of the live registrations of an event that have something still to answer. At most four queries.

    Whether a question is asked may depend on other answers, so they are read, and not compared by the database.
    """
    asking = asking_now(event)
    if asking.is_nothing:
        return []
    live = event.registrations.live().order_by()
    answers: defaultdict[int, dict[int, Any]] = defaultdict(dict)
    for registration, question, value in Answer.objects.filter(registration__in=live).values_list(
        "registration", "question", "value"
    ):
        answers[registration][question] = value
    sessions: defaultdict[int, set[int]] = defaultdict(set)
    for registration, session in Choice.objects.filter(registration__in=live, option=None).values_list(
        "registration", "session"
    ):
        sessions[registration].add(session)
    found = []
    for one in live.only("event", "mode", "participant_kind"):
        one.event = event
        if unanswered(one, asking, answers=answers[one.pk], sessions=sessions[one.pk]):
            found.append(one.pk)
    return found
