from .organisations import Organisation
from .practices import GoodPractice
from .programmes import Programme
from .projects import Partner, Phase, Project, ProjectQuerySet, Semester
from .roles import Membership

__all__ = [
    "GoodPractice",
    "Membership",
    "Organisation",
    "Partner",
    "Phase",
    "Programme",
    "Project",
    "ProjectQuerySet",
    "Semester",
]
