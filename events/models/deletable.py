from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

# How long “Undo” can bring something back; then it is cleared away (events/programme/changes.py).
DELETED_IS_KEPT = timedelta(days=30)


class NotDeletedManager(models.Manager[Any]):
    """Finds what is not deleted; so do `event.sessions` and the like."""

    def get_queryset(self) -> models.QuerySet[Any]:
        return super().get_queryset().filter(deleted_at__isnull=True)


class Deletable(models.Model):
    """What an organiser may delete and take back: the row stays for 30 days, and nobody sees it.

    A join does not leave out what is deleted: a query that comes to it through another table says so itself.
    """

    deleted_at = models.DateTimeField(_("deleted at"), null=True, blank=True, editable=False)

    # Each model names its `objects` itself, a NotDeletedManager, which comes first and so serves relations too.
    with_deleted = models.Manager()

    class Meta:
        abstract = True

    def put_away(self, *, at: datetime | None = None) -> None:
        """Delete it so that `bring_back` can undo it."""
        self.deleted_at = at or timezone.now()
        self.save()

    def bring_back(self) -> None:
        self.deleted_at = None
        self.save()
