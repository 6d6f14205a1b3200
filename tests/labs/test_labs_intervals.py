"""Textbook intervals by age, sex and pregnancy; critical limits; the files that hold them."""

from collections import defaultdict
from datetime import date, datetime
from decimal import Decimal
from itertools import combinations, pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lab_builders import NOW, result

from nlp_engine.knowledge import read_yaml_folder, resource
from nlp_engine.labs.catalogue import Catalogue
from nlp_engine.labs.intervals import IntervalBook, Person, person_at
from nlp_engine.labs.intervals.ages import CHILD, OLDEST, AgeBand, days_of_years
from nlp_engine.labs.intervals.book import Shelf
from nlp_engine.labs.intervals.files import Band, IntervalFile
from nlp_engine.record import Patient, Sex

CATALOGUE = Catalogue.load()
ANALYTES = {analyte.id: analyte for analyte in CATALOGUE.analytes}
FOLDER = resource("rules") / "labs" / "intervals"
SHELF = Shelf.read(FOLDER, ANALYTES)
BOOK = IntervalBook.load(CATALOGUE)
SEXES = (Sex.FEMALE, Sex.MALE)
WARD = (
    "hemoglobin hematocrit mcv wbc neutrophils lymphocytes platelets sodium potassium chloride bicarbonate urea "
    "urea_nitrogen creatinine glucose calcium phosphate magnesium alkaline_phosphatase alt ast total_bilirubin albumin "
    "crp heart_rate respiratory_rate systolic_bp body_temperature spo2"
).split()


def by_group(limits):
    """Return the limits of one analyte by sex and trimester; one for both sexes stands in both groups."""
    groups = defaultdict(list)
    for limit in limits:
        for sex in SEXES if limit.sex is None else (limit.sex,):
            groups[sex, limit.trimester].append(limit)
    return groups


@pytest.mark.parametrize("limits", [SHELF.intervals, SHELF.critical], ids=["intervals", "critical"])
def test_no_two_bands_hold_for_one_person(limits):
    for name, listed in limits.items():
        for group, some in by_group(listed).items():
            for first, second in combinations(sorted(some, key=lambda one: one.ages), 2):
                assert not first.ages.overlaps(second.ages), (name, group)


def test_bands_have_no_holes_but_those_that_are_said():
    for name, listed in SHELF.intervals.items():
        for (sex, trimester), some in by_group(listed).items():
            if trimester is not None:
                continue
            holes = [SHELF.holes[name][0]] if name in SHELF.holes else []
            bands = sorted([limit.ages for limit in some] + holes)
            assert bands[-1].end == OLDEST, (name, sex)
            assert bands[0].first in (0, CHILD.end), (name, sex)
            for first, second in pairwise(bands):
                assert first.end == second.first, (name, sex, first, second)


def test_trimesters_are_complete():
    for name, listed in SHELF.intervals.items():
        given_ = sorted(limit.trimester for limit in listed if limit.trimester)
        assert given_ in ([], [1, 2, 3]), name


def test_every_interval_names_its_source_and_year_and_is_plausible():
    for name, listed in [*SHELF.intervals.items(), *SHELF.critical.items()]:
        plausible = ANALYTES[name].plausible
        for limit in listed:
            assert limit.source.startswith("textbook: ")
            assert limit.source[-4:].isdigit(), name
            assert limit.low is None or limit.low >= plausible.low, name
            assert limit.high is None or limit.high <= plausible.high, name
            assert limit.low is None or limit.high is None or limit.low < limit.high, name


def test_every_source_is_used():
    for file in read_yaml_folder(FOLDER, IntervalFile):
        entries = (*file.intervals, *file.critical)
        used = {entry.source for entry in entries} | {band.source for entry in entries for band in entry.bands}
        assert file.sources.keys() <= used, file.about


