"""Who may open the pages of organisers and programmes. What they find there, `organised_by(user)` and the like say."""

from django.http import HttpRequest

from accounts.access import administrators


def people_with_a_role(request: HttpRequest) -> bool:
    """Open to whoever leads a project, coordinates a partner or is officer of a programme, and to administrators."""
    user = request.user
    return user.is_authenticated and (administrators(request) or user.memberships.active().exists())


def programme_administrators(request: HttpRequest) -> bool:
    """Open to the officers of a programme and to administrators. Which programmes, `administered_by(user)` says."""
    user = request.user
    return user.is_authenticated and (administrators(request) or user.memberships.active().administering().exists())
