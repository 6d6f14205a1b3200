"""Factors between UCUM units, by ucumvert and pint, which are imported where ``rules/labs`` does not list a unit.

Says None wherever the factor would be a guess: other dimensions without a molar mass, arbitrary units beside others,
equivalents without a charge, shares and ratios (a percentage is not an INR), temperatures (they have an offset).
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pint

_ALPHABET = re.compile(r"^[A-Za-z0-9%*./()\[\]{}'_^+-]{1,40}$")
_ARBITRARY = re.compile(r"\[[A-Za-z]+(?:'?U)\]|\[(?:CCID|FFU|TCID|PFU)[^\]]*\]")
"""Arbitrary units, [IU], [iU], [arb'U], [GPL'U] ...: UCUM converts them into nothing but themselves."""
_EQUIVALENT = re.compile(r"(?<![A-Za-z])[kdcmunpf]?eq(?![A-Za-z])")
_OSMOLE = re.compile(r"(?<![A-Za-z])[kdcmunpf]?osm(?![A-Za-z])")
_ANNOTATION = re.compile(r"\{([^{}]*)\}")
_KEPT_ANNOTATION = re.compile(r"\d|^(FEU|DDU|INR|score|ratio)$", re.IGNORECASE)
"""Annotations that change what is meant: a body surface, fibrinogen equivalent or D-dimer units."""
_DIGITS = 12


def without_annotations(unit: str) -> str:
    """Return a unit without what UCUM lets one say beside it ("mg/dL{calc}"), if that changes nothing."""
    found = _ANNOTATION.findall(unit)
    if not found or any(_KEPT_ANNOTATION.search(words) for words in found):
        return unit
    bare = _ANNOTATION.sub("", unit)
    return bare or unit


@lru_cache(maxsize=4096)
def is_valid(unit: str) -> bool:
    """Say whether a text is a unit that UCUM knows, written as UCUM writes it."""
    if not _ALPHABET.match(unit):
        return False
    from lark.exceptions import LarkError
    from ucumvert import InvalidUcumError, get_ucum_parser

    try:
        get_ucum_parser().parse(unit)
    except (LarkError, InvalidUcumError):
        return False
    return True


@lru_cache(maxsize=4096)
def factor(unit: str, target: str, molar_mass: Decimal | None = None, charge: int | None = None) -> Decimal | None:
    """Return what a number in one unit is multiplied by to become one in another; None where nobody can say.

    Parameters
    ----------
    molar_mass
        Of the substance, in g/mol: lets a mass become an amount of substance.
    charge
        Of the ion: a millimole of calcium (2) is two milliequivalents.
    """
    unit, target = without_annotations(unit), without_annotations(target)
    if sorted(_ARBITRARY.findall(unit)) != sorted(_ARBITRARY.findall(target)):
        return None
    if sorted(_ANNOTATION.findall(unit)) != sorted(_ANNOTATION.findall(target)):
        return None
    if bool(_OSMOLE.search(unit)) != bool(_OSMOLE.search(target)):
        return None
    equivalents = len(_EQUIVALENT.findall(unit)) - len(_EQUIVALENT.findall(target))
    if equivalents and charge is None:
        return None
    first, second = _quantity(unit), _quantity(target)
    if first is None or second is None or first.dimensionless or second.dimensionless:
        return None
    found = _between(first, second, molar_mass)
    if found is None:
        return None
    scale = Decimal(charge or 1) ** -equivalents
    return Decimal(f"{found:.{_DIGITS}g}") * scale + 0


def _between(first: pint.Quantity, second: pint.Quantity, molar_mass: Decimal | None) -> float | None:
    """Return how many of the second a first is, by dimension or by the mass of a mole."""
    if "[temperature]" in first.dimensionality or "[temperature]" in second.dimensionality:
        return None
    options = [first]
    per_mole = _quantity("g/mol")
    if molar_mass is not None and per_mole is not None:
        options += [first * float(molar_mass) * per_mole, first / float(molar_mass) / per_mole]
    for option in options:
        if option.dimensionality == second.dimensionality:
            return float((option / second).to_base_units().magnitude)
    return None


@lru_cache(maxsize=1)
def _registry() -> pint.UnitRegistry:
    from ucumvert import PintUcumRegistry

    return PintUcumRegistry()


@lru_cache(maxsize=4096)
def _quantity(unit: str) -> pint.Quantity | None:
    """Return one of a unit, None if UCUM or pint does not know it, or it is nothing but an annotation."""
    if not _ALPHABET.match(unit) or not is_valid(unit):
        return None
    import pint
    from lark.exceptions import LarkError

    registry = _registry()
    try:
        found = registry.from_ucum(unit)
    except (LarkError, pint.errors.PintError):
        return None
    return found if isinstance(found, pint.Quantity) else None
