"""What the lists of an event have in common: their rows are opened, saved, moved, deleted and brought back in one way.

The rows are sessions, speakers, documents and choice groups. The views say what differs.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ..editing import drafts
from ..editing.repeats import comes_again
from ..models import ChoiceGroup, Document, Event, Session, Speaker
from ..times import instant_in_words
from . import changes, order


@dataclass(frozen=True, slots=True)
class Rows:
    """A list of an event.

    `word` is what a row is called in addresses, drafts and templates; `restore` brings one back; `related` is read with
    each. `was_deleted` and `is_gone` tell whoever saves one that somebody else deleted, and `add_anew` is the button
    that saves it all the same once it cannot come back.
    """

    word: str
    model: type[Model]
    listed_at: str
    is_gone: Any
    add_anew: Any
    was_deleted: Any = ""
    restore: Callable[[Any], None] | None = None
    related: tuple[str, ...] = ()

    @property
    def template(self) -> str:
        return f"events/programme/{self.word}.html"

    @property
    def restored_at(self) -> str:
        return f"events:restore_{self.word}"

    @property
    def edited_at(self) -> str:
        return f"events:edit_{self.word}"

    @property
    def moved_at(self) -> str:
        return f"events:move_{self.word}"

    @property
    def deleted_at(self) -> str:
        return f"events:delete_{self.word}"

    def with_deleted(self, event: Event) -> QuerySet[Any]:
        everything: QuerySet[Any] = getattr(self.model, "with_deleted", self.model._default_manager).filter(event=event)
        return everything.select_related(*self.related) if self.related else everything

    def page(self, event: Event, **query: Any) -> str:
        """Return the address of the list, with what it is asked to point out."""
        asked = "&".join(f"{name}={value}" for name, value in query.items())
        return reverse(self.listed_at, args=[event.slug]) + (f"?{asked}" if asked else "")


SESSIONS = Rows(
    "session",
    Session,
    "events:organise_programme",
    was_deleted=_("This session was deleted while you were writing, on %(when)s. Nothing is saved yet."),
    is_gone=_("This session is not there any more. Nothing is saved yet."),
    add_anew=_("Add it as a new session"),
    restore=changes.restore_session,
    related=("venue", "room", "site", "choice_group"),
)
SPEAKERS = Rows(
    "speaker",
    Speaker,
    "events:organise_speakers",
    was_deleted=_("This speaker was deleted while you were writing, on %(when)s. Nothing is saved yet."),
    is_gone=_("This speaker is not there any more. Nothing is saved yet."),
    add_anew=_("Add them as a new speaker"),
    restore=changes.restore_speaker,
)
DOCUMENTS = Rows(
    "document",
    Document,
    "events:organise_documents",
    was_deleted=_("This document was deleted while you were writing, on %(when)s. Nothing is saved yet."),
    is_gone=_("This document is not there any more. Nothing is saved yet."),
    add_anew=_("Add it as a new document"),
    restore=changes.restore_document,
)
CHOICE_GROUPS = Rows(
    "choice_group",
    ChoiceGroup,
    "events:organise_programme",
    is_gone=_("This group was dissolved while you were writing. Nothing is saved yet."),
    add_anew=_("Add it as a new group"),
)


def row_of(event: Event, rows: Rows, key: int) -> Any:
    """Return a row of an event that is not deleted, or answer that it is not found."""
    row = get_object_or_404(rows.with_deleted(event), pk=key)
    if getattr(row, "deleted_at", None) is not None:
        raise Http404
    # The one at hand: looking it up again would cost a query.
    row.event = event
    return row


# --- The list ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Listed:
    """The rows of a list, each with the button that has the focus; what was deleted; what the last act deleted."""

    rows: list[tuple[Any, str]]
    deleted: list[Any]
    just_deleted: Any | None


def listed(request: HttpRequest, everything: QuerySet[Any]) -> Listed:
    """Return what a list shows, out of rows in their order, the deleted ones among them. One query."""
    there = list(everything)
    shown = [row for row in there if row.deleted_at is None]
    deleted = [row for row in there if row.deleted_at is not None]
    focus = request.GET.get("focus", "")
    return Listed(
        rows=[
            (row, order.button_to_press_again(focus, row.pk, is_first=row == shown[0], is_last=row == shown[-1]))
            for row in shown
        ],
        deleted=deleted,
        just_deleted=next((row for row in deleted if str(row.pk) == request.GET.get("deleted")), None),
    )


# --- One row -----------------------------------------------------------------------------------------------------

# A form for a row (None: a new one), with what was posted or, else, with what a draft holds.
MakeForm = Callable[[Any, Mapping[str, Any] | None, Mapping[str, Any] | None, dict[str, Any]], Any]


def edit(
    request: HttpRequest,
    event: Event,
    rows: Rows,
    key: int | None,
    *,
    form: MakeForm,
    context: Callable[[Any], dict[str, Any]] | None = None,
    leave: Callable[[Any], HttpResponse] | None = None,
    saves: bool = True,
) -> HttpResponse:
    """Add a row, with key None, or change one.

    `context` gives what the page shows beside the form of a row, `leave` where one goes once a row is saved; else that
    is the list. With `saves` False, what was typed is only shown again, in a form that may offer something else.
    """
    if request.method != "POST":
        return _page(request, event, rows, key, form=form, context=context, leave=leave, saves=saves)
    # What was typed is compared with what is stored, so nobody may store anything in between.
    with changes.changing_programme(event):
        return _page(request, event, rows, key, form=form, context=context, leave=leave, saves=saves)


def _page(
    request: HttpRequest,
    event: Event,
    rows: Rows,
    key: int | None,
    *,
    form: MakeForm,
    context: Callable[[Any], dict[str, Any]] | None,
    leave: Callable[[Any], HttpResponse] | None,
    saves: bool,
) -> HttpResponse:
    row = rows.with_deleted(event).filter(pk=key).first() if key is not None else None
    if row is not None:
        row.event = event
    lost = _what_was_lost(event, rows, key, row)
    if lost and request.method != "POST":
        return _deleted_page(request, event, rows, row)
    name = f"{rows.word}-{key or 'new'}"
    window = drafts.Window.of(request, event=event, form=name)
    is_posted = request.method == "POST" and saves
    filled = form(row, request.POST if is_posted else None, request.FILES if is_posted else None, {})
    if window.taken_up:
        filled = form(row, None, None, window.typed_in(filled))
    elif request.method == "POST" and not saves:
        filled = form(row, None, None, drafts.typed_into(filled, request.POST))
    if lost and is_posted and lost.button not in request.POST:
        filled.add_error(None, lost.words)
    if is_posted and filled.is_valid():
        if key is None and comes_again(request) and (added := rows.with_deleted(event).order_by("-pk").first()):
            return leave(added) if leave else redirect(rows.page(event))
        saved = filled.save()
        if row is not None and lost and rows.restore:
            rows.restore(saved)
        window.discard()
        messages.success(request, gettext("“%(row)s” is saved.") % {"row": saved})
        if words := filled.taken_over_in_words:
            messages.info(request, words)
        return leave(saved) if leave else redirect(rows.page(event))
    more = context(row) if context else {}
    shown = {"event": event, rows.word: row, "form": filled, "form_name": name, "window": window, "lost": lost, **more}
    return render(request, rows.template, shown, status=422 if filled.errors else 200)


@dataclass(frozen=True, slots=True)
class Lost:
    """Why a row that somebody writes cannot just be saved: in words, and the button that saves it all the same."""

    words: str
    button: str
    label: str


def _what_was_lost(event: Event, rows: Rows, key: int | None, row: Any) -> Lost | None:
    if key is not None and row is None:
        if rows.model._default_manager.filter(pk=key).exists():
            # It is of another event.
            raise Http404
        return Lost(str(rows.is_gone), "add_anew", str(rows.add_anew))
    deleted_at = getattr(row, "deleted_at", None)
    if deleted_at is None:
        return None
    when = instant_in_words(deleted_at, event)
    return Lost(str(rows.was_deleted) % {"when": when}, "bring_back", gettext("Bring it back and save"))


def _deleted_page(request: HttpRequest, event: Event, rows: Rows, row: Any) -> HttpResponse:
    """Say that a row was deleted, and offer to bring it back; one that is gone is not found."""
    if row is None:
        raise Http404
    context = {"event": event, "row": row, "list": rows, "list_address": rows.page(event)}
    return render(request, "events/programme/deleted.html", context, status=410)


def move(request: HttpRequest, event: Event, rows: Rows, key: int) -> HttpResponse:
    """Move one up or down in its list, as the button says that was pressed."""
    row = row_of(event, rows, key)
    where = request.POST.get("move", "")
    if where not in order.STEPS:
        raise Http404
    try:
        order.move(row, where)
    except changes.NoNeighbour:
        messages.info(request, gettext("“%(row)s” cannot move further.") % {"row": row})
    else:
        messages.success(request, gettext("“%(row)s” is moved.") % {"row": row})
    return redirect(rows.page(event, focus=f"{where}-{row.pk}"))


def delete(event: Event, rows: Rows, key: int) -> HttpResponse:
    """Delete one, and offer to undo it on the list."""
    with changes.changing_programme(event):
        row_of(event, rows, key).put_away()
    return redirect(rows.page(event, deleted=key))


def restore(request: HttpRequest, event: Event, rows: Rows, key: int, *, focus: str = "") -> HttpResponse:
    """Bring a deleted one back; one that is there stays as it is."""
    row = get_object_or_404(rows.with_deleted(event), pk=key)
    try:
        if row.deleted_at is not None and rows.restore:
            rows.restore(row)
    except changes.NameIsTaken:
        words = gettext("There is another “%(row)s” now. Rename that one first, then bring this one back.")
        messages.error(request, words % {"row": row})
    else:
        messages.success(request, gettext("“%(row)s” is back.") % {"row": row})
    return redirect(rows.page(event, **({"focus": focus} if focus else {})))
