"""PNG and JPEG become a picture, in every mode; broken, huge and wrongly named files are told."""

from __future__ import annotations

import io
import pickle
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from picture_files import dicom, ramp
from PIL import Image

from nlp_engine.errors import PictureError
from nlp_engine.pictures import picture_format, read_picture

GREY = ramp(np.uint8, 0, 255)


def saved(path, array, **options):
    Image.fromarray(array).save(path, **options)
    return path


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "LA", "P"])
def test_grey_png_in_every_mode(tmp_path, mode):
    Image.fromarray(GREY).convert(mode).save(tmp_path / "a.png")
    picture = read_picture(tmp_path / "a.png")
    np.testing.assert_allclose(picture.grey, GREY / 255, atol=1e-6)
    assert (picture.facts.format, picture.facts.bits, picture.facts.is_colour, picture.warnings) == (
        "PNG", 8, False, (),
    )  # fmt: skip


def test_black_and_white_png(tmp_path):
    Image.fromarray(GREY).convert("1").save(tmp_path / "a.png")
    assert set(np.unique(read_picture(tmp_path / "a.png").grey)) == {0, 1}


@pytest.mark.parametrize("high", [1000, 4095, 65535])
def test_sixteen_bits_are_stretched(tmp_path, high):
    picture = read_picture(saved(tmp_path / "a.png", ramp(np.uint16, 0, high)))
    assert picture.facts.bits == 16
    np.testing.assert_allclose(picture.grey[0], np.linspace(0, 1, 64), atol=0.02)


def test_flat_sixteen_bits_are_black(tmp_path):
    assert not read_picture(saved(tmp_path / "a.png", np.full((9, 9), 700, np.uint16))).grey.any()


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_grey_jpeg_in_every_mode(tmp_path, mode):
    Image.fromarray(GREY).convert(mode).save(tmp_path / "a.jpg", quality=95)
    picture = read_picture(tmp_path / "a.jpg")
    np.testing.assert_allclose(picture.grey, GREY / 255, atol=0.03)
    assert (picture.facts.format, picture.facts.is_colour) == ("JPEG", False)


@pytest.mark.parametrize("options", [{}, {"keep_rgb": True}, {"progressive": True}])
def test_colour_jpeg_becomes_its_luma_with_a_warning(tmp_path, options):
    colours = np.full((32, 32, 3), (200, 60, 20), np.uint8)
    picture = read_picture(saved(tmp_path / "a.jpg", colours, quality=95, **options))
    assert picture.grey.mean() == pytest.approx((0.299 * 200 + 0.587 * 60 + 0.114 * 20) / 255, abs=0.01)
    assert picture.facts.is_colour
    assert "in colour" in picture.warnings[0]


def test_transparent_parts_are_black_and_told(tmp_path):
    array = np.full((8, 8, 4), 255, np.uint8)
    array[:4, :, 3] = 0
    picture = read_picture(saved(tmp_path / "a.png", array))
    assert (picture.grey[0, 0], picture.grey[7, 7]) == (0, 1)
    assert picture.warnings == ("Parts of the picture are transparent; they were taken as black.",)


def test_a_picture_lying_on_its_side_is_turned_as_its_exif_says(tmp_path):
    array = np.zeros((40, 20), np.uint8)
    array[:20] = 255
    exif = Image.Exif()
    exif[0x0112] = 6
    picture = read_picture(saved(tmp_path / "a.jpg", array, exif=exif))
    assert picture.grey.shape == (20, 40)
    assert (picture.grey[:, :10].mean() < 0.1, picture.grey[:, 30:].mean() > 0.9) == (True, True)


@pytest.mark.parametrize(
    ("side", "least", "expected"), [(1000, 100, 250), (1000, 300, 1000), (90, 100, 90), (1000, None, 1000)]
)
def test_large_jpegs_are_decoded_smaller(tmp_path, side, least, expected):
    path = saved(tmp_path / "a.jpg", ramp(np.uint8, 0, 255, side))
    assert read_picture(path, least_side=least).grey.shape == (expected, expected)


