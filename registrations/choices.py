"""What somebody chose, session by session and option by option, as their own page shows it."""

from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import get_language, gettext

from .asking import field_of_group
from .models import Choice, Registration
from .taking_part import session_in_words


@dataclass(frozen=True, slots=True)
class ChoiceInWords:
    """`field` is that of the form in which it is changed, `word` the state as a tag, `tone` ok, info or plain."""

    field: str
    label: str
    word: str
    tone: str


def choices_of(registration: Registration) -> list[ChoiceInWords]:
    """Return what somebody chose and how each stands. One query, and one more for each that they wait for."""
    language = get_language() or "en"
    shown = []
    choices = registration.choices.select_related(
        "session__venue", "session__room", "session__site", "option__question"
    ).order_by("session__day", "session__start_time", "option__question__position", "pk")
    for choice in choices:
        if choice.session:
            choice.session.event = registration.event
            label = session_in_words(choice.session, language=language)
            field = field_of_group(choice.session.choice_group_id)
        elif choice.option:
            question = choice.option.question
            field = f"q{question.pk}"
            label = f"{question.in_language('label', language)} {choice.option.in_language('label', language)}"
        shown.append(ChoiceInWords(field, label, *_state(choice, registration)))
    return shown


def _state(choice: Choice, registration: Registration) -> tuple[str, str]:
    if not registration.is_live:
        return gettext("Given back"), "plain"
    if choice.has_place:
        return gettext("You have a place"), "ok"
    if not registration.is_confirmed:
        return gettext("You get a place when you have one at the event, if one is free"), "info"
    return gettext("You wait for it, place %(place)s") % {"place": place_in_line(choice)}, "info"


def place_in_line(choice: Choice) -> int:
    """Return 1 for whoever is next for a session or an option; those without a seat are not counted. One query."""
    line = Choice.objects.waiting().filter(
        session=choice.session_id, option=choice.option_id, registration__state=Registration.State.CONFIRMED
    )
    ahead = Q(since__lt=choice.since) | Q(since=choice.since, pk__lt=choice.pk)
    return line.filter(ahead).count() + 1
