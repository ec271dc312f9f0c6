"""Every kind of photo is shown correctly or refused in one sentence."""

import hashlib
import io
import random
import struct
import zlib
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image

from core.errors import InputError
from core.images import LONGEST_SIDE, MAX_BYTES, read_digest, read_image

FORMATS = ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF"]
RED, BLUE, WHITE = (255, 0, 0), (0, 0, 255), (255, 255, 255)


def flag() -> Image.Image:
    """48 x 32 pixels: the left third blue, the rest red."""
    image = Image.new("RGB", (48, 32), RED)
    image.paste(BLUE, (0, 0, 16, 32))
    return image


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def assert_close(colour: object, expected: tuple[int, int, int], tolerance: int = 6) -> None:
    assert np.abs(np.subtract(colour, expected)).max() <= tolerance


def assert_shows_flag(data: bytes) -> None:
    pixels = read_image(data).pixels
    assert pixels.mode == "RGB"
    assert pixels.size == (48, 32)
    assert_close(pixels.getpixel((3, 16)), BLUE)
    assert_close(pixels.getpixel((44, 16)), RED)


def assert_one_sentence(error: pytest.ExceptionInfo[InputError]) -> None:
    message = str(error.value)
    assert message.endswith(".")
    assert "\n" not in message
    assert "Traceback" not in message


@pytest.mark.parametrize("kind", FORMATS)
def test_every_format_is_read_by_its_content_whatever_its_name(kind, tmp_path):
    path = tmp_path / "notes.txt"
    path.write_bytes(encoded(flag(), kind))
    assert_shows_flag(path.read_bytes())
    assert read_image(path) == read_image(path.read_bytes())


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_cmyk_is_shown_in_its_colours(kind):
    assert_shows_flag(encoded(flag().convert("CMYK"), kind))


def test_palette_is_shown_in_its_colours():
    assert_shows_flag(encoded(flag().quantize(4), "PNG"))


def test_ycbcr_is_shown_in_its_colours():
    assert_shows_flag(encoded(flag().convert("YCbCr"), "TIFF"))


@pytest.mark.parametrize("mode", ["L", "LA", "1"])
def test_grey_and_black_and_white_are_shown(mode):
    picture = Image.new("L", (20, 10), 0)
    picture.paste(255, (10, 0, 20, 10))
    pixels = read_image(encoded(picture.convert(mode), "PNG")).pixels
    assert pixels.getpixel((2, 5)) == (0, 0, 0)
    assert pixels.getpixel((17, 5)) == WHITE


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_sixteen_bit_grey_keeps_its_full_range(kind):
    ramp = np.linspace(0, 65535, 256).round().astype(np.uint16)[None].repeat(4, axis=0)
    loaded = read_image(encoded(Image.fromarray(ramp), kind))
    assert np.array_equal(np.asarray(loaded.pixels)[0, :, 0], np.arange(256))
    assert loaded.notes == ("16 bits per pixel: scaled to 8",)


def test_sixteen_bit_colour_keeps_its_full_range():
    rows = struct.pack(">6H", 0, 32896, 65535, 65535, 257, 0)
    pixels = read_image(_png(2, 1, depth=16, colour=2, rows=b"\0" + rows)).pixels
    assert [pixels.getpixel((0, 0)), pixels.getpixel((1, 0))] == [(0, 128, 255), (255, 1, 0)]


@pytest.mark.parametrize("kind", [np.float32, np.int32])
def test_thirty_two_bit_grey_is_stretched_over_the_range_it_uses(kind):
    ramp = (np.arange(256) * 1000 - 5000).astype(kind)[None]
    loaded = read_image(encoded(Image.fromarray(ramp), "TIFF"))
    assert np.array_equal(np.asarray(loaded.pixels)[0, :, 0], np.arange(256))
    assert "stretched" in loaded.notes[0]


def test_not_a_number_in_a_float_image_is_no_obstacle():
    values = np.array([[np.nan, 0.0, 1.0]], dtype=np.float32)
    pixels = read_image(encoded(Image.fromarray(values), "TIFF")).pixels
    assert pixels.getpixel((2, 0)) == WHITE


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "GIF", "TIFF"])
def test_transparency_is_shown_over_white_with_a_note(kind):
    image = flag().convert("RGBA")
    image.paste((0, 0, 0, 0), (24, 0, 48, 32))
    loaded = read_image(encoded(image, kind, **({"lossless": True} if kind == "WEBP" else {})))
    assert_close(loaded.pixels.getpixel((3, 16)), BLUE)
    assert loaded.pixels.getpixel((44, 16)) == WHITE
    assert loaded.notes == ("transparent: shown over white",)


def test_half_transparent_black_becomes_middle_grey():
    pixels = read_image(encoded(Image.new("RGBA", (4, 4), (0, 0, 0, 128)), "PNG")).pixels
    assert pixels.getpixel((0, 0)) == (127, 127, 127)


