"""Models of Hugging Face: their spans lie right, their scores are probabilities, their faults are told."""

import json
import sys

import numpy as np
import pytest
from foreign_models import VOCABULARY, copied, found

from nlp_engine.errors import MissingExtraError, ModelError
from nlp_engine.text.ner.foreign import load_reader
from nlp_engine.text.ner.tags import read_tags


class TestHuggingFace:
    def test_first_subword_decides_and_labels_are_ours(self, reader):
        text = "She has chest pain, pneumonia and takes Metformin."
        assert found(reader, text) == [("chest pain", "PROBLEM"), ("pneumonia", "PROBLEM"), ("Metformin", "DRUG")]

    @pytest.mark.parametrize(
        "text",
        [
            "Chest pain\r\nno fever\r\n\r\npneumonia",
            "\U0001f637 chest pain \U0001f637\U0001f637 fever, pneumonia",
            "\tche\u0301st pain; chest pain\u00a0fever\x00 pneumonia\u200b",
        ],
    )
    def test_offsets_hold_in_any_text(self, reader, text):
        words = [word.casefold() for word, _ in found(reader, text)]
        assert {"chest pain", "fever", "pneumonia"} <= {
            word.replace("\u0301", "").strip("\x00\u200b") for word in words
        }

    def test_score_is_a_mean_probability(self, reader):
        spans = reader.recognise("chest pain and fever")
        assert all(0.5 < span.score < 1 for span in spans)
        assert len({span.score for span in spans}) == 2

    def test_a_fact_at_the_end_of_a_long_note_is_found(self, reader):
        text = "She has no pain today.\n" * 2000 + "She takes metformin"
        last = reader.recognise(text)[-1]
        assert (text[last.start : last.end], last.label, last.end) == ("metformin", "DRUG", len(text))

    def test_a_sentence_without_end_is_cut_and_put_together(self, reader):
        text = "and chest pain " * 700
        assert found(reader, text) == [("chest pain", "PROBLEM")] * 700

    def test_a_word_without_end_does_not_stop_it(self, reader):
        assert found(reader, "x" * 5000 + " fever") == [("fever", "PROBLEM")]

    def test_a_passage_gives_the_same_whatever_stands_around(self, reader):
        alone = reader.recognise("She has chest pain and fever")
        text = "No fever today.\n\n" * 40
        behind = reader.recognise(text + "She has chest pain and fever")[-2:]
        assert len(alone) == 2
        assert [(s.start + len(text), s.end + len(text), s.score) for s in alone] == [
            (s.start, s.end, s.score) for s in behind
        ]

    def test_version_names_folder_and_weights(self, reader, folder, tmp_path):
        name, digest = reader.version.split()
        assert (name, len(digest)) == ("tiny-ner", 12)
        weights = (copied(folder, tmp_path / "other") / "model.safetensors").read_bytes()
        (tmp_path / "other" / "model.safetensors").write_bytes(weights[:-1] + bytes([weights[-1] ^ 1]))
        other, other_digest = load_reader(tmp_path / "other").version.split()
        assert other == "other"
        assert other_digest != digest

    def test_a_vocabulary_without_tokenizer_json(self, folder, reader, tmp_path):
        target = copied(folder, tmp_path / "m")
        (target / "tokenizer.json").unlink()
        (target / "vocab.txt").write_text("\n".join(VOCABULARY), encoding="utf-8")
        assert found(load_reader(target), "Chest pain, pneumonia") == found(reader, "Chest pain, pneumonia")

    def test_pickled_weights_and_plain_labels(self, folder, tmp_path):
        torch, transformers = pytest.importorskip("torch"), pytest.importorskip("transformers")
        plain = {0: "O", 1: "Disease_disorder", 2: "Disease_disorder", 3: "Medication", 4: "Medication", 5: "Zodiac"}
        target = copied(folder, tmp_path / "plain", id2label=plain, label2id=None)
        model = transformers.BertForTokenClassification.from_pretrained(folder)
        (target / "model.safetensors").unlink()
        torch.save(model.state_dict(), target / "pytorch_model.bin")
        text = "chest pain\nfever takes metformin"
        assert found(load_reader(target), text) == [
            ("chest pain", "PROBLEM"),
            ("fever", "PROBLEM"),
            ("metformin", "DRUG"),
        ]


