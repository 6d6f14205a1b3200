"""Age and sex of the patient: "72-year-old gentleman", "83F", "M/45", "3 week old male infant"; never those of kin."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from nlp_engine.assessment import Experiencer, PersonFact, PersonLabel
from nlp_engine.text.note import ReadNote
from nlp_engine.text.people.rules import PeopleRules, SexWord

_OLD = re.compile(
    r"(?:(?<![\w./-])|(?<=\b[Aa]))(?P<count>\d{1,3}|x{2,4})(?:[ -]?\d/\d)?[\s-]{0,2}"
    r"(?:(?P<unit>years?|yrs?|y|months?|mos?|mths?|weeks?|wks?|days?)[\s.-]{0,2}(?:old\b|of\sage\b)"
    r"|y\s?[/.]\s?o\b\.?|yo(?P<glued>[mf])?\b|(?<=\d)y(?=\s?[mf]\b)|(?<=\d\s)y(?=\s[mf]\b)|(?<=\d\s)(?:years?|yrs?)(?=\s(?:[mf]|(?:fe)?male)\b)"
    r"|(?P<mo>m\s?[/.]\s?o\b\.?|mo\s?o\b|mo(?=\s[mf]\b)))",
    re.IGNORECASE,
)
_LABELLED = re.compile(
    r"\b(?:age\s?/\s?(?:sex|gender)\s?[:=]?|age\s?[:=])\s{0,4}(?P<count>\d{1,3})\b(?!\s?[-/+]\s?\d)"
    r"\s?(?P<unit>months?|mos?|weeks?|wks?|days?|years?|yrs?|y)?\b",
    re.IGNORECASE,
)
_TERSE = re.compile(
    r"(?<![\w./#-])(?:(?P<count>\d{2,3})\s?[-/]?\s?(?P<letter>[MF])|(?P<letter2>[MF])(?:\s?/\s?|,\s?)(?P<count2>\d{1,3}))"
    r"(?![\w/-]|\.\d|\s?(?:(?i:foley|fr\b|french|sheath|cath|chest tube|tube|slender|introducer|stent|needle)|\d))"
)
_NAMED = re.compile(
    r"^[ \t]*(?:re|patient|pt|name)\b[ \t.:]{1,4}[^\r\n:\d]{2,40},\s?(?P<count>\d{1,3})\s?(?:years|yrs)\b"
    r"(?!\s(?:ago|of))",
    re.IGNORECASE | re.MULTILINE,
)
_THIS = re.compile(
    r"\b(?:(?:this|patient|pt)\s(?:is\s)?(?:an?\s)?|(?:he|she)\sis\san?\s)(?:[\w-]+,?\s){0,4}?"
    r"(?P<sex>female|woman|lady|girl|male|man|gentleman|boy)\b(?!')",
    re.IGNORECASE,
)
_SEX_LABEL = re.compile(
    r"\b(?:sex|gender)\s?[:=]\s{0,20}(?P<sex>female|male|[fm])\b(?!\s?[/|]\s?[fm]\b)", re.IGNORECASE
)
_UNITS = {"y": "a", "m": "mo", "w": "wk", "d": "d"}
_MOST = {"a": 120, "mo": 60, "wk": 104, "d": 120}
_EARLIER = re.compile(
    r"(?:\b(?:since|until|till|when|by|at|before|after|over|under|above|than|between|to|from|died|deceased|was|were|turned|every|for|about|onset"
    r"|diagnosed|dx|dx'd|until|approximately|around|menopause|menarche|age|aged|ages|all|of)|[<>\u2265\u2264=@~+-])\s*"
    r"(?:(?:he|she|the|age|aged|ages|of|approximately|about|was|were|still|only|or|to|\d{1,2})\s+)*$",
    re.IGNORECASE,
)
_PAST = re.compile(
    r"\b(?:since|when|until|till|by|at|before|after)\s+(?:(?:he|she|they|the|patient|was|were|a|an|age|of)\s+)+$",
    re.IGNORECASE,
)
_THING = frozenset({"history", "hx", "h", "course", "scar", "stroke", "report", "study", "mark", "survival", "risk"})
_BORN = frozenset({"born", "delivered", "birth", "delivery"})
_STOPS = frozenset(
    {
        "with",
        "who",
        "presents",
        "presented",
        "has",
        "had",
        "w",
        "is",
        "was",
        "status",
        "complaining",
        "and",
        "that",
        ".",
    }
)
_OPENERS = frozenset(":>|-,\u2014\u2013[(")
_OPENING_WORDS = frozenset({"pt", "is", "a", "an", "this", "for"})
_AHEAD, _BACK, _TERSE_SIGHT = 9, 8, 12
_FEW, _CLEAR, _OPENING = 3, 10, 3
_TEMPERATURE = re.compile(r"(?:\bT(?:emp(?:erature)?|max|m|c)?\W{0,3}(?:of |is |was )?|[\u00b0])$", re.IGNORECASE)


# "MR#" is a number of a record, "MS" a disease or a drug.
_TITLE = re.compile(r"(?:M[a-z]+\.?|M(?:R|RS|S|ISS)\.)\s{0,2}(?=[A-Z_*\[X])")


def ages(note: ReadNote, rules: PeopleRules) -> Iterator[PersonFact]:
    """Yield the ages that the note gives the patient, each followed by the sex that stands with it."""
    for match in _OLD.finditer(note.text):
        yield from _old(note, rules, match)
    for match in _LABELLED.finditer(note.text):
        unit = _UNITS[(match["unit"] or "y")[0].lower()]
        if _is_patients(note, rules, match.start()):
            yield from _age(note, match.start("count"), match.end(), match["count"], unit)
            yield from _letter_behind(note, rules, match.end())
    for match in _NAMED.finditer(note.text):
        yield from _age(note, match.start("count"), match.end(), match["count"], "a")
    for match in _TERSE.finditer(note.text):
        yield from _terse(note, rules, match)
    for match in _THIS.finditer(note.text):
        if _is_patients(note, rules, match.start("sex")):
            yield _sex(note, *match.span("sex"), rules.nouns[match["sex"].lower()])
    for match in _SEX_LABEL.finditer(note.text):
        if _is_patients(note, rules, match.start()):
            yield _sex(note, match.start("sex"), match.end("sex"), "female" if match["sex"][0] in "fF" else "male")


def _old(note: ReadNote, rules: PeopleRules, match: re.Match[str]) -> Iterator[PersonFact]:
    unit = "mo" if match["mo"] else _UNITS[(match["unit"] or "y")[0].lower()]
    if not _is_patients(note, rules, match.start()):
        return
    person = _person_behind(note, rules, match.end())
    before = note.text[max(note.sentences.at(match.start()).start, match.start() - 40) : match.start()]
    if person is None:
        if _EARLIER.search(before) or not _has_subject(note, rules, match):
            return
    elif person[2] == "kin" or _PAST.search(before) or (unit != "a" and _is_birth(note, match.start())):
        return
    yield from _age(note, match.start(), match.end(), match["count"], unit)
    if match["glued"]:
        yield _sex(note, *match.span("glued"), "female" if match["glued"] in "fF" else "male")
    elif person is not None and person[2] in {"female", "male"}:
        yield _sex(note, person[0], person[1], "female" if person[2] == "female" else "male")


def _terse(note: ReadNote, rules: PeopleRules, match: re.Match[str]) -> Iterator[PersonFact]:
    """Read "83F" and "M/45": at the start of a line or a sentence, or behind a sign that opens something."""
    count, letter = match["count"] or match["count2"], match["letter"] or match["letter2"]
    before = note.text[max(0, match.start() - _TERSE_SIGHT) : match.start()]
    line = before[max(before.rfind("\n"), before.rfind("\r")) + 1 :]
    words = line.lower().split()
    opens = not words or line.endswith(("  ", "\t")) or line.rstrip()[-1] in _OPENERS or words[-1] in _OPENING_WORDS
    behind = note.text[match.end() : match.end() + 2]
    is_plausible = 1 <= int(count) <= _MOST["a"]
    if not opens or not is_plausible or _TEMPERATURE.search(line) or behind[:1] in {"%", "'", "+"}:
        return
    if not _is_patients(note, rules, match.start()):
        return
    group, side = ("count", "letter") if match["count"] else ("count2", "letter2")
    yield from _age(note, match.start(group), match.end(group), count, "a")
    yield _sex(note, match.start(side), match.end(side), "female" if letter == "F" else "male")


def _age(note: ReadNote, start: int, end: int, count: str, unit: str) -> Iterator[PersonFact]:
    if count.isdigit() and int(count) <= _MOST[unit]:
        text = note.text[start:end]
        yield PersonFact(label=PersonLabel.AGE, start=start, end=end, text=text, value=Decimal(count), unit=unit)


def _sex(note: ReadNote, start: int, end: int, sex: SexWord) -> PersonFact:
    return PersonFact(label=PersonLabel.SEX, start=start, end=end, text=note.text[start:end], word=sex)


def _letter_behind(note: ReadNote, rules: PeopleRules, end: int) -> Iterator[PersonFact]:
    person = _person_behind(note, rules, end)
    if person is not None and person[2] in {"female", "male"}:
        yield _sex(note, person[0], person[1], "female" if person[2] == "female" else "male")


def _is_patients(note: ReadNote, rules: PeopleRules, start: int) -> bool:
    """Say whether what stands here is about the patient: no kin before it in its sentence, no family's section."""
    heading = note.sections.at(start)
    if heading is not None and heading.kind is not None and heading.kind.experiencer not in (None, Experiencer.PATIENT):
        return False
    keys = _before(note, start)
    kin = max((place for place, key in enumerate(keys) if key in rules.file.kin), default=-1)
    return kin < 0 or any(key in rules.file.this for key in keys[kin + 1 :])