def test_decoding_smaller_gives_the_same_small_picture(tmp_path):
    rng = np.random.default_rng(0)
    smooth = np.asarray(Image.fromarray(rng.integers(0, 256, (25, 25)).astype(np.uint8)).resize((1600, 1600)))
    path = saved(tmp_path / "a.jpg", smooth, quality=95)
    small = [
        np.asarray(
            Image.fromarray(read_picture(path, least_side=least).grey).resize((200, 200), Image.Resampling.BILINEAR)
        )
        for least in (None, 200)
    ]
    assert np.abs(small[0] - small[1]).max() < 0.02


@pytest.mark.parametrize("name", ["a.png", "a.dcm", "a"])
def test_content_decides_what_a_file_is(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(saved(tmp_path / "x.jpg", GREY).read_bytes())
    picture = read_picture(path)
    told = [warning for warning in picture.warnings if "it is a JPEG file and was read as that" in warning]
    assert (picture.facts.format, len(told)) == ("JPEG", int("." in name))


def test_dicom_called_png_is_read(tmp_path):
    picture = read_picture(dicom(tmp_path / "a.png", ramp()))
    assert (picture.facts.format, len(picture.warnings)) == ("DICOM", 1)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "The file is empty; export it again."),
        (b"GIF89a" + b"\0" * 300, "is no PNG, JPEG or DICOM file"),
        (b"just some text", "is no PNG, JPEG or DICOM file"),
        (b"\x89PNG\r\n\x1a\n broken", "is a PNG that is broken or cut off"),
        (b"\xff\xd8\xff\xe0 broken", "is a JPEG that is broken or cut off"),
    ],
)
def test_what_is_no_picture_is_told(tmp_path, content, told):
    (tmp_path / "a.png").write_bytes(content)
    with pytest.raises(PictureError, match=told) as caught:
        read_picture(tmp_path / "a.png")
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_missing_file_and_folder_are_told(tmp_path):
    for path in (tmp_path / "no.png", tmp_path):
        with pytest.raises(PictureError, match="cannot be opened"):
            read_picture(path)


@pytest.mark.parametrize("suffix", ["png", "jpg"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_cut_off_files_are_told(tmp_path, suffix, share):
    noise = np.random.default_rng(1).integers(0, 256, (64, 64)).astype(np.uint8)
    whole = saved(tmp_path / f"a.{suffix}", noise).read_bytes()
    (tmp_path / f"b.{suffix}").write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(PictureError, match="broken or cut off"):
        read_picture(tmp_path / f"b.{suffix}")


@pytest.mark.parametrize("side", [9000, 30000])
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_huge_pictures_are_refused_before_they_are_decoded(tmp_path, side):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0))
    (tmp_path / "a.png").write_bytes(
        b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    )
    with pytest.raises(PictureError, match="more than 64 million pixels"):
        read_picture(tmp_path / "a.png")


def test_animations_are_refused(tmp_path):
    frames = [Image.fromarray(np.full((8, 8), level, np.uint8)) for level in (0, 90)]
    frames[0].save(tmp_path / "a.png", save_all=True, append_images=frames[1:])
    with pytest.raises(PictureError, match="animation of 2 pictures; give one picture a file"):
        read_picture(tmp_path / "a.png")


@given(data=st.binary(max_size=400), kind=st.sampled_from(["", "PNG", "JPEG", "DICM"]))
def test_any_bytes_give_a_picture_or_a_sentence(tmp_path_factory, data, kind):
    start = io.BytesIO()
    if kind in ("PNG", "JPEG"):
        Image.fromarray(GREY[:8, :8]).save(start, format=kind)
    begin = b"\0" * 128 + b"DICM" if kind == "DICM" else start.getvalue()[:60]
    path = tmp_path_factory.getbasetemp() / "any.dcm"
    path.write_bytes(begin + data)
    try:
        told = str(read_picture(path).grey.ndim)
    except PictureError as error:
        told = str(error)
    assert told == "2" or told.startswith("The file ")


def test_format_is_told_by_the_first_bytes(tmp_path):
    assert picture_format(dicom(tmp_path / "a.dcm", ramp())) == "DICOM"
    assert picture_format(saved(tmp_path / "b.png", GREY)) == "PNG"
    (tmp_path / "c").write_bytes(b"abc")
    assert picture_format(tmp_path / "c") is None
