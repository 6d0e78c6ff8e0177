"""What one region does well, from its first draft until the programme has validated it, and what others think of it."""

from datetime import datetime
from typing import Any

from django.core.validators import MaxLengthValidator, MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from ..exceptions import OwnPractice, StepNotPossible
from .languages import Multilingual
from .projects import Partner, Project
from .sources import Sourced

# What the programme's database of practices takes. What was loaded from sources is kept as it is.
MOST_LETTERS_IN_TITLE = 100


class GoodPracticeQuerySet(models.QuerySet["GoodPractice"]):
    def published(self) -> "GoodPracticeQuerySet":
        """Practices that everybody may read. See also GoodPractice.is_public."""
        return self.exclude(state=GoodPractice.State.DRAFT)

    def public_at(self, at: datetime) -> "GoodPracticeQuerySet":
        """Practices that everybody could read at an instant (aware).

        What was loaded from sources has no instant of publishing, and was always public. Between being taken back and
        being published again a practice counts as public.
        """
        was_public = ~Q(state=GoodPractice.State.DRAFT) | Q(taken_back_at__gt=at)
        return self.filter(was_public).exclude(published_at__gt=at)

    def visible_to(self, user) -> "GoodPracticeQuerySet":
        """What is public, and drafts for whoever has a role in their project."""
        if user is not None and user.is_superuser:
            return self
        public = ~Q(state=GoodPractice.State.DRAFT)
        if user is None or not user.is_authenticated:
            return self.filter(public)
        return self.filter(public | Q(project__in=Project.objects.with_member(user).order_by().values("pk")))

    def written_by(self, user) -> "GoodPracticeQuerySet":
        """Practices that this user may change: those of partners they coordinate, and all of projects they lead."""
        if not user.is_authenticated:
            return self.none()
        if user.is_superuser:
            return self
        partners = Partner.objects.coordinated_by(user).order_by().values("pk")
        return self.filter(Q(owner__in=partners) | Q(project__in=Project.objects.led_by(user).order_by().values("pk")))


class GoodPractice(Multilingual, Sourced):
    """Something one region does well and others may carry home.

    What was loaded or entered by an administrator is public at once; what a partner writes begins as a draft.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PUBLISHED = "published", _("Published")
        SUBMITTED = "submitted", _("Submitted to the programme")
        VALIDATED = "validated", _("Validated by the programme")

    project = models.ForeignKey(Project, models.CASCADE, related_name="practices", verbose_name=_("project"))
    owner = models.ForeignKey(
        Partner,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="practices",
        verbose_name=_("owner"),
        help_text=_("The partner whose region it comes from; empty while not known."),
    )
    name = models.CharField(_("name"), max_length=200, validators=[MaxLengthValidator(MOST_LETTERS_IN_TITLE)])
    slug = models.SlugField(_("short name in addresses"), max_length=120, blank=True)
    summary = models.TextField(_("summary"), blank=True)
    town = models.CharField(_("town or area"), max_length=100, blank=True)
    country = CountryField(_("country"), blank=True)
    evidence = models.TextField(
        _("what shows that it works"), blank=True, help_text=_("Numbers, studies, addresses of reports.")
    )
    state = models.CharField(_("state"), max_length=20, choices=State.choices, default=State.PUBLISHED)
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    taken_back_at = models.DateTimeField(_("made a draft again at"), null=True, blank=True)
    submitted_at = models.DateTimeField(_("submitted at"), null=True, blank=True)
    validated_at = models.DateTimeField(_("validated at"), null=True, blank=True)

    objects = GoodPracticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("good practice")
        verbose_name_plural = _("good practices")
        ordering = ["project", "name"]
        constraints = [
            models.UniqueConstraint(fields=["project", "name"], name="practice_name_is_unique_in_project"),
            models.UniqueConstraint(fields=["project", "slug"], name="practice_address_is_unique_in_project"),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        # Given once: an address that was shared outlives a better title.
        if not self.slug:
            self.slug = self._unused_slug()
        super().save(*args, **kwargs)

    def _unused_slug(self) -> str:
        base = slugify(self.name)[:100].strip("-") or "practice"
        taken = set(
            GoodPractice.objects.filter(project=self.project_id, slug__startswith=base).values_list("slug", flat=True)
        )
        number, slug = 1, base
        while slug in taken:
            number += 1
            slug = f"{base}-{number}"
        return slug

    def get_absolute_url(self) -> str:
        return reverse("learning:practice", args=[self.project.slug, self.slug])

    @property
    def is_public(self) -> bool:
        # See also GoodPracticeQuerySet.published.
        return self.state != self.State.DRAFT

    @property
    def can_be_published(self) -> bool:
        return self.state == self.State.DRAFT

    @property
    def can_be_submitted(self) -> bool:
        return self.state == self.State.PUBLISHED

    @property
    def can_be_validated(self) -> bool:
        return self.state == self.State.SUBMITTED

    @property
    def can_be_taken_back(self) -> bool:
        """Whether it can go one step back: a draft has none, and what is validated is the programme's."""
        return self.state in (self.State.PUBLISHED, self.State.SUBMITTED)

    def publish(self, *, at: datetime | None = None) -> None:
        """Show a draft to everybody. Raises StepNotPossible for what is no draft."""
        self._step(self.can_be_published, self.State.PUBLISHED)
        self.published_at = self.published_at or at or timezone.now()
        self.taken_back_at = None
        self.save()

    def submit(self, *, at: datetime | None = None) -> None:
        """Note that it went to the programme. Raises StepNotPossible unless it is published and no further."""
        self._step(self.can_be_submitted, self.State.SUBMITTED)
        self.submitted_at = at or timezone.now()
        self.save()

    def validate(self, *, at: datetime | None = None) -> None:
        """Note that the programme took it into its database. Raises StepNotPossible unless it was submitted."""
        self._step(self.can_be_validated, self.State.VALIDATED)
        self.validated_at = at or timezone.now()
        self.save()

    def take_back(self, *, at: datetime | None = None) -> None:
        """Go one step back, from submitted to published or from published to draft. Else raises StepNotPossible."""
        is_submitted = self.state == self.State.SUBMITTED
        self._step(self.can_be_taken_back, self.State.PUBLISHED if is_submitted else self.State.DRAFT)
        if is_submitted:
            self.submitted_at = None
        else:
            self.taken_back_at = at or timezone.now()
        self.save()

    def _step(self, is_possible: bool, state: str) -> None:
        if not is_possible:
            raise StepNotPossible(self.get_state_display())
        self.state = state


