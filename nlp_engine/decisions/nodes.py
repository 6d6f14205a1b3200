"""The parts of a parsed expression, each with its evaluation and its trace.

A part that is true or false is judged: the `Verdict` says which facts decided it or, if it is unknown, which
facts stand in the way. A part that is a number or a word is weighed: the `Operand` says which facts went into it.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal, DecimalException
from typing import ClassVar, Literal, TypeAlias

from nlp_engine.decisions import values as kleene
from nlp_engine.decisions.values import Kind, Range, Value

Values: TypeAlias = Callable[[str], Value]


@dataclass(frozen=True, slots=True)
class Verdict:
    """True, false or unknown (None), with the trace.

    ``decisive`` are the facts that made it true or false; ``missing`` the facts without which it stays unknown. Each is
    empty in the other case.
    """

    value: bool | None
    decisive: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Operand:
    """A number, a word or unknown, the facts in it, and those of them that are not known exactly."""

    value: Value
    names: tuple[str, ...] = ()
    vague: tuple[str, ...] = ()


class Node:
    """One part; ``kind`` says what it is. Each part can be weighed, and one of `Kind.TRUTH` can be judged."""

    __slots__ = ()
    kind: Kind

    def weigh(self, values: Values) -> Operand:
        """Return the number or word."""
        raise NotImplementedError

    def judge(self, values: Values) -> Verdict:
        """Return true, false or unknown."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Constant(Node):
    """A number or a word of the expression."""

    kind: Kind
    value: Decimal | str

    def weigh(self, values: Values) -> Operand:
        """Return the constant."""
        return Operand(self.value)


@dataclass(frozen=True, slots=True)
class FactName(Node):
    """A declared fact."""

    kind: Kind
    name: str

    def weigh(self, values: Values) -> Operand:
        """Return the fact's number or word."""
        value = values(self.name)
        vague = (self.name,) if value is None or isinstance(value, Range) else ()
        return Operand(value, (self.name,), vague)

    def judge(self, values: Values) -> Verdict:
        """Return the fact's truth."""
        value = values(self.name)
        if not isinstance(value, bool):
            return Verdict(None, missing=(self.name,))
        return Verdict(value, decisive=(self.name,))


@dataclass(frozen=True, slots=True)
class Arithmetic(Node):
    """Two numbers and a sign; unknown if either is not an exact number, and on division by zero."""

    sign: Literal["+", "-", "*", "/"]
    left: Node
    right: Node
    kind: Kind = Kind.NUMBER

    SIGNS: ClassVar[dict[str, Callable[[Decimal, Decimal], Decimal]]] = {
        "+": operator.add,
        "-": operator.sub,
        "*": operator.mul,
        "/": operator.truediv,
    }

    def weigh(self, values: Values) -> Operand:
        """Calculate in decimals."""
        left, right = self.left.weigh(values), self.right.weigh(values)
        return Operand(
            self._calculate(left.value, right.value), _union(left.names, right.names), _union(left.vague, right.vague)
        )

    def _calculate(self, left: Value, right: Value) -> Decimal | None:
        if not isinstance(left, Decimal) or not isinstance(right, Decimal):
            return None
        try:
            return self.SIGNS[self.sign](left, right)
        except DecimalException:
            return None


@dataclass(frozen=True, slots=True)
class Comparison(Node):
    """Two numbers or two words, compared."""

    sign: kleene.Comparison
    left: Node
    right: Node
    kind: Kind = Kind.TRUTH

    def judge(self, values: Values) -> Verdict:
        """Compare; unknown where either side is, or is a range that holds both answers."""
        left, right = self.left.weigh(values), self.right.weigh(values)
        return _verdict(_compare(self.sign, left.value, right.value), [left, right])


@dataclass(frozen=True, slots=True)
class Membership(Node):
    """A number or word that is one of a list."""

    item: Node
    choices: tuple[Constant, ...]
    kind: Kind = Kind.TRUTH

    def judge(self, values: Values) -> Verdict:
        """Compare with each."""
        item = self.item.weigh(values)
        equal = (_compare("==", item.value, choice.value) for choice in self.choices)
        return _verdict(kleene.any_of(equal), [item])


@dataclass(frozen=True, slots=True)
class Negation(Node):
    """``not`` of a condition."""

    inner: Node
    kind: Kind = Kind.TRUTH

    def judge(self, values: Values) -> Verdict:
        """Turn true and false round; the facts that decided stay."""
        inner = self.inner.judge(values)
        return Verdict(kleene.negate(inner.value), inner.decisive, inner.missing)


@dataclass(frozen=True, slots=True)
class Combination(Node):
    """``and`` or ``or`` of conditions.

    Every part is judged, so that the trace shows all that speaks for the answer: all the true parts of a true
    ``or``, all the false parts of a false ``and``.
    """

    word: Literal["and", "or"]
    parts: tuple[Node, ...]
    kind: Kind = Kind.TRUTH

    def judge(self, values: Values) -> Verdict:
        """Combine in Kleene logic."""
        verdicts = [part.judge(values) for part in self.parts]
        combine = kleene.all_of if self.word == "and" else kleene.any_of
        value = combine(verdict.value for verdict in verdicts)
        agreeing = [verdict for verdict in verdicts if verdict.value is value]
        if value is None:
            return Verdict(None, missing=_union(*(verdict.missing for verdict in agreeing)))
        return Verdict(value, decisive=_union(*(verdict.decisive for verdict in agreeing)))


def _compare(sign: kleene.Comparison, left: Value, right: Value) -> bool | None:
    if isinstance(left, str) and isinstance(right, str):
        return (left == right) is (sign == "==")
    if isinstance(left, Decimal | Range) and isinstance(right, Decimal | Range):
        return kleene.compare(sign, left, right)
    return None


def _verdict(value: bool | None, operands: Iterable[Operand]) -> Verdict:
    parts = list(operands)
    names = _union(*(part.names for part in parts))
    if value is not None:
        return Verdict(value, decisive=names)
    # Nothing vague and still unknown: a division by zero, so every fact in it stands in the way.
    return Verdict(None, missing=_union(*(part.vague for part in parts)) or names)


def _union(*groups: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for group in groups for name in group))
