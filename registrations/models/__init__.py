from .attempts import Attempt
from .attendance import AttendanceRecord
from .interests import Interest
from .persons import Person
from .private_feeds import PrivateFeed
from .registrations import Consent, Offer, Registration, RegistrationQuerySet

__all__ = [
    "Attempt",
    "AttendanceRecord",
    "Consent",
    "Interest",
    "Offer",
    "Person",
    "PrivateFeed",
    "Registration",
    "RegistrationQuerySet",
]