class Criterion(models.Model):
    """One of the things by which the partners of a project rate practices, such as “easy to carry over”."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="criteria", verbose_name=_("project"))
    position = models.PositiveSmallIntegerField(_("position"))
    text = models.CharField(_("criterion"), max_length=200)

    class Meta:
        verbose_name = _("criterion for practices")
        verbose_name_plural = _("criteria for practices")
        ordering = ["project", "position"]
        constraints = [
            models.UniqueConstraint(fields=["project", "position"], name="criterion_position_is_unique_in_project"),
            models.UniqueConstraint(fields=["project", "text"], name="criterion_is_listed_once_in_project"),
        ]

    def __str__(self) -> str:
        return self.text


class CriterionRating(models.Model):
    """How far a practice meets one criterion, as another partner sees it: 1 (not at all) to 5 (fully)."""

    practice = models.ForeignKey(GoodPractice, models.CASCADE, related_name="ratings", verbose_name=_("good practice"))
    criterion = models.ForeignKey(Criterion, models.CASCADE, related_name="ratings", verbose_name=_("criterion"))
    partner = models.ForeignKey(Partner, models.CASCADE, related_name="practice_ratings", verbose_name=_("partner"))
    value = models.PositiveSmallIntegerField(_("rating"), validators=[MinValueValidator(1), MaxValueValidator(5)])
    rated_at = models.DateTimeField(_("rated at"), default=timezone.now)

    class Meta:
        verbose_name = _("rating of a practice")
        verbose_name_plural = _("ratings of practices")
        ordering = ["practice", "criterion", "partner"]
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "criterion", "partner"], name="practice_is_rated_once_by_criterion_and_partner"
            ),
            models.CheckConstraint(condition=Q(value__range=(1, 5)), name="practice_is_rated_1_to_5"),
        ]

    def __str__(self) -> str:
        return f"{self.practice}, {self.criterion}: {self.value}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Raises OwnPractice where the owner rates what is theirs."""
        if self.practice.owner_id == self.partner_id:
            raise OwnPractice
        super().save(*args, **kwargs)
