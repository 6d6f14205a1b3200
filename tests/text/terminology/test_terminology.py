"""Codes of terminologies: the best one, alternatives, none where none is said; a user's own files."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp_engine.assessment import MentionLabel
from nlp_engine.errors import InputError, ModelError
from nlp_engine.text.terminology import TerminologyLinker
from nlp_engine.text.terminology.index import Index, Kind, Lists, Term
from nlp_engine.text.terminology.search import Search
from nlp_engine.text.terminology.user_files import read_terminology

ICD, HPO, MESH = (
    "http://hl7.org/fhir/sid/icd-10-cm",
    "http://human-phenotype-ontology.org",
    "https://www.nlm.nih.gov/mesh",
)


@pytest.fixture(scope="module")
def linker() -> TerminologyLinker:
    return TerminologyLinker.load()


def codes(linker, text, label=MentionLabel.PROBLEM):
    return {code.system: code.code for code in linker.codes(text, label)[0]}


@pytest.mark.parametrize(
    ("text", "system", "code"),
    [
        ("heart attack", HPO, "HP:0001658"),
        ("high blood pressure", ICD, "I10"),
        ("breast cancer", MESH, "D001943"),
        ("hyper tension", MESH, "D006973"),
        ("diabetis mellitus type II", MESH, "D003924"),
        ("Type 1 diabetes mellitus", ICD, "E10"),
        ("renal failure", MESH, "D051437"),
        ("right knee pain", ICD, "M25.561"),
        ("knee pain", ICD, "M25.56"),
        ("asthma", ICD, "J45"),
    ],
)
def test_other_words_and_slips_are_found_and_no_side_is_made_up(linker, text, system, code):
    assert codes(linker, text)[system] == code


@pytest.mark.parametrize(
    "text", ["fever of love", "xyzzy", "disease", "", "- / -", "hard", "v", "0" * 300, "no " * 100]
)
def test_what_is_no_name_has_no_code_in_icd(linker, text):
    assert ICD not in codes(linker, text)


def test_a_name_that_is_printed_with_its_place_or_cause_is_no_name_without_it(linker):
    assert codes(linker, "breast nodule")[ICD] == "N63"  # "Nodule(s) NOS in breast"
    for text in ("right upper lobe nodule", "nodule", "syphilis", "embolism"):
        assert ICD not in codes(linker, text)


def test_contraries_are_not_taken_for_slips(linker):
    found = codes(linker, "hypercalcaemia")
    assert found != codes(linker, "hypocalcaemia")
    assert codes(linker, "hyperkalaemiaa").get(ICD) != "E87.6"


def test_drugs_lead_to_their_ingredient_and_only_drugs(linker):
    assert codes(linker, "Lasix", MentionLabel.DRUG) == codes(linker, "furosemide", MentionLabel.DRUG)
    assert codes(linker, "hydroxyzin hydrochlorid xr", MentionLabel.DRUG).get(MESH) != "D006830"  # hydralazine
    assert linker.codes("furosemide", MentionLabel.ANATOMY) == ((), ())


def test_alternatives_come_with_the_likeliest_first_and_never_repeat_the_best(linker):
    best, others = linker.codes("right knee pain", MentionLabel.PROBLEM)
    scores = [code.score for code in others]
    assert scores == sorted(scores, reverse=True)
    assert others
    assert not {(code.system, code.code) for code in best} & {(code.system, code.code) for code in others}


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=250))
def test_any_text_can_be_looked_up(linker, text):
    best, _ = linker.codes(text, MentionLabel.PROBLEM)
    assert len({code.system for code in best}) == len(best)
    assert all(0 <= code.score <= 1 for code in best)


def test_index_survives_saving(tmp_path):
    terms = [
        Term("1", "Heart failure", (("Cardiac failure", Kind.EXACT), ("weak heart", Kind.LAY)), ("0",)),
        Term("2", "Éclat"),
    ]
    index = Index.build(terms, system="urn:x", version="3")
    index.save(tmp_path / "x.npz")
    read = Index.read(tmp_path / "x.npz")
    assert (read.system, read.version, read.codes, read.names) == ("urn:x", "3", index.codes, index.names)
    assert read.terms_of(["0", "1", "9"]) == [0, 0]
    assert np.array_equal(read.words_of.values, index.words_of.values)
    (first, *_) = Search(read).find("failure of the heart").names
    assert read.names[first] == "Heart failure"
    with pytest.raises(ModelError, match=r"y\.npz"):
        Index.read(tmp_path / "y.npz")


@given(st.lists(st.lists(st.integers(0, 20), max_size=6), max_size=12))
def test_lists_turn_around(lists):
    turned = Lists.of(lists).turned(21)
    for value in range(21):
        assert turned[value].tolist() == [owner for owner, values in enumerate(lists) for one in values if one == value]


CSV = 'code,name,system,synonyms\n22298006,Myocardial infarction,http://snomed.info/sct,"heart attack|MI, acute"\n'


def test_own_terminology_comes_first_as_csv_and_as_json_lines(tmp_path):
    table, lines = tmp_path / "own.csv", tmp_path / "own.jsonl"
    table.write_text(CSV, encoding="utf-8")
    row = {
        "code": 22298006,
        "name": "Myocardial infarction",
        "system": "http://snomed.info/sct",
        "synonyms": ["heart attack"],
    }
    lines.write_text(json.dumps(row) + "\n\n", encoding="utf-8")
    for path in (table, lines):
        first = TerminologyLinker.load([path]).codes("heart attacks", MentionLabel.PROBLEM)[0][0]
        assert (first.system, first.code) == ("http://snomed.info/sct", "22298006")


def test_label_says_which_mentions_get_a_code(tmp_path):
    path = tmp_path / "own.csv"
    path.write_text("code,name,system,label\n1,Zorblax,urn:x,DRUG\n", encoding="utf-8")
    own = TerminologyLinker.load([path])
    assert codes(own, "zorblax", MentionLabel.DRUG) == {"urn:x": "1"}
    assert "urn:x" not in codes(own, "zorblax")


def test_rxnorm_gives_ingredients_and_brands(tmp_path):
    path = tmp_path / "RXNCONSO.RRF"
    cells = [
        "4603",
        "ENG",
        "",
        "",
        "",
        "",
        "",
        "1",
        "",
        "4603",
        "",
        "RXNORM",
        "IN",
        "4603",
        "furosemide",
        "",
        "N",
        "",
        "",
    ]
    other = [*cells[:11], "SNOMEDCT_US", *cells[12:14], "zorblax", *cells[15:]]
    path.write_text("\n".join("|".join(row) for row in (cells, other)), encoding="utf-8")
    (found,) = read_terminology(path)
    assert (found.index.codes, found.index.names) == (["4603"], ["furosemide"])


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.csv", "code,nam,system\n", 'unknown column "nam", did you mean "name"'),
        ("a.csv", "code,name\n1,x\n", "lacks the column system"),
        ("a.csv", "code,name,system\n1,,urn:x\n", "a.csv, row 2: has an empty name"),
        ("a.csv", "code,name,system\n1,a,b,urn:x\n", "a.csv, row 2: has not as many cells"),
        ("a.csv", "code,name,system\n", "holds no terms"),
        ("a.csv", "code,name,system,label\n1,a,urn:x,DISEASE\n", "unknown label"),
        ("a.jsonl", "{", "a.jsonl, line 1: is not JSON"),
        ("a.jsonl", "[]", "line 1: is not a JSON object"),
        ("a.jsonl", '{"code": "1", "name": "a", "system": "u", "synonyms": "b"}', "no list of words"),
        ("a.rrf", "1|2\n", "no row of RXNCONSO"),
        ("a.txt", "", "no known kind"),
    ],
)
def test_a_file_that_does_not_fit_is_one_sentence(tmp_path, name, text, message):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message) as error:
        read_terminology(path)
    assert str(error.value).endswith(".")
    assert "\n" not in str(error.value)


def test_a_file_that_is_missing_or_not_utf8_is_one_sentence(tmp_path):
    with pytest.raises(InputError, match="does not exist"):
        read_terminology(tmp_path / "b.csv")
    (tmp_path / "c.csv").write_bytes(b"code,name,system\n1,caf\xe9,urn:x\n")
    with pytest.raises(InputError, match="not UTF-8"):
        read_terminology(tmp_path / "c.csv")
