"""Every sample patient, through the whole engine: valid pages, plain words."""

from pathlib import Path

import pytest
from page_checks import check_page

from nlp_engine.errors import ModelError
from nlp_engine.record import PatientRecord
from nlp_engine.report import render_report
from nlp_engine.report.readability import flesch_kincaid_grade, prose

SAMPLES = Path(__file__).parents[2] / "corpus_samples"
FOLDERS = sorted(SAMPLES.glob("p[0-9]*"))
MAX_GRADE = 8


@pytest.fixture(scope="module")
def engine():
    module = pytest.importorskip("nlp_engine.engine", reason="a stage of the engine is missing", exc_type=ImportError)
    try:
        return module.Engine.load()
    except ModelError as error:
        pytest.skip(str(error))


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_sample_pages_are_valid_and_plain(engine, folder):
    assessment = engine.assess(PatientRecord.from_folder(folder))
    clinician, patient = render_report(assessment), render_report(assessment, "patient")
    check_page(clinician)
    check_page(patient)
    assert clinician.count('<article class="card') >= len(assessment.cards)
    assert flesch_kincaid_grade(prose(patient)) <= MAX_GRADE
    assert flesch_kincaid_grade(prose(patient, with_sources=True)) <= MAX_GRADE
