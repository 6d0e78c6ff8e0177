from .attendance import AttendanceRecord, DoorAct, Signature
from .choices import Choice
from .decisions import ChangeRequest, Decision, PersonMerge, Reconfirmation
from .delegations import Delegation
from .door import Door, DoorHelper, DoorLink, ReplacedTicket
from .interests import Interest
from .invitations import Invitation
from .mail_texts import MailText
from .online import OnlineReport
from .persons import Person
from .private_feeds import PrivateFeed
from .proof import Certificate, ScannedList, SignedList
from .questions import Answer, Option, Question, QuestionVersion, TypedAnswers, Upload
from .reasons import Because
from .registrations import Consent, Offer, Registration, RegistrationQuerySet
from .sensitive_exports import SensitiveExport

__all__ = [
    "Answer",
    "AttendanceRecord",
    "Because",
    "Certificate",
    "ChangeRequest",
    "Choice",
    "Consent",
    "Decision",
    "Delegation",
    "Door",
    "DoorAct",
    "DoorHelper",
    "DoorLink",
    "Interest",
    "Invitation",
    "MailText",
    "Offer",
    "OnlineReport",
    "Option",
    "Person",
    "PersonMerge",
    "PrivateFeed",
    "Question",
    "QuestionVersion",
    "Reconfirmation",
    "Registration",
    "RegistrationQuerySet",
    "ReplacedTicket",
    "ScannedList",
    "SensitiveExport",
    "Signature",
    "SignedList",
    "TypedAnswers",
    "Upload",
]
