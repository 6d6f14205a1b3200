"""The worklist: one small row a patient, most urgent first, and what failed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from nlp_engine.assessment import Assessment, Indicator
from nlp_engine.report.card_views import reading_order, uncovered_summary
from nlp_engine.report.clinician import counts, level_words
from nlp_engine.report.limits import values_in_notes
from nlp_engine.report.phrases import Phrases, load_phrases
from nlp_engine.report.rendering import render
from nlp_engine.report.views import CountView, LostView
from nlp_engine.report.words import said_age, said_sex, said_time, without_underscores


@dataclass(frozen=True, slots=True, order=True)
class WorklistRow:
    """One patient of the worklist: plain values only, so that it can be sent between processes.

    ``rank`` comes first: sorting rows puts the most urgent patient first, equals by id.
    """

    rank: tuple[int, int, int, int, str]
    patient_id: str
    name: str
    about: str
    level: str
    top: str
    counts: tuple[CountView, ...]
    as_of: str
    clinician_href: str
    patient_href: str

    @classmethod
    def of(cls, assessment: Assessment, *, clinician_href: str, patient_href: str, language: str = "en") -> WorklistRow:
        """Return the row of one assessment.

        Parameters
        ----------
        clinician_href, patient_href
            Addresses of the two reports as seen from the worklist, quoted as an address needs.
        """
        phrases = load_phrases(language)
        patient = assessment.record.patient
        critical, conflicts, warnings, infos = assessment.urgency
        level, top = _top(assessment, phrases)
        age, sex = said_age(patient, assessment.as_of, phrases), said_sex(patient, phrases)
        return cls(
            rank=(-critical, -conflicts, -warnings, -infos, patient.id),
            patient_id=patient.id,
            name=patient.name or "",
            about=f"{age}, {sex}",
            level=level,
            top=top,
            counts=tuple(count for count in counts(assessment, phrases) if count.count),
            as_of=said_time(assessment.as_of, phrases),
            clinician_href=clinician_href,
            patient_href=patient_href,
        )


def render_worklist(
    rows: Iterable[WorklistRow],
    failures: Sequence[Mapping[str, object]],
    run_info: Mapping[str, object],
    *,
    language: str = "en",
) -> str:
    """Render the worklist as one self-contained page.

    Parameters
    ----------
    rows
        In any order.
    failures
        ``patient_id``, ``where`` and ``sentence`` of what was lost; with ``status`` "partly" where there is a result
        all the same, without what the sentence names.
    run_info
        ``versions`` and ``counts`` (name -> value) and ``seconds``; each may be left out.
    """
    ordered = sorted(rows)
    return render(
        "worklist.html.j2",
        language,
        rows=ordered,
        lost=_lost(failures, load_phrases(language)),
        totals=_totals(ordered, language),
        counts=[(without_underscores(name), value) for name, value in _pairs(run_info.get("counts"))],
        versions=_pairs(run_info.get("versions")),
        seconds=_seconds(run_info.get("seconds")),
    )


def _top(assessment: Assessment, phrases: Phrases) -> tuple[str, str]:
    """Return level and sentence of what is read first: a critical card, a conflict, any other card."""
    cards = reading_order(assessment.cards)
    if cards and (cards[0].indicator is Indicator.CRITICAL or not assessment.conflicts):
        return cards[0].indicator.value, cards[0].summary
    if assessment.conflicts:
        has_card = bool(cards) and cards[0].is_conflict
        return "conflict", cards[0].summary if has_card else uncovered_summary(assessment.conflicts[0], phrases)
    values = len(values_in_notes(assessment))
    words = phrases.worklist["no_card_values" if values else "no_card"]
    return "none", words.format(count=values)


def _lost(failures: Sequence[Mapping[str, object]], phrases: Phrases) -> list[LostView]:
    """Return the records without a result, and apart from them those that lost a part."""
    words = phrases.worklist
    groups = []
    for anchor, is_partly in (("failures", False), ("partly", True)):
        rows = tuple(
            tuple(str(failure.get(key) or "") for key in ("patient_id", "where", "sentence"))
            for failure in failures
            if (failure.get("status") == "partly") is is_partly
        )
        if rows:
            groups.append(LostView(anchor, words[f"{anchor}_heading"], words[f"{anchor}_intro"], rows))
    return groups


def _totals(rows: Sequence[WorklistRow], language: str) -> list[CountView]:
    """Count the patients by what is read first of them."""
    phrases = load_phrases(language)
    levels = Counter(row.level for row in rows)
    words = level_words(phrases)
    return [CountView(level, phrases.symbol[level], levels[level], word) for level, word in words.items()]


def _pairs(values: object) -> list[tuple[str, str]]:
    return [(str(name), str(value)) for name, value in values.items()] if isinstance(values, Mapping) else []


def _seconds(value: object) -> list[tuple[str, str]]:
    """Return the seconds of each stage, or of the whole run."""
    named = value if isinstance(value, Mapping) else {} if value is None else {"": value}
    return [(str(name), f"{part:.1f}" if isinstance(part, int | float) else str(part)) for name, part in named.items()]
