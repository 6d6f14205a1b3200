"""Drugs that were taken once, findings of several concepts, and empty cells."""

import pytest
from decision_builders import NOW, drug, extracted, finding, hours_ago, mentioned, note, record, said
from test_decision_facts import LATEST, fact

from nlp_engine.assessment import Temporality
from nlp_engine.labs import LabStage
from nlp_engine.record import Observation

NSAID = {"from": "takes", "class": "nsaid", "max_age": "30d"}


@pytest.mark.parametrize(
    "text",
    [
        "He has tried Tylenol and ibuprofen without significant relief.",
        "She used to take ibuprofen.",
        "He reports taking some Tylenol, ibuprofen, and using ice.",
        "Previously on ibuprofen.",
    ],
)
def test_a_drug_that_was_tried_once_is_no_answer_for_today(text):
    of = record(notes=[note(text)])
    assert fact(NSAID, of=of, extractions=[extracted(of.notes[0], mentioned(of.notes[0], "ibuprofen"))]).value is None


@pytest.mark.parametrize(
    "text",
    [
        "He takes ibuprofen.",
        "He tried Tylenol. Now on ibuprofen daily.",
        "She has tried Tylenol and now takes ibuprofen.",
        "She tried Tylenol but continues ibuprofen.",
    ],
)
def test_a_drug_after_one_that_was_tried_is_taken(text):
    of = record(notes=[note(text)])
    assert fact(NSAID, of=of, extractions=[extracted(of.notes[0], mentioned(of.notes[0], "ibuprofen"))]).value is True


def test_a_drug_of_the_past_does_not_count_beside_one_of_the_table():
    text = note("Ibuprofen last year.")
    past = mentioned(text, "Ibuprofen", temporality=Temporality.HISTORICAL)
    of = record(notes=[text], medications=[drug("meloxicam")])
    found = fact(NSAID, of=of, extractions=[extracted(text, past)])
    assert (found.value, found.words) == (True, "meloxicam")


GROUP = {"from": "finding", "concept": ["infection", "cellulitis", "abscess"], "max_age": "7d"}


def test_of_several_concepts_the_strongest_answer_counts():
    found = [
        finding("infection", "absent", opposing=[said("absent")]),
        finding("cellulitis", "possible", supporting=[said("possible", words="maybe")]),
        finding("abscess", "present", supporting=[said("present", words="abscess")]),
    ]
    group = fact(GROUP, findings=found)
    assert (group.value, group.words) == ("present", "cellulitis: possible, abscess: present")
    assert [e.statement for e in group.evidence] == ["maybe", "abscess"]


def test_several_concepts_are_absent_only_if_all_are():
    one = [finding("infection", "absent", opposing=[said("absent")])]
    rest = [finding(name, "absent", opposing=[said("absent")]) for name in ("cellulitis", "abscess")]
    assert fact(GROUP, findings=one).value is None
    assert fact(GROUP, findings=one + rest).value == "absent"
    assert fact(GROUP).value is None


@pytest.mark.parametrize("section", ["procedure", "anesthesia", "allergies"])
def test_a_drug_that_was_given_for_a_procedure_is_not_one_that_is_taken(section):
    of = record(notes=[note("Fentanyl 100 mcg and ketorolac 30 mg were given.")])
    given = mentioned(of.notes[0], "ketorolac", section=section)
    assert fact(NSAID, of=of, extractions=[extracted(of.notes[0], given)]).value is None


def test_an_empty_cell_is_told_as_a_missing_value():
    row = Observation(id="o1", name="Potassium", value="", unit="mmol/L", time=hours_ago(2))
    of = record().model_copy(update={"observations": (row,)})
    latest = fact(LATEST, of=of, lab_results=LabStage.load().results(of, as_of=NOW))
    assert (latest.value, latest.problem, latest.unusable) == (None, "the value is missing", True)
    assert latest.evidence[0].statement == "Potassium: no value"
