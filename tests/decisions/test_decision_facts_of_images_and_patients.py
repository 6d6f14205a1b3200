"""Facts that come from image models and from the patient's own data."""

from datetime import date
from decimal import Decimal

import pytest
from decision_builders import fact, record, shown

from nlp_engine.record import Sex


def test_image_facts():
    spec = {"from": "image_score", "label": "pneumonia", "max_age": "24h"}
    images = [shown(0.2, hours=20), shown(0.93, label="Pneumonia"), shown(0.99, hours=30), shown(0.6, label="effusion")]
    assert fact(spec, image_findings=images).value == Decimal("0.93")
    assert fact(spec, image_findings=images[2:]).value is None
    assert fact(spec, image_findings=[shown(0.4, hours=None), shown(0.7, hours=None)]).value == Decimal("0.7")
    decided = {"from": "image_decision", "image_labels": ["pneumonia"], "label": "picture", "max_age": "24h"}
    assert fact(decided, image_findings=images).value == "present"
    assert fact(decided, image_findings=[shown(0.5, decision="not_sure")]).value == "not_sure"


def test_age_and_sex():
    born = record(birth_date=date(1960, 3, 11), sex=Sex.FEMALE)
    assert fact({"from": "age"}, of=born).value == 65
    assert fact({"from": "sex"}, of=born).value == "female"
    assert fact({"from": "sex"}, of=record(sex=Sex.OTHER)).value is None
    assert fact({"from": "age"}, of=record(age_years=None)).value is None


@pytest.mark.parametrize("pregnant", [True, False, None])
def test_pregnant(pregnant):
    assert fact({"from": "pregnant"}, of=record(pregnant=pregnant)).value is pregnant
