"""Each kind of fact: its value, its evidence, and when it is unknown."""

from decimal import Decimal

import pytest
from decision_builders import (
    CREATININE,
    EAST,
    NOW,
    POTASSIUM,
    UTC,
    drug,
    extracted,
    fact,
    finding,
    hours_ago,
    mentioned,
    note,
    record,
    result,
    said,
    seen,
)
from pydantic import TypeAdapter

from nlp_engine.assessment import NOT_PLAUSIBLE, Experiencer, Flag, Presence, Temporality
from nlp_engine.decisions.facts import AnyFact
from nlp_engine.decisions.values import Range
from nlp_engine.labs import LabStage
from nlp_engine.record import Observation, Patient, PatientRecord

LATEST = {"from": "latest", "code": POTASSIUM, "unit": "mmol/L", "max_age": "48h"}


def test_latest_takes_the_newest_number_with_its_evidence():
    rows = [
        result(POTASSIUM, "4.1", 30),
        result(POTASSIUM, "6.0", 2, source="labs.csv row 7"),
        result(POTASSIUM, "5.0", 3),
    ]
    latest = fact(LATEST, lab_results=rows)
    assert latest.value == Decimal("6.0")
    assert [(e.statement, e.source, e.time) for e in latest.evidence] == [
        ("analyte 6.0 mmol/L", "labs.csv row 7", hours_ago(2))
    ]


@pytest.mark.parametrize(
    ("rows", "value", "problem"),
    [
        ([], None, ""),
        ([result(POTASSIUM, 6, 48)], 6, ""),
        ([result(POTASSIUM, 6, 48.01)], None, ""),
        ([result(POTASSIUM, 6, -1)], None, ""),
        ([result(POTASSIUM, 4, 5), result(POTASSIUM, 9, -1)], 4, ""),
        ([result(POTASSIUM, 6, 2, unit="mg/dL")], None, "not in mmol/L"),
        ([result(POTASSIUM, 6, 2, unit=None)], None, "not in mmol/L"),
        ([result(POTASSIUM, 4, 5), result(POTASSIUM, 17, 2, unit="mg/dL")], None, "not in mmol/L"),
        ([result(POTASSIUM, None, 2)], None, "not a number"),
        ([result(POTASSIUM, None, 2), result(POTASSIUM, 5, 3)], 5, ""),
        ([result(POTASSIUM, 6, None)], 6, ""),
        ([result(POTASSIUM, 6, None), result(POTASSIUM, 4, 2)], 4, ""),
        ([result(POTASSIUM, 6, None), result(POTASSIUM, 4, None)], Range(Decimal(4), Decimal(6)), "without a time"),
        ([result(POTASSIUM, 7, 2), result(POTASSIUM, 4, 2)], Range(Decimal(4), Decimal(7)), "at one time"),
        ([result(POTASSIUM, 4, 2), result(POTASSIUM, 7, 2)], Range(Decimal(4), Decimal(7)), "at one time"),
        ([result(POTASSIUM, 6, 2), result(POTASSIUM, 6, 2)], 6, ""),
        ([result(POTASSIUM, 6, None), result(POTASSIUM, 4, 400)], None, ""),
        ([result("1-1", 6, 2)], None, ""),
    ],
)
def test_latest_is_unknown_rather_than_wrong(rows, value, problem):
    latest = fact(LATEST, lab_results=rows)
    assert latest.value == value
    assert problem in latest.problem
    assert latest.unusable is bool(problem)


def test_a_number_that_no_patient_has_is_unusable():
    odd = result(POTASSIUM, 41, 1, remarks=("not plausible for Potassium; please check",))
    assert fact(LATEST, lab_results=[result(POTASSIUM, 4, 3), odd]).problem == "the result is not plausible"
    odd = result(CREATININE, 90, 1, remarks=("not plausible for Creatinine; please check",))
    assert fact(RISE, lab_results=[result(CREATININE, "1.0", 20), odd]).value is None


def test_the_laboratory_room_says_not_plausible_in_these_words():
    row = Observation(id="o1", name="Potassium", value="41", unit="mmol/L", time=NOW)
    (odd,) = LabStage.load().results(PatientRecord(patient=Patient(id="p"), observations=(row,)), as_of=NOW)
    assert any(remark.startswith(NOT_PLAUSIBLE) for remark in odd.remarks)


def test_latest_of_a_result_beyond_the_assay_is_a_range():
    assert fact(LATEST, lab_results=[result(POTASSIUM, 8, 1, comparator=">")]).value == Range(
        low=Decimal(8), low_open=True
    )


