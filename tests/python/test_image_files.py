"""Image files of every depth, palette and alpha: Pillow's and OpenCV's ways give the same pixels,
and what stands for too many of them is refused by its head."""

import io
import struct
import zlib

import numpy
import pytest
from weft.gluon.data.vision import _decoding, _extents

cv2 = pytest.importorskip("cv2")
Image = pytest.importorskip("PIL.Image")

_RANDOM = numpy.random.default_rng(0)
_HIGH, _WIDE = 9, 13
_GRAY, _ALPHA = _RANDOM.integers(0, 256, (2, _HIGH, _WIDE), dtype="uint8")
_COLOR = _RANDOM.integers(0, 256, (_HIGH, _WIDE, 3), dtype="uint8")
_GRAY_16 = _RANDOM.integers(0, 1 << 16, (_HIGH, _WIDE), dtype="uint16")
_COLOR_16 = _RANDOM.integers(0, 1 << 16, (_HIGH, _WIDE, 3), dtype="uint16")
_ALPHA_16 = _RANDOM.integers(0, 1 << 16, (_HIGH, _WIDE, 4), dtype="uint16")


def _by_pillow(image, format, **options):
    file = io.BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


def _by_opencv(pixels, ending):
    return cv2.imencode(ending, pixels)[1].tobytes()


_PLAIN, _PALETTE = Image.fromarray(_COLOR), Image.fromarray(_COLOR).quantize(16)
_SEEN = Image.fromarray(numpy.dstack([_COLOR, _ALPHA]))
_BITS = Image.fromarray(_GRAY > 128)
_CASES = {
    **{f"gray 16 {e}": _by_opencv(_GRAY_16, e) for e in (".png", ".tiff", ".pgm")},
    **{f"color 16 {e}": _by_opencv(_COLOR_16, e) for e in (".png", ".tiff", ".ppm")},
    "alpha 16": _by_opencv(_ALPHA_16, ".png"),
    **{f"gray 16 {e} of Pillow": _by_pillow(Image.fromarray(_GRAY_16), e) for e in ("PNG", "TIFF")},
    **{f"palette {e}": _by_pillow(_PALETTE, e) for e in ("PNG", "GIF", "TIFF", "BMP")},
    **{f"palette {e} alpha": _by_pillow(_PALETTE, e, transparency=3) for e in ("PNG", "GIF")},
    "palette of 2 bits": _by_pillow(_PLAIN.quantize(4), "PNG", bits=2),
    **{f"alpha {e}": _by_pillow(_SEEN, e) for e in ("PNG", "TIFF")},
    "alpha WebP": _by_pillow(_SEEN, "WEBP", lossless=True),
    "gray alpha": _by_pillow(Image.fromarray(numpy.dstack([_GRAY, _ALPHA])), "PNG"),
    "one color is clear": _by_pillow(_PLAIN, "PNG", transparency=(1, 2, 3)),
    **{f"CMYK {e}": _by_pillow(_PLAIN.convert("CMYK"), e) for e in ("JPEG", "TIFF")},
    **{f"1 bit {e}": _by_pillow(_BITS, e) for e in ("PNG", "TIFF", "BMP", "PPM")},
    **{f"gray {e}": _by_pillow(Image.fromarray(_GRAY), e) for e in ("PNG", "JPEG", "TIFF")},
}


@pytest.mark.parametrize("color", [True, False])
@pytest.mark.parametrize("name", _CASES)
def test_both_libraries_give_the_same_pixels(name, color, monkeypatch):
    found = _decoding.decode(_CASES[name], color, "x")
    monkeypatch.setattr(_decoding, "has_opencv", lambda: False)
    other = _decoding.decode(_CASES[name], color, "x")
    assert found.dtype == other.dtype == numpy.uint8
    assert found.shape == other.shape == (_HIGH, _WIDE, 3 if color else 1)
    numpy.testing.assert_allclose(found.astype(int), other.astype(int), atol=1)


@pytest.mark.parametrize("ending", [".png", ".tiff", ".pgm"])
@pytest.mark.parametrize("has_opencv", [True, False])
def test_16_bits_of_gray_are_the_upper_8(ending, has_opencv, monkeypatch):
    monkeypatch.setattr(_decoding, "has_opencv", lambda: has_opencv)
    found = _decoding.decode(_by_opencv(_GRAY_16, ending), False, "x")
    numpy.testing.assert_array_equal(found[..., 0], _GRAY_16 >> 8)


@pytest.mark.parametrize("dtype", ["int32", "float32"])
def test_32_bits_an_element_are_refused(dtype, monkeypatch):
    content = _by_pillow(Image.fromarray(_GRAY.astype(dtype)), "TIFF")
    monkeypatch.setattr(_decoding, "has_opencv", lambda: False)
    with pytest.raises(OSError, match="x: its elements have 32 bits"):
        _decoding.decode(content, True, "x")


def _bomb(side):
    """A PNG of so many pixels that are all black."""

    def part(name, content):
        body = name + content
        return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes(side * (1 + -(-side // 8))), 9)
    parts = part(b"IHDR", head), part(b"IDAT", rows), part(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


@pytest.mark.parametrize("has_opencv", [True, False])
def test_an_image_of_too_many_pixels_is_refused_by_its_head(has_opencv, monkeypatch):
    monkeypatch.setattr(_decoding, "has_opencv", lambda: has_opencv)
    content = _bomb(1 << 14)
    assert len(content) < 1 << 16
    with pytest.raises(OSError, match=r"x: an image of 16384 x 16384 has more than 178956970"):
        _decoding.decode(content, True, "x")


def test_the_limit_of_pixels_is_an_option(monkeypatch):
    content = _CASES["gray PNG"]
    monkeypatch.setenv("WEFT_MAX_IMAGE_PIXELS", str(_HIGH * _WIDE))
    assert _decoding.decode(content, False, "x").shape == (_HIGH, _WIDE, 1)
    monkeypatch.setenv("WEFT_MAX_IMAGE_PIXELS", str(_HIGH * _WIDE - 1))
    with pytest.raises(OSError, match="set WEFT_MAX_IMAGE_PIXELS"):
        _decoding.decode(content, False, "x")
    monkeypatch.setenv("WEFT_MAX_IMAGE_PIXELS", "many")
    with pytest.raises(ValueError, match="must be a count of pixels; got 'many'"):
        _decoding.decode(content, False, "x")


@pytest.mark.parametrize("name", _CASES)
def test_the_head_of_every_format_says_the_size(name, monkeypatch):
    monkeypatch.setattr(_extents, "_by_pillow", lambda _: None)
    assert _extents.size_of(_CASES[name]) == (_WIDE, _HIGH)
    for length in range(0, 64):
        _extents.require_size(_CASES[name][:length], "x")  # damage is not judged here


def test_a_signal_of_too_many_samples_is_refused(monkeypatch, tmp_path):
    soundfile = pytest.importorskip("soundfile")
    from weft import audio

    soundfile.write(tmp_path / "x.flac", numpy.zeros((1000, 2)), 8000)
    monkeypatch.setenv("WEFT_MAX_AUDIO_SAMPLES", "2000")
    assert audio.load(tmp_path / "x.flac", mono=False)[0].shape == (2, 1000)
    monkeypatch.setenv("WEFT_MAX_AUDIO_SAMPLES", "1999")
    with pytest.raises(OSError, match="has 2000 samples, more than 1999; set WEFT_MAX_AUDIO"):
        audio.load(tmp_path / "x.flac")
