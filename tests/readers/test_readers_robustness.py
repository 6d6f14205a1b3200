import json
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from reader_files import write

from nlp_engine.record import PatientRecord

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["id", "sex", "name", "birth_date", "age_years", "pregnant", "findings", "image", "label", "score"]
                + ["model", "model_version", "threshold", "time", "x"]
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=20,
)
_TABLE = st.lists(st.lists(st.text(max_size=8), max_size=10), max_size=8).map(
    lambda rows: "name,value,time,reference_low,patient_id\n" + "\n".join(",".join(row) for row in rows)
)
_FILES = st.one_of(
    st.tuples(
        st.sampled_from(["patient.json", "image_findings.json"]), _JSON.map(lambda value: json.dumps(value).encode())
    ),
    st.tuples(
        st.sampled_from(["labs.csv", "vitals.csv", "medications.csv"]),
        _TABLE.map(lambda text: text.encode("utf-8", "replace")),
    ),
    st.tuples(
        st.sampled_from(["labs.csv", "patient.json", "image_findings.json", "notes/a.txt", "images/a.png"]),
        st.binary(max_size=200),
    ),
)


@given(_FILES)
@settings(deadline=None, max_examples=150)
def test_no_content_of_one_file_stops_the_others(file):
    name, content = file
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder) / "notes" / "good.txt", "fever")
        write(Path(folder) / name, content)
        record = PatientRecord.from_folder(folder)
    assert "fever" in [note.text for note in record.notes]
    assert all(problem.sentence.endswith(".") for problem in record.problems)
