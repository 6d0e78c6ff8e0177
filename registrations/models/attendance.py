import uuid

from django.conf import settings
from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, Value, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.models import Event, Session
from projects.models.never_changed import NeverChanged

from .registrations import Registration


class What(models.TextChoices):
    """What an act says. Whoever left had been there; whoever is absent had not, whatever was said before."""

    IN = "in", _("Came")
    OUT = "out", _("Left")
    ABSENT = "absent", _("Was not there")
    UNDO = "undo", _("Taken back")


class How(models.TextChoices):
    SCAN = "scan", _("Ticket scanned")
    NAME_SEARCH = "name_search", _("Found by name")
    WALK_IN = "walk_in", _("Registered at the door")
    SIGNATURE = "signature", _("Signed on the screen")
    SIGNED_LIST = "signed_list", _("Signed list")
    JOINED = "joined", _("Joined by their own link")
    ONLINE_REPORT = "online_report", _("Report of the online meeting")
    CORRECTION = "correction", _("Correction")


# Of the acts of one instant, those further on here are heard after those before: whoever came and left had left, and
# whoever was found absent was not there.
_HEARD = (What.IN, What.OUT, What.ABSENT, What.UNDO)
_WEIGHTS: dict[str, int] = {what: place for place, what in enumerate(_HEARD)}


def weight(what: str, how: str) -> int:
    """Say which of two acts of the same instant counts as the later one: that with the greater weight.

    A correction is heard after everything else, because somebody thought about it. Two acts of the same weight say the
    same. See also AttendanceQuerySet.weighed, and static/js/door/people.js for the acts of a phone.
    """
    return _WEIGHTS[what] + (len(_HEARD) if how == How.CORRECTION else 0)


class AttendanceQuerySet(models.QuerySet["AttendanceRecord"]):
    def weighed(self) -> "AttendanceQuerySet":
        """With the `weight` of each, as the function of that name gives it."""
        heard = Case(*(When(what=what, then=Value(place)) for place, what in enumerate(_HEARD)))
        corrected = Case(When(how=How.CORRECTION, then=Value(len(_HEARD))), default=Value(0))
        return self.alias(weight=heard + corrected)

    def in_order(self) -> "AttendanceQuerySet":
        """In the order in which they are heard: by the clock of the door, then by weight, and at last by id."""
        return self.weighed().order_by("happened_at", "weight", "act")  # type: ignore[misc]

    def of_days(self) -> "AttendanceQuerySet":
        """Records of presence on a whole day, without those of single sessions."""
        return self.filter(session__isnull=True)

    def standing(self) -> "AttendanceQuerySet":
        """Those that nobody took back. An undo takes back an act of the same registration, whichever arrived first."""
        undos = AttendanceRecord.objects.filter(undoes=OuterRef("act"), registration=OuterRef("registration"))
        return self.exclude(what=What.UNDO).exclude(Exists(undos))

    def present(self) -> "AttendanceQuerySet":
        """Those that say that somebody came, unless they were found absent afterwards: any of them is presence.

        See also attendance/folding.py, which says the same of rows that were read.
        """
        absent = AttendanceRecord.objects.standing().weighed()
        absent = absent.filter(
            Q(happened_at__gt=OuterRef("happened_at"))
            | Q(happened_at=OuterRef("happened_at"), weight__gt=OuterRef("weight")),
            what=What.ABSENT,
            registration=OuterRef("registration"),
            day=OuterRef("day"),
        )
        of_day = Q(session__isnull=True) & ~Exists(absent.filter(session__isnull=True))
        of_session = Q(session__isnull=False) & ~Exists(absent.filter(session=OuterRef("session")))
        return self.standing().weighed().filter(of_day | of_session, what=What.IN)


