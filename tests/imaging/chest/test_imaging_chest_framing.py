"""A plain frame is left out, nothing else is, and a map comes back to its place in the whole picture."""

import io
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[1]))

from pictures import chest, levels

from nlp_engine.imaging.chest.framing import MOST, WHOLE, Part, inside_frame, placed, seen_part
from nlp_engine.imaging.chest.preparing import shrink

SIDE = 224
edges = st.integers(0, 50)


def framed(grey, top, bottom, left, right, value=0.0):
    return np.pad(grey, ((top, bottom), (left, right)), constant_values=np.float32(value))


@settings(deadline=None, max_examples=40)
@given(edges, edges, edges, edges, st.sampled_from([0.0, 0.37, 1.0]))
def test_a_frame_of_any_one_grey_is_found_and_nothing_else(top, bottom, left, right, value):
    grey = np.random.default_rng(0).random((SIDE, SIDE), np.float32)
    assert inside_frame(framed(grey, top, bottom, left, right, value)) == (left, top, left + SIDE, top + SIDE)


@pytest.mark.parametrize("value", [0.0, 0.6, 1.0])
@pytest.mark.parametrize("sides", [(20, 20, 20, 20), (0, 0, 40, 30), (25, 35, 0, 0), (0, 0, 0, 30)])
def test_the_framed_picture_becomes_the_same_small_picture(sides, value):
    grey = chest(side=SIDE)
    np.testing.assert_array_equal(shrink(framed(grey, *sides, value), 64), shrink(grey, 64))


def test_a_frame_that_went_through_jpeg_is_left_out_all_the_same():
    buffer = io.BytesIO()
    Image.fromarray(levels(framed(chest(side=400), 40, 40, 60, 60))).save(buffer, "JPEG", quality=60)
    again = np.asarray(Image.open(buffer), np.float32) / 255
    left, top, right, bottom = inside_frame(again)
    assert np.abs(np.array([left - 60, top - 40, right - 460, bottom - 440])).max() <= 8


def test_a_large_picture_is_looked_at_in_steps_and_cut_where_the_frame_ends():
    grey = framed(chest(side=1500), 100, 0, 333, 250)
    assert inside_frame(grey) == (333, 100, 1833, 1600)


def test_a_picture_without_a_frame_is_left_whole():
    assert seen_part(chest(side=SIDE)) == WHOLE
    slope = np.tile(np.linspace(0, 1, SIDE, dtype=np.float32), (SIDE, 1))
    assert seen_part(slope).top == 0


@pytest.mark.parametrize("shape", [(1, 1), (3, 2), (64, 64), (64, 150)])
def test_never_more_than_a_quarter_of_each_side_is_cut(shape):
    left, top, right, bottom = inside_frame(np.full(shape, 0.4, np.float32))
    assert min(left, top) >= 0
    assert right - left >= shape[1] * (1 - 2 * MOST)
    assert bottom - top >= shape[0] * (1 - 2 * MOST)


def test_a_map_of_the_whole_picture_stays_as_it_is():
    values = np.random.default_rng(0).random((6, 6), np.float32)
    assert placed(values, WHOLE) is values


def test_a_map_of_a_part_lies_at_that_part_of_the_whole():
    whole = placed(np.ones((6, 6), np.float32), Part(top=0.25, bottom=0.75, left=0.0, right=0.5))
    assert whole.shape == (12, 12)
    wanted = np.zeros((12, 12))
    wanted[3:9, :6] = 1
    np.testing.assert_allclose(whole, wanted, atol=1e-6)


@settings(deadline=None, max_examples=40)
@given(st.floats(0, 0.25), st.floats(0, 0.25), st.floats(0, 0.25), st.floats(0, 0.25), st.integers(0, 35))
def test_the_middle_of_a_map_stays_over_the_same_spot(top, bottom, left, right, cell):
    part = Part(top, 1 - bottom, left, 1 - right)
    values = np.zeros((6, 6), np.float32)
    values[divmod(cell, 6)] = 1
    whole = placed(values, part)
    row, column = divmod(cell, 6)
    wanted = (
        part.top + (row + 0.5) / 6 * (part.bottom - part.top),
        part.left + (column + 0.5) / 6 * (part.right - part.left),
    )
    places = [(np.arange(side) + 0.5) / side for side in whole.shape]
    found = (whole.sum(axis=1) @ places[0] / whole.sum(), whole.sum(axis=0) @ places[1] / whole.sum())
    np.testing.assert_allclose(found, wanted, atol=0.5 / 6)
