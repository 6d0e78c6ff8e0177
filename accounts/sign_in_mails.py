"""The mail with the link to sign in."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language

from .letters import render_letter
from .models import User
from .outbox import write
from .sign_in_links import LINK_LASTS, fingerprint, link_for


@transaction.atomic
def send_link(email: str, *, next_address: str = "") -> None:
    """Mail a sign-in link to the user with this address, if there is one.

    Asked for twice within a minute, it is sent once. Whether anybody has the address can neither be read nor, as far
    as the page's work goes, be timed: the mail is rendered in both cases.
    """
    user = User.objects.filter(email__iexact=email, is_active=True).first()
    somebody = user or User(pk=0, email=email, language=get_language() or "en")
    url = link_for(somebody, next_address=next_address)
    letter = render_letter(
        "sign_in",
        {"minutes": int(LINK_LASTS.total_seconds() // 60)},
        personal={"url": url},
        language=somebody.language,
    )
    if user is None:
        return
    # The fingerprint changes with each sign-in, so that a link that is used up never stands in for a new one.
    minute = timezone.now().strftime("%Y%m%d%H%M")
    write(
        key=f"sign-in:{user.pk}:{fingerprint(user)}:{minute}",
        # The address as we know it, not as it was typed: other spellings of it may be other mailboxes.
        to=user.email,
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        language=user.language,
        is_asked_for=True,
    )
