"""The stage: from a patient to cards, scores and what was not assessed."""

from decimal import Decimal

from decision_builders import (
    CREATININE,
    LACTATE,
    NOW,
    POTASSIUM,
    drug,
    finding,
    hours_ago,
    record,
    result,
    said,
    seen,
    shown,
)

from nlp_engine.assessment import Flag, Indicator
from nlp_engine.decisions import Decision

HIGH = {"flag": Flag.HIGH}


def decide(stage, of=None, *, as_of=NOW, **things) -> Decision:
    return stage.decide(of or record(), as_of=as_of, **things)


def ids(decision):
    return [card.rule_id for card in decision.cards]


def test_nothing_is_said_of_an_empty_record(stage):
    decision = decide(stage, record(age_years=None), as_of=None)
    assert decision == Decision()


def test_a_patient_with_normal_values_gets_no_card(stage):
    rows = [result(POTASSIUM, "4.1", 3, flag=Flag.NORMAL), result(CREATININE, "0.9", 3, flag=Flag.NORMAL)]
    decision = decide(stage, lab_results=rows)
    assert decision.cards == ()
    assert decision.unassessed == ()
    assert [score.id for score in decision.scores] == ["egfr"]


def test_metformin_with_low_egfr_from_creatinine_age_and_sex(stage):
    of = record(medications=[drug("Metformin", dose="1000", unit="mg")])
    card = decide(stage, of, lab_results=[result(CREATININE, "3.1", 5, **HIGH)]).cards[0]
    assert card.rule_id == "metformin-egfr-30"
    assert card.summary == "Metformin with an eGFR of 22: consider stopping it."
    assert card.indicator is Indicator.CRITICAL
    assert {e.kind.value for e in card.evidence} == {"medication", "observation", "patient"}
    assert {fact.name: fact.value for fact in card.facts} == {
        "takes_metformin": "yes (metformin)",
        "egfr": "22 mL/min/1.73 m²",
    }
    assert "eGFR: 22 mL/min/1.73 m²" in card.detail


def test_metformin_without_a_creatinine_is_told_as_not_assessed(stage):
    decision = decide(stage, record(medications=[drug("Metformin")]))
    assert [(u.rule_id, u.missing) for u in decision.unassessed] == [
        ("metformin-egfr-45", ("eGFR (needs creatinine)",))
    ]


def test_the_newest_egfr_counts_reported_or_calculated(stage):
    of = record(medications=[drug("Metformin")])
    reported = result("98979-8", 55, 24 * 20, unit="mL/min/{1.73_m2}")
    card = decide(stage, of, lab_results=[reported, result(CREATININE, "3.1", 5)]).cards[0]
    assert card.rule_id == "metformin-egfr-30"
    newer = result("98979-8", 55, 2, unit="mL/min/{1.73_m2}")
    assert decide(stage, of, lab_results=[newer, result(CREATININE, "3.1", 5)]).cards == ()


def test_stage_3_of_kidney_injury_replaces_the_lower_ones(stage):
    rows = [result(CREATININE, "1.0", 40), result(CREATININE, "4.1", 2, **HIGH)]
    assert ids(decide(stage, lab_results=rows)) == ["aki-stage-3"]
    assert ids(decide(stage, lab_results=[result(CREATININE, "1.1", 40), result(CREATININE, "1.4", 2)])) == [
        "aki-stage-1"
    ]


def test_a_high_creatinine_without_an_earlier_one_is_told_once(stage):
    decision = decide(stage, lab_results=[result(CREATININE, "2.4", 2, **HIGH)])
    assert [u.rule_id for u in decision.unassessed] == ["aki-stage-1"]
    assert "needs an earlier result" in decision.unassessed[0].missing[0]


def test_an_unusable_result_is_always_told(stage):
    decision = decide(stage, lab_results=[result(POTASSIUM, 26, 2, unit="mg/dL")])
    assert decision.cards == ()
    told = [u for u in decision.unassessed if u.rule_id.startswith("potassium")]
    assert told
    assert all(u.missing == ("potassium (a result is not in mmol/L)",) for u in told)


