"""Pregnancy: "G2P1 at 32 weeks", "35w4d", "not pregnant", "postpartum day 2", "LMP 3 weeks ago"."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Literal

from nlp_engine.assessment import PersonFact, PersonLabel
from nlp_engine.text.note import ReadNote

_PARITY = re.compile(
    r"\bG\s?(?P<g>\d{1,2})\s?,?\s?(?:/\s?)?P\s?(?P<p>\d-\d-\d-\d|\d{4}|\d{1,2})\b"
    r"|\bgravida\s(?P<g2>\d{1,2})\b(?!\s(?:was|is|at)\b),?\s{0,2}(?:para\s(?P<p2>\d-\d-\d-\d|\d{4}|\d{1,2})\b)?",
    re.IGNORECASE,
)
_GESTATION = re.compile(
    r"(?:(?<=\bat )|(?<=@)|(?<=@ )|\b)(?P<weeks>\d{1,2})(?:\s?w(?:ee)?ks?\s?(?:and\s)?(?P<days>\d)\s?d(?:ays?)?"
    r"|\s?(?P<sevenths>\d)/7\s?w(?:ee)?ks?|\s?\+\s?(?P<plus>\d)|\s?w\s?(?P<d>\d)\s?d?|[\s-]?w(?:ee)?ks?'?)"
    r"(?!\s?(?:ago|postpartum|post|later|old|after|s/p))\b",
    re.IGNORECASE,
)
_BEFORE_WEEKS = re.compile(
    r"\bG\s?\d{1,2}\s?,?\s?P\s?[\d-]{1,7}[^.;\d]{0,30}$|\bgravida\s\d{1,2},?\spara\s[\d-]{1,7}[^.;\d]{0,30}$"
    r"|\b(?:IUP|pregnancy|EGA|GA|gestational age)[^.;\d]{0,14}$",
    re.IGNORECASE,
)
_PREGNANT_BEHIND = re.compile(
    r"[\s-]{0,2}(?:pregnant|gestation|IUP|SIUP|intrauterine|EGA|EGA\b|of pregnancy)", re.IGNORECASE
)
_NOT = re.compile(
    r"\b(?:not\s(?:currently\s)?pregnant|non-?pregnant|denies\s(?:being\s|that she is\s|she is\s)?pregnan(?:t|cy)"
    r"|(?:denies\s(?:any\s)?|no\s)(?:possibility|chance)\sof\spregnancy"
    r"|pregnan(?:t|cy)\s?[:?]\s?(?:no|n|denies|denied)\b|could not be pregnant)",
    re.IGNORECASE,
)
_YES = re.compile(
    r"\b(?:(?:is|currently|now|remains)\s(?:currently\s|now\s)?(?:an?\s)?(?P<by>)(?:\d{1,2}[\s-]?(?:weeks?|wks?|months?)\s)?pregnant\b"
    r"|\d{1,2}[\s-]?(?:weeks?|wks?|w)\s(?:\d\sdays?\s)?pregnant\b|pregnant\s(?:female|woman|lady|patient|pt)\b|pregnan(?:t|cy)\s?[:?]\s?(?:yes|y)\b)",
    re.IGNORECASE,
)
_POSTPARTUM = re.compile(
    r"\b(?:(?:PPD|post-?partum\sday)\s?#?\s?\d{1,3}|post-?partum)\b(?!\s(?:depression|hemorrhage|haemorrhage|blues|psychosis|thyroiditis|cardiomyopathy|tubal|bleed))",
    re.IGNORECASE,
)
_LMP = re.compile(
    r"\b(?:LMP|last menstrual period)\b(?:[\s:=]|was|is|on|approximately|about){0,6}(?P<when>[^.;,|\n]{2,24})",
    re.IGNORECASE,
)
_UNSURE = re.compile(
    r"\b(?:if|whether|when|while|unless|should|may|might|could|possibl[ey]|avoid|become|becoming|became|gets?|was|were"
    r"|until|in case|question|rule out|r/o|\?|h/o|history of|hx of|prior|previous|last|know)\b[^.;]{0,30}$",
    re.IGNORECASE,
)
_CONDITION = re.compile(r"\b(?:if|whether|when|while|unless|until)\b[^.;]{0,20}$", re.IGNORECASE)
_OTHERS = re.compile(
    r"\b(?:mother|mom|mat|maternal|wife|girlfriend|daughter|sister|partner|born|delivered|birth|infant|baby|newborn|neonate|mo's|fob)\b",
    re.IGNORECASE,
)
_LONGEST_WEEKS, _SHORTEST_WEEKS, _WEEK = 43, 3, 7
_SIGHT = 60

PregnancyWord = Literal["pregnant", "not pregnant", "postpartum"]
DateOf = Callable[[int, int], str | None]


def pregnancy(note: ReadNote, date_of: DateOf) -> Iterator[PersonFact]:
    """Yield what the note says of the patient's pregnancy.

    Parameters
    ----------
    date_of
        Returns the date that a span means.
    """
    for match in _PARITY.finditer(note.text):
        if not _is_of_others(note, match):
            yield from _counts(note, match)
    for match in _GESTATION.finditer(note.text):
        yield from _weeks(note, match)
    words: dict[PregnancyWord, re.Pattern[str]] = {"not pregnant": _NOT, "pregnant": _YES, "postpartum": _POSTPARTUM}
    for word, pattern in words.items():
        for match in pattern.finditer(note.text):
            unsure = _CONDITION if word == "not pregnant" else _UNSURE
            is_sure = not unsure.search(_left(note, match.start()))
            if is_sure and not _is_of_others(note, match):
                yield _fact(note, PersonLabel.PREGNANCY, match.span(), word=word)
    for match in _LMP.finditer(note.text):
        date = date_of(*match.span("when"))
        if date is not None:
            yield _fact(note, PersonLabel.LAST_PERIOD, match.span(), date=date)


def _counts(note: ReadNote, match: re.Match[str]) -> Iterator[PersonFact]:
    gravida, para = match["g"] or match["g2"], match["p"] or match["p2"]
    yield _fact(note, PersonLabel.GRAVIDITY, match.span(), value=Decimal(gravida))
    if para:
        digits = para.replace("-", "")
        # Four digits are term, preterm, abortions, living: births are the first two together.
        births = int(digits[0]) + int(digits[1]) if len(digits) == 4 else int(digits)
        yield _fact(note, PersonLabel.PARITY, match.span(), value=Decimal(births))


def _weeks(note: ReadNote, match: re.Match[str]) -> Iterator[PersonFact]:
    """Read a length of gestation: behind gravida and para or "pregnancy at", or before "pregnant"."""
    weeks = int(match["weeks"])
    days = int(match["days"] or match["sevenths"] or match["plus"] or match["d"] or 0)
    left = _left(note, match.start())
    if not (_SHORTEST_WEEKS <= weeks <= _LONGEST_WEEKS and days < _WEEK) or _is_of_others(note, match):
        return
    is_gestation = _BEFORE_WEEKS.search(left) or _PREGNANT_BEHIND.match(note.text, match.end())
    if is_gestation and not _UNSURE.search(left):
        yield _fact(note, PersonLabel.GESTATION, match.span(), value=Decimal(weeks * _WEEK + days), unit="d")


def _left(note: ReadNote, start: int) -> str:
    return note.text[max(note.sentences.at(start).start, start - _SIGHT) : start]


def _is_of_others(note: ReadNote, match: re.Match[str]) -> bool:
    sentence = note.sentences.at(match.start())
    behind = note.text[match.end() : min(sentence.end, match.end() + 12)]
    return bool(_OTHERS.search(_left(note, match.start())) or _OTHERS.search(behind))


def _fact(
    note: ReadNote,
    label: PersonLabel,
    span: tuple[int, int],
    *,
    value: Decimal | None = None,
    unit: str | None = None,
    word: PregnancyWord | None = None,
    date: str | None = None,
) -> PersonFact:
    start, end = span
    text = note.text[start:end].rstrip(" ,\r\n\t")
    return PersonFact(
        label=label, start=start, end=start + len(text), text=text, value=value, unit=unit, word=word, date=date
    )
