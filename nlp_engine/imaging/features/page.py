"""The check of a set, and the plane of its features, as self-contained pages."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from nlp_engine.errors import PictureError
from nlp_engine.pages import data_uri, environment
from nlp_engine.pictures import read_picture

if TYPE_CHECKING:
    from nlp_engine.imaging.features.checking import SetReport

SHOWN = 48
"""Entries of each list that the page shows; the JSON report has all."""
_SIDE, _QUALITY = 160, 75


def page_of(report: SetReport, *, name: str) -> str:
    """Return the page of a check.

    Parameters
    ----------
    name
        Of the set.
    """
    return (
        environment().get_template("images_check.html.j2").render(report=report, name=name, shown=SHOWN, picture=_small)
    )


def plane_page(svg: str, *, title: str, about: str) -> str:
    """Return a page with one drawing."""
    from markupsafe import Markup

    return environment().get_template("images_plane.html.j2").render(svg=Markup(svg), title=title, about=about)


def _small(name: str) -> str:
    """Return a small copy of a picture as a ``data:`` address; empty if it cannot be read."""
    try:
        grey = read_picture(Path(name), least_side=_SIDE).grey
    except PictureError:
        return ""
    copy = Image.fromarray(np.uint8(grey * 255))
    copy.thumbnail((_SIDE, _SIDE))
    return data_uri(copy, quality=_QUALITY)
