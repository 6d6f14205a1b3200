"""A row's code or name -> analyte; a specimen other than blood is never taken for blood."""

from __future__ import annotations

import re

from nlp_engine.errors import KnowledgeError
from nlp_engine.knowledge import normalise_phrase
from nlp_engine.labs.catalogue import Analyte, Catalogue
from nlp_engine.record import ObservationKind

_LOINC = re.compile(r"^\d{1,5}-\d$")
_OTHER_TEST = frozenset(
    "urine urinary ur csf cerebrospinal spinal ascites ascitic pleural peritoneal synovial fluid stool fecal saliva "
    "sputum cord dialysate joint gastric sweat pericardial marrow drain semen vitreous amniotic post postprandial "
    "challenge".split()
)
"""Words of another specimen, or of a test with an intake before it."""
_BLOOD_WORDS = frozenset(
    "serum plasma blood venous arterial capillary whole level lvl ser plas bld quant measured result poc "
    "percent".split()
)
_BLOOD_PREFIXES = frozenset("s p b sp".split())
"""As in "S-Creatinine"; behind a name the same letters are part of it ("Protein S")."""
_SAYS_BLOOD = frozenset("serum plasma blood ser plas bld".split())
_LOINC_PROPERTY = re.compile(r"\s*\[[^\]]*\]")
_LOINC_SYSTEM = re.compile(
    r"\s+(?:in|of)\s+(?:arterial |venous |capillary )?"
    r"(?:serum, plasma or blood|serum or plasma|serum|plasma|platelet poor plasma|blood)\b.*$"
    r"|\s+i\.?\s?[spb]\.?$|\s+im\s+(?:serum|plasma|blut|vollblut)$"
    r"|\s+by\s+(?:automated|manual|calculation)\b.*$",
    re.IGNORECASE,
)


class AnalyteNames:
    """Finds the analytes that a row can mean; answers are cached, hospitals repeat a few hundred names.

    A name may stand at two analytes that their units tell apart: "Neutrophils" is a count or a share.

    Raises
    ------
    KnowledgeError
        If one name stands for two analytes and their units do not tell which.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._by_code = catalogue.by_code
        self._by_name: dict[str, tuple[Analyte, ...]] = {}
        self._vitals: dict[str, Analyte] = {}
        self._with_unit: dict[str, Analyte] = {}
        self._siblings: dict[str, tuple[Analyte, ...]] = {}
        for analyte in catalogue.analytes:
            for name in dict.fromkeys(map(fold_name, (analyte.name, analyte.id.replace("_", " "), *analyte.synonyms))):
                self._add(name, analyte)
            for name in map(fold_name, analyte.vital_synonyms):
                if self._vitals.setdefault(name, analyte) is not analyte:
                    raise _stands_twice(name, self._vitals[name], analyte)
            for name in map(fold_name, analyte.unit_synonyms):
                if self._with_unit.setdefault(name, analyte) is not analyte:
                    raise _stands_twice(name, self._with_unit[name], analyte)
        for same_name in self._by_name.values():
            for analyte in same_name:
                known = self._siblings.setdefault(analyte.id, (analyte,))
                self._siblings[analyte.id] = (*known, *(other for other in same_name if other not in known))
        self._cache: dict[tuple[str | None, str, ObservationKind], tuple[Analyte, ...]] = {}

    def find(self, code: str | None, name: str, kind: ObservationKind) -> tuple[Analyte, ...]:
        """Return the analytes that a row can mean, the likeliest first; none when it is not one of ours.

        A LOINC that we do not know decides, unless the name itself says blood: the name might be ours, the
        specimen is not.
        """
        key = (code, name, kind)
        if key not in self._cache:
            self._cache[key] = self._find(code, name, kind)
        return self._cache[key]

    def find_with_unit(self, name: str) -> Analyte | None:
        """Return the analyte that a name means only beside a unit that fits: "HF" per minute is a heart rate."""
        return self._with_unit.get(fold_name(name))

    def _add(self, name: str, analyte: Analyte) -> None:
        known = self._by_name.get(name, ())
        for other in known:
            if {other.unit, *other.units} & {analyte.unit, *analyte.units}:
                raise _stands_twice(name, other, analyte)
        self._by_name[name] = (*known, analyte)

    def _find(self, code: str | None, name: str, kind: ObservationKind) -> tuple[Analyte, ...]:
        if code and _LOINC.match(code.strip()):
            analyte = self._by_code.get(code.strip())
            if analyte is not None:
                return self._siblings[analyte.id]
            if not _SAYS_BLOOD & set(fold_name(name).split()):
                return ()
        return self._named(name, kind)

    def _named(self, name: str, kind: ObservationKind) -> tuple[Analyte, ...]:
        words = fold_name(name)
        if kind is ObservationKind.VITAL and words in self._vitals:
            return (self._vitals[words],)
        if words in self._by_name:
            return self._by_name[words]
        if _OTHER_TEST & set(words.split()):
            return ()
        short = fold_name(_LOINC_SYSTEM.sub("", name))
        first, *others = words.split() or [""]
        kept = [*([] if first in _BLOOD_PREFIXES else [first]), *others]
        bare = " ".join(word for word in kept if word not in _BLOOD_WORDS)
        return self._by_name.get(short) or self._by_name.get(bare, ())


def fold_name(name: str) -> str:
    """Return an analyte's name as it is compared.

    "Lymphocytes #" and "Lymphocytes %" keep their meaning; the property of a LOINC name ("[Mass/volume]") goes.
    """
    plain = _LOINC_PROPERTY.sub("", name).replace("#", " count ").replace("%", " percent ")
    return normalise_phrase(plain)


def _stands_twice(name: str, first: Analyte, second: Analyte) -> KnowledgeError:
    return KnowledgeError("rules/labs", f'the name "{name}" stands at {first.id} and {second.id}')
