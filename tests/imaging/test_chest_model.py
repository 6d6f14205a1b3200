"""The chest network at run time, with a tiny network."""

import json
from pathlib import Path

import numpy as np
import pytest
from pictures import SIZE, chest, save, write_model, write_network

from nlp_engine.errors import InputError, ModelError
from nlp_engine.imaging.chest.files import picture_files, read_files
from nlp_engine.imaging.chest.model import ChestModel
from nlp_engine.imaging.chest.model_file import FindingSpec
from nlp_engine.imaging.chest.network import Network
from nlp_engine.imaging.chest.preparing import network_input, shrink
from nlp_engine.imaging.chest.reading import decide
from nlp_engine.imaging.quality.looks import Looks
from nlp_engine.imaging.quality.spread import Spread
from nlp_engine.pictures import read_picture
from nlp_engine.probabilities import softmax


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_model(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="module")
def model(folder):
    return ChestModel.load(folder)


@pytest.fixture
def files(tmp_path):
    return [str(save(chest(seed), tmp_path / f"p{seed}.png")) for seed in range(40)]


def test_three_answers():
    finding = FindingSpec(classes=("a",), present_at=0.6, absent_at=0.3, specificity=0.9, sensitivity=0.9)
    said = [decide(value, finding) for value in (0.6, 0.59, 0.31, 0.3, 0.0, 1.0)]
    assert said == ["present", "not_sure", "not_sure", "absent", "absent", "present"]


def test_a_reading_is_the_networks_answer_with_temperature(folder, files):
    network = Network(folder, threads=1)
    model = ChestModel.load(write_model(folder.parent / "warm", temperature=2.0))
    picture = read_picture(Path(files[0]))
    (reading,) = model.read([picture])
    levels = shrink(picture.grey, SIZE)[None]
    (logits,) = network._session.run(["logits"], {"pictures": network_input(levels)})
    wanted = softmax(logits / 2.0)[0]
    said = {found.label: found.probability for found in reading.findings}
    assert said["bacterial_pneumonia"] == pytest.approx(wanted[1], abs=1e-6)
    assert said["pneumonia"] == pytest.approx(wanted[1] + wanted[2], abs=1e-6)
    assert reading.features.mean(axis=(1, 2)) == pytest.approx(reading.embedding, abs=1e-5)


def test_views_are_averaged_and_the_embedding_is_the_first_ones(folder, files):
    picture = read_picture(Path(files[0]))
    zooms = [{"zoom": 1.0}, {"zoom": 1.2}]
    both = ChestModel.load(write_model(folder.parent / "both", views=zooms)).read([picture])[0]
    one = ChestModel.load(write_model(folder.parent / "one", views=zooms[:1])).read([picture])[0]
    other = ChestModel.load(write_model(folder.parent / "other", views=zooms[1:])).read([picture])[0]
    for mean, first, second in zip(both.findings, one.findings, other.findings, strict=True):
        assert mean.probability == pytest.approx((first.probability + second.probability) / 2, abs=1e-5)
    assert np.allclose(both.embedding, one.embedding)


def test_files_come_back_in_order_one_reading_each(model, files, tmp_path):
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"\x89PNG\r\n\x1a\nnothing")
    names = [*files[:17], str(broken), str(tmp_path / "gone.jpg"), *files[17:]]
    read = list(read_files(model, iter(names), workers=2))
    assert [name for name, _ in read] == names
    unreadable = [name for name, reading in read if not reading.is_readable]
    assert unreadable == names[17:19]
    assert all(reading.findings for _, reading in read if reading.is_readable)
    alone = dict(read_files(model, [files[20]]))[files[20]]
    assert alone.findings[0].probability == pytest.approx(dict(read)[files[20]].findings[0].probability, abs=1e-5)


