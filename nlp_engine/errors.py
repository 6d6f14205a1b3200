"""Every error of the engine, each with the sentence a user reads.

A sentence says what was wrong, where (a file, a row, a key), and what would be right. It never quotes a note, a
name or any other patient content: file names and row numbers only.
"""

from __future__ import annotations


class NlpEngineError(Exception):
    """Base of all errors that the engine raises on purpose; ``str(error)`` is one clear sentence."""


class InputError(NlpEngineError):
    """An input file or record cannot be used.

    Parameters
    ----------
    where
        What is affected: a file's path relative to the input folder, with a row where there is one.
    problem
        What is wrong with it.
    remedy
        What would be right.
    """

    def __init__(self, where: str, problem: str, remedy: str) -> None:
        self.where = where
        self.problem = problem
        self.remedy = remedy
        super().__init__(f"{where}: {problem}; {remedy}.")

    def __reduce__(self) -> tuple[type[InputError], tuple[str, str, str]]:
        """Let the error travel between processes."""
        return type(self), (self.where, self.problem, self.remedy)


class KnowledgeError(NlpEngineError):
    """A file under ``rules/`` is not usable (unknown key, missing source, broken expression).

    Parameters
    ----------
    where
        The file, and the id or line inside it.
    problem
        What is wrong, with the column where there is one.
    """

    def __init__(self, where: str, problem: str) -> None:
        self.where = where
        self.problem = problem
        super().__init__(f"{where}: {problem}")

    def __reduce__(self) -> tuple[type[KnowledgeError], tuple[str, str]]:
        """Let the error travel between processes."""
        return type(self), (self.where, self.problem)


class MissingExtraError(NlpEngineError):
    """An optional package is needed for what was asked.

    Parameters
    ----------
    what
        What was asked for, e.g. "training the NER".
    extra
        The extra that brings the package, e.g. "train".
    """

    def __init__(self, what: str, extra: str) -> None:
        self.what = what
        self.extra = extra
        super().__init__(f'{what} needs the extra "{extra}": pip install "nlp-engine[{extra}]".')

    def __reduce__(self) -> tuple[type[MissingExtraError], tuple[str, str]]:
        """Let the error travel between processes."""
        return type(self), (self.what, self.extra)


class ModelError(NlpEngineError):
    """A model folder lacks a file, or its files do not fit each other."""


class PictureError(NlpEngineError):
    """A file cannot be made a picture; the sentence begins with "The file" and holds nothing of its content.

    Parameters
    ----------
    problem
        What is wrong, going on after "The file".
    remedy
        What would be right.
    """

    def __init__(self, problem: str, remedy: str) -> None:
        self.problem = problem
        self.remedy = remedy
        super().__init__(f"The file {problem}; {remedy}.")

    def __reduce__(self) -> tuple[type[PictureError], tuple[str, str]]:
        """Let the error travel between processes."""
        return type(self), (self.problem, self.remedy)
