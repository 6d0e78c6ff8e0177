"""Which report an address asks for, as far as its reader may see it."""

from datetime import UTC, datetime
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from accounts.access import administrators
from accounts.models import User
from events.models import Event
from projects.access import roles
from projects.models import Membership, Partner, Programme, Project

from .reports.subject import AnySubject, Kind, ProgrammeSubject, Subject


def asked_subject(request: HttpRequest, *, programme: str | None = None, **address: Any) -> AnySubject:
    """Return what the parts of an address are about. Another project's is not found, as if it did not exist."""
    if programme is None:
        return asked_in_project(request, **address)
    return ProgrammeSubject(
        get_object_or_404(Programme.objects.administered_by(request.user).distinct(), slug=programme)
    )


def asked_in_project(
    request: HttpRequest,
    *,
    project: str,
    number: int | None = None,
    event: str | None = None,
    partner: str | None = None,
) -> Subject:
    """Return what the parts of an address are about, of those that are of one project."""
    found = get_object_or_404(
        Project.objects.with_member(request.user).select_related("programme").prefetch_related("phases", "semesters"),
        slug=project,
    )
    if partner is not None:
        partners = reported_partners(request.user).filter(project=found)
        return Subject(Kind.PARTNER, found, partner=get_object_or_404(partners, slug=partner))
    if event is not None:
        events = Event.objects.of_project(found).published().select_related("project")
        return Subject(Kind.EVENT, found, event=get_object_or_404(events, slug=event))
    if number is None:
        return Subject(Kind.PROJECT, found)
    semester = next((semester for semester in found.semesters.all() if semester.number == number), None)
    if semester is None:
        raise Http404
    return Subject(Kind.SEMESTER, found, semester=semester)


def reported_partners(user: User | AnonymousUser) -> QuerySet[Partner]:
    """Partners whose participation somebody reads: their own, all of projects they lead, and of their programmes.

    Who came for a partner is nothing for the others.
    """
    spoken_for = Partner.objects.spoken_for_by(user).order_by().values("pk")
    programmes = Programme.objects.administered_by(user).order_by().values("pk")
    partners = Partner.objects.filter(Q(pk__in=spoken_for) | Q(project__programme__in=programmes))
    return partners.select_related("organisation").order_by("number")


def can_freeze(request: HttpRequest, subject: AnySubject) -> bool:
    """Whether somebody who may read a report also hands it in.

    The lead of the project, a partner for itself, the officers for their programme, and administrators.
    """
    role = Membership.Role

    def hands_in(held: Membership) -> bool:
        if isinstance(subject, ProgrammeSubject):
            return held.role == role.OFFICER and held.programme_id == subject.programme.pk
        if held.role == role.LEAD:
            return held.project_id == subject.project.pk
        partner = subject.partner
        return held.role == role.COORDINATOR and partner is not None and held.partner_id == partner.pk

    return administrators(request) or any(hands_in(held) for held in roles(request))


def cut_off(asked: str) -> datetime:
    """Return the instant up to which records count: as it stands in an address or a form, else now.

    The links to the rows carry it, so that they agree with the number that was clicked. An instant that cannot be
    read, or that is still ahead, is dropped: the page prints the one that was used.
    """
    now = timezone.now()
    try:
        at = parse_datetime(asked)
    except ValueError:
        return now
    if at is None or timezone.is_naive(at):
        return now
    try:
        return min(at.astimezone(UTC), now)
    except OverflowError:
        return now
