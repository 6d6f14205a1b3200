"""What the pixels and the file's own words say against judging a picture."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pictures import chest, levels

from nlp_engine.imaging.chest.model_file import Purpose
from nlp_engine.imaging.quality.looks import (
    LAY_ARRAYS,
    LAYS,
    MIRRORED,
    PART,
    SIDE,
    SWAPPED,
    Looks,
    laid,
    points,
    upright,
)
from nlp_engine.imaging.quality.pixels import pixel_fault
from nlp_engine.imaging.quality.spread import Spread
from nlp_engine.imaging.quality.tags import age_fault, tag_fault
from nlp_engine.pictures import Picture, PictureFacts

PURPOSE = Purpose(
    words="chest X-rays of children", modalities=("CR", "DX"), body_parts=("CHEST",), views=("AP", "PA"), age_below=18
)


def picture(grey, **facts):
    return Picture(np.asarray(grey, np.float32), PictureFacts(**({"format": "PNG"} | facts)))


@pytest.mark.parametrize(
    ("grey", "words"),
    [
        (np.full((200, 200), 0.5), "blank"),
        (np.zeros((200, 200)), "blank"),
        (np.pad(chest(side=60), 100), "almost all black"),
        (1 - np.pad(chest(side=60), 100), "almost all white"),
        (chest(side=40), "too small"),
        (np.tile(chest(side=100), (1, 4)), "strip"),
        (np.tile(chest(side=100), (3, 1)), "strip"),
    ],
)
def test_pixel_faults(grey, words):
    assert words in pixel_fault(picture(grey))


def test_a_usable_picture_has_no_fault_and_a_coloured_one_has():
    assert pixel_fault(picture(chest())) is None
    assert pixel_fault(picture(np.tile(chest(), (1, 2)))) is None
    assert "colour" in pixel_fault(picture(chest(), is_colour=True))


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"modality": "CT"}, "modality CT"),
        ({"body_part": "HAND"}, "body part HAND"),
        ({"view": "LL"}, "view LL"),
        ({"age_years": 18.0}, "18 years or older"),
        ({"modality": "DX", "age_years": 64.0}, "18 years or older"),
    ],
)
def test_what_the_file_says_is_held_against_the_purpose(facts, words):
    fault = tag_fault(PictureFacts(format="DICOM", **facts), PURPOSE)
    assert words in fault
    assert "chest X-rays of children" in fault


def test_what_the_file_does_not_say_is_not_held_against_it():
    assert tag_fault(PictureFacts(format="PNG"), PURPOSE) is None
    told = PictureFacts(format="DICOM", modality="DX", body_part="CHEST", view="PA", age_years=17.9)
    assert tag_fault(told, PURPOSE) is None
    assert tag_fault(PictureFacts(format="DICOM", modality="CT", age_years=70.0), Purpose()) is None
    assert age_fault(None, PURPOSE) is None


@pytest.mark.parametrize("orientation", ["F/R", "R/F", "P/F", "A/F", "L/H"])
def test_a_header_that_says_turned_mirrored_or_from_the_side_is_believed(orientation):
    facts = PictureFacts(format="DICOM", orientation=orientation)
    assert "The file says that its rows lead to" in (tag_fault(facts, PURPOSE) or "")
    assert tag_fault(facts, Purpose()) is None


@pytest.mark.parametrize("orientation", [None, "L/F", "LA/FP"])
def test_a_header_that_says_upright_is_fine(orientation):
    assert tag_fault(PictureFacts(format="DICOM", orientation=orientation), PURPOSE) is None


@given(st.integers(0, LAYS - 1), st.integers(0, 9))
@settings(max_examples=40, deadline=None)
def test_every_way_to_lay_a_picture_can_be_undone(way, seed):
    small = points(levels(chest(seed))[None])
    assert np.allclose(upright(laid(small, way), way), small)


def test_the_sixteen_ways_differ():
    small = points(levels(chest())[None])
    assert len({laid(small, way).tobytes() for way in range(LAYS)}) == LAYS


@pytest.mark.parametrize("way", range(LAYS))
def test_a_mirrored_picture_lies_in_the_swapped_way(way):
    small = points(levels(chest())[None])
    np.testing.assert_array_equal(laid(laid(small, way), MIRRORED), laid(small, SWAPPED[way]))


def random_looks(ways):
    chance = np.random.default_rng(0)
    shapes = ((SIDE * SIDE, 8), (8,), (8, ways), (ways,))
    parts = {name: chance.normal(size=shape).astype(np.float32) for name, shape in zip(LAY_ARRAYS, shapes, strict=True)}
    cloud = Spread(*(np.ones(shape, np.float32) for shape in ((400,), (400,), (2, 400), (2,), (1,))))
    return Looks({"turned": 0.0, "unlike": np.inf}, cloud, parts)


@pytest.mark.parametrize("ways", [LAYS, LAYS + 1])
def test_a_picture_and_its_mirror_image_are_seen_alike(ways):
    looks, small = random_looks(ways), points(np.stack([levels(chest(seed)) for seed in range(3)]))
    plain, mirrored = looks.lays(small), looks.lays(laid(small, MIRRORED))
    np.testing.assert_allclose(mirrored[:, SWAPPED[:ways]], plain, atol=1e-5)
    np.testing.assert_allclose(plain.sum(axis=1), 1, atol=1e-5)


def test_a_part_of_a_picture_is_not_called_turned():
    looks = random_looks(LAYS + 1)
    parts = dict(looks.arrays) | {LAY_ARRAYS[3]: np.eye(LAYS + 1, dtype=np.float32)[PART] * 1e3}
    small = points(levels(chest())[None])
    fault = Looks({"turned": 0.5}, looks.cloud, parts).fault(small[0], {"turned": 0.9}, "chest X-rays")
    assert fault == "The picture does not look like what the network learnt from: chest X-rays."


def test_points_do_not_depend_on_exposure():
    grey = chest()
    bright, dim = points(levels(grey)[None]), points(levels(0.5 * grey + 0.2)[None])
    assert np.abs(bright - dim).max() < 0.05


def test_distance_is_that_of_mahalanobis_where_all_axes_are_kept():
    chance = np.random.default_rng(0)
    vectors = (chance.normal(size=(500, 3)) @ np.array([[2, 0.5, 0], [0, 1, 0], [0, 0, 0.2]])).astype(np.float32)
    centre, covariance = vectors.mean(axis=0), np.cov(vectors.T)
    variances, axes = np.linalg.eigh(covariance)
    cloud = Spread(centre, np.ones(3, np.float32), axes.T, variances, np.ones(1))
    away = vectors - centre
    wanted = np.sqrt(np.einsum("ij,jk,ik->i", away, np.linalg.inv(covariance), away) / 3)
    assert np.allclose(cloud.distance(vectors), wanted, rtol=1e-3)


def test_a_cloud_survives_being_stored():
    chance = np.random.default_rng(1)
    parts = [chance.normal(size=shape).astype(np.float32) for shape in ((5,), (5,), (2, 5), (2,), (1,))]
    cloud = Spread(*(np.abs(part) + 0.5 for part in parts))
    again = Spread.from_arrays(cloud.arrays("x"), "x")
    vectors = chance.normal(size=(4, 5)).astype(np.float32)
    assert np.allclose(again.distance(vectors), cloud.distance(vectors), rtol=1e-2)
