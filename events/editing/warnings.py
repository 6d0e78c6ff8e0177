"""What an organiser may want to look at before a plan is changed. None of it stops them."""

from datetime import UTC, datetime, time, timedelta

from django.utils import timezone
from django.utils.translation import gettext

from ..models import Event
from ..times import day_in_words, offset_in_words


def warnings(event: Event, *, at: datetime | None = None) -> list[str]:
    """Return in words what is unusual about the plan of an event: clock changes, days gone by, dates around it.

    `event` may be a copy with a plan that is not stored yet.
    """
    at = at or timezone.now()
    said = [*_clock_changes(event)]
    if event.ends_on is not None and event.ends_on < at.astimezone(event.zone).date():
        said.append(gettext("The date has passed already."))
    closes, starts = event.registration_closes_at, event.starts_at
    if closes and starts and closes > starts:
        said.append(gettext("Registration would close after the event has begun."))
    if closes and event.starts_on is None:
        said.append(gettext("Registration still has a closing date, though the event has none."))
    if event.feedback_closes_on and event.ends_on and event.feedback_closes_on < event.ends_on:
        said.append(gettext("Feedback would close before the event is over."))
    return said


def _clock_changes(event: Event) -> list[str]:
    if not event.has_exact_date or event.starts_on is None or event.ends_on is None:
        return []
    said = []
    for day, clock in ((event.starts_on, event.start_time), (event.ends_on, event.end_time)):
        if clock is None:
            continue
        local = datetime.combine(day, clock, event.zone)
        names = {"time": f"{clock:%H:%M}", "day": day_in_words(day)}
        if local.astimezone(UTC).astimezone(event.zone).time() != clock:
            said.append(
                gettext("There is no %(time)s on %(day)s: the clocks go forward over it. Choose another time.") % names
            )
        elif local.utcoffset() != local.replace(fold=1).utcoffset():
            said.append(gettext("%(time)s comes twice on %(day)s: the clocks go back. The first one is meant.") % names)
    before = datetime.combine(event.starts_on, time.min, event.zone)
    after = datetime.combine(event.ends_on + timedelta(days=1), time.min, event.zone)
    if before.utcoffset() != after.utcoffset():
        said.append(
            gettext("The clocks change during the event, from %(before)s to %(after)s.")
            % {"before": offset_in_words(before), "after": offset_in_words(after)}
        )
    return said
