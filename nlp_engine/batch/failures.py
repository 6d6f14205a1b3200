"""What is written of a patient who failed, or of a part of the input that was lost."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from traceback import extract_tb
from typing import Literal, TypeVar

from nlp_engine.errors import InputError, NlpEngineError
from nlp_engine.record import InputProblem

Result = TypeVar("Result")
Instead = TypeVar("Instead")
Stage = Literal["reading", "assessing", "writing the report", "writing the tables"]


@dataclass(frozen=True, slots=True)
class Failure:
    """One line of ``failures.jsonl``.

    Parameters
    ----------
    patient_id
        None when what was lost belongs to no single patient.
    status
        ``failed``: there is no result for the patient; ``partly``: there is one, without what the sentence names.
    where
        The file or folder.
    sentence
        What was wrong and what would be right; no patient content.
    """

    patient_id: str | None
    status: Literal["failed", "partly"]
    where: str
    sentence: str

    @classmethod
    def of_problem(cls, patient_id: str | None, problem: InputProblem, *, failed: bool) -> Failure:
        """Return the line for a problem of the input."""
        return cls(patient_id, "failed" if failed else "partly", problem.where, problem.sentence)

    @classmethod
    def of_error(cls, patient_id: str, where: str, stage: Stage, error: Exception) -> Failure:
        """Return the line for an error; an unforeseen one is told by class and place, never by its message."""
        if isinstance(error, InputError):
            return cls(patient_id, "failed", error.where, _as_sentence(f"{error.problem}; {error.remedy}"))
        if isinstance(error, NlpEngineError):
            return cls(patient_id, "failed", where, _as_sentence(str(error)))
        what = f"an unexpected {type(error).__name__}{_place(error)}"
        sentence = f"{stage} stopped with {what}; the other records are not affected, please report it"
        return cls(patient_id, "failed", where, _as_sentence(sentence))

    @classmethod
    def of_crash(cls, patient_id: str, where: str) -> Failure:
        """Return the line for a record in which a worker process died."""
        sentence = "the process that worked on this record died twice; it may need more memory than there is"
        return cls(patient_id, "failed", where, _as_sentence(sentence))

    def as_dict(self) -> dict[str, str | None]:
        """Return the keys and values of the line."""
        return asdict(self)

    def to_json(self) -> str:
        """Return the line."""
        return json.dumps(self.as_dict(), ensure_ascii=False)


def isolated(step: Callable[[], Result], failed: Callable[[Exception], Instead]) -> Result | Instead:
    """Return what a step gives, or what ``failed`` makes of any error of it: one record must not stop the others."""
    try:
        return step()
    except Exception as error:  # noqa: BLE001 - the one place for it; the error is reported by id
        return failed(error)


def _place(error: Exception) -> str:
    """Return the innermost line of this package that the error came through."""
    frames = [frame for frame in extract_tb(error.__traceback__) if "nlp_engine" in Path(frame.filename).parts]
    return f" ({Path(frames[-1].filename).name}, line {frames[-1].lineno})" if frames else ""


def _as_sentence(text: str) -> str:
    ended = text if text.endswith(".") else text + "."
    return ended[0].upper() + ended[1:]
