"""The page with the form of registering, and the one that is made once for everybody who opens it anew.

When registration opens, hundreds open the same empty form within minutes, and it differs between them in three short
texts alone: how many places are left, the signed instant of opening, and the protection against forged requests. Those
are blanks in what is kept, and are filled in for each reader (docs/decisions/kept-event-page.md).
"""

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from config.kept_pages import KeptPages, comes_with_nothing
from events.event_page import EventPage
from events.models import CalendarState, Event

from . import places, steps
from .admission import Admission
from .answers import Answer, answers_in_words, beside_in_words, consents_in_words
from .asking import NOTHING, Asking
from .form_fields import fields_of, organisations_of
from .forms import RegistrationForm

TEMPLATE = "registrations/register.html"
_empty = KeptPages(TEMPLATE, blanks=("csrf_token", "opened", "seats"))


def context_of(
    page: EventPage, form: RegistrationForm, admission: Admission, availability: places.Availability, *, step: str = ""
) -> dict[str, Any]:
    """Return what the template shows; `step` is the page of the long form, “” for the short one."""
    return {
        "event": page.event,
        "title": page.title,
        "opened": form["opened"].value(),
        "in_short": page.in_short,
        "form": form,
        "step": steps.show(form, step) if step else None,
        "fields": "" if step else fields_of(form),
        "answers": _to_check(form) if step == steps.CHECK else [],
        "organisations": organisations_of(page.event.project_id, page.version or CalendarState.current()),
        "about_approval": admission.about_approval,
        "availability": availability,
        "seats": _seats(page.event, availability),
    }


def empty_for_everybody(
    request: HttpRequest, page: EventPage, asking: Asking, admission: Admission, availability: places.Availability
) -> str | None:
    """Return the page of the empty short form as HTML, or None where it must be made for this reader.

    That is for whoever signed in or comes with something in the address or in a cookie, and where an event asks for
    more than the core.
    """
    is_the_same_for_all = page.version and asking.is_nothing and admission == Admission()
    if not (is_the_same_for_all and comes_with_nothing(request)):
        return None

    def made() -> dict[str, Any]:
        form = RegistrationForm(event=page.event, asking=NOTHING)
        return context_of(page, form, Admission(), availability)

    return _empty.filled(
        request,
        (page, availability.state, availability.only_waits),
        made,
        opened=RegistrationForm.opened_now(),
        seats=_seats(page.event, availability),
    )


def _seats(event: Event, availability: places.Availability) -> SafeString:
    context = {"event": event, "availability": availability}
    return render_to_string("registrations/includes/seats.html", context)


def _to_check(form: RegistrationForm) -> list[tuple[Answer, str]]:
    """Return each answer with the page of the form on which it is changed."""
    answers = [*answers_in_words(form.cleaned_data, form.event), *beside_in_words(form), *consents_in_words(form)]
    return [(answer, steps.step_of(answer.field)) for answer in answers]
