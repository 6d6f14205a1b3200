"""Reading the files of a corpus; an error names file and line, and never quotes the text."""

from __future__ import annotations

from pathlib import Path

from nlp_engine.errors import InputError
from nlp_engine.training.corpora.document import LabelledSpan


def shown(path: Path, line: int | None = None) -> str:
    """Return a file with its folder, and the line, as a sentence names them."""
    name = Path(*path.parts[-2:]).as_posix()
    return name if line is None else f"{name}, line {line}"


def read_text(path: Path) -> str:
    """Read a UTF-8 file with its line ends as they are.

    Raises
    ------
    InputError
        If it does not exist, is a folder or not UTF-8 text.
    """
    if path.is_dir():
        raise InputError(shown(path), "is a folder, not a file", "give the files in it")
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return file.read()
    except FileNotFoundError as error:
        raise InputError(shown(path), "the file does not exist", "give an existing file") from error
    except UnicodeDecodeError as error:
        raise InputError(shown(path), "is not UTF-8 text", "save it as UTF-8") from error


def read_lines(path: Path) -> list[str]:
    r"""Return the lines of a file without their ends, which are ``\n`` or ``\r\n``; a byte-order mark is dropped.

    Raises
    ------
    InputError
        If it cannot be read, or nothing is in it.
    """
    text = read_text(path).removeprefix("\ufeff")
    if not text.strip():
        raise InputError(shown(path), "the file is empty", "give a file with annotated text")
    return [line.removesuffix("\r") for line in text.split("\n")]


def broken(path: Path, line: int, remedy: str) -> InputError:
    """Return the error for a row that is not what the format allows."""
    return InputError(shown(path, line), "the row is broken", remedy)


def check_offsets(path: Path, line: int, text: str, span: LabelledSpan, quoted: str | None = None) -> LabelledSpan:
    """Return a span that lies in its text, where the text says what the row quotes (blanks aside).

    Raises
    ------
    InputError
        If it does not.
    """
    fits = 0 <= span.start < span.end <= len(text)
    if fits and quoted is not None:
        fits = "".join(text[span.start : span.end].split()) == "".join(quoted.split())
    if not fits:
        raise InputError(
            shown(path, line), "the offsets do not fit the text", "they count characters of the unchanged text from 0"
        )
    return span
