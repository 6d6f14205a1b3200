"""Where a card would be wrong, or silence would: contradictions, children, pregnancy, dialysis, drugs not taken."""

from decimal import Decimal

import pytest
from decision_builders import (
    CREATININE,
    LACTATE,
    NOW,
    POTASSIUM,
    drug,
    extracted,
    mentioned,
    note,
    record,
    result,
)

from nlp_engine.assessment import (
    DrugStatus,
    Experiencer,
    Flag,
    MedicationDetails,
    MentionLabel,
    Presence,
    Temporality,
)
from nlp_engine.decisions import Decision
from nlp_engine.record import Sex

HIGH = {"flag": Flag.HIGH}


def decide(stage, of=None, *, as_of=NOW, **things) -> Decision:
    return stage.decide(of or record(), as_of=as_of, **things)


def ids(decision):
    return [card.rule_id for card in decision.cards]


def test_spironolactone_gets_one_card_where_potassium_is_high_already(stage):
    rows = [result(POTASSIUM, "5.8", 2), result(CREATININE, "3.1", 2)]
    assert ids(decide(stage, record(medications=[drug("spironolactone")]), lab_results=rows)) == ["mra-potassium"]


def test_a_drug_of_blood_pressure_in_pregnancy(stage):
    of = record(medications=[drug("lisinopril")], sex=Sex.FEMALE, age_years=Decimal(30), pregnant=True)
    assert ids(decide(stage, of)) == ["acei-arb-pregnancy"]
    assert decide(stage, record(medications=[drug("lisinopril")])).cards == ()


@pytest.mark.parametrize(
    "more",
    [
        {"section": "allergies"},
        {"presence": Presence.ABSENT},
        {"presence": Presence.HYPOTHETICAL},
        {"presence": Presence.POSSIBLE},
        {"temporality": Temporality.HISTORICAL},
        {"temporality": Temporality.FUTURE},
        {"experiencer": Experiencer.FAMILY},
        {"medication": MedicationDetails(status=DrugStatus.STOPPED)},
        {"medication": MedicationDetails(status=DrugStatus.HELD)},
        {"medication": MedicationDetails(status=DrugStatus.PLANNED)},
    ],
)
def test_a_drug_that_a_note_does_not_say_is_taken_makes_no_card(stage, more):
    text = note("metformin 500 mg")
    rows = [result(CREATININE, "3.1", 5, **HIGH)]

    def rules_fired(**assertion):
        mention = mentioned(text, "metformin", **assertion)
        return ids(decide(stage, record(notes=[text]), lab_results=rows, extractions=[extracted(text, mention)]))

    assert rules_fired() == ["metformin-egfr-30"]
    assert rules_fired(**more) == []


@pytest.mark.parametrize("hours", [None, 2])
def test_results_that_agree_on_a_limit_fire_whatever_their_order(stage, hours):
    rows = [result(POTASSIUM, "7.0", hours), result(POTASSIUM, "6.9", hours)]
    decision = decide(stage, lab_results=rows)
    assert ids(decision) == ["potassium-severe-high"]
    assert "6.9 to 7.0" in decision.cards[0].summary
    assert decision == decide(stage, lab_results=rows[::-1])


@pytest.mark.parametrize("code", [POTASSIUM, LACTATE, "2951-2", "2345-7", "718-7"])
def test_results_of_one_moment_that_contradict_are_told_as_not_assessed(stage, code):
    units = {"2951-2": "mmol/L", "2345-7": "mg/dL", "718-7": "g/dL"}
    low, high = {POTASSIUM: (4.2, 7.0), LACTATE: (1, 6), "2951-2": (118, 140), "2345-7": (40, 110), "718-7": (6, 13)}[
        code
    ]
    more = {"unit": units[code]} if code in units else {}
    rows = [result(code, low, 2, **more), result(code, high, 2, **more)]
    for order in (rows, rows[::-1]):
        decision = decide(stage, lab_results=order)
        assert decision.cards == ()
        assert any("different results at one time" in words for one in decision.unassessed for words in one.missing)


