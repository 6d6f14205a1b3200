"""Training end to end on made tables: the guard, honest figures, a model for the base install, the same each time."""

import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("optuna", reason="needs the extra models")
pytest.importorskip("skl2onnx", reason="needs the extra models")

from risk_tables import heart_failure

from nlp_engine.cli import main
from nlp_engine.engine import Engine
from nlp_engine.errors import InputError, ModelError
from nlp_engine.fusion.features import Feature
from nlp_engine.fusion.risk import RiskModel, RiskStage
from nlp_engine.labs import LabStage
from nlp_engine.record import PatientRecord
from nlp_engine.training.risk import extras
from nlp_engine.training.risk.export import TOLERANCE, export
from nlp_engine.training.risk.fairness import fairness_table, in_years
from nlp_engine.training.risk.families import FAMILIES, default_families, pipeline
from nlp_engine.training.risk.nested import nested
from nlp_engine.training.risk.records import index_times, record_table
from nlp_engine.training.risk.report import write_report
from nlp_engine.training.risk.search import SearchSettings, fit, fit_calibration, splits
from nlp_engine.training.risk.train import Job, prepare, train

QUICK = SearchSettings(families=("logistic",), trials=2, folds=2, seed=5)
JOB = Job(target="DEATH_EVENT", sex="sex", age="age", search=QUICK, folds=3)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    out = tmp_path_factory.mktemp("models") / "heart"
    lines: list[str] = []
    return train(heart_failure(), JOB, out, progress=lines.append), out, lines


def test_the_follow_up_is_named_and_refused_and_the_model_does_without(trained):
    result, _, lines = trained
    assert any(line.startswith("refused: time: ") and "--allow time" in line for line in lines)
    assert "time" not in [spec.name for spec in result.file.features]
    assert set(result.file.training.refused) == {"time"}
    assert 0.65 < result.file.training.auroc < 0.95


def test_an_allowed_column_is_used_and_told():
    prepared = prepare(heart_failure(), replace(JOB, allow=("time",)))
    assert "time" in [spec.name for spec in prepared.cleaned.specs]
    assert [leak.column for leak in prepared.allowed] == ["time"]
    assert prepared.refused == ()


