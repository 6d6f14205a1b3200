"""The patient report: the same assessment in everyday words, each statement with where it comes from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from nlp_engine.assessment import Assessment, Card, EvidenceKind, Finding, Flag, Indicator, Status
from nlp_engine.report.courses import Course, courses
from nlp_engine.report.limits import unknown_basics, values_in_notes
from nlp_engine.report.phrases import Phrases
from nlp_engine.report.plain_names import is_disease, plain_test
from nlp_engine.report.plain_sources import PlainSources
from nlp_engine.report.plain_views import PatientReportView, PlainGroup, PlainStatement
from nlp_engine.report.record_views import said_dose
from nlp_engine.report.words import counted, listed, not_read, said_day, said_reference, said_value

_LEVELS = (Indicator.CRITICAL, Indicator.WARNING, Indicator.INFO)
_FAINT = 0.5
_RECORDS = (Status.CONFLICTING, Status.PRESENT, Status.POSSIBLE)
_MAX_NEGATIVES = 6
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
    sources = PlainSources(assessment, phrases)
    negatives = _denied_by_notes(assessment.findings)
    taken = [row for row in assessment.record.medications if row.is_active_at(as_of) is not False]
    still = {row.name.casefold() for row in taken}
    stopped = {row.name.casefold(): row for row in assessment.record.medications if row.name.casefold() not in still}
    return PatientReportView(
        name=words["for_name"].format(name=name) if name else "",
        about=words["about"],
        made_from=words["made_from"].format(date=said_day(as_of, phrases)) if as_of else words["made_undated"],
        main=tuple(_main(assessment.cards, sources, phrases)),
        checked=_checked(assessment, phrases),
        tests=tuple(_test(course, sources, phrases) for course in gathered if course.is_out_of_range),
        tests_rest=tuple(_other_tests(gathered, phrases)),
        records=tuple(_records(assessment.findings, sources, phrases)),
        negatives=tuple(_record(finding, sources) for finding in negatives[:_MAX_NEGATIVES]),
        negatives_rest=_negatives_rest(len(negatives) - _MAX_NEGATIVES, phrases),
        estimates=tuple(_estimates(assessment, sources, phrases)),
        medicines=tuple(_sentence(row.name, said_dose(row), row.source) for row in taken),
        medicines_stopped=tuple(_sentence(row.name, "", row.source) for row in stopped.values()),
        questions=tuple(_questions(assessment, gathered, phrases)),
        is_urgent=any(card.indicator is Indicator.CRITICAL for card in assessment.cards),
        numbers_in_notes=_numbers_in_notes(assessment, phrases),
        gaps=tuple(_gaps(assessment, phrases)),
        versions=tuple(assessment.versions.items()),
    )


def _main(cards: Sequence[Card], sources: PlainSources, phrases: Phrases) -> Iterable[PlainGroup]:
    for level in _LEVELS:
        group = [
            PlainStatement(card.plain, card.plain_why, sources.of(card.evidence))
            for card in cards
            if card.indicator is level
        ]
        if group:
            yield PlainGroup(level.value, phrases.patient[level.value], tuple(group))


def _records(findings: Sequence[Finding], sources: PlainSources, phrases: Phrases) -> Iterable[PlainGroup]:
    for status in _RECORDS:
        group = [
            _record(finding, sources) for finding in findings if finding.status is status and not _is_faint(finding)
        ]
        if group:
            yield PlainGroup(status.value, phrases.patient[f"records_{status.value}"], tuple(group))


def _is_faint(finding: Finding) -> bool:
    """Say whether one kind of source only asks ("CT to exclude malignancy"): the clinician's page tells that."""
    kinds = {piece.kind for piece in finding.supporting}
    return finding.status is Status.POSSIBLE and len(kinds) == 1 and finding.confidence < _FAINT


def _record(finding: Finding, sources: PlainSources) -> PlainStatement:
    return PlainStatement(_capital(f"{finding.plain}."), "", sources.of_finding(finding))


