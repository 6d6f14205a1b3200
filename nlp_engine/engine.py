"""The one composition of the rooms: a record goes in, an assessment comes out."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any, Literal, Protocol

from nlp_engine import __version__
from nlp_engine.assessment import Assessment, Finding, ImageFinding, LabResult, NoteExtraction, Score
from nlp_engine.decisions import Decision, DecisionStage
from nlp_engine.deidentify import DeidentifiedText, shared_deidentifier
from nlp_engine.fusion import FusionStage
from nlp_engine.fusion.risk import RiskReading, RiskStage
from nlp_engine.imaging import ImagesRead, ImageStage
from nlp_engine.imaging.chest.records import RecordReader
from nlp_engine.labs import Compared, LabStage, with_note_results
from nlp_engine.record import Note, PatientRecord
from nlp_engine.text import TextStage
from nlp_engine.text.people import with_told_patient


class TextReader(Protocol):
    """Notes -> mentions."""

    @property
    def versions(self) -> dict[str, str]:
        """Name -> version of the model and the rules inside."""

    def extract(
        self, note: Note, *, patient_id: str | None = None, mentions: Sequence[tuple[int, int, str]] | None = None
    ) -> NoteExtraction:
        """Return the mentions of one note."""

    def extract_many(self, notes: Sequence[Note], *, patient_id: str | None = None) -> list[NoteExtraction]:
        """Return the mentions of some notes, one extraction a note, in order."""


class LabReader(Protocol):
    """Observations -> lab results."""

    def results(self, record: PatientRecord, *, as_of: datetime | None) -> list[LabResult]:
        """Return the cleaned and flagged results, in the order of the observations."""

    def compared(self, results: Sequence[LabResult], *, as_of: datetime | None) -> Compared:
        """Return all results of one patient with their changes, and the samples up to ``as_of`` that do not fit."""


class ImageReader(Protocol):
    """Images and image-model outputs -> image findings."""

    @property
    def versions(self) -> dict[str, str]:
        """Name -> version of the network that reads pictures."""

    def read(self, record: PatientRecord) -> ImagesRead:
        """Return the decided labels, and why pictures were not judged."""


class RiskReader(Protocol):
    """All modalities -> estimates of trained models."""

    @property
    def versions(self) -> dict[str, str]:
        """Name -> version of each model."""

    def read(
        self,
        record: PatientRecord,
        extractions: Sequence[NoteExtraction],
        lab_results: Sequence[LabResult],
        image_findings: Sequence[ImageFinding],
        *,
        as_of: datetime | None,
    ) -> RiskReading:
        """Return what the models say, and what they did not answer."""


class Fuser(Protocol):
    """All modalities -> findings."""

    def fuse(
        self,
        record: PatientRecord,
        extractions: Sequence[NoteExtraction],
        lab_results: Sequence[LabResult],
        image_findings: Sequence[ImageFinding],
        *,
        as_of: datetime | None,
        estimates: Sequence[Score] = (),
    ) -> list[Finding]:
        """Return what the modalities together say, conflicts first."""


class Decider(Protocol):
    """Facts -> cards and scores."""

    def decide(
        self,
        record: PatientRecord,
        *,
        extractions: Sequence[NoteExtraction],
        lab_results: Sequence[LabResult],
        image_findings: Sequence[ImageFinding],
        findings: Sequence[Finding],
        as_of: datetime | None,
    ) -> Decision:
        """Apply rules and scores."""


@dataclass(frozen=True, slots=True)
class Engine:
    """Reads records into assessments.

    A stage is replaced, or left out with None, by ``dataclasses.replace(engine, imaging=None)``; a stage that is left
    out gives nothing, and the report says that this modality was not read. An engine keeps no patient data between
    calls; ``seconds`` sums the time spent in each stage. What `load` made can be sent to another process: it is
    pickled as the arguments of `load`, and loads its models there.
    """

    text: TextReader | None = None
    labs: LabReader | None = None
    imaging: ImageReader | None = None
    fusion: Fuser | None = None
    decisions: Decider | None = None
    risk: RiskReader | None = None
    seconds: dict[str, float] = field(default_factory=dict, compare=False)
    _arguments: Mapping[str, Any] | None = field(default=None, init=False, repr=False, compare=False)

    @classmethod
    def load(
        cls,
        *,
        threads: int = 1,
        ner: str | Path | None = None,
        terminologies: Sequence[Path] = (),
        risk_models: Sequence[Path] = (),
        site_intervals: Path | None = None,
        image_model: Path | Literal["embedded"] | None = "embedded",
    ) -> Engine:
        """Load the language model and the packaged rules.

        Parameters
        ----------
        threads
            CPU threads of the language model; for many records, many processes with one thread each are faster.
        ner
            What finds the entities instead of the embedded model: ``fast``, a model folder, the name of an installed
            spaCy model, or a YAML file that describes one (``docs/text.md``).
        terminologies
            Files of your own terminologies (CSV, JSON Lines, ``RXNCONSO.RRF``); their codes come first.
        risk_models
            Folders that ``nlp-engine train risk`` wrote (``docs/risk.md``).
        site_intervals
            Your laboratory's reference intervals and critical limits, CSV or YAML (``docs/labs.md``).
        image_model
            What reads pictures that no output of another model speaks of: the embedded chest network, a folder that
            ``nlp-engine train image`` wrote, or nothing (None). It is loaded with the first picture.

        Raises
        ------
        nlp_engine.errors.InputError
            If the file of a terminology, or of intervals, cannot be used.
        nlp_engine.errors.KnowledgeError
            If a file under ``rules/``, or the YAML file, is not usable.
        nlp_engine.errors.ModelError
            If there is no such model, or it is not complete.
        nlp_engine.errors.MissingExtraError
            If the model needs torch and transformers, and they are not installed.
        """
        engine = cls(
            text=TextStage.load(threads=threads, ner=ner, terminologies=terminologies),
            labs=LabStage.load(site_intervals=site_intervals),
            imaging=ImageStage.load(pictures=_picture_reader(image_model)),
            fusion=FusionStage.load(),
            decisions=DecisionStage.load(),
            risk=RiskStage.load(risk_models) if risk_models else None,
        )
        arguments = {
            "threads": threads, "ner": ner, "terminologies": tuple(terminologies), "risk_models": tuple(risk_models),
            "site_intervals": site_intervals, "image_model": image_model,
        }  # fmt: skip
        object.__setattr__(engine, "_arguments", arguments)
        return engine

    def __reduce__(self) -> tuple[Callable[[], Engine], tuple[()]]:
        """Pickle the arguments of `load`; an engine with stages that were given or replaced has none."""
        if self._arguments is None:
            raise TypeError("only an engine as Engine.load makes it can be pickled; replace its stages in each process")
        return partial(type(self).load, **self._arguments), ()

    @property
    def versions(self) -> dict[str, str]:
        """Name -> version of the engine, its model and its rules."""
        stages = (self.text, self.imaging, self.risk)
        inside = {name: version for stage in stages if stage for name, version in stage.versions.items()}
        return {"nlp_engine": __version__, "python": sys.version.split()[0], **inside}

    def extract(
        self,
        text: str,
        mentions: Sequence[tuple[int, int, str]] | None = None,
        *,
        note_id: str = "n1",
        patient_id: str | None = None,
    ) -> NoteExtraction:
        """Return the mentions of one text.

        Parameters
        ----------
        text
            The note, untouched; offsets count its characters.
        mentions
            The caller's own entities as (start, end, label): exactly these spans are kept, and get their section,
            assertion, codes and attributes.

        Raises
        ------
        nlp_engine.errors.InputError
            If a span lies outside the text, is empty, or has an unknown label.
        """
        if self.text is None:
            return NoteExtraction(note_id=note_id, patient_id=patient_id)
        return self.text.extract(Note(id=note_id, text=text), patient_id=patient_id, mentions=mentions)

    def deidentify(
        self, text: str, *, key: bytes | None = None, patient_id: str = "", day: date | None = None
    ) -> DeidentifiedText:
        """Return a text with surrogates in the place of names, dates, places and numbers (``docs/deidentify.md``).

        Parameters
        ----------
        key
            The secret that decides surrogates and the shift of dates, at least 16 bytes; a new one that nobody keeps
            if None.
        patient_id
            Whose note it is: under one key all notes of a patient have the same surrogates and the same shift.
        day
            The note's date, for dates without a year and ages that a date of birth tells.

        Raises
        ------
        nlp_engine.errors.InputError
            If the key is too short.
        """
        secret = secrets.token_bytes(32) if key is None else key
        return shared_deidentifier().deidentify(text, key=secret, patient_id=patient_id, day=day)

    def assess(self, record: PatientRecord, *, as_of: datetime | None = None) -> Assessment:
        """Return the whole result for one patient.

        Parameters
        ----------
        as_of
            The time that counts as "now" for ages and windows; the newest dated thing in the record if None.
        """
        now = as_of or record.latest_time()
        with self._timed("text"):
            extractions = self.text.extract_many(record.notes, patient_id=record.patient.id) if self.text else []
            record = with_told_patient(record, extractions, now)
        with self._timed("labs"):
            record, compared = self._results(record, extractions, now)
            lab_results = compared.results
        with self._timed("imaging"):
            images = self.imaging.read(record) if self.imaging else ImagesRead()
            image_findings = images.findings
        risk = RiskReading()
        if self.risk is not None:
            with self._timed("risk"):
                risk = self.risk.read(record, extractions, lab_results, image_findings, as_of=now)
        with self._timed("fusion"):
            findings = self._fuse(record, extractions, lab_results, image_findings, now, risk.scores)
        with self._timed("decisions"):
            decision = self._decide(record, extractions, lab_results, image_findings, findings, now)
        return Assessment(
            record=record,
            as_of=now,
            extractions=tuple(extractions),
            lab_results=tuple(lab_results),
            misfits=compared.misfits,
            image_findings=image_findings,
            findings=tuple(findings),
            scores=decision.scores + risk.scores,
            cards=decision.cards,
            unassessed=decision.unassessed + risk.unassessed,
            problems=record.problems + images.problems,
            versions=self.versions,
        )

    def _results(
        self, record: PatientRecord, extractions: Sequence[NoteExtraction], now: datetime | None
    ) -> tuple[PatientRecord, Compared]:
        """Return the record with what its notes tell of results, and the results of tables and notes, compared."""
        labs = self.labs
        if labs is None:
            return record, Compared([], ())
        record, results = with_note_results(record, extractions, lambda part: labs.results(part, as_of=now))
        return record, labs.compared(results, as_of=now)

    def _fuse(
        self,
        record: PatientRecord,
        extractions: Sequence[NoteExtraction],
        lab_results: Sequence[LabResult],
        image_findings: Sequence[ImageFinding],
        now: datetime | None,
        estimates: Sequence[Score],
    ) -> list[Finding]:
        if self.fusion is None:
            return []
        return self.fusion.fuse(record, extractions, lab_results, image_findings, as_of=now, estimates=estimates)

    def _decide(
        self,
        record: PatientRecord,
        extractions: Sequence[NoteExtraction],
        lab_results: Sequence[LabResult],
        image_findings: Sequence[ImageFinding],
        findings: Sequence[Finding],
        now: datetime | None,
    ) -> Decision:
        if self.decisions is None:
            return Decision()
        return self.decisions.decide(
            record,
            extractions=extractions,
            lab_results=lab_results,
            image_findings=image_findings,
            findings=findings,
            as_of=now,
        )

    @contextmanager
    def _timed(self, stage: str) -> Iterator[None]:
        start = perf_counter()
        try:
            yield
        finally:
            self.seconds[stage] = self.seconds.get(stage, 0.0) + perf_counter() - start


def _picture_reader(model: Path | Literal["embedded"] | None) -> RecordReader | None:
    if model is None:
        return None
    return RecordReader(None if model == "embedded" else Path(model))
