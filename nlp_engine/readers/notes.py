"""Note files -> notes; a date at the start of the file's name is the time, the rest is the type."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from nlp_engine.cells.times import TimeDoubt, parse_time
from nlp_engine.readers.problems import ProblemLog
from nlp_engine.readers.textfile import UnreadableTextError, read_text
from nlp_engine.record import Note

_DATED = re.compile(r"(?P<date>\d{4}-\d\d-\d\d|\d{8})(?P<clock>T?\d{4}(?:\d\d)?)?(?:[_\-. ]+(?P<rest>.*))?")


@dataclass(frozen=True, slots=True)
class NoteFile:
    """A note that has not been read yet; a ``time`` or ``type`` that a manifest gave wins over the file's name."""

    path: Path
    shown: str
    id: str
    time: datetime | None = None
    type: str | None = None


def read_note(file: NoteFile, log: ProblemLog) -> Note | None:
    """Read one note; None, and a problem, if it is not text. An empty note is kept, with a warning."""
    try:
        decoded = read_text(file.path)
    except UnreadableTextError as error:
        log.error(file.shown, f"the note {error}")
        return None
    if not decoded.text.strip():
        log.warning(file.shown, "the note is empty; it was kept and says nothing")
    if decoded.guessed:
        log.warning(file.shown, "the note is not UTF-8 and was read as Windows-1252; save it as UTF-8")
    return Note(id=file.id, text=decoded.text, time=file.time, type=file.type)


def dated_name(path: Path, log: ProblemLog, shown: str) -> tuple[datetime | None, str | None]:
    """Return time and type of ``2024-05-01T0830_progress.txt``; without a date, None and the stem."""
    match = _DATED.fullmatch(path.stem)
    if match is None:
        return None, path.stem
    clock = (match["clock"] or "").lstrip("T")
    time = parse_time(match["date"].replace("-", "") + clock)
    if isinstance(time, TimeDoubt):
        log.warning(shown, "the file name begins with digits that are not a date; write 2024-05-01_progress.txt")
        return None, path.stem
    return time, match["rest"] or None


def unique_ids(paths: list[Path]) -> list[str]:
    """Return an id for each file of one folder: its stem, or its whole name where two stems are the same."""
    stems = [path.stem for path in paths]
    return [path.name if stems.count(path.stem) > 1 else path.stem for path in paths] if _repeat(stems) else stems


def _repeat(names: list[str]) -> bool:
    return len(set(names)) < len(names)
