"""Ticking who came, day by day."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import partial
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRedirect

from accounts.access import access
from events.models import Event, Session
from events.organised import organised_event
from events.times import instant_in_words, whose_clock_in_words
from projects.access import people_with_a_role

from ..attendance import (
    DayPresence,
    begun_days,
    check_in,
    check_out,
    is_frozen,
    is_over,
    presence,
    record_signed_list,
    standing_of,
)
from ..attendance_forms import SignedListForm, TickForm
from ..exceptions import (
    ActUsedElsewhere,
    DayNotBegun,
    NotADayOfTheEvent,
    NotConfirmed,
    ReasonMissing,
    RegistrationRefused,
)
from ..models import AttendanceRecord, Registration
from ..people import PAGE_SIZE, PeopleList


@dataclass(frozen=True, slots=True)
class Tick:
    """One person on one day or in one session: since when they are here, in words, what was recorded about it, and the
    id that the next tick of the row gets. `typed` is a correction with something wrong, to be typed again; `is_signed`
    says that the box beside it was ticked.
    """

    registration: Registration
    is_here: bool
    since: str
    act: uuid.UUID
    records: list[str]
    typed: dict[str, str]
    is_signed: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """A session of the day, or the whole day, as a choice above the list."""

    title: str
    address: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the event as a choice above the list."""

    presence: DayPresence
    address: str
    is_chosen: bool


