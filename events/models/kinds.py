from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from projects.models import Programme


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

    class Meta:
        verbose_name = _("event kind")
        verbose_name_plural = _("event kinds")
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name_in(get_language() or "en")

    def name_in(self, language: str) -> str:
        return self.names.get(language, self.name)

    def plural_in(self, language: str) -> str:
        return self.plurals.get(language, self.plural)
