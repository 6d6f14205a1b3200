"""Maps of where the network looked: exact, empty where nothing was found, and never of another network."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pictures import chest, save, write_model

from nlp_engine.assessment import ImageFinding
from nlp_engine.errors import ModelError
from nlp_engine.imaging.chest.framing import Part
from nlp_engine.imaging.chest.model import embedded_folder
from nlp_engine.imaging.chest.model_file import ChestModelFile
from nlp_engine.imaging.chest.reading import ImageReading, LabelReading
from nlp_engine.imaging.chest.records import RecordReader
from nlp_engine.imaging.explain import HEAD_FILE, Explainer, Head, as_grid, weighted
from nlp_engine.record import Image, Patient, PatientRecord

CLASSES = ("normal", "bacterial", "viral")
LIMITS = {"present_at": 0.7, "absent_at": 0.2, "specificity": 0.9, "sensitivity": 0.9}
FILE = ChestModelFile(
    id="test",
    version="abc",
    classes=CLASSES,
    input={"size": 32},
    findings={
        "pneumonia": {"classes": ["bacterial", "viral"], **LIMITS},
        "viral_pneumonia": {"classes": ["viral"], **LIMITS},
    },
    training={
        "data": "x", "data_digest": "x", "pictures": {}, "patients": {}, "network": "x", "seed": 0, "minutes": 0,
        "made_on": "2026-01-01",
    },
)  # fmt: skip


def head(seed=0, width=6):
    chance = np.random.default_rng(seed)
    return Head(chance.standard_normal((3, width)).astype(np.float32), chance.standard_normal(3).astype(np.float32))


def features(seed=1, width=6):
    return np.random.default_rng(seed).random((width, 4, 5)).astype(np.float32)


def reading(decision="present", **more):
    maps = features()
    parts = {"features": maps, "embedding": maps.mean(axis=(1, 2))}
    return ImageReading(findings=(LabelReading("pneumonia", 0.9, decision),), **(parts | more))


def log_odds(head, embedding, wanted):
    logits = (head.weights @ embedding + head.bias).astype(float)
    chosen = np.isin(np.arange(len(logits)), wanted)
    return np.log(np.exp(logits[chosen]).sum()) - np.log(np.exp(logits[~chosen]).sum())


@pytest.mark.parametrize("wanted", [[1, 2], [1], [2]])
def test_the_map_is_the_gradient_of_the_log_odds_times_the_features(wanted):
    one, maps = head(), features()
    slope = one.slope(maps.mean(axis=(1, 2)), wanted)
    gradients = []
    for k in range(len(maps)):
        moved = np.repeat(maps.mean(axis=(1, 2))[None], 2, axis=0).astype(float)
        moved[:, k] += (-1e-4, 1e-4)
        gradients.append((log_odds(one, moved[1], wanted) - log_odds(one, moved[0], wanted)) / 2e-4)
    np.testing.assert_allclose(slope, gradients, rtol=1e-2, atol=1e-3)
    expected = np.maximum(np.tensordot(np.array(gradients), maps, axes=1), 0)
    np.testing.assert_allclose(weighted(maps, slope), expected / (expected.max() or 1), atol=1e-2)


def test_what_all_logits_share_takes_no_part():
    one, embedding = head(), features().mean(axis=(1, 2))
    shifted = Head(one.weights + 3, one.bias + 5)
    np.testing.assert_allclose(shifted.slope(embedding, [1, 2]), one.slope(embedding, [1, 2]), atol=1e-5)


@given(arrays(np.float32, (3, 4, 5), elements=st.floats(0, 100, width=32)), st.integers(0, 99))
def test_a_map_lies_between_0_and_1(maps, seed):
    slope = np.random.default_rng(seed).standard_normal(3).astype(np.float32)
    found = weighted(maps, slope)
    assert (found.min() >= 0, found.max() <= 1) == (True, True)
    grid = as_grid(found)
    assert grid == () or (len(grid), {len(row) for row in grid}) == (4, {5})


def test_where_nothing_speaks_for_it_there_is_no_map():
    assert as_grid(weighted(np.ones((2, 3, 3), np.float32), np.array([-1, -1], np.float32))) == ()


def test_a_map_is_given_for_present_and_not_sure():
    explainer = Explainer(FILE, head())
    for decision in ("present", "not_sure"):
        grid = explainer.looked_at(reading(decision), "pneumonia")
        assert max(max(row) for row in grid) == 1
        assert (len(grid), len(grid[0])) == (4, 5)


@pytest.mark.parametrize(
    ("what", "label", "own_head"),
    [
        (reading("absent"), "pneumonia", head()),
        (ImageReading(refused="The picture is blank."), "pneumonia", head()),
        (reading(), "viral_pneumonia", head()),
        (reading(), "pneumonia", None),
        (reading(features=None), "pneumonia", head()),
    ],
)
def test_no_map_of_what_was_not_found_or_not_judged(what, label, own_head):
    assert Explainer(FILE, own_head).looked_at(what, label) == ()


def test_a_network_that_looks_at_a_part_only_has_no_map():
    file = FILE.model_copy(update={"views": (FILE.views[0].model_copy(update={"zoom": 1.1}),)})
    assert Explainer(file, head()).looked_at(reading(), "pneumonia") == ()


def test_a_head_is_kept_and_one_of_another_network_is_not_used(tmp_path):
    head().save(tmp_path, "abc")
    kept = Head.load(tmp_path, "abc")
    np.testing.assert_array_equal(kept.weights, head().weights)
    assert Head.load(tmp_path, "abd") is None
    assert Head.load(tmp_path / "nowhere", "abc") is None
    (tmp_path / HEAD_FILE).write_bytes(b"PK broken")
    with pytest.raises(ModelError, match=HEAD_FILE):
        Head.load(tmp_path, "abc")


def test_the_map_of_a_framed_picture_lies_where_the_same_picture_lies_in_it():
    explainer = Explainer(FILE, head())
    alone = np.array(explainer.looked_at(reading(), "pneumonia"))
    bars = Part(left=0.25, right=0.75)  # black bars left and right, each half as wide as the picture
    between = np.array(explainer.looked_at(reading(part=bars), "pneumonia"))
    assert between.shape == (4, 10)
    # New cells are half a cell off the old ones.
    padded = np.pad(alone, ((0, 0), (3, 3)))
    wanted = (padded[:, :-1] + padded[:, 1:]) / 2
    np.testing.assert_allclose(between, wanted / wanted.max(), atol=0.02)


def test_a_frame_does_not_change_what_is_read_and_moves_the_map(tmp_path):
    pytest.importorskip("onnx", reason="the tiny network is made with onnx, of the extra train")
    from nlp_engine.training.images.head import write_head

    model = write_model(tmp_path / "model")
    write_head(model)
    bars = ((0, 0), (64, 64))
    paths = [save(grey, tmp_path / f"{name}.png") for name, grey in (("a", chest(5)), ("b", np.pad(chest(5), bars)))]
    images = tuple(Image(id=path.stem, path=path) for path in paths)
    findings, _ = RecordReader(model).read(PatientRecord(patient=Patient(id="p", age_years=4), images=images))
    plain, framed = ([one for one in findings if one.image_id == name] for name in "ab")
    assert [one.score for one in plain] == [one.score for one in framed]
    maps = [(np.array(a.looked_at), np.array(b.looked_at)) for a, b in zip(plain, framed, strict=True) if a.looked_at]
    assert maps
    for alone, between in maps:
        assert between.shape == (4, 8)
        assert not between[:, [0, 1, 6, 7]].any()
        np.testing.assert_allclose(between[:, 2:6], alone, atol=0.01)


@pytest.mark.parametrize("rows", [((0.1, 1.0), (0.2,)), ((),), ((1.5,),)])
def test_a_broken_map_is_refused(rows):
    with pytest.raises(ValueError, match=r"looked_at|less than or equal"):
        ImageFinding(
            output_id="o", image_id="i", label="l", score=0.9, decision="present", model="m", model_version="1",
            threshold=0.5, looked_at=rows,
        )  # fmt: skip


def test_maps_reach_the_findings_of_a_record_and_stay_the_same_in_json(tmp_path):
    pytest.importorskip("onnx", reason="the tiny network is made with onnx, of the extra train")
    from nlp_engine.training.images.head import write_head

    model = write_model(tmp_path / "model")
    images = tuple(Image(id=f"c{seed}", path=save(chest(seed), tmp_path / f"c{seed}.png")) for seed in range(6))
    record = PatientRecord(patient=Patient(id="p", age_years=4), images=images)
    assert not any(finding.looked_at for finding in RecordReader(model).read(record)[0])
    write_head(model)
    findings, _ = RecordReader(model).read(record)
    assert {len(finding.looked_at) for finding in findings if finding.decision == "absent"} <= {0}
    mapped = [finding for finding in findings if finding.looked_at]
    assert mapped
    assert {(len(one.looked_at), len(one.looked_at[0])) for one in mapped} == {(4, 4)}
    again = ImageFinding.model_validate_json(mapped[0].model_dump_json())
    assert again.looked_at == mapped[0].looked_at


def test_the_embedded_network_has_the_maps_head():
    folder = embedded_folder()
    if not (folder / "model.json").is_file():
        pytest.skip("the embedded chest network is not here")
    file = ChestModelFile.load(folder)
    head = Head.load(folder, file.version)
    assert head is not None
    assert len(head.weights) == len(head.bias) == len(file.classes)
