from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.models import Event
from registrations.models import Registration

from .outcomes import LearningOutcome

SCALE = (MinValueValidator(1), MaxValueValidator(5))


class FeedbackQuerySet(models.QuerySet["Feedback"]):
    def unmatched(self, event: Event) -> "FeedbackQuerySet":
        """What was said about an event by people of whom nobody knows which registration is theirs."""
        return self.filter(event=event)


class Feedback(models.Model):
    """What one person says about one event afterwards. Every question may be skipped: None or empty.

    It is of a registration; or, unmatched, of an event alone. `sent_as` is what the form at the event's own address
    calls itself, so that one sent twice is one feedback; None for a form behind the link of a registration.
    """

    registration = models.OneToOneField(
        Registration, models.PROTECT, null=True, blank=True, related_name="feedback", verbose_name=_("registration")
    )
    event = models.ForeignKey(
        Event,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="unmatched_feedback",
        verbose_name=_("event"),
        help_text=_("Only where nobody knows whose feedback it is."),
    )
    sent_as = models.UUIDField(unique=True, null=True, blank=True, editable=False)
    given_at = models.DateTimeField(_("given at"), default=timezone.now)
    changed_at = models.DateTimeField(_("changed at"), default=timezone.now)
    relevance = models.PositiveSmallIntegerField(_("relevance"), null=True, blank=True, validators=SCALE)
    satisfaction = models.PositiveSmallIntegerField(_("satisfaction"), null=True, blank=True, validators=SCALE)
    will_use = models.TextField(_("what I will use, with whom, by when"), max_length=2000, blank=True)
    remarks = models.TextField(_("remarks"), max_length=2000, blank=True)

    objects = FeedbackQuerySet.as_manager()

    class Meta:
        verbose_name = _("feedback")
        verbose_name_plural = _("feedback")
        ordering = ["given_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(registration__isnull=False, event__isnull=True)
                | Q(registration__isnull=True, event__isnull=False),
                name="feedback_is_of_a_registration_or_of_an_event",
            ),
            models.CheckConstraint(
                condition=Q(relevance__isnull=True) | Q(relevance__range=(1, 5)), name="relevance_is_rated_1_to_5"
            ),
            models.CheckConstraint(
                condition=Q(satisfaction__isnull=True) | Q(satisfaction__range=(1, 5)),
                name="satisfaction_is_rated_1_to_5",
            ),
        ]

    def __str__(self) -> str:
        return str(self.registration or self.event)


class OutcomeRatingQuerySet(models.QuerySet["OutcomeRating"]):
    def learned(self) -> "OutcomeRatingQuerySet":
        """Ratings that are higher after the event than before."""
        return self.filter(after__gt=F("before"))


class OutcomeRating(models.Model):
    """How well somebody says they master one outcome, before and after the event, 1 (not at all) to 5 (fully)."""

    feedback = models.ForeignKey(Feedback, models.CASCADE, related_name="ratings", verbose_name=_("feedback"))
    outcome = models.ForeignKey(
        LearningOutcome, models.PROTECT, related_name="ratings", verbose_name=_("learning outcome")
    )
    before = models.PositiveSmallIntegerField(_("before"), null=True, blank=True, validators=SCALE)
    after = models.PositiveSmallIntegerField(_("after"), null=True, blank=True, validators=SCALE)

    objects = OutcomeRatingQuerySet.as_manager()

    class Meta:
        verbose_name = _("rating of an outcome")
        verbose_name_plural = _("ratings of outcomes")
        constraints = [
            models.UniqueConstraint(fields=["feedback", "outcome"], name="outcome_is_rated_once_per_feedback"),
            models.CheckConstraint(
                condition=(Q(before__isnull=True) | Q(before__range=(1, 5)))
                & (Q(after__isnull=True) | Q(after__range=(1, 5))),
                name="outcome_is_rated_1_to_5",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.outcome}: {self.before} → {self.after}"
