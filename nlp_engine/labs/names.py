"""A row's code or name -> analyte; a specimen other than blood is never taken for blood."""

from __future__ import annotations

import re

from nlp_engine.errors import KnowledgeError
from nlp_engine.knowledge import normalise_phrase
from nlp_engine.labs.catalogue import Analyte, Catalogue

_LOINC = re.compile(r"^\d{1,5}-\d$")
_OTHER_SPECIMEN = frozenset(
    "urine urinary ur csf cerebrospinal ascites ascitic pleural peritoneal synovial fluid stool fecal saliva sputum "
    "cord dialysate joint gastric sweat pericardial".split()
)
_BLOOD_WORDS = frozenset("serum plasma blood venous level lvl s p ser plas bld sp quant measured result poc".split())
_ABSOLUTE = re.compile(r"#")


class AnalyteNames:
    """Finds the analyte of a row; answers are cached, hospitals repeat a few hundred names.

    Raises
    ------
    KnowledgeError
        If one name stands for two analytes.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._by_code = catalogue.by_code
        self._by_name: dict[str, Analyte] = {}
        for analyte in catalogue.analytes:
            for name in (analyte.name, analyte.id.replace("_", " "), *analyte.synonyms):
                known = self._by_name.setdefault(fold_name(name), analyte)
                if known is not analyte:
                    raise KnowledgeError("rules/labs", f'the name "{name}" stands at {known.id} and {analyte.id}')
        self._cache: dict[tuple[str | None, str], Analyte | None] = {}

    def find(self, code: str | None, name: str) -> Analyte | None:
        """Return the analyte of a row, None when it is not one of ours.

        A LOINC that we do not know decides: its name might be ours, its specimen is not.
        """
        key = (code, name)
        if key not in self._cache:
            self._cache[key] = self._find(code, name)
        return self._cache[key]

    def _find(self, code: str | None, name: str) -> Analyte | None:
        if code and _LOINC.match(code.strip()):
            return self._by_code.get(code.strip())
        words = fold_name(name).split()
        if not words or _OTHER_SPECIMEN & set(words):
            return None
        exact = self._by_name.get(" ".join(words))
        if exact is not None:
            return exact
        return self._by_name.get(" ".join(word for word in words if word not in _BLOOD_WORDS))


def fold_name(name: str) -> str:
    """Return an analyte's name as it is compared; "Lymphocytes #" keeps its meaning as a count."""
    return normalise_phrase(_ABSOLUTE.sub(" count ", name))
