"""A fitted anomaly model: scores rows, says why, and is saved without pickle (skops).

Needs the extra "models". The file holds the values of the rows that it was fitted on (neighbours and tails need them):
it is as confidential as the table.
"""

from __future__ import annotations

import json
import zipfile
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TypedDict

import numpy as np
import pandas as pd
import skops.io

from nlp_engine.errors import InputError
from nlp_engine.labs.anomalies.cleaning import Matrix
from nlp_engine.labs.anomalies.columns import Columns
from nlp_engine.labs.anomalies.ensemble import Ensemble
from nlp_engine.labs.anomalies.reasons import Cohort, Wording, contributions

SCHEMA_VERSION = 1
_STAMP = "nlp_engine.json"
_PACKAGES = ("scikit-learn", "pyod")
_OURS = "nlp_engine.labs.anomalies."
_TRUSTED = frozenset(
    {
        f"{_OURS}ensemble.Ensemble",
        f"{_OURS}cleaning.ZerosAsMissing",
        f"{_OURS}cleaning.FeatureCleaner",
        f"{_OURS}detectors.Tails",
        f"{_OURS}detectors.Autoencoder",
        "pyod.models.iforest.IForest",
        "pyod.models.knn.KNN",
        "numpy.dtype",
        "sklearn.metrics._dist_metrics.EuclideanDistance64",
        "sklearn.neighbors._kd_tree.KDTree",
        "sklearn.neighbors._ball_tree.BallTree",
        "sklearn.tree._tree.Tree",
        "sklearn.neural_network._stochastic_optimizers.AdamOptimizer",
        "sklearn.compose._column_transformer._RemainderColsList",
    }
)
"""The types of a model of ours beyond those that skops itself trusts; a file with any other is refused."""


class Stamp(TypedDict):
    """What made a model file."""

    schema_version: int
    engine: str
    packages: dict[str, str]


@dataclass(frozen=True, slots=True)
class AnomalyModel:
    """An ensemble with the columns that it reads, its cohort and its threshold.

    Parameters
    ----------
    threshold
        Raw score above which a row is called an anomaly.
    about
        How it was fitted, for people: design, criterion, rows, contamination.
    """

    columns: Columns
    ensemble: Ensemble
    cohort: Cohort
    threshold: float
    about: dict[str, str | float | int]

    def score(self, frame: pd.DataFrame, *, reasons: bool = True) -> pd.DataFrame:
        """Score rows.

        Parameters
        ----------
        frame
            Float columns and columns of text, as the model's columns are; others are ignored.
        reasons
            Whether to say why, for the rows that are anomalies.

        Returns
        -------
        A row a row, in order: ``score`` (share of training rows that are not more unusual, 0 to 1), ``raw``,
        ``is_anomaly`` (the raw score is above the threshold, or a number is far out, `Cohort.far_out`) and
        ``reasons`` (empty for other rows).
        """
        matrix = self.columns.encode(frame)
        raw = self.ensemble.raw(matrix)
        far = self.cohort.far_out(matrix)
        found = (raw > self.threshold) | far.any(axis=1)
        said = np.full(len(frame), "", dtype=object)
        if reasons and found.any():
            said[found] = self._reasons(frame[found], matrix[found], far[found])
        scores = {"score": self.ensemble.rank(raw), "raw": raw, "is_anomaly": found, "reasons": said}
        return pd.DataFrame(scores, index=frame.index)

    def _reasons(self, frame: pd.DataFrame, matrix: Matrix, far: Matrix) -> list[str]:
        wording = Wording(self.columns, self.cohort)
        drops = contributions(self.ensemble.raw, matrix, self.cohort, self.columns.groups)
        rows = zip(frame.iterrows(), drops, far, self.cohort.expectation(matrix), strict=True)
        return [wording.sentence(row, *numbers) for (_, row), *numbers in rows]

    def save(self, path: Path) -> None:
        """Write the model; the file appears under its name only when it is complete."""
        partial = path.with_name(f"{path.name}.partial")
        content = {
            "numeric": list(self.columns.numeric),
            "levels": {name: list(values) for name, values in self.columns.levels.items()},
            "ensemble": self.ensemble,
            "cohort": asdict(self.cohort),
            "threshold": self.threshold,
            "about": self.about,
        }
        try:
            skops.io.dump(content, partial)
        except FileNotFoundError as error:
            raise InputError(str(path), "cannot be written", "give a file in a folder that exists") from error
        with zipfile.ZipFile(partial, "a") as archive:
            archive.writestr(_STAMP, json.dumps(_stamp()))
        partial.replace(path)

    @classmethod
    def load(cls, path: Path) -> AnomalyModel:
        """Read a model that `save` wrote.

        Raises
        ------
        InputError
            If it is no such file, other versions made it, or it holds types that no model of ours has.
        """
        _check_stamp(path)
        strange = set(skops.io.get_untrusted_types(file=path)) - _TRUSTED
        if strange:
            raise InputError(path.name, "holds things that no anomaly model has", "only load models that you made")
        content = skops.io.load(path, trusted=sorted(_TRUSTED))
        levels = {name: tuple(values) for name, values in content["levels"].items()}
        return cls(
            columns=Columns(tuple(content["numeric"]), levels),
            ensemble=content["ensemble"],
            cohort=Cohort(**content["cohort"]),
            threshold=content["threshold"],
            about=content["about"],
        )


def _stamp() -> Stamp:
    from nlp_engine import __version__

    packages = {name: _minor(version(name)) for name in _PACKAGES}
    return {"schema_version": SCHEMA_VERSION, "engine": __version__, "packages": packages}


def _minor(text: str) -> str:
    return ".".join(text.split(".")[:2])


def _check_stamp(path: Path) -> None:
    remedy = "give a file that `nlp-engine anomalies fit` wrote"
    try:
        with zipfile.ZipFile(path) as archive:
            stamp: Stamp = json.loads(archive.read(_STAMP))
    except FileNotFoundError as error:
        raise InputError(path.name, "is not there", remedy) from error
    except (zipfile.BadZipFile, KeyError, ValueError) as error:
        raise InputError(path.name, "is not an anomaly model", remedy) from error
    here = _stamp()
    if stamp["schema_version"] != here["schema_version"] or stamp["packages"] != here["packages"]:
        made = ", ".join(f"{name} {number}" for name, number in stamp["packages"].items())
        raise InputError(
            path.name, f"was made by another version (nlp_engine {stamp['engine']}, {made})", "fit it again"
        )
