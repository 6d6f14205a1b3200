"""Sections: the notes that were marked by hand, what a section says of its content, and any text at all."""

import sys
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from text_fakes import rules, stage

from nlp_engine.errors import KnowledgeError
from nlp_engine.knowledge import read_yaml, resource
from nlp_engine.record import Note
from nlp_engine.text.section_rules import SectionFile, SectionRules
from nlp_engine.text.sections import find_sections

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))
from sections import errors, marked_files, unmarked

FILES = marked_files()
SECTIONS = resource("rules") / "lexicons" / "sections.yaml"
_PIECES = st.sampled_from(
    [
        "PMH",
        "Meds:",
        "# ",
        "** ",
        "Plan",
        "VS  ",
        "A/P:",
        "\n",
        "\r\n",
        "\n\n",
        "1. ",
        "- ",
        "| ",
        ". ",
        "\x00",
        "\ud800",
        "fever",
    ]
)


def _cases():
    for file in FILES.values():
        for note in file.notes:
            marks = [pytest.mark.xfail(strict=True)] if note.id in file.known_failures else []
            yield pytest.param(note, id=note.id, marks=marks)


@pytest.mark.parametrize("note", list(_cases()))
def test_a_note_that_was_marked_by_hand(note):
    expected = unmarked(note.text)
    assert list(errors(expected, find_sections(expected.text, rules().sections))) == []


def test_marks_name_sections_and_ids_are_unique():
    ids = [note.id for file in FILES.values() for note in file.notes]
    kinds = {kind for file in FILES.values() for note in file.notes for kind in unmarked(note.text).kinds}
    assert len(ids) == len(set(ids)) >= 40
    assert kinds - {None} <= set(rules().sections.kinds)
    assert {known for file in FILES.values() for known in file.known_failures} <= set(ids)


def _read(text):
    (mention,) = (
        stage()
        .extract(Note(id="n", text=text), mentions=[(text.index("stroke"), text.index("stroke") + 6, "PROBLEM")])
        .mentions
    )
    return mention.section, mention.presence.value, mention.temporality.value, mention.experiencer.value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("PMH stroke, DM\nVS 128/71", ("past_medical_history", "present", "historical", "patient")),
        ("PMH HTN\nVS 128/71, had a stroke", ("vital_signs", "present", "current", "patient")),
        ("All: NKDA\nExam no signs of stroke", ("physical_exam", "absent", "current", "patient")),
        ("FHx   dad - stroke", ("family_history", "present", "current", "family")),
        ("FHx: dad MI. Imp: stroke", ("impression", "present", "current", "patient")),
        ("FAMILY MTG: told of the stroke", (None, "present", "current", "patient")),
        ("PMH of stroke", (None, "present", "historical", "patient")),
        ("Hosp course: stroke on day 2", ("hospital_course", "present", "current", "patient")),
    ],
)
def test_what_a_terse_heading_says(text, expected):
    assert _read(text) == expected


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.one_of(
        st.text(), st.lists(_PIECES, max_size=30).map("".join), st.binary().map(lambda raw: raw.decode("latin-1"))
    )
)
@example("")
@example("Allergies: x\n\n\x00\n\n")
@example("\ud800\r\n\ud800:")
def test_any_text_has_sections_in_order_that_cover_it(text):
    found = find_sections(text, rules().sections)
    assert all(0 <= heading.start <= heading.end <= len(text) for heading in (*found.headings, *found.openers))
    assert all(heading.start < heading.end for heading in found.headings)
    assert all(first.end <= second.start for first, second in pairwise(found.headings))
    assert list(found.starts) == sorted(set(found.starts))
    scopes = [found.at(place) for place in range(len(text))]
    unique = [scope for before, scope in pairwise([None, *scopes]) if scope is not before]
    assert [scope for scope in unique if scope] == [h for h in found.openers if h.start < len(text)]


def test_titles_and_parents_are_checked():
    file = read_yaml(SECTIONS, SectionFile)
    first, second = file.sections[:2]
    with pytest.raises(KnowledgeError, match="stands at two sections"):
        SectionRules(file.model_copy(update={"sections": (first, second.model_copy(update={"titles": first.titles}))}))
    with pytest.raises(KnowledgeError, match="is no section"):
        SectionRules(file.model_copy(update={"sections": (first.model_copy(update={"parent": "zebra"}),)}))


def test_every_title_is_read_as_its_section_and_every_parent_may_stand_alone():
    file = read_yaml(SECTIONS, SectionFile)
    wrong = [
        (title, kind.id)
        for kind in file.sections
        for title in kind.titles
        if len(title) > 1 and find_sections(f"{title.upper()}: none", rules().sections).openers[0].kind != kind
    ]
    assert wrong == []
    assert {title for kind in file.sections for title in kind.terse} <= {
        t for kind in file.sections for t in kind.titles
    }
