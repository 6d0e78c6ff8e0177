"""What is printed for one person, on the page of their registration."""

from django import template

from ..models import Registration
from ..paper import is_printed_whole
from ..proof.certificates import hours_of_one, latest

register = template.Library()


@register.inclusion_tag("registrations/paper/of_person.html")
def papers_of(registration: Registration) -> dict[str, object]:
    """Show the ticket before the event is over, and the certificate after it; nothing to whoever has no place."""
    over = registration.event.is_over()
    shown: dict[str, object] = {
        "registration": registration,
        "has_ticket": registration.is_confirmed and not over,
        "is_whole": is_printed_whole(registration),
    }
    if registration.is_confirmed and over:
        hours = hours_of_one(registration)
        shown |= {"certificate": latest(registration), "hours": hours, "is_over": True}
    return shown
