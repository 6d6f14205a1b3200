"""Jinja2 over ``templates/``, set up once for all pages and model cards."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from nlp_engine.knowledge import resource

if TYPE_CHECKING:
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
