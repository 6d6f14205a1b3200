"""Runs the examples of the patterns."""

from __future__ import annotations

from pathlib import Path

from nlp_engine.errors import KnowledgeError
from nlp_engine.knowledge import resource
from nlp_engine.labs.catalogue import Catalogue
from nlp_engine.labs.changes import Variations
from nlp_engine.labs.misfits.evaluate import match
from nlp_engine.labs.misfits.patterns import Patterns, Slip


def check_patterns(patterns: Patterns) -> list[str]:
    """Return what is wrong with the examples, a sentence each; a pattern needs one that fires and a silent one."""
    problems = []
    for pattern in patterns.patterns:
        for place, example in enumerate(pattern.tests, start=1):
            times = pattern.least if isinstance(pattern, Slip) else 1
            before = {name: [value] * times for name, value in example.before.items()}
            speaks = match(pattern, example.now, before, patterns.spreads) is not None
            outcome = "fires" if speaks else "silent"
            if outcome != example.expect:
                problems.append(f"{pattern.id}: example {place} is {outcome}, expected {example.expect}")
        lacking = {"fires", "silent"} - {example.expect for example in pattern.tests}
        problems += [f"{pattern.id}: has no example that is {needed}" for needed in sorted(lacking)]
    return problems


def check_comparisons(folder: Path | None = None) -> list[str]:
    """Return what is wrong with ``labs/variation.yaml`` and ``labs/misfits.yaml`` of a rules folder, a sentence each.

    A file that cannot be loaded is the only sentence; a folder without laboratory rules has nothing wrong.
    """
    labs = (folder or resource("rules")) / "labs"
    if not labs.is_dir():
        return []
    try:
        catalogue = Catalogue.load(labs)
        Variations.load(catalogue, labs / "variation.yaml")
        return check_patterns(Patterns.load(catalogue, labs / "misfits.yaml"))
    except KnowledgeError as error:
        return [str(error)]
