"""DICOM becomes a picture: values, windows, photometric interpretations, and what is refused."""

from __future__ import annotations

import warnings
from dataclasses import astuple
from pathlib import Path

import numpy as np
import pydicom
import pytest
from picture_files import NAMES, dicom, ramp
from pydicom.config import disable_value_validation
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.uid import MPEG2MPML, JPEGLosslessSV1, RLELossless

from nlp_engine.errors import PictureError
from nlp_engine.pictures import read_picture
from nlp_engine.pictures.header import read_header

SHARED = Path(__file__).parents[3] / "shared" / "data" / "images" / "dicom"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared DICOM files are not there")


@pytest.mark.parametrize(
    ("dtype", "low", "high"),
    [
        (np.uint8, 0, 255),
        (np.uint16, 0, 4095),
        (np.int16, -1024, 3000),
        (np.int8, -100, 100),
        (np.uint16, 30000, 30100),
    ],
)
def test_range_of_the_values_becomes_black_to_white(tmp_path, dtype, low, high):
    picture = read_picture(dicom(tmp_path / "a.dcm", ramp(dtype, low, high)))
    assert (picture.grey.dtype, picture.grey.shape) == (np.float32, (64, 64))
    assert (picture.grey[0, 0], picture.grey[0, -1]) == pytest.approx((0, 1), abs=1e-6)
    assert np.all(np.diff(picture.grey[0]) >= 0)
    assert picture.grey[0, 32] == pytest.approx(0.5, abs=0.03)


def test_single_bright_pixels_do_not_decide_the_range(tmp_path):
    values = ramp()
    values[0, 0] = 65535
    assert read_picture(dicom(tmp_path / "a.dcm", values)).grey[5, 32] == pytest.approx(0.5, abs=0.03)


def test_monochrome1_is_inverted(tmp_path):
    plain = read_picture(dicom(tmp_path / "a.dcm", ramp()))
    film = read_picture(dicom(tmp_path / "b.dcm", ramp(), PhotometricInterpretation="MONOCHROME1"))
    np.testing.assert_allclose(film.grey, 1 - plain.grey)


def test_window_is_in_the_units_of_the_rescale(tmp_path):
    path = dicom(
        tmp_path / "a.dcm", ramp(np.uint16, 0, 2000), RescaleSlope=1, RescaleIntercept=-1000, WindowCenter=[0, 500],
        WindowWidth=[401, 1000],
    )  # fmt: skip
    grey = read_picture(path).grey[0]
    units = np.linspace(0, 2000, 64).round() - 1000
    np.testing.assert_allclose(grey, np.clip((units + 0.5) / 400 + 0.5, 0, 1), atol=1e-6)


@pytest.mark.parametrize(("shape", "expected"), [("LINEAR_EXACT", 0.75), ("SIGMOID", 1 / (1 + np.exp(-1)))])
def test_shapes_of_windows(tmp_path, shape, expected):
    values = np.full((8, 8), 600, np.uint16)
    values[0] = 0
    path = dicom(tmp_path / "a.dcm", values, WindowCenter=500, WindowWidth=400, VOILUTFunction=shape)
    assert read_picture(path).grey[4, 4] == pytest.approx(expected)


def test_window_that_shows_nothing_is_told_and_not_used(tmp_path):
    picture = read_picture(dicom(tmp_path / "a.dcm", ramp(), WindowCenter=50000, WindowWidth=10))
    assert (picture.grey.min(), picture.grey.max()) == (0, 1)
    assert "window of the header shows one grey only" in picture.warnings[0]


