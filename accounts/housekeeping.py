"""What this app clears away by itself, because its purpose is over."""

from datetime import timedelta

from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone

from .models import Mail
from .periodic import every

# Long enough to answer “did you get our mail?”, also after a summer; the registration itself is kept elsewhere.
MAILS_ARE_KEPT = timedelta(days=90)


@every(minutes=60)
def forget_old_mails() -> None:
    """Delete mails that were sent, or given up, more than 90 days ago."""
    Mail.objects.filter(
        state__in=(Mail.State.SENT, Mail.State.FAILED), created_at__lt=timezone.now() - MAILS_ARE_KEPT
    ).delete()


@every(minutes=24 * 60)
def forget_expired_sessions() -> None:
    SessionStore.clear_expired()
