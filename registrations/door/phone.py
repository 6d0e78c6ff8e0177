"""The door as an app on a phone: which files it is made of, how long a phone may keep the list, and what it says.

The files are asked for by their plain names, so that modules find each other and a phone keeps one coherent set. What
tells one set from the next is a sum over all of them.
"""

import hashlib
from datetime import datetime, time, timedelta
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.utils import timezone
from django.utils.translation import gettext as _

from events.models import Event

_SCRIPTS = (
    "acts",
    "app",
    "camera",
    "clock",
    "codes",
    "decoder",
    "desk",
    "hands",
    "history",
    "kiosk",
    "list",
    "page",
    "people",
    "places",
    "queue",
    "result",
    "scanning",
    "screens",
    "senses",
    "settings",
    "signature",
    "signing",
    "state",
    "store",
    "walk_ins",
)
FILES = {
    "trajectum_css": "css/trajectum.css",
    "door_css": "css/door.css",
    "icon": "icon.svg",
    **{f"{name}_js": f"js/door/{name}.js" for name in _SCRIPTS},
    "reader": "vendor/zxing-wasm/reader.js",
    "reader_wasm": "vendor/zxing-wasm/zxing_reader.wasm",
}
WORKER = "js/door/worker.js"
TICKET_WORKER = "js/ticket/worker.js"
# Drawings of icon.svg for what reads no SVG; phones fetch them when they install the app, so it keeps none of them. An
# iPhone rounds corners by itself, and other phones cut a maskable one to any shape around its inner four fifths.
APPLE_ICON = "icon-180.png"
ICONS = (
    ("icon.svg", "any", "image/svg+xml", "any"),
    ("icon-192.png", "192x192", "image/png", "any"),
    ("icon-512.png", "512x512", "image/png", "any"),
    ("icon-maskable-512.png", "512x512", "image/png", "maskable"),
)
# The list stays readable on a phone for so long after the last day of the event, and never longer.
LIST_STAYS = timedelta(hours=24)
# An organiser who opens the door of an event that is long over keeps its list for so long.
LIST_STAYS_AFTERWARDS = timedelta(hours=1)


def addresses() -> dict[str, str]:
    """Return the address of each file of the app, by a name that templates can use."""
    return {name: settings.STATIC_URL + path for name, path in FILES.items()}


def apple_icon() -> str:
    """Return the address of the icon that an iPhone puts on its first page."""
    return settings.STATIC_URL + APPLE_ICON


def icons() -> list[dict[str, str]]:
    """Return the icons of the app as a manifest names them."""
    return [
        {"src": settings.STATIC_URL + path, "sizes": sizes, "type": media_type, "purpose": purpose}
        for path, sizes, media_type, purpose in ICONS
    ]


@lru_cache
def worker() -> str:
    """Return the text of the service worker: the files that it keeps and the sum over them, then what it does."""
    contents = {path: Path(str(finders.find(path))).read_bytes() for path in (*FILES.values(), WORKER)}
    version = hashlib.sha256(b"".join(contents.values())).hexdigest()[:16]
    files = ", ".join(f'"{address}"' for address in addresses().values())
    return f'const VERSION = "{version}";\nconst FILES = [{files}];\n{contents[WORKER].decode()}'


@lru_cache
def ticket_worker() -> str:
    """Return the text of the service worker that opens kept tickets."""
    return Path(str(finders.find(TICKET_WORKER))).read_text()


def list_is_forgotten_at(event: Event, *, at: datetime | None = None) -> datetime:
    """Return when a phone that opens the door, or a ticket, now must have forgotten it, an aware datetime."""
    soonest = (at or timezone.now()) + LIST_STAYS_AFTERWARDS
    if not event.days:
        return soonest
    ends_at = datetime.combine(event.days[-1] + timedelta(days=1), time.min, event.zone)
    return max(ends_at + LIST_STAYS, soonest)


def cookie_name(event: Event) -> str:
    """Return the cookie whose secret makes the key of the list on a phone."""
    return f"door-list-{event.pk}"


