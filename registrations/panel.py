"""What the page of an event says about registering."""

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from config.kept_pages import KeptPages, comes_with_nothing
from events.event_page import EventPage

from .admission import Admission, admission_of
from .interests import may_be_joined
from .places import Opening, availability

_TEMPLATE = "registrations/includes/panel.html"
_for_everybody = KeptPages(_TEMPLATE)


def panel(request: HttpRequest, page: EventPage) -> SafeString:
    """Return whether people may register, how many places are left, and the button, as HTML.

    One query while registration is open. What is said of the same number of places is kept with the page.
    """
    now = availability(page.event)
    admission = admission_of(request, page.event) if now.is_open else Admission()

    def about() -> dict[str, object]:
        event = page.event
        return {
            "event": event,
            "availability": now,
            "admission": admission,
            "is_signed_in": request.user.is_authenticated,
            # Of an event that is over or cancelled, and never took registrations here, there is nothing to say.
            "is_shown": event.registration_opens_at is not None or now.opening not in (Opening.OVER, Opening.CANCELLED),
            "keeps_interest_list": may_be_joined(event, now),
            "contact": event.contact,
        }

    if page.version and admission == Admission() and comes_with_nothing(request):
        return _for_everybody.filled(request, (page, now), about)
    return render_to_string(_TEMPLATE, about(), request)
