"""Who a note is about: age, sex, height, weight, BMI and pregnancy, each with its words."""

from nlp_engine.text.people.reader import PeopleReader
from nlp_engine.text.people.record import with_told_patient
from nlp_engine.text.people.rules import PeopleRules
from nlp_engine.text.people.told import told_age, told_sex

__all__ = ["PeopleReader", "PeopleRules", "told_age", "told_sex", "with_told_patient"]
