"""A row's code, name and specimen -> analyte; a specimen other than blood is never taken for blood."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

from nlp_engine.errors import KnowledgeError
from nlp_engine.knowledge import normalise_phrase
from nlp_engine.labs.catalogue import Analyte, Catalogue
from nlp_engine.labs.specimens import ANY_FLUID, BLOOD, Specimens
from nlp_engine.record import ObservationKind

_LOINC = re.compile(r"^\d{1,6}-\d$")
_OTHER_TEST = frozenset("post postprandial challenge".split())
"""Words of a test with an intake before it."""
_FILLERS = frozenset(
    "whole level lvl measured result poc percent quant automated manual venous arterial capillary blood serum plasma "
    "ser plas bld".split()
)
_LINKS = frozenset("in of by from im aus the light microscopy high low power field".split())
"""Words of a long LOINC name that join its parts ("Erythrocytes in Urine sediment by Light microscopy")."""
_SAYS_BLOOD = frozenset("serum plasma blood ser plas bld".split())
_LOINC_PROPERTY = re.compile(r"\s*\[[^\]]*\]")
_LOINC_SYSTEM = re.compile(
    r"\s+(?:in|of)\s+(?:arterial |venous |capillary )?"
    r"(?:serum, plasma or blood|serum or plasma|serum|plasma|platelet poor plasma|blood)\b.*$"
    r"|\s+i\.?\s?[spb]\.?$|\s+im\s+(?:serum|plasma|blut|vollblut)$"
    r"|\s+by\s+(?:automated|manual|calculation)\b.*$",
    re.IGNORECASE,
)
_BRACKETS = re.compile(r"^(?P<words>[^()]+)\((?P<short>[A-Za-z][A-Za-z0-9-]{2,7})\)$")
_BLOOD_PREFIXES = frozenset("s p b sp".split())
"""As in "S-Creatinine"; behind a name the same letters are part of it ("Protein S")."""


class AnalyteNames:
    """Finds the analytes that a row can mean; answers are cached, hospitals repeat a few hundred names.

    A name may stand at two analytes of one specimen that their units tell apart: "Neutrophils" is a count or a share.

    Raises
    ------
    KnowledgeError
        If one name stands for two analytes of one specimen and their units do not tell which.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._by_code = catalogue.by_code
        self.specimens = Specimens(catalogue.specimens)
        self._by_name: defaultdict[str, dict[str, tuple[Analyte, ...]]] = defaultdict(dict)
        self._vitals: dict[str, Analyte] = {}
        self._with_unit: dict[str, Analyte] = {}
        self._siblings: dict[str, tuple[Analyte, ...]] = {}
        for analyte in catalogue.analytes:
            for name in dict.fromkeys(self._names_of(analyte)):
                self._add(name, analyte)
            for name in map(fold_name, analyte.vital_synonyms):
                if self._vitals.setdefault(name, analyte) is not analyte:
                    raise _stands_twice(name, self._vitals[name], analyte)
            for name in map(fold_name, analyte.unit_synonyms):
                if self._with_unit.setdefault(name, analyte) is not analyte:
                    raise _stands_twice(name, self._with_unit[name], analyte)
        self._share_names(catalogue.analytes)
        for same_name in (found for names in self._by_name.values() for found in names.values()):
            for analyte in same_name:
                known = self._siblings.setdefault(analyte.id, (analyte,))
                self._siblings[analyte.id] = (*known, *(other for other in same_name if other not in known))
        self._cache: dict[tuple[str | None, str, ObservationKind, str | None], tuple[Analyte, ...]] = {}

    def find(
        self, code: str | None, name: str, kind: ObservationKind, specimen: str | None = None
    ) -> tuple[Analyte, ...]:
        """Return the analytes that a row can mean, the likeliest first; none when it is not one of ours.

        A LOINC that we do not know decides, unless the name itself says blood: the name might be ours, the
        specimen is not. ``specimen`` is the cell of a table's column of specimens.
        """
        key = (code, name, kind, specimen)
        if key not in self._cache:
            self._cache[key] = self._find(code, name, kind, specimen)
        return self._cache[key]

    def find_with_unit(self, name: str) -> Analyte | None:
        """Return the analyte that a name means only beside a unit that fits: "HF" per minute is a heart rate."""
        return self._with_unit.get(fold_name(name))

    def contradicts(self, name: str, specimen: str | None) -> bool:
        """Say whether a row's name says another specimen than its column."""
        said, in_name = self.specimens.of_cell(specimen), self.specimens.of_name(fold_name(name))[0]
        exact = said is not None and fold_name(name) in self._by_name[said]
        return said is not None and in_name not in (None, said) and not exact and in_name != ANY_FLUID

    def _names_of(self, analyte: Analyte) -> Iterable[str]:
        for name in (analyte.name, analyte.id.replace("_", " "), *analyte.synonyms):
            folded = fold_name(name)
            yield folded
            if analyte.specimen != BLOOD:
                yield _linked(self.specimens.of_name(folded)[1])

    def _add(self, name: str, analyte: Analyte) -> None:
        known = self._by_name[analyte.specimen].get(name, ())
        for other in known:
            if {other.unit, *other.units} & {analyte.unit, *analyte.units}:
                raise _stands_twice(name, other, analyte)
        self._by_name[analyte.specimen][name] = (*known, analyte)

    def _share_names(self, analytes: Iterable[Analyte]) -> None:
        """Let "urine_creatinine" have the names of "creatinine" too, where its specimen has no analyte of that name."""
        by_id = {analyte.id: analyte for analyte in analytes}
        for analyte in by_id.values():
            in_blood = by_id.get(analyte.id.removeprefix(f"{analyte.specimen}_"))
            if analyte.specimen != BLOOD and in_blood is not None and in_blood is not analyte:
                for name in map(fold_name, (in_blood.name, *in_blood.synonyms)):
                    self._by_name[analyte.specimen].setdefault(name, (analyte,))

    def _find(self, code: str | None, name: str, kind: ObservationKind, specimen: str | None) -> tuple[Analyte, ...]:
        if code and _LOINC.match(code.strip()):
            analyte = self._by_code.get(code.strip())
            if analyte is not None:
                return self._siblings[analyte.id]
            if not _SAYS_BLOOD & set(fold_name(name).split()):
                return ()
        return self._named(name, kind, self.specimens.of_cell(specimen))

    def _named(self, name: str, kind: ObservationKind, specimen: str | None) -> tuple[Analyte, ...]:
        words = fold_name(name)
        if kind is ObservationKind.VITAL and words in self._vitals:
            return (self._vitals[words],)
        if words in self._by_name[specimen or BLOOD]:
            return self._by_name[specimen or BLOOD][words]
        said, rest = self.specimens.of_name(words)
        if specimen is not None and said not in (None, specimen, ANY_FLUID):
            return ()
        specimen = specimen or said or BLOOD
        if specimen != BLOOD:
            named = self._by_name[specimen]
            bare = " ".join(word for word in _linked(rest).split() if word not in _FILLERS)
            return named.get(rest) or named.get(_linked(rest)) or named.get(bare, ())
        return () if _OTHER_TEST & set(words.split()) else self._in_blood(name, words)

    def _in_blood(self, name: str, words: str) -> tuple[Analyte, ...]:
        named = self._by_name[BLOOD]
        short = fold_name(_LOINC_SYSTEM.sub("", name))
        first, *others = words.split() or [""]
        kept = [*([] if first in _BLOOD_PREFIXES else [first]), *others]
        bare = " ".join(word for word in kept if word not in _FILLERS)
        found = named.get(short) or named.get(bare, ())
        if "percent" in kept:
            found = tuple(analyte for analyte in found if "%" in (analyte.unit, *analyte.units))
        return found or self._short_form(name)

    def _short_form(self, name: str) -> tuple[Analyte, ...]:
        """Return the analyte of an abbreviation in brackets that stands for the words before it ("Antigen (A)")."""
        match = _BRACKETS.match(name)
        if match is None:
            return ()
        letters = iter(match["words"].casefold())
        is_short_for = match["words"][:1].casefold() == match["short"][:1].casefold() and all(
            letter in letters for letter in match["short"].casefold()
        )
        return self._by_name[BLOOD].get(fold_name(match["short"]), ()) if is_short_for else ()


def fold_name(name: str) -> str:
    """Return an analyte's name as it is compared.

    "Lymphocytes #" and "Lymphocytes %" keep their meaning; the property of a LOINC name ("[Mass/volume]") goes.
    """
    plain = _LOINC_PROPERTY.sub("", name).replace("#", " count ").replace("%", " percent ")
    return normalise_phrase(plain)


def _linked(words: str) -> str:
    """Return a folded name without the words that only join its parts."""
    return " ".join(word for word in words.split() if word not in _LINKS)


def _stands_twice(name: str, first: Analyte, second: Analyte) -> KnowledgeError:
    return KnowledgeError("rules/labs", f'the name "{name}" stands at {first.id} and {second.id}')
