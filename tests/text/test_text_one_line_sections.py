"""Lines of a letterhead end with themselves: a finding behind them is not lost."""

import pytest
from text_fakes import stage

from nlp_engine.record import Note


@pytest.mark.parametrize(
    ("text", "section"),
    [
        ("MRN: 123\nDOB: 1/2/1950\n\nPatient has severe sepsis.", None),
        ("MRN: 123\r\nDOB: 1/2/1950\r\nPatient has severe sepsis.", None),
        ("Dear Dr:\n\nThis man has severe sepsis.", None),
        ("Attending: Dr. Smith\nAuthor: Jones\nHe has severe sepsis.", None),
        ("Date: 01/02/2024. He has severe sepsis.", None),
        ("Name: John Doe\nSex: M\nRe: follow up\nsevere sepsis", None),
        ("Name: John Doe, severe sepsis", "administrative"),
        ("Plan:\nrest\nSigned electronically by:\nDr. Smith\n\nsevere sepsis", None),
        ("MRN: 123\nASSESSMENT:\nsevere sepsis", "assessment"),
        ("MRN: 123 DOB: 1/2/1950\nPMH: severe sepsis", "past_medical_history"),
    ],
)
def test_a_line_of_the_letterhead_ends_with_itself(text, section):
    (mention,) = stage({"severe sepsis": "PROBLEM"}).extract(Note(id="n", text=text)).mentions
    assert mention.section == section
    assert text[mention.start : mention.end] == mention.text == "severe sepsis"
