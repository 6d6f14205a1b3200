"""Each result against the patient's previous one: what is compared, by how much, and whether it is more than chance."""

from datetime import datetime, timedelta
from decimal import Decimal
from math import exp, log, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp_engine.assessment import NOT_PLAUSIBLE, LabResult
from nlp_engine.errors import KnowledgeError
from nlp_engine.knowledge import resource
from nlp_engine.labs.catalogue import Catalogue
from nlp_engine.labs.changes import Variations, with_changes
from nlp_engine.labs.changes.variation import reference_change
from nlp_engine.record import ObservationKind

NOW = datetime(2024, 5, 1, 8, 0)
CATALOGUE = Catalogue.load()
VARIATIONS = Variations.load(CATALOGUE)
CREATININE, CRP, ZINC = "2160-0", "1988-5", "5763-8"


def of(value, hours=0.0, code=CREATININE, unit="mg/dL", **more):
    time = NOW + timedelta(hours=hours)
    number = None if value is None else Decimal(value)
    fields = {"name": "analyte", "text": str(value), "code": code, "unit": unit, "value": number, "time": time}
    return LabResult(**({"observation_id": f"{code}/{hours}/{value}"} | fields | more))


def changes(*results):
    return [one.change for one in with_changes(results, VARIATIONS)]


def test_the_change_since_the_previous_result():
    first, last = changes(of("1.0"), of("1.4", 36))
    assert first is None
    assert (last.previous_id, last.hours, last.amount, last.percent) == (
        f"{CREATININE}/0.0/1.0",
        36,
        Decimal("0.4"),
        40,
    )
    assert (last.limit, last.exceeds) == (Decimal("14.6"), True)
    assert last.source.startswith("Carobene")
    assert last.words("mg/dL") == "up 0.4 mg/dL (40 %) in 36 hours, more than chance (15 %)"


def test_results_keep_their_order_and_their_own_previous_one():
    mixed = [of("1.4", 36), of("9.0", 12, CRP, "mg/L"), of("1.0"), of("3.0", 2, CRP, "mg/L")]
    assert [one and one.amount for one in changes(*mixed)] == [Decimal("0.4"), Decimal("6.0"), None, None]


@pytest.mark.parametrize(
    "other",
    [
        of("1.0", unit="umol/L"),
        of("1.0", comparator="<"),
        of("1.0", time=None),
        of("1.0", remarks=(f"{NOT_PLAUSIBLE} for it",)),
        of(None),
        of("1.0", code=CRP),
        of("1.0", kind=ObservationKind.VITAL),
        of("1.0", hours=-91 * 24),
        of("1.0", hours=36),
    ],
)
def test_what_is_no_earlier_comparable_result(other):
    assert changes(other, of("1.4", 36))[1] is None


def test_of_several_earlier_ones_at_one_moment_the_nearest_counts():
    assert changes(of("1.0"), of("1.3", observation_id="b"), of("1.4", 5))[2].previous_id == "b"


def test_a_change_within_chance_and_one_of_a_single_step():
    assert changes(of("1.00"), of("1.10", 5))[1].exceeds is False
    rounding = changes(of("0.5"), of("0.6", 5))[1]
    assert (rounding.percent, rounding.limit, rounding.exceeds) == (20, Decimal("14.6"), False)
    assert rounding.words("mg/dL") == "up 0.1 mg/dL (20 %) in 5 hours, may be chance (15 %)"


def test_a_rise_and_a_fall_of_a_variable_analyte_have_two_limits():
    rise, fall = changes(of("10", 0, CRP), of("20", 24, CRP), of("10", 48, CRP))[1:]
    assert (rise.limit, rise.exceeds) == (Decimal("143.0"), False)
    assert (fall.limit, fall.exceeds) == (Decimal("58.8"), False)


def test_without_a_known_variation_nothing_is_said_of_chance():
    change = changes(of("10", 0, ZINC), of("30", 200, ZINC))[1]
    assert (change.percent, change.limit, change.exceeds, change.source) == (200, None, None, "")
    assert change.words(None) == "up 20 (200 %) in 8 days"
    from_zero = changes(of("0"), of("3", 0.5))[1]
    assert (from_zero.percent, from_zero.exceeds) == (None, None)
    assert from_zero.words("mg/dL") == "up 3 mg/dL in less than an hour"
    assert changes(of("3"), of("3.0", 5))[1].words("mg/dL") == "unchanged since 5 hours"


cvs = st.decimals("0.1", "90", places=1)


@given(cvs, cvs)
def test_limits_are_those_of_the_formulas(cvi, cva):
    rise, fall = reference_change(cvi, cva, z=Decimal("1.96"), log_normal_from=12)
    total = (float(cvi) ** 2 + float(cva) ** 2) ** 0.5
    if total < 12:
        assert rise == fall
        assert abs(float(rise) - 2**0.5 * 1.96 * total) <= 0.051
    else:
        sigma = sqrt(log((total / 100) ** 2 + 1))
        assert abs(float(rise) / 100 - (exp(1.96 * sqrt(2) * sigma) - 1)) <= 0.00051
        assert abs((1 + float(rise) / 100) * (1 - float(fall) / 100) - 1) < 0.01 * (1 + float(rise) / 100)
        assert fall < 100


def test_at_least_forty_analytes_are_known():
    assert len(VARIATIONS.limits) >= 40


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (("analyte: sodium,", "analyte: sodum,"), 'no analyte "sodum", did you mean "sodium"'),
        (("source: proteins}", "source: book}"), "no such source: book"),
        (("analyte: potassium,", "analyte: sodium,"), "stands twice: sodium"),
        (("licence:", "owner: nobody\nlicence:"), 'unknown key "owner"'),
    ],
)
def test_what_is_wrong_with_the_file_is_said(tmp_path, wrong, sentence):
    path = tmp_path / "variation.yaml"
    text = (resource("rules") / "labs" / "variation.yaml").read_text(encoding="utf-8")
    path.write_text(text.replace(*wrong), encoding="utf-8")
    with pytest.raises(KnowledgeError, match=sentence):
        Variations.load(CATALOGUE, path)
