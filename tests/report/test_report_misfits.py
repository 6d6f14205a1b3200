"""Samples that do not fit the patient are shown above the results, each result linked to its row."""

import re
from datetime import timedelta
from decimal import Decimal

from report_builders import NOW

from nlp_engine.assessment import Assessment, CardSource, Flag, LabResult, Misfit, MisfitPart, ResultChange
from nlp_engine.record import Patient, PatientRecord
from nlp_engine.report import render_report
from nlp_engine.report.misfit_views import MAX_MISFITS

SOURCE = CardSource(label="A paper on <tubes>", year=2008)


def page(count):
    results = [
        LabResult(observation_id=f"o{n}", name="Potassium", text="7.9", time=NOW - timedelta(days=n))
        for n in range(count)
    ]
    misfits = [
        Misfit(
            pattern="edta",
            name="contamination",
            sentence=f"Sample {n} may be mixed with EDTA.",
            time=result.time,
            parts=(
                MisfitPart(observation_id=f"o{n}", name="Potassium", statement="Potassium 7.9 (before 4.1)", share=1),
            ),
            cannot_see=("The tube.",),
            source=SOURCE,
        )
        for n, result in enumerate(results)
    ]
    record = PatientRecord(patient=Patient(id="p1"))
    return render_report(
        Assessment(record=record, lab_results=tuple(results), misfits=tuple(misfits)), audience="clinician"
    )


def test_a_misfit_is_shown_with_links_that_resolve():
    html = page(1)
    section = html[html.index('id="misfits"') : html.index('id="results"')]
    assert "Sample 0 may be mixed with EDTA." in section
    assert "Potassium 7.9 (before 4.1)" in section
    assert "A paper on &lt;tubes&gt;, 2008" in section
    assert "The tube." in section
    (target,) = re.findall(r'href="#(result-\d+)"', section)
    row = html[html.index(f'id="{target}"') :]
    assert '<a href="#misfit-1">' in row[: row.index("</tr>")]


def test_of_many_the_newest_are_shown_and_the_others_counted():
    html = page(MAX_MISFITS + 2)
    assert html.count('class="misfit"') == MAX_MISFITS
    assert html.index("Sample 0 may") < html.index("Sample 1 may")
    assert f"Sample {MAX_MISFITS} may" not in html
    assert "2 earlier samples are in doubt too" in html


def test_without_misfits_there_is_no_section():
    assert 'id="misfits"' not in page(0)


def test_a_change_beyond_chance_is_said_beside_the_result():
    change = ResultChange(previous_id="a", hours=Decimal(24), amount=Decimal("3.0"), percent=Decimal(75), exceeds=True)
    fields = {"name": "Potassium", "code": "2823-3", "unit": "mmol/L", "flag": Flag.HIGH, "reference_high": Decimal(5)}
    results = (
        LabResult(observation_id="a", text="4.0", value=Decimal("4.0"), time=NOW - timedelta(days=1), **fields),
        LabResult(observation_id="b", text="7.0", value=Decimal("7.0"), time=NOW, change=change, **fields),
    )
    record = PatientRecord(patient=Patient(id="p1"))
    for told, words in ((results, True), ((results[0], results[1].model_copy(update={"change": None})), False)):
        html = render_report(Assessment(record=record, lab_results=told), audience="clinician")
        assert (", more than chance" in html) is words
