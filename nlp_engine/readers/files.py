"""What stands in a folder: which files belong to the system and which ones are ours."""

from __future__ import annotations

from pathlib import Path

from nlp_engine.errors import InputError
from nlp_engine.readers.textfile import reason

NOTE_SUFFIX = ".txt"
IMAGE_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".dcm"})
NOTES, IMAGES = "notes", "images"
IMAGE_FINDINGS = "image_findings"
"""A folder of the outputs of image models, in any form that is read."""
PATIENT_FILE, IMAGE_FINDINGS_FILE, MANIFEST_FILE = "patient.json", "image_findings.json", "manifest.csv"
IMAGE_FINDINGS_TABLE = "image_findings.csv"
CORPUS_FILE = "annotation.conf"
"""brat's own file: it marks a folder of annotated texts."""
TABLE_FILES = ("labs.csv", "vitals.csv", "medications.csv")

_SYSTEM = frozenset(
    {"thumbs.db", "ehthumbs.db", "desktop.ini", "__macosx", "@eadir", "$recycle.bin", "system volume information"}
)


def visible(folder: Path) -> list[Path]:
    """Return what stands in a folder in order of name, without hidden files and those of the operating system.

    Raises
    ------
    InputError
        If the folder does not exist or cannot be opened.
    """
    try:
        entries = sorted(folder.iterdir())
    except FileNotFoundError as error:
        raise InputError(folder.name or str(folder), "does not exist", "give an existing folder") from error
    except NotADirectoryError as error:
        raise InputError(folder.name, "is a file, not a folder", "give the folder that holds the records") from error
    except OSError as error:
        raise InputError(folder.name, f"cannot be opened ({reason(error)})", "make it readable") from error
    return [path for path in entries if not is_hidden(path.name)]


def is_hidden(name: str) -> bool:
    """Say whether a name is hidden, a lock file of an office program, or made by the operating system."""
    return name.startswith((".", "~$")) or name.lower() in _SYSTEM


def is_note(path: Path) -> bool:
    """Say whether a path is named like a note; a broken link or a folder called ``x.txt`` is told when it is read."""
    return path.suffix.lower() == NOTE_SUFFIX


def named(entries: list[Path], name: str) -> Path | None:
    """Return the entry with this name, without regard to case."""
    return next((entry for entry in entries if entry.name.lower() == name), None)
