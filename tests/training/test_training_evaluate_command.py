"""``nlp-engine evaluate ner`` on files and on folders of corpora, with the embedded model."""

import json

import pytest
from annotated_files import SPANS, TEXT, brat, pubtator, write_all

from nlp_engine import cli


@pytest.fixture
def evaluate(capfd):
    """Run the command in this process; return exit status, stdout and stderr."""

    def call(*arguments):
        with pytest.raises(SystemExit) as end:
            cli.main(["evaluate", "ner", *map(str, arguments)])
        out, err = capfd.readouterr()
        return end.value.code or 0, out, err

    return call


@pytest.fixture
def data(tmp_path):
    folder = tmp_path / "corpora" / "bc5cdr"
    folder.mkdir(parents=True)
    (folder / "dev.pubtator").write_text(pubtator(), encoding="utf-8")
    return tmp_path / "corpora"


@pytest.mark.parametrize("form", ["pubtator", "brat", "conll", "spacy"])
def test_files_of_every_format_are_scored_alike(evaluate, tmp_path, form):
    files = write_all(tmp_path)[form]
    status, out, err = evaluate("--format", form, "--labels", "bc5cdr", "--json", *files)
    assert (status, err) == (0, "")
    figures = json.loads(out)["bc5cdr"]
    assert (figures["PROBLEM"]["gold"], figures["DRUG"]["gold"]) == (2 * len(files), 2 * len(files))
    assert figures["all"]["f1"] == figures["all"]["relaxed_recall"] == 100


def test_a_border_error_counts_only_as_relaxed(evaluate, tmp_path):
    (tmp_path / "a.pubtator").write_text(pubtator([(0, 12, "DRUG"), *SPANS[1:]]), encoding="utf-8")
    _, out, _ = evaluate("--format", "pubtator", "--labels", "bc5cdr", "--json", tmp_path / "a.pubtator")
    drug = json.loads(out)["bc5cdr"]["DRUG"]
    assert (drug["precision"], drug["recall"], drug["f1"]) == (50, 50, 50)
    assert (drug["relaxed_precision"], drug["relaxed_recall"], drug["relaxed_f1"]) == (100, 100, 100)


def test_the_table_and_what_was_ignored(evaluate, tmp_path):
    spans = [*SPANS, (32, 39, "Sex"), (32, 35, "Age"), (9, 12, "Age"), (45, 49, "Disease")]
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8", newline="")
    (tmp_path / "a.ann").write_text(brat(spans), encoding="utf-8")
    status, out, err = evaluate("--format", "brat", "--labels", "bc5cdr", tmp_path)
    rows = {line.split()[1]: line.split()[2:] for line in out.splitlines() if line.startswith("bc5cdr")}
    assert status == 0
    assert rows["all"] == ["4", "4", *["100.0"] * 6]
    assert set(rows) == {"all", "DRUG", "PROBLEM"}
    assert err.splitlines() == [
        "ignored spans, of types that bc5cdr does not use: 2 Age, 1 Sex",
        "ignored spans that overlap a longer one: 1",
    ]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--format", "pubtatr", "--labels", "bc5cdr"), 'did you mean "pubtator"?'),
        (("--format", "pubtator", "--labels", "bc5cd"), 'did you mean "bc5cdr"?'),
        (("--format", "pubtator"), "files need --format and --labels"),
        (("--format", "pubtator", "--labels", "bc5cdr", "--part", "test"), "--corpus and --part go with --data"),
        (("--format", "pubtator", "--labels", "bc5cdr", "--data", "."), "needs either files or --data"),
        (("--format", "pubtator", "--labels", "bc5cdr", "--model", "gone"), "config.json cannot be read"),
        (("--format", "pubtator", "--labels", "ncbi"), "1 Gene, none of which is a type of ncbi"),
    ],
)
def test_wrong_use_is_one_sentence(evaluate, tmp_path, options, sentence):
    (tmp_path / "a.pubtator").write_text(pubtator([(0, 8, "Gene")]), encoding="utf-8")
    status, out, err = evaluate(*options, tmp_path / "a.pubtator")
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert sentence in err


def test_a_model_without_the_head_is_told_what_it_has(evaluate, data, tmp_path):
    (tmp_path / "model").mkdir()
    heads = [{"name": "bc5cdr", "labels": ["DRUG", "PROBLEM"], "offset": 0}]
    (tmp_path / "model" / "config.json").write_text(json.dumps({"version": "0", "heads": heads}))
    for options in (("--data", data, "--corpus", "ncbi"), ("--format", "pubtator", "--labels", "ncbi", data)):
        status, out, err = evaluate("--model", tmp_path / "model", *options)
        assert (status, out, err.count("\n")) == (2, "", 1)
        assert "this model has no head for it; the model has bc5cdr" in err


def test_a_file_without_annotation(evaluate, tmp_path):
    (tmp_path / "a.pubtator").write_text(pubtator([]), encoding="utf-8")
    status, _, err = evaluate("--format", "pubtator", "--labels", "bc5cdr", tmp_path / "a.pubtator")
    assert (status, err.startswith("a.pubtator: no span is annotated")) == (2, True)


def test_a_folder_of_corpora_is_measured_where_there_are_heads_and_files(evaluate, data, tmp_path):
    (data / "maccrobat").mkdir()
    (tmp_path / "empty").mkdir()
    status, out, err = evaluate("--data", tmp_path / "empty", "--data", data, "--json")
    assert (status, err, list(json.loads(out))) == (0, "", ["bc5cdr"])


def test_the_first_folder_that_has_a_corpus_is_read(evaluate, data, tmp_path):
    other = tmp_path / "other" / "bc5cdr"
    other.mkdir(parents=True)
    (other / "dev.pubtator").write_text(pubtator(SPANS[:1]), encoding="utf-8")
    _, out, _ = evaluate("--data", other.parent, "--data", data, "--json")
    assert json.loads(out)["bc5cdr"]["all"]["gold"] == 1


def test_the_test_part_is_for_corpora_that_have_one(evaluate, data):
    status, _, err = evaluate("--data", data, "--part", "test", "--corpus", "bc5cdr")
    assert (status, err.startswith("bc5cdr/: has no test part")) == (2, True)
    (data / "bc5cdr" / "test.pubtator").write_text(pubtator(SPANS[:2]), encoding="utf-8")
    status, out, _ = evaluate("--data", data, "--part", "test", "--json")
    assert (status, json.loads(out)["bc5cdr"]["all"]["gold"]) == (0, 2)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--corpus", "clinicle"), 'did you mean "clinical"?'),
        (("--corpus", "phee"), "phee/: the folder does not exist"),
        (("--labels", "phee"), "--format and --labels go with files"),
        ((), "no corpus of the model has a dev part there"),
    ],
)
def test_wrong_use_with_folders_is_one_sentence(evaluate, tmp_path, options, sentence):
    status, out, err = evaluate("--data", tmp_path, *options)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert sentence in err
