"""How a host makes and changes questions: words, options with places, whom they are asked, and when."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
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
from projects.search import fold

from .. import places
from ..models import Answer, Choice, Option, Question, Registration
from . import conditions
from .asked import offered, read_questions
from .catalogue import delete_day, next_position
from .fields import LONGEST_LONG_TEXT, LONGEST_TEXT
from .wording import keep_words

Kind = Question.Kind
WITH_OPTIONS = (Kind.ONE_OF, Kind.SEVERAL_OF)
MOST_OPTIONS, MOST_PLACES = 60, 1_000_000
# Rows that the form offers beside those that are filled in.
EMPTY_ROWS, CONDITION_ROWS = 4, 3
MOST_QUESTIONS = 40

OptionRow = tuple[str, str, str]
ConditionRow = tuple[str, str, str]


# --- Rows --------------------------------------------------------------------------------------------------------


class RowsWidget(forms.Widget):
    """Rows of a few inputs each: a list of tuples of texts, one for each part."""

    use_fieldset = True

    def __init__(self, parts: tuple[str, ...], most: int, attrs: Any = None) -> None:
        super().__init__(attrs)
        self.parts, self.most = parts, most

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[tuple[str, ...]]:
        rows = [
            tuple(" ".join((data.get(f"{name}-{number}-{part}") or "").split()) for part in self.parts)
            for number in range(self.most)
        ]
        return [row for row in rows if any(row)]

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return False

    def id_for_label(self, id_: str, index: str | None = None) -> str:
        return f"{id_}_0"


class OptionsWidget(RowsWidget):
    template_name = "registrations/questions/option_rows.html"

    def __init__(self, attrs: Any = None) -> None:
        super().__init__(("key", "label", "places"), MOST_OPTIONS, attrs)

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        empty = [("", "", "")] * EMPTY_ROWS
        rows = [*(value or []), *empty][:MOST_OPTIONS]
        context["widget"]["rows"] = [
            {"number": number, "key": row[0], "label": row[1], "places": row[2]} for number, row in enumerate(rows)
        ]
        return context


class OptionsField(forms.Field):
    """The answers to choose from, as (key or "", label, places or "") in order."""

    widget = OptionsWidget

    def clean(self, value: Any) -> list[OptionRow]:
        rows: list[OptionRow] = [row for row in value or [] if row[1]]
        labels = [fold(label) for _key, label, _places in rows]
        if any(len(label) > 200 for _key, label, _places in rows):
            raise ValidationError(gettext("Shorten each answer to at most 200 characters"), code="length")
        if len(set(labels)) != len(labels):
            raise ValidationError(gettext("Two answers are the same. Change one of them"), code="twice")
        for _key, label, typed in rows:
            if typed and not (re.fullmatch(r"[0-9]{1,7}", typed) and int(typed) <= MOST_PLACES):
                words = gettext("Enter the places of “%(label)s” as a number, or leave them empty")
                raise ValidationError(words % {"label": label}, code="places")
        return rows


class ConditionWidget(RowsWidget):
    template_name = "registrations/questions/condition_rows.html"
    questions: Iterable[Question] = ()

    def __init__(self, attrs: Any = None) -> None:
        super().__init__(("question", "is", "value"), CONDITION_ROWS, attrs)

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        rows = [*(value or []), *[("", "", "")] * CONDITION_ROWS][:CONDITION_ROWS]
        context["widget"]["rows"] = [
            {"number": number, "question": row[0], "is": row[1], "value": row[2]} for number, row in enumerate(rows)
        ]
        context["widget"]["questions"] = [(str(question.pk), question.label) for question in self.questions]
        context["widget"]["comparisons"] = COMPARISON_WORDS.items()
        return context


COMPARISON_WORDS = {
    conditions.EQUALS: _("is"),
    conditions.DIFFERS: _("is not"),
    conditions.HAS: _("includes"),
    conditions.LESS: _("is less than"),
    conditions.MORE: _("is more than"),
    conditions.ANSWERED: _("is answered"),
}


class ConditionField(forms.Field):
    """Comparisons with other answers, as (key of the question, comparison, value as typed)."""

    widget = ConditionWidget

    def clean(self, value: Any) -> list[ConditionRow]:
        return [row for row in value or [] if row[0]]


def typed_value(question: Question, how: str, typed: str) -> Any:
    """Return what an answer is compared with, as answers store it. Raises ValidationError with what can be typed."""
    if how == conditions.ANSWERED:
        return None
    words = {"question": question.label}
    if how in (conditions.LESS, conditions.MORE) and question.kind not in (Kind.NUMBER, Kind.DATE):
        raise ValidationError(gettext("Only numbers and dates are less or more than others: “%(question)s”") % words)
    match question.kind:
        case Kind.YES_NO:
            answers = {fold(gettext("Yes")): True, fold(gettext("No")): False}
            if fold(typed) not in answers:
                raise ValidationError(gettext("Enter Yes or No for “%(question)s”") % words)
            return answers[fold(typed)]
        case Kind.ONE_OF | Kind.SEVERAL_OF:
            there = {fold(option.label): option.pk for option in offered(question)}
            if fold(typed) not in there:
                labels = ", ".join(option.label for option in offered(question))
                sentence = gettext("Enter one of the answers to “%(question)s”: %(answers)s")
                raise ValidationError(sentence % {**words, "answers": labels})
            return there[fold(typed)]
        case Kind.NUMBER:
            try:
                number = float(typed.replace(",", "."))
                if not abs(number) < 10**12:
                    raise ValueError
                return int(number) if number.is_integer() else number
            except ValueError:
                raise ValidationError(gettext("Enter a number for “%(question)s”") % words) from None
        case Kind.DATE:
            return _iso_day(typed, gettext("Enter a day like 2027-05-20 for “%(question)s”") % words)
    if not typed:
        raise ValidationError(gettext("Enter what “%(question)s” is compared with") % words)
    return typed


def _iso_day(typed: str, words: str) -> str:
    try:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", typed):
            raise ValueError
        return date.fromisoformat(typed).isoformat()
    except ValueError:
        raise ValidationError(words, code="day") from None


# --- The form ----------------------------------------------------------------------------------------------------


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
                limits[name] = _iso_day(typed, gettext("Enter days like 2027-05-20"))
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


def save_options(question: Question, rows: Iterable[OptionRow], *, at: datetime | None = None) -> None:
    """Let a question have exactly these options, in this order. One that somebody chose is retired, not deleted."""
    here = {str(option.pk): option for option in question.options.all()}
    got_a_limit = []
    for position, (key, label, typed) in enumerate(rows, 1):
        option = here.pop(key, None) or Option(question=question)
        limit = int(typed) if typed else None
        had_none = option.pk is not None and option.places is None
        option.position, option.label, option.places, option.retired_at = position, label, limit, None
        option.save()
        if had_none and limit is not None:
            got_a_limit.append(option)
    for option in here.values():
        if option.retired_at is not None:
            continue
        if option.choices.exists() or _was_answered(option):
            option.retired_at = at or timezone.now()
            option.save(update_fields=["retired_at"])
        else:
            option.delete()
    if got_a_limit:
        _count_who_chose_before(question)


def _was_answered(option: Option) -> bool:
    return any(
        value == option.pk or (isinstance(value, list) and option.pk in value)
        for value in option.question.answers.values_list("value", flat=True)
    )


def _count_who_chose_before(question: Question) -> None:
    """Let those who picked an option before it had a limit take its places, in the order in which they registered."""
    answers = Answer.objects.filter(question=question, registration__in=Registration.objects.live())
    chosen = set(Choice.objects.filter(option__question=question).values_list("registration", "option"))
    limited = {option.pk: option for option in question.options.all() if option.places is not None}
    for answer in answers.select_related("registration").order_by("registration__joined_at", "registration"):
        picked = answer.value if isinstance(answer.value, list) else [answer.value]
        missing = [key for key in picked if key in limited and (answer.registration_id, key) not in chosen]
        if missing:
            registration = answer.registration
            registration.event = question.event
            mine = list(registration.choices.select_related("session", "option"))
            places.choose(
                registration,
                sessions=[choice.session for choice in mine if choice.session],
                options=[*(choice.option for choice in mine if choice.option), *(limited[key] for key in missing)],
            )


# --- Order, and no longer asking ---------------------------------------------------------------------------------


def move(question: Question, where: str) -> bool:
    """Let a question trade places with its neighbour, "up" or "down"; False at the end. Under the event's lock."""
    there = list(Question.objects.asked().filter(event=question.event))
    here = next((n for n, other in enumerate(there) if other.pk == question.pk), None)
    step = {"up": -1, "down": 1}[where]
    if here is None or not 0 <= here + step < len(there):
        return False
    there[here], there[here + step] = there[here + step], there[here]
    for position, other in enumerate(there, 1):
        if other.position != position:
            other.position = position
            other.save(update_fields=["position"])
    return True


