"""The pictures of a stay: which run of results it is, its cells, what was done, and the drawings on the page."""

import re
import xml.etree.ElementTree as ET
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from page_checks import check_page

from nlp_engine.assessment import Assessment, Flag, LabResult
from nlp_engine.labs.catalogue import Catalogue
from nlp_engine.record import Medication, Patient, PatientRecord
from nlp_engine.report import render_report
from nlp_engine.report.charts import Cell, HeatRow, Mark, PanelRow, Series, draw_panel, draw_stay
from nlp_engine.report.courses import courses
from nlp_engine.report.stay import Stay, load_panels
from nlp_engine.report.stay_events import done_in

START = datetime(2026, 3, 1, 6, 30)
HOUR = timedelta(hours=1)


def potassium(hours, flag=Flag.NORMAL, value="4.4", code="2823-3"):
    return LabResult(
        observation_id=f"o{hours}-{value}-{code}", name="Potassium", code=code, value=Decimal(value), text=value,
        unit="mmol/L", time=START + hours * HOUR, flag=flag, reference_low=Decimal("3.5"), reference_high=Decimal(5),
    )  # fmt: skip


def assessment(results, medications=()):
    record = PatientRecord(patient=Patient(id="p"), medications=tuple(medications))
    return Assessment(record=record, lab_results=tuple(results), as_of=START + 2000 * HOUR)


def stay_of(results):
    return Stay.of(courses(assessment(results)))


@pytest.mark.parametrize(("span", "column", "columns"), [(30, 6, 6), (156, 6, 27), (192, 12, 17), (2000, 168, 12)])
def test_the_shortest_columns_that_fit_are_taken(span, column, columns):
    stay = stay_of([potassium(hour) for hour in {*range(0, span, 100), span}])
    assert (stay.column, len(stay.columns)) == (column * HOUR, columns)


def test_only_the_newest_run_without_a_gap_of_a_week_counts():
    stay = stay_of([potassium(hour) for hour in (0, 10, 10 + 24 * 7 + 1, 10 + 24 * 8)])
    assert stay.start == datetime(2026, 3, 8, 12)
    assert not stay.holds(START)


def test_one_moment_and_no_result_make_no_stay():
    assert stay_of([]) is None
    assert stay_of([potassium(1), potassium(1, value="4.5")]) is None


@given(st.lists(st.integers(0, 3000), min_size=2, max_size=40, unique=True))
def test_every_result_of_a_stay_has_a_column(hours):
    results = [potassium(hour) for hour in hours]
    stay = stay_of(results)
    if stay is not None:
        (course,) = courses(assessment(results))
        held = [result for result in course.results if stay.holds(result.time)]
        starts = [max(start for start in stay.columns if start <= result.time) for result in held]
        filled = [start for start, cell in zip(stay.columns, stay.worst(course), strict=True) if cell is not None]
        assert filled == sorted(set(starts))
        assert len(stay.columns) <= 28


def test_a_cell_holds_the_worst_result_the_latest_of_equals():
    results = [
        potassium(0, Flag.NORMAL, "4.4"), potassium(1, Flag.CRITICAL_HIGH, "6.5"), potassium(2, Flag.HIGH, "5.5"),
        potassium(20, Flag.HIGH, "5.1"), potassium(21, Flag.HIGH, "5.2"), potassium(22, None, "4.0"),
    ]  # fmt: skip
    stay = stay_of(results)
    (course,) = courses(assessment(results))
    worst = [str(cell.value) for cell in stay.worst(course) if cell is not None]
    assert worst == ["6.5", "5.2"]


def drug(name, start, stop=None):
    stop = None if stop is None else START + stop * HOUR
    return Medication(id=f"{name}{start}", name=name, start=START + start * HOUR, stop=stop, source="medications.csv")


