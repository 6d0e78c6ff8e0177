"""Pictures that people upload: read once and drawn anew, so that nothing of the file they came in is kept.

What is stored is a JPEG of our own making. Where a photo was taken, with which camera, and whatever else hides in a
file goes; a file that claims to be a picture and is not, or that would fill the memory, is refused with a reason.
"""

from io import BytesIO
from typing import IO

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _
from PIL import ExifTags, Image

LARGEST_FILE = 10 * 1024 * 1024
# A file of a few kB may unfold to gigabytes. Its size stands in the first bytes and is read before it is unfolded.
MOST_PIXELS = 50_000_000
FORMATS = ("JPEG", "PNG", "WEBP")
# For the input that lets somebody choose the file.
ACCEPTED = "image/jpeg,image/png,image/webp"
LONGEST_SIDE = 1600
QUALITY = 82
# How a picture is set upright, by what its camera noted (EXIF 2.3, tag 0x0112).
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


class PictureRefused(ValueError):
    """The file cannot be used; the message says why and how to mend it, in the current language."""


def re_encode(file: UploadedFile | IO[bytes], *, longest_side: int = LONGEST_SIDE) -> ContentFile:
    """Return an uploaded picture as a JPEG, upright and with no side longer than `longest_side` pixels.

    Raises PictureRefused for a file of more than 10 MB, of more than 50 million pixels, of another format than JPEG,
    PNG or WebP, or that cannot be read. Of moving pictures the first one is taken; what was transparent becomes white.
    """
    file.seek(0)
    content = file.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise PictureRefused(_("The picture has more than 10 MB. Make it smaller, or choose another one."))
    try:
        with Image.open(BytesIO(content), formats=FORMATS) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise PictureRefused(_("The picture has more than 50 million pixels. Make it smaller first."))
            # A large JPEG is unfolded to the size that is needed, which saves most of the memory.
            opened.draft("RGB", (longest_side, longest_side))
            picture = _upright(opened)
            picture.thumbnail((longest_side, longest_side))
            picture = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    except PictureRefused:
        raise
    except Exception as error:
        # Pillow raises whatever its decoders and zlib do for files that are broken or made to break it.
        raise PictureRefused(_("This is no picture that we can read. Choose a JPEG, PNG or WebP file.")) from error
    # A new canvas: a copy of the old one would bring comments and the like with it.
    canvas = Image.new("RGB", picture.size, "white")
    canvas.paste(picture, mask=picture if picture.mode == "RGBA" else None)
    made = BytesIO()
    canvas.save(made, "JPEG", quality=QUALITY, optimize=True)
    return ContentFile(made.getvalue(), name="picture.jpg")


def _upright(picture: Image.Image) -> Image.Image:
    """Turn a picture as its camera noted. A note that cannot be read is none: nobody can mend it in their photo.

    Not ImageOps.exif_transpose, which writes all other notes anew, too, and stumbles over damaged ones.
    """
    # Some formats keep their notes behind the pixels.
    picture.load()
    try:
        turn = _TURNS.get(picture.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:
        turn = None
    return picture if turn is None else picture.transpose(turn)
