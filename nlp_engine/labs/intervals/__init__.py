"""Reference intervals and critical limits: the textbooks', a site's own, and those that a site's flags imply."""

from nlp_engine.labs.intervals.book import IntervalBook
from nlp_engine.labs.intervals.person import Person, person_at

__all__ = ["IntervalBook", "Person", "person_at"]