def test_of_a_medicine_the_first_start_and_the_last_stop_count():
    orders = [drug("Heparin", 2, 30), drug("Heparin", 31, 60), drug("Aspirin", 5, 99)]
    record = assessment([potassium(0), potassium(50), potassium(100)], orders)
    found = [
        (event.name, event.detail) for _, events in done_in(stay_of(record.lab_results), record) for event in events
    ]
    assert found == [("Heparin", "started"), ("Aspirin", "started"), ("Heparin", "stopped")]


def test_at_most_eight_moments_are_shown_and_starts_before_stops():
    orders = [drug(f"D{n}", n, n + 30) for n in range(12)]
    record = assessment([potassium(hour) for hour in range(0, 200, 20)], orders)
    done = done_in(stay_of(record.lab_results), record)
    assert [events[0].detail for _, events in done] == ["started"] * 8


def test_the_page_shows_heat_map_panels_and_numbered_events():
    results = [potassium(hour, Flag.HIGH if hour > 30 else Flag.NORMAL, f"4.{hour}") for hour in (0, 12, 24, 36, 48)]
    page = render_report(assessment(results, [drug("Spironolactone", 10)]))
    check_page(page)
    section = re.search(r'<section class="panel" id="stay">.*?</section>', page, re.DOTALL).group()
    assert section.count("<svg") == 2
    assert "cells out of range of those measured: Potassium 2/5" in section
    assert "Kidneys and salts" in section
    assert re.search(
        r'<li value="1">1 Mar 2026, 16:30: <bdi>Spironolactone started</bdi> <a href="#medicine-1"', section
    )


def test_without_a_second_moment_the_section_is_left_out():
    page = render_report(assessment([potassium(0)]))
    assert 'id="stay"' not in page
    assert 'href="#stay"' not in page


def test_mixed_zones_do_not_stop_the_page():
    results = [
        potassium(0),
        potassium(12),
        potassium(24).model_copy(update={"time": datetime.fromisoformat("2026-03-02T09:00:00+01:00")}),
    ]
    assert 'id="stay"' in render_report(assessment(results))


@pytest.mark.parametrize("values", [(4.0, 4.0), (1.0, 9.0), (-2.0, 0.0, 5.0)])
def test_a_panel_is_drawn_inside_its_frame(values):
    series = Series(tuple(map(float, range(len(values)))), values, 3.5, 5.0, "warning")
    row = PanelRow("A <b> & $x$", "4 µ", series, ("low", "high", "")[: len(values)], "3.5", "5.0")
    svg = draw_panel([row], [Mark(1.0, 1)], start=0.0, end=4.0, ends=("a", "b"), prefix="p", title="t <x>")
    root = ET.fromstring(svg)
    width, height = (float(number) for number in root.get("viewBox").split()[2:])
    places = [(float(x), float(y)) for x, y in re.findall(r"[ML] ([-\d.]+) ([-\d.]+)", svg)]
    uses = [(float(u.get("x")), float(u.get("y"))) for u in root.iter("{http://www.w3.org/2000/svg}use")]
    assert uses
    assert all(0 <= x <= width and 0 <= y <= height for x, y in uses)
    assert max(x for x, _ in places) <= width + 1
    assert "A <b> & $x$" in "".join(root.itertext())


def test_a_heat_map_has_one_shape_a_kind_of_cell_and_says_it_in_words():
    rows = [
        HeatRow("Potassium", "4.4", (Cell.HIGH, None, Cell.CRITICAL_LOW)),
        HeatRow("Sodium", "140", (Cell.NORMAL,) * 3),
    ]
    svg = draw_stay(rows, ["1 Mar", "", ""], prefix="s", title="words")
    root = ET.fromstring(svg)
    assert root[0].text == "words"
    fills = set(re.findall(r"fill: (#\w{6})", svg))
    assert {"#f0b596", "#1f4e85", "#e3ece7"} <= fills
    assert "#a9c6e3" not in fills


def test_every_code_of_the_panels_is_the_primary_code_of_an_analyte():
    known = {analyte.code for analyte in Catalogue.load().analytes}
    codes = [code for panel in load_panels() for code in panel.codes]
    assert set(codes) <= known
    assert len(codes) == len(set(codes))
