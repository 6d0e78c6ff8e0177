from datetime import date

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .languages import Multilingual
from .organisations import Organisation
from .programmes import Programme
from .sources import Sourced


class ProjectQuerySet(models.QuerySet["Project"]):
    def led_by(self, user) -> "ProjectQuerySet":
        """Projects whose lead partner this user is, with the right to change every event."""
        if not user.is_authenticated:
            return self.none()
        if user.is_superuser:
            return self
        return self.filter(memberships__in=user.memberships.active().leading())

    def with_member(self, user) -> "ProjectQuerySet":
        """Projects in which this user has any role: lead, a partner's coordinator, officer of the programme."""
        if not user.is_authenticated:
            return self.none()
        if user.is_superuser:
            return self
        active = user.memberships.active()
        return self.filter(
            Q(memberships__in=active) | Q(partners__memberships__in=active) | Q(programme__memberships__in=active)
        ).distinct()

    def ended(self, *, on: date | None = None) -> "ProjectQuerySet":
        """Projects that are over on a day (default: today, UTC). See also Project.has_ended."""
        on = on or timezone.now().date()
        phases = Phase.objects.filter(project=models.OuterRef("pk"))
        semesters = Semester.objects.filter(project=models.OuterRef("pk"))
        return self.filter(
            models.Exists(phases.filter(ends_on__lt=on)) | models.Exists(semesters.filter(ends_on__lt=on)),
            ~models.Exists(phases.filter(ends_on__gte=on)),
            ~models.Exists(semesters.filter(ends_on__gte=on)),
        )


class Project(Multilingual, Sourced):
    """Five to eight partners that work together for about three years."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="projects", verbose_name=_("programme"))
    acronym = models.CharField(_("acronym"), max_length=50, unique=True)
    slug = models.SlugField(_("short name in addresses"), max_length=50, unique=True)
    full_name = models.CharField(_("full name"), max_length=300)
    call = models.CharField(_("call"), max_length=200, blank=True)
    theme = models.CharField(_("theme"), max_length=300, blank=True)
    summary = models.TextField(_("summary"), blank=True)
    practices_reported = models.JSONField(
        _("reported number of good practices"),
        default=dict,
        blank=True,
        help_text=_("Numbers as the sources give them, with their source; apart from what is counted here."),
    )
    evidence_kept_until = models.DateField(
        _("evidence is kept until"),
        null=True,
        blank=True,
        help_text=_("Until then, and as long as it is empty, no piece of evidence goes without a reason that is kept."),
    )
    is_demonstration = models.BooleanField(_("made up for demonstration"), default=False)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("project")
        verbose_name_plural = _("projects")
        ordering = ["acronym"]

    def __str__(self) -> str:
        return self.acronym

    def get_absolute_url(self) -> str:
        return reverse("events:project", args=[self.slug])

    @property
    def ends_on(self) -> date | None:
        """The last day of the last phase or semester that is known, or None."""
        ends = [phase.ends_on for phase in self.phases.all() if phase.ends_on]
        ends += [semester.ends_on for semester in self.semesters.all()]
        return max(ends, default=None)

    def has_ended(self, *, on: date | None = None) -> bool:
        """Whether the project is over on a day (default: today, UTC). False when no end is known."""
        ends_on = self.ends_on
        return ends_on is not None and ends_on < (on or timezone.now().date())

    def semester_on(self, day: date) -> "Semester | None":
        """The semester that holds a day, or None between, before and after them."""
        return next((s for s in self.semesters.all() if s.starts_on <= day <= s.ends_on), None)


class Phase(models.Model):
    """A stretch of a project, such as phase 1 (learning) and phase 2 (monitoring). An unknown date is None."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="phases", verbose_name=_("project"))
    position = models.PositiveSmallIntegerField(_("position"))
    name = models.CharField(_("name"), max_length=200)
    starts_on = models.DateField(_("starts on"), null=True, blank=True)
    ends_on = models.DateField(_("ends on"), null=True, blank=True)
    note = models.TextField(_("note"), blank=True)
    sources = models.JSONField(_("sources"), default=list, blank=True)

    class Meta:
        verbose_name = _("phase")
        verbose_name_plural = _("phases")
        ordering = ["project", "position"]
        constraints = [
            models.UniqueConstraint(fields=["project", "position"], name="phase_position_is_unique_in_project"),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="phase_ends_after_it_starts",
                violation_error_message=_("The last day cannot be before the first day."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project}: {self.name}"


class Semester(models.Model):
    """The half-year that is reported at once. Its dates may move when a project is extended; its number never does."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="semesters", verbose_name=_("project"))
    number = models.PositiveSmallIntegerField(_("number"))
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends on"))
    theme = models.CharField(_("theme"), max_length=300, blank=True)
    basis = models.TextField(_("how the dates are known"), blank=True)

    class Meta:
        verbose_name = _("semester")
        verbose_name_plural = _("semesters")
        ordering = ["project", "number"]
        constraints = [
            models.UniqueConstraint(fields=["project", "number"], name="semester_number_is_unique_in_project"),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="semester_ends_after_it_starts",
                violation_error_message=_("The last day cannot be before the first day."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project} {self.number}"


class PartnerQuerySet(models.QuerySet["Partner"]):
    def coordinated_by(self, user) -> "PartnerQuerySet":
        """Partners for which this user acts as coordinator."""
        if not user.is_authenticated:
            return self.none()
        if user.is_superuser:
            return self
        return self.filter(memberships__in=user.memberships.active().coordinating())

    def spoken_for_by(self, user) -> "PartnerQuerySet":
        """Partners in whose name this user writes: those they coordinate, and all of projects that they lead."""
        if not user.is_authenticated:
            return self.none()
        if user.is_superuser:
            return self
        coordinated = Partner.objects.coordinated_by(user).order_by().values("pk")
        led = Project.objects.led_by(user).order_by().values("pk")
        return self.filter(Q(pk__in=coordinated) | Q(project__in=led))


class Partner(Sourced):
    """An organisation in a project."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="partners", verbose_name=_("project"))
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="partners", verbose_name=_("organisation")
    )
    number = models.PositiveSmallIntegerField(_("number"))
    is_lead = models.BooleanField(_("lead partner"), default=False)
    slug = models.SlugField(_("short name in addresses"), max_length=120, unique=True)

    objects = PartnerQuerySet.as_manager()

    class Meta:
        verbose_name = _("partner")
        verbose_name_plural = _("partners")
        ordering = ["project", "number"]
        constraints = [
            models.UniqueConstraint(fields=["project", "number"], name="partner_number_is_unique_in_project"),
            models.UniqueConstraint(fields=["project", "organisation"], name="organisation_is_partner_once"),
            models.UniqueConstraint(
                fields=["project"],
                condition=Q(is_lead=True),
                name="project_has_one_lead_partner",
                violation_error_message=_("This project has a lead partner already."),
            ),
        ]

    def __str__(self) -> str:
        return self.organisation.name
