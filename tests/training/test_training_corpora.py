"""Readers of annotated corpora: offsets hold, overlaps are resolved, a missing file is named."""

import json

import pytest

from nlp_engine.errors import InputError
from nlp_engine.text.ner.labels import ASSERTION_LABELS, LABELS, MENTION_LABELS, load_labels
from nlp_engine.training.corpora import LabelledSpan, read_corpus

CORPORA = load_labels().corpora


def written(folder, name, content):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode())
    return path


def texts(document):
    return [(document.text[span.start : span.end], span.label) for span in document.spans]


def test_brat_keeps_line_ends_and_resolves_overlap(tmp_path):
    written(tmp_path, "maccrobat/train.txt", "7\n")
    written(tmp_path, "maccrobat/docs/7.txt", "A man\r\nwith left chest pain.")
    rows = ["T1\tSign_symptom 17 27\tchest pain", "T2\tBiological_structure 12 22\tleft chest", "T3\tAge 2 5\tman"]
    written(tmp_path, "maccrobat/docs/7.ann", "\n".join([*rows, "R1\tMODIFY Arg1:T1 Arg2:T2"]))
    (document,) = read_corpus(CORPORA["maccrobat"], tmp_path, "train")
    assert texts(document) in ([("chest pain", "PROBLEM")], [("left chest", "ANATOMY")])
    assert "\r\n" in document.text


def test_brat_hull_of_a_broken_span(tmp_path):
    written(tmp_path, "maccrobat/train.txt", "7\n")
    written(tmp_path, "maccrobat/docs/7.txt", "pain in the chest")
    written(tmp_path, "maccrobat/docs/7.ann", "T1\tSign_symptom 0 4;12 17\tpain chest\n")
    (document,) = read_corpus(CORPORA["maccrobat"], tmp_path, "train")
    assert document.spans == (LabelledSpan(0, 17, "PROBLEM"),)


def test_our_notes_are_layers_so_that_an_attribute_may_lie_in_a_mention(tmp_path):
    written(tmp_path, "annotated/test.txt", "n1\n")
    written(tmp_path, "annotated/docs/n1.txt", "severe left knee pain")
    rows = ["T1\tPROBLEM 0 21\tsevere left knee pain", "T2\tSEVERITY 0 6\tsevere", "T3\tBODY_LOCATION 7 16\tleft knee"]
    written(tmp_path, "annotated/docs/n1.ann", "\n".join([*rows, "A1\tPresence T1 absent"]))
    (mentions,), (attributes,), (presence,), (temporality,) = (
        read_corpus(CORPORA[name], tmp_path, "test")
        for name in ("clinical", "clinical_attributes", "clinical_presence", "clinical_temporality")
    )
    assert texts(mentions) == [("severe left knee pain", "PROBLEM")]
    assert texts(presence) == [("severe left knee pain", "ABSENT")]
    assert texts(temporality) == []
    assert texts(attributes) == [("severe", "SEVERITY"), ("left knee", "BODY_LOCATION")]


def test_our_notes_teach_every_label_once():
    layers = [set(CORPORA[name].labels) for name in ("clinical", "clinical_attributes")]
    assert layers == [MENTION_LABELS, LABELS - MENTION_LABELS]
    axes = [CORPORA[f"clinical_{axis}"].labels for axis in ("presence", "temporality", "experiencer")]
    defaults = {"PRESENT", "CURRENT", "PATIENT"}
    assert sorted(label for labels in axes for label in labels) == sorted(ASSERTION_LABELS - defaults)


def test_pubtator_passes_over_relations(tmp_path):
    title = "1|t|Naloxone for pain\n1|a|It helps.\n"
    rows = "1\t0\t8\tNaloxone\tChemical\tD009270\n1\t13\t17\tpain\tDisease\tD010146\n1\tCID\tD009270\tD010146\n"
    written(tmp_path, "bc5cdr/train.pubtator", title + rows + "\n")
    (document,) = read_corpus(CORPORA["bc5cdr"], tmp_path, "train")
    assert document.text == "Naloxone for pain It helps."
    assert texts(document) == [("Naloxone", "DRUG"), ("pain", "PROBLEM")]


def test_phee_reads_nested_arguments(tmp_path):
    event = {
        "Effect": {"text": [["rash"]], "start": [[8]]},
        "Treatment": {"Drug": {"text": [["aspirin"]], "start": [[19]]}, "text": [["aspirin"]], "start": [[19]]},
    }
    row = {"id": "1", "context": "He had a rash from aspirin.", "annotations": [{"events": [event]}]}
    row["context"] = "He had  rash after aspirin."
    written(tmp_path, "phee/train.json", json.dumps(row))
    (document,) = read_corpus(CORPORA["phee"], tmp_path, "train")
    assert texts(document) == [("rash", "PROBLEM"), ("aspirin", "DRUG")]


def test_missing_corpus_is_named(tmp_path):
    with pytest.raises(InputError, match=r"bc5cdr/train\.pubtator: the file does not exist"):
        read_corpus(CORPORA["bc5cdr"], tmp_path, "train")
