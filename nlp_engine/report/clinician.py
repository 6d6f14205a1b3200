"""The clinician report: an assessment becomes the view that the template prints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nlp_engine.assessment import Assessment, Finding, Score, Status
from nlp_engine.report.card_views import card_views, source_view
from nlp_engine.report.evidence import Tracer
from nlp_engine.report.limits import unknown_basics, values_in_notes
from nlp_engine.report.phrases import Phrases
from nlp_engine.report.record_views import image_views, legend, medication_views, note_views, patient_view
from nlp_engine.report.result_views import labs_view
from nlp_engine.report.stay_views import stay_view
from nlp_engine.report.timeline_view import timeline_view
from nlp_engine.report.told_medicines import told_medicine_views
from nlp_engine.report.views import (
    CardView,
    ClinicianView,
    CountView,
    FindingGroup,
    FindingView,
    Link,
    NotAssessedView,
    ProblemView,
    ScoreView,
)
from nlp_engine.report.words import counted, listed, not_read, said_number, said_time, with_unit

_MAX_VALUES = 30
_STATUSES = (Status.CONFLICTING, Status.PRESENT, Status.POSSIBLE, Status.ABSENT)


def clinician_view(assessment: Assessment, phrases: Phrases) -> ClinicianView:
    """Return the whole report.

    Statements come before the things they rest on, since each statement tells the tracer what it uses.
    """
    tracer = Tracer(assessment, phrases)
    cards = card_views(assessment, tracer, phrases)
    scores = _scores(assessment, tracer, phrases)
    sides = _cards_with_sides(cards)
    findings = _findings(assessment, sides, tracer, phrases)
    values = values_in_notes(assessment)
    unknown = listed(unknown_basics(assessment, phrases.clinician), phrases)
    return ClinicianView(
        patient=patient_view(assessment, phrases),
        as_of=said_time(assessment.as_of, phrases),
        made_from=made_from(assessment, phrases),
        counts=counts(assessment, phrases),
        disagree=tuple(Link(sides[finding.concept].href, finding.name) for finding in assessment.conflicts),
        cards=cards,
        labs=labs_view(assessment, tracer, phrases),
        stay=stay_view(assessment, tracer, phrases),
        images=image_views(assessment, tracer, phrases),
        scores=scores,
        findings=findings,
        values=_said_values(len(values), phrases),
        value_quotes=tracer.views(values[:_MAX_VALUES], Link("#values", phrases.clinician["values_heading"])),
        not_known=phrases.clinician["not_known_basics"].format(what=unknown) if unknown else "",
        timeline=timeline_view(assessment, tracer, phrases),
        medications=medication_views(assessment, tracer, phrases),
        told_medicines=told_medicine_views(assessment, tracer, phrases),
        notes=note_views(assessment, tracer, phrases),
        legend=legend(phrases),
        not_read=listed(not_read(assessment, phrases), phrases),
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
    levels = zip(level_words(phrases).items(), assessment.urgency, strict=True)
    return tuple(CountView(level, phrases.symbol[level], count, word) for (level, word), count in levels)


def level_words(phrases: Phrases) -> dict[str, str]:
    """Return the words of the levels, most urgent first, in the order of ``Assessment.urgency``."""
    words = phrases.indicator
    conflicting = phrases.status["conflicting"]
    return {
        "critical": words["critical"],
        "conflict": conflicting,
        "warning": words["warning"],
        "info": words["info"],
    }


def _said_values(count: int, phrases: Phrases) -> str:
    """Say how many values the notes hold, and how many are quoted if not all."""
    if not count:
        return ""
    first = phrases.clinician["values_first"].format(shown=_MAX_VALUES) if count > _MAX_VALUES else ""
    return f"{counted(phrases.clinician, 'values', count)} {first}".strip()


def _cards_with_sides(cards: Sequence[CardView]) -> dict[str, Link]:
    """Return the card of each conflict, by concept; every conflict has one."""
    conflicts = [card for card in cards if card.is_conflict and card.concept]
    return {card.concept or "": Link(f"#{card.anchor}", card.name) for card in reversed(conflicts)}


def _scores(assessment: Assessment, tracer: Tracer, phrases: Phrases) -> tuple[ScoreView, ...]:
    return tuple(_score(score, number, tracer, phrases) for number, score in enumerate(assessment.scores, start=1))


def _score(score: Score, number: int, tracer: Tracer, phrases: Phrases) -> ScoreView:
    words = phrases.clinician
    owner = Link(f"#score-{number}", score.name)
    missing = listed(list(score.missing), phrases)
    return ScoreView(
        anchor=owner.href[1:],
        name=score.name,
        value=with_unit(said_number(score.value), score.unit, phrases),
        detail=words["score_reasons" if score.risk else "score_parts"].format(detail=score.detail)
        if score.detail
        else "",
        missing=words["score_missing"].format(what=missing) if missing else "",
        evidence=tracer.views(score.evidence, owner, by_rule=True),
        source=source_view(score.source),
    )


def _findings(
    assessment: Assessment, sides: Mapping[str, Link], tracer: Tracer, phrases: Phrases
) -> tuple[FindingGroup, ...]:
    numbered = list(enumerate(assessment.findings, start=1))
    groups = []
    for status in _STATUSES:
        views = [_finding(finding, n, sides, tracer, phrases) for n, finding in numbered if finding.status is status]
        if views:
            groups.append(FindingGroup(status.value, phrases.status[status.value], tuple(views)))
    return tuple(groups)


def _finding(finding: Finding, number: int, sides: Mapping[str, Link], tracer: Tracer, phrases: Phrases) -> FindingView:
    words = phrases.clinician
    owner = Link(f"#finding-{number}", finding.name)
    card = sides.get(finding.concept) if finding.status is Status.CONFLICTING else None
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
        card=card,
        supporting=() if card else tracer.views(finding.supporting, owner),
        opposing=() if card else tracer.views(finding.opposing, owner),
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
