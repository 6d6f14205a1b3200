"""Headers as hospitals write them, and tables that were filled in before."""

import pytest

from nlp_engine.cells.columns import OBSERVATIONS, PEOPLE, design_names, lacking, positions


def test_spelling_of_a_header_does_not_matter():
    assert positions(["Patient ID", "REFERENCE-LOW", "x", "Value"], OBSERVATIONS) == (
        {"patient_id": 0, "reference_low": 1, "value": 3},
        [],
    )


def test_the_first_of_two_counts():
    assert positions(["value", "name", "VALUE"], OBSERVATIONS) == ({"value": 0, "name": 1}, ["value"])


def test_a_table_filled_in_before_is_read_from_what_was_given():
    header = ["name", "value", "unit", "flag", "value_given", "flag_given"]
    # The unit was not given then: it is ours, and does not count.
    assert positions(header, OBSERVATIONS)[0] == {"name": 0, "value": 4, "flag": 5}


def test_without_given_values_the_columns_count_themselves():
    assert positions(["name", "value", "flag_given"], OBSERVATIONS)[0] == {"name": 0, "value": 1}


def test_other_names_count_and_stay():
    assert positions(["patient_id", "Gender", "age"], PEOPLE)[0] == {"patient_id": 0, "sex": 1, "age_years": 2}
    assert design_names(["Patient ID", "Gender", "Value_Given"], PEOPLE) == ["patient_id", "Gender", "Value_Given"]
    assert design_names(["VALUE GIVEN", "Value"], OBSERVATIONS) == ["value_given", "value"]


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"code": 0, "value": 1}, None),
        ({"value": 1}, 'the column "name" or "code"'),
        ({}, 'the columns "name" or "code" and "value"'),
    ],
)
def test_what_is_lacking(columns, words):
    assert lacking(columns, OBSERVATIONS) == words
