"""What is asked after an event, and what organisers want people to learn at it."""

import uuid
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from events.models import Event
from projects.models.languages import Text
from registrations.form_parts import EmailField
from registrations.guarded_forms import GuardedForm

from .exceptions import OutcomeIsRated
from .feedback import Answers
from .models import Feedback, LearningOutcome
from .outcomes import MOST_OUTCOMES, write_outcomes

LONGEST_TEXT = 2000


class RatingField(forms.TypedChoiceField):
    """1 to 5 as radios with the ends in words, and one to skip: a radio once chosen cannot be taken back."""

    def __init__(self, *, lowest: Any, highest: Any, **kwargs: Any) -> None:
        super().__init__(
            choices=[("1", lowest), ("2", "2"), ("3", "3"), ("4", "4"), ("5", highest), ("", _("Skip"))],
            coerce=int,
            empty_value=None,
            required=False,
            widget=forms.RadioSelect(attrs={"class": "scale"}),
            error_messages={"invalid_choice": _("Choose a number from 1 to 5, or skip the question.")},
            **kwargs,
        )
        self.template_name = "learning/includes/rating.html"


class LongTextField(forms.CharField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            required=False,
            max_length=LONGEST_TEXT,
            widget=forms.Textarea(attrs={"rows": 4}),
            error_messages={
                "max_length": _("Shorten this to at most %(limit_value)d characters. It has %(show_value)d.")
            },
            **kwargs,
        )


class OutcomesForm(forms.Form):
    """What an event sets out to teach, one outcome a line."""

    texts = forms.CharField(
        label=_("Learning outcomes, one a line"),
        help_text=_("Each as a sentence people can rate themselves on: “I can explain how …”."),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 6}),
    )

    def __init__(self, *args: Any, event: Event, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.event = event
        self.fields["texts"].initial = "\n".join(outcome.text for outcome in event.outcomes.all())

    def clean_texts(self) -> list[str]:
        """The lines that say something, each once."""
        lines = [" ".join(line.split()) for line in self.cleaned_data["texts"].splitlines()]
        texts = list(dict.fromkeys(filter(None, lines)))
        longest = LearningOutcome._meta.get_field("text").max_length or 0
        if too_long := [text for text in texts if len(text) > longest]:
            raise forms.ValidationError(
                [
                    _("Shorten this line to at most %(most)d characters, it has %(length)d: “%(begin)s …”")
                    % {"most": longest, "length": len(text), "begin": text[:60]}
                    for text in too_long
                ]
            )
        if len(texts) > MOST_OUTCOMES:
            raise forms.ValidationError(
                _("Keep at most %(most)d outcomes: each is two questions, and these are %(number)d.")
                % {"most": MOST_OUTCOMES, "number": len(texts)}
            )
        return texts

    def write(self) -> bool:
        """Store them and return True; where that cannot be, say why at the field and return False."""
        try:
            write_outcomes(self.event, self.cleaned_data["texts"])
        except OutcomeIsRated as refusal:
            for text in refusal.texts:
                message = _("People have rated themselves on “%(text)s” already. Put this line back as it was.")
                self.add_error("texts", message % {"text": text})
            return False
        return True


class FeedbackForm(forms.Form):
    """Two ratings for each outcome, two for the event, and two free texts. Each may be skipped, but not all."""

    relevance = RatingField(
        label=_("How relevant was the event for your work?"),
        lowest=_("1, not at all"),
        highest=_("5, fully"),
    )
    satisfaction = RatingField(
        label=_("How satisfied are you with the event?"),
        lowest=_("1, not at all"),
        highest=_("5, fully"),
    )
    will_use = LongTextField(label=_("What will you use, with whom, by when?"))
    remarks = LongTextField(label=_("What else do you want to tell us?"))

    def __init__(self, *args: Any, outcomes: Iterable[LearningOutcome], language: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.outcomes, self.language = list(outcomes), language or get_language() or "en"
        for outcome in self.outcomes:
            for moment, label in (("before", _("Before the event")), ("after", _("After the event"))):
                self.fields[f"outcome_{outcome.pk}_{moment}"] = RatingField(
                    label=label, lowest=_("1, not at all"), highest=_("5, fully")
                )
        # Errors are listed in the order of the questions on the page: outcomes first.
        self.order_fields([name for name in self.fields if name.startswith("outcome_")])

    @property
    def questions(self) -> list[tuple[Text, forms.BoundField, forms.BoundField]]:
        """Each outcome with the question before and the one after."""
        return [
            (
                outcome.in_language("text", self.language),
                self[f"outcome_{outcome.pk}_before"],
                self[f"outcome_{outcome.pk}_after"],
            )
            for outcome in self.outcomes
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors and self.answers.is_empty:
            raise forms.ValidationError(_("Answer at least one question, then send."), code="empty")
        return cleaned

    @property
    def answers(self) -> Answers:
        """What was answered, once the form is valid."""
        said = self.cleaned_data
        return Answers(
            relevance=said["relevance"],
            satisfaction=said["satisfaction"],
            will_use=said["will_use"],
            remarks=said["remarks"],
            ratings={
                outcome: (said[f"outcome_{outcome.pk}_before"], said[f"outcome_{outcome.pk}_after"])
                for outcome in self.outcomes
            },
        )

    @staticmethod
    def said_before(feedback: Feedback) -> dict[str, Any]:
        """The initial values of somebody who comes back to change their answers."""
        said = {name: getattr(feedback, name) for name in ("relevance", "satisfaction", "will_use", "remarks")}
        for rating in feedback.ratings.all():
            said[f"outcome_{rating.outcome_id}_before"] = rating.before
            said[f"outcome_{rating.outcome_id}_after"] = rating.after
        return said


class FeedbackAboutForm(FeedbackForm, GuardedForm):
    """The same questions for whoever opens the event's own address, which says nothing of who they are."""

    email = EmailField(
        label=_("Your email address, if you like"),
        help_text=_("The one you registered with. Then your answers count in the report together with your presence."),
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false", "dir": "ltr"}),
    )
    sent_as = forms.CharField(required=False, widget=forms.HiddenInput, initial=uuid.uuid4)

    def clean_sent_as(self) -> uuid.UUID:
        """What this form calls itself; one that lost its name gets another."""
        try:
            return uuid.UUID(self.cleaned_data["sent_as"])
        except ValueError:
            return uuid.uuid4()
