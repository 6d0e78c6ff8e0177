"""What organisers type to invite people, and what those who are invited answer."""

from datetime import datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from events.editing.fields import DateField, TextField
from events.models import Event

from . import inviting, pasted
from .inviting import Invitee
from .pasted import PastedRow
from .pasted_people import EMAIL_CELL, CheckedPerson, PeopleField, PeopleForm, name_cell, organisation_cell

_NAME, _ORGANISATION = name_cell(required=False), organisation_cell(required=False)
LONGEST_NOTE = 2_000


class InviteForm(PeopleForm):
    """People to invite, typed or pasted. A row that will not do is explained; it keeps no other from being invited."""

    field_order = ("people", "participant_kind", "language", "note", "expires_on", "sends")

    people = PeopleField(
        label=_("Whom do you invite?"),
        max_length=100_000,
        help_text=_(
            "One person in each line: name, email, organisation. Or paste rows of a sheet, or the addresses of a mail. "
            "With headings, columns for “comes as”, “language” and “note” are understood, too."
        ),
    )
    note = TextField(
        label=_("A few words to them"),
        required=False,
        max_length=LONGEST_NOTE,
        help_text=_("Stands in the mail, above date and place."),
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
    )
    expires_on = DateField(
        label=_("They may answer until"),
        help_text=_("The end of that day. Empty: as long as registration is open."),
    )
    sends = forms.BooleanField(label=_("Send the mails at once"), required=False, initial=True)

    def __init__(self, *args: Any, event: Event, **options: Any) -> None:
        super().__init__(*args, event=event, **options)
        self.rows: list[CheckedPerson[Invitee]] = []

    def clean_expires_on(self) -> Any:
        day = self.cleaned_data["expires_on"]
        if day and self._end_of(day) <= timezone.now():
            raise ValidationError(gettext("This day is over. Choose a later one, or leave it empty."), code="past")
        return day

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "people" in cleaned:
            there = inviting.known(self.event)
            for row in cleaned["people"]:
                self.rows.append(self._checked(row, there))
        return cleaned

    def _checked(self, row: PastedRow, there: dict[tuple[str, str], str]) -> CheckedPerson[Invitee]:
        if row.problem:
            return CheckedPerson(row, problem=row.problem)
        try:
            invitee = self._invitee(row)
        except ValidationError as error:
            return CheckedPerson(row, problem=" ".join(error.messages))
        key = inviting.key_of(invitee)
        if key in there:
            return CheckedPerson(row, problem=there[key] or gettext("This person stands in an earlier row, too."))
        there[key] = ""
        return CheckedPerson(row, invitee)

    def _invitee(self, row: PastedRow) -> Invitee:
        cells = row.cells
        note = cells.get(pasted.NOTE, "") or self.cleaned_data.get("note", "")
        if len(note) > LONGEST_NOTE:
            raise ValidationError(gettext("The note is longer than %(most)s characters.") % {"most": LONGEST_NOTE})
        return Invitee(
            name=_NAME.clean(cells.get(pasted.NAME, "")),
            email=EMAIL_CELL.clean(cells.get(pasted.EMAIL, "")),
            organisation_name=_ORGANISATION.clean(cells.get(pasted.ORGANISATION, "")),
            participant_kind=self.kind_in(cells),
            language=self.language_in(cells),
            note=note,
        )

    @property
    def invitees(self) -> list[Invitee]:
        return [row.somebody for row in self.rows if row.somebody is not None]

    @property
    def wrong(self) -> list[CheckedPerson[Invitee]]:
        return [row for row in self.rows if row.somebody is None]

    @property
    def expires_at(self) -> datetime | None:
        day = self.cleaned_data.get("expires_on")
        return self._end_of(day) if day else None

    def _end_of(self, day: Any) -> datetime:
        return datetime.combine(day, time(23, 59), self.event.zone)

    def text_of_wrong(self) -> str:
        """The rows that would not do, to be mended: cells between tabs, under headings that are understood."""
        return pasted.as_text([row.row for row in self.wrong])


class DeclineForm(forms.Form):
    reason = TextField(
        label=_("Why can you not come?"),
        required=False,
        max_length=500,
        help_text=_("Only the organisers see it."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
