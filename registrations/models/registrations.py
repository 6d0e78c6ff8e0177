import re
import secrets
from copy import copy
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from events.models import Event
from projects.models import Organisation
from projects.search import fold

from ..compiled import add
from ..door.numbers import new_number
from ..door.signing import new_code as new_ticket_code
from ..exceptions import NoOpenOffer, NotRegistered, UndoTooLate
from .delegations import Delegation
from .persons import Person
from .reasons import reason_in_words

UNDO_LASTS = timedelta(minutes=10)
OFFER_LASTS = timedelta(hours=48)


def new_code() -> str:
    """Return the code of a manage link: 160 bits, in letters and digits that an address needs not escape."""
    return secrets.token_urlsafe(20)


def could_be_code(text: str) -> bool:
    """Whether a text may be a code that new_code made, so that the database is asked for it."""
    return re.fullmatch(r"[A-Za-z0-9_-]{20,40}", text) is not None


@dataclass(frozen=True, slots=True)
class Line:
    """The places that the same people wait for, in one order: those in the room, online, or of a delegation.

    Only a hybrid event has a line online. A delegation, by its key, has one for as long as its seats are held.
    """

    is_online: bool = False
    delegation: int | None = None


ROOM, ONLINE = Line(), Line(is_online=True)


def holds_a_place(at: datetime) -> Q:
    """The condition of a registration that takes a place at an instant."""
    return Q(state__in=(Registration.State.CONFIRMED, Registration.State.OFFERED)) | Q(
        state=Registration.State.CANCELLED, seat_held_until__gt=at
    )


class RegistrationQuerySet(models.QuerySet["Registration"]):
    def live(self) -> "RegistrationQuerySet":
        return self.exclude(state=Registration.State.CANCELLED)

    def confirmed(self) -> "RegistrationQuerySet":
        return self.filter(state=Registration.State.CONFIRMED)

    def waiting(self) -> "RegistrationQuerySet":
        """Those on the waiting list in their order: who was moved ahead last, and then who waited longest."""
        # See also Registration.is_waiting and Registration.place_in_line.
        in_order = F("moved_ahead_at").desc(nulls_last=True), "joined_at", "pk"
        return self.filter(state=Registration.State.WAITING).order_by(*in_order)

    def in_line(self, line: Line, event: Event, *, at: datetime | None = None) -> "RegistrationQuerySet":
        """Those of an event who have, or wait for, a place of one line at an instant. See also Registration.line."""
        if line.is_online:
            return self.filter(event=event, mode=Registration.Mode.ONLINE)
        in_room = self.filter(event=event)
        if event.mode == Event.Mode.HYBRID:
            in_room = in_room.exclude(mode=Registration.Mode.ONLINE)
        if line.delegation is not None:
            return in_room.filter(delegation=line.delegation)
        return in_room.exclude(delegation__in=Delegation.objects.holding(event, at=at).values("pk"))

    def for_approval(self) -> "RegistrationQuerySet":
        return self.filter(state=Registration.State.FOR_APPROVAL)

    def holding_a_place(self, *, at: datetime | None = None) -> "RegistrationQuerySet":
        """Registrations that take a place at an instant: confirmed, offered one, or cancelled and still undoable."""
        return self.filter(holds_a_place(at or timezone.now()))

    def of_person(self, *, email: str, name: str) -> "RegistrationQuerySet":
        """Registrations of whoever has this address and name; see also PersonQuerySet.recognised."""
        return self.filter(person__in=Person.objects.known_as(email=email, name=name).values("pk"))

    def with_page_data(self) -> "RegistrationQuerySet":
        """With what the page of a registration and its mails show of event and person, in one query."""
        return self.select_related(
            "person", "organisation", "event__project", "event__kind", "event__venue", "event__host__organisation"
        )

    def organised_by(self, user) -> "RegistrationQuerySet":
        return self.filter(event__in=Event.objects.organised_by(user))


