"""Who was there: acts are put on record and never changed, and presence is read back from them.

`recording` takes acts, one or many at once, repeated, late or out of order; `folding` says what a set of acts comes to;
`presence` counts it for an event, and `lists` tells it person by person, with times and minutes.
"""

from .lists import DayRow, day_list, minutes, programme_begins_at, programme_minutes, session_list
from .presence import DayPresence, Presence, attended_days, begun_days, presence
from .recording import (
    Act,
    Outcome,
    SignedList,
    check_in,
    check_out,
    heard_of,
    is_frozen,
    is_over,
    record,
    record_signed_list,
)
from .standing import Standing, standing_of

__all__ = [
    "Act",
    "DayPresence",
    "DayRow",
    "Outcome",
    "Presence",
    "SignedList",
    "Standing",
    "attended_days",
    "begun_days",
    "check_in",
    "check_out",
    "day_list",
    "heard_of",
    "is_frozen",
    "is_over",
    "minutes",
    "presence",
    "programme_begins_at",
    "programme_minutes",
    "record",
    "record_signed_list",
    "session_list",
    "standing_of",
]