def test_critical_limits_lie_outside_the_interval():
    for name, listed in SHELF.critical.items():
        starts = {other.ages.first for other in SHELF.intervals[name]}
        for limit in listed:
            inside = {day for day in starts if limit.ages.first <= day < limit.ages.end}
            for sex, day in product(SEXES, inside | {limit.ages.first}):
                bounds, _ = BOOK.bounds(ANALYTES[name], Person(sex, age_days=day))
                if bounds is None:
                    continue
                assert limit.low is None or bounds.low is None or limit.low < bounds.low, (name, day)
                assert limit.high is None or bounds.high is None or limit.high > bounds.high, (name, day)


@pytest.mark.parametrize("name", WARD)
def test_what_a_ward_measures_has_an_interval_from_infancy_on(name):
    for years in (1, 4, 9, 14, 17):
        for sex in SEXES:
            assert BOOK.bounds(ANALYTES[name], Person(sex, age_days=days_of_years(Decimal(years))))[0] is not None


@pytest.mark.parametrize(
    ("name", "value", "unit", "patient", "flag"),
    [
        ("Hemoglobin", "9.5", "g/dL", {"birth_date": date(2024, 2, 15)}, "N"),  # the nadir of the third month
        ("Hemoglobin", "9.5", "g/dL", {"birth_date": date(2024, 4, 20)}, "L"),
        ("Hemoglobin", "10.8", "g/dL", {"birth_date": date(2021, 4, 20)}, "L"),
        ("Alkaline phosphatase", "350", "U/L", {"age_years": Decimal(8)}, "N"),
        ("Alkaline phosphatase", "350", "U/L", {"age_years": Decimal(30)}, "H"),
        ("Creatinine", "70", "umol/L", {"age_years": Decimal(4)}, "H"),
        ("Creatinine", "70", "umol/L", {"age_years": Decimal(16)}, "N"),
        ("Phosphate", "1.8", "mmol/L", {"age_years": Decimal(3)}, "N"),
        ("Potassium", "6.0", "mmol/L", {"birth_date": date(2024, 3, 1)}, "N"),
        ("Potassium", "6.5", "mmol/L", {"age_years": Decimal(3)}, "HH"),
        ("Heart rate", "150", "/min", {"birth_date": date(2024, 1, 1)}, "N"),
        ("Heart rate", "150", "/min", {"age_years": Decimal(10)}, "H"),
        ("Systolic blood pressure", "75", "mmHg", {"age_years": Decimal(5)}, "L"),
        ("Calcium", "8.4", "mg/dL", {}, "N"),
        ("Calcium", "2.10", "mmol/L", {}, "N"),
        ("Calcium", "2.60", "mmol/L", {}, "N"),
        ("Calcium", "2.09", "mmol/L", {}, "L"),
    ],
)
def test_flags_by_age(name, value, unit, patient, flag):
    about = {"sex": Sex.FEMALE, "age_years": None if "birth_date" in patient else Decimal(40)} | patient
    assert result(name, value, unit, patient=about).flag == flag


def test_a_converted_end_is_shown_in_the_places_of_the_assay():
    found = result("Calcium", "9.0", "mg/dL")
    assert (str(found.reference_low), str(found.reference_high)) == ("8.4", "10.4")


def test_an_age_in_whole_years_takes_the_widest_interval_of_the_year():
    found = result("Potassium", "6.6", "mmol/L", patient={"age_years": Decimal(0)})
    assert found.reference_high == Decimal("6.7")
    assert any("not known in days" in remark for remark in found.remarks)
    half = result("Potassium", "6.0", "mmol/L", patient={"age_years": Decimal("0.75")})
    assert (half.flag, half.reference_high) == ("H", Decimal("5.6"))


def test_what_is_not_known_of_children_is_said():
    assert result("INR", "1.3", patient={"age_years": Decimal(6)}).flag is None
    remarks = result("INR", "1.3", patient={"age_years": Decimal(6)}).remarks
    assert "no reference interval for children is known here" in remarks
    newborn = result("Bilirubin", "6", "mg/dL", patient={"age_years": None, "birth_date": NOW.date()})
    assert newborn.flag is None
    assert any("hours of age" in remark for remark in newborn.remarks)


