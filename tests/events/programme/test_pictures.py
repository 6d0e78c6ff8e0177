"""Photos of speakers: made anew, small, without what the camera wrote; and files that are made to hurt."""

import io
import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from events.programme.pictures import initials, photo
from venues.pictures import PictureRefused


def upload(content: bytes, name: str = "me.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="image/jpeg")


def encoded(size=(1200, 800), fmt="JPEG", mode="RGB", colour="red", **options) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, colour).save(out, fmt, **options)
    return out.getvalue()


def opened(made) -> Image.Image:
    return Image.open(io.BytesIO(made.read()))


@pytest.mark.parametrize("fmt", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize(
    ("size", "made_size"), [((1200, 800), (600, 400)), ((300, 900), (200, 600)), ((60, 60), (60, 60))]
)
def test_a_photo_becomes_a_small_jpeg_of_which_nothing_is_cut_off(fmt, size, made_size):
    picture = opened(photo(upload(encoded(size, fmt))))

    assert (picture.format, picture.size, picture.mode) == ("JPEG", made_size, "RGB")


def test_what_the_camera_wrote_is_gone_and_the_picture_stands_upright():
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees
    exif[0x010F] = "A camera"
    exif.get_ifd(0x8825)[2] = (50.0, 51.0, 5.0)  # where it was taken

    made = photo(upload(encoded((1200, 800), exif=exif.tobytes())))
    picture = opened(made)

    assert picture.size == (400, 600)
    assert dict(picture.getexif()) == {}


def test_what_is_transparent_becomes_white_and_of_an_animation_the_first_frame_is_taken():
    assert opened(photo(upload(encoded(fmt="PNG", mode="RGBA", colour=(0, 0, 0, 0))))).getpixel((0, 0)) == (
        255,
        255,
        255,
    )

    frames = [Image.new("RGB", (80, 80), colour) for colour in ("blue", "red")]
    out = io.BytesIO()
    frames[0].save(out, "WEBP", save_all=True, append_images=frames[1:], lossless=True)
    red, _green, blue = opened(photo(upload(out.getvalue()))).getpixel((40, 40))
    assert blue > 200 > 50 > red


def png_that_claims(width: int, height: int) -> bytes:
    """A few bytes of PNG that unfold to as many pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([1, 0, 0, 0, 0])
    row = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", row) + chunk(b"IEND", b"")


HOSTILE = {
    "empty": b"",
    "a bomb": png_that_claims(20_000, 20_000),
    "a smaller bomb": png_that_claims(8_000, 8_000),
    "an SVG": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "HTML": b"<!doctype html><script>alert(1)</script>",
    "a GIF": encoded((20, 20), "GIF"),
    "a GIF with PHP": encoded((20, 20), "GIF") + b"<?php system('id') ?>",
    "a TIFF": encoded((20, 20), "TIFF"),
    "PostScript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n",
    "a truncated JPEG": encoded((1200, 800))[:3000],
    "a truncated PNG": encoded((1200, 800), "PNG", colour="blue")[:200],
    "too many octets": encoded((20, 20)) + b"\0" * 10_500_000,
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_file_that_is_no_picture_we_take_is_refused(content):
    with pytest.raises(PictureRefused):
        photo(upload(content))


def test_what_hides_behind_a_picture_is_not_kept():
    made = photo(upload(encoded() + b"<?php system('id') ?>"))

    assert b"<?php" not in made.read()


@pytest.mark.parametrize("name", ["Ágnes Őri", "Bo", "Ελένη van der Berg", "3"])
def test_initials_are_drawn_for_made_up_people(name):
    assert opened(initials(name)).size == (600, 600)
