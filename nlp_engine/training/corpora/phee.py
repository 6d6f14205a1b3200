"""PHEE: JSON lines of sentences with events; types are named by their path, e.g. ``Treatment.Drug``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nlp_engine.training.corpora.document import AnnotatedDocument, LabelledSpan


def read_phee(path: Path) -> Iterator[AnnotatedDocument]:
    """Yield the sentences of a PHEE file. A span in several parts is left out: its hull holds other things."""
    with path.open(encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            events = [event for annotation in row["annotations"] for event in annotation["events"]]
            spans = [span for event in events for span in _arguments(event)]
            yield AnnotatedDocument(row["id"], row["context"], tuple(spans))


def _arguments(event: dict[str, Any]) -> Iterator[LabelledSpan]:
    treatment = event.get("Treatment", {})
    parents = {
        "": [event],
        "Treatment.": [treatment],
        "Subject.": [event.get("Subject", {})],
        "Combination.": treatment.get("Combination", []),
    }
    for prefix, nodes in parents.items():
        for node in nodes:
            for name, argument in node.items():
                if isinstance(argument, dict) and "start" in argument:
                    yield from _spans(argument, f"{prefix}{name}")


def _spans(argument: dict[str, Any], label: str) -> Iterator[LabelledSpan]:
    for starts, texts in zip(argument["start"], argument["text"], strict=True):
        if len(starts) == 1:
            yield LabelledSpan(starts[0], starts[0] + len(texts[0]), label)
