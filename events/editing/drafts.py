"""What was typed and not saved: kept two seconds after the last key, offered again when the form is next opened.

Each window in which somebody opens a form keeps its own draft, so that two windows never overwrite each other. What
another window kept is offered; a window that takes it up goes on with it, unless it was changed over there meanwhile.
"""

import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.http import HttpRequest, QueryDict
from django.utils import timezone

from accounts.periodic import every

from ..models import Draft, Event
from .comparing import opened_values

KEPT_FOR = timedelta(days=60)
LONGEST = 200_000
MOST_DRAFTS = 60
MOST_OF_ONE_FORM = 10
# What is about the sending of a form, not about what was typed.
_NOT_TYPED = ("csrfmiddlewaretoken", "act", "window", "takes_up")
_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,32}")


class DraftRefused(Exception):
    """What was typed is too much to be kept."""


@dataclass(frozen=True, slots=True)
class Window:
    """A form that somebody has open in one window.

    `token` names what is kept of it. `taken_up` is the draft that goes on here, and `takes_up` names it as it was;
    `offered` are those that other windows kept, the youngest first.
    """

    user: Any
    event: Event | None
    form: str
    token: str
    takes_up: str = ""
    taken_up: Draft | None = None
    offered: list[Draft] = field(default_factory=list)

    @classmethod
    def of(cls, request: HttpRequest, *, event: Event | None, form: str) -> "Window":
        """Return the window that a form was posted from, or a new one; `?draft=` names the draft that goes on in it."""
        if request.method == "POST":
            return cls(request.user, event, form, _token(request.POST), request.POST.get("takes_up", ""))
        others = list(_drafts(request.user, event, form).order_by("-saved_at", "-pk")[:MOST_OF_ONE_FORM])
        taken_up, asked = None, request.GET.get("draft")
        if asked is not None and others:
            # A link that names none means the youngest.
            taken_up = next((draft for draft in others if draft.window == asked), others[0])
            others.remove(taken_up)
        takes_up = f"{taken_up.window}@{taken_up.saved_at.isoformat()}" if taken_up else ""
        return cls(request.user, event, form, secrets.token_urlsafe(12), takes_up, taken_up, others)

    def typed_in(self, form: Any) -> dict[str, Any]:
        """Return what the draft that goes on here holds as initial values for a form; nothing where none does."""
        if self.taken_up is None:
            return {}
        data = QueryDict(mutable=True)
        for name, values in self.taken_up.typed.items():
            data.setlist(name, values)
        return typed_into(form, data)

    def discard(self) -> None:
        """Forget what was typed here: it was saved, or is not wanted. What other windows kept stays."""
        _drafts(self.user, self.event, self.form).filter(window=self.token).delete()
        self._forget_what_it_took_up()

    @transaction.atomic
    def keep(self, data: QueryDict, *, at: datetime | None = None) -> Draft:
        """Keep what is typed here, instead of what was typed here before. Raises DraftRefused if it is too much."""
        typed = {name: values for name, values in data.lists() if name not in _NOT_TYPED}
        if sum(len(value) for values in typed.values() for value in values) > LONGEST:
            raise DraftRefused
        self._forget_what_it_took_up()
        of_form = _drafts(self.user, self.event, self.form)
        if not of_form.filter(window=self.token).exists():
            most = Draft.objects.filter(user=self.user, event=self.event).count() >= MOST_DRAFTS
            if most or of_form.count() >= MOST_OF_ONE_FORM:
                raise DraftRefused
        # PostgreSQL refuses NUL even in JSON.
        typed = {name: [value.replace("\0", "") for value in values] for name, values in typed.items()}
        based_on = opened_values((typed.get("opened_with") or [""])[-1])
        draft, _created = Draft.objects.update_or_create(
            user=self.user,
            event=self.event,
            form=self.form,
            window=self.token,
            defaults={"typed": typed, "based_on": based_on, "saved_at": at or timezone.now()},
        )
        return draft

    def _forget_what_it_took_up(self) -> None:
        if not self.takes_up:
            return
        window, _at, saved_at = self.takes_up.partition("@")
        if window and not _TOKEN.fullmatch(window):
            return
        for draft in _drafts(self.user, self.event, self.form).filter(window=window):
            # One that was kept again since then is still open over there.
            if draft.saved_at.isoformat() == saved_at:
                draft.delete()


def typed_into(form: Any, data: QueryDict) -> dict[str, Any]:
    """Return what was typed as initial values for a form, which then shows it without calling half a date wrong."""
    return {name: field.widget.value_from_datadict(data, {}, name) for name, field in form.fields.items()}


def _drafts(user: Any, event: Event | None, form: str) -> Any:
    return Draft.objects.filter(user=user, event=event, form=form)


def _token(data: QueryDict) -> str:
    token = data.get("window", "")
    return token if _TOKEN.fullmatch(token) else ""


@every(minutes=24 * 60)
def forget_old_drafts(*, at: datetime | None = None) -> None:
    """Forget what nobody came back to."""
    Draft.objects.filter(saved_at__lt=(at or timezone.now()) - KEPT_FOR).delete()
