"""Samples that do not fit the patient: every pattern, what a sample is, what it is compared with."""

import re
import shutil
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp_engine.assessment import NOT_PLAUSIBLE, LabResult
from nlp_engine.errors import KnowledgeError
from nlp_engine.knowledge import resource
from nlp_engine.labs.catalogue import Catalogue
from nlp_engine.labs.misfits import Patterns, check_comparisons, check_patterns, find_misfits, with_remarks
from nlp_engine.labs.misfits.evaluate import match
from nlp_engine.record import ObservationKind

NOW = datetime(2024, 5, 1, 8, 0)
CATALOGUE = Catalogue.load()
PATTERNS = Patterns.load(CATALOGUE)
BY_ID = {pattern.id: pattern for pattern in PATTERNS.patterns}
USUAL = {
    "sodium": "139", "potassium": "4.1", "chloride": "103", "bicarbonate": "24", "calcium": "9.0", "magnesium": "2.0",
    "phosphate": "3.5", "creatinine": "1.00", "urea_nitrogen": "16", "glucose": "105", "albumin": "3.9",
    "hemoglobin": "12.8", "platelets": "240", "mcv": "89", "ast": "24", "ldh": "190",
}  # fmt: skip


def drawn(hours, **values):
    """Return the results of one sample, the usual ones with these values in their place."""
    time = NOW + timedelta(hours=hours)
    return [result(name, value, time) for name, value in (USUAL | values).items()]


def result(name, value, time, **more):
    analyte = PATTERNS.analytes[name]
    number = Decimal(value)
    odd = () if analyte.is_plausible(number) else (f"{NOT_PLAUSIBLE} for it",)
    fields = {"name": analyte.name, "code": analyte.code, "unit": analyte.unit, "text": value, "remarks": odd}
    return LabResult(observation_id=f"{name}@{time:%d%H}", value=number, time=time, **(fields | more))


def found(*samples):
    return find_misfits([one for sample in samples for one in sample], PATTERNS)


def test_every_example_of_the_file_does_what_it_says():
    assert check_patterns(PATTERNS) == []


def test_rules_check_runs_the_examples_of_a_folder(tmp_path):
    assert check_comparisons() == []
    assert check_comparisons(tmp_path) == []
    shutil.copytree(resource("rules") / "labs", tmp_path / "labs")
    path = tmp_path / "labs" / "misfits.yaml"
    good = path.read_text(encoding="utf-8")
    path.write_text(good.replace("within: 30", "within: 1"), encoding="utf-8")
    assert check_comparisons(tmp_path) == [
        "decimal-slip: example 1 is silent, expected fires",
        "decimal-slip: example 2 is silent, expected fires",
    ]
    path.write_text(good.replace("analyte: calcium", "analyte: calcum"), encoding="utf-8")
    assert "no analyte" in check_comparisons(tmp_path)[0]


def test_a_broken_example_is_said():
    edta = BY_ID["edta"]
    turned = edta.model_copy(update={"tests": tuple(one.model_copy(update={"expect": "fires"}) for one in edta.tests)})
    sentences = check_patterns(Patterns((turned,), PATTERNS.spreads, PATTERNS.analytes))
    assert "edta: example 2 is silent, expected fires" in sentences
    assert "edta: has no example that is silent" in sentences


def test_steady_samples_fit():
    assert found(drawn(0), drawn(24, potassium="4.4", creatinine="1.1"), drawn(48, hemoglobin="12.1")) == ()


def test_a_misfit_names_its_results_with_their_share():
    (misfit,) = found(drawn(0), drawn(24, potassium="7.9", calcium="4.9"))
    assert (misfit.pattern, misfit.time) == ("edta", NOW + timedelta(hours=24))
    assert misfit.observation_ids == ("potassium@0208", "calcium@0208")
    assert [part.statement for part in misfit.parts] == [
        "Potassium 7.9 mmol/L (before 4.1)",
        "Calcium 4.9 mg/dL (before 9.0)",
    ]
    assert sum(part.share for part in misfit.parts) == 1
    assert misfit.source.year == 2008
    assert misfit.cannot_see


def mixed(share, **fluid):
    return {
        name: str(round((1 - share) * float(value) + share * fluid.get(name, 0), 2))
        for name, value in USUAL.items()
        if name != "mcv"
    }


@pytest.mark.parametrize(
    ("pattern", "share", "fluid"),
    [
        ("dextrose", 0.15, {"glucose": 5000}),
        ("saline", 0.25, {"sodium": 154, "chloride": 154}),
        ("dilution", 0.35, {"sodium": 130, "chloride": 109, "potassium": 4, "calcium": 5.4, "glucose": 105}),
    ],
)
def test_a_fluid_in_the_sample_is_told_with_its_share(pattern, share, fluid):
    (misfit,) = found(drawn(0), drawn(24, **mixed(share, **fluid)))
    assert misfit.pattern == pattern
    told = int(re.search(r"like (\d+)%", misfit.sentence)[1])
    assert abs(told - 100 * share) <= 4


