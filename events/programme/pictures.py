"""Photos of speakers: made anew from what was uploaded (venues/pictures.py), or drawn for made-up people."""

from io import BytesIO

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from PIL import Image, ImageDraw, ImageFont

from venues.pictures import re_encode

# Pixels: enough for a page and for print at the size of a passport photo.
LONGEST_SIDE = 600


def photo(upload: UploadedFile) -> ContentFile:
    """Return an uploaded photo as a JPEG of at most 600 × 600 pixels, whole, upright and without metadata.

    Raises venues.pictures.PictureRefused for a file that is no picture, or too large.
    """
    return re_encode(upload, longest_side=LONGEST_SIDE)


def initials(name: str, *, colour: str = "#0b4a8f") -> ContentFile:
    """Return a square JPEG with the initials of a name."""
    words = [word for word in name.split() if word[:1].isalpha()]
    letters = [words[0][0], words[-1][0]] if len(words) > 1 else [word[0] for word in words]
    picture = Image.new("RGB", (LONGEST_SIDE, LONGEST_SIDE), colour)
    centre = (LONGEST_SIDE / 2, LONGEST_SIDE / 2)
    font = ImageFont.load_default(size=LONGEST_SIDE * 2 / 5)
    ImageDraw.Draw(picture).text(centre, "".join(letters).upper(), fill="white", anchor="mm", font=font)
    made = BytesIO()
    picture.save(made, "JPEG", quality=85, optimize=True)
    return ContentFile(made.getvalue(), name="photo.jpg")
