"""What is read out of a note: mentions with assertion, codes and attributes, and the results that the text tells."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from nlp_engine.record import Number, Observation

PartialDate = Annotated[str, Field(pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$")]
"""A year, month or day: ``2026``, ``2026-03``, ``2026-03-02`` (FHIR's date)."""


class ResultModel(BaseModel):
    """Base of everything that goes out: frozen, unknown fields refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class MentionLabel(StrEnum):
    """What a mention is about."""

    PROBLEM = "PROBLEM"
    TEST = "TEST"
    TREATMENT = "TREATMENT"
    DRUG = "DRUG"
    ANATOMY = "ANATOMY"


class AttributeLabel(StrEnum):
    """What an attribute says of its mention."""

    VALUE = "VALUE"
    STRENGTH = "STRENGTH"
    DOSAGE = "DOSAGE"
    FORM = "FORM"
    ROUTE = "ROUTE"
    FREQUENCY = "FREQUENCY"
    DURATION = "DURATION"
    SEVERITY = "SEVERITY"
    COURSE = "COURSE"
    BODY_LOCATION = "BODY_LOCATION"
    DATE = "DATE"


class Presence(StrEnum):
    """Whether the note says that the thing is there."""

    PRESENT = "present"
    ABSENT = "absent"
    POSSIBLE = "possible"
    CONDITIONAL = "conditional"
    HYPOTHETICAL = "hypothetical"


class Temporality(StrEnum):
    """When the thing is, seen from the note."""

    CURRENT = "current"
    HISTORICAL = "historical"
    FUTURE = "future"


class Experiencer(StrEnum):
    """Who has the thing."""

    PATIENT = "patient"
    FAMILY = "family"
    OTHER = "other"


class Flag(StrEnum):
    """Interpretation of a result, HL7 v3 ObservationInterpretation."""

    NORMAL = "N"
    LOW = "L"
    HIGH = "H"
    CRITICAL_LOW = "LL"
    CRITICAL_HIGH = "HH"
    ABNORMAL = "A"


LOW_FLAGS = frozenset({Flag.LOW, Flag.CRITICAL_LOW})
HIGH_FLAGS = frozenset({Flag.HIGH, Flag.CRITICAL_HIGH})
CRITICAL_FLAGS = frozenset({Flag.CRITICAL_LOW, Flag.CRITICAL_HIGH})
_SEVERITY = (None, Flag.NORMAL, Flag.ABNORMAL, Flag.LOW, Flag.HIGH, Flag.CRITICAL_LOW, Flag.CRITICAL_HIGH)


def severity_of(flag: Flag | None) -> int:
    """Return the place of a flag among all, the gravest last; None counts least."""
    return _SEVERITY.index(flag)


class DrugStatus(StrEnum):
    """What a note says happens with a drug."""

    TAKEN = "taken"
    STARTED = "started"
    CONTINUED = "continued"
    INCREASED = "increased"
    DECREASED = "decreased"
    HELD = "held"
    STOPPED = "stopped"
    ALLERGIC = "allergic"
    PLANNED = "planned"


class Cue(ResultModel):
    """The words that decided an assertion; offsets count characters of the note."""

    start: int
    end: int
    text: str


class Code(ResultModel):
    """A code of a terminology, with a score between 0 and 1."""

    system: str
    code: str
    display: str
    score: float


class Attribute(ResultModel):
    """A word or number that belongs to a mention ("500 mg", "twice daily"); offsets count characters of the note.

    Parameters
    ----------
    value, comparator, unit
        What the words say as a number with a UCUM unit: of a value or dose; of a frequency, times a day (unit ``/d``);
        of a duration. None where they say no number, or a range.
    flag
        What the note itself says of a value ("high").
    date
        The day, month or year that a date means, relative ones counted from the note's time.
    """

    label: AttributeLabel
    start: int
    end: int
    text: str
    value: Number | None = None
    comparator: Literal["<", "<=", ">", ">="] | None = None
    unit: str | None = None
    flag: Flag | None = None
    date: PartialDate | None = None


class Expansion(ResultModel):
    """What an abbreviation stands for.

    Parameters
    ----------
    text
        The long form; of a longer mention its words with the abbreviations written out. None if it cannot be told.
    is_defined
        Whether the note itself defines it.
    others
        What else it may stand for, the likeliest first.
    """

    text: str | None
    is_defined: bool = False
    others: tuple[str, ...] = ()


class MedicationDetails(ResultModel):
    """What a note says of a drug besides its attributes.

    Parameters
    ----------
    status
        What happens with it; None if the note does not say.
    cue
        The words that decided the status.
    reason
        Id of the mention (a problem of the same note) that it is given for.
    doubts
        One sentence each on what is not plausible, e.g. a dose far above the usual.
    """

    status: DrugStatus | None = None
    cue: Cue | None = None
    reason: str | None = None
    doubts: tuple[str, ...] = ()


class Mention(ResultModel):
    """Something a note speaks of; ``note.text[start:end] == text`` always holds.

    Parameters
    ----------
    codes
        The best code of each terminology, with a score; none is a legal answer.
    other_codes
        What else it may be, the best first.
    expansion
        What an abbreviation stands for.
    medication
        What the note says of a drug.
    """

    id: str
    start: Annotated[int, Field(ge=0)]
    end: int
    text: str
    label: MentionLabel
    section: str | None = None
    presence: Presence = Presence.PRESENT
    temporality: Temporality = Temporality.CURRENT
    experiencer: Experiencer = Experiencer.PATIENT
    cues: tuple[Cue, ...] = ()
    score: Annotated[float, Field(ge=0, le=1)] = 1.0
    codes: tuple[Code, ...] = ()
    other_codes: tuple[Code, ...] = ()
    expansion: Expansion | None = None
    medication: MedicationDetails | None = None
    attributes: tuple[Attribute, ...] = ()

    @model_validator(mode="after")
    def _span_fits_text(self) -> Self:
        if self.end - self.start != len(self.text) or not self.text:
            raise ValueError(f"mention {self.id}: span {self.start}-{self.end} does not have the length of its text")
        return self


class PersonLabel(StrEnum):
    """What a note says of its patient."""

    AGE = "AGE"
    SEX = "SEX"
    BIRTH_DATE = "BIRTH_DATE"
    HEIGHT = "HEIGHT"
    WEIGHT = "WEIGHT"
    BMI = "BMI"
    PREGNANCY = "PREGNANCY"
    GESTATION = "GESTATION"
    GRAVIDITY = "GRAVIDITY"
    PARITY = "PARITY"
    LAST_PERIOD = "LAST_PERIOD"


class PersonFact(ResultModel):
    """One thing that a note says of its patient; offsets count characters of the note.

    Parameters
    ----------
    value, unit
        A number with its UCUM unit: an age in ``a``, ``mo``, ``wk`` or ``d``; a gestation in ``d``.
    word
        Of a sex: ``female`` or ``male``. Of a pregnancy: ``pregnant``, ``not pregnant`` or ``postpartum``.
    date
        Of a birth or a last period: the day, month or year.
    """

    label: PersonLabel
    start: Annotated[int, Field(ge=0)]
    end: int
    text: str
    value: Number | None = None
    unit: str | None = None
    word: Literal["female", "male", "pregnant", "not pregnant", "postpartum"] | None = None
    date: PartialDate | None = None


class NoteExtraction(ResultModel):
    """All mentions of one note: the object that ``nlp-engine extract`` writes a line of.

    ``observations`` are the results that the note tells in its text, as rows of the same kind as a lab table's;
    ``people`` is what it says of the patient's age, sex, size and pregnancy.
    """

    note_id: str
    patient_id: str | None = None
    mentions: tuple[Mention, ...] = ()
    observations: tuple[Observation, ...] = ()
    people: tuple[PersonFact, ...] = ()
