"""How a host makes and changes questions: words, options with places, whom they are asked, and when."""

import re
from datetime import date, datetime
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from events.editing.comparing import ComparingForm
from events.editing.fields import DateField, LineField, TextField
from events.models import Event

from .. import places
from ..models import Question, Registration
from . import conditions
from .asked import read_questions
from .catalogue import delete_day, next_position
from .fields import LONGEST_LONG_TEXT, LONGEST_TEXT
from .options import save_options
from .row_fields import (
    COMPARISON_WORDS,
    ConditionField,
    ConditionWidget,
    OptionsField,
    iso_day,
    typed_value,
)
from .wording import keep_words

Kind = Question.Kind
WITH_OPTIONS = (Kind.ONE_OF, Kind.SEVERAL_OF)


class QuestionForm(ComparingForm):
    """One question. The kind of one that somebody answered stays."""

    label = LineField(
        label=_("Question"), max_length=300, error_messages={"required": _("Enter the question as people read it")}
    )
    kind = forms.ChoiceField(label=_("Kind of answer"), choices=Kind.choices, widget=forms.Select)
    options = OptionsField(
        label=_("Answers to choose from"),
        required=False,
        help_text=_(
            "For “One of several” and “Several of a list”. Places: how many people can have it; empty: no limit. What "
            "is full stays on the form, for the waiting list. Empty a row to take an answer away."
        ),
    )
    help_text = TextField(label=_("Help"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2}))
    is_required = forms.BooleanField(label=_("It must be answered"), required=False)
    purpose = LineField(
        label=_("What the answer is for"),
        max_length=300,
        help_text=_("Shown beside the question: “The caterer cooks for everybody”."),
        error_messages={"required": _("Enter who uses the answer, and for what. What nobody uses is not asked")},
    )
    delete_on = DateField(
        label=_("Answers are deleted on"),
        required=True,
        help_text=_("Shown beside the question."),
        error_messages={"required": _("Enter the day on which the answers are deleted")},
    )
    is_sensitive = forms.BooleanField(
        label=_("It is about health, food or identity"),
        required=False,
        help_text=_("Seen by the host only, and left out of exports unless asked for."),
    )
    is_for_travel = forms.BooleanField(
        label=_("Only those who travel are asked"),
        required=False,
        help_text=_("Nobody is asked who takes part online, and the answers are deleted when the event goes online."),
    )
    modes = forms.MultipleChoiceField(
        label=_("Asked of those who take part"),
        choices=Registration.Mode.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: all."),
    )
    participant_kinds = forms.MultipleChoiceField(
        label=_("Asked of"),
        choices=Registration.ParticipantKind.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: all."),
    )
    joined_by = forms.ChoiceField(
        label=_("Asked if"),
        choices=[("all", _("all of these are so")), ("any", _("one of these is so"))],
        initial="all",
        widget=forms.RadioSelect,
    )
    shown_if = ConditionField(
        label=_("Answers to other questions"),
        required=False,
        help_text=_("Leave it empty to ask always. Type the answer in the words of the other question, such as Yes."),
    )
    least = forms.CharField(label=_("At least"), required=False, max_length=20)
    most = forms.CharField(
        label=_("At most"),
        required=False,
        max_length=20,
        help_text=_("For a number, a date (like 2027-05-20), or how many of a list are picked."),
    )
    longest = forms.IntegerField(
        label=_("Characters at most"),
        required=False,
        min_value=1,
        max_value=LONGEST_LONG_TEXT,
        help_text=_("For texts. Empty: 500, and 5,000 for a long text."),
    )

    in_details = ("modes", "participant_kinds", "joined_by", "shown_if", "least", "most", "longest")
    stored = ("label", "kind", "help_text", "is_required", "purpose", "delete_on", "is_sensitive", "is_for_travel")

    def __init__(self, *args: Any, event: Event, question: Question | None, **options: Any) -> None:
        if question is None:
            options["initial"] = {"delete_on": delete_day(event), "joined_by": "all", **options.get("initial", {})}
        super().__init__(*args, now=question_values(question) if question else {}, **options)
        self.event, self.question = event, question
        self.others = _others(event, question)
        cast(ConditionWidget, self.fields["shown_if"].widget).questions = self.others.values()
        if not self.others:
            del self.fields["shown_if"], self.fields["joined_by"]
        if event.mode != Event.Mode.HYBRID:
            del self.fields["modes"]
        self.is_answered = bool(question and question.answers.exists())
        if self.is_answered:
            self.fields["kind"].disabled = True
            self.fields["kind"].help_text = gettext("Somebody answered it, so its kind stays.")

    def clean_kind(self) -> str:
        return self.question.kind if self.question and self.is_answered else self.cleaned_data["kind"]

    def clean_delete_on(self) -> date:
        day = self.cleaned_data["delete_on"]
        last = (self.event.ends_on or self.event.starts_on) if self.event.has_exact_date else None
        earliest = last or timezone.now().astimezone(self.event.zone).date()
        if day <= earliest:
            raise ValidationError(gettext("Enter a day after the event, when nobody needs the answers any more"))
        return day

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        kind = cleaned.get("kind")
        # Errors are at the field, where they are mended.
        for name, check in (("options", self._options), ("shown_if", self._condition), ("most", self._limits)):
            try:
                if kind:
                    check(cleaned, kind)
            except ValidationError as error:
                self.add_error(name if name in self.fields else None, error)
        return cleaned

    def _options(self, cleaned: dict[str, Any], kind: str) -> None:
        if kind not in WITH_OPTIONS:
            cleaned["options"] = []
        elif len(cleaned.get("options") or []) < 2 and "options" not in self.errors:
            raise ValidationError(gettext("Enter at least two answers to choose from"), code="options")

    def _condition(self, cleaned: dict[str, Any], _kind: str) -> None:
        rows = []
        for key, how, typed in cleaned.get("shown_if") or []:
            question = self.others.get(int(key)) if re.fullmatch(r"[0-9]{1,9}", key) else None
            if question is None or how not in COMPARISON_WORDS:
                raise ValidationError(gettext("Choose a question and a comparison from the lists"), code="choice")
            rows.append({"question": question.pk, "is": how, "value": typed_value(question, how, typed)})
        self.condition = {cleaned.get("joined_by") or "all": rows} if rows else {}

    def _limits(self, cleaned: dict[str, Any], kind: str) -> None:
        limits: dict[str, Any] = {}
        for name in ("least", "most"):
            typed = (cleaned.get(name) or "").strip()
            if typed and kind == Kind.DATE:
                limits[name] = iso_day(typed, gettext("Enter days like 2027-05-20"))
            elif typed and kind in (Kind.NUMBER, Kind.SEVERAL_OF):
                if not re.fullmatch(r"-?[0-9]{1,9}", typed):
                    raise ValidationError(gettext("Enter whole numbers, such as 1 and 3"), code="limits")
                limits[name] = int(typed)
        if limits.keys() == {"least", "most"} and limits["least"] > limits["most"]:
            raise ValidationError(gettext("“At most” must not be less than “At least”"), code="limits")
        if kind in (Kind.TEXT, Kind.LONG_TEXT) and cleaned.get("longest"):
            most = LONGEST_TEXT if kind == Kind.TEXT else LONGEST_LONG_TEXT
            limits["longest"] = min(cleaned["longest"], most)
        self.limits = limits

    def _shown(self, name: str, value: Any) -> str:
        if name in ("options", "shown_if"):
            return "; ".join(" ".join(part for part in row[0 if name == "shown_if" else 1 :] if part) for row in value)
        return super()._shown(name, value)

    @property
    def details_are_open(self) -> bool:
        """Whether the details show at once: something in them is filled in or wrong."""
        names = [name for name in self.in_details if name in self.fields and name != "joined_by"]
        return any(name in self.errors or self[name].value() for name in names)

    def save(self, *, at: datetime | None = None) -> Question:
        """Store the question with its options and words. The caller holds the lock of the event."""
        values = self.cleaned_data
        question = self.question or Question(
            event=self.event, language=self.event.language, position=next_position(self.event)
        )
        for name in self.stored:
            setattr(question, name, values[name])
        question.modes = values.get("modes", question.modes)
        question.participant_kinds = values["participant_kinds"]
        if "shown_if" in self.fields:
            question.shown_if = self.condition
        question.limits = self.limits
        question.save()
        save_options(question, values["options"], at=at)
        keep_words(question)
        places.settle(self.event, at=at)
        return question


