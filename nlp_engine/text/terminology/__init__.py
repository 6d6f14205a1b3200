"""Codes of open terminologies, and of a user's own, for the words of a mention.

`TerminologyLinker` looks words up; an `Index` holds the names of one terminology as arrays, `Search` finds names that
share words (Soft TF-IDF), `Ranker` weighs them. ``nlp_engine.training.terminologies.build`` builds the data.
"""

from nlp_engine.text.terminology.linker import TerminologyLinker

__all__ = ["TerminologyLinker"]
