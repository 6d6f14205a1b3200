"""The search: the given configuration comes first, and a trial that was cut off does not count."""

from typing import ClassVar

import pytest

pytest.importorskip("torch", reason="needs the extra train")
pytest.importorskip("monai", reason="needs the extra train")
optuna = pytest.importorskip("optuna", reason="needs the extra train")

from nlp_engine.training.images import tuning  # noqa: E402
from nlp_engine.training.images.config import ImageConfig, Search  # noqa: E402

CONFIG = ImageConfig(
    schema_version=1, id="tiny", network="densenet", size=32, learning_rate=3e-3,
    search=Search(trials=2, epochs=1, networks=("densenet",), sizes=(32,)),
)  # fmt: skip


class Learner:
    """Stands for the trainer: leaves a checkpoint and the same score; what ends the run is given to the class."""

    ended_by: BaseException | None = None
    rates: ClassVar[list[float]] = []

    def __init__(self, pictures, config, *, flip):
        self.rates.append(config.learning_rate)

    def train(self, seed, checkpoint, *, progress, each):
        checkpoint.write_bytes(b"weights")
        if self.ended_by is not None:
            raise self.ended_by
        each(1, 0.7)


@pytest.fixture(autouse=True)
def learner(monkeypatch):
    monkeypatch.setattr(tuning, "Trainer", Learner)
    monkeypatch.setattr(Learner, "rates", [])
    return Learner


def tune(work, told):
    return tuning.tune(lambda size: None, CONFIG, flip=False, seconds=60, seed=0, work=work, progress=told.append)


def states(work):
    return [
        trial.state.name
        for trial in optuna.load_study(study_name="seed 0", storage=f"sqlite:///{work}/search.db").trials
    ]


def kill(learner, work, monkeypatch):
    """End a search as a kill does: nothing is told to it, nothing is cleared away."""
    with monkeypatch.context() as patch:
        patch.setattr(learner, "ended_by", SystemExit())
        patch.setattr(tuning.Path, "unlink", lambda path, missing_ok: None)
        with pytest.raises(SystemExit):
            tune(work, [])
    assert states(work) == ["RUNNING"]
    assert (work / "trial-0.pt").exists()


def test_a_trial_that_was_killed_is_done_again_and_does_not_count(tmp_path, learner, monkeypatch):
    kill(learner, tmp_path, monkeypatch)
    learner.rates.clear()
    told = []
    tune(tmp_path, told)
    assert states(tmp_path) == ["FAIL", "COMPLETE", "COMPLETE"]
    assert learner.rates[0] == CONFIG.learning_rate
    assert not list(tmp_path.glob("*.pt"))
    assert told[0].startswith("trial 1: ")
    assert told[-1].startswith("best of 2 trials")


def test_a_search_that_was_interrupted_begins_with_the_given_configuration_again(tmp_path, learner, monkeypatch):
    monkeypatch.setattr(learner, "ended_by", KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        tune(tmp_path, [])
    monkeypatch.setattr(learner, "ended_by", None)
    learner.rates.clear()
    tune(tmp_path, [])
    assert states(tmp_path) == ["FAIL", "COMPLETE", "COMPLETE"]
    assert learner.rates[0] == CONFIG.learning_rate


def test_a_search_that_is_done_learns_nothing_more(tmp_path, learner):
    tune(tmp_path, [])
    learner.rates.clear()
    told = []
    tune(tmp_path, told)
    assert learner.rates == []
    assert [words.split(":")[0] for words in told] == ["best of 2 trials"]
