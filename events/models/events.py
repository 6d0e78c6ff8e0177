"""One meeting: its identity, its words, and the verbs that change its plan."""

import uuid
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from projects.models import GoodPractice, Partner, Project
from projects.models.languages import Multilingual
from projects.models.sources import Sourced
from projects.search import fold

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
from .changes import TOLD_AFTER, PlanChange
from .event_queries import EventQuerySet
from .kinds import EventKind
from .planned import PROMISED, Planned
from .registration_settings import RegistrationSettings
from .translations import DatedTranslations


class Event(RegistrationSettings, DatedTranslations, Multilingual, Sourced):
    """One meeting with one identity for ever: its address and calendar UID outlive every change of plan."""

    class Visibility(models.TextChoices):
        PUBLIC = "public", _("Everybody")
        PARTNERS = "partners", _("People with a role in the project")
        UNLISTED = "unlisted", _("Organisers, and whoever is invited or registered")

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

    visibility = models.CharField(_("visible to"), max_length=20, choices=Visibility.choices, default=Visibility.PUBLIC)
    stated_semester = models.PositiveSmallIntegerField(
        _("semester stated by the source"), null=True, blank=True, help_text=_("Counts only while no date is known.")
    )
    programme_follows_on = models.DateField(
        _("programme follows by"), null=True, blank=True, help_text=_("Shown while there is no programme.")
    )
    feedback_closes_on = models.DateField(_("feedback until"), null=True, blank=True)

    reported_participants = models.PositiveIntegerField(
        _("reported number of participants"), null=True, blank=True, help_text=_("Apart from the people counted here.")
    )
    reported_participants_note = models.CharField(_("as the source says"), max_length=100, blank=True)

    sequence = models.PositiveIntegerField(_("revision in calendars"), default=0, editable=False)
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
        constraints = RegistrationSettings.Meta.constraints

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

    def keeps_evidence(self, *, on: date | None = None) -> bool:
        """Whether its evidence goes only with a reason on a day (default: today, UTC). A draft has none yet.

        Its project says until when; as long as it does not, for good. See also evidence_guard.py.
        """
        until = self.project.evidence_kept_until
        return self.is_published and (until is None or (on or timezone.now().date()) <= until)

    @property
    def contact(self) -> str:
        """The address that people ask and that reads answers to invitations: the host's, else the installation's.

        “” where neither is set.
        """
        return self.contact_email or settings.CONTACT_EMAIL

    def outcome_is_unknown(self, *, on: date | None = None) -> bool:
        """Whether the project ended without any source telling if the event took place."""
        return (
            self.status in (self.Status.ANNOUNCED, self.Status.SAVE_THE_DATE, self.Status.POSTPONED)
            and self.starts_on is None
            and self.project.has_ended(on=on)
        )

    # Changing the plan

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
        self.lock()
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

    def lock(self) -> None:
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
        self.lock()
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
        self.lock()
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
        self.lock()
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
        self.lock()
        self.must_be_published()
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
        self.lock()
        if self.is_cancelled:
            return None
        self.must_be_published()
        at = at or timezone.now()
        return self.change_plan(reason=reason, by=by, at=at, tells=tells, status=self.Status.CANCELLED, cancelled_at=at)

    @transaction.atomic
    def take_up_again(
        self,
        *,
        reason: str,
        as_status: str = Planned.Status.ANNOUNCED,
        by=None,
        at: datetime | None = None,
        tells: bool = True,
        **changes: Any,
    ) -> PlanChange | None:
        """Let a cancelled or postponed event take place after all, as a save the date or announced.

        Raises NotCalledOff for any other event, and DateMissing without at least a month.
        """
        self.lock()
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
        self.lock()
        self.must_be_published()
        self.status = self.Status.HELD
        self.save()

    @transaction.atomic
    def delete_draft(self) -> None:
        """Delete what nobody was promised. Raises AlreadyPublished for anything else, and PeopleAreOnIt."""
        self.lock()
        if self.is_published or self.sequence:
            raise AlreadyPublished(self)
        try:
            self.delete()
        except models.ProtectedError as error:
            raise PeopleAreOnIt(self) from error

    def _must_get_a_date(self, changes: dict[str, Any]) -> None:
        if changes.get("starts_on", self.starts_on) is None:
            raise DateMissing(self)

    def must_be_published(self) -> None:
        """Raise NotPublished for a draft, AlreadyHeld or Cancelled for what does not change any more."""
        if not self.is_published:
            raise NotPublished(self)
        self._must_be_ahead()

    def _must_be_ahead(self) -> None:
        if self.status == self.Status.HELD:
            raise AlreadyHeld(self)
        if self.is_cancelled:
            raise Cancelled(self)

    # Who may change it

    def can_be_organised_by(self, user) -> bool:
        return Event.objects.organised_by(user).filter(pk=self.pk).exists()