def test_naive_and_aware_times_mix():
    rows = [result(POTASSIUM, 4, time=hours_ago(3, zone=EAST)), result(POTASSIUM, 6, 2)]
    assert fact(LATEST, lab_results=rows, as_of=NOW.replace(tzinfo=UTC)).value == 6
    rows = [result(POTASSIUM, 4, 3), result(POTASSIUM, 6, time=hours_ago(2, zone=EAST))]
    assert fact(LATEST, lab_results=rows).value == 6


RISE = {"from": "max_rise", "code": CREATININE, "unit": "mg/dL", "window": "48h", "places": 2}


def test_max_rise_of_exactly_the_limit_with_both_results_as_evidence():
    rise = fact(RISE, lab_results=[result(CREATININE, "1.1", 40), result(CREATININE, "1.4", 1)])
    assert rise.value == Decimal("0.30")
    assert [e.statement for e in rise.evidence] == ["analyte 1.1 mg/dL", "analyte 1.4 mg/dL"]


@pytest.mark.parametrize(
    ("rows", "value", "unusable"),
    [
        ([("1.0", 50), ("1.4", 1)], None, False),
        ([("1.0", 48), ("1.4", 1)], Decimal("0.40"), False),
        ([("1.0", 20), ("1.8", -5)], None, False),
        ([("1.4", 20), ("1.0", 1)], Decimal("-0.40"), False),
        ([("1.0", None), ("1.4", 1)], None, False),
        ([], None, False),
    ],
)
def test_windows_count_back_from_as_of(rows, value, unusable):
    rise = fact(RISE, lab_results=[result(CREATININE, v, h) for v, h in rows])
    assert (rise.value, rise.unusable) == (value, unusable)


def test_a_wrong_unit_in_the_window_makes_a_change_unknown():
    rows = [result(CREATININE, "1.0", 20), result(CREATININE, 90, 1, unit="umol/L")]
    rise = fact(RISE, lab_results=rows)
    assert rise.value is None
    assert rise.unusable


def test_a_range_does_not_count_as_a_change():
    rows = [result(CREATININE, "1.0", 20), result(CREATININE, 15, 1, comparator=">")]
    assert fact(RISE, lab_results=rows).value is None


def test_a_rise_that_ended_some_days_ago_is_seen_within_its_age():
    rows = [result(CREATININE, "1.0", 24 * 4), result(CREATININE, "1.6", 24 * 3), result(CREATININE, "1.5", 24 * 2)]
    assert fact(RISE, lab_results=rows).value is None
    assert fact(RISE | {"max_age": "4d"}, lab_results=rows).value == Decimal("0.60")
    assert fact(RISE | {"max_age": "2d"}, lab_results=rows).value == Decimal("0.50")
    slow = [result(CREATININE, "1.0", 24 * 4), result(CREATININE, "1.6", 24)]
    assert fact(RISE | {"max_age": "4d"}, lab_results=slow).value is None


def test_max_fall():
    spec = RISE | {"from": "max_fall", "places": 1}
    assert fact(spec, lab_results=[result(CREATININE, "9.9", 20), result(CREATININE, "7.9", 1)]).value == 2


RATIO = {"from": "ratio_to_baseline", "code": CREATININE, "unit": "mg/dL", "window": "7d", "places": 2}


def test_ratio_to_the_lowest_of_the_window():
    rows = [result(CREATININE, v, h) for v, h in [("0.5", 24 * 8), ("1.2", 140), ("1.0", 100), ("1.5", 2)]]
    assert fact(RATIO, lab_results=rows).value == Decimal("1.50")


def test_ratio_to_the_median_of_older_results():
    spec = RATIO | {"baseline": "median", "baseline_window": "365d"}
    old = [result(CREATININE, v, 24 * d) for v, d in [("9.0", 400), ("1.0", 300), ("0.8", 200), ("1.2", 20)]]
    assert fact(spec, lab_results=[*old, result(CREATININE, "2.0", 2)]).value == Decimal("2.00")
    assert fact(spec, lab_results=old).value is None


def test_flag():
    spec = {"from": "flag", "code": [CREATININE, POTASSIUM], "max_age": "48h"}
    rows = [
        result(CREATININE, 3, 5, flag=Flag.HIGH),
        result(POTASSIUM, 4, 2, flag=Flag.NORMAL),
        result(POTASSIUM, 4, 1),
    ]
    assert fact(spec, lab_results=rows).value == "N"
    assert fact(spec, lab_results=rows[:1]).value == "H"
    assert fact(spec, lab_results=rows[2:]).value is None


