"""What organisers send about reports of online meetings: the file, who is who in it, and why one is taken back."""

import zoneinfo
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, gettext_lazy

from events.models import Event, Session

from ..models import Registration
from .counting import Checked, CheckedRow

# More options than this in all selects together make a page that phones cannot hold.
MOST_OPTIONS = 10_000
# More choices than this would be more fields than a request may have. Who is in doubt comes first.
MOST_CHOICES = 1_500
# Where people who hold such meetings, and the accounts of the programs, have their clocks.
_AREAS = ("Europe/", "Atlantic/")
_ELSEWHERE = ("America/New_York", "America/Los_Angeles")
_NO_CLOCK = dict.fromkeys(("required", "invalid_choice"), gettext_lazy("Choose a clock of the list"))


def clock_choices(event: Event) -> list[tuple[str, str]]:
    """Return the clocks that times in a report may be on: that of the event first, then UTC, then those of Europe."""
    own = event.zone.key
    others = sorted(zone for zone in zoneinfo.available_timezones() if zone.startswith(_AREAS))
    named = [(zone, zone.replace("_", " ")) for zone in [*others, *_ELSEWHERE] if zone != own]
    first = [(own, gettext("The clock of the event (%(zone)s)") % {"zone": own.replace("_", " ")})]
    return [*first, *([] if own == "UTC" else [("UTC", "UTC")]), *named]


class ReportForm(forms.Form):
    """The report of a meeting as its program wrote it."""

    file = forms.FileField(
        label=gettext_lazy("Report of the meeting"),
        allow_empty_file=True,
        help_text=gettext_lazy(
            "The CSV file of Zoom, Microsoft Teams, Webex or BigBlueButton as you downloaded it, in whatever language."
        ),
        error_messages={"required": gettext_lazy("Choose the file of the report")},
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,text/csv,text/plain"}),
    )
    session = forms.ModelChoiceField(
        Session.objects.none(),
        label=gettext_lazy("What the meeting was"),
        required=False,
        empty_label=gettext_lazy("The whole event, day by day"),
        help_text=gettext_lazy("Whoever was in the meeting of a session counts as there on its day, too."),
        error_messages={"invalid_choice": gettext_lazy("Choose a session of the list")},
    )
    clocks = forms.ChoiceField(
        label=gettext_lazy("The times in it are on"),
        help_text=gettext_lazy("Most programs write the times of the clock of whoever downloaded the file."),
        error_messages=_NO_CLOCK,
    )

    def __init__(self, *args: Any, event: Event, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["clocks"].choices = clock_choices(event)  # type: ignore[attr-defined]
        sessions = event.sessions.in_order()
        if sessions.exists():
            self.fields["session"].queryset = sessions  # type: ignore[attr-defined]
        else:
            del self.fields["session"]


class ClockForm(forms.Form):
    """On whose clock the times of a report are."""

    clocks = forms.ChoiceField(label=gettext_lazy("The times in it are on"), error_messages=_NO_CLOCK)

    def __init__(self, *args: Any, event: Event, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["clocks"].choices = clock_choices(event)  # type: ignore[attr-defined]


class TakeBackForm(forms.Form):
    """Why a report does not count after all."""

    reason = forms.CharField(
        label=gettext_lazy("Why it does not count"),
        max_length=300,
        error_messages={
            "required": gettext_lazy("Say why: it is kept with the records"),
            "max_length": gettext_lazy("Write at most 300 characters"),
        },
    )


class PlainSelect(forms.Select):
    """A select that is written without a template: with 1,500 of them, templates took most of a page's seconds."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        options = _options(self.choices)
        chosen = format_html('value="{}"', "" if value is None else value)
        # Whoever is likely is offered twice, and chosen once.
        options = mark_safe(options.replace(chosen, f"{chosen} selected", 1))  # noqa: S308 - each part was escaped
        return format_html(
            "<select{}>{}</select>", flatatt({**self.build_attrs(self.attrs, attrs), "name": name}), options
        )


def _options(choices: Any) -> SafeString:
    """Choices, and groups of them, as the elements of a select."""
    return format_html_join("", "{}", ((_option(key, words),) for key, words in choices))


def _option(key: Any, words: Any) -> SafeString:
    if isinstance(words, (list, tuple)):
        return format_html('<optgroup label="{}">{}</optgroup>', key, _options(words))
    return format_html('<option value="{}">{}</option>', key, words)


class WhoIsWhoForm(forms.Form):
    """For each person of a report, whose registration it is; nobody's does not count."""

    def __init__(self, *args: Any, checked: Checked, **options: Any) -> None:
        super().__init__(*args, **options)
        self.checked = checked
        self._by_key = {str(one.pk): one for one in checked.registrations}
        everybody = [(str(one.pk), _label(one)) for one in checked.registrations]
        open_rows = sum(not row.is_sure for row in checked.rows)
        self.offers_everybody = open_rows * len(everybody) <= MOST_OPTIONS
        for row in checked.rows[:MOST_CHOICES]:
            self.fields[row.code] = forms.ChoiceField(
                label=gettext("Who %(name)s is") % {"name": row.name},
                choices=self._choices(row, everybody),
                required=False,
                widget=PlainSelect,
                initial=str(row.match.registration.pk) if row.is_sure and row.match.registration else "",
                error_messages={"invalid_choice": gettext("This registration has no place any more. Choose again")},
            )

    def _choices(self, row: CheckedRow, everybody: list[tuple[str, str]]) -> list[tuple[str, Any]]:
        nobody = ("", gettext("Nobody: does not count"))
        if row.is_sure and row.match.registration:
            return [(str(row.match.registration.pk), _label(row.match.registration)), nobody]
        likely = [(str(one.pk), _label(one)) for one in row.match.offered if one.is_confirmed]
        others = everybody if self.offers_everybody else []
        groups: list[tuple[str, Any]] = [nobody]
        if likely:
            groups.append((gettext("Likely"), likely))
        if others:
            groups.append((gettext("Everybody with a place"), others))
        return groups

    @property
    def rows(self) -> list[tuple[CheckedRow, forms.BoundField | None]]:
        """The people with their choices; whoever is beyond them counts where that is sure, and else does not."""
        return [(row, self[row.code] if row.code in self.fields else None) for row in self.checked.rows]

    @property
    def offers_every_row(self) -> bool:
        return len(self.checked.rows) <= MOST_CHOICES

    @property
    def decisions(self) -> dict[str, Registration]:
        """Whose registration each person is, by their code; without those who are nobody's."""
        beyond = [row for row in self.checked.rows[MOST_CHOICES:] if row.is_sure]
        sure = {row.code: row.match.registration for row in beyond if row.match.registration}
        return sure | {code: self._by_key[key] for code, key in self.cleaned_data.items() if key}


def _label(registration: Registration) -> str:
    return f"{registration.name} · {registration.organisation_name}"
