"""What organisers type to invite people, and what those who are invited answer."""

from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone, translation
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from events.editing.fields import DateField, TextField
from events.models import Event
from projects.search import fold

from . import inviting, pasted
from .forms import EmailField, OneLineField
from .inviting import Invitee
from .models import Registration
from .pasted import MOST_ROWS, PastedRow, TooManyRows

_NAME = OneLineField(
    max_length=200, too_long=_("The name is longer than %(longest)s characters. Shorten it."), required=False
)
_ORGANISATION = OneLineField(
    max_length=300, too_long=_("The organisation is longer than %(longest)s characters. Shorten it."), required=False
)
_EMAIL = EmailField(error_messages={"required": _("The email address is missing. Add it.")})
LONGEST_NOTE = 2_000


def _called(language: str) -> str:
    return str(translation.get_language_info(language)["name_translated"])


@dataclass(frozen=True, slots=True)
class CheckedRow:
    """One row of what was pasted: whom it names, or what is wrong with it and how to mend it."""

    row: PastedRow
    invitee: Invitee | None = None
    problem: str = ""


class InviteForm(forms.Form):
    """People to invite, typed or pasted. A row that will not do is explained; it keeps no other from being invited."""

    use_required_attribute = False

    people = TextField(
        label=_("Whom do you invite?"),
        max_length=100_000,
        help_text=_(
            "One person in each line: name, email, organisation. Or paste rows of a sheet, or the addresses of a mail. "
            "With headings, columns for “comes as”, “language” and “note” are understood, too."
        ),
        error_messages={"required": _("Enter at least one person.")},
        widget=forms.Textarea(attrs={"rows": 6, "dir": "auto", "spellcheck": "false"}),
    )
    participant_kind = forms.ChoiceField(
        label=_("They come as"), choices=Registration.ParticipantKind.choices, initial="participant"
    )
    language = forms.ChoiceField(
        label=_("Language of the mails"),
        choices=lambda: [
            (code, translation.get_language_info(code)["name_translated"]) for code, _x in settings.LANGUAGES
        ],
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
        super().__init__(*args, **options)
        self.event = event
        self.rows: list[CheckedRow] = []
        self.initial.setdefault("language", get_language() or settings.LANGUAGE_CODE)
        if len(settings.LANGUAGES) < 2:
            del self.fields["language"]

    def clean_people(self) -> list[PastedRow]:
        try:
            rows = pasted.read_rows(self.cleaned_data["people"])
        except TooManyRows as refusal:
            words = gettext("These are %(number)s rows. Invite at most %(most)s people at once.")
            raise ValidationError(words % {"number": refusal.number, "most": MOST_ROWS}, code="too_many") from None
        if not rows:
            raise ValidationError(self.fields["people"].error_messages["required"], code="required")
        return rows

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

    def _checked(self, row: PastedRow, there: dict[tuple[str, str], str]) -> CheckedRow:
        if row.problem:
            return CheckedRow(row, problem=row.problem)
        try:
            invitee = self._invitee(row)
        except ValidationError as error:
            return CheckedRow(row, problem=" ".join(error.messages))
        key = inviting.key_of(invitee)
        if key in there:
            return CheckedRow(row, problem=there[key] or gettext("This person stands in an earlier row, too."))
        there[key] = ""
        return CheckedRow(row, invitee)

    def _invitee(self, row: PastedRow) -> Invitee:
        cells = row.cells
        kinds = {value: str(label) for value, label in Registration.ParticipantKind.choices}
        kind = self.cleaned_data.get("participant_kind") or "participant"
        if words := cells.get(pasted.ROLE):
            kind = pasted.role_of(words, kinds)
            if not kind:
                known = ", ".join(kinds.values())
                raise ValidationError(
                    gettext("“%(words)s” is nothing that people come as. Write one of these: %(known)s.")
                    % {"words": words, "known": known}
                )
        note = cells.get(pasted.NOTE, "") or self.cleaned_data.get("note", "")
        if len(note) > LONGEST_NOTE:
            raise ValidationError(gettext("The note is longer than %(most)s characters.") % {"most": LONGEST_NOTE})
        return Invitee(
            name=_NAME.clean(cells.get(pasted.NAME, "")),
            email=_EMAIL.clean(cells.get(pasted.EMAIL, "")),
            organisation_name=_ORGANISATION.clean(cells.get(pasted.ORGANISATION, "")),
            participant_kind=kind,
            language=self._language(cells.get(pasted.LANGUAGE, "")),
            note=note,
        )

    def _language(self, words: str) -> str:
        chosen = self.cleaned_data.get("language") or get_language() or settings.LANGUAGE_CODE
        if not words:
            return chosen
        for code, name in settings.LANGUAGES:
            known_as = (code, name, translation.get_language_info(code)["name_local"], _called(code))
            if fold(words).strip() in (fold(str(one)) for one in known_as):
                return code
        known = ", ".join(_called(code) for code, _name in settings.LANGUAGES)
        raise ValidationError(
            gettext("We do not write mails in “%(words)s”. Write one of these: %(known)s.")
            % {"words": words, "known": known}
        )

    @property
    def invitees(self) -> list[Invitee]:
        return [row.invitee for row in self.rows if row.invitee is not None]

    @property
    def wrong(self) -> list[CheckedRow]:
        return [row for row in self.rows if row.invitee is None]

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
