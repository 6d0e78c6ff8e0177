"""What a report is about: one semester of a project, and what that is called in addresses and in the database."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from projects.models import Project, Semester

from ..models import FrozenReport


@dataclass(frozen=True, slots=True)
class Subject:
    """What a report is about. `kind` says which of the others are given."""

    kind: FrozenReport.Kind
    project: Project
    semester: Semester | None = None

    @property
    def key(self) -> str:
        """The same for each version, such as “semester-12”."""
        about = self.semester or self.project
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
        }

    @property
    def address(self) -> dict[str, Any]:
        """The parts of its addresses."""
        address: dict[str, Any] = {"project": self.project.slug}
        if self.semester:
            address["number"] = self.semester.number
        return address

    @property
    def title(self) -> str:
        names = {"project": self.project.acronym, "number": self.semester.number if self.semester else ""}
        return _("Report: %(project)s, semester %(number)s") % names

    @property
    def short_title(self) -> str:
        """As it stands in the trail of pages above a page."""
        names = {"project": self.project.acronym, "number": self.semester.number if self.semester else ""}
        return _("%(project)s, semester %(number)s") % names

    @property
    def file_name(self) -> str:
        """The name of its files, without what tells their format."""
        return "-".join(str(part) for part in ("report", *self.address.values()))

    @property
    def versions(self) -> QuerySet[FrozenReport]:
        """What was frozen of it, the latest version first."""
        return FrozenReport.objects.filter(subject=self.key).select_related("frozen_by").order_by("-version")
