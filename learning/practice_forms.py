"""What partners write about good practices: their own, and what they do with those of others."""

from datetime import date
from typing import Any

from django import forms
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext, gettext_lazy
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from events.editing.fields import DateField, LineField, SeveralField, TextField, without_control_characters
from events.models import Event, Session
from events.times import when_in_words
from projects.languages import language_choices
from projects.models import Criterion, CriterionRating, GoodPractice, Partner, Project
from projects.models.practices import MOST_LETTERS_IN_TITLE

from .criteria import MOST_CRITERIA, write_criteria
from .exceptions import CriterionIsUsed
from .forms import RatingField
from .models import Showing, Transfer, Wish

LONGEST_TEXT = 2000
# Nothing is shown on the bus and at lunch.
NOT_ABOUT_PRACTICES = (Session.Kind.TRANSFER, Session.Kind.MEAL, Session.Kind.SOCIAL, Session.Kind.STEERING_GROUP)


class BriefField(TextField):
    """A text of a few sentences."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": 4}), **options)


class EventChoice(forms.ModelChoiceField):
    """An event of a project that its partners may all see."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("error_messages", {"invalid_choice": _("Choose an event of the list.")})
        super().__init__(Event.objects.none(), required=False, **options)

    def offer(self, project: Project, wanted: Q | None = None) -> None:
        events = Event.objects.of_project(project).published().exclude(visibility=Event.Visibility.UNLISTED)
        if wanted is not None:
            events = events.filter(wanted).distinct()
        self.queryset = events.select_related("kind").latest_first()

    def label_from_instance(self, event: Any) -> str:
        return f"{event.title} ({when_in_words(event, short=True)})"


class PartnerOfProject(forms.ModelChoiceField):
    def label_from_instance(self, partner: Any) -> str:
        return str(partner.organisation)


