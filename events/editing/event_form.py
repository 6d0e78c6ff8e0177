"""What an event is: its texts, who organises it, how it counts in its series, and when people register."""

from datetime import datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.text import slugify
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from projects.languages import language_choices
from projects.models import GoodPractice, Partner, Project

from ..addresses import LONGEST, free_slug, is_free, rename
from ..models import Event, EventKind
from ..series import next_number
from .comparing import ComparingForm
from .fields import ClockField, DateField, LineField, SeveralField, TextField

# Fields of the event that the form shows as they are.
_PLAIN = (
    "title",
    "language",
    "summary",
    "description",
    "kind",
    "number",
    "host",
    "importing_partner",
    "visibility",
    "themes",
    "audience",
    "spoken_languages",
    "bring",
    "contact_email",
    "programme_follows_on",
    "admission",
    "needs_approval",
    "places",
    "online_places",
    "feedback_closes_on",
    "reported_participants",
    "reported_participants_note",
)
# Instants of the event, each typed as a day and a clock time: the fields of both, and the time where none is typed.
_INSTANTS = {
    "registration_opens_at": ("opens_on", "opens_at", time.min),
    "registration_closes_at": ("closes_on", "closes_at", time(23, 59)),
    "changes_until": ("changes_on", "changes_at", time(23, 59)),
    "offers_until": ("offers_on", "offers_at", time(23, 59)),
}
_SEVERAL = ("co_hosts", "other_projects", "practices")
_PARTNER_ERROR = {"invalid_choice": _("Choose a partner of this project.")}


class PartnerChoice(forms.ModelChoiceField):
    def label_from_instance(self, partner: Any) -> str:
        return str(partner.organisation)


class PartnersChoice(SeveralField):
    def label_from_instance(self, partner: Any) -> str:
        return f"{partner.organisation} ({partner.project})"