def test_palette_with_transparency_is_shown_over_white():
    palette = flag().quantize(2)
    clear = palette.getpixel((44, 16))
    loaded = read_image(encoded(palette, "PNG", transparency=clear))
    assert loaded.pixels.getpixel((44, 16)) == WHITE
    assert_close(loaded.pixels.getpixel((3, 16)), BLUE)


def test_an_opaque_alpha_channel_is_not_worth_a_note():
    assert read_image(encoded(flag().convert("RGBA"), "PNG")).notes == ()


@pytest.mark.parametrize(
    ("kind", "note"),
    [
        ("GIF", "animated: first frame used"),
        ("WEBP", "animated: first frame used"),
        ("PNG", "animated: first frame used"),
        ("TIFF", "several pages: first page used"),
    ],
)
def test_of_several_frames_the_first_is_used_with_a_note(kind, note):
    second = Image.new("RGB", (48, 32), "green")
    data = encoded(flag(), kind, save_all=True, append_images=[second])
    assert_shows_flag(data)
    assert read_image(data).notes == (note,)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_rotation_is_applied(kind, orientation):
    # How a camera stores the upright picture under each orientation (EXIF 2.3, table 4.6.4).
    stored_as = {
        2: [Image.Transpose.FLIP_LEFT_RIGHT],
        3: [Image.Transpose.ROTATE_180],
        4: [Image.Transpose.FLIP_TOP_BOTTOM],
        5: [Image.Transpose.TRANSPOSE],
        6: [Image.Transpose.ROTATE_90],
        7: [Image.Transpose.TRANSVERSE],
        8: [Image.Transpose.ROTATE_270],
    }
    upright = flag()
    upright.paste((0, 255, 0), (0, 0, 16, 16))  # top left green: every orientation differs
    stored = upright
    for turn in stored_as.get(orientation, []):
        stored = stored.transpose(turn)
    exif = Image.Exif()
    exif[0x0112] = orientation
    quality = {"JPEG": {"quality": 100, "subsampling": 0}, "WEBP": {"lossless": True}}
    loaded = read_image(encoded(stored, kind, exif=exif, **quality.get(kind, {})))
    assert (loaded.width, loaded.height) == (48, 32)
    assert np.abs(np.asarray(loaded.pixels, int) - np.asarray(upright, int)).max() < 16


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
def test_damaged_exif_is_ignored():
    plain = encoded(flag(), "JPEG")
    segment = b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + b"\xff" * 40
    data = plain[:2] + b"\xff\xe1" + struct.pack(">H", len(segment) + 2) + segment + plain[2:]
    assert_shows_flag(data)


def test_metadata_is_dropped():
    exif = Image.Exif()
    exif[0x010E] = "secret place"
    loaded = read_image(encoded(flag(), "JPEG", exif=exif, comment="secret name", dpi=(72, 72)))
    assert loaded.pixels.info == {}
    assert len(loaded.pixels.getexif()) == 0


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_large_photos_are_scaled_down_and_remember_their_size(kind):
    loaded = read_image(encoded(flag().resize((3000, 2000)), kind))
    assert (loaded.info.width, loaded.info.height) == (3000, 2000)
    assert loaded.pixels.size == (LONGEST_SIDE, 683)


def test_a_large_photo_that_exif_turns_remembers_its_upright_size():
    exif = Image.Exif()
    exif[0x0112] = 6
    loaded = read_image(encoded(flag().resize((3000, 2000)), "JPEG", exif=exif))
    assert (loaded.width, loaded.height) == (2000, 3000)
    assert loaded.pixels.size == (683, LONGEST_SIDE)


def test_small_photos_keep_every_pixel():
    assert np.array_equal(np.asarray(read_image(encoded(flag(), "PNG")).pixels), np.asarray(flag()))


def test_a_line_of_pixels_is_a_photo():
    assert read_image(encoded(Image.new("L", (20_000, 1)), "PNG")).pixels.size == (1024, 1)


def test_twenty_five_megapixels_are_read_and_one_row_more_is_not():
    assert read_image(encoded(Image.new("1", (5000, 5000)), "PNG")).width == 5000
    with pytest.raises(InputError, match="5,000 x 5,001 pixels, more than the 25 megapixels"):
        read_image(encoded(Image.new("1", (5000, 5001)), "PNG"))


def test_twenty_megabytes_are_read_and_one_byte_more_is_not(tmp_path):
    path = tmp_path / "padded.jpg"
    plain = encoded(flag(), "JPEG")
    path.write_bytes(plain + bytes(MAX_BYTES - len(plain)))
    assert read_image(path).width == 48
    path.write_bytes(plain + bytes(MAX_BYTES - len(plain) + 1))
    with pytest.raises(InputError, match="larger than 20 MB"):
        read_image(path)