def _before(note: ReadNote, start: int) -> list[str]:
    """Return the words before a place in its sentence, the nearest ones."""
    low, _ = note.tokens.range_of(note.sentences.at(start).start, start)
    first, _ = note.tokens.range_of(start, start)
    return note.tokens.keys[max(low, first - 2 * _BACK) : first]


def _person_behind(note: ReadNote, rules: PeopleRules, end: int) -> tuple[int, int, str] | None:
    """Return the person that an age describes: where the word stands, and "female", "male", "kin" or "person"."""
    tokens, stop = note.tokens, note.sentences.at(max(0, end - 1)).end
    first, _ = tokens.range_of(end, end)
    person: tuple[int, int, str] | None = None
    for place in range(first, min(first + _AHEAD, len(tokens.keys))):
        start, until, key = tokens.starts[place], tokens.ends[place], tokens.keys[place]
        is_letter = place == first and note.text[start:until] in rules.letters
        if (start >= stop and not is_letter) or key in _STOPS:
            break
        if key in rules.file.kin:
            return (start, until, "kin") if person is None or person[2] == "person" else person
        if key in rules.nouns:
            return start, until, rules.nouns[key]
        letters = note.text[start:until]
        sex = rules.letters.get(letters.upper() if place == first else letters)
        if (
            sex is not None
            and place <= first + 2
            and (len(letters) > 1 or letters.isupper() or note.text[end - 1] in "oO")
        ):
            return start, until, sex
        if key in rules.file.persons:
            person = start, until, "person"
    return person


