"""The stage: from a patient to cards, scores and what was not assessed."""

from decimal import Decimal

import pytest
from decision_builders import (
    CREATININE,
    LACTATE,
    NOW,
    POTASSIUM,
    drug,
    extracted,
    finding,
    hours_ago,
    mentioned,
    note,
    record,
    result,
    said,
    seen,
    shown,
)

from nlp_engine.assessment import Flag, Indicator, MentionLabel
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


def test_a_card_shows_only_facts_with_evidence(stage):
    (card,) = decide(stage, lab_results=[result(CREATININE, "1.0", 40), result(CREATININE, "4.1", 2, **HIGH)]).cards
    assert all(fact.evidence for fact in card.facts if fact.value is not None)
    assert "dialysis" not in card.detail


def test_a_dialysis_patient_gets_no_card_of_kidney_injury(stage):
    rows = [result(CREATININE, "4.0", 40), result(CREATININE, "7.1", 2, **HIGH)]
    assert ids(decide(stage, lab_results=rows)) == ["aki-stage-3"]
    text = note("Hemodialysis on Monday, Wednesday and Friday.")
    mention = mentioned(text, "Hemodialysis", label=MentionLabel.TREATMENT)
    decision = decide(stage, record(notes=[text]), lab_results=rows, extractions=[extracted(text, mention)])
    assert decision.cards == ()
    assert decision.unassessed == ()


def test_scores_for_adults_leave_children_alone_and_not_those_of_unknown_age(stage):
    rows = [
        result("9279-1", 34, 2, unit="/min"),
        result("8480-6", 88, 2, unit="mm[Hg]"),
        result("8867-4", 150, 2, unit="/min"),
    ]
    infection = finding("pneumonia", "present", supporting=[said("present")])
    things = {"lab_results": rows, "findings": [infection]}
    assert decide(stage, record(age_years=Decimal(3)), **things).cards == ()
    assert ids(decide(stage, record(age_years=None), **things)) == ["sepsis-qsofa"]


def test_an_old_infection_is_no_suspected_infection(stage):
    rows = [result("9279-1", 24, 2, unit="/min"), result("8480-6", 95, 2, unit="mm[Hg]")]
    old = finding("pneumonia", "present", supporting=[said("present", hours=24 * 20)])
    assert decide(stage, lab_results=rows, findings=[old]).cards == ()


def test_an_antibiotic_alone_is_said_to_be_just_that(stage):
    rows = [result("9279-1", 24, 2, unit="/min"), result("8480-6", 95, 2, unit="mm[Hg]")]
    decision = decide(stage, record(medications=[drug("cefazolin 1 g")]), lab_results=rows)
    (card,) = decision.cards
    assert card.rule_id == "sepsis-antibiotic"
    assert card.indicator is Indicator.WARNING
    assert card.summary.startswith("Cefazolin is given")


def test_stale_results_make_no_card(stage):
    assert decide(stage, lab_results=[result(POTASSIUM, "6.9", 24 * 31)]).cards == ()
    rise = [result(CREATININE, "1.0", 24 * 12), result(CREATININE, "2.9", 24 * 10, **HIGH)]
    assert decide(stage, lab_results=rise).cards == ()
    metformin = record(medications=[drug("metformin")])
    assert decide(stage, metformin, lab_results=[result(CREATININE, "3.1", 24 * 91, **HIGH)]).cards == ()


def test_results_without_a_date_count_where_there_is_only_one(stage):
    undated = [result(POTASSIUM, "6.9", None)]
    assert ids(decide(stage, lab_results=undated, as_of=None)) == ["potassium-severe-high"]
    two = [result(CREATININE, "1.0", None), result(CREATININE, "3.9", None, **HIGH)]
    assert decide(stage, lab_results=two, as_of=None).cards == ()


def test_a_missing_unit_is_told_and_not_guessed(stage):
    decision = decide(stage, lab_results=[result(POTASSIUM, "6.9", 2, unit=None)])
    assert decision.cards == ()
    assert any("potassium" in missing for told in decision.unassessed for missing in told.missing)