def _png(width: int, height: int, *, depth: int, colour: int, rows: bytes) -> bytes:
    """A PNG made by hand, so that it may declare what it does not hold."""

    def chunk(name: bytes, body: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(name + body))
        return struct.pack(">I", len(body)) + name + body + check

    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def _gif(screen: tuple[int, int], frame: tuple[int, int]) -> bytes:
    """A GIF made by hand: sizes of the screen and of its only frame, hardly any data."""
    head = b"GIF89a" + struct.pack("<HHBBB", *screen, 0, 0, 0)
    return head + b"," + struct.pack("<HHHHB", 0, 0, *frame, 0) + b"\x08\x02\x04\x00\x00;"


def _tiff(width: int, height: int) -> bytes:
    """A TIFF made by hand: one strip of 8-bit grey that holds a single byte."""
    tags = [(256, width), (257, height), (258, 8), (259, 1), (262, 1), (273, 8), (277, 1)]
    tags += [(278, height), (279, 1)]
    body = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    return b"II*\0" + struct.pack("<IH", 8, len(tags)) + body + struct.pack("<I", 0)


@pytest.mark.parametrize(
    "bomb",
    [
        pytest.param(_png(60_000, 60_000, depth=8, colour=6, rows=b""), id="png"),
        pytest.param(_gif((65_535, 65_535), (65_535, 65_535)), id="gif screen"),
        pytest.param(_gif((1, 1), (65_535, 65_535)), id="gif frame larger than its screen"),
        pytest.param(_gif((1, 1), (6000, 6000)), id="gif frame of 36 megapixels"),
        pytest.param(_tiff(100_000, 100_000), id="tiff"),
        pytest.param(b"RIFF\x16\0\0\0WEBPVP8X\x0a\0\0\0" + bytes(4) + b"\xff" * 6, id="webp"),
        pytest.param(
            b"BM"
            + struct.pack("<IHHI", 58, 0, 0, 54)
            + struct.pack("<IiiHH", 40, 90_000, 90_000, 1, 24)
            + bytes(28),
            id="bmp",
        ),
    ],
)
def test_a_decompression_bomb_is_refused_by_its_declared_size(bomb):
    assert len(bomb) < 1000
    with pytest.raises(InputError, match="25 megapixels") as error:
        read_image(bomb)
    assert_one_sentence(error)


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("share", [0.05, 0.5, 0.95])
def test_a_truncated_file_is_refused(kind, share):
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    data = encoded(Image.fromarray(noise), kind)
    with pytest.raises(InputError, match=f"damaged or truncated {kind} file") as error:
        read_image(data[: int(len(data) * share)])
    assert_one_sentence(error)


@pytest.mark.parametrize(
    "data",
    [b"hello", b"%PDF-1.7", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"MZ\x90\0", b"\0" * 100],
)
def test_what_is_not_an_image_is_refused(data, tmp_path):
    path = tmp_path / "photo.jpg"
    path.write_bytes(data)
    with pytest.raises(InputError, match=r"photo.jpg is not an image of a known kind") as error:
        read_image(path)
    assert_one_sentence(error)


def test_an_empty_file_is_refused():
    with pytest.raises(InputError, match="zero bytes"):
        read_image(b"")


def test_a_missing_path_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"nowhere.jpg cannot be read \(No such file"):
        read_image(tmp_path / "nowhere.jpg")


def test_a_folder_is_refused(tmp_path):
    with pytest.raises(InputError, match="is not a file"):
        read_image(tmp_path)


def test_a_name_with_a_null_character_is_refused(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        read_image(tmp_path / "a\0b")


@pytest.mark.parametrize("kind", FORMATS)
def test_damaged_bytes_are_shown_or_refused_but_never_crash(kind):
    chance = random.Random(kind)
    noise = np.random.default_rng(0).integers(0, 256, (24, 24, 3), dtype=np.uint8)
    whole = encoded(Image.fromarray(noise), kind)
    for _ in range(200):
        data = bytearray(whole)
        for _ in range(chance.randint(1, 8)):
            # Headers are where readers go wrong, so every other flip falls there.
            end = len(data) if chance.random() < 0.5 else 64
            data[chance.randrange(end)] = chance.randrange(256)
        try:
            read_image(bytes(data))
        except InputError as error:
            assert str(error).endswith(".")  # noqa: PT017


def test_threads_read_the_same_as_one():
    files = [encoded(flag(), kind) for kind in FORMATS] * 8
    with ThreadPoolExecutor(8) as threads:
        together = list(threads.map(read_image, files))
    assert together == [read_image(data) for data in files]


def test_the_digest_is_that_of_the_bytes_given():
    data = encoded(flag(), "PNG")
    assert read_image(data).sha256 == hashlib.sha256(data).hexdigest()


def test_the_digest_of_a_file_is_that_of_the_photo_in_it(tmp_path):
    path = tmp_path / "photo.png"
    Image.new("RGB", (4, 4), "red").save(path)
    assert read_digest(path) == read_image(path).sha256
    assert read_digest(path) == hashlib.sha256(path.read_bytes()).hexdigest()


def test_what_is_no_file_has_no_digest(tmp_path):
    with pytest.raises(InputError, match="is not a file"):
        read_digest(tmp_path)
    with pytest.raises(InputError, match="cannot be read"):
        read_digest(tmp_path / "none.png")
