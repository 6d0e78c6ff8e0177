from datetime import datetime

from django.db import models
from django.utils import timezone


class Attempt(models.Model):
    """One act that is limited by the hour, kept for that hour: who did it is a keyed hash, not an address."""

    who = models.CharField(max_length=64)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["who", "made_at"], name="attempt_who_made_at")]

    def __str__(self) -> str:
        return f"{self.who[:8]} {self.made_at}"

    @classmethod
    def forget_before(cls, instant: datetime) -> None:
        cls.objects.filter(made_at__lt=instant).delete()
