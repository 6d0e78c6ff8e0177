"""What organisers say about a speaker."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from venues.pictures import ACCEPTED, PictureRefused

from ..editing.comparing import ComparingForm
from ..editing.fields import LineField, TextField
from ..models import Event, Speaker
from .changes import changing_programme
from .documents import changing_file
from .pictures import photo


class SpeakerForm(ComparingForm):
    name = LineField(label=_("Name"), max_length=200, error_messages={"required": _("Enter a name")})
    function = LineField(
        label=_("Function"), required=False, max_length=200, help_text=_("For example: Head of the waste department")
    )
    organisation_name = LineField(label=_("Organisation"), required=False, max_length=300)
    about = TextField(label=_("About"), required=False, max_length=5_000, widget=forms.Textarea(attrs={"rows": 4}))
    picture = forms.FileField(
        label=_("Photo"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ACCEPTED}),
        help_text=_(
            "JPEG, PNG or WebP, at most 10 MB. Only if the person agreed. Where and when it was taken is removed."
        ),
    )
    no_picture = forms.BooleanField(label=_("Remove the photo"), required=False)
    photo_credit = LineField(label=_("Photo by"), required=False, max_length=200)

    stored = ("name", "function", "organisation_name", "about", "photo_credit")

    def __init__(self, *args: Any, event: Event, speaker: Speaker | None, **options: Any) -> None:
        super().__init__(
            *args, now={name: getattr(speaker, name) for name in self.stored} if speaker else {}, **options
        )
        self.event, self.speaker = event, speaker
        if speaker is None or not speaker.photo:
            del self.fields["no_picture"]

    def clean_name(self) -> str:
        name = self.cleaned_data["name"]
        others = [one for one in self.event.speakers.all() if one.name.casefold() == name.casefold()]
        if any(one != self.speaker for one in others):
            raise ValidationError(gettext("There is a speaker of this name. Change that one instead"), code="unique")
        return name

    def clean_picture(self) -> ContentFile | None:
        upload = self.cleaned_data["picture"]
        if not upload:
            return None
        try:
            return photo(upload)
        except PictureRefused as refused:
            raise ValidationError(str(refused), code="picture") from refused

    def save(self) -> Speaker:
        values = self.cleaned_data
        last = self.event.speakers.order_by("position").values_list("position", flat=True).last() or 0
        speaker = self.speaker or Speaker(event=self.event, language=self.event.language, position=last + 1)
        for name in self.stored:
            setattr(speaker, name, values[name])
        with changing_file(speaker, "photo"), changing_programme(self.event):
            if values["picture"]:
                speaker.photo = values["picture"]
            elif values.get("no_picture"):
                speaker.photo = ""
            speaker.save()
        return speaker
