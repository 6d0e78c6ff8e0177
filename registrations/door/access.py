"""Who stands at a door: a helper with a link or a PIN, on the days of the event, or somebody who organises it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, transaction
from django.db.models import Model
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext, override

from accounts.letters import absolute_url
from accounts.limits import Act, Limit, allow, client_address, closed_until, count
from accounts.models import User
from events.models import Event
from projects.search import typed_words

from ..compiled import Compiled
from ..models import Door, DoorHelper, DoorLink
from ..models.door import door_closes_at, hash_of_key, new_pin

# A million PINs: whoever guesses from one network finds one in years, and many networks together not within the days of
# an event, while helpers who mistype are never kept out.
WRONG_PINS_OF_NETWORK = Limit("door pin of network", 10, timedelta(minutes=15))
WRONG_PINS_AT_DOOR = Limit("door pin at event", 200, timedelta(hours=1))
WRONG_HOST_PINS = Limit("host pin at door", 10, timedelta(minutes=15))
# How often it is noted that a device was seen.
SEEN_AGAIN = timedelta(minutes=1)


class NotLetIn(Exception):
    """The PIN or the link opens no door, or not today."""


class TriedTooOften(NotLetIn):
    """So many wrong PINs came that none is looked at for a while; `until` says how long."""

    def __init__(self, until: datetime) -> None:
        super().__init__(until)
        self.until = until


@dataclass(frozen=True, slots=True)
class AtTheDoor:
    """Who stands at the door of an event: a helper, or an organiser with an account."""

    event: Event
    helper: DoorHelper | None = None
    user: User | None = None

    @property
    def name(self) -> str:
        return self.helper.name if self.helper else self.user.name if self.user else ""

    @property
    def device(self) -> str:
        return self.helper.device if self.helper else ""

    @property
    def in_charge(self) -> User | None:
        """The organiser on whose behalf walk-ins are registered."""
        return self.helper.link.made_by if self.helper else self.user


def people_at_the_door(request: HttpRequest) -> bool:
    """Open to whoever asks; the view looks up who signed in at this door, and shows everybody else how to."""
    return True


def cookie_name(slug: str) -> str:
    return f"door-{slug}"


def _columns(model: type[Model], *names: str) -> list[str]:
    """All columns of a model, or some, in the order of the model, as `from_db` takes them."""
    return [field.attname for field in model._meta.concrete_fields if not names or field.attname in names]


# The rest of these, such as the secrets of a link, is for the host and read where it is asked for.
_OF_HELPER = _columns(DoorHelper, "id", "link_id", "name", "device", "seen_at", "unsent", "closed_at")
_OF_LINK = _columns(DoorLink, "id", "event_id", "made_by_id", "revoked_at")
_OF_EVENT = _columns(Event)
# What taking acts asks of an event. Reading the rest, its texts and translations, takes longer than the query.
_OF_EVENT_FOR_ACTS = _columns(
    Event,
    *("id", "slug", "language", "status", "date_precision", "starts_on", "ends_on", "start_time", "end_time"),
    *("time_zone", "mode", "places", "online_places", "project_id"),
)


def _helper_with(of_event: list[str]) -> Compiled[DoorHelper]:
    return Compiled(
        lambda key_hash, slug: DoorHelper.objects.filter(key_hash=key_hash, link__event__slug=slug).values_list(
            *_OF_HELPER, *(f"link__{name}" for name in _OF_LINK), *(f"link__event__{name}" for name in of_event)
        ),
        key_hash=str,
        slug=str,
    )


_HELPER, _HELPER_FOR_ACTS = _helper_with(_OF_EVENT), _helper_with(_OF_EVENT_FOR_ACTS)


def _helper(key: str, slug: str, *, sends: bool) -> DoorHelper | None:
    """Return the helper with a key at the door of an event, with their link and its event, in one query.

    For whoever `sends`, what of the event is not asked for acts is deferred.
    """
    compiled, columns = (_HELPER_FOR_ACTS, _OF_EVENT_FOR_ACTS) if sends else (_HELPER, _OF_EVENT)
    for row in compiled.tuples(key_hash=hash_of_key(key), slug=slug):
        of_helper, of_link = len(_OF_HELPER), len(_OF_HELPER) + len(_OF_LINK)
        helper = DoorHelper.from_db(DEFAULT_DB_ALIAS, _OF_HELPER, row[:of_helper])
        helper.link = DoorLink.from_db(DEFAULT_DB_ALIAS, _OF_LINK, row[of_helper:of_link])
        helper.link.event = Event.from_db(DEFAULT_DB_ALIAS, columns, row[of_link:])
        return helper
    return None


def at_the_door(
    request: HttpRequest, slug: str, *, sends: bool = False, at: datetime | None = None
) -> AtTheDoor | None:
    """Return who stands at the door of an event, or None: they are to sign in.

    Helpers see the list on the days of the event only. What happened then may be sent (`sends`) for a day more.
    """
    at = at or timezone.now()
    if key := request.COOKIES.get(cookie_name(slug), ""):
        helper = _helper(key, slug, sends=sends)
        if helper and (helper.may_send(at=at) if sends else helper.may_see_the_list(at=at)):
            _note_seen(helper, at)
            return AtTheDoor(helper.link.event, helper=helper)
    if request.user.is_authenticated:
        event = Event.objects.organised_by(request.user).select_related("project").filter(slug=slug).first()
        if event is not None:
            return AtTheDoor(event, user=request.user)
    return None


def _note_seen(helper: DoorHelper, at: datetime) -> None:
    if at - helper.seen_at >= SEEN_AGAIN:
        DoorHelper.objects.filter(pk=helper.pk).update(seen_at=at)


def link_for(
    request: HttpRequest, event: Event, *, pin: str = "", key: str = "", at: datetime | None = None
) -> DoorLink:
    """Return the link that a PIN or the key in a QR code opens the door by, on a day of the event.

    Raises NotLetIn, and TriedTooOften for a network or a door with too many wrong ones.
    """
    at = at or timezone.now()
    tries = (Act(WRONG_PINS_OF_NETWORK, client_address(request)), Act(WRONG_PINS_AT_DOOR, str(event.pk)))
    # Nobody guesses a key, so whoever comes by the QR code is let in also while somebody guesses PINs.
    if not key and (until := closed_until(tries, at=at)):
        raise TriedTooOften(until)
    links = DoorLink.objects.live().filter(event=event).select_related("event")
    link = next((one for one in links if _is_same(key, one.key) or (not key and _is_same(pin, one.pin))), None)
    if link is None:
        count(tries, at=at)
        raise NotLetIn
    if at.astimezone(event.zone).date() not in event.days:
        raise NotLetIn
    return link


def _is_same(shown: str, secret: str) -> bool:
    # Nothing opens what was sealed with another secret key.
    return bool(secret) and constant_time_compare(shown, secret)


def let_in(link: DoorLink, *, name: str, at: datetime | None = None) -> DoorHelper:
    """Let a helper in by a link that they have shown, with one device, which gets a name."""
    at, event = at or timezone.now(), link.event
    number = DoorHelper.objects.filter(link__event=event).count() + 1
    with override(event.language):
        device = gettext("Desk %(number)s") % {"number": number}
    return DoorHelper.objects.create(
        link=link, name=typed_words(name, longest=100), device=device, began_at=at, seen_at=at
    )


def has_link(event: Event, key: str) -> bool:
    """Whether a key is that of a link of an event's door, be it revoked."""
    return bool(key) and any(_is_same(key, one.key) for one in DoorLink.objects.filter(event=event).only("key"))


