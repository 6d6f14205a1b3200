"""Which files of a folder are taken for pictures."""

import pytest

from nlp_engine.errors import InputError
from nlp_engine.imaging.chest.files import picture_files

DICOM = bytes(128) + b"DICM"


def test_dicom_without_a_suffix_is_taken_and_what_is_no_picture_is_not(tmp_path):
    series = tmp_path / "study" / "series"
    series.mkdir(parents=True)
    contents = {
        "IM0001": DICOM,
        "1.2.840.17": DICOM,
        "b.png": b"",
        "readme.txt": b"DICM",
        "empty": b"",
        ".hidden": DICOM,
    }
    for name, content in contents.items():
        (series / name).write_bytes(content)
    (tmp_path / "DICOMDIR").write_bytes(DICOM)
    inside = f"{tmp_path}/study/series"
    assert picture_files([str(tmp_path)]) == [f"{inside}/{name}" for name in ("1.2.840.17", "IM0001", "b.png")]


def test_a_folder_without_pictures_is_told(tmp_path):
    (tmp_path / "readme.txt").write_text("x")
    with pytest.raises(InputError, match="holds no picture"):
        picture_files([str(tmp_path)])
