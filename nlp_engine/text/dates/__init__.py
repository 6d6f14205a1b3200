"""Dates of notes: what "3/2", "POD 2" and "three weeks ago" mean, said as far as it can be told."""

from nlp_engine.text.dates.reader import DateReader
from nlp_engine.text.dates.rules import DateRules

__all__ = ["DateReader", "DateRules"]
