"""Evidence from trained risk models: it adds to what others say, and makes no finding by itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from nlp_engine.assessment import Evidence, EvidenceKind, Score
from nlp_engine.fusion.settings import FusionSettings
from nlp_engine.fusion.statements import Says, Spoken, Statement
from nlp_engine.knowledge import Concept


class EstimateReader:
    """Turns high estimates of models that name a concept into statements about it."""

    def __init__(self, concepts: Mapping[str, Concept], settings: FusionSettings) -> None:
        self._concepts = frozenset(concepts)
        self._weight = settings.weights.risk_model

    def read(self, scores: Sequence[Score], as_of: datetime | None) -> dict[str, Spoken]:
        """Return concept id -> what the models add; an estimate below the model's cut-off says nothing."""
        said: defaultdict[str, list[Statement]] = defaultdict(list)
        for score in scores:
            if score.risk is not None and score.risk.concept in self._concepts and score.risk.is_high:
                statement = Statement(Says.ADDS, _evidence(score, as_of), self._weight * score.risk.probability)
                said[score.risk.concept].append(statement)
        return {concept: Spoken(tuple(statements), has_data=True) for concept, statements in said.items()}


def _evidence(score: Score, as_of: datetime | None) -> Evidence:
    assert score.risk is not None
    return Evidence(
        kind=EvidenceKind.RISK_MODEL,
        source_id=score.id,
        statement=f"{score.name.lower()}: {score.value:f} %",
        time=as_of,
        score=score.risk.probability,
        method=score.risk.model,
        method_version=score.risk.model_version,
    )
