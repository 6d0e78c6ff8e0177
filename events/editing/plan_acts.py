"""What can become of an event, as verbs that its organisers choose from."""

import copy
from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ..checklists import Missing, before_announcing, before_save_the_date
from ..models import Event

Status = Event.Status


@dataclass(frozen=True, slots=True)
class Act:
    """One verb: its name in addresses, its words, and for which events it is.

    `becomes` is the status that it leads to, "" when it leads to none. `done` is said when it is done; `leaves`: the
    event is gone then. `has_own_page`: it asks for more than a reason. `button_anyway` is its button where there is a
    warning.
    """

    name: str
    title: Promise
    button: Promise
    explanation: Promise
    done: Promise
    statuses: tuple[str, ...]
    verb: Callable[..., object] | None = None
    becomes: str = ""
    needs_reason: bool = True
    is_danger: bool = False
    leaves: bool = False
    tells: bool = True
    has_own_page: bool = False
    button_anyway: str | Promise = ""

    def fits(self, event: Event) -> bool:
        """Whether an event is in a state for this verb."""
        if self.name == "held":
            return event.status in self.statuses and event.is_over()
        return event.status in self.statuses

    def asks_reason(self, event: Event) -> bool:
        """Whether there is anybody to tell a reason: what is published for the first time tells nobody."""
        return self.tells and event.is_published

    def after(self, event: Event) -> Event:
        """A copy of the event as it would be, that is never saved."""
        after = copy.copy(event)
        if self.becomes:
            after.status = self.becomes
        if self.becomes == Status.POSTPONED:
            after.date_precision = Event.DatePrecision.UNKNOWN
            after.starts_on = after.ends_on = after.start_time = after.end_time = None
        return after

    def missing(self, event: Event) -> list[Missing]:
        if self.name == "save-the-date":
            return before_save_the_date(event)
        return before_announcing(event) if self.name == "announce" else []

    def do(self, event: Event, *, reason: str, by) -> None:
        """Do it. Raises PlanRefused when somebody else was faster."""
        if self.verb is not None:
            self.verb(event, reason=reason, by=by)


ACTS = (
    Act(
        name="save-the-date",
        title=_("Publish as save the date"),
        button=_("Publish as save the date"),
        explanation=_("The event is in lists and calendars. Place, programme and registration follow."),
        done=_("The event is published as a save the date."),
        statuses=(Status.DRAFT,),
        verb=lambda event, reason, by: event.save_the_date(by=by),
        needs_reason=False,
    ),
    Act(
        name="announce",
        title=_("Announce the event"),
        button=_("Announce"),
        button_anyway=_("Announce anyway"),
        explanation=_("The event is in lists and calendars, and people register from the day that you set."),
        done=_("The event is announced."),
        statuses=(Status.DRAFT, Status.SAVE_THE_DATE),
        verb=lambda event, reason, by: event.announce(reason=reason, by=by),
        becomes=Status.ANNOUNCED,
        needs_reason=False,
    ),
    Act(
        name="held",
        title=_("Note that it took place"),
        button=_("It took place"),
        explanation=_("The event counts as held. Its plan stays as it is from then on."),
        done=_("It is noted that the event took place."),
        statuses=(Status.SAVE_THE_DATE, Status.ANNOUNCED),
        verb=lambda event, reason, by: event.hold(),
        needs_reason=False,
        tells=False,
    ),
    Act(
        name="take-up-again",
        title=_("Take up again"),
        button=_("Take up again"),
        explanation=_("The event takes place after all."),
        done=_("The event takes place again."),
        statuses=(Status.POSTPONED, Status.CANCELLED),
        has_own_page=True,
    ),
    Act(
        name="postpone",
        title=_("Postpone the event"),
        button=_("Postpone"),
        explanation=_("The date is taken away until there is a new one. The event stays in the lists."),
        done=_("The event is postponed."),
        statuses=(Status.SAVE_THE_DATE, Status.ANNOUNCED),
        verb=lambda event, reason, by: event.postpone(reason=reason, by=by),
        becomes=Status.POSTPONED,
    ),
    Act(
        name="cancel",
        title=_("Cancel the event"),
        button=_("Cancel the event"),
        explanation=_("It does not take place. Its page stays for ever and says so; calendars show it as cancelled."),
        done=_("The event is cancelled."),
        statuses=(Status.SAVE_THE_DATE, Status.ANNOUNCED, Status.POSTPONED),
        verb=lambda event, reason, by: event.cancel(reason=reason, by=by),
        becomes=Status.CANCELLED,
        is_danger=True,
    ),
    Act(
        name="delete",
        title=_("Delete the draft"),
        button=_("Delete the draft"),
        explanation=_("Nobody was promised anything yet. What you typed here is gone and cannot be brought back."),
        done=_("The draft is deleted."),
        statuses=(Status.DRAFT,),
        verb=lambda event, reason, by: event.delete_draft(),
        needs_reason=False,
        is_danger=True,
        leaves=True,
        tells=False,
    ),
)
