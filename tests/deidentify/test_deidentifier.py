"""Names, dates, places and numbers go, consistently; medicine stays."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp_engine.deidentify import DeidentifiedText, Kind, shared_deidentifier
from nlp_engine.deidentify.numbers import find_numbers
from nlp_engine.deidentify.rules import DeidRules
from nlp_engine.errors import InputError

KEY = b"a key of the tests, 32 bytes long"


def new(text: str, *, patient_id: str = "p1", key: bytes = KEY) -> DeidentifiedText:
    return shared_deidentifier().deidentify(text, key=key, patient_id=patient_id)


GOES = [
    "Dr. {Oyelaran} saw the patient.",
    "seen by dr {krishnamurthy} today",
    "Patient Name: {Garcia-Lopez}, {Maria} {F}",
    "PATIENT: {NGUYEN}, {THI}\nMRN: {00123456}",
    "{Funmilayo} {Adeyemi} is a 45-year-old woman.",
    "{john} {smith} is a 45 yo m",
    "Her daughter {Ngozi} will drive.",
    "cc: {Priya} {Subramaniam}, MD; {John} {O'Brien}, NP",
    "Signed by {J}. {van} {der} {Berg}, MD",
    "Accompanied by his wife, {Halina}.",
    "He lives at {12} {Oak} Street, {Springfield}, MA {02115}.",
    "Address: {6750} {Koskikatu} {25} Apt. {864}",
    "Flat {3}, {14} {Elm} Grove, {Leeds} {LS6} {2AB}",
    "transferred from {Mercy} Hospital in {Quincy}, MA",
    "Call ({617}) {555}-{1234} or fax: {508}-{555}-{9876}.",
    "Bleep {2210}, tel {020} {7946} {0018}",
    "SSN {219}-{09}-{9999}, policy number {H7712345}",
    "e-mail {jdoe77}@{mail}.example.com, see www.{kidneyfriends}.org",
    "IP {10}.{22}.{4}.{19}, plate: {7ABC123}, serial number {PJN123456H}",
    "NHS number {943} {476} {5919}; license # {A1234567}; account {00123}-{4567}",
    "Seen {03}/{04}/2021; CT {3} {March} 2021; {12}.{09}.2021; {2021}-{03}-{04}",
    "Potassium 4.1 on {3}/{2}, cough since {March} {5}th; in {May} 2020",
    "She is {91} years old; mother died at age {94}; a {102}-year-old man",
]


@pytest.mark.parametrize("marked", GOES)
def test_identifiers_go(marked):
    text = re.sub(r"[{}]", "", marked)
    replaced = new(text).replacements
    place = 0
    for piece in re.split(r"([{}])", marked):
        if piece in "{}":
            continue
        start, place = place, place + len(piece)
        if "{" + piece + "}" in marked:
            assert any(r.start <= start and place <= r.end for r in replaced), piece


STAYS = [
    "Parkinson disease, Crohn's, Hodgkin lymphoma, Bell's palsy, Graves' disease and Barrett's.",
    "Foley and Swan-Ganz catheters; Apgar 8/9; Charlson 5; Babinski downgoing; Murphy's sign negative.",
    "Takes St. John's wort, Lasix 40 mg, Zyrtec and Epiduo gel; was prescribed Phexxi.",
    "Strength 5/5, 2/6 murmur, pain 7/10, BP 120/80, Na 135, Plt 250000, 98.6 F, GCS 14/15, L4/5 disc.",
    "Mr. is fine. The Emergency Department and Cardiology Clinic were called. Past Medical History: none.",
    "A 45-year-old man from Texas; in 2013 he moved to Canada. 90 pack-years. Turned 90 degrees.",
    "PTT 32, Lactate 2, Procal 1, Tbili 2, HbA1c 7\nKt/V 1, Trop 14, Phos 3, Alb 4, Hgb 9 Trop 14, MELD 18, Bishop 8.",
    "In Wartenberg sign the fifth finger abducts; a Charnley awl was used; vein of Labbe.",
    "I may see her on Monday. Will repeat labs. Mark on arm. Hope he sleeps.",
    "Metoprolol 25-50 mg, 500-1000 mL, ranges 200-1000 mg; ratio 1.5:1; 12/24 hour clock; q4-6h.",
    "SPEP WITH IFE. CHIEF COMPLAINT: CHEST PAIN. NO KNOWN DRUG ALLERGIES. VITAL SIGNS STABLE.",
]


@pytest.mark.parametrize("text", STAYS)
def test_medicine_stays(text):
    assert new(text).text == text


def test_forms_of_one_name_agree():
    text = "Dr. John Smith called. Dr. Smith agrees. SMITH, JOHN signed; J. Smith, MD; smith again."
    out = new(text).text
    given, family = re.match(r"Dr\. (\w+) (\w+) called", out).groups()
    assert out == (
        f"Dr. {given} {family} called. Dr. {family} agrees. {family.upper()}, {given.upper()} signed; "
        f"{given[0]}. {family}, MD; {family.lower()} again."
    )
    assert "smith" not in out.lower()


def test_surrogates_follow_key_and_patient():
    text = "Mr. Kowalski came on 03/04/2021."
    assert new(text) == new(text)
    assert new(text, patient_id="p2").text != new(text).text
    assert new(text, key=b"another key of sixteen bytes").text != new(text).text
    assert new("Mrs. Kowalski left.").replacements[0].new_text == new(text).replacements[0].new_text


def test_sex_of_a_first_name_stays():
    vocabulary = shared_deidentifier().vocabulary
    for name, sex in {"Mary": vocabulary.female, "Robert": vocabulary.male}.items():
        assert new(f"Patient: {name} Kowalski").replacements[0].new_text.split()[0].lower() in sex


def test_dates_keep_intervals_format_and_weekday():
    out = new("Seen 03/04/2021, again 11-Mar-2021 and on Monday, March 15, 2021.").text
    from datetime import datetime

    first = datetime.strptime(re.search(r"\d\d/\d\d/\d{4}", out)[0], "%m/%d/%Y")
    second = datetime.strptime(re.search(r"\d+-\w{3}-\d{4}", out)[0], "%d-%b-%Y")
    third = datetime.strptime(re.search(r"[A-Z]\w+ \d+, \d{4}", out)[0], "%B %d, %Y")
    assert ((second - first).days, (third - first).days) == (7, 11)
    assert third.strftime("%A") == "Monday"
    assert first != datetime(2021, 3, 4)


def test_a_british_note_has_the_day_first():
    out = new("Seen on 23/04/2021 and on 04/05/2021.").replacements
    days = [(int(r.new_text[6:]), int(r.new_text[3:5]), int(r.new_text[:2])) for r in out]
    from datetime import date

    assert (date(*days[1]) - date(*days[0])).days == 11


def test_a_birth_date_that_tells_an_age_over_89_goes():
    assert new("DOB: 04/05/1921. Seen 03/04/2021.").replacements[0].new_text == "90 or older"
    assert new("DOB: 04/05/1951. Seen 03/04/2021.").replacements[0].new_text != "90 or older"


def test_a_name_known_from_elsewhere_goes():
    out = shared_deidentifier().deidentify("Hope slept well.\nToday hope is better.", key=KEY, names=("Hope Rice",))
    assert [r.text for r in out.replacements] == []
    out = shared_deidentifier().deidentify("We saw Hope today.", key=KEY, names=("Hope Rice",))
    assert [(r.text, r.kind) for r in out.replacements] == [("Hope", Kind.NAME)]


def test_a_short_key_is_refused():
    with pytest.raises(InputError, match="16 bytes"):
        new("text", key=b"short")


PIECES = [
    *("Dr. Smith", "SMITH, JOHN", "é", "e\u0301", "\r\n", " ", ", ", "on 3/2/21", "12 Oak Street", "a@b.org"),
    *("99 years old", "x" * 40, "\U0001f600", "MRN: 1234567", "in May", ":"),
]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=6)), max_size=14).map("".join))
def test_offsets_map_both_ways(text):
    out = new(text)
    place = new_place = 0
    for r in out.replacements:
        assert text[r.start : r.end] == r.text
        assert out.text[r.new_start : r.new_end] == r.new_text
        assert text[place : r.start] == out.text[new_place : r.new_start]
        assert (out.to_new(r.start), out.to_new(r.end)) == (r.new_start, r.new_end)
        assert (out.to_old(r.new_start), out.to_old(r.new_end)) == (r.start, r.end)
        place, new_place = r.end, r.new_end
    assert text[place:] == out.text[new_place:]
    inside = {i for r in out.replacements for i in range(r.start, r.end)}
    for i in set(range(len(text))) - inside:
        assert out.text[out.to_new(i)] == text[i]
        assert out.to_old(out.to_new(i)) == i


@pytest.mark.parametrize("piece", ["no ", "a", "1", "Smith ", "Name: X, ", "12 Oak St ", "1/2 ", "A. ", "de la "])
def test_a_long_line_is_no_trouble(piece):
    text = piece * (8_000 // len(piece))
    out = new(text)
    assert out.to_old(len(out.text)) == len(text)


PATTERNS = DeidRules.load().patterns.patterns


@pytest.mark.parametrize("pattern", PATTERNS, ids=[f"{p.kind}-{n}" for n, p in enumerate(PATTERNS)])
def test_patterns_find_their_examples(pattern):
    assert pattern.examples
    assert [text for text in pattern.examples if not list(find_numbers(text, [pattern]))] == []
    assert [text for text in pattern.not_examples if list(find_numbers(text, [pattern]))] == []


def test_a_single_digit_changes():
    changed = [new(f"12 Oak Street{digit}").text for digit in range(1, 10)]
    assert all(not text.endswith(str(digit)) for digit, text in enumerate(changed, 1))
