"""May this registration have this place? Every answer is given here, and every act that needs one goes through here.

Each act takes the lock of its event first and counts after that, so two of them never count the same free place
(docs/decisions/places.md). A place is taken by whoever is confirmed, by whoever has an open offer, and for ten minutes
by whoever cancelled and may undo it. At a hybrid event the places are those of the room; online there is no limit.
"""

from .changing import change
from .counting import free, lock, mode_at, taken
from .leaving import accept_offer, cancel, decline_offer, undo_cancelling
from .registering import Expected, Registered, correct, expected, register
from .settling import settle, settle_all
from .standing import Availability, Opening, availability

__all__ = [
    "Availability",
    "Expected",
    "Opening",
    "Registered",
    "accept_offer",
    "availability",
    "cancel",
    "change",
    "correct",
    "decline_offer",
    "expected",
    "free",
    "lock",
    "mode_at",
    "register",
    "settle",
    "settle_all",
    "taken",
    "undo_cancelling",
]
