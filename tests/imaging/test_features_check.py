"""A set of pictures: copies, defects, odd ones and wrong labels are found, and nothing else."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pictures import chest, levels, save, write_model
from PIL import Image
from typer.testing import CliRunner

from nlp_engine.cli import app
from nlp_engine.errors import InputError
from nlp_engine.imaging.features.copies import exact_copies, joined, near_copies
from nlp_engine.imaging.features.fingerprints import BITS, distances, fingerprint
from nlp_engine.imaging.features.odd import LIMIT, oddness
from nlp_engine.imaging.features.scanning import black_frame
from nlp_engine.imaging.features.similar import Neighbours, neighbours
from nlp_engine.imaging.features.wrong_labels import suspects


def run(*arguments):
    return CliRunner().invoke(app, [str(one) for one in arguments])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    pytest.importorskip("onnx", reason="the tiny network is made with onnx, of the extra train")
    root = tmp_path_factory.mktemp("check")
    write_model(root / "model")
    pictures = root / "set"
    pictures.mkdir()
    lines = ["file,label,patient_id"]
    for seed in range(30):
        chance = np.random.default_rng(seed)
        blurred = np.asarray(Image.fromarray(chance.integers(0, 256, (6, 6), np.uint8)).resize((128, 128), 3))
        save((0.5 * chest(seed) + 0.5 * blurred / 255).astype(np.float32), pictures / f"c{seed:02}.png")
        lines.append(f"c{seed:02}.png,{'viral' if seed % 2 else 'normal'},p{seed}")
    (pictures / "copy.png").write_bytes((pictures / "c03.png").read_bytes())
    lines.append("copy.png,normal,p3")
    with Image.open(pictures / "c04.png") as picture:
        picture.resize((120, 120)).save(pictures / "again.jpg", quality=85)
    framed = np.zeros((128, 128), np.float32)
    framed[30:98, 30:98] = chest(99)[30:98, 30:98]
    save(framed, pictures / "framed.png")
    save(np.full((128, 128), 0.5, np.float32), pictures / "blank.png")
    save(chest(98)[:80], pictures / "half.png")
    (pictures / "broken.jpg").write_bytes(b"no picture")
    (root / "index.csv").write_text("\n".join(lines), encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def report(folder):
    done = run("images", "check", folder / "set", "--index", folder / "index.csv", "--out", folder / "r.json",
               "--model", folder / "model")  # fmt: skip
    assert done.exit_code == 0, done.output
    return json.loads((folder / "r.json").read_text(encoding="utf-8"))


def names(images):
    return [one.split("/")[-1] for one in images]


def test_copies_are_told_with_the_labels_that_differ(report):
    (group,) = report["exact_copies"]
    assert (names(group["images"]), group["labels"]) == (["c03.png", "copy.png"], ["viral", "normal"])
    assert group["differ"] == "label"


def test_a_picture_saved_anew_is_nearly_the_same(report):
    assert [names(group["images"]) for group in report["near_copies"]] == [["again.jpg", "c04.png"]]


def test_defects_are_told_by_what_is_wrong(report):
    told = {one["image"].split("/")[-1]: one["why"] for one in report["defects"]}
    assert set(told) == {"blank.png", "broken.jpg", "framed.png", "half.png"}
    assert "blank" in told["blank.png"]
    assert "PNG, JPEG or DICOM" in told["broken.jpg"]
    assert "black frame" in told["framed.png"]
    assert "shape" in told["half.png"]


def test_counts_and_page(folder, report):
    assert (report["images"], report["labelled"]) == (36, 31)
    done = run("images", "check", folder / "set", "--out", folder / "r.html", "--model", folder / "model")
    assert "36 pictures, 0 with a label: 4 with a defect, 1 groups of copies" in done.stdout
    page = (folder / "r.html").read_text(encoding="utf-8")
    assert page.count('src="data:image/jpeg') >= 5
    assert "No index with labels was given." in page
    assert "<script" not in page


@pytest.mark.parametrize(("target", "out"), [("set", "r.txt"), ("index.csv", "r.json"), ("set", "gone/r.json")])
def test_wrong_arguments_are_refused(folder, target, out):
    done = run("images", "check", folder / target, "--out", folder / out, "--model", folder / "model")
    assert isinstance(done.exception, InputError)


def test_fingerprints_do_not_change_with_exposure_size_and_compression(tmp_path):
    one = levels(chest(5, side=256))
    darker = (one * 0.6 + 10).astype(np.uint8)
    save(chest(5, side=256), tmp_path / "x.png")
    with Image.open(tmp_path / "x.png") as picture:
        picture.resize((200, 200)).save(tmp_path / "x.jpg", quality=80)
    again = np.asarray(Image.open(tmp_path / "x.jpg"))
    for other in (darker, again):
        assert distances(fingerprint(one), fingerprint(other)) < 0.05


@given(st.integers(0, 2**31), st.integers(0, 2**31))
def test_distance_of_fingerprints_is_the_share_of_bits(first, second):
    one, other = (np.random.default_rng(seed).integers(0, 256, BITS // 8, np.uint8) for seed in (first, second))
    assert distances(one, other) == np.unpackbits(one ^ other).mean(dtype=np.float32)
    assert distances(one, one) == 0


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12))))
def test_groups_hold_every_pair_and_no_row_twice(links):
    groups = joined(links)
    rows = [row for group in groups for row in group]
    assert len(rows) == len(set(rows))
    for one, other in links:
        assert any({one, other} <= set(group) for group in groups)


def test_same_bytes_are_no_near_copies():
    prints = np.zeros((3, BITS // 8), np.uint8)
    near = Neighbours(np.array([[1, 2], [0, 2], [0, 1]]), np.ones((3, 2), np.float32))
    assert exact_copies(["a", "a", "a"]) == ((0, 1, 2),)
    assert near_copies(prints, near, ["a", "a", "a"]) == ()
    assert near_copies(prints, near, ["a", "a", "b"]) == ((0, 1, 2),)
    assert near_copies(prints, Neighbours(near.rows, near.cosines * 0.5), ["a", "b", "c"]) == ()


def test_the_one_that_points_elsewhere_is_odd():
    vectors = np.random.default_rng(0).normal(0, 0.2, (60, 8)).astype(np.float32)
    vectors[:, 0] += 3
    vectors[7] = [-3, 3, 0, 0, 0, 0, 0, 0]
    scores = oddness(neighbours(vectors, 10))
    assert np.flatnonzero(scores >= LIMIT).tolist() == [7]


def blobs(count=150, seed=0):
    chance = np.random.default_rng(seed)
    codes = np.repeat([0, 1, 2], count // 3)
    vectors = chance.normal(0, 0.6, (count, 6)).astype(np.float32)
    vectors[np.arange(count), codes] += 3
    return vectors, [("normal", "bacterial", "viral")[code] for code in codes]


def test_flipped_labels_are_found_and_right_ones_left():
    vectors, labels = blobs()
    flipped = {3: "viral", 60: "normal", 149: "bacterial"}
    wrong = [flipped.get(row, label) for row, label in enumerate(labels)]
    found = suspects(vectors, wrong, [str(row) for row in range(len(labels))])
    assert {one.row: one.likely for one in found} == {row: labels[row] for row in flipped}
    assert all(one.given == flipped[one.row] for one in found)


def test_a_patients_own_pictures_do_not_vouch_for_a_label():
    vectors, labels = blobs()
    wrong, patients = list(labels), [str(row) for row in range(len(labels))]
    for row in range(8):
        vectors[row] = vectors[0] + 0.01 * row
        wrong[row], patients[row] = "viral", "one"
    assert {one.row for one in suspects(vectors, wrong, patients)} == set(range(8))


@pytest.mark.parametrize("labels", [["a"] * 30, ["a", "b"] * 2])
def test_one_label_or_few_patients_say_nothing(labels):
    vectors = np.random.default_rng(0).random((len(labels), 3)).astype(np.float32)
    assert suspects(vectors, labels, [str(row % 4) for row in range(len(labels))]) == []


@pytest.mark.parametrize(("edge", "share"), [(0, 0.0), (10, 0.36), (50, 1.0)])
def test_black_frame(edge, share):
    grey = np.zeros((100, 100), np.float32)
    grey[edge : 100 - edge, edge : 100 - edge] = 0.5
    assert black_frame(grey) == pytest.approx(share, abs=0.01)