def _has_subject(note: ReadNote, rules: PeopleRules, match: re.Match[str]) -> bool:
    """Say whether an age without a person behind it is one: "Pt is 61 years old", "29 y.o. G3P1 @ 35w4d"."""
    keys, tokens = _before(note, match.start()), note.tokens
    behind, _ = tokens.range_of(match.end(), match.end())
    following = tokens.keys[behind] if behind < len(tokens.keys) else ""
    if following in _THING or following in rules.file.kin:
        return False
    near = keys[-4:]
    opening = [key for key in keys if key[0].isalnum() and key not in {"a", "an", "the"}]
    begins = (not opening and len(keys) <= _OPENING) or keys[-1:] == [":"] or keys[-2:-1] == [":"]
    named = {"patient", "pt", "is", "he", "she", "this", "mr", "mrs", "ms", "who", "now", "presents"}
    return begins or not named.isdisjoint(near)


def _is_birth(note: ReadNote, start: int) -> bool:
    return not _BORN.isdisjoint(_before(note, start))


def speaks_of(note: ReadNote, rules: PeopleRules) -> PersonFact | None:
    """Return the sex that titles and pronouns tell, with the first of them; None if they do not agree.

    Sentences with kin are left out. Three of one sex and none of the other tell it, or ten and at most a tenth of the
    other.
    """
    words = rules.pronouns | rules.titles
    counts: Counter[SexWord] = Counter()
    first: dict[SexWord, int] = {}
    kin = {
        note.sentences.index_at(note.tokens.starts[place])
        for place, key in enumerate(note.tokens.keys)
        if key in rules.file.kin
    }
    for place, key in enumerate(note.tokens.keys):
        sex = words.get(key)
        if sex is None or note.sentences.index_at(note.tokens.starts[place]) in kin:
            continue
        if key in rules.titles and not _TITLE.match(note.text, note.tokens.starts[place]):
            continue
        counts[sex] += 1
        first.setdefault(sex, place)
    sides: tuple[tuple[SexWord, SexWord], ...] = (("female", "male"), ("male", "female"))
    for sex, other in sides:
        most, least = counts[sex], counts[other]
        if (most >= _FEW and least == 0) or (most >= _CLEAR and least * _CLEAR <= most):
            place = first[sex]
            return _sex(note, note.tokens.starts[place], note.tokens.ends[place], sex)
    return None
