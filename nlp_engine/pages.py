"""Jinja2 over ``templates/``, set up once for all pages and model cards, and pictures that stand inside a page."""

from __future__ import annotations

import base64
import io
from functools import cache
from typing import TYPE_CHECKING

from nlp_engine.knowledge import resource

if TYPE_CHECKING:
    import PIL.Image
    from jinja2 import Environment


@cache
def environment(*, autoescape: bool = True) -> Environment:
    """Return the environment of ``templates/``: an unknown name is an error.

    Parameters
    ----------
    autoescape
        False for Markdown only; HTML has everything escaped.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(resource("templates")),
        autoescape=autoescape,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


def data_uri(picture: PIL.Image.Image, *, quality: int | None = 82) -> str:
    """Return a picture as a ``data:`` address.

    Parameters
    ----------
    quality
        Of a JPEG, 1 to 95; None gives a PNG, which loses nothing.
    """
    kind = "png" if quality is None else "jpeg"
    options = {} if quality is None else {"quality": quality}
    buffer = io.BytesIO()
    picture.save(buffer, format=kind, **options)
    return f"data:image/{kind};base64," + base64.b64encode(buffer.getvalue()).decode("ascii")
