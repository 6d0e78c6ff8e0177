"""Places: a venue with its rooms, and a site that is visited. What happens there, and when, is in events."""

import uuid
from dataclasses import dataclass
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django_countries import countries
from django_countries.fields import CountryField


def picture_path(place: "Place", name: str) -> str:
    """Where a picture is kept. Nothing of the name it came with is."""
    return f"places/{uuid.uuid4().hex}.jpg"


@dataclass(frozen=True, slots=True)
class AccessFact:
    """One thing that some people have to know before they come; `is_so` is None while nobody said."""

    label: str | Promise
    is_so: bool | None


class PlaceQuerySet(models.QuerySet):
    def offered(self) -> Self:
        """Places that can be chosen: without those that turned out to be another one."""
        return self.filter(merged_into__isnull=True)


class Place(models.Model):
    """What a venue and a site share. A place without a name is a town: all that is known of a save the date."""

    name = models.CharField(_("name"), max_length=200, blank=True)
    address = models.CharField(_("address"), max_length=300, blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    country = CountryField(_("country"), blank=True)
    latitude = models.FloatField(_("latitude"), null=True, blank=True, help_text=_("Degrees north."))
    longitude = models.FloatField(_("longitude"), null=True, blank=True, help_text=_("Degrees east."))
    coordinates_note = models.CharField(
        _("note on the coordinates"), max_length=200, blank=True, help_text=_("For example: city level, approximate.")
    )
    directions = models.TextField(_("directions"), blank=True, help_text=_("How to get there, in words."))
    is_step_free = models.BooleanField(_("step-free from the street"), null=True, blank=True)
    has_induction_loop = models.BooleanField(_("induction loop"), null=True, blank=True)
    has_accessible_toilet = models.BooleanField(_("accessible toilet"), null=True, blank=True)
    has_accessible_parking = models.BooleanField(_("parking for disabled people"), null=True, blank=True)
    access = models.TextField(
        _("access"), blank=True, help_text=_("Step-free ways, lifts, induction loop, toilets, parking.")
    )
    picture = models.ImageField(_("map or picture"), upload_to=picture_path, blank=True, editable=False)
    picture_alternative = models.CharField(
        _("the picture in words"), max_length=300, blank=True, help_text=_("For people who do not see it.")
    )
    picture_credit = models.CharField(_("picture by"), max_length=200, blank=True)
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="merged",
        verbose_name=_("merged into"),
        help_text=_("The place that this one turned out to be. It is no longer offered."),
    )

    # What places of this kind are called in addresses.
    address_word: ClassVar[str]

    objects = PlaceQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["city", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["name", "city", "country"],
                condition=Q(merged_into__isnull=True),
                name="%(class)s_is_listed_once",
            ),
            models.CheckConstraint(
                condition=~Q(name="", city=""),
                name="%(class)s_has_a_name_or_a_town",
                violation_error_message=_("Enter a name or a town."),
            ),
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="%(class)s_coordinates_are_degrees",
                violation_error_message=_(
                    "Enter both coordinates in degrees: latitude −90 to 90, longitude −180 to 180."
                ),
            ),
        ]

    def __str__(self) -> str:
        return ", ".join(part for part in (self.name, self.city) if part)

    @property
    def in_full(self) -> str:
        """Name, street, town and country in one line: “Kulturhaus, Schremser Straße 6, 3950 Gmünd, Austria”."""
        return ", ".join(
            part for part in (self.name, self.address, self.city, countries.name(str(self.country))) if part
        )

    @property
    def is_only_a_town(self) -> bool:
        return not self.name

    @property
    def kept(self) -> "Place":
        """The place that this one turned out to be, itself where it was never merged."""
        place = self
        while place.merged_into is not None:
            place = place.merged_into
        return place

    @property
    def access_facts(self) -> list[AccessFact]:
        labels = {field.name: field.verbose_name for field in self._meta.fields}
        return [AccessFact(labels[name], getattr(self, name)) for name in ACCESS_FIELDS]

    @property
    def has_known_access(self) -> bool:
        return any(fact.is_so is not None for fact in self.access_facts)

    @property
    def picture_name(self) -> str:
        """The code in the address of its picture; empty where it has none."""
        return (self.picture.name or "").rpartition("/")[2].removesuffix(".jpg")


# What people ask about a place before they come; each yes, no or not known.
ACCESS_FIELDS = ("is_step_free", "has_induction_loop", "has_accessible_toilet", "has_accessible_parking")


class Venue(Place):
    """Where an event takes place."""

    address_word = "venues"

    hotels = models.TextField(_("hotels nearby"), blank=True, help_text=_("Names, streets and how far, in words."))

    class Meta(Place.Meta):
        verbose_name = _("venue")
        verbose_name_plural = _("venues")


class Room(models.Model):
    """A room of a venue."""

    venue = models.ForeignKey(Venue, models.CASCADE, related_name="rooms", verbose_name=_("venue"))
    name = models.CharField(_("name"), max_length=100)
    seats = models.PositiveIntegerField(_("seats"), null=True, blank=True)
    access = models.TextField(_("access"), blank=True)

    class Meta:
        verbose_name = _("room")
        verbose_name_plural = _("rooms")
        ordering = ["venue", "name"]
        constraints = [models.UniqueConstraint(fields=["venue", "name"], name="room_name_is_unique_in_venue")]

    def __str__(self) -> str:
        return self.name


class Site(Place):
    """A place that is visited, with its rules."""

    address_word = "sites"

    needs_id = models.BooleanField(_("identity document needed"), default=False)
    needs_safety_shoes = models.BooleanField(_("safety shoes needed"), default=False)
    forbids_photos = models.BooleanField(_("no photos"), default=False)
    instruction = models.TextField(_("site instruction"), blank=True)

    class Meta(Place.Meta):
        verbose_name = _("site")
        verbose_name_plural = _("sites")

    @property
    def has_rules(self) -> bool:
        return bool(self.needs_id or self.needs_safety_shoes or self.forbids_photos or self.instruction)
