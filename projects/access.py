"""Who may open the pages of organisers and programmes. What they find there, `organised_by(user)` and the like say."""

from django.http import HttpRequest

from accounts.access import administrators

from .models import Membership, Partner


def roles(request: HttpRequest) -> tuple[Membership, ...]:
    """The roles that the reader has today. A page asks for them once, however many of its parts depend on them."""
    found: tuple[Membership, ...] | None = getattr(request, "_roles", None)
    if found is None:
        found = tuple(request.user.memberships.active()) if request.user.is_authenticated else ()
        request._roles = found  # type: ignore[attr-defined]
    return found


def people_with_a_role(request: HttpRequest) -> bool:
    """Open to whoever leads a project, coordinates a partner or is officer of a programme, and to administrators."""
    return request.user.is_authenticated and (administrators(request) or bool(roles(request)))


def coordinates(request: HttpRequest, partner: Partner) -> bool:
    """Whether the reader acts as coordinator of a partner. See also PartnerQuerySet.coordinated_by."""
    coordinator = Membership.Role.COORDINATOR
    return request.user.is_authenticated and (
        administrators(request)
        or any((each.role, each.partner_id) == (coordinator, partner.pk) for each in roles(request))
    )


def programme_administrators(request: HttpRequest) -> bool:
    """Open to the officers of a programme and to administrators. Which programmes, `administered_by(user)` says."""
    return request.user.is_authenticated and (
        administrators(request) or any(each.role == Membership.Role.OFFICER for each in roles(request))
    )
