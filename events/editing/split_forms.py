"""What an organiser types to split, merge or copy an event."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ..models import Event
from .fields import LineField, TextField

MOST_PARTS = 6


class SplitForm(forms.Form):
    """Into what an event is split."""

    KEEPS, CANCELS = "keeps", "cancels"

    use_required_attribute = False

    what = forms.ChoiceField(
        label=_("What becomes of this event"),
        choices=[
            (KEEPS, _("It goes on as the first part")),
            (CANCELS, _("It is cancelled, and all parts are new")),
        ],
        initial=KEEPS,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of these."), "invalid_choice": _("Choose one of these.")},
    )
    parts = TextField(
        label=_("Titles of the new events"),
        help_text=_("One in each line."),
        error_messages={"required": _("Enter at least one title.")},
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )
    reason = TextField(
        label=_("Why"), max_length=1_000, required=False, widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"})
    )

    def __init__(self, *args: Any, event: Event, **options: Any) -> None:
        super().__init__(*args, **options)
        self.event = event

    @property
    def titles(self) -> list[str]:
        """The titles that were typed, each in one line."""
        lines = (" ".join(line.split()) for line in self.cleaned_data["parts"].splitlines())
        return [line for line in lines if line]

    def clean_parts(self) -> str:
        lines = [line for line in self.cleaned_data["parts"].splitlines() if line.strip()]
        if len(lines) > MOST_PARTS:
            raise forms.ValidationError(gettext("Enter at most six titles."))
        if any(len(line) > 300 for line in lines):
            raise forms.ValidationError(gettext("Enter titles of at most 300 characters."))
        return self.cleaned_data["parts"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("what") == self.CANCELS:
            if not cleaned.get("reason"):
                self.add_error("reason", gettext("Say why the plan changes."))
            if cleaned.get("parts") and len(self.titles) < 2:
                self.add_error(
                    "parts", gettext("Enter at least two titles, or let this event go on as the first part.")
                )
        return cleaned


class EventChoice(forms.ModelChoiceField):
    def label_from_instance(self, event: Any) -> str:
        return f"{event.title} ({event.starts_on or '–'}, {event.project})"


class MergeForm(forms.Form):
    """Into which event an event is merged."""

    use_required_attribute = False

    into = EventChoice(
        label=_("The event that goes on"),
        queryset=Event.objects.none(),
        empty_label=_("Choose an event"),
        error_messages={"required": _("Choose the event that goes on."), "invalid_choice": _("Choose one of these.")},
    )
    reason = TextField(
        label=_("Why"),
        max_length=1_000,
        help_text=_("It is shown on the page of the event and in the mail to everybody who is registered."),
        error_messages={"required": _("Say why the plan changes.")},
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )

    def __init__(self, *args: Any, event: Event, user, **options: Any) -> None:
        super().__init__(*args, **options)
        ahead = (Event.Status.SAVE_THE_DATE, Event.Status.ANNOUNCED, Event.Status.POSTPONED)
        others = Event.objects.organised_by(user).filter(status__in=ahead).exclude(pk=event.pk)
        self.fields["into"].queryset = others.select_related("project").in_order()  # type: ignore[attr-defined]


class DuplicateForm(forms.Form):
    """What the copy is called."""

    use_required_attribute = False

    title = LineField(
        label=_("Title"),
        max_length=300,
        error_messages={"required": _("Enter the title of the event.")},
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
