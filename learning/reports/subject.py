"""What a report is about, and what that is called in addresses and in the database."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from events.models import Event
from projects.models import Partner, Programme, Project, Semester

from ..models import FrozenReport

Kind = FrozenReport.Kind


@dataclass(frozen=True, slots=True)
class Subject:
    """What a report is about. `kind` says which of the others are given."""

    kind: FrozenReport.Kind
    project: Project
    semester: Semester | None = None
    event: Event | None = None
    partner: Partner | None = None

    @property
    def key(self) -> str:
        """The same for each version, such as “semester-12”."""
        about = self.semester or self.event or self.partner or self.project
        return f"{self.kind.value}-{about.pk}"

    @property
    def fields(self) -> dict[str, Any]:
        """How a FrozenReport holds on to it."""
        return {
            "kind": self.kind,
            "subject": self.key,
            "programme": self.project.programme,
            "project": self.project,
            "semester": self.semester,
            "event": self.event,
            "partner": self.partner,
        }

    @property
    def address(self) -> dict[str, Any]:
        """The parts of its addresses."""
        address: dict[str, Any] = {"project": self.project.slug}
        if self.semester:
            address["number"] = self.semester.number
        if self.event:
            address["event"] = self.event.slug
        if self.partner:
            address["partner"] = self.partner.slug
        return address

    @property
    def title(self) -> str:
        return _("Report: %(about)s") % {"about": self.short_title}

    @property
    def short_title(self) -> str:
        """As it stands in the trail of pages above a page."""
        names = {"project": self.project.acronym}
        if self.semester:
            return _("%(project)s, semester %(number)s") % {**names, "number": self.semester.number}
        if self.event:
            title = self.event.in_language("title", get_language() or "en").text
            return _("%(project)s, event “%(event)s”") % {**names, "event": title}
        if self.partner:
            return _("%(project)s, participation of %(partner)s") % {**names, "partner": self.partner.organisation.name}
        return _("%(project)s to date") % names

    @property
    def file_name(self) -> str:
        """The name of its files, without what tells their format."""
        return "-".join(str(part) for part in ("report", *self.address.values()))

    @property
    def versions(self) -> QuerySet[FrozenReport]:
        """What was frozen of it, the latest version first."""
        return _versions(self.key)


@dataclass(frozen=True, slots=True)
class ProgrammeSubject:
    """A programme with all its projects: what a report is about, beside a Subject, with the same names for the same."""

    programme: Programme

    @property
    def kind(self) -> FrozenReport.Kind:
        return Kind.PROGRAMME

    @property
    def key(self) -> str:
        return f"{self.kind.value}-{self.programme.pk}"

    @property
    def fields(self) -> dict[str, Any]:
        return {"kind": self.kind, "subject": self.key, "programme": self.programme}

    @property
    def address(self) -> dict[str, Any]:
        return {"programme": self.programme.slug}

    @property
    def title(self) -> str:
        return _("Report: %(about)s") % {"about": self.programme.name}

    @property
    def short_title(self) -> str:
        return _("All projects of %(programme)s") % {"programme": self.programme.name}

    @property
    def file_name(self) -> str:
        return f"report-{self.programme.slug}"

    @property
    def versions(self) -> QuerySet[FrozenReport]:
        """What was frozen of it, the latest version first."""
        return _versions(self.key)


# What a report is about.
AnySubject = Subject | ProgrammeSubject


def _versions(key: str) -> QuerySet[FrozenReport]:
    return FrozenReport.objects.filter(subject=key).select_related("frozen_by").order_by("-version")
