"""The tables: one row a result, the same columns for every patient."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pandas as pd
import pytest
from report_builders import empty_assessment

from nlp_engine.report.frames import COLUMNS, to_frame


@pytest.mark.parametrize("table", COLUMNS)
def test_columns_and_types_are_the_same_with_and_without_rows(assessment, table):
    full, empty = to_frame(assessment, table), to_frame(empty_assessment(), table)
    assert len(empty) == 0
    assert len(full) > 0
    assert list(full.columns) == list(COLUMNS[table])
    assert full.dtypes.to_dict() == empty.dtypes.to_dict()
    assert set(full["patient_id"]) == {"MRN-0042/7"}


def test_rows_count_what_the_assessment_holds(assessment):
    assert len(to_frame(assessment, "findings")) == len(assessment.findings)
    assert len(to_frame(assessment, "mentions")) == sum(len(e.mentions) for e in assessment.extractions)
    assert len(to_frame(assessment, "labs")) == len(assessment.lab_results)
    assert len(to_frame(assessment, "images")) == len(assessment.image_findings)
    assert len(assessment.to_frame("cards")) == len(assessment.cards)


def test_scores_of_calculators_and_of_trained_models_are_rows(assessment):
    scores = to_frame(assessment, "scores")
    assert list(scores["value"]) == [float(score.value) for score in assessment.scores]
    assert list(scores["risk"].isna()) == [score.risk is None for score in assessment.scores]
    assert json.loads(scores["evidence"].iloc[0])[0]["kind"] == assessment.scores[0].evidence[0].kind


def test_values_are_kept(assessment):
    labs = to_frame(assessment, "labs")
    potassium = labs[labs["name"] == "Potassium"].iloc[-1]
    assert potassium["value"] == 6.4
    assert potassium["flag"] == "HH"
    assert potassium["time"] == pd.Timestamp("2026-03-10T12:30", tz="UTC")
    mentions = to_frame(assessment, "mentions")
    note = {note.id: note.text for note in assessment.record.notes}
    assert all(note[m.note_id][m.start : m.end] == m.text for m in mentions.itertuples())


def test_nested_cells_are_json(assessment):
    cards = to_frame(assessment, "cards")
    assert json.loads(cards["evidence"].iloc[0])[0]["kind"] == "observation"
    assert json.loads(cards["options"].iloc[0])[0] == "Consider an ECG now."
    assert json.loads(cards["source"].iloc[0])["year"] == 2023


def test_times_with_and_without_zone_share_a_column(assessment):
    east = timezone(timedelta(hours=9))
    first, second, third = assessment.lab_results[:3]
    times = [datetime(2026, 1, 1, 9, 0, tzinfo=east), datetime(2026, 1, 1, 0, 0), None]
    results = [r.model_copy(update={"time": t}) for r, t in zip((first, second, third), times, strict=True)]
    column = to_frame(assessment.model_copy(update={"lab_results": tuple(results)}), "labs")["time"]
    assert column[0] == column[1] == datetime(2026, 1, 1, tzinfo=UTC)
    assert pd.isna(column[2])


@pytest.mark.parametrize("table", COLUMNS)
def test_tables_go_through_parquet(assessment, table, tmp_path):
    for made in (assessment, empty_assessment()):
        frame = to_frame(made, table)
        frame.to_parquet(tmp_path / "t.parquet")
        pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "t.parquet"), frame, check_dtype=False)


def test_unknown_table_is_an_error(assessment):
    with pytest.raises(ValueError, match="findings, mentions, labs, images, scores, cards"):
        to_frame(assessment, "vitals")