@given(st.floats(0.12, 0.5))
def test_the_share_of_a_pure_mixture_is_found_exactly(share):
    before = {name: [float(value)] for name, value in USUAL.items()}
    now = {name: (1 - share) * values[-1] + share * {"glucose": 5000}.get(name, 0) for name, values in before.items()}
    found_match = match(BY_ID["dextrose"], now, before, PATTERNS.spreads)
    assert found_match.detail == f"It looks like {share:.0%} of such a fluid."


def test_high_glucose_without_dilution_is_no_infusion():
    assert found(drawn(0), drawn(24, glucose="700", sodium="131", potassium="5.0")) == ()


def test_a_slip_is_told_of_its_result_alone_and_even_where_the_size_cannot_be():
    misfits = found(drawn(0), drawn(12), drawn(24, potassium="41", hemoglobin="1.3"))
    assert [misfit.pattern for misfit in misfits] == ["decimal-slip", "decimal-slip"]
    assert {misfit.observation_ids for misfit in misfits} == {("potassium@0208",), ("hemoglobin@0208",)}
    assert found(drawn(0), drawn(24, potassium="41")) == (), "one value before is no habit"


OTHER = {
    "mcv": "101", "creatinine": "4.2", "hemoglobin": "8.0", "platelets": "90", "urea_nitrogen": "60",
    "albumin": "2.3", "bicarbonate": "15", "phosphate": "6.9", "sodium": "128",
}  # fmt: skip


def test_a_swapped_sample_and_the_next_one_of_the_right_patient():
    misfits = found(drawn(0), drawn(24, **OTHER), drawn(48))
    assert [(misfit.pattern, misfit.time.day) for misfit in misfits] == [("swapped", 2)]


def test_a_second_sample_that_agrees_with_a_doubted_one_says_that_the_change_is_real():
    misfits = found(drawn(0), drawn(24, **OTHER), drawn(30, **OTHER), drawn(48, **OTHER))
    assert [misfit.time.hour for misfit in misfits] == [8]


def test_what_is_old_is_not_compared():
    assert found(drawn(0), drawn(8 * 24, **OTHER)) == ()


@pytest.mark.parametrize(
    "more",
    [{"comparator": ">"}, {"kind": ObservationKind.VITAL}, {"unit": "g/L"}, {"code": "5763-8"}, {"time": None}],
)
def test_a_result_that_cannot_be_compared_is_left_out(more):
    spoilt = drawn(24, calcium="4.9")
    potassium = next(one for one in spoilt if one.name == "Potassium")
    other = potassium.model_copy(update={"value": Decimal("7.9"), **more})
    assert found(drawn(0), [one for one in spoilt if one.name != "Potassium"], [other]) == ()


def test_two_different_numbers_at_one_time_are_none():
    twice = result("potassium", "4.0", NOW + timedelta(hours=24))
    assert found(drawn(0), [*drawn(24, potassium="7.9", calcium="4.9"), twice]) == ()


def test_doubted_results_get_a_remark_and_no_other_change():
    results = [*drawn(0), *drawn(24, potassium="7.9", calcium="4.9")]
    told = with_remarks(results, find_misfits(results, PATTERNS))
    changed = [one for one, before in zip(told, results, strict=True) if one is not before]
    assert [one.observation_id for one in changed] == ["potassium@0208", "calcium@0208"]
    assert changed[0].remarks == ("does not fit this patient: contamination with potassium EDTA?",)
    assert changed[0].value == Decimal("7.9")
    assert changed[0].is_plausible


@given(
    st.lists(st.tuples(st.integers(0, 60), st.sampled_from(sorted(USUAL)), st.decimals(0, 900, places=1)), max_size=60)
)
def test_any_results_are_read_without_an_error_and_parts_add_up(rows):
    results = [result(name, str(value), NOW + timedelta(hours=hours)) for hours, name, value in rows]
    for misfit in find_misfits(results, PATTERNS):
        assert abs(sum(part.share for part in misfit.parts) - 1) < 0.01 * len(misfit.parts)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (
            ("- {analyte: calcium, falls: 8}", "- {analyte: calcum, falls: 8}"),
            'no analyte "calcum", did you mean "calcium"',
        ),
        (("- {analyte: calcium, falls: 8}", "- {analyte: calcium}"), "needs above, below, rises or falls"),
        (("spreads: {sodium: 2,", "spreads: {"), "no spread for sodium"),
        (("kind: slip", "kind: slop"), "slop"),
    ],
)
def test_what_is_wrong_with_the_file_is_said(tmp_path, wrong, sentence):
    path = tmp_path / "misfits.yaml"
    text = (resource("rules") / "labs" / "misfits.yaml").read_text(encoding="utf-8")
    path.write_text(text.replace(*wrong), encoding="utf-8")
    with pytest.raises(KnowledgeError, match=sentence):
        Patterns.load(CATALOGUE, path)
