"""Fitting, choosing and scoring anomaly models; the command line."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score
from typer.testing import CliRunner

from nlp_engine.cli import app
from nlp_engine.errors import InputError
from nlp_engine.labs.anomalies import detectors
from nlp_engine.training.anomalies import commands
from nlp_engine.training.anomalies.commands import Wanted, fit_frame, score_frame
from nlp_engine.training.anomalies.design import Design, fitted
from nlp_engine.training.anomalies.tuning import by_agreement, by_labels


@pytest.fixture(autouse=True, scope="module")
def _few_trees():
    """A forest of twenty trees is fitted ten times as fast."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(detectors, "_TREES", 20)
        yield


def labelled(rows=120, seed=0):
    """One column in six tells the anomalies, which are every tenth row."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(rng.normal(size=(rows, 6)), columns=list("abcdef"))
    frame["label"] = (np.arange(rows) % 10 == 0).astype(int)
    frame["a"] += 2.5 * frame["label"]
    return frame


class TestDesign:
    def test_labels_choose_columns_and_rows_and_detectors_never_see_them(self):
        frame = labelled()
        matrix, labels = frame.drop(columns="label").to_numpy(), frame["label"].to_numpy(dtype=float)
        design = Design(members=("copod",), columns=16, normal_only=True)
        ensemble = fitted(design, matrix, seed=0, labels=labels)
        assert len(ensemble.train_raw) == 108
        assert ensemble.prepare["select"].transformers_[0][2] == [0]
        moved = matrix.copy()
        moved[:, 1:] += 100
        assert ensemble.raw(moved) == pytest.approx(ensemble.raw(matrix))

    def test_equal_parts_of_designs_are_one_design(self):
        one = Design(scaler="quantile", neighbours=50, variance=None)
        assert one.alone("ecod") == Design().alone("ecod")
        assert one.alone("knn") != Design().alone("knn")
        assert one.alone("autoencoder") == Design(scaler="quantile", variance=None).alone("autoencoder")

    @pytest.mark.parametrize("scaler", ["robust", "standard", "quantile"])
    def test_every_preparation_takes_gaps(self, scaler):
        matrix = np.random.default_rng(0).normal(size=(60, 4))
        matrix[::7, 2] = np.nan
        design = Design(members=("knn", "autoencoder"), scaler=scaler, variance=0.8)
        assert np.isfinite(fitted(design, matrix, seed=0).raw(matrix)).all()

    def test_a_seed_makes_it_repeatable(self):
        matrix = np.random.default_rng(0).normal(size=(60, 4))
        first, second = (fitted(Design(), matrix, seed=3).raw(matrix) for _ in range(2))
        assert first == pytest.approx(second)


class TestTuning:
    def test_labels_find_a_better_design_than_the_default(self):
        frame = labelled(200)
        matrix, labels = frame.drop(columns="label").to_numpy(), frame["label"].to_numpy(dtype=float)
        choice = by_labels(matrix, labels, trials=2, seed=1)
        default = by_labels(matrix, labels, trials=0, seed=1)
        assert choice.trials == 3
        assert default.design == Design()
        assert choice.value >= default.value

    def test_without_labels_agreement_decides_and_none_are_needed(self):
        matrix = np.random.default_rng(0).normal(size=(60, 4))
        choice = by_agreement(matrix, trials=1, seed=0)
        assert -1 <= choice.value <= 1
        assert not choice.design.normal_only

    def test_no_trial_begins_after_the_time(self):
        frame = labelled(60)
        matrix, labels = frame.drop(columns="label").to_numpy(), frame["label"].to_numpy(dtype=float)
        assert by_labels(matrix, labels, trials=500, seed=0, seconds=0.01).trials <= 2


class TestFit:
    def test_a_model_of_the_default_design_finds_what_is_planted(self):
        frame = labelled(300)
        model = fit_frame(frame, Wanted(label="label"), where="t")
        scores, told = score_frame(frame, model, ["label"], where="t")
        assert list(scores.columns) == ["label", "score", "raw", "is_anomaly", "reasons"]
        assert roc_auc_score(frame["label"], scores["score"]) > 0.7
        assert model.about["contamination"] == pytest.approx(0.1)
        assert told == []

    @pytest.mark.parametrize(
        ("change", "wanted", "said"),
        [
            ({}, Wanted(label="nothing"), "no column nothing"),
            ({"label": 1}, Wanted(label="label"), "else than 0 and 1"),
            ({"note": [f"free text {i}" for i in range(120)]}, Wanted(), "text, not numbers or a category, in note"),
            ({"day": "2024-05-01"}, Wanted(), "dates or text"),
            ({}, Wanted(columns=("label",), label="label"), "no column left"),
            (dict.fromkeys("abcdef", 1.0), Wanted(columns=tuple("abcdef")), "no column that tells rows apart"),
        ],
    )
    def test_what_cannot_be_fitted_is_said(self, change, wanted, said):
        with pytest.raises(InputError, match=said):
            fit_frame(labelled().assign(**change), wanted, where="t")

    def test_a_large_cohort_is_sampled(self, monkeypatch):
        monkeypatch.setattr(commands, "MOST_ROWS", 50)
        about = fit_frame(labelled(), Wanted(), where="t").about
        assert (about["rows"], about["of"]) == (50, 120)

    def test_too_few_rows_are_refused(self):
        with pytest.raises(InputError, match="has 5 rows"):
            fit_frame(labelled(5), Wanted(), where="t")


def run(*arguments):
    return CliRunner().invoke(app, ["anomalies", *map(str, arguments)])


class TestCommands:
    def test_csv_parquet_and_npz_go_through(self, tmp_path):
        frame = labelled().rename(columns={"label": "y"})
        frame.insert(0, "patient", [f"p{i}" for i in range(len(frame))])
        frame.loc[3, "b"] = np.nan
        frame.to_csv(tmp_path / "t.csv", index=False)
        frame.assign(more=1).to_parquet(tmp_path / "t.parquet")
        done = run("fit", tmp_path / "t.csv", "--out", tmp_path / "m", "--label", "y", "--id", "patient")
        assert done.exit_code == 0, done.output
        assert "fitted on 120 of 120 rows and 6 columns" in done.output
        scored = run(
            "score", tmp_path / "t.parquet", "--model", tmp_path / "m", "--out", tmp_path / "s.csv", "--id", "patient"
        )
        assert scored.exit_code == 0, scored.output
        scores = pd.read_csv(tmp_path / "s.csv")
        assert scores.columns.tolist() == ["patient", "score", "raw", "is_anomaly", "reasons"]
        run("score", tmp_path / "t.parquet", "--model", tmp_path / "m", "--out", tmp_path / "all.csv")
        again = run("score", tmp_path / "t.csv", "--model", tmp_path / "m", "--out", tmp_path / "all2.csv")
        assert again.exit_code == 0, again.output
        kept = pd.read_csv(tmp_path / "all.csv")
        assert kept.columns.tolist() == ["patient", "y", "more", "score", "raw", "is_anomaly", "reasons"]
        assert scores["patient"].tolist() == frame["patient"].tolist()
        np.savez(tmp_path / "t.npz", X=frame[list("abcdef")].to_numpy(), y=frame["y"])
        assert run("fit", tmp_path / "t.npz", "--out", tmp_path / "n", "--label", "y").exit_code == 0

    def test_a_table_of_results_becomes_patient_days(self, tmp_path):
        rng = np.random.default_rng(0)
        rows = [
            {
                "patient_id": f"p{i}",
                "time": "2024-01-01",
                "name": name,
                "value": f"{rng.normal(mean, 1):.1f}",
                "unit": unit,
            }
            for i in range(40)
            for name, mean, unit in (("Sodium", 140, "mmol/L"), ("Hemoglobin", 13, "g/dL"))
        ]
        pd.DataFrame(rows).to_csv(tmp_path / "labs.csv", index=False)
        assert run("fit", tmp_path / "labs.csv", "--labs", "--out", tmp_path / "m").exit_code == 0
        done = run("score", tmp_path / "labs.csv", "--labs", "--model", tmp_path / "m", "--out", tmp_path / "s.parquet")
        assert done.exit_code == 0, done.output
        scores = pd.read_parquet(tmp_path / "s.parquet")
        assert len(scores) == 40
        assert list(scores.columns[:2]) == ["patient_id", "day"]
        found = run("drift", tmp_path / "labs.csv", "--out", tmp_path / "d.csv")
        assert "0 findings" in found.output


@pytest.mark.parametrize("missing", ["sklearn", "optuna"])
def test_without_the_extra_it_is_named(missing, tmp_path):
    labelled().to_csv(tmp_path / "t.csv")
    code = (
        f"import sys; sys.modules[{missing!r}] = None; from nlp_engine.cli import main; "
        f"main(['anomalies', 'fit', {str(tmp_path / 't.csv')!r}, '--out', 'm', '--trials', '1'])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith('anomaly detection needs the extra "models"')
