"""Uploaded pictures: what is kept of them, and what is refused."""

import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image

from venues.pictures import LARGEST_FILE, PictureRefused, re_encode

NO_PICTURE = "This is no picture that we can read. Choose a JPEG, PNG or WebP file."


def picture(size=(40, 30), *, mode="RGB", colour="navy", kind="JPEG", **saving) -> BytesIO:
    file = BytesIO()
    Image.new(mode, size, colour).save(file, kind, **saving)
    file.seek(0)
    return file


def opened(content) -> Image.Image:
    image = Image.open(content)
    image.load()
    return image


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_becomes_a_jpeg(kind):
    made = opened(re_encode(picture(kind=kind)))

    assert (made.format, made.size, made.mode) == ("JPEG", (40, 30), "RGB")


@pytest.mark.parametrize("mode", ["L", "P", "CMYK", "1"])
def test_every_kind_of_colour_is_read(mode):
    kind = "JPEG" if mode == "CMYK" else "PNG"

    assert opened(re_encode(picture(mode=mode, colour=0, kind=kind))).mode == "RGB"


def test_nothing_but_the_picture_is_kept():
    exif = Image.Exif()
    exif[0x010F] = "A camera"
    exif.get_ifd(0x8825)[2] = (50.0, 51.0, 0.0)
    file = picture(exif=exif, comment=b"Charlie was here", icc_profile=b"not a profile", xmp=b"<x:xmpmeta/>")

    made = re_encode(file)

    content = made.read()
    assert not any(word in content for word in (b"camera", b"Charlie", b"Exif", b"profile", b"xmpmeta"))
    assert not opened(BytesIO(content)).getexif()


@pytest.mark.parametrize("damage", ["another tag", "the orientation", "everything"])
@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_damaged_note_of_a_camera_does_not_lose_the_picture(kind, damage):
    def entry(tag: int, of_type: int, value: int) -> bytes:
        return struct.pack("<HHII", tag, of_type, 1, value)

    lies = entry(0x0112, 3, 6)
    # A description that is a number, as no program writes it.
    entries = [entry(0x010E, 3, 5), lies] if damage == "another tag" else [entry(0x0112, 5, 1_000_000)]
    exif = b"Exif\0\0II*\0\x08\0\0\0" + struct.pack("<H", len(entries)) + b"".join(entries) + bytes(4)
    if damage == "everything":
        exif = exif[:9]

    made = opened(re_encode(picture((40, 30), kind=kind, exif=exif)))

    assert made.size == ((30, 40) if damage == "another tag" else (40, 30))


@pytest.mark.parametrize("error", [struct.error, TypeError, AttributeError, zlib.error])
def test_whatever_a_decoder_raises_is_refused_in_words(monkeypatch, error):
    def stumble(*args, **options):
        raise error("made to break it")

    monkeypatch.setattr(Image, "open", stumble)

    with pytest.raises(PictureRefused, match="This is no picture that we can read"):
        re_encode(BytesIO(b"x"))


def test_a_photo_that_lies_on_its_side_is_set_upright():
    exif = Image.Exif()
    exif[0x0112] = 6

    assert opened(re_encode(picture((40, 30), exif=exif))).size == (30, 40)


def test_a_large_picture_becomes_smaller():
    assert opened(re_encode(picture((4000, 1000)))).size == (1600, 400)
    assert opened(re_encode(picture((4000, 1000)), longest_side=600)).size == (600, 150)


def test_what_is_transparent_becomes_white():
    made = opened(re_encode(picture(mode="RGBA", colour=(0, 0, 0, 0), kind="PNG")))

    assert made.getpixel((5, 5)) == (255, 255, 255)


def test_of_a_moving_picture_the_first_is_taken():
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("white", "black")]
    file = BytesIO()
    frames[0].save(file, "WEBP", save_all=True, append_images=frames[1:])
    file.seek(0)

    assert opened(re_encode(file)).getpixel((4, 4)) == (255, 255, 255)


def png_that_claims(width: int, height: int) -> bytes:
    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 999)) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", NO_PICTURE),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", NO_PICTURE),
        (b"<html>", NO_PICTURE),
        (b"GIF89a" + b"\0" * 50, NO_PICTURE),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", NO_PICTURE),
        (b"\xff\xd8\xff\xe0", NO_PICTURE),
        (picture().getvalue()[:300], NO_PICTURE),
        (png_that_claims(0, 0), NO_PICTURE),
        (png_that_claims(7_000, 7_000), NO_PICTURE),
        (png_that_claims(8_000, 8_000), "The picture has more than 50 million pixels. Make it smaller first."),
        (png_that_claims(60_000, 60_000), NO_PICTURE),
        (b"\0" * (LARGEST_FILE + 1), "The picture has more than 10 MB. Make it smaller, or choose another one."),
    ],
    ids=lambda value: "",
)
def test_what_is_no_picture_or_too_large_is_refused(content, reason):
    with pytest.raises(PictureRefused) as refused:
        re_encode(BytesIO(content))

    assert str(refused.value) == reason
