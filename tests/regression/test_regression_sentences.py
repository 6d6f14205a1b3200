"""The sentences of tests/regression/*.yaml: assertion and section of spans that a caller gives."""

import sys
from functools import cache
from pathlib import Path
from typing import Literal

import pytest

from nlp_engine.assessment import Experiencer, Presence, Temporality
from nlp_engine.knowledge import KnowledgeModel, read_yaml_folder
from nlp_engine.record import Note

FOLDER = Path(__file__).parent
sys.path.insert(0, str(FOLDER.parent / "text"))
from text_fakes import rules, stage, unmark  # noqa: E402

LEGAL = {value.value for axis in (Presence, Temporality, Experiencer) for value in axis}


class Sentence(KnowledgeModel):
    text: str
    section: str | None = None


class RegressionFile(KnowledgeModel):
    schema_version: Literal[1]
    about: str
    sentences: tuple[Sentence | str, ...]
    known_failures: tuple[Sentence | str, ...] = ()


FILES = read_yaml_folder(FOLDER, RegressionFile)


@cache
def reader():
    return stage()


def cases():
    for file in FILES:
        for sentence in file.sentences:
            yield pytest.param(sentence, id=_id(sentence))
        for sentence in file.known_failures:
            yield pytest.param(sentence, id=_id(sentence), marks=pytest.mark.xfail(strict=True))


def _id(sentence):
    return (sentence if isinstance(sentence, str) else sentence.text)[:60]


@pytest.mark.parametrize("sentence", cases())
def test_sentence(sentence):
    marked = sentence if isinstance(sentence, str) else sentence.text
    section = None if isinstance(sentence, str) else sentence.section
    head = f"{section.replace('_', ' ').title()}:\n" if section else ""
    text, spans, values = unmark(head + marked)
    assert spans
    mentions = reader().extract(Note(id="n", text=text), mentions=spans).mentions
    said = [
        f"{m.text}: {' '.join(sorted(w or _defaults() & {m.presence, m.temporality, m.experiencer}))}"
        for m, w in zip(mentions, values, strict=True)
    ]
    found = [
        f"{m.text}: {' '.join(sorted({m.presence.value, m.temporality.value, m.experiencer.value} & _axes_of(w)))}"
        for m, w in zip(mentions, values, strict=True)
    ]
    assert found == said
    assert section is None or {mention.section for mention in mentions} == {section}


def _defaults():
    return {"present", "current", "patient"}


def _axes_of(words):
    """All values of the axes that a mark speaks of."""
    assert words <= LEGAL, words - LEGAL
    return {
        value.value
        for axis in (Presence, Temporality, Experiencer)
        if words & {v.value for v in axis}
        for value in axis
    }


def test_there_are_enough_sentences_of_every_value():
    text = "\n".join(_id(s) if isinstance(s, str) else s.text for file in FILES for s in file.sentences)
    marked = [s if isinstance(s, str) else s.text for file in FILES for s in file.sentences]
    assert len(marked) >= 300
    assert text
    for value in LEGAL:
        count = sum(value in words for sentence in marked for words in unmark(sentence)[2])
        assert count >= 2, value


def test_sections_of_the_sentences_exist():
    known = {s.section for file in FILES for s in file.sentences if not isinstance(s, str)} - {None}
    assert known
    for section in known:
        kind = rules().sections.titled(section.replace("_", " "))
        assert kind is not None
        assert kind.id == section
