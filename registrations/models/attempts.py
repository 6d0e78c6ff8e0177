from datetime import datetime

from django.db import models
from django.utils import timezone


class Attempt(models.Model):
    """One act that is limited by the hour, kept for that hour. Who did it is kept as keyed hashes, not as addresses."""

    network = models.CharField(max_length=64)
    mailbox = models.CharField(max_length=64)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(fields=["network", "made_at"], name="attempt_of_network"),
            models.Index(fields=["mailbox", "made_at"], name="attempt_for_mailbox"),
        ]

    def __str__(self) -> str:
        return f"{self.network[:8]} {self.made_at}"

    @classmethod
    def forget_before(cls, instant: datetime) -> None:
        cls.objects.filter(made_at__lt=instant).delete()
