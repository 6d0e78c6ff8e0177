from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.models import Session

from .questions import Option
from .registrations import Registration


class ChoiceQuerySet(models.QuerySet["Choice"]):
    def held(self) -> "ChoiceQuerySet":
        return self.filter(has_place=True)

    def waiting(self) -> "ChoiceQuerySet":
        """Those who wait for a place, longest waiting first."""
        return self.filter(has_place=False).order_by("since", "pk")

    def may_have_a_place(self) -> "ChoiceQuerySet":
        """Choices of those with a seat at the event: only they hold one."""
        return self.filter(registration__state=Registration.State.CONFIRMED)


class Choice(models.Model):
    """A session, or an option of a question, that one registration takes part in or waits for.

    Whoever has no seat at the event holds no choice: theirs wait, and are looked at when they get a seat. Only
    registrations/places assigns `has_place`.
    """

    registration = models.ForeignKey(
        Registration, models.CASCADE, related_name="choices", verbose_name=_("registration")
    )
    session = models.ForeignKey(
        Session, models.CASCADE, null=True, blank=True, related_name="choices", verbose_name=_("session")
    )
    option = models.ForeignKey(
        Option, models.CASCADE, null=True, blank=True, related_name="choices", verbose_name=_("option")
    )
    has_place = models.BooleanField(_("has a place"), default=False)
    since = models.DateTimeField(
        _("since"),
        default=timezone.now,
        help_text=_("When it was picked; the line of those who wait is in this order."),
    )

    objects = ChoiceQuerySet.as_manager()

    class Meta:
        verbose_name = _("choice")
        verbose_name_plural = _("choices")
        ordering = ["since", "pk"]
        indexes = [
            models.Index(fields=["session", "has_place", "since"], name="choice_line_of_session"),
            models.Index(fields=["option", "has_place", "since"], name="choice_line_of_option"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(session__isnull=False, option__isnull=True) | Q(session__isnull=True, option__isnull=False),
                name="choice_is_a_session_or_an_option",
            ),
            models.UniqueConstraint(fields=["registration", "session"], name="session_is_chosen_once"),
            models.UniqueConstraint(fields=["registration", "option"], name="option_is_chosen_once"),
        ]

    def __str__(self) -> str:
        return f"{self.registration}: {self.session or self.option}"
