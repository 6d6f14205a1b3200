"""The clinician report: an assessment becomes the view that the template prints."""

from __future__ import annotations

from nlp_engine.assessment import Assessment, Finding, Score, Status
from nlp_engine.report.card_views import card_views, source_view
from nlp_engine.report.evidence import Tracer
from nlp_engine.report.phrases import Phrases
from nlp_engine.report.record_views import image_views, legend, medication_views, note_views, patient_view
from nlp_engine.report.result_views import labs_view
from nlp_engine.report.views import (
    ClinicianView,
    CountView,
    FindingGroup,
    FindingView,
    Link,
    NotAssessedView,
    ProblemView,
    ScoreView,
)
from nlp_engine.report.words import listed, said_number, said_time, with_unit

_STATUSES = (Status.CONFLICTING, Status.PRESENT, Status.POSSIBLE, Status.ABSENT)


def clinician_view(assessment: Assessment, phrases: Phrases) -> ClinicianView:
    """Return the whole report.

    Statements come before the things they rest on, since each statement tells the tracer what it uses.
    """
    tracer = Tracer(assessment, phrases)
    cards = card_views(assessment, tracer, phrases)
    scores = _scores(assessment, tracer, phrases)
    findings = _findings(assessment, tracer, phrases)
    return ClinicianView(
        patient=patient_view(assessment, phrases),
        as_of=said_time(assessment.as_of, phrases),
        made_from=made_from(assessment, phrases),
        counts=counts(assessment, phrases),
        disagree=_disagree(assessment, findings),
        cards=cards,
        labs=labs_view(assessment, tracer, phrases),
        images=image_views(assessment, tracer, phrases),
        scores=scores,
        findings=findings,
        medications=medication_views(assessment, tracer, phrases),
        notes=note_views(assessment, tracer, phrases),
        legend=legend(phrases),
        not_assessed=tuple(
            NotAssessedView(rule.title, listed(list(rule.missing), phrases), rule.rule_id)
            for rule in assessment.unassessed
        ),
        problems=tuple(
            ProblemView(phrases.clinician[problem.severity], problem.where, problem.sentence)
            for problem in assessment.problems
        ),
        read=_read(assessment, phrases),
        versions=tuple(assessment.versions.items()),
    )


def made_from(assessment: Assessment, phrases: Phrases) -> str:
    """Say up to which time the record goes."""
    if assessment.as_of is None:
        return phrases.common["generated_undated"]
    return phrases.common["generated_from"].format(date=said_time(assessment.as_of, phrases))


def counts(assessment: Assessment, phrases: Phrases) -> tuple[CountView, ...]:
    """Return the numbers of critical cards, conflicts, warnings and infos."""
    critical, warnings, conflicts, infos = assessment.urgency
    words, symbol = phrases.clinician, phrases.symbol
    return (
        CountView("critical", symbol["critical"], critical, words["count_critical"]),
        CountView("conflict", symbol["conflict"], conflicts, words["count_conflict"]),
        CountView("warning", symbol["warning"], warnings, words["count_warning"]),
        CountView("info", symbol["info"], infos, words["count_info"]),
    )


def _disagree(assessment: Assessment, findings: tuple[FindingGroup, ...]) -> tuple[Link, ...]:
    anchors = {view.name: view.anchor for group in findings for view in group.findings}
    return tuple(Link(f"#{anchors[finding.name]}", finding.name) for finding in assessment.conflicts)


def _scores(assessment: Assessment, tracer: Tracer, phrases: Phrases) -> tuple[ScoreView, ...]:
    return tuple(_score(score, number, tracer, phrases) for number, score in enumerate(assessment.scores, start=1))


def _score(score: Score, number: int, tracer: Tracer, phrases: Phrases) -> ScoreView:
    words = phrases.clinician
    owner = Link(f"#score-{number}", f"{words['tag_score']} {score.name}")
    missing = listed(list(score.missing), phrases)
    return ScoreView(
        anchor=owner.href[1:],
        name=score.name,
        value=with_unit(said_number(score.value), score.unit, phrases),
        detail=words["score_parts"].format(detail=score.detail) if score.detail else "",
        missing=words["score_missing"].format(what=missing) if missing else "",
        evidence=tracer.views(score.evidence, owner),
        source=source_view(score.source),
    )


def _findings(assessment: Assessment, tracer: Tracer, phrases: Phrases) -> tuple[FindingGroup, ...]:
    numbered = list(enumerate(assessment.findings, start=1))
    groups = []
    for status in _STATUSES:
        views = [_finding(finding, n, tracer, phrases) for n, finding in numbered if finding.status is status]
        if views:
            groups.append(FindingGroup(status.value, phrases.status[status.value], tuple(views)))
    return tuple(groups)


def _finding(finding: Finding, number: int, tracer: Tracer, phrases: Phrases) -> FindingView:
    words = phrases.clinician
    owner = Link(f"#finding-{number}", f"{words['tag_finding']} {finding.name}")
    missing = listed([phrases.modality[kind.value] for kind in finding.missing], phrases)
    confidence = words["confidence_in"].format(
        word=phrases.confidence_word(finding.confidence), percent=round(finding.confidence * 100)
    )
    return FindingView(
        anchor=owner.href[1:],
        name=finding.name,
        confidence=confidence[0].upper() + confidence[1:],
        missing=words["not_in_record"].format(what=missing) if missing else "",
        codes=listed([code.code for code in finding.codes], phrases),
        supporting=tracer.views(finding.supporting, owner),
        opposing=tracer.views(finding.opposing, owner),
    )


def _read(assessment: Assessment, phrases: Phrases) -> tuple[str, ...]:
    """Say what the record held and how much of it was looked at."""
    record, words = assessment.record, phrases.clinician
    mentions = sum(len(extraction.mentions) for extraction in assessment.extractions)
    images = len({image.id for image in record.images} | {finding.image_id for finding in assessment.image_findings})
    return (
        words["read_notes"].format(count=len(record.notes), mentions=mentions),
        words["read_results"].format(count=len(assessment.lab_results)),
        words["read_images"].format(count=images, outputs=len(assessment.image_findings)),
        words["read_medications"].format(count=len(record.medications)),
        words["read_rules"].format(cards=len(assessment.cards), unassessed=len(assessment.unassessed)),
    )
