"""The index: what is refused, and how parts are drawn."""

import shutil
import zipfile
from dataclasses import replace

import numpy as np
import pytest
from made_pictures import picture, read_rows, write_index, write_pictures
from PIL import Image
from pydicom.data import get_testdata_file

from nlp_engine.errors import InputError
from nlp_engine.imaging.chest.preparing import shrink
from nlp_engine.pictures import read_picture
from nlp_engine.training.images.data import load_set, scarce
from nlp_engine.training.images.index import Entry, check_split, classes_of, read_index, to_learn_from, with_parts


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


def test_pictures_are_read_once_and_again_when_they_change(tmp_path):
    index = write_pictures(tmp_path / "data")
    told = []
    first = load(index, tmp_path / "work", progress=told.append)
    again = load(index, tmp_path / "work", progress=told.append)
    np.testing.assert_array_equal(first.dev.levels, again.dev.levels)
    assert told == ["reading 72 pictures in 16 x 16"]
    picture("viral", 500).save(tmp_path / "data" / "p0.png")
    changed = load(index, tmp_path / "work", progress=told.append)
    assert len(told) == 2
    assert not np.array_equal(first.dev.levels[0], changed.dev.levels[0])


def test_keeping_that_was_cut_off_leaves_nothing_to_stumble_over(tmp_path, monkeypatch):
    def cut_off(target, **arrays):
        del arrays
        (target.write if hasattr(target, "write") else target.write_bytes)(b"PK")
        raise KeyboardInterrupt

    index = write_pictures(tmp_path / "data")
    with monkeypatch.context() as patched:
        patched.setattr(np, "savez", cut_off)
        with pytest.raises(KeyboardInterrupt):
            load(index, tmp_path / "work")
    assert len(load(index, tmp_path / "work").train) > 0


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
        ({"file": "gone.png"}, "index row 2: names a file that is not there"),
        ({"archive": "gone.zip"}, "index row 2: names a zip that is not there"),
        ({"file": "p1.png"}, "index.csv, row 3: names the file of row 2 again"),
        ({"part": ""}, 'index row 2: has no "part", though others have'),
    ],
)
def test_a_row_that_cannot_be_used_is_named(tmp_path, change, message):
    index = write_pictures(tmp_path)
    rows = read_rows(index)
    rows[0] |= change
    with pytest.raises(InputError, match=message):
        load(write_index(index, rows), tmp_path / "work")


def test_files_that_are_no_pictures_are_named_by_their_rows(tmp_path):
    index = write_pictures(tmp_path)
    (tmp_path / "p1.png").write_text("no picture", encoding="utf-8")
    with pytest.raises(InputError, match=r"^index row 3: names a file that is no PNG, JPEG or DICOM file; export"):
        load(index, tmp_path / "work")
    whole = (tmp_path / "p4.png").read_bytes()
    (tmp_path / "p4.png").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "p7.png").unlink()
    with pytest.raises(InputError, match=r"^index row 3: .* \(nor can the files of 2 rows, 6, 9 be read\)\.$"):
        load(index, tmp_path / "work")
    (tmp_path / "p1.png").write_bytes(whole)
    with pytest.raises(InputError, match=r"^index row 6: names a file that is a PNG that is broken or cut off"):
        load(index, tmp_path / "work")


def test_a_zip_that_is_broken_or_ambiguous_is_named_by_the_row(tmp_path):
    index = write_pictures(tmp_path, zipped=True)
    with zipfile.ZipFile(tmp_path / "all.zip", "a") as archive:
        archive.writestr("other/p5.png", b"")
    with pytest.raises(InputError, match="index row 7: names a file that is not in its zip, or there twice"):
        load(index, tmp_path / "work")
    (tmp_path / "all.zip").write_bytes(b"PK")
    with pytest.raises(InputError, match=r"row 2: names a zip that is broken or encrypted; .*of 71 rows, 3, 4, "):
        load(index, tmp_path / "work")


def test_pictures_that_run_time_would_refuse_are_told_or_refused(tmp_path):
    index = write_pictures(tmp_path)
    told = []
    Image.new("RGB", (80, 80), "red").save(tmp_path / "p2.png")
    load(index, tmp_path / "work", progress=told.append)
    assert "1 pictures are learnt from, but would be refused at run time; the first, row 4: " in told[-1]
    assert "in colour" in told[-1]
    for at in range(40):
        Image.new("RGB", (80, 80), (at, 255, 0)).save(tmp_path / f"p{at}.png")
    with pytest.raises(InputError, match="row 2: names a picture that `images predict` would refuse, as 40 of 72"):
        load(index, tmp_path / "work")


