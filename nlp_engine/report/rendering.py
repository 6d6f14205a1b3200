"""A template with the phrases of a language."""

from __future__ import annotations

from nlp_engine.pages import environment
from nlp_engine.report.phrases import load_phrases


def render(template: str, language: str, **values: object) -> str:
    """Render a template with the phrases of a language as ``t``."""
    return environment().get_template(template).render(t=load_phrases(language), **values)
