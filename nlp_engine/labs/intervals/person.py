"""Who an interval is for: sex, age and pregnancy at the time of a result."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from nlp_engine.labs.intervals.ages import days_of_years
from nlp_engine.record import Patient, Sex


@dataclass(frozen=True, slots=True)
class Person:
    """What an interval asks about the patient, at the time of the result; None when nobody said.

    Parameters
    ----------
    age_years
        The age in years, with a part of a year where it is known only so ("0.5").
    age_days
        The age in days where a birth date tells it, on the scale of `nlp_engine.labs.intervals.ages`.
    pregnancy_weeks
        Completed weeks of pregnancy.
    """

    sex: Sex = Sex.UNKNOWN
    age_years: Decimal | None = None
    pregnant: bool | None = None
    age_days: int | None = None
    pregnancy_weeks: int | None = None

    @property
    def ages(self) -> tuple[int, int] | None:
        """The first and the last day that the age can be; whole years leave a year open; None if unknown."""
        if self.age_days is not None:
            return self.age_days, self.age_days
        if self.age_years is None:
            return None
        first = days_of_years(self.age_years)
        is_whole = self.age_years == self.age_years.to_integral_value()
        return first, days_of_years(self.age_years + 1) - 1 if is_whole else first


def person_at(patient: Patient, when: datetime | None) -> Person:
    """Return who a patient is at a time."""
    age = patient.age_at(when)
    days = None
    if age is not None and patient.birth_date is not None and when is not None:
        # The day before a birthday stays before it in leap years too.
        days = min(
            days_of_years(age) + _days_since_birthday(patient.birth_date, when.date()), days_of_years(age + 1) - 1
        )
    weeks = patient.pregnancy_weeks if patient.pregnant else None
    return Person(patient.sex, age, patient.pregnant, days, weeks)


def _days_since_birthday(born: date, day: date) -> int:
    """Return the days since the last birthday; one of 29 February is kept on 1 March in other years."""
    for year in (day.year, day.year - 1):
        try:
            birthday = born.replace(year=year)
        except ValueError:
            birthday = date(year, 3, 1)
        if birthday <= day:
            return (day - birthday).days
    return 0
