"""The picture of the rooms holds: imports point down the flow, and nothing heavy loads with the package."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "nlp_engine"
MAY_IMPORT = {
    "record": set(),
    "knowledge": {"errors"},
    "errors": set(),
    "model_files": {"errors"},
    "probabilities": set(),
    "pages": {"knowledge", "errors"},
    "formulas": set(),
    "cells": {"record"},
    "series": set(),
    "extraction": {"record"},
    "results": {"record", "extraction"},
    "assessment": {"record", "extraction", "results"},
    "pictures": {"knowledge", "errors"},
    "readers": {"record", "cells", "pictures", "errors"},
    "text": {"record", "extraction", "assessment", "knowledge", "errors", "model_files", "probabilities"},
    "deidentify": {"record", "extraction", "assessment", "knowledge", "errors", "model_files", "probabilities", "text"},
    "labs": {"record", "cells", "assessment", "knowledge", "series", "errors", "pages"},
    "imaging": {"record", "assessment", "pictures", "knowledge", "errors", "model_files", "probabilities", "pages"},
    "fusion": {"record", "cells", "assessment", "knowledge", "formulas", "series", "errors", "model_files"},
    "decisions": {"record", "assessment", "knowledge", "formulas", "series", "errors"},
    "timeline": {"record", "assessment"},
    "report": {"record", "assessment", "pictures", "timeline", "knowledge", "series", "errors", "pages"},
    "engine": {"record", "assessment", "deidentify", "text", "labs", "imaging", "fusion", "decisions", "errors"},
    "exchange": {"engine", "readers", "assessment", "record", "errors"},
    "batch": {"engine", "readers", "report", "deidentify", "assessment", "record", "errors"},
    "training": {
        "record",
        "cells",
        "readers",
        "text",
        "deidentify",
        "imaging",
        "pictures",
        "labs",
        "fusion",
        "assessment",
        "knowledge",
        "errors",
        "model_files",
        "probabilities",
        "pages",
    },
    "cli": {
        "batch",
        "cells",
        "decisions",
        "engine",
        "fusion",
        "imaging",
        "pictures",
        "labs",
        "readers",
        "record",
        "report",
        "training",
        "assessment",
        "errors",
        "exchange",
    },
    "__main__": {"cli"},
    "__init__": {"record", "assessment", "engine"},
}
"""Room -> rooms it may import; every room may also read the version from the package itself."""


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported_rooms(path: Path) -> set[str]:
    rooms = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module == "nlp_engine":
            names = [f"nlp_engine.{alias.name}" for alias in node.names if alias.name != "__version__"]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        rooms |= {name.split(".")[1] for name in names if name.startswith("nlp_engine.")}
    return rooms


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_down_the_flow(path):
    room = room_of(path)
    allowed = MAY_IMPORT[room] | {room}
    assert imported_rooms(path) <= allowed


def loaded_after(statement: str) -> set[str]:
    code = f"{statement}; import sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return {name.split(".")[0] for name in done.stdout.split()}


def test_importing_the_package_loads_nothing_heavy():
    heavy = {"torch", "spacy", "transformers", "pandas", "numpy", "onnxruntime", "matplotlib"}
    assert loaded_after("import nlp_engine").isdisjoint(heavy)


RUNS_MODELS_OF_OTHERS = PACKAGE / "text" / "ner" / "huggingface.py"


def test_assessing_labs_and_notes_needs_no_torch_import_of_ours():
    for path in PACKAGE.rglob("*.py"):
        if room_of(path) != "training" and path != RUNS_MODELS_OF_OTHERS:
            tree = ast.parse(path.read_text(encoding="utf-8"))
            names = {alias.name.split(".")[0] for n in ast.walk(tree) if isinstance(n, ast.Import) for alias in n.names}
            names |= {(n.module or "").split(".")[0] for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
            assert names.isdisjoint({"torch", "transformers"}), path.name
            assert not re.search(r"import_module\(.(torch|transformers)", path.read_text(encoding="utf-8")), path.name


def test_unknown_name_of_the_package_is_an_attribute_error():
    import nlp_engine

    with pytest.raises(AttributeError, match="Nothing"):
        _ = nlp_engine.Nothing
