"""Calculators against worked values, and honest answers when inputs are missing."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp_engine.decisions.scores import CALCULATORS
from nlp_engine.decisions.values import Range


def calculate(name, **inputs):
    inputs = {k: v if k == "sex" or isinstance(v, Range) else Decimal(str(v)) for k, v in inputs.items()}
    return CALCULATORS[name].calculate(inputs)


# Worked by hand from the published equation: creatinine mg/dL, age, sex -> mL/min/1.73 m2.
@pytest.mark.parametrize(
    ("creatinine", "age", "sex", "expected"),
    [
        ("1.7", 29, "female", 41),
        ("4.1", 57, "female", 12),
        ("0.7", 50, "female", 105),
        ("0.9", 50, "male", 104),
        ("1.0", 60, "male", 86),
        ("3.1", 70, "male", 21),
    ],
)
def test_egfr(creatinine, age, sex, expected):
    assert calculate("egfr_ckd_epi_2021", creatinine=creatinine, age=age, sex=sex).value == expected


@given(st.decimals("0.2", 15, places=2), st.integers(18, 105), st.sampled_from(["female", "male"]))
def test_egfr_agrees_with_a_plain_float_version(creatinine, age, sex):
    k, a, f = (0.7, -0.241, 1.012) if sex == "female" else (0.9, -0.302, 1.0)
    scr = float(creatinine)
    plain = 142 * min(scr / k, 1) ** a * max(scr / k, 1) ** -1.2 * 0.9938**age * f
    assert abs(float(calculate("egfr_ckd_epi_2021", creatinine=creatinine, age=age, sex=sex).value) - plain) <= 0.5001


def test_egfr_is_for_adults_and_needs_all_inputs():
    assert calculate("egfr_ckd_epi_2021", creatinine="0.5", age=12, sex="male").value is None
    assert calculate("egfr_ckd_epi_2021", creatinine=0, age=40, sex="male").value is None
    missing = calculate("egfr_ckd_epi_2021", creatinine="1.0", age=40)
    assert missing.value is None
    assert missing.missing == ("sex",)
    unsure = calculate("egfr_ckd_epi_2021", creatinine=Range.of(Decimal("0.2"), "<"), age=40, sex="male")
    assert unsure.missing == ("creatinine",)


@pytest.mark.parametrize(
    ("inputs", "value"),
    [
        ({"respiratory_rate": 22, "systolic_pressure": 100, "coma_score": 14}, Decimal(3)),
        ({"respiratory_rate": 21, "systolic_pressure": 101, "coma_score": 15}, Decimal(0)),
        ({"respiratory_rate": 22, "systolic_pressure": 100}, Range(Decimal(2), Decimal(3))),
        ({"respiratory_rate": 12, "systolic_pressure": 120}, Range(Decimal(0), Decimal(1))),
        ({}, Range(Decimal(0), Decimal(3))),
    ],
)
def test_qsofa(inputs, value):
    assert calculate("qsofa", **inputs).value == value


def test_qsofa_names_what_is_missing():
    assert calculate("qsofa", respiratory_rate=30).missing == ("systolic_pressure", "coma_score")


@pytest.mark.parametrize(
    ("inputs", "value"),
    [
        ({"temperature": "38.1", "heart_rate": 91, "respiratory_rate": 21, "white_cells": "12.1"}, Decimal(4)),
        ({"temperature": "38.0", "heart_rate": 90, "respiratory_rate": 20, "white_cells": "12.0"}, Decimal(0)),
        ({"temperature": "35.9", "heart_rate": 60, "respiratory_rate": 12, "white_cells": "3.9"}, Decimal(2)),
        ({"temperature": 37, "heart_rate": 60, "arterial_co2": 31, "white_cells": 8}, Decimal(1)),
        ({"temperature": 37, "heart_rate": 60, "respiratory_rate": 12, "white_cells": 8}, Decimal(0)),
        ({"heart_rate": 120}, Range(Decimal(1), Decimal(4))),
        ({"white_cells": Range.of(Decimal("0.1"), "<"), "heart_rate": 100}, Range(Decimal(2), Decimal(4))),
    ],
)
def test_sirs(inputs, value):
    assert calculate("sirs", **inputs).value == value


@given(
    st.dictionaries(
        st.sampled_from(["temperature", "heart_rate", "respiratory_rate", "white_cells"]), st.integers(0, 200)
    )
)
def test_a_partial_count_bounds_every_complete_one(inputs):
    partial = calculate("sirs", **inputs).value
    low, high = (partial.low, partial.high) if isinstance(partial, Range) else (partial, partial)
    for filler in (
        {"temperature": 37, "heart_rate": 70, "respiratory_rate": 12, "white_cells": 8},
        {"temperature": 40, "heart_rate": 150, "respiratory_rate": 40, "white_cells": 30},
    ):
        assert low <= calculate("sirs", **(filler | inputs)).value <= high


def test_anion_gap():
    assert calculate("anion_gap", sodium=141, chloride=104, bicarbonate=22).value == 15
    assert calculate("anion_gap", sodium=141, chloride=104).missing == ("bicarbonate",)
