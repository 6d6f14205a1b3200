"""How dates, numbers and people are written; the phrases; the colours."""

import re
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from nlp_engine.assessment import Status
from nlp_engine.errors import KnowledgeError
from nlp_engine.knowledge import resource
from nlp_engine.record import Patient, Sex
from nlp_engine.report.phrases import load_phrases
from nlp_engine.report.words import said_age, said_number, said_score, said_sex, said_time, said_unit, with_unit

PHRASES = load_phrases()


@pytest.mark.parametrize(
    ("time", "said"),
    [
        (None, "no date"),
        (datetime(2026, 3, 5), "5 Mar 2026"),
        (datetime(2026, 12, 5, 9, 5), "5 Dec 2026, 09:05"),
        (datetime(2026, 3, 5, 14, 30, tzinfo=UTC), "5 Mar 2026, 14:30 UTC"),
        (datetime(2026, 3, 5, 14, 30, tzinfo=timezone(timedelta(hours=-5))), "5 Mar 2026, 14:30 UTC-05:00"),
    ],
)
def test_times(time, said):
    assert said_time(time, PHRASES) == said


@pytest.mark.parametrize(
    ("value", "said"), [("6.40", "6.40"), ("1E+2", "100"), ("0.00001", "0"), ("3.14159", "3.1416"), ("7", "7")]
)
def test_numbers(value, said):
    assert said_number(Decimal(value)) == said


@pytest.mark.parametrize(
    ("score", "said"), [(0.93, "0.93"), (0.999, ">0.99"), (1.0, "1.00"), (0.0, "0.00"), (0.001, "<0.01")]
)
def test_scores_are_never_rounded_to_certainty(score, said):
    assert said_score(score) == said


def test_units():
    assert with_unit("120", "mm[Hg]", PHRASES) == "120 mmHg"
    assert with_unit("45", "%", PHRASES) == "45%"
    assert with_unit("2", "{score}", PHRASES) == "2"
    assert said_unit("10*3/uL", PHRASES) == "×10³/µL"
    assert said_unit("{cells}/uL", PHRASES) == "/uL"


def test_people():
    born = Patient(id="p", sex=Sex.MALE, birth_date=date(1960, 3, 6))
    assert said_age(born, datetime(2026, 3, 5), PHRASES) == "65 years"
    assert said_age(Patient(id="p"), None, PHRASES) == "age not known"
    assert said_sex(Patient(id="p"), PHRASES) == "sex not known"


def test_every_phrase_of_a_template_exists():
    used = {
        (section, key)
        for path in Path(resource("templates")).glob("*.j2")
        for section, key in re.findall(r"\bt\.(\w+)\.(\w+)", path.read_text(encoding="utf-8"))
    }
    assert len(used) > 80
    missing = [(section, key) for section, key in used if key not in getattr(PHRASES, section)]
    assert missing == []


def test_every_phrase_is_used():
    source = Path(load_phrases.__wrapped__.__code__.co_filename).parent
    texts = [p.read_text(encoding="utf-8") for p in (*Path(resource("templates")).glob("*.j2"), *source.glob("*.py"))]
    words = set(re.findall(r"\w+", "\n".join(texts)))
    made_up = {f"records_{status.value}" for status in Status} | {sex.value for sex in Sex}
    made_up |= {f"{a}_{b}" for a in ("failures", "partly") for b in ("heading", "intro")}
    spare = [
        key
        for section in ("common", "clinician", "patient", "worklist")
        for key in getattr(PHRASES, section)
        if key.removesuffix("_one") not in words and key not in made_up
    ]
    assert spare == []


def test_unknown_key_and_unknown_language_are_errors(tmp_path, monkeypatch):
    with pytest.raises(KnowledgeError):
        load_phrases("xx")
    data = yaml.safe_load((Path(resource("templates")) / "phrases" / "en.yaml").read_text(encoding="utf-8"))
    (tmp_path / "phrases").mkdir()
    (tmp_path / "phrases" / "de.yaml").write_text(yaml.safe_dump({**data, "extra": 1}), encoding="utf-8")
    monkeypatch.setattr("nlp_engine.report.phrases.resource", lambda name: tmp_path)
    with pytest.raises(KnowledgeError, match="extra"):
        load_phrases("de")


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("ink", ["ink", "soft", "faint", "accent", "critical", "warning", "info", "conflict", "fine"])
@pytest.mark.parametrize("ground", ["paper", "wash", "accent-wash", "conflict-wash"])
def test_text_contrast_is_wcag_aa(ink, ground):
    css = (Path(resource("templates")) / "base.css").read_text(encoding="utf-8")
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", css))
    light, dark = sorted((luminance(colours[ink]), luminance(colours[ground])), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5
