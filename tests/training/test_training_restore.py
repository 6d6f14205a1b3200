"""The weights of a shipped model folder answer as its file does."""

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the extra train")
pytest.importorskip("transformers", reason="needs the extra train")

from nlp_engine.errors import ModelError  # noqa: E402
from nlp_engine.knowledge import resource  # noqa: E402
from nlp_engine.text.ner.labels import load_labels  # noqa: E402
from nlp_engine.text.ner.network import OnnxTagger, special_tokens  # noqa: E402
from nlp_engine.training.ner.config import load_config  # noqa: E402
from nlp_engine.training.ner.encoder import BASE_ENCODERS  # noqa: E402
from nlp_engine.training.ner.model import new_tagger  # noqa: E402
from nlp_engine.training.ner.restore import weights_of  # noqa: E402

SENTENCE = "He was started on metformin 500 mg for type 2 diabetes and denies chest pain."


def test_a_restored_network_answers_as_the_file(tmp_path):
    folder = resource("models") / "ner_fast"
    config = load_config(Path(new_tagger.__code__.co_filename).with_name("fast.yaml"))
    model = new_tagger(config, load_labels(), BASE_ENCODERS["minilm"].find(tmp_path)).eval()
    model.load_state_dict(weights_of(folder))
    tagger = OnnxTagger(folder)
    ids = tagger.tokenizer.encode(SENTENCE, add_special_tokens=False).ids
    first, last, _ = special_tokens(tagger.tokenizer)
    row = torch.tensor([[first, *ids, last]])
    with torch.no_grad():
        restored = model(row, torch.ones_like(row))[0, 1:-1].numpy()
    shipped = tagger.logits(ids)
    assert np.corrcoef(restored.ravel(), shipped.ravel())[0, 1] > 0.99
    assert np.abs(restored - shipped).mean() < 0.2


def test_a_folder_without_a_network_is_told(tmp_path):
    with pytest.raises(ModelError, match=r"holds no model\.onnx to start from"):
        weights_of(tmp_path)
