"""What a coordinator types about the people of their delegation: one person, or the rows of a sheet."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from projects.typed import typed_number

from . import naming, pasted
from .addresses import likely_meant
from .delegations import Standing
from .form_parts import ColleaguesEmailField, OneLineField
from .models import Delegation, Registration
from .naming import Colleague, Outcome
from .pasted import PastedRow
from .pasted_people import PeopleField

Kind = Registration.ParticipantKind
# Who organises comes without a seat of a delegation.
KINDS = [(Kind.DELEGATE.value, Kind.DELEGATE.label)] + [
    (kind.value, kind.label) for kind in Kind if kind not in (Kind.DELEGATE, Kind.STAFF)
]
LONGEST_PASTE = 100_000


class ColleagueForm(forms.Form):
    """One person to name."""

    use_required_attribute = False

    name = OneLineField(
        label=_("Full name"),
        max_length=200,
        too_long=_("Enter the full name with at most %(longest)s characters. You typed %(typed)s."),
        error_messages={"required": _("Enter the full name")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"}),
    )
    email = ColleaguesEmailField(
        label=_("Email"),
        error_messages={"required": _("Enter the email address")},
        widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false", "dir": "ltr"}),
    )
    organisation_name = OneLineField(
        label=_("Organisation"),
        max_length=300,
        too_long=_("Enter the organisation with at most %(longest)s characters. You typed %(typed)s."),
        error_messages={"required": _("Enter the name of the organisation")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "list": "organisations", "dir": "auto"}),
    )
    participant_kind = forms.ChoiceField(
        label=_("Comes as"), choices=KINDS, error_messages={"invalid_choice": _("Choose one of these.")}
    )

    def __init__(self, *args: Any, delegation: Delegation, **options: Any) -> None:
        initial = {
            "organisation_name": delegation.partner.organisation.name,
            "participant_kind": Kind.DELEGATE.value,
            **(options.pop("initial", None) or {}),
        }
        super().__init__(*args, **{**options, "initial": initial})

    @property
    def colleague(self) -> Colleague:
        return Colleague(**{name: self.cleaned_data[name] for name in ColleagueForm.base_fields})


class PasteForm(forms.Form):
    """Rows of a sheet, as they are pasted."""

    use_required_attribute = False

    text = PeopleField(
        label=_("Rows of a sheet"),
        max_length=LONGEST_PASTE,
        help_text=_(
            "Name, email, organisation, and what they come as; with headings or without. “Name to follow” holds a seat."
        ),
        error_messages={
            "required": _("Paste at least one row with a name and an email address"),
            "too_many": _("Paste at most %(most)s rows at once. These are %(number)s rows."),
        },
    )


class GiveBackForm(forms.Form):
    use_required_attribute = False

    number = forms.IntegerField(
        label=_("How many seats do you give back?"),
        min_value=1,
        error_messages={
            "required": _("Enter how many seats you give back"),
            "invalid": _("Enter a whole number, like 2."),
            "min_value": _("Enter a whole number, like 2."),
        },
        widget=forms.TextInput(attrs={"inputmode": "numeric", "size": 4, "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, standing: Standing, **options: Any) -> None:
        super().__init__(*args, **options)
        self.standing = standing

    def clean_number(self) -> int:
        number = self.cleaned_data["number"]
        if number > (free := self.standing.to_follow):
            words = ngettext(
                "You can give %(free)s seat back: nobody is named for it.",
                "You can give up to %(free)s seats back: nobody is named for them.",
                free,
            )
            raise ValidationError(words % {"free": free}, code="too_many")
        return number


class TakeOutForm(forms.Form):
    reason = OneLineField(
        label=_("A word to them"),
        required=False,
        max_length=300,
        too_long=_("Enter at most %(longest)s characters. You typed %(typed)s."),
        help_text=_("It stands in the mail that tells them."),
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
    )


# --- The check table ---------------------------------------------------------------------------------------------


class RowForm(ColleagueForm):
    """One row of the check table; `number` is its number in the sheet."""

    number = forms.IntegerField(widget=forms.HiddenInput, required=False)

    @property
    def is_empty(self) -> bool:
        """Whether name and address were emptied, to leave the row out."""
        return not any(str(self[name].value() or "").strip() for name in ("name", "email"))


@dataclass(frozen=True, slots=True)
class CheckedRow:
    """A row of the table: its fields, what is wrong with it, and what else is to be seen; `word` is its state."""

    form: RowForm
    number: int
    word: str
    tone: str
    problems: tuple[str, ...]
    hints: tuple[str, ...]

    @property
    def is_good(self) -> bool:
        return not self.problems


class CheckTable:
    """The rows of a sheet with what is good and bad about each; what is bad can be mended in place."""

    prefix = "rows"

    def __init__(
        self, data: Any, *, delegation: Delegation, standing: Standing, seen: dict[int, PastedRow] | None = None
    ) -> None:
        """`data` is what the table was sent with. `seen` are rows as they were pasted, when they are shown first."""
        self.standing, self.to_follow = standing, _count(data.get("rows-to-follow"))
        # Rows keep their numbers when others were saved and are gone: those are empty here, and left out.
        self.total = min(_count(data.get("rows-total")), pasted.MOST_ROWS)
        forms_of_rows = [RowForm(data, delegation=delegation, prefix=f"{self.prefix}-{n}") for n in range(self.total)]
        self._forms = [form for form in forms_of_rows if not form.is_empty or form["number"].value() in (seen or {})]
        self._seen = seen or {}
        self._check(naming.known_in(delegation))

    @classmethod
    def of_rows(cls, rows: Iterable[PastedRow], *, delegation: Delegation, standing: Standing) -> "CheckTable":
        """The table of rows that were just pasted."""
        rows = list(rows)
        named = [row for row in rows if not row.is_to_follow]
        data: dict[str, Any] = {"rows-total": len(named), "rows-to-follow": len(rows) - len(named)}
        for n, row in enumerate(named):
            organisation, role = _organisation_and_role(row)
            data |= {
                f"rows-{n}-number": row.number,
                f"rows-{n}-name": row.cells.get(pasted.NAME, ""),
                f"rows-{n}-email": row.cells.get(pasted.EMAIL, ""),
                f"rows-{n}-organisation_name": organisation or delegation.partner.organisation.name,
                f"rows-{n}-participant_kind": _kind(role) or Kind.DELEGATE.value,
            }
        return cls(data, delegation=delegation, standing=standing, seen={row.number: row for row in named})

    def _check(self, known: set[tuple[str, str]]) -> None:
        first_with: dict[tuple[str, str], int] = {}
        self._first_at: dict[str, int] = {}
        good: list[tuple[RowForm, int]] = []
        wrong: dict[int, tuple[str, ...]] = {}
        for position, form in enumerate(self._forms):
            number = _count(form["number"].value()) or position + 1
            if not form.is_valid():
                wrong[position] = tuple(str(error) for errors in form.errors.values() for error in errors)
            elif (key := form.colleague.key) in first_with:
                words = gettext("The same person is in row %(row)s. Empty name and email to leave this row out.")
                wrong[position] = (words % {"row": first_with[key]},)
            else:
                first_with[key] = number
                self._first_at.setdefault(form.colleague.email.casefold(), number)
                if not (seen := self._seen.get(number)) or not seen.problem:
                    good.append((form, position))
                else:
                    wrong[position] = (seen.problem,)
        outcomes = naming.expect(self.standing, (form.colleague for form, _position in good), known)
        self.outcomes = outcomes
        self.colleagues = [form.colleague for form, _position in good]
        expected = {position: outcome for (_form, position), outcome in zip(good, outcomes, strict=True)}
        self.rows = [
            self._row(form, position, wrong.get(position, ()), expected.get(position))
            for position, form in enumerate(self._forms)
        ]

    def _row(self, form: RowForm, position: int, problems: tuple[str, ...], outcome: Outcome | None) -> CheckedRow:
        number = _count(form["number"].value()) or position + 1
        word, tone = _WORDS[outcome] if outcome else (_("To be mended"), "error")
        return CheckedRow(form, number, str(word), tone, problems, tuple(self._hints(form, number, problems)))

    def _hints(self, form: RowForm, number: int, problems: tuple[str, ...]) -> Iterable[str]:
        meant = likely_meant(form.cleaned_data.get("email", "")) if form.is_valid() else ""
        if meant:
            yield gettext("Is %(address)s meant?") % {"address": meant}
        if form.is_valid() and not problems:
            first = self._first_at.get(form.colleague.email.casefold(), number)
            # Mailboxes are shared, so this is asked and not refused.
            if first != number:
                words = gettext(
                    "Row %(row)s has the same address. If it is the same person, empty name and email to leave this "
                    "row out."
                )
                yield words % {"row": first}
        if seen := self._seen.get(number):
            role = _organisation_and_role(seen)[1]
            if role and not _kind(role):
                yield gettext("“%(role)s” is none of what people come as here.") % {"role": role}

    @property
    def good(self) -> int:
        return len(self.colleagues)

    @property
    def new(self) -> int:
        """How many good rows are of people who are not in the delegation yet."""
        return sum(outcome != Outcome.KNOWN for outcome in self.outcomes)

    @property
    def bad(self) -> list[CheckedRow]:
        return [row for row in self.rows if row.problems]

    @property
    def expected(self) -> str:
        """Who gets a seat and who waits, as sentences."""
        return naming.expected_in_words(self.standing, self.outcomes)

    @property
    def follows(self) -> str:
        """What becomes of rows whose name follows; "" when there are none."""
        if not self.to_follow:
            return ""
        rows = {"n": self.to_follow}
        if self.standing.to_follow > self.outcomes.count(Outcome.SEAT):
            said = ngettext(
                "%(n)s row says that the name follows: a seat stays held without a name.",
                "%(n)s rows say that the name follows: seats stay held without a name as far as there are any.",
                self.to_follow,
            )
        else:
            said = ngettext(
                "%(n)s row says that the name follows: no seat is left for it then.",
                "%(n)s rows say that the name follows: no seats are left for them then.",
                self.to_follow,
            )
        return said % rows

    def keep_bad(self, standing: Standing) -> None:
        """Leave only the rows that are to be mended, after the others were saved and the delegation stands so."""
        self.rows, self.standing = self.bad, standing
        self.colleagues, self.outcomes, self.to_follow = [], [], 0


_WORDS = {
    Outcome.SEAT: (_("Good: gets a seat"), "ok"),
    Outcome.WAITS: (_("Good: waits for a seat"), "info"),
    Outcome.KNOWN: (_("In your delegation already"), "plain"),
}


def _count(value: Any) -> int:
    return typed_number(str(value or ""), most=999_999) or 0


def _kind(words: str) -> str:
    return pasted.role_of(words, {value: str(label) for value, label in KINDS})


def _organisation_and_role(row: PastedRow) -> tuple[str, str]:
    """What a row says of both. Without headings, what people come as may stand where others have their organisation."""
    organisation, role = row.cells.get(pasted.ORGANISATION, ""), row.cells.get(pasted.ROLE, "")
    if not role and _kind(organisation):
        return "", organisation
    return organisation, role