def test_lookup_table_of_the_header(tmp_path):
    table = Dataset()
    table.LUTDescriptor = [4, 0, 8]
    table.add_new("LUTData", "US", [0, 255, 51, 102])
    with disable_value_validation(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        path = dicom(tmp_path / "a.dcm", np.tile(np.arange(4, dtype=np.uint8), (4, 1)), VOILUTSequence=[table])
    np.testing.assert_allclose(read_picture(path).grey[0], [0, 1, 0.2, 0.4])


def test_padding_is_black_and_does_not_count(tmp_path):
    values = ramp(np.int16, 0, 1000)
    values[:20] = -2000
    picture = read_picture(
        dicom(tmp_path / "a.dcm", values, PixelPaddingValue=-2000, PhotometricInterpretation="MONOCHROME1")
    )
    assert np.all(picture.grey[:20] == 0)
    assert picture.grey[30, 32] == pytest.approx(0.5, abs=0.03)


def test_unused_bits_are_not_part_of_the_value(tmp_path):
    values = ramp(np.uint16, 0, 4095)
    values[:, 10] |= 0xF000
    picture = read_picture(dicom(tmp_path / "a.dcm", values, BitsStored=12, HighBit=11))
    assert picture.facts.bits == 12
    assert picture.grey[0, 10] == pytest.approx(10 / 63, abs=0.01)


def test_a_grey_picture_in_channels_of_colours_is_grey(tmp_path):
    grey = ramp(np.uint8, 0, 255)
    picture = read_picture(dicom(tmp_path / "a.dcm", np.stack([grey] * 3, axis=-1)))
    assert not picture.facts.is_colour
    assert picture.warnings == ()
    assert picture.grey == pytest.approx(grey / 255, abs=1e-5)


@pytest.mark.parametrize("number", ["1e400", "nan", "-1e999"])
def test_a_window_that_is_no_number_is_not_used(tmp_path, number):
    plain = read_picture(dicom(tmp_path / "a.dcm", ramp()))
    with disable_value_validation():
        odd = read_picture(dicom(tmp_path / "b.dcm", ramp(), WindowCenter=number, WindowWidth="10"))
    assert np.array_equal(odd.grey, plain.grey)


def test_a_rescale_that_leads_to_no_number_is_told(tmp_path):
    path = dicom(tmp_path / "a.dcm", ramp(), RescaleSlope="1", RescaleIntercept="1e308")
    with pytest.raises(PictureError, match="header that contradicts its pixels"):
        read_picture(path)


def test_compressed_pixels_that_are_cut_off_are_told(tmp_path):
    dataset = pydicom.dcmread(dicom(tmp_path / "a.dcm", np.random.default_rng(0).integers(0, 999, (64, 64), np.uint16)))
    dataset.compress(pydicom.uid.RLELossless)
    dataset.save_as(tmp_path / "b.dcm")
    whole = (tmp_path / "b.dcm").read_bytes()
    (tmp_path / "b.dcm").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(PictureError, match="cut off"):
        read_picture(tmp_path / "b.dcm")


@pytest.mark.parametrize("planar", [0, 1])
@pytest.mark.parametrize("photometric", ["RGB", "YBR_FULL"])
def test_colours_become_grey_with_a_warning(tmp_path, photometric, planar):
    rgb = np.zeros((4, 4, 3), np.uint8)
    rgb[..., 0] = 200
    rgb[0] = 80
    stored = pydicom.pixels.convert_color_space(rgb, "RGB", photometric) if photometric != "RGB" else rgb
    stored = np.moveaxis(stored, -1, 0) if planar else stored
    path = dicom(
        tmp_path / "a.dcm", rgb, PhotometricInterpretation=photometric, PlanarConfiguration=planar,
        PixelData=np.ascontiguousarray(stored).tobytes(),
    )  # fmt: skip
    picture = read_picture(path)
    assert picture.grey[2, 2] == pytest.approx(0.299 * 200 / 255, abs=0.01)
    assert picture.grey[0, 2] == pytest.approx(80 / 255, abs=0.01)
    assert picture.facts.is_colour
    assert "in colour" in picture.warnings[0]


def test_rle_is_decoded(tmp_path):
    path = dicom(tmp_path / "a.dcm", ramp())
    plain = read_picture(path).grey
    dataset = pydicom.dcmread(path)
    dataset.compress(RLELossless)
    dataset.save_as(tmp_path / "b.dcm")
    np.testing.assert_array_equal(read_picture(tmp_path / "b.dcm").grey, plain)


def test_one_frame_is_a_picture_and_two_are_refused(tmp_path):
    one = read_picture(dicom(tmp_path / "a.dcm", ramp(), NumberOfFrames=1))
    assert one.grey.shape == (64, 64)
    two = dicom(tmp_path / "b.dcm", ramp(), NumberOfFrames=2, PixelData=ramp().tobytes() * 2)
    with pytest.raises(PictureError, match="holds 2 frames, and only single pictures are read; give one frame a file"):
        read_picture(two)


@pytest.mark.parametrize(
    ("syntax", "told"),
    [
        (JPEGLosslessSV1, "JPEG Lossless.*no decoder is installed; install pylibjpeg and pylibjpeg-libjpeg, or export"),
        (MPEG2MPML, "MPEG2.*is not read; export it uncompressed"),
        ("1.2.3.4711", "transfer syntax that is not known, which is not read"),
    ],
)
def test_compression_without_a_decoder_is_named(tmp_path, monkeypatch, syntax, told):
    monkeypatch.setattr("pydicom.pixels.decoders.base.Decoder.is_available", False)
    path = dicom(tmp_path / "a.dcm", ramp())
    dataset = pydicom.dcmread(path)
    dataset.PixelData = encapsulate([b"\xff\xd8\xff\xd9"])
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset["PixelData"].is_undefined_length = True
    dataset.save_as(path)
    with pytest.raises(PictureError, match=told) as caught:
        read_picture(path)
    assert "4711" not in str(caught.value)


@pytest.mark.parametrize(
    ("elements", "told"),
    [
        ({"PixelData": None}, "is DICOM without pixel data"),
        ({"Rows": None}, "is DICOM without pixel data"),
        ({"PixelData": b"\0" * 100}, "cut off or broken"),
        ({"Rows": 60000, "Columns": 60000}, "more than 64 million pixels"),
        ({"BitsAllocated": 1, "BitsStored": 1}, "stores 1 bits a pixel"),
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.11.1", "Rows": None}, "is a presentation state"),
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.104.1", "Rows": None}, "is an encapsulated document"),
    ],
)
def test_what_is_no_picture_is_said(tmp_path, elements, told):
    with pytest.raises(PictureError, match=told):
        read_picture(dicom(tmp_path / "a.dcm", ramp(), **elements))


@pytest.mark.parametrize("share", [0.02, 0.1, 0.5, 0.99])
def test_truncated_files_are_said(tmp_path, share):
    whole = dicom(tmp_path / "a.dcm", ramp()).read_bytes()
    (tmp_path / "b.dcm").write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(PictureError):
        read_picture(tmp_path / "b.dcm")


def test_data_set_without_the_file_header_is_read(tmp_path):
    dataset = pydicom.dcmread(dicom(tmp_path / "a.dcm", ramp()))
    del dataset.file_meta
    dataset.preamble = None
    dataset.save_as(tmp_path / "b.dcm", implicit_vr=True, little_endian=True)
    assert (tmp_path / "b.dcm").read_bytes()[:2] == b"\x08\x00"
    assert read_picture(tmp_path / "b.dcm").grey.shape == (64, 64)


@pytest.mark.parametrize(
    ("said", "age"),
    [("042Y", 42), ("006M", 0.5), ("010D", 0.03), ("000Y", None), ("097Y", 90), ("", None), ("42", None)],
)
def test_age(tmp_path, said, age):
    with disable_value_validation():
        path = dicom(tmp_path / "a.dcm", ramp(), PatientAge=said)
    assert read_picture(path).facts.age_years == (None if age is None else pytest.approx(age, abs=0.005))


def test_age_from_dates_and_words_of_the_header(tmp_path):
    path = dicom(
        tmp_path / "a.dcm", ramp(), PatientBirthDate="20200115", StudyDate="20240115", BodyPartExamined="THORAX",
        ViewPosition="POSTERO ANTERIOR", PatientOrientation=["L", "F"], BurnedInAnnotation="YES",
    )  # fmt: skip
    picture = read_picture(path)
    facts = picture.facts
    assert (facts.age_years, facts.body_part, facts.view, facts.orientation) == (4.0, "CHEST", "PA", "L/F")
    assert facts.burned_in is True
    assert "text about the patient stands in the pixels" in picture.warnings[0]


def test_no_name_of_the_header_leaves(tmp_path, caplog, recwarn):
    with disable_value_validation(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        path = dicom(tmp_path / "a.dcm", ramp(), **NAMES)
    recwarn.clear()
    picture = read_picture(path)
    told = " ".join(map(str, (*astuple(picture.facts), *picture.warnings, caplog.text, *[w.message for w in recwarn])))
    assert "zz" not in told.lower()
    assert "4711" not in told
    assert "1961" not in told
    assert picture.facts.modality is picture.facts.body_part is picture.facts.view is None


def test_no_name_of_a_broken_header_is_quoted(tmp_path, recwarn):
    with disable_value_validation(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        path = dicom(tmp_path / "a.dcm", ramp(), **NAMES)
    data = path.read_bytes()
    at = data.index(b"\x28\x00\x10\x00US")
    path.write_bytes(data[:at] + b"\x28\x00\x10\x00DS\x0a\x00Zzmueller^" + data[at + 10 :])
    recwarn.clear()
    with pytest.raises(PictureError) as caught:
        read_picture(path)
    assert "zz" not in str(caught.value).lower()
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    assert not [w for w in recwarn if "zz" in str(w.message).lower()]


def test_time_of_the_examination(tmp_path):
    path = dicom(tmp_path / "a.dcm", ramp(), StudyDate="20240501", StudyTime="083000.12", ContentDate="20240502")
    assert str(read_header(path).time) == "2024-05-01 08:30:00"


@needs_shared
@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("test-SR.dcm", "is a structured report and holds no picture"),
        ("reportsi.dcm", "is a structured report and holds no picture"),
        ("waveform_ecg.dcm", "is a recording of waveforms"),
    ],
)
def test_shared_files_without_pictures(name, told):
    with pytest.raises(PictureError, match=told):
        read_picture(SHARED / name)


@needs_shared
def test_shared_chest_film_is_dense_white():
    picture = read_picture(SHARED / "RG1_UNCI.dcm")
    height, width = picture.grey.shape
    spine = picture.grey[height // 2 : height * 3 // 4, width * 45 // 100 : width * 55 // 100].mean()
    lung = picture.grey[height // 5 : height * 2 // 5, width // 5 : width * 2 // 5].mean()
    assert spine > lung + 0.1
    assert (picture.facts.modality, picture.facts.body_part, picture.facts.view) == ("CR", "CHEST", "PA")


@needs_shared
@pytest.mark.parametrize("name", ["CT_small.dcm", "MR_small.dcm", "MR2_UNCI.dcm", "JPEG2000.dcm"])
def test_shared_pictures_are_read(name):
    grey = read_picture(SHARED / name).grey
    assert 0 <= grey.min() < grey.max() <= 1
