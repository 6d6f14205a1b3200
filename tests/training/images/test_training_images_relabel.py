"""Soft targets: what other patients' networks see is weighed against the label; patients stay together."""

from dataclasses import replace

import numpy as np
import pytest
from made_pictures import LABELS, picture

pytest.importorskip("torch", reason="needs the extra train")
pytest.importorskip("monai", reason="needs the extra train")

from nlp_engine.errors import InputError
from nlp_engine.training.images import networks
from nlp_engine.training.images.config import ImageConfig, Relabel
from nlp_engine.training.images.data import Pictures, PictureSet
from nlp_engine.training.images.folds import deal
from nlp_engine.training.images.relabel import relabelled, weighed


def quiet(words):
    del words


def made(count: int, first: int) -> Pictures:
    labels = np.arange(count) % 3
    levels = np.stack([np.asarray(picture(LABELS[label], first + at)) for at, label in enumerate(labels)])
    patients = np.array([f"person{at // 3}" for at in range(first, first + count)], dtype=object)
    return Pictures(levels, labels, patients, tuple(f"{at}.png" for at in range(count)))


def test_where_label_and_picture_go_together_a_label_holds_against_one_odd_picture():
    labels = np.repeat([0, 1], 100)
    seen = np.where(np.eye(2)[labels] == 1, 0.99, 0.01)
    seen[0] = 0.1, 0.9
    targets = weighed(seen, labels, 1.0)
    assert targets[0, 0] > 0.8
    assert (targets[1:].argmax(axis=1) == labels[1:]).all()
    np.testing.assert_allclose(targets.sum(axis=1), 1)


def test_labels_that_say_nothing_of_the_pictures_do_not_count():
    chance = np.random.default_rng(0)
    share = chance.random(2000)
    seen, labels = np.stack([share, 1 - share], axis=1), chance.integers(0, 2, 2000)
    assert np.abs(weighed(seen, labels, 1.0) - seen).max() < 0.1


def test_more_trust_keeps_nearer_to_the_labels():
    labels = np.repeat([0, 1], 50)
    seen = np.where(np.eye(2)[labels] == 1, 0.8, 0.2)
    seen[0] = 0.3, 0.7
    less, more = (weighed(seen, labels, trust)[0, 0] for trust in (1.0, 2.0))
    assert less < more < 1


def test_a_class_that_is_never_seen_gives_numbers():
    targets = weighed(np.array([[1.0, 0.0], [1.0, 0.0]]), np.array([0, 1]), 1.0)
    np.testing.assert_allclose(targets, [[1, 0], [1, 0]])


def test_a_patient_is_in_one_fold_and_folds_are_alike_in_size():
    patients = np.array([f"p{at // 3}" for at in range(300)], dtype=object)
    folds = deal(patients, 4, seed=0, running_number=None)
    assert all(len(set(folds[patients == name])) == 1 for name in set(patients))
    assert np.bincount(folds).tolist() == [75, 75, 75, 75]
    assert not np.array_equal(folds, deal(patients, 4, seed=1, running_number=None))


def test_runs_of_numbers_are_cut_for_each_kind_of_id():
    patients = np.array(
        [*(f"person{at}_a" for at in range(8)), "person7_b", *(f"NORMAL2-IM-{at}" for at in range(100, 104))]
    )
    folds = deal(patients.astype(object), 2, seed=0, running_number=r"(?<=person)\d+|(?<=IM-)\d+")
    assert folds.tolist() == [0, 0, 0, 0, 1, 1, 1, 1, 1, 0, 0, 1, 1]


def test_an_id_without_a_number_is_told_without_the_id():
    with pytest.raises(InputError, match="finds none in a patient_id") as told:
        deal(np.array(["Smith"], dtype=object), 2, seed=0, running_number=r"\d+")
    assert "Smith" not in str(told.value)


def test_planted_wrong_labels_are_doubted(tmp_path, monkeypatch):
    monkeypatch.setitem(networks._BODIES, "densenet", lambda: networks._densenet(8, 4, (1, 1)))
    train, dev = made(360, 0), made(30, 900)
    wrong = np.arange(0, 360, 36)
    labels = train.labels.copy()
    labels[wrong] = 2  # pictures without a disc that are called viral
    spoilt = PictureSet(("normal", "bacterial", "viral"), replace(train, labels=labels), dev, "made")
    relabel = Relabel(network="densenet", epochs=12, learning_rate=1e-2, strength=0.0)
    config = ImageConfig(
        schema_version=1, id="tiny", network="densenet", size=32, batch=16, threads=1, ema=0.9, relabel=relabel
    )
    told = relabelled(spoilt, config, flip=False, seed=0, work=tmp_path, progress=quiet)
    belief = told.pictures.train.targets[np.arange(360), labels]
    assert len(np.intersect1d(np.argsort(belief)[:12], wrong)) >= 7
    assert np.median(belief[wrong]) < 0.5 < np.median(np.delete(belief, wrong))
    again = relabelled(spoilt, config, flip=False, seed=0, work=tmp_path, progress=quiet)
    assert again.seconds == told.seconds > 0
    np.testing.assert_array_equal(again.pictures.train.targets, told.pictures.train.targets)


def test_without_the_setting_the_set_stays(tmp_path):
    pictures = PictureSet(("normal", "bacterial", "viral"), made(12, 0), made(6, 90), "made")
    config = ImageConfig(schema_version=1, id="tiny")
    assert relabelled(pictures, config, flip=False, seed=0, work=tmp_path, progress=quiet).pictures is pictures


def test_more_folds_than_patients_are_refused(tmp_path):
    pictures = PictureSet(("normal", "bacterial", "viral"), made(6, 0), made(6, 90), "made")
    config = ImageConfig(schema_version=1, id="tiny", relabel=Relabel(folds=5))
    with pytest.raises(InputError, match="fewer patients"):
        relabelled(pictures, config, flip=False, seed=0, work=tmp_path, progress=quiet)
