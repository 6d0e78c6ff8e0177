"""Who may open the pages of organisers. Which events they find there, `Event.objects.organised_by(user)` says."""

from django.http import HttpRequest

from accounts.access import administrators


def people_with_a_role(request: HttpRequest) -> bool:
    """Open to whoever leads a project, coordinates a partner or is officer of a programme, and to administrators."""
    user = request.user
    return user.is_authenticated and (administrators(request) or user.memberships.active().exists())
