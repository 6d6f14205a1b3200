"""What results and image models contribute."""

from __future__ import annotations

import pytest
from fusion_builders import absent, creatinine, crp, day, fuse, image, potassium, result, said, sodium, temperature

from nlp_engine.assessment import EvidenceKind, Flag, Status


def test_a_defining_result_makes_a_finding_that_names_its_row():
    finding = fuse(labs=(potassium("6.7"),))["hyperkalemia"]
    assert finding.status is Status.PRESENT
    (evidence,) = finding.supporting
    assert evidence.statement == "potassium 6.7 mmol/L (high; interval 3.5-5.0)"
    assert evidence.source == "labs.csv row 2"
    assert evidence.code == "2823-3"
    assert evidence.kind is EvidenceKind.OBSERVATION


def test_a_normal_defining_result_alone_makes_no_finding():
    assert fuse(labs=(potassium("4.2"),)) == {}
    assert "hypernatremia" not in fuse(labs=(sodium("119"),))


def test_a_normal_defining_result_opposes_what_a_note_says():
    assert fuse(absent("hyperkalemia"), labs=(potassium("4.2"),))["hyperkalemia"].status is Status.ABSENT
    assert fuse(said("hyperkalemia"), labs=(potassium("4.2"),))["hyperkalemia"].opposing


def test_the_newest_result_decides_and_an_earlier_abnormal_one_is_shown():
    labs = (potassium("6.7", time=day(8)), potassium("4.2", time=day(10)))
    assert fuse(labs=labs) == {}
    finding = fuse(absent("hyperkalemia", time=day(10)), labs=labs)["hyperkalemia"]
    assert finding.status is Status.ABSENT
    assert "no longer so" in finding.supporting[0].statement
    assert any(evidence.statement.startswith("potassium 4.2") for evidence in finding.opposing)


def test_results_older_than_their_window_are_not_looked_at():
    assert fuse(labs=(potassium("6.7", time=day(1).replace(year=2023)),)) == {}


def test_results_from_after_as_of_are_not_looked_at():
    assert fuse(labs=(potassium("6.7", time=day(20)),)) == {}


def test_undated_results_count_and_an_abnormal_one_decides():
    finding = fuse(labs=(potassium("4.2", time=None), potassium("6.7", time=None)))["hyperkalemia"]
    assert finding.status is Status.PRESENT
    assert finding.opposing


@pytest.mark.parametrize("unit", [None, "g/L", "mg"])
def test_a_result_in_an_unusable_unit_never_opposes(unit):
    normal = result("2823-3", "Potassium", "4.2", unit, Flag.NORMAL, low="3.5", high="5.0")
    assert fuse(labs=(normal,)) == {}


def test_an_implausible_result_says_nothing():
    odd = result("8310-5", "Body temperature", "370", "Cel", None, remarks=("not plausible for Body temperature",))
    assert "fever" not in fuse(labs=(odd,))


@pytest.mark.parametrize(
    ("value", "comparator", "status"),
    [("60", ">", None), ("15", "<", Status.PRESENT), ("90", "<", None), ("59", None, Status.PRESENT)],
)
def test_a_comparator_is_compared_in_three_values(value, comparator, status):
    egfr = result("98979-8", "eGFR", value, "mL/min/{1.73_m2}", None, comparator=comparator)
    finding = fuse(labs=(egfr,)).get("kidney_impairment")
    assert (finding.status if finding else None) is status


def test_a_limit_in_numbers_is_named():
    egfr = result("98979-8", "eGFR", "45", "mL/min/{1.73_m2}", None)
    finding = fuse(labs=(egfr,))["kidney_impairment"]
    assert finding.supporting[0].statement == "eGFR 45 mL/min/1.73 m² (below 60)"


def test_a_supporting_result_makes_nothing_by_itself():
    findings = fuse(labs=(crp("220"),))
    assert "pneumonia" not in findings
    assert findings["inflammation"].status is Status.PRESENT


def test_a_supporting_result_adds_to_a_note_and_a_normal_one_is_not_missing():
    alone = fuse(said("pneumonia"))["pneumonia"]
    normal = fuse(said("pneumonia"), labs=(crp("3"),))["pneumonia"]
    high = fuse(said("pneumonia"), labs=(crp("220"),))["pneumonia"]
    assert alone.confidence < normal.confidence < high.confidence
    assert EvidenceKind.OBSERVATION not in normal.missing
    assert [e.statement for e in high.supporting][1].startswith("CRP 220 mg/L")


def test_a_sufficient_result_never_opposes():
    assert fuse(said("fever"), labs=(temperature("36.8"),))["fever"].status is Status.PRESENT
    assert "fever" not in fuse(labs=(temperature("36.8"),))
    assert fuse(labs=(temperature("39.2"),))["fever"].status is Status.PRESENT


def test_a_fever_that_has_gone_makes_nothing_by_itself():
    assert "fever" not in fuse(labs=(temperature("39.2", time=day(9)), temperature("36.8", time=day(10))))


@pytest.mark.parametrize(("score", "status"), [(0.93, Status.PRESENT), (0.1, Status.ABSENT), (0.52, Status.POSSIBLE)])
def test_an_image_model_decides(score, status):
    finding = fuse(images=(image("pleural_effusion", score),))["pleural_effusion"]
    assert finding.status is status
    evidence = (finding.supporting + finding.opposing)[0]
    assert (evidence.method, evidence.method_version, evidence.score) == ("test-net", "1.2", score)


def test_the_newest_image_wins():
    images = (image("pneumothorax", 0.95, time=day(8)), image("pneumothorax", 0.05, time=day(10), id="o2"))
    finding = fuse(images=images)["pneumothorax"]
    assert finding.status is Status.ABSENT
    assert finding.supporting == ()


def test_older_images_are_a_course_and_no_evidence():
    older = [image("pneumonia", score, time=day(n), id=f"o{n}") for n, score in ((7, 0.06), (8, 0.97))]
    newest = image("pneumonia", 0.64, time=day(10, 8), id="o10")
    undated = image("pneumonia", 0.05, time=None, id="undated")
    finding = fuse(images=(*older, newest, undated))["pneumonia"]
    assert finding.status is Status.PRESENT
    assert [e.source_id for e in finding.supporting + finding.opposing] == ["o10"]
    assert finding.confidence == fuse(images=(newest,))["pneumonia"].confidence


def test_two_views_of_one_day_both_count():
    views = (image("pneumonia", 0.9, time=day(10, 8)), image("pneumonia", 0.7, time=day(10, 9), id="o2"))
    assert len(fuse(images=views)["pneumonia"].supporting) == 2


def test_an_unknown_image_label_makes_nothing():
    assert fuse(images=(image("something_else", 0.99),)) == {}


def test_a_critical_flag_counts_as_beyond():
    critical = result("2823-3", "Potassium", "7.1", "mmol/L", Flag.CRITICAL_HIGH, low="3.5", high="5.0")
    assert fuse(labs=(critical,))["hyperkalemia"].status is Status.PRESENT


def test_a_result_without_flag_says_nothing():
    assert "kidney_impairment" not in fuse(labs=(creatinine("1.0").model_copy(update={"flag": None}),))
