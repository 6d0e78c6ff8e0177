"""What people choose when they make a private calendar."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from projects.models import Partner

from .forms import OneLineField
from .models import PrivateFeed
from .private_feeds import MOST_OF_ONE_HOLDER

Kind = PrivateFeed.Kind


class PrivateFeedForm(forms.Form):
    """A name, and whether sessions are shown. `taken` are the calendars that its holder has."""

    use_required_attribute = False

    name = OneLineField(
        label=_("Name"),
        help_text=_("For you to tell them apart, such as: Outlook at work."),
        max_length=100,
        too_long=_("Enter a name with at most %(longest)s characters. You typed %(typed)s."),
        error_messages={"required": _("Enter a name for this calendar")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"}),
    )
    with_sessions = forms.BooleanField(label=_("Show each session of a programme too"), required=False)

    def __init__(self, *args: Any, taken: QuerySet[PrivateFeed], **options: Any) -> None:
        super().__init__(*args, **options)
        self.taken = [feed.name.casefold() for feed in taken]

    def clean_name(self) -> str:
        name = self.cleaned_data["name"]
        if name.casefold() in self.taken:
            # A reload of the page that shows an address lands here, too.
            message = gettext(
                "You have a calendar with this name. Choose another, or stop that one if its address is lost"
            )
            raise ValidationError(message, code="taken")
        return name

    def clean(self) -> dict[str, Any]:
        if len(self.taken) >= MOST_OF_ONE_HOLDER:
            message = gettext("You have %(number)s calendars. Stop one that you do not use, then make another.")
            raise ValidationError(message % {"number": len(self.taken)}, code="too_many")
        return self.cleaned_data

    @property
    def chosen(self) -> PrivateFeed:
        """The calendar that was asked for, without its holder and not stored."""
        return PrivateFeed(
            kind=Kind.MY_REGISTRATIONS,
            name=self.cleaned_data["name"],
            with_sessions=self.cleaned_data["with_sessions"],
        )


class RolePrivateFeedForm(PrivateFeedForm):
    """The same for somebody with a role, who also chooses what it shows."""

    shows = forms.ChoiceField(
        label=_("What it shows"),
        error_messages={"required": _("Select what it shows"), "invalid_choice": _("Select what it shows")},
        widget=forms.RadioSelect,
    )

    field_order = ("shows", "name", "with_sessions")

    def __init__(self, *args: Any, partners: QuerySet[Partner], **options: Any) -> None:
        super().__init__(*args, **options)
        self.partners = {f"{Kind.PARTNER}-{partner.pk}": partner for partner in partners}
        field = self.fields["shows"]
        field.choices = [  # type: ignore[attr-defined]
            (Kind.ORGANISED, Kind.ORGANISED.label),
            *((key, self._words(partner)) for key, partner in self.partners.items()),
            (Kind.MY_REGISTRATIONS, Kind.MY_REGISTRATIONS.label),
        ]

    @staticmethod
    def _words(partner: Partner) -> str:
        return gettext("Events and deadlines of %(partner)s (%(project)s)") % {
            "partner": partner.organisation.name,
            "project": partner.project.acronym,
        }

    @property
    def chosen(self) -> PrivateFeed:
        feed = super().chosen
        shows = self.cleaned_data["shows"]
        if partner := self.partners.get(shows):
            feed.kind, feed.partner, feed.project = Kind.PARTNER, partner, partner.project
        else:
            feed.kind = shows
        return feed
