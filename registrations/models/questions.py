import uuid
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.models import Event
from projects.models.languages import Multilingual, Translated

from .registrations import Registration, new_code


class QuestionQuerySet(models.QuerySet["Question"]):
    def asked(self) -> "QuestionQuerySet":
        """Questions that are asked now, in their order; retired ones are kept for the answers they got."""
        return self.filter(retired_at__isnull=True).order_by("position", "pk")


class Question(Multilingual):
    """Something a host asks beside the fixed core. Its words may change; each answer keeps the version it was given to.

    `shown_if` is a condition on other answers: {"all": […]} or {"any": […]} of conditions, or
    {"question": pk, "is": "equals" | "differs" | "has" | "less" | "more" | "answered", "value": …}; {} is always.
    `modes` and `participant_kinds` are lists of Registration.Mode and Registration.ParticipantKind; [] is all.
    `limits` are {"least", "most"} for numbers and dates (ISO 8601), {"longest"} for texts, {"least", "most"} for how
    many of several are picked; what is not there is not limited.
    """

    class Kind(models.TextChoices):
        TEXT = "text", _("Text")
        LONG_TEXT = "long_text", _("Long text")
        ONE_OF = "one_of", _("One of several")
        SEVERAL_OF = "several_of", _("Several of a list")
        YES_NO = "yes_no", _("Yes or no")
        NUMBER = "number", _("Number")
        DATE = "date", _("Date")
        EMAIL = "email", _("Email address")
        PHONE = "phone", _("Phone number")
        COUNTRY = "country", _("Country")
        FILE = "file", _("File")

    event = models.ForeignKey(Event, models.CASCADE, related_name="questions", verbose_name=_("event"))
    position = models.PositiveSmallIntegerField(_("position"))
    catalogue_key = models.CharField(
        max_length=30, blank=True, editable=False, help_text="Which question of the catalogue it was made from."
    )
    kind = models.CharField(_("kind of answer"), max_length=20, choices=Kind.choices, default=Kind.TEXT)
    label = models.CharField(_("question"), max_length=300)
    help_text = models.CharField(_("help"), max_length=500, blank=True)
    is_required = models.BooleanField(_("must be answered"), default=False)
    modes = models.JSONField(_("asked of those who take part"), default=list, blank=True)
    participant_kinds = models.JSONField(_("asked of"), default=list, blank=True)
    shown_if = models.JSONField(_("asked if"), default=dict, blank=True)
    limits = models.JSONField(_("limits"), default=dict, blank=True)
    purpose = models.CharField(_("what it is for"), max_length=300, help_text=_("Shown beside the question."))
    delete_on = models.DateField(_("answers are deleted on"), help_text=_("Shown beside the question."))
    is_sensitive = models.BooleanField(
        _("about health, food or identity"),
        default=False,
        help_text=_("Seen by the host only, and left out of exports unless asked for."),
    )
    is_for_travel = models.BooleanField(
        _("only needed by those who travel"), default=False, help_text=_("Dropped when the event goes online.")
    )
    version = models.PositiveSmallIntegerField(_("version"), default=1, editable=False)
    made_at = models.DateTimeField(_("made at"), default=timezone.now, editable=False)
    retired_at = models.DateTimeField(_("asked until"), null=True, blank=True, editable=False)

    objects = QuestionQuerySet.as_manager()

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ["event", "position", "pk"]

    def __str__(self) -> str:
        return self.label


class Option(Translated):
    """One of the answers to choose from, with its own number of places."""

    question = models.ForeignKey(Question, models.CASCADE, related_name="options", verbose_name=_("question"))
    position = models.PositiveSmallIntegerField(_("position"))
    label = models.CharField(_("answer"), max_length=200)
    places = models.PositiveIntegerField(_("places"), null=True, blank=True, help_text=_("Empty: no limit."))
    retired_at = models.DateTimeField(_("offered until"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("answer to choose")
        verbose_name_plural = _("answers to choose")
        ordering = ["question", "position", "pk"]

    def __str__(self) -> str:
        return self.label

    @property
    def text_language(self) -> str:
        return self.question.language


class QuestionVersion(models.Model):
    """How a question was worded for those who answered it: kept as it was, for as long as there are answers.

    `asked` holds what people saw: {"label", "help_text", "purpose", "kind", "language", "translations",
    "options": {pk: {"label", "translations"}}}.
    """

    question = models.ForeignKey(Question, models.CASCADE, related_name="versions", verbose_name=_("question"))
    number = models.PositiveSmallIntegerField(_("version"))
    asked = models.JSONField(_("as it was asked"))
    made_at = models.DateTimeField(_("since"), default=timezone.now)

    class Meta:
        verbose_name = _("version of a question")
        verbose_name_plural = _("versions of questions")
        ordering = ["question", "number"]
        constraints = [models.UniqueConstraint(fields=["question", "number"], name="question_version_is_kept_once")]

    def __str__(self) -> str:
        return f"{self.asked.get('label', '')} ({self.number})"


def answer_path(answer: "Answer", name: str) -> str:
    """Where an uploaded file is kept. The name that people see is in `value`."""
    return f"answers/{uuid.uuid4().hex}"


class Answer(models.Model):
    """What one person answered to one version of a question.

    `value` by kind: text, email, phone (E.164), date (ISO 8601) and country (code) as a string; number; true or false;
    the key of an option, or a list of keys; {"name", "size", "type"} of a file.
    """

    registration = models.ForeignKey(
        Registration, models.CASCADE, related_name="question_answers", verbose_name=_("registration")
    )
    question = models.ForeignKey(Question, models.PROTECT, related_name="answers", verbose_name=_("question"))
    version = models.ForeignKey(QuestionVersion, models.PROTECT, related_name="+", verbose_name=_("version"))
    value: Any = models.JSONField(_("answer"))
    file = models.FileField(_("file"), upload_to=answer_path, blank=True)
    answered_at = models.DateTimeField(_("answered at"), default=timezone.now)

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        ordering = ["question__position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["registration", "question"], name="question_is_answered_once"),
        ]

    def __str__(self) -> str:
        return f"{self.registration}: {self.value}"


class Upload(models.Model):
    """A file that waits for the rest of its form. `about` is {"name", "size", "type"}, as in Answer.value."""

    code = models.CharField(max_length=40, unique=True, default=new_code, editable=False)
    question = models.ForeignKey(Question, models.CASCADE, related_name="uploads", verbose_name=_("question"))
    about: Any = models.JSONField(_("about the file"))
    file = models.FileField(_("file"), upload_to=answer_path)
    made_at = models.DateTimeField(_("made at"), default=timezone.now, db_index=True)

    # What is written to `file` once it is kept.
    content: Any = None

    class Meta:
        verbose_name = _("file that waits for its form")
        verbose_name_plural = _("files that wait for their forms")

    def __str__(self) -> str:
        return str(self.about.get("name", ""))


class TypedAnswers(models.Model):
    """What somebody typed into a long form, kept for half an hour so that they can correct it in the same browser.

    `typed` holds it by the names of the form's fields. It is what was typed, not what is stored of anybody.
    """

    code = models.CharField(max_length=40, unique=True, default=new_code, editable=False)
    event = models.ForeignKey(Event, models.CASCADE, related_name="+", verbose_name=_("event"))
    typed: Any = models.JSONField(_("typed"))
    made_at = models.DateTimeField(_("made at"), default=timezone.now, db_index=True)

    class Meta:
        verbose_name = _("typed answers")
        verbose_name_plural = _("typed answers")

    def __str__(self) -> str:
        return f"{self.event} {self.made_at:%Y-%m-%d %H:%M}"