TAKES = {"from": "takes", "class": ["ace_inhibitor", "nsaid"], "max_age": "30d"}


@pytest.mark.parametrize(
    ("medications", "value", "words"),
    [
        ([], None, None),
        ([drug("Paracetamol 500 mg")], False, None),
        ([drug("LISINOPRIL-HYDROCHLOROTHIAZIDE 20-12.5 MG Tab")], True, "lisinopril"),
        ([drug("Zestril"), drug("ibuprofen"), drug("Advil")], True, "lisinopril and 1 more"),
        ([drug("lisinopril", status="stopped")], False, None),
        ([drug("lisinopril", stop=hours_ago(5))], False, None),
        ([drug("lisinopril", start=hours_ago(-5))], False, None),
        ([drug("lisinopril", status="stopped", id="m2"), drug("lisinopril")], True, "lisinopril"),
        ([drug("lisinopril", status="to be decided")], None, None),
        ([drug("diclofenac 1% gel")], False, None),
        ([drug("diclofenac", route="TOPICAL")], False, None),
        ([drug("ketorolac", route="both eyes")], False, None),
        ([drug("xlisinoprilx")], False, None),
    ],
)
def test_takes_from_the_table(medications, value, words):
    takes = fact(TAKES, of=record(medications=medications))
    assert (takes.value, takes.words) == (value, words)
    assert bool(takes.evidence) is (value is True or bool(takes.evidence))


def test_takes_true_has_the_row_as_evidence():
    row = drug("Lisinopril", dose="10", unit="mg", frequency="daily", source="medications.csv row 2")
    evidence = fact(TAKES, of=record(medications=[row])).evidence
    assert [(e.source_id, e.statement, e.source) for e in evidence] == [
        ("m-Lisinopril", "Lisinopril 10 mg daily", "medications.csv row 2")
    ]


NOTE = note("Home: ibuprofen 400 mg. Mother takes naproxen.")


@pytest.mark.parametrize(
    ("more", "value"),
    [
        ({}, True),
        ({"presence": Presence.ABSENT}, False),
        ({"presence": Presence.HYPOTHETICAL}, None),
        ({"temporality": Temporality.HISTORICAL}, None),
        ({"temporality": Temporality.FUTURE}, None),
        ({"experiencer": Experiencer.FAMILY}, None),
        ({"section": "allergies"}, None),
        ({"section": "family_history"}, None),
    ],
)
def test_takes_from_notes(more, value):
    takes = fact(TAKES, of=record(notes=[NOTE]), extractions=[extracted(NOTE, mentioned(NOTE, "ibuprofen", **more))])
    assert takes.value is value
    if value:
        quoted = takes.evidence[0]
        assert NOTE.text[quoted.start : quoted.end] == quoted.statement == "ibuprofen"
        assert quoted.time == NOTE.time


def test_the_table_decides_for_the_ingredients_it_lists():
    extractions = [extracted(NOTE, mentioned(NOTE, "ibuprofen"))]
    stopped = record(notes=[NOTE], medications=[drug("Advil", status="stopped")])
    assert fact(TAKES, of=stopped, extractions=extractions).value is False
    other = record(notes=[NOTE], medications=[drug("naproxen", status="stopped")])
    assert fact(TAKES, of=other, extractions=extractions).value is True


def test_an_old_or_future_note_does_not_say_what_is_taken_now():
    for hours in (24 * 31, -1):
        old = note(NOTE.text, hours=hours)
        extractions = [extracted(old, mentioned(old, "ibuprofen"))]
        assert fact(TAKES, of=record(notes=[old]), extractions=extractions).value is None


SENTENCES = [
    ("Continue ibuprofen 400 mg.", True),
    ("Stopped ibuprofen yesterday.", False),
    ("ibuprofen was held on admission.", False),
    ("He is allergic to ibuprofen.", False),
    ("ibuprofen allergy since childhood.", False),
    ("She is no longer taking ibuprofen.", False),
    ("He is allergic to penicillin, sulfa and ibuprofen.", False),
    ("Allergies: penicillin, ibuprofen", False),
    ("No known allergies, takes ibuprofen.", True),
    ("Allergies: penicillin.\nibuprofen 400 mg daily.", True),
    ("You should not take ibuprofen.", False),
    ("Stopped lisinopril. ibuprofen 400 mg daily.", True),
    ("Held lisinopril, ibuprofen continued.", True),
    ("Discontinued lisinopril and started ibuprofen.", True),
    ("Did not stop smoking; on ibuprofen.", True),
]


