"""Plants identifiers into notes: letter heads, signatures, sentences with names, dates and numbers."""

from __future__ import annotations

import random
import re
from datetime import date, timedelta
from pathlib import Path

import yaml

WORDS = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8"))
FEMALE, MALE, SURNAMES = (WORDS[name].split() for name in ("female", "male", "surnames"))
NAMES = frozenset(
    part
    for name in (*FEMALE, *MALE, *SURNAMES)
    if name.casefold() not in WORDS["ordinary"].split()
    for key in [name.casefold()]
    for part in {key, *key.split("-"), key.replace("'", "")}
)
"""What is taken out of the lists of names, with the parts of double names."""

_OWN_NAMES = re.compile(r"\b(?P<title>Mr|Mrs|Ms|Miss|Dr)(?P<dot>\.?) (?P<name>[A-Z][\w'-]+(?: [A-Z][\w'-]+)?)")
_OWN_LONE_NAMES = re.compile(r"\b[A-Z][a-z]+ [A-Z][a-z]+(?= is (?:an? |status)|, PA\b)")
_OWN_MONTHS = re.compile(
    r"\b(?:0[1-9]|1[0-2])/20\d\d\b|(?<=\bin )(?:March|July)\b|(?<=two of )June\b|(?<=week of )June\b"
)
_OWN_DATES = re.compile(r"\b\d{1,2}/\d{1,2}/\d{4}\b")
_SLOT = re.compile(r"\{(\w+)\}")