class EventForm(ComparingForm):
    """Everything about an event but its plan and its programme."""

    title = LineField(
        label=_("Title"),
        max_length=300,
        error_messages={"required": _("Enter the title of the event.")},
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    language = forms.ChoiceField(
        label=_("Language of these texts"),
        choices=language_choices,
        help_text=_("The language in which you write here. What it is in others, you say under “Languages”."),
        error_messages={"required": _("Choose a language."), "invalid_choice": _("Choose a language of the list.")},
    )
    kind = forms.ModelChoiceField(
        label=_("Kind of event"),
        queryset=EventKind.objects.all(),
        error_messages={"required": _("Choose the kind of event."), "invalid_choice": _("Choose one of these.")},
        empty_label=None,
    )
    number = forms.IntegerField(
        label=_("Number in its series"),
        required=False,
        min_value=1,
        max_value=9_999,
        help_text=_("13 for the 13th meeting of this kind. Numbers may repeat or skip."),
        error_messages={"invalid": _("Enter a whole number, like 13.")},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "size": 4}),
    )
    slug = forms.CharField(
        label=_("Short name in addresses"),
        max_length=LONGEST,
        help_text=_("Letters, digits and hyphens. Old addresses lead to the event for ever."),
        error_messages={"required": _("Enter a short name, like kick-off-2027.")},
        widget=forms.TextInput(attrs={"dir": "ltr", "autocapitalize": "none"}),
    )
    visibility = forms.ChoiceField(label=_("Visible to"), choices=Event.Visibility.choices, widget=forms.RadioSelect)
    summary = TextField(
        label=_("Summary"),
        max_length=1_000,
        required=False,
        help_text=_("One or two sentences for lists and calendars."),
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )
    description = TextField(
        label=_("Description"),
        max_length=20_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 10, "dir": "auto"}),
    )
    host = PartnerChoice(
        label=_("Host"),
        queryset=Partner.objects.none(),
        required=False,
        empty_label=_("Not known"),
        error_messages=_PARTNER_ERROR,
    )
    co_hosts = PartnersChoice(
        label=_("Co-hosts"),
        queryset=Partner.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Their coordinators may change the event, too."),
        error_messages=_PARTNER_ERROR,
    )
    other_projects = SeveralField(
        label=_("Also an event of"),
        queryset=Project.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("It is in the lists, calendars and reports of these projects, too, and counts once in each."),
        error_messages={"invalid_choice": _("Choose a project from the list.")},
    )
    practices = SeveralField(
        label=_("Good practices"),
        queryset=GoodPractice.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("Choose practices of this project.")},
    )
    importing_partner = PartnerChoice(
        label=_("Importing partner"),
        queryset=Partner.objects.none(),
        required=False,
        empty_label=_("Not known"),
        help_text=_("Who carries the practice home."),
        error_messages=_PARTNER_ERROR,
    )
    themes = LineField(label=_("Themes"), max_length=300, required=False)
    audience = LineField(label=_("For whom"), max_length=300, required=False)
    spoken_languages = LineField(label=_("Languages spoken and interpreted"), max_length=200, required=False)
    bring = LineField(label=_("Bring"), max_length=300, required=False)
    contact_email = forms.EmailField(
        label=_("Whom to ask"),
        required=False,
        help_text=_("An email address, shown on the page."),
        error_messages={"invalid": _("Enter an email address like name@example.eu")},
        widget=forms.EmailInput(attrs={"dir": "ltr"}),
    )
    programme_follows_on = DateField(label=_("The programme follows by"))
    admission = forms.ChoiceField(
        label=_("Who may register"),
        choices=Event.Admission.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose who may register."), "invalid_choice": _("Choose one of these.")},
    )
    needs_approval = forms.BooleanField(
        label=_("The host approves each registration"),
        required=False,
        help_text=_("Until then nobody has a place. Who comes by a personal invitation needs no approval."),
    )
    places = forms.IntegerField(
        label=_("Places"),
        required=False,
        min_value=1,
        max_value=100_000,
        help_text=_(
            "Empty: no limit. If you lower it, everybody keeps their place. If you raise it, those who have waited "
            "longest are offered a place within a minute."
        ),
        error_messages={
            "invalid": _("Enter a whole number, like 80."),
            "min_value": _("Enter a number of at least 1, or leave it empty."),
        },
        widget=forms.TextInput(attrs={"inputmode": "numeric", "size": 6}),
    )
    online_places = forms.IntegerField(
        label=_("Places online"),
        required=False,
        min_value=1,
        max_value=100_000,
        help_text=_("Empty: no limit. The places above are those in the room."),
        error_messages={
            "invalid": _("Enter a whole number, like 200."),
            "min_value": _("Enter a number of at least 1, or leave it empty."),
        },
        widget=forms.TextInput(attrs={"inputmode": "numeric", "size": 6}),
    )
    opens_on = DateField(label=_("Registration opens on"))
    opens_at = ClockField(label=_("Registration opens at"), required=False, help_text=_("Empty: at 00:00."))
    closes_on = DateField(label=_("Registration closes on"), help_text=_("Empty: when the event starts."))
    closes_at = ClockField(label=_("Registration closes at"), required=False, help_text=_("Empty: at 23:59."))
    changes_on = DateField(
        label=_("People change their answers until"),
        help_text=_(
            "After it they ask you, and you decide. Cancelling is always possible. Empty: until the event is over."
        ),
    )
    changes_at = ClockField(label=_("Changes until the time"), required=False, help_text=_("Empty: at 23:59."))
    offers_on = DateField(
        label=_("Places that get free are offered until"),
        help_text=_("After it, nobody on the waiting list is offered one. Empty: until the start."),
    )
    offers_at = ClockField(label=_("Offers until the time"), required=False, help_text=_("Empty: at 23:59."))
    feedback_closes_on = DateField(label=_("Feedback until"))
    reported_participants = forms.IntegerField(
        label=_("Reported number of participants"),
        required=False,
        min_value=0,
        max_value=1_000_000,
        help_text=_("What you report, apart from the people who are counted here."),
        error_messages={
            "invalid": _("Enter a whole number, like 80."),
            "min_value": _("Enter a number of at least 1, or leave it empty."),
        },
        widget=forms.TextInput(attrs={"inputmode": "numeric", "size": 6}),
    )
    reported_participants_note = LineField(label=_("As the source says"), max_length=100, required=False)

    def __init__(self, *args: Any, event: Event, **options: Any) -> None:
        super().__init__(*args, now=values_of(event), **options)
        self.event = event
        self._choices()
        self._only_what_the_kind_asks_for()

    def _choices(self) -> None:
        event, fields = self.event, self.fields
        ours = Partner.objects.filter(project=event.project_id).select_related("organisation", "project")
        projects = Project.objects.filter(Q(programme=event.project.programme_id) | Q(shared_events=event)).exclude(
            pk=event.project_id
        )
        shared = [event.project_id, *event.other_projects.values_list("pk", flat=True)]
        theirs = Partner.objects.filter(Q(project__in=shared) | Q(co_hosted_events=event))
        fields["kind"].queryset = kinds_for(event.project, event.kind)  # type: ignore[attr-defined]
        fields["host"].queryset = ours  # type: ignore[attr-defined]
        fields["importing_partner"].queryset = ours  # type: ignore[attr-defined]
        fields["co_hosts"].queryset = (  # type: ignore[attr-defined]
            theirs.select_related("organisation", "project").order_by("project__acronym", "number").distinct()
        )
        fields["other_projects"].queryset = projects.distinct()  # type: ignore[attr-defined]
        fields["practices"].queryset = event.project.practices.all()  # type: ignore[attr-defined]

    def _only_what_the_kind_asks_for(self) -> None:
        event, kind = self.event, self.event.kind
        left_out = []
        if not (kind.is_numbered or event.number):
            left_out.append("number")
        if not kind.has_importing_partner and event.importing_partner_id is None:
            left_out.append("importing_partner")
        if not (kind.shows_practices or kind.visits_sites or kind.has_importing_partner or self.now["practices"]):
            left_out.append("practices")
        if not (kind.shows_practices or event.themes):
            left_out.append("themes")
        if event.mode != Event.Mode.HYBRID and event.online_places is None:
            left_out.append("online_places")
        if not event.is_over():
            left_out += ["reported_participants", "reported_participants_note"]
        if not self.fields["other_projects"].queryset.exists():  # type: ignore[attr-defined]
            left_out.append("other_projects")
        for name in left_out:
            del self.fields[name]

    def clean_slug(self) -> str:
        slug = self.cleaned_data["slug"].strip().lower()
        if slug != slugify(slug) or not slug:
            raise ValidationError(gettext("Use small letters without accents, digits and hyphens, like kick-off-2027."))
        if not is_free(slug, event=self.event):
            raise ValidationError(gettext("Another event has this short name, or had it once. Choose another one."))
        return slug

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        cleaned |= {name: self._instant(*typed) for name, typed in _INSTANTS.items()}
        opens, closes = cleaned["registration_opens_at"], cleaned["registration_closes_at"]
        if opens and closes and closes <= opens:
            self.add_error("closes_on", gettext("Registration must close later than it opens."))
        host, co_hosts = cleaned.get("host"), cleaned.get("co_hosts")
        if host and co_hosts and host in co_hosts:
            self.add_error("co_hosts", gettext("The host is no co-host as well."))
        importer, practices = cleaned.get("importing_partner"), cleaned.get("practices") or ()
        if importer and (own := [practice for practice in practices if practice.owner_id == importer.pk]):
            words = gettext("%(partner)s owns %(practice)s and cannot import it. Choose another partner or practice.")
            self.add_error("importing_partner", words % {"partner": importer, "practice": own[0]})
        return cleaned

    def _instant(self, day: str, clock: str, otherwise: time) -> datetime | None:
        on, at = self.cleaned_data.get(day), self.cleaned_data.get(clock)
        if on is None:
            if at is not None and day not in self.errors:
                self.add_error(day, gettext("Enter the day too."))
            return None
        return datetime.combine(on, at or otherwise, self.event.zone)

    @transaction.atomic
    def save(self) -> Event:
        """Store what was typed; what somebody else changed and this form did not stays."""
        event, cleaned = self.event, self.cleaned_data
        changed = []
        for name in (*_PLAIN, *_INSTANTS):
            if name in cleaned and getattr(event, name) != cleaned[name]:
                setattr(event, name, cleaned[name])
                changed.append(name)
        if changed:
            event.save(update_fields=changed)
        for name in _SEVERAL:
            if name in self.fields and {one.pk for one in cleaned[name]} != set(self.now[name]):
                getattr(event, name).set(cleaned[name])
        rename(event, cleaned["slug"])
        return event

    def _stored(self, name: str) -> Any:
        value = super()._stored(name)
        if name in _SEVERAL:
            return self.fields[name].queryset.filter(pk__in=value)  # type: ignore[attr-defined]
        if name in ("kind", "host", "importing_partner"):
            return getattr(self.event, name)
        return value


