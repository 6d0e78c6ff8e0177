import uuid
import zoneinfo
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from projects.models import GoodPractice, Partner, Project, Semester
from projects.models.languages import Multilingual
from projects.models.sources import Sourced
from projects.search import fold
from venues.models import Venue

from ..exceptions import (
    AlreadyAnnounced,
    AlreadyHeld,
    AlreadyPublished,
    Cancelled,
    DateMissing,
    NotCalledOff,
    NotPublished,
    PeopleAreOnIt,
    StillPostponed,
)
from .changes import TOLD_AFTER, Plan, PlanChange
from .kinds import EventKind
from .translations import DatedTranslations

# What a published event promises, as the database has it. Undoing a change puts all of it back.
PROMISED = (
    "status",
    "date_precision",
    "starts_on",
    "ends_on",
    "start_time",
    "end_time",
    "time_zone",
    "mode",
    "venue_id",
    "place_to_be_confirmed",
    "join_url",
    "cancelled_at",
)


def check_time_zone(value: str) -> None:
    """Refuse what is no IANA zone such as Europe/Amsterdam."""
    if value not in zoneinfo.available_timezones():
        raise ValidationError(_("Enter a time zone such as Europe/Amsterdam."), code="time_zone")


class EventQuerySet(models.QuerySet["Event"]):
    def visible_to(self, user) -> "EventQuerySet":
        """The one visibility rule, for page, list, calendar and interface alike.

        The public sees what is published for everybody. Whoever has a role in the project also sees what is for
        partners, and its organisers also see drafts and what is unlisted.
        """
        public = Q(visibility=Event.Visibility.PUBLIC) & ~Q(status=Event.Status.DRAFT)
        if user is None or not user.is_authenticated:
            return self.filter(public)
        if user.is_superuser:
            return self
        projects = Project.objects.with_member(user).values("pk")
        # By key: a join with several projects would find an event once for each of them.
        shared = Event.other_projects.through.objects.filter(project__in=projects).values("event")
        for_partners = (Q(project__in=projects) | Q(pk__in=shared)) & ~Q(status=Event.Status.DRAFT)
        for_partners &= ~Q(visibility=Event.Visibility.UNLISTED)
        return self.filter(public | for_partners | self._organised_by(user))

    def organised_by(self, user) -> "EventQuerySet":
        """Events that this user may change: those of projects they lead and those their partner hosts or co-hosts."""
        if not user.is_authenticated:
            return self.none()
        if user.is_superuser:
            return self
        return self.filter(self._organised_by(user))

    @staticmethod
    def _organised_by(user) -> Q:
        partners = Partner.objects.coordinated_by(user).values("pk")
        co_hosted = Event.co_hosts.through.objects.filter(partner__in=partners).values("event")
        return Q(project__in=Project.objects.led_by(user)) | Q(host__in=partners) | Q(pk__in=co_hosted)

    def of_project(self, project: Project) -> "EventQuerySet":
        """Events of a project, and those that another project shares with it, each once."""
        shared = Event.other_projects.through.objects.filter(project=project).values("event")
        return self.filter(Q(project=project) | Q(pk__in=shared))

    def of_partner(self, partner: Partner) -> "EventQuerySet":
        """Events that a partner hosts or co-hosts, each once."""
        co_hosted = Event.co_hosts.through.objects.filter(partner=partner).values("event")
        return self.filter(Q(host=partner) | Q(pk__in=co_hosted))

    def published(self) -> "EventQuerySet":
        return self.exclude(status=Event.Status.DRAFT)

    def upcoming(self, *, on: date | None = None) -> "EventQuerySet":
        """Events that are not over on a day (default: today, UTC), soonest first.

        Those without a date come last, as long as their project runs.
        """
        on = on or timezone.now().date()
        return self.filter(Q(ends_on__gte=on) | Q(starts_on__isnull=True) & ~self._settled(on)).in_order()

    def past(self, *, on: date | None = None) -> "EventQuerySet":
        """Events that are over on a day (default: today, UTC), latest first; those without a date last.

        Without a date, an event is over when it is known to be held, or when its project is over.
        """
        on = on or timezone.now().date()
        return self.filter(Q(ends_on__lt=on) | Q(starts_on__isnull=True) & self._settled(on)).latest_first()

    @staticmethod
    def _settled(on: date) -> Q:
        return Q(status=Event.Status.HELD) | Q(project__in=Project.objects.ended(on=on))

    def in_order(self) -> "EventQuerySet":
        return self.order_by(F("starts_on").asc(nulls_last=True), F("start_time").asc(nulls_first=True), "pk")

    def latest_first(self) -> "EventQuerySet":
        return self.order_by(F("starts_on").desc(nulls_last=True), F("start_time").desc(nulls_last=True), "pk")

    def in_semester(self, semester: Semester) -> "EventQuerySet":
        """Events that count in a semester: by their first day, or as stated by the source where no date is known.

        What another project shares counts too; its stated semester is a number of that other project.
        """
        return self.of_project(semester.project).filter(
            Q(starts_on__range=(semester.starts_on, semester.ends_on))
            | Q(starts_on__isnull=True, stated_semester=semester.number, project=semester.project_id)
        )

    def locked(self) -> "EventQuerySet":
        """Events that nobody else changes or gives places of before this transaction ends.

        Their keys stay as they are, so that whoever writes something that only points to one of them need not wait.
        """
        return self.select_for_update(of=("self",), no_key=True)

    def with_page_data(self) -> "EventQuerySet":
        """With what every card, row and calendar entry shows, in one query."""
        return self.select_related("project", "kind", "host__organisation", "venue")


