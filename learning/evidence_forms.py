"""What organisers send about evidence: a link for an auditor, and whether a photo may be used."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy

from events.editing.fields import DateField
from events.times import dates_in_words
from projects.models import Project, Semester

from .evidence.links import LONGEST
from .models import PhotoConsent


class AuditorLinkForm(forms.Form):
    """A link that lets somebody read the folder until a day."""

    label = forms.CharField(
        label=gettext_lazy("For whom"),
        max_length=200,
        help_text=gettext_lazy("A note for you, such as: First-level control, March 2027."),
        error_messages={"required": gettext_lazy("Say for whom the link is")},
    )
    until = DateField(label=gettext_lazy("Open until"), help_text=gettext_lazy("This day is the last one."))

    def __init__(self, *args: Any, zone: ZoneInfo, **options: Any) -> None:
        super().__init__(*args, **options)
        self.zone = zone
        # Days are optional elsewhere; `clean_until` says what is missing here.
        self.fields["until"].required = True
        self.fields["until"].error_messages["required"] = gettext("Enter the last day of the link")

    def clean_until(self) -> date:
        until: date | None = self.cleaned_data["until"]
        today = timezone.now().astimezone(self.zone).date()
        if until is None:
            raise forms.ValidationError(gettext("Enter the last day of the link"), code="required")
        if until < today:
            raise forms.ValidationError(gettext("This day is over. Enter a later one"), code="past")
        if until > today + LONGEST:
            raise forms.ValidationError(
                gettext("Enter a day within one year; a new link can be made then"), code="late"
            )
        return until


class ProjectLinkForm(AuditorLinkForm):
    """The same for the folders of a project's events, or of those of one semester."""

    semester = forms.ModelChoiceField(
        Semester.objects.none(),
        label=gettext_lazy("Which events"),
        required=False,
        empty_label=gettext_lazy("All events of the project"),
        error_messages={"invalid_choice": gettext_lazy("Choose a semester of the list")},
    )
    field_order = ("label", "semester", "until")

    def __init__(self, *args: Any, project: Project, **options: Any) -> None:
        super().__init__(*args, zone=ZoneInfo("UTC"), **options)
        semesters = self.fields["semester"]
        semesters.queryset = project.semesters.select_related("project")  # type: ignore[attr-defined]
        semesters.label_from_instance = _semester_in_words  # type: ignore[attr-defined]


def _semester_in_words(semester: Semester) -> str:
    days = dates_in_words(semester.starts_on, semester.ends_on)
    return gettext("Semester %(number)s (%(days)s)") % {"number": semester.number, "days": days}


class KeptUntilForm(forms.Form):
    """Until when the evidence of a project is kept. The day only moves later: what is kept cannot be shortened here."""

    day = DateField(label=gettext_lazy("Evidence is kept until"))

    def __init__(self, *args: Any, now: date | None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.now = now

    def clean_day(self) -> date:
        day: date | None = self.cleaned_data["day"]
        if day is None:
            raise forms.ValidationError(gettext("Enter the day that the programme names"), code="required")
        if self.now is not None and day < self.now:
            raise forms.ValidationError(gettext("Enter a later day: what is kept is not shortened"), code="earlier")
        return day


class PhotoForm(forms.Form):
    """Whether the people in a photo agreed; empty takes the mark off."""

    consent = forms.ChoiceField(
        label=gettext_lazy("May it be used?"),
        choices=[("", gettext_lazy("Not checked yet")), *PhotoConsent.Consent.choices],
        required=False,
        error_messages={"invalid_choice": gettext_lazy("Say whether this photo may be used: choose an answer")},
    )

    def __init__(self, *args: Any, photo: int, **options: Any) -> None:
        # Each photo of the page has this form.
        options["auto_id"] = f"id_%s_{photo}"
        super().__init__(*args, **options)
        self.photo = photo
