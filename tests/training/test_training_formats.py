"""Files of any format: what is read, what is passed over, and what is refused with file and line."""

import json

import pytest
from annotated_files import ABSTRACT, SPANS, TEXT, TITLE, brat, conll, pubtator, write_all

from nlp_engine.errors import InputError
from nlp_engine.text.ner.labels import load_labels
from nlp_engine.training.corpora import LabelledSpan, LeftOut, labelled, read_files

EXPECTED = [(TEXT[a:b], kind) for a, b, kind in SPANS]


def read(form, *paths):
    return [
        (document.text[span.start : span.end], span.label)
        for document in read_files(form, paths)
        for span in document.spans
    ]


@pytest.fixture
def written(tmp_path):
    def write(name, content):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


@pytest.mark.parametrize("form", ["pubtator", "brat", "conll", "spacy"])
def test_every_format_gives_the_same_spans(form, tmp_path):
    for path in write_all(tmp_path)[form]:
        assert read(form, path) == EXPECTED


def test_pubtator_with_windows_line_ends_ids_blank_lines_and_a_mark(written):
    content = "\ufeff7\r\n" + pubtator(end="\r\n") + "  \r\n\r\n" + pubtator(end="\r\n").strip() + "\r\n" * 4
    path = written("a.pubtator", content)
    assert [document.text for document in read_files("pubtator", [path])] == [f"{TITLE} {ABSTRACT}"] * 2
    assert read("pubtator", path) == EXPECTED * 2


def test_pubtator_needs_no_blank_line_between_abstracts(written):
    path = written(
        "a.pubtator", "1|t|Pain\n1|a|\n1\t0\t4\tPain\tDisease\n2|t|Rash\n2|a|Gone.\n2\t0\t4\tRash\tDisease\n"
    )
    assert read("pubtator", path) == [("Pain", "Disease"), ("Rash", "Disease")]


def test_pubtator_composite_is_one_span_and_relations_and_parts_are_none(written):
    rows = [
        "1\t0\t23\tcardiac or renal injury\tDisease\tD1|D2\tcardiac injury|renal injury",
        "1\t0,17\t7,23\tcardiac injury\tDisease\tD1",
        "1\tCID\tD1\tD2",
    ]
    path = written("a.pubtator", "\n".join(["1|t|cardiac or renal injury", "1|a|", *rows]))
    assert read("pubtator", path) == [("cardiac or renal injury", "Disease")]


@pytest.mark.parametrize("scheme", ["BIO", "IOB1", "BIOES"])
@pytest.mark.parametrize("blank", [" ", "\t"])
def test_conll_schemes_and_columns(written, scheme, blank):
    path = written("a.conll", conll(scheme=scheme, blank=blank).replace("\n", "\r\n"))
    assert read("conll", path) == EXPECTED
    (document,) = read_files("conll", [path])
    assert document.text.startswith("Naloxone was given for pain .\nThe patient")


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ("B-P I-P O", ["a b"]),
        ("B-P B-P I-P", ["a", "b c"]),
        ("I-P I-P B-P", ["a b", "c"]),
        ("I-P I-D O", ["a", "b"]),
        ("B-P I-P E-P", ["a b c"]),
        ("S-P S-P O", ["a", "b"]),
        ("B-P E-P I-P", ["a b", "c"]),
        ("B-P L-P U-P", ["a b", "c"]),
        ("O E-P I-P", ["b", "c"]),
    ],
)
def test_conll_borders(written, tags, expected):
    rows = "\n".join(f"{word} {tag}" for word, tag in zip("abc", tags.split(), strict=True))
    assert [text for text, _ in read("conll", written("a.conll", rows))] == expected


def test_conll_span_ends_with_the_sentence_and_documents_with_docstart(written):
    path = written("a.txt", "pain B-P\n\nworse I-P\n-DOCSTART- O\nrash B-P\n")
    assert read("conll", path) == [("pain", "P"), ("worse", "P"), ("rash", "P")]
    assert len(list(read_files("conll", [path]))) == 2


@pytest.mark.parametrize("key", ["entities", "spans"])
@pytest.mark.parametrize("entity", [[0, 8, "DRUG"], {"start": 0, "end": 8, "label": "DRUG", "token_start": 0}])
def test_json_lines_forms(written, key, entity):
    path = written("a.jsonl", json.dumps({"text": TEXT, key: [entity], "meta": {}}) + "\n\n")
    assert read("spacy", path) == [("Naloxone", "DRUG")]