def test_the_folder_holds_no_pickle_and_no_rows(trained):
    _, out, _ = trained
    assert sorted(path.name for path in out.iterdir()) == ["MODEL_CARD.md", "model.json", "model.onnx"]
    content = json.loads((out / "model.json").read_text(encoding="utf-8"))
    assert content["training"]["rows"] == 240
    assert "rows" not in content
    card = (out / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert "not a medical device" in " ".join(card.split())
    assert "refused: time" in card


def test_the_base_install_runs_it(trained):
    result, out, _ = trained
    code = f"""
import sys
for name in ("sklearn", "torch", "optuna", "skl2onnx", "onnx"):
    sys.modules[name] = None
from pathlib import Path
import nlp_engine.cli.risk_score, nlp_engine.fusion.risk.table, nlp_engine.readers.frames
from nlp_engine.fusion.risk import RiskModel
model = RiskModel.load(Path({str(out)!r}))
print(model.estimate({{"age": 75.0, "ejection_fraction": 25.0, "serum_creatinine": 1.9, "platelets": 250000.0,
    "serum_sodium": 134.0, "creatinine_phosphokinase": 300.0, "sex": 1, "smoking": 0, "anaemia": 0, "diabetes": 0,
    "high_blood_pressure": 0}}).probability)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert 0.5 < float(done.stdout) < 1
    row = result.prepared.cleaned.rows[0]
    own = RiskModel.load(out).probabilities([row])
    assert own == pytest.approx(result.fitted.probabilities(result.prepared.task.x[:1]), abs=TOLERANCE)


def test_a_table_is_scored_as_the_model_was_trained(trained, tmp_path):
    result, out, _ = trained
    heart_failure().to_csv(tmp_path / "heart.csv", index=False)
    with pytest.raises(SystemExit) as end:
        main(["risk", "score", str(tmp_path / "heart.csv"), "--model", str(out), "--out", str(tmp_path / "said.csv")])
    assert not end.value.code
    said = pd.read_csv(tmp_path / "said.csv")
    fitted = result.fitted.probabilities(result.prepared.task.x)
    answered = said["probability"].notna()
    assert len(said) == 240
    assert answered.sum() > 230
    assert said["probability"][answered].to_numpy() == pytest.approx(fitted[answered], abs=1e-5)
    is_flagged = said["probability"] >= result.file.decision_threshold
    assert (said["decision"] == "flagged").tolist() == is_flagged.tolist()


def test_a_model_that_was_changed_is_refused(trained, tmp_path):
    _, out, _ = trained
    text = (out / "model.json").read_text(encoding="utf-8")
    (tmp_path / "model.onnx").write_bytes((out / "model.onnx").read_bytes())
    changed = json.loads(text) | {"decision_threshold": 0.99}
    (tmp_path / "model.json").write_text(json.dumps(changed), encoding="utf-8")
    with pytest.raises(ModelError, match="do not belong together"):
        RiskModel.load(tmp_path)
    (tmp_path / "model.json").write_text(text.replace('"schema_version": 1', '"schema_version": 1, "x": 2'))
    with pytest.raises(ModelError, match="x: Extra inputs"):
        RiskModel.load(tmp_path)


def test_a_model_of_table_columns_reads_no_record(trained):
    with pytest.raises(ModelError, match="no feature of this model is read from a record"):
        RiskStage.load([trained[1]])


def test_the_same_seed_gives_the_same_model(trained, tmp_path):
    again = train(heart_failure(), JOB, tmp_path / "heart")
    assert again.file.version == trained[0].file.version
    assert np.array_equal(again.result.probabilities, trained[0].result.probabilities)


def test_the_page_shows_pictures_tables_and_what_was_refused(trained, tmp_path):
    write_report(trained[0], tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert page.count("<svg") == 4
    for words in ("Refused columns", "<b>time</b>", "sex: 0", "age: 60 to 74 years", "ROC curve", "Cut-offs"):
        assert words in page
    assert "http://" not in page.replace("http://www.w3.org/", "")


def test_the_command(tmp_path, capsys):
    frame = heart_failure()
    frame.insert(0, "patient", [f"p{n}" for n in range(len(frame))])
    frame["hospital"] = np.where(np.arange(len(frame)) % 2, "a", "b")
    frame.to_csv(tmp_path / "t.csv", index=False)
    call = ["train", "risk", "--data", str(tmp_path / "t.csv"), "--target", "DEATH_EVENT", "--out", str(tmp_path / "m"),
            "--id", "patient", "--site", "hospital", "--family", "logistic", "--trials", "1", "--folds", "2",
            "--report", str(tmp_path / "r.html")]  # fmt: skip
    with pytest.raises(SystemExit) as done:
        main(call)
    told = capsys.readouterr()
    assert done.value.code == 0, told.err
    assert "refused: time" in told.err
    assert "AUROC 0." in told.out
    assert "site: a" in (tmp_path / "m" / "MODEL_CARD.md").read_text(encoding="utf-8")
    with pytest.raises(SystemExit) as failed:
        main([*call[:5], "nothing", *call[6:]])
    assert failed.value.code == 2
    assert "names no column of the table" in capsys.readouterr().err


@pytest.mark.parametrize("name", list(FAMILIES))
@pytest.mark.parametrize("kept", [100, 50])
def test_every_family_is_exported_and_answers_alike(name, kept, tmp_path):
    if name == "net":
        pytest.importorskip("torch", reason="needs the extra train")
    random = np.random.default_rng(0)
    x = random.normal(size=(120, 6)).astype(np.float32)
    labels = (x[:, 0] + random.normal(size=120) > 0).astype(np.int64)
    x[random.random(x.shape) < 0.1] = np.nan
    params = {**FAMILIES[name].usual, "trees": 12, "rounds": 12, "epochs": 3}
    model = fit(pipeline(FAMILIES[name], params, kept, 0), x, labels)
    fresh = random.normal(scale=3, size=(500, 6)).astype(np.float32)
    assert export(model, fresh, tmp_path / "model.onnx") <= TOLERANCE


def test_an_outcome_that_nothing_tells_is_not_foreseen():
    random = np.random.default_rng(4)
    frame = pd.DataFrame(random.normal(size=(300, 12)), columns=[f"c{n}" for n in range(12)])
    frame["y"] = random.integers(0, 2, 300)
    prepared = prepare(frame, Job(target="y"))
    result = nested(prepared.task, replace(QUICK, trials=4), folds=3)
    assert 0.38 < result.auroc.value < 0.62


def test_rows_of_a_group_stay_on_one_side_and_repeated_ids_are_groups():
    frame = heart_failure()
    frame["patient"] = np.arange(len(frame)) // 4
    task = prepare(frame, replace(JOB, id_column="patient")).task
    assert task.groups is not None
    for train_rows, rest in splits(task.labels, task.groups, 4, 0):
        assert not set(task.groups[train_rows]) & set(task.groups[rest])


def test_groups_that_hold_one_outcome_only_are_told():
    groups = np.array(["a"] * 30 + ["b"] * 30, dtype=object)
    with pytest.raises(InputError, match="one outcome only"):
        list(splits(np.repeat([0, 1], 30), groups, 2, 0))


def test_groups_that_repeat_do_not_look_better_than_they_are():
    """Each patient stands in the table ten times, with an outcome that nothing foresees."""
    random = np.random.default_rng(2)
    people = pd.DataFrame(random.normal(size=(60, 5)), columns=list("abcde"))
    people = people.assign(y=np.arange(60) % 2, patient=range(60))
    frame = pd.concat([people] * 10, ignore_index=True)
    forest = SearchSettings(families=("boosting",), trials=1, folds=2)
    ungrouped = nested(prepare(frame, Job(target="y", exclude=("patient",))).task, forest, folds=3)
    grouped = nested(prepare(frame, Job(target="y", group="patient")).task, forest, folds=3)
    assert ungrouped.auroc.value > 0.95
    assert grouped.auroc.value < 0.75


def test_calibration_undoes_an_exaggeration():
    random = np.random.default_rng(0)
    for rows, kind in ((300, "platt"), (3000, "isotonic")):
        true = random.uniform(0.05, 0.95, rows)
        labels = (random.random(rows) < true).astype(np.int64)
        assert fit_calibration(labels, true**3).kind == kind


def test_fairness_counts_first():
    labels = np.array([1, 0] * 60)
    said = np.where(labels == 1, 0.7, 0.3)
    sex = pd.Series(["f"] * 100 + ["m"] * 18 + [None] * 2)
    rows = fairness_table(labels, said, 0.5, sex=sex, age=pd.Series([50] * 120), seed=0)
    assert [(row.name, row.rows, row.events) for row in rows] == [
        ("everybody", 120, 60), ("f", 100, 50), ("m", 18, 9), ("not known", 2, 1), ("40 to 59 years", 120, 60)
    ]  # fmt: skip
    assert rows[2].auroc is None
    assert rows[1].auroc is not None
    assert in_years(pd.Series([18262.5, 365.25])).tolist() == [50, 1]


@pytest.mark.parametrize(
    ("job", "words"),
    [
        (Job(target="DEATH_EVENT", sex="gender"), "--sex: the table has no column"),
        (Job(target="DEATH_EVENT", allow=("tyme",)), "--allow: the table has no column"),
        (Job(target="DEATH_EVENT", exclude=tuple(heart_failure().columns[:11])), "no column left"),
    ],
)
def test_jobs_that_cannot_be_done(job, words):
    with pytest.raises(InputError, match=words):
        prepare(heart_failure(), job)


def test_a_missing_extra_is_named_before_anything_is_read(monkeypatch, capsys):
    monkeypatch.setattr(extras, "find_spec", lambda name: None)
    with pytest.raises(SystemExit) as failed:
        main(["train", "risk", "--data", "nowhere.csv", "--out", "m"])
    assert failed.value.code == 2
    assert "nlp-engine[models]" in capsys.readouterr().err
    assert "net" not in default_families()


def test_few_events_are_no_model():
    with pytest.raises(InputError, match="fewer than 20 rows of one outcome"):
        prepare(heart_failure().head(40), Job(target="DEATH_EVENT"))


def test_the_command_on_records_sees_nothing_after_the_index_time_and_its_model_reads_records(tmp_path, capsys):
    """The potassium before the index time is noise, the one after it tells the outcome."""
    random = np.random.default_rng(3)
    outcomes = ["patient_id,outcome,index_time"]
    for number in range(60):
        folder = tmp_path / "records" / f"p{number}"
        folder.mkdir(parents=True)
        ill = number % 2
        rows = ["time,code,name,value,unit"]
        rows.append(f"2024-01-01T08:00,2823-3,Potassium,{random.normal(4.2, 0.4):.1f},mmol/L")
        rows.append(f"2024-01-01T08:00,2160-0,Creatinine,{1.0 + ill + random.normal(0, 0.6):.2f},mg/dL")
        rows.append(f"2024-01-03T08:00,2823-3,Potassium,{6.2 if ill else 4.0},mmol/L")
        (folder / "labs.csv").write_text("\n".join(rows), encoding="utf-8")
        outcomes.append(f"p{number},{ill},2024-01-02T00:00")
    (tmp_path / "outcomes.csv").write_text("\n".join(outcomes), encoding="utf-8")
    with pytest.raises(SystemExit) as done:
        main(["train", "risk", "--records", str(tmp_path / "records"), "--outcomes", str(tmp_path / "outcomes.csv"),
              "--out", str(tmp_path / "m"), "--family", "logistic", "--trials", "1", "--folds", "2"])  # fmt: skip
    assert done.value.code == 0, capsys.readouterr().err
    model = RiskModel.load(tmp_path / "m")
    importance = {spec.source: spec.importance for spec in model.file.features}
    assert importance["lab:2160-0:mg/dL"] > 0.05
    assert importance["lab:2823-3:mmol/L"] < 0.05
    assert model.file.training.auroc < 0.99
    spec = next(spec for spec in model.file.features if spec.source == "lab:2823-3:mmol/L")
    assert spec.maximum is not None
    assert spec.maximum < 6
    engine = Engine(labs=LabStage.load(), risk=RiskStage.load([tmp_path / "m"]))
    assessment = engine.assess(PatientRecord.from_folder(tmp_path / "records" / "p1"))
    assert [score.id for score in assessment.scores] == ["risk:m"]
    assert assessment.scores[0].evidence[0].source == "labs.csv row 3"


def test_records_become_a_table():
    outcomes = pd.DataFrame(
        {"patient_id": range(7), "outcome": [0, 1] * 3 + [0], "index_time": ["2024-01-02T10:00"] * 6 + [None]}
    )
    times = index_times(outcomes)
    assert str(times["0"]) == "2024-01-02 10:00:00"
    assert times["6"] is None
    potassium, done = "lab:2823-3:mmol/L", "lab:2823-3:ordered"
    seen = {
        str(n): {potassium: Feature(4.0 + n, "Potassium", "mmol/L"), done: Feature(1.0, "Potassium was done")}
        for n in range(5)
    }
    seen["5"] = {"sex": Feature("female", "sex")}
    table, notes = record_table(seen.items(), outcomes)
    assert table["patient_id"].tolist() == ["0", "1", "2", "3", "4", "5"]
    assert table[done].tolist() == [1, 1, 1, 1, 1, 0]
    assert table[potassium].isna().tolist() == [False] * 5 + [True]
    assert "sex" not in table.columns
    note = notes[potassium]
    assert (note.label, note.unit, note.source) == ("Potassium", "mmol/L", potassium)
    with pytest.raises(InputError, match="names a patient twice"):
        index_times(pd.concat([outcomes, outcomes]))
    with pytest.raises(InputError, match="names no patient"):
        record_table([("x", {})], outcomes)
