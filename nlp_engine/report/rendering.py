"""Jinja2 with everything escaped, set up once."""

from __future__ import annotations

from functools import lru_cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from nlp_engine.knowledge import resource
from nlp_engine.report.phrases import load_phrases


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Return the environment of ``templates/``: autoescape everywhere, an unknown name is an error."""
    return Environment(
        loader=FileSystemLoader(resource("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


def render(template: str, language: str, **values: object) -> str:
    """Render a template with the phrases of a language as ``t``."""
    return environment().get_template(template).render(t=load_phrases(language), **values)
