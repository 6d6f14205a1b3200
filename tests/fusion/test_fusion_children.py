"""Limits of adults and children."""

from decimal import Decimal

import pytest
from fusion_builders import fuse, result

from nlp_engine.record import Patient


@pytest.mark.parametrize(
    ("code", "value", "unit", "concept"),
    [("8867-4", "135", "/min", "tachycardia"), ("9279-1", "28", "/min", "tachypnea")],
)
def test_a_known_child_is_not_measured_by_the_limits_of_adults(code, value, unit, concept):
    row = result(code, "vital sign", value, unit, None)
    assert concept in fuse(labs=(row,))
    assert concept in fuse(labs=(row,), patient=Patient(id="p", age_years=Decimal(18)))
    assert concept not in fuse(labs=(row,), patient=Patient(id="p", age_years=Decimal(3)))


def test_a_heart_slower_than_in_adults_is_slow_in_a_child_too():
    row = result("8867-4", "pulse", "40", "/min", None)
    assert "bradycardia" in fuse(labs=(row,), patient=Patient(id="p", age_years=Decimal(3)))