class PracticeForm(forms.ModelForm):
    """A practice in the words of its owner."""

    use_required_attribute = False

    owner = PartnerOfProject(
        label=_("Owner"),
        queryset=Partner.objects.none(),
        empty_label=None,
        help_text=_("The partner whose region it comes from."),
        error_messages={"required": _("Choose the owner."), "invalid_choice": _("Choose one of your partners.")},
    )
    language = forms.ChoiceField(
        label=_("Language of these texts"),
        error_messages={"required": _("Choose the language."), "invalid_choice": _("Choose a language of the list.")},
    )
    name = LineField(
        label=_("Title"),
        max_length=MOST_LETTERS_IN_TITLE,
        help_text=_("At most 100 characters, as the database of the programme takes it."),
        error_messages={"required": _("Enter a title for the practice.")},
    )
    summary = BriefField(
        label=_("Summary"),
        max_length=LONGEST_TEXT,
        help_text=_("What is done, by whom, and what is better since then."),
        error_messages={"required": _("Write what the practice is.")},
    )
    town = LineField(label=_("Town or area"), max_length=100, required=False)
    country = CountryField(blank=True).formfield(
        label=_("Country"), required=False, error_messages={"invalid_choice": _("Choose a country of the list.")}
    )
    evidence = BriefField(
        label=_("What shows that it works"),
        max_length=LONGEST_TEXT,
        required=False,
        help_text=_("Numbers, studies, addresses of reports."),
    )
    sessions = SeveralField(
        label=_("Sessions in which it is shown"),
        queryset=Session.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Of the events that name this practice."),
        error_messages={"invalid_choice": _("Choose sessions of the list.")},
    )

    class Meta:
        model = GoodPractice
        fields = ("owner", "language", "name", "summary", "town", "country", "evidence")

    def __init__(self, *args: Any, user: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        fields: dict[str, Any] = self.fields
        project = self.instance.project
        fields["language"].choices = language_choices()
        partners = Partner.objects.spoken_for_by(user).filter(project=project).select_related("organisation")
        fields["owner"].queryset = partners
        offered = self._sessions(user) if self.instance.pk else Session.objects.none()
        if offered.exists():
            fields["sessions"].queryset = offered
            fields["sessions"].label_from_instance = _session_in_words
            fields["sessions"].initial = [one.session_id for one in self.instance.showings.all()]
        else:
            del fields["sessions"]

    def _sessions(self, user: Any) -> Any:
        events = Event.objects.visible_to(user).filter(practices=self.instance).order_by().values("pk")
        sessions = Session.objects.visible_to(user).filter(event__in=events).exclude(kind__in=NOT_ABOUT_PRACTICES)
        return sessions.select_related("event").order_by("event__starts_on", "event", "day", "start_time", "position")

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        others = GoodPractice.objects.filter(project=self.instance.project, name=name).exclude(pk=self.instance.pk)
        if others.exists():
            raise forms.ValidationError(gettext("This project has a practice of that title. Choose another one."))
        return name

    def clean_owner(self) -> Partner:
        owner: Partner = self.cleaned_data["owner"]
        practice = self.instance
        if practice.pk and (
            practice.wishes.filter(partner=owner).exists()
            or practice.transfers.filter(partner=owner).exists()
            or practice.ratings.filter(partner=owner).exists()
        ):
            raise forms.ValidationError(
                gettext("%(partner)s wants, rates or carries home this practice, so it cannot be its owner.")
                % {"partner": owner}
            )
        return owner

    def store(self) -> GoodPractice | None:
        """Store it and return it; where somebody was faster, say so at the title and return None."""
        try:
            with transaction.atomic():
                return self.save()
        except IntegrityError:
            self.add_error("name", gettext("This project has such a practice now. Choose another title, or open it."))
            return None

    def save(self, commit: bool = True) -> GoodPractice:
        practice = super().save(commit)
        if "sessions" in self.fields:
            chosen = {session.pk for session in self.cleaned_data["sessions"]}
            # What this user may not see is not theirs to take out.
            offered = self.fields["sessions"].queryset  # type: ignore[attr-defined]
            practice.showings.filter(session__in=offered.order_by().values("pk")).exclude(session__in=chosen).delete()
            Showing.objects.bulk_create(
                (Showing(practice=practice, session_id=key) for key in chosen), ignore_conflicts=True
            )
        return practice


def _session_in_words(session: Session) -> str:
    return f"{session.event.title}: {session.title}"


class TranslationForm(forms.Form):
    """The texts of a practice in one other language; what is empty is shown as it was first written."""

    use_required_attribute = False

    name = LineField(label=_("Title"), max_length=MOST_LETTERS_IN_TITLE, required=False)
    summary = BriefField(label=_("Summary"), max_length=LONGEST_TEXT, required=False)
    evidence = BriefField(label=_("What shows that it works"), max_length=LONGEST_TEXT, required=False)


class CriteriaForm(forms.Form):
    """By which criteria the partners of a project rate practices, one a line."""

    use_required_attribute = False

    texts = forms.CharField(
        label=_("Criteria, one a line"),
        help_text=_("Partners rate the practices of others by each of them, from 1 (not at all) to 5 (fully)."),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 6}),
    )

    def __init__(self, *args: Any, project: Project, **options: Any) -> None:
        super().__init__(*args, **options)
        self.project = project
        self.fields["texts"].initial = "\n".join(criterion.text for criterion in project.criteria.all())

    def clean_texts(self) -> list[str]:
        """The lines that say something, each once."""
        lines = [" ".join(without_control_characters(line).split()) for line in self.cleaned_data["texts"].splitlines()]
        texts = list(dict.fromkeys(filter(None, lines)))
        longest = Criterion._meta.get_field("text").max_length or 0
        for text in texts:
            if len(text) > longest:
                raise forms.ValidationError(
                    gettext("Shorten this line to at most %(most)d characters, it has %(length)d: “%(begin)s …”")
                    % {"most": longest, "length": len(text), "begin": text[:60]}
                )
        if len(texts) > MOST_CRITERIA:
            raise forms.ValidationError(
                gettext("Keep at most %(most)d criteria; these are %(number)d.")
                % {"most": MOST_CRITERIA, "number": len(texts)}
            )
        return texts

    def write(self) -> bool:
        """Store them and return True; where that cannot be, say why at the field and return False."""
        try:
            write_criteria(self.project, self.cleaned_data["texts"])
        except CriterionIsUsed as refusal:
            for text in refusal.texts:
                message = gettext("Partners have rated by “%(text)s” already. Put this line back as it was.")
                self.add_error("texts", message % {"text": text})
            return False
        return True


