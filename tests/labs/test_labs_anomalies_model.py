"""A row that does not fit its cohort: preparation, scores, reasons, saved models."""

import json
import zipfile

import numpy as np
import pandas as pd
import pytest
import skops.io
from hypothesis import given, settings
from hypothesis import strategies as st
from pyod.models.copod import COPOD
from pyod.models.ecod import ECOD

from nlp_engine.errors import InputError
from nlp_engine.labs.anomalies import detectors
from nlp_engine.labs.anomalies.cleaning import FeatureCleaner, ZerosAsMissing
from nlp_engine.labs.anomalies.columns import Columns
from nlp_engine.labs.anomalies.detectors import Tails, detector
from nlp_engine.labs.anomalies.model import AnomalyModel
from nlp_engine.training.anomalies.commands import Wanted, fit_frame


@pytest.fixture(autouse=True, scope="module")
def _few_trees():
    """A forest of twenty trees is fitted ten times as fast."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(detectors, "_TREES", 20)
        yield


def cohort(rows=200, seed=0):
    """Patients whose haematocrit follows haemoglobin, some without albumin."""
    rng = np.random.default_rng(seed)
    haemoglobin = rng.normal(13, 1.5, rows)
    frame = pd.DataFrame(
        {
            "patient": [f"p{i}" for i in range(rows)],
            "haemoglobin": haemoglobin,
            "haematocrit": haemoglobin * 3 + rng.normal(0, 0.8, rows),
            "potassium": rng.normal(4.2, 0.4, rows),
            "creatinine": rng.lognormal(0, 0.3, rows),
            "sex": rng.choice(["F", "M"], rows),
        }
    )
    frame["albumin"] = np.where(rng.random(rows) < 0.2, np.nan, rng.normal(4, 0.4, rows))
    return frame


@pytest.fixture(scope="module")
def model():
    return fit_frame(cohort(), Wanted(ids=("patient",)), where="cohort")


@pytest.fixture(scope="module")
def saved(model, tmp_path_factory):
    path = tmp_path_factory.mktemp("saved") / "model"
    model.save(path)
    return path


def typed(frame):
    return frame.drop(columns="patient")


class TestCleaning:
    def test_zeros_apart_from_the_rest_are_missing_and_counts_are_not(self):
        rng = np.random.default_rng(0)
        insulin = np.where(rng.random(300) < 0.4, 0, rng.integers(14, 300, 300))
        pregnancies = rng.integers(0, 15, 300)
        share = rng.random(300).round(2)
        share[:5] = 0
        found = ZerosAsMissing().fit(np.column_stack([insulin, pregnancies, share]).astype(float))
        assert found.coded_.tolist() == [True, False, False]
        assert np.isnan(found.transform(np.array([[0.0, 0.0, 0.0]]))).tolist() == [[True, False, False]]

    def test_columns_that_tell_nothing_are_left_out(self):
        rng = np.random.default_rng(0)
        a = rng.normal(size=100)
        gaps = np.where(np.arange(100) < 95, np.nan, a)
        cleaner = FeatureCleaner().fit(np.column_stack([a, np.ones(100), a * 2 + 1, gaps, rng.normal(size=100)]))
        assert cleaner.kept_.tolist() == [0, 4]
        assert cleaner.reasons_ == {1: "constant", 2: "duplicate", 3: "missing"}


class TestTails:
    @pytest.mark.parametrize(("kind", "theirs"), [("ecod", ECOD), ("copod", COPOD)])
    def test_training_scores_are_pyods(self, kind, theirs):
        matrix = np.random.default_rng(0).lognormal(size=(80, 4))
        assert Tails(kind).fit(matrix).decision_scores_ == pytest.approx(theirs().fit(matrix).decision_scores_)

    @pytest.mark.parametrize(("kind", "theirs"), [("ecod", ECOD), ("copod", COPOD)])
    def test_a_new_row_scores_as_pyod_scores_it_alone(self, kind, theirs):
        rng = np.random.default_rng(0)
        matrix, row = rng.lognormal(size=(80, 4)), rng.lognormal(size=(1, 4))
        alone = theirs().fit(matrix).decision_function(row)
        assert Tails(kind).fit(matrix).decision_function(row) == pytest.approx(alone)

    def test_a_gap_is_neither_rare_nor_usual(self):
        matrix = np.random.default_rng(0).normal(size=(300, 2))
        fitted = Tails("ecod").fit(matrix)
        gap, middle, out = fitted.decision_function(np.array([[np.nan, 0.0], [0.0, 0.0], [6.0, 0.0]]))
        assert middle < gap < out


@settings(max_examples=20, deadline=None)
@given(order=st.permutations(range(12)), taken=st.integers(1, 12))
def test_a_rows_score_does_not_depend_on_the_other_rows(model, order, taken):
    frame = typed(cohort(12, seed=3))
    together = model.score(frame, reasons=False)["raw"].to_numpy()
    some = list(order)[:taken]
    assert model.score(frame.iloc[some], reasons=False)["raw"].to_numpy() == pytest.approx(together[some])


def test_rows_out_are_rows_in_with_scores_between_0_and_1(model):
    frame = typed(cohort(30, seed=5))
    frame.index = range(100, 130)
    scores = model.score(frame)
    assert list(scores.index) == list(frame.index)
    assert scores["score"].between(0, 1).all()
    assert (scores["reasons"] != "").equals(scores["is_anomaly"])


def test_training_rows_lie_above_the_threshold_as_the_contamination_says():
    wild = fit_frame(cohort(), Wanted(ids=("patient",), contamination=0.1), where="cohort")
    assert wild.score(typed(cohort()), reasons=False)["is_anomaly"].mean() == pytest.approx(0.1, abs=0.03)


@pytest.mark.parametrize("feature", ["haemoglobin", "haematocrit", "potassium", "creatinine", "albumin"])
def test_a_planted_outlier_is_named_first(model, feature):
    frame = typed(cohort(40, seed=7))
    known = cohort()[feature]
    frame[feature] = known.median() + 8 * known.std()
    scores = model.score(frame)
    assert scores["is_anomaly"].all()
    assert scores["reasons"].str.startswith(f"{feature} ").mean() >= 0.95


def test_a_broken_relation_is_found_and_its_words_say_so(model):
    frame = typed(cohort(1, seed=7))
    frame["haemoglobin"], frame["haematocrit"] = 15.0, 33.0
    (row,) = model.score(frame).itertuples()
    assert row.is_anomaly
    assert row.reasons.startswith("haematocrit 33, lower than the others lead one to expect, 44")


def test_infinite_and_unknown_cells_count_as_none(model):
    frame = typed(cohort(2, seed=1))
    frame.loc[0, "potassium"] = np.inf
    frame["sex"] = ["unknown", None]
    assert np.isfinite(model.score(frame)["raw"]).all()
    assert model.columns.unknown_values(frame) == {"sex": 1}


def test_a_missing_column_is_named(model):
    with pytest.raises(InputError, match="potassium"):
        model.score(typed(cohort(3)).drop(columns="potassium"))


def test_one_category_is_one_feature_of_several_positions():
    columns = Columns.of(pd.DataFrame({"a": [1.0, 2.0], "cp": ["x", "y"]}))
    assert columns.groups == [[0], [1, 2]]
    assert columns.encode(pd.DataFrame({"a": [3.0], "cp": ["y"]})).tolist() == [[3.0, 0.0, 1.0]]


class TestSaved:
    def test_a_saved_model_scores_alike(self, model, saved):
        frame = typed(cohort(20, seed=9))
        pd.testing.assert_frame_equal(AnomalyModel.load(saved).score(frame), model.score(frame))

    def test_a_model_of_another_version_is_refused(self, saved, tmp_path):
        other = tmp_path / "other"
        with zipfile.ZipFile(saved) as old, zipfile.ZipFile(other, "w") as new:
            for name in old.namelist():
                stamp = json.dumps({"schema_version": 1, "engine": "0", "packages": {"pyod": "1.0"}})
                new.writestr(name, stamp if name == "nlp_engine.json" else old.read(name))
        with pytest.raises(InputError, match=r"pyod 1\.0"):
            AnomalyModel.load(other)

    def test_a_file_with_other_types_is_refused(self, saved, tmp_path):
        strange = tmp_path / "strange"
        skops.io.dump({"ensemble": print}, strange)
        with zipfile.ZipFile(saved) as old, zipfile.ZipFile(strange, "a") as new:
            new.writestr("nlp_engine.json", old.read("nlp_engine.json"))
        with pytest.raises(InputError, match="things that no anomaly model has"):
            AnomalyModel.load(strange)

    @pytest.mark.parametrize("content", [b"", b"no zip"])
    def test_another_file_is_refused(self, tmp_path, content):
        (tmp_path / "x").write_bytes(content)
        with pytest.raises(InputError, match="not an anomaly model"):
            AnomalyModel.load(tmp_path / "x")


def test_an_unknown_detector_is_an_error():
    with pytest.raises(ValueError, match="there are ecod"):
        detector("lof", rows=10, neighbours=5, seed=0)