def test_pictures_of_16_bits_and_dicom_become_what_they_are_at_run_time(tmp_path):
    index = write_pictures(tmp_path)
    deep = np.add.outer(np.arange(80), np.arange(80)).astype(np.uint16) * 100
    Image.fromarray(deep).save(tmp_path / "p0.png")
    rows = read_rows(index)
    shutil.copy(get_testdata_file("CT_small.dcm"), tmp_path / "ct.dcm")
    rows[1]["file"] = "ct.dcm"
    pictures = load(write_index(index, rows), tmp_path / "work")
    for at, name in enumerate(("p0.png", "ct.dcm")):
        wanted = shrink(read_picture(tmp_path / name, least_side=16).grey, 16)
        np.testing.assert_array_equal(pictures.dev.levels[at], wanted)
        assert np.ptp(wanted) > 100


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_other_delimiters_marks_heads_and_empty_lines_are_read(tmp_path, delimiter, mark):
    lines = ["File,Label,Patient ID,Split", "a.png,Normal,p1,Train", "", "b.png,viral,p2,dev"]
    text = mark + "\r\n".join(line.replace(",", delimiter) for line in lines)
    (tmp_path / "index.csv").write_text(text, encoding="utf-8", newline="")
    first, second = read_index(tmp_path / "index.csv")
    assert first == Entry(2, "", "a.png", "normal", "p1", "train")
    assert second == Entry(4, "", "b.png", "viral", "p2", "dev")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("file,label\na.png,normal\n", 'lacks the column "patient_id"'),
        ("file,label,patient_id\n", "has no rows"),
        ("", "is empty"),
        ("file,file,label,patient_id\na,b,c,d\n", 'has the column "file" twice; name a column once'),
        ("file,label,patient_id\na,b.png,normal,p1\n", "row 2: has more cells than the head"),
    ],
)
def test_an_index_that_cannot_be_used_is_one_sentence(tmp_path, text, message):
    (tmp_path / "index.csv").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        read_index(tmp_path / "index.csv")


def split(*rows):
    entries = [Entry(at, "", f"{at}.png", label, patient, part) for at, (label, patient, part) in enumerate(rows, 2)]
    check_split(entries, [entry.file for entry in entries])


def test_a_split_that_nothing_can_be_learnt_or_measured_on_is_refused():
    usual = [("normal", "a", "train"), ("viral", "b", "train"), ("normal", "c", "dev"), ("viral", "d", "dev")]
    split(*usual)
    with pytest.raises(InputError, match='no picture labelled "viral" in part dev'):
        split(*usual[:3], ("normal", "d", "dev"), ("viral", "e", "train"))
    with pytest.raises(InputError, match='has the label "flu" for one patient only'):
        split(*usual, ("flu", "a", "train"), ("flu", "a", "train"))
    with pytest.raises(InputError, match='has the label "normal" alone'):
        split(usual[0], usual[2])
    with pytest.raises(InputError, match="one patient only in part dev"):
        split(*usual[:2], ("normal", "c", "dev"), ("viral", "c", "dev"))


def test_parts_of_other_names_are_told():
    entries = [Entry(2, "", "a.png", "normal", "p", "training"), Entry(3, "", "b.png", "normal", "q", "dev")]
    with pytest.raises(InputError, match=r'has no row of part "train" \(its parts: dev, training\)'):
        to_learn_from(entries)


def test_labels_of_few_pictures_in_dev_are_told(tmp_path):
    pictures = load(write_pictures(tmp_path), tmp_path / "work")
    assert len(scarce(pictures)) == 3
    assert scarce(pictures)[1].startswith("part dev has 8 pictures labelled bacterial: ")
    many = replace(pictures, dev=replace(pictures.dev, labels=np.repeat([0, 1, 2], 10)))
    assert scarce(many) == []


def test_the_normal_class_comes_first():
    entries = [Entry(2, "", "a", label, "p", "") for label in ("viral", "No_finding", "abscess")]
    assert classes_of(entries) == ("No_finding", "abscess", "viral")
