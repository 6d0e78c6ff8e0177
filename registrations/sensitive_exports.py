"""Who took away what people said about health, food and identity: noted with the file, and shown to all organisers."""

from datetime import datetime

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from events.models import Event

from .form_parts import OneLineField
from .models import Answer, SensitiveExport

SHOWN = 20


class SensitiveExportForm(forms.Form):
    """What somebody needs such answers for."""

    use_required_attribute = False

    purpose = OneLineField(
        label=_("What do you need these answers for?"),
        max_length=300,
        too_long=_("Enter at most %(longest)s characters. You typed %(typed)s."),
        help_text=_(
            "Such as: the caterer plans the meals. Your name and this reason are kept, and all organisers see them."
        ),
        error_messages={"required": _("Enter what you need the answers for: it is kept, and all organisers see it")},
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
    )


def note(event: Event, *, by: User, purpose: str, extension: str, at: datetime | None = None) -> SensitiveExport:
    """Keep that such answers leave in a file. The caller hands it out only when this is stored."""
    answers = Answer.objects.filter(question__event=event, question__is_sensitive=True)
    asked = answers.order_by("question__position", "question").values_list("question", "question__label").distinct()
    return event.sensitive_exports.create(
        taken_by=by,
        taken_at=at or timezone.now(),
        purpose=purpose,
        asked=[label for _key, label in asked],
        people=answers.values("registration").distinct().count(),
        format=extension,
    )


def latest(event: Event) -> list[SensitiveExport]:
    """Return the latest of them, the newest first. One query."""
    return list(event.sensitive_exports.select_related("taken_by")[:SHOWN])