@pytest.mark.parametrize(("text", "value"), SENTENCES)
def test_the_words_around_a_drug_count(text, value):
    said = note(text)
    takes = fact(
        {"from": "takes", "class": "nsaid", "max_age": "30d"},
        of=record(notes=[said]),
        extractions=[extracted(said, mentioned(said, "ibuprofen"))],
    )
    assert takes.value is value


def test_the_newest_note_says_whether_a_drug_is_taken():
    old, new = note("Takes ibuprofen.", "n1", hours=50), note("Stopped ibuprofen.", "n2", hours=2)
    of = record(notes=[old, new])
    extractions = [extracted(old, mentioned(old, "ibuprofen")), extracted(new, mentioned(new, "ibuprofen"))]
    assert fact(TAKES, of=of, extractions=extractions).value is False
    assert fact(TAKES, of=of, extractions=extractions, as_of=hours_ago(10)).value is True


def test_a_note_that_says_both_leaves_it_open():
    both = note("Home: ibuprofen 400 mg. Plan: avoid ibuprofen tablets.")
    second = mentioned(both, "ibuprofen tablets")
    takes = fact(TAKES, of=record(notes=[both]), extractions=[extracted(both, mentioned(both, "ibuprofen"), second)])
    assert takes.value is None
    assert takes.unusable
    assert "both" in takes.problem


def test_a_word_in_a_note_is_yes_or_unknown():
    spec = {"from": "mention", "words": ["dialysis", "end stage renal disease"]}
    text = note("Known end-stage renal disease. Peritonealdialysis no. Father on dialysis.")

    def mention(words, **more):
        return fact(spec, of=record(notes=[text]), extractions=[extracted(text, mentioned(text, words, **more))])

    yes = mention("end-stage renal disease")
    assert yes.value is True
    assert yes.evidence[0].statement == "end-stage renal disease"
    assert mention("Peritonealdialysis").value is None
    assert mention("dialysis", experiencer=Experiencer.FAMILY).value is None
    assert mention("dialysis", presence=Presence.ABSENT).value is None


NOTE_SAYS = {"from": "note_assertion", "concept": "pneumonia", "section_not": ["family_history"]}


@pytest.mark.parametrize(
    ("supporting", "opposing", "value"),
    [
        ([], [said("absent")], "absent"),
        ([said("present")], [said("absent")], "present"),
        ([said("possible")], [said("absent")], "possible"),
        ([said("present", note_id="n0", hours=90)], [said("absent")], "absent"),
        ([said("present", section="family_history")], [said("absent")], "absent"),
        ([said("present", section="family_history")], [], None),
        ([said("present", hours=-3)], [said("absent")], "absent"),
        ([seen()], [], None),
    ],
)
def test_note_assertion_is_that_of_the_newest_note(supporting, opposing, value):
    status = "conflicting" if supporting and opposing else "present" if supporting else "absent"
    of = finding("pneumonia", status, supporting=supporting, opposing=opposing)
    answer = fact(NOTE_SAYS, findings=[of])
    assert answer.value == value
    assert all(e.presence.value == value for e in answer.evidence)
    assert bool(answer.evidence) is (value is not None)


def test_finding_status():
    spec = {"from": "finding", "concept": "pneumonia"}
    assert fact(spec).value is None
    present = finding("pneumonia", "present", supporting=[seen()])
    assert fact(spec, findings=[present]).value == "present"
    conflict = finding("pneumonia", "conflicting", supporting=[seen()], opposing=[said("absent")])
    assert len(fact(spec, findings=[conflict]).evidence) == 2


def test_a_finding_whose_evidence_is_old_is_unknown():
    spec = {"from": "finding", "concept": "pneumonia", "max_age": "7d"}
    old = finding("pneumonia", "present", supporting=[said("present", hours=24 * 8)])
    assert fact(spec, findings=[old]).value is None
    assert fact(spec, findings=[finding("pneumonia", "present", supporting=[said("present", hours=None)])]).value
    assert fact(spec, findings=[finding("pneumonia", "present", supporting=[said("present", hours=9)])]).value


@pytest.mark.parametrize("text", ["48", "2 weeks", "-3h", 48])
def test_a_duration_needs_its_unit(text):
    with pytest.raises(ValueError, match="48h"):
        TypeAdapter(AnyFact).validate_python(LATEST | {"max_age": text})
