"""The facts of one patient, each computed when a rule first asks for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from nlp_engine.assessment import CardSource, Evidence, EvidenceKind, Score
from nlp_engine.decisions.drugs import DrugClasses
from nlp_engine.decisions.expression import Expression
from nlp_engine.decisions.facts import Fact, FindingStatus, Sight
from nlp_engine.decisions.library import Library
from nlp_engine.decisions.nodes import Verdict
from nlp_engine.decisions.rules import ScoreSpec
from nlp_engine.decisions.scores import CALCULATORS, Result
from nlp_engine.decisions.units import said
from nlp_engine.decisions.values import Range, Value
from nlp_engine.record import Medication


class FactBook:
    """Gives facts by name.

    Parameters
    ----------
    library
        The declared facts.
    sight
        The patient.
    given
        Facts that are given and not computed, as an example of a rule gives them.
    """

    def __init__(self, library: Library, sight: Sight, *, given: Mapping[str, Fact] | None = None) -> None:
        self.library = library
        self.sight = sight
        self.drugs: DrugClasses = library.drugs
        self._facts: dict[str, Fact] = dict(given or {})
        self._results: dict[str, Result] = {}
        self._medications: defaultdict[str, list[tuple[str, Medication]]] | None = None

    def fact(self, name: str) -> Fact:
        """Return a declared fact."""
        if name not in self._facts:
            self._facts[name] = self.library.facts[name].compute(self, name)
        return self._facts[name]

    def value(self, name: str) -> Value:
        """Return the value of a declared fact."""
        return self.fact(name).value

    def judge(self, expression: Expression) -> Verdict:
        """Evaluate an expression over these facts."""
        return expression.evaluate(self.value)

    def evidence(self, names: tuple[str, ...]) -> tuple[Evidence, ...]:
        """Return the evidence of some facts, each piece once."""
        return tuple(dict.fromkeys(evidence for name in names for evidence in self.fact(name).evidence))

    def medications(self, class_id: str) -> Sequence[tuple[str, Medication]]:
        """Return the rows of the medication table that belong to a drug class, each with its ingredient.

        Rows of local use (an eye drop, a cream) belong to none.
        """
        if self._medications is None:
            self._medications = defaultdict(list)
            for medication in self.sight.record.medications:
                if not self.drugs.is_local(f"{medication.name} {medication.route or ''}"):
                    for named, ingredients in self.drugs.by_class(medication.name).items():
                        self._medications[named] += [(ingredient, medication) for ingredient in ingredients]
        return self._medications.get(class_id, ())

    def condition(self, name: str) -> Fact:
        """Return the truth of a condition, with the evidence and the findings that decided it."""
        verdict = self.judge(self.library.conditions[name])
        unusable = any(self.fact(missing).unusable for missing in verdict.missing)
        return Fact(
            verdict.value,
            self.evidence(verdict.decisive),
            words=", ".join(words for name in verdict.decisive if (words := self._finding_words(name))) or None,
            problem=self._lacking(verdict),
            unusable=unusable,
        )

    def _finding_words(self, name: str) -> str | None:
        fact = self.fact(name)
        if not isinstance(self.library.facts[name], FindingStatus) or fact.value is None:
            return None
        return fact.words or f"{self.library.label(name)}: {fact.value}"

    def score(self, score_id: str) -> Fact:
        """Return a calculator's result as a fact."""
        spec, result = self.library.scores[score_id], self._result(score_id)
        inputs = [self.fact(fact) for fact in spec.inputs.values()]
        missing = ", ".join(self._missing(spec, result))
        return Fact(
            result.value,
            self._score_evidence(spec),
            problem=f"needs {missing}" if missing else "",
            unusable=any(fact.unusable for fact in inputs),
        )

    def scores(self) -> tuple[Score, ...]:
        """Return the scores that can be told: complete ones, and incomplete ones that are above zero already."""
        return tuple(
            score for spec in self.library.scores.values() if (score := self._told(spec, self._result(spec.id)))
        )

    def _told(self, spec: ScoreSpec, result: Result) -> Score | None:
        if spec.unless is not None and self.value(spec.unless) is True:
            return None
        partial = isinstance(result.value, Range)
        value = result.value.low if isinstance(result.value, Range) else result.value
        evidence = self._score_evidence(spec)
        if value is None or not evidence or (partial and value <= 0):
            return None
        return Score(
            id=spec.id,
            name=spec.name,
            value=value,
            unit=spec.unit,
            detail=f"at least {said(value)}: {result.detail}" if partial else result.detail,
            missing=self._missing(spec, result),
            evidence=evidence,
            source=CardSource(**spec.source.model_dump()),
        )

    def _result(self, score_id: str) -> Result:
        if score_id not in self._results:
            spec = self.library.scores[score_id]
            inputs = {key: self.value(fact) for key, fact in spec.inputs.items()}
            self._results[score_id] = CALCULATORS[spec.calculator].calculate(inputs)
        return self._results[score_id]

    def _score_evidence(self, spec: ScoreSpec) -> tuple[Evidence, ...]:
        return self.evidence(tuple(fact for fact in spec.inputs.values() if self.value(fact) is not None))

    def _missing(self, spec: ScoreSpec, result: Result) -> tuple[str, ...]:
        return tuple(self.library.label(spec.inputs[key]) for key in result.missing)

    def _lacking(self, verdict: Verdict) -> str:
        missing = [self.library.label(name) for name in verdict.missing]
        return f"needs {', '.join(missing)}" if missing else ""


def example_book(library: Library, facts: Mapping[str, Value]) -> FactBook:
    """Return the facts of an example: those it gives, each with a made-up piece of evidence, and nothing else."""
    given = {name: Fact(value, (_made_up(name),)) for name, value in facts.items()}
    return FactBook(library, Sight.empty(), given=given)


def _made_up(name: str) -> Evidence:
    return Evidence(kind=EvidenceKind.PATIENT, source_id="example", statement=name, method="example")
