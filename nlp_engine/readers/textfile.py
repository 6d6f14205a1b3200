"""Bytes of a text file -> characters, without changing one of them.

A byte-order mark is not part of the text. Line ends are kept as they are: every offset of the engine counts the
characters that this module returns.
"""

from __future__ import annotations

import codecs
import gzip
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import BinaryIO, TextIO, cast

MAX_NOTE_BYTES = 10_000_000
_CHUNK = 1 << 20
_MAX_CONTROL_SHARE = 0.05
"""Random bytes are control characters to 10 %, text to 0 %."""

_CONTROL = bytes(set(range(32)) - set(b"\t\n\v\f\r\x1b")) + b"\x7f"


@dataclass(frozen=True, slots=True)
class Decoded:
    """The characters of a file; ``guessed`` when it was not UTF-8 and was read as Windows-1252."""

    text: str
    guessed: bool = False


class UnreadableTextError(ValueError):
    """A file cannot be read as text or as a table; ``str(error)`` goes on after "the file", without its content."""


def decode(data: bytes) -> Decoded:
    """Decode UTF-8 or UTF-16 by its mark, else UTF-8, else Windows-1252.

    Raises
    ------
    UnreadableTextError
        If the bytes are not text.
    """
    encoding = detect_encoding([data])
    # Windows-1252 leaves five bytes undefined; U+FFFD in their place keeps all offsets.
    return Decoded(data.decode(encoding, errors="replace"), guessed=encoding == "cp1252")


def read_text(path: Path, *, max_bytes: int = MAX_NOTE_BYTES) -> Decoded:
    """Read one text file.

    Raises
    ------
    UnreadableTextError
        If it is a folder, too large, not text, or cannot be opened.
    """
    if path.is_dir():
        raise UnreadableTextError("is a folder, not a file; a note is one text file")
    try:
        if path.stat().st_size > max_bytes:
            raise UnreadableTextError(f"is larger than {max_bytes / 1e6:g} MB; split it or raise the limit")
        return decode(path.read_bytes())
    except OSError as error:
        raise UnreadableTextError(f"cannot be opened ({reason(error)}); make it readable") from error


def detect_encoding(chunks: Iterable[bytes]) -> str:
    """Return ``utf-8-sig``, ``utf-16`` or ``cp1252`` for the chunks of one file, read once and not kept.

    Raises
    ------
    UnreadableTextError
        If the bytes are not text: zero bytes, or more than 5 % control characters.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    is_utf8, size, control = True, 0, 0
    for number, chunk in enumerate(chunks):
        if number == 0 and chunk.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        if b"\0" in chunk:
            raise UnreadableTextError("holds binary data, not text; a text file has no zero bytes")
        size += len(chunk)
        control += len(chunk) - len(chunk.translate(None, _CONTROL))
        is_utf8 = is_utf8 and _decodes(decoder, chunk)
    if control > _MAX_CONTROL_SHARE * size:
        raise UnreadableTextError("holds binary data, not text; save it as UTF-8 text")
    return "utf-8-sig" if is_utf8 and _decodes(decoder, b"", final=True) else "cp1252"


def chunks_of(path: Path) -> Iterator[bytes]:
    """Yield a file's bytes, unpacked if its name ends in ``.gz``, in pieces of one megabyte."""
    with _opened(path) as file:
        while chunk := file.read(_CHUNK):
            yield chunk


def opened_text(path: Path, encoding: str) -> TextIO:
    """Open a file as text, unpacked if its name ends in ``.gz``; line ends stay, and U+FFFD stands for what is none."""
    return TextIOWrapper(_opened(path), encoding, errors="replace", newline="")


def _opened(path: Path) -> BinaryIO:
    return cast(BinaryIO, gzip.open(path)) if path.suffix.lower() == ".gz" else path.open("rb")


def reason(error: OSError) -> str:
    """Return the system's word for an error ("Permission denied"), without the path."""
    return error.strerror or type(error).__name__


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True
