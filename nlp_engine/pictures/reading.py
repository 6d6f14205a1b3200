"""One door for all kinds of picture files; the content decides what a file is, not its name."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from nlp_engine.errors import PictureError
from nlp_engine.pictures.picture import Picture, PictureFormat

_MARKS: tuple[tuple[int, bytes, PictureFormat], ...] = (
    (128, b"DICM", "DICOM"),
    (0, b"\x89PNG\r\n\x1a\n", "PNG"),
    (0, b"\xff\xd8\xff", "JPEG"),
)
_SUFFIXES: dict[str, PictureFormat] = {
    ".dcm": "DICOM",
    ".dicom": "DICOM",
    ".png": "PNG",
    ".jpg": "JPEG",
    ".jpeg": "JPEG",
}


def picture_format(path: Path) -> PictureFormat | None:
    """Return what a file is by its first bytes; None if it is none of the three.

    A file called ``.dcm`` without DICOM's mark counts as DICOM when it begins like a data set of before 1993.

    Raises
    ------
    PictureError
        If the file is empty or cannot be opened.
    """
    try:
        with path.open("rb") as file:
            begin = file.read(132)
    except OSError as error:
        raise PictureError(f"cannot be opened ({error.strerror or type(error).__name__})", "make it readable") from None
    if not begin:
        raise PictureError("is empty", "export it again")
    for at, mark, name in _MARKS:
        if begin[at : at + len(mark)] == mark:
            return name
    is_old = begin[:2] in (b"\x08\x00", b"\x02\x00") and path.suffix.lower() in ("", ".dcm", ".dicom")
    return "DICOM" if is_old else None


def read_picture(path: Path, *, least_side: int | None = None) -> Picture:
    """Read one picture file.

    Parameters
    ----------
    path
        A DICOM, PNG or JPEG file.
    least_side
        Pixels that both sides need. A JPEG that is much larger is decoded at a half, a quarter or an eighth of its
        size, each side at least twice as long as this, so that making it smaller still gives the same picture.

    Raises
    ------
    PictureError
        If the file cannot be a picture; one sentence says why and what would be right.
    """
    kind = picture_format(path)
    if kind is None:
        raise PictureError("is no PNG, JPEG or DICOM file", "export the picture in one of these formats")
    if kind == "DICOM":
        from nlp_engine.pictures.dicom import read_dicom

        picture = read_dicom(path)
    else:
        from nlp_engine.pictures.plain import read_plain

        picture = read_plain(path, kind, least_side=least_side)
    named = _SUFFIXES.get(path.suffix.lower())
    if named in (None, kind):
        return picture
    told = f"The file's name ends in {path.suffix.lower()}, but it is a {kind} file and was read as that."
    return replace(picture, warnings=(told, *picture.warnings))