def note_unsent(by: AtTheDoor, unsent: object) -> None:
    """Note how many acts a device says that it still keeps, for the host to know before a day is settled."""
    helper = by.helper
    if helper is not None and isinstance(unsent, int) and 0 <= unsent <= 100_000 and unsent != helper.unsent:
        DoorHelper.objects.filter(pk=helper.pk).update(unsent=unsent)


def name_device(by: AtTheDoor, device: str) -> None:
    """Call the device of a helper as they named it: the host sees the same name beside it and in the log."""
    if by.helper is not None and device and device != by.helper.device:
        by.helper.device = device
        DoorHelper.objects.filter(pk=by.helper.pk).update(device=device)


def remember(response: HttpResponseBase, event: Event, helper: DoorHelper) -> None:
    """Keep a helper signed in on their device, until nothing is taken from it any more; another device is out."""
    response.set_cookie(
        cookie_name(event.slug),
        helper.take_new_key(),
        expires=door_closes_at(event),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def is_host_pin(event: Event, pin: str, who: str, *, at: datetime) -> bool:
    """Whether this is the PIN that lets somebody in over the limit. After too many wrong ones, none is for a while."""
    tries = (Act(WRONG_HOST_PINS, f"{event.pk} {who}"),)
    if closed_until(tries, at=at):
        return False
    door = getattr(event, "door", None)
    if door is not None and _is_same(pin, door.host_pin):
        return True
    allow(tries, at=at)
    return False


def new_link(event: Event, *, label: str, by) -> DoorLink:
    """Make a link for helpers, with a PIN that no other live link of the event has, nor its host."""
    with transaction.atomic():
        Event.objects.locked().get(pk=event.pk)
        # Whoever has helpers needs the PIN that lets somebody in over the limit.
        door, _is_new = Door.objects.get_or_create(event=event)
        if not door.host_pin:
            # It was sealed with another secret key.
            door.take_new_pin()
        taken = {*DoorLink.objects.live().filter(event=event).values_list("pin", flat=True)}
        taken |= {*Door.objects.filter(event=event).values_list("host_pin", flat=True)}
        pin = next(pin for pin in iter(new_pin, None) if pin not in taken)
        return DoorLink.objects.create(event=event, label=label, pin=pin, made_by=by)


def door_address(link: DoorLink) -> str:
    """Return the absolute address in the QR code of a link, which opens the door without a PIN."""
    return absolute_url("door:door", link.event.slug, language=link.event.language) + f"?key={link.key}"


def revoke(link: DoorLink, *, at: datetime | None = None) -> None:
    """Take a link back; whoever came in by it is out at their next request."""
    at = at or timezone.now()
    link.revoke(at=at)
    DoorHelper.objects.filter(link=link, closed_at=None).update(closed_at=at)