class WishForm(forms.Form):
    """Why a partner wants a practice."""

    use_required_attribute = False

    reason = BriefField(
        label=_("Why we want it"),
        max_length=LONGEST_TEXT,
        error_messages={"required": _("Write why you want it: what it would mend at home.")},
    )
    event = EventChoice(label=_("Where we met it"), empty_label=gettext_lazy("Elsewhere"))

    def __init__(self, *args: Any, practice: GoodPractice, wish: Wish | None, **options: Any) -> None:
        if wish is not None:
            options["initial"] = {"reason": wish.reason, "event": wish.event_id}
        super().__init__(*args, **options)
        self.fields["event"].offer(practice.project, Q(practices=practice))  # type: ignore[attr-defined]

    def save(self, practice: GoodPractice, partner: Partner, *, by: Any) -> Wish:
        values = {"reason": self.cleaned_data["reason"], "event": self.cleaned_data["event"], "noted_by": by}
        return Wish.objects.update_or_create(practice=practice, partner=partner, defaults=values)[0]


class TransferForm(forms.Form):
    """The plan with which a partner carries a practice home."""

    use_required_attribute = False

    event = EventChoice(label=_("Import workshop"), empty_label=gettext_lazy("None yet"))
    fits = BriefField(
        label=_("What fits as it is"),
        max_length=LONGEST_TEXT,
        error_messages={"required": _("Write what you can take over as it is, or that nothing is.")},
    )
    must_change = BriefField(
        label=_("What must change"),
        max_length=LONGEST_TEXT,
        error_messages={"required": _("Write what must change at home first, or that nothing must.")},
    )
    who = LineField(
        label=_("Who does it"),
        max_length=300,
        help_text=_("Offices and organisations rather than people."),
        error_messages={"required": _("Enter who does it.")},
    )
    due_on = DateField(label=_("By when"), required=False)

    def __init__(self, *args: Any, practice: GoodPractice, transfer: Transfer | None, **options: Any) -> None:
        if transfer is not None:
            names = ("fits", "must_change", "who", "due_on")
            options["initial"] = {"event": transfer.event_id, **{name: getattr(transfer, name) for name in names}}
        super().__init__(*args, **options)
        workshops = Q(practices=practice, kind__has_importing_partner=True)
        self.fields["event"].offer(practice.project, workshops)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        event, due_on = cleaned.get("event"), cleaned.get("due_on")
        if event and due_on and event.has_exact_date and _before(due_on, event.starts_on):
            self.add_error("due_on", gettext("This is before the workshop. Enter a later day."))
        return cleaned

    def save(self, practice: GoodPractice, partner: Partner, *, by: Any) -> Transfer:
        values = {**self.cleaned_data, "noted_by": by}
        return Transfer.objects.update_or_create(practice=practice, partner=partner, defaults=values)[0]


def _before(day: date, start: date | None) -> bool:
    return start is not None and day < start


class RatingsForm(forms.Form):
    """How one partner rates a practice by the criteria of the project. What is skipped is not rated."""

    use_required_attribute = False

    def __init__(self, *args: Any, practice: GoodPractice, partner: Partner, **options: Any) -> None:
        super().__init__(*args, **options)
        self.practice, self.partner = practice, partner
        self.criteria = list(practice.project.criteria.all())
        rated = dict(practice.ratings.filter(partner=partner).values_list("criterion", "value"))
        for criterion in self.criteria:
            self.fields[f"criterion_{criterion.pk}"] = RatingField(
                label=criterion.text,
                lowest=_("1, not at all"),
                highest=_("5, fully"),
                initial=rated.get(criterion.pk),
            )

    def save(self) -> None:
        for criterion in self.criteria:
            key: dict[str, Any] = {"practice": self.practice, "partner": self.partner, "criterion": criterion}
            value = self.cleaned_data[f"criterion_{criterion.pk}"]
            if value is None:
                CriterionRating.objects.filter(**key).delete()
            else:
                CriterionRating.objects.update_or_create(**key, defaults={"value": value})
