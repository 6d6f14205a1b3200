"""Lines of burnt-in text near the border are warned of; markers, bones and noise are not."""

from __future__ import annotations

import numpy as np
import pytest
from picture_files import dicom
from PIL import Image, ImageDraw, ImageFont

from nlp_engine.pictures import read_picture
from nlp_engine.pictures.letters import has_letters


def film(side=1000):
    """A smooth grey picture with bright rounded bands, darker at its borders."""
    y, x = np.mgrid[0:side, 0:side] / side
    body = 0.75 * np.exp(-(((x - 0.5) / 0.35) ** 2))
    ribs = 0.2 * (np.sin(y * 60 + 6 * np.abs(x - 0.5)) > 0.6) * (np.abs(x - 0.5) < 0.45)
    return np.clip(body + ribs, 0, 1).astype(np.float32)


def written(grey, text, size, at):
    picture = Image.fromarray((grey * 255).astype(np.uint8))
    ImageDraw.Draw(picture).text(at, text, fill=255, font=ImageFont.load_default(size))
    return np.asarray(picture, np.float32) / 255


@pytest.mark.parametrize(("side", "size"), [(300, 12), (1000, 20), (1000, 40), (2500, 50)])
@pytest.mark.parametrize("top", [0.02, 0.93])
def test_a_name_near_the_border_is_seen(side, size, top):
    assert has_letters(written(film(side), "MUELLER^ANNA 03.05.1961", size, (0.03 * side, top * side)))


@pytest.mark.parametrize("text", ["", "R", "L", "A-P", "ERECT"])
def test_markers_are_passed_over(text):
    assert not has_letters(written(film(), text, 30, (30, 30)))


def test_noise_and_tiny_pictures_are_passed_over():
    rng = np.random.default_rng(0)
    assert not has_letters(rng.random((500, 500), np.float32))
    assert not has_letters((rng.random((500, 500)) > 0.98).astype(np.float32))
    assert not has_letters(np.ones((3, 3), np.float32))


def test_the_warning_travels_with_the_picture(tmp_path):
    grey = written(film(), "MUELLER^ANNA 03.05.1961", 30, (30, 30))
    Image.fromarray((grey * 255).astype(np.uint8)).save(tmp_path / "a.png")
    plain = read_picture(tmp_path / "a.png")
    header = read_picture(dicom(tmp_path / "b.dcm", (grey * 255).astype(np.uint8), BurnedInAnnotation="NO"))
    assert "line of text seems to stand" in plain.warnings[0]
    assert "line of text seems to stand" in header.warnings[0]
    assert header.facts.burned_in is False
