"""Questions that hosts ask again and again, ready to be added with one click and changed like any other."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Max
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from events.models import Event
from events.times import day_in_words

from ..models import Option, Question
from . import conditions
from .wording import keep_words

Kind = Question.Kind
# Caterers and hotels are paid within a week; an answer about health or identity goes the day after.
USUAL_DAYS, SENSITIVE_DAYS = 7, 1


@dataclass(frozen=True, slots=True)
class Ready:
    """One question of the catalogue. `options` are made for an event, in its language.

    `in_words` is the key of the question that is asked when somebody picks the last of them, “Something else”.
    """

    key: str
    name: str | Promise
    kind: Kind
    label: str | Promise
    purpose: str | Promise
    help_text: str | Promise = ""
    options: Callable[[Event], list[str]] = lambda event: []
    details: dict[str, Any] = field(default_factory=dict)
    days: int = USUAL_DAYS
    in_words: str = ""


def _diets(event: Event) -> list[str]:
    return [
        gettext("Vegetarian"),
        gettext("Vegan"),
        gettext("Halal"),
        gettext("Kosher"),
        gettext("Without gluten"),
        gettext("Without lactose"),
        gettext("Without nuts"),
        gettext("Something else"),
    ]


def _needs(event: Event) -> list[str]:
    return [
        gettext("A way without steps"),
        gettext("A seat near the front"),
        gettext("Sign language interpretation"),
        gettext("Subtitles or written text"),
        gettext("A hearing loop"),
        gettext("Large print"),
        gettext("A quiet room"),
        gettext("A place for a companion or an assistance dog"),
        gettext("Something else"),
    ]


def _nights(event: Event) -> list[str]:
    if not event.starts_on or not event.has_exact_date:
        return [gettext("The night before"), gettext("The night after the first day")]
    last = event.ends_on or event.starts_on
    nights = [event.starts_on + timedelta(days=n) for n in range(-1, min((last - event.starts_on).days, 13) + 1)]
    return [gettext("Night from %(day)s") % {"day": day_in_words(night)} for night in nights]


def _days(event: Event) -> list[str]:
    return [day_in_words(day) for day in event.days] or [gettext("The first day"), gettext("The second day")]


CATALOGUE = (
    Ready(
        "diet",
        _("Diet"),
        Kind.SEVERAL_OF,
        _("What should the kitchen know?"),
        _("The caterer cooks for everybody"),
        _("Leave it empty if you eat everything."),
        options=_diets,
        details={"is_sensitive": True, "is_for_travel": True},
        days=SENSITIVE_DAYS,
        in_words="diet-words",
    ),
    Ready(
        "diet-words",
        _("Diet, in your own words"),
        Kind.TEXT,
        _("What else should the kitchen know?"),
        _("The caterer cooks for everybody"),
        details={"is_sensitive": True, "is_for_travel": True},
        days=SENSITIVE_DAYS,
    ),
    Ready(
        "access",
        _("Access needs"),
        Kind.SEVERAL_OF,
        _("What do you need to take part?"),
        _("The host prepares the rooms and the programme"),
        _("Say what helps you; nobody needs to know why."),
        options=_needs,
        details={"is_sensitive": True},
        days=SENSITIVE_DAYS,
        in_words="access-words",
    ),
    Ready(
        "access-words",
        _("Access needs, in your own words"),
        Kind.LONG_TEXT,
        _("What else do you need to take part?"),
        _("The host prepares the rooms and the programme"),
        _("Say what helps you; nobody needs to know why."),
        details={"is_sensitive": True},
        days=SENSITIVE_DAYS,
    ),
    Ready(
        "dinner",
        _("Dinner"),
        Kind.ONE_OF,
        _("Do you come to the dinner?"),
        _("The restaurant sets the tables"),
        options=lambda event: [gettext("Yes, I come to the dinner"), gettext("No")],
        details={"is_required": True, "is_for_travel": True},
    ),
    Ready(
        "bus",
        _("Bus"),
        Kind.ONE_OF,
        _("Do you come by our bus?"),
        _("We order a bus that is large enough"),
        options=lambda event: [gettext("Yes, from the station"), gettext("Yes, from the hotel"), gettext("No")],
        details={"is_required": True, "is_for_travel": True},
    ),
    Ready(
        "hotel",
        _("Hotel nights"),
        Kind.SEVERAL_OF,
        _("Which nights do you stay at the hotel?"),
        _("The host books the rooms"),
        _("Leave it empty if you need no room."),
        options=_nights,
        details={"is_for_travel": True},
    ),
    Ready(
        "days",
        _("Days"),
        Kind.SEVERAL_OF,
        _("On which days do you come?"),
        _("We plan rooms and meals for each day"),
        options=_days,
        details={"is_required": True},
    ),
    Ready(
        "site-id",
        _("Site safety: identity document"),
        Kind.YES_NO,
        _("Can you show an identity document at the gate?"),
        _("The site lets in nobody without one"),
        _("Only show it there. We keep no copy and no number."),
        details={"is_required": True, "is_sensitive": True, "is_for_travel": True},
        days=SENSITIVE_DAYS,
    ),
    Ready(
        "site-shoes",
        _("Site safety: sturdy shoes"),
        Kind.YES_NO,
        _("Do you come in sturdy, closed shoes?"),
        _("The site asks for it"),
        details={"is_required": True, "is_for_travel": True},
    ),
    Ready(
        "site-instruction",
        _("Site safety: instruction read"),
        Kind.YES_NO,
        _("Have you read the safety instruction of the site?"),
        _("The site asks for it"),
        _("It is on the page of the event, with the place that we visit."),
        details={"is_required": True, "is_for_travel": True},
    ),
)
BY_KEY = {ready.key: ready for ready in CATALOGUE}


def delete_day(event: Event, *, days: int = USUAL_DAYS) -> date:
    """Return the day on which answers are usually deleted: so many days after the event, or three months from now."""
    last = (event.ends_on or event.starts_on) if event.has_exact_date else None
    today = timezone.now().astimezone(event.zone).date()
    if last is None:
        return today + timedelta(days=90)
    return max(last, today) + timedelta(days=days)


def next_position(event: Event) -> int:
    return (event.questions.aggregate(last=Max("position"))["last"] or 0) + 1


def add_ready(event: Event, key: str) -> Question:
    """Add a question of the catalogue to an event, in the event's language; raises KeyError for an unknown one.

    With it comes the question that asks what “something else” is, unless it is there.
    """
    ready = BY_KEY[key]
    with translation.override(event.language):
        question = Question.objects.create(
            event=event,
            position=next_position(event),
            catalogue_key=key,
            kind=ready.kind,
            label=str(ready.label),
            help_text=str(ready.help_text),
            purpose=str(ready.purpose),
            delete_on=delete_day(event, days=ready.days),
            language=event.language,
            **ready.details,
        )
        labels = ready.options(event)
    Option.objects.bulk_create(
        Option(question=question, position=position, label=label) for position, label in enumerate(labels, 1)
    )
    keep_words(question)
    if ready.in_words and not event.questions.asked().filter(catalogue_key=ready.in_words).exists():
        last = question.options.get(position=len(labels))
        words = add_ready(event, ready.in_words)
        words.shown_if = {"any": [{"question": question.pk, "is": conditions.HAS, "value": last.pk}]}
        words.save(update_fields=["shown_if"])
    return question
