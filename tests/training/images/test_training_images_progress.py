"""Progress: a bar for the batches on a terminal, plain lines in a log."""

import io
import os
import pty
import sys

import pytest
from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, TextColumn

from nlp_engine.cli.images_progress import ProgressBar, counted_progress, training_progress
from nlp_engine.training.images.progress import tracked


def test_the_bar_counts_and_goes_and_sentences_stay():
    screen = io.StringIO()
    columns = (TextColumn("{task.description}", markup=False), MofNCompleteColumn())
    console = Console(file=screen, force_terminal=True, width=80, color_system=None)
    with Progress(*columns, console=console, auto_refresh=False) as bar:
        progress = ProgressBar(bar)
        seen = []
        for item in tracked(progress, iter("abc"), total=3, words="epoch 1 of [2]"):
            seen.append(item)
            bar.refresh()
        progress("epoch 1 of 2: loss 0.5")
        assert not bar.tasks
    assert seen == ["a", "b", "c"]
    assert "epoch 1 of [2] 2/3" in screen.getvalue()
    assert "epoch 1 of 2: loss 0.5" in screen.getvalue()


def test_a_bar_that_is_left_early_goes_too():
    with Progress(console=Console(file=io.StringIO())) as bar:
        items = iter(tracked(ProgressBar(bar), range(5), total=5, words="epoch"))
        next(items)
        assert len(bar.tasks) == 1
        items.close()
        assert not bar.tasks


def test_a_log_gets_plain_lines(capsys):
    with training_progress() as progress:
        assert list(tracked(progress, range(3), total=3, words="epoch 1 of 2")) == [0, 1, 2]
        progress("epoch 1 of 2: loss 0.5")
    assert capsys.readouterr().err == "epoch 1 of 2: loss 0.5\n"


def test_a_terminal_gets_a_bar(monkeypatch):
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "w") as terminal:
        monkeypatch.setattr(sys, "stderr", terminal)
        with training_progress() as progress:
            assert isinstance(progress, ProgressBar)
            for _ in tracked(progress, range(3), total=3, words="epoch 1 of 2"):
                progress("a sentence")
        terminal.flush()
        shown = os.read(ours, 100_000).decode()
    os.close(ours)
    assert "epoch 1 of 2" in shown
    assert "/3" in shown
    assert shown.count("a sentence") == 3


def test_what_is_counted_has_a_bar_on_a_terminal_only(monkeypatch, capsys):
    with counted_progress("reading pictures", 3) as each:
        assert each is None
    assert capsys.readouterr().err == ""
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "w") as terminal:
        monkeypatch.setattr(sys, "stderr", terminal)
        with counted_progress("reading pictures", 3) as each:
            each(1)
            each(2)
        terminal.flush()
        shown = os.read(ours, 100_000).decode()
    os.close(ours)
    assert "reading pictures" in shown
    assert "3/3" in shown


def test_training_tells_of_each_batch(tmp_path):
    pytest.importorskip("torch", reason="needs the extra train")
    from made_pictures import write_pictures

    from nlp_engine.training.images.config import ImageConfig
    from nlp_engine.training.images.data import load_set
    from nlp_engine.training.images.index import read_index
    from nlp_engine.training.images.trainer import Trainer

    class Recorder:
        def __init__(self):
            self.steps = []

        def __call__(self, words):
            self.steps.append(words)

        def track(self, items, total, words):
            for at, item in enumerate(items, start=1):
                self.steps.append(f"{words} {at}/{total}")
                yield item

    progress = Recorder()
    index = write_pictures(tmp_path)
    pictures = load_set(
        tmp_path, read_index(index), size=32, dev_share=0.3, seed=0, work=tmp_path / "work", progress=progress
    )
    assert progress.steps[-1] == "reading 72 pictures in 32 x 32 72/72"
    config = ImageConfig(schema_version=1, id="tiny", network="resnet", size=32, epochs=1, batch=24, threads=1)
    progress.steps.clear()
    Trainer(pictures, config).train(0, tmp_path / "a.pt", progress=progress)
    assert progress.steps[:2] == ["epoch 1 of 1 1/2", "epoch 1 of 1 2/2"]
    assert len(progress.steps) == 3
