from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import connection, models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from projects.models import Project
from projects.search import fold


class PersonQuerySet(models.QuerySet["Person"]):
    def recognised(self, project: Project, *, email: str, name: str) -> "Person":
        """Return the person with this address and name in a project, new if never seen.

        The name counts because mailboxes are shared: the same address under another name is somebody else. Whoever was
        found to be somebody else is that person.
        """
        return self.recognised_with_past(project, email=email, name=name).person

    def recognised_with_past(self, project: Project, *, email: str, name: str) -> "Recognised":
        """The same, saying whether they were registered for anything before. One query, two for who was merged."""
        person = Person(project=project, email=email.casefold(), name=name, name_key=fold(name))
        with connection.cursor() as cursor:
            cursor.execute(_recognised(), [project.pk, person.email, person.name, person.name_key])
            person.pk, merged_into, has_registrations = cursor.fetchone()
        person._state.adding, person._state.db = False, connection.alias
        if merged_into is not None:
            return Recognised(self.get(pk=merged_into), may_be_registered=True)
        return Recognised(person, may_be_registered=bool(has_registrations))

    def known_as(self, *, email: str, name: str) -> "PersonQuerySet":
        """Persons with this address and name, and those whom they were found to be."""
        same = self.filter(email=email.casefold(), name_key=fold(name))
        return self.filter(Q(pk__in=same.values("pk")) | Q(pk__in=same.values("merged_into")))


@dataclass(frozen=True, slots=True)
class Recognised:
    """A person, and whether they may have a registration: False for whoever has none, at any event."""

    person: "Person"
    may_be_registered: bool


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


# One statement, so that the same person at two events at once is neither two people nor an error. The update changes
# nothing; without one the database would not return the row that was there.
@cache
def _recognised() -> str:
    persons, registrations = Person._meta, Person._meta.get_field("registrations").related_model._meta  # type: ignore[union-attr]
    return f"""
        INSERT INTO {persons.db_table} (project_id, email, name, name_key) VALUES (%s, %s, %s, %s)
        ON CONFLICT (project_id, email, name_key) DO UPDATE SET name_key = excluded.name_key
        RETURNING id, merged_into_id, EXISTS (
            SELECT 1 FROM {registrations.db_table} WHERE person_id = {persons.db_table}.id
        )
    """  # noqa: S608 - nothing in it comes from outside
