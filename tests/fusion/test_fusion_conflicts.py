"""Where modalities disagree."""

from __future__ import annotations

from fusion_builders import STAGE, absent, creatinine, crp, day, fuse, image, potassium, said, temperature

from nlp_engine.assessment import Experiencer, MentionLabel, Presence, Status
from nlp_engine.record import Patient, PatientRecord


def test_the_note_denies_what_the_image_and_the_laboratory_show():
    finding = fuse(absent("pneumonia"), labs=(crp("220"),), images=(image("pneumonia", 0.93),))["pneumonia"]
    assert finding.status is Status.CONFLICTING
    assert [e.method for e in finding.supporting] == ["test-net", "lab table"]
    assert finding.opposing[0].statement == "pneumonia"


def test_normal_kidneys_in_the_note_against_creatinine():
    note = said("renal function", before="She has normal ", label=MentionLabel.TEST)
    finding = fuse(note, labs=(creatinine("3.1"),))["kidney_impairment"]
    assert finding.status is Status.CONFLICTING
    assert finding.supporting[0].statement == "creatinine 3.1 mg/dL (high; interval 0.7-1.3)"
    assert finding.opposing[0].statement == "normal renal function"


def test_family_history_against_an_image_is_no_conflict():
    family = said("pneumonia", presence=Presence.ABSENT, experiencer=Experiencer.FAMILY)
    assert fuse(family, images=(image("pneumonia", 0.93),))["pneumonia"].status is Status.PRESENT


def test_possible_in_the_note_and_a_defining_result_is_present():
    finding = fuse(said("hyperkalemia", presence=Presence.POSSIBLE), labs=(potassium("6.7"),))["hyperkalemia"]
    assert finding.status is Status.PRESENT


def test_possible_in_the_note_and_absent_in_the_image_stays_possible():
    finding = fuse(said("pneumonia", presence=Presence.POSSIBLE), images=(image("pneumonia", 0.1),))["pneumonia"]
    assert finding.status is Status.POSSIBLE
    assert finding.opposing


def test_an_old_statement_is_overtaken_and_no_conflict():
    note = said("renal function", before="normal ", label=MentionLabel.TEST, time=day(1))
    finding = fuse(note, labs=(creatinine("3.1", time=day(10)),))["kidney_impairment"]
    assert finding.status is Status.PRESENT
    assert finding.opposing


def test_a_newer_note_does_not_undo_a_measurement():
    note = said("renal function", before="normal ", label=MentionLabel.TEST, time=day(10))
    finding = fuse(note, labs=(creatinine("3.1", time=day(1)),))["kidney_impairment"]
    assert finding.status is Status.CONFLICTING


def test_a_newer_note_overtakes_an_old_image():
    finding = fuse(absent("pneumonia", time=day(10)), images=(image("pneumonia", 0.93, time=day(1)),))["pneumonia"]
    assert finding.status is Status.ABSENT
    assert finding.supporting


def test_a_note_before_the_recovery_is_a_course_and_no_conflict():
    labs = (potassium("6.7", time=day(8)), potassium("4.2", time=day(9, 6)))
    assert fuse(said("hyperkalemia", time=day(8)), labs=labs)["hyperkalemia"].status is Status.ABSENT


def test_a_note_on_the_day_of_the_recovery_leaves_it_possible():
    labs = (potassium("6.7", time=day(8)), potassium("4.2", time=day(9, 6)))
    assert fuse(said("hyperkalemia", time=day(9)), labs=labs)["hyperkalemia"].status is Status.POSSIBLE


def test_a_note_against_a_result_that_was_never_abnormal_conflicts():
    finding = fuse(said("hyperkalemia"), labs=(potassium("4.2"),))["hyperkalemia"]
    assert finding.status is Status.CONFLICTING


def test_no_fever_against_a_high_temperature_conflicts():
    assert fuse(absent("fever"), labs=(temperature("39.4"),))["fever"].status is Status.CONFLICTING


def test_a_high_crp_against_a_note_that_denies_pneumonia_is_no_conflict():
    finding = fuse(absent("pneumonia"), labs=(crp("220"),))["pneumonia"]
    assert finding.status is Status.ABSENT
    assert finding.supporting == ()


def test_conflicts_come_first():
    note, extraction = absent("pneumonia")
    record = PatientRecord(patient=Patient(id="p1"), notes=(note,))
    found = STAGE.fuse(record, [extraction], [potassium("6.7")], [image("pneumonia", 0.93)], as_of=None)
    assert [finding.concept for finding in found][:2] == ["pneumonia", "hyperkalemia"]
