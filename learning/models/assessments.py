"""How regions are rated on a list of dimensions: by themselves, by other partners and by experts, round by round."""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from projects.models import Partner, Project
from projects.models.languages import Multilingual
from projects.models.never_changed import NeverChanged
from projects.models.sources import Sourced

from .feedback import SCALE


class InstrumentQuerySet(models.QuerySet["Instrument"]):
    def readable_by(self, user) -> "InstrumentQuerySet":
        """Instruments of projects in which this user has a role."""
        return self.filter(project__in=Project.objects.with_member(user).order_by().values("pk"))

    def written_by(self, user) -> "InstrumentQuerySet":
        """Instruments that this user may change: those of projects they lead."""
        return self.filter(project__in=Project.objects.led_by(user).order_by().values("pk"))


class Instrument(Multilingual, Sourced):
    """A list of dimensions by which the regions of a project are rated."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="instruments", verbose_name=_("project"))
    name = models.CharField(_("name"), max_length=200)

    objects = InstrumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("instrument of assessment")
        verbose_name_plural = _("instruments of assessment")
        ordering = ["project", "name"]
        constraints = [models.UniqueConstraint(fields=["project", "name"], name="instrument_has_a_name_of_its_own")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"{reverse('learning:assessments', args=[self.project.slug])}#instrument-{self.pk}"


class Dimension(models.Model):
    """What is rated, with words for what the numbers mean. 1 and 5 have theirs, those between may be empty."""

    instrument = models.ForeignKey(
        Instrument, models.CASCADE, related_name="dimensions", verbose_name=_("instrument of assessment")
    )
    position = models.PositiveSmallIntegerField(_("position"))
    name = models.CharField(_("name"), max_length=100)
    anchor_1 = models.CharField(_("what 1 means"), max_length=300)
    anchor_2 = models.CharField(_("what 2 means"), max_length=300, blank=True)
    anchor_3 = models.CharField(_("what 3 means"), max_length=300, blank=True)
    anchor_4 = models.CharField(_("what 4 means"), max_length=300, blank=True)
    anchor_5 = models.CharField(_("what 5 means"), max_length=300)

    class Meta:
        verbose_name = _("dimension")
        verbose_name_plural = _("dimensions")
        ordering = ["instrument", "position"]
        constraints = [
            models.UniqueConstraint(fields=["instrument", "position"], name="dimension_position_is_unique"),
            models.UniqueConstraint(fields=["instrument", "name"], name="dimension_has_a_name_of_its_own"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def anchors(self) -> list[tuple[int, str]]:
        """The numbers that have words, with their words."""
        texts = (self.anchor_1, self.anchor_2, self.anchor_3, self.anchor_4, self.anchor_5)
        return [(number, text) for number, text in enumerate(texts, 1) if text]


class AssessmentRound(models.Model):
    """One time at which the regions are rated: at the start, half-way, at the end."""

    instrument = models.ForeignKey(
        Instrument, models.CASCADE, related_name="rounds", verbose_name=_("instrument of assessment")
    )
    position = models.PositiveSmallIntegerField(_("position"))
    name = models.CharField(_("name"), max_length=60)
    held_on = models.DateField(
        _("state of"), null=True, blank=True, help_text=_("The day that the ratings are about; empty while not known.")
    )
    closes_on = models.DateField(
        _("last day"), null=True, blank=True, help_text=_("Ratings are taken until the end of it (UTC); empty: always.")
    )

    class Meta:
        verbose_name = _("round of assessment")
        verbose_name_plural = _("rounds of assessment")
        ordering = ["instrument", "position"]
        constraints = [
            models.UniqueConstraint(fields=["instrument", "position"], name="assessment_round_position_is_unique"),
            models.UniqueConstraint(fields=["instrument", "name"], name="assessment_round_has_a_name_of_its_own"),
        ]

    def __str__(self) -> str:
        return self.name

    def is_closed(self, *, on: date | None = None) -> bool:
        """Whether no rating is taken any more on a day (default: today, UTC)."""
        return self.closes_on is not None and self.closes_on < (on or timezone.now().date())


class Assessment(NeverChanged):
    """What one of them said of one region in one round. Whoever says more adds another one; the last counts."""

    class Kind(models.TextChoices):
        SELF = "self", _("The region itself")
        PEER = "peer", _("Another partner")
        EXPERT = "expert", _("Expert")

    round = models.ForeignKey(
        AssessmentRound, models.CASCADE, related_name="assessments", verbose_name=_("round of assessment")
    )
    partner = models.ForeignKey(Partner, models.CASCADE, related_name="assessments", verbose_name=_("rated partner"))
    kind = models.CharField(_("who rates"), max_length=10, choices=Kind.choices)
    rater = models.ForeignKey(
        Partner,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="assessments_given",
        verbose_name=_("partner that rates"),
    )
    expert = models.CharField(_("name of the expert"), max_length=200, blank=True)
    noted_at = models.DateTimeField(_("noted at"), default=timezone.now)
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("by")
    )

    class Meta:
        verbose_name = _("assessment")
        verbose_name_plural = _("assessments")
        ordering = ["round", "partner", "noted_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="self", rater=F("partner"), expert="")
                | (Q(kind="peer", rater__isnull=False, expert="") & ~Q(rater=F("partner")))
                | (Q(kind="expert", rater__isnull=True) & ~Q(expert="")),
                name="assessment_is_by_itself_a_peer_or_a_named_expert",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.round}: {self.partner} – {self.by}"

    @property
    def by(self) -> str:
        """Who says it: the name of a partner or of an expert."""
        return self.expert or str(self.rater)


class DimensionRating(NeverChanged):
    """The rating of one dimension, 1 to 5 as its anchors say, with a remark."""

    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="ratings", verbose_name=_("assessment"))
    dimension = models.ForeignKey(Dimension, models.RESTRICT, related_name="ratings", verbose_name=_("dimension"))
    value = models.PositiveSmallIntegerField(_("rating"), validators=SCALE)
    remark = models.TextField(_("remark"), max_length=1000, blank=True)

    class Meta:
        verbose_name = _("rating of a dimension")
        verbose_name_plural = _("ratings of dimensions")
        ordering = ["assessment", "dimension__position"]
        constraints = [
            models.UniqueConstraint(fields=["assessment", "dimension"], name="dimension_is_rated_once_per_assessment"),
            models.CheckConstraint(condition=Q(value__range=(1, 5)), name="dimension_is_rated_1_to_5"),
        ]

    def __str__(self) -> str:
        return f"{self.dimension}: {self.value}"
