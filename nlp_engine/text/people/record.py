"""Sex and age of a patient who comes without patient data, as the notes tell them; doubts become problems."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from nlp_engine.assessment import NoteExtraction, PersonFact, PersonLabel
from nlp_engine.record import InputProblem, Note, NoteWords, Patient, PatientRecord, Sex, sort_time
from nlp_engine.text.people.told import in_years, told_age, told_sex

_SLACK_YEARS = 2
_DAYS = Decimal("365.25")
_OLDEST = 130
_WHERE = "notes"


class _Told(NamedTuple):
    fact: PersonFact
    note: Note


def with_told_patient(
    record: PatientRecord, extractions: Sequence[NoteExtraction], as_of: datetime | None
) -> PatientRecord:
    """Return the record, its patient with the sex and age that the notes tell where the patient's own data do not.

    What the patient data say always stays. Notes that contradict each other tell nothing, and notes that all name
    another sex than the patient data are a warning: they may be somebody else's. Of several ages the newest note's
    counts, with the years that have passed since.
    """
    notes = {note.id: note for note in record.notes}
    read = [(extraction, notes[extraction.note_id]) for extraction in extractions if extraction.note_id in notes]
    problems: list[InputProblem] = []
    changes = {**_sex(record.patient, read, problems), **_birth_or_age(record.patient, read, as_of, problems)}
    if not changes and not problems:
        return record
    words = tuple(told for _, told in changes.values())
    values = {name: value for name, (value, _) in changes.items()}
    patient = record.patient.model_copy(update={**values, "from_notes": words} if words else {})
    return record.model_copy(update={"patient": patient, "problems": (*record.problems, *problems)})


Read = Sequence[tuple[NoteExtraction, Note]]
Changes = dict[str, tuple[object, NoteWords]]


def _sex(patient: Patient, read: Read, problems: list[InputProblem]) -> Changes:
    told = [_Told(fact, note) for extraction, note in read if (fact := told_sex(extraction.people))]
    sexes = {one.fact.word for one in told}
    if len(sexes) > 1 and patient.sex is Sex.UNKNOWN:
        problems.append(_warning("the notes name different sexes for the patient; none was used"))
    if len(sexes) != 1:
        return {}
    sex = Sex(sexes.pop() or Sex.UNKNOWN)
    if patient.sex is Sex.UNKNOWN:
        return {"sex": (sex, _words("sex", told[0]))}
    if patient.sex in {Sex.FEMALE, Sex.MALE} and patient.sex is not sex:
        problems.append(_warning("the notes name another sex than the patient data; the patient data were used"))
    return {}


def _birth_or_age(patient: Patient, read: Read, as_of: datetime | None, problems: list[InputProblem]) -> Changes:
    if patient.birth_date is not None or patient.age_years is not None:
        return {}
    born = list(_of(read, PersonLabel.BIRTH_DATE))
    days = {one.fact.date for one in born if one.fact.date}
    if len(days) > 1:
        problems.append(_warning("the notes give different birth dates; none was used"))
        return {}
    if days:
        birth = date.fromisoformat(days.pop())
        is_possible = as_of is None or 0 <= as_of.year - birth.year <= _OLDEST
        return {"birth_date": (birth, _words("birth_date", born[0]))} if is_possible else {}
    return _age(read, as_of, problems)


def _age(read: Read, as_of: datetime | None, problems: list[InputProblem]) -> Changes:
    told = [_Told(fact, note) for extraction, note in read if (fact := told_age(extraction.people))]
    if not told:
        return {}
    newest = max(told, key=lambda one: sort_time(one.note.time))
    ages = [in_years(one.fact) + _years(one.note.time, newest.note.time) for one in told]
    if max(abs(age - in_years(newest.fact)) for age in ages) > _SLACK_YEARS:
        problems.append(_warning("the notes give ages that do not fit together; none was used"))
        return {}
    passed = _years(newest.note.time, as_of)
    years = in_years(newest.fact)
    age = (
        years
        if passed < 1 and newest.fact.unit == "a"
        else years + (int(passed) if newest.fact.unit == "a" else passed)
    )
    return {"age_years": (age, _words("age_years", newest))} if 0 <= age <= _OLDEST else {}


def _years(start: datetime | None, end: datetime | None) -> Decimal:
    """Return the years between two times, 0 if one is not known or the second is not later."""
    if start is None or end is None:
        return Decimal(0)
    days = (end.date() - start.date()).days
    return max(Decimal(0), Decimal(days) / _DAYS).quantize(Decimal("0.01"))


def _of(read: Read, label: PersonLabel) -> Iterator[_Told]:
    for extraction, note in read:
        for fact in extraction.people:
            if fact.label is label:
                yield _Told(fact, note)


def _words(field: str, told: _Told) -> NoteWords:
    fact, note = told
    return NoteWords(field=field, note_id=note.id, start=fact.start, end=fact.end, text=fact.text, time=note.time)


def _warning(sentence: str) -> InputProblem:
    return InputProblem(where=_WHERE, sentence=sentence, severity="warning")
