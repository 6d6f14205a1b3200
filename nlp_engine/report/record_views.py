"""Images, medicines, notes and the patient for the page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from nlp_engine.assessment import Assessment, EvidenceKind, ImageFinding, MentionLabel
from nlp_engine.pages import data_uri
from nlp_engine.record import Image, Medication, Note
from nlp_engine.report.evidence import Tracer, note_title, output_of, threshold_of
from nlp_engine.report.highlight import pieces
from nlp_engine.report.looked_at import overlaid
from nlp_engine.report.phrases import Phrases
from nlp_engine.report.pictures import small_copy
from nlp_engine.report.views import ImageModelView, ImageView, MedicationView, NoteView, OutputView, PatientView
from nlp_engine.report.words import listed, said_age, said_score, said_sex, said_time, without_underscores

_LONG_NOTE = 20_000
"""Characters from which a note is not printed on paper."""


def patient_view(assessment: Assessment, phrases: Phrases) -> PatientView:
    """Return who the report is about; what nobody said is said to be not known."""
    patient = assessment.record.patient
    told = {words.field for words in patient.from_notes}
    about = [
        _told(said_age(patient, assessment.as_of, phrases), bool(told & {"age_years", "birth_date"}), phrases),
        _told(said_sex(patient, phrases), "sex" in told, phrases),
    ]
    if patient.birth_date is not None:
        born = datetime.combine(patient.birth_date, datetime.min.time())
        about.append(phrases.common["born"].format(date=said_time(born, phrases)))
    if patient.pregnant:
        about.append(phrases.common["pregnant"])
    return PatientView(patient.id, patient.name or patient.id, tuple(about))


def _told(said: str, is_from_notes: bool, phrases: Phrases) -> str:
    return phrases.common["from_notes"].format(what=said) if is_from_notes else said


def image_views(assessment: Assessment, tracer: Tracer, phrases: Phrases) -> tuple[ImageView, ...]:
    """Return every image of the record, and every image that only a model's output names, in order."""
    outputs: dict[str, list[ImageFinding]] = {image.id: [] for image in assessment.record.images}
    for finding in assessment.image_findings:
        outputs.setdefault(finding.image_id, []).append(finding)
    pictures = {image.id: image for image in assessment.record.images}
    views = []
    for number, (image_id, findings) in enumerate(outputs.items(), start=1):
        image = pictures.get(image_id)
        about = [image.modality, image.body_part, image.view] if image else []
        time = image.time if image else findings[0].time
        when = [said_time(time, phrases)] if time else []
        ranked = sorted(findings, key=lambda finding: -finding.score)
        shown = small_copy(image.path) if image else None
        mapped = next((finding for finding in ranked if finding.looked_at), None) if shown else None
        views.append(
            ImageView(
                anchor=f"image-{number}",
                name=image.place.removeprefix("images/") if image else image_id,
                about=listed([word for word in about if word] + when, phrases),
                data_uri=data_uri(shown) if shown else None,
                map_uri=data_uri(overlaid(shown, mapped.looked_at)) if shown and mapped else None,
                map_about=_map_about(mapped, phrases) if mapped else "",
                models=_models(ranked, tracer, phrases),
                remarks=_remarks(image, assessment) if image else (),
            )
        )
    return tuple(views)


def _remarks(image: Image, assessment: Assessment) -> tuple[str, ...]:
    """Return what is told of a picture; the place may have the name of the patient's folder before it."""
    told = (problem for problem in assessment.problems if f"/{problem.where}".endswith(f"/{image.place}"))
    return tuple(dict.fromkeys(problem.sentence for problem in told))


def _map_about(finding: ImageFinding, phrases: Phrases) -> str:
    return phrases.clinician["image_map"].format(label=without_underscores(finding.label))


def _models(ranked: Sequence[ImageFinding], tracer: Tracer, phrases: Phrases) -> tuple[ImageModelView, ...]:
    """Return the models with what each said, the one with the highest score first."""
    said: dict[str, list[ImageFinding]] = {}
    for finding in ranked:
        said.setdefault(output_of(finding, phrases), []).append(finding)
    views = []
    for name, findings in said.items():
        is_one = len({finding.source for finding in findings}) == 1
        outputs = tuple(_output(finding, tracer, phrases, shows_source=not is_one) for finding in findings)
        views.append(ImageModelView(name, findings[0].source if is_one else "", outputs))
    return tuple(views)


def _output(finding: ImageFinding, tracer: Tracer, phrases: Phrases, *, shows_source: bool) -> OutputView:
    anchor = tracer.anchor(EvidenceKind.IMAGE, finding.output_id) or ""
    return OutputView(
        anchor=anchor,
        label=without_underscores(finding.label),
        score=said_score(finding.score),
        percent=round(finding.score * 100),
        decision=finding.decision,
        decision_words=phrases.decision[finding.decision],
        threshold=threshold_of(finding, phrases),
        source=finding.source if shows_source else "",
        used_in=tracer.used_in(anchor),
    )


def medication_views(assessment: Assessment, tracer: Tracer, phrases: Phrases) -> tuple[MedicationView, ...]:
    """Return the medication table, active ones first."""
    order = {True: 0, None: 1, False: 2}
    rows = sorted(assessment.record.medications, key=lambda row: order[row.is_active_at(assessment.as_of)])
    return tuple(_medication(row, assessment, tracer, phrases) for row in rows)


def said_dose(row: Medication) -> str:
    """Return dose, route and frequency as one line."""
    return " ".join(word for word in (row.dose, row.unit, row.route, row.frequency) if word)


def _medication(row: Medication, assessment: Assessment, tracer: Tracer, phrases: Phrases) -> MedicationView:
    words = phrases.clinician
    anchor = tracer.anchor(EvidenceKind.MEDICATION, row.id) or ""
    active = row.is_active_at(assessment.as_of)
    status = {True: "medication_active", None: "medication_unclear", False: "medication_inactive"}[active]
    own = f" ({row.status})" if row.status and row.status.strip().lower() != words[status] else ""
    period = [words["from_date"].format(date=said_time(row.start, phrases))] if row.start else []
    period += [words["until_date"].format(date=said_time(row.stop, phrases))] if row.stop else []
    return MedicationView(
        anchor=anchor,
        name=row.name,
        dose=said_dose(row),
        status=words[status] + own,
        period=tuple(period),
        source=row.source,
        used_in=tracer.used_in(anchor),
    )


def note_views(assessment: Assessment, tracer: Tracer, phrases: Phrases) -> tuple[NoteView, ...]:
    """Return the notes in order; call it last, when all statements have told which words they rest on."""
    mentions = {extraction.note_id: extraction.mentions for extraction in assessment.extractions}
    views = []
    for number, note in enumerate(assessment.record.notes, start=1):
        found = mentions.get(note.id, ())
        views.append(
            NoteView(
                anchor=f"note-{number}",
                title=note_title(note, phrases),
                when=said_time(note.time, phrases),
                about=_about(note, len(found), phrases),
                pieces=pieces(note, found, tracer, phrases) if note.text.strip() or tracer.spans(note.id) else (),
                is_long=len(note.text) > _LONG_NOTE,
            )
        )
    return tuple(views)


def _about(note: Note, mentions: int, phrases: Phrases) -> str:
    counts = phrases.clinician["note_words"].format(words=len(note.text.split()), mentions=mentions)
    return listed([note.id, counts], phrases)


def legend(phrases: Phrases) -> tuple[tuple[str, str], ...]:
    """Return the colour classes of a note with their words."""
    return tuple((label.value.lower(), phrases.mention[label.value]) for label in MentionLabel)
