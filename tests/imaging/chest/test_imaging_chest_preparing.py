"""Preparing: exposure does not matter, sizes do not matter, and nothing breaks on an empty picture."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp_engine.imaging.chest.preparing import network_input, prepare, shrink, standardise, zoomed


def noise(*shape, seed=0):
    return np.random.default_rng(seed).random(shape).astype(np.float32)


def test_every_size_becomes_the_input():
    ready = prepare([noise(90, 70), noise(224, 224), noise(20, 300)], 64)
    assert ready.shape == (3, 1, 64, 64)
    assert ready.dtype == np.float32


def test_a_picture_of_the_right_size_keeps_its_grey_levels():
    levels = np.random.default_rng(0).integers(0, 256, (64, 64), dtype=np.uint8)
    np.testing.assert_array_equal(shrink(levels / np.float32(255), 64), levels)


@settings(deadline=None)
@given(st.floats(0.2, 3), st.floats(-0.5, 0.5))
def test_exposure_and_offset_take_no_part(factor, offset):
    pictures = noise(2, 40, 40)
    np.testing.assert_allclose(standardise(pictures * factor + offset), standardise(pictures), atol=2e-3)


def test_mean_and_deviation_are_zero_and_one():
    ready = standardise(noise(3, 50, 50))
    np.testing.assert_allclose(ready.mean(axis=(1, 2)), 0, atol=1e-4)
    np.testing.assert_allclose(ready.std(axis=(1, 2)), 1, atol=1e-3)


def test_a_few_bright_pixels_change_little():
    pictures = noise(1, 100, 100) * 0.5
    marked = pictures.copy()
    marked[0, :3, :20] = 50.0
    assert np.abs(standardise(marked)[0, 10:] - standardise(pictures)[0, 10:]).max() < 0.2


def test_a_blank_picture_is_all_zeros():
    assert not standardise(np.full((1, 32, 32), 0.7, np.float32)).any()


def test_pictures_do_not_disturb_each_other():
    both = np.stack([shrink(noise(64, 64, seed=seed), 64) for seed in (1, 2)])
    np.testing.assert_allclose(network_input(both)[1], network_input(both[1:])[0], atol=1e-6)


def test_zoom_cuts_the_border_and_one_is_the_picture_itself():
    levels = np.zeros((1, 60, 60), np.uint8)
    levels[0, 20:40, 20:40] = 200
    assert zoomed(levels, 1.0) is levels
    assert (zoomed(levels, 1.2) > 100).sum() == pytest.approx(1.44 * 400, rel=0.1)
