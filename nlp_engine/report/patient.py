"""The patient report: the same assessment in everyday words, each statement with where it comes from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from nlp_engine.assessment import Assessment, Card, Evidence, EvidenceKind, Finding, Flag, Indicator, Presence, Status
from nlp_engine.report.courses import Course, courses
from nlp_engine.report.phrases import Phrases
from nlp_engine.report.plain_names import plain_label, plain_test
from nlp_engine.report.record_views import said_dose
from nlp_engine.report.views import PatientReportView, PlainGroup, PlainStatement
from nlp_engine.report.words import (
    listed,
    not_read,
    said_day,
    said_reference,
    said_score,
    said_value,
    without_underscores,
)

_LEVELS = (Indicator.CRITICAL, Indicator.WARNING, Indicator.INFO)
_RECORDS = (Status.CONFLICTING, Status.PRESENT, Status.POSSIBLE, Status.ABSENT)
_MAX_SOURCES = 6
_MAX_QUESTIONS = 6
_FLAG_WORDS = {
    Flag.HIGH: "tests_high",
    Flag.LOW: "tests_low",
    Flag.CRITICAL_HIGH: "tests_very_high",
    Flag.CRITICAL_LOW: "tests_very_low",
    Flag.ABNORMAL: "tests_other",
}


def patient_report_view(assessment: Assessment, phrases: Phrases) -> PatientReportView:
    """Return the whole report."""
    words = phrases.patient
    name = assessment.record.patient.name
    as_of = assessment.as_of
    gathered = courses(assessment)
    taken = [row for row in assessment.record.medications if row.is_active_at(as_of) is not False]
    stopped = [row for row in assessment.record.medications if row.is_active_at(as_of) is False]
    return PatientReportView(
        name=words["for_name"].format(name=name) if name else "",
        about=words["about"],
        made_from=words["made_from"].format(date=said_day(as_of, phrases)) if as_of else words["made_undated"],
        main=tuple(_main(assessment.cards, phrases)),
        checked=_checked(assessment, phrases),
        tests=tuple(_test(course, phrases) for course in gathered if course.is_out_of_range),
        tests_rest=tuple(_other_tests(gathered, phrases)),
        records=tuple(_records(assessment.findings, phrases)),
        medicines=tuple(_sentence(row.name, said_dose(row), row.source) for row in taken),
        medicines_stopped=tuple(_sentence(row.name, "", row.source) for row in stopped),
        questions=tuple(_questions(assessment, gathered, phrases)),
        is_urgent=any(card.indicator is Indicator.CRITICAL for card in assessment.cards),
        gaps=tuple(_gaps(assessment, phrases)),
        versions=tuple(assessment.versions.items()),
    )


def _main(cards: Sequence[Card], phrases: Phrases) -> Iterable[PlainGroup]:
    for level in _LEVELS:
        group = [
            PlainStatement(card.plain, card.plain_why, sources(card.evidence, phrases))
            for card in cards
            if card.indicator is level
        ]
        if group:
            yield PlainGroup(level.value, phrases.patient[level.value], tuple(group))


def _records(findings: Sequence[Finding], phrases: Phrases) -> Iterable[PlainGroup]:
    for status in _RECORDS:
        group = [
            PlainStatement(
                _capital(f"{finding.plain}."), "", sources((*finding.supporting, *finding.opposing), phrases)
            )
            for finding in findings
            if finding.status is status
        ]
        if group:
            yield PlainGroup(status.value, phrases.patient[f"records_{status.value}"], tuple(group))


def _test(course: Course, phrases: Phrases) -> PlainStatement:
    latest, words = course.latest, phrases.patient
    reference = said_reference(latest, phrases)
    date = _on(latest.time, phrases)
    sentences = [words[_FLAG_WORDS.get(latest.flag or Flag.ABNORMAL, "tests_other")]]
    if reference:
        sentences.append(words["tests_range"].format(reference=reference))
    told = f"{latest.name} {said_value(latest, phrases)}"
    source = words["from_result"].format(words=told, date=date) + (f" ({latest.source})" if latest.source else "")
    return PlainStatement(
        text=_capital(plain_test(latest)), why=" ".join(sentences), sources=(source,), extra=said_value(latest, phrases)
    )


def _other_tests(gathered: Sequence[Course], phrases: Phrases) -> Iterable[str]:
    fine = sum(course.latest.flag is Flag.NORMAL for course in gathered)
    unflagged = sum(course.latest.flag is None for course in gathered)
    for key, count in (("tests_fine", fine), ("tests_open", unflagged)):
        if count:
            yield phrases.patient[f"{key}_one" if count == 1 else key].format(count=count)


def _checked(assessment: Assessment, phrases: Phrases) -> str:
    record, words = assessment.record, phrases.patient
    counts = {
        "checked_notes": len(record.notes),
        "checked_results": len(assessment.lab_results),
        "checked_images": len({finding.image_id for finding in assessment.image_findings}),
        "checked_medications": len(record.medications),
    }
    told = [words[key].format(count=count) for key, count in counts.items() if count]
    return words["checked"].format(what=listed(told, phrases)) if told else words["checked_nothing"]


def _questions(assessment: Assessment, gathered: Sequence[Course], phrases: Phrases) -> Iterable[str]:
    words = phrases.patient
    # A rule may speak of what it fears (sepsis); a patient is asked about what was found only.
    found = {f.concept: f.plain for f in assessment.findings if f.status in (Status.PRESENT, Status.POSSIBLE)}
    asked = dict.fromkeys(words["ask_conflict"].format(plain=finding.plain) for finding in assessment.conflicts)
    if assessment.cards:
        asked[words["ask_cards"]] = None
    for card in assessment.cards:
        if card.concept in found and not card.is_conflict:
            asked[words["ask_card"].format(plain=found[card.concept])] = None
    questions = list(asked)[:_MAX_QUESTIONS]
    if any(course.is_out_of_range for course in gathered):
        questions.append(words["ask_tests"])
    if assessment.record.medications:
        questions.append(words["ask_medicines"])
    return [*questions, words["ask_next"]]


def _gaps(assessment: Assessment, phrases: Phrases) -> Iterable[str]:
    words = phrases.patient
    unread = not_read(assessment, phrases)
    if unread:
        yield words["missing_unread"].format(what=listed(unread, phrases))
    if assessment.unassessed:
        yield words["missing_some"]
        yield words["missing_some_count"].format(count=len(assessment.unassessed))
    if assessment.problems:
        yield words["missing_problems"].format(count=len(assessment.problems))
    if not unread and not assessment.unassessed and not assessment.problems:
        yield words["missing_none"]


def sources(evidence: Iterable[Evidence], phrases: Phrases) -> tuple[str, ...]:
    """Say for each piece of evidence where it stands: date, test and value, or the quoted words."""
    told = dict.fromkeys(_source(piece, phrases) for piece in evidence)
    return tuple(told)[:_MAX_SOURCES]


def _source(evidence: Evidence, phrases: Phrases) -> str:
    words = phrases.patient
    date, statement = _on(evidence.time, phrases), " ".join(evidence.statement.split())
    if evidence.kind is EvidenceKind.NOTE:
        told = words["from_note"].format(words=statement, date=date)
        doubt = evidence.presence in (Presence.POSSIBLE, Presence.CONDITIONAL, Presence.HYPOTHETICAL)
        remark = words["absent"] if evidence.presence is Presence.ABSENT else words["possible"] if doubt else ""
        return f"{told} {remark}".strip()
    if evidence.kind is EvidenceKind.OBSERVATION:
        told = words["from_result"].format(words=statement, date=date)
    elif evidence.kind is EvidenceKind.IMAGE:
        model = f"{evidence.method} {evidence.method_version}".strip()
        label, _, number = statement.rpartition(" ")
        score = number if evidence.score is None else said_score(evidence.score)
        told = words["from_image"].format(words=_image_label(label), score=score, date=date, model=model)
    elif evidence.kind is EvidenceKind.MEDICATION:
        told = words["from_medication"].format(words=statement, date=date)
    else:
        told = words["from_patient"].format(words=statement)
    return f"{told} ({evidence.source})" if evidence.source else told


def _image_label(label: str) -> str:
    """Return an image's label in everyday words where a concept knows it."""
    return plain_label(label.replace(" ", "_")) or without_underscores(label)


def _on(time: datetime | None, phrases: Phrases) -> str:
    return phrases.patient["on_date"].format(date=said_day(time, phrases)) if time else ""


def _sentence(name: str, dose: str, source: str) -> PlainStatement:
    return PlainStatement(text=name, why="", sources=(source,) if source else (), extra=dose)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
