"""What holds for any record."""

from __future__ import annotations

from fusion_builders import NOW, STAGE, crp, day, image, potassium, said
from hypothesis import given
from hypothesis import strategies as st

from nlp_engine.assessment import EvidenceKind, Presence, Status, Temporality
from nlp_engine.record import Patient, PatientRecord

TIMES = st.sampled_from([None, day(2), day(9), NOW])
NOTES = st.builds(
    said,
    st.sampled_from(["pneumonia", "fever", "diabetes", "hyperkalemia", "cough", "pleural effusion"]),
    presence=st.sampled_from(list(Presence)),
    temporality=st.sampled_from(list(Temporality)),
    section=st.sampled_from([None, "assessment", "past_medical_history", "family_history"]),
    time=TIMES,
    score=st.floats(0.01, 1),
)
LABS = st.one_of(
    st.builds(potassium, st.sampled_from(["2.9", "4.2", "6.7"]), time=TIMES),
    st.builds(crp, st.sampled_from(["2", "220"]), time=TIMES),
)
IMAGES = st.builds(image, st.sampled_from(["pneumonia", "pleural_effusion"]), st.floats(0, 1), time=TIMES)
MANY = {"min_size": 0, "max_size": 5}


def run(notes, labs, images, as_of=NOW):
    numbered = [
        (
            note.model_copy(update={"id": f"n{number}"}),
            extraction.model_copy(update={"note_id": f"n{number}"}),
        )
        for number, (note, extraction) in enumerate(notes)
    ]
    record = PatientRecord(patient=Patient(id="p1"), notes=tuple(note for note, _ in numbered))
    return STAGE.fuse(record, [extraction for _, extraction in numbered], labs, images, as_of=as_of)


@given(st.lists(NOTES, **MANY), st.lists(LABS, **MANY), st.lists(IMAGES, **MANY), st.sampled_from([None, NOW]))
def test_findings_are_bounded_unique_ordered_and_evident(notes, labs, images, as_of):
    findings = run(notes, labs, images, as_of)
    assert len({finding.concept for finding in findings}) == len(findings)
    order = [Status.CONFLICTING, Status.PRESENT, Status.POSSIBLE, Status.ABSENT]
    places = [order.index(finding.status) for finding in findings]
    assert places == sorted(places)
    for finding in findings:
        assert 0 <= finding.confidence <= 1
        assert finding.supporting or finding.opposing
        if finding.status in {Status.PRESENT, Status.POSSIBLE}:
            assert finding.supporting
        if finding.status is Status.ABSENT:
            assert finding.opposing


@given(st.lists(NOTES, **MANY), st.lists(LABS, **MANY), st.lists(IMAGES, **MANY), st.randoms())
def test_the_order_of_the_input_does_not_matter(notes, labs, images, random):
    pairs = [(note.model_copy(update={"id": f"n{k}"}), x.model_copy(update={"note_id": f"n{k}"}))
             for k, (note, x) in enumerate(notes)]  # fmt: skip

    def fused():
        record = PatientRecord(patient=Patient(id="p1"), notes=tuple(note for note, _ in pairs))
        return STAGE.fuse(record, [x for _, x in pairs], labs, images, as_of=NOW)

    first = fused()
    for items in (pairs, labs, images):
        random.shuffle(items)
    assert fused() == first


def test_no_evidence_makes_no_finding():
    assert run([], [], []) == []


@given(st.floats(0.05, 1), st.floats(0.61, 1))
def test_an_agreeing_modality_raises_the_confidence(note_score, image_score):
    (alone,) = run([said("pneumonia", score=note_score)], [], [])
    (both,) = run([said("pneumonia", score=note_score)], [], [image("pneumonia", image_score)])
    assert both.confidence > alone.confidence
    assert len(both.missing) == len(alone.missing) - 1


@given(st.floats(0.05, 1), st.floats(0.05, 1))
def test_a_surer_mention_never_lowers_the_confidence(one, other):
    low, high = sorted([one, other])
    (weak,), (strong,) = run([said("cough", score=low)], [], []), run([said("cough", score=high)], [], [])
    assert weak.confidence <= strong.confidence


@given(st.floats(0.05, 1))
def test_a_disagreeing_modality_never_raises_the_confidence(score):
    (alone,) = run([said("pleural effusion", score=score)], [], [])
    (against,) = run([said("pleural effusion", score=score)], [], [image("pleural_effusion", 0.1)])
    assert against.status is Status.CONFLICTING
    assert EvidenceKind.IMAGE in alone.missing
    assert against.confidence <= 0.8
