"""The fields of the form of registering, as HTML.

Most who open the form get it empty, and the fields of an empty form are the same for everybody, so they are made once:
rendering them takes longer than everything else on the page.
"""

from functools import lru_cache

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from .forms import RegistrationForm, partner_names

# By language, and by which fields the form has: a handful.
_empty: dict[tuple[str | None, ...], SafeString] = {}


def fields_of(form: RegistrationForm) -> SafeString:
    """Return the fields of the short form with what was typed in them, if anything was."""
    # What an event asks beside the core says how many places are left, and is made for each reader.
    if form.is_bound or form.is_correction or form.initial.keys() - {"opened"} or not form.asking.is_nothing:
        return _made(form)
    key = (get_language(), *form.fields)
    if key not in _empty:
        _empty[key] = _made(form)
    return _empty[key]


@lru_cache
def organisations_of(project: int, version: int) -> SafeString:
    """Return the names that the field of the organisation offers, as HTML; `version` is that of everything visible."""
    return render_to_string("registrations/includes/organisations.html", {"names": partner_names(project, version)})


def _made(form: RegistrationForm) -> SafeString:
    return render_to_string("registrations/includes/registration_fields.html", {"form": form})
