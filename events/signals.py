"""What follows from a change that calendars and pages show: the version of everything visible rises.

A calendar program takes a new text only with a newer LAST-MODIFIED, so a renamed venue also touches the events at it.
Changes that bypass `save()` and `delete()`, such as `QuerySet.update()`, are not seen here.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Model, Q, Value
from django.db.models.functions import Greatest
from django.db.models.signals import m2m_changed, post_save, pre_delete
from django.utils import timezone

from projects.models import GoodPractice, Organisation, Partner, Phase, Project, Semester
from venues.models import Room, Site, Venue

from .models import (
    CalendarState,
    ChoiceGroup,
    Contribution,
    Document,
    Event,
    EventKind,
    EventLink,
    PlanChange,
    Session,
    Speaker,
)

# Where an event finds what it shows of each model. What is in the event itself is its own business: `save()` notes the
# time.
_SHOWN_THROUGH: dict[type[Model], tuple[str, ...]] = {
    Contribution: ("sessions__contributions",),
    # What it became is named in an event that was split or merged.
    Event: ("links_onward__outcome",),
    EventKind: ("kind",),
    EventLink: ("links_onward",),
    Organisation: ("host__organisation",),
    Partner: ("host",),
    PlanChange: ("changes",),
    Project: ("project",),
    Room: ("sessions__room",),
    Session: ("sessions",),
    Site: ("sessions__site",),
    Speaker: ("sessions__contributions__speaker",),
    Venue: ("venue", "sessions__venue"),
}
# Shown by pages, not by calendars. Phases and semesters say whether a project is over.
_ON_PAGES_ONLY = (ChoiceGroup, Document, GoodPractice, Phase, Semester)
# Seen by nobody until an event, a session or a partner refers to them.
_UNSEEN_WHEN_NEW = (EventKind, Organisation, Room, Site, Venue)

# What was saved inside `calendar_changes_at_once`, by model; None outside of it.
_saved_so_far: ContextVar[dict[type[Model], set[Any]] | None] = ContextVar("saved_so_far", default=None)


@contextmanager
def calendar_changes_at_once() -> Iterator[None]:
    """Make all changes inside one transaction and advance once at its end: for loaders, which save hundreds of rows."""
    if _saved_so_far.get() is not None:
        yield
        return
    with transaction.atomic():
        saved: dict[type[Model], set[Any]] = {}
        token = _saved_so_far.set(saved)
        try:
            yield
        finally:
            _saved_so_far.reset(token)
        for model, keys in saved.items():
            _touch_events(model, keys)
        if saved:
            CalendarState.advance()


def connect() -> None:
    """Listen to every model that calendars or pages show something of."""
    models: tuple[type[Model], ...] = (*_SHOWN_THROUGH, *_ON_PAGES_ONLY)
    for model in models:
        name = f"calendars follow {model.__name__}"
        post_save.connect(_saved, sender=model, dispatch_uid=name)
        # Before the delete, while the events can still be found through the object.
        pre_delete.connect(_deleting, sender=model, dispatch_uid=name)
    # Practices are on the page; the other two say in whose lists and calendars an event is.
    for relation in (Event.practices, Event.other_projects, Event.co_hosts):
        name = f"calendars follow {relation.field.name}"
        m2m_changed.connect(_relation_changed, sender=relation.through, dispatch_uid=name)


def _saved(sender: type[Model], instance: Model, created: bool, **kwargs: Any) -> None:
    if created and issubclass(sender, _UNSEEN_WHEN_NEW):
        return
    saved = _saved_so_far.get()
    if saved is not None:
        saved.setdefault(sender, set()).add(instance.pk)
        return
    _touch_events(sender, {instance.pk})
    CalendarState.advance()


def _deleting(sender: type[Model], instance: Model, **kwargs: Any) -> None:
    _touch_events(sender, {instance.pk})
    _advance(sender)


def _relation_changed(sender: type[Model], action: str, **kwargs: Any) -> None:
    if action.startswith("post_"):
        _advance(Event)


def _advance(model: type[Model]) -> None:
    saved = _saved_so_far.get()
    if saved is None:
        CalendarState.advance()
    else:
        saved.setdefault(model, set())


def _touch_events(model: type[Model], keys: set[Any]) -> None:
    paths = _SHOWN_THROUGH.get(model)
    if not paths or not keys:
        return
    shows_it = Q()
    for path in paths:
        shows_it |= Q(**{f"{path}__in": keys})
    # By key: a condition through the programme would find an event once per session.
    events = Event.objects.filter(shows_it).order_by().values("pk")
    # Later than before even where a clock stands still: what is stored is known by this moment.
    later = Greatest(Value(timezone.now()), F("changed_at") + timedelta(microseconds=1))
    Event.objects.filter(pk__in=events).update(changed_at=later)
