"""What medSpaCy's ConText says of given mentions, to be compared with ours.

Run it with a Python of its own that has medspacy (MIT; it needs an older spaCy than this package), then measure:

python benchmarks/assertion.py --write mentions.json
python benchmarks/medspacy_context.py mentions.json medspacy.json
python benchmarks/assertion.py --answers medspacy.json

Its default rules and sentence splitter, without its sections, which make no axis better on our dev part. A mention that
overlaps a longer one is answered as that one is.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import medspacy  # noqa: F401 - it registers the components
import spacy
from medspacy.custom_tokenizer import create_medspacy_tokenizer
from spacy.language import Language
from spacy.tokens import Span


def main() -> None:
    """Answer all mentions of a file."""
    nlp = spacy.blank("en")
    nlp.tokenizer = create_medspacy_tokenizer(nlp)
    nlp.add_pipe("medspacy_pyrush")
    nlp.add_pipe("medspacy_context")
    source, target = map(Path, sys.argv[1:])
    corpora = json.loads(source.read_text(encoding="utf-8"))
    answers = {name: [answer(nlp, text) for text in texts] for name, texts in corpora.items()}
    target.write_text(json.dumps(answers), encoding="utf-8")


def answer(nlp: Language, text: dict[str, Any]) -> list[dict[str, str]]:
    """Return axis -> value for each mention of a text."""
    doc = nlp.get_pipe("medspacy_pyrush")(nlp.make_doc(text["text"]))
    spans = [doc.char_span(*mention[:2], label=mention[2], alignment_mode="expand") for mention in text["mentions"]]
    doc.ents = spacy.util.filter_spans([span for span in spans if span is not None])
    doc = nlp.get_pipe("medspacy_context")(doc)
    return [_said(next((e for e in doc.ents if e.start < span.end and span.start < e.end), None)) for span in spans]


def _said(entity: Span | None) -> dict[str, str]:
    if entity is None:
        return {"presence": "present", "temporality": "current", "experiencer": "patient"}
    says = entity._
    presence = {"absent": says.is_negated, "hypothetical": says.is_hypothetical, "possible": says.is_uncertain}
    return {
        "presence": next((value for value, is_said in presence.items() if is_said), "present"),
        "temporality": "historical" if says.is_historical else "current",
        "experiencer": "family" if says.is_family else "patient",
    }


if __name__ == "__main__":
    main()