def retire(question: Question, *, at: datetime | None = None) -> None:
    """Ask it no more. Its answers stay until their day."""
    question.retired_at = at or timezone.now()
    question.save(update_fields=["retired_at"])


def bring_back(question: Question) -> None:
    """Ask it again, as the last one."""
    question.position, question.retired_at = next_position(question.event), None
    question.save(update_fields=["position", "retired_at"])


# --- The list ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ListedQuestion:
    """A question in the list of its organisers: how often it was answered, when it is asked, what to look at."""

    question: Question
    answers: int
    when: str
    concern: str


def listed(event: Event, questions: Iterable[Question], *, language: str) -> list[ListedQuestion]:
    """Return questions that were read by `read_questions`, retired ones too, as the list shows them. One query."""
    questions = list(questions)
    asked_now = {question.pk: question for question in questions if question.retired_at is None}
    every = {question.pk: question for question in questions}
    counts: dict[int, int] = {}
    for key in Answer.objects.filter(question__event=event).values_list("question", flat=True):
        counts[key] = counts.get(key, 0) + 1
    rows = []
    for question in questions:
        gone = conditions.asks_about(question.shown_if) - asked_now.keys()
        concern = ""
        if gone and question.retired_at is None:
            concern = gettext("It depends on a question that is not asked any more. Change when it is asked.")
        when = conditions.in_words(question.shown_if, every, language=language) if question.shown_if else ""
        rows.append(ListedQuestion(question, counts.get(question.pk, 0), when, concern))
    return rows
