from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from events.models import EventKind
from projects.models import Programme, Project, Semester


class Indicator(models.Model):
    """What a programme asks its projects to count. It is data: the rule says how, the filters of which events."""

    class Rule(models.TextChoices):
        EVENTS = "events", _("Events held")
        PARTICIPATIONS = "participations", _("Participations: one person at one event")
        PEOPLE = "people", _("People, each once")
        ORGANISATIONS = "organisations", _("Organisations of the people who attended")
        REGIONS = "regions", _("Regions of the organisations that were matched (NUTS 2)")
        COUNTRIES = "countries", _("Countries of the people who attended")
        LEARNERS = "learners", _("People who say they learned")
        SURVEYED = (
            "surveyed",
            _("People who say so in a learning survey, each once in a project"),
        )
        PARTNERS = "partners", _("Partners of the project")
        PRACTICES = "practices", _("Good practices of the project")
        PLANS = "plans", _("Action plans of the partners")
        ACTIONS = "actions", _("Actions in the plans of the partners")
        ACTIONS_DONE = "actions-done", _("Actions that were carried out, by the last round of monitoring")
        ELSEWHERE = "elsewhere", _("Not counted here: the records do not hold it")

    # Those whose rows are of events, so that filters of events say something about them.
    OF_EVENTS = (
        *(Rule.EVENTS, Rule.PARTICIPATIONS, Rule.PEOPLE),
        *(Rule.ORGANISATIONS, Rule.REGIONS, Rule.COUNTRIES, Rule.LEARNERS),
    )

    programme = models.ForeignKey(Programme, models.CASCADE, related_name="indicators", verbose_name=_("programme"))
    code = models.SlugField(_("code"), max_length=30)
    name = models.CharField(_("name"), max_length=200)
    names = models.JSONField(_("name in other languages"), default=dict, blank=True, help_text='{"it": "…"}')
    unit = models.CharField(_("unit"), max_length=100)
    position = models.PositiveSmallIntegerField(_("position"), default=100)
    rule = models.CharField(_("what is counted"), max_length=20, choices=Rule.choices)
    counts_as = models.JSONField(
        _("of events that count as"),
        default=list,
        blank=True,
        help_text=_("Of “internal”, “targeted” and “public”; empty for all."),
    )
    kinds = models.JSONField(
        _("of events of these kinds"), default=list, blank=True, help_text=_("Short names of kinds; empty for all.")
    )
    excludes = models.SlugField(
        _("excludes others"),
        max_length=30,
        blank=True,
        help_text=_("Of the indicators with the same word here, an event counts in the first it fits."),
    )
    definition = models.TextField(_("definition"), blank=True, help_text=_("In the words of the programme."))
    sources = models.JSONField(_("sources"), default=list, blank=True)
    is_used = models.BooleanField(
        _("is used"), default=True, help_text=_("Switch off what is no longer asked for; frozen reports keep it.")
    )

    class Meta:
        verbose_name = _("indicator")
        verbose_name_plural = _("indicators")
        ordering = ["programme", "position", "code"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "code"], name="indicator_code_is_unique_in_programme")
        ]

    def __str__(self) -> str:
        return f"{self.code}: {self.name_in(get_language() or 'en')}"

    def clean(self) -> None:
        wrong = set(self.counts_as) - set(EventKind.Counting.values)
        if wrong:
            raise ValidationError({"counts_as": _("Write “internal”, “targeted” and “public” only.")})
        unknown = set(self.kinds) - set(EventKind.objects.filter(slug__in=self.kinds).values_list("slug", flat=True))
        if unknown:
            raise ValidationError(
                {"kinds": _("There is no kind of event called: %(kinds)s") % {"kinds": ", ".join(sorted(unknown))}}
            )

    def name_in(self, language: str) -> str:
        return str(self.names.get(language, self.name))

    def fits(self, kind: EventKind) -> bool:
        """Whether events of this kind are among those that are counted, others that exclude it aside."""
        return (not self.counts_as or kind.counts_as in self.counts_as) and (not self.kinds or kind.slug in self.kinds)


class IndicatorTarget(models.Model):
    """How much of an indicator a project promised to reach: in one semester, or by its end."""

    indicator = models.ForeignKey(Indicator, models.CASCADE, related_name="targets", verbose_name=_("indicator"))
    project = models.ForeignKey(Project, models.CASCADE, related_name="indicator_targets", verbose_name=_("project"))
    semester = models.ForeignKey(
        Semester,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="indicator_targets",
        verbose_name=_("semester"),
        help_text=_("Empty: by the end of the project."),
    )
    value = models.PositiveIntegerField(_("target"))

    class Meta:
        verbose_name = _("target of an indicator")
        verbose_name_plural = _("targets of indicators")
        ordering = ["project", "semester", "indicator"]
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "project"],
                condition=Q(semester__isnull=True),
                name="indicator_has_one_target_for_the_project",
            ),
            models.UniqueConstraint(
                fields=["indicator", "semester"],
                condition=Q(semester__isnull=False),
                name="indicator_has_one_target_for_the_semester",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator.code}: {self.value}"

    def clean(self) -> None:
        if self.semester_id and self.semester and self.semester.project_id != self.project_id:
            raise ValidationError({"semester": _("This is a semester of another project.")})
        if self.indicator_id and self.project_id and self.indicator.programme_id != self.project.programme_id:
            raise ValidationError({"indicator": _("This is an indicator of another programme.")})
