"""What a host types about the seats that are held for partners: one form for all of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from events.editing.fields import ClockField, DateField, LineField
from events.models import Event
from projects.models import Partner

from .delegations import Promise
from .models import Delegation

MOST_SEATS = 500
_LATEST = time(23, 59)


@dataclass(frozen=True, slots=True)
class PartnerFields:
    """What is asked for one partner."""

    partner: Partner
    seats: forms.BoundField
    until_on: forms.BoundField
    until_at: forms.BoundField
    note: forms.BoundField


class SeatsField(forms.IntegerField):
    """A number of seats; nothing typed is none."""

    def to_python(self, value: Any) -> int:
        return super().to_python(value) or 0


class DelegationsForm(forms.Form):
    """The seats of every partner, until when they are held, and a word to the coordinators."""

    use_required_attribute = False

    until_on = DateField(
        label=_("Held until, for partners without a date of their own"),
        help_text=_("For example 30 4 2027. Empty: until the event starts."),
    )
    until_at = ClockField(label=_("At"), required=False, help_text=_("Empty: at 23:59."))
    released_seats_go_to = forms.ChoiceField(
        label=_("Seats that are released go to"), choices=Event.ReleasedSeats.choices, widget=forms.RadioSelect
    )

    def __init__(
        self, *args: Any, event: Event, partners: list[Partner], delegations: list[Delegation], **options: Any
    ) -> None:
        self.event, self.partners = event, partners
        self.delegations = {delegation.partner_id: delegation for delegation in delegations}
        super().__init__(*args, **{**options, "initial": self._now()})
        for partner in partners:
            self._add(partner)

    def _now(self) -> dict[str, Any]:
        now: dict[str, Any] = {"released_seats_go_to": self.event.released_seats_go_to}
        for pk, delegation in self.delegations.items():
            until = delegation.releases_at.astimezone(self.event.zone) if delegation.releases_at else None
            now |= {
                f"seats_{pk}": delegation.seats,
                f"until_on_{pk}": until.date() if until else None,
                f"until_at_{pk}": until.time().replace(second=0, microsecond=0) if until else None,
                f"note_{pk}": delegation.note,
            }
        return now

    def _add(self, partner: Partner) -> None:
        names = {"partner": str(partner), "most": MOST_SEATS}
        number = gettext("%(partner)s: enter a whole number of seats from 0 to %(most)s.") % names
        self.fields[f"seats_{partner.pk}"] = SeatsField(
            label=gettext("Seats"),
            min_value=0,
            max_value=MOST_SEATS,
            error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), number),
            widget=forms.TextInput(attrs={"inputmode": "numeric", "size": 4, "autocomplete": "off"}),
        )
        self.fields[f"until_on_{partner.pk}"] = DateField(label=gettext("Held until"))
        self.fields[f"until_at_{partner.pk}"] = ClockField(label=gettext("At"), required=False)
        self.fields[f"note_{partner.pk}"] = LineField(
            label=gettext("Note to the coordinator"),
            required=False,
            max_length=500,
            widget=forms.TextInput(attrs={"dir": "auto"}),
        )

    @property
    def of_partners(self) -> Iterator[PartnerFields]:
        for partner in self.partners:
            names = ("seats", "until_on", "until_at", "note")
            yield PartnerFields(partner, *(self[f"{name}_{partner.pk}"] for name in names))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        common = self._instant("until_on", "until_at")
        promises = []
        for partner in self.partners:
            pk = partner.pk
            seats = cleaned.get(f"seats_{pk}", 0)
            until = self._instant(f"until_on_{pk}", f"until_at_{pk}")
            if until is None and not self.data.get(f"until_at_{pk}") and seats:
                until = common
            self._check(partner, until)
            promises.append(Promise(partner, seats, until, cleaned.get(f"note_{pk}") or ""))
        cleaned["promises"] = promises
        return cleaned

    def _instant(self, day: str, clock: str) -> datetime | None:
        on, at = self.cleaned_data.get(day), self.cleaned_data.get(clock)
        if on is None:
            if at is not None and day not in self.errors:
                self.add_error(day, gettext("Enter the day too."))
            return None
        return datetime.combine(on, at or _LATEST, self.event.zone)

    def _check(self, partner: Partner, until: datetime | None) -> None:
        """A date is new or stays: what is over cannot be promised, and after the start no seat is held."""
        before = self.delegations.get(partner.pk)
        if until is None or (before and before.releases_at and _same_minute(before.releases_at, until)):
            return
        field = f"until_on_{partner.pk}" if self.cleaned_data.get(f"until_on_{partner.pk}") else "until_on"
        if field in self.errors:
            return
        starts_at = self.event.starts_at
        if starts_at is not None and until > starts_at:
            words = gettext("%(partner)s: choose a moment before the event starts.")
            self.add_error(field, words % {"partner": partner})
        elif until <= timezone.now():
            words = gettext("%(partner)s: this moment is over. Choose a later one, or release the seats below.")
            self.add_error(field, words % {"partner": partner})

    @property
    def promises(self) -> list[Promise]:
        """What is promised, with instants to the second where the form showed them to the minute."""
        return [self._as_exact(each) for each in self.cleaned_data["promises"]]

    def _as_exact(self, promise: Promise) -> Promise:
        before = self.delegations.get(promise.partner.pk)
        if (
            before
            and before.releases_at
            and promise.releases_at
            and _same_minute(before.releases_at, promise.releases_at)
        ):
            return Promise(promise.partner, promise.seats, before.releases_at, promise.note)
        return promise


def _same_minute(one: datetime, other: datetime) -> bool:
    return int(one.timestamp() // 60) == int(other.timestamp() // 60)