class AttendanceRecord(NeverChanged):
    """One fact of presence. Records are added, never changed: an undo and a correction are records too.

    Presence follows from the set of records alone, whatever order they arrived in: without those that were taken back,
    in the order in which they happened, and of two at the same instant the one with the greater weight last.
    """

    What = What
    How = How

    act = models.UUIDField(
        _("act"), default=uuid.uuid4, unique=True, editable=False, help_text=_("The same act sent twice is kept once.")
    )
    registration = models.ForeignKey(
        Registration, models.PROTECT, related_name="attendance", verbose_name=_("registration")
    )
    day = models.DateField(_("day"), help_text=_("The day of the event, in its own time zone."))
    session = models.ForeignKey(
        Session, models.PROTECT, null=True, blank=True, related_name="attendance", verbose_name=_("session")
    )
    what = models.CharField(_("what"), max_length=10, choices=What.choices)
    undoes = models.UUIDField(_("takes back the act"), null=True, blank=True)
    happened_at = models.DateTimeField(_("happened at"), default=timezone.now, help_text=_("By the clock of the door."))
    recorded_at = models.DateTimeField(_("recorded at"), default=timezone.now)
    came_at = models.DateTimeField(
        _("there since"),
        null=True,
        blank=True,
        help_text=_("Where somebody said so afterwards; else whoever came did so when it happened."),
    )
    how = models.CharField(_("how known"), max_length=20, choices=How.choices)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    device = models.CharField(_("device"), max_length=100, blank=True)
    helper = models.CharField(_("helper at the door"), max_length=100, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("by")
    )

    objects = AttendanceQuerySet.as_manager()

    class Meta:
        verbose_name = _("attendance record")
        verbose_name_plural = _("attendance records")
        ordering = ["happened_at", "act"]
        indexes = [
            models.Index(fields=["registration", "day", "-happened_at"], name="attendance_latest_of_day"),
            models.Index(fields=["undoes"], condition=Q(undoes__isnull=False), name="attendance_undoes"),
            models.Index(fields=["recorded_at"], name="attendance_recorded_at"),
            # Asked of each record that says that somebody came, and there are few.
            models.Index(fields=["registration", "day"], condition=Q(what="absent"), name="attendance_absent"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(how="correction") | ~Q(reason=""), name="attendance_correction_has_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(what="undo", undoes__isnull=False) | Q(~Q(what="undo"), undoes__isnull=True),
                name="undo_says_what_it_takes_back",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.registration}, {self.day}: {self.get_what_display()}"

    @property
    def is_present(self) -> bool:
        """Whether this alone says that somebody came."""
        return self.what == What.IN


class Kept(models.TextChoices):
    """Why an act at the door does not count."""

    FORGED = "forged", _("The code is not one of ours")
    UNKNOWN = "unknown", _("Not on this list")
    REPLACED = "replaced", _("The ticket was replaced by a newer one")
    OTHER_EVENT = "other_event", _("A ticket of another event")
    WAITING = "waiting", _("On the waiting list")
    OFFERED = "offered", _("A place is offered, and not accepted yet")
    FOR_APPROVAL = "for_approval", _("Waiting for approval")
    CANCELLED = "cancelled", _("Cancelled")
    NOT_A_DAY = "not_a_day", _("Not a day of the event")
    NOT_BEGUN = "not_begun", _("The day had not begun")
    DAY_OVER = "day_over", _("The day was over: the host puts it right, with the reason")
    NOT_A_SESSION = "not_a_session", _("Not a session of this day of the event")
    NO_REASON = "no_reason", _("A correction without its reason")
    USED = "used", _("The id of another act")
    FULL = "full", _("Every place is taken")
    WRONG_PIN = "wrong_pin", _("The host’s PIN is wrong")
    NOT_REGISTERED = "not_registered", _("The walk-in lacks what registering needs")
    UNREADABLE = "unreadable", _("Not understood")
    UNDO_WAITS = "undo_waits", _("Takes back an act that has not arrived yet")


class DoorAct(models.Model):
    """An act that was sent and does not count, with the reason; or an undo that waits for what it takes back.

    What counts is an AttendanceRecord, so that both together are the whole log of a door.
    """

    Kept = Kept

    event = models.ForeignKey(Event, models.CASCADE, related_name="door_acts", verbose_name=_("event"))
    act = models.UUIDField(_("act"), unique=True)
    registration = models.ForeignKey(
        Registration, models.CASCADE, null=True, blank=True, related_name="door_acts", verbose_name=_("registration")
    )
    what = models.CharField(_("what"), max_length=10, choices=What.choices)
    undoes = models.UUIDField(_("takes back the act"), null=True, blank=True, db_index=True)
    day = models.DateField(_("day"), null=True, blank=True)
    happened_at = models.DateTimeField(_("happened at"))
    recorded_at = models.DateTimeField(_("recorded at"), default=timezone.now)
    how = models.CharField(_("how known"), max_length=20, choices=How.choices)
    kept_because = models.CharField(_("does not count because"), max_length=20, choices=Kept.choices)
    written_in = models.CharField(
        _("written in"), max_length=410, blank=True, help_text=_("Name and organisation of whom a device wrote in.")
    )
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    device = models.CharField(_("device"), max_length=100, blank=True)
    helper = models.CharField(_("helper at the door"), max_length=100, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("by")
    )

    class Meta:
        verbose_name = _("act at the door that does not count")
        verbose_name_plural = _("acts at the door that do not count")
        ordering = ["happened_at", "act"]

    def __str__(self) -> str:
        return f"{self.act}: {self.get_kept_because_display()}"


class Signature(models.Model):
    """What somebody signed on a screen: their name as they typed it, or what they drew.

    `act` is the act of the record that it belongs to. `path` is the drawing as the path of an SVG, “M0 0L10 20”, in a
    field of 1000 by 300.
    """

    act = models.UUIDField(_("act"), unique=True)
    registration = models.ForeignKey(
        Registration, models.CASCADE, related_name="signatures", verbose_name=_("registration")
    )
    typed = models.CharField(_("typed name"), max_length=200, blank=True)
    path = models.TextField(_("drawing"), blank=True)
    signed_at = models.DateTimeField(_("signed at"), default=timezone.now)

    class Meta:
        verbose_name = _("signature")
        verbose_name_plural = _("signatures")
        ordering = ["signed_at", "pk"]

    def __str__(self) -> str:
        return self.typed or f"{self.registration}"

    @property
    def svg(self) -> str:
        """The drawing as a picture; "" for a typed name."""
        if not self.path:
            return ""
        return (
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1000 300">'
            f'<path d="{self.path}" fill="none" stroke="#000" stroke-width="8" stroke-linecap="round" '
            'stroke-linejoin="round"/></svg>'
        )
