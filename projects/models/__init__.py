from .groups import GroupMember, StakeholderGroup
from .organisations import Organisation
from .practices import Criterion, CriterionRating, GoodPractice
from .programmes import Programme
from .projects import Partner, Phase, Project, ProjectQuerySet, Semester
from .roles import Membership

__all__ = [
    "Criterion",
    "CriterionRating",
    "GoodPractice",
    "GroupMember",
    "Membership",
    "Organisation",
    "Partner",
    "Phase",
    "Programme",
    "Project",
    "ProjectQuerySet",
    "Semester",
    "StakeholderGroup",
]