class Event(DatedTranslations, Multilingual, Sourced):
    """One meeting with one identity for ever: its address and calendar UID outlive every change of plan."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SAVE_THE_DATE = "save_the_date", _("Save the date")
        ANNOUNCED = "announced", _("Announced")
        HELD = "held", _("Held")
        POSTPONED = "postponed", _("Postponed")
        CANCELLED = "cancelled", _("Cancelled")

    class DatePrecision(models.TextChoices):
        DAY = "day", _("Exact")
        MONTH = "month", _("Only the month is known")
        UNKNOWN = "unknown", _("Not known")

    class Mode(models.TextChoices):
        ON_SITE = "on_site", _("On site")
        ONLINE = "online", _("Online")
        HYBRID = "hybrid", _("On site and online")
        UNKNOWN = "", _("Not known")

    class Visibility(models.TextChoices):
        PUBLIC = "public", _("Everybody")
        PARTNERS = "partners", _("People with a role in the project")
        UNLISTED = "unlisted", _("Organisers, and whoever is invited or registered")

    class Admission(models.TextChoices):
        EVERYBODY = "everybody", _("Everybody")
        INVITED = "invited", _("Who is invited")
        PARTNERS = "partners", _("Partners: people with a role, and whom their coordinators name")
        GROUPS = "groups", _("Members of the partners’ stakeholder groups")

    class ByHand(models.TextChoices):
        AS_DATED = "", _("As the dates say")
        OPEN = "open", _("Open")
        CLOSED = "closed", _("Closed")

    class ReleasedSeats(models.TextChoices):
        EVERYBODY = "everybody", _("Everybody")
        WAITING = "waiting", _("Only those on the waiting list")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    slug = models.SlugField(_("short name in addresses"), max_length=120, unique=True)
    project = models.ForeignKey(Project, models.PROTECT, related_name="events", verbose_name=_("project"))
    kind = models.ForeignKey(EventKind, models.PROTECT, related_name="events", verbose_name=_("kind"))
    number = models.PositiveSmallIntegerField(
        _("number in its series"), null=True, blank=True, help_text=_("13 for the 13th working-group meeting.")
    )
    host = models.ForeignKey(
        Partner, models.SET_NULL, null=True, blank=True, related_name="hosted_events", verbose_name=_("host")
    )
    co_hosts = models.ManyToManyField(
        Partner,
        blank=True,
        related_name="co_hosted_events",
        verbose_name=_("co-hosts"),
        help_text=_("Partners that organise it together with the host. Their coordinators may change the event."),
    )
    other_projects = models.ManyToManyField(
        Project,
        blank=True,
        related_name="shared_events",
        verbose_name=_("also an event of"),
        help_text=_("It is in the lists and calendars of these projects too, and counts once in each."),
    )
    practices = models.ManyToManyField(
        GoodPractice, blank=True, related_name="events", verbose_name=_("good practices")
    )
    importing_partner = models.ForeignKey(
        Partner,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="imports",
        verbose_name=_("importing partner"),
        help_text=_("Who carries the practice home."),
    )

    title = models.CharField(_("title"), max_length=300)
    summary = models.TextField(_("summary"), blank=True, help_text=_("One or two sentences for lists and calendars."))
    description = models.TextField(_("description"), blank=True)
    themes = models.CharField(_("themes"), max_length=300, blank=True)
    audience = models.CharField(_("for whom"), max_length=300, blank=True)
    spoken_languages = models.CharField(_("languages spoken and interpreted"), max_length=200, blank=True)
    bring = models.CharField(_("bring"), max_length=300, blank=True)
    contact_email = models.EmailField(_("contact"), blank=True)

    status = models.CharField(_("status"), max_length=20, choices=Status.choices, default=Status.DRAFT)
    visibility = models.CharField(_("visible to"), max_length=20, choices=Visibility.choices, default=Visibility.PUBLIC)
    date_precision = models.CharField(
        _("date"), max_length=10, choices=DatePrecision.choices, default=DatePrecision.UNKNOWN
    )
    starts_on = models.DateField(_("first day"), null=True, blank=True)
    ends_on = models.DateField(_("last day"), null=True, blank=True)
    start_time = models.TimeField(_("starts at"), null=True, blank=True)
    end_time = models.TimeField(_("ends at"), null=True, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=50, blank=True, validators=[check_time_zone])
    stated_semester = models.PositiveSmallIntegerField(
        _("semester stated by the source"), null=True, blank=True, help_text=_("Counts only while no date is known.")
    )
    mode = models.CharField(_("mode"), max_length=10, choices=Mode.choices, blank=True)
    venue = models.ForeignKey(
        Venue, models.PROTECT, null=True, blank=True, related_name="events", verbose_name=_("venue")
    )
    place_to_be_confirmed = models.BooleanField(
        _("place to be confirmed"), default=False, help_text=_("The place is said, and marked as not certain yet.")
    )
    programme_follows_on = models.DateField(
        _("programme follows by"), null=True, blank=True, help_text=_("Shown while there is no programme.")
    )
    online_platform = models.CharField(_("online platform"), max_length=100, blank=True)
    join_url = models.URLField(_("address to join online"), blank=True, help_text=_("Shown to those with a seat only."))

    places = models.PositiveIntegerField(_("places"), null=True, blank=True, help_text=_("Empty: no limit."))
    registration_opens_at = models.DateTimeField(_("registration opens"), null=True, blank=True)
    registration_closes_at = models.DateTimeField(_("registration closes"), null=True, blank=True)
    registration_by_hand = models.CharField(
        _("registration by hand"),
        max_length=10,
        choices=ByHand.choices,
        blank=True,
        help_text=_("Opens or closes registration whatever the dates say."),
    )
    admission = models.CharField(
        _("who may register"), max_length=20, choices=Admission.choices, default=Admission.EVERYBODY
    )
    needs_approval = models.BooleanField(_("the host approves each registration"), default=False)
    online_places = models.PositiveIntegerField(
        _("places online"), null=True, blank=True, help_text=_("Empty: no limit.")
    )
    changes_until = models.DateTimeField(
        _("changes until"),
        null=True,
        blank=True,
        help_text=_("After it, whoever wants to change something asks the host. Cancelling is always possible."),
    )
    offers_until = models.DateTimeField(
        _("places are offered until"),
        null=True,
        blank=True,
        help_text=_("After it, nobody on the waiting list is offered a place. Empty: until the start."),
    )
    released_seats_go_to = models.CharField(
        _("seats that delegations release go to"),
        max_length=20,
        choices=ReleasedSeats.choices,
        default=ReleasedSeats.EVERYBODY,
    )
    feedback_closes_on = models.DateField(_("feedback until"), null=True, blank=True)

    reported_participants = models.PositiveIntegerField(
        _("reported number of participants"), null=True, blank=True, help_text=_("Apart from the people counted here.")
    )
    reported_participants_note = models.CharField(_("as the source says"), max_length=100, blank=True)

    sequence = models.PositiveIntegerField(_("revision in calendars"), default=0, editable=False)
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    published_at = models.DateTimeField(
        _("published at"), null=True, blank=True, editable=False, help_text="When it first was more than a draft."
    )
    changed_at = models.DateTimeField(_("changed at"), default=timezone.now, editable=False)
    search_text = models.TextField(editable=False, default="")

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = [F("starts_on").asc(nulls_last=True), "pk"]
        indexes = [
            models.Index(fields=["starts_on"], name="event_first_day"),
            models.Index(fields=["project", "starts_on"], name="event_project_first_day"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(date_precision="unknown", starts_on__isnull=True, ends_on__isnull=True)
                | Q(~Q(date_precision="unknown"), starts_on__isnull=False, ends_on__isnull=False),
                name="event_has_its_days_unless_the_date_is_unknown",
                violation_error_message=_(
                    "Enter the first and the last day, or say that the date is not known and leave both empty."
                ),
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="event_ends_after_it_starts",
                violation_error_message=_("The last day cannot be before the first day."),
            ),
            models.CheckConstraint(
                condition=Q(start_time__isnull=True) | Q(date_precision="day"),
                name="event_time_needs_an_exact_date",
                violation_error_message=_("A time needs an exact date. Choose “Exact”, or leave the times empty."),
            ),
            models.CheckConstraint(
                condition=Q(end_time__isnull=True) | Q(start_time__isnull=False),
                name="event_end_time_needs_a_start_time",
                violation_error_message=_("Enter when the event starts, or leave the end empty too."),
            ),
            models.CheckConstraint(
                condition=Q(starts_on__lt=F("ends_on")) | Q(end_time__isnull=True) | Q(end_time__gt=F("start_time")),
                name="event_of_one_day_ends_after_it_starts",
                violation_error_message=_("On one day, the end must be later than the start."),
            ),
            models.CheckConstraint(
                condition=~Q(time_zone="") | Q(date_precision="unknown"),
                name="dated_event_has_a_time_zone",
                violation_error_message=_("Enter the time zone of the event, such as Europe/Amsterdam."),
            ),
            models.CheckConstraint(
                condition=Q(status="cancelled", cancelled_at__isnull=False)
                | Q(~Q(status="cancelled"), cancelled_at__isnull=True),
                name="cancelled_event_has_the_time_of_cancelling",
            ),
            models.CheckConstraint(
                condition=Q(registration_closes_at__gt=F("registration_opens_at")),
                name="registration_closes_after_it_opens",
                violation_error_message=_("Registration must close later than it opens."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("events:event", args=[self.slug])

    def save(self, *args: Any, **kwargs: Any) -> None:
        # Calendars update an entry only when this advances (CALENDARS contract: LAST-MODIFIED), whatever was changed.
        # Nor may two changes share a moment, as they do where a clock stands still.
        now = timezone.now()
        self.changed_at = now if self._state.adding else max(now, self.changed_at + timedelta(microseconds=1))
        if self.is_published and self.published_at is None:
            self.published_at = self.changed_at
        self.search_text = fold(
            self.title,
            self.summary,
            self.project.acronym,
            *(text for texts in self.translations.values() for text in texts.values()),
            str(self.venue or ""),
        )
        if (fields := kwargs.get("update_fields")) is not None:
            kwargs["update_fields"] = {*fields, "changed_at", "published_at", "search_text"}
        super().save(*args, **kwargs)

    # When and where

    @property
    def has_exact_date(self) -> bool:
        return self.date_precision == self.DatePrecision.DAY

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        """The event's time zone; UTC while it is not known."""
        return zoneinfo.ZoneInfo(self.time_zone or "UTC")

    @property
    def starts_at(self) -> datetime | None:
        """The instant of the start, at 00:00 while the time is not known; None without an exact date."""
        if self.starts_on is None or not self.has_exact_date:
            return None
        return datetime.combine(self.starts_on, self.start_time or time.min, self.zone)

    @property
    def ends_at(self) -> datetime | None:
        """The instant after which the event is over, at midnight after the last day while the time is not known."""
        if self.ends_on is None or not self.has_exact_date:
            return None
        if self.end_time:
            return datetime.combine(self.ends_on, self.end_time, self.zone)
        return datetime.combine(self.ends_on + timedelta(days=1), time.min, self.zone)

    @property
    def days(self) -> list[date]:
        """The days of the event in order; none while the exact date is not known."""
        if self.starts_on is None or self.ends_on is None or not self.has_exact_date:
            return []
        return [self.starts_on + timedelta(days=n) for n in range((self.ends_on - self.starts_on).days + 1)]

    def is_over(self, *, at: datetime | None = None) -> bool:
        """Whether the event is over at an instant (default: now). A month is over with its last day."""
        if self.status == self.Status.HELD:
            return True
        at = at or timezone.now()
        if (ends_at := self.ends_at) is not None:
            return ends_at <= at
        return self.ends_on is not None and self.ends_on < at.astimezone(self.zone).date()

    def has_begun(self, *, at: datetime | None = None) -> bool:
        """Whether the event has begun at an instant (default: now); without an exact date it has not."""
        return self.starts_at is not None and self.starts_at <= (at or timezone.now())

    def can_be_joined(self, *, at: datetime | None = None) -> bool:
        """Whether a place at the event is of any use at an instant (default: now): not once it is over or cancelled."""
        return not (self.is_cancelled or self.is_over(at=at))

    def is_ahead(self, *, at: datetime | None = None) -> bool:
        """Whether all of the event is still to come at an instant (default: now)."""
        return self.can_be_joined(at=at) and not self.has_begun(at=at)

    # Status

    @property
    def is_published(self) -> bool:
        return self.status != self.Status.DRAFT

    @property
    def is_cancelled(self) -> bool:
        return self.status == self.Status.CANCELLED

    @property
    def is_postponed(self) -> bool:
        return self.status == self.Status.POSTPONED

    def outcome_is_unknown(self, *, on: date | None = None) -> bool:
        """Whether the project ended without any source telling if the event took place."""
        return (
            self.status in (self.Status.ANNOUNCED, self.Status.SAVE_THE_DATE, self.Status.POSTPONED)
            and self.starts_on is None
            and self.project.has_ended(on=on)
        )

    # Changing the plan

    @property
    def plan(self) -> Plan:
        venue = self.venue
        return Plan(
            status=self.status,
            date_precision=self.date_precision,
            starts_on=self.starts_on,
            ends_on=self.ends_on,
            start_time=self.start_time,
            end_time=self.end_time,
            time_zone=self.time_zone,
            mode=self.mode,
            venue_name=venue.name if venue else "",
            city=venue.city if venue else "",
            country=str(venue.country) if venue else "",
            place_to_be_confirmed=self.place_to_be_confirmed,
        )

    @transaction.atomic
    def change_plan(
        self,
        *,
        reason: str = "",
        by=None,
        at: datetime | None = None,
        tells: bool = True,
        undoes: PlanChange | None = None,
        **changes: Any,
    ) -> PlanChange | None:
        """Change status, date, mode, place or the way to join, and keep what it was before.

        `changes` are fields of this model (`starts_on=…`, `venue=…`); every other field is read anew first, so that
        what somebody else changed meanwhile stays. A draft just changes. A published event gets a plan change and a
        higher SEQUENCE; None is returned when nothing that was promised is different. With `tells`, people are told
        TOLD_AFTER later, unless it is undone before.
        """
        at = at or timezone.now()
        self._lock()
        before, before_raw, was_published = self.plan, self._raw(changes), self.is_published
        old_join_url = self.join_url
        for name, value in changes.items():
            setattr(self, name, value)
        after = self.plan
        if not was_published or (before == after and old_join_url == self.join_url):
            self.save()
            return None
        self.sequence += 1
        self.save()
        return PlanChange.objects.create(
            event=self,
            number=self.sequence,
            changed_at=at,
            before=before.to_json(),
            after=after.to_json(),
            fields_before=before_raw,
            reason=reason,
            changed_by=by,
            tell_at=at + TOLD_AFTER if tells and undoes is None else None,
            undoes=undoes,
        )

    def _lock(self) -> None:
        """Read the event anew and let nobody else change it before this transaction ends.

        Without it, two organisers at once would give the same SEQUENCE to two plans, and the later would take back
        what the earlier one changed.
        """
        self.refresh_from_db(from_queryset=Event.objects.locked())

    def _raw(self, changes: Iterable[str]) -> dict[str, Any]:
        """What undoing needs: every field that was promised, and what else is about to change, as JSON."""
        names = dict.fromkeys((*PROMISED, *(self._meta.get_field(name).attname for name in changes)))  # type: ignore[union-attr]
        return {name: getattr(self, name) for name in names}

    def publish(self, *, as_status: str, by=None, at: datetime | None = None, **changes: Any) -> PlanChange | None:
        """Publish a draft as a save the date or announced. Raises as the verb of that status does."""
        verb = self.save_the_date if as_status == self.Status.SAVE_THE_DATE else self.announce
        return verb(by=by, at=at, **changes)

    @transaction.atomic
    def save_the_date(
        self, *, reason: str = "", by=None, at: datetime | None = None, tells: bool = True, **changes: Any
    ) -> PlanChange | None:
        """Publish the date before place and programme are known, or give a postponed event its new one.

        Raises DateMissing without at least a month, AlreadyAnnounced, Cancelled and AlreadyHeld.
        """
        self._lock()
        self._must_be_ahead()
        if self.status == self.Status.ANNOUNCED:
            raise AlreadyAnnounced(self)
        self._must_get_a_date(changes)
        return self.change_plan(
            reason=reason, by=by, at=at, tells=tells, **{**changes, "status": self.Status.SAVE_THE_DATE}
        )

    @transaction.atomic
    def announce(
        self, *, reason: str = "", by=None, at: datetime | None = None, tells: bool = True, **changes: Any
    ) -> PlanChange | None:
        """Publish the event, or give a postponed one its new date.

        Raises DateMissing without at least a month, Cancelled, and AlreadyHeld for an event that took place.
        """
        self._lock()
        self._must_be_ahead()
        self._must_get_a_date(changes)
        return self.change_plan(
            reason=reason, by=by, at=at, tells=tells, **{**changes, "status": self.Status.ANNOUNCED}
        )

    @transaction.atomic
    def move(
        self, *, reason: str = "", by=None, at: datetime | None = None, tells: bool = True, **changes: Any
    ) -> PlanChange | None:
        """Change date, place, mode or the way to join; the status stays.

        Raises AlreadyHeld, Cancelled, and StillPostponed where a postponed event would get a date: taking it up again
        does that. DateMissing where a published event would lose its date: postponing does that.
        """
        self._lock()
        self._must_be_ahead()
        is_dated = changes.get("starts_on", self.starts_on) is not None
        if self.is_postponed and is_dated:
            raise StillPostponed(self)
        if self.is_published and not self.is_postponed and not is_dated and self.starts_on is not None:
            raise DateMissing(self)
        return self.change_plan(reason=reason, by=by, at=at, tells=tells, **changes)

    @transaction.atomic
    def postpone(self, *, reason: str, by=None, at: datetime | None = None, tells: bool = True) -> PlanChange | None:
        """Take the date away without giving a new one; the event stays listed.

        Raises NotPublished for a draft, Cancelled, and AlreadyHeld for an event that took place.
        """
        self._lock()
        self._must_be_published()
        return self.change_plan(
            reason=reason,
            by=by,
            at=at,
            tells=tells,
            status=self.Status.POSTPONED,
            date_precision=self.DatePrecision.UNKNOWN,
            starts_on=None,
            ends_on=None,
            start_time=None,
            end_time=None,
        )

    @transaction.atomic
    def cancel(self, *, reason: str, by=None, at: datetime | None = None, tells: bool = True) -> PlanChange | None:
        """Cancel; the page stays for ever. A second time changes nothing.

        Raises NotPublished or AlreadyHeld as `postpone` does.
        """
        self._lock()
        if self.is_cancelled:
            return None
        self._must_be_published()
        at = at or timezone.now()
        return self.change_plan(reason=reason, by=by, at=at, tells=tells, status=self.Status.CANCELLED, cancelled_at=at)

    @transaction.atomic
    def take_up_again(
        self,
        *,
        reason: str,
        as_status: str = Status.ANNOUNCED,
        by=None,
        at: datetime | None = None,
        tells: bool = True,
        **changes: Any,
    ) -> PlanChange | None:
        """Let a cancelled or postponed event take place after all, as a save the date or announced.

        Raises NotCalledOff for any other event, and DateMissing without at least a month.
        """
        self._lock()
        if not (self.is_cancelled or self.is_postponed):
            raise NotCalledOff(self)
        self._must_get_a_date(changes)
        return self.change_plan(
            reason=reason, by=by, at=at, tells=tells, **{**changes, "status": as_status, "cancelled_at": None}
        )

    @transaction.atomic
    def hold(self) -> None:
        """Note that the event took place. That is no change of plan, so calendars see no new revision.

        Raises NotPublished, Cancelled or AlreadyHeld.
        """
        self._lock()
        self._must_be_published()
        self.status = self.Status.HELD
        self.save()

    @transaction.atomic
    def delete_draft(self) -> None:
        """Delete what nobody was promised. Raises AlreadyPublished for anything else, and PeopleAreOnIt."""
        self._lock()
        if self.is_published or self.sequence:
            raise AlreadyPublished(self)
        try:
            self.delete()
        except models.ProtectedError as error:
            raise PeopleAreOnIt(self) from error

    def _must_get_a_date(self, changes: dict[str, Any]) -> None:
        if changes.get("starts_on", self.starts_on) is None:
            raise DateMissing(self)

    def _must_be_published(self) -> None:
        if not self.is_published:
            raise NotPublished(self)
        self._must_be_ahead()

    def _must_be_ahead(self) -> None:
        if self.status == self.Status.HELD:
            raise AlreadyHeld(self)
        if self.is_cancelled:
            raise Cancelled(self)

    # Registration

    def takes_registrations(self, *, at: datetime | None = None) -> bool:
        """Whether people may register at an instant (default: now), as far as dates, status and host say. Never stored.

        The host may open or close by hand whatever the dates of registration say, but not beyond the event itself.
        """
        at = at or timezone.now()
        if self.status != self.Status.ANNOUNCED or not self.has_exact_date:
            return False
        match self.registration_by_hand:
            case self.ByHand.OPEN:
                return not self.is_over(at=at)
            case self.ByHand.CLOSED:
                return False
        opens, closes = self.registration_opens_at, self.registration_closes
        return opens is not None and closes is not None and opens <= at < closes

    def open_registration_by_hand(self, by_hand: str) -> None:
        """Open or close registration whatever the dates say (Event.ByHand), or let them decide again."""
        self.registration_by_hand = by_hand
        self.save(update_fields=["registration_by_hand"])

    @property
    def registration_closes(self) -> datetime | None:
        """The instant at which registration closes: as set, else the start of the event."""
        return self.registration_closes_at or self.starts_at

    def can_be_organised_by(self, user) -> bool:
        return Event.objects.organised_by(user).filter(pk=self.pk).exists()
