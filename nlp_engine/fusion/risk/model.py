"""A risk model folder on onnxruntime: values in, a calibrated probability with reasons out, or why there is none."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from nlp_engine.errors import ModelError
from nlp_engine.fusion.risk.encoding import Matrix, Value, encode, usable
from nlp_engine.fusion.risk.model_file import Calibration, FeatureSpec, RiskModelFile
from nlp_engine.model_files import NETWORK_FILE, open_network

_CERTAIN = 1e-6
_LEAST_EFFECT = 0.005
"""A feature is told as a reason if it moves the probability by this much."""

Probabilities = NDArray[np.float64]


class Network(Protocol):
    """Encoded rows -> raw probability of the outcome."""

    def raw(self, matrix: Matrix) -> Probabilities:
        """Return one number a row."""


@dataclass(frozen=True, slots=True)
class Effect:
    """How much one feature moves the probability, against its background value; positive raises it."""

    spec: FeatureSpec
    value: Value
    amount: float


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a model says of one patient; ``probability`` is None where it abstains, ``refusals`` say why."""

    probability: float | None
    effects: tuple[Effect, ...] = ()
    missing: tuple[FeatureSpec, ...] = ()
    refusals: tuple[str, ...] = ()


class OnnxNetwork:
    """``model.onnx`` of a model folder.

    Raises
    ------
    nlp_engine.errors.ModelError
        If the file cannot be read or is no such network.
    """

    def __init__(self, path: Path) -> None:
        self._session = open_network(path, threads=1)
        self._input = self._session.get_inputs()[0].name
        self._output = self._session.get_outputs()[-1].name

    def raw(self, matrix: Matrix) -> Probabilities:
        """Return the raw probability of the outcome, one a row."""
        (both,) = self._session.run([self._output], {self._input: matrix})
        result: Probabilities = np.asarray(both, dtype=np.float64)[:, 1]
        return result


class RiskModel:
    """A trained model: encoding, network, calibration, and its limits."""

    def __init__(self, file: RiskModelFile, network: Network) -> None:
        self.file = file
        self._network = network

    @classmethod
    def load(cls, folder: Path) -> RiskModel:
        """Read a model folder.

        Raises
        ------
        nlp_engine.errors.ModelError
            If a file is missing, does not fit, or has been changed since it was written.
        """
        file = RiskModelFile.load(folder)
        network = OnnxNetwork(folder / NETWORK_FILE)
        if file.version != version_of(file, (folder / NETWORK_FILE).read_bytes()):
            raise ModelError(f"{folder.name}: model.json and {NETWORK_FILE} do not belong together; train it again.")
        return cls(file, network)

    def probabilities(self, rows: Sequence[Mapping[str, Value]]) -> Probabilities:
        """Return the calibrated probability of each row, without looking at the limits."""
        raw = self._network.raw(encode(self.file.features, rows))
        return calibrated(self.file.calibration, raw)

    def estimate(self, row: Mapping[str, Value]) -> Estimate:
        """Return the probability with its reasons; none where too much is missing or a value lies far outside."""
        values = {spec.name: usable(spec, row.get(spec.name)) for spec in self.file.features}
        missing = tuple(spec for spec in self.file.features if values[spec.name] is None)
        refusals = tuple(self._refusals(values, missing))
        if refusals:
            return Estimate(None, missing=missing, refusals=refusals)
        counterfactuals = [values | {spec.name: spec.background} for spec in self.file.features]
        own, *others = self.probabilities([values, *counterfactuals])
        effects = [
            Effect(spec, values[spec.name], float(own - other))
            for spec, other in zip(self.file.features, others, strict=True)
        ]
        told = sorted(
            (e for e in effects if abs(e.amount) >= _LEAST_EFFECT), key=lambda e: (-abs(e.amount), e.spec.name)
        )
        return Estimate(float(own), tuple(told), missing)

    def _refusals(self, values: Mapping[str, Value], missing: Sequence[FeatureSpec]) -> list[str]:
        limits = self.file.limits
        told = [
            f"{spec.label} far outside what the model has seen ({spec.minimum:g} to {spec.maximum:g})"
            for spec in self.file.features
            if _is_far_outside(spec, values[spec.name], limits.outside)
        ]
        lacking = [spec for spec in missing if spec.missing_share < 0.5]
        if _weight(lacking) > limits.max_missing * _weight(self.file.features):
            told += [spec.label for spec in sorted(lacking, key=lambda spec: (-spec.importance, spec.name))]
        return told


def version_of(file: RiskModelFile, network: bytes) -> str:
    """Return the digest of everything that decides what a model answers: network, features, calibration, limits."""
    digest = hashlib.sha256(network)
    for part in (*file.features, file.calibration, file.limits, file.outcome):
        digest.update(part.model_dump_json().encode())
    digest.update(f"{file.decision_threshold!r} {file.window_days}".encode())
    return digest.hexdigest()[:12]


def calibrated(calibration: Calibration, raw: Probabilities) -> Probabilities:
    """Return the probabilities of raw outputs."""
    if calibration.kind == "isotonic":
        result: Probabilities = np.interp(raw, calibration.raw, calibration.calibrated)
        return result
    bounded = np.clip(raw, _CERTAIN, 1 - _CERTAIN)
    odds = calibration.slope * np.log(bounded / (1 - bounded)) + calibration.intercept
    return np.asarray(1 / (1 + np.exp(-odds)), dtype=np.float64)


def _weight(specs: Sequence[FeatureSpec]) -> float:
    """Return the importance of some features; each counts a little, though shuffling it did no harm."""
    return sum(max(spec.importance, 0.001) for spec in specs)


def _is_far_outside(spec: FeatureSpec, value: Value, factor: float) -> bool:
    if spec.kind != "number" or not isinstance(value, float) or spec.minimum is None or spec.maximum is None:
        return False
    width = (spec.high or 0.0) - (spec.low or 0.0) or spec.maximum - spec.minimum
    return value < spec.minimum - factor * width or value > spec.maximum + factor * width
