"""What partners write about their action plans, and the lead about rounds of monitoring."""

from typing import Any

from django import forms
from django.db import IntegrityError, transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from events.editing.fields import DateField, LineField
from events.times import dates_in_words
from projects.models import GoodPractice, Partner, Project

from .action_plans import put_into_plan
from .exceptions import OriginInACircle
from .models import Action, ActionPlan, MonitoringRound, Progress
from .practice_forms import BriefField, EventChoice, PartnerOfProject


class PlanForm(forms.ModelForm):
    """A plan: whose it is, around which policy instrument, and since when the region has agreed to it."""

    use_required_attribute = False

    partner = PartnerOfProject(
        label=_("Partner"),
        queryset=Partner.objects.none(),
        empty_label=None,
        error_messages={"required": _("Choose the partner."), "invalid_choice": _("Choose one of your partners.")},
    )
    policy_instrument = LineField(
        label=_("Policy instrument"),
        max_length=300,
        required=False,
        help_text=_("The plan or programme that it improves, as it is called officially."),
    )
    adopted_on = DateField(label=_("Adopted on"), required=False)

    class Meta:
        model = ActionPlan
        fields = ("partner", "policy_instrument", "adopted_on")

    def __init__(self, *args: Any, user: Any, project: Project, **options: Any) -> None:
        super().__init__(*args, **options)
        partners = Partner.objects.spoken_for_by(user).filter(project=project).select_related("organisation")
        self.fields["partner"].queryset = partners  # type: ignore[attr-defined]
        if self.instance.pk:
            del self.fields["partner"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        partner = self.instance.partner if self.instance.pk else cleaned.get("partner")
        instrument = cleaned.get("policy_instrument", "")
        others = ActionPlan.objects.filter(partner=partner, policy_instrument=instrument).exclude(pk=self.instance.pk)
        if partner and others.exists():
            self.add_error(
                "policy_instrument",
                gettext(
                    "This partner has a plan for this policy instrument. Open that one, or name another instrument."
                )
                if instrument
                else gettext("This partner has a plan whose policy instrument is not known. Name the instrument."),
            )
        return cleaned

    def store(self) -> ActionPlan | None:
        """Store it and return it; where somebody was faster, say so at the field and return None."""
        try:
            with transaction.atomic():
                self.instance.save()
        except IntegrityError:
            self.add_error("policy_instrument", gettext("This partner has such a plan now. Open that one."))
            return None
        return self.instance


class ActionOfProject(forms.ModelChoiceField):
    def label_from_instance(self, action: Any) -> str:
        return f"{action.plan.partner.organisation}: {action.title}"


class PracticeOfProject(forms.ModelChoiceField):
    def label_from_instance(self, practice: Any) -> str:
        return f"{practice.name} ({practice.owner.organisation})" if practice.owner else practice.name


class ActionForm(forms.ModelForm):
    """One action of a plan. Only its title must be there; what is missing is a gap that the plan's page names."""

    use_required_attribute = False

    title = LineField(label=_("Title"), max_length=200, error_messages={"required": _("Enter a title for the action.")})
    practice = PracticeOfProject(
        label=_("Good practice that it comes from"),
        queryset=GoodPractice.objects.none(),
        required=False,
        empty_label=_("None"),
        error_messages={"invalid_choice": _("Choose a practice of the list.")},
    )
    event = EventChoice(label=_("Event that it comes from"), empty_label=_("None"))
    builds_on = ActionOfProject(
        label=_("Earlier action that it builds on"),
        queryset=Action.objects.none(),
        required=False,
        empty_label=_("None"),
        error_messages={"invalid_choice": _("Choose an action of the list.")},
    )
    nature = BriefField(label=_("What is done"), max_length=4000, required=False)
    players = BriefField(
        label=_("Who takes part"),
        max_length=2000,
        required=False,
        help_text=_("Organisations, and what each of them does."),
    )
    starts_on = DateField(label=_("From"), required=False)
    ends_on = DateField(label=_("Until"), required=False)
    costs = BriefField(label=_("Costs"), max_length=1000, required=False, help_text=_("In words; nothing is added up."))
    funding = BriefField(label=_("Funding"), max_length=1000, required=False)
    indicators = BriefField(label=_("How one will see that it is done"), max_length=1000, required=False)
    added_on = DateField(
        label=_("Added to the plan on"),
        required=False,
        help_text=_("Leave it empty for what was in the plan from the beginning."),
    )

    class Meta:
        model = Action
        fields = (
            "title",
            "practice",
            "event",
            "builds_on",
            "nature",
            "players",
            "starts_on",
            "ends_on",
            "costs",
            "funding",
            "indicators",
            "added_on",
        )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        fields: dict[str, Any] = self.fields
        project = self.instance.plan.partner.project
        fields["practice"].queryset = project.practices.select_related("owner__organisation").order_by("name")
        fields["event"].offer(project)
        others = Action.objects.filter(plan__partner__project=project).exclude(pk=self.instance.pk)
        fields["builds_on"].queryset = others.select_related("plan__partner__organisation").order_by(
            "plan__partner__number", "plan", "position"
        )

    def clean_title(self) -> str:
        title: str = self.cleaned_data["title"]
        # It may be the same form, sent twice.
        if self.instance.plan.actions.filter(title=title).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(gettext("This plan has an action of that title. Choose another one."))
        return title

    def clean_practice(self) -> GoodPractice | None:
        practice: GoodPractice | None = self.cleaned_data["practice"]
        partner = self.instance.plan.partner
        if practice and practice.owner_id == partner.pk:
            raise forms.ValidationError(
                gettext("%(partner)s owns this practice: choose one of another partner, or none.")
                % {"partner": partner}
            )
        return practice

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        starts_on, ends_on = cleaned.get("starts_on"), cleaned.get("ends_on")
        if starts_on and ends_on and ends_on < starts_on:
            self.add_error("ends_on", gettext("The last day cannot be before the first day."))
        return cleaned

    def put_into_plan(self) -> Action | None:
        """Store it and return it; where it would build on itself, say so at the field and return None."""
        try:
            put_into_plan(self.instance)
        except OriginInACircle as refusal:
            self.add_error(
                "builds_on",
                gettext("Then this action would build on itself: %(way)s. Choose another one, or none.")
                % {"way": " → ".join(refusal.titles)},
            )
            return None
        return self.instance


class RoundForm(forms.ModelForm):
    """A day for which all partners say how far they are."""

    use_required_attribute = False

    name = LineField(label=_("Name"), max_length=100, error_messages={"required": _("Enter a name for the round.")})
    held_on = DateField(label=_("State of"), required=True, help_text=_("The day that the answers are about."))

    class Meta:
        model = MonitoringRound
        fields = ("name", "held_on")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["held_on"].error_messages["required"] = gettext("Enter the day that the answers are about.")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        held_on = cleaned.get("held_on")
        if held_on and MonitoringRound.objects.filter(project=self.instance.project, held_on=held_on).exists():
            self.add_error("held_on", gettext("There is a round for this day. Choose another day."))
        return cleaned

    def store(self) -> bool:
        """Store it and return True; where somebody was faster, say so at the field and return False."""
        try:
            with transaction.atomic():
                self.instance.save()
        except IntegrityError:
            self.add_error("held_on", gettext("There is a round for this day. Choose another day."))
            return False
        return True


class ProgressForm(forms.Form):
    """How far one action is in a round."""

    use_required_attribute = False

    round = forms.ModelChoiceField(
        label=_("Monitoring round"),
        queryset=MonitoringRound.objects.none(),
        empty_label=None,
        error_messages={"required": _("Choose the round."), "invalid_choice": _("Choose a round of the list.")},
    )
    status = forms.ChoiceField(
        label=_("How far it is"),
        choices=Progress.Status.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how far it is."), "invalid_choice": _("Choose how far it is.")},
    )
    why = BriefField(
        label=_("Why"), max_length=2000, required=False, help_text=_("Always where it was changed or dropped.")
    )
    evidence = BriefField(
        label=_("What shows it"),
        max_length=2000,
        required=False,
        help_text=_("A decision, a contract, numbers, an address."),
    )

    def __init__(self, *args: Any, action: Action, **options: Any) -> None:
        super().__init__(*args, **options)
        self.action = action
        rounds = MonitoringRound.objects.filter(project=action.plan.partner.project_id).order_by("-held_on")
        self.fields["round"].queryset = rounds  # type: ignore[attr-defined]
        self.fields["round"].label_from_instance = _round_in_words  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("status") in Progress.NEEDS_REASON and not cleaned.get("why") and "why" not in self.errors:
            self.add_error("why", gettext("Write why it was changed or dropped."))
        round_ = cleaned.get("round")
        if round_ and self.action.added_on and self.action.added_on > round_.held_on:
            self.add_error("round", gettext("The action was not in the plan then. Choose a later round."))
        return cleaned

    def save(self, *, by: Any) -> Progress:
        return Progress.objects.create(action=self.action, noted_by=by, **self.cleaned_data)


def _round_in_words(round_: MonitoringRound) -> str:
    return f"{round_.name} ({dates_in_words(round_.held_on, round_.held_on)})"


class OnDayForm(forms.Form):
    """The day for which a page says how far things are."""

    use_required_attribute = False

    on = DateField(label=_("As of which day"), required=False)
