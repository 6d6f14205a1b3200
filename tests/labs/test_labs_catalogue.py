"""The files of rules/labs: what is wrong with them is said when they are loaded."""

import shutil

import pytest

from nlp_engine.errors import KnowledgeError
from nlp_engine.knowledge import resource
from nlp_engine.labs import LabStage
from nlp_engine.text.measurements.analytes import Analytes

FILE = """
schema_version: 1
about: test
sources:
  book: {{label: "A textbook", year: 2020}}
conversion_source: book
analytes:
  - id: {id}
    code: {code}
    name: {name}
    plain: rubidium, a metal in the blood
    unit: ug/dL
    places: 0
    plausible: {{low: 0, high: 5000}}
    {more}
"""


def folder(tmp_path, **change):
    root = tmp_path / "labs"
    shutil.copytree(resource("rules") / "labs", root)
    text = FILE.format(**({"id": "rubidium", "code": "5708-3", "name": "Rubidium", "more": ""} | change))
    (root / "test.yaml").write_text(text, encoding="utf-8")
    return root


def test_a_new_analyte_needs_no_python(tmp_path):
    assert LabStage.load(folder(tmp_path)) is not None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"more": "synonims: [rb]"}, 'unknown key "analytes.0.synonims", did you mean "synonyms"?'),
        ({"more": "units: {mg/dL: {factor: 1000, source: bok}}"}, "no such source: bok"),
        ({"code": "2160-0"}, "the code 2160-0 stands at creatinine and rubidium"),
        ({"name": "Potassium", "more": "units: {mmol/L: 1}"}, 'the name "potassium" stands at potassium and rubidium'),
        ({"id": "Rubidium!"}, "analytes.0.id"),
        ({"code": "rubidium"}, "analytes.0.code"),
    ],
)
def test_a_broken_file_is_refused_when_loaded(tmp_path, change, words):
    with pytest.raises(KnowledgeError) as caught:
        LabStage.load(folder(tmp_path, **change))
    assert words in str(caught.value)


def test_a_spelling_with_two_meanings_is_refused(tmp_path):
    root = folder(tmp_path)
    units = root / "units.yaml"
    units.write_text(units.read_text(encoding="utf-8") + "  x/L: [MG/L]\n", encoding="utf-8")
    with pytest.raises(KnowledgeError, match="stands for mg/L and x/L"):
        LabStage.load(root)


def test_notes_are_searched_only_for_the_analytes_of_the_common_files():
    in_notes = Analytes.load().by_id
    assert {"potassium", "heart_rate", "urine_sodium"} <= in_notes.keys()
    assert in_notes.keys().isdisjoint({"igg", "csf_glucose", "urine_glucose_strip"})


def test_a_molar_mass_needs_its_source(tmp_path):
    with pytest.raises(KnowledgeError, match=r"no such source: \(none: rubidium molar_mass\)"):
        LabStage.load(folder(tmp_path, more="molar_mass: 85.468"))


def test_a_specimen_word_with_two_meanings_is_refused(tmp_path):
    root = folder(tmp_path)
    words = root / "specimens.yaml"
    words.write_text(words.read_text(encoding="utf-8") + "  tears:\n    words: [stool]\n", encoding="utf-8")
    with pytest.raises(KnowledgeError, match='"stool" stands for stool and tears'):
        LabStage.load(root)
