"""Writing down what an event sets out to teach."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Count, QuerySet

from events.models import Event

from .exceptions import OutcomeIsRated
from .models import LearningOutcome

# Each is asked twice, and people answer eight questions, not twenty.
MOST_OUTCOMES = 8


def rated(event: Event) -> QuerySet[LearningOutcome]:
    """The outcomes of an event that somebody rated, each with how many people did as `people`."""
    return event.outcomes.annotate(people=Count("ratings")).filter(people__gt=0)


def used_elsewhere(event: Event) -> list[str]:
    """The outcomes of the project's other events, each text once, the latest event's first."""
    others = LearningOutcome.objects.filter(event__project=event.project_id).exclude(event=event)
    mine = {outcome.text for outcome in event.outcomes.all()}
    texts = others.order_by("-event__starts_on", "-event", "position").values_list("text", flat=True)
    return [text for text in dict.fromkeys(texts) if text not in mine]


@transaction.atomic
def write_outcomes(event: Event, texts: Sequence[str]) -> None:
    """Make these the outcomes of an event, in this order; each text is there once.

    One whose text stays is the same outcome, with its translations and ratings. Raises OutcomeIsRated where one is
    missing that somebody rated: what people answered must stay readable.
    """
    known = {outcome.text: outcome for outcome in event.outcomes.all()}
    gone = [outcome for text, outcome in known.items() if text not in texts]
    if missing := [outcome.text for outcome in rated(event).filter(pk__in=[outcome.pk for outcome in gone])]:
        raise OutcomeIsRated(missing)
    for outcome in gone:
        outcome.delete()
    # No two may have one position, not even on the way.
    first_free = max((outcome.position for outcome in known.values()), default=0) + 1
    for offset in (first_free, 1):
        for position, text in enumerate(texts, start=offset):
            if text not in known:
                known[text] = LearningOutcome(event=event, text=text, language=event.language)
            known[text].position = position
            known[text].save()
