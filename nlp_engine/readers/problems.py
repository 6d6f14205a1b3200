"""What went wrong while reading, as sentences that hold no patient content."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from nlp_engine.record import InputProblem

Severity = Literal["error", "warning"]
_ROWS_NAMED = 3


@dataclass(frozen=True, slots=True)
class InputFailure:
    """A patient who could not be read, or something of the whole folder that was lost.

    Parameters
    ----------
    patient_id
        Id of the patient; None when the problem belongs to a file that many patients share.
    problems
        One or more sentences that say why.
    """

    patient_id: str | None
    problems: tuple[InputProblem, ...]


@dataclass(slots=True)
class ProblemLog:
    """Collects problems; rows of one file with the same problem become one sentence.

    ``prefix`` is put before every file name, so that the place is relative to the folder the user gave.
    """

    prefix: str = ""
    _rows: dict[tuple[str, Severity, str], list[int]] = field(default_factory=dict)

    def error(self, file: str, sentence: str, *, row: int | None = None) -> None:
        """Note that a file or row is lost."""
        self._add(file, "error", sentence, row)

    def warning(self, file: str, sentence: str, *, row: int | None = None) -> None:
        """Note that a file or row is used with a doubt."""
        self._add(file, "warning", sentence, row)

    def problems(self) -> tuple[InputProblem, ...]:
        """Return one problem for each file and sentence, in the order in which they were first met."""
        return tuple(
            as_problem(self.prefix + file + _row_words(rows), sentence, severity)
            for (file, severity, sentence), rows in self._rows.items()
        )

    def _add(self, file: str, severity: Severity, sentence: str, row: int | None) -> None:
        rows = self._rows.setdefault((file, severity, sentence), [])
        if row is not None and row not in rows[-1:]:
            rows.append(row)


def as_problem(where: str, sentence: str, severity: Severity = "error") -> InputProblem:
    """Return one problem, its sentence with a capital letter and a full stop."""
    ended = sentence if sentence.endswith(".") else sentence + "."
    return InputProblem(where=where, sentence=ended[0].upper() + ended[1:], severity=severity)


def _row_words(rows: list[int]) -> str:
    if not rows:
        return ""
    if len(rows) == 1:
        return f" row {rows[0]}"
    named = ", ".join(str(row) for row in rows[:_ROWS_NAMED])
    more = len(rows) - _ROWS_NAMED
    return f" rows {named} and {more} more" if more > 0 else f" rows {named}"
