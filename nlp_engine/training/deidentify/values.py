"""Made-up names, addresses and numbers to fill sentences with, from the lists of ``rules/deid``."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Collection, Mapping, Sequence

from nlp_engine.deidentify.dates import MONTHS
from nlp_engine.deidentify.rules import DeidRules

_GREEK = str.maketrans("abdefghiklmnoprstuvxyzABDEFGHIKLMNOPRSTUVXYZ", "αβδεφγηικλμνοπρστυβξυζΑΒΔΕΦΓΗΙΚΛΜΝΟΠΡΣΤΥΒΞΥΖ")
_FIXED: Mapping[str, Sequence[str]] = {
    "company": ("Ltd", "Inc.", "GmbH", "Bank", "Insurance", "Group", "Systems", "Foods", "Media", "Energy"),
    "street": "Street St Road Rd Avenue Lane Drive Close Court Place Crescent Square".split(),
    "title": "Dr. Mr. Mrs. Ms. Mr Ms Dr Prof.".split(),
    "nat": "American Danish French Polish Greek Dutch Chinese Scottish Czech Russian Mexican".split(),
    "job": "teacher engineer nurse Accountant Midwife Salesperson lawyer Fumigator Biologist".split(),
    "unit": ("Apt.", "Suite", "Unit", "Flat", "Box"),
    "particle": ("van", "de", "von", "van der", "el", "De", "Mc", "di"),
    "in a street": ("", "", "de ", "du ", "della "),
    "behind a city": ("Ext", "Nord", "Sur", "2", "K", "Village", "Oos", "a. d. Elbe", "sur Mer", "St Mary"),
    "end of a city": ("", "stad", "ville", "berg", "ton"),
    "gap": (", ", "\n", "\n ", " ", " "),
}
_ZIPS = ("#####", "####", "#####", "####", "### ##", "##-###", "#####-####", "###", "######")
_HOUSES = ("#", "##", "##", "###", "####")
_IN_GREEK = 0.02


class Values:
    """Draws a value for each slot.

    Parameters
    ----------
    phones
        Forms of phone numbers: # is any digit, N one from 2 to 9.
    without
        Names that are never drawn, since something is measured with them.
    """

    def __init__(
        self, rules: DeidRules, phones: Sequence[str], draw: random.Random, without: Collection[str] = frozenset()
    ) -> None:
        given, places = rules.given, rules.places
        self._draw, self._cues, self._phones = draw, rules.cues, phones
        self._given = [name for name in (*given.female, *given.male, *given.either) if name not in without]
        self._surnames = [name for name in rules.surnames.surnames if name not in without]
        self._cities = (*places.us_cities, *places.other_cities)
        self._countries, self._codes = places.countries, places.state_codes
        self._of: Mapping[str, Callable[[], str]] = {
            "first": self._first,
            "last": self._last,
            "name": self._name,
            "city": self._city,
            "country": lambda: self._pick(self._countries),
            "zip": lambda: self._digits(draw.choice(_ZIPS)),
            "street": self._street,
            "unit": self._unit,
            "addr": self._address,
            "phone": lambda: self._digits(draw.choice(self._phones)),
            "org": self._company,
            "title": lambda: self._fixed("title"),
            "nat": lambda: self._fixed("nat"),
            "job": lambda: self._fixed("job"),
            "year": lambda: str(draw.randrange(1900, 2027)),
            "age": lambda: str(draw.randrange(18, 90)),
            "date": self._date,
            "email": lambda: f"{self._pick(self._given)}{self._digits('##')}@{self._pick(self._surnames)}.com",
            "iban": lambda: self._digits("GB##WEST##############"),
            "card": lambda: self._digits(draw.choice(("#### #### #### ####", "################"))),
        }

    def of(self, slot: str) -> str:
        """Return a value for a slot; a few names and places stand in Greek letters.

        Raises
        ------
        KeyError
            If there is no such slot.
        """
        value = self._of[slot]()
        is_greek = slot in ("city", "street", "name") and self._draw.random() < _IN_GREEK
        return value.translate(_GREEK) if is_greek else value

    def _pick(self, words: Sequence[str]) -> str:
        """Return a word of a list, those at its beginning more often."""
        return words[int(len(words) * self._draw.random() ** self._draw.choice((1, 2)))]

    def _fixed(self, name: str) -> str:
        return self._draw.choice(_FIXED[name])

    def _first(self) -> str:
        name = _capital(self._pick(self._given))
        return f"{name}-{_capital(self._pick(self._given))}" if self._draw.random() < 0.03 else name

    def _last(self) -> str:
        name, chance = _capital(self._pick(self._surnames)), self._draw.random()
        if chance < 0.04:
            return f"{name}-{_capital(self._pick(self._surnames))}"
        return f"{self._fixed('particle')} {name}" if chance < 0.07 else name

    def _name(self) -> str:
        middle, chance = "", self._draw.random()
        if chance < 0.15:
            middle = f" {self._draw.choice('ABCDEFGHIJKLMNOPRSTVWZ')}{self._draw.choice(('.', ''))}"
        elif chance > 0.93:
            middle = f" {self._first()}"
        name = f"{self._first()}{middle} {self._last()}"
        return name.upper() if self._draw.random() < 0.03 else name

    def _city(self) -> str:
        city, chance = self._pick(self._cities), self._draw.random()
        if chance < 0.12:
            return city.upper()
        if chance < 0.2:
            return _capital(self._pick(self._surnames)) + self._fixed("end of a city")
        return f"{city} {self._fixed('behind a city')}" if chance > 0.96 else city

    def _house(self) -> str:
        return self._digits(self._draw.choice(_HOUSES)).lstrip("0") or "1"

    def _unit(self) -> str:
        return f"{self._fixed('unit')} {self._house()}"

    def _street(self) -> str:
        names = _capital(self._pick(self._surnames)), _capital(self._pick(self._given)), self._city()
        name, number, cues = self._draw.choice(names), self._house(), self._cues
        forms = (
            f"{number} {name} {self._fixed('street')}",
            f"{number} {name} {self._fixed('street')}",
            f"{_capital(self._draw.choice(cues.street_prefixes))} {self._fixed('in a street')}{name} {number}",
            f"{name}{self._draw.choice(cues.street_ends)} {number}",
            f"{name} {self._draw.choice(cues.street_behind)} {number}",
            f"{name} {number}",
        )
        return self._draw.choice(forms)

    def _address(self) -> str:
        draw, gap = self._draw, self._fixed("gap")
        if draw.random() < 0.04:
            post, area = draw.choice(("APO", "FPO", "DPO")), draw.choice(("AE", "AP", "AA"))
            return self._digits(f"PSC ####, Box ####\n{post} {area} #####")
        lead = f"{self._house()} " if draw.random() < 0.5 else ""
        unit = f"{draw.choice((' ', ', '))}{self._unit()}" if draw.random() < 0.5 else ""
        country, code = self.of("country"), self.of("zip")
        end = draw.choice((f"{country} {code}", f"{draw.choice(self._codes)} {code}", code, country))
        town = f"{self._city()}{gap}{end}" if draw.random() < 0.7 else f"{code} {self._city()}"
        return f"{lead}{self._street()}{unit}{gap}{town}"

    def _company(self) -> str:
        first, second, third = self._last(), self._last(), self._last()
        forms = (f"{first} {self._fixed('company')}", f"{first} and {second}", f"{first}, {second} and {third}")
        return self._draw.choice(forms)

    def _date(self) -> str:
        day, month, year = self._draw.randrange(1, 29), self._draw.randrange(1, 13), self.of("year")
        name = MONTHS[month - 1].capitalize()
        forms = (f"{day} {name} {year}", f"{month:02d}/{day:02d}/{year}", f"{year}-{month:02d}-{day:02d}")
        return self._draw.choice((*forms, f"{name} {day}, {year}"))

    def _digits(self, form: str) -> str:
        return re.sub("[N#]", lambda sign: self._draw.choice("0123456789"[2 * (sign[0] == "N") :]), form)


def _capital(name: str) -> str:
    return re.sub(r"(?:^|(?<=[ '-]))\w", lambda match: match.group().upper(), name)
