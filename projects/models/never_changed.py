"""Records that are added and stay as they are."""

from typing import Any

from django.db import models


class NeverChanged(models.Model):
    """What is added and never changed; whoever made it may be deleted.

    Where somebody may rely on it for years, the database refuses a change too, see NEVER_CHANGED in the migrations of
    registrations.
    """

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError(f"{self._meta.verbose_name} is never changed: add another one.")
        super().save(*args, **kwargs)
