"""What is written to the log, and how much of it."""

import logging
import re

from django.core.exceptions import PermissionDenied

# Addresses that open what they name for whoever holds them: registrations, invitations, tickets, the meeting online,
# interest lists, surveys, private calendars, sign-ins, evidence for auditors; doors, invitations and documents by a
# parameter.
_SECRET = re.compile(
    r"(/(?:registrations|invitations|t|join|interest|surveys|calendars/private|sign-in|audit)/|[?&](?:key|invitation)=)"
    r"[^/\s?&.]{16,}"
)


class RefusalsInOneLine(logging.Filter):
    """Leave out the traceback of somebody who may not see a page: it is an answer, not a fault."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and isinstance(record.exc_info[1], PermissionDenied):
            record.exc_info = None
        return True


class SecretsMasked(logging.Filter):
    """Write no address that is a key, such as the link of a registration: who reads the log is not its holder."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        if (masked := _SECRET.sub(r"\1…", message)) != message:
            record.msg, record.args = masked, ()
        return True
