"""What a lead writes into a learning survey, and what people answer."""

from collections.abc import Iterable, Mapping
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from events.editing.fields import DateField, LineField, TextField
from projects.languages import language_choices
from projects.models import Project, Semester
from projects.models.languages import Text

from .forms import LongTextField, RatingField
from .models import LearningSurvey, LevelOfLearning, SurveyInvitation, SurveyQuestion
from .surveys import MOST_QUESTIONS

# So many empty rows stand below the questions that are there.
EMPTY_ROWS = 3


class SurveyForm(forms.ModelForm):
    """What a survey is about, and whom it asks."""

    use_required_attribute = False

    title = LineField(label=_("Title"), max_length=200, error_messages={"required": _("Enter a title.")})
    intro = TextField(
        label=_("Introduction"), max_length=2000, required=False, help_text=_("Shown above the questions.")
    )
    semester = forms.ModelChoiceField(
        label=_("People active in"),
        queryset=Semester.objects.none(),
        required=False,
        empty_label=_("The whole project until now"),
        error_messages={"invalid_choice": _("Choose a semester of the list.")},
    )
    least_events = forms.IntegerField(
        label=_("Who attended at least so many events"),
        min_value=1,
        max_value=50,
        error_messages={
            "required": _("Enter a number, such as 1."),
            "invalid": _("Enter a whole number, such as 1."),
            "min_value": _("Enter 1 or more."),
            "max_value": _("Enter 50 or less."),
        },
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    language = forms.ChoiceField(
        label=_("Language of these texts"),
        error_messages={"required": _("Choose the language."), "invalid_choice": _("Choose a language of the list.")},
    )

    class Meta:
        model = LearningSurvey
        fields = ("title", "intro", "semester", "least_events", "language")

    def __init__(self, *args: Any, project: Project, **options: Any) -> None:
        super().__init__(*args, **options)
        self.instance.project = project
        self.fields["semester"].queryset = project.semesters.all()  # type: ignore[attr-defined]
        self.fields["language"].choices = language_choices()  # type: ignore[attr-defined]
        if self.instance.follows_id:
            # It asks those who answered the survey before.
            for name in ("semester", "least_events"):
                del self.fields[name]


class LevelChoice(forms.ModelChoiceField):
    def label_from_instance(self, level: Any) -> str:
        return str(level.name_in(get_language() or "en"))


class QuestionForm(forms.Form):
    """One question; a row without a text is none."""

    use_required_attribute = False

    text = LineField(label=_("Question"), max_length=300, required=False)
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=SurveyQuestion.Kind.choices,
        error_messages={"required": _("Choose a kind."), "invalid_choice": _("Choose a kind of the list.")},
    )
    level = LevelChoice(
        label=_("Level of learning"),
        queryset=LevelOfLearning.objects.none(),
        required=False,
        empty_label=_("None"),
        error_messages={"invalid_choice": _("Choose a level of the list.")},
    )
    counts_from = forms.TypedChoiceField(
        label=_("Shows increased professional capacity"),
        choices=[("", _("No")), ("3", _("From 3 on")), ("4", _("From 4 on")), ("5", _("With 5"))],
        coerce=int,
        empty_value=None,
        required=False,
        error_messages={"invalid_choice": _("Choose from the list.")},
    )

    def __init__(self, *args: Any, levels: list[LevelOfLearning], **options: Any) -> None:
        super().__init__(*args, **options)
        level = cast(LevelChoice, self.fields["level"])
        level.queryset = LevelOfLearning.objects.all()
        # Read once for all rows.
        level.choices = [("", _("None")), *((each.pk, level.label_from_instance(each)) for each in levels)]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        is_open = cleaned.get("kind") == SurveyQuestion.Kind.OPEN
        if cleaned.get("text") and is_open and cleaned.get("counts_from"):
            self.add_error("counts_from", gettext("Only a statement can count: choose “No”, or make it a statement."))
        return cleaned

    def question(self) -> SurveyQuestion | None:
        """The question, not saved; None for an empty row."""
        return SurveyQuestion(**self.cleaned_data) if self.cleaned_data.get("text") else None


class _Questions(forms.BaseFormSet):
    @cached_property
    def levels(self) -> list[LevelOfLearning]:
        return list(LevelOfLearning.objects.all())

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        return {**super().get_form_kwargs(index), "levels": self.levels}

    def clean(self) -> None:
        if not any(self.errors) and not self.questions:
            raise ValidationError(gettext("Write at least one question."))

    @property
    def questions(self) -> list[SurveyQuestion]:
        """The questions in their order, not saved; only of a valid set."""
        return [question for form in self.forms if (question := form.question()) is not None]


_FormSet = forms.formset_factory(
    QuestionForm, formset=_Questions, extra=EMPTY_ROWS, max_num=MOST_QUESTIONS, absolute_max=MOST_QUESTIONS
)


def questions_form(data: Any, questions: Iterable[SurveyQuestion]) -> Any:
    """Return the rows of a survey's questions, with some empty ones below."""
    initial = [
        {"text": one.text, "kind": one.kind, "level": one.level_id, "counts_from": one.counts_from or ""}
        for one in questions
    ]
    return _FormSet(data, initial=initial, prefix="questions")


class LastDayForm(forms.Form):
    """Until when people answer."""

    use_required_attribute = False

    closes_on = DateField(
        label=_("People can answer until"), required=True, error_messages={"required": _("Enter the last day.")}
    )


class AnswerForm(forms.Form):
    """The questions of a survey to one person. Each may be skipped, but not all."""

    use_required_attribute = False

    role = forms.ChoiceField(
        label=_("I take part as"),
        choices=[*SurveyInvitation.Role.choices, ("", _("Skip"))],
        required=False,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": _("Choose from the list, or skip the question.")},
    )
    work = forms.ChoiceField(
        label=_("My work"),
        choices=[*SurveyInvitation.Work.choices, ("", _("Skip"))],
        required=False,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": _("Choose from the list, or skip the question.")},
    )

    def __init__(self, *args: Any, questions: Iterable[SurveyQuestion], language: str = "", **options: Any) -> None:
        super().__init__(*args, **options)
        self.questions, self.language = list(questions), language or get_language() or "en"
        for question in self.questions:
            label = question.in_language("text", self.language)
            if question.kind == SurveyQuestion.Kind.STATEMENT:
                field: forms.Field = RatingField(label=label.text, lowest=_("1, not at all"), highest=_("5, fully"))
            else:
                field = LongTextField(label=label.text)
            self.fields[_name(question)] = field

    @property
    def asked(self) -> list[tuple[Text, forms.BoundField]]:
        """Each question with its field, in their order."""
        return [(question.in_language("text", self.language), self[_name(question)]) for question in self.questions]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors and not any(self.said.values()):
            raise ValidationError(gettext("Answer at least one question, then send."), code="empty")
        return cleaned

    @property
    def said(self) -> Mapping[SurveyQuestion, int | str | None]:
        """What was answered to each question."""
        return {question: self.cleaned_data.get(_name(question)) for question in self.questions}

    @property
    def texts(self) -> list[str]:
        """What was typed, which is shown again when it came too late."""
        return [said for said in self.said.values() if said and isinstance(said, str)]

    @staticmethod
    def said_before(invitation: SurveyInvitation) -> dict[str, Any]:
        """The initial values of somebody who comes back to change their answers."""
        answers = {f"question_{one.question_id}": one.rating or one.text for one in invitation.answers.all()}
        return {"role": invitation.role, "work": invitation.work, **answers}


def _name(question: SurveyQuestion) -> str:
    return f"question_{question.pk}"
