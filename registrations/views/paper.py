"""What is printed for an event, and how its days are proved, for its organisers."""

from collections.abc import Callable
from datetime import date

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.dateparse import parse_date
from django.utils.http import content_disposition_header
from django.utils.translation import gettext, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.access import access, holder_of_the_link
from events.models import Event
from events.organised import organised_event
from events.times import dates_in_words
from projects.access import people_with_a_role

from .. import paper
from ..exceptions import DayNotBegun, NotADayOfTheEvent, ScanWithdrawn
from ..links import with_a_ticket, with_registration
from ..models import Registration, SignedList
from ..paper.exceptions import PaperRefused
from ..paper_forms import ScanForm, WithdrawForm
from ..proof import scans
from ..proof.certificates import issue, issue_to_all, numbers_of
from ..proof.days import proof_of
from ..proof.exceptions import MadeMeanwhile, NobodyThere, NotEnough, NothingChanged, NotOver
from ..proof.freezing import freeze

# Of those whose names cannot be printed whole; a page of a thousand links helps nobody.
MOST_NAMED = 50


@access(people_with_a_role)
@never_cache
@require_safe
def papers(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what can be printed for an event, and how each of its days is proved."""
    return _page(request, organised_event(request, slug))


def _page(request: HttpRequest, event: Event, *, form=None, day: date | None = None, status: int = 200) -> HttpResponse:
    by_hand = paper.to_be_written_by_hand(event)
    context = {
        "event": event,
        "by_hand": by_hand[:MOST_NAMED],
        "more_by_hand": len(by_hand[MOST_NAMED:]),
        "days": proof_of(event),
        "form": form,
        "day_of_form": day,
        "scan_hint": scans.taken_in_words(),
        "accepted": scans.ACCEPTED,
        "layouts": paper.LAYOUTS,
        "certificates": numbers_of(event) if event.is_over() else None,
    }
    return render(request, "registrations/paper/papers.html", context, status=status)


# Files


@access(people_with_a_role)
@never_cache
@require_safe
def signed_list(request: HttpRequest, slug: str, day: str) -> HttpResponse:
    """Hand out the list of a day, to be signed on paper."""
    event = organised_event(request, slug)
    chosen = _day(event, day)
    return _handed_out(lambda: paper.signed_list(event, chosen), f"{event.slug}-list-{chosen}.pdf")


@access(people_with_a_role)
@never_cache
@require_safe
def badges(request: HttpRequest, slug: str, layout: str) -> HttpResponse:
    """Hand out the badges of everybody with a place."""
    event = organised_event(request, slug)
    if layout not in paper.LAYOUTS:
        raise Http404
    return _handed_out(lambda: paper.badges(event, layout), f"{event.slug}-badges-{layout}.pdf")


@access(people_with_a_role)
@never_cache
@require_safe
def table_signs(request: HttpRequest, slug: str) -> HttpResponse:
    """Hand out the table signs of everybody with a place in the room."""
    event = organised_event(request, slug)
    return _handed_out(lambda: paper.table_signs(event), f"{event.slug}-table-signs.pdf")


@access(people_with_a_role)
@never_cache
@require_safe
def frozen_list(request: HttpRequest, slug: str, day: str, version: int) -> HttpResponseBase:
    """Hand out the PDF of a frozen list, byte for byte as it was made."""
    event = organised_event(request, slug)
    found = get_object_or_404(SignedList, event=event, day=_date(day), version=version)
    try:
        content = found.file.open("rb").read()
    except FileNotFoundError:
        raise Http404 from None
    return _handed_out(lambda: content, f"{event.slug}-list-{found.day}-version-{found.version}.pdf")


@access(people_with_a_role)
@never_cache
@require_safe
def scan(request: HttpRequest, slug: str, key: int) -> HttpResponseBase:
    """Hand out a scanned list."""
    found = get_object_or_404(organised_event(request, slug).scanned_lists, pk=key)
    try:
        return scans.hand_out(found)
    except FileNotFoundError:
        raise Http404 from None


# Proof


@access(people_with_a_role)
@require_POST
def freeze_day(request: HttpRequest, slug: str, day: str) -> HttpResponse:
    """Freeze who was there on a day."""
    event = organised_event(request, slug)
    chosen = _day(event, day)
    which = {"day": dates_in_words(chosen, chosen)}
    try:
        made = freeze(event, chosen, by=request.user)
    except (NothingChanged, MadeMeanwhile):
        messages.info(request, gettext("The list of %(day)s is frozen already as the records say it.") % which)
    except NobodyThere:
        messages.error(request, gettext("Nobody is recorded as present on %(day)s. Tick who came first.") % which)
    except (DayNotBegun, NotADayOfTheEvent):
        messages.error(request, gettext("%(day)s has not begun yet, so nobody can have been there.") % which)
    except PaperRefused:
        messages.error(request, _not_printed())
    else:
        words = gettext("The list of %(day)s is frozen as version %(version)s.")
        messages.success(request, words % {**which, "version": made.version})
    return redirect("registrations:papers", event.slug)


@access(people_with_a_role)
@never_cache
@require_POST
def add_scan(request: HttpRequest, slug: str, day: str) -> HttpResponse:
    """Keep a scanned list for its day."""
    event = organised_event(request, slug)
    chosen = _day(event, day)
    form = ScanForm(request.POST, request.FILES, day=chosen)
    if not form.is_valid():
        return _page(request, event, form=form, day=chosen, status=422)
    content, media_type, name, is_drawn_anew = form.cleaned_data["file"]
    try:
        kept = scans.keep_scan(event, chosen, content, media_type, name, by=request.user)
    except NothingChanged:
        messages.info(request, gettext("This file is there already."))
    else:
        words = gettext("%(name)s is kept as the signed list of %(day)s.")
        if is_drawn_anew:
            words = gettext(
                "Your picture is kept as the signed list of %(day)s: as the JPEG %(name)s, drawn anew without what "
                "cameras hide in pictures."
            )
        messages.success(request, words % {"name": kept.file_name, "day": dates_in_words(chosen, chosen)})
    return redirect("registrations:papers", event.slug)


@access(people_with_a_role)
@never_cache
def withdraw_scan(request: HttpRequest, slug: str, key: int) -> HttpResponse:
    """Say that a scan does not count, and why."""
    event = organised_event(request, slug)
    found = get_object_or_404(event.scanned_lists.standing(), pk=key)
    form = WithdrawForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            found.withdraw(by=request.user, reason=form.cleaned_data["reason"])
        except ScanWithdrawn:
            messages.info(request, gettext("Somebody else withdrew this scan meanwhile. Their reason stands below."))
        else:
            messages.success(request, gettext("%(name)s does not count any more.") % {"name": found.file_name})
        return redirect("registrations:papers", event.slug)
    context = {"event": event, "scan": found, "form": form}
    return render(request, "registrations/paper/withdraw_scan.html", context, status=422 if form.errors else 200)


@access(people_with_a_role)
@require_POST
def issue_certificates(request: HttpRequest, slug: str) -> HttpResponse:
    """Issue certificates to everybody who was there long enough."""
    event = organised_event(request, slug)
    try:
        issued = issue_to_all(event, by=request.user)
    except NotOver:
        messages.error(request, gettext("Certificates are issued once the event is over."))
    else:
        words = ngettext("%(n)s certificate is issued.", "%(n)s certificates are issued.", issued.new)
        messages.success(request, words % {"n": issued.new})
    return redirect("registrations:papers", event.slug)


# One person


@access(holder_of_the_link)
@require_safe
@with_a_ticket
def ticket(request: HttpRequest, registration: Registration) -> HttpResponse:
    """Hand out the ticket of whoever has a place."""
    return _handed_out(lambda: paper.ticket(registration), f"{registration.event.slug}-ticket.pdf")


@access(holder_of_the_link)
@require_POST
@with_registration
def issue_certificate(request: HttpRequest, registration: Registration) -> HttpResponse:
    """Issue the certificate of whoever was there long enough, to themselves."""
    try:
        issue(registration)
    except (NothingChanged, MadeMeanwhile):
        pass
    except NotOver:
        messages.error(request, gettext("There is a certificate when the event is over. Come back then."))
        return redirect(registration)
    except NotEnough:
        messages.error(
            request,
            gettext("There is no certificate for you: by the records you were not there for half of the programme."),
        )
        return redirect(registration)
    return redirect("registrations:certificate", registration.code)


@access(holder_of_the_link)
@require_safe
@with_registration
def certificate(request: HttpRequest, registration: Registration) -> HttpResponse:
    """Hand out the certificate that counts."""
    if not registration.certificates.exists():
        raise Http404
    return _handed_out(lambda: paper.certificate(registration), f"{registration.event.slug}-certificate.pdf")


def _day(event: Event, day: str) -> date:
    if (chosen := _date(day)) not in event.days:
        raise Http404
    return chosen


def _date(day: str) -> date:
    try:
        chosen = parse_date(day)
    except ValueError:
        chosen = None
    if chosen is None:
        raise Http404
    return chosen


def _handed_out(make: Callable[[], bytes], name: str) -> HttpResponse:
    try:
        content = make()
    except PaperRefused:
        return HttpResponse(
            _not_printed(), status=503, content_type="text/plain; charset=utf-8", headers={"Retry-After": "60"}
        )
    response = HttpResponse(content, content_type="application/pdf")
    response.headers["Content-Disposition"] = content_disposition_header(False, name) or ""
    response["X-Robots-Tag"] = "noindex"
    return response


def _not_printed() -> str:
    return gettext("This could not be printed just now. Try again in a minute, and tell us if it stays so.")
