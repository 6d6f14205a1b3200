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
from report_builders import empty_assessment, image_finding

from nlp_engine.pages import data_uri
from nlp_engine.record import Image as Picture
from nlp_engine.record import InputProblem, Patient, PatientRecord
from nlp_engine.report import render_report
from nlp_engine.report.charts import Series, draw
from nlp_engine.report.looked_at import overlaid
from nlp_engine.report.pictures import MAX_SIDE, small_copy


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
    copy = opened(data_uri(small_copy(path)))
    assert copy.size == (MAX_SIDE, MAX_SIDE // 2)


def test_a_picture_that_may_lose_nothing_is_a_png():
    levels = np.random.default_rng(0).integers(0, 255, (16, 16), dtype=np.uint8)
    head, _, data = data_uri(Image.fromarray(levels), quality=None).partition(",")
    assert head == "data:image/png;base64"
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(base64.b64decode(data)))), levels)


def test_wide_picture_is_stretched(tmp_path):
    Image.fromarray(np.linspace(1000, 3000, 10_000).reshape(100, 100).astype(np.uint16)).save(tmp_path / "x.png")
    low, high = opened(data_uri(small_copy(tmp_path / "x.png"))).getextrema()
    assert (low < 10, high > 245) == (True, True)


def test_flat_wide_picture_does_not_divide_by_zero(tmp_path):
    Image.fromarray(np.full((10, 10), 700, np.uint16)).save(tmp_path / "x.png")
    assert opened(data_uri(small_copy(tmp_path / "x.png"))).size == (10, 10)


@pytest.mark.parametrize("content", [b"", b"DICM", b"\x89PNG\r\n\x1a\n broken", None])
def test_what_is_no_picture_is_not_shown(tmp_path, content):
    path = tmp_path / "x.png"
    if content is not None:
        path.write_bytes(content)
    assert small_copy(path) is None


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
    copy = opened(data_uri(small_copy(tmp_path / "x.dcm")))
    assert (copy.size, copy.mode) == ((MAX_SIDE, MAX_SIDE // 2), "L")
    assert (copy.getpixel((5, 5)) > 240, copy.getpixel((MAX_SIDE - 5, 5)) < 15) == (True, True)
    assert small_copy(tmp_path / "y.dcm") is None


GRID = ((0.0, 0.0, 0.0, 0.0), (0.0, 0.1, 0.2, 0.1), (0.0, 0.2, 1.0, 0.4), (0.0, 0.0, 0.3, 0.2))


def test_map_lies_where_the_network_looked_and_leaves_the_rest():
    plain = Image.new("L", (400, 200), 120)
    shown = np.asarray(overlaid(plain, GRID)).astype(int)
    assert shown.shape == (200, 400, 3)
    assert (shown[5:40, 5:80] == 120).all()
    red, green, blue = shown[125, 250]
    assert red > green > blue
    assert plain.getextrema() == (120, 120)


@pytest.mark.parametrize("ground", [0, 120, 255])
def test_line_shows_in_grey_on_any_ground(ground):
    grey = np.asarray(overlaid(Image.new("L", (300, 300), ground), GRID).convert("L")).astype(int)
    row = grey[187]
    assert max(abs(np.diff(row))) > 100
    assert (row.min() == 0, row.max() == 255) == (True, True)


def test_map_of_one_cell_and_a_picture_in_colours():
    assert overlaid(Image.new("RGB", (30, 20), "white"), ((1.0,),)).size == (30, 20)


def test_an_assumed_threshold_and_what_the_model_decided_are_said():
    told = image_finding("pneumonia", 0.93, 1, "present")
    assumed = image_finding("pleural_effusion", 0.03, 2, "absent").model_copy(update={"threshold_assumed": True})
    page = render_report(empty_assessment(image_findings=(told, assumed)))
    assert "model says yes (above its threshold); threshold 0.5<" in page
    assert "model says no (below its threshold)" in page
    assert page.count("0.5 (assumed, the model told none)") == 1


def test_model_version_and_file_stand_once_a_picture_and_model():
    changes = {"source": "images/chest.png"}
    findings = [
        image_finding(*said).model_copy(update=changes)
        for said in (("pneumonia", 0.93, 1, "present"), ("oedema", 0.2, 2, "absent"))
    ]
    other = image_finding("nodule", 0.6, 3, "not_sure").model_copy(update={"model": "nodule-net", "model_version": "4"})
    page = render_report(empty_assessment(image_findings=(*findings, other)))
    panel = re.search(r"<figcaption>.*?</figcaption>", page, re.DOTALL).group()
    assert panel.count("output of chest-net, version 2.1<") == panel.count(" (images/chest.png)") == 1
    assert panel.count("output of nodule-net, version 4<") == panel.count(" (image_findings.json entry 3)") == 1
    order = [panel.index(words) for words in (">pneumonia<", ">oedema<", "chest-net", ">nodule<", "nodule-net")]
    assert order == sorted(order)


def test_files_of_labels_that_came_one_by_one_stand_with_each():
    findings = (image_finding("pneumonia", 0.93, 1, "present"), image_finding("oedema", 0.2, 2, "absent"))
    page = render_report(empty_assessment(image_findings=findings))
    assert page.count("output of chest-net, version 2.1<") == 1
    assert "(image_findings.json entry 1)" in page
    assert "(image_findings.json entry 2)" in page


def test_doubts_about_a_file_stand_beside_the_picture_whatever_folder_they_name(tmp_path):
    images = tuple(
        Picture(id=name, path=tmp_path / name / "a.png", source=f"images/{name}/a.png") for name in ("one", "two")
    )
    problem = InputProblem(where="p1/images/two/a.png", sentence="A line of text.", severity="warning")
    record = PatientRecord(patient=Patient(id="p1"), images=images, problems=(problem,))
    page = render_report(empty_assessment(record=record, problems=(problem,)))
    first, second = re.findall(r"<figcaption>.*?</figcaption>", page, re.DOTALL)
    assert "A line of text." not in first
    assert "A line of text." in second
    assert "<b>two/a.png</b>" in second