def test_an_nsaid_gets_one_card_in_kidney_injury(stage):
    drugs = [drug("ibuprofen"), drug("lisinopril"), drug("furosemide")]
    rows = [result(CREATININE, "1.0", 40), result(CREATININE, "3.4", 2, **HIGH)]
    found = ids(decide(stage, record(medications=drugs), lab_results=rows))
    assert found == ["aki-stage-3", "nsaid-acei-diuretic-aki"]


def test_an_nsaid_alone_gets_its_own_card_in_kidney_injury(stage):
    rows = [result(CREATININE, "1.0", 40), result(CREATININE, "3.4", 2, **HIGH)]
    found = ids(decide(stage, record(medications=[drug("ibuprofen"), drug("lisinopril")]), lab_results=rows))
    assert found == ["aki-stage-3", "nsaid-aki"]


def test_two_drugs_that_raise_potassium_get_one_card_that_names_both(stage):
    drugs = [drug("lisinopril"), drug("spironolactone")]
    decision = decide(stage, record(medications=drugs), lab_results=[result(POTASSIUM, "6.1", 2)])
    (card,) = decision.cards
    assert card.rule_id == "acei-arb-mra-potassium"
    assert card.summary.startswith("Lisinopril")
    assert "spironolactone" in card.summary
    assert any("ECG" in option for option in card.options)


@pytest.mark.parametrize(
    "concept",
    [
        "cellulitis",
        "osteomyelitis",
        "covid_19",
        "meningitis",
        "abscess",
        "device_infection",
        "bacteremia",
        "wound_infection",
    ],
)
def test_every_infection_that_can_become_sepsis_is_suspected(stage, concept):
    rows = [
        result("9279-1", 26, 2, unit="/min"),
        result("8480-6", 94, 2, unit="mm[Hg]"),
        result("9269-2", 14, 2, unit="{score}"),
    ]
    decision = decide(stage, lab_results=rows, findings=[finding(concept, "present", supporting=[said("present")])])
    card = decision.cards[0]
    assert (card.rule_id, card.indicator) == ("sepsis-qsofa", "critical")
    (fact,) = [fact for fact in card.facts if fact.name == "suspected_infection"]
    assert fact.value == f"yes ({concept.replace('_', ' ')}: present)"


@pytest.mark.parametrize("concept", ["upper_respiratory_infection", "sinusitis", "hiv_infection", "inflammation"])
def test_what_does_not_become_sepsis_is_not_suspected(stage, concept):
    rows = [result("9279-1", 26, 2, unit="/min"), result("8480-6", 94, 2, unit="mm[Hg]")]
    decision = decide(stage, lab_results=rows, findings=[finding(concept, "present", supporting=[said("present")])])
    assert "sepsis-qsofa" not in ids(decision)


def test_a_conflicting_infection_is_named_so_and_shows_what_speaks_for_it(stage):
    rows = [result("9279-1", 26, 2, unit="/min"), result("8480-6", 94, 2, unit="mm[Hg]")]
    denied = said("absent", words="no pneumonia")
    of = finding("pneumonia", "conflicting", supporting=[seen()], opposing=[denied])
    (card,) = [card for card in decide(stage, lab_results=rows, findings=[of]).cards if card.rule_id == "sepsis-qsofa"]
    (fact,) = [fact for fact in card.facts if fact.name == "suspected_infection"]
    assert fact.value == "yes (pneumonia: conflicting)"
    assert fact.evidence == (seen(),)
    assert denied not in card.evidence


def test_the_facts_of_a_conflict_have_their_own_labels(stage):
    (card,) = decide(stage, findings=[pneumonia_conflict()], image_findings=[shown(0.93)]).cards
    labels = [fact.label for fact in card.facts]
    assert len(set(labels)) == len(labels)


def test_a_ratio_is_told_without_a_unit(stage):
    rows = [result(CREATININE, "1.3", 40), result(CREATININE, "3.1", 2, **HIGH)]
    (card,) = [card for card in decide(stage, lab_results=rows).cards if card.rule_id == "aki-stage-2"]
    assert [fact.value for fact in card.facts if fact.name == "creat_ratio_7d"] == ["2.38"]
    assert "2.38 mg/dL" not in card.detail
