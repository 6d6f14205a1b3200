"""The index: what is refused, and how parts are drawn."""

import numpy as np
import pytest
from made_pictures import picture, read_rows, write_index, write_pictures

from nlp_engine.errors import InputError
from nlp_engine.training.images.data import load_set
from nlp_engine.training.images.index import Entry, classes_of, read_index, with_parts


def load(index, work, **options):
    settings = {"size": 16, "dev_share": 0.3, "seed": 0, "work": work, "progress": lambda words: None}
    return load_set(index.parent, read_index(index), **{**settings, **options})


def entry(patient, part=""):
    return Entry(2, "", "a.png", "normal", patient, part)


def test_pictures_out_of_a_zip_and_out_of_a_folder_are_the_same(tmp_path):
    plain = load(write_pictures(tmp_path / "plain"), tmp_path / "w1")
    zipped = load(write_pictures(tmp_path / "zipped", zipped=True), tmp_path / "w2")
    assert plain.classes == ("normal", "bacterial", "viral")
    assert plain.digest == zipped.digest
    np.testing.assert_array_equal(plain.train.levels, zipped.train.levels)
    assert len(plain.train) + len(plain.dev) == 72


def test_pictures_are_read_once(tmp_path):
    index = write_pictures(tmp_path / "data")
    first = load(index, tmp_path / "work")
    for path in index.parent.glob("*.png"):
        path.unlink()
    again = load(index, tmp_path / "work")
    np.testing.assert_array_equal(first.dev.levels, again.dev.levels)


def test_a_patient_in_both_parts_is_refused(tmp_path):
    index = write_pictures(tmp_path)
    rows = read_rows(index)
    rows[0]["part"] = "train"
    with pytest.raises(InputError, match=r"1 patients in both train and dev, first in rows 2 and 3"):
        load(write_index(index, rows), tmp_path / "work")


def test_a_copy_of_a_picture_in_both_parts_is_refused(tmp_path):
    index = write_pictures(tmp_path)
    rows = read_rows(index)
    assert (rows[0]["part"], rows[6]["part"]) == ("dev", "train")
    picture("normal", 0).save(tmp_path / rows[6]["file"])
    with pytest.raises(InputError, match="byte-identical"):
        load(index, tmp_path / "work")


def test_parts_other_than_train_and_dev_are_never_read(tmp_path):
    index = write_pictures(tmp_path)
    rows = read_rows(index)
    for row in rows[6:12]:
        row["part"] = "test"
        (tmp_path / row["file"]).unlink()
    assert len(load(write_index(index, rows), tmp_path / "work").train) == 42


def test_without_parts_the_split_is_by_patient_and_does_not_move(tmp_path):
    pictures = load(write_pictures(tmp_path, part=False), tmp_path / "work")
    assert not set(pictures.train.patients) & set(pictures.dev.patients)
    few = with_parts([entry(f"p{at}") for at in range(50)], [str(at) for at in range(50)], dev_share=0.3, seed=1)
    many = with_parts([entry(f"p{at}") for at in range(90)], [str(at) for at in range(90)], dev_share=0.3, seed=1)
    assert many[:50] == few
    assert 8 < sum(one.part == "dev" for one in few) < 24


def test_patients_who_share_a_picture_are_drawn_together():
    entries = [entry(f"p{at}") for at in range(40)]
    digests = [str(at // 2) for at in range(40)]
    parts = [one.part for one in with_parts(entries, digests, dev_share=0.5, seed=0)]
    assert parts[::2] == parts[1::2]
    assert len(set(parts)) == 2


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"label": ""}, 'row 2: has no "label"'),
        ({"label": "a<b"}, "row 2: has an unusual label"),
        ({"file": "gone.png"}, "index row 2: names a file that cannot be read"),
    ],
)
def test_a_row_that_cannot_be_used_is_named(tmp_path, change, message):
    index = write_pictures(tmp_path)
    rows = read_rows(index)
    rows[0] |= change
    with pytest.raises(InputError, match=message):
        load(write_index(index, rows), tmp_path / "work")


def test_a_file_that_is_no_picture_is_named_by_its_row(tmp_path):
    index = write_pictures(tmp_path)
    (tmp_path / "p1.png").write_text("no picture", encoding="utf-8")
    with pytest.raises(InputError, match="index row 3: names a file that is no PNG or JPEG"):
        load(index, tmp_path / "work")


def test_a_missing_column_is_named(tmp_path):
    index = write_index(tmp_path / "index.csv", [{"file": "a.png", "label": "normal"}])
    with pytest.raises(InputError, match='has no column "patient_id"'):
        read_index(index)


def test_a_label_that_only_train_has_is_refused(tmp_path):
    index = write_pictures(tmp_path)
    rows = [row for row in read_rows(index) if (row["part"], row["label"]) != ("dev", "viral")]
    with pytest.raises(InputError, match="not the same labels"):
        load(write_index(index, rows), tmp_path / "work")


def test_the_normal_class_comes_first():
    entries = [Entry(2, "", "a", label, "p", "") for label in ("viral", "No_finding", "abscess")]
    assert classes_of(entries) == ("No_finding", "abscess", "viral")
