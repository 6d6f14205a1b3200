"""Our own annotated notes: offsets, labels, axes and links are sound, and no note stands in two parts."""

import csv
from collections import Counter
from pathlib import Path

import pytest

from nlp_engine.assessment import AttributeLabel, MentionLabel
from nlp_engine.training.corpora.annotated_note import read_annotated_notes

FOLDER = Path(__file__).parents[1] / "corpus_samples" / "annotated"
PARTS = {part: (FOLDER / f"{part}.txt").read_text().split() for part in ("train", "dev", "test")}
IDS = sorted(path.stem for path in (FOLDER / "docs").glob("*.ann"))
HOSTS = {
    AttributeLabel.VALUE: {MentionLabel.TEST},
    AttributeLabel.STRENGTH: {MentionLabel.DRUG},
    AttributeLabel.DOSAGE: {MentionLabel.DRUG},
    AttributeLabel.FORM: {MentionLabel.DRUG},
    AttributeLabel.ROUTE: {MentionLabel.DRUG},
    AttributeLabel.SEVERITY: {MentionLabel.PROBLEM},
    AttributeLabel.COURSE: {MentionLabel.PROBLEM},
}
ARTICLES = ("the ", "a ", "an ", "his ", "her ", "their ", "this ", "these ", "any ", "no ", "some ", "my ", "your ")


@pytest.fixture(scope="module")
def notes():
    return {note.id: note for note in read_annotated_notes(FOLDER / "docs", IDS)}


def test_each_note_stands_in_one_part_and_in_the_list():
    counts = Counter(note for part in PARTS.values() for note in part)
    assert set(counts.values()) == {1}
    assert sorted(counts) == IDS
    with (FOLDER / "notes.csv").open(newline="") as file:
        listed = {row["id"]: row["part"] for row in csv.DictReader(file)}
    assert listed == {note: part for part, ids in PARTS.items() for note in ids}


def test_second_annotations_are_of_listed_notes_and_sound():
    ids = sorted(path.stem for path in (FOLDER / "second").glob("*.ann"))
    with (FOLDER / "notes.csv").open(newline="") as file:
        assert [row["id"] for row in csv.DictReader(file) if row["annotated_twice"] == "yes"] == ids
    assert all(note.mentions for note in read_annotated_notes(FOLDER / "second", ids, texts=FOLDER / "docs"))


@pytest.mark.parametrize("note_id", IDS)
def test_mentions_are_sound(notes, note_id):
    note = notes[note_id]
    assert note.mentions
    end = 0
    for mention in note.mentions:
        words = note.text[mention.span.start : mention.span.end]
        assert mention.span.start >= end, f"{mention.span} overlaps another mention"
        assert words == words.strip() != "", mention.span
        assert not words.lower().startswith(ARTICLES), mention.span
        assert words[-1] not in ",;:", mention.span
        assert "\n\n" not in words.replace("\r", ""), mention.span
        end = mention.span.end


@pytest.mark.parametrize("note_id", IDS)
def test_attributes_belong_to_mentions_that_can_have_them(notes, note_id):
    note = notes[note_id]
    linked = {attribute for mention in note.mentions for attribute in mention.attributes}
    written = sum(
        line.startswith("T") and line.split("\t")[1].split()[0] in set(AttributeLabel)
        for line in (FOLDER / "docs" / f"{note_id}.ann").read_text().splitlines()
    )
    assert len(linked) == written
    for mention in note.mentions:
        for attribute in mention.attributes:
            hosts = HOSTS.get(AttributeLabel(attribute.label), set(MentionLabel))
            assert mention.span.label in hosts, (mention.span, attribute)
