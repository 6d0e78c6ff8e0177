"""The link that signs somebody in once: what is in it, and until when it works."""

from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.core import signing
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from .letters import absolute_url
from .models import User

LINK_LASTS = timedelta(minutes=30)
_SALT = "accounts.sign_in_links"


class DeadLink(Exception):
    """The link was used, has expired, was replaced by a later sign-in, or never was one of ours."""


def link_for(user: User, *, lasts: timedelta = LINK_LASTS, next_address: str = "", at: datetime | None = None) -> str:
    """Return an address that signs a user in once. `next_address` is where they go afterwards."""
    until = (at or timezone.now()) + lasts
    # In the signed part are only numbers and a fingerprint: whoever sees the address learns no name.
    token = signing.dumps([user.pk, int(until.timestamp()), fingerprint(user)], salt=_SALT)
    address = absolute_url("accounts:sign_in_by_link", token, language=user.language)
    return f"{address}?{urlencode({'next': next_address})}" if next_address else address


def holder_of(token: str, *, at: datetime | None = None, lock: bool = False) -> User:
    """Return the user whom a token signs in; raise DeadLink when it signs in nobody (any more).

    With `lock` no other request can use the same token before the open transaction ends.
    """
    try:
        pk, until, bound_to = signing.loads(token, salt=_SALT)
    except signing.BadSignature as error:
        raise DeadLink from error
    if until <= (at or timezone.now()).timestamp():
        raise DeadLink
    users = User.objects.select_for_update() if lock else User.objects.all()
    user = users.filter(pk=pk, is_active=True).first()
    if user is None or not constant_time_compare(bound_to, fingerprint(user)):
        raise DeadLink
    return user


def fingerprint(user: User) -> str:
    """Return what a link is bound to: it changes when the user signs in, so that a link works once."""
    # A changed address or password ends the links, too.
    signed_in_at = user.last_login.isoformat() if user.last_login else ""
    return salted_hmac(_SALT, f"{user.pk}|{user.email}|{user.password}|{signed_in_at}", algorithm="sha256").hexdigest()[
        :20
    ]