def test_a_line_end_that_is_a_subword_decides_no_word(monkeypatch):
    """A byte-level tokenizer keeps line ends ("Ċ") and takes a blank into the word behind it ("Ġ")."""
    pytest.importorskip("tokenizers")
    from tokenizers import Tokenizer
    from tokenizers.models import BPE
    from tokenizers.pre_tokenizers import ByteLevel

    from nlp_engine.text.ner.huggingface import HuggingFaceTagger

    vocabulary = {token: place for place, token in enumerate(sorted(ByteLevel.alphabet()))}
    tokenizer = Tokenizer(BPE(vocabulary, []))
    tokenizer.pre_tokenizer = ByteLevel(add_prefix_space=False)
    reader = HuggingFaceTagger(None, tokenizer, read_tags(["O", "LETTER", "BLANK", "LINE"]), "bytes")
    tag_of = {vocabulary["Ġ"]: 2, vocabulary["Ċ"]: 3, vocabulary["č"]: 3}
    monkeypatch.setattr(reader, "_probabilities", lambda ids: np.eye(4)[[tag_of.get(i, 1) for i in ids]])
    assert found(reader, "pain\r\nfever \U0001f637.") == [
        ("pain", "LETTER"),
        ("fever", "LETTER"),
        ("\U0001f637", "BLANK"),
        (".", "LETTER"),
    ]


class TestFaultsOfFolders:
    @pytest.mark.parametrize("name", ["gone/model", "./gone"])
    def test_no_folder(self, name):
        with pytest.raises(ModelError, match="is no model folder"):
            load_reader(name)

    def test_a_folder_without_config(self, tmp_path):
        with pytest.raises(ModelError, match=r"it has no config\.json"):
            load_reader(tmp_path)

    @pytest.mark.parametrize("kinds", [None, ["BertForMaskedLM"]])
    def test_another_kind_of_model(self, folder, tmp_path, kinds):
        with pytest.raises(ModelError, match="is not a token classification model"):
            load_reader(copied(folder, tmp_path / "m", architectures=kinds))

    def test_no_weights(self, folder, tmp_path):
        (copied(folder, tmp_path / "m") / "model.safetensors").unlink()
        with pytest.raises(ModelError, match="has no weights"):
            load_reader(tmp_path / "m")

    def test_damaged_weights(self, folder, tmp_path):
        (copied(folder, tmp_path / "m") / "model.safetensors").write_bytes(b"no weights")
        with pytest.raises(ModelError, match="its weights cannot be loaded"):
            load_reader(tmp_path / "m")

    def test_weights_without_a_head(self, folder, tmp_path):
        transformers = pytest.importorskip("transformers")
        target = copied(folder, tmp_path / "m")
        config = (target / "config.json").read_text()
        transformers.BertModel.from_pretrained(folder).save_pretrained(target)
        (target / "config.json").write_text(config)
        with pytest.raises(ModelError, match="its weights lack classifier"):
            load_reader(target)

    def test_no_tokenizer(self, folder, tmp_path):
        target = copied(folder, tmp_path / "m")
        for name in ("tokenizer.json", "tokenizer_config.json", "vocab.txt"):
            (target / name).unlink(missing_ok=True)
        with pytest.raises(ModelError, match="has no tokenizer"):
            load_reader(target)

    def test_a_damaged_tokenizer(self, folder, tmp_path):
        (copied(folder, tmp_path / "m") / "tokenizer.json").write_text("{}")
        with pytest.raises(ModelError, match="its tokenizer cannot be loaded"):
            load_reader(tmp_path / "m")

    def test_the_tokenizer_of_another_model(self, folder, tmp_path):
        target = copied(folder, tmp_path / "m")
        tokenizer = json.loads((target / "tokenizer.json").read_text())
        tokenizer["model"]["vocab"]["more"] = len(VOCABULARY)
        (target / "tokenizer.json").write_text(json.dumps(tokenizer))
        with pytest.raises(ModelError, match="not of one model"):
            load_reader(target)

    def test_too_few_positions(self, folder, tmp_path):
        with pytest.raises(ModelError, match="reads 64 sub-words at a time"):
            load_reader(copied(folder, tmp_path / "m", max_position_embeddings=64))

    @pytest.mark.parametrize("package", ["torch", "transformers"])
    def test_no_extra(self, folder, monkeypatch, package):
        monkeypatch.setitem(sys.modules, package, None)
        with pytest.raises(MissingExtraError, match='needs the extra "train"'):
            load_reader(folder)
