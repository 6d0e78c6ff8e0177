import itertools
from dataclasses import dataclass
from typing import Any

from django.db import models, transaction
from django.db.models import ProtectedError, Q
from django.utils.functional import Promise
from django.utils.text import slugify
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from projects.models import Programme, Project
from projects.search import fold

from ..exceptions import KindInUse


class EvidenceKind(models.TextChoices):
    """What an auditor may ask of an event. A kind names those that are due, and may add some in its own words."""

    INVITATION = "invitation", _("Invitation")
    AGENDA = "agenda", _("Agenda")
    SIGNED_LISTS = "signed_lists", _("Signed attendance lists")
    PRESENTATIONS = "presentations", _("Presentations")
    MINUTES = "minutes", _("Minutes")
    PHOTOS = "photos", _("Photos")
    FEEDBACK = "feedback", _("Feedback of those who came")
    PRESS = "press", _("Press and media")
    DECISION = "decision", _("What the importing partner decided")


@dataclass(frozen=True, slots=True)
class Due:
    """One piece of evidence that is due: its key in the catalogue or the programme's own words, and its name."""

    key: str
    name: str | Promise


class EventKindQuerySet(models.QuerySet["EventKind"]):
    def offered_to(self, project: Project) -> "EventKindQuerySet":
        """Kinds that a new event of a project may be of: those for every programme and those of its own."""
        return self.filter(Q(programme__isnull=True) | Q(programme=project.programme_id), is_offered=True)

    def told_with(self, events: models.QuerySet) -> "EventKindQuerySet":
        """Kinds that whoever sees these events may read of: theirs, and those for every programme."""
        return self.filter(Q(programme__isnull=True) | Q(pk__in=events.order_by().values("kind")))

    def administered_by(self, user) -> "EventKindQuerySet":
        """Kinds that this user may change: the officers of a programme its own, administrators all.

        See also EventKind.can_be_changed_by.
        """
        if not user.is_authenticated:
            return self.none()
        if user.is_superuser:
            return self
        return self.filter(programme__in=Programme.objects.administered_by(user))

    def readable_by(self, user) -> "EventKindQuerySet":
        """Kinds that this user changes, and those for every programme, which only administrators change."""
        if user.is_superuser:
            return self
        return self.filter(Q(programme__isnull=True) | Q(programme__in=Programme.objects.administered_by(user)))


class EventKind(models.Model):
    """What sort of meeting an event is. A kind is data: its switches say what its events ask for and how they count."""

    class Counting(models.TextChoices):
        INTERNAL = "internal", _("Internal: partners among themselves")
        TARGETED = "targeted", _("Targeted: partners and invited stakeholders")
        PUBLIC = "public", _("Public")

    slug = models.SlugField(_("short name in addresses"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=100)
    names = models.JSONField(_("name in other languages"), default=dict, blank=True, help_text='{"it": "…"}')
    plural = models.CharField(_("name of several"), max_length=100)
    plurals = models.JSONField(_("name of several in other languages"), default=dict, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=100)
    other_names = models.JSONField(
        _("words in sources"),
        default=list,
        blank=True,
        help_text=_("Words that mean this kind in files that are loaded."),
    )
    counts_as = models.CharField(_("counts as"), max_length=10, choices=Counting.choices, default=Counting.TARGETED)
    shows_practices = models.BooleanField(_("shows themes and good practices"), default=False)
    visits_sites = models.BooleanField(_("visits sites, with their rules"), default=False)
    has_delegations = models.BooleanField(_("holds seats for delegations"), default=False)
    has_importing_partner = models.BooleanField(_("carries a practice to an importing partner"), default=False)
    asks_for_phone = models.BooleanField(_("asks for a phone number, for the day of the visit"), default=False)
    is_public = models.BooleanField(_("is open to the public"), default=False)
    is_numbered = models.BooleanField(_("is numbered within its project"), default=False)
    programme = models.ForeignKey(
        Programme,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="event_kinds",
        verbose_name=_("programme"),
        help_text=_("Empty: for the projects of every programme."),
    )
    has_speakers = models.BooleanField(_("presents speakers"), default=False)
    keeps_interest_list = models.BooleanField(_("lets people ask to be told when registration opens"), default=False)
    is_offered = models.BooleanField(
        _("is offered for new events"),
        default=True,
        help_text=_("Switch off what is no longer used; old events keep it."),
    )
    evidence_due = models.JSONField(
        _("evidence due"), default=list, blank=True, help_text=_("Keys of the documents an auditor expects.")
    )

    objects = EventKindQuerySet.as_manager()

    class Meta:
        verbose_name = _("event kind")
        verbose_name_plural = _("event kinds")
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name_in(get_language() or "en")

    def save(self, *args: Any, **kwargs: Any) -> None:
        # For good: addresses of lists and calendars are filtered by it.
        if not self.slug:
            self.slug = self._free_slug()
        super().save(*args, **kwargs)

    def _free_slug(self) -> str:
        longest = 50
        wanted = slugify(fold(self.name))[:longest].strip("-") or "kind"
        # /organise/kinds/new/ is a page.
        taken = {"new", *EventKind.objects.filter(slug__startswith=wanted).values_list("slug", flat=True)}
        numbered = (f"{wanted}-{n}" for n in itertools.count(2))
        return wanted if wanted not in taken else next(slug for slug in numbered if slug not in taken)

    @transaction.atomic
    def delete_unused(self) -> None:
        """Delete a kind that was made by mistake. Raises KindInUse where there is an event of it: switch that off."""
        try:
            with transaction.atomic():
                self.delete()
        except ProtectedError as error:
            raise KindInUse(self) from error

    @property
    def evidence(self) -> list[Due]:
        """The evidence that is due, in its order; what is in no catalogue is called by its own words."""
        names = dict(EvidenceKind.choices)
        return [Due(key, names.get(key, key)) for key in self.evidence_due]

    def name_in(self, language: str) -> str:
        return self.names.get(language, self.name)

    def plural_in(self, language: str) -> str:
        return self.plurals.get(language, self.plural)
