"""What people said of an event and of its outcomes."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime

from events.models import Event
from projects.models.languages import Text

from ...models import Feedback, OutcomeRating
from ..rows import Answer, Guest
from ..subject import Subject
from .guests import registrations_of


def answers_of(
    subject: Subject,
    events: dict[int, Event],
    guests: Iterable[Guest],
    days: Mapping[int, Collection[date]],
    texts: dict[int, Text],
    *,
    at: datetime,
) -> tuple[tuple[Answer, ...], dict[int, list[tuple[int, int]]]]:
    """Return the answers, and the pairs of ratings for each outcome by people who attended; two queries.

    `days` is what `presence` returns, `texts` are the outcomes of the events by their keys. An answer is of one
    registration, so whoever was there with two may have given two.
    """
    humans = {registration: guest.person_id for guest in guests for registration in guest.registrations}
    attended = {registration for registration in humans if days.get(registration)}
    said = (
        Feedback.objects.filter(
            registration__in=registrations_of(subject), registration__event__in=events, given_at__lte=at
        )
        .exclude(registration__cancelled_at__lte=at)
        .select_related("registration")
    )
    by_feedback: dict[int, list[OutcomeRating]] = defaultdict(list)
    for rating in OutcomeRating.objects.filter(feedback__in=said, outcome__event__in=events).order_by(
        "outcome__position"
    ):
        by_feedback[rating.feedback_id].append(rating)

    answers = []
    by_outcome: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for feedback in said:
        ratings, registration = by_feedback[feedback.pk], feedback.registration
        if registration is None:  # of nobody knows whom, and of no registration's event either
            continue
        has_attended = registration.pk in attended
        answers.append(
            Answer(
                feedback_id=feedback.pk,
                person_id=humans.get(registration.pk, registration.person_id),
                event=events[registration.event_id],
                has_attended=has_attended,
                relevance=feedback.relevance,
                satisfaction=feedback.satisfaction,
                will_use=feedback.will_use,
                remarks=feedback.remarks,
                ratings=tuple((texts[rating.outcome_id], rating.before, rating.after) for rating in ratings),
                was_changed_later=feedback.changed_at > at,
            )
        )
        for rating in ratings:
            if has_attended and rating.before is not None and rating.after is not None:
                by_outcome[rating.outcome_id].append((rating.before, rating.after))
    order = {pk: position for position, pk in enumerate(events)}
    # In the order of what was said: neither a name nor the hour of sending leads to who said it.
    answers.sort(
        key=lambda answer: (
            order[answer.event.pk],
            -(answer.relevance or 0),
            -(answer.satisfaction or 0),
            answer.will_use,
            answer.remarks,
            answer.feedback_id,
        )
    )
    return tuple(answers), by_outcome