def test_brat_folder_texts_and_other_rows(written, tmp_path):
    written("a.txt", TEXT)
    ann = written("a.ann", brat() + "R1\tx Arg1:T1 Arg2:T2\nA1\tNegated T1\n#1\tAnnotatorNotes T1\tx\n*\tEquiv T1 T2\n")
    assert read("brat", tmp_path) == read("brat", ann, tmp_path / "a.txt") == EXPECTED


def test_types_of_the_corpus_and_our_labels_are_understood_and_others_counted(written):
    spans = [(0, 8, "CHEMICAL"), (23, 27, "PROBLEM"), (45, 51, "Gene"), (58, 65, "Gene")]
    left_out = LeftOut()
    raw = read_files("pubtator", [written("a.pubtator", pubtator(spans))])
    (document,) = labelled(raw, load_labels().corpora["bc5cdr"].label_of, left_out)
    assert document.spans == (LabelledSpan(0, 8, "DRUG"), LabelledSpan(23, 27, "PROBLEM"))
    assert left_out.types_shown() == "2 Gene"


def test_what_does_not_look_like_a_type_is_not_quoted(written):
    left_out = LeftOut()
    raw = read_files("pubtator", [written("a.pubtator", pubtator([(0, 8, "John Smith, 12 Hill Road")]))])
    list(labelled(raw, load_labels().corpora["bc5cdr"].label_of, left_out))
    assert left_out.types_shown() == "1 of another type"


BROKEN = [
    ("pubtator", "x.pubtator", pubtator([(1, 8, "Disease")]).replace("\taloxone", "\tNaloxone"), "line 3: the offsets"),
    ("pubtator", "x.pubtator", pubtator().replace("58\t65", "58\t650"), "line 6: the offsets do not fit"),
    ("pubtator", "x.pubtator", pubtator().replace("\tChemical", "", 1).replace("\tD1", "", 1), "line 3: the row is"),
    ("pubtator", "x.pubtator", "secret words\n", "line 1: the row is broken"),
    ("pubtator", "x.pubtator", pubtator() + "8\t0\t8\tNaloxone\tChemical\tD1\n", "line 8: the row is broken"),
    ("brat", "x.ann", "T1\tDisease 0 8\tsecret\n", "line 1: the offsets do not fit"),
    ("brat", "x.ann", "\nT1\tDisease\tsecret\n", "line 2: the row is broken"),
    ("brat", "x.ann", "T1\tDisease 5 3\tsecret\n", "line 1: the offsets do not fit"),
    ("conll", "x.conll", "secret O\nsecret\n", "line 2: the row is broken"),
    ("conll", "x.conll", "secret O\nsecret Disease\n", "line 2: the row is broken"),
    ("spacy", "x.jsonl", '{"text": "secret", "entities": []}\n{"text": "secret"', "line 2: the row is broken"),
    ("spacy", "x.jsonl", '{"text": "secret", "entities": [[0, "6", "DRUG"]]}', "line 1: the row is broken"),
    ("spacy", "x.jsonl", '{"text": "secret", "entities": [[0, 7, "DRUG"]]}', "line 1: the offsets do not fit"),
    ("spacy", "x.jsonl", '["secret"]', "line 1: the row is broken"),
    ("spacy", "x.spacy", "secret", "is not a DocBin"),
    *[(form, name, " \n", "the file is empty") for form, name in [("pubtator", "x"), ("conll", "x"), ("spacy", "x")]],
    *[(form, "x.gone", None, "the file does not exist") for form in ("pubtator", "conll", "brat", "spacy")],
    ("spacy", "gone.spacy", None, "the file does not exist"),
    ("conll", "x.conll", b"caf\xe9 O\n", "is not UTF-8"),
]


@pytest.mark.parametrize(("form", "name", "content", "sentence"), BROKEN)
def test_what_is_wrong_is_said_with_file_and_line_and_without_the_text(
    written, tmp_path, form, name, content, sentence
):
    path = tmp_path / name if content is None else written(name, content)
    written("x.txt", TEXT)
    with pytest.raises(InputError, match=sentence) as error:
        read(form, path)
    assert name in str(error.value)
    assert "secret" not in str(error.value)
    assert "\n" not in str(error.value)


def test_brat_without_its_text(written):
    with pytest.raises(InputError, match=r"lonely\.ann: has no lonely\.txt beside it"):
        read("brat", written("lonely.ann", brat()))