def test_a_refused_picture_has_a_reason_and_no_findings(model, tmp_path):
    name = str(save(np.full((100, 100), 0.4, np.float32), tmp_path / "flat.png"))
    ((_, reading),) = read_files(model, [name])
    assert (reading.findings, reading.embedding, reading.is_readable) == ((), None, True)
    assert "blank" in reading.refused


def test_folders_are_listed_by_name_and_hidden_files_are_left(files, tmp_path):
    (tmp_path / ".trash").mkdir()
    save(chest(), tmp_path / ".trash" / "x.png")
    (tmp_path / "notes.txt").write_text("x")
    assert picture_files([f"{tmp_path}/", "gone.png"]) == [*sorted(files), "gone.png"]
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(InputError, match="holds no picture"):
        picture_files([str(empty)])


@pytest.mark.parametrize("missing", ["model.onnx", "model.json"])
def test_a_model_without_a_file_is_refused(missing, tmp_path):
    folder = write_model(tmp_path / "m")
    (folder / missing).unlink()
    with pytest.raises(ModelError, match=missing):
        ChestModel.load(folder)


def test_a_broken_network_and_a_missing_output_are_refused(tmp_path):
    folder = write_model(tmp_path / "m")
    write_network(folder, outputs=("logits", "embedding"))
    with pytest.raises(ModelError, match="lacks the output features"):
        ChestModel.load(folder)
    (folder / "model.onnx").write_bytes(b"nothing")
    with pytest.raises(ModelError, match="no network"):
        ChestModel.load(folder)


def test_a_model_that_names_checks_needs_their_file(tmp_path):
    domain = {"method": "mahalanobis", "threshold": 2.0, "refused": 0.01, "limits": {"adult": 0.0}}
    folder = write_model(tmp_path / "m", domain=domain)
    with pytest.raises(ModelError, match=r"domain\.npz is missing"):
        ChestModel.load(folder)
    needed = (*Spread.array_names("embedding"), *Looks.array_names({"adult": 0.0}))
    for lacking in ("embedding_rest", "points_axes", "lay_second_bias", "adult_bias"):
        np.savez(folder / "domain.npz", **{name: np.zeros(1) for name in needed if name != lacking})
        with pytest.raises(ModelError, match=rf"domain\.npz is not complete: it lacks {lacking}\.$"):
            ChestModel.load(folder)


def test_predict_tells_doubts_about_files_once(folder, files, tmp_path, capsys):
    from nlp_engine.cli import main

    odd = [tmp_path / name for name in ("a.jpg", "b.jpg")]
    for path in odd:
        path.write_bytes(Path(files[0]).read_bytes())
    with pytest.raises(SystemExit) as status:
        main(["images", "predict", *map(str, odd), "--model", str(folder)])
    assert status.value.code == 0
    told = capsys.readouterr().err.splitlines()
    assert told[0].startswith(f"{odd[0]} and 1 more: The file's name ends in .jpg, but it is a PNG file")
    assert len(told) == 2


def test_predict_writes_a_line_a_picture(folder, files, tmp_path, capsys):
    from nlp_engine.cli import main

    out = tmp_path / "out.jsonl"
    names = [files[0], "gone.png", files[1]]
    with pytest.raises(SystemExit) as status:
        main(["images", "predict", *names, "--model", str(folder), "--out", str(out)])
    assert status.value.code == 1
    rows = [json.loads(line) for line in out.read_text().splitlines()]
    assert [row["image"] for row in rows] == names
    assert [set(row) for row in rows] == [{"image", "findings", "refused", "model"}] * 3
    assert rows[1]["findings"] == []
    assert "cannot be opened" in rows[1]["refused"]
    assert rows[0]["refused"] is None
    assert {found["decision"] for found in rows[0]["findings"]} <= {"present", "absent", "not_sure"}
    with pytest.raises(SystemExit) as status:
        main(["images", "predict", files[0], "--model", str(tmp_path / "none"), "--out", str(out)])
    assert status.value.code == 2
    assert "is no picture model" in capsys.readouterr().err
