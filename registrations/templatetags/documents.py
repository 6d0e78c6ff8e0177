"""Documents for people who are registered, on the page of their registration: `{% load documents %}`.

Events know nobody who is registered, so the addresses that open these files are made here.
"""

from typing import Any

from django import template

from events.programme.documents import ShownDocument, key_for, said_to_readers

from ..models import Registration

register = template.Library()


@register.inclusion_tag("registrations/includes/documents.html")
def documents_for(registration: Registration) -> dict[str, Any]:
    """List what is open to whoever has a seat, beside what everybody sees; nothing for others. One query."""
    if registration.state != Registration.State.CONFIRMED:
        return {}
    documents = said_to_readers(registration.event.documents.for_registered(), registration.event)
    shown = [ShownDocument.of(document, key=key_for(document)) for document in documents]
    return {"documents": shown, "has_links": any(document.address for document in shown)}
