"""Builds one input folder, of every form at once, from public data sets (see the README beside each of them)."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

_HANNOVER_DAY = datetime(2020, 3, 15, 8)
"""The data give days relative to each picture only; this day stands in for the picture's."""

_HANNOVER_NAMES = {
    "ldh_val": ("LDH", "U/L", "", "248"),
    "crp_val": ("CRP", "mg/L", "", "5"),
    "d-dimer_val": ("D-dimer", "mg/L", "0", "0.5"),
    "neutrophils_val": ("Neutrophils", "10^9/L", "1.5", "7.7"),
    "lymphocytes_val": ("Lymphocytes", "10^9/L", "1.1", "4.0"),
    "po2_val": ("pO2", "mmHg", "", ""),
    "pco2_val": ("pCO2", "mmHg", "", ""),
}


def aci_bench(data: Path, folder: Path, limit: int | None) -> None:
    """Write one patient's folder a visit note, with sex and age."""
    source = data / "notes" / "aci_bench"
    for row in islice(_rows(source / "index.csv"), limit):
        patient = folder / row["id"]
        (patient / "notes").mkdir(parents=True)
        shutil.copy(source / "notes" / f"{row['id']}.txt", patient / "notes" / "visit.txt")
        about = {"id": row["id"], "sex": row["sex"] or None}
        age = {"age_years": int(row["age"])} if row["age"].isdigit() else {}  # one is "22-month"
        (patient / "patient.json").write_text(json.dumps(about | age), encoding="utf-8")


def mtsamples(data: Path, folder: Path, limit: int | None) -> None:
    """Write one flat file a report."""
    with (data / "notes" / "mtsamples" / "mtsamples.jsonl").open(encoding="utf-8") as lines:
        for line in islice(lines, limit):
            report = json.loads(line)
            (folder / f"mt{report['id']}.txt").write_text(report["text"], encoding="utf-8", newline="")


def mimic3_demo(data: Path, folder: Path, limit: int | None) -> None:
    """Write a folder a patient for sex and birth date, and tables that all patients share."""
    source = data / "records" / "mimic3_demo"
    patients = list(islice(_rows(source / "PATIENTS.csv"), limit))
    wanted = {row["subject_id"] for row in patients}
    for row in patients:
        (folder / row["subject_id"]).mkdir()
        about = {"sex": row["gender"], "birth_date": row["dob"]}
        (folder / row["subject_id"] / "patient.json").write_text(json.dumps(about), encoding="utf-8")
    items = {row["itemid"]: row for row in _rows(source / "D_LABITEMS.csv")}
    labs = (
        (row["subject_id"], row["charttime"], items[row["itemid"]]["loinc_code"], _mimic_name(items[row["itemid"]]))
        + (row["value"], row["valueuom"], row["flag"])
        for row in _rows(source / "LABEVENTS.csv")
        if row["subject_id"] in wanted
    )
    _write(folder / "labs.csv", "patient_id,time,code,name,value,unit,flag", labs)
    drugs = (
        (row["subject_id"], row["drug"], row["dose_val_rx"], row["dose_unit_rx"], row["route"])
        + (row["startdate"], row["enddate"])
        for row in _rows(source / "PRESCRIPTIONS.csv")
        if row["subject_id"] in wanted
    )
    _write(folder / "medications.csv", "patient_id,name,dose,unit,route,start,stop", drugs)


def hannover(data: Path, folder: Path, limit: int | None) -> None:
    """Write a folder a patient, with its pictures and the labs around them."""
    source = data / "records" / "hannover_cxr_labs"
    by_patient: dict[str, list[dict[str, str]]] = {}
    for row in _rows(source / "data.csv"):
        by_patient.setdefault(row["patient_id"], []).append(row)
    for patient_id, pictures in islice(by_patient.items(), limit):
        patient = folder / patient_id
        (patient / "images").mkdir(parents=True)
        age = {"age_years": float(pictures[0]["age"])} if pictures[0]["age"] else {}
        about = {"id": patient_id, "sex": pictures[0]["sex"] or None} | age
        (patient / "patient.json").write_text(json.dumps(about), encoding="utf-8")
        labs = []
        for row in pictures:
            picture = source / "png" / f"{row['image_id']}.png"
            if picture.is_file():
                shutil.copy(picture, patient / "images" / picture.name)
            labs += _hannover_labs(row)
        _write(patient / "labs.csv", "time,name,value,unit,reference_low,reference_high", dict.fromkeys(labs))


SETS = {"aci_bench": aci_bench, "mtsamples": mtsamples, "mimic3_demo": mimic3_demo, "hannover": hannover}


def _hannover_labs(row: dict[str, str]) -> Iterator[tuple[str, ...]]:
    for column, (name, unit, low, high) in _HANNOVER_NAMES.items():
        offset = row[column.replace("_val", "_offset")]
        if row[column] and offset:
            time = _HANNOVER_DAY + timedelta(days=float(offset))
            yield time.isoformat(timespec="minutes"), name, row[column], unit, low, high


def _mimic_name(item: dict[str, str]) -> str:
    is_blood = item["fluid"].strip().lower() == "blood"
    return item["label"] if is_blood else f"{item['fluid']} {item['label']}"


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            yield {key.lower(): value for key, value in row.items()}


def _write(path: Path, header: str, rows: Iterable[tuple[str, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header.split(","))
        writer.writerows(rows)
