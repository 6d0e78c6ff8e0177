from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from projects.models import Project, Semester
from projects.models.languages import Multilingual
from registrations.models import Person
from registrations.models.registrations import new_code

from .feedback import SCALE

# People answer from several zones: a survey closes by the clock that is none of theirs.
ZONE = ZoneInfo("UTC")
# What came of it cannot be said before.
FOLLOWED_UP_AFTER = timedelta(days=182)


class LevelOfLearning(models.Model):
    """Who learns: the person, their organisation, the stakeholders around it, or others outside the project."""

    code = models.SlugField(_("code"), max_length=30, unique=True)
    name = models.CharField(_("name"), max_length=100)
    names = models.JSONField(_("name in other languages"), default=dict, blank=True, help_text='{"it": "…"}')
    position = models.PositiveSmallIntegerField(_("position"), default=100)

    class Meta:
        verbose_name = _("level of learning")
        verbose_name_plural = _("levels of learning")
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.name

    def name_in(self, language: str) -> str:
        return str(self.names.get(language, self.name))


class LearningSurveyQuerySet(models.QuerySet["LearningSurvey"]):
    def run_by(self, user: Any) -> "LearningSurveyQuerySet":
        """Those of the projects that this user leads."""
        return self.filter(project__in=Project.objects.led_by(user).order_by().values("pk"))

    def readable_by(self, user: Any) -> "LearningSurveyQuerySet":
        """Those of the projects in which this user has any role: no answer has a name."""
        return self.filter(project__in=Project.objects.with_member(user).order_by().values("pk"))


class LearningSurvey(Multilingual):
    """What the people active in a project are asked about their learning, in a semester or since it began.

    Without `opened_at` it is a draft. A survey that `follows` another asks those who answered that one.
    """

    project = models.ForeignKey(Project, models.CASCADE, related_name="surveys", verbose_name=_("project"))
    semester = models.ForeignKey(
        Semester,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="surveys",
        verbose_name=_("semester"),
        help_text=_("Empty: everything since the project began."),
    )
    follows = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="follow_ups", verbose_name=_("follows")
    )
    title = models.CharField(_("title"), max_length=200)
    intro = models.TextField(_("introduction"), max_length=2000, blank=True)
    least_events = models.PositiveSmallIntegerField(_("attended at least so many events"), default=1)
    opened_at = models.DateTimeField(_("opened at"), null=True, blank=True, editable=False)
    closes_on = models.DateField(_("last day"), null=True, blank=True)

    objects = LearningSurveyQuerySet.as_manager()

    class Meta:
        verbose_name = _("learning survey")
        verbose_name_plural = _("learning surveys")
        ordering = ["project", "-opened_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(opened_at__isnull=True) | Q(closes_on__isnull=False), name="open_survey_has_a_last_day"
            ),
            models.CheckConstraint(condition=Q(least_events__gte=1), name="survey_asks_whoever_attended_something"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("learning:survey", args=[self.project.slug, self.pk])

    @property
    def is_draft(self) -> bool:
        return self.opened_at is None

    def is_open(self, *, at: datetime) -> bool:
        """Whether answers are taken: until the end of the last day in UTC."""
        return (
            self.opened_at is not None and self.last_minute is not None and at < self.last_minute + timedelta(minutes=1)
        )

    @property
    def last_minute(self) -> datetime | None:
        """23:59 UTC on the last day; None while no last day is set."""
        return datetime.combine(self.closes_on, time(23, 59), ZONE) if self.closes_on else None

    @property
    def follow_up_due_on(self) -> date | None:
        """The day from which a follow-up makes sense; None for drafts, and for what is one itself."""
        if self.closes_on is None or self.is_draft or self.follows_id:
            return None
        return self.closes_on + FOLLOWED_UP_AFTER


class SurveyQuestion(Multilingual):
    """A statement that is rated from 1 (not at all) to 5 (fully), or an open question.

    Whoever rates a statement `counts_from` or higher has increased their professional capacity; None: none has.
    """

    class Kind(models.TextChoices):
        STATEMENT = "statement", _("Statement, rated 1 to 5")
        OPEN = "open", _("Open question")

    survey = models.ForeignKey(LearningSurvey, models.CASCADE, related_name="questions", verbose_name=_("survey"))
    position = models.PositiveSmallIntegerField(_("position"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.STATEMENT)
    text = models.CharField(_("text"), max_length=300)
    level = models.ForeignKey(
        LevelOfLearning, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("level of learning")
    )
    counts_from = models.PositiveSmallIntegerField(_("counts from"), null=True, blank=True, validators=SCALE)

    class Meta:
        verbose_name = _("question of a survey")
        verbose_name_plural = _("questions of surveys")
        ordering = ["survey", "position"]
        constraints = [
            models.UniqueConstraint(fields=["survey", "position"], name="question_position_is_unique_in_survey"),
            models.CheckConstraint(
                condition=Q(counts_from__isnull=True) | Q(kind="statement", counts_from__range=(1, 5)),
                name="only_statements_count_from_1_to_5",
            ),
        ]

    def __str__(self) -> str:
        return self.text


class SurveyInvitation(models.Model):
    """One person who is asked, by a personal link; what they are there as, once they have answered."""

    class Role(models.TextChoices):
        STAFF = "staff", _("Staff of a partner")
        STAKEHOLDER = "stakeholder", _("Stakeholder")

    class Work(models.TextChoices):
        POLICY = "policy", _("I make policy")
        IMPLEMENTATION = "implementation", _("I put it into practice")

    survey = models.ForeignKey(LearningSurvey, models.PROTECT, related_name="invitations", verbose_name=_("survey"))
    person = models.ForeignKey(Person, models.PROTECT, related_name="survey_invitations", verbose_name=_("person"))
    code = models.CharField(max_length=40, unique=True, default=new_code, editable=False)
    email = models.EmailField(_("email"), max_length=254)
    language = models.CharField(_("language of mails"), max_length=10, default="en")
    asked_at = models.DateTimeField(_("asked at"))
    reminded_at = models.DateTimeField(_("reminded at"), null=True, blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    changed_at = models.DateTimeField(_("changed at"), null=True, blank=True)
    role = models.CharField(_("takes part as"), max_length=20, choices=Role.choices, blank=True)
    work = models.CharField(_("work"), max_length=20, choices=Work.choices, blank=True)

    class Meta:
        verbose_name = _("invitation to a survey")
        verbose_name_plural = _("invitations to surveys")
        ordering = ["survey", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["survey", "person"], name="person_is_asked_once_in_a_survey"),
        ]

    def __str__(self) -> str:
        return f"{self.survey}: {self.person}"


class SurveyAnswer(models.Model):
    """What one person answered to one question; a question that was skipped has none."""

    invitation = models.ForeignKey(
        SurveyInvitation, models.CASCADE, related_name="answers", verbose_name=_("invitation")
    )
    question = models.ForeignKey(SurveyQuestion, models.PROTECT, related_name="answers", verbose_name=_("question"))
    rating = models.PositiveSmallIntegerField(_("rating"), null=True, blank=True, validators=SCALE)
    text = models.TextField(_("text"), max_length=2000, blank=True)

    class Meta:
        verbose_name = _("answer to a survey")
        verbose_name_plural = _("answers to surveys")
        ordering = ["invitation", "question"]
        constraints = [
            models.UniqueConstraint(fields=["invitation", "question"], name="question_is_answered_once_by_a_person"),
            models.CheckConstraint(
                condition=Q(rating__isnull=True) | Q(rating__range=(1, 5)), name="statement_is_rated_1_to_5"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.question}: {self.rating or self.text}"
