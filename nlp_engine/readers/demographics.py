"""``patient.json`` -> who the record is about; a field that cannot be used is told and left out, the others stay."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

from nlp_engine.cells.plain import MAX_AGE, MAX_WEEKS, plain_sex
from nlp_engine.cells.times import TimeDoubt, parse_time
from nlp_engine.readers.files import PATIENT_FILE
from nlp_engine.readers.problems import ProblemLog
from nlp_engine.readers.textfile import UnreadableTextError, read_text
from nlp_engine.record import Patient, Sex

"""Of a pregnancy."""


def read_patient(path: Path | None, default_id: str, log: ProblemLog) -> Patient:
    """Read ``patient.json``; ``default_id`` is the folder's name and counts when the file gives no id."""
    data = read_json(path, PATIENT_FILE, log) if path else None
    if data is None:
        return Patient(id=default_id)
    if not isinstance(data, dict):
        log.error(PATIENT_FILE, 'the file holds no JSON object; write {"id": "p1", "sex": "female"}')
        return Patient(id=default_id)
    unknown = [key for key in data if key not in _FIELDS]
    if unknown:
        count = "an unknown key" if len(unknown) == 1 else f"{len(unknown)} unknown keys"
        log.warning(PATIENT_FILE, f"the file has {count}, not used; known ones are {', '.join(_FIELDS)}")
    fields: dict[str, object] = {"id": default_id}
    for name, (read, right) in _FIELDS.items():
        value = data.get(name)
        if value is None:
            continue
        try:
            fields[name] = read(value)
        except ValueError:
            log.error(PATIENT_FILE, f'"{name}" cannot be used and was left out; it must be {right}')
    return Patient.model_validate(fields)


def declared_id(path: Path | None) -> str | None:
    """Return the id that ``patient.json`` gives; None if it gives none that can be used."""
    data = read_json(path, PATIENT_FILE, ProblemLog()) if path else None
    try:
        return _id(data["id"]) if isinstance(data, dict) and "id" in data else None
    except ValueError:
        return None


def read_json(path: Path, shown: str, log: ProblemLog) -> object:
    """Read a JSON file; None, and a problem, if it is not text or not JSON."""
    try:
        return json.loads(read_text(path).text)
    except UnreadableTextError as error:
        log.error(shown, f"the file {error}")
    except json.JSONDecodeError as error:
        log.error(shown, f"the file is not valid JSON (line {error.lineno}, column {error.colno}); correct it there")
    except (ValueError, RecursionError):
        log.error(shown, "the file is not JSON that can be read (too deep, or a number too long); simplify it")
    return None


def json_text(value: object) -> str:
    """Return a non-empty text of a JSON file.

    Raises
    ------
    ValueError
        If it is something else.
    """
    if not isinstance(value, str) or not value.strip():
        raise ValueError("not a text")
    # JSON can spell half a surrogate pair, which no text file can hold.
    return value.encode("utf-8", "replace").decode("utf-8").strip()


def json_number(value: object) -> float:
    """Return a finite number of a JSON file.

    Raises
    ------
    ValueError
        If it is something else, ``true`` too.
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("not a number")
    try:
        number = float(value)
    except OverflowError as error:
        raise ValueError("too large") from error
    if not math.isfinite(number):
        raise ValueError("not finite")
    return number


def _id(value: object) -> str:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else json_text(value)


def _sex(value: object) -> Sex:
    sex = plain_sex(json_text(value))
    if sex is None:
        raise ValueError("not a sex")
    return sex


def _birth_date(value: object) -> date:
    time = parse_time(json_text(value))
    if isinstance(time, TimeDoubt):
        raise ValueError("not a date")
    return time.date()


def _age(value: object) -> Decimal:
    age = json_number(value)
    if not 0 <= age <= MAX_AGE:
        raise ValueError("not an age")
    return Decimal(str(value))


def _bool(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("not a truth value")
    return value


def _weeks(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_WEEKS:
        raise ValueError("not a number of weeks")
    return value


_FIELDS: dict[str, tuple[Callable[[object], object], str]] = {
    "id": (_id, "a text"),
    "name": (json_text, "a text"),
    "sex": (_sex, f"one of {', '.join(Sex)}"),
    "birth_date": (_birth_date, "a date such as 1950-12-31"),
    "age_years": (_age, f"a number from 0 to {MAX_AGE}"),
    "pregnant": (_bool, "true or false"),
    "pregnancy_weeks": (_weeks, "whole weeks from 0 to 45"),
}
