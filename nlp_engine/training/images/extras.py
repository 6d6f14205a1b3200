"""What training needs beyond the base install."""

from __future__ import annotations

from importlib.util import find_spec

from nlp_engine.errors import MissingExtraError

_NEEDED = ("torch", "monai", "sklearn", "optuna", "onnx", "onnxscript")


def require_train_extra() -> None:
    """Say early that a package is missing, before an hour of training.

    Raises
    ------
    nlp_engine.errors.MissingExtraError
        If a package of the extra ``train`` is not installed.
    """
    if any(find_spec(name) is None for name in _NEEDED):
        raise MissingExtraError("training a picture network", "train")
