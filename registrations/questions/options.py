"""Storing the answers to choose from: what somebody chose stays, and a new limit counts who chose before."""

from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone

from .. import places
from ..models import Answer, Choice, Option, Question, Registration
from .row_fields import OptionRow


def save_options(question: Question, rows: Iterable[OptionRow], *, at: datetime | None = None) -> None:
    """Let a question have exactly these options, in this order. One that somebody chose is retired, not deleted."""
    here = {str(option.pk): option for option in question.options.all()}
    got_a_limit = []
    for position, (key, label, typed) in enumerate(rows, 1):
        option = here.pop(key, None) or Option(question=question)
        limit = int(typed) if typed else None
        had_none = option.pk is not None and option.places is None
        option.position, option.label, option.places, option.retired_at = position, label, limit, None
        option.save()
        if had_none and limit is not None:
            got_a_limit.append(option)
    for option in here.values():
        if option.retired_at is not None:
            continue
        if option.choices.exists() or _was_answered(option):
            option.retired_at = at or timezone.now()
            option.save(update_fields=["retired_at"])
        else:
            option.delete()
    if got_a_limit:
        _count_who_chose_before(question)


def _was_answered(option: Option) -> bool:
    return any(
        value == option.pk or (isinstance(value, list) and option.pk in value)
        for value in option.question.answers.values_list("value", flat=True)
    )


def _count_who_chose_before(question: Question) -> None:
    """Let those who picked an option before it had a limit take its places, in the order in which they registered."""
    answers = Answer.objects.filter(question=question, registration__in=Registration.objects.live())
    chosen = set(Choice.objects.filter(option__question=question).values_list("registration", "option"))
    limited = {option.pk: option for option in question.options.all() if option.places is not None}
    for answer in answers.select_related("registration").order_by("registration__joined_at", "registration"):
        picked = answer.value if isinstance(answer.value, list) else [answer.value]
        missing = [key for key in picked if key in limited and (answer.registration_id, key) not in chosen]
        if missing:
            registration = answer.registration
            registration.event = question.event
            mine = list(registration.choices.select_related("session", "option"))
            places.choose(
                registration,
                sessions=[choice.session for choice in mine if choice.session],
                options=[*(choice.option for choice in mine if choice.option), *(limited[key] for key in missing)],
            )
