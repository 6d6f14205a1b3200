"""What training needs beyond the base install."""

from __future__ import annotations

from importlib.util import find_spec

from nlp_engine.errors import MissingExtraError

_NEEDED = ("sklearn", "optuna", "skl2onnx")


def require_models_extra() -> None:
    """Say early that a package is missing, before an hour of training.

    Raises
    ------
    nlp_engine.errors.MissingExtraError
        If scikit-learn, Optuna or skl2onnx is not installed.
    """
    if any(find_spec(name) is None for name in _NEEDED):
        raise MissingExtraError("training a risk model", "models")


def has_torch() -> bool:
    """Say whether the small network can be tried."""
    return find_spec("torch") is not None
