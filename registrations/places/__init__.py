"""May this registration have these places? Every answer is given here, and every act that needs one goes through here.

Each act takes the lock of its event first and counts after that, so two of them never count the same free place
(docs/decisions/places.md). A place is taken by whoever is confirmed, by whoever has an open offer, for ten minutes by
whoever cancelled and may undo it, and by the seats of a delegation for which nobody is named yet. A hybrid event has
places in the room (`Event.places`) and online (`Event.online_places`); every other event has `Event.places`.
"""

from .changing import change
from .choosing import Chosen, check_choices, check_clashes, choose, count_all, option_places, session_places
from .counting import Counted, Left, find, free, live, lock, mode_at, taken
from .deciding import approve, hand_over, move_ahead, reject, restore
from .leaving import accept_offer, cancel, decline_offer, undo_cancelling
from .registering import Expected, Registered, correct, expected, register, register_in_transaction
from .settling import release_delegations, settle, settle_all
from .standing import Availability, Opening, availability

__all__ = [
    "Availability",
    "Chosen",
    "Counted",
    "Expected",
    "Left",
    "Opening",
    "Registered",
    "accept_offer",
    "approve",
    "availability",
    "cancel",
    "change",
    "check_choices",
    "check_clashes",
    "choose",
    "correct",
    "count_all",
    "decline_offer",
    "expected",
    "find",
    "free",
    "hand_over",
    "live",
    "lock",
    "mode_at",
    "move_ahead",
    "option_places",
    "register",
    "register_in_transaction",
    "reject",
    "release_delegations",
    "restore",
    "session_places",
    "settle",
    "settle_all",
    "taken",
    "undo_cancelling",
]
