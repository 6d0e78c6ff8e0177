"""What a partner set out to do with what it learned, and how much of it was carried out."""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.models import Event
from projects.models import GoodPractice, Partner, Project
from projects.models.languages import Multilingual
from projects.models.never_changed import NeverChanged
from projects.models.sources import Sourced


class ActionPlanQuerySet(models.QuerySet["ActionPlan"]):
    def readable_by(self, user) -> "ActionPlanQuerySet":
        """Plans of projects in which this user has a role."""
        return self.filter(partner__project__in=Project.objects.with_member(user).order_by().values("pk"))

    def written_by(self, user) -> "ActionPlanQuerySet":
        """Plans that this user may change: those of the partners they coordinate, and all of projects they lead."""
        return self.filter(partner__in=Partner.objects.spoken_for_by(user).order_by().values("pk"))


class ActionPlan(Multilingual, Sourced):
    """What one partner does around one policy instrument. An unknown instrument is empty."""

    partner = models.ForeignKey(Partner, models.CASCADE, related_name="action_plans", verbose_name=_("partner"))
    policy_instrument = models.CharField(
        _("policy instrument"),
        max_length=300,
        blank=True,
        help_text=_("The plan or programme that it improves, as it is called officially; empty while not known."),
    )
    adopted_on = models.DateField(
        _("adopted on"), null=True, blank=True, help_text=_("When the region agreed to it; empty while not known.")
    )

    objects = ActionPlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("action plan")
        verbose_name_plural = _("action plans")
        ordering = ["partner__project", "partner__number", "policy_instrument"]
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "policy_instrument"], name="partner_has_one_plan_for_policy_instrument"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.partner}: {self.policy_instrument}" if self.policy_instrument else str(self.partner)

    def get_absolute_url(self) -> str:
        return reverse("learning:plan", args=[self.partner.project.slug, self.pk])


class Action(models.Model):
    """One thing that a plan sets out to do, with where the idea came from.

    Costs are words such as “about 40,000 € a year”: nothing here adds them up.
    """

    plan = models.ForeignKey(ActionPlan, models.CASCADE, related_name="actions", verbose_name=_("action plan"))
    position = models.PositiveSmallIntegerField(_("position"))
    title = models.CharField(_("title"), max_length=200)
    practice = models.ForeignKey(
        GoodPractice,
        models.RESTRICT,
        null=True,
        blank=True,
        related_name="actions",
        verbose_name=_("good practice that it comes from"),
    )
    event = models.ForeignKey(
        Event,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="actions",
        verbose_name=_("event that it comes from"),
    )
    builds_on = models.ForeignKey(
        "self",
        models.RESTRICT,
        null=True,
        blank=True,
        related_name="continued_by",
        verbose_name=_("earlier action that it builds on"),
    )
    nature = models.TextField(_("what is done"), max_length=4000, blank=True)
    players = models.TextField(_("who takes part"), max_length=2000, blank=True)
    starts_on = models.DateField(_("starts on"), null=True, blank=True)
    ends_on = models.DateField(_("ends on"), null=True, blank=True)
    costs = models.TextField(_("costs"), max_length=1000, blank=True)
    funding = models.TextField(_("funding"), max_length=1000, blank=True)
    indicators = models.TextField(_("how one will see that it is done"), max_length=1000, blank=True)
    added_on = models.DateField(
        _("added on"),
        null=True,
        blank=True,
        help_text=_("When it came into the plan; empty: it was in it from the beginning."),
    )

    class Meta:
        verbose_name = _("action")
        verbose_name_plural = _("actions")
        ordering = ["plan", "position"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "position"], name="action_position_is_unique_in_plan"),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="action_ends_after_it_starts",
                violation_error_message=_("The last day cannot be before the first day."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return f"{self.plan.get_absolute_url()}#action-{self.pk}"


class MonitoringRound(models.Model):
    """A day for which all partners of a project say how far their actions are."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="monitoring_rounds", verbose_name=_("project"))
    name = models.CharField(_("name"), max_length=100)
    held_on = models.DateField(_("state of"), help_text=_("The day that the answers are about."))

    class Meta:
        verbose_name = _("monitoring round")
        verbose_name_plural = _("monitoring rounds")
        ordering = ["project", "held_on"]
        constraints = [
            models.UniqueConstraint(fields=["project", "held_on"], name="monitoring_rounds_have_days_of_their_own"),
        ]

    def __str__(self) -> str:
        return self.name


class ProgressQuerySet(models.QuerySet["Progress"]):
    def on(self, day: date) -> "ProgressQuerySet":
        """What was said of rounds up to a day, what counts last: the latest round, and of it what was said last."""
        return self.filter(round__held_on__lte=day).order_by("round__held_on", "noted_at", "pk")


class Progress(NeverChanged):
    """How far an action was in one round. Whoever corrects it adds another one; the last one counts."""

    class Status(models.TextChoices):
        NOT_STARTED = "not_started", _("Not started")
        GOING_ON = "going_on", _("Going on")
        DONE = "done", _("Carried out")
        CHANGED = "changed", _("Changed")
        DROPPED = "dropped", _("Dropped")

    # A reader would ask why.
    NEEDS_REASON = (Status.CHANGED, Status.DROPPED)

    action = models.ForeignKey(Action, models.CASCADE, related_name="progress", verbose_name=_("action"))
    round = models.ForeignKey(
        MonitoringRound, models.CASCADE, related_name="progress", verbose_name=_("monitoring round")
    )
    status = models.CharField(_("how far it is"), max_length=20, choices=Status.choices)
    why = models.TextField(_("why"), max_length=2000, blank=True)
    evidence = models.TextField(_("what shows it"), max_length=2000, blank=True)
    noted_at = models.DateTimeField(_("noted at"), default=timezone.now)
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("by")
    )

    objects = ProgressQuerySet.as_manager()

    class Meta:
        verbose_name = _("progress of an action")
        verbose_name_plural = _("progress of actions")
        ordering = ["action", "round__held_on", "noted_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(status__in=["changed", "dropped"]) | ~Q(why=""), name="changed_or_dropped_action_says_why"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action}: {self.get_status_display()}"
