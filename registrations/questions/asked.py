"""Which questions an event asks, read once and kept until something visible changes."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Model, Prefetch
from django.db.models.signals import post_delete, post_save
from django.utils.translation import gettext

from events.models import CalendarState, Event
from events.times import day_in_words

from ..models import Option, Question, QuestionVersion, Registration
from . import conditions

Mode = Registration.Mode


def read_questions(event: Event, *, retired_too: bool = False) -> list[Question]:
    """Return the questions of an event in their order, with their options and versions. Three queries, one for none."""
    questions = Question.objects.filter(event=event)
    found = list(
        (questions if retired_too else questions.asked())
        .order_by("position", "pk")
        .prefetch_related(
            Prefetch("options", Option.objects.order_by("position", "pk")),
            Prefetch("versions", QuestionVersion.objects.order_by("number")),
        )
    )
    for question in found:
        # The one at hand: looking it up again would cost a query each.
        question.event = event
        for option in question.options.all():
            option.question = question
    return found


def version_of(question: Question) -> QuestionVersion:
    """Return how a question is worded now; of one that was read by `read_questions`, without a query."""
    return next(version for version in question.versions.all() if version.number == question.version)


def offered(question: Question, *, also: Iterable[int] = ()) -> list[Option]:
    """Return the options that can be chosen now, and those among `also` that could be and were."""
    kept = set(also)
    return [option for option in question.options.all() if option.retired_at is None or option.pk in kept]


def modes_of(question: Question) -> list[str]:
    """Return how those take part who are asked; [] for everybody. What only travel needs, nobody online is asked."""
    return [Mode.ROOM.value] if question.is_for_travel else list(question.modes)


def asked_of(
    questions: Iterable[Question],
    *,
    mode: str | None,
    participant_kind: str = Registration.ParticipantKind.PARTICIPANT,
) -> list[Question]:
    """Return the questions for somebody who takes part in this way; mode None: it is not said yet, so all are asked."""
    return [
        question
        for question in questions
        if (not question.participant_kinds or participant_kind in question.participant_kinds)
        and (mode is None or not modes_of(question) or mode in modes_of(question))
    ]


def has_condition(question: Question, event: Event) -> bool:
    """Whether it depends on what else is answered on the page whether a question is asked."""
    return bool(question.shown_if) or (event.mode == Event.Mode.HYBRID and bool(modes_of(question)))


def only_if(question: Question, event: Event, questions: Mapping[int, Question], *, language: str) -> str:
    """Return “Answer only if …”; "" where everybody answers."""
    parts = []
    if event.mode == Event.Mode.HYBRID and (modes := modes_of(question)):
        labels = gettext(" or ").join(str(Mode(mode).label) for mode in modes)
        parts.append(gettext("you take part: %(mode)s") % {"mode": labels})
    if question.shown_if:
        parts.append(conditions.in_words(question.shown_if, questions, language=language))
    return gettext("Answer only if %(condition)s.") % {"condition": gettext(" and ").join(parts)} if parts else ""


def for_the_script(question: Question, event: Event) -> str:
    """Return when a question is shown, as static/js/questions.js reads it; "" where it always is."""
    if not has_condition(question, event):
        return ""
    modes = modes_of(question) if event.mode == Event.Mode.HYBRID else []
    return json.dumps({"modes": modes, "shown_if": question.shown_if})


def why_and_until(question: Question, *, language: str) -> str:
    """Return what an answer is for, who sees it and when it is deleted, as sentences beside the question."""
    words: dict[str, Any] = {
        "purpose": question.in_language("purpose", language).text.rstrip("."),
        "day": day_in_words(question.delete_on),
    }
    if question.is_sensitive:
        return gettext("What it is for: %(purpose)s. Seen by the host only. Deleted on %(day)s.") % words
    return gettext("What it is for: %(purpose)s. Deleted on %(day)s.") % words


# --- Kept until it changes ---------------------------------------------------------------------------------------


def _changed(sender: type[Model], **kwargs: Any) -> None:
    CalendarState.advance()


def connect() -> None:
    """Let the version of everything visible rise with a question: forms are made anew then."""
    for model in (Question, Option, QuestionVersion):
        for signal in (post_save, post_delete):
            signal.connect(_changed, sender=model, dispatch_uid=f"forms follow {model.__name__} {id(signal)}")
