from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from ..search import fold


class Organisation(models.Model):
    """Any body: a city, a region, an agency, a university, a company."""

    class Kind(models.TextChoices):
        LOCAL_AUTHORITY = "local", _("Local public authority")
        REGIONAL_AUTHORITY = "regional", _("Regional public authority")
        NATIONAL_AUTHORITY = "national", _("National public authority")
        AGENCY = "agency", _("Agency or business support")
        RESEARCH = "research", _("Research or education")
        COMPANY = "company", _("Company")
        ASSOCIATION = "association", _("Association")
        OTHER = "other", _("Other")
        UNKNOWN = "", _("Not known")

    name = models.CharField(_("name"), max_length=300)
    other_names = models.JSONField(
        _("other names"), default=list, blank=True, help_text=_("Earlier names, short names, names in other languages.")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices, blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    region = models.CharField(_("region"), max_length=100, blank=True)
    nuts = models.CharField(_("NUTS code"), max_length=5, blank=True)
    country = CountryField(_("country"))
    latitude = models.FloatField(_("latitude"), null=True, blank=True, help_text=_("Degrees north."))
    longitude = models.FloatField(_("longitude"), null=True, blank=True, help_text=_("Degrees east."))
    search_text = models.TextField(editable=False, default="")

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["name", "city", "country"], name="organisation_is_listed_once_per_town"),
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="organisation_coordinates_are_degrees",
                violation_error_message=_(
                    "Enter both coordinates in degrees: latitude −90 to 90, longitude −180 to 180."
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.search_text = fold(self.name, *self.other_names, self.city, self.region)
        super().save(*args, **kwargs)