def words() -> dict[str, str]:
    """Return what the app says, in the current language; {name} and the like are filled in on the phone."""
    return {
        # The strip on top
        "starting": _("Starting…"),
        "online": _("Online, all sent"),
        "sending": _("Online, sending {count}"),
        "offline": _("No network, {count} kept on this phone"),
        "offline_none": _("No network. Go on: everything is kept on this phone."),
        "signed_out": _("Not signed in any more, {count} kept on this phone."),
        "signed_out_none": _("Not signed in any more."),
        "ready": _("Ready: {count} people on this phone, works without network."),
        "ready_online": _("Ready: {count} people on this phone."),
        "clock_wrong": _(
            "The clock of this phone is wrong by {count} minutes. Times are written down as the server’s clock says."
        ),
        # What keeps the app from working
        "no_storage": _(
            "This window keeps nothing, so it cannot work without network. A private window does that: open the link "
            "in an ordinary one."
        ),
        "no_crypto": _("This browser or this address (without https) cannot keep the list safely on the phone."),
        "no_list": _("The list is not on this phone yet and cannot be fetched. This page tries again by itself."),
        "key_gone": _("The list on this phone is locked until there is network once. What you did is kept."),
        # Results
        "welcome": _("Welcome"),
        "already": _("Already here"),
        "since": _("Since {time}"),
        "since_at": _("Since {time}, {desk}"),
        "not_listed": _("Not on this list"),
        "not_listed_what": _(
            "A genuine ticket, but of another event, replaced, or newer than the list. Search the name."
        ),
        "forged": _("Not a ticket"),
        "forged_what": _("This code was not made by us. Search the name."),
        "other_day": _("Other day"),
        "other_day_what": _("Their place is for other days. Ask the host."),
        "not_today": _("This is not today."),
        "day_over": _("This day is over"),
        "day_over_what": _(
            "This day is over. Whoever organises the event puts it right under Attendance, with the reason."
        ),
        "day_not_begun": _("This day has not begun"),
        "day_not_begun_what": _("Nobody can be there yet. Choose today where it says “Day”."),
        "waiting": _("On the waiting list"),
        "waiting_what": _("They have no place yet. Ask the host whether one is free."),
        "offered": _("Place offered"),
        "offered_what": _("They have not accepted it yet. The link in their mail does it."),
        "for_approval": _("Waiting for approval"),
        "for_approval_what": _("The host has not decided yet. Ask the host."),
        "cancelled": _("Cancelled"),
        "cancelled_what": _("They have no place any more. Ask the host, or write them in."),
        "replaced": _("Replaced ticket"),
        "replaced_what": _("This code was replaced by a newer one. Search the name."),
        "maybe_full": _("May not have a place"),
        "maybe_full_what": _(
            "As far as this phone knows, every place is taken. The server decides when there is network. Ask the host: "
            "their PIN lets somebody in."
        ),
        "refused": _("Refused"),
        "refused_count": _("Refused: {count}"),
        "refused_later": _("Refused after you let them in: {count}"),
        "left": _("Left"),
        "undone": _("Undone"),
        "signed": _("Signed"),
        "trial": _("Trial: nobody was checked in."),
        "trial_ready": _("Trial: scan any code now."),
        "kept": _("Kept in the log, not counted"),
        "waits": _("Waits to be sent"),
        "counted": _("Counted"),
        # People
        "here_since": _("Here, {time}"),
        "left_at": _("Left, {time}"),
        "check_in": _("Check in {name}"),
        "leaves": _("{name} leaves"),
        "undo": _("Undo: {name}"),
        "check_in_short": _("Check in"),
        "leaves_short": _("Leaves"),
        "undo_short": _("Undo"),
        "mend_short": _("Write in again"),
        "found": _("People found: {count}"),
        "found_more": _("People found: {count}. The first {shown} are shown; type more of the name."),
        "found_none": _("Nobody matches. Try another part of the name."),
        "counter": _("{here} of {expected} here, walk-ins: {walk_ins}, in ten minutes: {lately}"),
        "whole_day": _("The whole day"),
        "places_left": _("Free places: {count}"),
        "places_none": _("The event is full. Writing in needs the host’s PIN."),
        # Writing somebody in, signing, settings
        "name_missing": _("Enter the name."),
        "organisation_missing": _("Enter the organisation."),
        "country_missing": _("Choose the country."),
        "email_wrong": _("Enter an email address such as name@example.org, or leave it empty."),
        "told_missing": _("Tell them how their data is used, then tick the box."),
        "sign_for": _("Signature: {name}"),
        "sign_missing": _("Draw your signature, or type your name and tick the box."),
        "digits_missing": _("Enter four digits."),
        "digits_wrong": _("These are other digits."),
        "kiosk_full": _("Welcome. Hold your code in front of the camera."),
        # The camera
        "camera_refused": _(
            "The browser may not use the camera. Allow it in the settings of this page, or search the name."
        ),
        "camera_missing": _("There is no camera here. Search the name, or use a hand scanner."),
        "camera_failed": _("The camera does not start. Is another program using it?"),
        "no_code": _("There is no code in this picture."),
        # Closing
        "close_unsent": _("Not sent yet: {count}. Find some network first, or what you did stays on this phone only."),
        "close_all_sent": _("All is sent."),
        "closed": _("Checked in on this phone: {count}."),
        "closed_kept": _("Not sent: {count}. Open the door again where there is network."),
    }
