"""A made-up patient with everything a report shows: cards, a conflict, courses of results, a picture, notes."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from report_texts import PROGRESS, RADIOLOGY

from nlp_engine.assessment import (
    Assessment,
    Card,
    CardSource,
    Code,
    Evidence,
    EvidenceKind,
    FactValue,
    Finding,
    Flag,
    ImageFinding,
    Indicator,
    LabResult,
    Mention,
    MentionLabel,
    NoteExtraction,
    Presence,
    Score,
    Status,
    Unassessed,
)
from nlp_engine.record import (
    Image,
    ImageOutput,
    InputProblem,
    Medication,
    Note,
    ObservationKind,
    Patient,
    PatientRecord,
    Sex,
)

NOW = datetime(2026, 3, 10, 14, 30)
ICD = "http://hl7.org/fhir/sid/icd-10-cm"
KDIGO = CardSource(label="KDIGO Clinical Practice Guideline for Acute Kidney Injury", year=2012)


def note_evidence(note, words, *, presence="present", section="assessment_and_plan", nth=0):
    start = -1
    for _ in range(nth + 1):
        start = note.text.index(words, start + 1)
    return Evidence(
        kind=EvidenceKind.NOTE,
        source_id=note.id,
        statement=words,
        time=note.time,
        start=start,
        end=start + len(words),
        section=section,
        presence=Presence(presence),
        score=0.97,
        method="note reader",
        method_version="1",
    )


def mention(note, words, label="PROBLEM", **more):
    start = note.text.index(words)
    return Mention(id=f"m{start}", start=start, end=start + len(words), text=words, label=MentionLabel(label), **more)


def result(name, code, values, unit, low, high, flags, *, kind="lab", first_row=2, step=timedelta(hours=24)):
    """Return a course of results, the newest at NOW."""
    low, high = (None if end is None else Decimal(end) for end in (low, high))
    return [
        LabResult(
            observation_id=f"{kind}-{code}-{number}",
            name=name,
            kind=ObservationKind(kind),
            code=code,
            value=Decimal(value),
            text=value,
            unit=unit,
            time=NOW - timedelta(hours=2) - step * (len(values) - 1 - number),
            reference_low=low,
            reference_high=high,
            interval_source="came with the result" if low is not None or high is not None else None,
            flag=Flag(flag) if flag else None,
            source=f"{kind}s.csv row {first_row + number}",
        )
        for number, (value, flag) in enumerate(zip(values, flags, strict=True))
    ]


def result_evidence(result):
    return Evidence(
        kind=EvidenceKind.OBSERVATION,
        source_id=result.observation_id,
        statement=f"{result.name} {result.text} {result.unit}",
        time=result.time,
        code=result.code,
        method=f"{result.kind.value} table",
        source=result.source,
    )


def image_evidence(finding):
    return Evidence(
        kind=EvidenceKind.IMAGE,
        source_id=finding.output_id,
        statement=f"{finding.label} {finding.score:.2f}",
        time=finding.time,
        score=finding.score,
        method=finding.model,
        method_version=finding.model_version,
        source=finding.source,
    )


def medication_evidence(row):
    return Evidence(
        kind=EvidenceKind.MEDICATION,
        source_id=row.id,
        statement=f"{row.name} {row.dose} {row.unit}",
        time=row.start,
        method="medication table",
        source=row.source,
    )


def image_finding(label, score, number, decision, image_id="chest"):
    return ImageFinding(
        output_id=f"image_findings-{number}",
        image_id=image_id,
        label=label,
        score=score,
        decision=decision,
        model="chest-net",
        model_version="2.1",
        threshold=0.5,
        time=NOW - timedelta(hours=5),
        source=f"image_findings.json entry {number}",
    )


def empty_assessment(**more):
    """Return the assessment of a record that holds nothing."""
    record = more.pop("record", PatientRecord(patient=Patient(id="empty")))
    return Assessment(record=record, **more)


def one_note(text, *mentions, evidence=(), **patient):
    """Return the assessment of one note, with a finding that rests on ``evidence`` spans."""
    note = Note(id="n1", text=text, type="progress", time=NOW)
    quoted = tuple(
        Evidence(
            kind=EvidenceKind.NOTE,
            source_id="n1",
            statement=text[start:end],
            start=start,
            end=end,
            method="note reader",
        )
        for start, end in evidence
    )
    about = {"concept": "thing", "name": "Thing", "plain": "a thing", "status": Status.PRESENT, "confidence": 0.7}
    found = tuple(
        Mention(id=f"m{number}", start=start, end=end, text=text[start:end], label=MentionLabel(label), **more)
        for number, (start, end, label, more) in enumerate(mentions)
    )
    return Assessment(
        record=PatientRecord(patient=Patient(**({"id": "p1"} | patient)), notes=(note,)),
        as_of=NOW,
        extractions=(NoteExtraction(note_id="n1", mentions=found),),
        findings=(Finding(**about, supporting=quoted),) if quoted else (),
    )


def _record(folder: Path) -> PatientRecord:
    return PatientRecord(
        patient=Patient(id="MRN-0042/7", name="Erika Müller", sex=Sex.FEMALE, birth_date=date(1958, 6, 2)),
        notes=(
            Note(id="2026-03-10_progress", text=PROGRESS, time=NOW - timedelta(hours=4), type="progress_note"),
            Note(id="2026-03-10_xr", text=RADIOLOGY, time=NOW - timedelta(hours=5), type="radiology_report"),
        ),
        medications=(
            Medication(id="med-1", name="Metformin", dose="1000", unit="mg", route="oral", frequency="twice daily",
                       start=datetime(2024, 2, 1), source="medications.csv row 2"),
            Medication(id="med-2", name="Ibuprofen", dose="400", unit="mg", route="oral", frequency="as needed",
                       start=datetime(2026, 2, 20), source="medications.csv row 3"),
            Medication(id="med-3", name="Amoxicillin", dose="500", unit="mg", status="stopped",
                       start=datetime(2025, 1, 1), stop=datetime(2025, 1, 8), source="medications.csv row 4"),
        ),
        images=(
            Image(id="chest", path=folder / "chest.png", time=NOW - timedelta(hours=5), modality="DX", view="PA"),
            Image(id="scan", path=folder / "missing.dcm"),
        ),
        image_outputs=(
            ImageOutput(id="image_findings-1", image_id="chest", label="Pneumonia", score=0.93, model="chest-net"),
        ),
        problems=(InputProblem(where="labs.csv row 9", sentence="the value is empty; the row was left out"),),
    )  # fmt: skip


def _courses() -> dict[str, list[LabResult]]:
    """Return the results of each analyte, oldest first."""
    return {
        "creatinine": result(
            "Creatinine", "2160-0", ["0.9", "1.4", "2.1", "3.1"], "mg/dL", "0.6", "1.1", ["N", "H", "H", "H"]
        ),
        "potassium": result(
            "Potassium", "2823-3", ["4.4", "5.2", "6.4"], "mmol/L", "3.5", "5.0", ["N", "H", "HH"], first_row=6
        ),
        "crp": result("C-reactive protein", "1988-5", ["220"], "mg/L", None, "5", ["H"], first_row=10),
        "sodium": result("Sodium", "2951-2", ["134", "138"], "mmol/L", "136", "145", ["L", "N"], first_row=11),
        "glucose": result("Glucose", "2345-7", ["142"], "mg/dL", None, None, [None], first_row=13),
        "hb": result(
            "Hemoglobin", "718-7", ["11.9", "11.2", "10.4"], "g/dL", "12.0", "16.0", ["L", "L", "L"], first_row=14
        ),
        "pulse": result(
            "Heart rate", "8867-4", ["88", "96", "112"], "/min", "60", "100", ["N", "N", "H"], kind="vital"
        ),
        "temperature": result(
            "Body temperature", "8310-5", ["38.4"], "Cel", "36.1", "37.8", ["H"], kind="vital", first_row=5
        ),
    }


def newest(courses: dict[str, list[LabResult]], name: str) -> Evidence:
    return result_evidence(courses[name][-1])


def _images() -> tuple[ImageFinding, ...]:
    """Return pneumonia, effusion, cardiomegaly."""
    return (
        image_finding("pneumonia", 0.93, 1, "present"),
        image_finding("pleural_effusion", 0.12, 2, "absent"),
        image_finding("cardiomegaly", 0.46, 3, "not_sure"),
    )


def _findings(notes: tuple[Note, ...], courses: dict[str, list[LabResult]]) -> tuple[Finding, ...]:
    progress, xray = notes
    pneumonia, effusion, _ = _images()
    k = newest(courses, "potassium")
    creat = newest(courses, "creatinine")
    protein = newest(courses, "crp")
    no_pneumonia = note_evidence(progress, "pneumonia", presence="absent")
    consolidation = note_evidence(xray, "focal consolidation", presence="absent", section="findings")
    aki = note_evidence(progress, "Acute kidney injury")
    return (
        Finding(concept="pneumonia", name="Pneumonia", plain="a lung infection", status=Status.CONFLICTING,
                confidence=0.62, supporting=(image_evidence(pneumonia), protein),
                opposing=(no_pneumonia, consolidation), codes=(Code(system=ICD, code="J18.9", display="", score=1),)),
        Finding(concept="acute_kidney_injury", name="Acute kidney injury", plain="kidneys that got weak fast",
                status=Status.PRESENT, confidence=0.94,
                supporting=(aki, creat, result_evidence(courses["creatinine"][1]))),
        Finding(concept="hyperkalemia", name="High potassium", plain="too much potassium in the blood",
                status=Status.PRESENT, confidence=0.9, supporting=(k,), missing=(EvidenceKind.NOTE,)),
        Finding(concept="uti", name="Urinary tract infection", plain="a bladder infection", status=Status.POSSIBLE,
                confidence=0.45, missing=(EvidenceKind.OBSERVATION,),
                supporting=(note_evidence(progress, "urinary tract infection", presence="possible"),)),
        Finding(concept="fever", name="Fever", plain="fever", status=Status.PRESENT, confidence=0.55,
                supporting=(result_evidence(courses["temperature"][0]),),
                opposing=(note_evidence(progress, "fever", presence="absent", section="subjective"),)),
        Finding(concept="pleural_effusion", name="Pleural effusion", plain="fluid around the lungs",
                status=Status.ABSENT, confidence=0.9, supporting=(),
                opposing=(note_evidence(xray, "pleural effusion", presence="absent", section="findings"),
                          image_evidence(effusion))),
    )  # fmt: skip


def _critical_cards(record: PatientRecord, courses: dict[str, list[LabResult]]) -> tuple[Card, ...]:
    progress, metformin = record.notes[0], record.medications[0]
    k = newest(courses, "potassium")
    creat = newest(courses, "creatinine")
    return (
        Card(id="c1", rule_id="potassium-critical", summary="Potassium 6.4 mmol/L: consider an ECG now and treatment.",
             indicator=Indicator.CRITICAL, concept="hyperkalemia",
             detail="A potassium above 6.0 mmol/L can disturb the heart.\n\nSeen:\n- potassium: 6.4 mmol/L",
             options=("Consider an ECG now.", "Consider calcium, insulin with glucose, and a repeat potassium.",
                      "Consider drugs that raise potassium."),
             plain="A salt in your blood is much too high. Your care team needs to look at this now.",
             plain_why="Too much potassium can disturb the heart. It can be treated.",
             facts=(FactValue(name="k", label="potassium", value="6.4 mmol/L", evidence=(k,)),
                    FactValue(name="ecg", label="ECG")),
             evidence=(k,), cannot_see=("Whether the sample was haemolysed.", "The ECG."),
             source=CardSource(label="UK Kidney Association, Hyperkalaemia in Adults", year=2023,
                               url="https://ukkidney.org/")),
        Card(id="c2", rule_id="metformin-egfr-30", summary="Metformin with an eGFR of 16: consider stopping it.",
             indicator=Indicator.CRITICAL, concept="acute_kidney_injury",
             detail="Metformin can build up when the kidneys are this weak, and may harm.\n\nSeen:\n- x: y",
             options=("Consider stopping metformin and another way to lower glucose.",
                      "Consider a lactate if the patient is unwell."),
             plain="Your kidneys are weak, and you take the diabetes medicine metformin. Please ask your doctor.",
             plain_why="Weak kidneys clear metformin slowly. Too much of it can make you ill.",
             facts=(FactValue(name="m", label="takes metformin", value="yes (Metformin)",
                              evidence=(medication_evidence(metformin),
                                        note_evidence(progress, "metformin", section="subjective"))),
                    FactValue(name="egfr", label="eGFR", value="16 mL/min/1.73 m²", evidence=(creat,))),
             evidence=(creat, medication_evidence(metformin)),
             cannot_see=("Whether metformin was already stopped outside this record.",),
             source=CardSource(label="FDA Drug Safety Communication, metformin", year=2016)),
    )  # fmt: skip


def _other_cards(record: PatientRecord, courses: dict[str, list[LabResult]]) -> tuple[Card, ...]:
    progress, ibuprofen = record.notes[0], record.medications[1]
    pneumonia = _images()[0]
    creat = newest(courses, "creatinine")
    no_pneumonia = note_evidence(progress, "pneumonia", presence="absent")
    return (
        Card(id="c3", rule_id="conflict-pneumonia-image-yes", indicator=Indicator.WARNING, is_conflict=True,
             concept="pneumonia",
             summary="Notes say no pneumonia, the image model scores it 0.93: consider a second look at the image.",
             detail="A finding on an image that the notes deny can be missed. The score is a model's output.",
             options=("Consider looking at the image again, or asking a radiologist.",),
             plain="Your notes and a computer reading of your chest picture do not agree. Please ask your doctor.",
             plain_why="The computer can be wrong, and so can a note. A person should look at both.",
             facts=(FactValue(name="n", label="pneumonia in the notes", value="absent", evidence=(no_pneumonia,)),
                    FactValue(name="s", label="image score", value="0.93", evidence=(image_evidence(pneumonia),))),
             evidence=(no_pneumonia, image_evidence(pneumonia)), cannot_see=("The radiologist's own view.",),
             source=CardSource(label="ACR Practice Parameter for Communication of Imaging Findings", year=2020)),
        Card(id="c4", rule_id="nsaid-aki", summary="Ibuprofen during a rise of creatinine: consider stopping it.",
             indicator=Indicator.WARNING, concept="acute_kidney_injury",
             detail="NSAIDs lower the blood flow of the kidney.",
             options=("Consider paracetamol (acetaminophen) or another pain medicine.",),
             plain="You take a pain medicine that can hurt the kidneys. Please talk to your doctor.",
             plain_why="Some pain medicines lower the blood flow to the kidneys.",
             facts=(FactValue(name="i", label="takes an NSAID", value="yes (Ibuprofen)",
                              evidence=(medication_evidence(ibuprofen),)),),
             evidence=(medication_evidence(ibuprofen), result_evidence(courses["creatinine"][0]), creat), source=KDIGO),
        Card(id="c5", rule_id="anaemia-trend", summary="Hemoglobin 10.4 g/dL, falling for 3 days: consider a cause.",
             indicator=Indicator.INFO, detail="A slow fall may be bleeding, or fluid.",
             plain="Your red blood count is falling a little. Please ask your doctor about it.",
             facts=(FactValue(name="hb", label="hemoglobin", value="10.4 g/dL", evidence=(newest(courses, "hb"),)),),
             evidence=(newest(courses, "hb"),), source=KDIGO),
    )  # fmt: skip


def _scores(courses: dict[str, list[LabResult]]) -> tuple[Score, ...]:
    creat = newest(courses, "creatinine")
    return (
        Score(id="egfr", name="eGFR (CKD-EPI 2021)", value=Decimal(16), unit="mL/min/{1.73_m2}",
              detail="creatinine 3.1 mg/dL, 67 years, female", evidence=(creat,),
              source=CardSource(label="Inker et al., N Engl J Med 385:1737", year=2021)),
        Score(id="qsofa", name="qSOFA", value=Decimal(1), unit="{score}",
              detail="respiratory rate 22 or more: not known; systolic pressure 100 or less: no",
              missing=("respiratory rate", "Glasgow coma score"),
              evidence=(newest(courses, "pulse"),),
              source=CardSource(label="Singer et al., JAMA 315:801", year=2016)),
    )  # fmt: skip


def _mentions(progress: Note) -> tuple[Mention, ...]:
    return (
        mention(
            progress, "type 2 diabetes", codes=(Code(system=ICD, code="E11.9", display="Type 2 diabetes", score=0.9),)
        ),
        mention(progress, "Cough"),
        mention(progress, "fever", presence="absent"),
        mention(progress, "metformin", "DRUG"),
        mention(progress, "ibuprofen", "DRUG"),
        mention(progress, "knee pain"),
        mention(progress, "knee", "ANATOMY"),
        mention(progress, "breast cancer", experiencer="family", temporality="historical"),
        mention(progress, "Acute kidney injury"),
        mention(progress, "pneumonia", presence="absent"),
        mention(progress, "chest film", "TEST"),
        mention(progress, "urinary tract infection", presence="possible"),
        mention(progress, "urine culture", "TEST"),
    )


def full_assessment(folder: Path) -> Assessment:
    record, courses = _record(folder), _courses()
    progress, xray = record.notes
    return Assessment(
        record=record,
        as_of=NOW,
        extractions=(
            NoteExtraction(note_id=progress.id, mentions=_mentions(progress)),
            NoteExtraction(note_id=xray.id, mentions=(mention(xray, "focal consolidation", presence="absent"),
                                                      mention(xray, "pleural effusion", presence="absent"))),
        ),
        lab_results=tuple(result for course in courses.values() for result in course),
        image_findings=_images(),
        findings=_findings(record.notes, courses),
        scores=_scores(courses),
        cards=(*_critical_cards(record, courses), *_other_cards(record, courses)),
        unassessed=(
            Unassessed(rule_id="sepsis", title="Sepsis screen", missing=("lactate", "respiratory rate")),
            Unassessed(rule_id="inr", title="Anticoagulant with a high INR", missing=("INR",)),
        ),
        problems=record.problems,
        versions={"nlp_engine": "0.1.0", "python": "3.11.2", "ner": "clinical-ner 1.0"},
    )  # fmt: skip
