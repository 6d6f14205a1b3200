"""Many records: streamed, in one or many processes; one that fails is told by id and stops no other."""

from __future__ import annotations

from nlp_engine.batch.failures import Failure
from nlp_engine.batch.job import Progress, run
from nlp_engine.batch.summary import RunSummary

__all__ = ["Failure", "Progress", "RunSummary", "run"]
