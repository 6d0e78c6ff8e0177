"""Where a fact comes from."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Sourced(models.Model):
    """A record that can say where its facts were read and what is uncertain about them."""

    source_key = models.CharField(
        _("key in the source"),
        max_length=100,
        unique=True,
        null=True,
        blank=True,
        help_text=_("Identifies the record when the same file is loaded again. Empty for what was typed in here."),
    )
    sources = models.JSONField(
        _("sources"), default=list, blank=True, help_text=_("Addresses or descriptions of the documents, in order.")
    )
    note = models.TextField(_("note on the sources"), blank=True)

    class Meta:
        abstract = True
