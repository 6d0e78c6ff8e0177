from .attempts import Attempt
from .attendance import AttendanceRecord
from .persons import Person
from .registrations import Consent, Offer, Registration, RegistrationQuerySet

__all__ = ["Attempt", "AttendanceRecord", "Consent", "Offer", "Person", "Registration", "RegistrationQuerySet"]
