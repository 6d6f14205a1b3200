"""What lies outside is learnt from made-up pictures, and refused at run time."""

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "imaging"))

from pictures import SIZE, chest, levels, write_model

from nlp_engine.imaging.chest.model import ChestModel
from nlp_engine.imaging.chest.model_file import ChestModelFile, Purpose
from nlp_engine.imaging.chest.preparing import shrink
from nlp_engine.pictures import Picture, PictureFacts
from nlp_engine.training.images.data import Pictures
from nlp_engine.training.images.domain import REFUSED, agreed_limits, changed, fit_domain, fit_looks, fit_spread, parts
from nlp_engine.training.images.shifts import SHIFTS

PURPOSE = Purpose(words="chest X-rays of children", age_below=18)


def grown_up(seed):
    """Return a chest whose heart is small and lies high."""
    grey = chest(seed)
    return np.roll(grey, -24, axis=0) * 0.6 + 0.2


def part(greys):
    small = np.stack([shrink(grey, SIZE) for grey in greys])
    patients = np.array([f"p{at}" for at in range(len(greys))], dtype=object)
    return Pictures(small, np.zeros(len(greys), np.int64), patients, ())


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    folder = write_model(tmp_path_factory.mktemp("domain") / "tiny")
    adults = part([grown_up(seed) for seed in range(20)]).levels
    train, dev = part([chest(seed) for seed in range(150)]), part([chest(seed) for seed in range(200, 260)])
    told = ChestModelFile.load(folder).model_copy(update={"purpose": PURPOSE})
    (folder / "model.json").write_text(told.model_dump_json(), encoding="utf-8")
    fit_domain(folder, train, dev, adults=adults, seed=0, progress=lambda _: None)
    file = ChestModelFile.load(folder)
    assert file.domain.method == "mahalanobis"
    assert set(file.domain.limits) == {"turned", "mirrored", "unlike", "adult"}
    assert set(file.domain.agreed) in ({"embedding", "turned", "adult"}, set())
    assert file.purpose == PURPOSE
    return ChestModel.load(folder)


def refusals(model, greys):
    facts = PictureFacts(format="PNG")
    return [one.refused for one in model.read([Picture(np.ascontiguousarray(g, np.float32), facts) for g in greys])]


GOOD = [chest(seed) for seed in range(400, 430)]


def test_good_pictures_pass(model):
    assert sum(reason is not None for reason in refusals(model, GOOD)) <= 3


@pytest.mark.parametrize("name", ["crop 10 % a side", "wider by 15 %", "border 8 %", "gamma 1.6"])
def test_good_pictures_of_another_framing_or_exposure_pass(model, name):
    shifted = SHIFTS[name](np.stack([levels(grey) for grey in GOOD])) / 255
    assert sum(reason is not None for reason in refusals(model, shifted)) <= 3


def test_small_parts_of_good_pictures_are_refused(model):
    corners = [grey[: len(grey) // 2, : len(grey) // 2] for grey in GOOD]
    middles = [grey[len(grey) // 4 : -len(grey) // 4, len(grey) // 4 : -len(grey) // 4] for grey in GOOD]
    for cut in (corners, middles):
        assert sum(reason is not None for reason in refusals(model, cut)) >= 27


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda grey: np.rot90(grey, 2), "upside down"),
        (lambda grey: np.rot90(grey, 1), "to the left"),
        (lambda grey: np.rot90(grey, 3), "to the right"),
        (lambda grey: grey[:, ::-1], "mirrored"),
        (lambda grey: 1 - grey, "a negative"),
    ],
)
def test_turned_mirrored_and_inverted_pictures_are_named(model, spoil, words):
    reasons = refusals(model, [spoil(grey) for grey in GOOD])
    assert sum(reason is not None for reason in reasons) >= 27
    assert sum(words in (reason or "") for reason in reasons) >= 24


def test_other_things_are_refused_for_what_they_are(model):
    noise = [np.random.default_rng(seed).random((99, 99)) for seed in range(20)]
    reasons = refusals(model, noise)
    assert all("does not look like what the network learnt from: chest X-rays of children" in r for r in reasons)
    assert all(reason is not None for reason in refusals(model, [grown_up(seed) for seed in range(50, 70)]))


def test_changed_copies_are_the_same_picture_but_not_identical():
    one = levels(chest())[None]
    copies = changed(one, 3, np.random.default_rng(0), 128)
    assert copies.shape == (3, 128, 128)
    for copy in copies:
        inner = np.s_[32:96, 32:96]  # at the edge a smaller copy is black
        assert 0.6 < np.corrcoef(copy[inner].ravel(), one[0][inner].ravel())[0, 1] < 0.999


def test_parts_are_taken_from_anywhere_in_the_picture():
    rows, columns = np.mgrid[0:100, 0:100]
    found = parts(np.stack([rows, columns]).astype(np.uint8).repeat(50, axis=0), np.random.default_rng(0), 40)
    assert found.shape == (100, 40, 40)
    spans = np.concatenate([np.ptp(found[:50], axis=(1, 2)), np.ptp(found[50:], axis=(1, 2))])
    assert len(np.unique(spans)) > 20  # different sizes, and an exposure of their own


def test_two_checks_together_refuse_few_good_pictures_and_have_the_lowest_limits_for_it():
    chance = np.random.default_rng(0)
    distances = chance.random(4000).astype(np.float32)
    alone = {name: chance.random(4000).astype(np.float32) for name in ("turned", "adult", "unlike")}
    limits = agreed_limits(alone, distances)
    assert set(limits) == {"embedding", "turned", "adult"}
    assert 0.94 < limits["embedding"] < 0.98  # a share s of each: s * 2 s of all, and 0.5 % are allowed
    together = {"turned": distances, "adult": distances}
    assert agreed_limits(together, distances) == {}
    assert REFUSED["agreed"] < 0.01


def test_the_distance_of_the_cloud_itself_is_about_one():
    vectors = np.random.default_rng(0).normal(size=(800, 30)).astype(np.float32)
    assert fit_spread(vectors, 10).distance(vectors).mean() == pytest.approx(1, abs=0.1)


def test_where_sides_do_not_matter_a_mirrored_picture_is_no_fault():
    train = part([chest(seed) for seed in range(60)])
    looks = fit_looks(train, None, 0, sides_matter=False)
    assert set(looks.limits) == {"turned", "unlike"}
