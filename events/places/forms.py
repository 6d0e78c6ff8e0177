"""What organisers write down of a place."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from venues.coordinates import Coordinates, NoCoordinates, in_words, read_coordinates
from venues.models import ACCESS_FIELDS, Place, Room, Site, Venue
from venues.outlines import is_in
from venues.pictures import ACCEPTED, PictureRefused, re_encode

from ..editing.comparing import ComparingModelForm
from ..signals import calendar_changes_at_once

# A point is this far outside of its country at most: harbours, and outlines that are simplified.
OUTSIDE_KM = 50

COMMON = (
    "name",
    "address",
    "city",
    "country",
    "coordinates",
    "coordinates_note",
    "directions",
    *ACCESS_FIELDS,
    "access",
)
PICTURE = ("picture_file", "remove_picture", "picture_alternative", "picture_credit")


class YesNoNotKnown(forms.NullBooleanSelect):
    """Three answers: nobody is made to say “no” where they do not know."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.choices = [("unknown", _("Not known")), ("true", _("Yes")), ("false", _("No"))]


class CoordinatesField(forms.CharField):
    """Latitude and longitude in any usual way of writing them; None where nothing is typed."""

    def prepare_value(self, value: Any) -> Any:
        return in_words(*value) if isinstance(value, tuple) else value

    def clean(self, value: Any) -> Coordinates | None:
        if not (typed := super().clean(value)):
            return None
        try:
            return read_coordinates(typed)
        except NoCoordinates as refused:
            raise forms.ValidationError(str(refused)) from refused


class PlaceForm(ComparingModelForm):
    coordinates = CoordinatesField(
        label=_("Coordinates"),
        required=False,
        max_length=500,
        help_text=_("For example: 50.85, 5.69 or 50°51′N 5°41′E, or the address of a place on OpenStreetMap."),
    )
    picture_file = forms.FileField(
        label=_("Map or picture"),
        required=False,
        help_text=_("Shown instead of the map that is drawn from the coordinates. JPEG, PNG or WebP, 10 MB at most."),
        widget=forms.FileInput(attrs={"accept": ACCEPTED}),
    )
    remove_picture = forms.BooleanField(label=_("Remove the picture that is there"), required=False)

    class Meta:
        model: type[Place] = Venue
        fields = [name for name in (*COMMON, *PICTURE) if name not in ("coordinates", "picture_file", "remove_picture")]
        widgets = dict.fromkeys(ACCESS_FIELDS, YesNoNotKnown)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ACCESS_FIELDS:
            # An answer is always chosen, so it is not called optional.
            self.fields[name].required = True
        if not self.instance.picture:
            del self.fields["remove_picture"]
        self.order_fields([*COMMON, *self.own_fields, *PICTURE])

    # What only one kind of place has.
    own_fields: tuple[str, ...] = ()

    def values_of(self, row: Any) -> dict[str, Any]:
        point = in_words(row.latitude, row.longitude)
        # As they would be read from the form: to as many digits.
        return {**super().values_of(row), "coordinates": read_coordinates(point) if point else None}

    def clean_picture_file(self) -> UploadedFile | None:
        file = self.cleaned_data["picture_file"]
        if file:
            try:
                self.re_encoded = re_encode(file)
            except PictureRefused as refused:
                raise forms.ValidationError(str(refused)) from refused
        return file

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        country = str(cleaned.get("country") or "")
        if (point := cleaned.get("coordinates")) and country:
            self._check_country(country, *point)
        if cleaned.get("picture_file") and not cleaned.get("picture_alternative"):
            self.add_error("picture_alternative", gettext("Say in words what the picture shows."))
        self._check_name(cleaned.get("name", ""), cleaned.get("city", ""), country)
        return cleaned

    def _check_country(self, country: str, latitude: float, longitude: float) -> None:
        # None: the point or the country is beyond what our outlines know, such as an island overseas.
        is_there = is_in(country, latitude, longitude, within_km=OUTSIDE_KM)
        if not is_there and is_in(country, longitude, latitude, within_km=OUTSIDE_KM):
            text = gettext("Latitude and longitude are the wrong way round. Enter latitude first.")
            self.add_error("coordinates", text)
        elif is_there is False:
            text = gettext("This point is not in the country that you chose (%(country)s). Correct one of the two.")
            self.add_error("coordinates", text % {"country": countries.name(country)})

    def _check_name(self, name: str, city: str, country: str) -> None:
        same = self._meta.model._default_manager.offered().filter(name=name, city=city, country=country)
        if (name or city) and same.exclude(pk=self.instance.pk).exists():
            text = gettext("This place is listed already. Use that one, or say in the name how this one differs.")
            self.add_error("name" if name else "city", text)

    def _post_clean(self) -> None:
        point = self.cleaned_data.get("coordinates")
        # Before the model is checked: its rules read both numbers.
        self.instance.latitude, self.instance.longitude = point or (None, None)
        super()._post_clean()  # type: ignore[misc]

    def _shown(self, name: str, value: Any) -> str:
        if name == "coordinates" and value:
            return in_words(*value)
        if name in ACCESS_FIELDS and value is None:
            return gettext("Not known")
        return super()._shown(name, value)

    def save(self, commit: bool = True) -> Any:
        """Save the place with its picture; events there are found under its new name at once."""
        place = self.instance
        renamed = place.pk is not None and {"name", "city"} & set(self.changed_data)
        old = type(self.instance)._default_manager.filter(pk=place.pk).values_list("picture", flat=True).first()
        if self.cleaned_data.get("remove_picture"):
            place.picture = ""
            place.picture_alternative = place.picture_credit = ""
        if self.cleaned_data.get("picture_file"):
            place.picture.save("picture.jpg", self.re_encoded, save=False)
        with calendar_changes_at_once():
            place.save()
            if renamed and isinstance(place, Venue):
                for event in place.events.all():
                    event.save(update_fields=["venue"])
        if old and old != place.picture.name:
            transaction.on_commit(lambda: _delete_picture(place, old))
        return place


