"""Which report an address asks for, as far as its reader may see it."""

from datetime import UTC, datetime

from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from accounts.models import User
from projects.models import Project

from .models import FrozenReport
from .reports.semester import SemesterReport, semester_report
from .reports.subject import Subject


def asked_subject(request: HttpRequest, *, project: str, number: int) -> Subject:
    """Return what the parts of an address are about. Another project's is not found, as if it did not exist."""
    found = get_object_or_404(
        Project.objects.with_member(request.user).select_related("programme").prefetch_related("phases", "semesters"),
        slug=project,
    )
    semester = next((semester for semester in found.semesters.all() if semester.number == number), None)
    if semester is None:
        raise Http404
    return Subject(FrozenReport.Kind.SEMESTER, found, semester)


def can_freeze(user: User | AnonymousUser, subject: Subject) -> bool:
    """Whether somebody who may read a report also hands it in: the lead of the project."""
    return Project.objects.led_by(user).filter(pk=subject.project.pk).exists()


def made(subject: Subject, *, at: datetime) -> SemesterReport:
    """Count what a subject is about from what was recorded up to `at` (aware)."""
    if subject.semester is None:
        raise ValueError(subject)
    return semester_report(subject.project, subject.semester, at=at)


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