class Planter:
    """Plants into one note; what it plants depends on the note's id only."""

    def __init__(self, note: str, sex: str, *, is_test: bool) -> None:
        self._random = random.Random(note)
        self._is_test = is_test
        draw = self._random.choice
        female = sex == "female"
        self._given = draw(self._half(FEMALE if female else MALE))
        self._surname, self._doctor, self._doctor2 = self._random.sample(self._half(SURNAMES), 3)
        given = self._half(FEMALE) + self._half(MALE)
        self._doctor_given, self._doctor2_given = draw(given), draw(given)
        self._relatives = draw(self._half(FEMALE)), draw(self._half(MALE))
        self._female = female
        self._day = date(2018, 1, 1) + timedelta(days=self._random.randrange(1800))

    def _half(self, names: list[str]) -> list[str]:
        """Return every second name: the parts share none."""
        return names[self._is_test :: 2]

    def plant(self, text: str) -> tuple[str, list[tuple[int, int, str]]]:
        """Return the note with planted identifiers, and their spans."""
        template = _OWN_NAMES.sub(self._own_name, text.replace("{", "(").replace("}", ")"))
        template = _OWN_LONE_NAMES.sub("{patient_full}", template)
        template = _OWN_MONTHS.sub("{month}", _OWN_DATES.sub("{date}", template))
        paragraphs = template.split("\n\n")
        part = "test" if self._is_test else "dev"
        heads, sentences, ends = (WORDS[f"{part}_{name}"] for name in ("heads", "sentences", "ends"))
        for sentence in self._random.sample(sentences, 5):
            place = self._random.randrange(len(paragraphs))
            paragraphs[place] += ("\n" if self._random.random() < 0.4 else " ") + sentence
        template = self._random.choice(heads) + "\n\n".join(paragraphs) + self._random.choice(ends)
        return self._filled(template)

    def _own_name(self, match: re.Match[str]) -> str:
        names = match["name"].split()
        if match["title"] == "Dr":
            return f"Dr{match['dot']} " + ("{doctor_full}" if len(names) > 1 else "{doctor2}")
        return f"{match['title']}{match['dot']} " + ("{patient_full}" if len(names) > 1 else "{surname}")

    def _filled(self, template: str) -> tuple[str, list[tuple[int, int, str]]]:
        parts: list[str] = []
        gold: list[tuple[int, int, str]] = []
        place = length = 0
        for match in _SLOT.finditer(template):
            kind, value = self._value(match[1])
            parts += (template[place : match.start()], value)
            length += match.start() - place
            if kind:
                gold.append((length, length + len(value), kind))
            length += len(value)
            place = match.end()
        return "".join((*parts, template[place:])), gold

    def _value(self, slot: str) -> tuple[str, str]:
        """Return the kind and the words of a slot; no kind, where it is no identifier."""
        if slot in (names := self._names()):
            return "name", names[slot]
        if slot in (dates := self._dates()):
            return "date", dates[slot]
        if slot in (numbers := self._numbers()):
            return "number", numbers[slot]
        return self._others()[slot]

    def _names(self) -> dict[str, str]:
        full, doctor = f"{self._given} {self._surname}", f"{self._doctor_given} {self._doctor}"
        doctor2 = f"{self._doctor2_given} {self._doctor2}"
        return {
            "patient_full": full,
            "patient_reversed": f"{self._surname}, {self._given}",
            "PATIENT": f"{self._surname}, {self._given}".upper(),
            "patient_given": self._given,
            "patient_lower": full.lower(),
            "surname": self._surname,
            "surname_lower": self._surname.lower(),
            "doctor": self._doctor,
            "doctor_full": doctor,
            "DOCTOR": doctor.upper(),
            "doctor_lower": self._doctor.lower(),
            "doctor2": self._doctor2,
            "doctor2_full": doctor2,
            "DOCTOR2": doctor2.upper(),
            "relative": self._relatives[0],
            "relative_lower": self._relatives[0].lower(),
            "relative2": self._relatives[1],
        }

    def _dates(self) -> dict[str, str]:
        day = self._day - timedelta(days=self._random.randrange(700))
        birth = date(1932, 1, 1) + timedelta(days=self._random.randrange(25000))
        short = f"{day.month}/{day.day}"
        forms = [f"{day:%m/%d/%Y}", f"{short}/{day:%y}", f"{day:%Y-%m-%d}", f"{day:%B} {day.day}, {day.year}"]
        return {
            "date": self._random.choice([*forms, f"{day:%d-%b-%Y}"]),
            "date_short": self._random.choice([short, f"{day:%B} {day.day}", f"{day:%b} {day.day}"]),
            "date_long": f"{day.day} {day:%B %Y}",
            "date_uk": f"{day:%d/%m/%Y}",
            "dob": f"{birth:%m/%d/%Y}",
            "dob_long": f"{birth.day} {birth:%B %Y}",
            "month": f"{day:%B %Y}",
        }

    def _numbers(self) -> dict[str, str]:
        digits = self._digits
        records = [digits(8), f"{digits(3)}-{digits(2)}-{digits(3)}", f"A{digits(7)}"]
        return {
            "mrn": self._random.choice(records),
            "account": digits(10),
            "nhs": f"943 476 59{digits(2)}",
            "member": f"XQ{digits(9)}",
            "ssn": f"{digits(3)}-{digits(2)}-{digits(4)}",
            "serial": f"PJN{digits(6)}H",
            "license": f"S{digits(8)}",
            "plate": f"7ABC{digits(3)}",
            "job": digits(6),
            "ip": f"10.{digits(2)}.4.{digits(2)}",
        }

    def _others(self) -> dict[str, tuple[str, str]]:
        draw, digits, last = self._random.choice, self._digits, self._digits(4)
        phones = [f"(617) 555-{last}", f"415-555-{last}", f"020 7946 {last}", f"+1 312.555.{last}", f"555-{last}"]
        mailbox = re.sub("[^a-z]", "", self._given.lower())
        return {
            "phone": ("phone", draw(phones)),
            "phone2": ("phone", f"508-555-{digits(4)}"),
            "pager": ("phone", digits(4)),
            "email": ("email", f"{mailbox}{digits(2)}@mail.example.com"),
            "address": ("place", f"{self._random.randrange(1, 9999)} {draw(WORDS['streets'])}"),
            "city": ("place", draw(WORDS["cities"])),
            "clinic_city": ("place", draw(WORDS["cities"][:12])),
            "zip": ("place", digits(5)),
            "old_age": ("age", str(self._random.randrange(90, 104))),
            "state": ("", draw(WORDS["states"])),
            "doctor_initials": ("", (self._doctor_given[0] + self._doctor[0]).lower()),
            "pronoun": ("", "her" if self._female else "his"),
            "pronoun_cap": ("", "Her" if self._female else "His"),
            "title": ("", "Ms." if self._female else "Mr."),
        }

    def _digits(self, count: int) -> str:
        return "".join(self._random.choice("123456789") for _ in range(count))
