"""What the template of the patient report is given: text that is ready to print."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PlainStatement:
    """One statement of the patient report with where it comes from."""

    text: str
    why: str
    sources: tuple[str, ...]
    extra: str = ""


@dataclass(frozen=True, slots=True)
class PlainGroup:
    """Statements under one heading."""

    level: str
    heading: str
    statements: tuple[PlainStatement, ...]


@dataclass(frozen=True, slots=True)
class PatientReportView:
    """The whole patient report."""

    name: str
    about: str
    made_from: str
    main: tuple[PlainGroup, ...]
    checked: str
    tests: tuple[PlainStatement, ...]
    tests_rest: tuple[str, ...]
    records: tuple[PlainGroup, ...]
    negatives: tuple[PlainStatement, ...]
    negatives_rest: str
    estimates: tuple[PlainStatement, ...]
    medicines: tuple[PlainStatement, ...]
    medicines_stopped: tuple[PlainStatement, ...]
    questions: tuple[str, ...]
    is_urgent: bool
    numbers_in_notes: str
    gaps: tuple[str, ...]
    versions: tuple[tuple[str, str], ...]
