"""Doses worth a second look: above the highest usual dose of the label, daily where it is weekly, a wrong unit.

The limits are those of ``rules/doses/doses.yaml``. A doubt is one plain sentence, never an order.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from nlp_engine.extraction import Attribute, AttributeLabel, Mention
from nlp_engine.knowledge import KnowledgeModel, Source, read_yaml, resource
from nlp_engine.text.phrases import PhraseTable
from nlp_engine.text.tokens import keys_of

_IN_MG = {"g": Decimal(1000), "mg": Decimal(1), "ug": Decimal("0.001")}
_SHOWN = {"ug": "mcg"}
_PIECES = frozenset({"{tablet}", "{capsule}", "{pill}", "{dose}", None})
_PER_DAY = {"mg/d": "mg"}
_MOST_TIMES, _FAR_BELOW = 24, 1000
"""Doses a day that no frequency exceeds; a dose of less than a thousandth of the highest is one of a wrong unit."""
_ABOVE = "is above the highest usual dose of the label"
_DOSE = re.compile(r"\d+(?:\.\d+)? (?:g|mg|ug)")


def _checked(dose: str) -> str:
    if not _DOSE.fullmatch(dose):
        raise ValueError("a dose is a number, a blank and g, mg or ug")
    return dose


Dose = Annotated[str, AfterValidator(_checked)]


class DoseLimit(KnowledgeModel):
    """What the label gives for one drug."""

    others: tuple[str, ...] = ()
    most_a_day: Dose | None = None
    most_at_once: Dose | None = None
    weekly: bool = False


class DoseLimitFile(KnowledgeModel):
    """The whole file."""

    schema_version: Literal[1]
    about: str
    source: Source
    not_by_mouth: frozenset[str]
    drugs: dict[str, DoseLimit] = Field(min_length=1)


class DoseLimits:
    """Checks the doses of drugs against the limits of their labels."""

    def __init__(self, file: DoseLimitFile) -> None:
        self._not_by_mouth = file.not_by_mouth
        self._table = PhraseTable(
            (keys_of(name), limit) for drug, limit in file.drugs.items() for name in (drug, *limit.others)
        )

    @classmethod
    def load(cls, path: Path | None = None) -> DoseLimits:
        """Read the packaged file, or another one.

        Raises
        ------
        nlp_engine.errors.KnowledgeError
            If the file does not fit.
        """
        return cls(read_yaml(path or resource("rules") / "doses" / "doses.yaml", DoseLimitFile))

    def doubts(self, mention: Mention) -> tuple[str, ...]:
        """Return what is not plausible about the dose of a drug, one sentence each."""
        frequencies = _of(mention, AttributeLabel.FREQUENCY)
        if not frequencies and not _of(mention, AttributeLabel.STRENGTH):
            return ()
        times = frequencies[0].value if len(frequencies) == 1 else None
        limits = {id(hit.payload): hit.payload for hit in self._table.find(keys_of(mention.text))}
        if len(limits) != 1:
            return ()
        (limit,) = limits.values()
        if limit.weekly:
            return _weekly(mention, times)
        if limit.most_a_day is None or self._is_other_route(mention):
            return ()
        if times is not None and times > _MOST_TIMES:
            return (f"{_name(mention)} {_shown(times)} times a day is not a plausible frequency.",)
        return tuple(dict.fromkeys(_above(mention, limit, limit.most_a_day, times)))

    def _is_other_route(self, mention: Mention) -> bool:
        said = [mention.text, *(own.text for own in mention.attributes if own.label in _ROUTES)]
        return any(key in self._not_by_mouth for text in said for key in keys_of(text.replace(".", "")))


_ROUTES = frozenset({AttributeLabel.ROUTE, AttributeLabel.FORM, AttributeLabel.DOSAGE})


def _weekly(mention: Mention, times: Decimal | None) -> tuple[str, ...]:
    if times is None or times < 1:
        return ()
    often = "once" if times == 1 else f"{_shown(times)} times"
    return (f"{_name(mention)} is read as taken {often} a day; the label mostly gives it once a week.",)


def _above(mention: Mention, limit: DoseLimit, most_a_day: str, times: Decimal | None) -> Iterator[str]:
    """Yield a sentence for each dose outside the limits."""
    strengths = _of(mention, AttributeLabel.STRENGTH)
    dosages = _of(mention, AttributeLabel.DOSAGE)
    if any(dosage.unit not in _PIECES for dosage in dosages):
        return
    count = dosages[0].value if len(dosages) == 1 and len(strengths) == 1 else None
    daily, once = _in_mg(most_a_day), _in_mg(limit.most_at_once or most_a_day)
    for strength in strengths:
        unit = _PER_DAY.get(strength.unit or "", strength.unit)
        if strength.value is None or unit not in _IN_MG:
            continue
        dose = strength.value * _IN_MG[unit] * (count or 1)
        words = f"{_name(mention)} {_shown(strength.value * (count or 1))} {_SHOWN.get(unit, unit)}"
        per_day = dose * times if times is not None and len(strengths) == 1 and unit == strength.unit else None
        if dose > once:
            fits = unit == "mg" and dose / 1000 <= once and dose > once * 10
            doubt = "; was mcg meant?" if fits else "."
            yield f"{words} {_ABOVE} ({_written(limit.most_at_once or most_a_day)}){doubt}"
        elif per_day is not None and per_day > daily:
            total = f"{_shown(per_day / _IN_MG[unit])} {_SHOWN.get(unit, unit)} a day"
            yield f"{words} as written makes {total}: that {_ABOVE} ({_written(most_a_day)} a day)."
        elif dose * _FAR_BELOW < daily:
            yield f"{words} is far below the usual dose of the label (up to {_written(most_a_day)} a day)."


def _of(mention: Mention, label: AttributeLabel) -> Sequence[Attribute]:
    return [own for own in mention.attributes if own.label is label]


def _in_mg(dose: str) -> Decimal:
    value, unit = dose.split()
    return Decimal(value) * _IN_MG[unit]


def _written(dose: str) -> str:
    value, unit = dose.split()
    return f"{value} {_SHOWN.get(unit, unit)}"


def _name(mention: Mention) -> str:
    words = " ".join(mention.text.split())
    return words[:1].upper() + words[1:]


def _shown(value: Decimal) -> str:
    return f"{value.normalize():f}"
