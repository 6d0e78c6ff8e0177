from datetime import date, timedelta

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from projects.models import Project
from projects.models.languages import Multilingual
from venues.models import Room, Site, Venue

from .deletable import Deletable, NotDeletedManager
from .events import Event
from .translations import DatedTranslations


class ChoiceGroup(DatedTranslations):
    """Sessions to choose from. `rule` and `pick` say how many of them one person picks; None: not said.

    Its name is written in the language of its event.
    """

    class Rule(models.TextChoices):
        EXACTLY = "exactly", _("exactly")
        AT_LEAST = "at_least", _("at least")
        AT_MOST = "at_most", _("at most")

    event = models.ForeignKey(Event, models.CASCADE, related_name="choice_groups", verbose_name=_("event"))
    name = models.CharField(_("name"), max_length=100)
    rule = models.CharField(_("rule"), max_length=10, choices=Rule.choices, default=Rule.EXACTLY)
    pick = models.PositiveSmallIntegerField(_("pick"), null=True, blank=True)

    class Meta:
        verbose_name = _("choice group")
        verbose_name_plural = _("choice groups")
        constraints = [
            models.UniqueConstraint(fields=["event", "name"], name="choice_group_name_is_unique_in_event"),
            models.CheckConstraint(
                condition=Q(pick__isnull=True) | Q(pick__gte=1),
                name="choice_group_picks_at_least_one",
                violation_error_message=_("Let people pick at least one, or leave it empty."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def choose_in_words(self, count: int) -> str:
        """Return how many of `count` sessions one person chooses: “Choose 2 of 3”; "" where it is not said."""
        if not self.pick:
            return ""
        words = {
            self.Rule.EXACTLY: gettext("Choose %(pick)s of %(count)s"),
            self.Rule.AT_LEAST: gettext("Choose at least %(pick)s of %(count)s"),
            self.Rule.AT_MOST: gettext("Choose at most %(pick)s of %(count)s"),
        }
        return words[self.Rule(self.rule)] % {"pick": self.pick, "count": count}

    def fits(self, picked: int, *, may_be_fewer: bool = False) -> bool:
        """Whether one person may pick so many of its sessions. `may_be_fewer`: not all of them are open to them."""
        if self.pick is None:
            return True
        match self.rule:
            case self.Rule.AT_LEAST:
                return picked >= self.pick or may_be_fewer
            case self.Rule.AT_MOST:
                return picked <= self.pick
        return picked == self.pick or (may_be_fewer and picked < self.pick)

    @property
    def text_language(self) -> str:
        return self.event.language


class SessionQuerySet(models.QuerySet["Session"]):
    def visible_to(self, user) -> "SessionQuerySet":
        """Sessions of events that this user sees: those for partners are there for people with a role in the project.

        None is the public. See also Session.is_visible_to.
        """
        public = Q(visibility=Session.Visibility.PUBLIC)
        if user is None or not user.is_authenticated:
            return self.filter(public)
        if user.is_superuser:
            return self
        projects = Project.objects.with_member(user).values("pk")
        shared = Event.objects.filter(Q(project__in=projects) | Q(other_projects__in=projects)).order_by().values("pk")
        return self.filter(public | Q(event__in=shared) | Q(event__in=Event.objects.organised_by(user).values("pk")))

    def with_page_data(self) -> "SessionQuerySet":
        """With what every page and calendar entry shows of a session, in one query."""
        return self.select_related("venue", "room", "site", "choice_group")

    def in_order(self) -> "SessionQuerySet":
        return self.order_by(F("day").asc(nulls_last=True), F("start_time").asc(nulls_last=True), "position")


class SessionManager(NotDeletedManager.from_queryset(SessionQuerySet)):  # type: ignore[misc]
    pass


class Session(DatedTranslations, Multilingual, Deletable):
    """One item of an event's programme.

    The day is counted from the event's first day (1), so that a programme moves with its event. None means that the
    source names no day. The times are local to the event's zone.
    """

    class Kind(models.TextChoices):
        SESSION = "session", _("Session")
        OPENING = "opening", _("Opening")
        TALK = "talk", _("Talk")
        PANEL = "panel", _("Panel")
        ROUND_TABLE = "round_table", _("Round table")
        WORKSHOP = "workshop", _("Workshop")
        SEMINAR = "seminar", _("Seminar")
        STEERING_GROUP = "steering_group", _("Steering group")
        SITE_VISIT = "site_visit", _("Site visit")
        ONLINE_TOUR = "online_tour", _("Online tour")
        TRANSFER = "transfer", _("Transfer")
        MEAL = "meal", _("Meal")
        SOCIAL = "social", _("Social programme")
        POLL = "poll", _("Poll")
        OPTIONAL = "optional", _("Optional")

    class Audience(models.TextChoices):
        EVERYONE = "everyone", _("Everyone")
        PARTNERS = "partners", _("Partners")
        STEERING_GROUP = "steering_group", _("Steering group")

    class Visibility(models.TextChoices):
        PUBLIC = "public", _("Everybody who sees the event")
        PARTNERS = "partners", _("People with a role in the project")

    event = models.ForeignKey(Event, models.CASCADE, related_name="sessions", verbose_name=_("event"))
    position = models.PositiveSmallIntegerField(_("position"))
    day = models.PositiveSmallIntegerField(_("day"), null=True, blank=True)
    start_time = models.TimeField(_("starts at"), null=True, blank=True)
    end_time = models.TimeField(_("ends at"), null=True, blank=True)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices, default=Kind.SESSION)
    title = models.CharField(_("title"), max_length=300)
    description = models.TextField(_("description"), blank=True)
    speaker = models.CharField(
        _("speaker"), max_length=200, blank=True, help_text=_("Name or role, as it may be shown to the public.")
    )
    venue = models.ForeignKey(
        Venue, models.PROTECT, null=True, blank=True, related_name="sessions", verbose_name=_("venue")
    )
    room = models.ForeignKey(
        Room, models.SET_NULL, null=True, blank=True, related_name="sessions", verbose_name=_("room")
    )
    site = models.ForeignKey(
        Site, models.PROTECT, null=True, blank=True, related_name="sessions", verbose_name=_("site")
    )
    choice_group = models.ForeignKey(
        ChoiceGroup, models.SET_NULL, null=True, blank=True, related_name="sessions", verbose_name=_("choice group")
    )
    audience = models.CharField(_("audience"), max_length=20, choices=Audience.choices, default=Audience.EVERYONE)
    visibility = models.CharField(_("visible to"), max_length=20, choices=Visibility.choices, default=Visibility.PUBLIC)
    track = models.CharField(
        _("track"), max_length=100, blank=True, help_text=_("Sessions of one track follow each other in one column.")
    )
    is_to_be_confirmed = models.BooleanField(_("to be confirmed"), default=False)
    spoken_languages = models.CharField(_("languages spoken"), max_length=200, blank=True)
    interpretation = models.CharField(_("interpreted into"), max_length=200, blank=True)
    places = models.PositiveIntegerField(_("places"), null=True, blank=True, help_text=_("Empty: no limit."))
    note = models.TextField(_("note"), blank=True)
    is_from_file = models.BooleanField(
        default=False, editable=False, help_text="Loading the file again may change it; what was typed in here stays."
    )

    objects = SessionManager()

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        ordering = ["event", F("day").asc(nulls_last=True), F("start_time").asc(nulls_last=True), "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "position"],
                condition=Q(deleted_at__isnull=True),
                name="session_position_is_unique_in_event",
            ),
            models.CheckConstraint(
                condition=Q(day__isnull=True) | Q(day__gte=1),
                name="session_day_starts_at_one",
                violation_error_message=_("Days are counted from 1, the first day of the event."),
            ),
            models.CheckConstraint(
                condition=Q(end_time__isnull=True) | Q(start_time__isnull=False, end_time__gt=F("start_time")),
                name="session_ends_after_it_starts",
                violation_error_message=_("The end must be later than the start, and needs one."),
            ),
            models.CheckConstraint(
                condition=Q(site__isnull=True) | Q(venue__isnull=True),
                name="session_is_at_a_venue_or_a_site",
                violation_error_message=_("Choose a venue or a site, not both."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def held_on(self) -> date | None:
        """The day of the session, or None while its day or the event's exact date is unknown."""
        starts_on = self.event.starts_on
        if self.day is None or starts_on is None or not self.event.has_exact_date:
            return None
        return starts_on + timedelta(days=self.day - 1)

    @property
    def place(self) -> Venue | Site | None:
        return self.site or self.venue
