"""What partners and experts say of regions, and what the lead writes about instruments and rounds."""

from typing import Any

from django import forms
from django.db import IntegrityError, transaction
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from events.editing.fields import DateField, LineField, TextField
from projects.models import Partner

from .assessments import assess, last_of, put_into_instrument
from .exceptions import DimensionIsRated, NothingRated, RoundIsClosed
from .models import Assessment, AssessmentRound, Dimension, Instrument


class InstrumentForm(forms.ModelForm):
    """An instrument has a name; its dimensions and rounds follow one by one."""

    use_required_attribute = False

    name = LineField(
        label=_("Name"), max_length=200, error_messages={"required": _("Enter a name for the instrument.")}
    )

    class Meta:
        model = Instrument
        fields = ("name",)

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        others = Instrument.objects.filter(project=self.instance.project, name=name).exclude(pk=self.instance.pk)
        if others.exists():
            raise forms.ValidationError(gettext("The project has an instrument of this name. Choose another name."))
        return name

    def store(self) -> bool:
        """Store it and return True; where somebody was faster, say so at the field and return False."""
        try:
            with transaction.atomic():
                self.instance.save()
        except IntegrityError:
            self.add_error("name", gettext("The project has an instrument of this name. Choose another name."))
            return False
        return True


class PartForm(forms.ModelForm):
    """A dimension or a round of an instrument, each with a name of its own in it."""

    use_required_attribute = False

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        model = type(self.instance)
        others = model._default_manager.filter(instrument=self.instance.instrument, name=name)
        if others.exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(gettext("The instrument has one of this name. Choose another name."))
        return name

    def store(self) -> bool:
        """Store it and return True; where somebody rated by it, say so and return False."""
        try:
            put_into_instrument(self.instance)
        except DimensionIsRated:
            self.add_error(
                "name",
                gettext(
                    "Somebody rated by this dimension already, so it stays as it is. Add another dimension instead."
                ),
            )
            return False
        except IntegrityError:
            # Somebody was faster.
            self.add_error("name", gettext("The instrument has one of this name. Choose another name."))
            return False
        return True


def _anchor(number: int) -> LineField:
    label = format_lazy(_("What {number} means"), number=number)
    if number in (1, 5):
        return LineField(
            label=label,
            max_length=300,
            error_messages={"required": format_lazy(_("Write in words what {number} means."), number=number)},
        )
    return LineField(label=label, max_length=300, required=False)


class DimensionForm(PartForm):
    """What is rated, and what the numbers mean."""

    name = LineField(label=_("Dimension"), max_length=100, error_messages={"required": _("Enter what is rated.")})
    anchor_1 = _anchor(1)
    anchor_2 = _anchor(2)
    anchor_3 = _anchor(3)
    anchor_4 = _anchor(4)
    anchor_5 = _anchor(5)

    class Meta:
        model = Dimension
        fields = ("name", "anchor_1", "anchor_2", "anchor_3", "anchor_4", "anchor_5")


class AssessmentRoundForm(PartForm):
    """When the regions are rated, and until when ratings are taken."""

    name = LineField(
        label=_("Name"),
        max_length=60,
        help_text=_("Such as: Start, Half-way, End"),
        error_messages={"required": _("Enter a name for the round.")},
    )
    held_on = DateField(label=_("State of"), required=False, help_text=_("The day that the ratings are about."))
    closes_on = DateField(
        label=_("Last day for ratings"), required=False, help_text=_("Leave it empty to take them always.")
    )

    class Meta:
        model = AssessmentRound
        fields = ("name", "held_on", "closes_on")


class AssessmentForm(forms.Form):
    """What one partner, or an expert, says of one region in a round. It begins with what they said last."""

    use_required_attribute = False

    def __init__(
        self, *args: Any, round_: AssessmentRound, partner: Partner, rater: Partner | None, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.round, self.partner, self.rater = round_, partner, rater
        self.dimensions = list(round_.instrument.dimensions.all())
        before = _by_dimension(last_of(round_, partner, rater=rater) if rater else None)
        if rater is None:
            self.fields["expert"] = LineField(
                label=_("Name of the expert"),
                max_length=200,
                error_messages={"required": _("Enter the name of the expert.")},
            )
        for dimension in self.dimensions:
            said = before.get(dimension.pk)
            self.fields[f"dimension_{dimension.pk}"] = _rating_field(dimension, initial=said and said[0])
            self.fields[f"remark_{dimension.pk}"] = TextField(
                label=gettext("Remark on: %(dimension)s") % {"dimension": dimension.name},
                max_length=1000,
                required=False,
                initial=said and said[1],
            )
            self.fields[f"remark_{dimension.pk}"].widget.attrs["rows"] = 2

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for dimension in self.dimensions:
            value, remark = f"dimension_{dimension.pk}", f"remark_{dimension.pk}"
            if cleaned.get(remark) and value in cleaned and cleaned[value] is None:
                self.add_error(value, gettext("Choose a number too, or take the remark away."))
        return cleaned

    def save(self, *, by: Any) -> Assessment | None:
        """Store it and return it; where it is refused, say why at the top of the form and return None."""
        cleaned = self.cleaned_data
        ratings = {
            dimension: (cleaned[f"dimension_{dimension.pk}"], cleaned[f"remark_{dimension.pk}"])
            for dimension in self.dimensions
            if cleaned[f"dimension_{dimension.pk}"] is not None
        }
        try:
            return assess(
                self.round, self.partner, rater=self.rater, expert=cleaned.get("expert", ""), ratings=ratings, by=by
            )
        except RoundIsClosed:
            self.add_error(
                None, gettext("This round is closed: nothing was stored. The lead partner can set another last day.")
            )
        except NothingRated:
            self.add_error(
                f"dimension_{self.dimensions[0].pk}" if self.dimensions else None,
                gettext("Choose a number for at least one dimension."),
            )
        return None


def _by_dimension(said: Assessment | None) -> dict[int, tuple[int, str]]:
    return {one.dimension_id: (one.value, one.remark) for one in said.ratings.all()} if said else {}


def _rating_field(dimension: Dimension, *, initial: int | None) -> forms.TypedChoiceField:
    words = dict(dimension.anchors)
    numbers = [(str(n), f"{n}: {words[n]}" if n in words else str(n)) for n in range(1, 6)]
    return forms.TypedChoiceField(
        label=dimension.name,
        # A radio once chosen cannot be taken back.
        choices=[*numbers, ("", _("Skip"))],
        coerce=int,
        empty_value=None,
        required=False,
        initial=initial,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": _("Choose a number from 1 to 5, or skip this dimension.")},
    )