def _denied_by_notes(findings: Sequence[Finding]) -> list[Finding]:
    """Return what a note says is not there, diseases first; a normal test alone is told with the tests."""
    denied = (
        finding
        for finding in findings
        if finding.status is Status.ABSENT and any(piece.kind is EvidenceKind.NOTE for piece in finding.opposing)
    )
    return sorted(denied, key=lambda finding: (not is_disease(finding.concept), -finding.confidence))


def _negatives_rest(count: int, phrases: Phrases) -> str:
    return counted(phrases.patient, "negatives_rest", count) if count > 0 else ""


def _test(course: Course, sources: PlainSources, phrases: Phrases) -> PlainStatement:
    latest, words = course.latest, phrases.patient
    reference = said_reference(latest, phrases)
    sentences = [words[_FLAG_WORDS.get(latest.flag or Flag.ABNORMAL, "tests_other")]]
    if reference:
        sentences.append(words["tests_range"].format(reference=reference))
    told = f"{latest.name} {said_value(latest, phrases)}"
    source = words["from_result"].format(words=told, date=sources.on(latest.time))
    source += f" ({latest.source})" if latest.source else ""
    return PlainStatement(
        text=_capital(plain_test(latest)), why=" ".join(sentences), sources=(source,), extra=said_value(latest, phrases)
    )


def _other_tests(gathered: Sequence[Course], phrases: Phrases) -> Iterable[str]:
    fine = sum(course.latest.flag is Flag.NORMAL for course in gathered)
    unflagged = sum(course.latest.flag is None for course in gathered)
    is_first = fine + unflagged == len(gathered)
    if fine:
        yield counted(phrases.patient, "tests_fine_all" if is_first else "tests_fine", fine)
    if unflagged:
        yield counted(phrases.patient, "tests_open_all" if is_first and not fine else "tests_open", unflagged)


def _checked(assessment: Assessment, phrases: Phrases) -> str:
    record, words = assessment.record, phrases.patient
    counts = {
        "checked_notes": len(record.notes),
        "checked_results": len(assessment.lab_results),
        "checked_images": len({finding.image_id for finding in assessment.image_findings}),
        "checked_medications": len(record.medications),
    }
    told = [counted(words, key, count) for key, count in counts.items() if count]
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
    if values_in_notes(assessment):
        questions.append(words["ask_numbers"])
    return [*questions, words["ask_next"]]


def _gaps(assessment: Assessment, phrases: Phrases) -> Iterable[str]:
    words = phrases.patient
    unread = not_read(assessment, phrases)
    if unread:
        yield words["missing_unread"].format(what=listed(unread, phrases))
    if assessment.unassessed:
        yield words["missing_some"]
        yield counted(words, "missing_some_count", len(assessment.unassessed))
    if assessment.problems:
        yield words["missing_problems"].format(count=len(assessment.problems))
    if numbers := _numbers_in_notes(assessment, phrases):
        yield numbers
    if unknown := unknown_basics(assessment, words):
        yield words["missing_basics"].format(what=words["or"].join(unknown))
    if not (unread or assessment.unassessed or assessment.problems or numbers or unknown):
        yield words["missing_none"]


def _numbers_in_notes(assessment: Assessment, phrases: Phrases) -> str:
    count = len(values_in_notes(assessment))
    return counted(phrases.patient, "missing_numbers", count) if count else ""


def _estimates(assessment: Assessment, sources: PlainSources, phrases: Phrases) -> Iterable[PlainStatement]:
    """Yield what trained models estimate; a chance is never told as none, nor as certain."""
    words = phrases.patient
    for score in assessment.scores:
        if score.risk is not None:
            count = min(99, max(1, round(score.risk.probability * 100)))
            chance = words["estimates_chance"].format(plain=score.risk.plain, count=count)
            program = words["image_program_version"].format(model=score.risk.model, version=score.risk.model_version)
            yield PlainStatement(chance, words["estimates_means"], (*sources.of(score.evidence), program))


def _sentence(name: str, dose: str, source: str) -> PlainStatement:
    return PlainStatement(text=name, why="", sources=(source,) if source else (), extra=dose)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
