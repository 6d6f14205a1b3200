"""Notes in, mentions out: the one composition of the small rooms of ``text``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from nlp_engine.assessment import Attribute, Mention, MentionLabel, NoteExtraction
from nlp_engine.errors import InputError
from nlp_engine.extraction import Expansion
from nlp_engine.knowledge import did_you_mean, resource
from nlp_engine.record import Note
from nlp_engine.text.abbreviations.definitions import find_abbreviations
from nlp_engine.text.abbreviations.rules import AbbreviationRules
from nlp_engine.text.abbreviations.senses import Expander
from nlp_engine.text.assertion.asserter import Asserter, Assertion
from nlp_engine.text.assertion.rules import AssertionRules
from nlp_engine.text.assertion.weights import CueWeights
from nlp_engine.text.attributes.linking import Linker
from nlp_engine.text.attributes.rules import AttributeRules
from nlp_engine.text.coding import Coder
from nlp_engine.text.dates import DateReader, DateRules
from nlp_engine.text.lexicon import Lexicon
from nlp_engine.text.measurements.analytes import Analytes
from nlp_engine.text.measurements.observations import NoteObservations
from nlp_engine.text.medications.details import MedicationReader, MedicationRules
from nlp_engine.text.merging import fitting, merge, split_by_kind
from nlp_engine.text.ner.foreign import load_reader
from nlp_engine.text.ner.judgements import Judgements
from nlp_engine.text.ner.labels import MENTION_LABELS
from nlp_engine.text.ner.recogniser import EntitySpan, Recogniser, SpanReader
from nlp_engine.text.note import ReadNote, Span
from nlp_engine.text.people import PeopleReader, PeopleRules
from nlp_engine.text.section_rules import SectionRules
from nlp_engine.text.sections import find_sections
from nlp_engine.text.sentences import SentenceSplitter
from nlp_engine.text.terminology.linker import Codes, TerminologyLinker
from nlp_engine.text.tokens import tokenise

_SURROGATE = re.compile(r"[\ud800-\udfff]")
_RULE_FOLDERS = ("lexicons", "concepts", "drugs", "doses", "labs", "ner")
_MODEL_FOLDERS = ("assertion", "terminologies")


@dataclass(frozen=True)
class TextRules:
    """Everything that the text room reads from ``rules/``."""

    sections: SectionRules
    splitter: SentenceSplitter
    assertion: AssertionRules
    attributes: AttributeRules
    lexicon: Lexicon
    dates: DateRules
    people: PeopleRules
    analytes: Analytes
    abbreviations: AbbreviationRules
    medications: MedicationRules
    version: str = field(compare=False, default="")

    @classmethod
    def load(cls) -> TextRules:
        """Read the packaged rules.

        Raises
        ------
        nlp_engine.errors.KnowledgeError
            If a file is not usable.
        """
        return cls(
            sections=SectionRules.load(),
            splitter=SentenceSplitter.load(),
            assertion=AssertionRules.load(),
            attributes=AttributeRules.load(),
            lexicon=Lexicon.load(),
            dates=DateRules.load(),
            people=PeopleRules.load(),
            analytes=Analytes.load(),
            abbreviations=AbbreviationRules.load(),
            medications=MedicationRules.load(),
            version=_digest(),
        )

    def read(self, text: str) -> ReadNote:
        """Return a text with its tokens, sections and sentences."""
        sections = find_sections(text, self.sections)
        breaks = [heading.start for heading in sections.headings]
        return ReadNote(text, tokenise(text), sections, self.splitter.split(text, breaks))


class TextStage:
    """Reads notes into mentions.

    Parameters
    ----------
    recogniser
        What finds the entities.
    judge
        A network that has a say in the assertion of mentions beside the rules; the recogniser itself if it can, else
        the rules decide alone.
    terminologies
        What codes are looked up in; the packaged ones if None.

    A note's result depends on nothing but the note. The recogniser keeps what it found in its latest windows, as
    numbers of sub-words (`Recogniser`), so that text that is copied forward is read once.
    """

    def __init__(
        self,
        recogniser: SpanReader,
        rules: TextRules | None = None,
        *,
        judge: Recogniser | None = None,
        terminologies: TerminologyLinker | None = None,
    ) -> None:
        self._recogniser = recogniser
        self._judge = judge or (recogniser if isinstance(recogniser, Recogniser) and recogniser.can_judge else None)
        self._rules = rules or TextRules.load()
        self._asserter = Asserter(self._rules.assertion, CueWeights.load() if self._judge is not None else None)
        self._linker = Linker(self._rules.attributes)
        self._terminologies = terminologies or TerminologyLinker.load()
        self._medications = MedicationReader(self._rules.medications, self._rules.attributes)
        self._dates = DateReader(self._rules.dates)
        self._people = PeopleReader(self._rules.people, self._dates)
        self._observations = NoteObservations(
            self._rules.analytes, self._rules.attributes, self._asserter, self._rules.dates
        )

    @classmethod
    def load(cls, *, threads: int = 1, ner: str | Path | None = None, terminologies: Sequence[Path] = ()) -> TextStage:
        """Load a model and the packaged rules.

        Parameters
        ----------
        threads
            CPU threads of the network.
        ner
            ``fast``, a model folder, the name of an installed spaCy model, or a YAML file that describes one
            (``docs/text.md``); None for the embedded model.
        terminologies
            Files of the caller's own terminologies (``docs/text.md``); their codes come first.

        Raises
        ------
        nlp_engine.errors.InputError
            If the file of a terminology cannot be used.
        nlp_engine.errors.ModelError
            If there is no such model, or it is not complete.
        nlp_engine.errors.MissingExtraError
            If the model needs torch and transformers, and they are not installed.
        nlp_engine.errors.KnowledgeError
            If a file of rules, or the YAML file, is not usable.
        """
        linker = TerminologyLinker.load(terminologies)
        reader = load_reader(ner, threads=threads)
        if isinstance(reader, Recogniser) and reader.can_judge:
            return cls(reader, terminologies=linker)
        embedded = Recogniser.load(threads=threads)
        return cls(reader, judge=embedded if embedded.can_judge else None, terminologies=linker)

    @property
    def versions(self) -> dict[str, str]:
        """Versions of the network and (a digest) of the rules."""
        return {"ner": self._recogniser.version, "text_rules": self._rules.version}

    def extract(
        self, note: Note, *, patient_id: str | None = None, mentions: Sequence[tuple[int, int, str]] | None = None
    ) -> NoteExtraction:
        """Return the mentions of one note.

        Parameters
        ----------
        mentions
            The caller's own entities as (start, end, label): exactly these are kept, in this order.

        Raises
        ------
        nlp_engine.errors.InputError
            If a span lies outside the text, is empty, or has an unknown label.
        """
        own = None if mentions is None else [_checked(note, number, *given) for number, given in enumerate(mentions, 1)]
        read = self._rules.read(note.text)
        readable = _SURROGATE.sub("\ufffd", note.text)
        found: list[Span] = []
        judgements: Judgements | None = None
        if read.tokens.keys:
            if self._judge is not None and self._judge is self._recogniser:
                entities, judgements = self._judge.read(readable)
            else:
                entities = self._recogniser.recognise(readable)
                judgements = self._judge.judge(readable) if self._judge is not None else None
            found = [_in_sentence(read, entity) for entity in entities]
        defined = find_abbreviations(note.text, self._rules.abbreviations.longs_of)
        coder = Coder(self._rules.lexicon, defined)
        expander = Expander(self._rules.abbreviations, read, defined)
        spans, attributes = self._all_spans(read, found, coder)
        chosen = spans if own is None else own
        attributes = fitting(attributes, sorted(chosen, key=lambda span: span.start))
        attributes = self._dates.completed(read, chosen, attributes)
        assertions = self._asserter.decide(read, chosen, judgements)
        built = self._dates.dated(read, note.time, self._build(read, chosen, assertions, attributes, coder, expander))
        built = self._medications.read(read, built)
        observations = self._observations.find(note, read, spans, judgements)
        return NoteExtraction(
            note_id=note.id,
            patient_id=patient_id,
            mentions=tuple(built),
            observations=observations,
            people=self._people.read(read, note.time),
        )

    def extract_many(self, notes: Sequence[Note], *, patient_id: str | None = None) -> list[NoteExtraction]:
        """Return the mentions of some notes, one extraction a note, in order."""
        return [self.extract(note, patient_id=patient_id) for note in notes]

    def _all_spans(self, read: ReadNote, found: Sequence[Span], coder: Coder) -> tuple[list[Span], list[Span]]:
        """Return mentions (in order, without overlap) and attributes: network, names, tests by their values."""
        mentions, attributes = split_by_kind(found)
        mentions = merge(merge(mentions, self._rules.lexicon.find(read)), coder.defined_names(read))
        mentions = self._linker.measurements.whole_names(read, mentions)
        tests = self._linker.measurements.tests(read, mentions)
        mentions = sorted([*mentions, *tests], key=lambda span: span.start)
        kept = [span for span in mentions if not self._is_title(read, span)]
        return kept, attributes

    def _is_title(self, read: ReadNote, span: Span) -> bool:
        """Say whether a span only names a section or a body system ("Allergies:"); "EKG:" and "Pulse: 80" are tests."""
        heading = read.sections.heading_at(span.start)
        if heading is None or (heading.kind is None and not heading.stays):
            return False
        if span.label != MentionLabel.TEST:
            return heading.kind is not None or span.label != MentionLabel.ANATOMY
        names_test = heading.kind is not None and heading.kind.names_test
        return not names_test and self._linker.measurements.value(read, span) is None

    def _build(
        self,
        read: ReadNote,
        spans: Sequence[Span],
        assertions: Sequence[Assertion],
        attributes: Sequence[Span],
        coder: Coder,
        expander: Expander,
    ) -> list[Mention]:
        order = sorted(range(len(spans)), key=lambda place: (spans[place].start, spans[place].end))
        linked = self._linker.link(read, [spans[place] for place in order], attributes)
        by_place = dict(zip(order, linked, strict=True))
        mentions = []
        for place, (span, assertion) in enumerate(zip(spans, assertions, strict=True)):
            expansion = expander.expand(span)
            text = read.text[span.start : span.end]
            codes = coder.all_codes(text, span.label, expansion, self._terminologies, self._rules.analytes)
            mentions.append(_mention(read, place + 1, span, assertion, codes, expansion, by_place[place]))
        return mentions


def _mention(
    read: ReadNote,
    number: int,
    span: Span,
    assertion: Assertion,
    codes: Codes,
    expansion: Expansion | None,
    attributes: tuple[Attribute, ...],
) -> Mention:
    heading = read.sections.at(span.start)
    return Mention(
        id=f"m{number}",
        start=span.start,
        end=span.end,
        text=read.text[span.start : span.end],
        label=MentionLabel(span.label),
        section=heading.kind.id if heading is not None and heading.kind is not None else None,
        presence=assertion.presence,
        temporality=assertion.temporality,
        experiencer=assertion.experiencer,
        cues=assertion.cues,
        score=span.score,
        codes=codes[0],
        other_codes=codes[1],
        expansion=expansion,
        attributes=attributes,
    )


def _in_sentence(read: ReadNote, entity: EntitySpan) -> Span:
    """Return what the network found as a span that ends with its sentence: nothing runs over into a next list item."""
    sentence = read.sentences.at(entity.start)
    return Span(entity.start, max(entity.start + 1, min(entity.end, sentence.end)), entity.label, entity.score)


def _checked(note: Note, number: int, start: int, end: int, label: str) -> Span:
    """Return a caller's entity as a span, or say what is wrong with it without quoting the note."""
    where = f"mention {number}"
    if label not in MENTION_LABELS:
        legal = sorted(MENTION_LABELS)
        raise InputError(where, f'"{label}" is no label{did_you_mean(label, legal)}', f"labels are {', '.join(legal)}")
    if not 0 <= start < end <= len(note.text):
        remedy = f"a span needs 0 <= start < end <= {len(note.text)}, the length of the text in characters"
        raise InputError(where, f"the span {start}-{end} is empty or lies outside the text", remedy)
    return Span(start, end, label)


def _digest() -> str:
    """Return a short digest of the files that decide, beside the network, what is found."""
    rules, models = resource("rules"), resource("models")
    files = sorted(path for folder in _RULE_FOLDERS for path in (rules / folder).glob("*.yaml"))
    files += sorted(path for folder in _MODEL_FOLDERS for path in (models / folder).glob("*.*"))
    return sha256(b"\0".join(path.read_bytes() for path in files)).hexdigest()[:12]