class VenueForm(PlaceForm):
    own_fields = ("hotels",)

    class Meta(PlaceForm.Meta):
        model = Venue
        fields = [*PlaceForm.Meta.fields, "hotels"]


class SiteForm(PlaceForm):
    own_fields = ("needs_id", "needs_safety_shoes", "forbids_photos", "instruction")

    class Meta(PlaceForm.Meta):
        model = Site
        fields = [*PlaceForm.Meta.fields, "needs_id", "needs_safety_shoes", "forbids_photos", "instruction"]


FORMS: dict[type[Place], type[PlaceForm]] = {Venue: VenueForm, Site: SiteForm}


class RoomForm(ComparingModelForm):
    class Meta:
        model = Room
        fields = ["name", "seats", "access"]
        widgets = {"access": forms.Textarea(attrs={"rows": 2})}

    def validate_constraints(self) -> None:
        """Leave the one rule of a room, its name, to the formset, which knows what is sent twice or removed.

        Django 5.2 leaves it there by itself, 6.1 asks each form, too.
        """


class RoomFormSet(forms.BaseInlineFormSet):
    """The rooms of a venue. One that a session is in stays: its people would not find it.

    A room that is sent once more, as by a second press of the button, is the one that is there. One that somebody else
    removed meanwhile is added again only where that is asked for.
    """

    deletion_widget = forms.CheckboxInput

    def _construct_form(self, i: int, **kwargs: Any) -> Any:
        form = super()._construct_form(i, **kwargs)  # type: ignore[misc]
        form.is_gone = self.is_bound and i < self.initial_form_count() and form.instance.pk is None
        if form.is_gone:
            # Its key leads nowhere now, and says only which line it was.
            form.fields["id"] = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)
            form.fields["add_again"] = forms.BooleanField(label=_("Add this room again"), required=False)
        return form

    @property
    def _there_when_opened(self) -> list[Any]:
        return self.initial_forms

    @property
    def _gone(self) -> list[Any]:
        """The rooms that were removed since the form was opened, and that nobody removes here as well."""
        return [form for form in self._there_when_opened if form.is_gone and not form.cleaned_data.get("DELETE")]

    def clean(self) -> None:
        super().clean()
        for form in self._gone:
            if not form.cleaned_data.get("add_again"):
                words = gettext("Somebody else removed this room meanwhile. Add it again, or tick “Delete”.")
                form.add_error("add_again", words)
        for form in self._there_when_opened:
            if not form.is_gone and form.cleaned_data.get("DELETE") and form.instance.sessions.exists():
                form.add_error(
                    "DELETE",
                    gettext("A session takes place in this room. Move the session first, then remove the room."),
                )
        self._check_names()

    def _check_names(self) -> None:
        there = list(self.instance.rooms.all()) if self.instance.pk else []
        by_name = {room.name: room for room in there}
        words = gettext("There is a room of this name here already.")
        made_again = self._gone
        for form in self.initial_forms:
            same = by_name.get(form.cleaned_data.get("name"))
            if form not in made_again and same and same.pk != form.instance.pk and not form.cleaned_data.get("DELETE"):
                form.add_error("name", words)
        # Rooms that are sent along are saved, or removed, before new ones are made.
        sent = {form.instance.pk: form.cleaned_data for form in self.initial_forms}
        left = {room.name for room in there if sent.get(room.pk, {}).get("DELETE")}
        left |= {room.name for room in there if sent.get(room.pk, {}).get("name", room.name) != room.name}
        self.made_before: dict[str, Room] = {}
        for form in [*made_again, *self.extra_forms]:
            same = by_name.get(form.cleaned_data.get("name"))
            if same is None or same.name in left or form.cleaned_data.get("DELETE"):
                continue
            if all(form.cleaned_data.get(name) == getattr(same, name) for name in ("seats", "access")):
                self.made_before[same.name] = same
            else:
                form.add_error("name", words)

    def save_new_objects(self, commit: bool = True) -> list[Any]:
        super().save_new_objects(commit)
        self.new_objects += [self.save_new(form, commit=commit) for form in self._gone]
        return self.new_objects

    def save_new(self, form: Any, commit: bool = True) -> Any:
        return self.made_before.get(form.cleaned_data["name"]) or super().save_new(form, commit)


ROOM_FORMS = forms.inlineformset_factory(
    Venue, Room, form=RoomForm, formset=RoomFormSet, extra=2, can_delete=True, max_num=100, absolute_max=120
)


def _delete_picture(place: Place, name: str) -> None:
    # A place that was merged may show the same picture.
    if not any(model._default_manager.filter(picture=name).exists() for model in (Venue, Site)):
        place._meta.get_field("picture").storage.delete(name)  # type: ignore[union-attr]
