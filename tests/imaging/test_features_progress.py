"""The commands on folders of pictures tell how far they are: every file once, also one that is no picture."""

from contextlib import contextmanager

import pytest
from pictures import chest, save, write_model
from typer.testing import CliRunner

from nlp_engine.cli import app, images_check, images_features

pytest.importorskip("onnx", reason="the tiny network is made with onnx, of the extra train")


@pytest.mark.parametrize(
    ("command", "module"),
    [("features SET --out f.csv", images_features), ("images check SET --out r.json", images_check)],
)
def test_every_file_is_counted_once(tmp_path, monkeypatch, command, module):
    write_model(tmp_path / "model")
    (tmp_path / "SET").mkdir()
    for seed in range(34):
        save(chest(seed), tmp_path / "SET" / f"{seed}.png")
    (tmp_path / "SET" / "broken.png").write_bytes(b"no picture")
    told = []

    @contextmanager
    def counted(words, total):
        told.append(total)
        yield told.append

    monkeypatch.setattr(module, "counted_progress", counted)
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, [*command.split(), "--model", "model"])
    assert done.exit_code == 0, done.output
    total, *each = told
    assert (total, sum(each)) == (35, 35)
    assert len(each) > 1