@access(people_with_a_role)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def attendance(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the people with a place on one day of an event, and tick who is there.

    With htmx, a tick answers with its row only; without, with the page where it was.
    """
    event = organised_event(request, slug)
    if request.method == "POST":
        return (
            _save_list(request, event) if "people" in request.POST or "list" in request.POST else _tick(request, event)
        )
    return _page(request, event)


def _page(
    request: HttpRequest,
    event: Event,
    *,
    status: int = 200,
    form: SignedListForm | None = None,
    wrong: TickForm | None = None,
) -> HttpResponse:
    listing = PeopleList(search=PeopleList.of(request.GET).search, state=Registration.State.CONFIRMED)
    begun = begun_days(event)
    day = _chosen_day(request, event, begun)
    context = {"event": event, "listing": listing, "day": day, "begun": begun, "form": form, "wrong": wrong}
    if day is not None:
        counted = presence(event)
        sessions = _sessions_of(event, day)
        session = next((one for one in sessions if str(one.pk) == request.GET.get("session")), None)
        page = Paginator(listing.people(event), PAGE_SIZE).get_page(request.GET.get("page"))
        frozen = day in begun and is_frozen(event, day)
        context |= {
            "page": page,
            "ticks": _ticks(event, page.object_list, day, session, form=form, wrong=wrong),
            "is_frozen": frozen,
            "needs_reason": frozen or (day in begun and is_over(event, day, at=timezone.now())),
            "signed": form or SignedListForm(event=event),
            "session": session,
            "parts": _parts(listing, day, sessions, session),
            "zone": whose_clock_in_words(event, day),
            "presence": counted.on(day),
            "days": [Day(of_day, _query(listing, of_day.day), of_day.day == day) for of_day in counted.days],
            "query": _query(listing, day, session)[1:] + "&",
            "not_yet": "" if day in begun else not_yet_in_words(event, day),
            "list_act": uuid.uuid4(),
        }
    return render(request, "registrations/attendance.html", context, status=status)


def _chosen_day(request: HttpRequest, event: Event, begun: list[date]) -> date | None:
    """Return the day of the address, else today, the last day of an event that is over, the first of one to come."""
    try:
        asked = parse_date(request.GET.get("day", ""))
    except ValueError:
        asked = None
    if asked in event.days:
        return asked
    return begun[-1] if begun else next(iter(event.days), None)


def _sessions_of(event: Event, day: date) -> list[Session]:
    """The sessions of a day, in their order."""
    number = event.days.index(day) + 1
    return list(event.sessions.in_order().filter(day=number))


def _parts(listing: PeopleList, day: date, sessions: list[Session], chosen: Session | None) -> list[Part]:
    if not sessions:
        return []
    whole = Part(gettext("The whole day"), _query(listing, day), chosen is None)
    return [whole, *(Part(str(one), _query(listing, day, one), one == chosen) for one in sessions)]


def _ticks(
    event: Event,
    registrations: Iterable[Registration],
    day: date,
    session: Session | None = None,
    *,
    form: SignedListForm | None = None,
    wrong: TickForm | None = None,
) -> list[Tick]:
    registrations = list(registrations)
    standings = standing_of(registrations, day, session)
    signed = set(form.data.getlist("people")) if form else set()  # type: ignore[attr-defined]
    ticks = []
    for registration in registrations:
        standing = standings.get(registration.pk)
        since = _since(event, standing.since, day) if standing and standing.since else ""
        records = [_record_in_words(event, record, day) for record in standing.acts] if standing else []
        key = str(registration.pk)
        typed = {name: wrong.data.get(name, "") for name in _TYPED} if wrong and wrong.data.get("person") == key else {}
        ticks.append(Tick(registration, bool(since), since, uuid.uuid4(), records, typed, key in signed))
    return ticks


_TYPED = ("since", "reason")


def _record_in_words(event: Event, record: AttendanceRecord, day: date) -> str:
    """Say one record in a line: when, what, how known, who stood there, and the reason of a correction."""
    who = [record.helper or str(record.recorded_by or ""), record.device]
    said = [_since(event, record.happened_at, day), record.get_what_display(), record.get_how_display(), *who]
    if record.came_at:
        said.insert(2, gettext("there since %(time)s") % {"time": _since(event, record.came_at, day)})
    return ", ".join(part for part in [*said, record.reason] if part)


def _since(event: Event, at: datetime, day: date) -> str:
    """The clock time alone for a tick of that day, whose zone the page names once; else the whole instant."""
    local = at.astimezone(event.zone)
    return f"{local:%H:%M}" if local.date() == day else instant_in_words(at, event, short=True)


def _tick(request: HttpRequest, event: Event) -> HttpResponse:
    form = TickForm(request.POST, event=event)
    if not form.is_valid() and set(form.errors) == {"since"}:
        if request.htmx:  # type: ignore[attr-defined]
            return _refused(request, str(form.errors["since"][0]))
        return _page(request, event, status=422, wrong=form)
    if not form.is_valid():
        return _refused(request, gettext("Nothing was changed, because this page was out of date. Try again."))
    registration, day = form.cleaned_data["person"], form.cleaned_data["day"]
    is_in = form.cleaned_data["tick"] == TickForm.IN
    session = form.cleaned_data["session"]
    since = form.cleaned_data["since"]
    act = partial(check_in, came_at=datetime.combine(day, since, event.zone) if since else None) if is_in else check_out
    how = AttendanceRecord.How.CORRECTION if form.cleaned_data["correct"] else AttendanceRecord.How.NAME_SEARCH
    try:
        act(
            registration,
            day,
            by=request.user,
            act=form.cleaned_data["act"],
            how=how,
            reason=form.cleaned_data["reason"],
            session=session,
        )
    except RegistrationRefused as refusal:
        return _refused(request, _in_words(refusal, event, registration))
    if request.htmx:  # type: ignore[attr-defined]
        context = {
            "event": event,
            "day": day,
            "tick": _ticks(event, [registration], day, session)[0],
            "session": session,
            "presence": presence(event).on(day),
            "needs_reason": _needs_reason(event, day),
        }
        return render(request, "registrations/includes/ticked.html", context)
    if how == AttendanceRecord.How.CORRECTION:
        here = gettext("%(name)s was there: put right.") if is_in else gettext("%(name)s was not there: put right.")
    else:
        here = gettext("%(name)s is here.") if is_in else gettext("%(name)s is not here. The tick is undone.")
    messages.success(request, here % {"name": registration.name})
    return HttpResponseRedirect(f"{request.get_full_path()}#person-{registration.pk}")


def _needs_reason(event: Event, day: date) -> bool:
    return is_over(event, day, at=timezone.now()) or is_frozen(event, day)


def _save_list(request: HttpRequest, event: Event) -> HttpResponse:
    form = SignedListForm(request.POST, event=event)
    if not form.is_valid():
        return _page(request, event, status=422, form=form)
    try:
        done = record_signed_list(
            event,
            form.cleaned_data["day"],
            form.cleaned_data["people"],
            act=form.cleaned_data["act"],
            by=request.user,
            reason=form.cleaned_data["reason"],
        )
    except ReasonMissing:
        form.add_error("reason", gettext("Say why: the list of this day is frozen, and this changes what it says."))
        return _page(request, event, status=422, form=form)
    except RegistrationRefused as refusal:
        return _refused(request, _in_words(refusal, event))
    if count := len(done.ticked):
        text = ngettext("%(count)s person is ticked as here.", "%(count)s people are ticked as here.", count)
        messages.success(request, text % {"count": count})
    for registration in done.without_place:
        messages.warning(request, _in_words(NotConfirmed(), event, registration))
    return HttpResponseRedirect(request.get_full_path())


def _refused(request: HttpRequest, words: str) -> HttpResponse:
    messages.error(request, words)
    here = request.get_full_path()
    if request.htmx:  # type: ignore[attr-defined]
        return HttpResponseClientRedirect(here)
    return HttpResponseRedirect(here)


def _in_words(refusal: RegistrationRefused, event: Event, registration: Registration | None = None) -> str:
    match refusal:
        case NotConfirmed() if registration:
            return gettext("%(name)s has no confirmed place, so nobody was ticked.") % {"name": registration.name}
        case ReasonMissing():
            return gettext(
                "Say why, in the field beside the button. Nothing was changed: a correction needs its reason, and so "
                "does whatever changes a day that is over or whose list is frozen."
            )
        case DayNotBegun():
            return not_yet_in_words(event, refusal.args[0])
        case NotADayOfTheEvent():
            return gettext("The event does not take place on this day, so nobody was ticked.")
        case ActUsedElsewhere():
            return gettext("Nothing was changed, because this page was out of date. Try again.")
    raise refusal


def not_yet_in_words(event: Event, day: date) -> str:
    begins_at = datetime.combine(day, time.min, event.zone)
    when = instant_in_words(begins_at, event)
    return gettext("This day can be ticked once it has begun: from %(when)s.") % {"when": when}


def _query(listing: PeopleList, day: date, session: Session | None = None) -> str:
    values = {"day": day.isoformat(), "session": str(session.pk) if session else "", "q": listing.search}
    return "?" + urlencode({name: value for name, value in values.items() if value})