def _others(event: Event, question: Question | None) -> dict[int, Question]:
    """The questions that one may depend on: all that do not depend on it themselves, and hold no file."""
    there = {other.pk: other for other in read_questions(event)}
    if question is None:
        return {key: other for key, other in there.items() if other.kind != Kind.FILE}

    def depends(key: int, seen: frozenset[int] = frozenset()) -> bool:
        if key == question.pk:
            return True
        about = conditions.asks_about(there[key].shown_if) & there.keys() - seen
        return any(depends(other, seen | {key}) for other in about)

    return {key: other for key, other in there.items() if other.kind != Kind.FILE and not depends(key)}


def question_values(question: Question) -> dict[str, Any]:
    """Return what the form of a question is opened with, by field."""
    joined_by = "any" if "any" in question.shown_if else "all"
    there = {other.pk: other for other in read_questions(question.event, retired_too=True)}
    rows = []
    for one in conditions.comparisons(question.shown_if):
        other = there.get(one["question"])
        if other is not None:
            typed = conditions.value_in_words(other, one.get("value"), language=other.language)
            rows.append((str(other.pk), one["is"], typed))
    options = question.options.filter(retired_at=None).order_by("position", "pk")
    return {
        **{name: getattr(question, name) for name in QuestionForm.stored},
        "modes": question.modes,
        "participant_kinds": question.participant_kinds,
        "joined_by": joined_by,
        "shown_if": rows,
        "options": [
            (str(option.pk), option.label, "" if option.places is None else str(option.places)) for option in options
        ],
        **{name: str(question.limits.get(name, "")) for name in ("least", "most")},
        "longest": question.limits.get("longest"),
    }