class Registration(models.Model):
    """One person at one event. Only the verbs below assign the state."""

    class State(models.TextChoices):
        FOR_APPROVAL = "for_approval", _("Waiting for approval")
        CONFIRMED = "confirmed", _("Confirmed")
        WAITING = "waiting", _("On the waiting list")
        OFFERED = "offered", _("Place offered")
        CANCELLED = "cancelled", _("Cancelled")

    class CancelledBy(models.TextChoices):
        PERSON = "person", _("Cancelled by you")
        HOST = "host", _("Cancelled by the host")

    class Mode(models.TextChoices):
        ROOM = "room", _("In the room")
        ONLINE = "online", _("Online")

    class ParticipantKind(models.TextChoices):
        PARTICIPANT = "participant", _("Participant")
        SPEAKER = "speaker", _("Speaker")
        DELEGATE = "delegate", _("Delegate")
        STAFF = "staff", _("Organiser or helper")
        PRESS = "press", _("Press")

    event = models.ForeignKey(Event, models.PROTECT, related_name="registrations", verbose_name=_("event"))
    person = models.ForeignKey(Person, models.PROTECT, related_name="registrations", verbose_name=_("person"))
    code = models.CharField(max_length=40, unique=True, default=new_code, editable=False)
    ticket_code = models.CharField(max_length=120, unique=True, default=new_ticket_code, editable=False)
    ticket_number = models.CharField(max_length=8, default=new_number, editable=False)
    state = models.CharField(_("state"), max_length=20, choices=State.choices)

    name = models.CharField(_("full name"), max_length=200)
    email = models.EmailField(_("email"), max_length=254)
    organisation_name = models.CharField(_("organisation"), max_length=300)
    organisation = models.ForeignKey(
        Organisation,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="registrations",
        verbose_name=_("organisation"),
    )
    country = CountryField(_("country"))
    phone = models.CharField(_("phone"), max_length=20, blank=True, help_text="E.164, such as +3225556677")
    language = models.CharField(_("language of mails"), max_length=10, default="en")
    mode = models.CharField(_("taking part"), max_length=10, choices=Mode.choices, default=Mode.ROOM)
    participant_kind = models.CharField(
        _("comes as"), max_length=20, choices=ParticipantKind.choices, default=ParticipantKind.PARTICIPANT
    )
    delegation = models.ForeignKey(
        Delegation,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="registrations",
        verbose_name=_("delegation"),
        help_text=_("Whose seats this one is of, or whose line somebody waits in."),
    )
    takes_over_from = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="handed_to",
        verbose_name=_("took the place over from"),
    )

    joined_at = models.DateTimeField(_("registered at"), default=timezone.now)
    moved_ahead_at = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        help_text="When an organiser moved them to the front of their line; the decision says why.",
    )
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, blank=True)
    cancelled_by = models.CharField(_("cancelled by"), max_length=10, choices=CancelledBy.choices, blank=True)
    cancel_reason = models.CharField(_("reason"), max_length=500, blank=True)
    cancelled_because = models.JSONField(default=dict, blank=True, editable=False, help_text="See Because.of().")
    seat_held_until = models.DateTimeField(null=True, blank=True, editable=False)
    invitation_revision = models.PositiveSmallIntegerField(
        default=0,
        editable=False,
        help_text="How often the invitation in the person's calendar was taken back or sent anew, on top of SEQUENCE.",
    )
    address_changed_at = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        help_text="When the address was changed by whoever holds the link: it may not be theirs.",
    )
    changed_at = models.DateTimeField(_("changed at"), default=timezone.now, editable=False)
    search_text = models.TextField(editable=False, default="")

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        verbose_name = _("registration")
        verbose_name_plural = _("registrations")
        ordering = ["joined_at", "pk"]
        indexes = [
            models.Index(fields=["event", "state", "joined_at"], name="registration_event_state"),
            models.Index(fields=["event", "name"], name="registration_event_name"),
            models.Index(fields=["event", "changed_at"], name="registration_event_changed"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "person"],
                condition=~Q(state="cancelled"),
                name="person_has_one_live_registration_per_event",
            ),
            models.UniqueConstraint(
                fields=["event", "ticket_number"], name="ticket_number_is_of_one_ticket_of_an_event"
            ),
            models.CheckConstraint(
                condition=Q(state="confirmed", confirmed_at__isnull=False) | ~Q(state="confirmed"),
                name="confirmed_registration_has_its_time",
            ),
            models.CheckConstraint(
                condition=Q(state="cancelled", cancelled_at__isnull=False, cancelled_by__in=("person", "host"))
                | Q(~Q(state="cancelled"), cancelled_at__isnull=True, cancelled_by=""),
                name="cancelled_registration_says_when_and_by_whom",
            ),
            models.CheckConstraint(
                condition=Q(seat_held_until__isnull=True) | Q(state="cancelled"),
                name="only_a_cancelled_seat_is_held_for_undo",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.changed_at = timezone.now()
        self.search_text = fold(self.name, self.organisation_name, self.email)
        if (fields := kwargs.get("update_fields")) is not None:
            kwargs["update_fields"] = {*fields, "changed_at", "search_text"}
        if self._state.adding and self.pk is None and not (args or kwargs):
            # Under the lock of the event, where everybody else waits for it.
            add(self)
        else:
            super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("registrations:registration", args=[self.code])

    # What it is

    @property
    def is_live(self) -> bool:
        return self.state != self.State.CANCELLED

    @property
    def is_confirmed(self) -> bool:
        return self.state == self.State.CONFIRMED

    @property
    def is_waiting(self) -> bool:
        # See also RegistrationQuerySet.waiting.
        return self.state == self.State.WAITING

    @property
    def has_seat(self) -> bool:
        """Whether a place is theirs, or held for them until they accept it."""
        # See also holds_a_place, which counts what may be undone, too.
        return self.state in (self.State.CONFIRMED, self.State.OFFERED)

    @property
    def takes_part_online(self) -> bool:
        """Whether they need the address to join: all do at an online event, whatever they chose before it was one."""
        if self.event.mode == Event.Mode.HYBRID:
            return self.mode == self.Mode.ONLINE
        return self.event.mode == Event.Mode.ONLINE

    def line(self, *, at: datetime | None = None) -> Line:
        """The line of the place that they have or wait for at an instant. See also RegistrationQuerySet.in_line."""
        if self.event.mode == Event.Mode.HYBRID and self.mode == self.Mode.ONLINE:
            return ONLINE
        if (delegation := self.delegation) is not None:
            # The one at hand: looking it up again would cost a query.
            delegation.event = self.event
            if delegation.holds_seats(at=at):
                return Line(delegation=delegation.pk)
        return ROOM

    @property
    def place_in_line(self) -> int | None:
        """1 for whoever is next in their line; None for whoever does not wait. In the order of `waiting()`."""
        if not self.is_waiting:
            return None
        ahead = Q(joined_at__lt=self.joined_at) | Q(joined_at=self.joined_at, pk__lt=self.pk)
        if self.moved_ahead_at is None:
            ahead = Q(moved_ahead_at__isnull=False) | ahead
        else:
            ahead = Q(moved_ahead_at__gt=self.moved_ahead_at) | Q(ahead, moved_ahead_at=self.moved_ahead_at)
        in_line = Registration.objects.waiting().in_line(self.line(), self.event)
        return in_line.filter(ahead).count() + 1

    def can_be_changed(self, *, at: datetime | None = None) -> bool:
        """Whether its answers are of any use at an instant (default: now), so that they may still change."""
        return self.is_live and self.event.can_be_joined(at=at)

    def can_be_given_up(self, *, at: datetime | None = None) -> bool:
        """Whether its person, or the coordinator who named them, may still cancel it: until the event begins."""
        return self.is_live and self.event.is_ahead(at=at)

    def can_undo_cancelling(self, *, at: datetime | None = None) -> bool:
        return (
            self.state == self.State.CANCELLED
            and self.seat_held_until is not None
            and self.seat_held_until > (at or timezone.now())
        )

    @property
    def why_cancelled(self) -> str:
        """Why it was cancelled, in the language of the reader; "" where nobody said so."""
        return reason_in_words(self.cancelled_because, self.cancel_reason)

    def has_answers(self, answers: dict[str, Any]) -> bool:
        """Whether each of these fields has the value that is given."""
        return all(getattr(self, field) == value for field, value in answers.items())

    def answer_consent(
        self, purpose: str, is_given: bool, *, wording: str, language: str, at: datetime | None = None
    ) -> None:
        """Add an answer to a question about personal data, unless the one that counts is the same."""
        last = self.consents.filter(purpose=purpose).last()
        if last is None or last.is_given != is_given:
            self.consents.create(
                purpose=purpose, is_given=is_given, wording=wording, language=language, given_at=at or timezone.now()
            )

    def was_followed_by_another(self) -> bool:
        """Whether the person came back after this was cancelled, and has a live registration now."""
        live = Registration.objects.live().filter(event=self.event_id, person=self.person_id)
        return not self.is_live and live.exists()

    def come_as(self, participant_kind: str) -> None:
        """Let somebody come as a speaker, press, … (ParticipantKind); their place stays what it is."""
        self.participant_kind = participant_kind
        self.save(update_fields=["participant_kind"])

    def take_new_ticket(self) -> None:
        """Have another code and number on the ticket; see door/codes.py, which keeps those before."""
        self.ticket_code, self.ticket_number = new_ticket_code(), new_number()
        self.save(update_fields=["ticket_code", "ticket_number"])

    # Verbs. Whether there is a place is decided by registrations/places, in the transaction that calls them.

    def confirm(self, *, at: datetime | None = None) -> None:
        """Give the place. The caller holds the lock of the event and has seen a free place."""
        self.state = self.State.CONFIRMED
        self.confirmed_at = at or timezone.now()
        self.save()

    def take_another_place(self, *, at: datetime | None = None) -> None:
        """Leave the waiting list, or the place offered from it, for a place of another line that is free."""
        at = at or timezone.now()
        self._decline_open_offer(at=at)
        self.confirm(at=at)

    def put_on_waiting_list(self, *, at: datetime | None = None) -> None:
        """Join the line at its end."""
        self.state = self.State.WAITING
        self.joined_at, self.moved_ahead_at = at or timezone.now(), None
        self.save()

    def put_up_for_approval(self, *, at: datetime | None = None) -> None:
        """Wait until the host decides; without a place, and in no line."""
        self._decline_open_offer(at=at or timezone.now())
        self.state = self.State.FOR_APPROVAL
        self.save()

    def move_ahead(self, *, at: datetime | None = None) -> None:
        """Stand first in the line."""
        self.moved_ahead_at = at or timezone.now()
        self.save()

    def come_back(self) -> None:
        """Be cancelled no longer, without a place yet: the caller confirms this, or puts it on the waiting list."""
        self.invitation_revision += 1
        self.cancelled_at = self.seat_held_until = None
        self.cancelled_by = self.cancel_reason = ""
        self.cancelled_because = {}

    def offer_place(self, *, until: datetime, at: datetime | None = None) -> "Offer":
        """Hold a place for somebody on the waiting list until an instant."""
        if not self.is_waiting:
            raise NotRegistered(self)
        self.state = self.State.OFFERED
        self.save()
        offer = Offer(registration=self, made_at=at or timezone.now(), expires_at=until)
        add(offer)
        return offer

    def open_offer(self, *, at: datetime | None = None) -> "Offer | None":
        """The offer that may still be answered at an instant, or None."""
        if self.state != self.State.OFFERED:
            return None
        return self.offers.filter(outcome="", expires_at__gt=at or timezone.now()).first()

    def accept_offer(self, *, at: datetime | None = None) -> None:
        """Take the offered place. Raises NoOpenOffer when there is none or it has expired."""
        at = at or timezone.now()
        offer = self.open_offer(at=at)
        if offer is None:
            raise NoOpenOffer(self)
        offer.close(Offer.Outcome.ACCEPTED, at=at)
        self.confirm(at=at)

    def lose_offer(self, offer: "Offer", *, at: datetime | None = None) -> None:
        """Note that an offer ran out. Whoever lets one pass leaves the list, so that nobody behind waits for ever."""
        offer.close(Offer.Outcome.EXPIRED, at=at)
        self._cancel(by=self.CancelledBy.HOST, reason="", at=at or timezone.now(), hold=False)

    def cancel(
        self,
        *,
        by: "Registration.CancelledBy",
        reason: str = "",
        because: dict[str, str] | None = None,
        at: datetime | None = None,
    ) -> None:
        """Give the place back; a confirmed seat is held for ten minutes so that it can be undone.

        `reason` is what somebody typed, `because` what the program says (Because.of). Raises NotRegistered when it was
        cancelled before.
        """
        if not self.is_live:
            raise NotRegistered(self)
        at = at or timezone.now()
        self._decline_open_offer(at=at)
        self.cancelled_because = because or {}
        self._cancel(by=by, reason=reason, at=at, hold=self._is_held_when_cancelled(by))

    def as_cancelled(
        self, *, by: "Registration.CancelledBy", reason: str, because: dict[str, str] | None, at: datetime
    ) -> "Registration":
        """Return what cancelling would make of a live registration, unsaved; nothing is changed."""
        cancelled = copy(self)
        cancelled.cancelled_because = because or {}
        cancelled._become_cancelled(by=by, reason=reason, at=at, hold=self._is_held_when_cancelled(by))
        cancelled.changed_at = at
        return cancelled

    def _is_held_when_cancelled(self, by: "Registration.CancelledBy") -> bool:
        return self.is_confirmed and by == self.CancelledBy.PERSON

    def _decline_open_offer(self, *, at: datetime) -> None:
        # Whoever stands otherwise has none.
        if self.state == self.State.OFFERED and (offer := self.offers.filter(outcome="").first()):
            offer.close(Offer.Outcome.DECLINED, at=at)

    def _cancel(self, *, by: "Registration.CancelledBy", reason: str, at: datetime, hold: bool) -> None:
        self._become_cancelled(by=by, reason=reason, at=at, hold=hold)
        self.save()

    def _become_cancelled(self, *, by: "Registration.CancelledBy", reason: str, at: datetime, hold: bool) -> None:
        if self.is_confirmed:
            # The invitation in their calendar is taken back.
            self.invitation_revision += 1
        self.state = self.State.CANCELLED
        self.cancelled_at, self.cancelled_by, self.cancel_reason = at, by, reason
        self.seat_held_until = at + UNDO_LASTS if hold else None

    def release_seat(self) -> None:
        """Hold the seat of a cancelled registration no longer."""
        self.seat_held_until = None
        self.save()

    def undo_cancelling(self, *, at: datetime | None = None) -> None:
        """Take the held seat back. Raises UndoTooLate after ten minutes."""
        if not self.can_undo_cancelling(at=at):
            raise UndoTooLate(self)
        self.come_back()
        self.state = self.State.CONFIRMED
        self.save()


class Offer(models.Model):
    """A place held for somebody on the waiting list until a deadline."""

    class Outcome(models.TextChoices):
        OPEN = "", _("Open")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")
        EXPIRED = "expired", _("Expired")

    registration = models.ForeignKey(
        Registration, models.CASCADE, related_name="offers", verbose_name=_("registration")
    )
    made_at = models.DateTimeField(_("made at"), default=timezone.now)
    expires_at = models.DateTimeField(_("open until"))
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)

    class Meta:
        verbose_name = _("offer")
        verbose_name_plural = _("offers")
        ordering = ["made_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["registration"], condition=Q(outcome=""), name="registration_has_one_open_offer"
            ),
            models.CheckConstraint(condition=Q(expires_at__gt=F("made_at")), name="offer_expires_after_it_is_made"),
            models.CheckConstraint(
                condition=Q(outcome="", closed_at__isnull=True) | Q(~Q(outcome=""), closed_at__isnull=False),
                name="closed_offer_has_its_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.registration}: {self.get_outcome_display()}"

    def close(self, outcome: "Offer.Outcome", *, at: datetime | None = None) -> None:
        self.outcome, self.closed_at = outcome, at or timezone.now()
        self.save(update_fields=["outcome", "closed_at"])


class Consent(models.Model):
    """One answer to one question about personal data. Answers are added; the latest counts, none means no."""

    class Purpose(models.TextChoices):
        NAME_LISTED = "name_listed", _("Show my name on the participants’ list")
        PHOTOS = "photos", _("Photos and film in which I can be recognised")
        NEWS = "news", _("Tell me about this project’s later events")

    registration = models.ForeignKey(
        Registration, models.CASCADE, related_name="consents", verbose_name=_("registration")
    )
    purpose = models.CharField(_("purpose"), max_length=20, choices=Purpose.choices)
    is_given = models.BooleanField(_("given"))
    wording = models.CharField(_("version of the wording"), max_length=20)
    language = models.CharField(_("language of the wording"), max_length=10)
    given_at = models.DateTimeField(_("answered at"), default=timezone.now)

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        ordering = ["given_at", "pk"]
        indexes = [models.Index(fields=["given_at"], name="consent_given_at")]

    def __str__(self) -> str:
        return f"{self.registration}: {self.get_purpose_display()}"
