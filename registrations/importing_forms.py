"""What organisers paste or upload to register many people at once, looked through row by row."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from events.models import Event
from projects.models import Organisation
from projects.search import fold

from . import importing, pasted
from .form_parts import CountryField, CountrySelect, one_line
from .forms import known_organisations
from .importing import Newcomer
from .models import Registration
from .pasted import MOST_ROWS, PastedRow
from .pasted_people import EMAIL_CELL, CheckedPerson, PeopleField, PeopleForm, name_cell, organisation_cell
from .sheets import NotASheet, SheetTooLarge, text_of_sheet

_NAME, _ORGANISATION = name_cell(required=True), organisation_cell(required=True)
LONGEST = 200_000


class ImportForm(PeopleForm):
    """People to register, pasted or as a file. A row that will not do is explained; it keeps no other from counting."""

    field_order = ("people", "sheet", "country", "participant_kind", "language", "is_told")

    people = PeopleField(
        label=_("Rows of a sheet"),
        required=False,
        rows=8,
        max_length=LONGEST,
        help_text=_(
            "One person in each row: name, email, organisation. With headings, columns for “country”, “comes as”, "
            "“taking part” and “language” are understood, too."
        ),
    )
    sheet = forms.FileField(
        label=_("Or a file"),
        required=False,
        allow_empty_file=True,
        help_text=_("A workbook (XLSX) or a text (CSV). Its rows are read into the field above, to be checked there."),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
    )
    country = CountryField(
        label=_("Country of rows that name none"),
        required=False,
        help_text=_("Where we know the organisation, we take its country."),
        widget=CountrySelect(attrs={"autocomplete": "off"}),
    )
    is_told = forms.BooleanField(
        label=_("I have told them how their data is used"),
        error_messages={"required": _("Tell them first how their data is used, then tick this.")},
    )

    def __init__(self, data: Any = None, files: Any = None, *, event: Event, **options: Any) -> None:
        # What is in the file is shown in the field, where it is mended; nothing is kept on the server meanwhile.
        self.not_read, data = _with_sheet(data, files)
        super().__init__(data, event=event, **options)
        self.rows: list[CheckedPerson[Newcomer]] = []
        self._organisations: dict[str, Organisation | None] = {}

    def clean_sheet(self) -> None:
        if self.not_read:
            raise ValidationError(self.not_read, code="sheet")

    def clean_people(self) -> list[PastedRow]:
        rows = self.cleaned_data["people"]
        if not rows and not self.not_read:
            raise ValidationError(gettext("Paste at least one row, or choose a file."), code="required")
        return rows

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        there, earlier = importing.known(self.event), set[tuple[str, str]]()
        rows = cleaned.get("people") or ()
        self._organisations = known_organisations(_organisation_in(row.cells) for row in rows)
        for row in rows:
            self.rows.append(self._checked(row, there, earlier))
        return cleaned

    def _checked(
        self, row: PastedRow, there: set[tuple[str, str]], earlier: set[tuple[str, str]]
    ) -> CheckedPerson[Newcomer]:
        if row.problem:
            return CheckedPerson(row, problem=row.problem)
        try:
            newcomer = self._newcomer(row.cells)
        except ValidationError as error:
            return CheckedPerson(row, problem=" ".join(error.messages))
        if newcomer.key in earlier:
            return CheckedPerson(row, problem=gettext("This person stands in an earlier row, too."))
        earlier.add(newcomer.key)
        return CheckedPerson(row, newcomer, is_known=newcomer.key in there)

    def _newcomer(self, cells: Mapping[str, str]) -> Newcomer:
        _refuse_who_cancelled(cells.get(pasted.STATUS, ""))
        organisation_name = _ORGANISATION.clean(cells.get(pasted.ORGANISATION, ""))
        organisation = self._organisations[_organisation_in(cells)]
        return Newcomer(
            name=_NAME.clean(cells.get(pasted.NAME, "")),
            email=EMAIL_CELL.clean(cells.get(pasted.EMAIL, "")),
            organisation_name=organisation_name,
            organisation=organisation,
            country=self._country(cells.get(pasted.COUNTRY, ""), organisation),
            participant_kind=self.kind_in(cells),
            language=self.language_in(cells),
            mode=_mode_in(cells),
        )

    def _country(self, words: str, organisation: Organisation | None) -> str:
        if words:
            code = _codes_of_countries(get_language() or "en").get(fold(words).strip())
            if code is None:
                said = gettext("“%(words)s” is no country that we know. Write its name in English, or its two letters.")
                raise ValidationError(said % {"words": words})
            return code
        country = (str(organisation.country) if organisation else "") or self.cleaned_data.get("country") or ""
        if not country:
            raise ValidationError(gettext("The country is missing. Add it, or choose one for all such rows."))
        return country

    @property
    def newcomers(self) -> list[Newcomer]:
        """Those who are to be registered: good rows of people who are not registered yet."""
        return [row.somebody for row in self.rows if row.somebody is not None and not row.is_known]

    @property
    def wrong(self) -> list[CheckedPerson[Newcomer]]:
        return [row for row in self.rows if row.somebody is None]

    def text_of_wrong(self) -> str:
        """The rows that would not do, to be mended."""
        return pasted.as_text([row.row for row in self.wrong])


def _with_sheet(data: Any, files: Any) -> tuple[str, Any]:
    """Return what is wrong with the file that was sent, "" for nothing, and the data with its rows as if pasted."""
    upload = (files or {}).get("sheet")
    if data is None or upload is None:
        return "", data
    try:
        text = text_of_sheet(upload, upload.name or "", most_rows=MOST_ROWS)
    except NotASheet:
        return gettext("We cannot read this file. Save it as a workbook (XLSX) or as CSV, or paste its rows."), data
    except SheetTooLarge:
        return gettext("This file is too large. It may have up to %(most)s rows.") % {"most": MOST_ROWS}, data
    data = data.copy()
    data["people"] = text
    return "", data


def _organisation_in(cells: Mapping[str, str]) -> str:
    return one_line(cells.get(pasted.ORGANISATION, ""))


def _mode_in(cells: Mapping[str, str]) -> str:
    """How the person of a row takes part; "" where the row does not say it."""
    modes = {value: str(label) for value, label in Registration.Mode.choices}
    if not (words := cells.get(pasted.MODE)):
        return ""
    if mode := pasted.role_of(words, modes):
        return mode
    said = gettext("“%(words)s” is no way to take part. Write one of these: %(known)s.")
    raise ValidationError(said % {"words": words, "known": ", ".join(modes.values())})


def _refuse_who_cancelled(words: str) -> None:
    """A list of people that was exported has those in it who cancelled, and nobody means to register them again."""
    gone = {str(label) for label in Registration.CancelledBy.labels} | {"cancelled", gettext("Cancelled")}
    gone |= {gettext("Cancelled by the person"), gettext("Cancelled by the host")}
    if words and fold(words).strip() in {fold(one) for one in gone}:
        raise ValidationError(gettext("Cancelled, as the sheet says. Empty the status to register this person anyway."))


@lru_cache
def _codes_of_countries(language: str) -> dict[str, str]:
    """The codes of countries by their names in a language and in English, and by themselves, all folded."""
    found: dict[str, str] = {}
    for spoken in ("en", language):
        with translation.override(spoken):
            found |= {fold(str(country.name)): country.code for country in countries}
    return found | {country.code.casefold(): country.code for country in countries}
