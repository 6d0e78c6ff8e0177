"""Changes that are asked for after the cut-off: what is wanted, in words, and how it is carried out once it is granted.

`wanted` holds what is different from what is stored, by the names of the form's fields: the core as it is stored, the
keys of all sessions that are wanted under “sessions”, answers by “q” and the key of their question.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language, gettext

from accounts.models import User
from events.models import Session

from . import emails, places
from .answers import answers_in_words, answers_of
from .asking import Asking, asking_now
from .exceptions import RequestDecided, TooLate
from .models import ChangeRequest, Choice, Decision, Option, Registration
from .questions.answering import is_empty, keep_answers, said, stored_values
from .questions.asked import version_of
from .questions.wording import word_of
from .taking_part import limited_options, session_in_words

SESSIONS = "sessions"


def differences(
    registration: Registration,
    *,
    core: Mapping[str, Any],
    sessions: Iterable[Session],
    values: Mapping[int, Any],
    asking: Asking,
) -> dict[str, Any]:
    """Return what is wanted and is not so, as `wanted` holds it; {} when all stays as it is."""
    now = answers_of(registration)
    wanted: dict[str, Any] = {name: value for name, value in core.items() if name in now and now[name] != value}
    chosen = set(registration.choices.filter(session__isnull=False).values_list("session", flat=True))
    keys = {session.pk for session in sessions}
    if asking.groups and keys != chosen:
        wanted[SESSIONS] = sorted(keys)
    before = stored_values(registration)
    for key, value in values.items():
        if value != before.get(key) and not (is_empty(value) and is_empty(before.get(key))):
            wanted[f"q{key}"] = value
    return wanted


@transaction.atomic
def ask(registration: Registration, wanted: Mapping[str, Any], *, at: datetime | None = None) -> ChangeRequest:
    """Ask the host for a change; what was asked for before and is not decided yet is replaced.

    Raises NotRegistered for a cancelled registration, and TooLate when the event is over.
    """
    event = places.lock(registration.event)
    at = at or timezone.now()
    registration = places.live(event, registration)
    if not registration.can_be_changed(at=at):
        raise TooLate(registration)
    registration.change_requests.filter(decided_at=None).delete()
    return registration.change_requests.create(wanted=dict(wanted), asked_at=at)


@dataclass(frozen=True, slots=True)
class Asked:
    """The last request of somebody, with what it asks for."""

    request: ChangeRequest
    lines: "list[Wanted]"

    @property
    def is_open(self) -> bool:
        return self.request.decided_at is None


def latest(registration: Registration) -> Asked | None:
    """Return what somebody asked for last, or None. One query where nothing was, none where they were loaded."""
    requests = list(registration.change_requests.all())
    if not requests:
        return None
    request = requests[-1]
    request.registration = registration
    return Asked(request, in_words(request) if request.decided_at is None else [])


def take_back(registration: Registration) -> bool:
    """Ask no more for what is not decided yet; False when there is nothing to take back."""
    number, _by_model = registration.change_requests.filter(decided_at=None).delete()
    return number > 0


@dataclass(frozen=True, slots=True)
class Wanted:
    """One line of a request: what it is, how it is now, and how it shall be; "" for nothing."""

    label: str
    now: str
    then: str


def in_words(request: ChangeRequest) -> list[Wanted]:
    """Return what a request asks for, in the language of the page. About six queries."""
    registration, wanted = request.registration, request.wanted
    event = registration.event
    language = get_language() or "en"
    now = answers_of(registration)
    labels = {answer.field: answer for answer in answers_in_words(now, event)}
    then = {answer.field: answer for answer in answers_in_words({**now, **_core(wanted)}, event)}
    lines = [
        Wanted(labels[name].label, labels[name].value, then[name].value) for name in _core(wanted) if name in labels
    ]
    if SESSIONS in wanted:
        before = [choice.session for choice in registration.choices.select_related("session") if choice.session]
        after = list(event.sessions.in_order().filter(pk__in=wanted[SESSIONS]))
        lines.append(Wanted(gettext("Parts of the programme"), _titles(before, language), _titles(after, language)))
    stored = stored_values(registration)
    for question in asking_now(event).questions:
        name = f"q{question.pk}"
        if name in wanted:
            words = version_of(question).asked
            values = [stored.get(question.pk), wanted[name]]
            shown = ["" if is_empty(value) else said(question.kind, value, words, language) for value in values]
            lines.append(Wanted(word_of(words, "label", language), shown[0], shown[1]))
    return lines


def _core(wanted: Mapping[str, Any]) -> dict[str, Any]:
    names = ("name", "email", "organisation_name", "country", "mode", "phone", "language")
    return {name: wanted[name] for name in names if name in wanted}


def _titles(sessions: Iterable[Session], language: str) -> str:
    return "; ".join(session_in_words(session, language=language) for session in sessions)


@transaction.atomic
def decide(
    request: ChangeRequest, *, is_granted: bool, by: User | None = None, text: str = "", at: datetime | None = None
) -> ChangeRequest:
    """Grant or refuse what somebody asked for, and tell them with the words of the host.

    Raises RequestDecided when it was decided, or taken back, before; and what `carry_out` raises, with nothing decided.
    """
    event = places.lock(request.registration.event)
    at = at or timezone.now()
    fresh = ChangeRequest.objects.select_related("registration").filter(pk=request.pk, decided_at=None).first()
    if fresh is None:
        raise RequestDecided(request.registration)
    registration = fresh.registration
    registration.event = event
    if is_granted:
        registration = carry_out(fresh, at=at)
    fresh.decided_at, fresh.is_granted, fresh.answer = at, is_granted, text
    fresh.save(update_fields=["decided_at", "is_granted", "answer"])
    kind = Decision.Kind.REQUEST_GRANTED if is_granted else Decision.Kind.REQUEST_REFUSED
    registration.decisions.create(kind=kind, reason=text, taken_by=by, taken_at=at)
    emails.request_decided(registration, key=str(fresh.pk), is_granted=is_granted, answer=text)
    return fresh


@transaction.atomic
def carry_out(request: ChangeRequest, *, at: datetime | None = None) -> Registration:
    """Change a registration as its request asks for; whoever decides closes the request.

    Raises what places.change() and places.choose() raise: NotRegistered, NoFreePlace, ChoicesClash, ChoicesDoNotFit.
    """
    registration, wanted = request.registration, request.wanted
    asking = asking_now(registration.event)
    if core := _core(wanted):
        registration = places.change(registration, by_host=True, at=at, **core)
    values = stored_values(registration)
    asked = {f"q{question.pk}": question for question in asking.questions}
    values |= {asked[name].pk: value for name, value in wanted.items() if name in asked}
    keep_answers(registration, [asked[name] for name in wanted if name in asked], values, at=at)
    if SESSIONS in wanted or any(name in asked for name in wanted):
        choices = list(registration.choices.select_related("session", "option"))
        sessions = [choice.session for choice in choices if choice.session]
        if SESSIONS in wanted:
            sessions = list(registration.event.sessions.filter(pk__in=wanted[SESSIONS]))
        places.choose(registration, sessions=sessions, options=_options(asking, values, choices), at=at)
    return registration


def _options(asking: Asking, values: Mapping[int, Any], choices: Iterable[Choice]) -> list[Option]:
    """The limited options that these answers pick; those of questions that are not asked any more stay."""
    asked = {question.pk for question in asking.questions}
    picked = [choice.option for choice in choices if choice.option and choice.option.question_id not in asked]
    return [*picked, *(option for question in asking.questions for option in limited_options(question, values))]