def test_a_later_result_is_not_seen(stage):
    rows = [result(POTASSIUM, "7.0", 2)]
    assert ids(decide(stage, lab_results=rows)) == ["potassium-severe-high"]
    assert decide(stage, lab_results=rows, as_of=hours_ago(3)).cards == ()
    assert decide(stage, lab_results=rows, as_of=hours_ago(-24 * 40)).cards == ()


def pneumonia_conflict():
    return finding("pneumonia", "conflicting", supporting=[seen(0.93)], opposing=[said("absent")])


def test_a_conflict_has_both_sides_and_its_own_words(stage):
    decision = decide(stage, findings=[pneumonia_conflict()], image_findings=[shown(0.93)])
    (card,) = decision.cards
    assert card.rule_id == "conflict-pneumonia-image-yes"
    assert card.is_conflict
    assert "0.93" in card.summary
    assert {e.kind.value for e in card.evidence} == {"note", "image"}


def test_any_other_conflict_gets_the_general_card(stage):
    of = finding("pulmonary_edema", "conflicting", supporting=[seen()], opposing=[said("absent")])
    (card,) = decide(stage, findings=[of, pneumonia_conflict()], image_findings=[shown(0.93)]).cards[1:]
    assert card.concept == "pulmonary_edema"
    assert card.is_conflict
    assert len(card.evidence) == 2
    assert card.source.year == 2015


def test_a_general_conflict_card_fits_whatever_the_name(stage):
    of = finding("x" * 300, "conflicting", supporting=[seen()], opposing=[said("absent")])
    assert len(decide(stage, findings=[of]).cards[0].summary) < 140


def test_critical_first_and_conflicts_before_their_equals(stage):
    rows = [result(POTASSIUM, "6.1", 2), result(LACTATE, "5.0", 2)]
    decision = decide(
        stage,
        record(medications=[drug("lisinopril")]),
        lab_results=rows,
        findings=[pneumonia_conflict()],
        image_findings=[shown(0.93)],
    )
    assert ids(decision) == [
        "lactate-4",
        "conflict-pneumonia-image-yes",
        "potassium-moderate-high",
        "acei-arb-potassium",
    ]


def test_a_sepsis_screen_with_one_vital_sign_missing_still_fires(stage):
    rows = [
        result("9279-1", 26, 2, unit="/min"),
        result("8480-6", 92, 2, unit="mm[Hg]"),
    ]
    infection = finding("pneumonia", "present", supporting=[said("present")])
    decision = decide(stage, lab_results=rows, findings=[infection])
    assert ids(decision)[0] == "sepsis-qsofa"
    (score,) = [score for score in decision.scores if score.id == "qsofa"]
    assert score.value == Decimal(2)
    assert score.missing == ("Glasgow coma score",)
    assert score.detail.startswith("at least 2")


def test_a_rule_without_evidence_to_show_does_not_fire(stage, monkeypatch):
    rows = [result(POTASSIUM, "7.0", 2)]
    monkeypatch.setattr("nlp_engine.decisions.facts.observations.evidence_of", lambda results: ())
    assert decide(stage, lab_results=rows).cards == ()


def test_the_same_record_gives_the_same_decision(stage):
    of = record(medications=[drug("lisinopril"), drug("warfarin")])
    rows = [result(POTASSIUM, "6.7", 2), result("6301-6", "6.2", 3, unit="{INR}")]
    assert decide(stage, of, lab_results=rows) == decide(stage, of, lab_results=list(reversed(rows)))


def test_a_number_too_large_to_be_true_keeps_the_card_in_its_limits(stage):
    rows = [result(POTASSIUM, "1E+40", 2)]
    assert "1.00E+40" in decide(stage, lab_results=rows).cards[0].summary
