from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from projects.models import Project
from projects.search import fold


class PersonQuerySet(models.QuerySet["Person"]):
    def recognised(self, project: Project, *, email: str, name: str) -> "Person":
        """Return the person with this address and name in a project, new if never seen.

        The name counts because mailboxes are shared: the same address under another name is somebody else.
        """
        person = Person(project=project, email=email.casefold(), name=name, name_key=fold(name))
        # One statement, so that the same person at two events at once is neither two people nor an error. The update
        # changes nothing; without one the database would not return the row that was there.
        return self.bulk_create(
            [person],  # type: ignore[list-item]
            update_conflicts=True,
            unique_fields=["project", "email", "name_key"],
            update_fields=["name_key"],
        )[0]


class Person(models.Model):
    """The same human over all events of a project. What they typed stays with each registration."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="persons", verbose_name=_("project"))
    name = models.CharField(_("full name"), max_length=200)
    email = models.EmailField(_("email"), max_length=254)
    name_key = models.CharField(max_length=600, editable=False)
    merged_into = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="merged_persons",
        help_text="Who this person was found to be; the row stays, so that it can be undone.",
    )

    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["project", "email", "name_key"], name="person_is_known_once_in_project")
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.email = self.email.casefold()
        self.name_key = fold(self.name)
        super().save(*args, **kwargs)