def test_newborns_have_no_critical_limits_of_adults():
    born = {"age_years": None, "birth_date": date(2024, 4, 28)}
    assert result("Potassium", "6.4", "mmol/L", patient=born).flag == "N"
    assert result("Potassium", "7.9", "mmol/L", patient=born).flag == "HH"
    assert result("Magnesium", "0.9", "mg/dL", patient=born).flag == "L"


def test_pregnancy_by_trimester_and_the_widest_where_the_week_is_unknown():
    def haemoglobin(value, weeks):
        patient = {"sex": Sex.FEMALE, "age_years": Decimal(30), "pregnant": True, "pregnancy_weeks": weeks}
        return result("Hemoglobin", value, "g/dL", patient=patient)

    assert haemoglobin("10.8", 13).flag == "L"
    assert haemoglobin("10.8", 14).flag == "N"
    assert haemoglobin("10.8", 28).flag == "L"
    unknown = haemoglobin("10.8", None)
    assert (unknown.flag, unknown.reference_high) == ("N", Decimal("15.0"))
    assert any("week of pregnancy is not known" in remark for remark in unknown.remarks)


def test_what_is_not_known_of_pregnancy_is_said_and_critical_limits_hold():
    pregnant = {"sex": Sex.FEMALE, "pregnant": True}
    assert any("pregnancy" in remark for remark in result("Lipase", "50", "U/L", patient=pregnant).remarks)
    assert result("Potassium", "6.9", "mmol/L", patient=pregnant).flag == "HH"


def test_weeks_without_a_pregnancy_are_not_used():
    not_said = Patient(id="p1", sex=Sex.FEMALE, age_years=30, pregnancy_weeks=20)
    assert person_at(not_said, NOW).pregnancy_weeks is None


@pytest.mark.parametrize(
    ("text", "words"), [("1w", "no band"), ("2y-1y", "ends before"), ("1-2", "no band"), ("3y-3y", "ends before")]
)
def test_a_band_that_is_none_is_refused(text, words):
    with pytest.raises(ValueError, match=words):
        AgeBand.parse(text)


@pytest.mark.parametrize("band", [{"source": "x"}, {"low": 5, "high": 4}, {"low": 1, "age": "old"}])
def test_a_band_of_no_use_is_refused(band):
    with pytest.raises(ValueError, match=r"needs low or high|not below|no band"):
        Band.model_validate(band)


@given(st.dates(date(1900, 1, 1), date(2024, 12, 31)), st.integers(0, 129))
def test_a_birthday_opens_the_band_and_the_day_before_does_not(born, years):
    try:
        birthday = born.replace(year=born.year + years)
    except ValueError:
        birthday = date(born.year + years, 3, 1)
    patient = Patient(id="p1", birth_date=born)
    noon = datetime(birthday.year, birthday.month, birthday.day, 12)
    assert person_at(patient, noon).age_days == days_of_years(Decimal(years))
    if years:
        before = datetime.fromordinal(birthday.toordinal() - 1)
        assert person_at(patient, before).age_days < days_of_years(Decimal(years))


@given(st.integers(0, 40000), st.sampled_from([Sex.FEMALE, Sex.MALE, Sex.UNKNOWN]), st.sampled_from([None, True]))
def test_people_who_are_alike_have_the_same_limits(days, sex, pregnant):
    person = Person(sex, age_days=days, pregnant=pregnant)
    like = BOOK.like(person)
    for name in ("creatinine", "phosphate", "hemoglobin", "tsh", "systolic_bp", "lipase"):
        assert BOOK._bounds(name, person, "") == BOOK._bounds(name, like, "")
        assert BOOK._critical(name, person) == BOOK._critical(name, like)
