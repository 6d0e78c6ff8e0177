"""What was typed and not saved: kept two seconds after the last key, offered again when the form is next opened."""

from datetime import datetime, timedelta
from typing import Any

from django.http import QueryDict
from django.utils import timezone

from accounts.periodic import every

from ..models import Draft, Event
from .comparing import opened_values

KEPT_FOR = timedelta(days=60)
LONGEST = 200_000
MOST_FORMS = 60
# What is about the sending of a form, not about what was typed.
_NOT_TYPED = ("csrfmiddlewaretoken", "act")


class DraftRefused(Exception):
    """What was typed is too much to be kept."""


def keep(*, user, event: Event | None, form: str, data: QueryDict, at: datetime | None = None) -> Draft:
    """Keep what somebody typed into a form, instead of what they typed before. Raises DraftRefused if too much."""
    typed = {name: values for name, values in data.lists() if name not in _NOT_TYPED}
    if sum(len(value) for values in typed.values() for value in values) > LONGEST:
        raise DraftRefused
    drafts = Draft.objects.filter(user=user, event=event)
    if not drafts.filter(form=form).exists() and drafts.count() >= MOST_FORMS:
        raise DraftRefused
    # PostgreSQL refuses NUL even in JSON.
    typed = {name: [value.replace("\0", "") for value in values] for name, values in typed.items()}
    based_on = opened_values((typed.get("opened_with") or [""])[-1])
    draft, _created = Draft.objects.update_or_create(
        user=user,
        event=event,
        form=form,
        defaults={"typed": typed, "based_on": based_on, "saved_at": at or timezone.now()},
    )
    return draft


def kept(*, user, event: Event | None, form: str) -> Draft | None:
    """Return what somebody typed into a form and neither saved nor discarded."""
    return Draft.objects.filter(user=user, event=event, form=form).first()


def discard(*, user, event: Event | None, form: str) -> None:
    """Forget it: it was saved, or is not wanted."""
    Draft.objects.filter(user=user, event=event, form=form).delete()


@every(minutes=24 * 60)
def forget_old_drafts(*, at: datetime | None = None) -> None:
    """Forget what nobody came back to."""
    Draft.objects.filter(saved_at__lt=(at or timezone.now()) - KEPT_FOR).delete()


def typed_in(form: Any, draft: Draft) -> dict[str, Any]:
    """Return what was typed as initial values for a form, which then shows it without calling half a date wrong."""
    data = QueryDict(mutable=True)
    for name, values in draft.typed.items():
        data.setlist(name, values)
    return {name: field.widget.value_from_datadict(data, {}, name) for name, field in form.fields.items()}
