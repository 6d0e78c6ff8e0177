"""What the people who attended one event say they learned, for its organisers. Nothing here names anybody."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from events.models import Event
from registrations.attendance.presence import attended_days

from .models import Feedback, OutcomeRating
from .plots import Cell, Numbers, Plot, Value, bar_plot, one_decimal
from .reports.plots import learning_plot
from .reports.rows import MINIMUM_ANSWERS, OutcomeRow


@dataclass(frozen=True, slots=True)
class EventResults:
    """The answers of those who attended, at the instant `at`.

    `outcomes` are all of the event. `relevance` and `satisfaction` hold each rating from 1 to 5, without those who
    skipped the question. `others` counts answers of people without an attendance record, and `unmatched` those of
    nobody knows whom; both are in nothing else.
    """

    at: datetime
    attended: int
    answers: int
    others: int
    unmatched: int
    outcomes: tuple[OutcomeRow, ...]
    relevance: tuple[int, ...]
    satisfaction: tuple[int, ...]
    will_use: tuple[str, ...]
    remarks: tuple[str, ...]

    @property
    def answer_rate(self) -> int | None:
        """Answers of a hundred people who attended; None where nobody did."""
        return round(100 * self.answers / self.attended) if self.attended else None

    @property
    def are_withheld(self) -> bool:
        """Whether so few answered that what they said would lead to who said it."""
        return 0 < self.answers < MINIMUM_ANSWERS

    @property
    def plots(self) -> list[Plot]:
        """What there is to draw, most important first; nothing while the answers are withheld."""
        if self.answers < MINIMUM_ANSWERS:
            return []
        drawn = (
            learning_plot(self.outcomes, opens_rows=False),
            _scale("relevance", _("How relevant the event was for people’s work"), self.relevance),
            _scale("satisfaction", _("How satisfied people are with the event"), self.satisfaction),
        )
        return [plot for plot in drawn if plot is not None]


def results_of(event: Event, *, at: datetime | None = None) -> EventResults:
    """Return what was said about an event until now, in six queries at most."""
    # Somebody who was seen although they cancelled is a contradiction, which the semester's report names.
    attended = attended_days(event).keys() & set(event.registrations.confirmed().values_list("pk", flat=True))
    given = Feedback.objects.filter(registration__event=event, registration__cancelled_at__isnull=True)
    counted = [feedback for feedback in given if feedback.registration_id in attended]
    ratings: dict[int, list[tuple[int, int]]] = {outcome.pk: [] for outcome in event.outcomes.all()}
    for rating in OutcomeRating.objects.filter(feedback__in=[feedback.pk for feedback in counted]):
        if rating.before is not None and rating.after is not None:
            ratings[rating.outcome_id].append((rating.before, rating.after))
    language = get_language() or "en"
    return EventResults(
        at=at or timezone.now(),
        attended=len(attended),
        answers=len(counted),
        others=len(given) - len(counted),
        unmatched=Feedback.objects.unmatched(event).count(),
        outcomes=tuple(
            OutcomeRow(outcome.pk, outcome.in_language("text", language), event, tuple(ratings[outcome.pk]))
            for outcome in event.outcomes.all()
        ),
        relevance=tuple(feedback.relevance for feedback in counted if feedback.relevance),
        satisfaction=tuple(feedback.satisfaction for feedback in counted if feedback.satisfaction),
        will_use=_in_their_words(feedback.will_use for feedback in counted),
        remarks=_in_their_words(feedback.remarks for feedback in counted),
    )


def _in_their_words(texts: Iterable[str]) -> tuple[str, ...]:
    # In the order of the alphabet: the hour of sending would lead to who said it.
    return tuple(sorted(filter(None, texts), key=str.casefold))


def _scale(slug: str, measure: str, ratings: tuple[int, ...]) -> Plot | None:
    """Draw how often each step of a scale was chosen; None where too few rated."""
    n = len(ratings)
    if n < MINIMUM_ANSWERS:
        return None
    counts = Counter(ratings)
    high = counts[4] + counts[5]
    steps = [
        (_("5, fully"), counts[5]),
        ("4", counts[4]),
        ("3", counts[3]),
        ("2", counts[2]),
        (_("1, not at all"), counts[1]),
    ]
    finding = ngettext(
        "%(high)d of %(n)d person chose 4 or 5; the mean is %(mean)s",
        "%(high)d of %(n)d people chose 4 or 5; the mean is %(mean)s",
        n,
    ) % {"high": high, "n": n, "mean": one_decimal(sum(ratings) / n)}
    return bar_plot(
        [(label, [Value(count, str(count))]) for label, count in steps],
        slug=slug,
        finding=finding,
        measure=measure,
        n=n,
        summary=finding,
        numbers=Numbers((_("Rating"), _("People")), [(Cell(label), Cell(str(count))) for label, count in steps]),
    )
