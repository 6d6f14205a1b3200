"""Small pictures: copies of images, and drawn courses of results."""

import base64
import io
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian

from nlp_engine.report.charts import Series, draw
from nlp_engine.report.pictures import MAX_SIDE, thumbnail


def opened(uri):
    head, _, data = uri.partition(",")
    assert head == "data:image/jpeg;base64"
    return Image.open(io.BytesIO(base64.b64decode(data)))


@pytest.mark.parametrize(
    ("mode", "suffix"),
    [(mode, "png") for mode in ("L", "RGB", "RGBA", "P", "LA", "1")] + [("CMYK", "jpg"), ("RGB", "jpg"), ("L", "jpg")],
)
def test_copy_is_small_in_every_mode(tmp_path, mode, suffix):
    path = tmp_path / f"x.{suffix}"
    Image.new(mode, (1000, 500)).save(path)
    copy = opened(thumbnail(path))
    assert copy.size == (MAX_SIDE, MAX_SIDE // 2)


def test_wide_picture_is_stretched(tmp_path):
    Image.fromarray(np.linspace(1000, 3000, 10_000).reshape(100, 100).astype(np.uint16)).save(tmp_path / "x.png")
    low, high = opened(thumbnail(tmp_path / "x.png")).getextrema()
    assert (low < 10, high > 245) == (True, True)


def test_flat_wide_picture_does_not_divide_by_zero(tmp_path):
    Image.fromarray(np.full((10, 10), 700, np.uint16)).save(tmp_path / "x.png")
    assert opened(thumbnail(tmp_path / "x.png")).size == (10, 10)


@pytest.mark.parametrize("content", [b"", b"DICM", b"\x89PNG\r\n\x1a\n broken", None])
def test_what_is_no_picture_is_not_shown(tmp_path, content):
    path = tmp_path / "x.png"
    if content is not None:
        path.write_bytes(content)
    assert thumbnail(path) is None


def series(values, low=3.5, high=5.0, level="warning"):
    return Series(tuple(float(i) for i in range(len(values))), tuple(values), low, high, level)


@pytest.mark.parametrize("values", [[4.0], [4.0, 4.0], [4.0, 5.5, 6.4], [0.0], [-3.0, 2.0]])
@pytest.mark.parametrize("limits", [(3.5, 5.0), (None, 5.0), (3.5, None), (None, None)])
def test_course_is_drawn_inside_its_frame(values, limits):
    svg = draw(series(values, *limits), prefix="t1", title="a")
    root = ET.fromstring(svg)
    _, _, width, height = (float(part) for part in root.attrib["viewBox"].split())
    dots = [use for use in root.iter() if use.tag.endswith("use")]
    assert len(dots) == len(values) + 1
    assert all(0 <= float(dot.attrib["x"]) <= width and 0 <= float(dot.attrib["y"]) <= height for dot in dots)


def test_course_is_deterministic_and_dateless():
    first, second = (draw(series([4.0, 6.0]), prefix="t1", title="a") for _ in range(2))
    assert first == second
    assert "date" not in first.lower()


def test_ids_of_two_pictures_do_not_clash():
    ids = [set(re.findall(r'id="([^"]+)"', draw(series([4.0, 6.0]), prefix=p, title="a"))) for p in ("t1", "t2")]
    assert ids[0]
    assert not ids[0] & ids[1]


def test_title_is_escaped():
    svg = draw(series([4.0]), prefix="t1", title='<script>"\\1 & b')
    assert "<script>" not in svg
    assert ET.fromstring(svg)[0].text == '<script>"\\1 & b'


def test_dicom_is_shown_as_radiologists_look_at_it(tmp_path):
    values = np.tile(np.linspace(0, 4000, 1000), (500, 1)).astype(np.uint16)
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.Rows, dataset.Columns, dataset.SamplesPerPixel = 500, 1000, 1
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 16, 12, 11, 0
    dataset.PhotometricInterpretation, dataset.PixelData = "MONOCHROME1", values.tobytes()
    dataset.save_as(tmp_path / "x.dcm", enforce_file_format=False)
    (tmp_path / "y.dcm").write_bytes(b"\0" * 128 + b"DICM" + (tmp_path / "x.dcm").read_bytes()[:200])
    copy = opened(thumbnail(tmp_path / "x.dcm"))
    assert (copy.size, copy.mode) == ((MAX_SIDE, MAX_SIDE // 2), "L")
    assert (copy.getpixel((5, 5)) > 240, copy.getpixel((MAX_SIDE - 5, 5)) < 15) == (True, True)
    assert thumbnail(tmp_path / "y.dcm") is None
