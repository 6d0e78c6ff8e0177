"""When and where: what an organiser types to change the plan of an event."""

import copy
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from venues.models import Venue

from ..models import Event, Plan
from ..place_clocks import zone_of_country
from ..times import town_of_clock
from .clocks import no_such_time
from .comparing import ComparingForm, plain
from .fields import ClockField, DayField, LineField, TextField, TypedDay, zones

DEFAULT_ZONE = "Europe/Brussels"
Precision = Event.DatePrecision


def _zone_choices() -> list[tuple[str, str]]:
    return zones()


class ReasonOfAChangeField(TextField):
    """A reason that is needed, which its label says; whether anything changes at all is known to the form alone."""

    def validate(self, value: Any) -> None:
        pass


class PlanForm(ComparingForm):
    """Date, place and mode of an event, and why they change.

    The clock follows the place: who chooses a place in another country and leaves “Whose clock” as it was gets the
    clock of that country, unless `keeps_clock` says that the times are meant on that of before.
    """

    date_precision = forms.ChoiceField(
        label=_("What is known of the date"),
        choices=Precision.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose what is known of the date."),
            "invalid_choice": _("Choose one of these."),
        },
    )
    first_day = DayField(
        label=_("First day"),
        day_may_be_missing=True,
        help_text=_("For example 20 5 2027. Leave the day empty when only the month is known."),
    )
    last_day = DayField(
        label=_("Last day"), day_may_be_missing=True, help_text=_("Leave it empty for an event of one day or month.")
    )
    start_time = ClockField(label=_("Starts at"), required=False, help_text=_("Like 09:30. Empty while not known."))
    end_time = ClockField(label=_("Ends at"), required=False, help_text=_("Like 16:00. Empty while not known."))
    time_zone = forms.ChoiceField(
        label=_("Whose clock"),
        choices=_zone_choices,
        help_text=_("The town whose clock these times are on. Left as it is, it follows the place to another country."),
        error_messages={"invalid_choice": _("Choose a time zone from the list.")},
    )
    mode = forms.ChoiceField(
        label=_("How people take part"), choices=Event.Mode.choices, required=False, widget=forms.RadioSelect
    )
    venue = forms.ModelChoiceField(
        label=_("Venue"),
        queryset=Venue.objects.none(),
        required=False,
        empty_label=_("Not known"),
        error_messages={"invalid_choice": _("Choose a venue from the list.")},
    )
    town = LineField(
        label=_("Or only the town"), max_length=100, required=False, help_text=_("While the venue is not known.")
    )
    country = forms.ChoiceField(
        label=_("Country of that town"), required=False, choices=lambda: [("", gettext("Not known")), *countries]
    )
    place_to_be_confirmed = forms.BooleanField(label=_("The place is not certain yet"), required=False)
    online_platform = LineField(label=_("Online platform"), max_length=100, required=False)
    join_url = forms.URLField(
        label=_("Address to join online"),
        required=False,
        max_length=200,
        assume_scheme="https",
        help_text=_("Shown to those with a seat only."),
        error_messages={"invalid": _("Enter the whole address, like https://meet.example.eu/room")},
        widget=forms.URLInput(attrs={"dir": "ltr"}),
    )
    keeps_clock = LineField(required=False, max_length=50, widget=forms.HiddenInput)
    reason = ReasonOfAChangeField(
        label=_("Why the plan changes"),
        max_length=1_000,
        help_text=_("It is shown on the page of the event and in the mail to everybody who is registered."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    tells_nobody = forms.BooleanField(
        label=_("This only corrects an error: tell nobody"),
        required=False,
        help_text=_("The page and the calendars change; no mail is sent. Say in the reason what was wrong."),
    )

    def __init__(self, *args: Any, event: Event, **options: Any) -> None:
        super().__init__(*args, now=_values(event), **options)
        self.event = event
        self.changes: dict[str, Any] = {}
        self.left_clock = ""
        """The zone that was left alone, and that the place took the clock away from; empty when it did not."""
        offered = Venue.objects.filter(merged_into__isnull=True).exclude(name="")
        if event.venue_id:
            offered |= Venue.objects.filter(pk=event.venue_id).exclude(name="")
        self.fields["venue"].queryset = offered.order_by("city", "name")  # type: ignore[attr-defined]
        self.fields["time_zone"].choices = zones(event.time_zone)  # type: ignore[attr-defined]
        if not self.asks_for_reason:
            del self.fields["reason"], self.fields["tells_nobody"]

    @property
    def asks_for_reason(self) -> bool:
        return self.event.is_published

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        self._choose_venue_over_town(cleaned)
        if not self.errors:
            self._assemble(cleaned)
        # Beside all other errors: nobody should mend one to be told of the next.
        if self.asks_for_reason and "reason" in cleaned and not cleaned["reason"] and self._changes_something():
            self.add_error("reason", gettext("Say why the plan changes."))
        return cleaned

    def _choose_venue_over_town(self, cleaned: dict[str, Any]) -> None:
        """A venue that is chosen now replaces the town that stood there; a town typed beside it is an error."""
        if not (cleaned.get("venue") and cleaned.get("town")):
            return
        if self._is_as_opened("town") and not self._is_as_opened("venue"):
            cleaned["town"] = cleaned["country"] = ""
        else:
            self.add_error("town", gettext("Choose a venue or type a town, not both."))

    def _is_as_opened(self, name: str) -> bool:
        """Whether a field was left alone; what only somebody else changed was taken over already."""
        return plain(self.cleaned_data.get(name)) == plain(self.now[name])

    def _changes_something(self) -> bool:
        if not self.errors:
            return self.is_a_change
        return any(name in self.errors or not self._is_as_opened(name) for name in self.now)

    @property
    def is_a_change(self) -> bool:
        """Whether anything that was promised is different; valid forms only."""
        return self.plan_after != self.event.plan or self.changes["join_url"] != self.event.join_url

    @property
    def is_different(self) -> bool:
        """Whether anything is to be stored, even if nobody was promised it; valid forms only."""
        return self.is_a_change or self.changes["online_platform"] != self.event.online_platform

    @property
    def tells(self) -> bool:
        return not self.cleaned_data.get("tells_nobody", False)

    @property
    def event_after(self) -> Event:
        """A copy of the event with what was typed, that is never saved."""
        event = copy.copy(self.event)
        for name, value in self.changes.items():
            setattr(event, name, value)
        return event

    @property
    def plan_after(self) -> Plan:
        return self.event_after.plan

    @property
    def clock_follows_in_words(self) -> str:
        """That the times are on the clock of the place now, as a sentence; empty when they were before."""
        if not self.left_clock:
            return ""
        venue, day = self.changes["venue"], self.changes["starts_on"] or timezone.now().date()
        town = town_of_clock(ZoneInfo(self.changes["time_zone"]), venue.city, str(venue.country), day)
        return gettext(
            "The clock follows the place: the times are on that of %(town)s now. If another is meant, choose it at "
            "“Whose clock”."
        ) % {"town": town}

    def _assemble(self, cleaned: dict[str, Any]) -> None:
        """Turn what was typed into fields of the event; what does not fit together is an error where it is mended."""
        first, last, precision = cleaned["first_day"], cleaned["last_day"] or cleaned["first_day"], None
        precision = cleaned["date_precision"]
        start_time, end_time = cleaned["start_time"], cleaned["end_time"]
        starts_on = ends_on = None
        if precision == Precision.UNKNOWN:
            if first or cleaned["last_day"]:
                self.add_error("date_precision", gettext("You typed a day. Choose “Exact”, or empty the days."))
        elif first is None:
            self.add_error("first_day", gettext("Enter the first day, or choose “Not known”."))
        elif precision == Precision.DAY and (first.day is None or last.day is None):
            field = "first_day" if first.day is None else "last_day"
            self.add_error(field, gettext("Enter the day too, or choose “Only the month is known”."))
        elif precision == Precision.MONTH:
            starts_on, ends_on = TypedDay(None, first.month, first.year).first, last.end_of_month
        else:
            starts_on, ends_on = first.first, last.first
        if starts_on and ends_on and ends_on < starts_on:
            self.add_error("last_day", gettext("The last day cannot be before the first day."))
        if start_time and precision != Precision.DAY:
            self.add_error(
                "start_time", gettext("A time needs an exact date. Choose “Exact”, or leave the times empty.")
            )
        if end_time and not start_time:
            self.add_error("start_time", gettext("Enter when the event starts, or leave the end empty too."))
        if start_time and end_time and starts_on == ends_on and end_time <= start_time:
            self.add_error("end_time", gettext("On one day, the end must be later than the start."))
        if self.errors:
            return
        venue = cleaned["venue"] or self._town(cleaned["town"], cleaned["country"])
        zone = self._zone(cleaned, venue)
        if precision == Precision.DAY:
            self._refuse_times_that_do_not_exist(zone, {"start_time": starts_on, "end_time": ends_on})
        self.changes = {
            "date_precision": precision,
            "starts_on": starts_on,
            "ends_on": ends_on,
            "start_time": start_time,
            "end_time": end_time,
            # Without a day there is no clock to speak of, but that of the place.
            "time_zone": zone if starts_on or self.left_clock else self.event.time_zone,
            "mode": cleaned["mode"],
            "venue": venue,
            "place_to_be_confirmed": cleaned["place_to_be_confirmed"],
            "online_platform": cleaned["online_platform"],
            "join_url": cleaned["join_url"],
        }

    def _zone(self, cleaned: dict[str, Any], venue: Venue | None) -> str:
        """The zone of the times: as chosen, or that of the place where the place changed and the choice did not."""
        chosen = cleaned["time_zone"]
        if venue is None or cleaned["mode"] == Event.Mode.ONLINE or not self._is_as_opened("time_zone"):
            return chosen
        of_place, before = zone_of_country(str(venue.country)), self.event.venue
        if not of_place or of_place == chosen or chosen == cleaned["keeps_clock"]:
            return chosen
        if before is not None and zone_of_country(str(before.country)) == of_place:
            return chosen
        self.left_clock = chosen
        return of_place

    def _refuse_times_that_do_not_exist(self, zone: str, days: dict[str, Any]) -> None:
        for field, day in days.items():
            clock = self.cleaned_data[field]
            if clock and (words := no_such_time(day, clock, zone)):
                self.add_error(field, words)

    def _town(self, city: str, country: str) -> Venue | None:
        """The place that stands for a town; one that is not known yet is stored by `changes_to_store`."""
        if not city:
            return None
        same = {"name": "", "city": city, "country": country, "merged_into": None}
        return Venue.objects.filter(**same).first() or Venue(name="", city=city, country=country)

    def changes_to_store(self) -> dict[str, Any]:
        """Return the fields of the event to change, all of them stored; valid forms only."""
        if (venue := self.changes["venue"]) is not None and venue.pk is None:
            venue.save()
        return self.changes

    def _stored(self, name: str) -> Any:
        if name == "venue":
            return self.event.venue if self.now["venue"] else None
        return super()._stored(name)


class TakeUpForm(PlanForm):
    """The new plan of an event that was cancelled or postponed."""

    as_status = forms.ChoiceField(
        label=_("It takes place again as"),
        choices=[
            (Event.Status.SAVE_THE_DATE, Event.Status.SAVE_THE_DATE.label),
            (Event.Status.ANNOUNCED, Event.Status.ANNOUNCED.label),
        ],
        initial=Event.Status.ANNOUNCED,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of these."), "invalid_choice": _("Choose one of these.")},
    )
    field_order = ["as_status"]

    def _assemble(self, cleaned: dict[str, Any]) -> None:
        super()._assemble(cleaned)
        if not self.errors and self.changes["starts_on"] is None:
            self.add_error("first_day", ValidationError(gettext("Enter the new date, or at least its month.")))
        self.changes |= {"status": cleaned.get("as_status"), "cancelled_at": None}

    @property
    def is_a_change(self) -> bool:
        return True


class ReasonForm(forms.Form):
    """Why an event is postponed or cancelled."""

    use_required_attribute = False

    reason = TextField(
        label=_("Why"),
        max_length=1_000,
        help_text=_("It is shown on the page of the event and in the mail to everybody who is registered."),
        error_messages={"required": _("Say why the plan changes.")},
        widget=forms.Textarea(attrs={"rows": 3}),
    )


def _values(event: Event) -> dict[str, Any]:
    """What the form shows of an event, by field."""
    is_month = event.date_precision == Precision.MONTH

    def day(value: Any) -> TypedDay | None:
        return TypedDay(None if is_month else value.day, value.month, value.year) if value else None

    first, last = day(event.starts_on), day(event.ends_on)
    venue = event.venue
    is_town = venue is not None and venue.is_only_a_town
    return {
        "date_precision": event.date_precision,
        "first_day": first,
        "last_day": last if last != first else None,
        "start_time": event.start_time,
        "end_time": event.end_time,
        "time_zone": event.time_zone or (zone_of_country(str(venue.country)) if venue else "") or DEFAULT_ZONE,
        "mode": event.mode,
        "venue": venue.pk if venue and not is_town else None,
        "town": venue.city if venue and is_town else "",
        "country": str(venue.country) if venue and is_town else "",
        "place_to_be_confirmed": event.place_to_be_confirmed,
        "online_platform": event.online_platform,
        "join_url": event.join_url,
    }
