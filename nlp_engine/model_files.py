"""Reads the files of a model folder: ``model.json``, arrays, networks; one that is not usable is one clear sentence."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from nlp_engine.errors import ModelError

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from onnxruntime import InferenceSession

MODEL_FILE, NETWORK_FILE, CARD_FILE = "model.json", "model.onnx", "MODEL_CARD.md"

BROKEN_ARRAYS = (OSError, ValueError, EOFError, NotImplementedError, zipfile.BadZipFile, zlib.error)
"""What numpy raises for a file of arrays that is missing, cut off or broken."""


class ModelFilePart(BaseModel):
    """Base of everything in ``model.json``: frozen, unknown keys refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


Part = TypeVar("Part", bound=ModelFilePart)


def read_model_file(folder: Path, model: type[Part], kind: str) -> Part:
    """Read ``model.json`` of a model folder.

    Parameters
    ----------
    kind
        What the folder should be, as in "is no risk model".

    Raises
    ------
    nlp_engine.errors.ModelError
        If it is not there or does not fit.
    """
    try:
        return model.model_validate_json((folder / MODEL_FILE).read_bytes())
    except OSError as error:
        raise ModelError(f"{folder.name} is no {kind}: {MODEL_FILE} cannot be read.") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "file"
        raise ModelError(f"{folder.name}/{MODEL_FILE} is not usable: {place}: {first['msg']}.") from error


def read_arrays(path: Path, *needed: str) -> dict[str, NDArray[Any]]:
    """Read all arrays of a ``.npz`` file; pickled objects are refused.

    Parameters
    ----------
    needed
        Names that must be there.

    Raises
    ------
    nlp_engine.errors.ModelError
        If the file is missing, cannot be read, or lacks a needed array.
    """
    import numpy as np

    try:
        with np.load(path, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
    except BROKEN_ARRAYS as error:
        raise ModelError(f"{path.parent.name}/{path.name} is missing or cannot be read.") from error
    if lacking := set(needed) - set(arrays):
        raise ModelError(f"{path.parent.name}/{path.name} is not complete: it lacks {min(lacking)}.")
    return arrays


def open_network(path: Path, *, threads: int) -> InferenceSession:
    """Open a network on onnxruntime, on the CPU; it is safe to use from several threads.

    Parameters
    ----------
    threads
        CPU threads of one run.

    Raises
    ------
    nlp_engine.errors.ModelError
        If the file is missing, or no network.
    """
    import onnxruntime
    from onnxruntime.capi import onnxruntime_pybind11_state as state

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # Notes and batches differ in size: patterns of memory kept for each would grow with them.
    options.enable_mem_pattern = False
    if not path.is_file():
        raise ModelError(f"{path.parent.name}/{path.name} is missing.")
    broken = state.Fail, state.InvalidArgument, state.InvalidGraph, state.InvalidProtobuf, state.NotImplemented
    try:
        return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    except broken as error:
        raise ModelError(f"{path.parent.name}/{path.name} is no network that onnxruntime reads.") from error
