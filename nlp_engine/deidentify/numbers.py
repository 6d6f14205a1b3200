"""Numbers and addresses that point at somebody, found by the patterns of ``rules/deid/patterns.yaml``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv6Address

from nlp_engine.deidentify.result import Kind
from nlp_engine.deidentify.rules import Pattern

_TRAILING = ".,;:!?)]}'\""


@dataclass(frozen=True, slots=True, order=True)
class Found:
    """The span of an identifier in the text."""

    start: int
    end: int
    kind: Kind


def find_numbers(text: str, patterns: Sequence[Pattern]) -> Iterator[Found]:
    """Yield what the patterns find, pattern by pattern; finds of different patterns may overlap."""
    for pattern in patterns:
        for match in pattern.compiled.finditer(text):
            start, end = match.span("id") if "id" in pattern.compiled.groupindex else match.span()
            if pattern.kind is Kind.URL:
                end = start + len(text[start:end].rstrip(_TRAILING))
            if not pattern.check or CHECKS[pattern.check](text[start:end]):
                yield Found(start, end, pattern.kind)


def digits_of(text: str) -> str:
    """Return the digits of a text."""
    return "".join(re.findall(r"[0-9]", text))


def is_luhn(text: str) -> bool:
    """Say whether the last digit is right by Luhn's rule (ISO/IEC 7812-1)."""
    digits = [int(digit) for digit in reversed(digits_of(text))]
    doubled = [digit if place % 2 == 0 else sum(divmod(2 * digit, 10)) for place, digit in enumerate(digits)]
    return len(digits) > 1 and sum(doubled) % 10 == 0


def is_iban(text: str) -> bool:
    """Say whether the check digits are right (ISO 13616: letters as 10 to 35, mod 97)."""
    compact = re.sub(r"\s", "", text).upper()
    moved = compact[4:] + compact[:4]
    return moved.isalnum() and moved.isascii() and int("".join(str(int(sign, 36)) for sign in moved)) % 97 == 1


def is_nhs(text: str) -> bool:
    """Say whether the tenth digit is right by the rule of the NHS number (weights 10 to 2, mod 11)."""
    digits = [int(digit) for digit in digits_of(text)]
    rest = 11 - sum(digit * weight for digit, weight in zip(digits, range(10, 1, -1), strict=False)) % 11
    return len(digits) == 10 and rest % 11 == digits[-1]


def _is_ipv4(text: str) -> bool:
    return all(int(part) <= 255 for part in text.split("."))


def _is_ipv6(text: str) -> bool:
    try:
        IPv6Address(text)
    except AddressValueError:
        return False
    return len(text) > 6


def _is_domain(text: str) -> bool:
    """Refuse "e.g. me" and a sentence without a blank behind its full stop ("pain.No")."""
    host = text.split("/")[0].split(".")
    return len(host[-2]) > 2 and (len(host[-1]) > 2 or host[-1].islower())


def _at_least(count: int) -> Callable[[str], bool]:
    return lambda text: len(digits_of(text)) >= count


CHECKS: dict[str, Callable[[str], bool]] = {
    "luhn": is_luhn,
    "iban": is_iban,
    "nhs": is_nhs,
    "ipv4": _is_ipv4,
    "ipv6": _is_ipv6,
    "domain": _is_domain,
    "digit": _at_least(1),
    "digits3": _at_least(3),
    "digits4": _at_least(4),
    "digits7": _at_least(7),
}