def test_a_result_above_the_assay_meets_a_lower_limit(stage):
    row = result(POTASSIUM, "6.0", 2, comparator=">")
    assert ids(decide(stage, lab_results=[row])) == ["potassium-moderate-high"]


def test_a_lonely_creatinine_is_told_how_near_another_must_be(stage):
    decision = decide(stage, lab_results=[result(CREATININE, "4.1", 2, **HIGH)])
    words = " ".join(words for one in decision.unassessed for words in one.missing)
    assert "needs an earlier result within 48 hours" in words


@pytest.mark.parametrize(
    ("text", "section", "is_silent"),
    [
        ("ESRD on haemodialysis three times a week.", None, True),
        ("Patient is on hemodialysis.", None, True),
        ("Dialysis-dependent since 2019.", None, True),
        ("CKD 5, dialysis", "past_medical_history", True),
        ("AKI, may need dialysis if worsening.", None, False),
        ("May need to go\non dialysis.", None, False),
        ("Discussed dialysis with family.", None, False),
        ("Patient wishes dialysis.", None, False),
        ("Possible dialysis on Monday.", None, False),
        ("Had dialysis, transplanted since.", "past_medical_history", False),
        ("Dialysis catheter removed.", None, False),
    ],
)
def test_only_lasting_dialysis_silences_kidney_injury(stage, text, section, is_silent):
    rows = [result(CREATININE, "1.0", 40), result(CREATININE, "3.2", 2, **HIGH)]
    owner = note(text)
    words = next(word for word in ("haemodialysis", "hemodialysis", "Dialysis", "dialysis") if word in text)
    mention = mentioned(owner, words, label=MentionLabel.TREATMENT, section=section)
    decision = decide(stage, record(notes=[owner]), lab_results=rows, extractions=[extracted(owner, mention)])
    assert ("aki-stage-3" not in ids(decision)) is is_silent


def test_scores_for_adults_are_not_shown_for_known_children(stage):
    rows = [
        result("9279-1", 34, 2, unit="/min"),
        result("8480-6", 88, 2, unit="mm[Hg]"),
        result("8867-4", 150, 2, unit="/min"),
    ]
    assert {score.id for score in decide(stage, lab_results=rows).scores} == {"qsofa", "sirs"}
    assert decide(stage, record(age_years=Decimal(3)), lab_results=rows).scores == ()


def test_a_transfusion_limit_for_adults_is_none_for_children(stage):
    rows = [result("718-7", "6.5", 2, unit="g/dL")]
    assert ids(decide(stage, lab_results=rows)) == ["hemoglobin-below-7"]
    assert decide(stage, record(age_years=Decimal(0)), lab_results=rows).cards == ()


@pytest.mark.parametrize(
    ("text", "more", "is_told"),
    [
        ("24 weeks pregnant. Hypertension.", {}, True),
        ("Pregnancy, 24 weeks gestation. Antenatal clinic.", {}, True),
        ("Pregnancy test negative.", {}, False),
        ("Not pregnant.", {}, False),
        ("His wife is pregnant.", {}, False),
        ("24 weeks pregnant.", {"sex": Sex.MALE}, False),
        ("24 weeks pregnant.", {"pregnant": False}, False),
    ],
)
def test_a_pregnancy_in_the_notes_only_is_a_question_beside_an_ace_inhibitor(stage, text, more, is_told):
    of = record(
        notes=[note(text)], medications=[drug("lisinopril")], **{"sex": Sex.FEMALE, "age_years": Decimal(30)} | more
    )
    decision = decide(stage, of)
    assert "acei-arb-pregnancy" not in ids(decision)
    assert ("acei-arb-pregnancy" in {one.rule_id for one in decision.unassessed}) is is_told