def values_of(event: Event) -> dict[str, Any]:
    """What the form shows of an event, by field."""
    values: dict[str, Any] = {name: getattr(event, name) for name in _PLAIN}
    for name in ("kind", "host", "importing_partner"):
        values[name] = getattr(event, f"{name}_id")
    for name in _SEVERAL:
        values[name] = sorted(getattr(event, name).values_list("pk", flat=True))
    for name, (day, clock, _otherwise) in _INSTANTS.items():
        at = getattr(event, name)
        local = at.astimezone(event.zone) if at else None
        values[day] = local.date() if local else None
        values[clock] = local.time().replace(second=0, microsecond=0) if local else None
    return {**values, "slug": event.slug}


def kinds_for(project: Project, now: EventKind | None = None):
    """Return the kinds that an event of a project can be of: those that are offered, and the one that it is of."""
    offered = Q(is_offered=True) & (Q(programme__isnull=True) | Q(programme=project.programme_id))
    return EventKind.objects.filter(offered | Q(pk=now.pk) if now else offered)


class NewEventForm(forms.Form):
    """The first words about a new event: a draft until it is published."""

    use_required_attribute = False

    title = LineField(
        label=_("Title"),
        max_length=300,
        error_messages={"required": _("Enter the title of the event.")},
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    project = forms.ModelChoiceField(
        label=_("Project"),
        queryset=Project.objects.none(),
        error_messages={"required": _("Choose the project."), "invalid_choice": _("Choose one of these.")},
        empty_label=_("Choose a project"),
    )
    kind = forms.ModelChoiceField(
        label=_("Kind of event"),
        queryset=EventKind.objects.none(),
        error_messages={"required": _("Choose the kind of event."), "invalid_choice": _("Choose one of these.")},
        empty_label=_("Choose a kind"),
    )

    def __init__(self, *args: Any, user, **options: Any) -> None:
        super().__init__(*args, **options)
        self.user = user
        projects = projects_for_new_events(user)
        self.fields["project"].queryset = projects  # type: ignore[attr-defined]
        of_theirs = Q(programme__isnull=True) | Q(programme__in=projects.order_by().values("programme"))
        self.fields["kind"].queryset = EventKind.objects.filter(of_theirs, is_offered=True)  # type: ignore[attr-defined]
        if len(projects) == 1:
            self.initial.setdefault("project", projects[0].pk)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        project, kind = cleaned.get("project"), cleaned.get("kind")
        if project and kind and not kinds_for(project).filter(pk=kind.pk).exists():
            self.add_error("kind", gettext("This kind is of another programme. Choose another one."))
        return cleaned

    def save(self) -> Event:
        """Store the draft. A coordinator's own partner is its host, so that they may go on."""
        project, kind = self.cleaned_data["project"], self.cleaned_data["kind"]
        leads = Project.objects.led_by(self.user).filter(pk=project.pk).exists()
        host = None if leads else Partner.objects.coordinated_by(self.user).filter(project=project).first()
        latest = project.events.exclude(time_zone="").order_by("-created_at").first()
        return Event.objects.create(
            title=self.cleaned_data["title"],
            slug=free_slug(self.cleaned_data["title"]),
            project=project,
            kind=kind,
            host=host,
            number=next_number(project, kind) if kind.is_numbered else None,
            time_zone=latest.time_zone if latest else "",
        )


def projects_for_new_events(user):
    """Return the projects in which a user may make events: those they lead, and those of a partner they coordinate."""
    led = Project.objects.led_by(user).values("pk")
    own = Partner.objects.coordinated_by(user).values("project")
    return Project.objects.filter(Q(pk__in=led) | Q(pk__in=own))
