"""Writes input folders for tests."""

from __future__ import annotations

import json
from pathlib import Path

PNG = b"\x89PNG\r\n\x1a\n"


def write(path: Path, content: str | bytes | list[object] | dict[str, object]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif isinstance(content, str):
        path.write_text(content, encoding="utf-8", newline="")
    else:
        path.write_text(json.dumps(content), encoding="utf-8")
    return path


def sentences(problems: object) -> list[str]:
    return [f"{problem.severity} {problem.where}: {problem.sentence}" for problem in problems]  # type: ignore[attr-defined]


def write_picture_folder(root: Path) -> Path:
    """Write a patient's folder with one picture by its first bytes; return the folder."""
    write(root / "p" / "images" / "2024-05-01_cxr.png", PNG)
    return root / "p"
